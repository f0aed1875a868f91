"""Formulas that price arithmetic alone: `panda`, `syops` and `yin`. Memory is free in all of them.

With c_l multiply-accumulates in layer l, on the padding too, and R_l spikes per neuron and inference that arrive there:

* panda: E_ANN = Σ c_l E_MAC, E_SNN = Σ c_l R_l E_AC + multiply-accumulates of an analog first layer
* syops: E = ACs × E_AC + MACs × E_MAC of either network
* yin: per step, with m inputs, n neurons, rates Fr per neuron and step, k multiply-accumulates of an update:
  spiking layer (m n Fr_in + n² Fr_out) E_AC + k n E_MAC, n² only if recurrent; RNN (m n + n² + n) E_MAC;
  LSTM (4 (m n + n²) + 17 n) E_MAC; read-out m n E_MAC; a bidirectional layer counts twice

Prices are those of 45 nm (`prices`), at the precision that is asked for.
"""

from collections.abc import Mapping

from spikecore import checks
from spikecore.energy.ann.convolution import Pooling
from spikecore.energy.ann.layers import LSTM, RNN, Dense, Layer
from spikecore.energy.ann.network import Network
from spikecore.energy.ann.operations import DenseOperations, EffectiveOperations, Operations, Rate, Result
from spikecore.energy.ann.prices import operation
from spikecore.energy.ann.spiking import Spiking

__all__ = ["FORMULAS", "panda_implied_rate", "yin_implied_rate"]

_ANALOG = "analog first layer"
_LSTM_PRODUCTS = 17


def _panda_artificial(network: Network, precision: str = "int32") -> Result:
    return _priced(precision, {}, {"operations": network.dense()})


def _panda_spiking(activity: Spiking, precision: str = "int32") -> Result:
    return _priced(precision, {"operations": _events(activity)}, {_ANALOG: activity.analog})


def _syops_artificial(network: Network, precision: str = "fp32") -> Result:
    return _priced(precision, {"accumulates": DenseOperations(0.0)}, {"multiply-accumulates": network.dense()})


def _syops_spiking(activity: Spiking, precision: str = "fp32") -> Result:
    return _priced(precision, {"accumulates": _events(activity)}, {"multiply-accumulates": activity.analog})


def _yin_artificial(network: Network, precision: str = "int32") -> Result:
    return _priced(precision, {}, {"operations": DenseOperations(network.steps * sum(map(_yin_macs, network.layers)))})


def _yin_spiking(activity: Spiking, precision: str = "int32", k: float = 1.0) -> Result:
    """`k` is multiply-accumulates per update, ≥ 0: 1 for a leaky neuron, 3 for an adaptive one, 0 without updates."""
    per_update = checks.number("yin", "k", k, low=0.0)
    if any(isinstance(active.layer, Pooling) for active in activity.layers):
        checks.refuse("yin", "layer", "Pooling", "Dense, Convolution or RNN")
    updates = DenseOperations(per_update * activity.neuron_updates)
    macs = {"neuron updates": updates, _ANALOG: activity.analog}
    return _priced(precision, {"accumulates": _events(activity)}, macs)


def _events(activity: Spiking) -> EffectiveOperations:
    """Return Σ c_l R_l, which counts a kernel on the padding too, as c_l does."""
    return activity.synaptic_operations + activity.padded


def _yin_macs(layer: Layer) -> int:
    if isinstance(layer, RNN):
        return layer.weights + layer.neurons
    if isinstance(layer, LSTM):
        return layer.weights + _LSTM_PRODUCTS * layer.neurons
    if not isinstance(layer, Dense):
        checks.refuse("yin", "layer", layer.kind, "Dense, RNN or LSTM")
    return layer.macs


def _priced(precision: str, acs: Mapping[str, Operations], macs: Mapping[str, Operations]) -> Result:
    """Price operations by term; an analog first layer that is not there gets no term."""
    price = operation(precision)
    terms = {term: price.acs_j(operations) for term, operations in acs.items()}
    terms |= {term: price.macs_j(count) for term, count in macs.items() if count.count or term != _ANALOG}
    kinds = {"ACs": acs, "MACs": macs}
    return {kind: sum(each.count for each in own.values()) for kind, own in kinds.items() if own}, terms


FORMULAS = {
    "panda": (_panda_artificial, _panda_spiking),
    "syops": (_syops_artificial, _syops_spiking),
    "yin": (_yin_artificial, _yin_spiking),
}
"""What each gives for an artificial network and for a spiking one."""


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
