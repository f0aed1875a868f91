"""Energy of an artificial or a spiking network on one piece of digital silicon: operations and memory.

A `Silicon` fixes everything that a comparison must hold equal: precision, technology, memory, width
of an access, reuse. Nothing is free that is not said to be: what is not priced is in the notes.
"""

import math
from dataclasses import dataclass

from spikecore import checks
from spikecore.energy.activity import Spiking
from spikecore.energy.architecture import Network
from spikecore.energy.formulas import capacity, prices
from spikecore.energy.formulas.operations import DenseOperations, EffectiveOperations
from spikecore.energy.formulas.prices import MemoryPrice, OperationPrice
from spikecore.energy.layers import BatchNorm

__all__ = ["SPIKE_BITS", "Cost", "Silicon", "Term", "artificial_cost", "spiking_cost", "twin_cost"]

SPIKE_BITS = 32
"""Bits of a spike in memory and on the way: the spike message of Loihi (Davies et al., Proc. IEEE 109:911, 2021,
p. 913) and the packet of TrueNorth (Akopyan et al., IEEE TCAD 34:1537, 2015)."""


@dataclass(frozen=True)
class Silicon:
    """What both sides of a comparison run on.

    Parameters
    ----------
    precision : {"int8", "int32", "fp16", "fp32"}
        Format of weights, activations and neuron state, and of the arithmetic.
    memory : str or None
        Level that all of them are moved to and from: ``"sram-8KB"``, ``"sram-32KB"``, ``"sram-1MB"``,
        ``"dram"`` (45 nm), ``"hbm2"``, ``"gddr6"``, ``"ddr"`` (7 nm). None counts arithmetic alone, as
        Yin and Panda do.
    technology : {"45nm", "7nm"}
        The process.
    access_bits : int
        Bits over which the price of an access is spread: 64 as published, 32 as some programs read it.
    reuse : {"ideal", "none"}
        ``"ideal"``: a layer reads every weight, input and output once per pass, however often it is
        multiplied, and a batch shares the weights; a neuron's state is read and written once per
        update. ``"none"``: every operation fetches its weight and its value, every synaptic operation
        reads and writes the potential. Real machines lie between. A spike fetches its weights in both.
    batch : int
        Inferences that share the weights that are read, ≥ 1. Spikes of different inferences do not
        coincide, so a spiking network has no use for it.
    macs_per_update : float
        Multiply-accumulates of one neuron update, ≥ 0: 1 for the leak of a LIF neuron, 0 without leak.

    Raises
    ------
    NetworkError
        If there is no published price for such silicon.

    Examples
    --------
    >>> Silicon("int8", "sram-8KB").memory_price.byte_pj
    1.25
    """

    precision: str
    memory: str | None
    technology: str = "45nm"
    access_bits: int = 64
    reuse: str = "ideal"
    batch: int = 1
    macs_per_update: float = 1.0

    def __post_init__(self) -> None:
        """Check that there is a price for everything."""
        assert self.operation_price
        if self.memory is not None:
            assert self.memory_price
        checks.choice("silicon", "reuse", self.reuse, ("ideal", "none"))
        batch = checks.count("silicon", "batch", self.batch, low=1)
        macs = checks.number("silicon", "macs_per_update", self.macs_per_update, low=0.0)
        checks.kept(self, batch=batch, macs_per_update=macs)

    @property
    def operation_price(self) -> OperationPrice:
        """Price of arithmetic."""
        return prices.operation(self.precision, self.technology)

    @property
    def memory_price(self) -> MemoryPrice:
        """Price of memory; `memory` must not be None."""
        return prices.memory(str(self.memory), self.technology).spread_over(self.access_bits)


