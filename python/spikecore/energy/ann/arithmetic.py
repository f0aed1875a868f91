"""Formulas that price arithmetic alone: `panda`, `syops` and `yin`. Memory is free in all of them.

With c_l multiply-accumulates in layer l and R_l spikes per neuron and inference that arrive there:

* panda: E_ANN = Σ c_l E_MAC, E_SNN = Σ c_l R_l E_AC + multiply-accumulates of an analog first layer
* syops: E = ACs × E_AC + MACs × E_MAC of either network
* yin: per step, with m inputs, n neurons, rates Fr per neuron and step, k multiply-accumulates of an update:
  spiking layer (m n Fr_in + n² Fr_out) E_AC + k n E_MAC, n² only if recurrent; RNN (m n + n² + n) E_MAC;
  LSTM (4 (m n + n²) + 17 n) E_MAC; read-out m n E_MAC; a bidirectional layer counts twice

Prices are those of 45 nm (`prices`), at the precision that is asked for.
"""

from spikecore import checks
from spikecore.energy.ann.convolution import Pooling
from spikecore.energy.ann.estimate import Formula, Result, Source
from spikecore.energy.ann.layers import LSTM, RNN, Dense, Layer
from spikecore.energy.ann.network import Network
from spikecore.energy.ann.operations import DenseOperations, Rate
from spikecore.energy.ann.prices import UNVERIFIED, operation
from spikecore.energy.ann.spiking import Spiking

__all__ = ["FORMULAS", "panda_implied_rate", "yin_implied_rate"]

_PANDA = Source(
    "panda",
    "Panda, Aketi & Roy, Front. Neurosci. 14:653 (2020), doi 10.3389/fnins.2020.00653; arXiv:1910.13931 (2019)",
    UNVERIFIED,
    (
        "arithmetic alone: memory and periphery are ignored",
        "unverified: formula and choice of prices (int32: 3.2 and 0.1 pJ) are recalled; the same convention is written "
        "out in Table 3 of Front. Neurosci. 17:1091097 (2023)",
    ),
)
_SYOPS = Source(
    "syops",
    "syops-counter, github.com/iCGY96/syops-counter: E = ACs × 0.9 pJ + MACs × 4.6 pJ",
    "code",
    ("arithmetic alone: no memory, no neuron updates", "bias and pooling are not counted here"),
)
_YIN = Source(
    "yin",
    "Yin, Corradi & Bohte, Effective and efficient computation with multiple-timescale spiking recurrent neural "
    "networks, ICONS 2020, arXiv:2005.11633; and Nat. Mach. Intell. 3:905 (2021)",
    UNVERIFIED,
    (
        "arithmetic alone: local memory is assumed to be free",
        "unverified: formulas and choice of prices (int32: 3.2 and 0.1 pJ) are recalled; a later paper confirms the "
        "form for spiking layers",
        "17 n products of an LSTM follow later papers",
    ),
)
_LSTM_PRODUCTS = 17


def _panda_artificial(network: Network, precision: str = "int32") -> Result:
    macs = network.dense()
    return {"MACs": macs.count}, {"operations": operation(precision).macs_j(macs)}


def _panda_spiking(activity: Spiking, precision: str = "int32") -> Result:
    price, acs, analog = operation(precision), activity.synaptic_operations, activity.analog
    terms = {"operations": price.acs_j(acs)}
    if analog.count:
        terms["analog first layer"] = price.macs_j(analog)
    return {"ACs": acs.count, "MACs": analog.count}, terms


def _syops_artificial(network: Network, precision: str = "fp32") -> Result:
    macs = network.dense()
    terms = {"accumulates": 0.0, "multiply-accumulates": operation(precision).macs_j(macs)}
    return {"ACs": 0.0, "MACs": macs.count}, terms


def _syops_spiking(activity: Spiking, precision: str = "fp32") -> Result:
    price, acs, macs = operation(precision), activity.synaptic_operations, activity.analog
    terms = {"accumulates": price.acs_j(acs), "multiply-accumulates": price.macs_j(macs)}
    return {"ACs": acs.count, "MACs": macs.count}, terms


def _yin_artificial(network: Network, precision: str = "int32") -> Result:
    macs = DenseOperations(network.steps * sum(map(_yin_macs, network.layers)))
    return {"MACs": macs.count}, {"operations": operation(precision).macs_j(macs)}


def _yin_spiking(activity: Spiking, precision: str = "int32", k: float = 1.0) -> Result:
    """`k` is multiply-accumulates per update, ≥ 0: 1 for a leaky neuron, 3 for an adaptive one, 0 without updates."""
    per_update = checks.number("yin", "k", k, low=0.0)
    if any(isinstance(active.layer, Pooling) for active in activity.layers):
        checks.refuse("yin", "layer", "Pooling", "Dense, Convolution or RNN")
    price, acs = operation(precision), activity.synaptic_operations
    updates = DenseOperations(per_update * activity.neuron_updates)
    terms = {"accumulates": price.acs_j(acs), "neuron updates": price.macs_j(updates)}
    if activity.analog.count:
        terms["analog first layer"] = price.macs_j(activity.analog)
    return {"ACs": acs.count, "MACs": updates.count + activity.analog.count}, terms


def _yin_macs(layer: Layer) -> int:
    if isinstance(layer, RNN):
        return layer.weights + layer.neurons
    if isinstance(layer, LSTM):
        return layer.weights + _LSTM_PRODUCTS * layer.neurons
    if not isinstance(layer, Dense):
        checks.refuse("yin", "layer", layer.kind, "Dense, RNN or LSTM")
    return layer.macs


FORMULAS = (
    Formula(_PANDA, _panda_artificial, _panda_spiking),
    Formula(_SYOPS, _syops_artificial, _syops_spiking),
    Formula(_YIN, _yin_artificial, _yin_spiking),
)


def panda_implied_rate(ratio: float, precision: str = "int32") -> Rate:
    """Return the mean spikes per neuron for which `panda` gives a ratio > 0: ``(E_MAC / E_AC) / ratio``.

    Examples
    --------
    >>> [round(panda_implied_rate(ratio).spikes, 3) for ratio in (104.8, 6.52)]
    [0.305, 4.908]
    """
    price = operation(precision)
    return Rate(price.mac_pj / price.ac_pj / checks.number("panda", "ratio", ratio, above=0.0))


def yin_implied_rate(ratio: float, gates: int = 4, precision: str = "int32") -> float:
    """Return the spikes per neuron and step for which `yin` gives a ratio > 0: ``gates (E_MAC / E_AC) / ratio``.

    Updates are left out and sizes equal and large; an LSTM has 4 gates, an RNN 1. Above 1 no rate gives the ratio.

    Examples
    --------
    >>> [round(yin_implied_rate(ratio), 3) for ratio in (126.2, 935.0, 3353.3)]
    [1.014, 0.137, 0.038]
    """
    price = operation(precision)
    most = checks.count("yin", "gates", gates, low=1) * price.mac_pj / price.ac_pj
    return most / checks.number("yin", "ratio", ratio, above=0.0)
