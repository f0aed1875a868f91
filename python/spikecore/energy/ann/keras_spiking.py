"""keras-spiking's ModelEnergy: one price per connection and one per neuron, by device.

``E = e_synapse · connections · rate · dt · T + e_neuron · neurons · T``, summed over layers; a device that does not
spike computes every connection and every neuron once. A connection is a pair of an input and an output value, one
of the padding too; neurons are only in layers with an activation.
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from spikecore import checks
from spikecore.energy import published
from spikecore.energy.ann.layers import Layer
from spikecore.energy.ann.network import Network
from spikecore.energy.ann.operations import Result
from spikecore.energy.ann.spiking import Spiking

__all__ = ["DEVICES", "Device", "artificial", "spiking"]


class Device(NamedTuple):
    """Energy in J of a synaptic operation and of a neuron update, whether only spikes cost, and its source."""

    synapse_j: float
    neuron_j: float
    spiking: bool
    source: str


DEVICES: Mapping[str, Device] = MappingProxyType(
    {name: Device(**fields) for name, fields in published.tables("ann", "formulas")["device"].items()}
)
"""Prices by device."""


def artificial(network: Network, device: str | Device = "cpu") -> Result:
    """Return every connection and neuron of every step; `device` does not spike, or has prices of your own."""
    prices = _device(device, spiking=False)
    return _counted(prices, network.layers, None, network.steps)


def spiking(activity: Spiking, device: str | Device = "loihi-davies") -> Result:
    """Return what spikes cost on a device that spikes, or at prices of your own; an analog input is refused."""
    prices = _device(device, spiking=True)
    if activity.analog.count:
        checks.refuse("keras_spiking", "analog_passes", "> 0", "0: the formula knows spikes alone")
    layers = [active.layer for active in activity.layers]
    operations = activity.synaptic_operations + activity.padded
    return _counted(prices, layers, operations.count, activity.ticks)


def _counted(device: Device, layers: Sequence[Layer], operations: float | None, passes: float) -> Result:
    """Return what so many passes cost; by default every connection does an operation in each."""
    connections, neurons = (
        sum(layer.synapses + layer.padded for layer in layers),
        sum(layer.neurons for layer in layers),
    )
    operations, updates = connections * passes if operations is None else operations, neurons * passes
    sizes = {"connections": connections, "neurons": neurons}
    counts = {**sizes, "synaptic operations": operations, "neuron updates": updates}
    return counts, {"synapses": operations * device.synapse_j, "neurons": updates * device.neuron_j}


def _device(device: str | Device, *, spiking: bool) -> Device:
    if isinstance(device, Device):
        return device
    allowed = tuple(name for name, prices in DEVICES.items() if prices.spiking == spiking)
    return DEVICES[checks.choice("keras_spiking", "device", device, allowed)]