@dataclass(frozen=True)
class Term:
    """One priced line.

    Attributes
    ----------
    name : str
        What is priced.
    count : float
        How many, per inference.
    unit : str
        Of what: ``"MAC"``, ``"AC"`` or ``"bit"``.
    energy_j, high_j : float
        Energy in J, and its upper end where the price is a band.
    with_spikes : bool
        Whether it grows with the number of spikes.
    evidence, source : str
        Of the price.
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
    """Energy of one inference, modelled.

    Attributes
    ----------
    name : str
        Of the network.
    silicon : Silicon
        What it runs on.
    terms : tuple of Term
        The priced lines.
    notes : tuple of str
        What is assumed and what is not priced.
    """

    name: str
    silicon: Silicon
    terms: tuple[Term, ...]
    notes: tuple[str, ...] = ()

    @property
    def energy_j(self) -> float:
        """Energy of one inference in J."""
        return math.fsum(term.energy_j for term in self.terms)

    @property
    def high_j(self) -> float:
        """Energy with the upper end of every price."""
        return math.fsum(term.high_j for term in self.terms)

    @property
    def memory_j(self) -> float:
        """Of it, what moving data takes."""
        return math.fsum(term.energy_j for term in self.terms if term.unit == "bit")

    @property
    def with_spikes_j(self) -> float:
        """Of it, what grows with the number of spikes."""
        return math.fsum(term.energy_j for term in self.terms if term.with_spikes)


class _Bill:
    """Terms under construction, all at the prices of one silicon."""

    def __init__(self, silicon: Silicon) -> None:
        self.silicon, self.terms = silicon, list[Term]()

    def operations(self, name: str, count: float, unit: str, energy_j: float, *, with_spikes: bool = False) -> None:
        price = self.silicon.operation_price
        if count:
            self.terms.append(Term(name, count, unit, energy_j, energy_j, with_spikes, price.evidence, price.source))

    def moved(self, name: str, values: float, bits: float | None = None, *, with_spikes: bool = False) -> None:
        """Add `values` of so many bits each, by default of the silicon's precision."""
        count = values * (self.silicon.operation_price.bits if bits is None else bits)
        if count and self.silicon.memory is not None:
            price = self.silicon.memory_price
            low, high = (count / 8.0 * byte * 1e-12 for byte in price.byte_band_pj)
            self.terms.append(Term(name, count, "bit", low, high, with_spikes, price.evidence, price.source))


def artificial_cost(network: Network, silicon: Silicon, effective: EffectiveOperations | None = None) -> Cost:
    """Return what one inference of an artificial network takes.

    Parameters
    ----------
    network : Network
        Its layers.
    silicon : Silicon
        What it runs on.
    effective : EffectiveOperations, optional
        Multiply-accumulates that are done on a machine that skips zeros (`Network.effective`); all of
        them by default. With ideal reuse weights are still read.

    Returns
    -------
    Cost
        Of one inference.
    """
    bill = _Bill(silicon)
    done = network.dense() if effective is None else effective
    bill.operations("multiply-accumulates", done.count, "MAC", done.joules(silicon.operation_price))
    _traffic(bill, network, done.count)
    return Cost(network.name, silicon, tuple(bill.terms), _notes(network, silicon))


def twin_cost(network: Network, ticks: int, silicon: Silicon) -> Cost:
    """Return what the capacity-matched twin takes: the same layers, activations of ⌈log₂(T + 1)⌉ bits.

    Its products are done bit by bit, one accumulate per bit of the activation, because no price of a
    product that narrow is published; weights have the precision of the silicon.

    Parameters
    ----------
    network : Network
        The layers of the spiking network, run once per inference.
    ticks : int
        T ≥ 1, ticks of the spiking network.
    silicon : Silicon
        What it runs on.

    Returns
    -------
    Cost
        Of one inference.
    """
    bits = capacity.twin_bits(ticks)
    bill = _Bill(silicon)
    done = DenseOperations(network.macs * bits)
    energy = done.count * silicon.operation_price.ac_j
    bill.operations(f"accumulates, {bits} per product", done.count, "AC", energy)
    _traffic(bill, network, network.macs, activation_bits=bits)
    notes = ("it sees the spikes of an inference as one number: where their times matter it is no equal",)
    return Cost(f"{bits}-bit twin of {network.name}", silicon, tuple(bill.terms), notes + _notes(network, silicon))


