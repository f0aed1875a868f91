"""The rank of two bills: which is lower, what would flip that, and how certain it is.

A rank is a value. Its sentence is made here, by `str`, and is read by nobody. There is none where a price is used
outside its operating point, nor where an unverified figure decides: an order stands where it holds whatever the
unverified figures of the dearer are.
"""

import math
from dataclasses import dataclass, replace

from spikecore import printed
from spikecore.energy.bill import Bill, Line
from spikecore.energy.operating_point import Departure
from spikecore.energy.quantity import joules, terms, times
from spikecore.energy.verdict import EQUAL, Certainty, digits

__all__ = ["Flip", "Rank", "between"]

_OPEN = {
    "no band": "no band that could make the order certain was published",
    "not certain": "the published bands overlap, so the order is not certain",
    "partial, apart": "the partial bands do not overlap, but they are no bounds, so the order is not certain",
    "partial, overlapping": "the partial bands overlap, so the order is not certain",
}


@dataclass(frozen=True)
class Flip:
    """What would make the dearer of two bills the cheaper.

    The dearest term of a machine, the `factor` by which it would have to cost more, or less, and how far the
    `published` band of its price reaches, as such a factor; None where no bound was published.
    """

    name: str
    term: str
    factor: float
    published: float | None


@dataclass(frozen=True)
class Rank:
    """Which of two bills is lower, what would flip that, and how certain it is.

    Attributes
    ----------
    cheap, dear, cheap_j, dear_j, statuses : str, str, float or None, float or None, (str, str)
        The machines, their energies in J, and whether each is ``"modelled"`` or ``"measured"``.
    unknown : (str, str) or None
        A machine without an energy, and its status: nothing is compared.
    off_points, unverified : tuple of (str, Departure), tuple of (str, tuple of str)
        Machines whose price is used outside its operating point, and machines and terms whose price could not be
        verified and decides the order: there is no ranking.
    flips, certainty, margin_j : tuple of Flip, `Certainty` or None, float or None
        What would flip the order, whether the bands leave it open, and where it is certain, how much unpriced terms of
        the cheaper may cost before it flips, in J.

    Examples
    --------
    >>> from spikecore.energy import EnergyReport, Ledger
    >>> report = EnergyReport.of(Ledger(synaptic_operations=1_000_000), "loihi")
    >>> rank = between(report, EnergyReport.of(report.ledger, "spinnaker"))
    >>> rank.winner, round(rank.factor), rank.certainty, rank.flips[0].term
    ('loihi', 564, 'no band', 'synaptic operations')
    """

    cheap: str
    dear: str
    cheap_j: float | None = None
    dear_j: float | None = None
    statuses: tuple[str, str] = ("modelled", "modelled")
    unknown: tuple[str, str] | None = None
    off_points: tuple[tuple[str, Departure], ...] = ()
    unverified: tuple[tuple[str, tuple[str, ...]], ...] = ()
    flips: tuple[Flip, ...] = ()
    certainty: Certainty | None = None
    margin_j: float | None = None

    @property
    def factor(self) -> float | None:
        """How many times the dearer costs; infinite where the cheaper costs nothing, None where nothing is compared."""
        if self.cheap_j is None or self.dear_j is None:
            return None
        return self.dear_j / self.cheap_j if self.cheap_j else math.inf if self.dear_j else 1.0

    @property
    def winner(self) -> str | None:
        """The machine that costs less; None where they cost the same to three digits, or there is no ranking."""
        is_ranked = not (self.unknown or self.off_points or self.unverified)
        return self.cheap if is_ranked and (self.factor or 0.0) >= EQUAL else None

    def __str__(self) -> str:
        if self.unknown:
            name, status = self.unknown
            reason = "has no priced cost" if status == "modelled" else "was not measured"
            return printed.shown(f"unknown: {name} {reason}")
        doubts = [f"the price of {name} is used {departure.status}" for name, departure in self.off_points]
        doubts += [f"{name}'s price of {terms(names)} is unverified" for name, names in self.unverified]
        if doubts:
            by = "that price" if len(doubts) == 1 else "these prices"
            return printed.shown(f"no ranking, because {' and '.join(doubts)}; by {by} {self._order()}")
        certain = f"the published bands do not overlap; unpriced terms above {joules(self.margin_j)} would flip it"
        return printed.shown("; ".join([self._order(), *self._flips(), _OPEN.get(self.certainty or "", certain)]))

    def _order(self) -> str:
        low, high, factor = self.cheap, self.dear, self.factor or 1.0
        if self.statuses[0] != self.statuses[1]:
            low, high = f"{low} ({self.statuses[0]})", f"{high} ({self.statuses[1]})"
        if factor < EQUAL:
            order = f"{low} and {high} cost the same{digits(factor)}, {joules(self.cheap_j)}"
        elif math.isinf(factor):
            order = f"{low} costs nothing and {high} {joules(self.dear_j)}"
        else:
            order = f"{low} costs {times(factor)} times less than {high}"
        return f"{order}, modelled, of what is priced" if self.statuses == ("modelled", "modelled") else order

    def _flips(self) -> list[str]:
        ways = [
            f"{flip.name}'s {flip.term}{' cost' if flip.name == self.cheap else ''} {times(flip.factor)} times "
            f"{'as much' if flip.name == self.cheap else 'less'}{_reach(flip.published)}"
            for flip in self.flips
        ]
        return [f"it would flip if {', or '.join(ways)}"] if ways else []


