"""Several energy reports side by side."""

from collections.abc import Sequence
from itertools import count
from pathlib import Path
from typing import Any

from spikecore import checks, printed
from spikecore.energy import bands, chart, html, plot, report_text, verdict
from spikecore.energy.report import EnergyReport
from spikecore.energy.text import aligned, joules, terms, wrapped

__all__ = ["HEAD", "Comparison"]

HEAD = ("machine", "low", "nominal", "high", "per synaptic operation", "status")


class Comparison:
    """Reports of one ledger, or of several, on several machines.

    Attributes
    ----------
    reports : tuple of EnergyReport
        In the order given; the first is compared with the others.
    names : tuple of str
        What each is called: the name of its profile, and where several share it a number behind: ``loihi (2)``.

    Examples
    --------
    >>> from spikecore.energy import EnergyReport, Ledger
    >>> ledger = Ledger(synaptic_operations=1_000_000, neuron_updates=100_000, ticks=100, dt_ms=1.0)
    >>> both = EnergyReport.of(ledger, "loihi").compare("spinnaker")
    >>> both.verdicts()[0].split(",")[0]
    'loihi costs 552 times less than spinnaker'
    """

    def __init__(self, reports: Sequence[EnergyReport]) -> None:
        self.reports = tuple(reports)
        if not self.reports:
            checks.refuse("comparison", "the number of reports", 0, "1 or more")
        self.names = _numbered([one.profile.name for one in self.reports])

    def verdicts(self) -> list[str]:
        """Return a line for each report beside the first: which is cheaper, and what would flip it."""
        first, *others = zip(self.reports, self.names, strict=True)
        return [printed.shown(verdict.between(first[0], other, (first[1], name))) for other, name in others]

    def rows(self) -> list[tuple[str, ...]]:
        """Return the table, a row of texts each; its columns are `HEAD`."""
        return [_row(report, name) for report, name in zip(self.reports, self.names, strict=True)]

    def remarks(self) -> list[str]:
        """Return what is said below the table: partial bands, what all-in prices contain, what is missing."""
        partial = [(one, name) for one, name in zip(self.reports, self.names, strict=True) if one.band.is_partial]
        said = [f"in brackets, partial bands ({bands.HELD}):"] if partial else []
        said += [f"  {name}: {one.band.label().removeprefix(f'{bands.HELD}: ')}" for one, name in partial]
        for report, name in zip(self.reports, self.names, strict=True):
            said += _remarks(report, name)
        return said

    def __str__(self) -> str:
        """Return a table of the sums, and the verdicts."""
        said = [f"  verdict: {one}" for one in self.verdicts()] + [f"  {one}" for one in self.remarks()]
        lines = [*aligned([HEAD, *self.rows()], left=(0, 5)), *(part for line in said for part in wrapped(line))]
        return "\n".join(["Energy, compared", *lines])

    def __repr__(self) -> str:
        """Show the machines."""
        return f"Comparison({', '.join(map(printed.shown, self.names))})"

    def _repr_html_(self) -> str:
        return html.comparison(self)

    def to_dict(self) -> dict[str, Any]:
        """Return all reports, by `names`, and the verdicts, as plain values."""
        reports = {name: one.to_dict() for name, one in zip(self.names, self.reports, strict=True)}
        return {"reports": reports, "verdicts": self.verdicts()}

    def to_pandas(self) -> Any:
        """Return a pandas DataFrame with a row for every priced term of every report; needs pandas.

        Columns: profile (as in `names`), term, counted, count, price, unit, low_j, nominal_j, high_j, status, evidence,
        source.
        """
        import pandas as pd

        columns = ("term", "counted", "count", "price", "unit")
        rows = [
            {
                "profile": name,
                **{key: term[key] for key in columns},
                **{f"{key}_j": joules for key, joules in term["energy_j"].items()},
                **{key: term[key] for key in ("status", "evidence", "source")},
            }
            for report, name in zip(self.reports, self.names, strict=True)
            for term in report.to_dict()["terms"]
        ]
        head = ("profile", *columns, "low_j", "nominal_j", "high_j", "status", "evidence", "source")
        return pd.DataFrame(rows, columns=list(head))

    def plot(self, axes: Any = None) -> Any:
        """Draw totals and the shares of their terms with matplotlib and return the axes of the totals."""
        return plot.bars(self.reports, axes, self.names)

    def to_svg(self) -> str:
        """Return the same picture as the text of an SVG file; needs nothing."""
        return chart.draw([chart.of(one, name) for one, name in zip(self.reports, self.names, strict=True)])

    def to_html(self, file: str | Path) -> Path:
        """Write one self-contained page, with the table, the verdicts and the bars, and return its path."""
        return html.write(self.reports, file, self)


def _numbered(names: list[str]) -> tuple[str, ...]:
    """Return names with a number behind those that came before."""
    numbered: list[str] = []
    taken, seen = set(names), set[str]()
    numbers = {name: count(2) for name in names}
    for name in names:
        called = name
        while called in (taken if called != name else seen):
            called = f"{name} ({next(numbers[name])})"
        numbered.append(called)
        seen.add(called)
        taken.add(called)
    return tuple(numbered)


def _row(report: EnergyReport, name: str) -> tuple[str, ...]:
    operations = report.ledger.synaptic_operations
    each = None if report.nominal_j is None or not operations else report.nominal_j / operations
    return (name, *report_text.sums(report), joules(each), report_text.short_status(report))


def _remarks(report: EnergyReport, name: str) -> list[str]:
    if report.status == "measured":
        return [f"measured on {name}: {report.measured.source}" if report.measured else f"measured on {name}"]
    if report.profile.measured:
        return [f"not measured on {name}: {report.measured.source if report.measured else 'nothing was read'}"]
    said = []
    point = report.profile.operating_point
    if report.off_point and point is not None:
        said.append(f"{name} is {report.off_point}{'; ' + point.note if point.note else ''}")
    if report.contained:
        said.append(f"inside the all-in price of {name}: {terms([one.term for one in report.contained])}")
    unpriced = [one.term for one in report.unpriced]
    missing = terms(unpriced) if unpriced else "nothing that its profile knows of"
    return [*said, f"unpriced on {name}: {missing}"]
