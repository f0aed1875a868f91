"""NeuroBench's complexity metrics: counts, and no joules; NeuroBench itself says that they are not energy.

*Dense* operations have every input and weight non-zero. *Effective* ones have neither a zero input nor
a zero weight, biases excluded: accumulates where the inputs of the layer are spikes (-1, 0 or 1),
multiply-accumulates elsewhere. All are per sample: what one sample is, a whole recording or one of
its steps, differs between its benchmarks.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from spikecore import checks
from spikecore.energy.activity import Spiking
from spikecore.energy.architecture import Network
from spikecore.energy.formulas.operations import EffectiveOperations
from spikecore.energy.formulas.published import Estimate, Source

__all__ = ["SOURCE", "Counted", "artificial", "count_linear", "sparsity", "spiking"]

SOURCE = Source(
    "neurobench",
    "Yik et al., Nat. Commun. 16:1545 (2025); github.com/NeuroBench/neurobench, metrics/workload and metrics/static",
    "code",
    ("counts, not energy", "biases excluded", "membrane updates are neurons × ticks"),
)


@dataclass(frozen=True)
class Counted:
    """Operations of one layer, per sample.

    Attributes
    ----------
    macs, acs : EffectiveOperations
        One of them is 0: the inputs are spikes or they are not.
    dense : float
        With every input and weight non-zero.
    """

    macs: EffectiveOperations
    acs: EffectiveOperations
    dense: float


def artificial(network: Network, parameter_bytes: int = 4) -> Estimate:
    """Return the dense count, footprint and numbers of parameters of an artificial network.

    Parameters
    ----------
    network : Network
        Its layers.
    parameter_bytes : int
        Bytes of one parameter, ≥ 1.

    Returns
    -------
    Estimate
        Without energy. Effective counts need values: `count_linear`, or `Network.effective` for shares.

    Examples
    --------
    >>> from spikecore.energy.artificial import parse
    >>> artificial(parse("20-256-256-256-35", steps=200)).counts["dense"]
    29030400
    """
    stored = network.footprint_bytes(checks.count("neurobench", "parameter_bytes", parameter_bytes, low=1))
    counts = {"dense": network.macs, "parameters": network.parameters, "footprint_bytes": stored}
    return Estimate(SOURCE, counts)


def spiking(activity: Spiking) -> Estimate:
    """Return dense and effective counts of a spiking network, its membrane updates and activation sparsity.

    Parameters
    ----------
    activity : Spiking
        Its layers and rates.

    Returns
    -------
    Estimate
        Without energy. `activation_sparsity` is the share of (neuron, tick) pairs without a spike, all
        layers together.
    """
    neurons = sum(one.layer.neurons for one in activity.layers)
    spikes = sum(one.spikes_out for one in activity.layers)
    counts = {
        "dense": activity.synapses * activity.ticks,
        "effective_acs": activity.synaptic_operations.count,
        "effective_macs": activity.analog.count,
        "membrane_updates": activity.neuron_updates,
    }
    if neurons:
        counts["activation_sparsity"] = 1.0 - spikes / (neurons * activity.ticks)
    return Estimate(SOURCE, counts)


def count_linear(weights: ArrayLike, inputs: ArrayLike) -> Counted:
    """Count the operations of a linear layer over given inputs.

    Parameters
    ----------
    weights : array_like, shape (outputs, inputs)
        As in PyTorch.
    inputs : array_like, shape (samples, ..., inputs)
        All that the layer sees; further dimensions, such as time steps, add up within a sample.

    Returns
    -------
    Counted
        Per sample.

    Raises
    ------
    NetworkError
        If the shapes do not fit.

    Examples
    --------
    >>> counted = count_linear(np.ones((5, 20)), np.ones((5, 10, 20)))
    >>> counted.acs.count, counted.macs.count, counted.dense
    (1000.0, 0, 1000.0)
    """
    matrix, values = checks.array("neurobench", "weights", weights), checks.array("neurobench", "inputs", inputs)
    if matrix.ndim != 2 or values.ndim < 2 or values.shape[-1] != matrix.shape[1] or not values.shape[0]:
        allowed = "inputs (samples, ..., n) of weights (outputs, n)"
        checks.refuse("neurobench", "the shapes of inputs and weights", f"{values.shape}, {matrix.shape}", allowed)
    samples = values.shape[0]
    active = np.count_nonzero(values.reshape(-1, values.shape[-1]), axis=0)
    kept = np.count_nonzero(matrix, axis=0)
    done = EffectiveOperations(int(active @ kept) / samples)
    dense = matrix.size * values.size / values.shape[-1] / samples
    spikes = bool(np.isin(values, (-1.0, 0.0, 1.0)).all())
    none = EffectiveOperations(0)
    return Counted(none, done, dense) if spikes else Counted(done, none, dense)


def sparsity(values: ArrayLike) -> float:
    """Return the share of zeros: connection sparsity of weights, activation sparsity of activations.

    Parameters
    ----------
    values : array_like
        Of any shape, not empty.

    Returns
    -------
    float
        0 … 1.

    Examples
    --------
    >>> sparsity([[0.0, 1.0], [0.0, 0.0]])
    0.75
    """
    given = checks.array("neurobench", "values", values)
    if not given.size:
        checks.refuse("neurobench", "the number of values", 0, "≥ 1")
    return 1.0 - float(np.count_nonzero(given)) / given.size
