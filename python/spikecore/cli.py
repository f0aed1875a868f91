"""The command line: `spikecore run`, `spikecore info`, `spikecore bench`, `spikecore energy`.

Exit codes: 0 done, 1 a benchmark that failed, 2 a mistake or a network that does not fit, 130
interrupted, 141 the reader of the output has gone. What can be known before a run is checked then.
"""

import argparse
import json
import math
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

from spikecore import energy_cli
from spikecore._native import __version__
from spikecore.errors import NetworkError, SpikecoreError
from spikecore.options import MAX_WORKERS

__all__ = ["main"]

SUITES: dict[str, dict[str, Any]] = {
    "standard": {"repeats": 3, "quick": False},
    "sparse": {"neurons": 1_000_000, "rates": [0.01, 0.1, 10.0], "dts": [0.1, 0.01]},
}
"""Suites of `spikecore bench`, with their own options and what these are by default."""

T = TypeVar("T")


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
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    options = _parser().parse_args(arguments)
    try:
        code: int = options.command(options)
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
    except (SpikecoreError, OSError) as error:
        print(f"spikecore: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("spikecore: interrupted", file=sys.stderr)
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
    energy_cli.add(commands, _energy)
    return parser


def _add_run(commands: Any) -> None:
    run = commands.add_parser(
        "run",
        help="run a ready network",
        description="Run a ready network and compare it with its reference.",
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    run.add_argument("model", choices=("microcircuit", "brunel"))
    run.add_argument("--scale", type=_number, default=1.0, metavar="S", help="relative to full size")
    run.add_argument("--time", type=_number, default=2_000.0, metavar="MS", help="measured time")
    run.add_argument("--presim", type=_number, default=500.0, metavar="MS", help="discarded before")
    run.add_argument(
        "--drive",
        choices=("dc", "poisson"),
        help="None: dc for the microcircuit from --scale 0.2 on, else poisson",
    )
    run.add_argument("--workers", type=_whole, metavar="N", help="threads; None: CPUs allowed")
    run.add_argument("--weights", choices=("f32", "q16"), default="f32", help="weight format")
    run.add_argument("--seed", type=_seed, default=1, metavar="N", help="of every random draw")
    run.add_argument(
        "--json", type=_file, metavar="FILE", help="write the report; - is standard output and implies --quiet"
    )
    run.add_argument("--raster", type=_file, metavar="FILE", help="draw the spikes of the run")
    run.add_argument(
        "--record",
        action=argparse.BooleanOptionalAction,
        default=None,
        help="record spikes; None: if --time is at most 10 s or --raster is given",
    )
    run.add_argument(
        "--energy",
        type=_names,
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
    from spikecore import raster, workload

    if options.raster and options.record is False:
        print("spikecore: --raster needs the spikes that --no-record drops", file=sys.stderr)
        return 2
    _check_writable(options.json)
    picture = raster.target(Path(options.raster)) if options.raster else None
    _check_writable(picture)
    if picture and picture != Path(options.raster):
        print(f"spikecore: writing {picture}; {options.raster} needs matplotlib and a suffix", file=sys.stderr)
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
    outcome = workload.measure(task, progress=talk, on_forecast=print if talk else None)
    if picture:
        outcome.report["raster"] = str(outcome.result.raster(picture))
    if options.json:
        _write_json(outcome.report, options.json)
    if talk:
        _print_report(outcome)
        if picture:
            print(f"\nraster: {picture}")
    return 130 if outcome.report["interrupted"] else 0


def _print_report(outcome: Any) -> None:
    from spikecore import terminal

    print()
    print(terminal.describe(outcome))


def _add_bench(commands: Any) -> None:
    bench = commands.add_parser("bench", help="run the standard workloads, or a sparse network, and print JSON")
    bench.add_argument("suite", nargs="?", choices=tuple(SUITES), default="standard", help="default standard")
    bench.add_argument("--json", type=_file, metavar="FILE", default="-", help="write it to FILE")
    bench.add_argument("--workers", type=_workers, metavar="N", help="threads")
    given = bench.add_argument_group("standard", argument_default=argparse.SUPPRESS)
    given.add_argument("--repeats", type=_whole, metavar="N", help="default 3")
    given.add_argument("--quick", action="store_true", help="small workloads, a few seconds")
    given = bench.add_argument_group("sparse", argument_default=argparse.SUPPRESS)
    given.add_argument("--neurons", type=_whole, metavar="N", help="default 1,000,000")
    given.add_argument("--rates", type=_numbers, metavar="HZ,…", help="mean rates; default 0.01,0.1,10")
    given.add_argument("--dts", type=_numbers, metavar="MS,…", help="ticks; default 0.1,0.01")
    bench.set_defaults(command=_bench)


def _info(options: argparse.Namespace) -> int:
    from spikecore import doctor

    facts = doctor.examine()
    print(json.dumps(facts, indent=2) if options.json else doctor.show(facts))
    return 0


def _bench(options: argparse.Namespace) -> int:
    from spikecore import bench

    chosen = _suite(options)
    _check_writable(options.json)
    if options.suite == "sparse":
        _write_json(bench.sparse(**chosen, workers=options.workers), options.json)
        return 0
    report = bench.bench(**chosen, workers=options.workers)
    _write_json(report, options.json)
    if report["interrupted"]:
        return 130
    return 1 if any(entry["failure"] for entry in report["workloads"]) else 0


def _energy(options: argparse.Namespace) -> int:
    _check_writable(options.json)
    _check_writable(getattr(options, "plot", None))
    report, text = options.answer(options)
    if options.json:
        _write_json(report, options.json)
    if options.json != "-":
        print(text)
    return 0


def _suite(options: argparse.Namespace) -> dict[str, Any]:
    """Return the values of the suite's own options; those of another suite are refused, not ignored."""
    for suite, others in SUITES.items():
        for name in others:
            if suite != options.suite and hasattr(options, name):
                msg = f"bench {options.suite} has no option --{name}; bench {suite} has"
                raise NetworkError(msg, parameter=name)
    return {name: getattr(options, name, default) for name, default in SUITES[options.suite].items()}


def _check_writable(where: str | Path | None) -> None:
    """Refuse a file that could not be written at the end of a long run."""
    if where is None or where == "-":
        return
    path = Path(where)
    if path.is_dir() or not path.parent.is_dir():
        problem = "is a directory" if path.is_dir() else f"needs the directory {path.parent}, which there is not"
        msg = f"cannot write {path}: it {problem}"
        raise NetworkError(msg, value=str(path))
    if not os.access(path if path.exists() else path.parent, os.W_OK):
        msg = f"cannot write {path}: permission denied"
        raise NetworkError(msg, value=str(path))


def _write_json(report: Any, where: str) -> None:
    text = json.dumps(_finite(report), indent=2, allow_nan=False)
    if where == "-":
        print(text)
    else:
        Path(where).write_text(text + "\n", encoding="utf-8")


def _finite(value: Any) -> Any:
    """Return the value with null for what JSON cannot say."""
    if isinstance(value, dict):
        return {key: _finite(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(one) for one in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _number(text: str) -> float:
    return _parsed(text, float, lambda value: math.isfinite(value) and value >= 0.0, "a finite number ≥ 0")


def _numbers(text: str) -> list[float]:
    return [
        _parsed(part, float, lambda value: math.isfinite(value) and value > 0.0, "a finite number > 0")
        for part in text.split(",")
    ]


def _names(text: str) -> tuple[str, ...]:
    return () if text == "none" else tuple(energy_cli.names(text))


def _whole(text: str) -> int:
    return _parsed(text, int, lambda value: value >= 1, "a whole number ≥ 1")


def _workers(text: str) -> int:
    return _parsed(text, int, lambda value: 1 <= value <= MAX_WORKERS, f"a whole number in 1 … {MAX_WORKERS}")


def _seed(text: str) -> int:
    return _parsed(text, int, lambda value: 0 <= value < 2**64, "a whole number in 0 … 2^64 - 1")


def _file(text: str) -> str:
    return _parsed(text, str, bool, "the name of a file")


def _parsed(text: str, kind: Callable[[str], T], allowed: Callable[[T], bool], name: str) -> T:
    with suppress(ValueError):
        value = kind(text)
        if allowed(value):
            return value
    msg = f"{text!r} is not {name}"
    raise argparse.ArgumentTypeError(msg)
