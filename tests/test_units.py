"""Integrators, read-outs, adaptive neurons and parameters per neuron, against oracles and closed forms.

Sources: Yin, Corradi and Bohte (2020), ICONS 2020, and the authors' code for the adaptive neuron; the
others are limits of NEST's `iaf_psc_exp` and `iaf_psc_delta`. `reference_models.py` is the oracle.
"""

import copy
import functools
import itertools
import math
import pickle

import numpy as np
import pytest
import reference
import reference_models
import test_determinism
from hypothesis import given
from hypothesis import strategies as st
from test_determinism import ANY, assert_same, engine_propagators, machine_of, outcome

import spikecore as sc

TICKS = 300
SPIKES = [[0.1, 0.2, 5.0, 29.9], [0.1, 12.3], [4.0, 4.1, 4.2], [3.3 + 0.1 * k for k in range(40)]]
KINDS = ("lif", "delta", "subtract", "if", "reader", "current reader", "alif")
CHOICES = {
    "tau_m": [5.0, 10.0, 20.0],
    "tau_adp": [30.0, 200.0],
    "tau_syn_exc": [0.5, 2.0],
    "tau_syn_inh": [0.5, 10.0],
    "tau_syn": [0.5, 10.0],
    "c_m": [250.0],
    "e_l": [-65.0, -60.0, 0.0],
    "v_th": [8.0, 10.0],
    "t_ref": [0.0, 0.1, 2.0],
    "i_e": [0.0, 150.0, 700.0],
    "b0": [0.5, 2.0],
    "beta": [0.0, 1.8],
    "r_m": [1.0, 3.0],
}


def drawn(seed, kind, size):
    """Parameters of a population, each one value or an array; `v_th` and `v_reset` relative to rest."""
    names = {
        "lif": ("tau_m", "e_l", "v_th", "t_ref", "tau_syn_exc", "tau_syn_inh", "i_e"),
        "delta": ("tau_m", "e_l", "v_th", "t_ref", "i_e"),
        "subtract": ("tau_m", "e_l", "v_th", "i_e"),
        "if": ("e_l", "v_th", "t_ref"),
        "reader": ("tau_m", "e_l", "i_e"),
        "current reader": ("tau_m", "e_l", "tau_syn", "i_e"),
        "alif": ("tau_m", "tau_adp", "b0", "beta", "r_m", "i_e"),
    }[kind]
    rng = np.random.default_rng(seed)
    found = {}
    for name in names:
        values = [0.0, 2.0] if kind == "alif" and name == "i_e" else CHOICES[name]
        found[name] = rng.choice(values, size) if rng.random() < 0.5 else float(rng.choice(values))
    if kind in ("lif", "delta", "reader") and rng.random() < 0.3:
        found["tau_m"] = math.inf
    if "v_th" in found:
        found["v_th"] = found["v_th"] + found["e_l"]
        found["v_reset"] = found["e_l"] - 1.0
    return found


def model_of(kind, parameters):
    if kind == "subtract":
        return sc.LIFDelta(**parameters, t_ref=0.0, reset="subtract")
    types = {
        "lif": sc.LIF,
        "delta": sc.LIFDelta,
        "if": sc.IF,
        "reader": sc.LeakyIntegrator,
        "current reader": sc.LeakyIntegrator,
        "alif": sc.ALIF,
    }
    return types[kind](**parameters)


@st.composite
def networks(draw):
    sizes = st.sampled_from([1, 7, 128, 129, 257])
    kinds = draw(st.lists(st.tuples(st.sampled_from(KINDS), sizes), min_size=1, max_size=3))
    seeds = st.integers(0, 2**32 - 1)
    populations = [(kind, size, drawn(draw(seeds), kind, size)) for kind, size in kinds]
    edge = st.tuples(
        st.integers(0, len(kinds)),
        st.integers(0, len(kinds) - 1),
        st.integers(1, 10),
        st.sampled_from([-0.4, 0.9, 3.0]),
        st.sampled_from([0.1, 1.3, 12.0]),
    )
    return draw(st.integers(0, 2**64 - 1)), populations, draw(st.lists(edge, min_size=1, max_size=5))