def between(one: Bill, other: Bill, names: tuple[str, str] | None = None) -> Rank:
    """Return which of two bills is lower; `names` are what to call them, by default the names of their profiles."""
    first, second = names or (one.profile.name, other.profile.name)
    pair = [(one, first), (other, second)]
    for bill, name in pair:
        if bill.nominal_j is None:
            return Rank(first, second, unknown=(name, bill.status))
    (cheap, low), (dear, high) = sorted(pair, key=lambda side: side[0].nominal_j or 0.0)
    less, more = cheap.nominal_j or 0.0, dear.nominal_j or 0.0
    off_points = tuple((name, bill.off_point) for bill, name in pair if bill.off_point)
    unverified = tuple((name, bill.unverified) for bill, name in pair if bill.unverified and not _holds(cheap, dear))
    rank = Rank(low, high, less, more, (cheap.status, dear.status), None, off_points, unverified)
    if off_points or unverified:  # where there is no ranking, nothing would flip it and no band makes it certain
        return rank
    certainty, margin_j = _certainty(cheap, dear)
    flips = _flips(cheap, dear, low, high) if rank.winner else ()
    return replace(rank, flips=flips, certainty=certainty, margin_j=margin_j)


def _holds(cheap: Bill, dear: Bill) -> bool:
    """Return whether an order holds whatever the unverified prices are: the cheaper has none, the dearer needs none."""
    verified = sum(line.nominal_j for line in dear.lines if line.price.evidence != "unverified")
    return not cheap.unverified and verified > EQUAL * (cheap.nominal_j or 0.0)


def _flips(cheap: Bill, dear: Bill, low: str, high: str) -> tuple[Flip, ...]:
    """Return by what factor the dearest term of either machine would have to be wrong."""
    gap = (dear.nominal_j or 0.0) - (cheap.nominal_j or 0.0)
    flips = []
    up, down = _dearest(cheap), _dearest(dear)
    if up is not None:
        published = None if up.high_j is None else up.high_j / up.nominal_j
        flips.append(Flip(low, up.price.term, 1.0 + gap / up.nominal_j, published))
    if down is not None and down.nominal_j > gap:
        published = down.nominal_j / down.low_j if down.low_j else None
        flips.append(Flip(high, down.price.term, down.nominal_j / (down.nominal_j - gap), published))
    return tuple(flips)


def _dearest(bill: Bill) -> Line | None:
    return max((line for line in bill.lines if line.nominal_j), key=lambda line: line.nominal_j, default=None)


def _certainty(cheap: Bill, dear: Bill) -> tuple[Certainty, float | None]:
    """Return whether the bands overlap; a measured figure is its own band, a partial band makes nothing certain."""
    high = cheap.nominal_j if cheap.profile.measured else cheap.band.high_j
    low = dear.nominal_j if dear.profile.measured else dear.band.low_j
    if high is None or low is None:
        return "no band", None
    held = () if cheap.profile.measured else cheap.band.held_high
    held += () if dear.profile.measured else dear.band.held_low
    if held:
        return ("partial, apart" if high < low else "partial, overlapping"), None
    return ("certain", low - high) if high < low else ("not certain", None)


def _reach(factor: float | None) -> str:
    if factor is None:
        return ""
    return f" (published: up to {times(factor)} times)" if factor > 1.0 else " (published: no further than nominal)"
