"""Energy per operation and per memory access with evidence and source, and the silicon that a comparison holds equal.

Invariant: a published figure stands in one file, in a profile of the house or else in `prices.toml`.

A memory price is per access of a stated width, 64 bits as published. Spreading the same price over 32 bits, as some
programs do, doubles every byte; here a caller must ask for it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from spikecore import checks, printed
from spikecore.energy import load, published
from spikecore.energy.ann.operations import Operations

__all__ = [
    "MemoryPrice", "OperationPrice", "Silicon", "memory", "memory_levels", "operation", "technologies",
]  # fmt: skip

UNVERIFIED = "unverified"
"""The evidence of a figure that is recalled and was read in no source. It is shown as such and decides nothing."""


@dataclass(frozen=True)
class OperationPrice:
    """Energy of arithmetic at one precision.

    Attributes
    ----------
    technology, precision, bits : str, str, int
        As ``"45nm"``, ``"fp32"``, and the width of an operand.
    add_pj, multiply_pj : float
        Energy of one addition and of one multiplication in pJ.
    evidence, source : {"estimated", "vendor", "unverified"}, str
        Rough, or a vendor's figure as third parties quote it, or recalled and read in no source; and the publication.

    Examples
    --------
    >>> price = operation("fp32")
    >>> round(price.mac_pj, 9), price.ac_pj, price.evidence
    (4.6, 0.9, 'estimated')
    """

    technology: str
    precision: str
    bits: int
    add_pj: float
    multiply_pj: float
    evidence: str
    source: str

    @property
    def mac_pj(self) -> float:
        """Energy of a multiply-accumulate in pJ: a multiplication and an addition."""
        return self.multiply_pj + self.add_pj

    @property
    def ac_pj(self) -> float:
        """Energy of an accumulate in pJ: an addition."""
        return self.add_pj

    def macs_j(self, operations: Operations) -> float:
        """Return the energy in J of as many multiply-accumulates; a bare number is a `TypeError`."""
        return _count(operations) * (self.mac_pj * 1e-12)

    def acs_j(self, operations: Operations) -> float:
        """Return the energy in J of as many accumulates; a bare number is a `TypeError`."""
        return _count(operations) * (self.ac_pj * 1e-12)


@dataclass(frozen=True)
class MemoryPrice:
    """Energy of moving data to or from one level of the memory hierarchy; fields as in `OperationPrice`, and these.

    Attributes
    ----------
    access_pj, access_high_pj, access_bits, capacity : float, float or None, int, int or None
        Energy of one access in pJ as published, its upper end where a band was, the bits that it moves, and bytes of
        the memory; None off the chip.

    Examples
    --------
    >>> local = memory("sram-8KB")
    >>> local.byte_pj, local.spread_over(32).byte_pj, memory("dram").byte_band_pj
    (1.25, 2.5, (162.5, 325.0))
    """

    technology: str
    level: str
    access_pj: float
    evidence: str
    source: str
    access_high_pj: float | None = None
    access_bits: int = 64
    capacity: int | None = None

    def spread_over(self, access_bits: int) -> "MemoryPrice":
        """Return the same price per access read as if an access moved another number of bits, 8 … 1024."""
        return replace(self, access_bits=checks.count(self.level, "access_bits", access_bits, low=8, high=1024))

    @property
    def byte_pj(self) -> float:
        """Energy per byte in pJ; the lower end where a band was published."""
        return 8.0 * self.access_pj / self.access_bits

    @property
    def byte_band_pj(self) -> tuple[float, float]:
        """Lower and upper energy per byte in pJ."""
        return self.byte_pj, 8.0 * (self.access_high_pj or self.access_pj) / self.access_bits


def operation(precision: str, technology: str = "45nm") -> OperationPrice:
    """Return the price of arithmetic in int8, int32, fp16 or fp32; a `NetworkError` where none was published."""
    price: OperationPrice = _price("operation", technology, "precision", precision)
    return price


def memory(level: str, technology: str = "45nm") -> MemoryPrice:
    """Return the price of a memory, one of `memory_levels`, per access of 64 bits as published."""
    price: MemoryPrice = _price("memory", technology, "memory", level)
    return price


def memory_levels(technology: str = "45nm") -> tuple[str, ...]:
    """Return the memories that a technology has prices for, the nearest first."""
    return tuple(_prices("memory", technology))


def technologies() -> tuple[str, ...]:
    """Return the processes that prices are known for."""
    return tuple(_published())


@dataclass(frozen=True)
class Silicon:
    """What both sides of a comparison run on; silicon without a published price is a `NetworkError`.

    Parameters
    ----------
    precision, technology : {"int8", "int32", "fp16", "fp32"}, {"45nm", "7nm"}
        Format of weights, activations, neuron state and arithmetic; and the process. Arithmetic at 7 nm is unverified:
        such comparisons give numbers and no verdict.
    memory, access_bits : str or None, int
        Level that all of them are moved to and from, one of `memory_levels` (None counts arithmetic alone), and
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
        operation(self.precision, self.technology)
        if self.memory is not None:
            memory(self.memory, self.technology).spread_over(self.access_bits)
        bits = checks.count("silicon", "access_bits", self.access_bits, low=8, high=1024)
        checks.choice("silicon", "reuse", self.reuse, ("ideal", "none"))
        batch = checks.count("silicon", "batch", self.batch, low=1)
        macs = checks.number("silicon", "macs_per_update", self.macs_per_update, low=0.0)
        checks.kept(self, access_bits=bits, batch=batch, macs_per_update=macs)

    @property
    def operation_price(self) -> OperationPrice:
        """Price of arithmetic."""
        return operation(self.precision, self.technology)

    @property
    def memory_price(self) -> MemoryPrice:
        """Price of memory; `memory` must not be None."""
        return memory(str(self.memory), self.technology).spread_over(self.access_bits)


