"""Delays of a sparse matrix: those of its entries, whatever their order, and no others."""

import numpy as np
import pytest

import spikecore as sc

sparse = pytest.importorskip("scipy.sparse")

ROWS, COLUMNS = np.array([0, 0, 1, 3, 3, 3]), np.array([4, 1, 2, 0, 2, 4])
WEIGHTS, DELAYS = np.array([5.0, 1.0, -2.0, 3.0, 0.0, 7.0]), np.array([0.4, 0.1, 1.2, 0.3, 2.0, 0.7])


def ends(rows=4, columns=5):
    net = sc.Network(dt=0.1, seed=1)
    return net, net.population(rows, sc.LIF(), name="pre"), net.population(columns, sc.LIF(), name="post")


def coo(values, rows=ROWS, columns=COLUMNS, shape=(4, 5)):
    return sparse.coo_array((values, (rows, columns)), shape=shape)


def entries(net, projection):
    synapses = net.compile(workers=1, precision="f64").synapses(projection)
    columns = (synapses.sources, synapses.targets, synapses.weights, synapses.delays)
    return sorted(zip(*(column.tolist() for column in columns), strict=True))


EXPECTED = sorted(zip(ROWS.tolist(), COLUMNS.tolist(), WEIGHTS.tolist(), DELAYS.tolist(), strict=True))


@pytest.mark.parametrize("weights", ["coo", "csr", "csc"])
@pytest.mark.parametrize("delays", ["coo", "csr", "csc", "lil", "dok"])
def test_each_entry_has_its_delay_whatever_the_format(weights, delays):
    net, pre, post = ends()
    made = net.connect(pre, post, coo(WEIGHTS).asformat(weights), delay=coo(DELAYS).asformat(delays))
    assert entries(net, made) == EXPECTED


def test_old_matrices_and_shuffled_entries_are_the_same():
    net, pre, post = ends()
    order = [4, 0, 5, 2, 1, 3]
    delays = coo(DELAYS[order], ROWS[order], COLUMNS[order])
    made = net.connect(pre, post, sparse.csr_matrix(coo(WEIGHTS)), delay=sparse.coo_matrix(delays))
    assert entries(net, made) == EXPECTED


def test_an_array_of_the_shape_has_the_delays_of_the_entries():
    net, pre, post = ends()
    table = np.full((4, 5), 0.9)
    table[ROWS, COLUMNS] = DELAYS
    assert entries(net, net.connect(pre, post, coo(WEIGHTS), delay=table)) == EXPECTED
    assert entries(net, net.connect(pre, post, coo(WEIGHTS), delay=table.tolist())) == EXPECTED
    assert entries(net, net.connect(pre, post, coo(WEIGHTS), delay=DELAYS)) == EXPECTED
    with pytest.raises(sc.NetworkError, match=r"the shape of delay is \(5, 4\), allowed: \(4, 5\), or a value for"):
        net.connect(pre, post, coo(WEIGHTS), delay=table.T)


def test_what_a_machine_gives_comes_back():
    net, pre, post = ends(30, 40)
    law = {"weight": sc.Normal(40.0, 9.0), "delay": sc.Uniform(0.1, 6.0)}
    made = net.connect(pre, post, sc.FixedInDegree(7), **law)
    synapses = net.compile(workers=1, precision="f64").synapses(made)
    assert len(set(zip(synapses.sources.tolist(), synapses.targets.tolist(), strict=True))) < len(synapses)
    other, first, second = ends(30, 40)
    again = other.connect(first, second, synapses.to_scipy(), delay=synapses.to_scipy("delay"))
    assert entries(other, again) == entries(net, made)


def test_delays_in_32_bits_lie_on_the_grid():
    net, pre, post = ends()
    made = net.connect(pre, post, coo(WEIGHTS), delay=coo(DELAYS.astype(np.float32)))
    assert entries(net, made) == EXPECTED


def test_between_parts_the_matrices_have_their_shape():
    net, pre, post = ends(9, 9)
    made = net.connect(pre[5:], post[2:7], coo(WEIGHTS), delay=coo(DELAYS))
    assert entries(net, made) == [(row + 5, column + 2, *values) for row, column, *values in EXPECTED]


MISFITS = {
    "an entry without a delay": (
        coo(DELAYS[1:], ROWS[1:], COLUMNS[1:]),
        r"delay is lacking at \(0, 4\), allowed",
    ),
    "a delay without an entry": (
        coo(np.append(DELAYS, 0.5), np.append(ROWS, 2), np.append(COLUMNS, 2)),
        r"delay is given without a weight at \(2, 2\), allowed",
    ),
    "other entries": (
        coo(DELAYS, COLUMNS[::-1] % 4, ROWS),
        r"delay is lacking at \(0, 4\) and 4 more, allowed",
    ),
    "another shape": (
        coo(DELAYS, shape=(4, 6)),
        r"the shape of delay is \(4, 6\), allowed: \(4, 5\), that of",
    ),
    "an entry twice": (
        coo(np.append(DELAYS, 0.4), np.append(ROWS, 0), np.append(COLUMNS, 4)),
        r"delay is given without a weight at \(0, 4\), allowed",
    ),
    "a delay of 0": (coo(DELAYS * (DELAYS > 0.3)), r"delay\[1\] is 0.0 ms, allowed: multiples of dt = 0.1 ms"),
    "off the grid": (coo(DELAYS + 0.05), r"delay\[0\] is 0.45 ms, allowed: multiples of dt"),
}


@pytest.mark.parametrize("misfit", MISFITS)
def test_a_matrix_that_does_not_fit_is_refused_by_name(misfit):
    net, pre, post = ends()
    delays, why = MISFITS[misfit]
    with pytest.raises(sc.NetworkError, match=f"pre → post: .*{why}|pre → post: {why}"):
        net.connect(pre, post, coo(WEIGHTS), delay=delays)
    assert len(net.projections) == 0


def test_entries_that_scipy_has_dropped_are_missed():
    net, pre, post = ends()
    weights = coo(WEIGHTS).tocsr()
    weights.eliminate_zeros()
    with pytest.raises(sc.NetworkError, match=r"without a weight at \(3, 2\), allowed: .* stored zeros too"):
        net.connect(pre, post, weights, delay=coo(DELAYS))


@pytest.mark.parametrize("rule", [sc.AllToAll(), sc.Bernoulli(0.5), sc.Pairs(ROWS, COLUMNS), sc.Dense(np.ones((4, 5)))])
def test_a_sparse_matrix_beside_another_rule_is_refused_by_name(rule):
    net, pre, post = ends()
    allowed = "allowed: a sparse matrix of weights as the rule, and one of delays with it"
    weight = None if isinstance(rule, sc.Dense) else 1.0
    with pytest.raises(sc.NetworkError, match=f"pre → post: delay is coo_array, {allowed}"):
        net.connect(pre, post, rule, weight=weight, delay=coo(DELAYS))
    with pytest.raises(sc.NetworkError, match=f"pre → post: weight is coo_array, {allowed}"):
        net.connect(pre, post, rule, weight=coo(WEIGHTS), delay=1.0)
