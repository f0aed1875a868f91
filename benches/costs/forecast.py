"""How far `Network.forecast` is from the memory that a network takes: shape by shape, each in a process of its own.

Growth is the peak of resident memory while the network is compiled and run, less what the process held before, with
its description. The bar: forecast / growth within 0.85 … 1.15 where the growth is 200 MB or more, else within 30 MB.

    python benches/costs/forecast.py [--quick] [SHAPE ...]
"""

import argparse
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

import spikecore as sc

LOW, HIGH, SMALL, NEAR = 0.85, 1.15, 200e6, 30e6
"""The bar: bounds of the ratio from `SMALL` bytes on, else the largest difference in bytes."""

Shape = Callable[[float], tuple[sc.Network, dict[str, Any], float, float]]
SHAPES: dict[str, Shape] = {}


def shape(build: Shape) -> Shape:
    """Keep a shape: scale → network, options of `compile`, ms to run, mean rate in Hz."""
    SHAPES[build.__name__] = build
    return build


def network(dt: float = 0.1) -> sc.Network:
    return sc.Network(dt=dt, seed=1)


def count(scale: float, n: float) -> int:
    return max(2, int(scale * n))


@shape
def fixed_in_degree(scale):
    net = network()
    exc = net.population(count(scale, 100_000), sc.LIF(), name="exc")
    net.connect(exc, exc, sc.FixedInDegree(400), weight=sc.Normal(5.0, 0.5), delay=sc.Normal(1.5, 0.7, low=0.1))
    return net, {}, 20.0, 0.0


@shape
def fixed_out_degree_q16(scale):
    net = network()
    exc = net.population(count(scale, 100_000), sc.LIF(), name="exc")
    net.connect(exc, exc, sc.FixedOutDegree(500), weight=sc.Normal(5.0, 0.5), delay=sc.Normal(1.5, 0.7, low=0.1))
    return net, {"weights": "q16"}, 20.0, 0.0


@shape
def total_number_f64(scale):
    net = network()
    exc = net.population(count(scale, 50_000), sc.LIF(), name="exc")
    net.connect(exc, exc, sc.FixedTotalNumber(count(scale, 3e7)), weight=sc.Normal(5.0, 0.5), delay=1.5)
    return net, {"precision": "f64"}, 20.0, 0.0


@shape
def shared_weight(scale):
    net = network()
    exc = net.population(count(scale, 100_000), sc.LIF(), name="exc")
    net.connect(exc, exc, sc.FixedOutDegree(1_500), weight=5.0, delay=1.5)
    return net, {}, 20.0, 0.0


@shape
def bernoulli_in_two_populations(scale):
    net = network()
    exc = net.population(count(scale, 40_000), sc.LIF(), name="exc")
    inh = net.population(count(scale, 10_000), sc.LIF(), name="inh")
    net.connect(exc, [exc, inh], sc.Bernoulli(0.03), weight=sc.Normal(5.0, 0.5), delay=sc.Uniform(0.1, 3.0))
    net.connect(inh, [exc, inh], sc.Bernoulli(0.03), weight=-20.0, delay=0.8)
    return net, {}, 20.0, 0.0


@shape
def all_to_all(scale):
    net = network()
    exc = net.population(count(scale, 8_000), sc.LIF(), name="exc")
    net.connect(exc, exc, sc.AllToAll(), weight=sc.Normal(5.0, 0.5), delay=1.0)
    return net, {}, 20.0, 0.0


@shape
def sparse_million(scale):
    net = network()
    exc = net.population(count(scale, 1e6), sc.LIF(), name="exc")
    net.connect(exc, exc, sc.FixedOutDegree(100), weight=sc.Normal(5.0, 0.5), delay=sc.Uniform(0.1, 10.0))
    return net, {}, 20.0, 0.0


@shape
def pairs_with_arrays(scale):
    net, rng = network(), np.random.default_rng(1)
    n, edges = count(scale, 100_000), count(scale, 2e7)
    exc = net.population(n, sc.LIF(), name="exc")
    pairs = sc.Pairs(rng.integers(0, n, edges, dtype=np.uint32), rng.integers(0, n, edges, dtype=np.uint32))
    delays = rng.integers(1, 50, edges) * 0.1
    net.connect(exc, exc, pairs, weight=rng.normal(5.0, 0.5, edges), delay=delays)
    return net, {}, 20.0, 0.0


