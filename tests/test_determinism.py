"""The same bits whatever the workers, placement, log capacity, splits, recorders and vector units.

Random networks with every rule, both models, Poisson and direct drive, delays from one tick to
beyond 25 ms, and populations that span several cores. `test_oracle.py` compares with the oracle;
here the drive is random too, the logs have the least capacity that is accepted, and in f64 every
bit must equal the oracle's.
"""

import functools
import itertools
import json
import os
import subprocess
import sys

import numpy as np
import pytest
import reference
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import spikecore as sc
from spikecore.machine import Machine

TICKS = 300
COUNTERS = ("spikes", "synaptic_operations", "neuron_updates", "stimulus_events", "updates_skipped")
MODEL = {"c_m": 250.0, "e_l": -65.0, "v_th": -55.0, "v_reset": -66.0}
ANY = settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)

RULES = {
    "in": sc.FixedInDegree,
    "out": sc.FixedOutDegree,
    "total": lambda k: sc.FixedTotalNumber(60 * k),
    "bernoulli": lambda k: sc.Bernoulli(k / 200),
    "all": lambda _: sc.AllToAll(),
}
DELAYS = {
    "one tick": 0.1,
    "mixed": sc.Uniform(0.1, 5.0),
    "cortical": sc.Normal(1.5, 0.75, low=0.05),
    "long": sc.Uniform(8.0, 25.6),
}


@st.composite
def networks(draw, driven=True):
    """A network as plain data, so that hypothesis can print and shrink it."""
    sizes = draw(st.lists(st.sampled_from([1, 7, 127, 128, 129, 300]), min_size=1, max_size=3))
    populations = [
        {
            "size": size,
            "delta": draw(st.booleans()),
            "tau_m": draw(st.sampled_from([5.0, 10.0, 20.0])),
            "tau_exc": draw(st.sampled_from([0.5, 2.0, 10.0])),
            "tau_inh": draw(st.sampled_from([0.5, 2.0, 10.0])),
            "t_ref": draw(st.sampled_from([0.0, 0.1, 2.0])),
            "i_e": draw(st.sampled_from([0.0, 150.0, 700.0])),
            "direct": draw(st.booleans()),
            "poisson": draw(st.sampled_from([0.0, 900.0, 15_000.0])) if driven else 0.0,
            "inhibited": driven and draw(st.booleans()),
        }
        for size in sizes
    ]
    projections = draw(
        st.lists(
            st.fixed_dictionaries(
                {
                    "source": st.integers(0, len(sizes)),  # the last is the spike source
                    "target": st.integers(0, len(sizes) - 1),
                    "rule": st.sampled_from(sorted(RULES)),
                    "k": st.integers(1, 10),
                    "weight": st.sampled_from([-90.0, -20.0, 35.0, 110.0]),
                    "spread": st.booleans(),
                    "delay": st.sampled_from(sorted(DELAYS)),
                }
            ),
            min_size=1,
            max_size=5,
        )
    )
    return {
        "seed": draw(st.integers(0, 2**64 - 1)),
        "populations": populations,
        "projections": projections,
    }


def model(p):
    common = {**MODEL, "tau_m": p["tau_m"], "t_ref": p["t_ref"], "i_e": p["i_e"]}
    if p["delta"]:
        return sc.LIFDelta(**common)
    return sc.LIF(**common, tau_syn_exc=p["tau_exc"], tau_syn_inh=p["tau_inh"])


SOURCE_SPIKES = [[0.1, 0.2, 5.0, 29.9], [0.1, 12.3], [], [3.3 + 0.1 * k for k in range(40)]]


