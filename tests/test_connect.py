"""Connection rules, weights, delays: what is refused, and what arrives in the stores."""

import math

import numpy as np
import pytest

import spikecore as sc


@pytest.fixture
def net():
    return sc.Network(dt=0.1, seed=1)


@pytest.fixture
def a(net):
    return net.population(10, sc.LIF(), name="a")


@pytest.fixture
def b(net):
    return net.population(6, sc.LIF(), name="b")


def stored(net, source, target):
    return net.compile(workers=2).synapses(source, target)


def pairs_of(synapses):
    return sorted(zip(synapses.sources.tolist(), synapses.targets.tolist(), strict=True))


@pytest.mark.parametrize(
    "make",
    [
        lambda: sc.Bernoulli(-0.1),
        lambda: sc.Bernoulli(1.1),
        lambda: sc.Bernoulli(math.nan),
        lambda: sc.FixedInDegree(-1),
        lambda: sc.FixedOutDegree(-1),
        lambda: sc.FixedTotalNumber(-1),
        lambda: sc.Pairs([0, 1], [0]),
        lambda: sc.Pairs([-1], [0]),
        lambda: sc.Pairs([[0]], [[0]]),
    ],
)
def test_rules_check_themselves(make):
    with pytest.raises(sc.NetworkError):
        make()


def test_degrees_are_whole_numbers():
    with pytest.raises(TypeError, match="whole number"):
        sc.FixedInDegree(1.5)
    with pytest.raises(TypeError, match="integers"):
        sc.Pairs([0.5], [1.0])


def test_one_to_one(net, a, b):
    c = net.population(10, sc.LIF(), name="c")
    net.connect(a, c, sc.OneToOne(), weight=np.arange(10.0), delay=1.0)
    synapses = stored(net, a, c)
    assert pairs_of(synapses) == [(i, i) for i in range(10)]
    np.testing.assert_allclose(synapses.weights, synapses.sources)
    with pytest.raises(sc.NetworkError, match="the size of the target is 6, allowed: 10, the size of the source"):
        net.connect(a, b, sc.OneToOne(), weight=1.0, delay=1.0)
    with pytest.raises(
        sc.NetworkError,
        match="allowed: True: OneToOne of a population onto itself has only autapses",
    ):
        net.connect(a, a, sc.OneToOne(), weight=1.0, delay=1.0, autapses=False)


@pytest.mark.parametrize("autapses", [True, False])
def test_all_to_all_with_a_matrix_of_weights(net, a, autapses):
    weights = np.arange(1.0, 101.0).reshape(10, 10)
    net.connect(a, a, sc.AllToAll(), weight=weights, delay=1.0, autapses=autapses)
    synapses = stored(net, a, a)
    assert len(synapses) == (100 if autapses else 90)
    np.testing.assert_allclose(synapses.weights, weights[synapses.sources, synapses.targets])


def test_all_to_all_without_autapses(net, a):
    net.connect(a, a, sc.AllToAll(), weight=1.0, delay=1.0, autapses=False)
    assert pairs_of(stored(net, a, a)) == [(i, j) for i in range(10) for j in range(10) if i != j]


def test_fixed_degrees_and_total(net, a, b):
    net.connect(a, b, sc.FixedInDegree(7), weight=1.0, delay=1.0)
    net.connect(b, a, sc.FixedOutDegree(4), weight=1.0, delay=1.0)
    net.connect(a, a, sc.FixedTotalNumber(55), weight=1.0, delay=1.0)
    machine = net.compile(workers=2)
    assert np.bincount(machine.synapses(a, b).targets).tolist() == [7] * 6
    assert np.bincount(machine.synapses(b, a).sources).tolist() == [4] * 6
    assert len(machine.synapses(a, a)) == 55
    assert int(machine.out_degrees(a).sum()) == 55 + 42


