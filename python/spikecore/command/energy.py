"""The command line of the energy report: `spikecore energy compare|sweep|profiles|paper`.

Each subcommand returns a report of plain values and its text; `spikecore.command.cli` prints the one or writes the
other. The text is aligned, with a unit and the word modelled or measured on what it says.
"""

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from spikecore import checks
from spikecore.command import values

if TYPE_CHECKING:
    from spikecore.energy import Comparison, EnergyReport, Profile

__all__ = ["PAPERS", "Answer", "add"]

PAPERS = ("yin", "panda", "merolla", "davies")
_RATE = "a rate, allowed: 0 … 1000 Hz"
_rate, _rates = values.number(_RATE), values.numbers(_RATE)
_time = values.number(f"a time, allowed: 1 … {checks.LARGEST:g} ms")


READY = {"rate": 20.0, "synapses": 32, "neurons": 4096, "time": 1_000.0, "measure": False}
"""Options of `compare` that describe the network it runs, with their defaults; a file's run has its own."""


class Answer(NamedTuple):
    """What a subcommand says: plain values for JSON, the text for people, and what writes the picture asked for.

    The last returns a line that says where the picture is; None where none was asked for.
    """

    report: Any
    text: str
    draw: Callable[[], str] | None = None


def add(commands: Any, run: Callable[[argparse.Namespace], int]) -> None:
    """Add the subcommand `energy` to a parser.

    Parameters
    ----------
    commands : argparse subparsers
        Of `spikecore`.
    run : callable
        What to do with the options: it calls ``options.answer(options)``, which returns an `Answer`. Options
        ``json`` and ``plot`` are files to be written, or None.
    """
    energy = commands.add_parser("energy", help="say what runs would cost on other hardware, and why")
    parts = energy.add_subparsers(required=True, metavar="compare|sweep|profiles|paper")
    for add_one in (_add_compare, _add_sweep, _add_profiles, _add_paper):
        one = add_one(parts)
        one.add_argument("--json", type=values.file, metavar="FILE", help="write it as JSON; - is standard output")
        one.set_defaults(command=run)


def _add_compare(parts: Any) -> argparse.ArgumentParser:
    one: argparse.ArgumentParser = parts.add_parser(
        "compare",
        help="one run on several machines, side by side",
        description="Price one run on several machines: that of a JSON file, or of a small recurrent network, which is "
        "placed on every chip whose structure is known, to count packets and hops. A file has them where the run was "
        "made with `spikecore run --mapping`.",
    )
    one.add_argument("run", nargs="?", metavar="RUN.json", help="what `spikecore run --json` wrote")
    one.add_argument(
        "--on", type=values.names, metavar="NAME,…", help="profiles or TOML files; all with prices by default"
    )
    one.add_argument("--plot", type=values.file, metavar="FILE", help="write bars as .svg or .png, or as .html a page")
    own = one.add_argument_group("the ready network, without RUN.json", argument_default=argparse.SUPPRESS)
    for name, reads, metavar, text in (
        ("rate", _rate, "HZ", "mean rate"),
        ("synapses", values.integer, "K", "synapses of each neuron"),
        ("neurons", values.integer, "N", "neurons, a multiple of 256"),
        ("time", _time, "MS", "biological time"),
    ):
        own.add_argument(f"--{name}", type=reads, metavar=metavar, help=f"{text}; default {READY[name]:g}")
    own.add_argument("--measure", action="store_true", help="measure the joules of this machine too")
    one.set_defaults(answer=_compare)
    return one


def _add_sweep(parts: Any) -> argparse.ArgumentParser:
    one: argparse.ArgumentParser = parts.add_parser(
        "sweep",
        help="asynchronous against synchronous, local against remote memory",
        description="Execute the two claims: energy over rate and size, and with weights in three memories.",
    )
    one.add_argument("--rates", type=_rates, metavar="HZ,…", help="mean rates, 0 … 1000")
    one.add_argument("--neurons", type=values.integers, metavar="N,…", help="multiples of 256")
    one.add_argument("--synapses", type=values.integer, default=32, metavar="K", help="of each neuron; default 32")
    one.add_argument("--time", type=_time, default=500.0, metavar="MS", help="of each run; default 500")
    one.add_argument("--profile", metavar="NAME", help="take the prices of the first claim from a profile or TOML file")
    one.add_argument(
        "--plot",
        type=values.file,
        metavar="FILE",
        help="draw both claims: .svg, .png, or .html with the tables",
    )
    one.set_defaults(answer=_sweep)
    return one


def _add_profiles(parts: Any) -> argparse.ArgumentParser:
    one: argparse.ArgumentParser = parts.add_parser("profiles", help="list the hardware, its prices and their sources")
    one.add_argument("names", nargs="*", metavar="NAME", help="profiles or TOML files; all by default")
    one.set_defaults(answer=_profiles)
    return one