def describe(spec, recorded=False):
    net = sc.Network(dt=0.1, seed=spec["seed"])
    populations = [net.population(p["size"], model(p), v_init=sc.Uniform(-70.0, -54.0)) for p in spec["populations"]]
    populations.append(net.spike_source(4, times=[np.round(times, 1) for times in SOURCE_SPIKES]))
    for p, population in zip(spec["populations"], populations, strict=False):
        scale = 0.01 if p["delta"] else 1.0
        if p["poisson"]:
            net.stimulate(population, sc.Poisson(p["poisson"], 40.0 * scale, stop=20.0))
        if p["inhibited"]:
            net.stimulate(population, sc.Poisson(3_000.0, -55.0 * scale, start=5.0))
        if p["direct"]:
            net.stimulate(population, sc.DirectCurrent(120.0, start=3.0, stop=17.0))
            net.stimulate(population, sc.DirectCurrent(np.linspace(-50.0, 300.0, p["size"]), start=10.0))
    for c in spec["projections"]:
        weight = c["weight"] * (0.01 if spec["populations"][c["target"]]["delta"] else 1.0)
        net.connect(
            populations[c["source"]],
            populations[c["target"]],
            RULES[c["rule"]](c["k"]),
            weight=sc.Normal(weight, 0.3 * abs(weight)) if c["spread"] else weight,
            delay=DELAYS[c["delay"]],
        )
    if recorded:
        for population in populations[:-1]:
            net.record(population, interval=0.7)
            net.record(population, population.model.variables[-1], neurons=[0])
    return net, populations


def machine_of(net, workers, store="f32", **options):
    """Compile with options that only tests need: log capacity and placement."""
    native = net._native
    native.record_spikes([population.index for population in net.populations])
    compiled = native.compile(workers, store, **options)
    return Machine(compiled, net._grid, net.populations, tuple(net._recorders), net.populations, net.projections)


def least_capacity(net, workers, **options):
    """Least log capacity that is accepted, found by refusal: the largest core's worst tick."""
    needed = 1
    while True:
        try:
            machine_of(net, workers, log_capacity=needed, **options)
        except sc.CapacityError as error:
            words = int(str(error).split(" words")[0].split()[-1])
            assert words > needed
            needed = words
        else:
            return needed


def outcome(machine, populations, parts=(TICKS,)):
    """Everything that must not depend on the machine."""
    spikes, samples = [], []
    for ticks in parts:
        result = machine.run(ticks * 0.1)
        spikes.append(np.stack([result.spikes.ticks.astype(np.int64), result.spikes.ids], axis=1))
        samples.append([one.values for one in result.traces.values()])
    states = {
        (population.index, variable): machine.state(population, variable)
        for population in populations[:-1]
        for variable in population.model.variables
    }
    counters = {name: list(machine.statistics[f"{name}_per_population"]) for name in COUNTERS}
    recorded = [np.concatenate(tables) for tables in zip(*samples, strict=True)]
    return np.concatenate(spikes), states, counters, recorded


def assert_same(found, expected, recorded=True):
    np.testing.assert_array_equal(found[0], expected[0])
    for key, values in expected[1].items():
        np.testing.assert_array_equal(found[1][key].view(np.uint64), values.view(np.uint64))
    assert found[2] == expected[2]
    if recorded:
        for ours, theirs in zip(found[3], expected[3], strict=True):
            np.testing.assert_array_equal(ours.view(np.uint64), theirs.view(np.uint64))


@ANY
@given(
    spec=networks(),
    cut=st.integers(1, TICKS - 1),
    store=st.sampled_from(["f32", "q16", "f64"]),
    updates=st.sampled_from(["auto", "dense", "event"]),
)
def test_the_machine_does_not_matter(spec, cut, store, updates):
    net, populations = describe(spec, recorded=True)
    expected = outcome(machine_of(net, 1, store, updates=updates), populations)
    for workers in (1, 2, 3, 8):
        tight = least_capacity(net, workers)
        for capacity, parts in ((None, (TICKS,)), (tight, (cut, TICKS - cut))):
            machine = machine_of(net, workers, store, updates=updates, log_capacity=capacity)
            assert_same(outcome(machine, populations, parts), expected)
    bare, populations = describe(spec)
    assert_same(outcome(machine_of(bare, 2, store, updates=updates), populations), expected, recorded=False)


@settings(ANY, max_examples=10)
@given(spec=networks(), data=st.data())
def test_placement_does_not_matter(spec, data):
    """Any population on any of four cores, two workers; with the least log capacity."""
    net, populations = describe(spec)
    expected = outcome(machine_of(net, 1), populations)
    cores = st.lists(st.integers(0, 3), min_size=len(populations), max_size=len(populations))
    for _ in range(3):
        options = {"placement": data.draw(cores)}
        tight = least_capacity(net, 2, **options)
        for capacity in (None, tight):
            machine = machine_of(net, 2, log_capacity=capacity, **options)
            assert_same(outcome(machine, populations), expected)


