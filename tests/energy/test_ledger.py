"""The ledger of a run, against slow counts over the synapses that the machine holds; and placements on small chips."""

import gc
import math
import pickle
import re
import weakref
from dataclasses import replace

import numpy as np
import pytest
from chip_memory import list_bits

import spikecore as sc
from spikecore.energy import COUNTS, Ledger, known, load
from spikecore.energy.placement import Placement
from spikecore.energy.profile import Chip
from spikecore.energy.run_ledger import state_bytes
from spikecore.machine import Machine

H = 0.1


def every_rule(fired=True):
    """A source that fires, and populations that it drives by every kind of connection; 100 neurons each."""
    net = sc.Network(dt=H, seed=3)
    rng = np.random.default_rng(1)
    times = [np.unique(rng.integers(1, 300, 6)) * H if fired else [] for _ in range(100)]
    source = net.spike_source(100, times=times, name="source")
    one = net.population(100, sc.LIF(i_e=300.0), name="one")
    two = net.population(100, sc.LIFDelta(), name="two")
    normal = sc.Normal(20.0, 4.0)
    net.connect(source, one, sc.FixedInDegree(10), weight=normal, delay=sc.Uniform(1.0, 6.0))
    net.connect(source, one, sc.FixedTotalNumber(500), weight=30.0, delay=1.5)
    net.connect(one, two, sc.Bernoulli(0.2), weight=0.1, delay=3.0)
    net.connect(one, one, sc.FixedOutDegree(7), weight=-20.0, delay=2.0, autapses=False)
    net.connect(one, two, sc.OneToOne(), weight=0.2, delay=0.5)
    net.connect(source, two, sc.AllToAll(), weight=0.01, delay=20.0)
    net.connect(two, one, sc.Pairs([0, 0, 5], [1, 2, 3]), weight=[1.0, 2.0, 3.0], delay=1.0)
    return net, source, one, two


def pair_counts(machine, result):
    """Synaptic operations between every two populations, synapse by synapse."""
    counts = {}
    for a in result.populations:
        spikes = result.spike_counts(a)
        for b in result.populations:
            counts[a.name, b.name] = int(spikes[machine.synapses(a, b).sources].sum())
    return counts


@pytest.mark.parametrize("workers", [1, 2, 3])
@pytest.mark.parametrize("options", [{}, {"weights": "q16"}, {"precision": "f64"}])
def test_synaptic_operations_by_projection_and_core(workers, options):
    net, *_ = every_rule()
    machine = net.compile(workers=workers, **options)
    machine.run(7.0)
    result = machine.run(15.0)
    ledger = result.ledger
    found = {}
    for one in ledger.projections:
        pair = tuple(one.name.split(" (")[0].split(" → "))
        found[pair] = found.get(pair, 0) + one.synaptic_operations
    expected = {pair: n for pair, n in pair_counts(machine, result).items() if pair in found}
    assert found == expected
    assert sum(found.values()) == ledger.synaptic_operations > 1000
    for name in ("spikes", "synaptic_operations", "neuron_updates", "weight_bytes", "state_bytes"):
        assert sum(ledger.populations[name].values()) == getattr(ledger, name), name
    assert len(ledger.cores) == machine.statistics["cores"]
    assert sum(ledger.cores) == ledger.synaptic_operations


@pytest.mark.parametrize("places", [(0, 1, 2), (2, 0, 1), (0, 0, 1)])
def test_synaptic_operations_by_core_are_those_of_the_neurons_there(places):
    net, *populations = every_rule()
    net._native.record_spikes([population.index for population in net.populations])
    native = net._native.compile(3, "f32", placement=list(places))
    machine = Machine(native, net._grid, net.populations, (), net.populations, net.projections)
    result = machine.run(22.0)
    expected = [0] * machine.statistics["cores"]
    core_of = {population.name: core for population, core in zip(populations, places, strict=True)}
    for (_, target), count in pair_counts(machine, result).items():
        expected[core_of[target]] += count
    assert list(result.ledger.cores) == expected
    assert sum(expected) > 1000


