"""Neuron models in the border's form: what depends on the size of the population and on the grid is checked here."""

import numpy as np

from spikecore import checks
from spikecore.grid import MAX_DELAY_TICKS, Grid
from spikecore.models import NeuronModel
from spikecore.models.base import NativeModel, NativeParameters

__all__ = ["model_to_native"]


def model_to_native(owner: str, size: int, model: NeuronModel, grid: Grid) -> tuple[NativeModel, NativeParameters]:
    """Return the engine's name of a model and its parameters: numbers, or arrays with one value per neuron."""
    for parameter, value in model.parameters().items():
        if isinstance(value, np.ndarray):
            if len(value) != size:
                allowed = f"({size},), one value per neuron"
                checks.refuse(owner, f"the shape of {parameter}", f"({len(value)},)", allowed)
            if parameter == "t_ref":
                grid.tick_array(owner, "t_ref", value, low=0, high=MAX_DELAY_TICKS)
        elif parameter == "t_ref":
            grid.ticks(owner, "t_ref", value, high=MAX_DELAY_TICKS)
    return model.lowered()