def scale(kind):
    return 40.0 if kind in ("lif", "current reader") else 1.0


def describe(spec, recorded=False):
    seed, populations, edges = spec
    net = sc.Network(dt=0.1, seed=seed)
    made = [net.population(size, model_of(kind, parameters)) for kind, size, parameters in populations]
    made.append(net.spike_source(4, times=[np.round(times, 1) for times in SPIKES]))
    for source, target, k, weight, delay in edges:
        mean = weight * scale(populations[target][0])
        rule = sc.FixedInDegree(k)
        net.connect(made[source], made[target], rule, weight=sc.Normal(mean, 0.3 * abs(mean)), delay=delay)
    for population in made[:-1] if recorded else []:
        for variable in population.model.variables:
            net.record(population, variable, interval=0.7)
    return net, made


@functools.cache
def engine_decay(tau):
    """exp(-h / tau) and 1 - exp(-h / tau) as the engine has them: a potential decays, a spike adapts."""
    net = sc.Network(dt=0.1)
    decays = net.population(1, sc.ALIF(tau_m=tau, b0=1e6), v_init=1.0)
    fires = net.population(1, sc.ALIF(tau_adp=tau, b0=1.0, beta=1e6), v_init=2.0)
    net.record(decays)
    net.record(fires, "eta")
    tables = [one.values[:, 0] for one in net.compile(workers=1, precision="f64").run(0.2).traces.values()]
    return tables[0][0], tables[1][1]


def oracle_of(kind, size, parameters, v0):
    if kind == "alif":
        full = {**sc.ALIF().parameters(), **parameters}
        alpha, one_minus_alpha = np.array([engine_decay(t) for t in np.broadcast_to(full["tau_m"], size)]).T
        rho, fresh = np.array([engine_decay(t) for t in np.broadcast_to(full["tau_adp"], size)]).T
        constants = {"alpha": alpha, "gain": full["r_m"] * one_minus_alpha, "rho": rho, "fresh": fresh}
        return reference_models.Adaptive(size, v0, **full, constants=constants)
    full = {"tau_m": math.inf, "t_ref": 0.0, "v_th": math.inf, "v_reset": -1e3, "i_e": 0.0, **parameters}
    tau = full.pop("tau_syn", None)
    if tau is not None:
        full.update(tau_syn_exc=tau, tau_syn_inh=tau)
    delta = kind not in ("lif", "current reader")
    return reference_models.Varied(size, v0, delta, **full, subtracts=kind == "subtract")


def engine_constants(p, _):
    columns = (np.broadcast_to(x, p.size) for x in (p.tau_m, p.tau_syn_exc, p.tau_syn_inh))
    rows = [engine_propagators(*(float(x) for x in row)) for row in zip(*columns, strict=True)]
    return {name: np.array([row[name] for row in rows]) for name in rows[0]}


@pytest.mark.filterwarnings("ignore::spikecore.StartWarning")
@pytest.mark.parametrize("precision", ["f32", "f64"])
@ANY
@given(spec=networks())
def test_every_bit_equals_the_oracle(precision, spec):
    net, populations = describe(spec)
    machine = net.compile(workers=2, precision=precision, updates="dense")
    oracle = [
        oracle_of(kind, size, parameters, machine.state(population))
        for (kind, size, parameters), population in zip(spec[1], populations, strict=False)
    ]
    stamps = [(round(t * 10), n) for n, times in enumerate(SPIKES) for t in times]
    oracle.append(reference.Source(4, [t for t, _ in stamps], [n for _, n in stamps]))
    synapses = []
    for s, t in itertools.product(range(len(populations)), range(len(populations) - 1)):
        found = machine.synapses(populations[s], populations[t])
        ticks = np.rint(found.delays * 10).astype(int)
        synapses.append((s, t, found.sources, found.targets, found.weights, ticks))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reference_models, "propagators", engine_constants)
        dtype = np.float32 if precision == "f32" else np.float64
        for p in oracle[:-1]:
            p.e_l, resting = (np.float64(p.e_l), np.float64(p.e_l))
            assert np.all(p.v0 == resting), "v_init is e_l by default, per neuron"
        expected, potentials = reference.simulate(oracle, synapses, TICKS, dtype=dtype)
    spikes, states, _, _ = outcome(machine, populations, parts=(TICKS,))
    np.testing.assert_array_equal(spikes, expected)
    for population, theirs in zip(populations[:-1], potentials, strict=False):
        np.testing.assert_array_equal(states[population.index, "v"], theirs)