def test_what_is_pending_at_the_stop_is_counted_with_the_spike():
    """Delays of 20 ms: at first nothing is delivered, at last more than is emitted."""
    net, *_ = every_rule()
    machine = net.compile(workers=2)
    first, second = machine.run(10.0), machine.run(40.0)
    assert first.newly_pending > 0
    assert second.newly_pending < 0
    for result in (first, second):
        delivered = result.statistics["synaptic_events"]
        assert result.ledger.synaptic_operations == delivered + result.newly_pending
    whole = net.compile(workers=1).run(50.0).ledger
    assert whole.synaptic_operations == first.ledger.synaptic_operations + second.ledger.synaptic_operations


def test_a_table_that_disagrees_with_the_engine_is_an_error():
    net, *_ = every_rule()
    result = net.compile(workers=1).run(15.0)
    make, (sizes, sources, degrees) = result.wiring.fan_out.__reduce__()
    result.wiring.fan_out = make(sizes, sources, [result.wiring.degrees(0) + np.uint32(1), *degrees[1:]])
    with pytest.raises(sc.InternalError) as caught:
        _ = result.ledger
    counted = result.counts.totals()["synaptic_operations"]
    assert (caught.value.allowed, caught.value.value) == (counted, counted + result.spike_counts("source").sum())


@pytest.mark.parametrize(
    ("options", "row", "shared"), [({}, 6, 2), ({"weights": "q16"}, 4, 2), ({"precision": "f64"}, 10, 2)]
)
def test_bytes_of_weights(options, row, shared):
    """Weights of their own take a target of 2 B and a weight; one weight for all is not stored with them."""
    net = sc.Network(dt=H, seed=1)
    source = net.spike_source(20, times=[[1.0, 2.0]] * 20, name="source")
    units = net.population(2000, sc.LIF(), name="units")
    net.connect(source, units, sc.FixedOutDegree(400), weight=sc.Normal(20.0, 1.0), delay=1.0)
    net.connect(source, units, sc.FixedOutDegree(300), weight=20.0, delay=1.0)
    machine = net.compile(workers=1, **options)
    ledger = machine.run(10.0).ledger
    assert not any(machine.statistics["loose_per_core"])
    assert [one.weight_bytes for one in ledger.projections] == [40 * 400 * row, 40 * 300 * shared]
    assert ledger.weight_bytes == 40 * (400 * row + 300 * shared)
    assert ledger.weight_store_bytes == 20 * (400 * row + 300 * shared)
    assert ledger.weight_bytes_dense == 100 * ledger.weight_store_bytes
    assert ledger.synaptic_operations_dense == 100 * 20 * 700


def test_bytes_of_synapses_do_not_follow_the_layout():
    """Loose synapses store their delays too; that is a matter of this machine, and of its statistics."""
    net = sc.Network(dt=H, seed=1)
    source = net.spike_source(100, times=[[1.0]] * 100, name="source")
    units = net.population(100, sc.LIF(), name="units")
    net.connect(source, units, sc.FixedOutDegree(2), weight=sc.Normal(20.0, 1.0), delay=sc.Uniform(1.0, 9.0))
    machine = net.compile(workers=1)
    assert machine.statistics["loose_per_core"] == [True]
    ledger = machine.run(10.0).ledger
    assert (ledger.weight_bytes, ledger.weight_store_bytes) == (200 * 6, 200 * 6)
    assert machine.statistics["weight_store_bytes"] == 200 * 8


