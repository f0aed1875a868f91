"""Axes: values to pixels, and the round values that get a mark."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Scale", "decades", "round_step"]


def round_step(least: float) -> float:
    """Return the smallest of 1, 2 and 5 times a power of ten that is not below `least`, which is above 0.

    Examples
    --------
    >>> round_step(0.3), round_step(20.0), round_step(21.0)
    (0.5, 20.0, 50.0)
    """
    power = 10.0 ** math.floor(math.log10(least))
    return next(step * power for step in (1.0, 2.0, 5.0, 10.0) if step * power >= least * (1.0 - 1e-9))


def decades(values: Sequence[float]) -> tuple[float, float]:
    """Return the ends of a logarithmic axis in whole decades that shows values above 0.

    Examples
    --------
    >>> decades([2.0, 50.0]), decades([10.0]), decades([])
    ((1.0, 100.0), (10.0, 100.0), (0.1, 1.0))
    """
    if not values:
        return 0.1, 1.0
    low, high = 10.0 ** math.floor(math.log10(min(values))), 10.0 ** math.ceil(math.log10(max(values)))
    return low, high if high > low else 10.0 * low


@dataclass(frozen=True)
class Scale:
    """An axis from `low` to `high`, drawn from pixel `start` to pixel `stop`; linear, or logarithmic.

    `show` writes its marks; by default they have as many decimals as tell them apart.

    Examples
    --------
    >>> axis = Scale(0.0, 50.0, 100.0, 200.0)
    >>> float(axis(np.array(25.0))), axis.ticks(5)
    (150.0, [0.0, 10.0, 20.0, 30.0, 40.0, 50.0])
    >>> Scale(0.5, 200.0, 0.0, 1.0, is_log=True).ticks(5)
    [1.0, 10.0, 100.0]
    >>> Scale(15.0, 60.0, 0.0, 1.0, is_log=True).ticks(5)
    [20.0, 50.0]
    """

    low: float
    high: float
    start: float
    stop: float
    is_log: bool = False
    show: Callable[[float], str] | None = None

    def __call__(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the pixels of values."""
        if self.is_log:
            share = np.log10(values / self.low) / math.log10(self.high / self.low)
        else:
            share = (values - self.low) / (self.high - self.low)
        return self.start + share * (self.stop - self.start)

    def ticks(self, most: int) -> list[float]:
        """Return at most some `most` round values from the low end to the high one."""
        if self.is_log:
            first, last = math.ceil(math.log10(self.low) - 1e-9), math.floor(math.log10(self.high) + 1e-9)
            if last <= first:
                fine = (digit * 10.0**power for power in range(first - 1, last + 2) for digit in (1.0, 2.0, 5.0))
                return [value for value in fine if self.low * (1.0 - 1e-9) <= value <= self.high * (1.0 + 1e-9)]
            step = max(1, math.ceil((last - first + 1) / most))
            return [10.0**power for power in range(first, last + 1, step)]
        distance = self.step(most)
        first, last = math.ceil(self.low / distance - 1e-9), math.floor(self.high / distance + 1e-9)
        return [distance * number for number in range(first, last + 1)]

    def step(self, most: int) -> float:
        """Return the distance of the marks of a linear axis, of which there are at least two.

        Examples
        --------
        >>> Scale(0.0, 42.0, 0.0, 1.0).step(2)
        20.0
        """
        for number in range(max(most, 1), max(most, 1) + 12):
            step = round_step((self.high - self.low) / number)
            if math.floor(self.high / step + 1e-9) > math.ceil(self.low / step - 1e-9):
                break
        return step

    def texts(self, most: int) -> list[str]:
        """Return how the marks are written.

        Examples
        --------
        >>> Scale(0.0, 0.5, 0.0, 1.0).texts(3), Scale(1e-3, 2.0, 0.0, 1.0, is_log=True).texts(4)
        (['0.0', '0.2', '0.4'], ['0.001', '0.01', '0.1', '1'])
        """
        if self.show is not None or self.is_log:
            return list(map(self.show or "{:g}".format, self.ticks(most)))
        step = self.step(most)
        decimals = max(0, -math.floor(math.log10(step) + 1e-9))
        if decimals > 6 or max(abs(self.low), abs(self.high)) >= 1e15:
            return [f"{value:.12g}" for value in self.ticks(most)]
        return [f"{value + 0.0:,.{decimals}f}" for value in self.ticks(most)]
