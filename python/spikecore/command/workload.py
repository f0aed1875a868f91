"""The standard workloads: build a network of the library, run it, measure it.

One function, `measure`, does what `spikecore run` shows and `spikecore bench` repeats; it returns
plain values, ready for JSON. Printing is in `spikecore.command.terminal`.
"""

import math
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from spikecore import checks
from spikecore.errors import ForecastError
from spikecore.forecast import Forecast, human_bytes
from spikecore.grid import Grid
from spikecore.library import brunel, microcircuit
from spikecore.machine import Machine
from spikecore.network import Network
from spikecore.options import cpus_allowed
from spikecore.results.counters import PHASES
from spikecore.results.run import Result

if TYPE_CHECKING:
    from spikecore.energy import EnergyReport

__all__ = ["Outcome", "Workload", "measure"]

RECORD_UP_TO_MS = 10_000.0
"""Longest run whose spikes are recorded where nothing is said."""
_SCATTER_EVENTS = 20_000_000


@dataclass(frozen=True)
class Workload:
    """What to run.

    Attributes
    ----------
    model : {"microcircuit", "brunel"}
        Network of the library.
    scale : float
        Its size relative to the full one.
    time, presim : float
        Measured time, and time before it that is discarded, in ms.
    drive : {"dc", "poisson"}, optional
        External input. If None, the direct current for the microcircuit from a scale of 0.2 on,
        below which it falls silent without noise from outside, and otherwise Poisson.
    workers : int, optional
        Threads; the CPUs allowed if None.
    weights : {"f32", "q16"}
        Format of the weights.
    seed : int
        Seed of the network.
    record : bool, optional
        Whether to record spikes; if None, when `time` is at most 10 s.
    energy : tuple of str
        Hardware profiles that price the run: names or TOML files.
    mapping : bool
        Whether to place the network on those chips whose structure is known, to count packets and hops.
    """

    model: str
    scale: float = 1.0
    time: float = 2_000.0
    presim: float = 500.0
    drive: Literal["dc", "poisson"] | None = None
    workers: int | None = None
    weights: Literal["f32", "q16"] = "f32"
    seed: int = 1
    record: bool | None = None
    energy: tuple[str, ...] = ("loihi", "truenorth")
    mapping: bool = False

    @property
    def recorded(self) -> bool:
        """Whether spikes are recorded."""
        return self.time <= RECORD_UP_TO_MS if self.record is None else self.record

    @property
    def driven_by(self) -> Literal["dc", "poisson"]:
        """The drive, with the default filled in."""
        if self.drive is not None:
            return self.drive
        lively = self.model == "microcircuit" and self.scale >= microcircuit.MIN_SCALE_DC
        return "dc" if lively else "poisson"


@dataclass(frozen=True)
class Outcome:
    """What came out: the report in plain values, the result it was made from, and what it would cost."""

    report: dict[str, Any]
    result: Result
    energy: list["EnergyReport"]


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
        Show progress on a terminal.
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
    from spikecore.energy import EnergyReport, load  # start-up time

    profiles = [load(name) for name in workload.energy]
    if workload.mapping and not any(one.chip for one in profiles):
        named = ", ".join(workload.energy) or "none"
        checks.refuse(
            "run", "energy", named, "with mapping, a machine that is a chip of known structure, such as loihi"
        )
    workers = cpus_allowed() if workload.workers is None else workload.workers
    net, reference = _describe(workload)
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
    energy = [EnergyReport.of_run(result, one, workload.mapping and one.chip is not None) for one in profiles]
    report = {
        "model": workload.model,
        "scale": workload.scale,
        "drive": workload.driven_by,
        "workers": workers,
        "threads": result.statistics["threads"],
        "weights": workload.weights,
        "seed": workload.seed,
        "dt_ms": net.dt,
        "presim_ms": workload.presim,
        "interrupted": interrupted,
        "build_s": build_s,
        **_of_result(result, workload.recorded),
        "reference_rates_hz": reference,
        "reference_notes": _reference_notes(workload),
        "peak_rss_bytes": peak,
        **_of_speed(result, machine),
        "energy": {name: one.to_dict() for name, one in zip(workload.energy, energy, strict=True)},
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


def _describe(workload: Workload) -> tuple[Network, dict[str, float]]:
    drive = workload.driven_by
    if workload.model == "microcircuit":
        net, _ = microcircuit.build(workload.scale, drive, workload.seed)
        return net, microcircuit.reference_rates()
    net, _ = brunel.build(workload.scale, drive, workload.seed)
    return net, brunel.reference_rates(drive=drive)


def _reference_notes(workload: Workload) -> list[str]:
    """Return what makes the run differ from its reference."""
    if workload.model != "microcircuit":
        return []
    notes = []
    if workload.driven_by == "dc":
        notes.append("the reference was measured with Poisson drive; direct current moves L4E down and L5E up")
    if workload.scale != 1.0:
        notes.append("the reference was measured at full scale")
    return notes


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


def _of_result(result: Result, recorded: bool) -> dict[str, Any]:
    """Return what the run did, from its counters."""
    stats = result.statistics
    totals = result.counts.totals()
    synapses = int(stats["synapses"])
    events = int(stats["synaptic_events"])
    store = int(stats["weight_store_bytes"])
    index = int(stats.get("index_bytes", 0))
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
        "cv_isi": {one.name: result.cv_isi(one)[0] for one in result.populations} if recorded else None,
        "weight_store_bytes": store,
        "index_bytes": index,
        "bytes_per_synapse": (store + index) / synapses if synapses else 0.0,
        "spikes_sha256": result.spikes_sha256() if recorded else None,
    }


def _of_speed(result: Result, machine: Machine) -> dict[str, Any]:
    """Return where the time went, beside the bare loop over the same synapses."""
    phases = {name: [float(s) for s in result.phases_s[name]] for name in PHASES}
    events = [int(n) for n in result.statistics["events_per_worker"]]
    bare = [ns for ns in machine.bare_scatter(_SCATTER_EVENTS) if math.isfinite(ns)] if sum(events) else []
    return {
        "phases_s": phases,
        "synaptic_events_per_worker": events,
        "deliver_ns_per_event": [1e9 * s / n if n else 0.0 for s, n in zip(phases["deliver"], events, strict=True)],
        "bare_scatter_ns": statistics.median(bare) if bare else None,
    }
