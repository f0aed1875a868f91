"""`Machine.reset` and `Machine.run_batch`: the bits of a machine just compiled, for any input, sample by sample."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_determinism import (
    ANY,
    COUNTERS,
    TICKS,
    assert_same,
    describe,
    machine_of,
    networks,
    networks_example,
    outcome,
)

import spikecore as sc

STORES = st.sampled_from(["f32", "q16", "f64"])
UPDATES = st.sampled_from(["auto", "dense", "event"])
FEW = settings(ANY, max_examples=10)


@FEW
@given(spec=networks(), cut=st.integers(1, TICKS - 1), store=STORES, updates=UPDATES)
def test_a_machine_that_was_reset_is_a_fresh_one(spec, cut, store, updates):
    net, populations = describe(spec, recorded=True)
    expected = outcome(machine_of(net, 1, store, updates=updates), populations)
    for workers in (1, 2, 3):
        machine = machine_of(net, workers, store, updates=updates)
        for parts in ((cut,), (TICKS,), (cut, TICKS - cut)):
            machine.reset()
            assert machine.time == 0.0
            if parts == (cut,):
                machine.run(cut * 0.1)
            else:
                assert_same(outcome(machine, populations, parts), expected)


def test_a_reset_after_an_interrupted_run_drops_what_was_recorded():
    net, populations = describe(networks_example(), recorded=True)
    expected = outcome(machine_of(net, 1), populations)
    machine = machine_of(net, 2)

    def fail(_ticks):
        raise LookupError("mine")

    with pytest.raises(LookupError):
        machine._native.run(10**5, fail)
    assert machine.time > 0.0
    machine.reset()
    with pytest.raises(sc.NetworkError, match="nothing has been run"):
        machine.result()
    assert_same(outcome(machine, populations), expected)


def source_and_neurons(spikes, amplitudes, seed=3, updates="auto", workers=2):
    """Describe a source, neurons with rare and with frequent Poisson drive, and currents; compile it."""
    net = sc.Network(dt=0.1, seed=seed)
    source = net.spike_source(5, spikes, name="source")
    neurons = net.population(150, sc.LIF(i_e=200.0), name="neurons", v_init=sc.Uniform(-65.0, -52.0))
    frequent = net.population(140, sc.LIFDelta(tau_m=10.0), name="frequent")
    weight = sc.Normal(300.0, 30.0)
    net.connect(source, neurons, sc.FixedInDegree(3), weight=weight, delay=sc.Uniform(0.1, 3.0))
    net.connect(neurons, [neurons, frequent], sc.FixedInDegree(5), weight=1.0, delay=sc.Uniform(0.1, 3.0))
    net.stimulate(neurons, sc.Poisson(20.0, 500.0))
    net.stimulate(neurons, sc.DirectCurrent(50.0, start=3.0, stop=9.0))
    net.stimulate(frequent, sc.Poisson(8_000.0, 0.3))
    recorder = net.record(neurons, interval=0.7)
    if amplitudes is not None:
        net.stimulate(neurons, sc.DirectCurrent(amplitudes))
    return net.compile(workers=workers, updates=updates), source, neurons, recorder


def digest(result, machine, neurons, recorder):
    """What must be equal, from a `Result`."""
    return [
        result.spikes.ticks.tolist(),
        result.spikes.ids.tolist(),
        machine.state(neurons).tolist(),
        result.traces[recorder].values.tolist(),
        [int(n) for n in np.concatenate([result.spike_counts(one) for one in result.populations])],
    ]


GIVEN = [
    ([[1.0, 5.0], [], [0.1], [2.2], [19.9]], np.linspace(0.0, 400.0, 150)),
    (([3, 0, 4, 0], [7.0, 0.2, 0.2, 0.1]), np.zeros(150)),
    ([[]] * 5, np.full(150, -300.0)),
]


@pytest.mark.parametrize("updates", ["auto", "dense", "event"])
def test_inputs_give_what_a_network_with_these_inputs_gives(updates):
    machine, source, neurons, recorder = source_and_neurons([[3.0]] * 5, None, updates=updates)
    bare = digest(machine.run(30.0), machine, neurons, recorder)
    seen = []
    for spikes, amplitudes in GIVEN:
        fresh, _, same, tap = source_and_neurons(spikes, amplitudes, updates=updates, workers=1)
        expected = digest(fresh.run(30.0), fresh, same, tap)
        machine.reset({source: spikes, "neurons": amplitudes})
        assert digest(machine.run(30.0), machine, neurons, recorder) == expected
        seen.append(expected)
    assert all(a != b for a, b in itertools.combinations([bare, *seen], 2))
    # a number is a current for all, and nothing is left of it afterwards
    machine.reset({neurons: 70.0})
    fresh, _, same, tap = source_and_neurons([[3.0]] * 5, 70.0, updates=updates)
    assert digest(machine.run(30.0), machine, neurons, recorder) == digest(fresh.run(30.0), fresh, same, tap)
    machine.reset()
    assert digest(machine.run(30.0), machine, neurons, recorder) == bare


@pytest.mark.parametrize("workers", [1, 2, 3])
@pytest.mark.parametrize("seeds", [None, [5, 3, 2**64 - 1]])
def test_a_batch_is_its_samples_one_by_one(workers, seeds):
    machine, source, neurons, recorder = source_and_neurons([[3.0]] * 5, None, workers=workers)
    before = digest(machine.run(4.0), machine, neurons, recorder)
    inputs = {"source": [spikes for spikes, _ in GIVEN], neurons: np.stack([current for _, current in GIVEN])}
    batch = machine.run_batch(30.0, inputs, seeds=seeds, states=[(neurons, "v"), ("neurons", "i_syn")])
    assert machine.time == 4.0
    assert digest(machine.result(), machine, neurons, recorder) == before

    sums = dict.fromkeys(COUNTERS, 0)
    assert len(batch) == 3
    for k, (spikes, amplitudes) in enumerate(GIVEN):
        machine.reset({source: spikes, neurons: amplitudes}, seed=None if seeds is None else seeds[k])
        result = machine.run(30.0)
        found = [
            batch.spikes[k].ticks.tolist(),
            batch.spikes[k].ids.tolist(),
            batch.states[neurons, "v"][k].tolist(),
            batch.traces[k][recorder].values.tolist(),
            [int(n) for one in result.populations for n in batch.spike_counts[one][k]],
        ]
        assert found == digest(result, machine, neurons, recorder)
        assert batch.states["neurons", "i_syn"][k].tolist() == machine.state(neurons, "i_syn").tolist()
        assert batch.spikes[k]["neurons"].times.tolist() == result.spikes["neurons"].times.tolist()
        assert batch.traces[k][recorder].times.tolist() == result.traces[recorder].times.tolist()
        for name in COUNTERS:
            sums[name] += sum(machine.statistics[f"{name}_per_population"])
    assert {name: batch.counts.totals()[name] for name in COUNTERS} == sums
    assert sums["spikes"] > 100
    assert sums["stimulus_events"] > 1000
    report = batch.energy("loihi")
    assert report.biological_s == pytest.approx(0.09)
    assert report.totals["synaptic_operations"] == sums["synaptic_operations"]
    assert "3 samples of 30 ms" in repr(batch)


def test_seeds_are_of_the_stimuli_alone():
    machine, _, neurons, recorder = source_and_neurons([[3.0]] * 5, None)
    batch = machine.run_batch(20.0, seeds=[3, 4, 3])
    trains = [one.ids.tolist() for one in batch.spikes]
    assert trains[0] == trains[2] != trains[1]
    own = digest(machine.run(20.0), machine, neurons, recorder)
    assert own[0] == batch.spikes[0].ticks.tolist()
    assert len({tuple(one["neurons", "v"].values[0]) for one in batch.traces}) == 2
    # by default every sample has the network's seed
    same = machine.run_batch(20.0, {"neurons": np.zeros((2, 150))})
    assert same.spikes[0].ids.tolist() == same.spikes[1].ids.tolist() == batch.spikes[0].ids.tolist()


def test_the_forms_of_spikes_are_one():
    machine, source, *_ = source_and_neurons([[]] * 5, None)
    rng = np.random.default_rng(1)
    pairs = []
    for n in (0, 40, 1, 0, 25, 0):
        ticks, neurons = np.unravel_index(rng.choice(5 * 190, n, replace=False), (190, 5))
        order = np.lexsort((neurons, ticks))
        pairs.append((neurons[order], (ticks[order] + 1) / 10))
    shuffled = [(neurons[::-1].copy(), times[::-1].copy()) for neurons, times in pairs]
    trains = [[times[neurons == n] for n in range(5)] for neurons, times in pairs]
    found = [machine.run_batch(20.0, {source: form}) for form in (pairs, shuffled, trains)]
    for batch in found:
        for k, (neurons, times) in enumerate(pairs):
            assert batch.spikes[k][source].neurons.tolist() == neurons.tolist()
            np.testing.assert_allclose(batch.spikes[k][source].times, times)
            assert batch.spikes[k].ids.tolist() == found[0].spikes[k].ids.tolist()


def test_nothing_is_recorded_unless_asked_for():
    net = sc.Network()
    a, b = (net.population(3, sc.LIF(i_e=600.0), name=name) for name in "ab")
    batch = net.compile(workers=1, record_spikes=b).run_batch(50.0, {a: np.zeros((2, 3))})
    assert batch.spike_counts[a].dtype == np.uint64
    assert batch.spike_counts["b"].sum(axis=1).tolist() == [len(one[b]) for one in batch.spikes]
    with pytest.raises(sc.NotRecordedError, match="'a'"):
        batch.spikes[0][a]
    assert list(batch.spike_counts) == [a, b]
    assert len(batch.states) == len(batch.traces[0]) == 0


def test_recorders_that_take_no_sample_give_empty_tables():
    net = sc.Network(dt=0.1)
    neurons = net.population(3, sc.LIF(), name="neurons")
    source = net.spike_source(2, times=[[], []], name="source")
    seldom, often = (net.record(neurons, "v", interval=interval) for interval in (5.0, 0.1))
    machine = net.compile(workers=2)
    nothing = (np.empty(0, dtype=np.int64), np.empty(0))
    for inputs in (None, {source: [nothing] * 2}, {source: [[[], []]] * 2}, {source: [nothing, [[], []]]}):
        seeds = None if inputs else [1, 2]
        batch = machine.run_batch(1.0, inputs, seeds=seeds, states=[(neurons, "v")])
        for k in range(2):
            assert batch.traces[k][seldom].values.shape == (0, 3)
            assert batch.traces[k][seldom].times.shape == (0,)
            assert batch.traces[k][often].values.shape == (10, 3)
            assert len(batch.spikes[k][source]) == 0
        assert batch.states[neurons, "v"].shape == batch.spike_counts[neurons].shape == (2, 3)
    assert machine.run(1.0).traces[seldom].values.shape == (0, 3)


def test_mistakes_are_named():
    machine, source, neurons, _ = source_and_neurons([[]] * 5, None)
    spikes, zeros = [[[]] * 5] * 3, np.zeros((3, 150))

    def refused(message, *arguments, kind=sc.NetworkError, call=machine.run_batch, **options):
        with pytest.raises(kind, match=message):
            call(*arguments, **options)

    unequal = r"inputs of unequal lengths: 'source' has 3 samples, 'neurons' has 2"
    refused(unequal, 10.0, {source: spikes, neurons: zeros[:2]})
    refused("'source' has 3 samples, 'seeds' has 1", 10.0, {source: spikes}, seeds=[1])
    refused("at least one population, or seeds", 10.0)
    refused("the number of samples is 0", 10.0, {source: []})
    refused("duration is 0.05 ms", 0.05, {source: spikes})
    refused("population 'nobody' is not of this machine, which has: 'source', 'neurons'", 10.0, {"nobody": spikes})
    refused("given|each population once", 10.0, {source: spikes, "source": spikes})
    refused(r"shape of current is \(150,\), allowed: \(samples, 150\)", 10.0, {neurons: zeros[0]})
    refused(r"shape of current is \(3, 149\), allowed: \(3, 150\)", 10.0, {neurons: zeros[:, 1:]})
    refused(
        r"neurons: current\[\(1, 2\)\] is nan",
        10.0,
        {neurons: np.where(np.arange(450) == 152, np.nan, 0.0).reshape(3, 150)},
    )
    refused(r"source, sample 1: times\[0\] is 0.05 ms", 10.0, {source: [([], []), ([1], [0.05])]})
    refused(r"source, sample 1: times\[0\] is 0.0 ms", 10.0, {source: [([], []), (np.array([1]), np.array([0.0]))]})
    refused(r"source, sample 0: neurons\[1\] is 5", 10.0, {source: [(np.array([1, 5]), np.array([0.1, 0.2]))]})
    refused(
        "source, sample 0: times is two spikes of neuron 2 at 1 ms", 10.0, {source: [(np.array([2, 2]), np.ones(2))]}
    )
    refused("source, sample 2: the length of times is 4", 10.0, {source: [[[]] * 5, [[]] * 5, [[]] * 4]})
    refused("list with the spikes of each sample", 10.0, {source: ([0], [1.0])}, kind=TypeError)
    refused("must be a mapping", 10.0, [spikes], kind=TypeError)
    refused("pairs", 10.0, {source: spikes}, states=(neurons, "v"), kind=TypeError)
    refused("variable is 'w'", 10.0, {source: spikes}, states=[(neurons, "w")])
    refused("variable is 'v'", 10.0, {source: spikes}, states=[(source, "v")])
    refused(r"seeds\[1\] is -1", 10.0, {source: spikes}, seeds=[1, -1, 2])
    refused("seeds must be a sequence", 10.0, {source: spikes}, seeds=7, kind=TypeError)
    stranger = sc.Network().population(3, sc.LIF(), name="neurons")
    refused("another network or a copy", 10.0, {stranger: zeros})
    refused(r"shape of current is \(3,\)", {neurons: [1.0, 2.0, 3.0]}, call=machine.reset)
    ragged = [[1.0], [], [2.0, 3.0]]
    refused("neurons: current must be an array of numbers", {neurons: ragged}, call=machine.reset)
    refused("neurons: current must be an array of numbers", 10.0, {neurons: ragged})
    refused(
        "source: times is two spikes of neuron 1 at 1 ms", {source: [[], [1.0, 1.0], [], [], []]}, call=machine.reset
    )
    refused("seed is -1", seed=-1, call=machine.reset)
    batch = machine.run_batch(1.0, {source: spikes}, states=[(neurons, "v")])
    with pytest.raises(sc.NotRecordedError, match=r"'i_syn'\) was not read; states .*: \('neurons', 'v'\)"):
        batch.states[neurons, "i_syn"]


def test_what_a_batch_has_is_a_mapping():
    machine, source, neurons, _ = source_and_neurons([[]] * 5, None)
    batch = machine.run_batch(1.0, {source: [[[]] * 5] * 2}, states=[(neurons, "v")])
    stranger = sc.Network().population(3, sc.LIF(), name="neurons")
    for key in ("zz", stranger, 3, None):
        assert key not in batch.spike_counts
        assert batch.spike_counts.get(key) is None
    with pytest.raises(sc.NotRecordedError, match="'zz' is not of this batch, which has: 'source', 'neurons'"):
        batch.spike_counts["zz"]
    with pytest.raises(KeyError, match="another network or a copy"):
        batch.spike_counts[stranger]
    for key in (("zz", "v"), (stranger, "v"), ("neurons", "i_syn"), "v", None):
        assert key not in batch.states
        assert batch.states.get(key, 7) == 7
    for mapping in (batch.spike_counts, batch.states):
        assert all(key in mapping and mapping[key] is not None for key in mapping)
        assert len(list(mapping.items())) == len(mapping)
    assert "neurons" in batch.spike_counts
    assert ("neurons", "v") in batch.states


def test_a_batch_that_does_not_fit_is_refused_before_anything_runs(monkeypatch):
    machine, source, *_ = source_and_neurons([[]] * 5, None)
    monkeypatch.setenv("SPIKECORE_MEMORY_LIMIT", "1000000")
    with pytest.raises(sc.ForecastError, match="7 samples on 2 replicas needs") as caught:
        machine.run_batch(10.0, {source: [[[]] * 5] * 7})
    assert caught.value.allowed == 1_000_000
    assert caught.value.value > 1_000_000
    monkeypatch.delenv("SPIKECORE_MEMORY_LIMIT")
    assert len(machine.run_batch(10.0, {source: [[[]] * 5] * 7})) == 7


def test_an_exception_in_a_callback_stops_a_batch_and_leaves_the_machine():
    machine, _, neurons, recorder = source_and_neurons([[3.0]] * 5, None)
    expected = digest(machine.run(10.0), machine, neurons, recorder)
    seen = []

    def fail(done):
        seen.append(done)
        raise LookupError("mine")

    with pytest.raises(LookupError, match="mine"):
        machine._native.run_batch(3 * 10**5, 4, [], [], progress=fail)
    assert len(seen) == 1
    assert seen[0] < 4
    machine.reset()
    assert digest(machine.run(10.0), machine, neurons, recorder) == expected


@pytest.mark.parametrize("kind", [list, tuple, dict.fromkeys, iter, lambda pairs: (pair for pair in pairs)])
def test_states_are_read_whatever_they_are_listed_in(kind):
    net = sc.Network(dt=0.1)
    exc = net.population(2, sc.LIF(), name="exc")
    machine = net.compile(workers=1)
    batch = machine.run_batch(1.0, seeds=[1], states=kind([(exc, "v"), ("exc", "i_syn")]))
    assert list(batch.states) == [(exc, "v"), (exc, "i_syn")]


@pytest.mark.parametrize("wrong", [None, "v", 3, b"v"])
def test_states_that_are_no_list_are_a_mistake_of_kind(wrong):
    net = sc.Network(dt=0.1)
    net.population(2, sc.LIF(), name="exc")
    with pytest.raises(TypeError, match="states must be a sequence of pairs"):
        net.compile(workers=1).run_batch(1.0, seeds=[1], states=wrong)


def test_seeds_are_not_letters():
    net = sc.Network(dt=0.1)
    net.population(2, sc.LIF(), name="exc")
    for wrong in ("12", b"12"):
        with pytest.raises(TypeError, match="seeds must be a sequence of whole numbers"):
            net.compile(workers=1).run_batch(1.0, seeds=wrong)
