"""Run a described network in Brian2: task as JSON on standard input, report on the last line.

The Cython target runs on one thread. Poisson drive is `PoissonInput` with 1000 trains, so counts
are binomial; where events are rare, below one per hundred ticks, with one train, and so at most one
event per tick. Input to a refractory neuron with delta synapses is added, where spikecore and NEST
lose it. The build includes the compilation of all code, which Brian2 caches for the next run.
"""

import json
import resource
import sys
import time

import brian2 as b2
import numpy as np

CURRENT = """
dv/dt = (-(v - e_l) + r_m * (i_syn + i_e)) / tau_m : volt (unless refractory)
di_syn/dt = -i_syn / tau_syn : amp
i_e : amp
"""
DELTA = """
dv/dt = (-(v - e_l) + r_m * i_e) / tau_m : volt (unless refractory)
i_e : amp
"""


def draws(rng, mean, sd, n, low, high):
    """Normal draws, redrawn outside [low, high]."""
    values = rng.normal(mean, sd, n)
    while len(wrong := np.flatnonzero((values < low) | (values > high))):
        values[wrong] = rng.normal(mean, sd, len(wrong))
    return values


def neurons_of(network):
    """One group per population."""
    p, current = network["neuron"], network["synapse"] == "exponential"
    names = {
        "tau_m": p["tau_m"] * b2.ms,
        "r_m": p["tau_m"] * b2.ms / (p["c_m"] * b2.pF),
        "e_l": p["e_l"] * b2.mV,
        "v_th": p["v_th"] * b2.mV,
        "v_reset": p["v_reset"] * b2.mV,
    }
    if current:
        names["tau_syn"] = p["tau_syn"] * b2.ms
    groups = []
    for one in network["populations"]:
        group = b2.NeuronGroup(
            one["size"],
            CURRENT if current else DELTA,
            threshold="v >= v_th",
            reset="v = v_reset",
            refractory=p["t_ref"] * b2.ms,
            method="exact",
            namespace=names,
        )
        group.i_e = one["i_e"] * b2.pA
        groups.append(group)
    return groups


def weights(one, rng, n):
    """Weights from a range, or redrawn until they have the sign of their mean."""
    if "weight_range" in one:
        return rng.uniform(*one["weight_range"], n)
    low, high = (0.0, np.inf) if one["weight"] > 0 else (-np.inf, 0.0)
    return draws(rng, one["weight"], one["weight_sd"], n, low, high)


def delays(one, rng, n, dt):
    """Delays on the grid, from a range or redrawn below half a tick."""
    if "delay_range" in one:
        drawn = rng.uniform(*one["delay_range"], n)
    else:
        drawn = draws(rng, one["delay"], one["delay_sd"], n, dt / 2, np.inf)
    return np.round(drawn / dt) * dt


def drive(one, group, variable, unit, dt):
    """Poisson input to a group."""
    trains = 1 if one["rate"] * dt * 1e-3 < 0.01 else 1000
    return b2.PoissonInput(group, variable, trains, one["rate"] / trains * b2.Hz, one["weight"] * unit)


def connect(network, groups, rng, dt):
    """Draw the connections with numpy and hand them over."""
    current = network["synapse"] == "exponential"
    unit, on_pre = (b2.pA, "i_syn_post += w") if current else (b2.mV, "v_post += w")
    made = []
    for one in network["projections"]:
        source, target = groups[one["source"]], groups[one["target"]]
        if "total" in one:
            sources, targets = (rng.integers(0, len(group), one["total"]) for group in (source, target))
        elif "out_degree" in one:
            sources = np.repeat(np.arange(len(source)), one["out_degree"])
            targets = rng.integers(0, len(target), len(sources))
        else:
            targets = np.repeat(np.arange(len(target)), one["in_degree"])
            sources = rng.integers(0, len(source), len(targets))
        shared = one.get("weight_sd") == 0.0
        equations = f"w : {'amp' if current else 'volt'}" + (" (shared)" if shared else "")
        delay = one["delay"] * b2.ms if one.get("delay_sd") == 0.0 else None
        synapses = b2.Synapses(source, target, equations, on_pre=on_pre, delay=delay)
        synapses.connect(i=sources, j=targets)
        if shared:
            synapses.w = one["weight"] * unit
        else:
            synapses.w = weights(one, rng, len(sources)) * unit
        if delay is None:
            synapses.delay = delays(one, rng, len(sources), dt) * b2.ms
        made.append(synapses)
    return made


def main():
    """Build, run, report."""
    task = json.load(sys.stdin)
    network = task["network"]
    b2.prefs.codegen.target = "cython"
    dt = network.get("dt", 0.1)
    b2.defaultclock.dt = dt * b2.ms
    b2.seed(task["seed"])
    rng = np.random.default_rng(task["seed"])
    start = time.perf_counter()
    groups = neurons_of(network)
    for one, group in zip(network["populations"], groups, strict=True):
        kind, first, second = one["v_init"]
        draw = {"normal": rng.normal, "uniform": rng.uniform, "constant": lambda value, _, n: np.full(n, value)}[kind]
        group.v = draw(first, second, len(group)) * b2.mV
    variable, unit = ("i_syn", b2.pA) if network["synapse"] == "exponential" else ("v", b2.mV)
    inputs = [drive(one, groups[one["target"]], variable, unit, dt) for one in network["poisson"]]
    monitors = [b2.SpikeMonitor(group, record=False) for group in groups]
    simulation = b2.Network(groups, connect(network, groups, rng, dt), inputs, monitors)
    simulation.run(dt * b2.ms)  # generates and compiles the code
    build_s = time.perf_counter() - start
    simulation.run(task["presim_ms"] * b2.ms)
    before, start = sum(int(m.num_spikes) for m in monitors), time.perf_counter()
    simulation.run(task["time_ms"] * b2.ms)
    run_s = time.perf_counter() - start
    neurons = sum(len(group) for group in groups)
    spikes = sum(int(m.num_spikes) for m in monitors) - before
    report = {
        "simulator": f"Brian2 {b2.__version__}",
        "threads": 1,
        "neurons": neurons,
        "build_s": build_s,
        "run_s": run_s,
        "rate_hz": spikes / neurons / (task["time_ms"] * 1e-3),
        "peak_rss_bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
    }
    print(json.dumps(report))


if __name__ == "__main__":
    main()
