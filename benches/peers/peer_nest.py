"""Run a described network in NEST: task as JSON on standard input, report on the last line."""

import json
import resource
import sys
import time

import nest
import numpy as np

NAMES = {
    "tau_m": "tau_m",
    "c_m": "C_m",
    "e_l": "E_L",
    "v_th": "V_th",
    "v_reset": "V_reset",
    "t_ref": "t_ref",
}


def build(task):
    """Create nodes and connections; return the populations."""
    network = task["network"]
    nest.ResetKernel()
    nest.set(
        resolution=network.get("dt", 0.1), local_num_threads=task["threads"], rng_seed=task["seed"], print_time=False
    )
    neuron = {NAMES[key]: value for key, value in network["neuron"].items() if key in NAMES}
    model = "iaf_psc_delta"
    if network["synapse"] == "exponential":
        model = "iaf_psc_exp"
        tau = network["neuron"]["tau_syn"]
        neuron |= {"tau_syn_ex": tau, "tau_syn_in": tau}
    populations = []
    for one in network["populations"]:
        kind, first, second = one["v_init"]
        draw = {"normal": nest.random.normal, "uniform": nest.random.uniform, "constant": lambda value, _: value}[kind]
        nodes = nest.Create(model, one["size"], params={**neuron, "I_e": one["i_e"]})
        nodes.V_m = draw(first, second)
        populations.append(nodes)
    for one in network["projections"]:
        rule = rule_of(one)
        synapse = {"synapse_model": "static_synapse", "weight": weight(one), "delay": delay(one)}
        nest.Connect(populations[one["source"]], populations[one["target"]], rule, synapse)
    for one in network["poisson"]:
        generator = nest.Create("poisson_generator", params={"rate": one["rate"]})
        nest.Connect(generator, populations[one["target"]], syn_spec={"weight": one["weight"], "delay": 1.5})
    return populations


def rule_of(one):
    """How partners are drawn."""
    if "total" in one:
        return {"rule": "fixed_total_number", "N": one["total"]}
    if "out_degree" in one:
        return {"rule": "fixed_outdegree", "outdegree": one["out_degree"]}
    return {"rule": "fixed_indegree", "indegree": one["in_degree"]}


def record(nodes, task):
    """Count the spikes of a population after the time that is left out."""
    recorder = nest.Create("spike_recorder", params={"start": task["presim_ms"]})
    nest.Connect(nodes, recorder)
    return recorder


def weight(one):
    """Weight from a range, or redrawn until it has the sign of its mean."""
    if "weight_range" in one:
        return nest.random.uniform(*one["weight_range"])
    if one["weight_sd"] == 0.0:
        return one["weight"]
    low, high = (0.0, np.inf) if one["weight"] > 0 else (-np.inf, 0.0)
    return nest.math.redraw(nest.random.normal(one["weight"], one["weight_sd"]), low, high)


def delay(one):
    """Delay from a range, or redrawn below half a tick."""
    if "delay_range" in one:
        return nest.random.uniform(*one["delay_range"])
    if one["delay_sd"] == 0.0:
        return one["delay"]
    return nest.math.redraw(nest.random.normal(one["delay"], one["delay_sd"]), 0.05, np.inf)


def main():
    """Build, run, report."""
    task = json.load(sys.stdin)
    nest.verbosity = nest.VerbosityLevel.ERROR
    start = time.perf_counter()
    populations = build(task)
    neurons = sum(len(nodes) for nodes in populations)
    recorders = [record(nodes, task) for nodes in populations] if task["rates"] else []
    nest.Prepare()
    build_s = time.perf_counter() - start
    if task["presim_ms"]:
        nest.Run(task["presim_ms"])
    start = time.perf_counter()
    nest.Run(task["time_ms"])
    run_s = time.perf_counter() - start
    spikes = nest.local_spike_counter  # of the last Run alone
    nest.Cleanup()
    seconds = task["time_ms"] * 1e-3
    rates = [r.n_events / len(p) / seconds for r, p in zip(recorders, populations, strict=False)]
    report = {
        "simulator": f"NEST {nest.__version__}",
        "threads": task["threads"],
        "neurons": neurons,
        "build_s": build_s,
        "run_s": run_s,
        "rate_hz": spikes / neurons / seconds,
        "rates_hz": rates,
        "peak_rss_bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
    }
    print(json.dumps(report))


if __name__ == "__main__":
    main()
