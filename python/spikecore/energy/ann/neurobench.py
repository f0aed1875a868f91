"""NeuroBench's complexity metrics: counts, and no joules; NeuroBench itself says that they are not energy.

*Dense* operations have every input and weight non-zero. *Effective* ones have neither a zero input nor a zero weight,
biases excluded: accumulates where the inputs of the layer are spikes (-1, 0 or 1), multiply-accumulates elsewhere. All
are per sample: what one sample is, a whole recording or one of its steps, differs between its benchmarks.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from spikecore import checks
from spikecore.energy.ann.network import Network
from spikecore.energy.ann.operations import EffectiveOperations, Result
from spikecore.energy.ann.spiking import Spiking

__all__ = ["LinearCounts", "artificial", "count_linear", "sparsity", "spiking"]


def artificial(network: Network, parameter_bytes: int = 4) -> Result:
    """Return dense counts, which need no values: effective ones do (`count_linear`, `Network.effective`)."""
    stored = network.footprint_bytes(checks.count("neurobench", "parameter_bytes", parameter_bytes, low=1))
    return {"dense": network.macs - network.padded, "parameters": network.parameters, "footprint_bytes": stored}, {}


def spiking(activity: Spiking) -> Result:
    """Return counts; `activation_sparsity` is the share of (neuron, tick) pairs without a spike, over all layers."""
    neurons = sum(active.layer.neurons for active in activity.layers)
    spikes = sum(active.spikes_out for active in activity.layers)
    counts = {
        "dense": activity.synapses * activity.ticks,
        "effective_acs": activity.synaptic_operations.count,
        "effective_macs": activity.analog.count,
        "membrane_updates": activity.neuron_updates,
    }
    if neurons:
        counts["activation_sparsity"] = 1.0 - spikes / (neurons * activity.ticks)
    return counts, {}


class LinearCounts(NamedTuple):
    """Operations of one layer per sample; macs or acs are 0, as the inputs are spikes or not; dense skips no zero."""

    macs: EffectiveOperations
    acs: EffectiveOperations
    dense: float


def count_linear(weights: ArrayLike, inputs: ArrayLike) -> LinearCounts:
    """Count the operations of a linear layer over the inputs that it sees; shapes that do not fit are a `NetworkError`.

    Weights have shape (outputs, inputs) as in PyTorch, inputs (samples, ..., inputs): further dimensions, such as time
    steps, add up within a sample.

    Examples
    --------
    >>> counts = count_linear(np.ones((5, 20)), np.ones((5, 10, 20)))
    >>> counts.acs.count, counts.macs.count, counts.dense
    (1000.0, 0, 1000.0)
    """
    matrix, values = checks.array("neurobench", "weights", weights), checks.array("neurobench", "inputs", inputs)
    if matrix.ndim != 2 or values.ndim < 2 or values.shape[-1] != matrix.shape[1] or not values.shape[0]:
        allowed = "inputs (samples, ..., n) of weights (outputs, n)"
        checks.refuse("neurobench", "the shapes of inputs and weights", f"{values.shape}, {matrix.shape}", allowed)
    samples = values.shape[0]
    active = np.count_nonzero(values.reshape(-1, values.shape[-1]), axis=0)
    effective = EffectiveOperations(int(active @ np.count_nonzero(matrix, axis=0)) / samples)
    dense = matrix.size * values.size / values.shape[-1] / samples
    nothing = EffectiveOperations(0)
    if np.isin(values, (-1.0, 0.0, 1.0)).all():
        return LinearCounts(nothing, effective, dense)
    return LinearCounts(effective, nothing, dense)


def sparsity(values: ArrayLike) -> float:
    """Return the share of zeros, 0 … 1, of one or more values: connection sparsity or activation sparsity.

    Examples
    --------
    >>> sparsity([[0.0, 1.0], [0.0, 0.0]])
    0.75
    """
    numbers = checks.array("neurobench", "values", values)
    if not numbers.size:
        checks.refuse("neurobench", "the number of values", 0, "≥ 1")
    return 1.0 - float(np.count_nonzero(numbers)) / numbers.size
