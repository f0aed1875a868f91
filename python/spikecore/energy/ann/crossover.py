"""What was published about when a spiking network wins: crossovers, and the network of equal capacity.

Crossovers compare on the same silicon. They are citations, with the conditions of their papers; what a network of yours
does on silicon of yours is `compare.compare`.

The capacity-matched twin: a neuron that spikes at most once in each of T ticks says a number of 0 … T, T + 1 levels,
which is an activation of ⌈log₂(T + 1)⌉ bits. It does not see their times. A wider twin flatters the spiking network.
Source: Yan, Bai, Tang & Wong, Reconsidering the energy efficiency of spiking neural networks, arXiv:2409.08290 (v4).
"""

from dataclasses import dataclass

from spikecore import checks
from spikecore.energy import published

__all__ = ["CROSSOVERS", "Crossover", "twin_bits"]


@dataclass(frozen=True)
class Crossover:
    """One published crossover, a number or a band, with its conditions in `note`.

    With fewer spikes per synapse and inference than `low` the spiking network wins in all cases of the paper, with more
    than `high` in none.

    Examples
    --------
    >>> [crossover.verdict(0.5) for crossover in CROSSOVERS]
    ['below 1.72', 'inside 0.15–1.38']
    """

    name: str
    low: float
    high: float
    evidence: str
    source: str
    note: str

    def side(self, spikes_per_synapse: float) -> str:
        """Return ``"below"``, ``"above"``, and between ``"inside"``, or ``"at"`` where low is high."""
        value = checks.number(self.name, "spikes per synapse and inference", spikes_per_synapse, low=0.0, high=1e30)
        within = "at" if self.low == self.high else "inside"
        return "below" if value < self.low else "above" if value > self.high else within

    def verdict(self, spikes_per_synapse: float) -> str:
        """Return the side and the number or band."""
        band = f"{self.low:g}" if self.low == self.high else f"{self.low:g}–{self.high:g}"
        return f"{self.side(spikes_per_synapse)} {band}"


CROSSOVERS = tuple(Crossover(**fields) for fields in published.tables("ann", "formulas")["crossover"])
"""The published crossovers."""


def twin_bits(ticks: int) -> int:
    """Return the bits of an activation that takes as many values as a spike count in T ≥ 1 ticks: ⌈log₂(T + 1)⌉.

    Examples
    --------
    >>> [twin_bits(ticks) for ticks in (1, 3, 4, 7, 255, 256)]
    [1, 2, 3, 3, 8, 9]
    """
    return checks.count("capacity", "ticks", ticks, low=1).bit_length()
