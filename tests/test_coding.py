"""Frames to spikes: exact times where they are exact, statistics where they are drawn."""

import copy
import math
import pickle
import subprocess
import sys
import tracemalloc

import numpy as np
import pytest
from patience import PATIENCE_S

import spikecore as sc
from spikecore import coding
from spikecore.library import layered


def raster(pairs, size, ticks, dt):
    """Return spikes as (frames, ticks, size), counted."""
    found = np.zeros((len(pairs), ticks, size), dtype=int)
    for frame, (neurons, times) in enumerate(pairs):
        steps = np.rint(times / dt).astype(int)
        np.testing.assert_allclose(steps * dt, times)
        assert neurons.dtype == np.uint32
        assert np.all(np.diff(steps * size + neurons) > 0), "sorted by (time, neuron), no spike twice"
        np.add.at(found[frame], (steps - 1, neurons), 1)
    return found


@pytest.mark.parametrize("max_rate", [40.0, 200.0, 400.0, 1000.0])
def test_rates_are_proportional_to_intensities(max_rate):
    levels = np.array([0.0, 0.02, 0.3, 0.5, 0.9, 1.0])
    frames = np.tile(levels, (40, 10)).reshape(40, 6, 10)
    found = raster(coding.rate(frames, 500.0, 1.0, max_rate=max_rate, seed=5), 60, 500, 1.0)
    assert found.max() == 1
    flat = frames.reshape(40, 60)[0]
    for level in levels:
        draws = found[:, :, flat == level]
        p, n = level * max_rate * 1e-3, draws.size
        assert abs(draws.sum() - n * p) <= 4.5 * math.sqrt(n * p * (1.0 - p)), f"{level}: {draws.mean()} not {p}"
        if 0.0 < p < 1.0:
            # independent from tick to tick, neuron to neuron and frame to frame
            for a, b in ((draws[:, 1:], draws[:, :-1]), (draws[:, :, 1:], draws[:, :, :-1]), (draws[1:], draws[:-1])):
                deviation = abs((a * b).sum() - a.size * p * p)
                assert deviation <= 5.0 * math.sqrt(a.size * p * p * (1.0 - p * p) * 1.5) + 5.0
    # every tick alike, the first and the last too
    per_tick = found.sum(axis=(0, 2))
    p = flat * max_rate * 1e-3
    assert np.all(np.abs(per_tick - 40 * p.sum()) <= 5.0 * math.sqrt(40 * (p * (1.0 - p)).sum()) + 1e-9)


def test_a_seed_gives_the_same_spikes():
    frames = np.full((2, 30), 0.5)
    one, same, other = (coding.rate(frames, 50.0, 0.1, seed=seed) for seed in (1, 1, 2))
    assert one[1][1].tolist() == same[1][1].tolist() != other[1][1].tolist()
    assert one[0][1].tolist() != one[1][1].tolist()


def drawn_whole(frames, ticks, dt, max_rate, seed):
    """Return the spikes of `coding.rate` by its definition: all gaps of a sample, then all numbers, in whole arrays."""
    generator = np.random.Generator(np.random.Philox(seed))
    p, cells = max_rate * dt * 1e-3, ticks * frames.shape[1]
    spikes = []
    for frame in frames:
        places, last = [], -1
        while p < 0.25 and last < cells:
            mean = (cells - last) * p
            gaps = generator.geometric(p, int(mean + 5.0 * math.sqrt(mean)) + 16)
            places += (np.cumsum(gaps) + last).tolist()
            last = places[-1]
        places = np.array(places if p < 0.25 else range(cells), dtype=np.int64)
        places = places[places < cells]
        steps, neurons = np.divmod(places, frames.shape[1])
        kept = generator.random(len(places)) < (p if p >= 0.25 else 1.0) * frame[neurons]
        spikes.append((neurons[kept], (steps[kept] + 1) * dt))
    return spikes