@ANY
@given(
    spec=networks(),
    cut=st.integers(1, TICKS - 1),
    store=st.sampled_from(["f32", "q16", "f64"]),
    updates=st.sampled_from(["auto", "dense", "event"]),
)
def test_the_machine_does_not_matter(spec, cut, store, updates):
    net, populations = describe(spec, recorded=True)
    if updates == "event" and any(stepped(kind, parameters) for kind, _, parameters in spec[1]):
        with pytest.raises(sc.NetworkError, match="updates is"):
            machine_of(net, 1, store, updates=updates)
        updates = "auto"
    expected = outcome(machine_of(net, 1, store, updates=updates), populations)
    for workers, parts in ((2, (cut, TICKS - cut)), (3, (TICKS,)), (8, (1, cut, TICKS - cut - 1))):
        machine = machine_of(net, workers, store, updates=updates)
        assert_same(outcome(machine, populations, [p for p in parts if p]), expected)


def stepped(kind, parameters):
    """Whether neurons are stepped in every tick: adaptive ones, and those that differ."""
    return kind == "alif" or any(len(np.unique(value)) > 1 for value in parameters.values())


LEVEL_SCRIPT = """
import hashlib, itertools, json
import numpy as np
from spikecore import _native
from test_determinism import machine_of, outcome
from test_units import describe, everything
found = {"level": _native.simd_level()}
for store, updates in itertools.product(("f32", "q16", "f64"), ("dense", "auto")):
    net, populations = describe(everything(), recorded=True)
    spikes, states, counters, recorded = outcome(machine_of(net, 2, store, updates=updates), populations)
    digest = hashlib.sha256(np.ascontiguousarray(spikes))
    for array in (*states.values(), *recorded):
        digest.update(np.ascontiguousarray(array))
    found[f"{store} {updates}"] = [digest.hexdigest(), counters]
print(json.dumps(found))
"""


def everything():
    """Two populations of each kind, each driven by the source and by one other."""
    populations = [
        (kind, size, drawn(at, kind, size)) for at, (size, kind) in enumerate(itertools.product((129, 200), KINDS))
    ]
    n = len(populations)
    edges = [(n, at, 3, 3.0, 0.1) for at in range(n)] + [(at, (at + 5) % n, 4, 0.9, 1.3) for at in range(n)]
    return 11, populations, edges


