"""The lines of a bill: what is priced, what an all-in price contains, and the band of a sum of lines.

A line holds the energy of an exact count; an end of its band that was not published is None, and never a guess.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from spikecore.energy.price import Level, Price

__all__ = ["Band", "Bound", "Inside", "Line"]

Bound = Literal["", "min", "max", "none"]
"""On which side a sum is known: from below, from above, on neither."""


@dataclass(frozen=True)
class Line:
    """One priced term of a bill.

    Attributes
    ----------
    price, count, level : Price, float, Level or None
        The price per event, the exact number of events, and the memory that was priced.
    low_j, nominal_j, high_j : float or None
        Energy in J; None where no such bound was published.
    chips : int or None
        For a power that every chip takes: how many the network needs at least; `count` are seconds of all of them.
    is_nearer : bool
        Whether a memory that is nearer than the priced one, and has no price, may hold all weights.
    """

    price: Price
    count: float
    low_j: float | None
    nominal_j: float
    high_j: float | None
    level: Level | None = None
    chips: int | None = None
    is_nearer: bool = False

    @property
    def bound(self) -> Bound:
        """``"min"`` or ``"max"`` where the price is a bound on one side and its other end was not published.

        So is that of a memory where a nearer one may hold all weights.
        """
        if not self.nominal_j:
            return ""
        if self.is_nearer:
            return "max"
        if self.price.bound == "min" and self.high_j is None:
            return "min"
        return "max" if self.price.bound == "max" and self.low_j is None else ""

    @property
    def paid(self) -> Price | Level:
        """What was paid per event: the price, or that of the memory."""
        return self.level or self.price


@dataclass(frozen=True)
class Inside:
    """A price that is listed and not added, its number of events if known, and the all-in price that contains it."""

    price: Price
    count: float | None
    aggregate: Price


@dataclass(frozen=True)
class Band:
    """Low and high ends of a sum of lines in J; None where no line has such a bound.

    Lines without it are held at nominal: `held_low` and `held_high` name them. A side without any is complete.

    Examples
    --------
    >>> from spikecore.energy import Ledger, bill, load
    >>> band = bill(Ledger(synaptic_operations=1000, neuron_updates=1000), load("loihi")).band
    >>> round(band.low_j * 1e9, 6), round(band.high_j * 1e9, 6), band.held_high
    (75.6, 104.6, ('synaptic operations',))
    """

    low_j: float | None
    high_j: float | None
    held_low: tuple[str, ...]
    held_high: tuple[str, ...]

    @classmethod
    def of(cls, lines: Iterable[Line]) -> "Band":
        """Return the band of the sum of these lines."""
        lines = tuple(lines)
        low, held_low = _end([(line, line.low_j) for line in lines])
        high, held_high = _end([(line, line.high_j) for line in lines])
        return cls(low, high, held_low, held_high)

    @property
    def is_partial(self) -> bool:
        """Whether an end is known of some terms and not of others."""
        ends = ((self.low_j, self.held_low), (self.high_j, self.held_high))
        return any(value is not None and held for value, held in ends)


def _end(bounds: list[tuple[Line, float | None]]) -> tuple[float | None, tuple[str, ...]]:
    held = tuple(line.price.term for line, bound in bounds if bound is None)
    if not any(bound is not None and line.count for line, bound in bounds):
        return None, held
    return sum(line.nominal_j if bound is None else bound for line, bound in bounds), held
