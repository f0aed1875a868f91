"""A frozen set of runs: what they gave once, they give for ever, bit for bit.

`fixtures/frozen_runs.json` holds a digest of spikes, states, samples and model counters of each run, and which version
of the engine wrote it. Runs that are not there yet are added by

    python tests/test_frozen.py VERSION        # with the package that is installed

A change that means to change results deletes those runs first, and says so. Whole networks stand here; every model in
every format, every rule, stimulus and layout in `frozen_parts.py`.
"""

import hashlib
import json
import sys
from pathlib import Path

import frozen_parts
import numpy as np
import pytest

import spikecore as sc
from spikecore.library import brunel, layered, microcircuit, recurrent, sparse

FIXTURE = Path(__file__).parent / "fixtures" / "frozen_runs.json"
RUNS = {}


def frozen(**options):
    """Keep a run: a function that returns a network and its populations, options of `compile`, a duration in ms."""

    def keep(build):
        RUNS[build.__name__] = (build, {"duration": 100.0, **options})
        return build

    return keep


@frozen(duration=200.0)
def microcircuit_poisson():
    return microcircuit.build(0.02, "poisson")[0]


@frozen(duration=200.0, weights="q16")
def microcircuit_q16():
    return microcircuit.build(0.02, "poisson")[0]


@frozen(duration=100.0)
def brunel_dc():
    return brunel.build(0.05, "dc")[0]


@frozen(duration=100.0, precision="f64")
def brunel_poisson_f64():
    return brunel.build(0.05, "poisson")[0]


@frozen(duration=1_000.0)
def sparse_events():
    return sparse.build(4_000, 1.0)[0]


@frozen(duration=300.0, updates="event")
def sparse_fine_ticks():
    return sparse.build(1_000, 1.0, dt=0.01)[0]


@frozen(duration=100.0)
def recurrent_poisson():
    return recurrent.build(20.0, 32, cores=2, drive="poisson")[0]


def all_models(seed=3):
    net = sc.Network(dt=0.1, seed=seed)
    rng = np.random.RandomState(seed)
    times = [np.sort(rng.choice(900, 40, replace=False) + 1) * 0.1 for _ in range(30)]
    source = net.spike_source(30, times=times, name="source")
    two = net.population(
        300, sc.LIF(tau_syn_exc=0.5, tau_syn_inh=2.0, t_ref=1.0), name="two", v_init=sc.Normal(-60.0, 3.0)
    )
    one = net.population(200, sc.LIF(tau_syn_exc=1.0, tau_syn_inh=1.0, i_e=200.0), name="one")
    delta = net.population(150, sc.LIFDelta(t_ref=2.0), name="delta", v_init=sc.Uniform(-65.0, -52.0))
    perfect = net.population(100, sc.IF(c_m=1.0, e_l=0.0, v_th=1.0, v_reset=0.0, reset="subtract"), name="perfect")
    adaptive = net.population(130, sc.ALIF(), name="adaptive")
    varied = net.population(
        140, sc.LIF(tau_m=np.linspace(8.0, 25.0, 140), i_e=np.linspace(0.0, 500.0, 140)), name="varied"
    )
    reader = net.population(20, sc.LeakyIntegrator(), name="reader")
    net.connect(source, two, sc.FixedOutDegree(40), weight=sc.Normal(300.0, 50.0), delay=sc.Uniform(0.1, 5.0))
    net.connect(source, [delta, adaptive], sc.Bernoulli(0.2), weight=4.0, delay=0.3)
    net.connect(
        two, [one, varied], sc.FixedInDegree(20), weight=sc.Normal(60.0, 9.0), delay=sc.Normal(2.0, 1.0, low=0.1)
    )
    net.connect(one, two, sc.FixedTotalNumber(3_000), weight=-90.0, delay=1.5, autapses=False)
    net.connect(delta, perfect, sc.AllToAll(), weight=0.02, delay=0.7)
    from_, to = rng.randint(0, 200, 4_000), rng.randint(0, 300, 4_000)
    delays = (rng.randint(0, 300, 4_000) + 1) * 0.1
    net.connect(one, two, sc.Pairs(from_, to), weight=rng.normal(0.0, 40.0, 4_000), delay=delays)
    net.connect(two, two, sc.FixedOutDegree(10), weight=30.0, delay=sc.Uniform(1.0, 200.0), multapses=False)
    net.connect(varied, reader, sc.Dense(rng.normal(0.0, 2.0, (140, 20))), delay=1.0)
    net.connect(adaptive, reader, sc.Bernoulli(0.5), weight=1.0, delay=0.1)
    net.stimulate([two, one], sc.Poisson(rate=9_000.0, weight=40.0))
    net.stimulate([delta, perfect], sc.Poisson(rate=20.0, weight=0.8, start=10.0))
    net.stimulate(varied, sc.DirectCurrent(np.linspace(0.0, 300.0, 140), start=20.0, stop=70.0))
    net.record(two, "i_inh", neurons=[5, 250, 3], interval=0.7)
    net.record(reader, "v")
    net.record(adaptive, "theta", interval=3.0)
    return net