def test_the_instruction_set_does_not_matter(monkeypatch):
    monkeypatch.setattr(test_determinism, "LEVEL_SCRIPT", LEVEL_SCRIPT)
    scalar = test_determinism.at_level("scalar")
    assert scalar is not None
    assert scalar.pop("level") in ("scalar", "neon")
    assert all(sum(counters["spikes"]) > 1_000 for _, counters in scalar.values())
    for level in ("avx2", "avx512"):
        found = test_determinism.at_level(level)
        if found is not None:
            assert found.pop("level") == level
            assert found == scalar


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("store", ["f32", "f64"])
@pytest.mark.parametrize("updates", ["auto", "dense"])
def test_neurons_with_arrays_are_as_many_populations(kind, store, updates):
    """Each neuron of a varied population does, bit for bit, what it does alone; stepped in every tick."""
    size = 5
    rng = np.random.default_rng(3)
    names = {"reader": ["tau_m", "e_l", "i_e"], "current reader": ["tau_m", "tau_syn", "i_e"]}
    names |= {"alif": ["tau_m", "tau_adp", "b0", "beta", "r_m"], "if": ["v_th", "t_ref", "i_e"]}
    names |= {"lif": ["tau_m", "v_th", "t_ref", "i_e"], "delta": ["tau_m", "v_th", "t_ref", "i_e"]}
    names |= {"subtract": ["tau_m", "v_th", "i_e"]}
    arrays = {name: rng.choice(CHOICES[name], size) for name in names[kind]}
    arrays |= {"tau_syn_exc": np.full(size, 0.5), "tau_syn_inh": np.linspace(1.0, 3.0, size)} if kind == "lif" else {}
    if "v_th" in arrays:
        arrays |= {
            "v_th": arrays["v_th"] - 65.0,
            "v_reset": np.linspace(-70.0, -66.0, size),
            "e_l": np.full(size, -65.0),
        }

    def run(models, mode):
        net = sc.Network(dt=0.1, seed=2)
        source = net.spike_source(4, times=[np.round(times, 1) for times in SPIKES])
        targets = [net.population(n, model) for n, model in models]
        for target in targets:
            for weight, delay in ((3.0 * scale(kind), 0.3), (-1.0 * scale(kind), 1.7)):
                net.connect(source, target, sc.AllToAll(), weight=weight, delay=delay)
            net.stimulate(target, sc.DirectCurrent(120.0 if kind != "alif" else 1.0, start=3.0, stop=17.0))
        machine = net.compile(workers=2, precision=store, updates=mode)
        result = machine.run(30.0)
        ids, ticks = result.spikes.ids, result.spikes.ticks
        states = [np.concatenate([machine.state(t, v) for t in targets]) for v in targets[0].model.variables]
        return sorted(zip(ticks.tolist(), ids.tolist(), strict=True)), states, machine.statistics

    together = run([(size, model_of(kind, arrays))], updates)
    apart = run([(1, model_of(kind, {k: float(v[n]) for k, v in arrays.items()})) for n in range(size)], "dense")
    assert together[0] == apart[0]
    assert len(together[0]) > 10 or "reader" in kind
    for ours, theirs in zip(together[1], apart[1], strict=True):
        np.testing.assert_array_equal(ours.view(np.uint64), theirs.view(np.uint64))
    assert together[2]["updates_skipped_per_population"] == [0, 0]


@pytest.mark.parametrize(
    ("model", "reason"),
    [
        (sc.ALIF(), "neurons of this model, adaptive LIF"),
        (sc.LIFAlpha(), "neurons of this model, LIF with alpha currents"),
        (sc.LIF(v_th=[-55.0, -54.0, -55.0]), "neurons with parameters of their own"),
    ],
)
def test_events_of_neurons_that_are_stepped_in_every_tick_are_refused(model, reason):
    net = sc.Network()
    net.population(5, sc.LIF(), name="rests")
    net.population(3, model, name="units")
    message = f"units: updates is 'event', allowed: 'auto' or 'dense' with {reason}"
    with pytest.raises(sc.NetworkError, match=message) as caught:
        net.compile(workers=1, updates="event")
    assert (caught.value.population, caught.value.parameter) == ("units", "updates")
    for updates in ("auto", "dense"):
        assert net.compile(workers=1, updates=updates).run(1.0).duration == 1.0


@pytest.mark.parametrize("kind", ["lif", "delta", "if"])
def test_an_array_of_equal_values_is_one_value(kind):
    """Neurons that do not differ may sleep, and do what those with one value do."""
    one = {"v_th": -50.0, "v_reset": -66.0, "e_l": -65.0, "t_ref": 0.3}
    found = []
    for model in (model_of(kind, one), model_of(kind, {name: np.full(300, value) for name, value in one.items()})):
        net = sc.Network(seed=2)
        source = net.spike_source(4, times=[np.round(times, 1) for times in SPIKES])
        units = net.population(300, model, name="units")
        net.connect(source, units, sc.FixedInDegree(3), weight=4.0 * scale(kind), delay=0.3)
        machine = net.compile(workers=2, updates="event")
        spikes = machine.run(30.0).spikes[units]
        skipped = machine.statistics["updates_skipped_per_population"][units.index]
        found.append((spikes.times.tolist(), spikes.neurons.tolist(), machine.state(units).tolist(), skipped))
    assert found[0] == found[1]
    assert len(found[0][0]) > 100
    assert found[0][3] > 10_000


