"""The time grid: milliseconds to ticks and back.

Time is an integer number of ticks of `dt`. A time that does not lie on the grid is an error that
names the value; nothing is rounded behind the caller's back except drawn delays, whose rule is in
`spikecore.distributions`.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from spikecore import checks

__all__ = ["FOREVER", "MAX_DELAY_TICKS", "Grid"]

MAX_DELAY_TICKS = 65_535
"""Longest delay of a synapse, in ticks."""
FOREVER = 2**64 - 1
"""The stop tick of a stimulus that never stops."""
_MAX_TICKS = 2**53


class Grid:
    """The ticks of one network.

    Parameters
    ----------
    dt : float
        Length of a tick in ms, > 0 and ≤ 100.

    Examples
    --------
    >>> grid = Grid(0.1)
    >>> grid.ticks("", "delay", 1.5)
    15
    >>> float(grid.ms(3))
    0.3
    """

    def __init__(self, dt: float) -> None:
        self.dt = checks.number("", "dt", dt, above=0.0, high=100.0, unit="ms")
        inverse = round(1.0 / self.dt)
        self._inverse = inverse if inverse > 0 and abs(1.0 / self.dt - inverse) < 1e-9 else None

    def ticks(self, owner: str, parameter: str, time: Any, *, low: int = 0, high: int = _MAX_TICKS) -> int:
        """Return a time in ms as ticks; it must lie on the grid, in `[low, high]` ticks."""
        value = checks.number(owner, parameter, time, unit="ms")
        exact = value / self.dt
        nearest = round(exact)
        if abs(exact - nearest) > _slack(nearest) or not low <= nearest <= high:
            allowed = f"multiples of dt = {self.dt:g} ms, {self._span(low, high)}"
            checks.refuse(owner, parameter, f"{value!r} ms", allowed)
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
        high: int = _MAX_TICKS,
    ) -> NDArray[np.float64]:
        """Return times in ms as whole ticks in float64; each lies on the grid in `[low, high]`."""
        exact = times / self.dt
        nearest = np.rint(exact)
        slack = np.maximum(1e-6, 4.0 * np.finfo(np.float64).eps * np.abs(nearest))
        wrong = (np.abs(exact - nearest) > slack) | (nearest < low) | (nearest > high)
        if wrong.any():
            at = int(np.argmax(wrong))
            allowed = f"multiples of dt = {self.dt:g} ms, {self._span(low, high)}"
            checks.refuse(owner, f"{parameter}[{at}]", f"{float(times.flat[at])!r} ms", allowed)
        result: NDArray[np.float64] = nearest
        return result

    def _span(self, low: int, high: int) -> str:
        first = f"{low * self.dt:g}"
        return f"{first} … {high * self.dt:g} ms"

    def ms(self, ticks: Any) -> NDArray[np.float64]:
        """Return ticks as ms, the float nearest to the decimal value where `1/dt` is whole."""
        counts = np.asarray(ticks, dtype=np.float64)
        if self._inverse is not None:
            return np.asarray(counts / self._inverse)
        return np.asarray(counts * self.dt)


def _slack(ticks: int) -> float:
    return max(1e-6, 4.0 * float(np.finfo(np.float64).eps) * abs(ticks))
