"""What an inference of an artificial network, of a spiking one and of its twin costs on one silicon.

Operations and memory are priced alike for all. Nothing is free that is not said to be: what has no price is a note.
"""

import math
from dataclasses import dataclass
from typing import Any

from spikecore import checks, printed
from spikecore.energy.ann.crossover import twin_bits
from spikecore.energy.ann.layers import BatchNorm
from spikecore.energy.ann.network import PARSED, Network
from spikecore.energy.ann.operations import DenseOperations, EffectiveOperations, Operations
from spikecore.energy.ann.prices import UNVERIFIED, Silicon
from spikecore.energy.ann.spiking import Spiking

__all__ = ["SPIKE_BITS", "Cost", "Term", "artificial_cost", "spiking_cost", "twin_cost"]

SPIKE_BITS = 32
"""Bits of a spike in memory and on the way: the spike message of Loihi (Davies et al., Proc. IEEE 109:911, 2021,
p. 913) and the packet of TrueNorth (Akopyan et al., IEEE TCAD 34:1537, 2015)."""


@dataclass(frozen=True)
class Term:
    """One priced line: `count` MAC, AC or bit per inference, whether it grows with spikes, and where its price is from.

    Energies are in J; `high_j` is the upper end where the price is a band.
    """

    name: str
    count: float
    unit: str
    energy_j: float
    high_j: float
    with_spikes: bool
    evidence: str
    source: str


@dataclass(frozen=True)
class Cost:
    """Modelled energy of one inference: its terms, and in `notes` what is assumed or not priced.

    It is a lower bound where spikes are moved and their number is unknown.
    """

    name: str
    silicon: Silicon
    terms: tuple[Term, ...]
    notes: tuple[str, ...] = ()
    is_lower_bound: bool = False

    __repr__ = printed.record

    @property
    def energy_j(self) -> float:
        """Energy of one inference in J."""
        return math.fsum(term.energy_j for term in self.terms)

    @property
    def high_j(self) -> float:
        """Energy in J with the upper end of every price."""
        return math.fsum(term.high_j for term in self.terms)

    @property
    def memory_j(self) -> float:
        """Energy in J that moves data."""
        return math.fsum(term.energy_j for term in self.terms if term.unit == "bit")

    @property
    def memory_share(self) -> float:
        """Share of the energy that moves data, 0 … 1; 0 where nothing costs."""
        return self.memory_j / self.energy_j if self.energy_j else 0.0

    @property
    def with_spikes_j(self) -> float:
        """Energy in J that grows with the number of spikes."""
        return math.fsum(term.energy_j for term in self.terms if term.with_spikes)

    @property
    def unverified(self) -> tuple[str, ...]:
        """Terms whose price is recalled and was read in no source."""
        return tuple(term.name for term in self.terms if term.evidence == UNVERIFIED)

    def to_dict(self) -> dict[str, Any]:
        """Return its sums and terms as plain values; energies in J."""
        sums = {name: getattr(self, name) for name in ("name", "energy_j", "high_j", "memory_share")}
        return {**sums, "terms": [vars(term) | {} for term in self.terms], "notes": list(self.notes)}


class Lines:
    """Terms under construction, all at the prices of one silicon; what is zero gets no line."""

    def __init__(self, silicon: Silicon) -> None:
        checks.instance("energy", "silicon", silicon, Silicon, ', such as Silicon("int8", "sram-32KB")')
        self.silicon, self.terms = silicon, list[Term]()

    def multiplied(self, name: str, operations: Operations) -> None:
        """Add multiply-accumulates."""
        self._add(name, operations.count, "MAC", self.silicon.operation_price.macs_j(operations))

    def accumulated(self, name: str, operations: Operations, *, with_spikes: bool = False) -> None:
        """Add accumulates."""
        self._add(name, operations.count, "AC", self.silicon.operation_price.acs_j(operations), with_spikes)

    def moved(self, name: str, values: float, bits: float | None = None, *, with_spikes: bool = False) -> None:
        """Add `values` of so many bits each, by default of the silicon's precision, moved to or from its memory."""
        count = values * (self.silicon.operation_price.bits if bits is None else bits)
        if count and self.silicon.memory is not None:
            price = self.silicon.memory_price
            low, high = (count / 8.0 * byte * 1e-12 for byte in price.byte_band_pj)
            self.terms.append(Term(name, count, "bit", low, high, with_spikes, price.evidence, price.source))

    def _add(self, name: str, count: float, unit: str, energy_j: float, with_spikes: bool = False) -> None:
        price = self.silicon.operation_price
        if count:
            self.terms.append(Term(name, count, unit, energy_j, energy_j, with_spikes, price.evidence, price.source))