@pytest.mark.parametrize("max_rate", [3.0, 100.0, 240.0, 250.0, 900.0])
@pytest.mark.parametrize(("piece", "held"), [(2**15, 2**20), (1, 0), (7, 0), (1000, 3000)])
def test_no_draw_depends_on_the_length_of_a_piece(monkeypatch, max_rate, piece, held):
    frames = np.random.default_rng(3).random((3, 40)) ** 2
    expected = drawn_whole(frames, 60, 1.0, max_rate, 11)
    monkeypatch.setattr(coding, "_PIECE", piece)
    monkeypatch.setattr(coding, "_HELD", held)
    for (neurons, times), (ids, moments) in zip(
        coding.rate(frames, 60.0, 1.0, max_rate=max_rate, seed=11), expected, strict=True
    ):
        assert neurons.tolist() == ids.tolist()
        np.testing.assert_allclose(times, moments)
    assert sum(len(ids) for ids, _ in expected) > 3


def peak(call):
    """Return what a call returns and the most bytes that stood at once while it ran."""
    tracemalloc.start()
    try:
        return call(), tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("max_rate", [240.0, 300.0])
def test_memory_follows_the_spikes(max_rate):
    frame = np.zeros((1, 256, 256))
    frame[0, 100, 100] = 1.0
    pairs, bytes_once = peak(lambda: coding.rate(frame, 100.0, 1.0, max_rate=max_rate, seed=1))
    assert 8 <= len(pairs[0][0]) <= 60
    assert set(pairs[0][0].tolist()) == {100 * 256 + 100}
    # pieces of 2^15 candidates, or 2^20 that are held; cells, which numbered 6.5 million, took 41 B each
    assert bytes_once < (12e6 if max_rate < 250.0 else 4e6)


def test_the_spikes_of_many_frames_are_all_that_stays():
    frames = np.full((64, 4096), 0.5)
    pairs, bytes_once = peak(lambda: coding.rate(frames, 100.0, 1.0, max_rate=200.0, seed=2))
    assert bytes_once < 12.5 * sum(len(neurons) for neurons, _ in pairs) + 12e6
    pairs, bytes_once = peak(lambda: coding.latency(frames, 100.0, 1.0))
    assert bytes_once < 12.5 * sum(len(neurons) for neurons, _ in pairs) + 2e6
    assert sum(len(neurons) for neurons, _ in pairs) == frames.size


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="memory as Linux counts it")
@pytest.mark.parametrize("options", ["", ", max_rate=300.0"])
def test_a_colour_picture_of_a_thousand_ticks_takes_less_than_200_mb(options):
    program = f"""
import numpy as np, spikecore as sc
from pathlib import Path
frame = np.random.default_rng(1).random((1, 224, 224, 3)) ** {7 if options else 1}
neurons, times = sc.coding.rate(frame, 1000.0, 1.0, seed=1{options})[0]
status = Path("/proc/self/status").read_text()
print(len(neurons), status.split("VmHWM:")[1].split()[0])
"""
    finished = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=PATIENCE_S, check=True
    )
    spikes, kilobytes = map(int, finished.stdout.split())
    assert spikes > 5_000_000
    assert kilobytes * 1024 <= 200e6


def test_latencies_obey_their_formula():
    frames = np.linspace(0.0, 1.0, 2 * 7 * 9).reshape(2, 7, 9)
    for dt, duration, tau, theta in ((0.1, 20.0, 5.0, 0.01), (1.0, 100.0, 30.0, 0.2), (0.5, 10.0, 40.0, 0.5)):
        for method in ("log", "linear"):
            found = coding.latency(frames, duration, dt, method=method, tau=tau, threshold=theta)
            for frame, (neurons, times) in zip(frames.reshape(2, 63), found, strict=True):
                expected = {}
                for i, x in enumerate(frame):
                    if x > theta:
                        u = tau * math.log(x / (x - theta)) if method == "log" else (duration - dt) * (1.0 - x)
                        tick = 1 + round(u / dt)
                        if tick <= round(duration / dt):
                            expected[i] = tick
                assert len(set(neurons.tolist())) == len(neurons)
                got = dict(zip(neurons.tolist(), np.rint(times / dt).astype(int).tolist(), strict=True))
                # a time half way between two ticks may round either way
                assert got.keys() == expected.keys()
                assert sum(got[i] != tick for i, tick in expected.items()) <= 2
                assert all(abs(got[i] - tick) <= 1 for i, tick in expected.items())
                raster([(neurons, times)], 63, round(duration / dt), dt)


