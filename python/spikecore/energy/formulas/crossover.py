"""Published crossovers: above how many spikes per synapse and inference a spiking network loses.

Both compare on the same silicon. They are citations, with the conditions of their papers; what a
network of yours does on silicon of yours is `artificial.compare`.
"""

from dataclasses import dataclass

from spikecore import checks

__all__ = ["CROSSOVERS", "Crossover"]


@dataclass(frozen=True)
class Crossover:
    """One published crossover, a number or a band.

    Attributes
    ----------
    name : str
        Who.
    low, high : float
        Spikes per synapse and inference: below `low` the spiking network wins in all cases of the
        paper, above `high` in none.
    evidence : str
        How we know.
    source, note : str
        Where it was published, and what for.

    Examples
    --------
    >>> [one.verdict(0.5) for one in CROSSOVERS]
    ['below 1.72', 'inside 0.15–1.38']
    """

    name: str
    low: float
    high: float
    evidence: str
    source: str
    note: str

    def verdict(self, spikes_per_synapse: float) -> str:
        """Return where a network with so many spikes per synapse and inference, ≥ 0, stands."""
        value = checks.number(self.name, "spikes per synapse and inference", spikes_per_synapse, low=0.0, high=1e30)
        band = f"{self.low:g}" if self.low == self.high else f"{self.low:g}–{self.high:g}"
        where = "below" if value < self.low else "above" if value > self.high else "inside"
        return f"{'at' if where == 'inside' and self.low == self.high else where} {band}"


CROSSOVERS = (
    Crossover(
        "Davidson & Furber 2021",
        1.72,
        1.72,
        "estimated",
        "Davidson & Furber, Front. Neurosci. 15:651141 (2021)",
        "rate-coded network against the original one, identical digital silicon; the figure is quoted at second hand",
    ),
    Crossover(
        "Dampfhoffer 2023",
        0.15,
        1.38,
        "estimated",
        "Dampfhoffer et al., IEEE Trans. Emerg. Top. Comput. Intell. 7(3):731-741 (2023)",
        "memory accesses counted; depends on the dataflow; the figures are quoted at second hand",
    ),
)
"""The published crossovers."""
