"""The command line: `spikecore run`, `spikecore info`, `spikecore bench`, `spikecore energy`.

Exit codes: 0 done, 1 a benchmark that failed, 2 a mistake or a network that does not fit, 130
interrupted, 141 the reader of the output has gone. What can be known before a run is checked then. A file that
cannot be written costs nothing else: the other files are written, the report is printed, and the code is 2.
"""

import argparse
import json
import math
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from spikecore import checks, printed, streams, writing
from spikecore._native import __version__
from spikecore.command import energy, values
from spikecore.errors import NetworkError, SpikecoreError
from spikecore.options import MAX_WORKERS

__all__ = ["main"]

SUITES: dict[str, dict[str, Any]] = {
    "standard": {"repeats": 3, "quick": False},
    "sparse": {"neurons": 1_000_000, "rates": [0.01, 0.1, 10.0], "dts": [0.1, 0.01]},
}
"""Suites of `spikecore bench`, with their own options and what these are by default."""

_neurons = values.whole(100, checks.MAX_NEURONS)
_rates = values.positive("a rate, allowed: > 0 and ≤ 10 Hz")
_ticks = values.positive("a tick, allowed: 1e-09 … 100 ms")
_time = values.time


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line.

    Parameters
    ----------
    arguments : sequence of str, optional
        Without the name of the program; `sys.argv` by default.

    Returns
    -------
    int
        The exit code.
    """
    with streams.prepared():
        try:
            options = _parser().parse_args(arguments)
            code: int = options.command(options)
            streams.flush()
        except SystemExit:
            with suppress(OSError):
                streams.flush()
            raise
        except (SpikecoreError, OSError, MemoryError) as error:
            if isinstance(error, BrokenPipeError) and error.filename == streams.NAME:
                return 141
            return _end([_said(error)])
        except KeyboardInterrupt:
            streams.note("spikecore: interrupted")
            return 130
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="spikecore", description="Spiking networks on asynchronous cores.")
    parser.add_argument("--version", action="version", version=f"spikecore {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_run(commands)
    info = commands.add_parser("info", help="say what is installed and what this machine has")
    info.add_argument("--json", action="store_true", help="as one JSON object")
    info.set_defaults(command=_info)
    _add_bench(commands)
    energy.add(commands, _energy)
    return parser


def _add_run(commands: Any) -> None:
    run = commands.add_parser(
        "run",
        help="run a ready network",
        description="Run a ready network and compare it with its reference.",
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    run.add_argument("model", choices=("microcircuit", "brunel"))
    run.add_argument("--scale", type=values.scale, default=1.0, metavar="S", help="relative to full size")
    run.add_argument("--time", type=_time, default=2_000.0, metavar="MS", help="measured time")
    run.add_argument("--presim", type=_time, default=500.0, metavar="MS", help="discarded before")
    run.add_argument(
        "--drive",
        choices=("dc", "poisson"),
        help="None: dc for the microcircuit from --scale 0.2 on, else poisson",
    )
    run.add_argument("--workers", type=values.workers, metavar="N", help="threads; None: CPUs allowed")
    run.add_argument("--weights", choices=("f32", "q16"), default="f32", help="weight format")
    run.add_argument("--seed", type=values.seed, default=1, metavar="N", help="of every random draw")
    run.add_argument(
        "--json",
        type=values.file,
        metavar="FILE",
        help="write the report; - is standard output and implies --quiet",
    )
    run.add_argument(
        "--raster",
        type=values.file,
        metavar="FILE",
        help="draw the spikes of the run; .svg, or with matplotlib .png and others",
    )
    run.add_argument(
        "--record",
        action=argparse.BooleanOptionalAction,
        default=None,
        help="record spikes; None: if --time is at most 10 s or --raster is given",
    )
    run.add_argument(
        "--energy",
        type=values.machines,
        default="loihi,truenorth",
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
    from spikecore.command import workload  # start-up time
    from spikecore.results import raster  # start-up time

    if options.raster and options.record is False:
        msg = "--raster needs the spikes that --no-record drops"
        raise NetworkError(msg, parameter="raster")
    if options.raster == "-":
        checks.refuse("run", "--raster", "-", "the name of a file: standard output takes text alone")
    picture = Path(options.raster) if options.raster else None
    if picture:
        raster.check(picture)
    _check_writable(options.json, picture)
    task = workload.Workload(
        model=options.model,
        scale=options.scale,
        time=options.time,
        presim=options.presim,
        drive=options.drive,
        workers=options.workers,
        weights=options.weights,
        seed=options.seed,
        record=True if options.raster else options.record,
        energy=options.energy,
        mapping=options.mapping,
    )
    talk = not (options.quiet or options.json == "-")
    outcome = workload.measure(task, progress=talk, on_forecast=streams.early if talk else None)
    failures: list[str] = []
    if picture:
        with _noted(failures):
            outcome.report["raster"] = printed.shown(str(outcome.result.raster(picture)))
    if options.json:
        with _noted(failures):
            _write_json(outcome.report, options.json)
    if talk or (failures and options.json != "-"):
        _print_report(outcome)
    return _end(failures, 130 if outcome.report["interrupted"] else 0)


def _print_report(outcome: Any) -> None:
    from spikecore.command import terminal  # start-up time

    drawn = f"\n\nraster: {outcome.report['raster']}" if "raster" in outcome.report else ""
    streams.put(f"\n{terminal.describe(outcome)}{drawn}")


def _add_bench(commands: Any) -> None:
    bench = commands.add_parser("bench", help="run the standard workloads, or a sparse network, and print JSON")
    bench.add_argument("suite", nargs="?", choices=tuple(SUITES), default="standard", help="default standard")
    bench.add_argument("--json", type=values.file, metavar="FILE", default="-", help="write it to FILE")
    bench.add_argument("--workers", type=values.whole(1, MAX_WORKERS), metavar="N", help="threads")
    given = bench.add_argument_group("standard", argument_default=argparse.SUPPRESS)
    given.add_argument("--repeats", type=values.whole(1, 1000), metavar="N", help="default 3")
    given.add_argument("--quick", action="store_true", help="small workloads, a few seconds")
    given = bench.add_argument_group("sparse", argument_default=argparse.SUPPRESS)
    given.add_argument("--neurons", type=_neurons, metavar="N", help="default 1,000,000")
    given.add_argument(
        "--rates",
        type=_rates,
        metavar="HZ,…",
        help="mean rates; default 0.01,0.1,10",
    )
    given.add_argument(
        "--dts",
        type=_ticks,
        metavar="MS,…",
        help="ticks; default 0.1,0.01",
    )
    bench.set_defaults(command=_bench)


def _info(options: argparse.Namespace) -> int:
    from spikecore.command import info  # start-up time

    if options.json:
        streams.check()
    facts = info.examine()
    streams.put(json.dumps(facts, indent=2) if options.json else info.show(facts))
    return 0


def _bench(options: argparse.Namespace) -> int:
    from spikecore.command import bench  # start-up time

    chosen = _suite(options)
    _check_writable(options.json)
    measure = bench.sparse if options.suite == "sparse" else bench.bench
    report = measure(**chosen, workers=options.workers)
    failures: list[str] = []
    with _noted(failures):
        _write_json(report, options.json)
    if failures and options.json != "-":
        _write_json(report, "-")
    if report.get("interrupted"):
        return _end(failures, 130)
    return _end(failures, int(any(entry["failure"] for entry in report.get("workloads", ()))))


def _energy(options: argparse.Namespace) -> int:
    _check_writable(options.json, getattr(options, "plot", None))
    answer = options.answer(options)
    failures: list[str] = []
    text = answer.text
    if answer.draw is not None:
        with _noted(failures):
            text += f"\n\n{answer.draw()}"
    if options.json:
        with _noted(failures):
            _write_json(answer.report, options.json)
    if options.json != "-":
        streams.put(text)
    return _end(failures)


def _suite(options: argparse.Namespace) -> dict[str, Any]:
    """Return the values of the suite's own options; those of another suite are refused, not ignored."""
    for suite, others in SUITES.items():
        for name in others:
            if suite != options.suite and hasattr(options, name):
                msg = f"bench {options.suite} has no option --{name}; bench {suite} has"
                raise NetworkError(msg, parameter=name)
    return {name: getattr(options, name, default) for name, default in SUITES[options.suite].items()}


