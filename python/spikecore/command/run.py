"""`spikecore run`: run a ready network, compare it with its reference, write and print what came out."""

import argparse
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from spikecore import checks, printed, streams
from spikecore.command import output, values
from spikecore.command.networks import NETWORKS
from spikecore.command.workload import RECORD_UP_TO_MS, Workload
from spikecore.errors import NetworkError

if TYPE_CHECKING:
    from spikecore.command.measure import Outcome

__all__ = ["add"]


def add(commands: Any) -> None:
    """Add the subcommand `run` to a parser; defaults are those of `Workload`."""
    run = commands.add_parser(
        "run",
        help="run a ready network",
        description="Run a ready network and compare it with its reference.",
        formatter_class=values.Help,
    )
    drives = "; ".join(f"{name}: {network.drive_by_default}" for name, network in NETWORKS.items())
    run.add_argument("model", choices=tuple(NETWORKS))
    run.add_argument("--scale", type=values.scale, default=Workload.scale, metavar="S", help="relative to full size")
    run.add_argument("--time", type=values.time, default=Workload.time, metavar="MS", help="measured time")
    run.add_argument("--presim", type=values.time, default=Workload.presim, metavar="MS", help="discarded before")
    run.add_argument("--drive", choices=("dc", "poisson"), help=f"input from outside (default: {drives})")
    run.add_argument("--workers", type=values.workers, metavar="N", help="threads (default: CPUs allowed)")
    run.add_argument("--weights", choices=("f32", "q16"), default=Workload.weights, help="weight format")
    run.add_argument("--seed", type=values.seed, default=Workload.seed, metavar="N", help="of every random draw")
    run.add_argument(
        "--json",
        type=values.file,
        metavar="FILE",
        help="write the report as JSON: rates, speed, memory, counters and energy, but no spikes (--spikes); "
        "- is standard output and implies --quiet",
    )
    run.add_argument(
        "--raster",
        type=values.file,
        metavar="FILE",
        help="draw the spikes of the run; .svg, or with matplotlib .png and others",
    )
    run.add_argument(
        "--spikes",
        type=values.file,
        metavar="FILE",
        help="write spikes and counts, an .npz file for spikecore.load_result and numpy.load",
    )
    run.add_argument(
        "--record",
        action=argparse.BooleanOptionalAction,
        default=Workload.record,
        help=f"record spikes (default: if --time is at most {RECORD_UP_TO_MS * 1e-3:g} s, or with --raster, --spikes)",
    )
    run.add_argument(
        "--energy",
        type=values.machines,
        default=",".join(Workload.energy),
        metavar="NAME,…",
        help="machines to price the run on: names of profiles or TOML files; none for none",
    )
    run.add_argument(
        "--mapping",
        action="store_true",
        help="place the network on those of the machines that are chips of known structure, to count packets and hops; "
        "`spikecore energy compare` does so by itself",
    )
    run.add_argument("--quiet", action="store_true", help="print nothing")
    run.set_defaults(command=_run)


def _run(options: argparse.Namespace) -> int:
    from spikecore.command import measure  # start-up time
    from spikecore.results import raster  # start-up time

    picture, spikes = (_file_of_spikes(options, name) for name in ("raster", "spikes"))
    if picture:
        raster.check(picture)
    output.check_writable(options.json, picture, spikes)
    options.record = True if picture or spikes else options.record
    workload = Workload(**{field.name: getattr(options, field.name) for field in fields(Workload)})
    printing = not (options.quiet or options.json == "-")
    outcome = measure.measure(workload, progress=printing, on_forecast=streams.early if printing else None)
    failures: list[str] = []
    drawn: dict[str, str] = {}
    if picture:
        with output.keeping_failures(failures):
            drawn["raster"] = printed.shown(str(outcome.result.raster(picture)))
    if spikes:
        with output.keeping_failures(failures):
            drawn["spikes_file"] = printed.shown(str(outcome.result.save(spikes)))
    if options.json:
        with output.keeping_failures(failures):
            output.write_json({**outcome.report, **drawn}, options.json)
    if printing or (failures and options.json != "-"):
        _print_report(outcome, drawn)
    return output.finish(failures, 130 if outcome.report["interrupted"] else 0)


def _file_of_spikes(options: argparse.Namespace, name: str) -> Path | None:
    """Return the file that an option names, and have the spikes recorded that it needs."""
    file = getattr(options, name)
    if not file:
        return None
    if options.record is False:
        msg = f"--{name} needs the spikes that --no-record drops"
        raise NetworkError(msg, parameter=name)
    if file == "-":
        checks.refuse("run", f"--{name}", "-", "the name of a file: standard output takes text alone")
    return Path(file)


def _print_report(outcome: "Outcome", drawn: dict[str, str]) -> None:
    from spikecore.command import terminal  # start-up time

    pictures = "".join(f"\n\n{kind.replace(chr(95), chr(32))}: {file}" for kind, file in drawn.items())
    streams.put(f"\n{terminal.describe(outcome)}{pictures}")
