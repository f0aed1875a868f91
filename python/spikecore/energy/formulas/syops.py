"""syops-counter: accumulates and multiply-accumulates at the fp32 prices of 45 nm. Arithmetic alone."""

from spikecore.energy.activity import Spiking
from spikecore.energy.architecture import Network
from spikecore.energy.formulas.operations import DenseOperations, EffectiveOperations
from spikecore.energy.formulas.prices import operation
from spikecore.energy.formulas.published import Estimate, Source

__all__ = ["SOURCE", "artificial", "energy", "spiking"]

SOURCE = Source(
    "syops",
    "syops-counter, github.com/iCGY96/syops-counter: E = ACs × 0.9 pJ + MACs × 4.6 pJ",
    "code",
    ("arithmetic alone: no memory, no neuron updates", "bias and pooling are not counted here"),
)


def energy(accumulates: EffectiveOperations, multiply_accumulates: DenseOperations, precision: str = "fp32") -> float:
    """Return the energy in J of so many operations.

    Parameters
    ----------
    accumulates : EffectiveOperations
        Done because of a spike.
    multiply_accumulates : DenseOperations
        Done on analog values.
    precision : str
        Of the 45 nm prices.

    Returns
    -------
    float
        ``ACs · E_AC + MACs · E_MAC``.

    Examples
    --------
    >>> f"{energy(EffectiveOperations(0.10e9), DenseOperations(0.14e9)):.3e}"
    '7.340e-04'
    """
    price = operation(precision)
    return accumulates.accumulate_joules(price) + multiply_accumulates.joules(price)


def artificial(network: Network, precision: str = "fp32") -> Estimate:
    """Return the estimate of an artificial network: all its multiply-accumulates."""
    return _estimate(EffectiveOperations(0), network.dense(), precision)


def spiking(activity: Spiking, precision: str = "fp32") -> Estimate:
    """Return the estimate of a spiking network: accumulates, and multiply-accumulates of an analog input."""
    return _estimate(activity.synaptic_operations, activity.analog, precision)


def _estimate(acs: EffectiveOperations, macs: DenseOperations, precision: str) -> Estimate:
    price = operation(precision)
    terms = {"accumulates": acs.accumulate_joules(price), "multiply-accumulates": macs.joules(price)}
    return Estimate(SOURCE, {"ACs": acs.count, "MACs": macs.count}, terms)