def test_pairs_keep_weights_and_delays(net, a, b):
    sources, targets = np.array([9, 0, 9, 3]), np.array([5, 5, 5, 0])
    weights, delays = np.array([1.0, -2.0, 3.0, 4.5]), np.array([0.1, 5.0, 2.5, 1.0])
    net.connect(a, b, sc.Pairs(sources, targets), weight=weights, delay=delays)
    synapses = stored(net, a, b)
    found = sorted(
        zip(
            synapses.sources.tolist(),
            synapses.targets.tolist(),
            synapses.weights.tolist(),
            synapses.delays.tolist(),
            strict=True,
        )
    )
    assert found == sorted(zip(sources, targets, weights, delays, strict=True))


def test_pairs_copy_their_arrays():
    sources = np.array([0, 1], dtype=np.uint32)
    rule = sc.Pairs(sources, [0, 0])
    sources[:] = 9
    assert rule.sources.tolist() == [0, 1]


@pytest.mark.parametrize(
    ("sources", "targets", "named"),
    [([10], [0], r"sources\[0\] is 10, allowed: 0 … 9"), ([0], [6], r"targets\[0\] is 6")],
)
def test_pairs_inside_the_populations(net, a, b, sources, targets, named):
    with pytest.raises(sc.NetworkError, match=named):
        net.connect(a, b, sc.Pairs(sources, targets), weight=1.0, delay=1.0)


def test_pairs_honour_the_switches(net, a):
    with pytest.raises(sc.NetworkError, match=r"pair 1 is \(2, 2\)"):
        net.connect(a, a, sc.Pairs([0, 2], [1, 2]), weight=1.0, delay=1.0, autapses=False)
    with pytest.raises(sc.NetworkError, match=r"pair 2 is \(0, 1\), allowed: each pair once"):
        net.connect(a, a, sc.Pairs([0, 2, 0], [1, 2, 1]), weight=1.0, delay=1.0, multapses=False)


def test_sparse_matrix(net, a, b):
    sparse = pytest.importorskip("scipy.sparse")
    matrix = sparse.random(10, 6, density=0.5, random_state=1, format="csr")
    net.connect(a, b, matrix, delay=1.5)
    synapses = stored(net, a, b)
    dense = np.zeros((10, 6))
    dense[synapses.sources, synapses.targets] = synapses.weights
    np.testing.assert_allclose(dense, matrix.toarray(), rtol=1e-6)
    with pytest.raises(sc.NetworkError, match="weight is given, allowed: left out: the matrix holds the weights"):
        net.connect(a, b, matrix, weight=1.0, delay=1.5)
    with pytest.raises(sc.NetworkError, match=r"the shape of the matrix is \(6, 10\)"):
        net.connect(a, b, matrix.T, delay=1.5)
    matrix.data[0] = np.nan
    with pytest.raises(sc.NetworkError, match="finite numbers"):
        net.connect(a, b, matrix, delay=1.5)


def test_total_number_cannot_exclude_multapses(net, a, b):
    with pytest.raises(sc.NetworkError, match="FixedInDegree, FixedOutDegree and Pairs take False"):
        net.connect(a, b, sc.FixedTotalNumber(5), weight=1.0, delay=1.0, multapses=False)


def test_degrees_without_multapses_are_bounded(net, a, b):
    with pytest.raises(sc.NetworkError, match="k of FixedInDegree is 11, allowed: 0 … 10 sources"):
        net.connect(a, b, sc.FixedInDegree(11), weight=1.0, delay=1.0, multapses=False)
    with pytest.raises(sc.NetworkError, match="allowed: 0 … 6 targets"):
        net.connect(a, b, sc.FixedOutDegree(7), weight=1.0, delay=1.0, multapses=False)
    with pytest.raises(sc.NetworkError, match="allowed: 0 … 9 sources"):
        net.connect(a, a, sc.FixedInDegree(10), weight=1.0, delay=1.0, multapses=False, autapses=False)


def test_a_single_neuron_without_autapses_has_no_partner(net):
    one = net.population(1, sc.LIF(), name="one")
    for rule in (sc.FixedInDegree(1), sc.FixedOutDegree(1), sc.FixedTotalNumber(1)):
        with pytest.raises(sc.NetworkError):
            net.connect(one, one, rule, weight=1.0, delay=1.0, autapses=False)


