"""Input for a compiled machine: what `Machine.reset` and `Machine.run_batch` are given, checked and in grid units.

A spike source gets spikes, in the forms of `Network.spike_source`; a population of neurons gets a
direct current. Errors name the population and the sample.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from spikecore import _native, checks, printed
from spikecore.arrays import is_array
from spikecore.errors import NetworkError
from spikecore.frames import check_size
from spikecore.grid import NEAR, Grid
from spikecore.lowering.trains import source_spikes
from spikecore.population import Population
from spikecore.populations import Populations

__all__ = ["Inputs", "of_batch", "of_one", "seed_list"]

_Spikes = tuple[NDArray[np.uint64], NDArray[np.uint32], NDArray[np.uint64]]
_Column = (
    tuple[int, Literal["spikes"], NDArray[np.uint64], NDArray[np.uint32], NDArray[np.uint64]]
    | tuple[int, Literal["current"], NDArray[np.float64]]
)
"""The input of a population: spikes of sample k from first[k] to first[k + 1], or currents in pA sample by sample."""
_MOST_TICKS = 2**31
"""Later spikes take the slow way, which has no products of ticks and neurons."""


@dataclass(frozen=True)
class Inputs:
    """The input of some samples as the engine takes it.

    Attributes
    ----------
    samples : int
        Number of samples.
    columns : list of tuple
        One per population.
    """

    samples: int
    columns: list[_Column]


def of_one(inputs: Any, populations: Populations, grid: Grid) -> Inputs:
    """Return the input of one sample: per population, what `Machine.reset` takes."""
    columns: list[_Column] = []
    for population, value in _items(inputs, populations):
        if population.is_source:
            columns.append(_spike_column(population, [value], grid, [population.name]))
        else:
            shape = (population.size,) if _shape(population, value) else ()
            amplitudes = checks.array(population.name, "current", value, shape=shape, unit="pA")
            columns.append((population.index, "current", np.full(population.size, amplitudes)))
    return Inputs(1, columns)


def of_batch(inputs: Any, seeds: list[int] | None, populations: Populations, grid: Grid) -> Inputs:
    """Return the input of a batch: per population, as many samples as `Machine.run_batch` has."""
    items = _items(inputs, populations)
    lengths = {population.name: _length(population, value) for population, value in items}
    if seeds is not None:
        lengths["seeds"] = len(seeds)
    if not lengths:
        msg = "a batch needs the input of at least one population, or seeds"
        raise NetworkError(msg, parameter="inputs")
    first, samples = next(iter(lengths.items()))
    for name, length in lengths.items():
        if length != samples:
            msg = f"inputs of unequal lengths: {first!r} has {samples} samples, {name!r} has {length}"
            raise NetworkError(msg, population=name, parameter="inputs", value=length, allowed=samples)
    if samples == 0:
        checks.refuse(first, "the number of samples", 0, "at least 1")
    columns: list[_Column] = []
    for population, value in items:
        if population.is_source:
            names = [f"{population.name}, sample {k}" for k in range(samples)]
            columns.append(_spike_column(population, list(value), grid, names))
        else:
            amplitudes = checks.array(population.name, "current", value, shape=(samples, population.size), unit="pA")
            columns.append((population.index, "current", amplitudes.ravel()))
    return Inputs(samples, columns)


def seed_list(seeds: Any) -> list[int] | None:
    """Return seeds as plain integers."""
    if seeds is None:
        return None
    if not is_array(seeds):
        checks.wrong_kind("", "seeds", "a sequence of whole numbers, one per sample", printed.value(seeds))
    numbers = np.asarray(seeds).tolist() if hasattr(seeds, "__array__") else list(seeds)
    return [checks.whole("", f"seeds[{k}]", seed) for k, seed in enumerate(numbers)]


def _items(inputs: Any, populations: Populations) -> list[tuple[Population, Any]]:
    if inputs is None:
        return []
    if not isinstance(inputs, Mapping):
        checks.wrong_kind("", "inputs", "a mapping of populations or their names", printed.value(inputs))
    return list(zip(populations.several(list(inputs), "inputs"), inputs.values(), strict=True))


def _length(population: Population, value: Any) -> int:
    if population.is_source:
        if not isinstance(value, Sequence) or isinstance(value, str | tuple):
            checks.wrong_kind(population.name, "inputs", "a list with the spikes of each sample", type(value).__name__)
        return len(value)
    shape = _shape(population, value)
    if len(shape) != 2:
        checks.refuse(population.name, "the shape of current", f"{shape}", f"(samples, {population.size})")
    return int(shape[0])


def _shape(population: Population, current: Any) -> tuple[int, ...]:
    try:
        return np.shape(current)
    except ValueError as error:
        msg = f"{printed.shown(population.name)}: current must be an array of numbers ({error})"
        raise NetworkError(msg, population=population.name, parameter="current") from error


def _spike_column(population: Population, samples: list[Any], grid: Grid, names: list[str]) -> _Column:
    for name, times in zip(names, samples, strict=True):
        check_size(name, population.size, times, len(samples))
    spikes = _joined(population.size, samples, grid)
    if spikes is None:
        trains = [source_spikes(name, population.size, times, grid) for name, times in zip(names, samples, strict=True)]
        pairs = [_native.sorted_spikes(name, *pair, grid.dt) for name, pair in zip(names, trains, strict=True)]
        first = np.cumsum([0, *(len(ticks) for _, ticks in pairs)]).astype(np.uint64)
        spikes = first, np.concatenate([pair[0] for pair in pairs]), np.concatenate([pair[1] for pair in pairs])
    return (population.index, "spikes", *spikes)


def _joined(size: int, samples: list[Any], grid: Grid) -> _Spikes | None:
    """Return the spikes of samples that are plain and right, all at once; None for what needs a closer look."""
    pairs = []
    for times in samples:
        pair = _pair(size, times)
        if pair is None:
            return None
        pairs.append(pair)
    owners = np.concatenate([ids for ids, _ in pairs])
    exact = np.concatenate([moments for _, moments in pairs]).astype(np.float64) / grid.dt
    lengths = [len(ids) for ids, _ in pairs]
    first = np.cumsum([0, *lengths]).astype(np.uint64)
    if len(owners) == 0:
        return first, owners.astype(np.uint32), exact.astype(np.uint64)
    nearest = np.rint(exact)
    if not (nearest.min() >= 1.0 and nearest.max() < _MOST_TICKS and owners.min() >= 0 and owners.max() < size):
        return None
    if np.abs(exact - nearest).max() > NEAR:
        return None
    owners, ticks = owners.astype(np.uint32), nearest.astype(np.uint64)
    place = ticks * np.uint64(size) + owners
    if not _rises(place, first):
        order = np.lexsort((place, np.repeat(np.arange(len(samples)), lengths)))
        owners, ticks = owners[order], ticks[order]
        if not _rises(place[order], first):
            return None
    return first, owners, ticks


def _pair(size: int, times: Any) -> tuple[NDArray[Any], NDArray[Any]] | None:
    """Return the neurons and the times of a sample: a pair of arrays, or a list of plain trains; None for any other."""
    if type(times) is list:
        trains = tuple(times)
        return _native.joined_trains(trains) if len(trains) == size else None
    if not (isinstance(times, tuple) and len(times) == 2 and all(type(array) is np.ndarray for array in times)):
        return None
    ids, moments = times
    if ids.ndim != 1 or ids.shape != moments.shape or ids.dtype.kind not in "iu" or moments.dtype.kind != "f":
        return None
    return ids, moments


def _rises(place: NDArray[np.uint64], first: NDArray[np.uint64]) -> bool:
    """Return whether places rise within each sample."""
    rises = place[1:] > place[:-1]
    limits = first[1:-1]
    rises[limits[(limits > 0) & (limits < len(place))] - np.uint64(1)] = True
    return bool(rises.all())
