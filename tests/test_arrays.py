"""Who may write to an array: what is kept is copied and closed, what is made for a caller is the caller's."""

import numpy as np
import pytest
from scipy import sparse

import spikecore as sc
from spikecore.energy import Chip, Ledger, Price, Profile, load
from spikecore.energy.ledger import ProjectionCounts
from spikecore.energy.meter import Measured
from spikecore.grid import Grid
from spikecore.library import layered
from spikecore.results.batch import StateTables
from spikecore.results.recorded import SpikeTrains
from spikecore.results.trains import Trains

SIZE = 4


def neurons(**options):
    net = sc.Network(dt=0.1, seed=1)
    return net, net.population(SIZE, options.pop("model", sc.LIF(i_e=600.0)), name="n", **options)


def synapses(rule, **options):
    net, n = neurons()
    projection = net.connect(n, n, rule, delay=options.pop("delay", 1.0), **options)

    def read():
        found = net.compile(workers=1).synapses(n, n)
        return [found.sources, found.targets, found.weights, found.delays, repr(projection)]

    return read


def spikes(times):
    net = sc.Network(dt=0.1)
    net.spike_source(SIZE, times=times, name="s")
    return lambda: net.compile(workers=1).run(10.0).spikes["s"].times


def planes(kernel):
    net = sc.Network(dt=0.1)
    a, b = net.population(SIZE, sc.LIF()), net.population(SIZE, sc.LIF())
    rule = sc.Convolution(kernel, shape=(1, 2, 2))
    net.connect(a, b, rule, delay=1.0)
    return lambda: [rule.kernel, net.compile(workers=1).synapses(a, b).weights]


def recorder(chosen):
    net, n = neurons(v_init=np.arange(-70.0, -66.0))
    kept = net.record(n, "v", chosen)
    samples = net.compile(workers=1).run(1.0).traces[kept]
    return lambda: [kept.neurons, samples.neurons, net.compile(workers=1).run(1.0).traces[kept].values]


def stimulus(amplitude):
    net, n = neurons()
    given = sc.DirectCurrent(amplitude)
    net.stimulate(n, given)

    def read():
        machine = net.compile(workers=1)
        machine.run(1.0)
        return [given.amplitude, machine.state(n)]

    return read


def reset(inputs):
    net, n = neurons()
    source = net.spike_source(SIZE, times=[[]] * SIZE, name="source")
    net.connect(source, n, sc.OneToOne(), weight=100.0, delay=0.5)
    machine = net.compile(workers=1)
    machine.reset(inputs)

    def read():
        machine.run(5.0)
        return [machine.state(n), machine.result().spikes[source].neurons]

    return read


def model(value):
    kept = sc.LIF(tau_m=value)
    net, n = neurons(model=kept)
    return lambda: [kept.tau_m, net.compile(workers=1).run(5.0) and net.compile(workers=1).state(n)]


def initial(values):
    net, n = neurons(v_init=values)
    return lambda: net.compile(workers=1).state(n)


ROW = np.array([0.1, 0.5, 0.9, 0.2])
KEPT = {
    "model": (model, lambda: np.array([5.0, 6.0, 7.0, 8.0])),
    "v_init": (initial, lambda: np.array([-65.0, -66.0, -67.0, -68.0])),
    "sources": (lambda a: synapses(sc.Pairs(a, [0, 1, 2]), weight=5.0), lambda: np.array([1, 2, 3], dtype=np.uint32)),
    "targets": (lambda a: synapses(sc.Pairs([0, 1, 2], a), weight=5.0), lambda: np.array([1, 2, 3], dtype=np.uint32)),
    "weight": (lambda a: synapses(sc.OneToOne(), weight=a), lambda: np.array([1.0, 2.0, 3.0, 4.0])),
    "delay": (lambda a: synapses(sc.OneToOne(), weight=1.0, delay=a), lambda: np.array([1.0, 2.0, 3.0, 4.0])),
    "matrix": (lambda a: synapses(sparse.coo_matrix((a, ([0, 1, 2], [1, 2, 3])), shape=(4, 4))), lambda: ROW[:3] + 1.0),
    "dense": (lambda a: synapses(sc.Dense(a)), lambda: np.arange(16.0).reshape(4, 4)),
    "kernel": (planes, lambda: np.array([[[[5.0]]]])),
    "amplitude": (stimulus, lambda: np.array([100.0, 200.0, 300.0, 400.0])),
    "neurons": (recorder, lambda: np.array([0, 3, 1], dtype=np.uint32)),
    "recorded by int64": (recorder, lambda: np.array([0, 3, 1])),
    "times": (lambda a: spikes([a, a, [], []]), lambda: np.array([1.0, 2.0, 3.0])),
    "moments": (lambda a: spikes(([0, 1, 2], a)), lambda: np.array([1.0, 2.0, 3.0])),
    "ids": (lambda a: spikes((a, [1.0, 2.0, 3.0])), lambda: np.array([2, 1, 3], dtype=np.uint32)),
    "current of a reset": (lambda a: reset({"n": a}), lambda: np.array([100.0, 200.0, 300.0, 400.0])),
    "spikes of a reset": (lambda a: reset({"source": [a, [], [], []]}), lambda: np.array([1.0, 2.0, 3.0])),
    "ids of a reset": (
        lambda a: reset({"source": (a, np.array([1.0, 2.0]))}),
        lambda: np.array([3, 1], dtype=np.uint32),
    ),
}


