"""The energy report: a bill with its faces, text, table, dict, HTML and picture; and several side by side.

`str` is short; `EnergyReport.details` and HTML also have what the profile says about its prices.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

from spikecore import checks, printed
from spikecore.energy import placement, report_table, report_values, verdict
from spikecore.energy.bar import Bar
from spikecore.energy.bill import Bill
from spikecore.energy.figure import WHOLE, Bars
from spikecore.energy.ledger import COUNTS, Ledger
from spikecore.energy.meter import Measured
from spikecore.energy.profile import Profile
from spikecore.energy.profile_toml import load
from spikecore.energy.quantity import joules
from spikecore.energy.rank import Rank, between, none_of
from spikecore.energy.table import Column, Section, Table, page, wide
from spikecore.files import writing

__all__ = ["Comparison", "EnergyReport"]

_COMPARED = (
    Column("machine", is_words=True),
    *report_table.ENERGIES,
    Column("per synaptic operation", joules),
    Column("status", is_words=True),
)
_FRAME = (
    "profile", "term", "counted", "count", "price", "unit", "low_j", "nominal_j", "high_j", "status", "fit",
    "side", "evidence", "source",
)  # fmt: skip
"""Columns of a DataFrame."""


class EnergyReport(Bill):
    """What a run would cost on a machine: modelled, from exact counts and published prices.

    That of the machine itself (profile ``"host"``) is measured or unknown, and never modelled. `Bill` has its numbers.

    Examples
    --------
    >>> report = EnergyReport.of(Ledger(synaptic_operations=1000, ticks=1000, dt_ms=1.0), "truenorth")
    >>> round(report.nominal_j * 1e9, 6)
    26.0
    """

    @classmethod
    def of(cls, ledger: Ledger, which: str | Path | Profile, measured: Measured | None = None) -> "EnergyReport":
        """Price a ledger with a profile, or with one by name or path."""
        return cls(ledger, which if isinstance(which, Profile) else load(which), measured)

    @classmethod
    def of_run(cls, result: Any, which: str | Path | Profile, mapping: bool = False) -> "EnergyReport":
        """Price a `Result` or `BatchResult`, placed on the chip first if `mapping` says so."""
        if not hasattr(result, "ledger"):
            checks.wrong_kind("energy", "result", "a Result or a BatchResult", printed.value(result))
        profile = which if isinstance(which, Profile) else load(which)
        if not checks.switch("", "mapping", mapping):
            return cls(result.ledger, profile)
        return cls(placement.ledger(result, result.ledger, profile), profile)

    @property
    def totals(self) -> dict[str, float | None]:
        """All counts by name, as `Ledger` explains them."""
        return {name: self.ledger.count(name) for name in COUNTS}

    def verdict(self) -> verdict.Verdict:
        """Return what costs most, and what would change that; its `str` is a sentence."""
        return verdict.of(self)

    def compare(self, *others: "EnergyReport | str | Path | Profile") -> "Comparison":
        """Return this report beside others; a profile, or its name, prices the same ledger."""
        reports = [
            other if isinstance(other, EnergyReport) else EnergyReport.of(self.ledger, other) for other in others
        ]
        return Comparison([self, *reports])

    def table(self) -> Table:
        """Return the terms as a table: with the verdict, what is missing, and the dearest projections."""
        return report_table.table(self)

    def details(self) -> str:
        """Return the report with all that the profile says: notes, sources, why terms have no price."""
        return report_table.full(self).text()

    def bar(self, name: str = "") -> Bar:
        """Return the report as a bar of a figure, its terms from the dearest down."""
        parts = [(line.price.term, line.nominal_j) for line in self.lines if line.nominal_j]
        if self.profile.measured:
            parts = [(WHOLE, self.nominal_j)] if self.nominal_j else []
        doubts, band = report_table.doubts(self), self.band
        below = ", ".join(doubts if self.status == "modelled" else [self.status, *doubts])
        ordered = tuple(sorted(parts, key=lambda part: -part[1]))
        energies, is_measured = (self.nominal_j, band.low_j, band.high_j), self.profile.measured
        bound = "" if self.bound == "none" else self.bound
        misfit = bool(self.fit.broken)
        return Bar(name or self.profile.name, below, *energies, ordered, is_measured, band.is_partial, bound, misfit)

    def plot(self, where: Any = None) -> Any:
        """Draw the terms as a horizontal stacked bar.

        Parameters
        ----------
        where : str, Path or matplotlib Axes, optional
            A file to write, in the format of its suffix, or axes to draw on; new axes by default. ``.svg`` files need
            no other package, all else needs matplotlib.

        Returns
        -------
        Path or Axes
            The file that was written, or the axes.
        """
        return Bars((self.bar(),)).put(where)

    def to_pandas(self) -> Any:
        """Return the terms as a pandas DataFrame, one row each; needs pandas."""
        return Comparison([self]).to_pandas()

    def to_html(self, file: str | Path) -> Path:
        """Write one self-contained page and return its path."""
        body = f"<h2>{printed.markup(self.profile.title)}</h2>{self._repr_html_()}"
        return writing.text(writing.path_of("energy", file), page("Energy report", body))

    def to_dict(self) -> dict[str, Any]:
        """Return all numbers, prices and sources as plain values."""
        return report_values.report(self)

    def __str__(self) -> str:
        return self.table().text()

    def __repr__(self) -> str:
        energy = f"{joules(self.nominal_j)} nominal, {report_table.short_status(self)}"
        return printed.encodable(f"EnergyReport({printed.shown(self.profile.name)}: {energy})")

    def _repr_html_(self) -> str:
        return report_table.full(self).html()


class Comparison:
    """Reports of one ledger, or of several, on several machines; one of them against the others: see `verdicts`.

    Attributes
    ----------
    reports, names : tuple of EnergyReport, tuple of str
        In the order given, by the names of their profiles; where several share one, with a number: ``loihi (2)``.

    Examples
    --------
    >>> ledger = Ledger(synaptic_operations=1_000_000, neuron_updates=100_000, ticks=100, dt_ms=1.0)
    >>> both = EnergyReport.of(ledger, "odin").compare("spinnaker")
    >>> both.verdicts()[0].winner, round(both.verdicts()[0].factor)
    ('odin', 219)
    """

    def __init__(self, reports: Sequence[EnergyReport]) -> None:
        checks.instance("comparison", "reports", reports, Sequence, " of energy reports")
        for report in reports:
            checks.instance("comparison", "report", report, EnergyReport)
        self.reports = tuple(reports)
        if not self.reports:
            checks.refuse("comparison", "the number of reports", 0, "1 or more")
        self.names = _numbered([report.profile.name for report in self.reports])
        self._named = tuple(zip(self.reports, self.names, strict=True))

    @property
    def sizes(self) -> dict[str, str]:
        """What each ledger counts, as far as it says, where they are not of one run; empty where they are."""
        sizes = {name: report_table.size(report.ledger) for report, name in self._named}
        return sizes if len({*sizes.values()} - {""}) > 1 else {}

    def verdicts(self) -> list[Rank]:
        """Return a value for each report beside the first that can be compared: which is cheaper, what flips it.

        That is the first with an energy whose machine holds the network; where none does, the first with an energy.
        """
        known = [pair for pair in self._named if pair[0].nominal_j is not None] or [*self._named]
        first = next((pair for pair in known if not pair[0].fit.broken), known[0])
        others = [pair for pair in self._named if pair is not first]
        return [between(first[0], other, (first[1], name)) for other, name in others]

    def table(self) -> Table:
        """Return a row for each report; below it the verdicts, partial bands and what is missing."""
        rows = tuple(
            (name, *report_table.ends(report), _per_operation(report), report_table.short_status(report))
            for report, name in self._named
        )
        none = none_of(self._named)
        verdicts = (none,) if none else tuple(map(str, self.verdicts()))
        return Table("Energy, compared", _COMPARED, rows, verdicts, tuple(self._remarks()))

    def bars(self) -> Bars:
        """Return the figure: totals, and the shares of their terms."""
        return Bars(tuple(report.bar(name) for report, name in self._named))

    def plot(self, where: Any = None) -> Any:
        """Draw totals and the shares of their terms.

        Parameters
        ----------
        where : str, Path or matplotlib Axes, optional
            A file to write, in the format of its suffix, or axes to draw on; new axes by default. ``.svg`` files need
            no other package, all else needs matplotlib.

        Returns
        -------
        Path or Axes
            The file that was written, or the axes of the totals.
        """
        return self.bars().put(where)

    def to_svg(self) -> str:
        """Return the figure as the text of an SVG file; needs nothing."""
        return self.bars().drawing().svg()

    def to_html(self, file: str | Path) -> Path:
        """Write one self-contained page, with the table, the verdicts, the bars and all reports; return its path."""
        table = self.table()
        verdicts = Table("", (), (), table.verdicts).html()
        body = [f"<h2>Compared</h2>{verdicts}{wide(self.to_svg())}{replace(table, title='', verdicts=()).html()}"]
        for report, name in self._named:
            title = report.profile.title if report.profile.title == name else f"{report.profile.title} ({name})"
            body.append(f"<h2>{printed.markup(title)}</h2>{report._repr_html_()}")
        return writing.text(writing.path_of("energy", file), page("Energy report", "".join(body)))

    def to_dict(self) -> dict[str, Any]:
        """Return all reports, by `names`, and the sentences of the verdicts, as plain values."""
        reports = {name: report.to_dict() for report, name in self._named}
        verdicts = [str(rank) for rank in self.verdicts()]
        return {"reports": reports, "verdicts": verdicts, "no_ranking": none_of(self._named), "sizes": self.sizes}

    def to_pandas(self) -> Any:
        """Return a pandas DataFrame with a row for every priced term of every report; needs pandas.

        Columns: profile (as in `names`), term, counted, count, price, unit, low_j, nominal_j, high_j, status, fit
        (empty where one chip holds the network), side (``min`` or ``max`` where it is a bound), evidence, source.
        """
        rows = []
        for report, name in self._named:
            for line in filter(report_table.happens, report.lines):
                term = report_values.term(report, line)
                energies = {f"{end}_j": energy for end, energy in term["energy_j"].items()}
                rows.append(tuple({**term, **energies, "profile": name}[column] for column in _FRAME))
        return Table("", tuple(map(Column, _FRAME)), tuple(rows)).pandas()

    def __str__(self) -> str:
        return self.table().text()

    def __repr__(self) -> str:
        return printed.encodable(f"Comparison({', '.join(map(printed.shown, self.names))})")

    def _repr_html_(self) -> str:
        return self.table().html()

    def _remarks(self) -> Iterator[str | Section]:
        bands = [(report.band, name) for report, name in self._named if report.band.is_partial]
        if bands:
            partial = tuple(f"{name}: {report_table.held(band)}" for band, name in bands)
            yield Section(f"in brackets, partial bands ({report_table.HELD})", partial)
        if self.sizes:
            yield Section("not of one run", tuple(f"{name}: {size}" for name, size in self.sizes.items()))
        for report, name in self._named:
            if report.fit.status:
                yield f"{name} {report.fit}"
            point, departure = report.profile.operating_point, report.off_point
            if departure and point is not None:
                yield f"{name} is {departure}{'; ' + point.note if point.note else ''}"
            yield from report_table.missing(report, name)


def _per_operation(report: EnergyReport) -> float | None:
    operations = report.ledger.synaptic_operations
    return None if report.nominal_j is None or not operations else report.nominal_j / operations


def _numbered(names: list[str]) -> tuple[str, ...]:
    """Return names with a number behind those that came before."""
    taken, numbered = set(names), dict[str, None]()
    numbers = {name: count(2) for name in names}
    for name in names:
        others = (f"{name} ({k})" for k in numbers[name])
        called = name if name not in numbered else next(other for other in others if other not in taken)
        numbered[called] = None
        taken.add(called)
    return tuple(numbered)
