"""spikecore beside a peer: the same network on the same machine, in turn, each in a fresh process.

    python benches/peers/run.py --model brunel --peer nest
    python benches/peers/run.py --model microcircuit --scale 0.1 --peer brian2
    python benches/peers/run.py --model sparse --rate 0.1 --peer nest brian2

The sparse network is that of `spikecore bench sparse`, which says for how long both run. It is there to see that cost
follows spikes: a ratio below 50 at 0.1 Hz is a regression, and so are rates that differ by more than 5 %.
Prints both and the ratios; --json writes them. Needs `pip install nest-simulator==3.10.0` or `pip
install brian2` in this environment or in that of --peer-python (Brian2 2.9 needs numpy < 2.4 and a
C++ compiler). The full microcircuit takes NEST 15 GB and some minutes. A ratio that falls between
two commits on one machine is a regression; times alone mean little.
"""

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path
from statistics import median

import networks

NEST_SYNAPSES_PER_THREAD = 2**27 - 1
"""NEST numbers the connections of one synapse model on one thread with 27 bits."""
MEASURES = ("build_s", "run_s", "peak_rss_bytes")
NETWORK = {"scale": 1.0, "drive": "dc", "time": 1_000.0, "presim": 200.0, "weights": "f32", "seed": 1, "rates": False}
"""Options of the microcircuit and of Brunel's network, with what they are by default."""
SPARSE = {"neurons": 200_000, "rate": 0.1, "dt": 0.1}
"""Options of the sparse network."""
RATE_TOLERANCE = 0.05
"""Most by which the mean rates of the sparse network may differ."""


def options():
    """Parse the command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--model", choices=("brunel", "microcircuit", "sparse"), required=True)
    parser.add_argument("--peer", choices=("nest", "brian2"), nargs="+", required=True)
    given = parser.add_argument_group("brunel and microcircuit", argument_default=argparse.SUPPRESS)
    given.add_argument("--scale", type=float, help="default 1")
    given.add_argument("--drive", choices=("dc", "poisson"), help="default dc")
    given.add_argument("--time", type=float, metavar="MS", help="default 1000")
    given.add_argument("--presim", type=float, metavar="MS", help="default 200")
    given.add_argument("--weights", choices=("f32", "q16"), help="default f32")
    given.add_argument("--seed", type=int, help="default 1")
    given.add_argument("--rates", action="store_true", help="rates per population too (NEST; it then records)")
    given = parser.add_argument_group("sparse", argument_default=argparse.SUPPRESS)
    given.add_argument("--neurons", type=int, metavar="N", help="default 200,000")
    given.add_argument("--rate", type=float, metavar="HZ", help="mean rate, default 0.1")
    given.add_argument("--dt", type=float, metavar="MS", help="tick, default 0.1")
    parser.add_argument(
        "--threads",
        type=int,
        default=len(os.sched_getaffinity(0)),
        help="of both, where the peer has any",
    )
    parser.add_argument("--repeats", type=int, default=1, help="runs of each, in turn; medians are compared")
    parser.add_argument("--peer-python", default=sys.executable, metavar="EXE", help="interpreter that has the peers")
    parser.add_argument(
        "--json", metavar="FILE", help="write the reports, a list of one per peer; - is standard output"
    )
    o = parser.parse_args()
    own, others = (SPARSE, NETWORK) if o.model == "sparse" else (NETWORK, SPARSE)
    for name in others:
        if hasattr(o, name):
            parser.error(f"--model {o.model} has no option --{name}")
    for name, default in own.items():
        setattr(o, name, getattr(o, name, default))
    return o


def run_sparse(o):
    """Run spikecore's bench of the sparse network, one case."""
    command = [
        sys.executable,
        "-m",
        "spikecore",
        "bench",
        "sparse",
        "--neurons",
        str(o.neurons),
        "--rates",
        str(o.rate),
    ]
    command += ["--dts", str(o.dt), "--workers", str(o.threads), "--json", "-"]
    case = json.loads(output_of(command))["cases"][0]
    ours = {key: case[key] for key in ("neurons", "synapses", "run_s", "rate_hz", "spikes", "biological_s", "presim_s")}
    return {"simulator": "spikecore", "threads": o.threads, **ours}


def run_ours(o):
    """Run spikecore by its command line."""
    command = [sys.executable, "-m", "spikecore", "run", o.model, "--json", "-", "--no-record"]
    command += [
        "--scale",
        str(o.scale),
        "--drive",
        o.drive,
        "--time",
        str(o.time),
        "--presim",
        str(o.presim),
    ]
    command += ["--workers", str(o.threads), "--weights", o.weights, "--seed", str(o.seed)]
    report = json.loads(output_of(command))
    rate = report["spikes"] / report["neurons"] / report["biological_s"]
    ours = {key: report[key] for key in ("neurons", *MEASURES)}
    rates = {"rates_hz": report["rates_hz"]} if o.rates else {}
    return {"simulator": "spikecore", "threads": o.threads, **ours, "rate_hz": rate, **rates}


