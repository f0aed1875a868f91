"""Equations where models are used: files, energy, values at the start, and what is refused in words."""

import math

import numpy as np
import pytest

import spikecore as sc

UPDATES = {"neuron_updates", "updates_active", "updates_inactive", "updates_done", "updates_skipped"}
TEXT = "dv/dt = -v/tau : mV\ng = v*t/(1*ms) : mV"


def decaying(**changes):
    values = dict(tau=(10.0, "ms"), v_th=(5.0, "mV"))
    options = dict(threshold="v >= v_th", reset="v = 0*mV", method="euler", parameters=values, init={"v": 4.0})
    return sc.Equations(TEXT, **{**options, **changes})


def network(model=None, **options):
    net = sc.Network(dt=0.1)
    return net, net.population(3, model or decaying(), name="cells", **options)


@pytest.mark.parametrize(
    "model",
    [
        decaying(),
        decaying(parameters=dict(tau=([5.0, 10.0, 20.0], "ms"), v_th=(5.0, "mV")), init={"v": [1.0, 2.0, 3.0]}),
        decaying(init={"v": "v_th"}, substeps=2, method="rk4"),
        sc.Equations("dx/dt = (a - x)/(1*ms) : 1", parameters={"a": 2.0}),
    ],
    ids=["numbers", "arrays", "names", "without units"],
)
def test_a_saved_result_has_the_equations(model, tmp_path):
    net, cells = network(model)
    net.record(cells, model.state[0])
    result = net.compile(workers=1).run(2.0)
    loaded = sc.load_result(result.save(tmp_path / "run.npz"))
    assert loaded.populations[0].model == model
    assert np.array_equal(loaded.samples["cells", model.state[0]].values, result.samples[cells, model.state[0]].values)
    assert loaded.ledger.unpriced == result.ledger.unpriced != {}


def test_a_saved_batch_has_the_equations(tmp_path):
    net, _ = network()
    batch = net.compile(workers=1).run_batch(2.0, seeds=[1, 2])
    assert sc.load_result(batch.save(tmp_path / "batch.npz")).populations[0].model == decaying()


@pytest.mark.parametrize("machine", ["loihi", "spinnaker", "truenorth"])
def test_an_update_of_equations_has_no_price(machine):
    net, _ = network()
    written = net.compile(workers=1).run(20.0).energy(machine)
    assert not {line.price.count for line in written.lines} & UPDATES
    unpriced = [term.reason for term in written.unpriced if term.reason.startswith("neurons that are written")]
    assert len(unpriced) >= 1
    assert written.nominal_j in (None, 0.0), "nobody spiked"
    other = sc.Network(dt=0.1)
    other.population(3, sc.LIF())
    stated = other.compile(workers=1).run(20.0).energy(machine)
    covered = {count for line in stated.lines for count in (line.price.count, *line.price.contains)}
    assert covered & UPDATES
    assert not stated.ledger.unpriced


def test_where_any_population_is_written_no_update_has_a_price():
    net, _ = network()
    net.population(100, sc.LIF())
    report = net.compile(workers=1).run(20.0).energy("loihi")
    assert "neuron_updates" in report.ledger.unpriced
    assert report.ledger.neuron_updates == 103 * 200


def test_a_value_at_the_start_is_that_of_a_variable():
    with pytest.raises(TypeError, match=r"has no parameter 'g'; it has v"):
        network(init={"g": 3.0})
    with pytest.raises(TypeError, match="init must be a mapping"):
        network(init=[1.0])
    with pytest.raises(sc.NetworkError, match="init has a value of v"):
        network(init={"v": 1.0}, v_init=1.0)
    net, cells = network(init={"v": sc.Uniform(1.0, 2.0)})
    machine = net.compile(workers=1)
    assert 1.0 <= machine.state(cells, "v").min() < machine.state(cells, "v").max() < 2.0


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"parameters": [1]}, "parameters must be a mapping"),
        ({"init": [1]}, "init must be a mapping"),
        ({"init": {"v": sc.Normal(1.0, 0.1)}}, "init of v must be a number"),
        ({"init": {"v": "v_t"}}, "did you mean 'v_th'"),
        ({"init": {"w": 1.0}}, "it has v"),
        ({"treshold": "v > 1*mV"}, "did you mean 'threshold'"),
    ],
)
def test_what_is_no_part_of_equations_is_refused_where_they_are_made(options, message):
    with pytest.raises(TypeError, match=message):
        decaying(**options)


def test_a_threshold_may_be_infinite():
    model = decaying(parameters=dict(tau=(10.0, "ms"), v_th=(math.inf, "mV")), init={"v": 1e6})
    net, _ = network(model)
    assert net.compile(workers=1).run(10.0).counts.spikes["cells"] == 0


def test_equations_without_an_input_refuse_weights_in_words():
    net, cells = network()
    for connect in (
        lambda: net.stimulate(cells, sc.Poisson(100.0, 1.0)),
        lambda: net.connect(cells, cells, sc.OneToOne(), weight=1.0, delay=1.0),
    ):
        with pytest.raises(sc.NetworkError, match="equations that mark a variable as input"):
            connect()


@pytest.mark.parametrize("precision", ["f32", "f64"])
def test_a_state_that_decays_becomes_zero(precision):
    net, cells = network(sc.Equations("dv/dt = -v/(1*ms) : mV", method="exact"), init={"v": 1.0})
    machine = net.compile(workers=1, precision=precision)
    machine.run(60.0)
    assert (machine.state(cells, "v") > 0.0).all()
    machine.run(20.0)  # e^-69 is 1e-30
    assert not machine.state(cells, "v").any()


def test_a_definition_that_is_infinite_stops_no_run():
    text = "dv/dt = -v/(10*ms) : 1\nrate = exp(1e3*(v + t/(1*ms))) : 1"
    net, cells = network(sc.Equations(text, threshold="rate < 0", method="euler"), init={"v": 1.0})
    machine = net.compile(workers=1)
    assert machine.run(5.0).stop == 5.0
    assert np.isinf(machine.state(cells, "rate")).all()
