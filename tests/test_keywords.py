"""A keyword, a model, a rule or a population that is nearly right is answered with what was probably meant."""

import inspect
import re
import warnings

import numpy as np
import pytest

import spikecore as sc
from spikecore.models.base import NeuronModel


def described():
    net = sc.Network(dt=0.1)
    return net, net.population(4, sc.LIF(), name="exc"), net.population(3, sc.LIF(), name="inh")


def compiled():
    return described()[0].compile(workers=1)


CALLS = {
    "Network": (lambda: sc.Network(sead=1), "Network has no parameter 'sead'; did you mean 'seed'?"),
    "population": (lambda: sc.Network().population(3, sc.LIF(), nam="a"), "Network.population has .* 'nam'; .* 'name'"),
    "source": (lambda: sc.Network().spike_source(1, timse=[[1.0]]), "Network.spike_source has .* 'timse'; .* 'times'"),
    "connect": (
        lambda: described()[0].connect("exc", "inh", sc.AllToAll(), wieght=1.0, delay=1.0),
        "Network.connect has no parameter 'wieght'; did you mean 'weight'?",
    ),
    "switch": (
        lambda: described()[0].connect("exc", "inh", sc.AllToAll(), weight=1.0, delay=1.0, allow_autapses=False),
        "'allow_autapses'; did you mean 'autapses'?",
    ),
    "record": (lambda: described()[0].record("exc", intervall=1.0), "Network.record .* 'intervall'; .* 'interval'"),
    "compile": (
        lambda: described()[0].compile(threads=2),
        "Network.compile has no parameter 'threads'; it has workers",
    ),
    "forecast": (
        lambda: described()[0].forecast(worker=2),
        "forecast has .* 'worker'; did you mean 'workers'?",
    ),
    "run": (
        lambda: compiled().run(time=1.0),
        "Machine.run has .* 'time'; it has duration",
    ),
    "batch": (
        lambda: compiled().run_batch(1.0, seed=[1]),
        "run_batch has .* 'seed'; .* 'seeds'",
    ),
    "model": (lambda: sc.LIF(v_rest=-65.0), "LIF has no parameter 'v_rest'; did you mean 'e_l'?"),
    "rule": (lambda: sc.FixedInDegree(indegree=3), "FixedInDegree has no parameter 'indegree'; it has k"),
    "kernel": (
        lambda: sc.Convolution(np.ones((1, 1, 3, 3)), (1, 4, 4), pading=1),
        "Convolution has no parameter 'pading'; did you mean 'padding'?",
    ),
    "stimulus": (lambda: sc.Poisson(rates=3.0, weight=1.0), "Poisson has no parameter 'rates'; did you mean 'rate'?"),
    "current": (lambda: sc.DirectCurrent(amplitud=3.0), "DirectCurrent has no parameter 'amplitud'; .* 'amplitude'"),
    "distribution": (lambda: sc.Normal(mean=1.0, std=0.1), "Normal has no parameter 'std'; did you mean 'sd'?"),
    "coding": (lambda: sc.coding.latency([[0.5]], 20.0, dx=0.1), "latency has no parameter 'dx'"),
}


@pytest.mark.parametrize("call", CALLS)
def test_a_keyword_that_is_nearly_right_is_answered(call):
    function, why = CALLS[call]
    with pytest.raises(TypeError, match=why.replace("?", r"\?")):
        function()


def test_a_population_that_is_nearly_right_is_answered():
    net, _, _ = described()
    with pytest.raises(
        sc.NetworkError, match=r"population 'ex' is not of this network, .*; did you mean 'exc'\?"
    ) as error:
        net.connect("ex", "inh", sc.AllToAll(), weight=1.0, delay=1.0)
    assert error.value.meant == "exc"
    with pytest.raises(sc.NetworkError, match=r"'pyramidal' is not of this network, which has: 'exc', 'inh'$"):
        net.record("pyramidal")
    machine = net.compile(workers=1)
    with pytest.raises(sc.NetworkError, match=r"did you mean 'inh'\?"):
        machine.state("inhib")
    with pytest.raises(sc.NotRecordedError, match=r"did you mean 'inh'\?"):
        machine.run(1.0).spikes["inhib"]


@pytest.mark.parametrize(
    ("wrong", "meant"), [("FixedIndegree", "FixedInDegree"), ("AlltoAll", "AllToAll"), ("Lif", "LIF")]
)
def test_a_rule_or_model_that_is_nearly_right_is_answered(wrong, meant):
    with pytest.raises(AttributeError, match=rf"did you mean '{meant}'\?"):
        getattr(sc, wrong)


def test_calls_keep_their_names_and_signatures():
    assert list(inspect.signature(sc.Network.connect).parameters)[:4] == ["self", "sources", "targets", "rule"]
    assert sc.Network.connect.__name__ == "connect"
    assert sc.Machine.run.__doc__.startswith("Run for a time")
    assert next(iter(inspect.signature(sc.coding.rate).parameters)) == "frames"