@pytest.mark.parametrize("workers", [1, 3])
def test_bytes_of_computed_synapses(workers):
    """A matrix is stored whole and a kernel once, whatever each core keeps of them."""
    net = sc.Network(dt=H, seed=1)
    source = net.spike_source(1200, times=[[1.0]] * 1200, name="source")
    units = net.population(1200, sc.LIF(), name="units")
    net.connect(source, units, sc.Dense(np.ones((1200, 1200))), delay=1.0)
    net.connect(source, units, sc.Convolution(np.ones((3, 3, 3, 3)), (3, 20, 20), padding=1), delay=1.0)
    net.connect(source, units, sc.Pooling(1, (3, 20, 20)), weight=1.0, delay=1.0)
    result = net.compile(workers=workers).run(10.0)
    assert [result.wiring.store_bytes(k) for k in range(3)] == [4 * 1200 * 1200, 4 * 81, 4]
    assert result.ledger.weight_store_bytes == 4 * (1200 * 1200 + 81 + 1)
    assert [one.weight_bytes for one in result.ledger.projections] == [
        4 * one.synapses for one in result.ledger.projections
    ]


def sparse(workers, **options):
    """4,000 neurons with 36 synapses each: cores store them in rows, or loose where a core is small."""
    net = sc.Network(dt=H, seed=3)
    units = net.population(4000, sc.LIF(i_e=380.0), v_init=sc.Uniform(-70.0, -55.0), name="units")
    net.connect(units, units, sc.FixedOutDegree(36), weight=sc.Normal(5.0, 1.0), delay=sc.Uniform(0.5, 1.0))
    return net.compile(workers=workers, **options)


@pytest.fixture(scope="module")
def by_workers():
    machines = [sparse(workers) for workers in (1, 2, 3, 8)]
    return machines, [machine.run(50.0) for machine in machines]


def test_the_layout_of_that_network_follows_the_workers(by_workers):
    machines, _ = by_workers
    assert {any(machine.statistics["loose_per_core"]) for machine in machines} == {True, False}
    assert len({machine.statistics["weight_store_bytes"] for machine in machines}) == 2


@pytest.mark.parametrize("name", known())
@pytest.mark.parametrize("mapping", [False, True])
def test_energy_does_not_depend_on_the_number_of_workers(by_workers, name, mapping):
    """C1: on every profile that ships, all that is priced."""
    if mapping and load(name).chip is None:
        return
    reports = [result.energy(name, mapping=mapping).to_dict() for result in by_workers[1]]
    for report in reports:
        del report["ledger"]["cores"]
    assert all(report == reports[0] for report in reports[1:])


def test_a_run_has_no_store_of_a_core(by_workers):
    ledger = by_workers[1][0].ledger
    assert ledger.core_store_bytes is None
    assert "core_store_bytes" in ledger.unknown, "with a reason of its own"


def test_updates_and_state():
    net = sc.Network(dt=H)
    net.population(300, sc.LIF(), v_init=-68.0, name="units")
    for updates in ("dense", "event"):
        result = net.compile(workers=1, updates=updates).run(20.0)
        ledger, done = result.ledger, 60_000 - result.counts.updates_skipped["units"]
        assert (ledger.neuron_updates, ledger.updates_done) == (60_000, done)
        assert ledger.updates_active is None
        assert ledger.updates_active_most == 0, "nothing arrives"
        assert "updates_active" in ledger.unknown, "with a reason of its own"
        each = state_bytes(sc.LIF(), 4)
        assert (ledger.state_bytes, ledger.state_bytes_dense) == (each * done, each * 60_000)


@pytest.mark.parametrize(
    ("model", "in_words", "word"),
    [
        (sc.LIF(tau_syn_exc=2.0, tau_syn_inh=2.0), "v i + counter", 2 * (2 * 4 + 2)),
        (sc.LIF(tau_syn_exc=2.0, tau_syn_inh=3.0), "v i i + counter", 2 * (3 * 4 + 2)),
        (sc.LIFDelta(), "v + counter", 2 * (4 + 2)),
        (sc.ALIF(), "v eta spiked", 2 * 3 * 4),
    ],
)
def test_state_of_a_model(model, in_words, word):
    assert state_bytes(model, 4) == word, in_words


