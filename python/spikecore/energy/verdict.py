"""Verdicts: what costs most in a bill, and which of two bills is lower; what would change that, and how certain it is.

A verdict is a value. Its sentence is made here, by `str`, and is read by nobody.

No figure whose source could not be read decides a verdict: within a bill there is none beside such a figure, and
between two bills only an order that holds whatever the unverified figures of the dearer are.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from spikecore import printed
from spikecore.energy.bill import Bill, Line
from spikecore.energy.ledger import BYTES
from spikecore.energy.operating_point import Departure
from spikecore.energy.quantity import figure, joules, percent, terms, times

__all__ = ["Certainty", "Flip", "Rank", "Verdict", "between", "of"]

Certainty = Literal["certain", "not certain", "partial, apart", "partial, overlapping", "no band"]
"""Whether the published bands leave an order open; a partial band holds terms at nominal and makes none certain."""
_EQUAL = 1.005
"""Two energies are the same to three digits below this ratio."""
_NOTHING = {
    "not measured": "unknown: nothing was measured",
    "unpriced": "unknown: nothing is priced",
    "nothing happened": "no cost: every priced count is 0",
    "free": "no cost: every price of what was done is 0",
}
_OPEN = {
    "no band": "no band that could make the order certain was published",
    "not certain": "the published bands overlap, so the order is not certain",
    "partial, apart": "the partial bands do not overlap, but they are no bounds, so the order is not certain",
    "partial, overlapping": "the partial bands overlap, so the order is not certain",
}


@dataclass(frozen=True)
class Verdict:
    """What costs most in one bill, and what would make another term cost more.

    Attributes
    ----------
    nothing : str
        Why no term costs most: ``"measured"`` as a whole, ``"not measured"``, ``"unpriced"``, ``"nothing happened"`` or
        ``"free"``; empty where one does.
    total_j, term, share : float, str, float, or None
        The sum in J, the term that costs most, and its share of what is priced, 0 … 1.
    rival, counted : str or None
        The term that would cost more first, and its count; None where no count would do it.
    factor, events : float or None
        How many times as many events of the rival that takes; how many, where it has none.
    certainty, unbanded : `Certainty` and str, or None
        Whether the published bands of the two leave the order open, and the term without a band on that side.
    bound : (str, float) or None
        A term whose price is 0 at its nominal value, and what it costs in J by its published high bound.
    off_point : Departure or None
        How the run lies outside the operating point of the prices.
    unverified : tuple of str
        Terms whose price could not be verified: beside them no term is certain to cost most.
    """

    nothing: str = ""
    total_j: float | None = None
    term: str | None = None
    share: float | None = None
    rival: str | None = None
    factor: float | None = None
    events: float | None = None
    counted: str | None = None
    certainty: Certainty | None = None
    unbanded: str | None = None
    bound: tuple[str, float] | None = None
    off_point: Departure | None = None
    unverified: tuple[str, ...] = ()

    def __str__(self) -> str:
        """Return the sentence."""
        if self.nothing:
            return printed.shown(self._no_term())
        order = f"{self.term} cost {percent(self.share)} of what is priced; {self._flip()}"
        if self.unverified:
            order = f"no verdict, because the price of {terms(self.unverified)} is unverified; by such prices {order}"
        elif self.certainty == "no band":
            order += f"; no band was published for {self.unbanded} on that side"
        elif self.certainty is not None:
            order += f"; within the published bands the order is {self.certainty}"
        return printed.shown(f"{order}; {self.off_point}" if self.off_point else order)

    def _no_term(self) -> str:
        if self.nothing == "measured":
            return f"{joules(self.total_j)} measured as a whole: terms are not told apart"
        return _NOTHING[self.nothing] + self._but()

    def _but(self) -> str:
        """Return what a price of 0 may cost by its high bound; empty where there is no such price."""
        if self.bound is None:
            return ""
        return (
            f" at its nominal value, but {self.bound[0]} cost up to {joules(self.bound[1])} by the published high bound"
        )

    def _flip(self) -> str:
        if self.rival is None:
            alone = f"every other price is 0{self._but()}" if self.counted else "the only price"
            return alone if self.bound else f"{alone}, so nothing here would change the order"
        if self.events is not None:
            unit = " s" if self.counted == "biological_s" else " B" if self.counted in BYTES else ""
            return f"{self.rival} would cost more as soon as there were {figure(self.events)}{unit}"
        factor = self.factor or 0.0
        if factor < _EQUAL:
            return f"{self.rival} cost the same{_digits(factor)}"
        more = ("it were", "high") if self.counted == "biological_s" else ("there were", "many")
        return f"{self.rival} would cost more if {more[0]} {times(factor)} times as {more[1]}"


@dataclass(frozen=True)
class Flip:
    """What would make the dearer of two bills the cheaper.

    It is the dearest term of a machine: by what factor it would have to cost more, or less, and how far the published
    band of its price reaches, as such a factor; None where no bound was published.
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
    cheap, dear, cheap_j, dear_j : str, str, float or None, float or None
        The machines, and their energies in J, nominal or measured.
    statuses : (str, str)
        ``"modelled"`` or ``"measured"``, of the cheaper and the dearer.
    unknown : (str, str) or None
        A machine without an energy, and its status: nothing is compared.
    off_points, unverified : tuple of (str, Departure), tuple of (str, tuple of str)
        Machines whose price is used outside its operating point, and machines and terms whose price could not be
        verified and decides the order: there is no ranking.
    flips : tuple of Flip
        What would flip the order.
    certainty, margin_j : `Certainty` and float, or None
        Whether the bands leave the order open; where it is certain, how much unpriced terms of the cheaper may cost
        before it flips, in J.

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
        return self.cheap if is_ranked and (self.factor or 0.0) >= _EQUAL else None

    def __str__(self) -> str:
        """Return the sentence."""
        if self.unknown:
            name, status = self.unknown
            return printed.shown(
                f"unknown: {name} {'has no priced cost' if status == 'modelled' else 'was not measured'}"
            )
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
        if factor < _EQUAL:
            order = f"{low} and {high} cost the same{_digits(factor)}, {joules(self.cheap_j)}"
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