def adaptive_by_the_paper(p, inputs, v0):
    """Yin, Corradi & Bohte (2020): `mem_update_adp` with dt = 1 step; returns spikes, u, eta, theta."""
    alpha, rho = np.exp(-1.0 / p["tau_m"]), np.exp(-1.0 / p["tau_adp"])
    u, eta, spike, rows = v0, 0.0, 0.0, []
    for current in inputs:
        eta = rho * eta + (1 - rho) * spike
        theta = p["b0"] + p["beta"] * eta
        u = u * alpha + (1 - alpha) * p["r_m"] * current - theta * spike * 1.0
        spike = (u - theta > 0) * 1.0
        rows.append((spike, u, eta, theta))
    return [np.array(column) for column in zip(*rows, strict=True)]


@pytest.mark.parametrize("updates", ["auto", "dense"])
def test_the_adaptive_neuron_is_that_of_the_paper(updates):
    """Hundred neurons with their own constants and random input at every step of 1 ms: 1e-12 after 500."""
    rng = np.random.default_rng(1)
    size, steps = 100, 500
    p = {
        "tau_m": rng.normal(20.0, 4.0, size),
        "tau_adp": rng.normal(150.0, 10.0, size),
        "b0": rng.uniform(0.01, 0.2, size),
        "beta": rng.uniform(0.0, 1.8, size),
        "r_m": rng.uniform(0.5, 2.0, size),
    }
    net = sc.Network(dt=1.0)
    unit = net.population(size, sc.ALIF(**p), v_init=rng.uniform(0.0, 0.1, size))
    awake = net.population(200, sc.IF(), name="asleep")
    fires = rng.random((30, steps)) < 0.3
    source = net.spike_source(30, times=[np.flatnonzero(row) + 1.0 for row in fires])
    weights = rng.normal(0.03, 0.1, (30, size))
    net.connect(source, unit, sc.AllToAll(), weight=weights, delay=1.0)
    for variable in unit.model.variables:
        net.record(unit, variable)
    machine = net.compile(workers=2, precision="f64", updates=updates)
    start = machine.state(unit)
    result = machine.run(float(steps))
    # A spike stamped t, delay 1, arrives in the step from t to t + 1.
    arriving = np.concatenate([np.zeros((1, size)), fires.T.astype(float) @ weights])[:steps]
    spikes, *theirs = adaptive_by_the_paper(p, arriving, start)
    assert 1_000 < spikes.sum() < 0.5 * spikes.size
    fired = np.zeros((steps, size))
    fired[np.rint(result.spikes[unit].times).astype(int) - 1, result.spikes[unit].neurons] = 1.0
    np.testing.assert_array_equal(fired, spikes)
    for ours, expected in zip(result.traces.values(), theirs, strict=True):
        np.testing.assert_allclose(ours.values, expected, rtol=1e-12, atol=1e-12)
    assert machine.statistics["updates_skipped_per_population"][0] == 0
    assert (machine.statistics["updates_skipped_per_population"][awake.index] > 0) == (updates != "dense")


def test_the_adaptive_threshold_is_not_reached_but_exceeded():
    net = sc.Network(dt=1.0)
    at = net.population(1, sc.ALIF(b0=0.0))
    above = net.population(1, sc.ALIF(b0=-1e-9))
    machine = net.compile(workers=1, precision="f64")
    result = machine.run(1.0)
    assert result.spikes[at].times.tolist() == []
    assert result.spikes[above].times.tolist() == [1.0]


@pytest.mark.parametrize("store", ["f32", "f64"])
def test_integrators_that_get_nothing_sleep_for_ever(store):
    """Just below the threshold, in 1e7 steps: stepped once, in the first; one more input fires them all."""
    net = sc.Network(dt=0.1)
    below = np.nextafter(np.float32(1.0), np.float32(0.0)).item()
    model = sc.IF(e_l=0.0, v_th=1.0, v_reset=0.0)
    units = net.population(1000, model, v_init=below)
    source = net.spike_source(1, times=[[999_999.0]])
    net.connect(source, units, sc.AllToAll(), weight=1e-6, delay=0.2)
    machine = net.compile(workers=2, precision=store, updates="event")
    result = machine.run(1_000_000.0)
    assert set(result.spikes[units].times.tolist()) == {999_999.2}
    assert len(result.spikes[units].times) == 1000
    skipped = machine.statistics["updates_skipped_per_population"][units.index]
    assert skipped >= 1000 * (10_000_000 - 3)


