"""Spikes given for a source, in the border's form: neurons and ticks.

They come as a list with the times of each neuron, as a tuple (neurons, times), or as what has `neurons` and `times`, as
the spikes of a result have. A tuple of two lists for two neurons could be either of the first two and is refused,
unless types tell: whole numbers and floats in arrays are (neurons, times).
"""

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spikecore import _native, checks, printed
from spikecore.arrays import rounding
from spikecore.errors import NetworkError
from spikecore.frames import check_size
from spikecore.grid import Grid

__all__ = ["source_spikes"]


def source_spikes(
    owner: str, size: int, times: Any, grid: Grid, *, snap: bool = False
) -> tuple[NDArray[np.uint32], NDArray[np.uint64]]:
    """Return the spikes of a source as (neurons, ticks), in any order; the engine refuses two of a neuron in one tick.

    With `snap` a time is rounded to the nearest tick.
    """
    check_size(owner, size, times)
    pair = _pair(owner, size, times)
    if pair is not None:
        neurons = checks.indices(owner, "neurons", pair[0], size)
        ticks = _ticks(owner, "times", pair[1], grid, snap)
        if ticks.shape != neurons.shape:
            checks.refuse(owner, "the shape of times", f"{ticks.shape}", f"{neurons.shape}")
        return neurons, ticks
    if not isinstance(times, Iterable) or isinstance(times, str):
        expected = "a list with one array per neuron, a tuple (neurons, times), or Spikes"
        checks.wrong_kind(owner, "times", expected, printed.value(times))
    trains = tuple(times)
    if len(trains) != size:
        checks.refuse(owner, "the length of times", len(trains), f"{size}, one array per neuron")
    joined = None if snap else _joined(owner, trains, grid)
    if joined is not None:
        return joined
    # Something is wrong, or unusual: train by train, a message can name it.
    each = [_train(owner, f"times[{i}]", train, grid, snap) for i, train in enumerate(trains)]
    return np.repeat(np.arange(size, dtype=np.uint32), list(map(len, each))), np.concatenate(each)


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


def _train(owner: str, parameter: str, times: Any, grid: Grid, snap: bool) -> NDArray[np.uint64]:
    ticks = _ticks(owner, parameter, times, grid, snap)
    if ticks.ndim != 1:
        checks.refuse(owner, f"the shape of {parameter}", f"{ticks.shape}", "one dimension")
    return ticks


def _ticks(owner: str, parameter: str, times: Any, grid: Grid, snap: bool) -> NDArray[np.uint64]:
    """Return times as ticks; those of a short type lie on the grid within its own rounding."""
    moments = checks.reals(owner, parameter, times, "an array of numbers")
    ticks = grid.tick_array(owner, parameter, moments, low=1, rounding=rounding(times), snap=snap)
    return ticks.astype(np.uint64)


def _pair(owner: str, size: int, times: Any) -> tuple[Any, Any] | None:
    """Return (neurons, times) if that is what was given; None for trains."""
    if hasattr(times, "neurons") and hasattr(times, "times"):
        return times.neurons, times.times
    if not isinstance(times, tuple) or (len(times) == size and size != 2):
        return None
    if len(times) != 2:
        checks.refuse(owner, "the length of the tuple times", len(times), "2: (neurons, times)")
    kinds = [getattr(getattr(each, "dtype", None), "kind", "") for each in times]
    if size == 2 and kinds not in (["u", "f"], ["i", "f"]) and any(map(np.size, times)):
        allowed = "a list with the times of each neuron, or arrays (neurons, times) of whole numbers and floats"
        checks.refuse(owner, "times", "a tuple of two, which two neurons leave open", allowed)
    return times