def _check_writable(*where: str | Path | None) -> None:
    """Refuse files that could not be written at the end of a long run, and one that would replace another."""
    for file in where:
        if file == "-":
            streams.check()
        elif file is not None:
            writing.check(Path(file))
    names = [os.path.realpath(file) for file in where if file not in (None, "-") and not writing.is_direct(Path(file))]
    if len(set(names)) < len(names):
        checks.refuse("", "the file", names[0], "a file of its own for each of --json, --raster and --plot")


def _write_json(report: Any, where: str) -> None:
    text = json.dumps(_finite(report), indent=2, allow_nan=False)
    if where == "-":
        streams.put(text)
    else:
        writing.text(Path(where), text + "\n")


@contextmanager
def _noted(failures: list[str]) -> Iterator[None]:
    """Keep what goes wrong with a file for the end: what was computed is printed first."""
    try:
        yield
    except (SpikecoreError, OSError) as error:
        if getattr(error, "filename", None) == streams.NAME:
            raise
        failures.append(_said(error))


def _said(error: Exception) -> str:
    name = getattr(error, "filename", None)
    reason = getattr(error, "strerror", None)
    return f"{printed.shown(str(name))}: {reason}" if name is not None and reason else str(error) or "out of memory"


def _end(failures: list[str], code: int = 0) -> int:
    """Say what went wrong, and return the exit code."""
    for failure in failures:
        streams.note(f"spikecore: {failure}")
    return 2 if failures else code


def _finite(value: Any) -> Any:
    """Return the value with null for what JSON cannot say."""
    if isinstance(value, dict):
        return {key: _finite(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(one) for one in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