@shape
def one_to_one_million(scale):
    net = network()
    a = net.population(count(scale, 3e6), sc.LIF(), name="a")
    b = net.population(count(scale, 3e6), sc.LIFDelta(), name="b")
    net.connect(a, b, sc.OneToOne(), weight=1.0, delay=1.0)
    return net, {}, 20.0, 0.0


@shape
def neurons_alone(scale):
    net = network()
    net.population(count(scale, 8e6), sc.LIF(), name="exc")
    return net, {"updates": "dense"}, 20.0, 0.0


@shape
def neurons_with_events(scale):
    net = network()
    net.population(
        count(scale, 5e6), sc.LIF(tau_syn_exc=2.0, tau_syn_inh=2.0, i_e=1.0), name="exc", v_init=sc.Normal(-65.0, 1.0)
    )
    return net, {}, 20.0, 0.0


@shape
def neurons_that_differ(scale):
    net, n = network(), count(scale, 2e6)
    net.population(n, sc.LIF(tau_m=np.linspace(10.0, 20.0, n), i_e=np.linspace(0.0, 100.0, n)), name="exc")
    return net, {}, 20.0, 0.0


@shape
def adaptive(scale):
    net = network()
    net.population(count(scale, 5e6), sc.ALIF(), name="exc")
    return net, {}, 20.0, 0.0


@shape
def populations_of_one(scale):
    net = network()
    cells = [net.population(1, sc.LIF(), name=f"cell {k}") for k in range(count(scale, 6_000))]
    for k in range(len(cells)):
        net.connect(cells[k], cells[(k + 1) % len(cells)], sc.OneToOne(), weight=1.0, delay=1.0)
    return net, {}, 20.0, 0.0


@shape
def source_spikes(scale):
    net, rng = network(), np.random.default_rng(1)
    spikes = count(scale, 2e7)
    neurons, ticks = rng.integers(0, 10_000, spikes), rng.integers(1, 1_000_000, spikes)
    keys = np.unique(neurons.astype(np.uint64) << np.uint64(32) | ticks.astype(np.uint64))
    times = (keys & np.uint64(0xFFFFFFFF)) * 0.1
    source = net.spike_source(10_000, times=((keys >> np.uint64(32)).astype(np.uint32), times), name="source")
    exc = net.population(100, sc.LIF(), name="exc")
    net.connect(source, exc, sc.FixedOutDegree(1), weight=1.0, delay=1.0)
    return net, {}, 20.0, 0.0


@shape
def rare_poisson(scale):
    net = network()
    exc = net.population(count(scale, 1e6), sc.LIF(), name="exc")
    for _ in range(10):
        net.stimulate(exc, sc.Poisson(rate=1.0, weight=1.0))
    return net, {}, 20.0, 0.0


@shape
def current_arrays(scale):
    net, n = network(), count(scale, 1e6)
    exc = net.population(n, sc.LIF(), name="exc")
    for _ in range(20):
        net.stimulate(exc, sc.DirectCurrent(np.linspace(0.0, 10.0, n)))
    return net, {}, 20.0, 0.0


@shape
def dense_matrix(scale):
    net, n = network(), count(scale, 9_000)
    a = net.spike_source(n, times=[[]] * n, name="a")
    b = net.population(n, sc.LIF(), name="b")
    net.connect(a, b, sc.Dense(np.full((n, n), 0.5)), delay=1.0)
    return net, {}, 20.0, 0.0


def waiting(scale, ticks):
    net = network()
    n = count(scale, 20_000)
    exc = net.population(n, sc.LIFDelta(t_ref=15.0, i_e=5_000.0), name="exc", v_init=sc.Uniform(-70.0, -55.0))
    out = net.population(n, sc.LIF(), name="out")
    net.connect(exc, out, sc.FixedOutDegree(100), weight=0.001, delay=sc.Uniform(0.1, ticks * 0.1))
    return net, {"record_spikes": False}, ticks * 0.11, 66.0