def plain(values):
    return [np.asarray(one).tolist() for one in (values if isinstance(values, list) else [values])]


@pytest.mark.parametrize("name", KEPT)
def test_a_later_change_of_a_callers_array_reaches_nothing(name):
    build, fresh = KEPT[name]
    expected = plain(build(fresh())())
    array = fresh()
    read = build(array)
    assert array.flags.writeable
    array[...] = array.flat[0]
    assert plain(read()) == expected


def results():
    net = sc.Network(dt=0.1, seed=1)
    n = net.population(SIZE, sc.LIF(i_e=600.0, tau_m=np.array([9.0, 10.0, 11.0, 12.0])), name="n")
    source = net.spike_source(2, times=[[1.0], [2.0]], name="source")
    rules = (
        sc.Pairs([0, 1], [1, 2]),
        sc.Dense(np.ones((2, SIZE))),
        sc.Convolution(np.ones((1, 1, 1, 1)), shape=(1, 1, 2)),
    )
    net.connect(source, n, rules[0], weight=1.0, delay=1.0)
    net.connect(source, n, rules[1], delay=1.0)
    net.stimulate(n, sc.DirectCurrent(np.ones(SIZE)))
    kept = net.record(n, "v", np.array([0, 2]))
    machine = net.compile(workers=1)
    result, batch = machine.run(50.0), machine.run_batch(50.0, seeds=[1, 2], states=[(n, "v")])
    return n, rules, kept, machine, result, batch


def test_what_is_kept_is_closed_for_writing():
    n, rules, kept, _, result, batch = results()
    mapped = result.wiring.placed(1024, 4, 8, 9, 1, 0, 1)
    closed = {
        "parameter": n.model.tau_m,
        "sources": rules[0].sources,
        "targets": rules[0].targets,
        "weights": rules[1].weights,
        "kernel": rules[2].kernel,
        "amplitude": sc.DirectCurrent(np.ones(3)).amplitude,
        "recorder": kept.neurons,
        "times": result.spikes[n].times,
        "neurons": result.spikes[n].neurons,
        "ticks": result.spikes.ticks,
        "ids": result.spikes.ids,
        "samples": result.traces[kept].values,
        "times of samples": result.traces[kept].times,
        "neurons of samples": result.traces[kept].neurons,
        "counts": result.spike_counts(n),
        "all counts": result.neuron_spikes,
        "batch": batch.spike_counts[n],
        "batch counts": batch.neuron_spikes,
        "batch states": batch.states[n, "v"],
        "batch spikes": batch.spikes[1][n].times,
        "batch samples": batch.traces[1][kept].values,
        "mapped": mapped["packets"],
    }
    for name, array in closed.items():
        assert array.size, name
        with pytest.raises(ValueError, match="read-only"):
            array[...] = 0
    assert result.spikes[n] is result.spikes["n"]


def test_what_is_made_for_a_caller_is_the_callers():
    n, _, _, machine, result, _ = results()
    found = machine.synapses("source", n)
    rates, delays = sc.coding.rate([[0.5, 1.0]], 50.0, 0.1, max_rate=1e3), sc.coding.latency([[0.5, 1.0]], 50.0, 0.1)
    theirs = [
        machine.state(n),
        machine.out_degrees(n),
        found.sources,
        found.targets,
        found.weights,
        found.delays,
        result.cv_isi(n)[1],
        result.wiring.degrees(0),
        *rates[0],
        *delays[0],
        sc.coding.current([[0.5, 1.0]], gain=10.0),
        layered.weights()[0],
    ]
    for array in theirs:
        before = array.copy()
        array[...] = array.flat[0] + 1
        assert array.flags.writeable
        assert array.size == before.size > 0
    assert machine.state(n).tolist() != theirs[0].tolist()
    assert machine.out_degrees(n).tolist() != theirs[1].tolist()