def run_peer(o, peer, network, time_ms, presim_ms):
    """Run the peer's script in its own interpreter."""
    threads = o.threads
    if peer == "nest":
        threads = max(threads, -(-networks.synapses(network) // NEST_SYNAPSES_PER_THREAD))
    task = {
        "network": network,
        "threads": threads,
        "seed": getattr(o, "seed", 1),
        "time_ms": time_ms,
        "presim_ms": presim_ms,
        "rates": getattr(o, "rates", False),
    }
    script = Path(__file__).with_name(f"peer_{peer}.py")
    return json.loads(output_of([o.peer_python, str(script)], json.dumps(task)).strip().split("\n")[-1])


def output_of(command, text=None):
    """Standard output of a command, or the end of this one with its error."""
    done = subprocess.run(command, input=text, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"{' '.join(command[:4])} failed ({done.returncode}):\n{done.stderr[-3000:]}")
    return done.stdout


def compare(o, peer):
    """Run both in turn; return the report."""
    if o.model == "sparse":
        network, chosen = networks.sparse(o.neurons, o.rate, o.dt), SPARSE
    else:
        network, chosen = networks.describe(o.model, o.scale, o.drive), NETWORK
    runs = {"ours": [], "peer": []}
    for _ in range(o.repeats):
        ours = run_sparse(o) if o.model == "sparse" else run_ours(o)
        time_ms = 1e3 * ours["biological_s"] if o.model == "sparse" else o.time
        presim_ms = 1e3 * ours["presim_s"] if o.model == "sparse" else o.presim
        runs["ours"].append(ours)
        runs["peer"].append(run_peer(o, peer, network, time_ms, presim_ms))
    seconds = time_ms * 1e-3
    report = {"model": o.model, **{name: getattr(o, name) for name in chosen}}
    report |= {"synapses": networks.synapses(network), "biological_s": seconds}
    measures = [key for key in MEASURES if key in ours]
    for who, reports in runs.items():
        middle = {key: median(one[key] for one in reports) for key in measures}
        report[who] = {**reports[0], **middle, "real_time_factor": middle["run_s"] / seconds}
    report["ratios"] = {key: report["peer"][key] / report["ours"][key] for key in (*measures, "rate_hz")}
    report["runs"] = runs
    return report


def show(report):
    """Print both columns and the ratios, peer by ours."""
    ours, peer, ratios = report["ours"], report["peer"], report["ratios"]
    neurons, synapses = ours["neurons"], report["synapses"]
    names = ("rate", "dt") if report["model"] == "sparse" else ("scale", "drive")
    chosen = ", ".join(f"{name} {report[name]}" for name in names)
    print(f"{report['model']}, {chosen}: {neurons:,} neurons, {synapses:,} synapses, {report['biological_s']:g} s")
    print(f"{'':24}{ours['simulator']:>14}{peer['simulator']:>14}{'ratio':>10}")
    print(f"{'threads':24}{ours['threads']:>14}{peer['threads']:>14}")
    for label, key, unit in (
        ("run, × real time", "run_s", report["biological_s"]),
        ("build, s", "build_s", 1.0),
        ("peak memory, GB", "peak_rss_bytes", 1e9),
    ):
        if key in ratios:
            print(f"{label:24}{ours[key] / unit:>14.3f}{peer[key] / unit:>14.3f}{ratios[key]:>9.1f}×")
    print(f"{'mean rate, Hz':24}{ours['rate_hz']:>14.3f}{peer['rate_hz']:>14.3f}{ratios['rate_hz']:>9.3f}×")
    for (name, rate), other in zip(ours.get("rates_hz", {}).items(), peer.get("rates_hz", ()), strict=False):
        print(f"{f'{name}, Hz':24}{rate:>14.3f}{other:>14.3f}{other / rate:>9.3f}×")


def main():
    """Compare and report."""
    o = options()
    reports = [compare(o, peer) for peer in o.peer]
    if o.json != "-":
        for report in reports:
            show(report)
    if o.json:
        text = json.dumps(reports, indent=2)
        if o.json == "-":
            print(text)
        else:
            Path(o.json).write_text(text + "\n", encoding="utf-8")
    if o.model == "sparse" and any(abs(report["ratios"]["rate_hz"] - 1.0) > RATE_TOLERANCE for report in reports):
        sys.exit("rates differ by more than 5 %: these are not runs of one network")


if __name__ == "__main__":
    main()
