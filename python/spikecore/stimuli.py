"""Stimuli: input from outside the network, given to every neuron of a population."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spikecore import _native, checks, printed
from spikecore.arrays import closed
from spikecore.errors import NetworkError
from spikecore.grid import Grid

if TYPE_CHECKING:
    from spikecore.population import Population

__all__ = ["DirectCurrent", "Poisson", "Stimulus"]

MAX_EVENTS_PER_TICK = 1000.0
"""Largest mean number of events of a Poisson stimulus per neuron and tick."""


@dataclass(frozen=True)
class Poisson:
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
class DirectCurrent:
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

    amplitude: float | ArrayLike
    start: float = 0.0
    stop: float = math.inf

    def __post_init__(self) -> None:
        """Check the parameters that do not depend on the grid."""
        amplitude: float | NDArray[np.float64]
        if _is_one(self.amplitude):
            amplitude = checks.number("DirectCurrent", "amplitude", self.amplitude, unit="pA")
        else:
            amplitude = closed(checks.array("DirectCurrent", "amplitude", self.amplitude, unit="pA"))
        start, stop = _interval("DirectCurrent", self.start, self.stop)
        checks.kept(self, amplitude=amplitude, start=start, stop=stop)


Stimulus = Poisson | DirectCurrent
"""Every kind of stimulus."""


def amplitudes(population: "Population", stimulus: DirectCurrent) -> NDArray[np.float64]:
    """Return the currents in pA: one value for all, or one per neuron."""
    if _is_one(stimulus.amplitude):
        return np.array([stimulus.amplitude], dtype=np.float64)
    return checks.array(population.name, "amplitude", stimulus.amplitude, shape=(population.size,), unit="pA")


def _is_one(amplitude: Any) -> bool:
    return isinstance(amplitude, str) or getattr(amplitude, "ndim", None) == 0 or not hasattr(amplitude, "__len__")


def source_spikes(owner: str, size: int, times: Any, grid: Grid) -> tuple[NDArray[np.uint32], NDArray[np.uint64]]:
    """Return the spikes of a source as (neurons, ticks), sorted by (tick, neuron).

    `times` is a list with one array of times per neuron, or a tuple of two arrays (neurons, times)
    of equal length.
    """
    neurons, ticks = _flatten(owner, size, times, grid)
    order = np.lexsort((neurons, ticks))
    neurons, ticks = neurons[order], ticks[order]
    same = (np.diff(ticks) == 0) & (np.diff(neurons.astype(np.int64)) == 0)
    if same.any():
        at = int(np.argmax(same))
        when = float(grid.ms(ticks[at]))
        msg = f"{printed.shown(owner)}: neuron {int(neurons[at])} has two spikes at {when:g} ms, allowed: one"
        raise NetworkError(msg, population=owner, parameter="times", value=when)
    return neurons, ticks


def _flatten(owner: str, size: int, times: Any, grid: Grid) -> tuple[NDArray[np.uint32], NDArray[np.uint64]]:
    if isinstance(times, tuple):
        if len(times) != 2:
            checks.refuse(owner, "the length of the tuple times", len(times), "2: (neurons, times)")
        neurons = checks.indices(owner, "neurons", times[0], size)
        moments = checks.reals(owner, "times", times[1], "an array of numbers")
        if moments.shape != neurons.shape:
            checks.refuse(owner, "the shape of times", f"{moments.shape}", f"{neurons.shape}")
        return neurons, grid.tick_array(owner, "times", moments, low=1).astype(np.uint64)
    if not isinstance(times, Iterable) or isinstance(times, str):
        expected = "a list with one array per neuron, or a tuple (neurons, times)"
        checks.wrong_kind(owner, "times", expected, printed.value(times))
    given = tuple(times)
    if len(given) != size:
        checks.refuse(owner, "the length of times", len(given), f"{size}, one array per neuron")
    joined = _joined(owner, given, grid)
    if joined is not None:
        return joined
    # Something is wrong, or unusual: train by train, a message can name it.
    trains = [_train(owner, f"times[{i}]", train, grid) for i, train in enumerate(given)]
    return np.repeat(np.arange(size, dtype=np.uint32), list(map(len, trains))), np.concatenate(trains)


def _joined(owner: str, trains: tuple[Any, ...], grid: Grid) -> tuple[NDArray[np.uint32], NDArray[np.uint64]] | None:
    """Return the neuron and the tick of all spikes of trains that are plain and right; None for any others."""
    joined = _native.joined_trains(trains)
    if joined is None:
        return None
    neurons, moments = joined
    try:
        return neurons, grid.tick_array(owner, "times", moments, low=1).astype(np.uint64)
    except NetworkError:
        return None


def _train(owner: str, parameter: str, times: Any, grid: Grid) -> NDArray[np.uint64]:
    moments = checks.reals(owner, parameter, times, "an array of numbers")
    if moments.ndim != 1:
        checks.refuse(owner, f"the shape of {parameter}", f"{moments.shape}", "one dimension")
    return grid.tick_array(owner, parameter, moments, low=1).astype(np.uint64)


def _interval(owner: str, start: Any, stop: Any) -> tuple[float, float]:
    """Return the limits of a stimulus, in ms."""
    begin = checks.real(owner, "start", start)
    if not 0.0 <= begin < math.inf:
        checks.refuse(owner, "start", start, "0 ms or later, on the grid")
    end = checks.real(owner, "stop", stop)
    if not (checks.is_infinite(stop) or begin < end < math.inf):
        checks.refuse(owner, "stop", stop, f"after start = {begin:g} ms, on the grid or infinite")
    return begin, end