def test_a_batch_has_the_ledger_of_its_samples():
    net, source, *_ = every_rule()
    machine = net.compile(workers=2)
    inputs = [[[1.0 + k, 9.0] for _ in range(100)] for k in range(3)]
    batch = machine.run_batch(30.0, {source: inputs})
    sums = dict.fromkeys(("synaptic_operations", "weight_bytes", "state_bytes_dense", "ticks", "neuron_updates"), 0)
    projections = np.zeros(7, dtype=np.int64)
    for k in range(3):
        machine.reset({source: inputs[k]})
        ledger = machine.run(30.0).ledger
        projections += [one.synaptic_operations for one in ledger.projections]
        for name in sums:
            sums[name] += getattr(ledger, name)
    assert {name: getattr(batch.ledger, name) for name in sums} == sums
    assert [one.synaptic_operations for one in batch.ledger.projections] == projections.tolist()
    assert batch.ledger.biological_s == pytest.approx(0.09)
    assert batch.ledger.cores == ()


def test_a_ledger_is_of_the_network_as_it_was_compiled():
    net, source, one, _ = every_rule()
    machine = net.compile(workers=1)
    net.connect(source, one, sc.AllToAll(), weight=1.0, delay=1.0)
    with pytest.warns(sc.NetworkChangedWarning):
        before = machine.run(15.0).ledger
    after = net.compile(workers=1).run(15.0).ledger
    assert (len(before.projections), len(after.projections)) == (7, 8)
    assert after.synapses == before.synapses + 10_000


def test_a_result_keeps_its_ledger_and_not_the_machine():
    net, *_ = every_rule()
    machine = net.compile(workers=1)
    result = machine.run(15.0)
    gone = weakref.ref(machine)
    again = pickle.loads(pickle.dumps(result))
    del machine
    gc.collect()
    assert gone() is None
    assert again.ledger == result.ledger
    assert again.energy("loihi").nominal_j == result.energy("loihi").nominal_j
    with pytest.raises(sc.NetworkError, match="was pickled"):
        Placement.of(again.wiring, CHIP)


def test_a_ledger_by_hand():
    ledger = Ledger(synaptic_operations=3.5, ticks=200, dt_ms=0.5)
    assert ledger.biological_s == pytest.approx(0.1)
    assert set(COUNTS) <= set(ledger.to_dict())
    assert ledger.why_unknown("packets") == "not counted"


FIVE = {"neuron_updates": 5}


@pytest.mark.parametrize(
    ("wrong", "key", "value"),
    [
        ({"spikes": -1}, "spikes", -1),
        ({"spikes": np.float32(-5.0)}, "spikes", -5.0),
        ({"hops_ew": np.int64(-5)}, "hops_ew", -5),
        ({"ticks": math.inf}, "ticks", math.inf),
        ({"cores": (1, -1)}, "cores[1]", -1),
        ({"populations": {"spikes": {"a": -1}}}, "populations['spikes']['a']", -1),
        ({**FIVE, "updates_active_most": 6}, "updates_active_most", 6),
        (
            {"updates_active_most": 2, "neuron_updates": 5, "updates_active": 3, "updates_inactive": 2},
            "updates_active",
            3,
        ),
        ({**FIVE, "updates_active": 5}, "updates_active", 5),
        ({"neuron_updates": 10, "updates_active": 5, "updates_inactive": 2}, "updates_active", 5),
    ],
)
def test_what_is_no_count_is_refused(wrong, key, value):
    with pytest.raises(sc.NetworkError) as caught:
        Ledger(**wrong)
    assert (caught.value.parameter, caught.value.value) == (key, value)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("synaptic_operations", "5"), ("spikes", True), ("spikes", None), ("packets", 1j), ("populations", 3),
        ("projections", 3), ("cores", "12"), ("unknown", {"packets": 3}), ("notes", [3]),
    ],
)  # fmt: skip
def test_what_is_of_another_kind_is_a_type_error(field, value):
    with pytest.raises(TypeError, match=f"ledger: {field}"):
        Ledger(**{field: value})


