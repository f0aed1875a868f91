"""The energy report: a bill with its sources, as a table, a dict, HTML or a picture."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from spikecore import checks
from spikecore.energy.bill import Inside, Line, bill
from spikecore.energy.ledger import BYTES, COUNTS, Ledger
from spikecore.energy.profile import Profile, load
from spikecore.energy.text import aligned, joules, wrapped

if TYPE_CHECKING:
    from spikecore.energy.comparison import Comparison
    from spikecore.energy.shares import Share

__all__ = ["EnergyReport", "Measured", "cells", "inside_cells"]

_HEAD = ("term", "count", "price", "low", "nominal", "high", "status")
_SHOWN_PROJECTIONS = 5


@dataclass(frozen=True)
class Measured:
    """Energy that was measured on this machine during a run.

    Attributes
    ----------
    total_j : float or None
        Energy of the run in J, idle power included; None where the system offers no measurement.
    above_idle_j : float or None
        The same, without what the machine takes at rest.
    source : str
        What was read, or why nothing could be.
    """

    total_j: float | None
    above_idle_j: float | None
    source: str


class EnergyReport:
    """What a run would cost on a machine: modelled, from exact counts and published prices.

    That of the machine itself (profile ``"host"``) is measured or unknown, and never modelled.

    Attributes
    ----------
    ledger : Ledger
        The counts.
    profile : Profile
        The prices and their sources.
    lines : tuple of Line
        The priced terms.
    inside : tuple of Inside
        Those that an all-in price contains and that are not added.
    unpriced : tuple of Unpriced
        What is missing from the sum, and why.
    low_j, nominal_j, high_j : float or None
        Sums in J; None where no such bound was published, or nothing is priced. Of the machine itself the nominal sum
        is the measured energy, idle power included, without bounds.
    measured : Measured or None
        For the machine itself: what was measured.

    Examples
    --------
    >>> report = EnergyReport.of(Ledger(synaptic_operations=1000, ticks=1000, dt_ms=1.0), "truenorth")
    >>> round(report.nominal_j * 1e9, 6)
    26.0
    """

    def __init__(self, ledger: Ledger, profile: Profile, measured: Measured | None = None) -> None:
        self.ledger = ledger
        self.profile = profile
        self.measured = measured
        done = bill(ledger, profile)
        self.lines, self.inside, self.unpriced = done.lines, done.inside, done.unpriced
        self.low_j, self.nominal_j, self.high_j = done.low_j, done.nominal_j, done.high_j
        if profile.measured:
            self.nominal_j = None if measured is None else measured.total_j

    @classmethod
    def of(cls, ledger: Ledger, which: str | Path | Profile, measured: Measured | None = None) -> "EnergyReport":
        """Price a ledger with a profile, or with one by name or path."""
        return cls(ledger, which if isinstance(which, Profile) else load(which), measured)

    @classmethod
    def of_run(cls, result: Any, which: str | Path | Profile, mapping: bool = False) -> "EnergyReport":
        """Price a `Result` or `BatchResult`, placed on the chip first if `mapping` says so."""
        from spikecore.energy import mapping as placement

        profile = which if isinstance(which, Profile) else load(which)
        if not checks.switch("", "mapping", mapping):
            return cls(result.ledger, profile)
        return cls(placement.ledger(result, profile), profile)

    @property
    def biological_s(self) -> float:
        """Length of the run in s of biological time."""
        return self.ledger.biological_s

    @property
    def totals(self) -> dict[str, float | None]:
        """All counts by name.

        ``neuron_updates`` are neurons × ticks: a clocked chip does them all, and its profile prices them
        all. ``updates_done`` are those that were done here; the others, ``updates_skipped``, were left
        out because nothing happened to the neuron.
        """
        return {name: self.ledger.count(name) for name in COUNTS}

    @property
    def status(self) -> str:
        """``"modelled"``: counts times prices; ``"measured"``: read from this machine, or ``"not measured"``."""
        if not self.profile.measured:
            return "modelled"
        return "not measured" if self.nominal_j is None else "measured"

    @property
    def projections(self) -> "tuple[Share, ...]":
        """What each projection costs, from the dearest down."""
        from spikecore.energy import shares

        return shares.of(self)

    def to_dict(self) -> dict[str, Any]:
        """Return all numbers, prices and sources as plain values."""
        profile, ledger = self.profile, self.ledger
        return {
            "profile": profile.name,
            "title": profile.title,
            "status": self.status,
            "scope": profile.scopes,
            "node": profile.node,
            "voltage_v": profile.voltage_v,
            "source": profile.source,
            "execution": profile.execution,
            "notes": [*profile.notes, *ledger.notes],
            "biological_s": self.biological_s,
            "total_j": {"low": self.low_j, "nominal": self.nominal_j, "high": self.high_j},
            "measured": None if self.measured is None else vars(self.measured).copy(),
            "verdict": self.verdict(),
            "updates": {
                "clocked": ledger.neuron_updates,
                "done": ledger.updates_done,
                "skipped": ledger.updates_skipped,
            },
            "terms": [_term(line, self.status) for line in self.lines],
            "projections": [
                {"name": one.projection.name, "energy_j": one.energy_j, "part": one.part} for one in self.projections
            ],
            "inside_aggregate": [
                {
                    "term": one.price.term,
                    "counted": one.price.count,
                    "count": one.count,
                    "price": one.price.value,
                    "unit": one.price.unit,
                    "inside": one.aggregate.term,
                    "source": one.price.source,
                }
                for one in self.inside
            ],
            "unpriced": [
                {
                    "term": one.term,
                    "count": None if one.count is None else ledger.count(one.count),
                    "reason": one.reason,
                }
                for one in self.unpriced
            ],
            "ledger": ledger.to_dict(),
        }

    def to_pandas(self) -> Any:
        """Return the terms as a pandas DataFrame, one row each; needs pandas."""
        from spikecore.energy.comparison import Comparison

        return Comparison([self]).to_pandas()

    def plot(self, axes: Any = None) -> Any:
        """Draw the terms as a stacked bar with matplotlib and return the axes; new ones by default."""
        from spikecore.energy import plot

        return plot.bars([self], axes)

    def compare(self, *others: "EnergyReport | str | Path | Profile") -> "Comparison":
        """Return this report beside others; a profile, or its name, prices the same ledger."""
        from spikecore.energy.comparison import Comparison

        reports = [one if isinstance(one, EnergyReport) else EnergyReport.of(self.ledger, one) for one in others]
        return Comparison([self, *reports])

    def to_html(self, file: str | Path) -> Path:
        """Write one self-contained page and return its path."""
        from spikecore.energy import html

        return html.write([self], file)

    def verdict(self) -> str:
        """Return one line: what costs most, and what would change that."""
        from spikecore.energy import verdict

        return verdict.of(self)

    def __str__(self) -> str:
        """Return the report as an aligned table."""
        profile = self.profile
        head = f"Energy on {profile.title} ({profile.place}): {self.status}, {profile.scopes}"
        table = aligned([_HEAD, *self._rows()], left=(0, 2, 6)) if self.lines else ["  nothing is priced"]
        said = [f"  {line}" for line in self.remarks()]
        said += [f"  price of {line.price.term}: {line.price.note}" for line in self.lines if line.price.note]
        said += ["  unpriced:"] if self.unpriced else []
        said += [f"    {one.term}{self._shown(one.count)}: {one.reason}" for one in self.unpriced]
        said += [f"  note: {note}" for note in (*profile.notes, *self.ledger.notes)]
        said.append(f"  source: {profile.source}")
        return "\n".join([head, *table, *(part for line in said for part in wrapped(line))])

    def __repr__(self) -> str:
        """Show the chip and the nominal sum."""
        return f"EnergyReport({self.profile.name}: {joules(self.nominal_j)} nominal, {self.status})"

    def _repr_html_(self) -> str:
        from spikecore.energy import html

        return html.fragment(self)

    def _rows(self) -> list[tuple[str, ...]]:
        rows = [cells(line, self.status) for line in self.lines]
        if len(self.lines) > 1:
            sums = (joules(self.low_j), joules(self.nominal_j), joules(self.high_j))
            rows.append(("total", "", "", *sums, self.status))
        return rows + [inside_cells(one) for one in self.inside]

    def remarks(self) -> list[str]:
        """Return what is said below the table, a sentence a line."""
        said = [f"verdict: {self.verdict()}"]
        if self.measured is not None:
            one = self.measured
            figures = f"{joules(one.total_j)}, {joules(one.above_idle_j)} above idle"
            said.append(f"measured: {'not available here' if one.total_j is None else figures} ({one.source})")
        elif self.profile.measured:
            said.append("measured: unknown, nothing was read during this run")
        if self.biological_s and self.nominal_j is not None:
            nominal = "" if self.profile.measured else "nominal, "
            said.append(f"{joules(self.nominal_j / self.biological_s)} per biological second, {nominal}{self.status}")
        clocked, done = f"{self.ledger.neuron_updates:,}", f"{self.ledger.updates_done:,}"
        said.append(f"of {clocked} neuron updates of a clocked machine, {done} were done here{_active(self.ledger)}")
        said += [_costly(one, self) for one in self.projections[:_SHOWN_PROJECTIONS]]
        if self.profile.execution:
            said.append(f"pays: {self.profile.execution}")
        return said

    def _count(self, name: str | None) -> float | None:
        return None if name is None else self.ledger.count(name)

    def _shown(self, name: str | None) -> str:
        count = self._count(name)
        return "" if count is None else f" ({count:,})"


def _active(ledger: Ledger) -> str:
    most = ledger.updates_active_most
    return "" if most is None else f"; at most {most:,} got input in their tick"


def _costly(one: "Share", report: EnergyReport) -> str:
    did = f"projection {one.projection.name}: {one.projection.synaptic_operations:,} synaptic operations"
    if one.energy_j is None:
        return f"{did}, cost unknown"
    part = "" if one.part is None else f", {100.0 * one.part:.1f} % of what projections cost"
    return f"{did}, {joules(one.energy_j)} {report.status}{part}"


def _term(line: Line, status: str) -> dict[str, Any]:
    price = line.price
    return {
        "term": price.term,
        "counted": price.count,
        "count": line.count,
        "price": price.value if line.level is None else line.level.value,
        "unit": price.unit,
        "memory": None if line.level is None else line.level.name,
        "chips": line.chips,
        "energy_j": {"low": line.low_j, "nominal": line.nominal_j, "high": line.high_j},
        "status": status,
        "scope": price.scope,
        "evidence": price.evidence,
        "bound": price.bound,
        "voltage_v": price.voltage_v,
        "node": price.node,
        "note": price.note,
        "source": price.source,
    }


def cells(line: Line, status: str) -> tuple[str, ...]:
    """Return a line of the bill as texts."""
    price = line.price
    energies = (joules(line.low_j), joules(line.nominal_j), joules(line.high_j))
    value = price.value if line.level is None else line.level.value
    memory = "" if line.level is None else f"{line.level.name}, "
    chips = "" if line.chips in (None, 1) else f" x {line.chips:,} chips"
    paid = f"{value:g} {price.unit}{chips} ({memory}{price.bound})"
    return (price.term, _count(price.count, line.count), paid, *energies, f"{status}, {price.evidence}")


def inside_cells(one: Inside) -> tuple[str, ...]:
    """Return a price that is not charged as texts."""
    price = one.price
    count = "unknown" if one.count is None else _count(price.count, one.count)
    return (price.term, count, f"{price.value:g} {price.unit} ({price.bound})", "-", "-", "-", "inside aggregate")


def _count(name: str, count: float) -> str:
    unit = " s" if name == "biological_s" else " B" if name in BYTES else ""
    return (f"{count:,.0f}" if float(count).is_integer() else f"{count:,.6g}") + unit
