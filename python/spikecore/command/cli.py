"""The command line: `spikecore run`, `spikecore info`, `spikecore bench`, `spikecore energy`.

Exit codes: 0 done, 1 a benchmark that failed, 2 a mistake or a network that does not fit, 130
interrupted, 141 the reader of the output has gone. What can be known before a run is checked then. A file that
cannot be written costs nothing else: the other files are written, the report is printed, and the code is 2.
"""

import argparse
import json
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from spikecore import checks, streams
from spikecore._native import __version__
from spikecore.command import energy, output, run, values
from spikecore.errors import NetworkError, SpikecoreError
from spikecore.options import MAX_WORKERS

__all__ = ["main"]

SUITES: dict[str, dict[str, Any]] = {
    "standard": {"repeats": 3, "quick": False},
    "sparse": {"neurons": 1_000_000, "rates": [0.01, 0.1, 10.0], "dts": [0.1, 0.01]},
}
"""Suites of `spikecore bench`, with their own options and what these are by default."""


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
            return output.finish([output.message_of(error)])
        except KeyboardInterrupt:
            streams.note("spikecore: interrupted")
            return 130
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="spikecore", description="Spiking networks on asynchronous cores.")
    parser.add_argument("--version", action="version", version=f"spikecore {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    run.add(commands)
    info = commands.add_parser("info", help="say what is installed and what this machine has")
    info.add_argument("--json", action="store_true", help="as one JSON object")
    info.set_defaults(command=_info)
    _add_bench(commands)
    energy.add(commands, _energy)
    return parser


def _add_bench(commands: Any) -> None:
    bench = commands.add_parser("bench", help="run the standard workloads, or a sparse network, and print JSON")
    bench.add_argument("suite", nargs="?", choices=tuple(SUITES), default="standard", help="default standard")
    bench.add_argument("--json", type=values.file, metavar="FILE", default="-", help="write it to FILE")
    bench.add_argument("--workers", type=values.whole(1, MAX_WORKERS), metavar="N", help="threads")
    standard, sparse = SUITES["standard"], SUITES["sparse"]
    own = bench.add_argument_group("standard", argument_default=argparse.SUPPRESS)
    own.add_argument("--repeats", type=values.whole(1, 1000), metavar="N", help=f"default {standard['repeats']}")
    own.add_argument("--quick", action="store_true", help="small workloads, a few seconds")
    own = bench.add_argument_group("sparse", argument_default=argparse.SUPPRESS)
    own.add_argument(
        "--neurons",
        type=values.whole(100, checks.MAX_NEURONS),
        metavar="N",
        help=f"default {sparse['neurons']:,}",
    )
    own.add_argument(
        "--rates",
        type=values.positive("a rate, allowed: > 0 and ≤ 10 Hz"),
        metavar="HZ,…",
        help=f"mean rates; default {values.listed(sparse['rates'])}",
    )
    own.add_argument(
        "--dts",
        type=values.positive("a tick, allowed: 1e-09 … 100 ms"),
        metavar="MS,…",
        help=f"ticks; default {values.listed(sparse['dts'])}",
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
    output.check_writable(options.json)
    measure = bench.sparse if options.suite == "sparse" else bench.bench
    report = measure(**chosen, workers=options.workers)
    failures: list[str] = []
    with output.keeping_failures(failures):
        output.write_json(report, options.json)
    if failures and options.json != "-":
        output.write_json(report, "-")
    if report.get("interrupted"):
        return output.finish(failures, 130)
    return output.finish(failures, int(any(entry["failure"] for entry in report.get("workloads", ()))))


def _energy(options: argparse.Namespace) -> int:
    from spikecore.command.energy_answers import ANSWERS  # start-up time

    output.check_writable(options.json, getattr(options, "plot", None))
    answer = ANSWERS[options.answer](options)
    failures: list[str] = []
    text = answer.text
    if answer.draw is not None:
        with output.keeping_failures(failures):
            text += f"\n\n{answer.draw()}"
    if options.json:
        with output.keeping_failures(failures):
            output.write_json(answer.report, options.json)
    if options.json != "-":
        streams.put(text)
    return output.finish(failures)


def _suite(options: argparse.Namespace) -> dict[str, Any]:
    """Return the values of the suite's own options; those of another suite are refused, not ignored."""
    for suite, others in SUITES.items():
        for name in others:
            if suite != options.suite and hasattr(options, name):
                msg = f"bench {options.suite} has no option --{name}; bench {suite} has"
                raise NetworkError(msg, parameter=name)
    return {name: getattr(options, name, default) for name, default in SUITES[options.suite].items()}