@pytest.mark.parametrize("rule", ["all_to_all", None, sc.OneToOne, 5])
def test_what_is_no_rule(net, a, b, rule):
    with pytest.raises(TypeError, match="rule must be one of"):
        net.connect(a, b, rule, weight=1.0, delay=1.0)


def test_weight_is_needed_with_a_rule(net, a, b):
    with pytest.raises(TypeError, match="weight is missing"):
        net.connect(a, b, sc.AllToAll(), delay=1.0)


@pytest.mark.parametrize("weight", [math.nan, math.inf])
def test_weights_are_finite(net, a, b, weight):
    with pytest.raises(sc.NetworkError, match="a → b: weight is"):
        net.connect(a, b, sc.AllToAll(), weight=weight, delay=1.0)
    values = np.ones((10, 6))
    values[2, 3] = weight
    with pytest.raises(sc.NetworkError, match=r"weight\[\(2, 3\)\]"):
        net.connect(a, b, sc.AllToAll(), weight=values, delay=1.0)


def test_arrays_fit_the_rule(net, a, b):
    with pytest.raises(sc.NetworkError, match=r"the shape of weight is \(3,\), allowed: \(2,\)"):
        net.connect(a, b, sc.Pairs([0, 1], [0, 1]), weight=[1.0, 2.0, 3.0], delay=1.0)
    with pytest.raises(sc.NetworkError, match=r"allowed: \(10, 6\)"):
        net.connect(a, b, sc.AllToAll(), weight=np.ones((6, 10)), delay=1.0)
    with pytest.raises(sc.NetworkError, match="weight must be an array of numbers"):
        net.connect(a, b, sc.Pairs([0, 1], [0, 1]), weight=[[1.0], [2.0, 3.0]], delay=1.0)
    for rule in (sc.Bernoulli(0.5), sc.FixedInDegree(2), sc.FixedTotalNumber(12)):
        with pytest.raises(sc.NetworkError, match="an array needs a rule"):
            net.connect(a, b, rule, weight=np.ones(12), delay=1.0)


@pytest.mark.parametrize("delay", [0.0, -1.0, 0.05, 1.55, 6553.6, math.nan, math.inf])
def test_delays_on_the_grid_and_in_range(net, a, b, delay):
    with pytest.raises(sc.NetworkError, match=r"a → b: delay") as info:
        net.connect(a, b, sc.AllToAll(), weight=1.0, delay=delay)
    assert info.value.population == "a → b"
    with pytest.raises(sc.NetworkError, match=r"delay\[1\]"):
        net.connect(a, b, sc.Pairs([0, 1], [0, 1]), weight=1.0, delay=[1.0, delay])


@pytest.mark.parametrize("delay", [0.1, 0.3, 1.5, 6553.5])
def test_allowed_delays(net, a, b, delay):
    net.connect(a, b, sc.Pairs([0], [0]), weight=1.0, delay=delay)
    assert stored(net, a, b).delays.tolist() == [delay]


@pytest.mark.parametrize(
    "delay",
    [
        sc.Normal(1.5, 0.75),
        sc.Normal(1.5, 0.75, low=0.0),
        sc.Normal(1.5, 0.75, low=0.04),
        sc.Normal(6000.0, 500.0),
        sc.Uniform(0.0, 1.0),
        sc.Uniform(1.0, 7000.0),
    ],
)
def test_delay_distributions_that_can_leave_the_range(net, a, b, delay):
    with pytest.raises(sc.NetworkError, match=r"give low=.*or high="):
        net.connect(a, b, sc.AllToAll(), weight=1.0, delay=delay)


