"""What a synaptic event costs where delays are spread widely, beside events with one delay.

Spike sources fire at random at 8 Hz onto neurons that never fire, with one worker. Processor time
is taken, not wall time, and the least of several runs counts. Where all synapses share a weight they
are stored in rows, else loose.

    python benches/costs/delays.py [--quick]
"""

import argparse
import sys
import time

import numpy as np

import spikecore as sc

DT = 0.1
RATE_HZ = 8.0
BARS_NS = {1: None, 5_000: 6.0, 65_535: 20.0}
"""Longest delay in ticks, and the bar in ns per event and worker."""


def network(n: int, synapses: int, longest: int, shared: bool, ticks: int) -> sc.Network:
    """Return `n` sources onto `n` neurons, with delays of one tick to `longest`."""
    rng = np.random.default_rng(1)
    counts = rng.binomial(n, RATE_HZ * DT * 1e-3, ticks)
    neurons = np.concatenate([rng.choice(n, count, replace=False) for count in counts])
    net = sc.Network(dt=DT, seed=3)
    sources = net.spike_source(n, (neurons, np.repeat(np.arange(1, ticks + 1), counts) * DT))
    targets = net.population(n, sc.LIF(v_th=1e6))
    weight = 1.0 if shared else sc.Normal(1.0, 0.1)
    delay = DT if longest == 1 else sc.Uniform(DT, longest * DT)
    net.connect(sources, targets, sc.FixedOutDegree(synapses), weight=weight, delay=delay)
    return net


def cost(n: int, synapses: int, longest: int, shared: bool, runs: int, run_ms: float) -> tuple[float, float]:
    """Return ns per event, and MB of state at the end."""
    warm_ms = longest * DT + 10.0
    ticks = round((warm_ms + runs * run_ms) / DT)
    machine = network(n, synapses, longest, shared, ticks).compile(workers=1)
    machine.run(warm_ms)
    costs = []
    for _ in range(runs):
        events, start = machine.statistics["synaptic_events"], time.process_time()
        machine.run(run_ms)
        elapsed = time.process_time() - start
        costs.append(1e9 * elapsed / (machine.statistics["synaptic_events"] - events))
    return min(costs), machine.statistics["state_bytes"] / 1e6


def main() -> int:
    """Print the table; 1 if a bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="small sizes, and no bars")
    quick = parser.parse_args().quick
    n, synapses, runs, run_ms = (400, 100, 1, 50.0) if quick else (4_000, 1_000, 5, 250.0)
    missed = False
    print(f"{'stored':8}{'delays to, ticks':>18}{'ns per event':>14}{'bar':>6}{'state, MB':>11}")
    for shared in (True, False):
        for longest, bar in BARS_NS.items():
            ns, megabytes = cost(n, synapses, longest, shared, runs, run_ms)
            missed |= bar is not None and ns > bar
            shown = "" if bar is None else f"{bar:g}"
            print(f"{'rows' if shared else 'loose':8}{longest:18,}{ns:14.2f}{shown:>6}{megabytes:11.1f}", flush=True)
    return int(missed and not quick)


if __name__ == "__main__":
    sys.exit(main())