def test_the_brightest_are_first_and_the_dark_are_silent():
    frames = np.array([[0.0, 0.1, 0.5, 1.0], [0.0, 0.0, 0.0, 0.01]])
    log, linear = (coding.latency(frames, 10.0, 0.1, method=method) for method in ("log", "linear"))
    assert linear[0][0].tolist() == [3, 2, 1]
    assert linear[0][1][0] == 0.1
    # 5 ln(1 / 0.99) = 0.05 ms is half a tick, 5 ln(0.1 / 0.09) = 0.53 ms
    assert log[0][0].tolist()[-1] == 1
    assert log[0][1].tolist()[-1] == pytest.approx(0.6)
    assert len(log[1][0]) == len(linear[1][0]) == 0
    assert len(coding.latency(frames, 10.0, 0.1, method="linear", threshold=0.0)[1][0]) == 1


def test_currents_are_gains():
    frames = np.arange(12).reshape(3, 2, 2) / 11
    found = coding.current(frames, 300.0)
    assert found.shape == (3, 4)
    np.testing.assert_array_equal(found, frames.reshape(3, 4) * 300.0)


def test_a_coding_is_chosen_by_name():
    frames = np.full((2, 3), 0.5)
    assert coding.encode(frames, "current", gain=2.0).tolist() == [[1.0] * 3] * 2
    by_name = coding.encode(frames, "rate", 20.0, 0.1, max_rate=500.0, seed=2)
    assert by_name[1][1].tolist() == coding.rate(frames, 20.0, 0.1, max_rate=500.0, seed=2)[1][1].tolist()
    assert len(coding.encode(frames, "latency", duration=20.0, dt=0.1)[0][0]) == 3
    with pytest.raises(sc.NetworkError, match="coding is 'phase', allowed: 'rate', 'latency', 'current'"):
        coding.encode(frames, "phase")


def test_mistakes_are_named():
    frames = np.full((2, 3), 0.5)
    cases = [
        (lambda: coding.rate([[0.5, math.nan]], 10.0, 0.1), r"frames\[\(0, 1\)\] is nan"),
        (lambda: coding.current([[0.5, -0.1]], 1.0), r"frames\[\(0, 1\)\] is -0.1, allowed: 0 … 1"),
        (lambda: coding.latency([[[0.5], [255]]], 10.0, 0.1), r"frames\[\(0, 1, 0\)\] is 255"),
        (lambda: coding.rate([0.5, 0.1], 10.0, 0.1), r"the shape of frames is \(2,\)"),
        (lambda: coding.rate(np.zeros((0, 4)), 10.0, 0.1), r"the shape of frames is \(0, 4\)"),
        (lambda: coding.rate(frames, 10.05, 0.1), "duration is 10.05 ms"),
        (lambda: coding.latency(frames, 0.0, 0.1), "duration is 0.0 ms"),
        (lambda: coding.rate(frames, 10.0, -0.1), "dt is -0.1"),
        (lambda: coding.rate(frames, 10.0, 1.0, max_rate=1001.0), "max_rate is 1001.0, allowed: > 0 and ≤ 1000 Hz"),
        (lambda: coding.rate(frames, 10.0, 1.0, max_rate=0.0), "max_rate is 0.0"),
        (lambda: coding.rate(frames, 10.0, 1.0, seed=-1), "seed is -1"),
        (lambda: coding.latency(frames, 10.0, 0.1, method="cubic"), "method is 'cubic'"),
        (lambda: coding.latency(frames, 10.0, 0.1, tau=0.0), "tau is 0.0"),
        (lambda: coding.latency(frames, 10.0, 0.1, threshold=1.0), "threshold is 1.0"),
        (lambda: coding.latency(frames, 10.0, 0.1, threshold=0.0), "threshold is 0.0"),
        (lambda: coding.current(frames, math.inf), "gain is inf"),
    ]
    for call, message in cases:
        with pytest.raises(sc.NetworkError, match=message):
            call()
    for call in (lambda: coding.rate([["a"]], 10.0, 0.1), lambda: coding.current(frames, "x")):
        with pytest.raises(TypeError):
            call()


