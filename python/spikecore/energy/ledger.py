"""The ledger: counts times prices, line by line."""

from dataclasses import dataclass

from spikecore.energy.profile import Price, Profile

__all__ = ["Line", "bill", "total", "with_updates_done"]


@dataclass(frozen=True)
class Line:
    """One priced term of a bill.

    Attributes
    ----------
    price : Price
        The price per event.
    count : int
        The exact number of events.
    low_j, nominal_j, high_j : float or None
        Energy in J; None where no such bound was published.
    """

    price: Price
    count: int
    low_j: float | None
    nominal_j: float
    high_j: float | None


def bill(totals: dict[str, int], profile: Profile) -> list[Line]:
    """Multiply counts by prices.

    Parameters
    ----------
    totals : dict of str to int
        Counts by name, as `Counts.totals` returns.
    profile : Profile
        The prices.

    Returns
    -------
    list of Line
        One per price, in the profile's order.

    Examples
    --------
    >>> from spikecore.energy.profile import load
    >>> counts = {"synaptic_operations": 1000, "neuron_updates": 0}
    >>> lines = bill(counts, load("loihi"))
    >>> round(lines[0].nominal_j * 1e9, 6)
    23.6
    """
    return [_line(price, totals.get(price.count, 0)) for price in profile.prices]


def with_updates_done(totals: dict[str, int]) -> dict[str, int]:
    """Return the counts with ``updates_done``: the neuron updates that were not skipped.

    Examples
    --------
    >>> with_updates_done({"neuron_updates": 10, "updates_skipped": 7})["updates_done"]
    3
    """
    return {**totals, "updates_done": totals.get("neuron_updates", 0) - totals.get("updates_skipped", 0)}


def total(lines: list[Line]) -> tuple[float | None, float, float | None]:
    """Return the sums (low, nominal, high) in J; None where a line has no such bound."""
    lows = [line.low_j for line in lines]
    highs = [line.high_j for line in lines]
    low = None if None in lows else sum(value for value in lows if value is not None)
    high = None if None in highs else sum(value for value in highs if value is not None)
    return low, sum(line.nominal_j for line in lines), high


def _line(price: Price, count: int) -> Line:
    low = None if price.low_j is None else count * price.low_j
    high = None if price.high_j is None else count * price.high_j
    return Line(price, count, low, count * price.nominal_j, high)
