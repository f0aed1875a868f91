"""Runs a network in a variant, and returns everything that must not depend on the variant.

Imports numpy and spikecore only; a printed script holds this file's text. `build(recorders)` returns a network. A
variant is a dictionary; what it leaves out is as in `PLAIN`.
"""

import contextlib
import os

import numpy as np

import spikecore as sc

PLAIN = {
    "kind": "run",  # "run" | "batch" | "resets"
    "weights": "f32",
    "updates": "auto",
    "workers": 1,
    "threads": "all",  # "all" workers, or as many threads as there are "cpus"
    "parts": [],  # ticks of each run, one after the other
    "capacity": None,  # words of a log, or "least"
    "placement": None,  # a core per population
    "recorders": True,
    "spikes": None,  # populations whose spikes are recorded; all by default
    "before": 0,  # ticks that are run and then reset
    "peek": False,  # everything is read between the parts
    "twice": False,  # forecast and compile before, and throw away
    "samples": [],  # seeds of the samples of a batch
}
START_ALL = "SPIKECORE_START_ALL_WORKERS"
LARGEST = "SPIKECORE_LARGEST"
DIVERGES = sc.DivergenceError
COUNTERS = ("spikes", "synaptic_operations", "neuron_updates", "stimulus_events", "updates_skipped")


class Options:
    """A native network that is compiled with options that only tests need."""

    def __init__(self, native, **options):
        self._native, self._options = native, options

    def __getattr__(self, name):
        return getattr(self._native, name)

    def compile(self, *arguments, **named):
        return self._native.compile(*arguments, **named, **self._options)


def compiled(net, variant):
    """The machine of a variant."""
    options = {"workers": variant["workers"], "updates": variant["updates"]}
    weights = variant["weights"]
    options["weights" if weights != "f64" else "precision"] = weights
    if variant["spikes"] is not None:
        options["record_spikes"] = [net.populations[k] for k in variant["spikes"]]
    if variant["twice"]:
        net.forecast(variant["workers"], None if weights == "f64" else weights, "f64" if weights == "f64" else "f32")
        net.compile(**options)
    native, hidden = net._native, {}
    if variant["placement"] is not None:
        hidden["placement"] = variant["placement"]
    if variant["capacity"] is not None:
        hidden["log_capacity"] = 1 if variant["capacity"] == "least" else variant["capacity"]
    while True:
        net._native = Options(native, **hidden)
        try:
            return net.compile(**options)
        except sc.CapacityError as error:
            if variant["capacity"] != "least" or " words" not in str(error):
                raise
            words = int(str(error).split(" words")[0].split()[-1])
            if words <= hidden["log_capacity"]:
                raise
            hidden["log_capacity"] = words
        finally:
            net._native = native


def states(machine, populations):
    """All state variables, by (population, variable)."""
    return {
        f"state of {one.index} {variable}": machine.state(one, variable)
        for one in populations
        for variable in one.model.variables
    }


def rows(spikes):
    """Spikes as rows (tick, global id)."""
    return np.stack([spikes.ticks.astype(np.int64), spikes.ids.astype(np.int64)], axis=1)


