"""Panda, Aketi & Roy: operations of the artificial network × spikes per neuron, arithmetic alone.

With c_l multiply-accumulates in layer l (``O² C_in C_out k²`` or ``C_in C_out``) and R_l spikes per neuron
and inference that arrive there:

``E_ANN = Σ c_l E_MAC``,  ``E_SNN = Σ c_l R_l E_AC`` + multiply-accumulates of an analog first layer.

Without one the ratio is ``(E_MAC / E_AC) / R``, R the mean of R_l weighted with c_l.
"""

from spikecore import checks
from spikecore.energy.activity import Spiking
from spikecore.energy.architecture import Network
from spikecore.energy.formulas.operations import Rate
from spikecore.energy.formulas.prices import operation
from spikecore.energy.formulas.published import Estimate, Source

__all__ = ["SOURCE", "artificial", "implied_rate", "spiking"]

SOURCE = Source(
    "panda",
    "Panda, Aketi & Roy, Front. Neurosci. 14:653 (2020), doi 10.3389/fnins.2020.00653; arXiv:1910.13931 (2019)",
    "unverified",
    (
        "arithmetic alone: memory and periphery are ignored, by the paper's own statement",
        "formula and prices (45 nm, int32: 3.2 and 0.1 pJ) are recalled; the same convention is written out in "
        "Table 3 of Front. Neurosci. 17:1091097 (2023)",
    ),
)


def artificial(network: Network, precision: str = "int32") -> Estimate:
    """Return the estimate of an artificial network: Σ c_l E_MAC."""
    dense = network.dense()
    return Estimate(SOURCE, {"MACs": dense.count}, {"operations": dense.joules(operation(precision))})


def spiking(activity: Spiking, precision: str = "int32") -> Estimate:
    """Return the estimate of a spiking network: Σ c_l R_l E_AC, and an analog first layer."""
    price, acs = operation(precision), activity.synaptic_operations
    terms = {"operations": acs.accumulate_joules(price)}
    if activity.analog.count:
        terms["analog first layer"] = activity.analog.joules(price)
    return Estimate(SOURCE, {"ACs": acs.count, "MACs": activity.analog.count}, terms)


def implied_rate(ratio: float, precision: str = "int32") -> Rate:
    """Return the mean spikes per neuron and inference that a ratio stands for, all layers spiking.

    Parameters
    ----------
    ratio : float
        E_ANN / E_SNN, > 0.
    precision : str
        Of the 45 nm prices.

    Returns
    -------
    Rate
        ``(E_MAC / E_AC) / ratio``.

    Examples
    --------
    >>> [round(implied_rate(ratio).spikes, 3) for ratio in (104.8, 6.52)]
    [0.305, 4.908]
    """
    price = operation(precision)
    return Rate(price.mac_pj / price.ac_pj / checks.number("panda", "ratio", ratio, above=0.0))
