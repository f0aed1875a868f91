"""keras-spiking's ModelEnergy: one price per connection and one per neuron, by device.

``E = e_synapse · connections · rate · dt · T + e_neuron · neurons · T``, summed over layers; a device
that does not spike computes every connection and every neuron once. A connection is a pair of an
input and an output value; neurons are only in layers with an activation.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from spikecore import checks
from spikecore.energy.activity import Spiking
from spikecore.energy.architecture import Network
from spikecore.energy.formulas.operations import DenseOperations, EffectiveOperations
from spikecore.energy.formulas.published import Estimate, Source

__all__ = ["DEVICES", "SOURCE", "Device", "artificial", "spiking"]

SOURCE = Source(
    "keras_spiking",
    "keras-spiking, keras_spiking/model_energy.py, github.com/nengo/keras-spiking",
    "code",
    (
        "no overhead is priced, as the program's own documentation says",
        'its "loihi" adds 3.5 to the 23.6 pJ of a synaptic operation: that is a time in Davies 2018, 3.5 ns; '
        '"loihi-davies" is the published 23.6 pJ alone',
    ),
)


class Device(NamedTuple):
    """Prices of a device.

    Attributes
    ----------
    synapse_j, neuron_j : float
        Energy in J of a synaptic operation and of a neuron update.
    spiking : bool
        Whether only spikes cost.
    source : str
        Where the prices are from.
    """

    synapse_j: float
    neuron_j: float
    spiking: bool
    source: str


_DEGNAN = "Degnan, Marr & Hasler, IEEE Trans. VLSI 24:58 (2016)"
_DAVIES = "Davies et al., IEEE Micro 38(1):82 (2018), Table 2"
_HOPPNER = "Höppner et al., IEEE TCAS-I 66:2973 (2019), arXiv:1903.08941"

DEVICES: Mapping[str, Device] = MappingProxyType(
    {
        "cpu": Device(8.6e-9, 8.6e-9, False, f"Intel i7-4960X, {_DEGNAN}"),
        "gpu": Device(0.3e-9, 0.3e-9, False, f"Nvidia GTX Titan Black, {_DEGNAN}"),
        "arm": Device(0.9e-9, 0.9e-9, False, f"ARM Cortex-A, {_DEGNAN}"),
        "loihi": Device(27.1e-12, 81e-12, True, f"as the program has it, from {_DAVIES}; 27.1 pJ is not there"),
        "loihi-davies": Device(23.6e-12, 81e-12, True, _DAVIES),
        "spinnaker": Device(13.3e-9, 26e-9, True, _HOPPNER),
        "spinnaker2": Device(450e-12, 2.19e-9, True, _HOPPNER),
    }
)
"""Prices by device."""


def artificial(network: Network, device: str | Device = "cpu") -> Estimate:
    """Return the estimate of an artificial network.

    Parameters
    ----------
    network : Network
        Its layers.
    device : str or Device
        One of `DEVICES` that does not spike, or prices of your own.

    Returns
    -------
    Estimate
        With the connections and neurons of one pass.

    Examples
    --------
    >>> from spikecore.energy.artificial import Dense
    >>> f"{artificial(Network([Dense(784, 128)])).energy_j:.3e}"
    '8.641e-04'
    """
    prices = _device(device, spiking=False)
    synapses, neurons = network.steps * network.synapses, network.steps * network.neurons
    return _estimate(prices, network.synapses, network.neurons, DenseOperations(synapses), DenseOperations(neurons))


def spiking(activity: Spiking, device: str | Device = "loihi-davies") -> Estimate:
    """Return the estimate of a spiking network, with the rates of its layers' inputs.

    Parameters
    ----------
    activity : Spiking
        Without an analog input, which the formula does not know.
    device : str or Device
        One of `DEVICES` that spikes, or prices of your own.

    Returns
    -------
    Estimate
        Of one inference.
    """
    prices = _device(device, spiking=True)
    if activity.analog.count:
        checks.refuse("keras_spiking", "analog_passes", "> 0", "0: the formula knows spikes alone")
    synapses = sum(one.layer.synapses for one in activity.layers)
    neurons = sum(one.layer.neurons for one in activity.layers)
    updates = DenseOperations(neurons * activity.ticks)
    return _estimate(prices, synapses, neurons, activity.synaptic_operations, updates)


def _estimate(
    device: Device,
    synapses: float,
    neurons: float,
    done: DenseOperations | EffectiveOperations,
    updates: DenseOperations,
) -> Estimate:
    counts = {
        "connections": synapses,
        "neurons": neurons,
        "synaptic operations": done.count,
        "neuron updates": updates.count,
    }
    terms = {"synapses": done.count * device.synapse_j, "neurons": updates.count * device.neuron_j}
    return Estimate(SOURCE, counts, terms)


def _device(device: str | Device, *, spiking: bool) -> Device:
    if isinstance(device, Device):
        return device
    allowed = tuple(name for name, one in DEVICES.items() if one.spiking == spiking)
    return DEVICES[checks.choice("keras_spiking", "device", device, allowed)]
