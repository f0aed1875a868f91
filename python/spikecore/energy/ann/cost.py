"""What an inference of an artificial network, of a spiking one and of its twin costs on one silicon.

Operations and memory are priced alike for all. Nothing is free that is not said to be: what has no price is a note.
"""

import math

from spikecore.energy.ann.crossover import twin_bits
from spikecore.energy.ann.layers import BatchNorm
from spikecore.energy.ann.network import Network
from spikecore.energy.ann.operations import DenseOperations, EffectiveOperations
from spikecore.energy.ann.silicon import Cost, Lines, Silicon
from spikecore.energy.ann.spiking import Spiking

__all__ = ["SPIKE_BITS", "artificial_cost", "spiking_cost", "twin_cost"]

SPIKE_BITS = 32
"""Bits of a spike in memory and on the way: the spike message of Loihi (Davies et al., Proc. IEEE 109:911, 2021,
p. 913) and the packet of TrueNorth (Akopyan et al., IEEE TCAD 34:1537, 2015)."""


def artificial_cost(network: Network, silicon: Silicon, effective: EffectiveOperations | None = None) -> Cost:
    """Return what one inference of an artificial network takes on a silicon.

    A machine that skips zeros does the `effective` multiply-accumulates (`Network.effective`), by default all; with
    ideal reuse it still reads all weights.
    """
    lines, operations = Lines(silicon), network.dense() if effective is None else effective
    lines.multiplied("multiply-accumulates", operations)
    _move(lines, network, operations.count)
    return Cost(network.name, silicon, tuple(lines.terms), _notes(network, silicon))


def twin_cost(network: Network, ticks: int, silicon: Silicon) -> Cost:
    """Return what the capacity-matched twin takes: the same layers run once, activations of ⌈log₂(ticks + 1)⌉ bits.

    It does its products bit by bit, one accumulate per bit of the activation, because no price of a product that narrow
    is published; weights have the precision of the silicon.
    """
    bits, lines = twin_bits(ticks), Lines(silicon)
    lines.accumulated(f"accumulates, {bits} per product", DenseOperations(network.macs * bits))
    _move(lines, network, network.macs, activation_bits=bits)
    notes = ("it sees the spikes of an inference as one number: where their times matter it is no equal",)
    return Cost(f"{bits}-bit twin of {network.name}", silicon, tuple(lines.terms), notes + _notes(network, silicon))


def spiking_cost(spiking: Spiking, silicon: Silicon) -> Cost:
    """Return what one inference of a spiking network takes on a silicon, whose batch it has no use for."""
    lines, operations = Lines(silicon), spiking.synaptic_operations
    lines.accumulated("synaptic operations", operations, with_spikes=True)
    lines.multiplied("neuron updates", DenseOperations(spiking.neuron_updates * silicon.macs_per_update))
    lines.multiplied("analog input", spiking.analog)
    lines.moved("weights", operations.count, with_spikes=True)
    lines.moved("potentials of updates", 2 * spiking.neuron_updates)
    if silicon.reuse == "none":
        lines.moved("potentials of synaptic operations", 2 * operations.count, with_spikes=True)
    lines.moved("spikes", 2 * (spiking.spikes or 0.0), SPIKE_BITS, with_spikes=True)
    for active in spiking.layers:
        layer, passes, is_held = active.layer, active.analog_passes, silicon.reuse == "ideal"
        lines.moved("weights, analog input", passes * (layer.weights if is_held else layer.macs))
        lines.moved("analog input", passes * (layer.inputs_per_pass if is_held else layer.macs))
    notes = [f"biases are part of the neuron update; a spike is written and read as {SPIKE_BITS} bits"]
    if spiking.spikes is None:
        notes.append("the number of spikes is unknown: moving them is not priced")
    weights = sum(active.layer.weights + active.layer.biases for active in spiking.layers) or spiking.synapses
    notes += _too_small(weights, "parameters" if spiking.layers else "weights, one per synapse,", silicon)
    return Cost(spiking.name, silicon, tuple(lines.terms), tuple(notes))


def _move(lines: Lines, network: Network, macs: float, activation_bits: int | None = None) -> None:
    """Add the memory traffic of an artificial network that does so many multiply-accumulates."""
    steps, layers = network.steps, [layer for layer in network.layers if not isinstance(layer, BatchNorm)]
    if lines.silicon.reuse == "ideal":
        shared = steps / lines.silicon.batch
        lines.moved("weights", shared * sum(layer.weights for layer in layers))
        lines.moved("biases", shared * sum(layer.biases for layer in layers))
        lines.moved("activations read", steps * sum(layer.inputs_per_pass for layer in layers), activation_bits)
    else:
        lines.moved("weights", macs)
        lines.moved("biases", steps * sum(layer.outputs_per_pass for layer in layers if layer.biases))
        lines.moved("activations read", macs, activation_bits)
    lines.moved("activations written", steps * sum(layer.outputs_per_pass for layer in layers), activation_bits)
    lines.moved("recurrent state", 2 * steps * sum(layer.state for layer in layers), activation_bits)


def _notes(network: Network, silicon: Silicon) -> tuple[str, ...]:
    free = "not priced: activation functions, comparisons and sums of a pooling, normalisation (folded)"
    if silicon.memory is None:
        return free, "arithmetic alone: no memory is priced"
    return free, *_too_small(network.parameters, "parameters", silicon)


def _too_small(values: float, what: str, silicon: Silicon) -> list[str]:
    """Return a note where what is stored exceeds the memory that is priced."""
    room = None if silicon.memory is None else silicon.memory_price.capacity
    stored = math.ceil(values) * silicon.operation_price.bits // 8
    if room is None or stored <= room:
        return []
    return [
        f"{stored:,} bytes of {what} exceed {silicon.memory}: priced as {-(-stored // room):,} such memories, "
        "each beside its arithmetic; the way between them is not priced"
    ]