def test_warnings_point_at_the_line_of_the_caller():
    net = sc.Network(dt=0.1)
    net.population(2, sc.LIF(tau_m=0.02), name="in seconds")
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        machine = net.compile(workers=1)
        net.population(1, sc.LIF())
        machine.run(1.0)
    assert [warning.category for warning in caught] == [sc.UnitWarning, sc.NetworkChangedWarning]
    assert {warning.filename for warning in caught} == {__file__}


CALLED = [
    *(
        getattr(sc.Network, name)
        for name in ("population", "spike_source", "connect", "stimulate", "record", "compile")
    ),
    *(getattr(sc.Machine, name) for name in ("run", "reset", "run_batch", "state", "synapses")),
    *(sc.LIF, sc.LIFAlpha, sc.LIFDelta, sc.IF, sc.ALIF, sc.LeakyIntegrator),
    *(sc.Pairs, sc.Dense, sc.Convolution, sc.Pooling, sc.Normal, sc.Uniform, sc.Poisson, sc.DirectCurrent),
    *(sc.coding.rate, sc.coding.latency, sc.coding.current),
]


@pytest.mark.parametrize("call", CALLED, ids=lambda call: call.__qualname__)
def test_a_signature_can_be_read(call):
    shown = str(inspect.signature(call))
    assert "numpy._typing" not in shown
    assert len(shown) <= 400


def test_the_map_of_the_package_fits_a_screen_and_names_what_there_is():
    lines = sc.__doc__.splitlines()
    assert len(lines) <= 40
    assert max(map(len, lines)) <= 120
    named = set(re.findall(r"(?<!`)`(\w+)`(?!`)", sc.__doc__)) - {"compile", "run"}
    assert named <= set(sc.__all__)
    errors = {name for name in sc.__all__ if name.endswith(("Error", "Warning"))}
    found = {"Forecast", "PopulationView", "Population", "Projection", "Recorder", "SpikeSource", "__version__"}
    assert set(sc.__all__) - named - errors == found
    result = compiled().run(1.0)
    for name in set(re.findall(r"``(\w+)(?:\(\))?``", sc.__doc__)):
        assert any(hasattr(kind, name) for kind in (sc.Network, sc.Machine, result)), name


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("iaf_psc_exp", "LIF"),
        ("IF_curr_alpha", "LIFAlpha"),
        ("poisson_generator", r"net\.stimulate\(population, Poisson"),
        ("SpikeGeneratorGroup", r"net\.spike_source\(n, times\)"),
        ("dc_generator", "DirectCurrent"),
        ("SpikeMonitor", r"result\.spikes"),
        ("multimeter", r"net\.record"),
        ("Create", r"net\.population"),
        ("Synapses", r"net\.connect"),
        ("Simulate", r"compile\(\)\.run\(ms\)"),
        ("Conv2d", "Convolution"),
        ("Linear", "Dense"),
        ("tsodyks_synapse", "static"),
        ("gap_junction", "no gap junctions"),
        ("ms", "plain numbers"),
    ],
)
def test_names_of_other_simulators_are_answered(name, answer):
    """They were answered by whatever name of ours is spelled like them: `PoisonedError` for `poisson_generator`."""
    with pytest.raises(AttributeError, match=f"has no attribute '{name}'; .*{answer}") as caught:
        getattr(sc, name)
    assert "did you mean" not in str(caught.value)


def test_an_error_is_meant_by_who_looks_for_an_error():
    for name, meant in (("PoisonError", "PoisonedError"), ("UnitsWarning", "UnitWarning")):
        with pytest.raises(AttributeError) as caught:
            getattr(sc, name)
        assert f"did you mean '{meant}'?" in str(caught.value)
    with pytest.raises(AttributeError, match=r"'Poison'; did you mean 'Poisson'\?"):
        getattr(sc, "Poison")  # noqa: B009


def test_every_model_is_named_where_a_model_is_expected():
    with pytest.raises(TypeError) as caught:
        sc.Network().population(3, "LIF")
    models = [
        name
        for name in sc.__all__
        if isinstance(getattr(sc, name), type) and issubclass(getattr(sc, name), NeuronModel)
    ]
    assert len(models) > 5
    for name in models:
        assert (f"{name}(…)" in str(caught.value)) == (name != "SpikeSource")


def test_rates_are_by_name_and_say_so():
    net, exc, inh = described()
    rates = net.compile(workers=1).run(1.0).rates()
    assert rates["exc"] == rates["inh"] == 0.0
    for key, meant in ((exc, "exc"), (exc[1:3], "exc"), ("Exc", "exc"), ("inhh", "inh"), (inh, "inh")):
        with pytest.raises(sc.NotRecordedError, match=rf"rates are by name: 'exc', 'inh'; did you mean '{meant}'"):
            rates[key]
    with pytest.raises(KeyError, match=r"there is no rate of 0; rates are by name: 'exc', 'inh'$"):
        rates[0]
    assert rates.get("other") is None
    assert exc not in rates
