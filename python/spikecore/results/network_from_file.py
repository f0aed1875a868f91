"""The network of a saved result: populations, models and projections, each value checked before it is used."""

from typing import Any, cast, get_args, get_origin

import numpy as np
from numpy.typing import NDArray

import spikecore.models as known_models
from spikecore import _native
from spikecore.models import NeuronModel
from spikecore.population import Population
from spikecore.results.to_file import NONE, WIRE
from spikecore.results.wiring import Wire, Wiring

__all__ = ["Arrays", "indices", "is_of", "read_populations", "read_wiring", "require"]

Arrays = dict[str, NDArray[Any]]


def read_populations(description: dict[str, Any], arrays: Arrays) -> tuple[Population, ...]:
    """Return the populations, each with its model."""
    models = [_model(place, entry, arrays) for place, entry in enumerate(description["models"])]
    names, sizes, places = description["populations"], arrays["populations/size"], arrays["populations/model"]
    require(all(isinstance(name, str) for name in names) and len(set(names)) == len(names), "names, each once")
    require(sizes.dtype == places.dtype == np.uint32 and sizes.shape == (len(names),), "sizes and models")
    require(places.shape == sizes.shape, "a model of each")
    require(bool((sizes > 0).all()), "sizes above 0")
    firsts = np.concatenate([[0], np.cumsum(sizes, dtype=np.uint64)])
    require(int(firsts[-1]) < 2**32, "at most 2^32 - 1 neurons")
    own = [models[place] for place in places]
    return tuple(Population(name, int(sizes[k]), own[k], int(firsts[k]), k) for k, name in enumerate(names))


def _model(place: int, entry: Any, arrays: Arrays) -> NeuronModel:
    name, options, parameters = entry
    kind = getattr(known_models, name) if name in known_models.__all__ else None
    require(isinstance(kind, type) and issubclass(kind, NeuronModel), f"a model of this version, not {name!r}")
    values = {parameter: arrays[f"models/{place}/{parameter}"] for parameter in parameters}
    numbers = {parameter: value if value.ndim else float(value) for parameter, value in values.items()}
    return cast("type[NeuronModel]", kind).restored(options, numbers)


def read_wiring(description: dict[str, Any], arrays: Arrays, populations: tuple[Population, ...]) -> Wiring:
    """Return the projections, with the synapses of every source neuron."""
    rows = arrays["projections"]
    require(rows.dtype == np.int64 and rows.ndim == 2 and rows.shape[1] == len(WIRE), "projections")
    wires = [
        Wire(source, target, size, None if kernel == NONE else kernel, longest, None if bits == NONE else bits)
        for source, target, size, kernel, longest, bits in rows.tolist()
    ]
    for wire in wires:
        require(wire.source in range(len(populations)) and wire.target in range(len(populations)), "ends")
        require(
            min(wire.synapse_bytes, wire.kernel or 0, wire.longest, wire.weight_bits or 0) >= 0, "numbers of at least 0"
        )
    lengths, degrees = arrays["fan_out/lengths"], arrays["fan_out/degrees"]
    require(lengths.dtype == degrees.dtype == np.uint32 and lengths.shape == (len(wires),), "fan-out tables")
    cuts = np.cumsum(lengths, dtype=np.uint64)
    require(degrees.shape == (int(cuts[-1]) if len(cuts) else 0,), "a degree of every neuron")
    tables = [int(table[0]) if len(table) == 1 else table for table in np.split(degrees, cuts[:-1])] if wires else []
    sizes = [population.size for population in populations]
    fan_out = _native.FanOut(sizes, [wire.source for wire in wires], tables)
    word_bytes = description["word_bytes"]
    require(word_bytes in (4, 8), "bytes of a number")
    most, is_counted = description["fan_in"]
    require(isinstance(most, int) and most >= 0 and isinstance(is_counted, bool), "synapses onto a neuron")
    return Wiring.of_tables(populations, wires, fan_out, word_bytes, (most, is_counted))


def is_of(value: Any, hint: Any) -> bool:
    """Return whether a value of JSON is of a type; numbers are at least 0."""
    origin, parts = get_origin(hint), get_args(hint)
    if origin is list:
        return isinstance(value, list) and all(is_of(each, parts[0]) for each in value)
    if origin is tuple:
        return isinstance(value, list) and len(value) == len(parts) and all(map(is_of, value, parts))
    if origin is dict:
        return isinstance(value, dict) and all(is_of(each, parts[1]) for each in value.values())
    if hint in (int, float):
        return isinstance(value, int if hint is int else int | float) and not isinstance(value, bool) and value >= 0
    return isinstance(value, hint)


def indices(values: Any, length: int) -> list[int]:
    """Return numbers of things of which there are `length`."""
    require(is_of(values, list[int]) and all(value < length for value in values), f"numbers below {length}")
    require(values == sorted(set(values)), "numbers in order, each once")
    return cast("list[int]", values)


def require(right: bool, allowed: str) -> None:
    """Raise `ValueError` where something is not as it is written."""
    if not right:
        msg = f"allowed: {allowed}"
        raise ValueError(msg)
