"""A verdict on one bill: what costs most, and what would change that.

A verdict is a value. Its sentence is made here, by `str`, and is read by nobody. No figure whose source could not be
read decides one: beside such a figure no term is certain to cost most.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from spikecore import printed
from spikecore.energy.bill import Bill
from spikecore.energy.fit import FITS, Fit
from spikecore.energy.ledger import BYTES
from spikecore.energy.line import Line
from spikecore.energy.operating_point import Departure
from spikecore.energy.quantity import figure, joules, percent, terms, times

__all__ = ["EQUAL", "Certainty", "Verdict", "digits", "of"]

Certainty = Literal["certain", "not certain", "partial, apart", "partial, overlapping", "no band"]
"""Whether the published bands leave an order open; a partial band holds terms at nominal and makes none certain."""
EQUAL = 1.005
"""Two energies are the same to three digits below this ratio."""
_NOTHING = {
    "not measured": "unknown: nothing was measured",
    "unpriced": "unknown: nothing is priced",
    "nothing happened": "no cost: every priced count is 0",
    "free": "no cost: every price of what was done is 0",
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
    rival, counted, factor, events : str, str, float, float, or None
        The term that would cost more first, its count, and how many times as many events that takes, or how many where
        it has none; None where no count would do it.
    certainty, unbanded : `Certainty` and str, or None
        Whether the published bands of the two leave the order open, and the term without a band on that side.
    bound, off_point : (str, float) or None, Departure or None
        A term whose price is 0 at its nominal value, and what it costs in J by its published high bound; how the run
        lies outside the operating point of the prices.
    unverified, bounded : tuple of str, tuple of str
        Terms whose price could not be verified, or is a bound on one side: beside them no term is certain to cost most.
    fit : Fit
        Whether the machine holds the network; where it does not, the verdict is for information.
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
    bounded: tuple[str, ...] = ()
    fit: Fit = FITS

    def __str__(self) -> str:
        if not self.fit.status:
            return self._words()
        return printed.shown(f"{self.fit}; {'for information: ' if self.fit.broken else ''}{self._words()}")

    def _words(self) -> str:
        if self.nothing == "measured":
            return f"{joules(self.total_j)} measured as a whole: terms are not told apart"
        if self.nothing:
            return printed.shown(_NOTHING[self.nothing] + self._but())
        order = f"{self.term} cost {percent(self.share)} of what is priced; {self._flip()}"
        if self.unverified:
            order = f"no verdict, because the price of {terms(self.unverified)} is unverified; by such prices {order}"
        elif self.unbanded in self.bounded:
            order += f"; the price of {self.unbanded} is a bound on one side, so the order is not certain"
        elif self.certainty == "no band":
            order += f"; no band was published for {self.unbanded} on that side"
        elif self.certainty is not None:
            order += f"; within the published bands the order is {self.certainty}"
        return printed.shown(f"{order}; {self.off_point}" if self.off_point else order)

    def _but(self) -> str:
        """Return what a price of 0 may cost by its high bound; empty where there is no such price."""
        if self.bound is None:
            return ""
        term, energy = self.bound
        return f" at its nominal value, but {term} cost up to {joules(energy)} by the published high bound"

    def _flip(self) -> str:
        if self.rival is None:
            alone = f"every other price is 0{self._but()}" if self.counted else "the only price"
            return alone if self.bound else f"{alone}, so nothing here would change the order"
        if self.events is not None:
            unit = " s" if self.counted == "biological_s" else " B" if self.counted in BYTES else ""
            return f"{self.rival} would cost more as soon as there were {figure(self.events)}{unit}"
        factor = self.factor or 0.0
        if factor < EQUAL:
            return f"{self.rival} cost the same{digits(factor)}"
        more = ("it were", "high") if self.counted == "biological_s" else ("there were", "many")
        return f"{self.rival} would cost more if {more[0]} {times(factor)} times as {more[1]}"


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
        return Verdict("unpriced", fit=bill.fit)
    happened = [line for line in bill.lines if line.count]
    if not bill.nominal_j:
        nothing = "free" if happened else "nothing happened"
        return Verdict(nothing, bill.nominal_j, bound=_dearest_bound(happened), fit=bill.fit)
    first, *rest = sorted(bill.lines, key=lambda line: -line.nominal_j)
    doubts = {name: getattr(bill, name) for name in ("off_point", "unverified", "bounded", "fit")}
    share = first.nominal_j / bill.nominal_j
    return Verdict("", bill.nominal_j, first.price.term, share, **doubts, **_rival(first, rest))


def _rival(first: Line, rest: Sequence[Line]) -> dict[str, Any]:
    """Return the fields of a verdict that say which other term would cost more than the first, and when."""
    if not rest:
        return {}
    second = rest[0]
    if second.nominal_j:
        unbanded = first if first.low_j is None or first.bound == "max" else second if second.high_j is None else None
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


def digits(factor: float) -> str:
    """Return to how many digits two energies are called the same; empty where they are equal."""
    return "" if math.isclose(factor, 1.0, rel_tol=1e-9) else " to three digits"
