"""Stimuli: input from outside the network, given to every neuron of a population."""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from spikecore import _native, checks
from spikecore.arrays import closed, is_array
from spikecore.keywords import Spelled

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import ArrayLike, NDArray

__all__ = ["DirectCurrent", "Poisson", "Stimulus"]


@dataclass(frozen=True)
class Poisson(Spelled):
    """Independent Poisson spike trains, one per target neuron.

    Parameters
    ----------
    rate : float
        Rate in Hz, ≥ 0 and at most 1000 events per tick.
    weight : float
        Weight of each spike in pA (mV for `LIFDelta`); its sign picks the receptor.
    start, stop : float
        Active for start ≤ t < stop, in ms on the grid; `stop` may be infinite.

    Raises
    ------
    NetworkError
        If a value is not finite or outside its range.

    Notes
    -----
    The number of spikes in a tick is Poisson distributed with mean rate · dt; every neuron and
    every stimulus has its own stream, keyed by the network's seed.

    Examples
    --------
    >>> from spikecore import Poisson
    >>> Poisson(rate=16_000.0, weight=45.0)
    Poisson(rate=16000.0, weight=45.0, start=0.0, stop=inf)
    """

    rate: float
    weight: float
    start: float = 0.0
    stop: float = math.inf

    def __post_init__(self) -> None:
        """Check the parameters that do not depend on the grid."""
        rate = checks.real("Poisson", "rate", self.rate)
        with checks.as_given({"rate": self.rate}):
            _native.check_rate("Poisson", rate)
        weight = checks.magnitude("Poisson", "weight", self.weight)
        start, stop = _interval("Poisson", self.start, self.stop)
        checks.kept(self, rate=rate, weight=weight, start=start, stop=stop)


@dataclass(frozen=True, eq=False)
class DirectCurrent(Spelled):
    """A constant current while it is on.

    Parameters
    ----------
    amplitude : float or array_like, shape (neurons,)
        Current in pA, for all neurons or one value per neuron.
    start, stop : float
        Active for start ≤ t < stop, in ms on the grid; `stop` may be infinite.

    Raises
    ------
    NetworkError
        If a value is not finite or outside its range.

    Notes
    -----
    For `LIFDelta` the current moves the potential towards E_L + R I with R = tau_m / c_m.

    Examples
    --------
    >>> from spikecore import DirectCurrent
    >>> DirectCurrent(500.0, start=100.0, stop=200.0)
    DirectCurrent(amplitude=500.0, start=100.0, stop=200.0)
    """

    amplitude: "float | ArrayLike"
    start: float = 0.0
    stop: float = math.inf

    def __post_init__(self) -> None:
        """Check the parameters that do not depend on the grid."""
        amplitude: float | NDArray[np.float64]
        if is_array(self.amplitude):
            amplitude = closed(checks.array("DirectCurrent", "amplitude", self.amplitude, unit="pA"))
        else:
            amplitude = checks.magnitude("DirectCurrent", "amplitude", self.amplitude, "pA")
        start, stop = _interval("DirectCurrent", self.start, self.stop)
        checks.kept(self, amplitude=amplitude, start=start, stop=stop)


Stimulus = Poisson | DirectCurrent
"""Every kind of stimulus."""


def _interval(owner: str, start: Any, stop: Any) -> tuple[float, float]:
    """Return the limits of a stimulus, in ms."""
    begin, end = checks.real(owner, "start", start), checks.infinite(owner, "stop", stop)
    with checks.as_given({"start": start, "stop": stop}):
        _native.check_interval(owner, begin, end)
    return begin, end
