"""Neuron models in the border's form: shapes are checked here, ranges and the grid by the engine."""

import numpy as np

from spikecore import checks
from spikecore.models import NeuronModel
from spikecore.models.base import NativeParameters

__all__ = ["model_to_native"]


def model_to_native(owner: str, size: int, model: NeuronModel) -> tuple[str, NativeParameters]:
    """Return the engine's name of a model and its parameters: numbers, or arrays with one value per neuron."""
    for parameter, value in model.parameters().items():
        if isinstance(value, np.ndarray) and len(value) != size:
            allowed = f"({size},), one value per neuron"
            checks.refuse(owner, f"the shape of {parameter}", f"({len(value)},)", allowed)
    return model.lowered()
