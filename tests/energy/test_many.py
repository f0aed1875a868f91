"""Ledgers of many projections and profiles of many prices, against the obvious way to count and to check them."""

import pickle
import random
import re
from dataclasses import replace

import numpy as np
import pytest

import spikecore as sc
from spikecore import _native
from spikecore.energy import Comparison, EnergyReport, Ledger, Price, Profile, ProjectionCounts, bill, load
from spikecore.energy.price import overlapping
from spikecore.energy.report import _numbered

ANY = {
    "OneToOne": lambda rng, n, m: sc.OneToOne() if n == m else sc.AllToAll(),
    "AllToAll": lambda rng, n, m: sc.AllToAll(),
    "Bernoulli": lambda rng, n, m: sc.Bernoulli(rng.random()),
    "FixedInDegree": lambda rng, n, m: sc.FixedInDegree(rng.randrange(5)),
    "FixedOutDegree": lambda rng, n, m: sc.FixedOutDegree(rng.randrange(5)),
    "FixedTotalNumber": lambda rng, n, m: sc.FixedTotalNumber(rng.randrange(60)),
    "Pairs": lambda rng, n, m: sc.Pairs(*([rng.randrange(top) for _ in range(30)] for top in (n, m))),
    "Dense": lambda rng, n, m: sc.Dense(np.ones((n, m))),
    "Convolution": lambda rng, n, m: sc.Convolution(np.ones((1, 1, 3, 3)), (1, 4, 5), padding=1),
    "Pooling": lambda rng, n, m: sc.Pooling(2, (1, 4, 5)),
}


def a_network(number):
    """Populations of 5, 20 and 150 neurons, and any rules between them, several of them alike."""
    rng = random.Random(number)
    net = sc.Network(dt=0.1, seed=number)
    driven = [net.population(size, sc.LIF(i_e=rng.uniform(380.0, 600.0))) for size in (20, 5, 20, 150)]
    driven.append(net.spike_source(20, times=[[1.0, 2.5 + k] for k in range(20)]))
    for _ in range(14):
        kind = rng.choice([*ANY])
        source, target = rng.choice(driven), rng.choice(driven[:-1])
        if kind == "Convolution":
            source, target = driven[4], driven[2]
        if kind == "Pooling":
            source, target = driven[2], driven[1]
            target = net.population(4, sc.LIF())
        own = kind in ("Dense", "Convolution")
        settings = {"delay": rng.choice([0.1, 1.0, 2.5])} | ({} if own else {"weight": rng.choice([2.0, -3.0])})
        if kind not in ("Dense", "Convolution", "Pooling", "Pairs", "OneToOne"):
            settings["autapses"] = rng.random() < 0.5 or source.size == 1
        net.connect(source, target, ANY[kind](rng, source.size, target.size), **settings)
    return net


@pytest.mark.parametrize("number", range(12))
def test_the_ledger_of_any_network_is_that_of_projections_one_by_one(number):
    """Degrees add up to the synapses that the machine holds; counts are spikes times degrees, one by one."""
    net = a_network(number)
    machine = net.compile(workers=1 + number % 3)
    result = machine.run(25.0)
    wiring, ledger = result.wiring, result.ledger
    stored = {}
    for projection in net.projections:
        ends = projection.source, projection.target
        stored.setdefault(ends, np.zeros(ends[0].size, dtype=object))
    for (source, target), total in stored.items():
        assert total.sum() == 0
        total += np.bincount(machine.synapses(source, target).sources, minlength=source.size)
    synapses = operations = store = 0
    for k, (projection, counts) in enumerate(zip(net.projections, ledger.projections, strict=True)):
        degrees = wiring.degrees(k).astype(object)
        spikes = result.spike_counts(projection.source).astype(object)
        stored[projection.source, projection.target] -= degrees
        wire = wiring.wires[k]
        assert (counts.synapses, counts.synaptic_operations) == (degrees.sum(), (spikes * degrees).sum())
        assert counts.weight_bytes == counts.synaptic_operations * wire.synapse_bytes
        assert counts.weight_bytes_dense == counts.synapses * wire.synapse_bytes * result.ticks
        synapses, operations = synapses + counts.synapses, operations + counts.synaptic_operations
        store += wiring.store_bytes(k)
    assert all((left == 0).all() for left in stored.values())
    assert (ledger.synapses, ledger.synaptic_operations, ledger.weight_store_bytes) == (synapses, operations, store)
    assert operations == sum(result.counts.synaptic_operations.values())
    again = pickle.loads(pickle.dumps(result))
    vars(again).pop("ledger", None)
    assert again.ledger == ledger


def test_projections_between_the_same_populations_are_numbered():
    net = sc.Network()
    a, b = (net.population(2, sc.LIF(), name=name) for name in "ab")
    for source, target in ((a, b), (b, a), (a, b)):
        net.connect(source, target, sc.AllToAll(), weight=1.0, delay=1.0)
    names = [one.name for one in net.compile(workers=1).run(1.0).ledger.projections]
    assert names == ["a → b (0)", "b → a", "a → b (2)"]


@pytest.mark.parametrize("number", range(6))
def test_packets_by_population_are_those_neuron_by_neuron(number):
    net = a_network(number)
    result = net.compile(workers=2).run(25.0)
    chip = replace(load("loihi").chip, neurons_per_core=16)
    table = result.wiring.placed(
        16, chip.cores_per_tile, chip.mesh_width, chip.bits_per_synapse, chip.block, chip.block_bits, chip.word_bits
    )
    counts = result.energy(replace(load("loihi"), chip=chip), mapping=True).ledger.populations
    spikes = result.neuron_spikes.astype(object)
    for name, column in (("packets", "packets"), ("hops_ew", "hops_ew"), ("hops_ns", "hops_ns")):
        expected = {one.name: sum(spikes[list(one.ids)] * table[column][list(one.ids)]) for one in result.populations}
        assert counts[name] == expected


