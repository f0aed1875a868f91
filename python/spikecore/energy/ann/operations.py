"""Counts of operations, and the rates and densities that thin them out.

Invariant: a rate is applied once. A count before it is `DenseOperations`, after it `EffectiveOperations`; only the
first can be multiplied, and only by a `Rate` or a `Density`. Multiplying what is already effective, by anything, is a
`TypeError`, so nobody can write down by accident the double count of Front. Neurosci. 17:1091097 (2023), Table 3.
Prices multiply in `prices.OperationPrice`, which takes counts and no bare numbers.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from spikecore import checks

__all__ = ["DenseOperations", "Density", "EffectiveOperations", "Operations", "Rate"]

_ONCE = "a rate is applied once: multiply DenseOperations by one Rate or Density"


@dataclass(frozen=True)
class Rate:
    """How often a neuron spikes in one inference: the mean of `spikes` per neuron, ≥ 0, above 1 where it spikes again.

    Examples
    --------
    >>> Rate.per_tick(0.05, ticks=200), Rate.hertz(10.0, seconds=0.2)
    (Rate(spikes=10.0), Rate(spikes=2.0))
    """

    spikes: float

    def __post_init__(self) -> None:
        checks.kept(self, spikes=checks.number("Rate", "spikes", self.spikes, low=0.0))

    @classmethod
    def of(cls, value: "Rate | float") -> "Rate":
        """Return `value` as a rate; a plain number is spikes per neuron and inference."""
        return value if isinstance(value, Rate) else cls(value)

    @classmethod
    def per_tick(cls, probability: float, ticks: int) -> "Rate":
        """Return the rate of neurons that spike with a probability in 0 … 1 in each of `ticks` ticks."""
        probability = checks.number("Rate", "probability", probability, low=0.0, high=1.0)
        return cls(probability * checks.count("Rate", "ticks", ticks, low=1))

    @classmethod
    def hertz(cls, frequency: float, seconds: float) -> "Rate":
        """Return the rate of neurons that spike at `frequency` Hz in an inference of so many seconds."""
        frequency = checks.number("Rate", "frequency", frequency, low=0.0, unit="Hz")
        return cls(frequency * checks.number("Rate", "seconds", seconds, above=0.0, unit="s"))


@dataclass(frozen=True)
class Density:
    """The share of values that are not zero, 0 … 1: 1 - sparsity.

    Examples
    --------
    >>> Density(0.5).joint(Density(0.2))
    Density(share=0.1)
    """

    share: float

    def __post_init__(self) -> None:
        checks.kept(self, share=checks.number("Density", "share", self.share, low=0.0, high=1.0))

    @classmethod
    def of(cls, value: "Density | float") -> "Density":
        """Return `value` as a density; a plain number is the share of values that are not zero."""
        return value if isinstance(value, Density) else cls(value)

    def joint(self, other: "Density") -> "Density":
        """Return the share of pairs without a zero, of values and weights that are zero independently."""
        return Density(self.share * other.share)


@dataclass(frozen=True)
class _Operations:
    """A count of operations of one inference, ≥ 0; only counts of one kind add up, and none is thinned out twice."""

    count: float

    def __post_init__(self) -> None:
        checks.number(type(self).__name__, "count", self.count, low=0.0, high=1e30)

    def __add__(self, other: Self) -> Self:
        return type(self)(self.count + other.count) if type(other) is type(self) else NotImplemented

    def __mul__(self, thinning: Rate | Density) -> "EffectiveOperations":
        """Apply a rate or a density, which makes a dense count effective; anything else is a `TypeError`."""
        if isinstance(self, DenseOperations) and isinstance(thinning, Rate | Density):
            share = thinning.spikes if isinstance(thinning, Rate) else thinning.share
            return EffectiveOperations(self.count * share)
        msg = f"{type(self).__name__} × {type(thinning).__name__}: {_ONCE}"
        raise TypeError(msg)

    __rmul__ = __mul__


class DenseOperations(_Operations):
    """The operations of one inference when no zero is skipped, `count` ≥ 0.

    Examples
    --------
    >>> DenseOperations(1000) * Rate(0.25)
    EffectiveOperations(count=250.0)
    >>> DenseOperations(1000) * Rate(0.25) * Rate(0.25)
    Traceback (most recent call last):
    ...
    TypeError: EffectiveOperations × Rate: a rate is applied once: multiply DenseOperations by one Rate or Density
    """


class EffectiveOperations(_Operations):
    """The operations that a machine really does in one inference, `count` ≥ 0: a rate is inside, or it counted them."""


Operations = DenseOperations | EffectiveOperations
"""Counts that a price multiplies."""
Result = tuple[Mapping[str, float], Mapping[str, float]]
"""Counts by name, and energy by term in J; no terms where a formula does not price."""
