"""Energy of a memory access by the size of the memory: the two variants of Lemaire et al. 2022."""

from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol

from spikecore import checks
from spikecore.energy.formulas.prices import memory

__all__ = ["Accesses", "Fit", "Piecewise"]


class Accesses(Protocol):
    """Something that prices an access."""

    def access_pj(self, elements: float, bits: int) -> float:
        """Return the energy in pJ of one access to a memory of so many elements of so many bits."""


@dataclass(frozen=True)
class Fit:
    """The authors' linear fit: ``1.09e-5 · elements · bits + 13.2`` pJ for one element, of any width.

    References
    ----------
    qualia-plugin-snn, EnergyEstimationMetric.py, ``_e_ram``; 45 nm SRAM.

    Examples
    --------
    >>> round(Fit().access_pj(1000, 32), 4)
    13.5488
    """

    slope_pj: float = 1.09e-5
    offset_pj: float = 13.2

    def access_pj(self, elements: float, bits: int) -> float:
        """Return the energy in pJ of one access."""
        return self.slope_pj * elements * bits + self.offset_pj


@dataclass(frozen=True)
class Piecewise:
    """Straight lines through (0, 0) and the SRAMs of 45 nm: (8 KB, 10), (32 KB, 20), (1 MB, 100) pJ.

    Parameters
    ----------
    access_bits : int
        Bits over which that energy is spread, 8 … 1024: an element of b bits pays b / access_bits of it. 64
        is what was published for these memories; 32 lets every 32-bit element pay a whole access. The
        paper does not say which it means, so it must be chosen.

    Raises
    ------
    NetworkError
        If a memory is larger than 1 MB, where the published points end.

    References
    ----------
    Lemaire et al., arXiv:2210.13107; points from Horowitz, ISSCC 2014.

    Examples
    --------
    >>> [round(Piecewise(access_bits=bits).access_pj(2048, 32), 9) for bits in (64, 32)]
    [5.0, 10.0]
    """

    access_bits: int

    def __post_init__(self) -> None:
        """Check the width."""
        checks.kept(self, access_bits=checks.count("lemaire", "access_bits", self.access_bits, low=8, high=1024))

    def access_pj(self, elements: float, bits: int) -> float:
        """Return the energy in pJ of one access."""
        size = elements * bits / 8.0
        points = [(0.0, 0.0)]
        for level in ("sram-8KB", "sram-32KB", "sram-1MB"):
            price = memory(level)
            points.append((float(price.capacity or 0), price.access_pj))
        for (x0, y0), (x1, y1) in pairwise(points):
            if size <= x1:
                return (y0 + (y1 - y0) * (size - x0) / (x1 - x0)) * bits / self.access_bits
        return checks.refuse("lemaire", "memory", f"{size:,.0f} bytes", "at most 1,048,576, where the points end")
