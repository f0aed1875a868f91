"""States that leave the finite range: the run stops and names the first, whatever workers, split, mode or recording."""

import math

import numpy as np
import pytest

import spikecore as sc
from spikecore import checks

# Nothing less overflows soon.
pytestmark = [
    pytest.mark.filterwarnings("ignore::spikecore.UnitWarning"),
    pytest.mark.filterwarnings("ignore::spikecore.PrecisionWarning"),
]

LARGE = {"f32": 3e38, "q16": 3e38, "f64": 1.66e308}


@pytest.fixture
def unlimited(monkeypatch):
    """Face and engine take numbers up to 1e12, from which overflow takes long; these tests take a shorter way."""
    monkeypatch.setenv("SPIKECORE_LARGEST", "1e308")
    monkeypatch.setitem(checks.number.__kwdefaults__, "low", -1e308)
    monkeypatch.setitem(checks.number.__kwdefaults__, "high", 1e308)


KINDS = {
    "integrator": (lambda: sc.LeakyIntegrator(tau_m=math.inf), "v"),
    "leaky integrator": (lambda: sc.LeakyIntegrator(tau_m=1e4), "v"),
    "read-out with a current": (lambda: sc.LeakyIntegrator(tau_m=20.0, tau_syn=1e4), "i_syn"),
    "delta": (lambda: sc.LIFDelta(t_ref=0.0), "v"),
    "subtract": (lambda: sc.IF(reset="subtract"), "v"),
    "one current": (lambda: sc.LIF(tau_syn_exc=1e4, tau_syn_inh=1e4), "i_syn"),
    "two currents": (lambda: sc.LIF(tau_syn_exc=1e4, tau_syn_inh=2e4, c_m=1e30), "i_exc"),
    "inhibition": (lambda: sc.LIF(tau_syn_exc=1e4, tau_syn_inh=2e4, c_m=1e30), "i_inh"),
    "adaptive": (lambda: sc.ALIF(tau_m=0.1), "v"),
    "alpha": (lambda: sc.LIFAlpha(tau_syn_exc=math.e, tau_syn_inh=math.e, c_m=1e30), "di_syn"),
    "alpha currents": (lambda: sc.LIFAlpha(tau_syn_exc=math.e, tau_syn_inh=5.0, c_m=1e30), "di_exc"),
    "alpha inhibition": (lambda: sc.LIFAlpha(tau_syn_exc=5.0, tau_syn_inh=math.e, c_m=1e30), "di_inh"),
    "varied": (lambda: sc.LIFDelta(t_ref=0.0, tau_m=np.linspace(1e4, 2e4, 300)), "v"),
    "varied currents": (
        lambda: sc.LIF(tau_m=np.linspace(1e9, 2e9, 300), tau_syn_exc=1e4, tau_syn_inh=2e4, c_m=1e30),
        "i_exc",
    ),
}


def network(kind, weights, at):
    """A population that is driven over the edge, one neuron first, and another that goes on."""
    model, variable = KINDS[kind]
    net = sc.Network(dt=0.1, seed=5)
    source = net.spike_source(
        300, times=[[at + 1.0 - k / 100] if k in (210, 250) else [] for k in range(300)], name="source"
    )
    twice = net.spike_source(
        300, times=[[at] if k == 210 else ([at + 50.0] if k == 13 else []) for k in range(300)], name="twice"
    )
    victim = net.population(300, model(), name="victim")
    other = net.population(200, sc.LIF(i_e=500.0), name="other")
    sign = -1.0 if variable.endswith("_inh") else 1.0
    for one in (source, twice, twice):
        net.connect(one, victim, sc.OneToOne(), weight=sign * LARGE[weights] * 0.6, delay=1.0)
    net.connect(other, other, sc.FixedInDegree(10), weight=10.0, delay=1.5)
    return net, victim, variable


def diverge(machine, pieces):
    for duration in pieces:
        try:
            machine.run(duration)
        except sc.DivergenceError as error:
            return (str(error), error.population, error.neuron, error.variable, error.tick, error.time, error.sample)
    return pytest.fail("nothing diverged")


@pytest.mark.usefixtures("unlimited")
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("weights", ["f32", "f64"])
def test_the_first_state_to_diverge_is_named(kind, weights):
    net, victim, variable = network(kind, weights, 20.0)
    options = {"precision": "f64"} if weights == "f64" else {}
    found = set()
    modes = ["dense", "auto"] if kind.startswith(("adaptive", "alpha", "varied")) else ["dense", "auto", "event"]
    for updates in modes:
        for workers, pieces in ((1, [200.0]), (2, [200.0]), (3, [0.1] * 240), (2, [7.3] * 20)):
            machine = net.compile(workers=workers, updates=updates, **options)
            found.add(diverge(machine, pieces))
            ran = machine.time
            assert ran >= 21.0
            if variable in victim.model.variables:
                assert not np.isfinite(machine.state(victim, variable)[210])
            with pytest.raises(sc.DivergenceError, match="victim"):
                machine.run(1.0)
            assert machine.time == ran
            machine.reset({"twice": [[]] * 300, "source": [[]] * 300})
            assert machine.run(5.0).stop == 5.0
    assert len(found) == 1
    text, *named = found.pop()
    assert named == ["victim", 210, variable, 210, 21.0, None]
    assert text == f"victim: {variable} of neuron 210 left the finite range at 21 ms, tick 210"