def of(bill: Bill) -> Verdict:
    """Return the term that costs most, and by how much counts would have to change for another to cost more.

    Examples
    --------
    >>> from spikecore.energy import Ledger, bill, load
    >>> verdict = of(bill(Ledger(synaptic_operations=1000, neuron_updates=1000), load("loihi")))
    >>> verdict.term, round(verdict.share, 3), verdict.rival, round(verdict.factor, 2), verdict.certainty
    ('neuron updates', 0.688, 'synaptic operations', 2.2, 'no band')
    """
    if bill.profile.measured:
        return Verdict("not measured" if bill.nominal_j is None else "measured", bill.nominal_j)
    if not bill.lines:
        return Verdict("unpriced")
    happened = [line for line in bill.lines if line.count]
    if not bill.nominal_j:
        return Verdict("free" if happened else "nothing happened", bill.nominal_j, bound=_dearest_bound(happened))
    first, *rest = sorted(bill.lines, key=lambda line: -line.nominal_j)
    found = {"off_point": bill.off_point, "unverified": bill.unverified, **_rival(first, rest)}
    return Verdict("", bill.nominal_j, first.price.term, first.nominal_j / bill.nominal_j, **found)


def _rival(first: Line, rest: Sequence[Line]) -> dict[str, Any]:
    """Return the fields of a verdict that say which other term would cost more than the first, and when."""
    if not rest:
        return {}
    second = rest[0]
    if second.nominal_j:
        unbanded = first if first.low_j is None else second if second.high_j is None else None
        overlap = unbanded is None and (second.high_j or 0.0) >= (first.low_j or 0.0)
        return {
            "rival": second.price.term,
            "counted": second.price.count,
            "factor": first.nominal_j / second.nominal_j,
            "certainty": "no band" if unbanded else "not certain" if overlap else "certain",
            "unbanded": unbanded.price.term if unbanded else None,
        }
    priced = next((line for line in rest if line.paid.nominal_j), None)
    if priced is not None:
        events = first.nominal_j / priced.paid.nominal_j
        return {"rival": priced.price.term, "counted": priced.price.count, "events": events}
    return {"counted": second.price.count, "bound": _dearest_bound(rest)}


def _dearest_bound(lines: Sequence[Line]) -> tuple[str, float] | None:
    """Return the term that may cost most of those whose price is 0 at its nominal value and more at its high bound."""
    above = [line for line in lines if not line.paid.nominal_j and line.paid.high_j]
    most = max(above, key=lambda line: line.high_j or 0.0, default=None)
    return None if most is None else (most.price.term, most.high_j or 0.0)


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
    return not cheap.unverified and verified > _EQUAL * (cheap.nominal_j or 0.0)


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


def _digits(factor: float) -> str:
    """Return to how many digits two energies are called the same; empty where they are equal."""
    return "" if math.isclose(factor, 1.0, rel_tol=1e-9) else " to three digits"


def _reach(factor: float | None) -> str:
    if factor is None:
        return ""
    return f" (published: up to {times(factor)} times)" if factor > 1.0 else " (published: no further than nominal)"
