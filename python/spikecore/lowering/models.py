"""Neuron models in the border's form: what depends on the size of the population and on the grid is checked here."""

import numpy as np

from spikecore import checks
from spikecore.grid import Grid
from spikecore.models import NeuronModel
from spikecore.models.base import NativeParameters

__all__ = ["model_to_native"]


def model_to_native(owner: str, size: int, model: NeuronModel, grid: Grid) -> tuple[str, NativeParameters]:
    """Return the engine's name of a model and its parameters: numbers, or arrays with one value per neuron."""
    for parameter, value in model.parameters().items():
        most = model.ranges[parameter].ticks
        if isinstance(value, np.ndarray):
            if len(value) != size:
                allowed = f"({size},), one value per neuron"
                checks.refuse(owner, f"the shape of {parameter}", f"({len(value)},)", allowed)
            if most is not None:
                grid.tick_array(owner, parameter, value, low=0, high=most)
        elif most is not None:
            grid.ticks(owner, parameter, value, high=most)
    return model.lowered()