def spiking_cost(spiking: Spiking, silicon: Silicon) -> Cost:
    """Return what one inference of a spiking network takes on the same silicon.

    Parameters
    ----------
    spiking : Spiking
        What it does.
    silicon : Silicon
        What it runs on; its batch is not used.

    Returns
    -------
    Cost
        Of one inference. Terms that grow with spikes are marked.
    """
    bill, price = _Bill(silicon), silicon.operation_price
    operations = spiking.synaptic_operations
    bill.operations(
        "synaptic operations", operations.count, "AC", operations.accumulate_joules(price), with_spikes=True
    )
    updates = DenseOperations(spiking.neuron_updates * silicon.macs_per_update)
    bill.operations("neuron updates", updates.count, "MAC", updates.joules(price))
    bill.operations("analog input", spiking.analog.count, "MAC", spiking.analog.joules(price))
    bill.moved("weights", operations.count, with_spikes=True)
    bill.moved("potentials of updates", 2 * spiking.neuron_updates)
    if silicon.reuse == "none":
        bill.moved("potentials of synaptic operations", 2 * operations.count, with_spikes=True)
    bill.moved("spikes", 2 * (spiking.spikes or 0.0), SPIKE_BITS, with_spikes=True)
    _analog_traffic(bill, spiking)
    notes = [f"biases are part of the neuron update; a spike is written and read as {SPIKE_BITS} bits"]
    if spiking.spikes is None:
        notes.append("the number of spikes is unknown: moving them is not priced")
    weights = sum(one.layer.weights + one.layer.biases for one in spiking.layers) or spiking.synapses
    notes += _too_small(weights, "parameters" if spiking.layers else "weights, one per synapse,", silicon)
    return Cost(spiking.name, silicon, tuple(bill.terms), tuple(notes))


def _analog_traffic(bill: _Bill, spiking: Spiking) -> None:
    for one in spiking.layers:
        if one.analog_passes:
            held = bill.silicon.reuse == "ideal"
            layer = one.layer
            bill.moved("weights, analog input", one.analog_passes * (layer.weights if held else layer.macs))
            bill.moved("analog input", one.analog_passes * (math.prod(layer.input_shape) if held else layer.macs))


def _traffic(bill: _Bill, network: Network, done: float, activation_bits: int | None = None) -> None:
    """Add the memory traffic of an artificial network that does `done` multiply-accumulates."""
    steps, layers = network.steps, [layer for layer in network.layers if not isinstance(layer, BatchNorm)]
    outputs = sum(math.prod(layer.output_shape) for layer in layers)
    biased = sum(math.prod(layer.output_shape) for layer in layers if layer.biases)
    if bill.silicon.reuse == "ideal":
        inputs = sum(math.prod(layer.input_shape) for layer in layers)
        shared = steps / bill.silicon.batch
        bill.moved("weights", shared * sum(layer.weights for layer in layers))
        bill.moved("biases", shared * sum(layer.biases for layer in layers))
        bill.moved("activations read", steps * inputs, activation_bits)
    else:
        bill.moved("weights", done)
        bill.moved("biases", steps * biased)
        bill.moved("activations read", done, activation_bits)
    bill.moved("activations written", steps * outputs, activation_bits)
    bill.moved("recurrent state", 2 * steps * sum(layer.state for layer in layers), activation_bits)


def _notes(network: Network, silicon: Silicon) -> tuple[str, ...]:
    notes = ["not priced: activation functions, comparisons and sums of a pooling, normalisation (folded)"]
    if silicon.memory is None:
        return (*notes, "arithmetic alone: no memory is priced")
    return (*notes, *_too_small(network.parameters, "parameters", silicon))


def _too_small(values: float, what: str, silicon: Silicon) -> list[str]:
    """Say so where what is stored exceeds the memory that is priced."""
    room = None if silicon.memory is None else silicon.memory_price.capacity
    stored = math.ceil(values) * silicon.operation_price.bits // 8
    if room is None or stored <= room:
        return []
    return [
        f"{stored:,} bytes of {what} exceed {silicon.memory}: priced as {-(-stored // room):,} such memories, "
        "each beside its arithmetic; the way between them is not priced"
    ]