def artificial_cost(network: Network, silicon: Silicon, effective: EffectiveOperations | None = None) -> Cost:
    """Return what one inference of an artificial network takes on a silicon.

    A machine that skips zeros does the `effective` multiply-accumulates (`Network.effective`), by default all but those
    on the padding, which no network of these needs; with ideal reuse it still reads all weights.
    """
    checks.instance("energy", "network", network, Network, PARSED)
    if effective is not None:
        checks.instance("energy", "effective", effective, EffectiveOperations, ", as Network.effective gives")
    lines = Lines(silicon)
    operations = DenseOperations(network.macs - network.padded) if effective is None else effective
    lines.multiplied("multiply-accumulates", operations)
    _move(lines, network, operations.count)
    return Cost(network.name, silicon, tuple(lines.terms), _notes(network, silicon))


def twin_cost(network: Network, ticks: int, silicon: Silicon) -> Cost:
    """Return what the capacity-matched twin takes: the same layers run once, activations of ⌈log₂(ticks + 1)⌉ bits.

    It does its products bit by bit, one accumulate per bit of the activation, because no price of a product that narrow
    is published; weights have the precision of the silicon.
    """
    checks.instance("energy", "network", network, Network, PARSED)
    bits, lines, macs = twin_bits(ticks), Lines(silicon), network.macs - network.padded
    lines.accumulated(f"accumulates, {bits} per product", DenseOperations(macs * bits))
    _move(lines, network, macs, activation_bits=bits)
    notes = ("it sees the spikes of an inference as one number: where their times matter it is no equal",)
    return Cost(f"{bits}-bit twin of {network.name}", silicon, tuple(lines.terms), notes + _notes(network, silicon))


def spiking_cost(spiking: Spiking, silicon: Silicon) -> Cost:
    """Return what one inference of a spiking network takes on a silicon, whose batch it has no use for."""
    checks.instance("energy", "spiking", spiking, Spiking, ", as Spiking.of_rates and of_ledger make one")
    lines, operations = Lines(silicon), spiking.synaptic_operations
    lines.accumulated("synaptic operations", operations, with_spikes=True)
    lines.multiplied("neuron updates", DenseOperations(spiking.neuron_updates * silicon.macs_per_update))
    padded = sum(active.analog_passes * active.layer.padded for active in spiking.layers)
    lines.multiplied("analog input", DenseOperations(spiking.analog.count - padded))
    lines.moved("weights", operations.count, with_spikes=True)
    lines.moved("potentials of updates", 2 * spiking.neuron_updates)
    if silicon.reuse == "none":
        lines.moved("potentials of synaptic operations", 2 * operations.count, with_spikes=True)
    lines.moved("spikes", 2 * (spiking.spikes or 0.0), SPIKE_BITS, with_spikes=True)
    for active in spiking.layers:
        layer, passes = active.layer, active.analog_passes
        is_held, macs = silicon.reuse == "ideal", layer.macs - layer.padded
        lines.moved("weights, analog input", passes * (layer.weights if is_held else macs))
        lines.moved("analog input", passes * (layer.inputs_per_pass if is_held else macs))
    notes = [f"biases are part of the neuron update; a spike is written and read as {SPIKE_BITS} bits"]
    is_lower_bound = spiking.spikes is None and silicon.memory is not None
    if is_lower_bound:
        notes.append("the number of spikes is unknown: moving them is not priced, and the total is a lower bound")
    weights = sum(active.layer.weights + active.layer.biases for active in spiking.layers) or spiking.synapses
    notes += _too_small(weights, "parameters" if spiking.layers else "weights, one per synapse,", silicon)
    return Cost(spiking.name, silicon, tuple(lines.terms), tuple(notes), is_lower_bound)


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
