"""Frames to spikes: exact times where they are exact, statistics where they are drawn."""

import math

import numpy as np
import pytest

import spikecore as sc
from spikecore import coding


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
