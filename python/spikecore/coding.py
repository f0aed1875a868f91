"""Frames to spikes: how intensities, such as the pixels of images, become input of a machine.

A batch of frames becomes what `Machine.run_batch` takes: for a spike source a list with one
(neurons, times) pair per frame, for neurons driven directly an array of currents. Frames of any
shape are flattened in C order, so that pixel i drives neuron i. Memory follows the spikes and the frames: what is
drawn or computed beside them stands in pieces of a fixed length, and no draw depends on that length.
"""

import copy
import math
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spikecore import _native, checks
from spikecore.errors import ForecastError
from spikecore.forecast import human_bytes
from spikecore.frames import FrameSpikes
from spikecore.grid import Grid
from spikecore.keywords import spelled

__all__ = ["SpikePairs", "current", "encode", "latency", "rate"]

SpikePairs = list[FrameSpikes]
"""Per frame, the neuron and the time in ms of every spike, sorted by (time, neuron)."""


@spelled
def rate(frames: "ArrayLike", duration: float, dt: float, *, max_rate: float = 100.0, seed: int = 0) -> SpikePairs:
    """Turn intensities into independent random spikes whose rate is proportional to them.

    Parameters
    ----------
    frames : array_like, shape (B, ...)
        Intensities in [0, 1]. One frame without a batch axis is ``frame[None]``.
    duration : float
        Length of every sample in ms, > 0 and on the grid.
    dt : float
        Tick in ms, that of the network.
    max_rate : float
        Rate of intensity 1 in Hz, > 0 and at most one spike per tick, 1000 / dt.
    seed : int
        Seed of the draws, 0 … 2^64 - 1.

    Returns
    -------
    list of B pairs (neurons, times)
        uint32 indices into a flattened frame, and float64 times in ms from dt to `duration`, sorted
        by (time, neuron). A pair knows the size of its frame: a source of another size refuses it.

    Raises
    ------
    NetworkError
        If a value is outside its range, the frames have no batch dimension, or the duration is off
        the grid.
    ForecastError
        If the spikes would not fit in memory: 12 B each.

    Notes
    -----
    In every tick neuron i spikes with probability p = x_i · max_rate · dt, at most once and
    independently of all else. Candidates of the highest probability are drawn from gap to gap
    (Philox, keyed by `seed`) and kept with probability x_i, so that time follows the candidates
    and memory the spikes.

    Spikes are drawn by `numpy.random.Generator`: a seed gives the same ones wherever numpy's stream
    is the same, which a new version of numpy may change (NEP 19). To keep them, keep the spikes.

    Examples
    --------
    >>> neurons, times = rate([[0.0, 1.0]], 100.0, 0.1, max_rate=200.0, seed=1)[0]
    >>> set(neurons.tolist()), bool(times.min() >= 0.1)
    ({1}, True)
    """
    grid, ticks, x = _start(frames, duration, dt)
    highest = checks.number("coding", "max_rate", max_rate, above=0.0, high=1e3 / grid.dt, unit="Hz")
    generator = np.random.Generator(np.random.Philox(checks.count("coding", "seed", seed, high=2**64 - 1)))
    p = min(max(highest * grid.dt * 1e-3, _LEAST), 1.0)
    # Few candidates are found from gap to gap; where they would be many, every neuron and tick is one.
    candidate = p if p < _FEW else 1.0
    _refuse_too_many(p, ticks, x)
    return [_drawn(generator, candidate, frame, p / candidate, ticks, grid) for frame in x]