@pytest.mark.parametrize("synapses", ["delta", "exponential"])
@pytest.mark.parametrize("i_e", [0.0, -20.0, 30.0])
def test_integrators_fire_alike_however_they_are_updated(synapses, i_e):
    model = sc.IF(i_e=i_e) if synapses == "delta" else sc.LIF(tau_m=math.inf, t_ref=0.5, i_e=i_e)
    net = sc.Network(dt=0.1, seed=4)
    units = net.population(300, model)
    drive = net.spike_source(50, times=[np.arange(1.0 + k, 900.0, 19.0 + k) for k in range(50)])
    net.connect(
        drive, units, sc.FixedInDegree(12), weight=sc.Normal(0.8, 0.1) if synapses == "delta" else 120.0, delay=1.0
    )
    net.connect(units, units, sc.FixedInDegree(10), weight=-0.1 if synapses == "delta" else -20.0, delay=2.0)
    runs = {}
    for updates in ("dense", "event", "auto"):
        machine = net.compile(workers=2, precision="f64", updates=updates)
        result = machine.run(1_000.0)
        times, neurons = result.spikes[units].times, result.spikes[units].neurons
        runs[updates] = (np.stack([times, neurons]), machine.state(units))
    assert runs["dense"][0].shape[1] > 1_000
    for updates in ("event", "auto"):
        np.testing.assert_array_equal(runs[updates][0], runs["dense"][0])
        np.testing.assert_allclose(runs[updates][1], runs["dense"][1], rtol=1e-9, atol=1e-9)


def test_the_integrator_adds_up():
    """0.5 pA through 250 pF is 0.002 mV per ms; the threshold of 15 mV is crossed after 7500 ms."""
    net = sc.Network(dt=1.0)
    drifting = net.population(1, sc.IF(i_e=0.5))
    pulsed = net.population(1, sc.LIF(tau_m=math.inf, tau_syn_exc=5.0, tau_syn_inh=5.0))
    source = net.spike_source(1, times=[[1.0]])
    net.connect(source, pulsed, sc.AllToAll(), weight=100.0, delay=1.0)
    for updates in ("dense", "event"):
        machine = net.compile(workers=1, precision="f64", updates=updates)
        result = machine.run(8_000.0)
        assert result.spikes[drifting].times.tolist() in ([7500.0], [7501.0])
        # All of the charge arrives: 100 pA x 5 ms / 250 pF.
        assert machine.state(pulsed)[0] == pytest.approx(-70.0 + 2.0, abs=1e-10)


@pytest.mark.parametrize("updates", ["auto", "dense", "event"])
def test_the_reader_never_spikes_and_keeps_its_sum(updates):
    """Delta: Σ w exp(-(t - t_k) / tau); exponential: the difference of two exponentials."""
    times, weight, end = np.array([1.0, 4.0, 30.0]), 1e6, 60.0
    net = sc.Network(dt=1.0)
    source = net.spike_source(1, times=[times])
    delta = net.population(130, sc.LeakyIntegrator(tau_m=20.0))
    keeps = net.population(1, sc.LeakyIntegrator(tau_m=math.inf))
    current = net.population(1, sc.LeakyIntegrator(tau_m=20.0, c_m=250.0, e_l=-65.0, tau_syn=5.0))
    for target in (delta, keeps, current):
        net.connect(source, target, sc.AllToAll(), weight=weight, delay=2.0)
    machine = net.compile(workers=2, precision="f64", updates=updates)
    result = machine.run(end)
    since = end - (times + 2.0)
    assert machine.state(delta) == pytest.approx(np.full(130, weight * np.exp(-since / 20.0).sum()), rel=1e-12)
    assert machine.state(keeps)[0] == 3.0 * weight
    assert delta.model.variables == ("v",)
    assert current.model.variables == ("v", "i_syn")
    assert machine.state(current, "i_syn")[0] == pytest.approx(weight * np.exp(-since / 5.0).sum(), rel=1e-12)
    psp = weight * 20.0 * 5.0 / (250.0 * 15.0) * (np.exp(-since / 20.0) - np.exp(-since / 5.0)).sum()
    assert machine.state(current)[0] + 65.0 == pytest.approx(psp, rel=1e-12)
    assert result.counts.spikes["population1"] == result.counts.spikes["population3"] == 0
    skipped = machine.statistics["updates_skipped_per_population"][delta.index]
    assert skipped == {"dense": 0, "event": 130 * (60 - 4)}.get(updates, skipped)


