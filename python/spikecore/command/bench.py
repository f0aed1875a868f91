"""What `spikecore bench` runs: the standard workloads, each in a fresh process.

A process of its own per run keeps peak memory and the state of the allocator out of the next
figure. Spikes are not recorded.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from statistics import median, median_low
from typing import TYPE_CHECKING, Any

from spikecore import _native, checks, streams
from spikecore.command import info
from spikecore.errors import SpikecoreError
from spikecore.grid import MAX_TICKS, Grid
from spikecore.library import sparse as library_sparse

if TYPE_CHECKING:
    from spikecore.results.run import Result

__all__ = ["STANDARD", "bench", "sparse"]

STANDARD: tuple[tuple[str, ...], ...] = (
    ("microcircuit", "--scale", "0.1"),
    ("microcircuit", "--scale", "0.5"),
    ("microcircuit",),
    ("microcircuit", "--weights", "q16"),
    ("microcircuit", "--drive", "poisson"),
    ("microcircuit", "--drive", "poisson", "--weights", "q16"),
    ("brunel", "--drive", "dc"),
    ("brunel", "--drive", "poisson"),
)
"""Arguments of `spikecore run` for each standard workload."""
QUICK: tuple[tuple[str, ...], ...] = (
    ("microcircuit", "--scale", "0.02", "--time", "200", "--presim", "100"),
    ("brunel", "--scale", "0.1", "--time", "200", "--presim", "100"),
)
"""A few seconds in all, to see that it works."""
SPARSE_SPIKES = 11_000
"""Spikes of the sparse network at its lowest rate."""
SPARSE_PRESIM_TICKS = 100
"""Ticks before the measured run, in which blocks find their mode."""
SPARSE_RUNS = 9
"""Most runs of a case of the sparse network: a run of some 0.07 s is at the mercy of whatever else the machine does."""
SPARSE_ENOUGH_S = 1.0
"""Seconds of runs of a case after which there are no more."""
_MEDIANS = ("real_time_factor", "build_s", "run_s", "synaptic_events_per_s", "bare_scatter_ns")


def bench(repeats: int, workers: int | None, quick: bool) -> dict[str, Any]:
    """Run the standard workloads.

    Parameters
    ----------
    repeats : int
        Runs of each workload; medians are reported beside them.
    workers : int, optional
        Threads; the CPUs allowed if None.
    quick : bool
        Small workloads that only show that everything works.

    Returns
    -------
    dict
        ``machine`` (as `spikecore info --json`), ``workloads`` and ``interrupted``: on Ctrl-C the
        workloads that were done are reported.

    Raises
    ------
    SpikecoreError
        If this is not a release build: its figures would mean nothing.
    """
    if _native.__build_profile__ != "release" and not quick:
        msg = f"a {_native.__build_profile__} build is not measured; install a release build"
        raise SpikecoreError(msg)
    common = () if workers is None else ("--workers", str(workers))
    entries: list[dict[str, Any]] = []
    interrupted = False
    try:
        for arguments in QUICK if quick else STANDARD:
            entries.append(_entry([*arguments, *common], repeats))
    except KeyboardInterrupt:
        interrupted = True
    return {"machine": info.examine(), "workloads": entries, "interrupted": interrupted}


def _entry(arguments: list[str], repeats: int) -> dict[str, Any]:
    streams.note(" ".join(["spikecore run", *arguments]))
    reports, failure = [], None
    for outcome in _reports(arguments, repeats):
        if isinstance(outcome, str):
            failure = outcome
            break
        reports.append(outcome)
    medians = {
        key: median(report[key] for report in reports)
        for key in _MEDIANS
        if reports and all(report[key] is not None for report in reports)
    }
    return {"arguments": arguments, "medians": medians, "runs": reports, "failure": failure}


def _reports(arguments: list[str], repeats: int) -> Iterator[dict[str, Any] | str]:
    command = [sys.executable, "-m", "spikecore", "run", *arguments]
    command += ["--quiet", "--no-record", "--json", "-"]
    for _ in range(repeats):
        process = subprocess.run(command, capture_output=True, text=True, check=False)
        yield json.loads(process.stdout) if process.returncode == 0 else process.stderr.strip()


def sparse(neurons: int, rates: list[float], dts: list[float], workers: int | None) -> dict[str, Any]:
    """Run the sparse network at every rate and tick, to see whether cost follows spikes.

    Parameters
    ----------
    neurons : int
        Number of neurons.
    rates : list of float
        Mean rates in Hz.
    dts : list of float
        Ticks in ms.
    workers : int, optional
        Threads; the CPUs allowed if None.

    Returns
    -------
    dict
        ``machine``, and ``cases``: for each rate and tick the sizes, times and counts of one run. All
        run for one biological time, in which the lowest rate gives some 11,000 spikes. Of short runs there
        are up to nine, from one state: ``runs_s`` are their times, and ``run_s`` is the median.
    """
    seconds = SPARSE_SPIKES / (neurons * min(rates))
    most = MAX_TICKS // SPARSE_RUNS * min(Grid(dt).dt for dt in dts) * 1e-3
    if not seconds <= most:
        least = SPARSE_SPIKES / (neurons * most)
        allowed = f"≥ {least:.2g} and ≤ {library_sparse.MAX_RATE_HZ:g} Hz for {neurons:,} neurons and these ticks"
        checks.refuse("bench sparse", "rates", min(rates), allowed)
    for rate in rates:
        checks.number("bench sparse", "rates", rate, above=0.0, high=library_sparse.MAX_RATE_HZ, unit="Hz")
    cases = [_sparse_case(neurons, rate, dt, seconds, workers) for dt in dts for rate in rates]
    return {"machine": info.examine(), "cases": cases}


def _sparse_case(neurons: int, rate: float, dt: float, seconds: float, workers: int | None) -> dict[str, Any]:
    streams.note(f"sparse: {neurons:,} neurons, {rate:g} Hz, dt {dt:g} ms")
    net, _ = library_sparse.build(neurons, rate, dt)
    machine = net.compile(workers, record_spikes=False)
    results: list[Result] = []
    while len(results) < SPARSE_RUNS and sum(result.real_s for result in results) < SPARSE_ENOUGH_S:
        machine.reset()
        machine.run(SPARSE_PRESIM_TICKS * dt)
        presim = machine.time
        results.append(machine.run(round(seconds * 1e3 / dt) * dt))
    run_s = median_low(result.real_s for result in results)
    result = next(result for result in results if result.real_s == run_s)
    counts, stats = result.counts.totals(), result.statistics
    synapses = stats["synapses"]
    return {
        "neurons": neurons,
        "synapses": synapses,
        "target_rate_hz": rate,
        "rate_hz": counts["spikes"] / neurons / (result.duration * 1e-3),
        "dt_ms": dt,
        "presim_s": presim * 1e-3,
        "biological_s": result.duration * 1e-3,
        "run_s": run_s,
        "runs_s": [result.real_s for result in results],
        "spikes": counts["spikes"],
        "synaptic_events": stats["synaptic_events"],
        "updates": counts["neuron_updates"] - counts["updates_skipped"],
        "updates_skipped": counts["updates_skipped"],
        "ticks_skipped": stats["ticks_skipped"],
        "bytes_per_synapse": (stats["weight_store_bytes"] + stats["index_bytes"]) / synapses,
        "phases_s": result.phases_s,
    }
