"""Synapses of a machine: between two populations or of one projection, and as a matrix."""

import numpy as np
import pytest

import spikecore as sc
from spikecore import extras

sparse = pytest.importorskip("scipy.sparse")

KERNEL = np.arange(1.0, 10.0).reshape(1, 1, 3, 3)


def every_rule():
    """Return a network with all rules between the same two populations."""
    net = sc.Network(dt=0.1, seed=7)
    a, b = net.population(16, sc.LIF(), name="a"), net.population(16, sc.LIF(), name="b")
    matrix = sparse.random_array((16, 16), density=0.2, rng=np.random.default_rng(1)) * 10.0
    rules = [
        (sc.OneToOne(), {"weight": 7.0}),
        (sc.AllToAll(), {"weight": np.arange(256.0).reshape(16, 16), "delay": np.full((16, 16), 2.5)}),
        (sc.Bernoulli(0.3), {"weight": sc.Normal(50.0, 5.0)}),
        (sc.FixedInDegree(4), {"weight": 7.0, "delay": sc.Uniform(0.1, 4.0)}),
        (sc.FixedOutDegree(3), {"weight": -20.0}),
        (sc.FixedTotalNumber(50), {"weight": sc.Uniform(1.0, 9.0)}),
        (sc.Pairs([3, 3, 0], [1, 1, 15]), {"weight": [1.0, 2.0, 3.0]}),
        (matrix, {}),
        (sc.Dense(np.arange(256.0).reshape(16, 16) / 8.0), {"delay": 3.0}),
        (sc.Convolution(KERNEL, (1, 4, 4), padding=1), {}),
        (sc.Pooling(3, (1, 4, 4), stride=1, padding=1), {"weight": 5.0}),
    ]
    for rule, values in rules:
        net.connect(a, b, rule, **{"delay": 1.5, **values})
    return net


def rows(synapses):
    columns = (synapses.sources, synapses.targets, synapses.weights, synapses.delays)
    return sorted(zip(*(column.tolist() for column in columns), strict=True))


@pytest.mark.parametrize("options", [{"workers": 1}, {"workers": 2, "precision": "f64"}, {"weights": "q16"}])
def test_projections_have_together_what_their_populations_have(options):
    net = every_rule()
    machine = net.compile(**options)
    by_projection = [machine.synapses(projection) for projection in net.projections]
    together = sorted(row for synapses in by_projection for row in rows(synapses))
    assert together == rows(machine.synapses("a", "b"))
    assert [len(synapses) for synapses in by_projection] == list(machine.run(0.1).wiring.synapses)


def test_each_projection_has_what_was_asked_for():
    net = every_rule()
    machine = net.compile(workers=1, precision="f64")
    one, all_, _, indegree, out, total, pairs, matrix, dense, kernel, _ = map(machine.synapses, net.projections)
    assert one.sources.tolist() == one.targets.tolist() == list(range(16))
    assert all_.to_scipy().toarray().tolist() == np.arange(256.0).reshape(16, 16).tolist()
    assert set(all_.delays) == {2.5}
    assert np.bincount(indegree.targets).tolist() == [4] * 16
    assert np.bincount(out.sources).tolist() == [3] * 16
    assert (len(total), set(out.weights)) == (50, {-20.0})
    assert rows(pairs) == [(0, 15, 3.0, 1.5), (3, 1, 1.0, 1.5), (3, 1, 2.0, 1.5)]
    assert np.array_equal(matrix.to_scipy().toarray(), net_matrix())
    assert np.array_equal(dense.to_scipy().toarray(), np.arange(256.0).reshape(16, 16) / 8.0)
    assert kernel.to_scipy().toarray()[5].reshape(4, 4)[:3, :3].tolist() == KERNEL[0, 0, ::-1, ::-1].tolist()


def net_matrix():
    return (sparse.random_array((16, 16), density=0.2, rng=np.random.default_rng(1)) * 10.0).toarray()


def test_one_projection_of_a_pair_is_as_the_store_has_it():
    net = sc.Network(dt=0.1, seed=2)
    a, b = net.population(300, sc.LIF(), name="a"), net.population(200, sc.LIF(), name="b")
    projection = net.connect(a, b, sc.Bernoulli(0.05), weight=sc.Normal(40.0, 9.0), delay=sc.Uniform(0.1, 5.0))
    machine = net.compile(workers=2)
    stored, own = machine.synapses(a, b), machine.synapses(projection)
    for field in ("sources", "targets", "weights", "delays"):
        assert np.array_equal(getattr(stored, field), getattr(own, field))
    assert len(own) > 2000
    assert own.shape == stored.shape == (300, 200)


def test_names_and_handles_name_the_same():
    net = every_rule()
    machine = net.compile(workers=1)
    a, b = net.populations
    assert rows(machine.synapses(a, "b")) == rows(machine.synapses("a", b)) == rows(machine.synapses("a", "b"))
    assert len(machine.synapses("b", "a")) == 0


def test_wrong_keys_are_named():
    net, other = every_rule(), every_rule()
    machine = net.compile(workers=1)
    with pytest.raises(sc.NetworkError, match=r"Projection\('a' -> 'b', OneToOne\(\)\) is not of this machine"):
        machine.synapses(other.projections[0])
    late = net.connect("b", "a", sc.OneToOne(), weight=1.0, delay=1.0)
    with pytest.raises(sc.NetworkError, match=r"'b' -> 'a'.* is not of this machine, which has: Projection\('a'"):
        machine.synapses(late)
    with pytest.raises(TypeError, match=r"target must be a Population or its name, not left out"):
        machine.synapses("a")
    with pytest.raises(TypeError, match=r"target must be left out with Projection"):
        machine.synapses(net.projections[0], "b")
    with pytest.raises(TypeError, match="expected a Population or its name, not 3"):
        machine.synapses(3, "b")


def test_the_matrix_has_rows_of_sources_and_an_entry_for_each_synapse():
    net = sc.Network(dt=0.1)
    a, b = net.population(2, sc.LIF(), name="a"), net.population(3, sc.LIF(), name="b")
    pairs = net.connect(a, b, sc.Pairs([1, 1, 0], [2, 2, 1]), weight=[1.0, 2.0, 4.0], delay=[0.1, 0.2, 0.3])
    synapses = net.compile(workers=1, precision="f64").synapses(pairs)
    weights, delays = synapses.to_scipy(), synapses.to_scipy("delay")
    assert weights.shape == delays.shape == (2, 3)
    assert weights.nnz == delays.nnz == 3
    assert weights.toarray().tolist() == [[0.0, 4.0, 0.0], [0.0, 0.0, 3.0]]
    assert np.allclose(sorted(delays.data), [0.1, 0.2, 0.3])
    spikes = np.array([0.0, 1.0])
    assert (weights.T @ spikes).tolist() == [0.0, 0.0, 3.0]
    with pytest.raises(sc.NetworkError, match="values is 'weights', allowed: 'weight', 'delay'"):
        synapses.to_scipy("weights")


def test_without_scipy_the_extra_is_named(monkeypatch):
    def missing(name):
        raise ImportError(name)

    net = sc.Network(dt=0.1)
    ring = net.connect(net.population(2, sc.LIF()), "population0", sc.OneToOne(), weight=1.0, delay=1.0)
    synapses = net.compile(workers=1).synapses(ring)
    monkeypatch.setattr(extras.importlib, "import_module", missing)
    with pytest.raises(ImportError, match=r"to_scipy needs scipy; pip install 'spikecore\[scipy\]'"):
        synapses.to_scipy()