@pytest.mark.parametrize("updates", ["dense", "event"])
def test_reset_by_subtraction_keeps_what_is_above(updates):
    """2.5 thresholds at once: spikes in two steps on end, and half a threshold is left."""
    net = sc.Network(dt=1.0)
    source = net.spike_source(1, times=[[1.0]])
    model = {"e_l": 0.0, "v_th": 1.0, "v_reset": 0.0, "t_ref": 0.0}
    soft = net.population(1, sc.IF(**model, reset="subtract"))
    leaky = net.population(1, sc.LIFDelta(tau_m=10.0, **model, reset="subtract"))
    hard = net.population(1, sc.IF(**model))
    for target in (soft, leaky, hard):
        net.connect(source, target, sc.AllToAll(), weight=2.5, delay=1.0)
    machine = net.compile(workers=1, precision="f64", updates=updates)
    result = machine.run(6.0)
    assert result.spikes[soft].times.tolist() == [2.0, 3.0]
    assert machine.state(soft).tolist() == [0.5]
    # (2.5 - 1) P = 1.357 at 3 ms; (1.357 - 1) P^3 = 0.265 at 6 ms.
    p = math.exp(-0.1)
    assert result.spikes[leaky].times.tolist() == [2.0, 3.0]
    assert machine.state(leaky)[0] == pytest.approx((1.5 * p - 1.0) * p**3, rel=1e-12)
    assert result.spikes[hard].times.tolist() == [2.0]
    assert machine.state(hard).tolist() == [0.0]


def test_arrays_make_models_that_are_values():
    model = sc.LIF(tau_m=[10, 20], i_e=np.array([1.0, 2.0]))
    assert model == sc.LIF(tau_m=(10.0, 20.0), i_e=[1.0, 2.0])
    assert model != sc.LIF(tau_m=[10.0, 21.0], i_e=[1.0, 2.0])
    assert model != sc.LIF(tau_m=10.0)
    assert sc.LIF(tau_m=[10.0]) != sc.LIF(tau_m=10.0)
    assert sc.IF() != sc.IF(reset="subtract")
    assert hash(model) == hash(sc.LIF(tau_m=[10.0, 20.0], i_e=[1.0, 2.0]))
    assert pickle.loads(pickle.dumps(model)) == copy.deepcopy(model) == model
    assert repr(model).startswith("LIF(tau_m=[10, 20], c_m=250.0, ")
    assert "b0=[0, 1, 2, …, 99] (100 values)" in repr(sc.ALIF(b0=np.arange(100)))
    given = np.array([10.0, 20.0])
    model = sc.LIF(tau_m=given)
    given[0] = -1.0
    assert model.parameters()["tau_m"].tolist() == [10.0, 20.0]
    with pytest.raises(ValueError, match="read-only"):
        model.tau_m[0] = 1.0


