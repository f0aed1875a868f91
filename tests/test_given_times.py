"""Spike times as users have them: in 32 bits, recorded off the grid, of a result; and networks that change later."""

import numpy as np
import pytest

import spikecore as sc


def emitted(size: int, times: object, dt: float = 0.1, **options: bool) -> list[tuple[int, int]]:
    """Return (tick, neuron) of what a source with these times emits."""
    net = sc.Network(dt=dt)
    source = net.spike_source(size, times, name="source", **options)
    net.connect(source, net.population(1, sc.LIF()), sc.AllToAll(), weight=1.0, delay=dt)
    result = net.compile(workers=1).run(2_000.0)
    spikes = result.spikes[source]
    return [(round(time / dt), int(neuron)) for time, neuron in zip(spikes.times, spikes.neurons, strict=True)]


def test_32_bit_times_lie_on_the_grid_within_their_own_rounding():
    ticks = np.arange(1, 20_000, 7)
    times = (ticks * 0.1).astype(np.float32)
    assert emitted(1, [times]) == [(tick, 0) for tick in ticks]
    assert emitted(3, (np.zeros(len(ticks), dtype=np.int64) + 1, times)) == [(tick, 1) for tick in ticks]
    assert emitted(1, [np.array([4.2], dtype=np.float16)]) == [(42, 0)]


@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_times_beside_the_grid_are_refused_in_any_type(kind):
    with pytest.raises(sc.NetworkError, match=r"times\[0\]\[0\] is 4.2[45].* ms, allowed: multiples of dt"):
        emitted(1, [np.array([4.25], dtype=kind)])
    with pytest.raises(sc.NetworkError, match="multiples of dt"):
        emitted(1, [np.array([4.201], dtype=kind)])


def test_64_bit_times_are_held_to_the_narrow_rounding():
    with pytest.raises(sc.NetworkError, match="multiples of dt"):
        emitted(1, [[float(np.float32(1234.7))]])


def test_recorded_times_snap_to_the_nearest_tick():
    assert emitted(1, [[0.01, 0.26, 3.14159, 1_999.96]], snap=True) == [(1, 0), (3, 0), (31, 0), (20_000, 0)]
    assert emitted(2, (np.array([1, 0]), np.array([0.249, 7.77])), snap=True) == [(2, 1), (78, 0)]


@pytest.mark.parametrize("times", [[0.0], [-0.01], [np.nan], [np.inf], [1.01, 1.04]])
def test_snapping_loses_no_spike_and_makes_none_up(times):
    with pytest.raises(sc.NetworkError, match=r"allowed|two spikes"):
        emitted(1, [times], snap=True)


def test_spikes_of_a_result_are_a_source():
    net = sc.Network(dt=0.1, seed=1)
    exc = net.population(5, sc.LIF(i_e=[400.0 + 20.0 * k for k in range(5)]), name="exc")
    spikes = net.compile(workers=1).run(200.0).spikes[exc]
    assert len(spikes) > 20
    again = emitted(5, spikes)
    assert again == [
        (round(time / 0.1), int(neuron)) for time, neuron in zip(spikes.times, spikes.neurons, strict=True)
    ]


def test_spikes_of_a_result_are_the_input_of_a_reset():
    net = sc.Network(dt=0.1)
    source = net.spike_source(3, ([0, 2, 2], [1.0, 2.0, 3.0]), name="source")
    machine = net.compile(workers=1)
    first = machine.run(5.0).spikes[source]
    machine.reset({source: first})
    second = machine.run(5.0).spikes[source]
    assert second.times.tolist() == first.times.tolist()
    batch = machine.run_batch(5.0, {source: [first, [[1.0], [], []]]})
    assert batch.spike_counts[source].tolist() == [[1, 0, 2], [1, 0, 0]]


def test_two_trains_and_a_pair_cannot_be_confused():
    trains = [[1.0], [2.0]]
    assert emitted(2, trains) == [(10, 0), (20, 1)]
    assert emitted(2, (np.array([1]), np.array([2.0]))) == [(20, 1)]
    for either in (tuple(trains), ([1], [2]), (np.array([1.0]), np.array([2.0])), ([0, 1], np.array([1.0, 2.0]))):
        with pytest.raises(sc.NetworkError, match="a tuple of two, which two neurons leave open"):
            emitted(2, either)
    assert emitted(2, ([], [])) == []
    assert emitted(3, ([1.0], [2.0], [3.0])) == [(10, 0), (20, 1), (30, 2)]


# ---- a network that changes after it was compiled ----


@pytest.mark.parametrize(
    ("declare", "named"),
    [
        (lambda net: net.population(1, sc.LIF()), "1 population,"),
        (lambda net: net.connect("a", "a", sc.AllToAll(), weight=1.0, delay=1.0), "1 projection,"),
        (lambda net: net.stimulate("a", sc.DirectCurrent(1.0)), "1 input,"),
        (lambda net: [net.record("a"), net.record("a")], "2 recorders,"),
    ],
)
def test_a_run_warns_once_of_what_was_declared_after_the_compile(declare, named, recwarn):
    net = sc.Network(dt=0.1)
    net.population(2, sc.LIF(), name="a")
    machine = net.compile(workers=1)
    machine.run(1.0)
    assert len(recwarn) == 0
    declare(net)
    with pytest.warns(sc.NetworkChangedWarning, match=named):
        machine.run(1.0)
    recwarn.clear()
    machine.run(1.0)
    net.compile(workers=1).run(1.0)
    assert len(recwarn) == 0


def test_a_batch_warns_too_and_a_network_that_is_gone_does_not(recwarn):
    net = sc.Network(dt=0.1)
    net.population(2, sc.LIF(), name="a")
    machine, other = net.compile(workers=1), net.compile(workers=1)
    net.record("a")
    with pytest.warns(sc.NetworkChangedWarning, match="1 recorder,"):
        machine.run_batch(1.0, seeds=[1])
    del net
    recwarn.clear()
    other.run(1.0)
    assert len(recwarn) == 0