def test_runs_of_single_ticks_are_one_run():
    spec = networks_example()
    net, populations = describe(spec, recorded=True)
    expected = outcome(machine_of(net, 1), populations)
    assert len(expected[0]) > 300, "a live network"
    assert_same(outcome(machine_of(net, 3), populations, parts=(1,) * TICKS), expected)


def test_another_seed_is_another_network():
    spikes = []
    for seed in (1, 2):
        net, populations = describe({**networks_example(), "seed": seed})
        spikes.append(outcome(machine_of(net, 1), populations)[0])
    assert not np.array_equal(*spikes)


def networks_example():
    """A network with everything in it."""
    common = {
        "tau_m": 10.0,
        "t_ref": 2.0,
        "i_e": 150.0,
        "direct": True,
        "poisson": 15_000.0,
        "inhibited": True,
    }
    edges = itertools.product(range(4), range(3), ["in", "total", "bernoulli"])
    delays, weights = (
        itertools.cycle(sorted(DELAYS)),
        itertools.cycle([35.0, -20.0, 110.0, -90.0, 35.0]),
    )
    return {
        "seed": 11,
        "populations": [
            {"size": 300, "delta": False, "tau_exc": 0.5, "tau_inh": 2.0, **common},
            {"size": 129, "delta": False, "tau_exc": 0.5, "tau_inh": 0.5, **common},
            {"size": 200, "delta": True, "tau_exc": 0.5, "tau_inh": 0.5, **common},
        ],
        "projections": [
            {
                "source": s,
                "target": t,
                "rule": rule,
                "k": 3,
                "weight": next(weights),
                "spread": s != 1,
                "delay": next(delays),
            }
            for s, t, rule in edges
        ],
    }


LEVEL_SCRIPT = """
import hashlib, itertools, json, sys
import numpy as np
from spikecore import _native
from test_determinism import describe, machine_of, networks_example, outcome
found = {"level": _native.simd_level()}
for store in ("f32", "q16", "f64"):
    for workers, updates in itertools.product((1, 3), ("auto", "event")):
        net, populations = describe(networks_example(), recorded=True)
        spikes, states, counters, recorded = outcome(machine_of(net, workers, store, updates=updates), populations)
        digest = hashlib.sha256(np.ascontiguousarray(spikes))
        for array in (*states.values(), *recorded):
            digest.update(np.ascontiguousarray(array))
        found[f"{store} {updates} {workers}"] = [digest.hexdigest(), counters]
print(json.dumps(found))
"""


