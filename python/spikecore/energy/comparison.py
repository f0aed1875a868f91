"""Several energy reports side by side."""

from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import Any

from spikecore.energy import html, plot, verdict
from spikecore.energy.report import EnergyReport
from spikecore.energy.text import aligned, joules

__all__ = ["Comparison"]

_HEAD = ("machine", "low", "nominal", "high", "per synaptic operation", "status")


class Comparison:
    """Reports of one ledger, or of several, on several machines.

    Attributes
    ----------
    reports : tuple of EnergyReport
        In the order given; the first is compared with the others.

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

    def verdicts(self) -> list[str]:
        """Return a line for each report beside the first: which is cheaper, and what would flip it."""
        return [verdict.between(self.reports[0], other) for other in self.reports[1:]]

    def __str__(self) -> str:
        """Return a table of the sums, and the verdicts."""
        lines = aligned([_HEAD, *(_row(one) for one in self.reports)], left=(0, 5))
        lines += [f"  verdict: {one}" for one in self.verdicts()]
        missing = [
            f"  unpriced on {one.profile.name}: {', '.join(u.term for u in one.unpriced)}" for one in self.reports
        ]
        return "\n".join(["Energy, compared", *lines, *missing])

    def __repr__(self) -> str:
        """Show the machines."""
        return f"Comparison({', '.join(one.profile.name for one in self.reports)})"

    def _repr_html_(self) -> str:
        rows = [_HEAD, *(_row(one) for one in self.reports)]
        body = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
        return f"<table>{body}</table>" + "".join(f"<p>{escape(one)}</p>" for one in self.verdicts())

    def to_dict(self) -> dict[str, Any]:
        """Return all reports, by the name of the profile, and the verdicts, as plain values."""
        return {"reports": {one.profile.name: one.to_dict() for one in self.reports}, "verdicts": self.verdicts()}

    def to_pandas(self) -> Any:
        """Return a pandas DataFrame with a row for every priced term of every report; needs pandas.

        Columns: profile, term, counted, count, price, unit, low_j, nominal_j, high_j, status, evidence, source.
        """
        import pandas as pd

        columns = ("term", "counted", "count", "price", "unit")
        rows = [
            {
                "profile": report.profile.name,
                **{name: term[name] for name in columns},
                **{f"{name}_j": joules for name, joules in term["energy_j"].items()},
                **{name: term[name] for name in ("status", "evidence", "source")},
            }
            for report in self.reports
            for term in report.to_dict()["terms"]
        ]
        head = ("profile", *columns, "low_j", "nominal_j", "high_j", "status", "evidence", "source")
        return pd.DataFrame(rows, columns=list(head))

    def plot(self, axes: Any = None) -> Any:
        """Draw a stacked bar for each report with matplotlib and return the axes; new ones by default."""
        return plot.bars(self.reports, axes)

    def to_html(self, file: str | Path) -> Path:
        """Write one self-contained page and return its path."""
        return html.write(self.reports, file)


def _row(report: EnergyReport) -> tuple[str, ...]:
    operations = report.ledger.synaptic_operations
    each = None if report.nominal_j is None or not operations else report.nominal_j / operations
    sums = (joules(report.low_j), joules(report.nominal_j), joules(report.high_j))
    return (report.profile.name, *sums, joules(each), report.status)
