"""Given pairs in any order: what the stores hold, against rows that are sorted the slow way; and what is refused."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import spikecore as sc

SIZES = st.tuples(st.integers(1, 40), st.integers(1, 40))
FORMATS = [{}, {"weights": "q16"}, {"precision": "f64"}]


@st.composite
def pair_lists(draw):
    """Pairs of two populations in one of five orders, with repeats, and some sources that have none."""
    n, m = draw(SIZES)
    count = draw(st.integers(0, 120))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    sources, targets = rng.integers(0, n, count), rng.integers(0, m, count)
    order = {
        "random": np.arange(count),
        "by source": np.argsort(sources, kind="stable"),
        "by source and target": np.lexsort((targets, sources)),
        "by target": np.lexsort((sources, targets)),
        "backwards": np.lexsort((targets, sources))[::-1],
    }[draw(st.sampled_from(["random", "by source", "by source and target", "by target", "backwards"]))]
    return n, m, sources[order], targets[order], rng.uniform(-1.0, 1.0, count), rng.integers(1, 60, count)


def listed(sources, targets, weights, ticks):
    return list(zip(sources.tolist(), targets.tolist(), weights.tolist(), ticks.tolist(), strict=True))


def rows(sources, targets, weights, ticks):
    """Return the pairs row by row: ascending target, then as given; of equal delay, as the stores keep them."""
    ordered = sorted(listed(sources, targets, weights, ticks), key=lambda synapse: (synapse[0], synapse[1]))
    return sorted(ordered, key=lambda synapse: (synapse[0], synapse[3]))


@pytest.mark.filterwarnings("ignore::spikecore.UnitWarning")
@settings(max_examples=30, deadline=None)
@given(pairs=pair_lists(), kind=st.sampled_from(FORMATS), arrays=st.tuples(st.booleans(), st.booleans()))
def test_the_stores_hold_the_rows_of_the_pairs(pairs, kind, arrays):
    n, m, sources, targets, weights, ticks = pairs
    if not arrays[0]:
        weights = np.full(len(weights), 0.5)
    if not arrays[1]:
        ticks = np.full(len(ticks), 7)
    net = sc.Network(dt=0.5, seed=1)
    a, b = net.population(n, sc.LIF(), name="a"), net.population(m, sc.LIF(tau_syn_exc=1.0, tau_syn_inh=2.0), name="b")
    weight, delay = weights if arrays[0] else 0.5, ticks * 0.5 if arrays[1] else 3.5
    net.connect(a, b, sc.Pairs(sources, targets), weight=weight, delay=delay)
    expected = rows(sources, targets, weights, ticks)
    for workers in (1, 3):
        held = net.compile(workers=workers, **kind).synapses(a, b)
        found = listed(held.sources, held.targets, held.weights, held.delays)
        # Stable, so with one worker, whose core holds them all, the order within a row and a delay is seen.
        found.sort(key=lambda synapse: (synapse[0], synapse[3]))
        wanted = expected
        if workers > 1:
            found.sort(key=lambda synapse: (synapse[0], synapse[3], synapse[1]))
            wanted = sorted(expected, key=lambda synapse: (synapse[0], synapse[3], synapse[1]))
        assert [(s, t, d * 2) for s, t, _, d in found] == [(s, t, d) for s, t, _, d in wanted]
        exact = {"atol": 1e-4 if "weights" in kind else 1e-7, "rtol": 0}
        np.testing.assert_allclose([w for _, _, w, _ in found], [w for _, _, w, _ in wanted], **exact)


@settings(max_examples=50, deadline=None)
@given(pairs=pair_lists())
def test_the_first_repeated_pair_is_named(pairs):
    n, m, sources, targets, _, _ = pairs
    keys = (sources * m + targets).tolist()
    order = sorted(range(len(keys)), key=lambda at: keys[at])
    again = [late for early, late in pairwise(order) if keys[early] == keys[late]]
    net = sc.Network(seed=1)
    a, b = net.population(n, sc.LIF(), name="a"), net.population(m, sc.LIF(), name="b")

    def connect():
        net.connect(a, b, sc.Pairs(sources, targets), weight=1.0, delay=1.0, multapses=False)

    if not again:
        return connect()
    pair = rf"pair {again[0]} is \({sources[again[0]]}, {targets[again[0]]}\), allowed: each pair once"
    with pytest.raises(sc.NetworkError, match=pair):
        connect()
    assert not net.projections


def test_a_sparse_matrix_is_the_same_path():
    sparse = pytest.importorskip("scipy.sparse")
    rng = np.random.default_rng(3)
    dense = rng.uniform(1.0, 2.0, (30, 20)) * (rng.uniform(size=(30, 20)) < 0.3)
    for form in (sparse.csr_matrix, sparse.csc_matrix, sparse.coo_matrix):
        net = sc.Network(seed=1)
        a, b = net.population(30, sc.LIF(), name="a"), net.population(20, sc.LIF(), name="b")
        net.connect(a, b, form(dense), delay=1.0)
        held = net.compile(workers=2).synapses(a, b)
        found = np.zeros((30, 20))
        found[held.sources, held.targets] = held.weights
        np.testing.assert_allclose(found, dense, rtol=1e-6)


def test_a_wrong_value_far_down_an_array_is_named():
    n = 50_000
    net = sc.Network(dt=0.1, seed=1)
    a, b = net.population(n, sc.LIF(), name="a"), net.population(n, sc.LIF(), name="b")
    delays, weights = np.full(n, 1.0), np.full(n, 1.0)
    delays[40_000], weights[30_000] = 1.05, np.nan
    with pytest.raises(sc.NetworkError, match=r"delay\[40000\] is 1.05 ms"):
        net.connect(a, b, sc.OneToOne(), weight=1.0, delay=delays)
    with pytest.raises(sc.NetworkError, match=r"weight\[30000\] is nan"):
        net.connect(a, b, sc.OneToOne(), weight=weights, delay=1.0)
    sources = np.arange(n)
    sources[20_000] = n
    with pytest.raises(sc.NetworkError, match=r"sources\[20000\] is 50000"):
        net.connect(a, b, sc.Pairs(sources, np.arange(n)), weight=1.0, delay=1.0)


def test_given_arrays_stay_as_they_are():
    sources, targets = np.array([1, 0], dtype=np.uint32), np.array([0, 1], dtype=np.uint32)
    pairs = sc.Pairs(sources, targets)
    weights, delays = np.array([1.0, 2.0]), np.array([1.0, 2.0])
    net = sc.Network(seed=1)
    a = net.population(2, sc.LIF(), name="a")
    net.connect(a, a, pairs, weight=weights, delay=delays)
    for mine in (sources, targets, weights, delays):
        assert mine.flags.writeable
        mine[:] = 9
    held = net.compile(workers=1).synapses(a, a)
    assert sorted(listed(held.sources, held.targets, held.weights, held.delays)) == [(0, 1, 2, 2), (1, 0, 1, 1)]