def test_currents_are_shared_where_all_time_constants_are():
    both = np.array([1.0, 2.0])
    assert sc.LIF(tau_syn_exc=both, tau_syn_inh=both).variables == ("v", "i_syn")
    assert sc.LIF(tau_syn_exc=both, tau_syn_inh=[1.0, 3.0]).variables == ("v", "i_exc", "i_inh")
    assert sc.LIF(tau_syn_exc=both, tau_syn_inh=1.0).variables == ("v", "i_exc", "i_inh")


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda: sc.LIF(tau_m=[10.0, -1.0]), r"LIF: tau_m\[1\] is -1.0, allowed: > 0"),
        (lambda: sc.LIF(c_m=[1.0, math.inf]), r"LIF: c_m\[1\] is inf, allowed"),
        (lambda: sc.LIFDelta(t_ref=[0.0, -0.1]), r"LIFDelta: t_ref\[1\] is -0.1, allowed: 0"),
        (lambda: sc.LIF(v_th=[-50.0, -80.0]), r"LIF: v_reset\[1\] is -70.0, allowed: below v_th = -80 mV"),
        (lambda: sc.LIF(tau_m=[1.0, 2.0], c_m=[1.0]), r"the shape of c_m is \(1,\), allowed: \(2,\), as for tau_m"),
        (lambda: sc.LIF(tau_m=[[1.0]]), r"the shape of tau_m is \(1, 1\), allowed: one dimension"),
        (lambda: sc.LIF(tau_m=[]), r"the shape of tau_m is \(0,\), allowed: one dimension"),
        (lambda: sc.LIF(tau_m=[[1.0], [1.0, 2.0]]), r"LIF: tau_m must be a number or an array"),
        (lambda: sc.IF(reset="zero"), r"IF: reset is 'zero', allowed: 'set', 'subtract'"),
        (lambda: sc.LIFDelta(reset="subtract"), r"t_ref is 2.0, allowed: 0 ms with reset='subtract'"),
        (lambda: sc.IF(reset="subtract", t_ref=[0.0, 1.0]), r"IF: t_ref\[1\] is 1.0, allowed: 0 ms"),
        (lambda: sc.LeakyIntegrator(tau_syn=0.0), r"LeakyIntegrator: tau_syn is 0.0, allowed: > 0"),
        (lambda: sc.ALIF(tau_adp=0.0), r"ALIF: tau_adp is 0.0, allowed: > 0"),
        (lambda: sc.ALIF(tau_m=math.inf), r"ALIF: tau_m is inf, allowed"),
        (lambda: sc.ALIF(beta=[0.0, math.nan]), r"ALIF: beta\[1\] is nan, allowed"),
    ],
)
def test_bad_values_are_named(make, text):
    with pytest.raises(sc.NetworkError, match=text):
        make()


@pytest.mark.parametrize("value", [["10"], [True], [None, 1.0], np.ma.array([1.0], mask=[True])])
def test_arrays_of_no_numbers(value):
    with pytest.raises(TypeError, match="tau_m must be a number or an array of real numbers"):
        sc.LIF(tau_m=value)


def test_what_depends_on_the_population_is_named_there():
    net = sc.Network(dt=0.1)
    with pytest.raises(sc.NetworkError, match=r"exc: the shape of tau_m is \(2,\), allowed: \(3,\)"):
        net.population(3, sc.LIF(tau_m=[1.0, 2.0]), name="exc")
    with pytest.raises(sc.NetworkError, match=r"exc: t_ref\[1\] is 2.03 ms, allowed: multiples of dt"):
        net.population(2, sc.LIF(t_ref=[2.0, 2.03]), name="exc")
    with pytest.raises(sc.NetworkError, match=r"exc: c_m\[1\] is 1e-14, allowed: such that 1 pA"):
        net.population(2, sc.IF(c_m=[250.0, 1e-14]), name="exc")
    unit = net.population(2, sc.ALIF(), name="unit")
    with pytest.raises(sc.NetworkError, match=r"unit: variable is 'i_syn', allowed: 'v', 'eta', 'theta'"):
        net.record(unit, "i_syn")


def test_the_border_takes_columns():
    native = sc.Network(dt=0.1)._native
    parameters = sc.IF().lowered()[1]
    with pytest.raises(sc.NetworkError, match=r"a: the shape of c_m is \(2,\), allowed: \(3,\), one value per neuron"):
        native.population("a", 3, "lif_delta", {**parameters, "c_m": np.ones(2)})
    with pytest.raises(TypeError, match="unknown parameter tau_adp"):
        native.population("a", 3, "lif_delta", {**parameters, "tau_adp": 1.0})
    with pytest.raises(sc.NetworkError, match=r"t_ref is 1\.0, allowed: 0 ms with reset='subtract'"):
        native.population("a", 3, "lif_subtract", {**parameters, "t_ref": 1.0})
    with pytest.raises(sc.NetworkError, match="tau_m is inf, allowed: > 0"):
        native.population("a", 1, "alif", {**sc.ALIF().parameters(), "tau_m": math.inf})