def test_integers_stay_exact():
    """Also beyond 2^53, and where numpy counted them."""
    ledger = Ledger(spikes=np.uint64(2**53 + 1), synaptic_operations=2**60 + 1)
    assert (ledger.spikes, type(ledger.spikes)) == (2**53 + 1, int)
    assert ledger.synaptic_operations == 2**60 + 1


def active_updates(machine, result):
    """Pairs of neuron and tick in which a synapse arrives, one by one."""
    found = set()
    for a in result.populations:
        trains = result.spikes[a]
        for b in result.populations:
            synapses = machine.synapses(a, b)
            by_source = {}
            for k, s in enumerate(synapses.sources.tolist()):
                by_source.setdefault(s, []).append((b.first + int(synapses.targets[k]), round(synapses.delays[k] / H)))
            for time, s in zip(trains.times.tolist(), trains.neurons.tolist(), strict=True):
                for target, delay in by_source.get(s, ()):
                    found.add((target, round(time / H) + delay))
    return len([1 for _, tick in found if tick <= result.ticks])


@pytest.mark.parametrize("updates", ["dense", "event"])
@pytest.mark.parametrize("silent", [True, False])
def test_active_updates_are_bounded(updates, silent):
    """A silent network, where the bound is what arrives, and a busy one, where it is what was done."""
    net = sc.Network(dt=H, seed=3)
    source = net.spike_source(20, times=[[1.0, 2.0, 2.5]] * 20, name="source")
    units = net.population(200, sc.LIF(i_e=0.0 if silent else 400.0), name="units")
    net.connect(source, units, sc.FixedOutDegree(2 if silent else 100), weight=20.0, delay=1.0)
    machine = net.compile(workers=2, updates=updates)
    result = machine.run(10.0)
    ledger, exact = result.ledger, active_updates(machine, result)
    assert 0 < exact <= ledger.updates_active_most <= min(ledger.neuron_updates, ledger.synaptic_operations)
    assert ledger.updates_active_most <= ledger.updates_done


def test_what_was_pending_before_bounds_the_active_updates_of_a_run():
    net = sc.Network(dt=H, seed=3)
    source = net.spike_source(20, times=[[1.0]] * 20, name="source")
    units = net.population(100, sc.LIF(), name="units")
    net.connect(source, units, sc.FixedOutDegree(10), weight=20.0, delay=5.0)
    machine = net.compile(workers=1)
    first, second = machine.run(3.0).ledger, machine.run(10.0).ledger
    assert (first.synaptic_operations, first.updates_active_most) == (200, 0)
    assert (second.synaptic_operations, second.updates_active_most) == (0, 200)


def test_stimulus_events_bound_the_active_updates_beside_synapses():
    net = sc.Network(dt=H, seed=3)
    units = net.population(100, sc.LIF(), name="units")
    net.stimulate(units, sc.Poisson(rate=10.0, weight=1.0))
    ledger = net.compile(workers=1).run(100.0).ledger
    assert (ledger.spikes, ledger.synaptic_operations) == (0, 0)
    assert 50 < ledger.stimulus_events < 150
    assert ledger.updates_active_most == ledger.stimulus_events


def test_dense_counts_by_population():
    net, *_ = every_rule()
    ledger = net.compile(workers=2).run(15.0).ledger
    for name in ("synaptic_operations_dense", "weight_bytes_dense", "state_bytes_dense"):
        assert sum(ledger.populations[name].values()) == getattr(ledger, name) > 0, name
    assert ledger.populations["synaptic_operations_dense"]["two"] == 3 * 150


# Placement, against the definition.

CHIP = Chip(
    neurons_per_core=16, cores=16, cores_per_tile=2, mesh_width=3, source="a test",
    bits_per_synapse=5, block=8, block_bits=3, word_bits=16,
)  # fmt: skip


