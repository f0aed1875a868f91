"""One piece of digital silicon, and what an inference costs on it, line by line.

A `Silicon` fixes everything that a comparison must hold equal. A `Cost` is made of terms, each a count, its energy, and
the evidence and source of its price.
"""

import math
from dataclasses import dataclass

from spikecore import checks
from spikecore.energy.ann import prices
from spikecore.energy.ann.operations import Operations
from spikecore.energy.ann.prices import MemoryPrice, OperationPrice

__all__ = ["Cost", "Lines", "Silicon", "Term"]


@dataclass(frozen=True)
class Silicon:
    """What both sides of a comparison run on; silicon without a published price is a `NetworkError`.

    Parameters
    ----------
    precision, technology : {"int8", "int32", "fp16", "fp32"}, {"45nm", "7nm"}
        Format of weights, activations, neuron state and arithmetic; and the process. Arithmetic at 7 nm is unverified:
        such comparisons give numbers and no verdict.
    memory, access_bits : str or None, int
        Level that all of them are moved to and from, one of `prices.memory_levels` (None counts arithmetic alone), and
        bits over which the price of an access is spread, 8 … 1024: 64 as published, 32 as some programs read it.
    reuse, batch : {"ideal", "none"}, int
        ``"ideal"``: a layer reads every weight, input and output once per pass, however often it is multiplied, and a
        batch of ≥ 1 inferences shares the weights, though their spikes do not coincide; a neuron's state is read and
        written once per update. ``"none"``: every operation fetches its weight and its value, every synaptic operation
        reads and writes the potential. Real machines lie between. A spike fetches its weights in both.
    macs_per_update : float
        Multiply-accumulates of one neuron update, ≥ 0: 1 for the leak of a LIF neuron, 0 without leak.

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
        prices.operation(self.precision, self.technology)
        if self.memory is not None:
            prices.memory(self.memory, self.technology).spread_over(self.access_bits)
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
    """Modelled energy of one inference: its terms, and in `notes` what is assumed or not priced."""

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
        return tuple(term.name for term in self.terms if term.evidence == prices.UNVERIFIED)


class Lines:
    """Terms under construction, all at the prices of one silicon; what is zero gets no line."""

    def __init__(self, silicon: Silicon) -> None:
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
