"""A result to a file: what `Result.save` and `BatchResult.save` write, in the container of `files.container`.

The file holds spikes, traces and counters, the populations with their models, and the number of synapses of every
neuron by projection: a loaded result answers everything that the run's own did, energy included, but for the placement
on a chip, which needs the network. Of a batch, what differs in length from sample to sample is one list, with the place
where each sample begins.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spikecore.files import container, writing
from spikecore.models import NeuronModel
from spikecore.population import Population, Recorder
from spikecore.results.recorded import SpikeTrains
from spikecore.results.span import Span
from spikecore.results.traces import Traces
from spikecore.results.wiring import Wiring

__all__ = ["BATCH", "KIND", "NONE", "SCHEMAS", "WIRE", "save", "save_batch"]

KIND, BATCH = "result", "batch"
"""What a file holds: a run, or a batch."""
SCHEMAS = {KIND: 1, BATCH: 1}
"""The version of the description and of the names of arrays, of each kind."""
WIRE = ("source", "target", "synapse_bytes", "kernel", "longest", "weight_bits")
"""The columns of ``projections``."""
NONE = -1
"""Stands for a projection without a kernel, and for weights whose bits are not known."""

_Arrays = dict[str, NDArray[Any]]


def save(file: str | Path, span: Span, wiring: Wiring, spikes: SpikeTrains, traces: Traces) -> Path:
    """Write the parts of a result to a file and return its path."""
    description: dict[str, Any] = {
        "dt": span.grid.dt,
        "before": span.before,
        "after": span.after,
        "recorded": [population.index for population in spikes],
        "recorders": [_of_recorder(recorder) for recorder in traces],
    }
    arrays: _Arrays = {
        "spikes/ticks": spikes.ticks,
        "spikes/ids": spikes.ids,
        "counts/ids": span.spiked,
        "counts/spikes": span.times,
    }
    for place, (recorder, trace) in enumerate(traces.items()):
        arrays[f"traces/{place}/times"] = trace.times
        arrays[f"traces/{place}/neurons"] = recorder.neurons
        arrays[f"traces/{place}/values"] = trace.values
    return _write(writing.path_of("save", file), KIND, description, arrays, wiring)


def save_batch(
    file: str | Path,
    counted: Mapping[str, Any],
    wiring: Wiring,
    counts: tuple[NDArray[Any], NDArray[Any], NDArray[Any]],
    states: Mapping[tuple[Population, str], NDArray[np.float64]],
    spikes: Sequence[SpikeTrains],
    traces: Sequence[Traces],
) -> Path:
    """Write the parts of a batch to a file and return its path; `counted` has dt, ticks of a sample, and counters."""
    description: dict[str, Any] = {
        **counted,
        "recorded": [population.index for population in spikes[0]],
        "recorders": [_of_recorder(recorder) for recorder in traces[0]],
        "states": [[population.index, variable] for population, variable in states],
    }
    samples, ids, times = counts
    arrays: _Arrays = {
        "spikes/first": _firsts([len(each.ticks) for each in spikes]),
        "spikes/ticks": np.concatenate([each.ticks for each in spikes]),
        "spikes/ids": np.concatenate([each.ids for each in spikes]),
        "counts/first": _firsts(np.bincount(samples, minlength=len(spikes))),
        "counts/ids": ids,
        "counts/spikes": times,
    }
    arrays |= {f"states/{place}": table for place, table in enumerate(states.values())}
    for place, (recorder, trace) in enumerate(traces[0].items()):
        arrays[f"traces/{place}/times"] = trace.times
        arrays[f"traces/{place}/neurons"] = recorder.neurons
        arrays[f"traces/{place}/values"] = np.stack([each[recorder].values for each in traces])
    return _write(writing.path_of("save", file), BATCH, description, arrays, wiring)


def _write(path: Path, kind: str, description: dict[str, Any], arrays: _Arrays, wiring: Wiring) -> Path:
    """Write a file of this kind, with the populations and the projections."""
    for part, tables in (_populations(wiring.populations), _wiring(wiring)):
        description |= part
        arrays |= tables
    return container.write(path, kind, SCHEMAS[kind], container.Contents(description, arrays))


def _of_recorder(recorder: Recorder) -> list[Any]:
    return [recorder.population.index, recorder.variable, recorder.interval, recorder.index]


def _firsts(lengths: Any) -> NDArray[np.uint64]:
    """Return where each sample begins in a list of all of them, and where the last one ends."""
    return np.concatenate([[0], np.cumsum(lengths)]).astype(np.uint64)


def _populations(populations: tuple[Population, ...]) -> tuple[dict[str, Any], _Arrays]:
    places = dict[NeuronModel, int]()
    kinds = [places.setdefault(population.model, len(places)) for population in populations]
    arrays: _Arrays = {
        "populations/size": np.array([population.size for population in populations], dtype=np.uint32),
        "populations/model": np.array(kinds, dtype=np.uint32),
    }
    models = []
    for place, model in enumerate(places):
        options, numbers = model.stored()
        models.append([type(model).__name__, options, list(numbers)])
        arrays |= {f"models/{place}/{name}": np.asarray(value) for name, value in numbers.items()}
    return {"populations": [population.name for population in populations], "models": models}, arrays


def _wiring(wiring: Wiring) -> tuple[dict[str, Any], _Arrays]:
    _, (_, _, degrees) = wiring.fan_out.__reduce__()
    tables = [np.atleast_1d(np.asarray(table, dtype=np.uint32)) for table in degrees]
    wires = [[getattr(wire, field) for field in WIRE] for wire in wiring.wires]
    filled = [[NONE if value is None else value for value in row] for row in wires]
    arrays: _Arrays = {
        "projections": np.array(filled, dtype=np.int64).reshape(-1, len(WIRE)),
        "fan_out/lengths": np.array([len(table) for table in tables], dtype=np.uint32),
        "fan_out/degrees": np.concatenate([np.zeros(0, dtype=np.uint32), *tables]),
    }
    return {"word_bytes": wiring.word_bytes, "fan_in": list(wiring.fan_in)}, arrays