def inputs(net, seed, ticks):
    """What a sample gets: new spikes for about half of the sources, currents for about half of the others."""
    rng, given = np.random.default_rng(seed), {}
    for one in net.populations:
        if rng.random() < 0.5:
            continue
        if isinstance(one.model, sc.SpikeSource):
            places = np.unique(rng.integers(0, one.size * ticks, rng.integers(0, 2 * one.size + 8)))
            given[one] = (places % one.size, net._grid.ms(1 + places // one.size))
        else:
            given[one] = rng.uniform(-0.2, 0.6, one.size) * (1.0 if isinstance(one.model, sc.ALIF) else 300.0)
    return given


def run(build, variant):
    """Outcome of a variant: arrays and counts by name."""
    variant = {**PLAIN, **variant}
    before = os.environ.get(START_ALL, "1")
    os.environ[START_ALL] = "1" if variant["threads"] == "all" else "0"
    try:
        return ran(build, variant)
    finally:
        os.environ[START_ALL] = before


def ran(build, variant):
    """The outcome, with the threads that the variant asks for."""
    net = build(variant["recorders"])
    machine = compiled(net, variant)
    if variant["kind"] != "run":
        return batch(net, machine, variant) if variant["kind"] == "batch" else resets(net, machine, variant)
    if variant["before"]:
        with contextlib.suppress(DIVERGES):
            machine.run(net._grid.ms(variant["before"]))
        machine.reset()
    spikes, samples, counts = [], [], 0
    for ticks in variant["parts"]:
        try:
            result = machine.run(net._grid.ms(ticks))
        except DIVERGES as error:
            return stopped(error, np.concatenate([*spikes, rows(machine.result().spikes)]))
        spikes.append(rows(result.spikes))
        samples.append([table.values for table in result.traces.values()])
        counts = counts + result.neuron_spikes
        if variant["peek"]:
            peek(net, machine)
    return {
        "spikes": np.concatenate(spikes),
        "spikes of neurons": counts,
        **states(machine, net.populations),
        **{f"samples {k}": np.concatenate(parts) for k, parts in enumerate(zip(*samples, strict=True))},
        **{f"count of {name}": np.array(machine.statistics[f"{name}_per_population"]) for name in COUNTERS},
    }


def stopped(error, spikes=None):
    """The outcome of a run whose state left the finite range: what the error names, and the spikes until then."""
    named = [str(getattr(error, name)) for name in ("population", "neuron", "variable", "tick", "sample")]
    found = {"stopped": np.array([*named, str(error)])}
    return found if spikes is None else {**found, "spikes": spikes[spikes[:, 0] < error.tick]}


def widened(build):
    """`build` without the limits that numbers have, so that a state can leave the finite range soon."""

    def without_limits(recorders=True):
        limits = sc.checks.number.__kwdefaults__
        before = dict(limits)
        limits.update(low=-1e308, high=1e308)
        os.environ[LARGEST] = "1e308"
        try:
            return build(recorders)
        finally:
            limits.update(before)
            del os.environ[LARGEST]

    return without_limits


def peek(net, machine):
    """Read everything there is; it must change nothing."""
    states(machine, net.populations)
    assert machine.result().ledger.ticks > 0, "a part that was run has ticks"
    for one in net.populations:
        machine.out_degrees(one)
        machine.synapses(net.populations[0], one)
    with contextlib.suppress(DIVERGES):
        machine.run_batch(net.dt, seeds=[1, 2])


def batch(net, machine, variant):
    """All samples by one `run_batch`."""
    ticks, seeds = sum(variant["parts"]), variant["samples"]
    sources = [one for one in net.populations if isinstance(one.model, sc.SpikeSource)]
    given = [inputs(net, seed, ticks) for seed in seeds]
    named = {one for sample in given for one in sample}
    # A batch gives every sample an input; those that have none of their own get no current, or no spikes.
    columns = {
        one: [sample.get(one, ([], [])) for sample in given]
        if one in sources
        else np.array([sample.get(one, np.zeros(one.size)) for sample in given])
        for one in net.populations
        if one in named
    }
    wanted = [(one, variable) for one in net.populations for variable in one.model.variables]
    try:
        result = machine.run_batch(net._grid.ms(ticks), columns, states=wanted, seeds=seeds)
    except DIVERGES as error:
        return stopped(error)
    found = {f"count of {name}": np.array(list(getattr(result.counts, name).values())) for name in COUNTERS}
    for k in range(len(seeds)):
        found[f"sample {k} spikes"] = rows(result.spikes[k])
        found |= {f"sample {k} state of {one.index} {name}": result.states[one, name][k] for one, name in wanted}
        found |= {f"sample {k} samples {n}": table.values for n, table in enumerate(result.traces[k].values())}
    return found


def resets(net, machine, variant):
    """The same samples one by one, by `reset` and `run`."""
    ticks, seeds = sum(variant["parts"]), variant["samples"]
    sources = [one for one in net.populations if isinstance(one.model, sc.SpikeSource)]
    given = [inputs(net, seed, ticks) for seed in seeds]
    named = {one for sample in given for one in sample}
    found = {f"count of {name}": 0 for name in COUNTERS}
    for k, (sample, seed) in enumerate(zip(given, seeds, strict=True)):
        rest = {one: ([], []) if one in sources else np.zeros(one.size) for one in named}
        machine.reset({**rest, **sample}, seed=seed)
        try:
            result = machine.run(net._grid.ms(ticks))
        except DIVERGES as error:
            return {"stopped in sample": np.array([k]), **stopped(error)}
        found[f"sample {k} spikes"] = rows(result.spikes)
        found |= {f"sample {k} {name}": values for name, values in states(machine, net.populations).items()}
        found |= {f"sample {k} samples {n}": table.values for n, table in enumerate(result.traces.values())}
        for name in COUNTERS:
            found[f"count of {name}"] += np.array(list(getattr(result.counts, name).values()))
    return found


def difference(ours, theirs):
    """The first thing that two outcomes do not share bit for bit, in words; None if there is none."""
    for name in theirs:
        if name not in ours:
            return f"{name}: missing"
        one, other = np.ascontiguousarray(ours[name]), np.ascontiguousarray(theirs[name])
        if one.dtype.kind == "U" and one.tolist() != other.tolist():
            return f"{name}: {one.tolist()} and {other.tolist()}"
        if one.shape != other.shape:
            shapes = f"{name}: shape {one.shape} and {other.shape}"
            return f"{shapes}; first spike that only one has: {odd(one, other)}" if name.endswith("spikes") else shapes
        if one.tobytes() != other.astype(one.dtype).tobytes():
            bits = np.uint64 if one.dtype == np.float64 else one.dtype
            at = tuple(int(k[0]) for k in np.nonzero(one.view(bits) != other.astype(one.dtype).view(bits)))
            return f"{name}[{', '.join(map(str, at))}]: {one[at]!r} and {other[at]!r}"
    return None


def odd(ours, theirs):
    """The first spike that only one of two lists has."""
    keys = [
        (table[:, 0].astype(np.uint64) << np.uint64(32)) | table[:, 1].astype(np.uint64) for table in (ours, theirs)
    ]
    first = np.setxor1d(*keys)[:1].tolist()
    return (first[0] >> 32, first[0] & 0xFFFF_FFFF) if first else None
