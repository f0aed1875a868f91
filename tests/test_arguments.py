"""Arguments of the wrong kind are mistakes and not casts; handles and results cannot be changed by accident."""

import pickle

import numpy as np
import pytest

import spikecore as sc


@pytest.fixture
def net():
    return sc.Network(seed=1)


@pytest.fixture
def exc(net):
    return net.population(4, sc.LIF(i_e=600.0), name="exc")


@pytest.mark.parametrize("switch", ["autapses", "multapses"])
@pytest.mark.parametrize("value", ["no", 0, None])
def test_a_switch_is_true_or_false(net, exc, switch, value):
    with pytest.raises(TypeError, match=f"{switch} must be True or False, not"):
        net.connect(exc, exc, sc.AllToAll(), weight=1.0, delay=1.0, **{switch: value})


def test_progress_is_shown_or_not_and_calls_nobody(net, exc):
    machine = net.compile(workers=1, progress=False)
    for call in (
        net.compile,
        lambda **option: machine.run(1.0, **option),
        lambda **option: machine.run_batch(1.0, **option),
    ):
        with pytest.raises(TypeError, match="progress must be True or False, not"):
            call(progress=lambda done: None)
    assert machine.time == 0.0
    assert exc.size == 4


def test_a_spike_source_has_no_variables(net):
    source = net.spike_source(1, [[1.0]], name="input")
    with pytest.raises(sc.NetworkError, match="input: variable is 'v', allowed: none"):
        net.record(source)


@pytest.mark.parametrize("make", [lambda: sc.FixedInDegree(True), lambda: sc.Network(seed=True)])
def test_true_is_not_a_count(make):
    with pytest.raises(TypeError, match="must be a whole number, not True"):
        make()


@pytest.mark.parametrize(
    "values",
    [["1", "2", "3", "4"], [True] * 4, [1j] * 4, np.ma.array([1.0] * 4, mask=[True] + [False] * 3), [None] * 4],
    ids=["text", "bool", "complex", "masked", "object"],
)
def test_arrays_hold_real_numbers(net, exc, values):
    with pytest.raises(TypeError, match="exc → exc: weight must be an array of real numbers, not"):
        net.connect(exc, exc, sc.OneToOne(), weight=values, delay=1.0)


def test_a_number_beyond_floats_is_refused(net, exc):
    with pytest.raises(sc.NetworkError, match="weight is beyond 1e308, allowed: finite numbers"):
        net.connect(exc, exc, sc.AllToAll(), weight=10**400, delay=1.0)


def test_what_is_not_a_rule_is_named_before_anything_else(net, exc):
    with pytest.raises(TypeError, match="not ndarray; give a dense matrix as Dense"):
        net.connect(exc, exc, np.ones((4, 4)), delay=1.0)
    with pytest.raises(TypeError, match="not memoryview; give a dense matrix as Dense"):
        net.connect(exc, exc, memoryview(np.ones((4, 4))), delay=1.0)
    with pytest.raises(TypeError, match="not list; give a dense matrix as Dense"):
        net.connect(exc, exc, [[1.0] * 4] * 4, delay=1.0)
    with pytest.raises(TypeError, match=r"rule must be one of OneToOne.*, not NoneType$"):
        net.connect(exc, exc, None, delay=1.0)


@pytest.mark.parametrize("times", [None, 5, "1.0"])
def test_spike_times_are_a_list_or_a_tuple(net, times):
    with pytest.raises(TypeError, match="input: times must be a list with one array per neuron"):
        net.spike_source(2, times, name="input")


def test_the_index_of_a_wrong_time_is_the_user_s(net):
    with pytest.raises(sc.NetworkError, match=r"times\[2\]\[1\] is 5.05 ms"):
        net.spike_source(3, [[1.0, 2.5], [3.0], [4.0, 5.05]])


def test_one_population_may_be_recorded_by_itself(net, exc):
    inh = net.population(4, sc.LIF(), name="inh")
    result = net.compile(workers=1, record_spikes=exc).run(10.0)
    assert exc in result.spikes
    assert "exc" in result.spikes
    assert inh not in result.spikes
    assert result.spikes.get("inh") is None
    with pytest.raises(KeyError) as info:
        result.spikes[inh]
    assert type(info.value) is sc.NotRecordedError
    assert str(info.value).startswith("spikes of 'inh' were not recorded; recorded: 'exc'")
    assert list(net.compile(workers=1, record_spikes=[inh, exc]).run(10.0).spikes) == [exc, inh]


def test_the_digest_of_nothing_is_refused(net, exc):
    result = net.compile(workers=1, record_spikes=False).run(10.0)
    with pytest.raises(sc.NotRecordedError, match="no spikes were recorded"):
        result.spikes_sha256()
    assert result.spike_counts(exc).dtype == np.int64