def test_no_array_of_a_caller_is_closed():
    array, ticks, ids = np.arange(3.0), np.arange(3, dtype=np.uint64), np.arange(3, dtype=np.uint32)
    n = neurons()[1]
    tables = StateTables({(n, "v"): array})
    trains = SpikeTrains(Trains(Grid(0.1), (n,), ticks, ids, 0, 2))
    for kept in (tables[n, "v"], trains.ticks, trains.ids, trains[n].times):
        assert not kept.flags.writeable
    assert all(one.flags.writeable for one in (array, ticks, ids))


NUMBERS = {
    "Normal": lambda x: sc.Normal(x, x, low=-x, high=x + 1.0),
    "mean": lambda x: sc.Normal(x, 1.0),
    "sd": lambda x: sc.Normal(1.0, x),
    "bounds": lambda x: sc.Normal(1.0, 1.0, x, 9.0),
    "low": lambda x: sc.Uniform(x, 2.0),
    "high": lambda x: sc.Uniform(0.0, x),
    "p": sc.Bernoulli,
    "Poisson": lambda x: sc.Poisson(x, x, start=x),
    "stop": lambda x: sc.Poisson(1.0, 1.0, stop=x),
    "amplitude": sc.DirectCurrent,
    "start": lambda x: sc.DirectCurrent(1.0, start=x),
    "tau_m": lambda x: sc.LIF(tau_m=x),
    "hop": lambda x: Chip(1, 1, 1, 1, "here", hop_ew_ns=x),
    "total": lambda x: Measured(x, x, "a meter"),
    "spikes": lambda x: Ledger(spikes=x),
    "dt": lambda x: sc.Network(dt=x),
}


@pytest.mark.parametrize("name", NUMBERS)
def test_an_array_of_no_dimensions_is_copied_as_any_other(name):
    given = np.array(1.0)
    kept = NUMBERS[name](given)
    before = repr(kept)
    assert "array" not in before
    given[...] = 0.25
    assert repr(kept) == before


def test_a_ledger_keeps_what_it_was_given():
    by_name, projections, cores, unknown = {"spikes": {"a": 1}}, [ProjectionCounts("p", 1, 2)], [2], {"packets": "no"}
    kept = Ledger(spikes=1, populations=by_name, projections=projections, cores=cores, unknown=unknown)
    before = kept.to_dict()
    by_name["spikes"]["a"] = 7
    projections.clear()
    cores[0] = 7
    unknown["packets"] = "changed"
    assert kept.to_dict() == before


def unaligned(values):
    """The same values in memory that begins at an odd byte, as those of a file may."""
    values = np.asarray(values)
    room = np.zeros(values.nbytes + 1, dtype=np.uint8)
    found = np.ndarray(values.shape, values.dtype, buffer=room[1:])
    found[...] = values
    assert not found.flags.aligned
    return found


ORDERS = {
    "unaligned": unaligned,
    "big-endian": lambda values: values.astype(values.dtype.newbyteorder(">")),
    "reversed": lambda values: np.flip(np.flip(values).copy()),
    "Fortran": np.asfortranarray,
    "objects": lambda values: values.astype(object),
    "lists": lambda values: values.tolist(),
}


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("name", KEPT)
def test_an_array_is_read_however_it_lies_in_memory(name, order):
    build, fresh = KEPT[name]
    if name == "matrix" and order in ("objects", "big-endian"):
        pytest.skip("scipy makes no such matrix")
    assert plain(build(ORDERS[order](fresh()))()) == plain(build(fresh())())


@pytest.mark.parametrize("order", ORDERS)
def test_a_matrix_of_weights_is_read_however_it_lies_in_memory(order):
    weights = np.arange(16.0).reshape(4, 4)
    given = ORDERS[order](weights)
    assert plain(synapses(sc.AllToAll(), weight=given)()) == plain(synapses(sc.AllToAll(), weight=weights)())


def test_a_profile_keeps_its_own_lists():
    prices, notes = list(load("loihi").prices), ["a note"]
    kept = Profile("mine", "Mine", "7 nm", None, "per-term", "here", notes=notes, prices=prices)
    prices.clear()
    notes.clear()
    assert kept.notes == ("a note",)
    assert kept.prices == load("loihi").prices
    assert kept.with_prices().prices == kept.prices
    contains = ["spikes", "synaptic_operations"]
    price = Price("all", "spikes", 1.0, "pJ", "measured", "exact", "here", scope="all-in", contains=contains)
    contains.clear()
    assert "synaptic_operations" in price.contains
