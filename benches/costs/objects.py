"""Time per object of a network of many: populations, projections, stimuli, recorders, prices, reports.

Run: ``python benches/costs/objects.py [--quick]``. The first table has the time per object at three sizes: the least
processor time of several repeats. Its bar is the time at the largest size over that at the smallest. The second has 254
populations each onto each, by phases of real time; its bar is the sum. Without ``--quick`` the exit code is 1 if a bar
is missed.
"""

import argparse
import gc
import sys
import time
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import spikecore as sc
from spikecore.energy import EnergyReport, Ledger, Price, load

LINEAR = 1.5
"""Most that the time per object may grow from the smallest size to the largest."""
WHOLE_S = 10.0
"""Most seconds from the first population to the printed report, for 254 populations each onto each."""
TABLES = ("wires", "fan_out", "synapses", "names")
"""What a wiring keeps once it was asked for."""


def described(n: int, size: int = 1) -> tuple[sc.Network, list[sc.Population]]:
    """Return a network of `n` populations."""
    net, model = sc.Network(dt=0.1, seed=1), sc.LIF(i_e=400.0)
    return net, [net.population(size, model) for _ in range(n)]


def ring(n: int) -> tuple[sc.Network, list[sc.Population]]:
    """Return `n` populations, each onto the next."""
    net, populations = described(n, 2)
    for source, target in zip(populations, [*populations[1:], populations[0]], strict=True):
        net.connect(source, target, sc.FixedInDegree(1), weight=1.0, delay=1.0)
    return net, populations


def ran(n: int) -> sc.Result:
    """Return a run of a ring."""
    return ring(n)[0].compile(workers=1).run(10.0)


def forgotten(result: sc.Result) -> sc.Result:
    """Return the run as it was before anybody asked for its ledger."""
    for kept, names in ((vars(result), ("ledger",)), (vars(result.wiring), TABLES)):
        for name in names:
            kept.pop(name, None)
    return result


def prices(n: int) -> list[Price]:
    """Return prices of `n` terms."""
    figures = ("pJ", "measured", "exact", "a paper")
    return [Price(f"term {k}", "packets", 1.0, *figures) for k in range(n)]


def connected(pair: tuple[sc.Network, list[sc.Population]]) -> None:
    """Connect each of the populations to 4 others, call by call."""
    net, populations = pair
    for k in range(4):
        for source, target in zip(populations, populations[k:] + populations[:k], strict=True):
            net.connect(source, target, sc.Bernoulli(0.1), weight=1.0, delay=1.0)


def at_once(n: int) -> None:
    """Connect as many pairs in one call."""
    side = round(n**0.5)
    net, populations = described(side)
    net.connect(populations, populations, sc.Bernoulli(0.1), weight=1.0, delay=1.0)


def compiled(n: int) -> sc.Machine:
    """Return a machine of a ring."""
    return ring(n)[0].compile(workers=1)


def by_name(machine: sc.Machine) -> None:
    """Give every population a current, and read a state of each at the end of a sample, by name."""
    names = list(machine.run(0.1).rates())
    machine.reset(dict.fromkeys(names, 1.0))
    assert len(machine.run_batch(0.1, seeds=[1], states=[(name, "v") for name in names]).states) == len(names)


def looked_up(result: sc.Result) -> None:
    """Ask for the spikes of every population, by name."""
    for population in result.populations:
        assert result.spikes[population.name] is not None


CASES: tuple[tuple[str, Callable[[int], Any], Callable[[Any], Any], int], ...] = (
    ("populations declared", lambda n: n, described, 1),
    ("projections, one a call", described, connected, 4),
    ("projections, one call", lambda n: n, at_once, 1),
    ("stimuli", described, lambda pair: [pair[0].stimulate(one, sc.Poisson(100.0, 1.0)) for one in pair[1]], 1),
    ("recorders", described, lambda pair: [pair[0].record(one) for one in pair[1]], 1),
    ("forecast of projections", ring, lambda pair: pair[0].forecast(workers=1), 1),
    ("ledger over projections", ran, lambda result: forgotten(result).ledger, 1),
    ("packets and hops", ran, lambda result: forgotten(result).energy("loihi", mapping=True), 1),
    ("populations in a report", ran, lambda result: str(result.energy("loihi")) + str(result.energy().to_dict()), 1),
    ("inputs and states by name", compiled, by_name, 1),
    ("spikes by name", ran, looked_up, 1),
    (
        "prices of a profile",
        prices,
        lambda terms: str(EnergyReport.of(Ledger(packets=5), load("odin").with_prices(*terms))),
        1,
    ),
)
"""What is measured: its name, what is made before, what is timed, and objects for each of the size."""


def per_object_us(prepare: Callable[[int], Any], work: Callable[[Any], Any], n: int, repeats: int) -> float:
    """Return the least processor time of the work, in µs for each of `n`."""
    times = []
    for _ in range(repeats):
        subject = prepare(n)
        gc.collect()
        start = time.process_time()
        work(subject)
        times.append(time.process_time() - start)
    return 1e6 * min(times) / n


def linear(sizes: tuple[int, ...]) -> bool:
    """Print the time per object of every case, and return whether all of them hold their bar."""
    print(f"{'µs per object':28}" + "".join(f"{n:>10,}" for n in sizes) + f"{'growth':>10}   bar")
    held = True
    for name, prepare, work, each in CASES:
        figures = [per_object_us(prepare, work, n, max(2, min(8, 16_000 // n))) / each for n in sizes]
        growth = figures[-1] / figures[0]
        held &= growth <= LINEAR
        print(f"{name:28}" + "".join(f"{us:10.2f}" for us in figures) + f"{growth:10.2f}   {LINEAR}", flush=True)
    return held


def each_onto_each(n: int) -> bool:
    """Print the phases of `n` populations each onto each, and return whether the whole holds its bar."""
    marks = [("", time.perf_counter())]

    def mark(phase: str) -> None:
        marks.append((phase, time.perf_counter()))

    net, populations = described(n, 10)
    mark("populations")
    rule, weight, delay = sc.FixedInDegree(2), sc.Normal(10.0, 1.0), sc.Normal(1.5, 0.5, low=0.1)
    net.connect(populations, populations, rule, weight=weight, delay=delay)
    mark("projections")
    machine = net.compile(workers=2)
    mark("compile")
    result = machine.run(100.0)
    mark("run of 100 ms")
    report = result.energy("loihi")
    mark("ledger and bill")
    text = str(report)
    mark("printed")
    print(f"\n{n} populations each onto each, {n * n:,} projections; report of {len(text.splitlines())} lines")
    for (_, before), (phase, after) in pairwise(marks):
        print(f"  {phase:20}{after - before:8.2f} s")
    whole = marks[-1][1] - marks[0][1]
    print(f"  {'whole':20}{whole:8.2f} s   bar {WHOLE_S:g} s")
    return whole <= WHOLE_S


def main() -> int:
    """Measure, and return 1 if a bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="small sizes, no bars")
    quick = parser.parse_args().quick
    held = linear((100, 400) if quick else (1000, 4000, 16_000))
    held &= each_onto_each(20 if quick else 254)
    return 0 if held or quick else 1


if __name__ == "__main__":
    sys.exit(main())
