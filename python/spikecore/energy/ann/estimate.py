"""What a published formula gives for a network: counts, energy by term, and where the formula is from."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

__all__ = ["Estimate", "Result", "Source"]

Result = tuple[Mapping[str, float], Mapping[str, float]]
"""Counts, and energy by term in J; no terms where a formula does not price."""


@dataclass(frozen=True)
class Source:
    """Where a formula, by its name, was published.

    Attributes
    ----------
    evidence : {"code", "paper", "unverified"}
        How we know it: read in its authors' program, read in the paper, or recalled and read in neither.
    notes : tuple of str
        What it leaves out, and where it departs from its paper.
    """

    name: str
    citation: str
    evidence: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Estimate:
    """One inference by one formula: what was counted, and energy by term in J.

    Examples
    --------
    >>> Estimate(Source("x", "nowhere", "unverified"), {"MACs": 10.0}, {"operations": 4.6e-11}).energy_j
    4.6e-11
    """

    source: Source
    counts: Mapping[str, float]
    terms_j: Mapping[str, float] = field(default_factory=dict)

    @property
    def energy_j(self) -> float | None:
        """Energy of one inference in J; None where the formula does not price."""
        return math.fsum(self.terms_j.values()) if self.terms_j else None

    @property
    def memory_share(self) -> float | None:
        """Share of the energy that moves data; None where the formula does not price it."""
        moved = [value for name, value in self.terms_j.items() if name.startswith("memory")]
        total = self.energy_j
        return math.fsum(moved) / total if moved and total else None

    def to_dict(self) -> dict[str, Any]:
        """Return all numbers and the source as plain values."""
        source = {**vars(self.source), "notes": list(self.source.notes)}
        return {"formula": source, "counts": {**self.counts}, "terms_j": {**self.terms_j}, "energy_j": self.energy_j}
