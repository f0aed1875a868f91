"""The band of a sum where not every term has one: partial, and labelled with the terms that are held at nominal."""

from collections.abc import Sequence
from dataclasses import dataclass

from spikecore.energy.bill import Line
from spikecore.energy.text import terms

__all__ = ["HELD", "Band", "of"]

HELD = "terms without a published band held at nominal"
"""How a partial band is labelled."""


@dataclass(frozen=True)
class Band:
    """Low and high ends of a sum of lines.

    Attributes
    ----------
    low_j, high_j : float or None
        In J. Lines without such a bound count with their nominal value; None where no line has one.
    held_low, held_high : tuple of str
        The terms that are held at nominal on each side; a side without any is complete.
    """

    low_j: float | None
    high_j: float | None
    held_low: tuple[str, ...]
    held_high: tuple[str, ...]

    @property
    def is_partial(self) -> bool:
        """Whether an end is known of some terms and not of others."""
        ends = ((self.low_j, self.held_low), (self.high_j, self.held_high))
        return any(value is not None and held for value, held in ends)

    def label(self) -> str:
        """Return what is held at nominal; empty where nothing is, or no end is known."""
        low = self.held_low if self.low_j is not None else ()
        high = self.held_high if self.high_j is not None else ()
        if low == high:
            return f"{HELD}: {terms(low)}" if low else ""
        sides = (f"at the {end} end {terms(held)}" for end, held in (("low", low), ("high", high)) if held)
        return f"{HELD}: {'; '.join(sides)}"


def of(lines: Sequence[Line]) -> Band:
    """Return the band of the sum of these lines.

    Examples
    --------
    >>> from spikecore.energy import Ledger, bill, load
    >>> band = of(bill(Ledger(synaptic_operations=1000, neuron_updates=1000), load("loihi")).lines)
    >>> round(band.low_j * 1e9, 6), round(band.high_j * 1e9, 6)
    (75.6, 104.6)
    >>> band.label()
    'terms without a published band held at nominal: at the high end synaptic operations'
    """
    low, held_low = _end([(line, line.low_j) for line in lines])
    high, held_high = _end([(line, line.high_j) for line in lines])
    return Band(low, high, held_low, held_high)


def _end(bounds: list[tuple[Line, float | None]]) -> tuple[float | None, tuple[str, ...]]:
    held = tuple(line.price.term for line, bound in bounds if bound is None)
    if not any(bound is not None and line.count for line, bound in bounds):
        return None, held
    return sum(line.nominal_j if bound is None else bound for line, bound in bounds), held
