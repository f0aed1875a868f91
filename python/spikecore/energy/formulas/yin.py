"""Yin, Corradi & Bohte: multiply-accumulates and accumulates per time step, arithmetic alone.

Per step, with m inputs and n neurons, rates per neuron and step, and k multiply-accumulates of a
neuron update:

=============  ==============================================================
spiking layer  (m n Fr_in + n² Fr_out) E_AC + k n E_MAC; n² only if recurrent
RNN            (m n + n² + n) E_MAC
LSTM           (4 (m n + n²) + 17 n) E_MAC
read-out       m n E_MAC
=============  ==============================================================

A bidirectional layer counts twice.
"""

from spikecore import checks
from spikecore.energy.activity import Spiking
from spikecore.energy.architecture import Network
from spikecore.energy.formulas.operations import DenseOperations
from spikecore.energy.formulas.prices import operation
from spikecore.energy.formulas.published import Estimate, Source
from spikecore.energy.layers import LSTM, RNN, Dense, Layer, Pooling

__all__ = ["SOURCE", "artificial", "implied_rate", "spiking"]

SOURCE = Source(
    "yin",
    "Yin, Corradi & Bohte, Effective and efficient computation with multiple-timescale spiking recurrent neural "
    "networks, ICONS 2020, arXiv:2005.11633; and Nat. Mach. Intell. 3:905 (2021)",
    "unverified",
    (
        "arithmetic alone: local memory is assumed to be free",
        "formulas and prices (45 nm, int32: 3.2 and 0.1 pJ) are recalled; a later paper confirms the form for spiking "
        "layers",
        "17 n products of an LSTM follow later papers",
    ),
)
_LSTM_PRODUCTS = 17


def artificial(network: Network, precision: str = "int32") -> Estimate:
    """Return the estimate of an artificial network.

    Parameters
    ----------
    network : Network
        Of `Dense`, `RNN` and `LSTM` layers.
    precision : str
        Of the 45 nm prices.

    Returns
    -------
    Estimate
        Of all steps of one inference.
    """
    dense = DenseOperations(network.steps * sum(_macs(layer) for layer in network.layers))
    return Estimate(SOURCE, {"MACs": dense.count}, {"operations": dense.joules(operation(precision))})


def spiking(activity: Spiking, precision: str = "int32", k: float = 1.0) -> Estimate:
    """Return the estimate of a spiking network.

    Parameters
    ----------
    activity : Spiking
        Its layers and rates.
    precision : str
        Of the 45 nm prices.
    k : float
        Multiply-accumulates per neuron update, ≥ 0: 1 for a leaky neuron, 3 for an adaptive one, 0 to
        leave updates out.

    Returns
    -------
    Estimate
        Of all ticks of one inference. A read-out is updated like a neuron.
    """
    price, acs = operation(precision), activity.synaptic_operations
    per_update = checks.number("yin", "k", k, low=0.0)
    if any(isinstance(one.layer, Pooling) for one in activity.layers):
        checks.refuse("yin", "layer", "Pooling", "Dense, Convolution or RNN")
    updates = DenseOperations(per_update * activity.neuron_updates)
    terms = {"accumulates": acs.accumulate_joules(price), "neuron updates": updates.joules(price)}
    if activity.analog.count:
        terms["analog first layer"] = activity.analog.joules(price)
    return Estimate(SOURCE, {"ACs": acs.count, "MACs": updates.count + activity.analog.count}, terms)


def implied_rate(ratio: float, gates: int = 4, precision: str = "int32") -> float:
    """Return the spikes per neuron and step that a ratio stands for, updates left out, sizes equal and large.

    Parameters
    ----------
    ratio : float
        E of the network with gates over E of the spiking one, > 0.
    gates : int
        4 for an LSTM, 1 for an RNN.
    precision : str
        Of the 45 nm prices.

    Returns
    -------
    float
        ``gates (E_MAC / E_AC) / ratio``; above 1 no rate reaches the ratio from below, and updates must count.

    Examples
    --------
    >>> [round(implied_rate(ratio), 3) for ratio in (126.2, 935.0, 3353.3)]
    [1.014, 0.137, 0.038]
    """
    price = operation(precision)
    most = checks.count("yin", "gates", gates, low=1) * price.mac_pj / price.ac_pj
    return most / checks.number("yin", "ratio", ratio, above=0.0)


def _macs(layer: Layer) -> int:
    if isinstance(layer, RNN):
        return layer.weights + layer.neurons
    if isinstance(layer, LSTM):
        return layer.weights + _LSTM_PRODUCTS * layer.neurons
    if not isinstance(layer, Dense):
        checks.refuse("yin", "layer", layer.kind, "Dense, RNN or LSTM")
    return layer.macs
