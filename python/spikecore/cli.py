"""The command line: `spikecore run`, `spikecore info`, `spikecore bench`.

Exit codes: 0 done, 2 a mistake or a network that does not fit, 130 interrupted.
"""

import argparse
import json
import math
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from spikecore.errors import SpikecoreError

__all__ = ["main"]


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
    options = _parser().parse_args(arguments)
    try:
        code: int = options.command(options)
    except (SpikecoreError, OSError) as error:
        print(f"spikecore: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("spikecore: interrupted", file=sys.stderr)
        return 130
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="spikecore", description="Spiking networks on asynchronous cores.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_run(commands)
    info = commands.add_parser("info", help="say what is installed and what this machine has")
    info.add_argument("--json", action="store_true", help="as one JSON object")
    info.set_defaults(command=_info)
    bench = commands.add_parser("bench", help="run the standard workloads, print JSON")
    bench.add_argument("--json", metavar="FILE", default="-", help="write it to FILE")
    bench.add_argument("--repeats", type=_whole, default=3, metavar="N", help="default 3")
    bench.add_argument("--workers", type=_whole, metavar="N", help="threads")
    bench.add_argument("--quick", action="store_true", help="small workloads, a few seconds")
    bench.set_defaults(command=_bench)
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
    run.add_argument("--json", metavar="FILE", help="write the report; - is standard output and implies --quiet")
    run.add_argument("--raster", metavar="FILE", help="draw the spikes of the run")
    run.add_argument(
        "--record",
        action=argparse.BooleanOptionalAction,
        default=None,
        help="record spikes; None: if --time is at most 10 s or --raster is given",
    )
    run.add_argument("--quiet", action="store_true", help="print nothing")
    run.set_defaults(command=_run)


def _run(options: argparse.Namespace) -> int:
    from spikecore import workload

    if options.raster and options.record is False:
        print("spikecore: --raster needs the spikes that --no-record drops", file=sys.stderr)
        return 2
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
    )
    talk = not (options.quiet or options.json == "-")
    outcome = workload.measure(task, progress=talk, on_forecast=print if talk else None)
    if talk:
        _print_report(outcome)
    if options.raster:
        written = outcome.result.raster(options.raster)
        outcome.report["raster"] = str(written)
        if talk:
            print(f"\nraster: {written}")
    if options.json:
        _write_json(outcome.report, options.json)
    return 130 if outcome.report["interrupted"] else 0


def _print_report(outcome: Any) -> None:
    from spikecore import terminal

    print()
    print(terminal.describe(outcome.report, outcome.result))


def _info(options: argparse.Namespace) -> int:
    from spikecore import doctor

    facts = doctor.examine()
    print(json.dumps(facts, indent=2) if options.json else doctor.show(facts))
    return 0


def _bench(options: argparse.Namespace) -> int:
    from spikecore.bench import bench

    _write_json(bench(options.repeats, options.workers, options.quick), options.json)
    return 0


def _write_json(report: dict[str, Any], where: str) -> None:
    text = json.dumps(_finite(report), indent=2, allow_nan=False)
    if where == "-":
        print(text)
    else:
        Path(where).write_text(text + "\n", encoding="utf-8")


def _finite(value: Any) -> Any:
    """Return the value with null for what JSON cannot say."""
    if isinstance(value, dict):
        return {key: _finite(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_finite(one) for one in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _number(text: str) -> float:
    value = float(text)
    if not (math.isfinite(value) and value >= 0.0):
        msg = f"{text} is not a finite number ≥ 0"
        raise argparse.ArgumentTypeError(msg)
    return value


def _whole(text: str) -> int:
    value = int(text)
    if value < 1:
        msg = f"{text} is not ≥ 1"
        raise argparse.ArgumentTypeError(msg)
    return value


def _seed(text: str) -> int:
    value = int(text)
    if not 0 <= value < 2**64:
        msg = f"{text} is not in 0 … 2^64 - 1"
        raise argparse.ArgumentTypeError(msg)
    return value