def test_results_cannot_be_changed_by_accident(net, exc):
    result = net.compile(workers=1).run(100.0)
    for values in (result.spikes[exc].times, result.spikes[exc].neurons, result.spikes.ticks, result.spike_counts(exc)):
        assert len(values)
        with pytest.raises(ValueError, match="read-only"):
            values[:] = 0
    for thing, name in ((exc, "size"), (net, "seed")):
        with pytest.raises(AttributeError):
            setattr(thing, name, 3)


def test_handles_of_another_network_say_so(net, exc):
    other = sc.Network()
    stranger = other.population(4, sc.LIF(), name="exc")
    with pytest.raises(sc.NetworkError, match="this 'exc' is a population of another network or a copy"):
        net.stimulate(stranger, sc.Poisson(1.0, 1.0))
    result = net.compile(workers=1).run(10.0)
    with pytest.raises(sc.NotRecordedError, match="another network or a copy; use its name"):
        result.spikes[stranger]


def test_samples_are_found_by_recorder_and_by_name(net, exc):
    recorder = net.record(exc)
    machine = net.compile(workers=1)
    late = net.record(exc, "i_syn")
    with pytest.warns(sc.NetworkChangedWarning):
        result = machine.run(10.0)
    result = pickle.loads(pickle.dumps(result))
    values = result.traces["exc", "v"].values
    assert values.shape == (100, 4)
    assert repr(recorder) in repr(result.traces)
    with pytest.raises(sc.NotRecordedError, match="recorders when the network was compiled"):
        result.traces[late]


def test_what_may_be_left_out_of_a_read_out_is_its_synapse_alone():
    """`tau_syn` may be None; another parameter that is None is named, as in every other model."""
    assert sc.LeakyIntegrator(tau_syn=None).tau_syn is None
    for parameter in ("tau_m", "c_m", "e_l", "i_e"):
        for value in (None, "a", [[1.0], [2.0, 3.0]]):
            with pytest.raises((TypeError, sc.NetworkError), match=parameter):
                sc.LeakyIntegrator(**{parameter: value})


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ({"a": 1}, r"dict \{'a': 1\}"),
        ([1.0, None, 2.0, 3.0], "NoneType None at 1"),
        ([1.0, 2.0, "x", 3.0], "text"),
        (np.array(["a", "b"]), "text"),
        (np.ones(4, bool), "bool"),
        (np.ones(4, complex), "complex128"),
    ],
)
def test_the_value_of_another_kind_is_shown(net, exc, value, shown):
    """It was the type of an array that numpy made of it: "not object", "not <U3"."""
    with pytest.raises(TypeError, match=f"v_init must be an array of real numbers, not ({shown})$"):
        net.population(4, sc.LIF(), v_init=value)
    with pytest.raises(TypeError, match=f"weight must be an array of real numbers, not ({shown})$"):
        net.connect(exc, exc, sc.AllToAll(), weight=value, delay=1.0)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ({"a": 1}, r"dict \{'a': 1\}"),
        (float("nan"), "float nan"),
        ([0, None], "NoneType None at 1"),
        (["a", "b"], "text"),
        ([0.0, 1.0], "float64"),
    ],
)
def test_an_index_of_another_kind_is_shown(net, exc, value, shown):
    with pytest.raises(TypeError, match=f"exc: neurons must be integers, not {shown}$"):
        net.record(exc, "v", neurons=value)
    with pytest.raises(TypeError, match=f"Pairs: sources must be integers, not {shown}$"):
        sc.Pairs(value, [0, 1])


def test_synapses_between_slices_are_as_those_of_views(net, exc):
    net.connect(exc, exc, sc.AllToAll(), weight=1.0, delay=1.0)
    machine = net.compile(workers=1)
    synapses = machine.synapses("exc", "exc")
    assert synapses.between(slice(None), slice(None)) is synapses
    part, of_views = synapses.between(slice(-2, None), slice(1)), machine.synapses(exc[-2:], exc[:1])
    assert (part.sources.tolist(), part.targets.tolist()) == (of_views.sources.tolist(), of_views.targets.tolist())
    assert part.shape == of_views.shape == (2, 1)
    for wrong in (None, 3, "a", [0, 1]):
        with pytest.raises(TypeError, match="sources: index must be a slice"):
            synapses.between(wrong, slice(2))
    with pytest.raises(TypeError, match=r"targets: the stop of the slice must be a whole number, not 2\.5"):
        synapses.between(slice(2), slice(2.5))
    with pytest.raises(sc.NetworkError, match=r"targets: the stop of the slice is 5, allowed: -4 … 4"):
        synapses.between(slice(2), slice(5))
