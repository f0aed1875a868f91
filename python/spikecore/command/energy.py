"""The options of `spikecore energy compare|sweep|profiles|paper`; `energy_answers` has what they do."""

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from spikecore import checks
from spikecore.command import values

__all__ = ["PAPERS", "Recurrent", "add"]

PAPERS = ("yin", "panda", "merolla", "davies")
_RATE = "a rate, allowed: 0 … 1000 Hz"
_rate, _rates = values.number(_RATE), values.numbers(_RATE)
_time = values.number(f"a time, allowed: 1 … {checks.LARGEST:g} ms")


@dataclass(frozen=True)
class Recurrent:
    """The network that `compare` runs where no file is given, with the defaults of its options.

    Attributes
    ----------
    rate : float
        Mean rate in Hz.
    synapses : int
        Synapses of each neuron.
    neurons : int
        Neurons, a multiple of 256.
    time : float
        Biological time in ms.
    measure : bool
        Whether to measure the joules of this machine.
    """

    rate: float = 20.0
    synapses: int = 32
    neurons: int = 4096
    time: float = 1_000.0
    measure: bool = False


def add(commands: Any, run: Callable[[argparse.Namespace], int]) -> None:
    """Add the subcommand `energy` to a parser.

    Parameters
    ----------
    commands : argparse subparsers
        Of `spikecore`.
    run : callable
        What to do with the options: ``answer`` is the name of the subcommand, ``json`` and ``plot`` are files to be
        written, or None.
    """
    energy = commands.add_parser("energy", help="say what runs would cost on other hardware, and why")
    parts = energy.add_subparsers(required=True, metavar="compare|sweep|profiles|paper")
    for add_part in (_add_compare, _add_sweep, _add_profiles, _add_paper):
        part = add_part(parts)
        part.add_argument("--json", type=values.file, metavar="FILE", help="write it as JSON; - is standard output")
        part.set_defaults(command=run)


def _add_compare(parts: Any) -> argparse.ArgumentParser:
    part: argparse.ArgumentParser = parts.add_parser(
        "compare",
        help="one run on several machines, side by side",
        description="Price one run on several machines: that of a JSON file, or of a small recurrent network, which is "
        "placed on every chip whose structure is known, to count packets and hops. A file has them where the run was "
        "made with `spikecore run --mapping`.",
    )
    part.add_argument("run", nargs="?", metavar="RUN.json", help="what `spikecore run --json` wrote")
    part.add_argument(
        "--on", type=values.names, metavar="NAME,…", help="profiles or TOML files; all with prices by default"
    )
    part.add_argument("--plot", type=values.file, metavar="FILE", help="write bars as .svg or .png, or as .html a page")
    own = part.add_argument_group("the ready network, without RUN.json", argument_default=argparse.SUPPRESS)
    for name, reads, metavar, default, text in (
        ("rate", _rate, "HZ", Recurrent.rate, "mean rate"),
        ("synapses", values.integer, "K", Recurrent.synapses, "synapses of each neuron"),
        ("neurons", values.integer, "N", Recurrent.neurons, "neurons, a multiple of 256"),
        ("time", _time, "MS", Recurrent.time, "biological time"),
    ):
        own.add_argument(f"--{name}", type=reads, metavar=metavar, help=f"{text}; default {default:g}")
    own.add_argument("--measure", action="store_true", help="measure the joules of this machine too")
    part.set_defaults(answer="compare")
    return part


def _add_sweep(parts: Any) -> argparse.ArgumentParser:
    part: argparse.ArgumentParser = parts.add_parser(
        "sweep",
        help="asynchronous against synchronous, local against remote memory",
        description="Execute the two claims: energy over rate and size, and with weights in three memories.",
    )
    part.add_argument("--rates", type=_rates, metavar="HZ,…", help="mean rates, 0 … 1000")
    part.add_argument("--neurons", type=values.integers, metavar="N,…", help="multiples of 256")
    part.add_argument(
        "--synapses", type=values.integer, default=32, metavar="K", help="of each neuron; default %(default)s"
    )
    part.add_argument("--time", type=_time, default=500.0, metavar="MS", help="of each run; default %(default)g")
    part.add_argument("--profile", metavar="NAME", help="profile or TOML file with the prices of the first claim")
    part.add_argument(
        "--plot",
        type=values.file,
        metavar="FILE",
        help="draw both claims: .svg, .png, or .html with the tables",
    )
    part.set_defaults(answer="sweep")
    return part


def _add_profiles(parts: Any) -> argparse.ArgumentParser:
    part: argparse.ArgumentParser = parts.add_parser("profiles", help="list the hardware, its prices and their sources")
    part.add_argument("names", nargs="*", metavar="NAME", help="profiles or TOML files; all by default")
    part.set_defaults(answer="profiles")
    return part


def _add_paper(parts: Any) -> argparse.ArgumentParser:
    part: argparse.ArgumentParser = parts.add_parser("paper", help="a paper's figures beside what the formulas give")
    part.add_argument("name", type=values.word("a paper", PAPERS), metavar="NAME", help=", ".join(PAPERS))
    part.set_defaults(answer="paper")
    return part
