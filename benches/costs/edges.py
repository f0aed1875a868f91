"""What explicit edges cost, from their arrays to a machine: connect and compile, 2 workers, f32. The bar: 100 ns each.

python benches/costs/edges.py [--quick]

Edges have a weight and a delay each. They come in three orders and two shapes. The last lines show what once grew with
the number of neurons times that of edges: one-to-one with arrays, and few edges per neuron, against one delay for all.
"""

import argparse
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np

import spikecore as sc

BAR = 100.0
DT = 0.1


def edges(neurons: int, n: int, order: str) -> tuple[Any, Any, Any, Any]:
    """Return sources, targets, weights and delays of `n` edges among so many neurons."""
    rng = np.random.default_rng(1)
    sources = rng.integers(0, neurons, n, dtype=np.uint32)
    targets = rng.integers(0, neurons, n, dtype=np.uint32)
    if order != "random":
        keys = (sources.astype(np.uint64) << np.uint64(32)) | targets
        if order == "by target":
            keys = (targets.astype(np.uint64) << np.uint64(32)) | sources
        keys.sort()
        high, low = (keys >> np.uint64(32)).astype(np.uint32), keys.astype(np.uint32)
        sources, targets = (high, low) if order == "by source" else (low, high)
    return sources, targets, rng.uniform(0.1, 1.0, n), rng.integers(1, 51, n) * DT


def seconds(build: Callable[[], object], repeats: int) -> float:
    """Return the shortest time of several."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        built = build()
        times.append(time.perf_counter() - start)
        del built
    return min(times)


def network(neurons: int) -> tuple[sc.Network, sc.Population]:
    """Return a network with one population."""
    net = sc.Network(dt=DT, seed=1)
    return net, net.population(neurons, sc.LIF(), name="neurons")


def explicit(neurons: int, n: int, order: str, repeats: int) -> float:
    """Return the time of `n` explicit edges."""
    sources, targets, weights, delays = edges(neurons, n, order)

    def build() -> sc.Machine:
        net, population = network(neurons)
        net.connect(population, population, sc.Pairs(sources, targets), weight=weights, delay=delays)
        return net.compile(workers=2)

    return seconds(build, repeats)


def one_to_one(neurons: int, repeats: int) -> float:
    """Return the time of one edge per neuron."""
    rng = np.random.default_rng(1)
    weights, delays = rng.uniform(0.1, 1.0, neurons), rng.integers(1, 51, neurons) * DT

    def build() -> sc.Machine:
        net, population = network(neurons)
        net.connect(population, population, sc.OneToOne(), weight=weights, delay=delays)
        return net.compile(workers=2)

    return seconds(build, repeats)


def few_each(neurons: int, n: int, one_delay: bool, repeats: int) -> float:
    """Return the time of `n` edges of one weight, with one delay or an array."""
    sources, targets, _, delays = edges(neurons, n, "random")

    def build() -> sc.Machine:
        net, population = network(neurons)
        rule = sc.Pairs(sources, targets)
        net.connect(population, population, rule, weight=1.0, delay=1.0 if one_delay else delays)
        return net.compile(workers=2)

    return seconds(build, repeats)


def main() -> int:
    """Print a line for every case, and return 1 if a bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="up to a million edges; no bar is judged")
    quick = parser.parse_args().quick
    sizes = [100_000, 1_000_000] if quick else [100_000, 1_000_000, 10_000_000, 50_000_000]
    missed = 0
    print(f"{'edges':>12} {'neurons':>9}  order      ns per edge (≤ {BAR:g})")
    for n in sizes:
        repeats = 2 if quick else 5 if n < 10_000_000 else 2
        for neurons in (1_000, n // 50):
            for order in ("random", "by source", "by target"):
                ns = explicit(neurons, n, order, repeats) / n * 1e9
                missed += ns > BAR
                print(f"{n:>12,} {neurons:>9,}  {order:<9}  {ns:>8.1f}", flush=True)
    million = 100_000 if quick else 1_000_000
    print(f"{million:,} neurons one to one: {one_to_one(million, 2):.3f} s")
    for text, one_delay in (("one delay", True), ("an array of delays", False)):
        taken = few_each(million, 5 * million, one_delay, 2)
        print(f"{5 * million:,} edges of {million:,} neurons, {text}: {taken:.3f} s")
    return 1 if missed and not quick else 0


if __name__ == "__main__":
    sys.exit(main())
