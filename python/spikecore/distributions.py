"""Values that differ from synapse to synapse or neuron to neuron.

Wherever a weight, a delay or an initial potential is asked for, a plain number, one of the
distributions here, or a numpy array may be given. Draws happen in the engine, from a counter-based
generator keyed by the network's seed, so they do not depend on the number of workers.
"""

import math
from dataclasses import dataclass
from typing import Any

from numpy.typing import ArrayLike

from spikecore import _native, checks
from spikecore.keywords import Spelled

__all__ = ["Normal", "Uniform", "Value", "law_to_native"]

SIGMAS = _native.REACH
"""No draw of the engine lies further from the mean than this many standard deviations."""


@dataclass(frozen=True)
class Normal(Spelled):
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
        """Make numbers of the parameters; the engine checks them, and that the bounds can be met."""
        given = {"mean": self.mean, "sd": self.sd, "low": self.low, "high": self.high}
        numbers = {
            key: checks.real("Normal", key, value)
            for key, value in given.items()
            if value is not None or key in ("mean", "sd")
        }
        checks.kept(self, **numbers, clip=checks.switch("Normal", "clip", self.clip))
        with checks.as_given(given):
            _native.check_distribution(law_to_native(self))

    def bounds(self) -> tuple[float, float]:
        """Return (low, high) with infinities for bounds that were not given."""
        return -math.inf if self.low is None else self.low, math.inf if self.high is None else self.high

    def span(self) -> tuple[float, float]:
        """Return the smallest and the largest value that can be drawn."""
        low, high = self.bounds()
        return max(low, self.mean - SIGMAS * self.sd), min(high, self.mean + SIGMAS * self.sd)


@dataclass(frozen=True)
class Uniform(Spelled):
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
        """Make numbers of the bounds; the engine checks them."""
        given = {"low": self.low, "high": self.high}
        checks.kept(self, **{key: checks.real("Uniform", key, value) for key, value in given.items()})
        with checks.as_given(given):
            _native.check_distribution(law_to_native(self))


def law_to_native(law: Normal | Uniform, *, keeps_sign: bool = False) -> tuple[Any, ...]:
    """Return a distribution in the border's form; a normal one without bounds that keeps its sign has 0 as one."""
    if isinstance(law, Uniform):
        return ("uniform", law.low, law.high)
    if keeps_sign and law.mean and law.low is law.high is None:
        low, high = (0.0, None) if law.mean > 0.0 else (None, 0.0)  # half of all draws or more are within
        return ("normal", law.mean, law.sd, low, high, "clip" if law.clip else "redraw")
    return ("normal", law.mean, law.sd, law.low, law.high, "clip" if law.clip else "redraw")


Value = float | Normal | Uniform | ArrayLike
"""A number, a distribution, or one number per synapse or neuron."""
