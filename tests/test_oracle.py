"""The engine against the oracle: spikes and potentials on networks read back from the store.

In f32 every bit is equal. In f64 two exponentials may differ in the last place between numpy and the
engine's bundled libm, and the membrane forgets such a difference: potentials agree to 1e-11 mV.
"""

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

PARAMETERS = {"tau_m": 12.0, "c_m": 200.0, "e_l": -65.0, "v_th": -50.0, "v_reset": -63.0, "t_ref": 1.5}


@st.composite
def specs(draw):
    """A random network as plain data."""
    integers, floats = st.integers, st.floats
    sizes = draw(st.lists(integers(1, 140), min_size=1, max_size=3))
    populations = [
        {
            "size": size,
            "delta": draw(st.booleans()),
            "tau_inh": draw(st.sampled_from([0.5, 2.0, 12.0])),
            "i_e": draw(floats(150, 320)),
            "dc": draw(st.sampled_from([0.0, 80.0])),
        }
        for size in sizes
    ]
    n = len(populations)
    projections = [
        {
            "source": draw(integers(0, n)),  # n: the spike source
            "target": draw(integers(0, n - 1)),
            "rule": draw(st.sampled_from(["in", "out", "total", "bernoulli", "all"])),
            "k": draw(integers(1, 12)),
            "weight": draw(st.sampled_from([40.0, -60.0, 90.0])),
            "constant": draw(st.booleans()),
            "delay": draw(st.sampled_from([("c", 0.1), ("c", 3.3), ("u", 0.1, 5.0), ("n", 1.5, 0.75), ("u", 8, 30)])),
        }
        for _ in range(draw(integers(1, 4)))
    ]
    return {"seed": draw(integers(0, 2**32)), "populations": populations, "projections": projections}


def build(spec):
    net = sc.Network(dt=0.1, seed=spec["seed"])
    populations = []
    for p in spec["populations"]:
        common = {**PARAMETERS, "i_e": p["i_e"]}
        model = sc.LIFDelta(**common) if p["delta"] else sc.LIF(**common, tau_syn_exc=0.5, tau_syn_inh=p["tau_inh"])
        population = net.population(p["size"], model, v_init=sc.Uniform(-65.0, -51.0))
        if p["dc"]:
            net.stimulate(population, sc.DirectCurrent(p["dc"], start=10.0, stop=30.0))
        populations.append(population)
    times = [[0.1, 5.0, 5.1, 20.0], [1.0, 7.7], [12.0]]
    populations.append(net.spike_source(3, times=times))
    rules = {
        "in": lambda k: sc.FixedInDegree(k),
        "out": lambda k: sc.FixedOutDegree(k),
        "total": lambda k: sc.FixedTotalNumber(40 * k),
        "bernoulli": lambda k: sc.Bernoulli(k / 40),
        "all": lambda k: sc.AllToAll(),
    }
    for c in spec["projections"]:
        mean = c["weight"] * (0.01 if spec["populations"][c["target"]]["delta"] else 1.0)
        weight = mean if c["constant"] else sc.Normal(mean, 0.2 * abs(mean))
        kind, *rest = c["delay"]
        delay = rest[0] if kind == "c" else sc.Uniform(*rest) if kind == "u" else sc.Normal(*rest, low=0.05)
        source, target = populations[c["source"]], populations[c["target"]]
        net.connect(source, target, rules[c["rule"]](c["k"]), weight=weight, delay=delay)
    return net, populations, times


def run(spec, steps, parts=None, **options):
    net, populations, times = build(spec)
    machine = net.compile(**options)
    start = [machine.state(p, "v") for p in populations[:-1]]
    spikes = []
    for part in parts or [steps]:
        result = machine.run(part * 0.1)
        for p in populations if options.get("record_spikes", True) else []:
            found = result.spikes[p]
            ids = found.neurons.astype(np.int64) + sum(q.size for q in populations[: populations.index(p)])
            spikes.append(np.stack([np.rint(found.times * 10).astype(np.int64), ids], axis=1))
    spikes = np.concatenate([np.empty((0, 2), np.int64), *spikes])
    spikes = spikes[np.lexsort(spikes.T[::-1])]
    return machine, populations, times, start, spikes, [machine.state(p, "v") for p in populations[:-1]]


