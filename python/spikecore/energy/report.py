"""The energy report: a bill with its sources, as a table, a dict, HTML or a picture."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from spikecore import checks, printed
from spikecore.energy import bands
from spikecore.energy.bill import Line, bill
from spikecore.energy.ledger import COUNTS, Ledger
from spikecore.energy.profile import Profile, load
from spikecore.energy.text import joules

if TYPE_CHECKING:
    from spikecore.energy.comparison import Comparison
    from spikecore.energy.operating_point import Contained
    from spikecore.energy.profile import Unpriced
    from spikecore.energy.shares import Share

__all__ = ["EnergyReport", "Measured"]


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

    def __post_init__(self) -> None:
        """Refuse what no meter shows."""
        if self.total_j is not None:
            checks.kept(self, total_j=checks.number("measured", "total_j", self.total_j, low=0.0, unit="J"))
        if self.above_idle_j is not None:
            checks.kept(self, above_idle_j=checks.number("measured", "above_idle_j", self.above_idle_j, unit="J"))
        if not self.source.strip():
            checks.refuse("measured", "source", "empty", "what was read, or why nothing could be")


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
    contained : tuple of Contained
        What an all-in price pays for as well, and so is not missing.
    unpriced : tuple of Unpriced
        What is missing from the sum, and why.
    low_j, nominal_j, high_j : float or None
        Sums in J; None where no such bound was published, or nothing is priced. Of the machine itself the nominal sum
        is the measured energy, idle power included, without bounds.
    band : Band
        The ends of the sum with terms held at nominal that have no published band, and which these are.
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
        self.contained, self.band = profile.contained, bands.of(done.lines)
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
    def off_point(self) -> str:
        """Where the run lies outside the operating point of its prices, or what of it is not known; empty if inside."""
        point = self.profile.operating_point
        return "" if point is None else point.outside(self.ledger)

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
            "partial_band_j": self._partial_band(),
            "operating_point": None if profile.operating_point is None else vars(profile.operating_point).copy(),
            "off_operating_point": self.off_point,
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
            "contained": [self._reason(one) for one in self.contained],
            "unpriced": [self._reason(one) for one in self.unpriced],
            "ledger": ledger.to_dict(),
        }

    def to_pandas(self) -> Any:
        """Return the terms as a pandas DataFrame, one row each; needs pandas."""
        from spikecore.energy.comparison import Comparison

        return Comparison([self]).to_pandas()

    def plot(self, axes: Any = None) -> Any:
        """Draw the terms as a horizontal stacked bar with matplotlib and return the axes; new ones by default."""
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

        return printed.shown(verdict.of(self))

    def __str__(self) -> str:
        """Return the report as an aligned table."""
        from spikecore.energy import report_text

        return report_text.describe(self)

    def __repr__(self) -> str:
        """Show the chip and the nominal sum."""
        return f"EnergyReport({printed.shown(self.profile.name)}: {joules(self.nominal_j)} nominal, {self.status})"

    def _repr_html_(self) -> str:
        from spikecore.energy import html

        return html.fragment(self)

    def _partial_band(self) -> dict[str, Any] | None:
        """Return the ends of the sum with terms held at nominal, and which; None where the band is whole or unknown."""
        band = self.band
        if not band.is_partial:
            return None
        held = {"low": list(band.held_low), "high": list(band.held_high)}
        return {"low": band.low_j, "high": band.high_j, "held_at_nominal": held}

    def _reason(self, one: "Unpriced | Contained") -> dict[str, Any]:
        count = None if one.count is None else self.ledger.count(one.count)
        return {"term": one.term, "count": count, "reason": one.reason}


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
