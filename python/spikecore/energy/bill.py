"""The bill: a ledger's counts times a profile's prices, line by line.

An all-in price is never added to what it contains; a count that is not known makes its term unpriced.
"""

import math
from dataclasses import dataclass

from spikecore.energy.ledger import Ledger
from spikecore.energy.operating_point import neurons_on_chip
from spikecore.energy.profile import Chip, Level, Price, Profile, Unpriced

__all__ = ["Bill", "Inside", "Line", "bill", "chips_needed"]


@dataclass(frozen=True)
class Line:
    """One priced term of a bill.

    Attributes
    ----------
    price : Price
        The price per event.
    count : float
        The exact number of events.
    low_j, nominal_j, high_j : float or None
        Energy in J; None where no such bound was published.
    level : Level or None
        The memory that was priced.
    chips : int or None
        For a power that every chip takes: how many the network needs at least; `count` are seconds of all of them.
    """

    price: Price
    count: float
    low_j: float | None
    nominal_j: float
    high_j: float | None
    level: Level | None = None
    chips: int | None = None


@dataclass(frozen=True)
class Inside:
    """A price of something that an all-in price contains: listed, and not added.

    Attributes
    ----------
    price : Price
        The price that is not charged.
    count : float or None
        The number of events, if known.
    aggregate : Price
        The price that contains it.
    """

    price: Price
    count: float | None
    aggregate: Price


@dataclass(frozen=True)
class Bill:
    """What a ledger costs under a profile.

    Attributes
    ----------
    lines : tuple of Line
        The priced terms, which add up.
    inside : tuple of Inside
        Prices of terms that an all-in price contains: listed and not added.
    unpriced : tuple of Unpriced
        Terms without a price, or whose count is not known.
    low_j, nominal_j, high_j : float or None
        Sums in J; None where a line has no such bound, or nothing is priced.
    """

    lines: tuple[Line, ...]
    inside: tuple[Inside, ...]
    unpriced: tuple[Unpriced, ...]
    low_j: float | None
    nominal_j: float | None
    high_j: float | None


def bill(ledger: Ledger, profile: Profile) -> Bill:
    """Multiply counts by prices.

    Parameters
    ----------
    ledger : Ledger
        The counts.
    profile : Profile
        The prices.

    Returns
    -------
    Bill
        Lines in the profile's order.

    Examples
    --------
    >>> from spikecore.energy.profile import load
    >>> one = bill(Ledger(synaptic_operations=1000), load("loihi"))
    >>> round(one.lines[0].nominal_j * 1e9, 6)
    23.6
    """
    lines, inside, unpriced = [], [], []
    all_in = [price for price in profile.prices if price.scope == "all-in"]
    for price in profile.prices:
        aggregate = next((other for other in all_in if price.count in other.contains and other is not price), None)
        line = _line(price, ledger, profile)
        if aggregate is not None:
            inside.append(Inside(price, ledger.count(price.count), aggregate))
        elif isinstance(line, Unpriced):
            unpriced.append(line)
        else:
            lines.append(line)
    low, high = _sum([line.low_j for line in lines]), _sum([line.high_j for line in lines])
    nominal = _sum([line.nominal_j for line in lines])
    return Bill(tuple(lines), tuple(inside), (*unpriced, *profile.unpriced), low, nominal, high)


def chips_needed(ledger: Ledger, chip: Chip) -> int:
    """Return the fewest chips that hold the neurons and synapses of a ledger, and do its operations in biological time.

    Neurons are those that are updated in every tick; where no updates were counted, all of the ledger. A rate within
    the three digits of the published limit is not above it.

    Examples
    --------
    >>> from spikecore.energy.profile import load
    >>> odin = load("odin").chip
    >>> second = {"ticks": 1000, "dt_ms": 1.0}
    >>> [chips_needed(Ledger(neurons=n, **second), odin) for n in (0, 256, 257)]
    [1, 1, 2]
    >>> chips_needed(Ledger(synaptic_operations=100_000_000, **second), odin)
    3
    >>> chips_needed(Ledger(synapses=1_562_500, **second), odin)
    24
    """
    needed = [1, math.ceil(neurons_on_chip(ledger) / (chip.neurons_per_core * chip.cores))]
    if chip.synapses_per_core is not None:
        needed.append(math.ceil(ledger.synapses / (chip.synapses_per_core * chip.cores)))
    if chip.operations_per_s is not None and ledger.biological_s:
        rate = ledger.synaptic_operations / ledger.biological_s
        needed.append(math.ceil(round(rate / chip.operations_per_s, 3)))
    return max(needed)


def _line(price: Price, ledger: Ledger, profile: Profile) -> Line | Unpriced:
    count = ledger.count(price.count)
    if count is None:
        return Unpriced(price.term, price.count, ledger.why_unknown(price.count))
    if price.levels:
        return _at_level(price, count, ledger)
    if price.each_chip and profile.chip is not None:
        chips = chips_needed(ledger, profile.chip)
        return Line(price, chips * count, *_energies(price, chips * count), chips=chips)
    if price.active_j is not None and ledger.updates_active is not None and ledger.updates_inactive is not None:
        energy = ledger.updates_active * price.active_j + ledger.updates_inactive * price.nominal_j
        return Line(price, count, energy, energy, energy)
    return Line(price, count, *_energies(price, count))


def _at_level(price: Price, count: float, ledger: Ledger) -> Line | Unpriced:
    size = getattr(ledger, str(price.store))
    if size is None:
        reason = f"the size of the store is not known: {ledger.why_unknown(str(price.store))}"
        return Unpriced(price.term, price.count, reason)
    for level in price.levels:
        if level.bytes is None or size <= level.bytes:
            return Line(price, count, *_energies(level, count), level)
    largest = price.levels[-1]
    reason = f"the store of {size:,.0f} B exceeds the largest memory with a price, {largest.name}"
    return Unpriced(price.term, price.count, reason)


def _energies(price: Price | Level, count: float) -> tuple[float | None, float, float | None]:
    if count == 0:
        return 0.0, 0.0, 0.0  # whatever one costs
    low = None if price.low_j is None else count * price.low_j
    high = None if price.high_j is None else count * price.high_j
    return low, count * price.nominal_j, high


def _sum(values: list[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) if known and len(known) == len(values) else None
