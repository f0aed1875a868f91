"""Workers beyond the CPUs on a small network: the time of a run by the number of workers, against that of two.

Bar: at most 1.5 times the time of two workers, however many are asked for, on a machine with two CPUs. No more threads
are started than there are CPUs, and no more cores are made than they need.
"""

import argparse
import statistics
import sys
import time

import spikecore as sc

BAR = 1.5
WORKERS = (1, 2, 16, 64, 1024)


def network(neurons: int) -> sc.Network:
    """Return a random network with external input, active at some 10 Hz."""
    net = sc.Network(dt=0.1, seed=3)
    exc = net.population(neurons, sc.LIF(), name="exc")
    net.connect(exc, exc, sc.FixedInDegree(20), weight=sc.Normal(20.0, 2.0), delay=sc.Normal(1.5, 0.75, low=0.1))
    net.stimulate(exc, sc.Poisson(rate=8_000.0, weight=45.0))
    return net


def once(machine: sc.Machine, duration: float) -> float:
    """Return the time of a run in ms."""
    start = time.perf_counter()
    machine.run(duration)
    return 1e3 * (time.perf_counter() - start)


def main() -> int:
    """Print a table; 1 if the bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a few repetitions, and no verdict")
    options = parser.parse_args()
    repetitions, neurons, duration = (5, 2_000, 10.0) if options.quick else (51, 2_000, 10.0)
    machines = {workers: network(neurons).compile(workers=workers, record_spikes=False) for workers in WORKERS}
    times: dict[int, list[float]] = {workers: [] for workers in WORKERS}
    for _ in range(repetitions):
        for workers, machine in machines.items():
            times[workers].append(once(machine, duration))
    base = statistics.median(times[2])
    missed = False
    print(f"{neurons:,} neurons, runs of {duration:g} ms, median of {repetitions}; bar: {BAR} x the time of 2 workers")
    for workers, machine in machines.items():
        counts, median = machine.statistics, statistics.median(times[workers])
        ratio = median / base
        missed |= ratio > BAR
        threads, cores = counts["threads"], counts["cores"]
        asked = f"{workers:>5} workers, {threads:>3} threads, {cores:>5} cores"
        print(f"  {asked} {median:>9.2f} ms   ratio {ratio:5.2f}  (bar {BAR})")
    return int(missed and not options.quick)


if __name__ == "__main__":
    sys.exit(main())