def test_a_slope_overflows_by_a_rise_time_that_the_face_takes():
    """A weight of 9e8 pA raises the slope by e / tau_syn times as much: 2.4e39 pA/ms, too much for f32 alone."""
    net = sc.Network(dt=0.1, seed=5)
    source = net.spike_source(300, times=[[20.0] if k == 210 else [] for k in range(300)], name="source")
    victim = net.population(300, sc.LIFAlpha(tau_syn_exc=1e-30, tau_syn_inh=1e-30), v_init=-70.0, name="victim")
    net.connect(source, victim, sc.OneToOne(), weight=9e8, delay=1.0)
    found = set()
    for workers, pieces in ((1, [21.1]), (2, [21.0]), (3, [0.1] * 211), (2, [7.3] * 3)):
        found.add(diverge(net.compile(workers=workers), pieces)[1:])
        machine = net.compile(workers=workers, precision="f64")
        for duration in pieces:
            machine.run(duration)
        assert np.abs(machine.state(victim) + 70.0).max() < 1e-9
    assert found == {("victim", 210, "di_syn", 210, 21.0, None)}


@pytest.mark.usefixtures("unlimited")
def test_a_neuron_that_diverged_sends_no_spike_and_what_happened_is_there():
    net = sc.Network(dt=0.1)
    source = net.spike_source(1, times=[[1.0, 2.0, 3.0]], name="source")
    reader = net.population(1, sc.LeakyIntegrator(tau_m=math.inf), name="reader")
    net.connect(source, reader, sc.OneToOne(), weight=1.5e38, delay=1.0)
    net.record(reader, "v")
    for updates in ("dense", "auto", "event"):
        machine = net.compile(workers=1, updates=updates)
        assert diverge(machine, [100.0])[1:6] == ("reader", 0, "v", 40, 4.0)
        result = machine.result()
        assert result.counts.spikes == {"source": 3, "reader": 0}
        assert len(result.spikes[reader]) == 0
        assert result.stop == machine.time
        values = result.traces["reader", "v"].values[:, 0]
        assert np.isfinite(values[:39]).all()
        assert np.isinf(values[39:]).all()


@pytest.mark.usefixtures("unlimited")
@pytest.mark.parametrize("updates", ["dense", "event"])
def test_large_states_that_stay_finite_go_on(updates):
    net = sc.Network(dt=0.1)
    source = net.spike_source(1, times=[[1.0]], name="source")
    reader = net.population(2, sc.LeakyIntegrator(tau_m=10.0), name="reader")
    net.connect(source, reader, sc.AllToAll(), weight=3e38, delay=1.0)
    machine = net.compile(workers=1, updates=updates)
    assert machine.run(1000.0).stop == 1000.0
    assert 0.0 <= machine.state(reader)[0] < 1.0


def test_a_potential_overflows_by_numbers_that_the_face_takes():
    net = sc.Network(dt=1.0, seed=2)
    reader = net.population(1, sc.LeakyIntegrator(tau_m=math.inf, tau_syn=1e12, c_m=1e-12), name="reader")
    net.stimulate(reader, sc.Poisson(rate=1e6, weight=1e12))
    machine = net.compile(workers=1)
    text, population, _, variable, tick, time, _ = diverge(machine, [400_000.0, 400_000.0, 400_000.0])
    assert (population, variable) == ("reader", "v"), text
    assert 810_000 < tick == time < 830_000
    assert machine.result().counts.spikes == {"reader": 0}
    assert np.isinf(machine.state(reader)[0])


@pytest.mark.usefixtures("unlimited")
@pytest.mark.parametrize("updates", ["dense", "event"])
def test_a_current_that_moves_the_potential_out_of_range(updates):
    net = sc.Network(dt=0.1)
    source = net.spike_source(1, times=[[1.0]], name="source")
    reader = net.population(1, sc.LeakyIntegrator(tau_m=math.inf, tau_syn=1e4, c_m=1e-9), name="reader")
    net.connect(source, reader, sc.AllToAll(), weight=1e37, delay=1.0)
    machine = net.compile(workers=1, updates=updates)
    assert diverge(machine, [100.0])[3:5] == ("v", 21)


@pytest.mark.usefixtures("unlimited")
def test_a_batch_names_the_first_sample():
    net = sc.Network(dt=0.1)
    source = net.spike_source(1, times=[[]], name="source")
    reader = net.population(1, sc.LeakyIntegrator(), name="reader")
    net.connect(source, reader, sc.OneToOne(), weight=3e38, delay=1.0)
    good, bad, soon = [[1.0]], [[4.0, 4.1]], [[2.0, 2.1]]
    for workers in (1, 2, 3):
        machine = net.compile(workers=workers)
        with pytest.raises(sc.DivergenceError, match="of sample 3") as caught:
            machine.run_batch(10.0, {source: [good, good, good, bad, soon, good, soon]})
        error = caught.value
        assert (error.sample, error.population, error.neuron, error.variable, error.tick) == (3, "reader", 0, "v", 51)
        assert len(machine.run_batch(10.0, {source: [good] * 4})) == 4
        assert machine.run(10.0).stop == 10.0
