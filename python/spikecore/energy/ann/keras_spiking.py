"""keras-spiking's ModelEnergy: one price per connection and one per neuron, by device.

``E = e_synapse · connections · rate · dt · T + e_neuron · neurons · T``, summed over layers; a device that does not
spike computes every connection and every neuron once. A connection is a pair of an input and an output value; neurons
are only in layers with an activation.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from spikecore import checks
from spikecore.energy.ann.estimate import Formula, Result, Source
from spikecore.energy.ann.network import Network
from spikecore.energy.ann.spiking import Spiking

__all__ = ["DEVICES", "FORMULA", "Device"]

_SOURCE = Source(
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
    """Energy in J of a synaptic operation and of a neuron update, whether only spikes cost, and its source."""

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


def _artificial(network: Network, device: str | Device = "cpu") -> Result:
    """`device` is the name of one that does not spike, or prices of your own."""
    prices = _device(device, spiking=False)
    return _counted(prices, network.synapses, network.neurons, network.steps * network.synapses, network.steps)


def _spiking(activity: Spiking, device: str | Device = "loihi-davies") -> Result:
    """`device` is the name of one that spikes, or prices of your own; an analog input is refused."""
    prices = _device(device, spiking=True)
    if activity.analog.count:
        checks.refuse("keras_spiking", "analog_passes", "> 0", "0: the formula knows spikes alone")
    synapses = sum(active.layer.synapses for active in activity.layers)
    neurons = sum(active.layer.neurons for active in activity.layers)
    return _counted(prices, synapses, neurons, activity.synaptic_operations.count, activity.ticks)


def _counted(device: Device, synapses: float, neurons: float, operations: float, passes: float) -> Result:
    updates = neurons * passes
    counts = {
        "connections": synapses,
        "neurons": neurons,
        "synaptic operations": operations,
        "neuron updates": updates,
    }
    return counts, {"synapses": operations * device.synapse_j, "neurons": updates * device.neuron_j}


def _device(device: str | Device, *, spiking: bool) -> Device:
    if isinstance(device, Device):
        return device
    allowed = tuple(name for name, prices in DEVICES.items() if prices.spiking == spiking)
    return DEVICES[checks.choice("keras_spiking", "device", device, allowed)]


FORMULA = Formula(_SOURCE, _artificial, _spiking)
