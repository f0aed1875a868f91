"""The time grid: milliseconds to ticks and back.

Time is an integer number of ticks of `dt`. A time that does not lie on the grid is an error that
names the value; nothing is rounded behind the caller's back except drawn delays, whose rule is in
`spikecore.distributions`.
"""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spikecore import _native, checks

__all__ = ["FOREVER", "LONGEST_DT", "MAX_DELAY_TICKS", "MAX_TICKS", "NEAR", "SHORTEST_DT", "Grid"]

SHORTEST_DT, LONGEST_DT = _native.TICKS_MS
"""Shortest and longest tick in ms: all times and rates of a grid stay far from the ends of floats."""

MAX_DELAY_TICKS = _native.MOST_DELAY_TICKS
"""Longest delay of a synapse, in ticks."""
FOREVER = 2**64 - 1
"""The stop tick of a stimulus that never stops."""
MAX_TICKS = _native.MOST_TICKS
"""Ticks that a machine can count, and so the latest moment of anything."""
_PIECE = 2**14
_EPS = float(np.finfo(np.float64).eps)
NEAR = 1e-6
"""Of a tick: a time that lies so near lies on it."""
_WIDEST = 0.25
"""Of a tick: a time whose rounding may be larger lies on no tick for certain."""


class Grid:
    """The ticks of one network.

    Parameters
    ----------
    dt : float
        Length of a tick in ms, 1e-9 … 100.

    Examples
    --------
    >>> grid = Grid(0.1)
    >>> grid.ticks("", "delay", 1.5)
    15
    >>> float(grid.ms(3))
    0.3
    """

    def __init__(self, dt: float) -> None:
        self.dt = checks.number("", "dt", dt, low=SHORTEST_DT, high=LONGEST_DT, unit="ms")
        inverse = round(1.0 / self.dt)
        self._inverse = inverse if inverse > 0 and abs(1.0 / self.dt - inverse) < 1e-9 else None

    def ticks(self, owner: str, parameter: str, time: Any, *, low: int = 0, high: int = MAX_TICKS) -> int:
        """Return a time in ms as ticks; it must lie on the grid, in `[low, high]` ticks."""
        value = checks.real(owner, parameter, time)
        exact = value / self.dt
        nearest = round(exact) if math.isfinite(exact) else high + 1
        if not (low <= nearest <= high and abs(exact - nearest) <= _slack(nearest)):
            checks.refuse(owner, parameter, _shown(value), self._allowed(low, high))
        return nearest

    def stop(self, owner: str, time: Any, start: int) -> int:
        """Return the end of an interval as ticks; infinity is `FOREVER`."""
        if checks.is_infinite(time):
            return FOREVER
        return self.ticks(owner, "stop", time, low=start + 1)

    def tick_array(
        self,
        owner: str,
        parameter: str,
        times: NDArray[np.float64],
        *,
        low: int,
        high: int = MAX_TICKS,
        dtype: Any = np.float64,
        rounding: float = _EPS,
        snap: bool = False,
    ) -> NDArray[Any]:
        """Return times in ms as whole ticks of this type; each lies on the grid in `[low, high]` ticks.

        `rounding` is the relative rounding of the type that the times came in. With `snap` a time is rounded to the
        nearest tick, and one below half a tick above 0 to the first.
        """
        result = np.empty(times.shape, dtype)
        # In pieces that stay in a cache: an array of many millions is read once, and a stop is heard between two.
        flat, ticks = times.reshape(-1), result.reshape(-1)
        for begin in range(0, flat.size, _PIECE):
            exact = flat[begin : begin + _PIECE] / self.dt
            nearest = np.rint(exact)
            slack = np.minimum(np.maximum(NEAR, 4.0 * rounding * np.abs(nearest)), _WIDEST)
            if snap:
                nearest[(nearest == 0.0) & (exact > 0.0)] = 1.0
                slack[:] = 1.0
            with np.errstate(invalid="ignore"):
                right = (np.abs(exact - nearest) <= slack) & (nearest >= low) & (nearest <= high)
            if not right.all():
                at = begin + int(np.argmin(right))
                place = at if times.ndim <= 1 else tuple(int(i) for i in np.unravel_index(at, times.shape))
                checks.refuse(owner, f"{parameter}[{place}]", _shown(float(flat[at])), self._allowed(low, high))
            ticks[begin : begin + _PIECE] = nearest
        return result

    def _allowed(self, low: int, high: int) -> str:
        return f"multiples of dt = {self.dt:g} ms, {low * self.dt:.15g} … {high * self.dt:.15g} ms"

    def ms(self, ticks: Any) -> NDArray[np.float64]:
        """Return ticks as ms, the float nearest to the decimal value where `1/dt` is whole."""
        counts = np.asarray(ticks, dtype=np.float64)
        if self._inverse is not None:
            return np.asarray(counts / self._inverse)
        return np.asarray(counts * self.dt)


def _slack(ticks: int) -> float:
    return max(NEAR, 4.0 * _EPS * abs(ticks))


def _shown(time: float) -> str:
    return f"{time!r} ms" if math.isfinite(time) else f"{time!r} ms, not a finite time"
