"""Build a ready network, run it, measure it.

One function, `measure`, does what `spikecore run` shows and `spikecore bench` repeats; its report has
plain values, ready for JSON. Printing is in `spikecore.command.terminal`.
"""

import math
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypedDict

from spikecore import checks
from spikecore.command.workload import Workload
from spikecore.energy import EnergyReport, load
from spikecore.errors import ForecastError
from spikecore.forecast import Forecast, human_bytes
from spikecore.grid import Grid
from spikecore.machine import Machine
from spikecore.options import cpus_allowed
from spikecore.results.counters import PHASES
from spikecore.results.run import Result

__all__ = ["Outcome", "Report", "measure"]

_SCATTER_EVENTS = 20_000_000


class _Activity(TypedDict):
    """What a run did, from its counters."""

    neurons: int
    synapses: int
    biological_s: float
    run_s: float
    real_time_factor: float
    spikes: int
    synaptic_operations: int
    neuron_updates: int
    stimulus_events: int
    synaptic_events: int
    synaptic_events_per_s: float
    rates_hz: dict[str, float]
    cv_isi: dict[str, float] | None
    weight_store_bytes: int
    index_bytes: int
    bytes_per_synapse: float
    spikes_sha256: str | None


class _Speed(TypedDict):
    """Where the time of a run went, by phase and worker, beside the bare loop over the same synapses."""

    phases_s: dict[str, list[float]]
    synaptic_events_per_worker: list[int]
    deliver_ns_per_event: list[float]
    bare_scatter_ns: float | None


class Report(_Activity, _Speed):
    """What `spikecore run --json` writes; units stand at the ends of the names."""

    model: str
    scale: float
    drive: str
    workers: int
    threads: int
    weights: str
    seed: int
    dt_ms: float
    presim_ms: float
    interrupted: bool
    build_s: float
    reference_rates_hz: dict[str, float]
    reference_notes: list[str]
    peak_rss_bytes: int | None
    energy: dict[str, Any]


@dataclass(frozen=True)
class Outcome:
    """What came out: the report in plain values, the result it was made from, and what it would cost."""

    report: Report
    result: Result
    energy: list[EnergyReport]


def measure(
    workload: Workload,
    progress: bool = False,
    on_forecast: Callable[[Forecast], None] | None = None,
) -> Outcome:
    """Build and run a workload.

    Parameters
    ----------
    workload : Workload
        What to run.
    progress : bool
        Show progress on a terminal or in a notebook.
    on_forecast : callable, optional
        Gets the forecast before anything is built.

    Returns
    -------
    Outcome
        Report and result. On Ctrl-C in the measured run, of the part that was run, with
        ``interrupted`` set.

    Raises
    ------
    NetworkError
        If `time` or `presim` does not lie on the grid, there is no such hardware profile, or there is `mapping` and
        no chip to place the network on; before anything is built.
    ForecastError
        If the network does not fit into nine tenths of the free memory.
    """
    profiles = [load(name) for name in workload.energy]
    if workload.mapping and not any(profile.chip for profile in profiles):
        named = ", ".join(workload.energy) or "none"
        checks.refuse(
            "run", "energy", named, "with mapping, a machine that is a chip of known structure, such as loihi"
        )
    network, drive = workload.network, workload.driven_by
    workers = cpus_allowed() if workload.workers is None else workload.workers
    net = network.build(workload.scale, drive, workload.seed)
    grid = Grid(net.dt)
    grid.ticks("", "time", workload.time, low=1)
    grid.ticks("", "presim", workload.presim)
    forecast = net.forecast(workers, workload.weights)
    if on_forecast is not None:
        on_forecast(forecast)
    _refuse_too_large(forecast)
    start = time.perf_counter()
    machine = net.compile(workers, workload.weights, record_spikes=workload.recorded, progress=progress)
    build_s = time.perf_counter() - start
    result, interrupted = _run(machine, workload, progress)
    peak = peak_rss_bytes()
    energy = [
        EnergyReport.of_run(result, profile, workload.mapping and profile.chip is not None) for profile in profiles
    ]
    report: Report = {
        "model": workload.model,
        "scale": workload.scale,
        "drive": drive,
        "workers": workers,
        "threads": result.statistics["threads"],
        "weights": workload.weights,
        "seed": workload.seed,
        "dt_ms": net.dt,
        "presim_ms": workload.presim,
        "interrupted": interrupted,
        "build_s": build_s,
        **_activity(result, workload.recorded),
        "reference_rates_hz": network.reference_rates(drive),
        "reference_notes": network.reference_notes(workload.scale, drive),
        "peak_rss_bytes": peak,
        **_speed(result, machine),
        "energy": {name: priced.to_dict() for name, priced in zip(workload.energy, energy, strict=True)},
    }
    return Outcome(report, result, energy)


def peak_rss_bytes() -> int | None:
    """Return the largest resident size this process has had, or None where unknown."""
    try:
        import resource  # optional package: not on every system
    except ImportError:
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def _refuse_too_large(forecast: Forecast) -> None:
    if forecast.fits:
        return
    limit = human_bytes(forecast.available)
    msg = f"needs {human_bytes(forecast.bytes)}, allowed: {limit} (nine tenths of free memory). "
    raise ForecastError(msg + str(forecast), value=forecast.bytes, allowed=forecast.available)


def _run(machine: Machine, workload: Workload, progress: bool) -> tuple[Result, bool]:
    if workload.presim > 0.0:
        machine.run(workload.presim, progress)
    try:
        return machine.run(workload.time, progress), False
    except KeyboardInterrupt:
        return machine.result(), True


def _activity(result: Result, recorded: bool) -> _Activity:
    """Return what the run did, from its counters."""
    stats = result.statistics
    totals = result.counts.totals()
    synapses, events = stats["synapses"], stats["synaptic_events"]
    store, index = stats["weight_store_bytes"], stats["index_bytes"]
    return {
        "neurons": sum(population.size for population in result.populations),
        "synapses": synapses,
        "biological_s": result.duration * 1e-3,
        "run_s": result.real_s,
        "real_time_factor": result.real_time_factor,
        "spikes": totals["spikes"],
        "synaptic_operations": totals["synaptic_operations"],
        "neuron_updates": totals["neuron_updates"],
        "stimulus_events": totals["stimulus_events"],
        "synaptic_events": events,
        "synaptic_events_per_s": events / result.real_s if result.real_s else 0.0,
        "rates_hz": result.rates(),
        "cv_isi": {name: result.cv_isi(name)[0] for name in result.rates()} if recorded else None,
        "weight_store_bytes": store,
        "index_bytes": index,
        "bytes_per_synapse": (store + index) / synapses if synapses else 0.0,
        "spikes_sha256": result.spikes_sha256() if recorded else None,
    }


def _speed(result: Result, machine: Machine) -> _Speed:
    """Return where the time went, beside the bare loop over the same synapses."""
    phases = {name: result.phases_s[name] for name in PHASES}
    events = result.statistics["events_per_worker"]
    bare = [ns for ns in machine.bare_scatter(_SCATTER_EVENTS) if math.isfinite(ns)] if sum(events) else []
    return {
        "phases_s": phases,
        "synaptic_events_per_worker": events,
        "deliver_ns_per_event": [1e9 * s / n if n else 0.0 for s, n in zip(phases["deliver"], events, strict=True)],
        "bare_scatter_ns": statistics.median(bare) if bare else None,
    }