def at_level(level):
    """Results of a process forced to an instruction-set level, or None if this CPU lacks it."""
    env = {**os.environ, "SPIKECORE_SIMD": level}
    path = [os.path.dirname(__file__), env.get("PYTHONPATH", "")]  # noqa: PTH120
    env["PYTHONPATH"] = os.pathsep.join(part for part in path if part)
    done = subprocess.run([sys.executable, "-c", LEVEL_SCRIPT], env=env, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        assert "SPIKECORE_SIMD" in done.stderr, done.stderr
        return None
    return json.loads(done.stdout)


def test_the_instruction_set_does_not_matter():
    scalar = at_level("scalar")
    assert scalar is not None
    assert scalar.pop("level") in ("scalar", "neon")
    for level in ("avx2", "avx512"):
        found = at_level(level)
        if found is not None:
            assert found.pop("level") == level
            assert found == scalar
    for store in ("f32", "q16", "f64"):
        for updates in ("auto", "event"):
            assert scalar[f"{store} {updates} 1"] == scalar[f"{store} {updates} 3"]


@functools.cache
def engine_propagators(tau_m, tau_exc, tau_inh):
    """Propagators as the engine has them: states of one after one step.

    Two exponentials may differ in their last place between numpy and the engine's bundled
    functions; taking the engine's makes every bit of the dynamics comparable. `test_neurons.py`
    checks them against 60 digits.
    """
    net = sc.Network(dt=0.1)
    quiet = {"c_m": MODEL["c_m"], "e_l": 0.0, "v_th": 1e6, "v_reset": -1.0, "tau_m": tau_m}
    found = {}
    v = net.population(1, sc.LIFDelta(**quiet), v_init=1.0)
    dc = net.population(1, sc.LIFDelta(**quiet, i_e=1.0))
    net.record(v)
    net.record(dc)
    source = net.spike_source(1, times=[[0.1]])
    for tau in (tau_exc, tau_inh):
        neuron = net.population(1, sc.LIF(**quiet, tau_syn_exc=tau, tau_syn_inh=tau))
        net.connect(source, neuron, sc.OneToOne(), weight=1.0, delay=0.1)
        net.record(neuron)
        net.record(neuron, "i_syn")
    tables = [one.values[:, 0] for one in net.compile(workers=1, precision="f64").run(0.3).traces.values()]
    found["p22"], found["p20"] = tables[0][0], tables[1][0]
    for at, receptor in ((2, "e"), (4, "i")):
        found[f"p21{receptor}"], found[f"p11{receptor}"] = tables[at][2], tables[at + 1][2]
    return found


@pytest.mark.parametrize("precision", ["f32", "f64"])
@settings(ANY, max_examples=15)
@given(spec=networks(driven=False))
def test_every_bit_equals_the_oracle(precision, spec):
    net, populations = describe({**spec, "populations": [{**p, "direct": False} for p in spec["populations"]]})
    machine = net.compile(workers=2, precision=precision, updates="dense")
    oracle = [
        reference.Neurons(
            p["size"],
            machine.state(population),
            p["delta"],
            tau_m=p["tau_m"],
            t_ref=p["t_ref"],
            tau_syn_exc=p["tau_exc"],
            tau_syn_inh=p["tau_inh"],
            i_e=p["i_e"],
            **MODEL,
        )
        for p, population in zip(spec["populations"], populations, strict=False)
    ]
    stamps = [(round(t * 10), n) for n, times in enumerate(SOURCE_SPIKES) for t in times]
    oracle.append(reference.Source(4, [t for t, _ in stamps], [n for _, n in stamps]))
    synapses = []
    for s, t in itertools.product(range(len(populations)), range(len(populations) - 1)):
        found = machine.synapses(populations[s], populations[t])
        ticks = np.rint(found.delays * 10).astype(int)
        synapses.append((s, t, found.sources, found.targets, found.weights, ticks))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            reference,
            "propagators",
            lambda p, _: engine_propagators(p.tau_m, p.tau_syn_exc, p.tau_syn_inh),
        )
        dtype = np.float32 if precision == "f32" else np.float64
        expected, potentials = reference.simulate(oracle, synapses, TICKS, dtype=dtype)
    spikes, states, _, _ = outcome(machine, populations)
    np.testing.assert_array_equal(spikes, expected)
    for population, theirs in zip(populations[:-1], potentials, strict=False):
        np.testing.assert_array_equal(states[population.index, "v"], theirs)


def test_frames_of_every_length_give_the_same_bits():
    """Cores of 40,000 to 5,000 neurons sum their input in frames of 1 to 8 ticks; runs stop inside frames."""
    net = sc.Network(dt=0.1, seed=5)
    model = sc.LIF(tau_syn_exc=0.5, tau_syn_inh=0.5, i_e=400.0)
    cells = net.population(40_000, model, v_init=sc.Uniform(-65.0, -50.0))
    delay = sc.Normal(1.5, 0.75, low=0.05)
    net.connect(cells, cells, sc.FixedTotalNumber(400_000), weight=sc.Normal(60.0, 20.0), delay=delay)
    outcomes = []
    for workers, parts in [(1, [305]), (2, [305]), (3, [1, 6, 298]), (8, [74, 231])]:
        machine = machine_of(net, workers)
        found = outcome(machine, [cells, None], parts)
        events = [machine.statistics[k] for k in ("synaptic_events", "pending_events")]
        outcomes.append((found, events))
    expected, events = outcomes[0]
    assert len(expected[0]) > 40_000
    assert events[0] > 400_000
    assert events[1] > 0
    for found, counted in outcomes[1:]:
        assert_same(found, expected)
        assert counted == events
