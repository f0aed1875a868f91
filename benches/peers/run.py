"""spikecore beside a peer: the same network on the same machine, in turn, each in a fresh process.

    python benches/peers/run.py --model brunel --peer nest
    python benches/peers/run.py --model microcircuit --scale 0.1 --peer brian2

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


def options():
    """Parse the command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--model", choices=("brunel", "microcircuit"), required=True)
    parser.add_argument("--peer", choices=("nest", "brian2"), required=True)
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--drive", choices=("dc", "poisson"), default="dc")
    parser.add_argument("--time", type=float, default=1_000.0, metavar="MS")
    parser.add_argument("--presim", type=float, default=200.0, metavar="MS")
    parser.add_argument(
        "--threads",
        type=int,
        default=len(os.sched_getaffinity(0)),
        help="of both, where the peer has any",
    )
    parser.add_argument("--weights", choices=("f32", "q16"), default="f32")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rates", action="store_true", help="rates per population too (NEST; it then records)")
    parser.add_argument("--repeats", type=int, default=1, help="runs of each, in turn; medians are compared")
    parser.add_argument("--peer-python", default=sys.executable, metavar="EXE", help="interpreter that has the peer")
    parser.add_argument("--json", metavar="FILE", help="write the report; - is standard output")
    return parser.parse_args()


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


def run_peer(o, network):
    """Run the peer's script in its own interpreter."""
    threads = o.threads
    if o.peer == "nest":
        threads = max(threads, -(-networks.synapses(network) // NEST_SYNAPSES_PER_THREAD))
    task = {
        "network": network,
        "threads": threads,
        "seed": o.seed,
        "time_ms": o.time,
        "presim_ms": o.presim,
        "rates": o.rates,
    }
    script = Path(__file__).with_name(f"peer_{o.peer}.py")
    return json.loads(output_of([o.peer_python, str(script)], json.dumps(task)).strip().split("\n")[-1])


def output_of(command, text=None):
    """Standard output of a command, or the end of this one with its error."""
    done = subprocess.run(command, input=text, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"{' '.join(command[:4])} failed ({done.returncode}):\n{done.stderr[-3000:]}")
    return done.stdout


def compare(o):
    """Run both in turn; return the report."""
    network = networks.describe(o.model, o.scale, o.drive)
    runs = {"ours": [], "peer": []}
    for _ in range(o.repeats):
        runs["ours"].append(run_ours(o))
        runs["peer"].append(run_peer(o, network))
    report = {
        "model": o.model,
        "scale": o.scale,
        "drive": o.drive,
        "weights": o.weights,
        "synapses": networks.synapses(network),
        "biological_s": o.time * 1e-3,
    }
    for who, reports in runs.items():
        middle = {key: median(one[key] for one in reports) for key in MEASURES}
        report[who] = {
            **reports[0],
            **middle,
            "real_time_factor": middle["run_s"] / (o.time * 1e-3),
        }
    report["ratios"] = {key: report["peer"][key] / report["ours"][key] for key in (*MEASURES, "rate_hz")}
    report["runs"] = runs
    return report


def show(report):
    """Print both columns and the ratios, peer by ours."""
    ours, peer, ratios = report["ours"], report["peer"], report["ratios"]
    neurons, synapses = ours["neurons"], report["synapses"]
    print(
        f"{report['model']}, scale {report['scale']:g}, drive {report['drive']}: "
        f"{neurons:,} neurons, {synapses:,} synapses"
    )
    print(f"{'':24}{ours['simulator']:>14}{peer['simulator']:>14}{'ratio':>10}")
    print(f"{'threads':24}{ours['threads']:>14}{peer['threads']:>14}")
    for label, key, unit in (
        ("run, × real time", "run_s", report["biological_s"]),
        ("build, s", "build_s", 1.0),
        ("peak memory, GB", "peak_rss_bytes", 1e9),
    ):
        print(f"{label:24}{ours[key] / unit:>14.3f}{peer[key] / unit:>14.3f}{ratios[key]:>9.1f}×")
    print(f"{'mean rate, Hz':24}{ours['rate_hz']:>14.3f}{peer['rate_hz']:>14.3f}{ratios['rate_hz']:>9.3f}×")
    for (name, rate), other in zip(ours.get("rates_hz", {}).items(), peer.get("rates_hz", ()), strict=False):
        print(f"{f'{name}, Hz':24}{rate:>14.3f}{other:>14.3f}{other / rate:>9.3f}×")


def main():
    """Compare and report."""
    o = options()
    report = compare(o)
    if o.json != "-":
        show(report)
    if o.json:
        text = json.dumps(report, indent=2)
        if o.json == "-":
            print(text)
        else:
            Path(o.json).write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
