"""What numpy reads as an array is one wherever an array may stand; truth values choose neurons."""

import numpy as np
import pytest

import spikecore as sc


class Tensor:
    """Nothing but `__array__`, as tensors of other libraries have it."""

    def __init__(self, values):
        self._values = np.asarray(values)

    def __array__(self, dtype=None, copy=None):
        return np.array(self._values, dtype=dtype)


def series(values):
    values = np.asarray(values)
    return pytest.importorskip("pandas").Series(values, index=np.arange(len(values)) + 5)


def frame(values):
    return pytest.importorskip("pandas").DataFrame(np.asarray(values))


VECTORS = {"list": list, "tuple": tuple, "array": np.asarray, "Tensor": Tensor, "Series": series}
TABLES = {"array": np.asarray, "Tensor": Tensor, "DataFrame": frame}


def described():
    net = sc.Network(dt=0.1, seed=1)
    return net, net.population(3, sc.LIF(), name="a"), net.spike_source(3, [[1.0], [2.0], []], name="s")


@pytest.fixture(params=VECTORS, ids=str)
def vector(request):
    return VECTORS[request.param]


@pytest.fixture(params=TABLES, ids=str)
def table(request):
    return TABLES[request.param]


def test_parameters_and_potentials(vector):
    net, *_ = described()
    model = sc.LIF(i_e=vector([300.0, 400.0, 500.0]))
    assert model == sc.LIF(i_e=[300.0, 400.0, 500.0])
    b = net.population(3, model, v_init=vector([-70.0, -69.0, -68.0]))
    assert net.compile(workers=1).state(b).tolist() == [-70.0, -69.0, -68.0]


def test_pairs_weights_and_delays(vector):
    net, a, s = described()
    rule = sc.Pairs(vector([0, 1, 2]), vector([2, 1, 0]))
    net.connect(s, a, rule, weight=vector([1.0, 2.0, 3.0]), delay=vector([1.0, 2.0, 3.0]))
    found = net.compile(workers=1).synapses(s, a)
    rows = sorted(zip(found.sources.tolist(), found.targets.tolist(), found.weights, found.delays, strict=True))
    assert rows == [(0, 2, 1.0, 1.0), (1, 1, 2.0, 2.0), (2, 0, 3.0, 3.0)]


def test_currents_recorders_and_seeds(vector):
    net, a, _ = described()
    net.stimulate(a, sc.DirectCurrent(vector([300.0, 400.0, 500.0])))
    recorder = net.record(a, neurons=vector([2, 0]))
    machine = net.compile(workers=1)
    assert recorder.neurons.tolist() == [2, 0]
    assert len(machine.run_batch(1.0, seeds=vector([3, 2**40]))) == 2
    machine.reset({a: vector([0.0, 1.0, 2.0]), "s": [vector([1.0, 2.0]), vector([]), vector([3.0])]})
    assert machine.run(5.0).spike_counts("s").tolist() == [2, 0, 1]


def test_tables(table):
    weights = np.arange(1.0, 10.0).reshape(3, 3)
    net, a, s = described()
    net.connect(s, a, sc.AllToAll(), weight=table(weights), delay=table(np.full((3, 3), 0.5)))
    net.connect(s, a, sc.Dense(table(weights)), delay=1.0)
    machine = net.compile(workers=1)
    assert sorted(machine.synapses(s, a).weights.tolist()) == sorted([*range(1, 10), *range(1, 10)])
    assert len(machine.run_batch(1.0, {a: table(np.zeros((4, 3)))})) == 4
    assert len(sc.coding.rate(table(weights / 10.0), 10.0, 0.1)) == 3


def test_numbers_of_no_dimension_are_numbers():
    assert sc.LIF(i_e=Tensor(3.5)).i_e == sc.LIF(i_e=np.array(3.5)).i_e == 3.5
    assert sc.DirectCurrent(Tensor(2.0)).amplitude == 2.0
    for masked in (np.ma.masked, np.ma.array(1.0, mask=True), np.ma.array([1.0, 2.0], mask=[0, 1])):
        with pytest.raises(TypeError, match="masked"):
            sc.LIF(i_e=masked)


def test_ranges():
    net, a, _ = described()
    assert net.record(a, neurons=range(0, 3, 2)).neurons.tolist() == [0, 2]
    assert net.population(3, sc.LIF(), v_init=range(-72, -69)).size == 3
    assert sc.DirectCurrent(range(3)).amplitude.tolist() == [0.0, 1.0, 2.0]
    assert len(net.compile(workers=1).run_batch(1.0, seeds=range(3))) == 3


@pytest.mark.parametrize("mask", [[True, False, True], np.array([True, False, True]), Tensor([True, False, True])])
def test_truth_values_choose_the_neurons_of_a_recorder(mask):
    net, a, _ = described()
    assert net.record(a, neurons=mask).neurons.tolist() == [0, 2]


def test_truth_values_that_do_not_fit_are_refused():
    net, a, _ = described()
    with pytest.raises(sc.NetworkError, match=r"the shape of neurons is \(2,\), allowed: \(3,\) for truth values"):
        net.record(a, neurons=[True, False])
    with pytest.raises(sc.NetworkError, match="at least one neuron"):
        net.record(a, neurons=[False, False, False])
    with pytest.raises(TypeError, match="sources must be integers, not bool"):
        sc.Pairs([True, False], [0, 1])


def test_delays_in_32_bits_are_on_the_grid_within_their_own_rounding():
    delays = (np.arange(1, 60_000, 2_000) * 0.1).astype(np.float32)
    net = sc.Network(dt=0.1)
    a = net.population(len(delays), sc.LIF(), name="a")
    net.connect(a, a, sc.OneToOne(), weight=1.0, delay=delays)
    found = net.compile(workers=1).synapses(a, a)
    assert np.rint(np.sort(found.delays) / 0.1).tolist() == list(range(1, 60_000, 2_000))
    with pytest.raises(sc.NetworkError, match=r"delay\[0\] is .* multiples of dt"):
        net.connect(a, a, sc.OneToOne(), weight=1.0, delay=delays + np.float32(0.03))


@pytest.mark.parametrize("members", [("a", "s"), {"a": 1, "s": 2}.keys(), np.array(["a", "s"]), iter(["a", "s"])])
def test_any_collection_of_names_is_one_of_populations(members):
    net, a, _ = described()
    assert len(net.connect(members, a, sc.AllToAll(), weight=1.0, delay=1.0)) == 2


def test_a_mapping_is_no_collection_of_populations():
    net, a, _ = described()
    with pytest.raises(TypeError, match="sources must be a Population, its name or a sequence of these"):
        net.connect({"a": 1}, a, sc.AllToAll(), weight=1.0, delay=1.0)
