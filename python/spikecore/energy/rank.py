"""The rank of two bills: which is lower, what would flip that, and how certain it is.

A rank is a value. Its sentence is made here, by `str`, and is read by nobody. There is none

* where a machine cannot hold the network, and no factor either;
* where a price is used outside its operating point;
* where a bound decides: a lower one of the cheaper, or an upper one of the dearer;
* where an unverified figure decides: an order stands where it holds whatever the unverified figures of the dearer are.
"""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from spikecore import printed
from spikecore.energy.bill import Bill
from spikecore.energy.fit import Fit
from spikecore.energy.line import Bound, Line
from spikecore.energy.operating_point import Departure
from spikecore.energy.quantity import joules, terms, times
from spikecore.energy.verdict import EQUAL, Certainty, digits

__all__ = ["BOUNDS", "Flip", "Rank", "between", "none_of"]

BOUNDS = {"min": "a lower bound", "max": "an upper bound", "none": "no bound on either side"}
"""What a sum is of which a price is a bound."""
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
    fits : tuple of (str, Fit)
        Machines that take several chips, or cannot hold the network: then there is no ranking, and no factor.
    off_points, bounds, unverified : tuple of (str, Departure), (str, str), (str, tuple of str)
        Machines whose price is used outside its operating point; whose sum is a bound on the side that decides; and
        machines and terms whose price could not be verified and decides the order: there is no ranking.
    flips, certainty, margin_j : tuple of Flip, `Certainty` or None, float or None
        What would flip the order, whether the bands leave it open, and where it is certain, how much unpriced terms of
        the cheaper may cost before it flips, in J.

    Examples
    --------
    >>> from spikecore.energy import EnergyReport, Ledger
    >>> report = EnergyReport.of(Ledger(synaptic_operations=1_000_000), "odin")
    >>> rank = between(report, EnergyReport.of(report.ledger, "spinnaker"))
    >>> rank.winner, round(rank.factor), rank.certainty, rank.flips[0].term
    ('odin', 1578, 'no band', 'synaptic operations')
    """

    cheap: str
    dear: str
    cheap_j: float | None = None
    dear_j: float | None = None
    statuses: tuple[str, str] = ("modelled", "modelled")
    unknown: tuple[str, str] | None = None
    fits: tuple[tuple[str, Fit], ...] = ()
    off_points: tuple[tuple[str, Departure], ...] = ()
    bounds: tuple[tuple[str, Bound], ...] = ()
    unverified: tuple[tuple[str, tuple[str, ...]], ...] = ()
    flips: tuple[Flip, ...] = ()
    certainty: Certainty | None = None
    margin_j: float | None = None

    @property
    def misfits(self) -> tuple[tuple[str, Fit], ...]:
        """The machines that cannot hold the network, and why."""
        return tuple((name, fit) for name, fit in self.fits if fit.broken)

    @property
    def factor(self) -> float | None:
        """How many times the dearer costs; infinite where the cheaper costs nothing, None where nothing is compared."""
        if self.cheap_j is None or self.dear_j is None or self.misfits:
            return None
        return self.dear_j / self.cheap_j if self.cheap_j else math.inf if self.dear_j else 1.0

    @property
    def winner(self) -> str | None:
        """The machine that costs less; None where they cost the same to three digits, or there is no ranking."""
        is_ranked = not (self.unknown or self.misfits or self.off_points or self.bounds or self.unverified)
        return self.cheap if is_ranked and (self.factor or 0.0) >= EQUAL else None

    def __str__(self) -> str:
        if self.unknown:
            name, status = self.unknown
            reason = "has no priced cost" if status == "modelled" else "was not measured"
            return printed.shown(f"unknown: {name} {reason}")
        if self.misfits:
            return printed.shown(f"no ranking: {'; '.join(f'{name} {fit}' for name, fit in self.misfits)}")
        doubts = [*_doubts(self.off_points, self.bounds, self.unverified)]
        certain = f"the published bands do not overlap; unpriced terms above {joules(self.margin_j)} would flip it"
        parts = [self._order(), *self._flips(), _OPEN.get(self.certainty or "", certain)]
        if doubts:
            by = "that price" if len(doubts) == 1 else "these prices"
            parts = [f"no ranking, because {' and '.join(doubts)}", f"by {by} {self._order()}", *self._flips()]
        return printed.shown("; ".join([*parts, *(f"{name} {fit}" for name, fit in self.fits)]))

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
    fits = tuple((name, bill.fit) for bill, name in pair if bill.fit.status)
    off_points = tuple((name, bill.off_point) for bill, name in pair if bill.off_point)
    open_sides = ((cheap, low, ("min", "none")), (dear, high, ("max", "none")))
    bounds = tuple((name, bill.bound) for bill, name, sides in open_sides if bill.bound in sides)
    unverified = tuple((name, bill.unverified) for bill, name in pair if bill.unverified and not _holds(cheap, dear))
    rank = Rank(low, high, less, more, (cheap.status, dear.status), None, fits, off_points, bounds, unverified)
    if rank.misfits or off_points or unverified:  # nothing would flip what is no ranking, and no band makes it certain
        return rank
    flips = _flips(cheap, dear, low, high) if (rank.factor or 0.0) >= EQUAL else ()
    if bounds:  # by how much a bound would have to be off
        return replace(rank, flips=flips)
    certainty, margin_j = _certainty(cheap, dear)
    return replace(rank, flips=flips, certainty=certainty, margin_j=margin_j)


def none_of(bills: Iterable[tuple[Bill, str]]) -> str:
    """Return why no two of these bills can be ranked, in one line; empty where some can, or there are not two.

    Of those that may be the cheaper the least is held against the largest of those that may be the dearer.
    """
    named = tuple(bills)
    known = [(bill, name) for bill, name in named if bill.nominal_j is not None]
    sound = [pair for pair in known if not pair[0].fit.broken and not pair[0].off_point]
    cheap = [pair for pair in sound if pair[0].bound in ("", "max") and not pair[0].unverified]
    dear = [pair for pair in sound if pair[0].bound in ("", "min")]
    if len(named) < 2 or (cheap and dear and between(min(cheap, key=_nominal)[0], max(dear, key=_verified)[0]).winner):
        return ""
    reasons = [f"{name} {fit}" for name, fit in ((name, bill.fit) for bill, name in known) if fit.broken]
    fitting = [(bill, name) for bill, name in known if not bill.fit.broken]
    off_points = [(name, bill.off_point) for bill, name in fitting if bill.off_point]
    bounds = [(name, bill.bound) for bill, name in fitting if bill.bound]
    unverified = [(name, bill.unverified) for bill, name in fitting if bill.unverified]
    reasons += _doubts(off_points, bounds, unverified)
    reasons += [f"{name} is unknown" for bill, name in named if bill.nominal_j is None]
    alone = [name for bill, name in sound if not bill.bound and not bill.unverified]
    if alone:
        reasons.append(f"only {alone[0]} could be ranked" if len(alone) == 1 else f"{terms(alone)} cost the same")
    return printed.shown(f"no pair can be ranked: {'; '.join(reasons)}")


def _nominal(pair: tuple[Bill, str]) -> float:
    return pair[0].nominal_j or 0.0


def _verified(pair: tuple[Bill, str]) -> float:
    """Return what a bill costs at least, whatever its unverified prices are."""
    bill, _ = pair
    if not bill.unverified:
        return bill.nominal_j or 0.0
    return sum(line.nominal_j for line in bill.lines if line.price.evidence != "unverified")


def _doubts(
    off_points: Iterable[tuple[str, Departure]],
    bounds: Iterable[tuple[str, Bound]],
    unverified: Iterable[tuple[str, tuple[str, ...]]],
) -> Iterator[str]:
    """Yield in words why a machine cannot be ranked."""
    yield from (f"the price of {name} is used {departure.status}" for name, departure in off_points)
    yield from (f"the sum of {name} is {BOUNDS[bound]}" for name, bound in bounds)
    yield from (f"{name}'s price of {terms(names)} is unverified" for name, names in unverified)


def _holds(cheap: Bill, dear: Bill) -> bool:
    """Return whether an order holds whatever the unverified prices are: the cheaper has none, the dearer needs none."""
    return not cheap.unverified and _verified((dear, "")) > EQUAL * (cheap.nominal_j or 0.0)


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
    """Return the line that costs most; of those whose price is a bound, where there are any."""
    lines = [line for line in bill.lines if line.bound] or [line for line in bill.lines if line.nominal_j]
    return max(lines, key=lambda line: line.nominal_j, default=None)


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
