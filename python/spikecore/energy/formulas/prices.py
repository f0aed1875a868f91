"""Energy per operation and per memory access, each with its technology, evidence and source.

The numbers are in `prices.toml`. A memory price is per access of a stated width: the published
figures are for 64-bit accesses, 8 bytes, so 10 pJ of an 8-KB SRAM is 1.25 pJ per byte. Spreading the
same price over 32 bits, as some programs do, doubles every byte; here it must be asked for.
"""

import tomllib
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources
from typing import Any

from spikecore import checks

__all__ = ["PRECISIONS", "MemoryPrice", "OperationPrice", "memory", "memory_levels", "operation", "technologies"]

PRECISIONS = ("int8", "int32", "fp16", "fp32")
"""Number formats that at least one technology has prices for."""


@dataclass(frozen=True)
class OperationPrice:
    """Energy of arithmetic at one precision.

    Attributes
    ----------
    technology, precision : str
        As ``"45nm"``, ``"fp32"``.
    bits : int
        Width of an operand.
    add_pj, multiply_pj : float
        Energy of one addition and of one multiplication in pJ.
    evidence : {"estimated", "vendor", "unverified"}
        Published as a rough figure of a technology, a vendor's figure that a third party quotes, or recalled, its
        table not read.
    source : str
        Where it was published.

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

    @property
    def mac_j(self) -> float:
        """Energy of a multiply-accumulate in J."""
        return self.mac_pj * 1e-12

    @property
    def ac_j(self) -> float:
        """Energy of an accumulate in J."""
        return self.ac_pj * 1e-12


@dataclass(frozen=True)
class MemoryPrice:
    """Energy of moving data to or from one level of the memory hierarchy.

    Attributes
    ----------
    technology, level : str
        As ``"45nm"``, ``"sram-8KB"``.
    access_pj, access_high_pj : float
        Energy of one access in pJ: as published, and the upper end where a band was.
    access_bits : int
        Bits that one access moves, over which its energy is spread.
    capacity : int or None
        Bytes of the memory; None off the chip.
    evidence, source : str
        As in `OperationPrice`.

    Examples
    --------
    >>> local = memory("sram-8KB")
    >>> local.byte_pj, local.spread_over(32).byte_pj, memory("dram").byte_band_pj
    (1.25, 2.5, (162.5, 325.0))
    """

    technology: str
    level: str
    access_pj: float
    access_high_pj: float
    access_bits: int
    capacity: int | None
    evidence: str
    source: str

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
        return self.byte_pj, 8.0 * self.access_high_pj / self.access_bits


def operation(precision: str, technology: str = "45nm") -> OperationPrice:
    """Return the price of arithmetic.

    Parameters
    ----------
    precision : {"int8", "int32", "fp16", "fp32"}
        The number format.
    technology : {"45nm", "7nm"}
        The process.

    Returns
    -------
    OperationPrice
        With its source.

    Raises
    ------
    NetworkError
        If there is no such price; none is derived from another.

    Examples
    --------
    >>> round(operation("int8").mac_pj, 9)
    0.23
    """
    found = _operations()
    checks.choice("energy", "technology", technology, technologies())
    allowed = tuple(name for where, name in found if where == technology)
    checks.choice(f"energy: {technology}", "precision", precision, allowed)
    return found[technology, precision]


def memory(level: str, technology: str = "45nm") -> MemoryPrice:
    """Return the price of a memory.

    Parameters
    ----------
    level : str
        One of `memory_levels` of the technology.
    technology : {"45nm", "7nm"}
        The process.

    Returns
    -------
    MemoryPrice
        Per access of 64 bits, as published.

    Raises
    ------
    NetworkError
        If the technology has no price for this level.

    Examples
    --------
    >>> memory("sram-1MB").byte_pj
    12.5
    """
    checks.choice(f"energy: {technology}", "memory", level, memory_levels(technology))
    return _memories()[technology, level]


def memory_levels(technology: str = "45nm") -> tuple[str, ...]:
    """Return the memories that a technology has prices for, the nearest first."""
    checks.choice("energy", "technology", technology, technologies())
    return tuple(level for where, level in _memories() if where == technology)


def technologies() -> tuple[str, ...]:
    """Return the processes that prices are known for."""
    return tuple(dict.fromkeys(where for where, _ in _operations()))


@cache
def _read() -> dict[str, Any]:
    text = (resources.files("spikecore.energy.formulas") / "prices.toml").read_text(encoding="utf-8")
    data = tomllib.loads(text)
    for entry in (*data["operation"], *data["memory"]):
        entry["source"] = data["source"][entry["source"]]
    return data


@cache
def _operations() -> dict[tuple[str, str], OperationPrice]:
    return {(entry["technology"], entry["precision"]): OperationPrice(**entry) for entry in _read()["operation"]}


@cache
def _memories() -> dict[tuple[str, str], MemoryPrice]:
    found = {}
    for entry in _read()["memory"]:
        whole = {"capacity": None, "access_high_pj": entry["access_pj"], **entry}
        found[entry["technology"], entry["level"]] = MemoryPrice(**whole)
    return found
