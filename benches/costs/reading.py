"""What it costs to ask a machine what happened (a short run, samples, recorders, spikes), and to give it spikes.

Times are of the CPU, so that other work on the machine counts little.

python benches/costs/reading.py [--quick]
"""

import argparse
import contextlib
import time
from collections.abc import Callable, Iterator

import numpy as np

import spikecore as sc

Figure = tuple[str, float, float, str]
"""What was measured, the figure, the bar, the unit."""


def best(work: Callable[[], object], times: int) -> float:
    """Return the least CPU time of several, in s."""
    return min(_timed(work) for _ in range(times))


def _timed(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def silence(neurons: int) -> Iterator[Figure]:
    """Short runs of neurons to which nothing happens."""
    net = sc.Network(dt=0.1)
    net.population(neurons, sc.LIF(), name="n")
    machine = net.compile(workers=2)
    machine.run(20.0)
    yield f"run(0.1) of {neurons:,} silent neurons", 1e3 * best(lambda: machine.run(0.1), 30), 0.5, "ms"


def sources(neurons: int) -> Iterator[Figure]:
    """Spike times as one list or array per neuron, against a tuple of two arrays."""
    for spikes in (1, 10):
        times = 0.1 * (1 + np.arange(neurons * spikes, dtype=np.float64) % 997).reshape(neurons, spikes)
        times.sort(axis=1)
        flat = np.repeat(np.arange(neurons), spikes), times.ravel()

        def declare(given: object) -> None:
            sc.Network(dt=0.1).spike_source(neurons, times=given)

        arrays, lists = list(times), times.tolist()
        mixed = [one if k % 2 else lists[k] for k, one in enumerate(arrays)]
        tuple_s = best(lambda: declare(flat), 5)  # noqa: B023
        for name, given in (("arrays", arrays), ("lists", lists), ("both", mixed)):
            ratio = best(lambda: declare(given), 5) / tuple_s  # noqa: B023
            yield f"spike_source of {name}, {spikes} each of {neurons:,}", ratio, 5.0, "x a tuple"


def samples(neurons: int, ticks: int) -> Iterator[Figure]:
    """The potential of all neurons in every tick: by how much it lengthens a run, its result included."""
    rate = {"driven": 16_000.0, "silent": 0.0, "sparse": 20.0}
    for name, updates in (("driven", "dense"), ("silent", "auto"), ("sparse", "event")):
        machines = []
        for recorded in (False, True):
            net = sc.Network(dt=0.1, seed=1)
            n = net.population(neurons, sc.LIF(), name="n", v_init=sc.Uniform(-70.0, -60.0))
            net.stimulate(n, sc.Poisson(rate=rate[name], weight=30.0))
            if recorded:
                net.record(n, "v")
            machines.append(net.compile(workers=1, updates=updates, record_spikes=False))
            machines[-1].run(20.0)
        runs = [[_timed(lambda m=machine: m.run(0.1 * ticks)) for machine in machines] for _ in range(5)]
        plain, recorded_s = (min(times) for times in zip(*runs, strict=True))
        yield (
            f"v of {neurons:,} {name} neurons every tick",
            1e9 * (recorded_s - plain) / (neurons * ticks),
            4.0,
            "ns each",
        )


def recorders(most: int) -> Iterator[Figure]:
    """Short runs with many recorders: time per recorder of many against few."""
    each = {}
    for number in (most // 16, most):
        net = sc.Network(dt=0.1)
        n = net.population(1000, sc.LIF(), name="n")
        for k in range(number):
            net.record(n, "v", [k % 1000])
        machine = net.compile(workers=1)
        each[number] = best(lambda: machine.run(0.1), 10) / number  # noqa: B023
    few, many = each.values()
    yield f"run(0.1) per recorder, {most:,} of them", many / few, 1.5, f"x {most // 16:,}"


def spikes(total: int) -> Iterator[Figure]:
    """Taking recorded spikes from the cores of many workers, against one."""
    for populations in (1, 8):
        times = {}
        for workers in (1, 32):
            net = sc.Network(dt=0.1, seed=1)
            size = 32_000 // populations
            for k in range(populations):
                net.population(size, sc.LIF(i_e=600.0), name=f"n{k}", v_init=sc.Uniform(-70.0, -50.0))
            machine = net.compile(workers=workers)
            rate = machine.run(200.0).counts.totals()["spikes"] / 2000
            times[workers] = min(_taken(machine, round(total / rate)) for _ in range(3))
        ratio = times[32] / times[1]
        yield f"taking {total:,} spikes of {populations} populations, 32 workers", ratio, 1.5, "x 1 worker"


class _Stopped(Exception):
    """Ends a run so that what it recorded is still with the cores."""


def _taken(machine: sc.Machine, ticks: int) -> float:
    """Run some ticks, and return the time of taking a recorded spike, in s."""

    def stop(done: int) -> None:
        if done >= ticks:
            raise _Stopped

    with contextlib.suppress(_Stopped):
        machine._native.run(1000 * ticks, stop)
    seconds = _timed(machine.result)
    return seconds / len(machine.result().spikes.ids)


def main() -> int:
    """Print a line for every figure, and return 1 if a bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small sizes; no bar is judged")
    quick = parser.parse_args().quick
    parts = [
        silence(100_000 if quick else 1_000_000),
        sources(10_000 if quick else 100_000),
        samples(1_000 if quick else 10_000, 200 if quick else 2_000),
        recorders(1_600 if quick else 16_000),
        spikes(100_000 if quick else 10_000_000),
    ]
    missed = 0
    for part in parts:
        for name, figure, bar, unit in part:
            missed += figure > bar
            print(f"{name:<62}{figure:>9.2f} (≤ {bar:g}) {unit}", flush=True)
    return 1 if missed and not quick else 0


if __name__ == "__main__":
    raise SystemExit(main())