def slow_placement(machine, populations, chip):
    """Packets and hops of a spike of every neuron, and what each chip core takes, synapse by synapse."""
    inner = [one for one in populations if one.model.variables]
    place = {}
    for population in inner:
        for k in range(population.size):
            place[population.first + k] = len(place)
    core = {neuron: at // chip.neurons_per_core for neuron, at in place.items()}
    lists, fan_in = {}, {}
    for a in populations:
        for b in populations:
            synapses = machine.synapses(a, b)
            for s, t in zip(synapses.sources.tolist(), synapses.targets.tolist(), strict=True):
                key = a.first + s, core[b.first + t]
                lists[key] = lists.get(key, 0) + 1
                fan_in[b.first + t] = fan_in.get(b.first + t, 0) + 1
    n = sum(one.size for one in populations)
    found = {name: [0] * n for name in ("packets", "hops_ew", "hops_ns")}
    cores = 1 + max(core.values())
    for name in ("axons_in", "axons_out", "memory_bits"):
        found[name] = [0] * cores
    for (source, target), size in lists.items():
        found["axons_in"][target] += 1
        found["memory_bits"][target] += list_bits(size, chip)
        if source in core:
            (y0, x0), (y1, x1) = (divmod(one // chip.cores_per_tile, chip.mesh_width) for one in (core[source], target))
            found["axons_out"][core[source]] += 1
            found["packets"][source] += 1
            found["hops_ew"][source] += abs(x0 - x1)
            found["hops_ns"][source] += abs(y0 - y1)
    return {**found, "most_fan_in": max(fan_in.values()), "most_targets": max(found["packets"])}


@pytest.mark.parametrize("workers", [1, 3])
def test_placement_is_what_its_definition_says(workers):
    net, *_ = every_rule()
    machine = net.compile(workers=workers)
    result = machine.run(15.0)
    expected = slow_placement(machine, result.populations, CHIP)
    placed = result.wiring.placed(16, 2, 3, 5, 8, 3, 16)
    assert {name: np.asarray(placed[name]).tolist() for name in expected} == expected
    assert sum(expected["hops_ns"]) > 0
    mapping = Placement.of(result.wiring, CHIP)
    assert (mapping.broken, mapping.cores) == ("", 13)
    counts = mapping.count(result.neuron_spikes, result.populations)
    for name in ("packets", "hops_ew", "hops_ns"):
        of = {one.name: int(result.spike_counts(one) @ np.array(expected[name])[one.ids]) for one in result.populations}
        assert counts[name] == of


@pytest.mark.parametrize(
    ("limit", "named"),
    [
        ({"cores": 12}, "cores: 13 needed, 12 on a chip"),
        ({"most_delay": 199}, "delay: 200 ticks, at most 199"),
        ({"fan_in": 100}, "fan-in: .* synapses onto a neuron, at most 100"),
        ({"targets_per_neuron": 5}, "targets of a neuron: .* chip cores, at most 5"),
        ({"axons_in": 99}, "input axons: .* sources of a chip core, at most 99"),
        ({"axons_out": 20}, "output axons: .* a target core, at most 20"),
        ({"memory_bits": 1000}, "synaptic memory: .* bits or more, the chip has 16,000"),
        ({"memory_bits": 9000}, "synaptic memory: .* bits of a chip core, at most 9,000"),
    ],
)
def test_a_limit_that_is_broken_is_named_and_nothing_is_counted(limit, named):
    net, *_ = every_rule()
    result = net.compile(workers=1).run(15.0)
    mapping = Placement.of(result.wiring, replace(CHIP, **limit))
    assert re.match(named, mapping.broken), mapping.broken
    assert mapping.count(result.neuron_spikes, result.populations) is None
    assert mapping.packets is None


def test_a_limit_that_is_reached_is_not_broken():
    net, *_ = every_rule()
    result = net.compile(workers=1).run(1.0)
    mapping = Placement.of(result.wiring, replace(CHIP, cores=13, most_delay=200))
    assert (mapping.broken, mapping.cores) == ("", 13)


def test_neurons_with_many_synapses_lie_on_more_cores():
    net = sc.Network(dt=1.0, seed=1)
    many, few = (net.population(512, sc.LIF(i_e=500.0), name=name) for name in ("many", "few"))
    for source, degree in ((many, 40), (few, 2)):
        for target in (many, few):
            net.connect(source, target, sc.FixedOutDegree(degree), weight=1.0, delay=2.0)
    result = net.compile(workers=1).run(100.0)
    chip = load("loihi").chip
    assert 512 * (80 + 4) * chip.bits_per_synapse < chip.memory_bits, (
        "on one core but for what lists of synapses take beside"
    )
    mapping = Placement.of(result.wiring, chip)
    assert (mapping.broken, mapping.cores, mapping.neurons_per_core) == ("", 2, 512)
    placed = result.wiring.placed(
        512, chip.cores_per_tile, chip.mesh_width, chip.bits_per_synapse, chip.block, chip.block_bits, chip.word_bits
    )
    assert max(placed["memory_bits"]) <= chip.memory_bits
    assert len(result.energy("loihi", mapping=True).ledger.notes) == 1
    one_core = Placement.of(result.wiring, replace(chip, cores=1))
    assert (one_core.cores, one_core.neurons_per_core, one_core.packets) == (1, 1024, None), one_core.broken
    assert one_core.broken


def test_hops_are_priced_where_a_network_fits_and_unpriced_where_it_does_not():
    net = sc.Network(dt=1.0, seed=1)
    source = net.spike_source(10, times=[[1.0, 2.0]] * 10, name="source")
    units = net.population(5000, sc.LIF(i_e=500.0), name="units")
    net.connect(units, units, sc.FixedOutDegree(2), weight=1.0, delay=2.0)
    net.connect(source, units, sc.FixedOutDegree(20), weight=1.0, delay=2.0)
    result = net.compile(workers=1).run(100.0)
    alone, placed = result.energy("loihi"), result.energy("loihi", mapping=True)
    assert {one.count for one in alone.unpriced} >= {"packets", "hops_ew", "hops_ns"}
    ledger = placed.ledger
    assert ledger.packets > ledger.spikes > ledger.hops_ew > 0
    assert ledger.populations["packets"] == {"source": 0, "units": ledger.packets}
    assert ledger.hops_ns == 0, "five cores are two tiles of one row"
    assert placed.nominal_j == pytest.approx(alone.nominal_j + 1.7e-12 * ledger.packets + 3e-12 * ledger.hops_ew)
    assert ledger.populations["spikes"]["source"] == 20, "they come from outside"
    broken = result.energy("truenorth", mapping=True)
    assert len(broken.ledger.notes) == 1
    assert broken.ledger.packets is None
    with pytest.raises(sc.NetworkError) as caught:
        result.energy("cpu", mapping=True)
    assert (caught.value.parameter, caught.value.value) == ("mapping", True)
    with pytest.raises(TypeError, match="mapping must be True or False"):
        result.energy("loihi", mapping="yes")


def test_a_structure_without_size_is_refused_at_the_border():
    net, *_ = every_rule()
    wiring = net.compile(workers=1).run(1.0).wiring
    for structure in ((0, 2, 3, 5, 8, 3, 16), (16, 2, 0, 5, 8, 3, 16), (16, 2, 3, 5, 8, 3, 0)):
        with pytest.raises(sc.NetworkError) as caught:
            wiring.placed(*structure)
        assert caught.value.value == 0


def test_chips_that_ship_have_published_limits():
    loihi, truenorth = load("loihi").chip, load("truenorth").chip
    assert (loihi.neurons_per_core * loihi.cores, loihi.axons_in, loihi.axons_out) == (131_072, 4096, 4096)
    assert (truenorth.neurons_per_core * truenorth.cores, truenorth.axons_in) == (2**20, 256)
