"""A result from a file: everything in it is checked before a `Result` is made of it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast, get_args, get_origin, get_type_hints

import numpy as np
from numpy.typing import NDArray

import spikecore.models as known_models
from spikecore import _native, printed
from spikecore.arrays import closed
from spikecore.errors import FileError, SpikecoreError
from spikecore.files import container, writing
from spikecore.grid import Grid
from spikecore.models import NeuronModel
from spikecore.population import Population, Recorder
from spikecore.results.counters import Statistics
from spikecore.results.run import Result
from spikecore.results.span import Span
from spikecore.results.to_file import KIND, NONE, SCHEMA, WIRE
from spikecore.results.traces import Trace
from spikecore.results.wiring import Wire, Wiring

__all__ = ["load_result"]

_Arrays = dict[str, NDArray[Any]]


def load_result(file: str | Path) -> Result:
    """Return a result that `Result.save` has written.

    Parameters
    ----------
    file : str or Path
        Its file.

    Returns
    -------
    Result
        Equal in all that it tells; its populations are handles of its own, so use names as keys. It keeps no
        network: ``energy(mapping=True)`` is refused.

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
    contents = container.read(path, KIND, SCHEMA)
    try:
        return _result(contents.description, contents.arrays)
    except (SpikecoreError, ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        why = printed.shortened(printed.shown(f"{type(error).__name__}: {error}"), 300)
        msg = f"the file {printed.shown(path.name)!r} is not a result that spikecore has written: {why}"
        raise FileError(msg, parameter="file", value=str(path)) from error


def _result(description: dict[str, Any], arrays: _Arrays) -> Result:
    populations = _read_populations(description, arrays)
    neurons = sum(population.size for population in populations)
    before, after = (_statistics(description[key], len(populations)) for key in ("before", "after"))
    grid = Grid(description["dt"])
    spiked, times = arrays["counts/ids"], arrays["counts/spikes"]
    _require(spiked.dtype == np.uint32 and times.dtype == np.uint64 and spiked.shape == times.shape, "counts")
    _require(spiked.ndim == 1 and bool((spiked < neurons).all()), "counts of neurons that there are")
    span = Span(grid, before, after, closed(spiked), closed(times))
    recorded = tuple(populations[index] for index in _indices(description["recorded"], len(populations)))
    ticks, ids = arrays["spikes/ticks"], arrays["spikes/ids"]
    _require_spikes(ticks, ids, span, recorded)
    wiring = _read_wiring(description, arrays, populations)
    return Result(span, wiring, recorded, (ticks, ids), _read_traces(description, arrays, populations))


def _read_populations(description: dict[str, Any], arrays: _Arrays) -> tuple[Population, ...]:
    models = [_model(place, entry, arrays) for place, entry in enumerate(description["models"])]
    names, sizes, of = description["populations"], arrays["populations/size"], arrays["populations/model"]
    _require(all(isinstance(name, str) for name in names) and len(set(names)) == len(names), "names, each once")
    _require(sizes.dtype == of.dtype == np.uint32 and sizes.shape == of.shape == (len(names),), "sizes and models")
    _require(bool((sizes > 0).all()), "sizes above 0")
    firsts = np.concatenate([[0], np.cumsum(sizes, dtype=np.uint64)])
    _require(int(firsts[-1]) < 2**32, "at most 2^32 - 1 neurons")
    return tuple(Population(name, int(sizes[k]), models[int(of[k])], int(firsts[k]), k) for k, name in enumerate(names))


def _model(place: int, entry: Any, arrays: _Arrays) -> NeuronModel:
    name, options, parameters = entry
    kind = getattr(known_models, name) if name in known_models.__all__ else None
    _require(isinstance(kind, type) and issubclass(kind, NeuronModel), f"a model of this version, not {name!r}")
    values = {parameter: arrays[f"models/{place}/{parameter}"] for parameter in parameters}
    numbers = {parameter: value if value.ndim else float(value) for parameter, value in values.items()}
    return cast("NeuronModel", kind(**options, **numbers))  # type: ignore[misc]


def _read_wiring(description: dict[str, Any], arrays: _Arrays, populations: tuple[Population, ...]) -> Wiring:
    rows = arrays["projections"]
    _require(rows.dtype == np.int64 and rows.ndim == 2 and rows.shape[1] == len(WIRE), "projections")
    wires = [
        Wire(source, target, size, None if kernel == NONE else kernel, longest, None if bits == NONE else bits)
        for source, target, size, kernel, longest, bits in rows.tolist()
    ]
    for wire in wires:
        _require(wire.source in range(len(populations)) and wire.target in range(len(populations)), "ends")
        _require(
            min(wire.synapse_bytes, wire.kernel or 0, wire.longest, wire.weight_bits or 0) >= 0, "numbers of at least 0"
        )
    lengths, degrees = arrays["fan_out/lengths"], arrays["fan_out/degrees"]
    _require(lengths.dtype == degrees.dtype == np.uint32 and lengths.shape == (len(wires),), "fan-out tables")
    cuts = np.cumsum(lengths, dtype=np.uint64)
    _require(degrees.shape == (int(cuts[-1]) if len(cuts) else 0,), "a degree of every neuron")
    tables = [int(table[0]) if len(table) == 1 else table for table in np.split(degrees, cuts[:-1])] if wires else []
    sizes = [population.size for population in populations]
    fan_out = _native.FanOut(sizes, [wire.source for wire in wires], tables)
    word_bytes = description["word_bytes"]
    _require(word_bytes in (4, 8), "bytes of a number")
    most, is_counted = description["fan_in"]
    _require(isinstance(most, int) and most >= 0 and isinstance(is_counted, bool), "synapses onto a neuron")
    return Wiring.of_tables(populations, wires, fan_out, word_bytes, (most, is_counted))


def _read_traces(
    description: dict[str, Any], arrays: _Arrays, populations: tuple[Population, ...]
) -> dict[Recorder, Trace]:
    traces = {}
    for place, (of, variable, interval, index) in enumerate(description["recorders"]):
        population = populations[_indices([of], len(populations))[0]]
        times, neurons, values = (arrays[f"traces/{place}/{what}"] for what in ("times", "neurons", "values"))
        _require(variable in population.model.variables and _is_of(interval, float) and _is_of(index, int), "recorder")
        _require(times.dtype == values.dtype == np.float64 and neurons.dtype == np.uint32, "types of a trace")
        _require(times.ndim == 1 and values.shape == (*times.shape, *neurons.shape), "a table of a trace")
        _require(bool((neurons < population.size).all()), "neurons of the population")
        recorder = Recorder(population, variable, closed(neurons), interval, index)
        traces[recorder] = Trace(recorder, closed(times), closed(values))
    return traces


def _require_spikes(ticks: NDArray[Any], ids: NDArray[Any], span: Span, recorded: tuple[Population, ...]) -> None:
    """Require spikes of recorded neurons, within the run, in the order of (tick, id)."""
    _require(ticks.dtype == np.uint64 and ids.dtype == np.uint32 and ticks.shape == ids.shape, "spikes")
    _require(ticks.ndim == 1, "spikes in a list")
    later, same = ticks[1:] > ticks[:-1], ticks[1:] == ticks[:-1]
    _require(bool((later | (same & (ids[1:] > ids[:-1]))).all()), "spikes in order, each once")
    _require(
        not len(ticks) or (span.start_tick < int(ticks[0]) and int(ticks[-1]) <= span.stop_tick), "spikes of the run"
    )
    inside = np.zeros(len(ids), dtype=bool)
    for population in recorded:
        inside |= (ids >= population.first) & (ids < population.ids.stop)
    _require(bool(inside.all()), "spikes of recorded populations")


def _statistics(counters: Any, populations: int) -> Statistics:
    hints = get_type_hints(Statistics)
    _require(isinstance(counters, Mapping) and set(counters) == set(hints), "the counters of this version")
    for name, hint in hints.items():
        _require(_is_of(counters[name], hint), f"{name}: {hint}")
        if name.endswith("_per_population"):
            _require(len(counters[name]) == populations, f"{name}: a number of every population")
    made = {**counters, "largest_lead": [tuple(row) for row in counters["largest_lead"]]}
    return cast("Statistics", made)


def _is_of(value: Any, hint: Any) -> bool:
    """Return whether a value of JSON is of a type; numbers are at least 0."""
    origin, parts = get_origin(hint), get_args(hint)
    if origin is list:
        return isinstance(value, list) and all(_is_of(each, parts[0]) for each in value)
    if origin is tuple:
        return isinstance(value, list) and len(value) == len(parts) and all(map(_is_of, value, parts))
    if origin is dict:
        return isinstance(value, dict) and all(_is_of(each, parts[1]) for each in value.values())
    if hint in (int, float):
        return isinstance(value, int if hint is int else int | float) and not isinstance(value, bool) and value >= 0
    return isinstance(value, hint)


def _indices(values: Any, length: int) -> list[int]:
    _require(_is_of(values, list[int]) and all(value < length for value in values), f"numbers below {length}")
    _require(values == sorted(set(values)), "numbers in order, each once")
    return cast("list[int]", values)


def _require(right: bool, allowed: str) -> None:
    if not right:
        msg = f"allowed: {allowed}"
        raise ValueError(msg)
