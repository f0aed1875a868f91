"""Spikes given for a source, in the border's form: neurons and ticks, sorted by (tick, neuron)."""

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spikecore import _native, checks, printed
from spikecore.errors import NetworkError
from spikecore.frames import check_size
from spikecore.grid import Grid

__all__ = ["source_spikes"]


def source_spikes(owner: str, size: int, times: Any, grid: Grid) -> tuple[NDArray[np.uint32], NDArray[np.uint64]]:
    """Return the spikes of a source as (neurons, ticks), sorted by (tick, neuron).

    `times` is a list with one array of times per neuron, or a tuple of two arrays (neurons, times)
    of equal length.
    """
    check_size(owner, size, times)
    neurons, ticks = _flatten(owner, size, times, grid)
    order = np.lexsort((neurons, ticks))
    neurons, ticks = neurons[order], ticks[order]
    same = (np.diff(ticks) == 0) & (np.diff(neurons.astype(np.int64)) == 0)
    if same.any():
        at = int(np.argmax(same))
        when = float(grid.ms(ticks[at]))
        msg = f"{printed.shown(owner)}: neuron {int(neurons[at])} has two spikes at {when:g} ms, allowed: one"
        raise NetworkError(msg, population=owner, parameter="times", value=when, allowed="one")
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
    trains = tuple(times)
    if len(trains) != size:
        checks.refuse(owner, "the length of times", len(trains), f"{size}, one array per neuron")
    joined = _joined(owner, trains, grid)
    if joined is not None:
        return joined
    # Something is wrong, or unusual: train by train, a message can name it.
    ticks = [_train(owner, f"times[{i}]", train, grid) for i, train in enumerate(trains)]
    return np.repeat(np.arange(size, dtype=np.uint32), list(map(len, ticks))), np.concatenate(ticks)


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
