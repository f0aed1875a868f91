"""What `spikecore energy` answers: each function takes options and returns plain values, their text and a picture.

`spikecore.command.cli` prints the one or writes the other. The text is aligned, with a unit and the word modelled or
measured on what it says. This module loads the whole energy report, and is loaded when an answer is wanted.
"""

import argparse
from collections.abc import Callable, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any, NamedTuple

from spikecore import checks
from spikecore.command.energy import Recurrent
from spikecore.energy import Comparison, EnergyReport, Profile, joules, known, load, profile_text, saved
from spikecore.energy.studies import papers, sweep_view, truenorth, truenorth_view
from spikecore.energy.studies import sweep as studied
from spikecore.library import counts, recurrent
from spikecore.pictures import file

__all__ = ["ANSWERS", "Answer"]


class Answer(NamedTuple):
    """What a subcommand says: plain values for JSON, the text for people, and what writes the picture asked for.

    The last returns a line that says where the picture is; None where none was asked for.
    """

    report: Any
    text: str
    draw: Callable[[], str] | None = None


def compare(options: argparse.Namespace) -> Answer:
    """Price one run on several machines."""
    chosen = options.on or sorted((name for name in known() if load(name).prices), key=lambda name: name != "loihi")
    profiles = [load(name) for name in chosen]
    if options.plot:
        file.check("compare", Path(options.plot), file.PAGES)
    names = [field.name for field in fields(Recurrent)]
    described = {name: getattr(options, name) for name in names if hasattr(options, name)}
    if options.run is None:
        reports, heading = _of_network(profiles, Recurrent(**described))
    elif described:
        checks.refuse("compare", f"--{next(iter(described))}", "given", "without RUN.json, which is a run of its own")
    else:
        reports, heading = _of_file(chosen, profiles, Path(options.run)), f"The run of {options.run}"
    comparison = Comparison(reports)
    draw = (lambda: _drawn(comparison, Path(options.plot))) if options.plot else None
    return Answer({"run": heading, **comparison.to_dict()}, "\n\n".join([heading, str(comparison)]), draw)


def _drawn(comparison: Comparison, path: Path) -> str:
    if file.is_page(path):
        return f"page: {comparison.to_html(path)}"
    return f"picture: {file.write('compare', comparison.bars().drawing(), path)}"


def _of_network(profiles: list[Profile], network: Recurrent) -> tuple[list[EnergyReport], str]:
    most = recurrent.NEURONS * recurrent.MAX_CORES
    if network.neurons % recurrent.NEURONS or not recurrent.NEURONS <= network.neurons <= most:
        allowed = f"a multiple of {recurrent.NEURONS}, at most {most}"
        checks.refuse("compare", "neurons", network.neurons, allowed)
    checks.number("compare", "time", network.time, low=1.0, unit="ms")
    cores = network.neurons // recurrent.NEURONS
    net, population = recurrent.build(network.rate, network.synapses, cores, drive="poisson")
    machine = net.compile(record_spikes=False)
    if network.measure:
        with joules.measured() as reading:
            result = machine.run(network.time)
    else:
        result = machine.run(network.time)
    reports = [EnergyReport.of_run(result, profile, profile.chip is not None) for profile in profiles]
    heading = (
        f"A recurrent network of {len(population):,} neurons with {network.synapses} synapses each, "
        f"{result.rates()[population.name]:.2f} Hz, {result.duration:g} ms at dt {result.dt:g} ms: "
        f"{result.counts.totals()['synaptic_operations']:,} synaptic operations"
    )
    if network.measure:
        reports.append(EnergyReport.of(result.ledger, load("host"), reading))
        heading += f"\nThis machine: {reading.describe(result.statistics['synaptic_events'])}"
    return reports, heading


def _of_file(chosen: Sequence[str], profiles: list[Profile], path: Path) -> list[EnergyReport]:
    if str(path) in known() and not path.exists():
        checks.refuse("compare", "RUN.json", str(path), f"a file of a run; machines follow --on: --on {path}")
    runs = saved.ledgers(path)
    pairs = zip(chosen, profiles, strict=True)
    return [EnergyReport.of(saved.ledger_for(profile, runs, key), profile) for key, profile in pairs]


def sweep(options: argparse.Namespace) -> Answer:
    """Run one network over rates and sizes, as a clocked and as an event-driven machine, with three memories."""
    plot = None if options.plot is None else Path(options.plot)
    if plot is not None:
        file.check("sweep", plot, file.PAGES)
    swept = studied.sweep(
        counts.count,
        rates=options.rates or studied.RATES_HZ,
        neurons=options.neurons or studied.NEURONS,
        synapses=options.synapses,
        time=options.time,
        profile=options.profile,
    )
    report, text = swept.to_dict(), sweep_view.describe(swept)
    if plot is None:
        return Answer(report, text)
    kind = "page" if file.is_page(plot) else "picture"
    return Answer(report, text, lambda: f"{kind}: {sweep_view.write(swept, plot)}")


def profiles(options: argparse.Namespace) -> Answer:
    """List hardware profiles."""
    listed = [load(name) for name in options.names or known()]
    text = "\n\n".join(profile_text.table(profile).text() for profile in listed)
    return Answer([profile_text.to_dict(profile) for profile in listed], text)


def paper(options: argparse.Namespace) -> Answer:
    """Show the figures of a paper beside what the formulas give."""
    figures = papers.paper(options.name)
    report, text = figures.to_dict(), figures.text()
    if options.name == "merolla":
        benchmark = truenorth.benchmark(counts.benchmark)
        report["truenorth"] = benchmark.to_dict()
        text = "\n\n".join([text, *(table.text() for table in truenorth_view.tables(benchmark))])
    return Answer(report, text)


ANSWERS: dict[str, Callable[[argparse.Namespace], Answer]] = {
    "compare": compare,
    "sweep": sweep,
    "profiles": profiles,
    "paper": paper,
}
"""What answers each subcommand."""