@pytest.mark.parametrize("precision", ["f32", "f64"])
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(spec=specs())
def test_engine_equals_oracle(precision, spec):
    steps = 400
    machine, populations, times, start, spikes, potentials = run(spec, steps, workers=2, precision=precision)
    dtype = np.float32 if precision == "f32" else np.float64
    oracle = []
    for p, v0 in zip(spec["populations"], start, strict=True):
        currents = [(p["dc"], 100, 300)] if p["dc"] else []
        oracle.append(
            reference.Neurons(
                p["size"], v0, p["delta"], **PARAMETERS, tau_syn_inh=p["tau_inh"], i_e=p["i_e"], currents=currents
            )
        )
    pairs = [(tick, n) for n, row in enumerate(times) for tick in np.rint(np.array(row) * 10).astype(int).tolist()]
    oracle.append(reference.Source(3, [t for t, _ in pairs], [n for _, n in pairs]))
    synapses = []
    for s in range(len(populations)):
        for t in range(len(populations) - 1):
            found = machine.synapses(populations[s], populations[t])
            ticks = np.rint(found.delays * 10).astype(int)
            synapses.append((s, t, found.sources, found.targets, found.weights, ticks))
    expected, v = reference.simulate(oracle, synapses, steps, dtype=dtype)
    np.testing.assert_array_equal(spikes, expected)
    for ours, theirs in zip(potentials, v, strict=False):
        np.testing.assert_allclose(ours, theirs, rtol=0, atol=0 if precision == "f32" else 1e-11)


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(spec=specs(), cut=st.integers(1, 399), weights=st.sampled_from(["f32", "q16"]))
def test_same_bits_for_any_workers_splits_and_recording(spec, cut, weights):
    reference_run = run(spec, 400, workers=1, weights=weights)
    counts = model_counters(reference_run[0])
    for workers, parts in [(1, [cut, 400 - cut]), (2, [400]), (3, [cut, 400 - cut]), (8, [400])]:
        other = run(spec, 400, parts, workers=workers, weights=weights)
        np.testing.assert_array_equal(other[4], reference_run[4])
        for ours, theirs in zip(other[5], reference_run[5], strict=True):
            np.testing.assert_array_equal(ours, theirs)
        assert model_counters(other[0]) == counts
    silent = run(spec, 400, workers=2, weights=weights, record_spikes=False)
    for ours, theirs in zip(silent[5], reference_run[5], strict=True):
        np.testing.assert_array_equal(ours, theirs)


def model_counters(machine):
    names = ("spikes", "synaptic_operations", "neuron_updates", "stimulus_events")
    return {name: list(machine.statistics[f"{name}_per_population"]) for name in names}


LEVELS = """
import json, sys
import spikecore as sc
from spikecore import _native
net = sc.Network(seed=3)
a = net.population(300, sc.LIF(tau_syn_exc=0.5, tau_syn_inh=0.5, i_e=200.0), v_init=sc.Normal(-60, 5))
b = net.population(200, sc.LIFDelta(i_e=300.0))
net.connect(a, [a], sc.FixedTotalNumber(9000), weight=sc.Normal(40, 8), delay=sc.Normal(1.5, 0.75, low=0.05))
net.connect(a, b, sc.Bernoulli(0.1), weight=0.3, delay=sc.Uniform(0.1, 4))
net.connect(b, a, sc.FixedOutDegree(30), weight=sc.Normal(-70, 20), delay=0.8)
net.stimulate([a, b], sc.Poisson(9000.0, 0.2))
net.stimulate([a], sc.Poisson(12000.0, 45.0))
out = {"level": _native.simd_level()}
for weights in ("f32", "q16"):
    machine = net.compile(workers=2, weights=weights)
    result = machine.run(200.0)
    out[weights] = [result.spikes_sha256(), machine.state(a, "v").tobytes().hex()[:4000], len(result.spikes[a].times)]
print(json.dumps(out))
"""


def test_same_bits_at_every_instruction_set_level():
    def at(level):
        env = {**os.environ, "SPIKECORE_SIMD": level}
        done = subprocess.run([sys.executable, "-c", LEVELS], env=env, capture_output=True, text=True, check=False)
        return json.loads(done.stdout) if done.returncode == 0 else done.stderr

    scalar = at("scalar")
    assert scalar["f32"][2] > 100, "a live network"
    compared = 0
    for level in ("avx2", "avx512"):
        other = at(level)
        if isinstance(other, str):
            assert "SPIKECORE_SIMD" in other, other  # this CPU lacks it, and says so
            continue
        assert other.pop("level") == level
        assert other == {key: value for key, value in scalar.items() if key != "level"}
        compared += 1
    assert compared or scalar["level"] == "neon" or sys.platform != "linux"
    assert "SPIKECORE_SIMD" in at("sse9")
