"""Values that differ from synapse to synapse or neuron to neuron.

Wherever a weight, a delay or an initial potential is asked for, a plain number, one of the
distributions here, or a numpy array may be given. Draws happen in the engine, from a counter-based
generator keyed by the network's seed, so they do not depend on the number of workers.
"""

import math
from dataclasses import dataclass

from numpy.typing import ArrayLike

from spikecore import checks

__all__ = ["Normal", "Uniform", "Value"]

SIGMAS = 6.8
"""No draw of the engine lies further from the mean than this many standard deviations."""
MIN_MASS = 0.01
"""Least probability of the bounds; below it redrawing would take too long."""


@dataclass(frozen=True)
class Normal:
    """A normal distribution, optionally bounded.

    Parameters
    ----------
    mean : float
        Mean of the unbounded distribution, in the unit of the parameter it is used for.
    sd : float
        Standard deviation of the unbounded distribution, ≥ 0.
    low, high : float, optional
        Bounds. A draw outside is drawn again, or moved to the bound if `clip` is set.
    clip : bool
        Move draws to the bound instead of drawing again.

    Raises
    ------
    NetworkError
        If a value is not finite, `sd` is negative, or [low, high] is empty or holds less than 1 %
        of the distribution.

    Notes
    -----
    As a **weight** without bounds and without an explicit receptor, draws are repeated until they
    have the sign of the mean, because the sign picks the receptor. As a **delay**, draws below
    `low` are repeated, then rounded to the grid, and are at least one tick. ``low=dt / 2`` gives the first tick its
    share; ``low=dt`` would halve it.

    Examples
    --------
    >>> from spikecore import Normal
    >>> Normal(1.5, 0.75, low=0.05)
    Normal(mean=1.5, sd=0.75, low=0.05, high=None, clip=False)
    """

    mean: float
    sd: float
    low: float | None = None
    high: float | None = None
    clip: bool = False

    def __post_init__(self) -> None:
        """Check the parameters and that the bounds can be met."""
        mean = checks.number("Normal", "mean", self.mean)
        sd = checks.number("Normal", "sd", self.sd, low=0.0)
        ends = {key: getattr(self, key) for key in ("low", "high")}
        bounds = {key: checks.number("Normal", key, value) for key, value in ends.items() if value is not None}
        checks.kept(self, mean=mean, sd=sd, **bounds, clip=checks.switch("Normal", "clip", self.clip))
        low, high = self.bounds()
        if not low < high:
            checks.refuse("Normal", "low", self.low, f"below high = {high:g}")
        if self._mass(low, high) < MIN_MASS:
            allowed = f"bounds that hold at least {MIN_MASS:.0%} of the distribution"
            checks.refuse("Normal", "[low, high]", f"[{low:g}, {high:g}]", allowed)

    def _mass(self, low: float, high: float) -> float:
        """Return the probability that an unbounded draw lies within [low, high]."""
        if self.sd == 0.0:
            return 1.0 if low <= self.mean <= high else 0.0
        scale = self.sd * math.sqrt(2.0)
        upper, lower = (high - self.mean) / scale, (low - self.mean) / scale
        return 0.5 * (math.erf(upper) - math.erf(lower))

    def bounds(self) -> tuple[float, float]:
        """Return (low, high) with infinities for bounds that were not given."""
        return -math.inf if self.low is None else self.low, math.inf if self.high is None else self.high

    def span(self) -> tuple[float, float]:
        """Return the smallest and the largest value that can be drawn."""
        low, high = self.bounds()
        return max(low, self.mean - SIGMAS * self.sd), min(high, self.mean + SIGMAS * self.sd)


@dataclass(frozen=True)
class Uniform:
    """A uniform distribution on [low, high).

    Parameters
    ----------
    low, high : float
        Bounds in the unit of the parameter it is used for, low ≤ high.

    Raises
    ------
    NetworkError
        If a bound is not finite or low > high.

    Notes
    -----
    As a **delay**, draws are rounded to the grid: bounds half a tick outside give the first and the last tick the share
    of the others.

    Examples
    --------
    >>> from spikecore import Uniform
    >>> Uniform(-70.0, -55.0)
    Uniform(low=-70.0, high=-55.0)
    """

    low: float
    high: float

    def __post_init__(self) -> None:
        """Check that the interval is finite and not empty."""
        low = checks.number("Uniform", "low", self.low)
        high = checks.number("Uniform", "high", self.high)
        if low > high:
            checks.refuse("Uniform", "low", self.low, f"not above high = {high:g}")
        checks.kept(self, low=low, high=high)


Value = float | Normal | Uniform | ArrayLike
"""A number, a distribution, or one number per synapse or neuron."""
