"""The energy report: a bill with its sources, as a table, a dict or HTML."""

from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from spikecore.energy.ledger import Line, bill, total, with_updates_done
from spikecore.energy.profile import Profile, load

if TYPE_CHECKING:
    from spikecore.result import Counts

__all__ = ["EnergyReport"]


class EnergyReport:
    """What a run would cost on a chip: modelled, from exact counts and published prices.

    Attributes
    ----------
    profile : Profile
        The prices and their sources.
    lines : list of Line
        The priced terms.
    low_j, nominal_j, high_j : float or None
        Sums in J; None where no such bound was published.
    biological_s : float
        Length of the run in s of biological time.
    totals : dict of str to int
        Counts by name. ``neuron_updates`` are neurons × ticks: a clocked chip does them all, and its
        profile prices them all. ``updates_done`` are those that were done here; the others,
        ``updates_skipped``, were left out because nothing happened to the neuron.

    Examples
    --------
    >>> from spikecore.result import Counts
    >>> counts = Counts({"a": 10}, {"a": 1000}, {"a": 100}, {"a": 0})
    >>> report = EnergyReport.of(counts, 1.0, "truenorth")
    >>> round(report.nominal_j * 1e9, 6)
    26.0
    """

    def __init__(self, profile: Profile, totals: dict[str, int], biological_s: float) -> None:
        self.profile = profile
        self.totals = with_updates_done(totals)
        self.biological_s = biological_s
        self.lines = bill(self.totals, profile)
        self.low_j, self.nominal_j, self.high_j = total(self.lines)

    @classmethod
    def of(cls, counts: "Counts", biological_s: float, which: str | Path) -> "EnergyReport":
        """Price the counts of a run with a profile by name or path."""
        return cls(load(which), counts.totals(), biological_s)

    def to_dict(self) -> dict[str, Any]:
        """Return all numbers, prices and sources as plain values."""
        profile = self.profile
        return {
            "profile": profile.name,
            "title": profile.title,
            "status": "modelled",
            "scope": profile.scope,
            "node": profile.node,
            "voltage_v": profile.voltage_v,
            "source": profile.source,
            "notes": list(profile.notes),
            "biological_s": self.biological_s,
            "total_j": {"low": self.low_j, "nominal": self.nominal_j, "high": self.high_j},
            "updates": {
                "clocked": self._count("neuron_updates"),
                "done": self._count("updates_done"),
                "skipped": self._count("updates_skipped"),
            },
            "terms": [_term(line) for line in self.lines],
            "unpriced": [
                {"term": one.term, "count": self._count(one.count), "reason": one.reason} for one in profile.unpriced
            ],
        }

    def __str__(self) -> str:
        """Return the report as an aligned table."""
        profile = self.profile
        place = f"{profile.node}, {profile.voltage_v:g} V" if profile.voltage_v else profile.node
        table: list[tuple[str, ...]] = [("term", "count", "price", "low", "nominal", "high", "evidence")]
        table += [_cells(line) for line in self.lines]
        if len(self.lines) > 1:
            sums = (_joules(self.low_j), _joules(self.nominal_j), _joules(self.high_j))
            table.append(("total", "", "", *sums, ""))
        text = [f"Energy on {profile.title} ({place}): modelled, {profile.scope}", *_align(table)]
        if self.biological_s:
            power = _joules(self.nominal_j / self.biological_s)
            text.append(f"  {power} per biological second, nominal")
        text.append(f"  {self._updates()}")
        text += [f"  price of {line.price.term}: {line.price.note}" for line in self.lines]
        text.append("  unpriced:")
        text += [f"    {one.term}{self._shown(one.count)}: {one.reason}" for one in profile.unpriced]
        text += [f"  note: {note}" for note in profile.notes]
        text.append(f"  source: {profile.source}")
        return "\n".join(text)

    def __repr__(self) -> str:
        """Show the chip and the nominal sum."""
        return f"EnergyReport({self.profile.name}: {_joules(self.nominal_j)} nominal, modelled)"

    def _repr_html_(self) -> str:
        rows: list[tuple[str, ...]] = [("term", "count", "price", "low", "nominal", "high", "evidence")]
        rows += [_cells(line) for line in self.lines]
        body = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
        unpriced = escape("; ".join(f"{one.term}: {one.reason}" for one in self.profile.unpriced))
        title = escape(f"Energy on {self.profile.title}: modelled, {self.profile.scope}")
        source = escape(self.profile.source)
        notes = f"<p>{self._updates()}</p><p>unpriced: {unpriced}</p><p>source: {source}</p>"
        return f"<p>{title}</p><table>{body}</table>{notes}"

    def _updates(self) -> str:
        clocked, done = (f"{self._count(name):,}" for name in ("neuron_updates", "updates_done"))
        return f"of {clocked} neuron updates of a clocked machine, {done} were done here"

    def _count(self, name: str | None) -> int | None:
        return None if name is None else self.totals.get(name, 0)

    def _shown(self, name: str | None) -> str:
        return "" if name is None else f" ({self.totals.get(name, 0):,})"


def _term(line: Line) -> dict[str, Any]:
    price = line.price
    return {
        "term": price.term,
        "count": line.count,
        "price": price.value,
        "unit": price.unit,
        "energy_j": {"low": line.low_j, "nominal": line.nominal_j, "high": line.high_j},
        "evidence": price.evidence,
        "bound": price.bound,
        "note": price.note,
        "source": price.source,
    }


def _cells(line: Line) -> tuple[str, ...]:
    price = line.price
    energies = (_joules(line.low_j), _joules(line.nominal_j), _joules(line.high_j))
    return (
        price.term,
        f"{line.count:,}",
        f"{price.value:g} {price.unit} ({price.bound})",
        *energies,
        price.evidence,
    )


def _joules(value: float | None) -> str:
    if value is None:
        return "unknown"
    for unit, size in (("J", 1.0), ("mJ", 1e-3), ("µJ", 1e-6), ("nJ", 1e-9)):
        if value >= size:
            return f"{value / size:.4g} {unit}"
    return f"{value / 1e-12:.4g} pJ"


def _align(table: list[tuple[str, ...]]) -> list[str]:
    widths = [max(len(row[i]) for row in table) for i in range(len(table[0]))]
    left = (0, 2, 6)
    return [
        "  "
        + "  ".join(
            f"{cell:<{width}}" if i in left else f"{cell:>{width}}"
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in table
    ]