@shape
def waiting_two_seconds(scale):
    return waiting(scale, 20_000)


@shape
def waiting_six_seconds(scale):
    return waiting(scale, 65_535)


@shape
def a_burst_with_long_delays(scale):
    net, n = network(), count(scale, 4e6)
    source = net.spike_source(n, times=(np.arange(n, dtype=np.uint32), np.full(n, 100.0)), name="source")
    out = net.population(1_000, sc.LIF(), name="out")
    net.connect(source, out, sc.FixedOutDegree(10), weight=0.001, delay=sc.Uniform(0.1, 2_000.0))
    return net, {"record_spikes": False}, 250.0, 0.0


@shape
def waiting_all_for_one_time(scale):
    net, n = network(), count(scale, 40_000)
    exc = net.population(n, sc.LIFDelta(t_ref=15.0, i_e=5_000.0), name="exc", v_init=sc.Uniform(-70.0, -55.0))
    net.connect(exc, exc, sc.FixedOutDegree(100), weight=0.0001, delay=6_553.5)
    return net, {"record_spikes": False}, 7_000.0, 66.0


@shape
def recorders_of_all(scale):
    net = network()
    exc = net.population(count(scale, 3e6), sc.LIF(), name="exc")
    for _ in range(5):
        net.record(exc, "v", interval=100.0)
    return net, {}, 20.0, 0.0


def status(name: str) -> float:
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(float(line.split()[1]) * 1024 for line in lines if line.startswith(name))


def measure(name: str, scale: float) -> dict[str, float]:
    """Build one shape in this process."""
    net, options, duration, rate = SHAPES[name](scale)
    asked = {key: options[key] for key in ("weights", "precision", "updates") if key in options}
    forecast = net.forecast(workers=2, rate=rate, **asked)
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")  # the peak begins here
    before = status("VmRSS")
    machine = net.compile(workers=2, **options)
    built = status("VmHWM")
    result = machine.run(round(duration, 1))
    peak = status("VmHWM")
    spikes = sum(result.counts.spikes.values())
    return {
        "forecast": forecast.bytes,
        "growth": peak - before,
        "built": built - before,
        "spikes": spikes,
        "parts": {k: v for k, v in forecast.to_dict().items() if k.endswith("bytes")},
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("shapes", nargs="*", metavar="SHAPE", help=f"default: all of {', '.join(SHAPES)}")
    parser.add_argument("--quick", action="store_true", help="a hundredth of the size, and no verdict")
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--parts", action="store_true", help="show what the forecast adds up")
    options = parser.parse_args()
    scale = 0.01 if options.quick else 1.0
    if options.child:
        print(json.dumps(measure(options.shapes[0], scale)))
        return 0
    missed = 0
    print(f"{'shape':30} {'forecast':>10} {'growth':>10} {'ratio':>7}  bar")
    for name in options.shapes or SHAPES:
        command = [sys.executable, __file__, name, "--child", *(["--quick"] if options.quick else [])]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            print(f"{name:30} failed: {done.stderr.strip().splitlines()[-1]}")
            missed += 1
            continue
        report = json.loads(done.stdout)
        forecast, growth = report["forecast"], report["growth"]
        near = LOW <= forecast / growth <= HIGH if growth >= SMALL else abs(forecast - growth) <= NEAR
        missed += not near
        bar = f"{LOW} … {HIGH}" if growth >= SMALL else f"± {NEAR / 1e6:.0f} MB"
        row = f"{name:30} {forecast / 1e6:7.0f} MB {growth / 1e6:7.0f} MB {forecast / growth:7.2f}  {bar}"
        print(row if near else f"{row}  MISSED")
        if options.parts:
            parts = ", ".join(f"{k} {v / 1e6:.0f}" for k, v in report["parts"].items())
            print(f"    built {report['built'] / 1e6:.0f} MB, {report['spikes']:,} spikes; {parts}")
    return int(bool(missed) and not options.quick)


if __name__ == "__main__":
    sys.exit(main())
