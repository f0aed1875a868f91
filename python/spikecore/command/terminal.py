"""What `spikecore run` prints: tables of rates, speed, memory and energy."""

from spikecore import printed
from spikecore.command.measure import Outcome, Report
from spikecore.forecast import human_bytes
from spikecore.results import raster
from spikecore.results.counters import PHASES

__all__ = ["describe"]

_RASTER_MS = 200.0
_RASTER_SPIKES = 2_000


def describe(outcome: Outcome) -> str:
    """Return the whole report for a terminal.

    Parameters
    ----------
    outcome : Outcome
        As `spikecore.command.measure.measure` makes it.

    Returns
    -------
    str
        Several lines, no colours.
    """
    report, result = outcome.report, outcome.result
    parts = [_headline(report), _rates(report), _speed(report), _memory(report)]
    parts += [str(priced) for priced in outcome.energy]
    if len(outcome.energy) > 1:
        parts.append(str(outcome.energy[0].compare(*outcome.energy[1:])))
    if len(result.spikes) and result.ticks:
        stop = min(result.start + _RASTER_MS, result.stop)
        picture = raster.select(result.trains, result.start, stop, most=_RASTER_SPIKES)
        head = f"Spikes: {picture.remark}"
        parts.append(f"{head}\n{raster.terminal(picture)}")
    return "\n\n".join(parts)


def _headline(report: Report) -> str:
    note = " (interrupted)" if report["interrupted"] else ""
    return (
        f"{report['model']}, scale {report['scale']:g}, {report['drive']} drive, "
        f"{report['weights']} weights, seed {report['seed']}{note}: "
        f"{report['neurons']:,} neurons, {report['synapses']:,} synapses, "
        f"{report['biological_s']:g} s after {report['presim_ms'] * 1e-3:g} s discarded"
    )


def _rates(report: Report) -> str:
    reference, variation = report["reference_rates_hz"], report["cv_isi"]
    head = f"{'population':<12}{'rate (Hz)':>11}{'reference':>11}{'deviation':>11}"
    lines = [f"{head}{'CV of ISI':>11}" if variation else head]
    for name, rate in report["rates_hz"].items():
        known = reference.get(name)
        published = f"{known:>11.3f}{100.0 * (rate / known - 1.0):>+10.1f}%" if known else ""
        tail = published or f"{'-':>11}{'-':>11}"
        cv = f"{variation[name]:>11.2f}" if variation else ""
        lines.append(f"{printed.shortened(printed.shown(name), 40):<12}{rate:>11.3f}{tail}{cv}")
    lines += [f"({note})" for note in report["reference_notes"]]
    return "\n".join(lines)


def _speed(report: Report) -> str:
    factor = report["real_time_factor"]
    lines = [
        "Speed",
        f"  build             {report['build_s']:.2f} s",
        f"  run               {report['run_s']:.3f} s, {factor:.3f} × real time",
        f"  synaptic events   {report['synaptic_events']:,}, {report['synaptic_events_per_s']:.3g} per second",
    ]
    if report["threads"] < report["workers"]:
        lines.append(
            f"  threads           {report['threads']} started for {report['workers']} workers: one per CPU allowed"
        )
    for i in range(report["threads"]):
        seconds = ", ".join(f"{name} {report['phases_s'][name][i]:.3f}" for name in PHASES)
        lines.append(f"  worker {i:<10} {seconds} s")
    deliver = report["deliver_ns_per_event"]
    if deliver and report["bare_scatter_ns"]:
        mean = sum(deliver) / len(deliver)
        bare = report["bare_scatter_ns"]
        lines.append(
            f"  deliver           {mean:.2f} ns per event and worker, {mean / bare:.2f} × the bare loop ({bare:.2f} ns)"
        )
    return "\n".join(lines)


def _memory(report: Report) -> str:
    peak = report["peak_rss_bytes"]
    return "\n".join(
        [
            "Memory",
            f"  weight stores     {human_bytes(report['weight_store_bytes'])}",
            f"  their index       {human_bytes(report['index_bytes'])}",
            f"  per synapse       {report['bytes_per_synapse']:.2f} B, index included",
            f"  peak of process   {human_bytes(peak) if peak else 'unknown'}",
        ]
    )
