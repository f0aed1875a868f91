"""Neuron models in the border's form: what depends on the size of the population and on the grid is checked here."""

from typing import Any

import numpy as np

from spikecore import checks
from spikecore.grid import MAX_DELAY_TICKS, Grid
from spikecore.models import NeuronModel
from spikecore.models.base import NativeModel

__all__ = ["model_to_native"]


def model_to_native(owner: str, size: int, model: NeuronModel, grid: Grid) -> tuple[NativeModel, dict[str, Any]]:
    """Return the engine's name of a model and its parameters: numbers, or arrays with one value per neuron."""
    for parameter, value in model.parameters().items():
        if np.ndim(value) and len(value) != size:
            checks.refuse(owner, f"the shape of {parameter}", f"({len(value)},)", f"({size},), one value per neuron")
        if parameter == "t_ref" and np.ndim(value):
            grid.tick_array(owner, "t_ref", value, low=0, high=MAX_DELAY_TICKS)
        elif parameter == "t_ref":
            grid.ticks(owner, "t_ref", value, high=MAX_DELAY_TICKS)
    return model.lowered()
