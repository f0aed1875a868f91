"""Stimuli: input from outside the network, given to every neuron of a population."""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from spikecore import checks
from spikecore.arrays import closed, is_array
from spikecore.keywords import Spelled

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import ArrayLike, NDArray

__all__ = ["DirectCurrent", "Poisson", "Stimulus"]

MAX_EVENTS_PER_TICK = 1000.0
"""Largest mean number of events of a Poisson stimulus per neuron and tick."""


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
        if not 0.0 <= rate < math.inf:
            checks.refuse("Poisson", "rate", self.rate, f"0 … {MAX_EVENTS_PER_TICK:g} events per tick, in Hz")
        weight = checks.number("Poisson", "weight", self.weight)
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
            amplitude = checks.number("DirectCurrent", "amplitude", self.amplitude, unit="pA")
        start, stop = _interval("DirectCurrent", self.start, self.stop)
        checks.kept(self, amplitude=amplitude, start=start, stop=stop)


Stimulus = Poisson | DirectCurrent
"""Every kind of stimulus."""


def _interval(owner: str, start: Any, stop: Any) -> tuple[float, float]:
    """Return the limits of a stimulus, in ms."""
    begin = checks.real(owner, "start", start)
    if not 0.0 <= begin < math.inf:
        checks.refuse(owner, "start", start, "0 ms or later, on the grid")
    end = checks.real(owner, "stop", stop)
    if not (checks.is_infinite(stop) or begin < end < math.inf):
        checks.refuse(owner, "stop", stop, f"after start = {begin:g} ms, on the grid or infinite")
    return begin, end