def _add_paper(parts: Any) -> argparse.ArgumentParser:
    one: argparse.ArgumentParser = parts.add_parser("paper", help="a paper's figures beside what the formulas give")
    one.add_argument("name", choices=PAPERS)
    one.set_defaults(answer=_paper)
    return one


def _compare(options: argparse.Namespace) -> Answer:
    from spikecore.energy import Comparison, drawing, known, load

    chosen = options.on or sorted((name for name in known() if load(name).prices), key=lambda name: name != "loihi")
    profiles = [load(name) for name in chosen]
    if options.plot:
        drawing.check("compare", Path(options.plot))
    chosen_network = [name for name in READY if hasattr(options, name)]
    if options.run is None:
        described = {name: getattr(options, name, default) for name, default in READY.items()}
        reports, said = _of_ready_network(profiles, argparse.Namespace(**described))
    elif chosen_network:
        checks.refuse("compare", f"--{chosen_network[0]}", "given", "without RUN.json, which is a run of its own")
    else:
        reports, said = _of_file(chosen, profiles, Path(options.run)), f"The run of {options.run}"
    found = Comparison(reports)
    draw = (lambda: _drawn(found, Path(options.plot))) if options.plot else None
    return Answer({"run": said, **found.to_dict()}, "\n\n".join([said, str(found)]), draw)


def _drawn(found: "Comparison", path: Path) -> str:
    from spikecore.energy.drawing import PAGES

    if path.suffix.lower() in PAGES:
        return f"page: {found.to_html(path)}"
    return f"picture: {found.bars().drawing().write(path)}"


def _of_ready_network(profiles: list["Profile"], options: argparse.Namespace) -> tuple[list["EnergyReport"], str]:
    from spikecore.energy import EnergyReport, joules, load
    from spikecore.library import recurrent

    most = recurrent.NEURONS * recurrent.MAX_CORES
    if options.neurons % recurrent.NEURONS or not recurrent.NEURONS <= options.neurons <= most:
        allowed = f"a multiple of {recurrent.NEURONS}, at most {most}"
        checks.refuse("compare", "neurons", options.neurons, allowed)
    checks.number("compare", "time", options.time, low=1.0, unit="ms")
    cores = options.neurons // recurrent.NEURONS
    net, population = recurrent.build(options.rate, options.synapses, cores, drive="poisson")
    machine = net.compile(record_spikes=False)
    if options.measure:
        with joules.measured() as reading:
            result = machine.run(options.time)
    else:
        result = machine.run(options.time)
    reports = [EnergyReport.of_run(result, one, one.chip is not None) for one in profiles]
    said = (
        f"A recurrent network of {len(population):,} neurons with {options.synapses} synapses each, "
        f"{result.rates()[population.name]:.2f} Hz, {result.duration:g} ms at dt {result.dt:g} ms: "
        f"{result.counts.totals()['synaptic_operations']:,} synaptic operations"
    )
    if options.measure:
        reports.append(EnergyReport.of(result.ledger, load("host"), reading))
        said += f"\nThis machine: {reading.describe(result.statistics['synaptic_events'])}"
    return reports, said


def _of_file(chosen: Sequence[str], profiles: list["Profile"], path: Path) -> list["EnergyReport"]:
    from spikecore.energy import EnergyReport, saved

    runs = saved.ledgers(path)
    pairs = zip(chosen, profiles, strict=True)
    return [EnergyReport.of(saved.ledger_for(profile, runs, key), profile) for key, profile in pairs]


def _sweep(options: argparse.Namespace) -> Answer:
    from spikecore.energy import drawing
    from spikecore.energy.studies import sweep_figure, sweep_view
    from spikecore.energy.studies.sweep import NEURONS, RATES_HZ, sweep

    plot = None if options.plot is None else Path(options.plot)
    if plot is not None:
        drawing.check("sweep", plot)
    swept = sweep(
        rates=options.rates or RATES_HZ,
        neurons=options.neurons or NEURONS,
        synapses=options.synapses,
        time=options.time,
        profile=options.profile,
    )
    report, text = swept.to_dict(), sweep_view.describe(swept)
    if plot is None:
        return Answer(report, text)
    kind = "page" if plot.suffix.lower() in drawing.PAGES else "picture"
    return Answer(report, text, lambda: f"{kind}: {sweep_figure.write(swept, plot)}")


def _profiles(options: argparse.Namespace) -> Answer:
    from spikecore.energy import known, load, profile_text

    profiles = [load(name) for name in options.names or known()]
    text = "\n\n".join(profile_text.describe(one) for one in profiles)
    return Answer([profile_text.to_dict(one) for one in profiles], text)


def _paper(options: argparse.Namespace) -> Answer:
    from spikecore.energy.studies import papers, truenorth_benchmark, truenorth_view

    paper = papers.paper(options.name)
    report, text = paper.to_dict(), paper.text()
    if options.name == "merolla":
        benchmark = truenorth_benchmark.benchmark()
        report["truenorth"] = benchmark.to_dict()
        text = "\n\n".join([text, *(table.text() for table in truenorth_view.tables(benchmark))])
    return Answer(report, text)