@spelled
def latency(
    frames: "ArrayLike",
    duration: float,
    dt: float,
    *,
    method: Literal["log", "linear"] = "log",
    tau: float = 5.0,
    threshold: float = 0.01,
) -> SpikePairs:
    """Turn intensities into one spike each, the earlier the brighter.

    Parameters
    ----------
    frames : array_like, shape (B, ...)
        Intensities in [0, 1]. One frame without a batch axis is ``frame[None]``.
    duration : float
        Length of every sample in ms, > 0 and on the grid.
    dt : float
        Tick in ms, that of the network.
    method : {"log", "linear"}
        The time that an intensity takes, see the notes.
    tau : float
        Time constant of ``"log"`` in ms, > 0; ``"linear"`` has none.
    threshold : float
        Intensities up to this are silent, 0 ≤ threshold < 1; above 0 for ``"log"``.

    Returns
    -------
    list of B pairs (neurons, times)
        uint32 indices into a flattened frame, and float64 times in ms from dt to `duration`, sorted
        by (time, neuron); each neuron at most once. A pair knows the size of its frame: a source of
        another size refuses it.

    Raises
    ------
    NetworkError
        If a value is outside its range, the method is unknown, the frames have no batch dimension,
        or the duration is off the grid.

    Notes
    -----
    Intensity x above the threshold θ spikes at t = dt + u(x), rounded to the nearest tick (halves to the even
    number of ticks after dt), where

    - ``"log"``: u = tau · ln(x / (x - θ)), the time at which a leaky integrator of time constant tau
      reaches θ under the constant input x. No spike if that lies after `duration`.
    - ``"linear"``: u = (duration - dt) · (1 - x).

    References
    ----------
    Eshraghian et al., Proc. IEEE 111 (2023), 1016-1054: latency coding, as in snnTorch's
    ``spikegen.latency`` without its normalisation.

    Examples
    --------
    >>> neurons, times = latency([[0.2, 0.0, 1.0]], 10.0, 0.1, method="linear")[0]
    >>> neurons.tolist(), times.tolist()
    ([2, 0], [0.1, 8.0])
    """
    grid, ticks, x = _start(frames, duration, dt)
    checks.choice("coding", "method", method, ("log", "linear"))
    tau = checks.number("coding", "tau", tau, above=0.0, unit="ms")
    theta = checks.real("coding", "threshold", threshold)
    if not 0.0 <= theta < 1.0 or (method == "log" and theta == 0.0):
        checks.refuse("coding", "threshold", threshold, "> 0 and < 1" if method == "log" else "≥ 0 and < 1")
    spikes = []
    for frame in x:
        neurons = np.flatnonzero(frame > theta)
        bright = frame[neurons]
        # ln(x / (x - θ)), without the loss of digits where x is much larger.
        wait = -tau * np.log1p(-theta / bright) / grid.dt if method == "log" else (ticks - 1) * (1.0 - bright)
        tick = 1.0 + np.rint(wait)
        inside = tick <= ticks
        neurons, when = neurons[inside], tick[inside].astype(np.int64)
        order = np.argsort(when, kind="stable")
        spikes.append(FrameSpikes(neurons[order].astype(np.uint32), grid.ms(when[order]), x.shape[1]))
    return spikes


@spelled
def current(frames: "ArrayLike", gain: float) -> NDArray[np.float64]:
    """Turn intensities into direct currents, held for a whole sample.

    Parameters
    ----------
    frames : array_like, shape (B, ...)
        Intensities in [0, 1]. One frame without a batch axis is ``frame[None]``.
    gain : float
        Current of intensity 1 in pA.

    Returns
    -------
    ndarray of float64, shape (B, size)
        In pA.

    Raises
    ------
    NetworkError
        If a value is outside its range or the frames have no batch dimension.

    Notes
    -----
    I_i = gain · x_i.

    Examples
    --------
    >>> current([[0.0, 0.5]], gain=400.0)
    array([[  0., 200.]])
    """
    return _flat(frames) * checks.number("coding", "gain", gain, unit="pA")


_CODINGS: dict[str, Callable[..., Any]] = {"rate": rate, "latency": latency, "current": current}


def encode(
    frames: "ArrayLike", coding: Literal["rate", "latency", "current"], *args: Any, **options: Any
) -> SpikePairs | NDArray[np.float64]:
    """Encode by the name of the coding.

    Parameters
    ----------
    frames : array_like, shape (B, ...)
        Intensities in [0, 1]. One frame without a batch axis is ``frame[None]``.
    coding : {"rate", "latency", "current"}
        Which function of this module.
    *args, **options : object
        The other arguments of that function.

    Returns
    -------
    list of pairs or ndarray
        What that function returns.

    Raises
    ------
    NetworkError
        If the coding is unknown, or as that function does.

    Examples
    --------
    >>> encode([[0.25]], "current", gain=100.0)
    array([[25.]])
    """
    checks.choice("coding", "coding", coding, tuple(_CODINGS))
    result: SpikePairs | NDArray[np.float64] = _CODINGS[coding](frames, *args, **options)
    return result


def _start(frames: ArrayLike, duration: Any, dt: Any) -> tuple[Grid, int, NDArray[np.float64]]:
    """Return the grid, the ticks of a sample, and the frames as (B, size)."""
    grid = Grid(dt)
    return grid, grid.ticks("coding", "duration", duration, low=1), _flat(frames)