@pytest.mark.parametrize("code", [coding.rate, coding.latency])
def test_a_frame_drives_a_source_of_its_size_alone(code):
    net = sc.Network(dt=1.0)
    pixels = net.spike_source(784, times=[[]] * 784, name="pixels")
    machine = net.compile(workers=1)
    rows, few, right, wide = (
        code(np.full(shape, 0.5), 50.0, 1.0) for shape in ((28, 28), (3, 10, 10), (1, 28, 28), (2, 785))
    )
    axis = "; 28 frames of 28 are one of 784 without its batch axis: frames[None]"
    for samples, at, size, hint in (
        (rows, 0, 28, axis),
        (few, 0, 100, ""),
        ([*right, few[2]], 1, 100, ""),
        (wide, 0, 785, ""),
    ):
        with pytest.raises(sc.NetworkError) as error:
            machine.run_batch(50.0, {pixels: samples})
        owner = f"pixels, sample {at}: the number of values of the frame"
        assert str(error.value) == f"{owner} is {size}, allowed: 784, one per neuron{hint}"
    for pair in (few[0], copy.deepcopy(few[1]), pickle.loads(pickle.dumps(few[2]))):
        with pytest.raises(
            sc.NetworkError, match="pixels: the number of values of the frame is 100, allowed: 784, one"
        ):
            machine.reset({pixels: pair})
        with pytest.raises(sc.NetworkError, match="other: the number of values of the frame is 100, allowed: 784, one"):
            net.spike_source(784, pair, name="other")
    machine.reset({pixels: right[0]})
    assert machine.run_batch(50.0, {pixels: right}).spike_counts[pixels].shape == (1, 784)
    # a pair of arrays of one's own says nothing of a size
    assert machine.run_batch(50.0, {pixels: [tuple(few[0])]}).spike_counts[pixels].sum() == len(few[0][1])


def test_currents_have_the_shape_of_their_population():
    net = sc.Network(dt=1.0)
    direct = net.population(784, sc.LIF(), name="direct")
    machine = net.compile(workers=1)
    for shape, flat in (((28, 28), "28, 28"), ((3, 10, 10), "3, 100")):
        currents = coding.current(np.full(shape, 0.5), 10.0)
        allowed = rf"allowed: \({shape[0]}, 784\)"
        with pytest.raises(sc.NetworkError, match=rf"direct: the shape of current is \({flat}\), {allowed}"):
            machine.run_batch(50.0, {direct: currents})


def test_frames_of_steps_are_of_their_source():
    net, (source, *_) = layered.build()
    wide = layered.spikes(np.ones((1, 2, 785), bool))
    with pytest.raises(sc.NetworkError, match=r"the number of values of the frame is 785, allowed: 784"):
        net.compile(workers=1).run_batch(5.0, {source: wide})


def test_every_coding_drives_a_machine():
    net = sc.Network(dt=0.1)
    pixels = net.spike_source(9, times=[[]] * 9, name="pixels")
    direct = net.population(9, sc.LIF(), name="direct")
    machine = net.compile(workers=2)
    frames = np.linspace(0.0, 1.0, 36).reshape(4, 3, 3)
    for pairs in (coding.rate(frames, 20.0, 0.1, max_rate=300.0), coding.latency(frames, 20.0, 0.1)):
        batch = machine.run_batch(20.0, {pixels: pairs, direct: coding.current(frames, 900.0)})
        assert batch.spike_counts[pixels].sum(axis=1).tolist() == [len(neurons) for neurons, _ in pairs]
        for one, (neurons, times) in zip(batch.spikes, pairs, strict=True):
            assert one[pixels].neurons.tolist() == neurons.tolist()
            np.testing.assert_array_equal(one[pixels].times, times)
        counts = batch.spike_counts[direct]
        assert counts[0].sum() < counts[3].sum()
