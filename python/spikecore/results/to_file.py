"""A result to a file: what `Result.save` writes, in the container of `files.container`.

The file holds the run's spikes, traces and counters, the populations with their models, and the number of synapses of
every neuron by projection: a loaded result answers everything that the run's own did, energy included, but for the
placement on a chip, which needs the network.
"""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spikecore.files import container, writing
from spikecore.models import NeuronModel
from spikecore.population import Population
from spikecore.results.recorded import SpikeTrains
from spikecore.results.span import Span
from spikecore.results.traces import Traces
from spikecore.results.wiring import Wiring

__all__ = ["KIND", "NONE", "SCHEMA", "WIRE", "save"]

KIND, SCHEMA = "result", 1
WIRE = ("source", "target", "synapse_bytes", "kernel", "longest", "weight_bits")
"""The columns of ``projections``."""
NONE = -1
"""Stands for a projection without a kernel, and for weights whose bits are not known."""

_Arrays = dict[str, NDArray[Any]]


def save(file: str | Path, span: Span, wiring: Wiring, spikes: SpikeTrains, traces: Traces) -> Path:
    """Write the parts of a result to a file and return its path."""
    path = writing.path_of("save", file)
    description: dict[str, Any] = {
        "dt": span.grid.dt,
        "before": span.before,
        "after": span.after,
        "recorded": [population.index for population in spikes],
        "recorders": [
            [recorder.population.index, recorder.variable, recorder.interval, recorder.index] for recorder in traces
        ],
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
    for part, tables in (_populations(wiring.populations), _wiring(wiring)):
        description |= part
        arrays |= tables
    return container.write(path, KIND, SCHEMA, container.Contents(description, arrays))


def _populations(populations: tuple[Population, ...]) -> tuple[dict[str, Any], _Arrays]:
    places = dict[NeuronModel, int]()
    of = [places.setdefault(population.model, len(places)) for population in populations]
    arrays: _Arrays = {
        "populations/size": np.array([population.size for population in populations], dtype=np.uint32),
        "populations/model": np.array(of, dtype=np.uint32),
    }
    models = []
    for place, model in enumerate(places):
        options = {option: getattr(model, option) for option in model.options}
        models.append([type(model).__name__, options, list(model.parameters())])
        arrays |= {f"models/{place}/{name}": np.asarray(value) for name, value in model.parameters().items()}
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