@pytest.mark.parametrize(
    "delay",
    [
        sc.Normal(1.5, 0.1),
        sc.Normal(1.5, 0.75, low=0.05),
        sc.Normal(1.5, 0.75, low=0.1),
        sc.Normal(6000.0, 500.0, low=5000.0, high=6553.5),
        sc.Normal(1.5, 0.0),
        sc.Uniform(0.05, 3.0),
    ],
)
def test_delay_distributions_that_stay(net, a, b, delay):
    net.connect(a, b, sc.AllToAll(), weight=1.0, delay=delay)
    ticks = stored(net, a, b).delays / 0.1
    assert (ticks > 0.999).all()
    np.testing.assert_allclose(ticks, np.rint(ticks), atol=1e-9)


@pytest.mark.parametrize("mean", [2.0, -2.0])
def test_normal_weights_keep_their_sign(net, a, b, mean):
    net.connect(a, b, sc.FixedInDegree(300), weight=sc.Normal(mean, 4.0), delay=1.0)
    assert (stored(net, a, b).weights * mean >= 0.0).all()


def test_normal_weights_of_a_receptor_have_any_sign(net, a, b):
    net.connect(a, b, sc.FixedInDegree(300), weight=sc.Normal(1.0, 4.0), delay=1.0, receptor="excitatory")
    weights = stored(net, a, b).weights
    assert (weights > 0.0).any()
    assert (weights < 0.0).any()


def test_receptor_names(net, a, b):
    with pytest.raises(sc.NetworkError, match="receptor is 'gaba', allowed: 'excitatory'"):
        net.connect(a, b, sc.AllToAll(), weight=1.0, delay=1.0, receptor="gaba")


def test_lists_connect_every_pair(net, a, b):
    made = net.connect([a, b], [a, b], sc.FixedInDegree(1), weight=1.0, delay=1.0)
    names = [(one.source.name, one.target.name) for one in made]
    assert names == [("a", "a"), ("a", "b"), ("b", "a"), ("b", "b")]
    assert repr(made[1]) == "Projection('a' -> 'b', FixedInDegree(k=1))"


def test_a_mistake_connects_nothing(net, a, b):
    with pytest.raises(sc.NetworkError):
        net.connect(a, [b, a], sc.FixedInDegree(10), weight=1.0, delay=1.0, multapses=False, autapses=False)
    assert net.projections == ()
    assert net.forecast(workers=1).synapses == 0


def test_a_source_is_no_target(net, a):
    source = net.spike_source(2, times=[[1.0], [2.0]], name="input")
    with pytest.raises(sc.NetworkError, match="target is 'input', allowed: a population that receives input"):
        net.connect(a, source, sc.AllToAll(), weight=1.0, delay=1.0)


def test_populations_of_another_network(net, a):
    other = sc.Network().population(10, sc.LIF(), name="stranger")
    with pytest.raises(sc.NetworkError, match="'stranger' is not of this network, which has: 'a'"):
        net.connect(a, other, sc.AllToAll(), weight=1.0, delay=1.0)
    with pytest.raises(TypeError, match="expected a Population"):
        net.connect(a, [3], sc.AllToAll(), weight=1.0, delay=1.0)
    with pytest.raises(TypeError, match="targets must be a Population"):
        net.connect(a, 3, sc.AllToAll(), weight=1.0, delay=1.0)
    with pytest.raises(sc.NetworkError, match="at least one population"):
        net.connect(a, [], sc.AllToAll(), weight=1.0, delay=1.0)
    with pytest.raises(sc.NetworkError, match="each population once"):
        net.connect(a, [a, a], sc.AllToAll(), weight=1.0, delay=1.0)


@pytest.mark.parametrize("shape", [None, (4,), "ab", (float("nan"), 4), (10**400, 4), 4, [4.5, 4]])
def test_a_matrix_of_another_shape_is_refused_whatever_it_says(shape):
    class Matrix:
        row, col, data = [0], [1], [1.0]

        def tocoo(self):
            return self

    net = sc.Network()
    exc = net.population(4, sc.LIF(), name="exc")
    matrix = Matrix()
    matrix.shape = shape
    with pytest.raises(sc.NetworkError, match=r"exc → exc: the shape of the matrix is .*, allowed: \(4, 4\)"):
        net.connect(exc, exc, matrix, delay=1.0)