@frozen()
def every_model():
    return all_models()


@frozen(precision="f64")
def every_model_f64():
    return all_models()


@frozen(weights="q16")
def every_model_q16():
    return all_models()


@frozen(updates="dense")
def every_model_dense():
    return all_models()


@frozen(duration=300.0)
def planes():
    net, rng = sc.Network(dt=0.1, seed=5), np.random.RandomState(5)
    times = [np.sort(rng.choice(2_500, 30, replace=False) + 1) * 0.1 for _ in range(2 * 12 * 12)]
    pixels = net.spike_source(288, times=times, name="pixels")
    hidden = net.population(3 * 10 * 10, sc.LIFDelta(t_ref=0.0), name="hidden")
    pooled = net.population(3 * 5 * 5, sc.IF(c_m=1.0, e_l=0.0, v_th=1.0, v_reset=0.0), name="pooled")
    net.connect(pixels, hidden, sc.Convolution(rng.normal(2.0, 1.0, (3, 2, 3, 3)), (2, 12, 12)), delay=0.5)
    net.connect(hidden, pooled, sc.Pooling(2, (3, 10, 10)), weight=0.4, delay=0.2)
    return net


def digest(result, machine):
    """Return the digest of a run: spikes, samples, states and model counters."""
    parts = hashlib.sha256()
    parts.update(result.spikes.ticks.astype("<u8").tobytes())
    parts.update(result.spikes.ids.astype("<u4").tobytes())
    for samples in result.traces.values():
        parts.update(np.ascontiguousarray(samples.values, dtype="<f8").tobytes())
    for population in result.spikes:
        for variable in population.model.variables:
            parts.update(machine.state(population, variable).astype("<f8").tobytes())
    counts = result.counts
    for table in (counts.spikes, counts.synaptic_operations, counts.neuron_updates, counts.stimulus_events):
        parts.update(json.dumps([int(n) for n in table.values()]).encode())
    return parts.hexdigest()


RUNS |= {name: (build, {"duration": 100.0, **options}) for name, (build, options) in frozen_parts.RUNS.items()}


def outcome(name):
    """Return what a run gives: the number of its spikes, and the digest."""
    build, options = RUNS[name]
    options = dict(options)
    duration, workers = options.pop("duration"), options.pop("workers", 2)
    machine = build().compile(workers=workers, **options)
    result = machine.run(duration)
    return {"spikes": len(result.spikes.ticks), "digest": digest(result, machine)}


def batch_outcome():
    """Return what a batch of the layered network gives."""
    net, populations = layered.build(1)
    shown = layered.frames(3, 20)
    batch = net.compile(workers=2).run_batch(layered.duration(20), {populations[0]: layered.spikes(shown)})
    parts = hashlib.sha256()
    for population in populations:
        parts.update(batch.spike_counts[population].astype("<u8").tobytes())
    return {"spikes": int(batch.neuron_spikes.sum()), "digest": parts.hexdigest()}


def expected():
    return json.loads(FIXTURE.read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", RUNS)
def test_a_frozen_run_gives_what_it_gave(name):
    stored = expected()[name]
    assert stored["spikes"] > 100, "a run that says something"
    assert outcome(name) == {key: stored[key] for key in ("spikes", "digest")}


def test_a_frozen_batch_gives_what_it_gave():
    stored = expected()["batch"]
    assert batch_outcome() == {key: stored[key] for key in ("spikes", "digest")}


def main(version):
    stored = expected()
    for name in RUNS:
        if name not in stored:
            stored[name] = {**outcome(name), "by": version}
            print(f"{name:32} {stored[name]['spikes']:8} spikes  {stored[name]['digest'][:16]}")
    if "batch" not in stored:
        stored["batch"] = {**batch_outcome(), "by": version}
    FIXTURE.write_text(json.dumps(stored, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1])
