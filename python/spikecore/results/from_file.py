"""A result from a file: everything in it is checked before a `Result`, or a `BatchResult`, is made of it."""

from collections.abc import Iterator, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any, cast, get_type_hints

import numpy as np
from numpy.typing import NDArray

from spikecore import printed
from spikecore.arrays import closed
from spikecore.errors import FileError, SpikecoreError
from spikecore.files import container, writing
from spikecore.grid import MAX_TICKS, Grid
from spikecore.population import Population, Recorder
from spikecore.results.batch import BatchResult
from spikecore.results.counters import BatchRecord, Statistics
from spikecore.results.network_from_file import Arrays, indices, is_of, read_populations, read_wiring, require
from spikecore.results.run import Result
from spikecore.results.span import Span
from spikecore.results.to_file import BATCH, SCHEMAS
from spikecore.results.traces import Trace

__all__ = ["load_result"]


def load_result(file: str | Path) -> Result | BatchResult:
    """Return a result that `Result.save` or `BatchResult.save` has written.

    Parameters
    ----------
    file : str or Path
        Its file.

    Returns
    -------
    Result or BatchResult
        What was saved, equal in all that it tells; its populations are handles of its own, so use names as keys. It
        keeps no network: ``energy(mapping=True)`` is refused.

    Raises
    ------
    FileError
        If the file is damaged, truncated, no result, of another schema, or not what it says it is.
    OSError
        If it cannot be opened or read.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> import spikecore as sc
    >>> net = sc.Network(dt=0.1, seed=1)
    >>> exc = net.population(10, sc.LIF(i_e=400.0), name="exc")
    >>> result = net.compile(workers=1).run(100.0)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     again = sc.load_result(result.save(pathlib.Path(folder) / "run.npz"))
    >>> again.spikes_sha256() == result.spikes_sha256(), again.rates() == result.rates()
    (True, True)
    """
    path = writing.path_of("load_result", file)
    kind, contents = container.read_any(path, SCHEMAS)
    try:
        return (_batch if kind == BATCH else _result)(contents.description, contents.arrays)
    except (SpikecoreError, ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        why = printed.shortened(printed.shown(f"{type(error).__name__}: {error}"), 300)
        msg = f"the file {printed.shown(path.name)!r} is not a {kind} that spikecore has written: {why}"
        raise FileError(msg, parameter="file", value=str(path)) from error


def _result(description: dict[str, Any], arrays: Arrays) -> Result:
    populations = read_populations(description, arrays)
    neurons = sum(population.size for population in populations)
    before, after = (_statistics(description[key], len(populations)) for key in ("before", "after"))
    grid = Grid(description["dt"])
    spiked, times = arrays["counts/ids"], arrays["counts/spikes"]
    require(spiked.dtype == np.uint32 and times.dtype == np.uint64 and spiked.shape == times.shape, "counts")
    require(spiked.ndim == 1 and bool((spiked < neurons).all()), "counts of neurons that there are")
    span = Span(grid, before, after, closed(spiked), closed(times))
    recorded = tuple(populations[index] for index in indices(description["recorded"], len(populations)))
    ticks, ids = arrays["spikes/ticks"], arrays["spikes/ids"]
    _require_spikes(ticks, ids, (span.start_tick, span.stop_tick), recorded)
    wiring = read_wiring(description, arrays, populations)
    return Result(span, wiring, recorded, (ticks, ids), _read_traces(description, arrays, populations))


def _read_traces(
    description: dict[str, Any], arrays: Arrays, populations: tuple[Population, ...]
) -> dict[Recorder, Trace]:
    traces = {}
    for recorder, times, values in _recorded(description, arrays, populations, samples=()):
        traces[recorder] = Trace(recorder, closed(times), closed(values))
    return traces


def _recorded(
    description: dict[str, Any], arrays: Arrays, populations: tuple[Population, ...], samples: tuple[int, ...]
) -> Iterator[tuple[Recorder, NDArray[np.float64], NDArray[np.float64]]]:
    """Yield every recorder with its times in ms and its values; those of a batch are a table for every sample."""
    for place, (of, variable, interval, index) in enumerate(description["recorders"]):
        population = populations[indices([of], len(populations))[0]]
        times, neurons, values = (arrays[f"traces/{place}/{what}"] for what in ("times", "neurons", "values"))
        require(variable in population.model.variables and is_of(interval, float) and is_of(index, int), "recorder")
        require(times.dtype == values.dtype == np.float64 and neurons.dtype == np.uint32, "types of a trace")
        require(times.ndim == 1 and values.shape == (*samples, *times.shape, *neurons.shape), "a table of a trace")
        require(bool((neurons < population.size).all()), "neurons of the population")
        yield Recorder(population, variable, closed(neurons), interval, index), times, values


def _batch(description: dict[str, Any], arrays: Arrays) -> BatchResult:
    populations = read_populations(description, arrays)
    grid, ticks = Grid(description["dt"]), description["ticks"]
    require(is_of(ticks, int) and 0 < ticks <= MAX_TICKS, "ticks of a sample")
    recorded = tuple(populations[index] for index in indices(description["recorded"], len(populations)))
    spikes = _by_sample(arrays, "spikes", ("ticks", "ids"))
    for pair in spikes:
        _require_spikes(*pair, (0, ticks), recorded)
    counts = _by_sample(arrays, "counts", ("ids", "spikes"))
    require(len(spikes) == len(counts), "as many samples of counts as of spikes")
    neurons = sum(population.size for population in populations)
    for ids, times in counts:
        require(ids.dtype == np.uint32 and times.dtype == np.uint64, "counts")
        require(bool((ids < neurons).all()) and len(np.unique(ids)) == len(ids), "counts of neurons that there are")
    recorders, taken = list[Recorder](), [list[tuple[NDArray[np.uint64], NDArray[np.float64]]]() for _ in spikes]
    for recorder, moments, values in _recorded(description, arrays, populations, samples=(len(spikes),)):
        require(recorder.index == len(recorders), "recorders in order")
        recorders.append(recorder)
        whole = np.rint(moments / grid.dt).astype(np.uint64)
        for sample, table in zip(taken, values, strict=True):
            sample.append((whole, table))
    states, tables = _read_states(description, arrays, populations, len(spikes))
    counters = description["counters"]
    made = {"spikes": spikes, "counts": counts, "samples": taken, "states": tables, "real_s": description["real_s"]}
    record = _batch_record({**counters, **made}, len(populations))
    wiring = read_wiring(description, arrays, populations)
    return BatchResult(record, grid, ticks, recorded, tuple(recorders), states, wiring)


def _by_sample(arrays: Arrays, what: str, columns: tuple[str, str]) -> list[tuple[NDArray[Any], NDArray[Any]]]:
    """Return two columns cut into samples."""
    first, (left, right) = arrays[f"{what}/first"], (arrays[f"{what}/{column}"] for column in columns)
    require(first.dtype == np.uint64 and first.ndim == 1 and len(first) > 1, "where samples begin")
    require(left.ndim == 1 and left.shape == right.shape == (int(first[-1]),) and first[0] == 0, "samples in a list")
    require(bool((first[1:] >= first[:-1]).all()), "samples in order")
    limits = [int(place) for place in first]
    return [(left[begin:end], right[begin:end]) for begin, end in pairwise(limits)]


def _read_states(
    description: dict[str, Any], arrays: Arrays, populations: tuple[Population, ...], samples: int
) -> tuple[list[tuple[Population, str]], list[NDArray[np.float64]]]:
    asked, tables = [], []
    for place, (of, variable) in enumerate(description["states"]):
        population, table = populations[indices([of], len(populations))[0]], arrays[f"states/{place}"]
        require(variable in population.model.variables, "a variable of its model")
        require(table.dtype == np.float64 and table.shape == (samples, population.size), "a table of states")
        asked.append((population, variable))
        tables.append(table)
    return asked, tables


def _batch_record(record: dict[str, Any], populations: int) -> BatchRecord:
    hints = get_type_hints(BatchRecord)
    require(set(record) == set(hints) and is_of(record["real_s"], float), "the counters of this version")
    for name in hints:
        if name.endswith("_per_population"):
            require(
                is_of(record[name], list[int]) and len(record[name]) == populations,
                f"{name}: a number of every population",
            )
    return cast("BatchRecord", record)


def _require_spikes(
    ticks: NDArray[Any], ids: NDArray[Any], run: tuple[int, int], recorded: tuple[Population, ...]
) -> None:
    """Require spikes of recorded neurons, within the run, in the order of (tick, id)."""
    require(ticks.dtype == np.uint64 and ids.dtype == np.uint32 and ticks.shape == ids.shape, "spikes")
    require(ticks.ndim == 1, "spikes in a list")
    later, same = ticks[1:] > ticks[:-1], ticks[1:] == ticks[:-1]
    require(bool((later | (same & (ids[1:] > ids[:-1]))).all()), "spikes in order, each once")
    require(not len(ticks) or (run[0] < int(ticks[0]) and int(ticks[-1]) <= run[1]), "spikes of the run")
    inside = np.zeros(len(ids), dtype=bool)
    for population in recorded:
        inside |= (ids >= population.first) & (ids < population.ids.stop)
    require(bool(inside.all()), "spikes of recorded populations")


def _statistics(counters: Any, populations: int) -> Statistics:
    hints = get_type_hints(Statistics)
    require(isinstance(counters, Mapping) and set(counters) == set(hints), "the counters of this version")
    for name, hint in hints.items():
        require(is_of(counters[name], hint), f"{name}: {hint}")
        if name.endswith("_per_population"):
            require(len(counters[name]) == populations, f"{name}: a number of every population")
    made = {**counters, "largest_lead": [tuple(row) for row in counters["largest_lead"]]}
    return cast("Statistics", made)