def _refuse_too_many(p: float, ticks: int, x: NDArray[np.float64]) -> None:
    """Refuse frames whose spikes would not fit in memory."""
    needed, available = int(_SPIKE_BYTES * p * ticks * float(x.sum())), _native.available_memory()
    if needed > available or ticks * x.shape[1] >= _MOST_CELLS:
        msg = (
            f"coding: the spikes of the frames need some {human_bytes(needed)}, allowed: {human_bytes(available)}, and "
            f"ticks times neurons below {_MOST_CELLS:.2g}; a shorter duration, a lower max_rate or fewer frames"
        )
        raise ForecastError(msg, parameter="duration", value=needed, allowed=available)


def _flat(frames: ArrayLike) -> NDArray[np.float64]:
    values = checks.array("coding", "frames", frames, fresh=False)
    if values.ndim < 2 or values.size == 0:
        checks.refuse("coding", "the shape of frames", f"{values.shape}", "(B, ...), at least one value")
    if values.min() < 0.0 or values.max() > 1.0:
        where = tuple(int(i) for i in np.argwhere((values < 0.0) | (values > 1.0))[0])
        checks.refuse("coding", f"frames[{where}]", float(values[where]), "0 … 1")
    return values.reshape(len(values), math.prod(values.shape[1:]))


_SPIKE_BYTES = 12
"""What a spike takes: an index of 4 B and a time of 8 B."""
_MOST_CELLS = 2**57
"""Most neurons times ticks of a sample: sums of a few dozen gaps of this length stay within 64 bits."""
_LEAST = float(np.finfo(np.float64).tiny)
"""Least probability: that of the lowest rates would be 0, and gaps have no end; no draw tells the two apart."""
_FEW = 0.25
"""Probability below which drawing gaps is cheaper than a draw for every cell."""
_PIECE = 2**15
"""Candidates that are worked on together: their arrays stay in a cache."""
_HELD = 2**20
"""Candidates of a sample that are held, 8 B each, rather than drawn twice."""


def _drawn(
    generator: "np.random.Generator", candidate: float, frame: NDArray[np.float64], share: float, ticks: int, grid: Grid
) -> FrameSpikes:
    """Return the spikes of one frame: neuron i keeps its candidates with probability share · frame[i]."""
    mean = candidate * share * ticks * float(frame.sum())
    room = int(mean + 6.0 * math.sqrt(mean)) + 16
    # Arrays that are cut to their length in place: pieces that are joined would take the memory twice.
    neurons, times = np.empty(room, dtype=np.uint32), np.empty(room, dtype=np.float64)
    begin = 0
    for cells, draws in _candidates(generator, candidate, ticks * len(frame)):
        steps, owners = np.divmod(cells, len(frame))
        kept = np.flatnonzero(draws < share * frame[owners])
        end = begin + len(kept)
        if end > len(neurons):
            _resize(2 * end, neurons, times)
        neurons[begin:end], times[begin:end] = owners[kept], grid.ms(steps[kept] + 1)
        begin = end
    _resize(begin, neurons, times)
    return FrameSpikes(neurons, times, len(frame))


def _resize(length: int, *arrays: NDArray[Any]) -> None:
    """Give arrays of ours, of which there are no views, another length where they stand."""
    for array in arrays:
        array.resize(length, refcheck=False)


def _candidates(
    generator: "np.random.Generator", p: float, cells: int
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.float64]]]:
    """Yield the cells that succeed with probability `p`, ascending, each with a number from [0, 1).

    All gaps are drawn before the first number. Gaps that are too many to be held are drawn, forgotten, and drawn again
    from where they began.
    """
    pieces: Iterable[NDArray[np.int64]]
    if p == 1.0:
        pieces = (np.arange(begin, min(begin + _PIECE, cells)) for begin in range(0, cells, _PIECE))
    elif p * cells <= _HELD:
        pieces = list(_places(generator, p, cells))
    else:
        again = copy.deepcopy(generator)
        deque(_places(generator, p, cells), maxlen=0)
        pieces = _places(again, p, cells)
    for places in pieces:
        inside = places[: np.searchsorted(places, cells)]
        yield inside, generator.random(len(inside))


def _places(generator: "np.random.Generator", p: float, cells: int) -> Iterator[NDArray[np.int64]]:
    """Yield ascending places, which succeed with probability `p`, up to some beyond the last cell."""
    last = -1
    while last < cells:
        mean = (cells - last) * p
        rest = int(mean + 5.0 * math.sqrt(mean)) + 16
        while rest:
            gaps = generator.geometric(p, min(rest, _PIECE))
            rest -= len(gaps)
            places = np.cumsum(np.minimum(gaps, cells + 1)) + last
            last = int(places[-1])
            yield places