def _count(operations: Operations) -> float:
    if isinstance(operations, Operations):
        return operations.count
    kind = f"{type(operations).__name__} {printed.value(operations)}"
    msg = f"a price multiplies DenseOperations or EffectiveOperations, not {kind}"
    raise TypeError(msg)


def _price(kind: str, technology: str, parameter: str, name: str) -> Any:
    prices = _prices(kind, technology)
    return prices[checks.choice(f"energy: {technology}", parameter, name, tuple(prices))]


def _prices(kind: str, technology: str) -> dict[str, Any]:
    return _published()[checks.choice("energy", "technology", technology, technologies())][kind]


@cache
def _published() -> dict[str, dict[str, dict[str, Any]]]:
    """Return the prices of operations by precision and those of memories by level, by technology."""
    data, kinds = published.tables("ann", "prices"), {"operation": OperationPrice, "memory": MemoryPrice}
    return {
        technology: {
            kind: {
                name: price(technology, name, source=source, **_figures(**own))
                for name, own in data[kind][technology].items()
            }
            for kind, price in kinds.items()
        }
        for technology, source in data["source"].items()
    }


def _figures(profile: Mapping[str, str] | None = None, **own: Any) -> dict[str, Any]:
    """Return the figures of a price; those of an addition and of an access to memory may stand in a profile."""
    if profile is not None:
        price = next(price for price in load(profile["name"]).prices if price.count == profile["count"])
        place = next((level for level in price.levels if level.name == profile.get("level")), price)
        if "multiply_pj" in own:
            return {"add_pj": price.value, "evidence": price.evidence, **own}
        bits, size = round(8e-12 * place.value / place.nominal_j), getattr(place, "bytes", None)
        own = {"access_pj": place.value, "access_high_pj": place.high, "access_bits": bits, "evidence": price.evidence}
        own["capacity"] = size and int(size)
    return own