def test_sums_over_segments_are_exact():
    spikes = np.array([2**64 - 1, 2**64 - 1, 3, 5], np.uint64)
    weights = np.array([2**32 - 1, 2**32 - 1, 7, 11], np.uint32)
    exact = [int(n) * int(w) for n, w in zip(spikes, weights, strict=True)]
    assert _native.weighted(spikes, weights, [0, 2, 2]) == [exact[0] + exact[1], 0, exact[2] + exact[3]]
    assert _native.weighted(spikes, weights, [1]) == [sum(exact[1:])]
    for bad in ([5], [2, 1]):
        with pytest.raises(ValueError, match="4 spikes, 4 weights"):
            _native.weighted(spikes, weights, bad)
    fan_out = _native.FanOut([1, 2], [1, 0], [np.array([2**32 - 1, 9], np.uint32), 2**32 - 1])
    counts = np.array([7, 2**63, 1], np.uint64)
    assert fan_out.operations(counts) == [2**63 * (2**32 - 1) + 9, 7 * (2**32 - 1)]
    assert fan_out.synapses() == [2**32 + 8, 2**32 - 1]
    with pytest.raises(sc.NetworkError, match="3 values, one per neuron"):
        fan_out.operations(counts[1:])


COUNTED = (
    "spikes",
    "synaptic_operations",
    "synaptic_operations_dense",
    "neuron_updates",
    "updates_active",
    "updates_done",
)
COUNTED += ("updates_inactive", "updates_skipped", "weight_bytes", "weight_bytes_dense", "packets")


def a_price(rng, term):
    count = rng.choice(COUNTED)
    unit = "pJ/B" if "bytes" in count else "pJ"
    contains = (count, rng.choice(COUNTED), count)
    scope = {"scope": "all-in", "contains": contains} if rng.random() < 0.15 else {}
    return Price(term, count, 1.0, unit, "measured", "exact", "a paper", **scope)


def clash_of(prices):
    """The place and the field that a profile refuses; None where it takes the prices."""
    try:
        Profile("many", "Many", "", None, "per-term", "a paper", prices=prices)
    except sc.NetworkError as error:
        place, field = re.fullmatch(r"prices\[(\d+)\]\.(\w+)", error.parameter).groups()
        return int(place), field
    return None


def clash_pair_by_pair(prices):
    """What a profile refuses, as it is told: every pair is looked at; the places and counts of the first that clash."""
    for at, price in enumerate(prices):
        others = [other for k, other in enumerate(prices) if k != at and other.scope == "all-in"]
        if price.scope == "all-in" and any(other.count in price.contains for other in others):
            return at, "scope"
    per_term = [(at, price) for at, price in enumerate(prices) if price.scope == "per-term"]
    for k, (second, other) in enumerate(per_term):
        for first, price in per_term[:k]:
            if price.count == other.count and price.term == other.term:
                return second, "term"
            if price.count != other.count and price.count in overlapping(other.count):
                return (first if other.count == "neuron_updates" else second), "count"
    return None


def test_prices_that_clash_are_those_of_every_pair():
    rng = random.Random(4)
    clashes = []
    for _ in range(1500):
        prices = [a_price(rng, rng.choice("abcdef")) for _ in range(rng.randrange(7))]
        clash = clash_of(prices)
        assert clash == clash_pair_by_pair(prices)
        clashes.append(clash and clash[1])
    assert {None, "scope", "term", "count"} == set(clashes)


def test_every_term_is_charged_or_inside_whatever_the_number_of_prices():
    all_in = Price(
        "events", "synaptic_operations", 2.0, "pJ", "measured", "exact", "a paper",
        scope="all-in", contains=("synaptic_operations", "spikes"),
    )  # fmt: skip
    terms = [Price(f"t{k}", "packets", 1.0, "pJ", "measured", "exact", "a paper") for k in range(500)]
    inside = replace(terms[0], term="spikes", count="spikes")
    machine = Profile("many", "Many", "", None, "per-term", "a paper").with_prices(*terms, all_in, inside)
    priced = bill(Ledger(spikes=5, synaptic_operations=10, packets=3), machine)
    assert [line.price.term for line in priced.lines] == [*(f"t{k}" for k in range(500)), "events"]
    assert [(one.price.term, one.aggregate.term) for one in priced.inside] == [("spikes", "events")]
    assert priced.nominal_j == pytest.approx(500 * 3e-12 + 20e-12)


def test_machines_of_one_name_are_numbered_without_using_a_name_twice():
    assert _numbered(["a", "a (2)", "a", "a", "b", "a (2)"]) == ("a", "a (2)", "a (3)", "a (4)", "b", "a (2) (2)")
    many = _numbered(["a"] * 3000)
    assert (len(set(many)), many[-1]) == (3000, "a (3000)")
    assert len(Comparison([EnergyReport.of(Ledger(), "loihi")] * 3).names) == 3


def test_counts_by_hand_are_still_checked():
    assert ProjectionCounts("a → b", np.int64(3), 2.5).synapses == 3
    with pytest.raises(sc.NetworkError) as caught:
        ProjectionCounts("a → b", -1, 0)
    assert (caught.value.population, caught.value.parameter, caught.value.value) == ("a → b", "synapses", -1)
    for wrong in ((1, True), (None, 1)):
        with pytest.raises(TypeError):
            ProjectionCounts("a → b", *wrong)
