"""What each projection costs: the part of a bill that its synapses cause.

A line of a bill is split where the ledger has its count by projection; the others (neuron updates, packets, static
power) belong to no projection and are left out.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from spikecore.energy.ledger import ProjectionCounts

if TYPE_CHECKING:
    from spikecore.energy.report import EnergyReport

__all__ = ["Share", "of"]


@dataclass(frozen=True)
class Share:
    """A projection and what it costs.

    Attributes
    ----------
    projection : ProjectionCounts
        Its counts.
    energy_j : float or None
        Energy in J, nominal; None where no price is of something that a projection does.
    part : float or None
        Of what all projections cost together, 0 … 1; None where they cost nothing or that is not known.
    """

    projection: ProjectionCounts
    energy_j: float | None
    part: float | None


def of(report: "EnergyReport") -> tuple[Share, ...]:
    """Return all projections, from the dearest down; where there are no prices, by synaptic operations.

    Examples
    --------
    >>> from spikecore.energy import EnergyReport, Ledger
    >>> wires = ProjectionCounts("a → b", 10, 300), ProjectionCounts("b → a", 10, 100)
    >>> report = EnergyReport.of(Ledger(synaptic_operations=400, projections=wires), "loihi")
    >>> [(one.projection.name, round(one.energy_j * 1e9, 3), one.part) for one in of(report)]
    [('a → b', 7.08, 0.75), ('b → a', 2.36, 0.25)]
    """
    projections = report.ledger.projections
    costs = [_energy(one, report) for one in projections]
    total = sum(cost or 0.0 for cost in costs)
    shares = (
        Share(one, cost, cost / total if cost is not None and total else None)
        for one, cost in zip(projections, costs, strict=True)
    )
    return tuple(sorted(shares, key=lambda one: (-(one.energy_j or 0.0), -one.projection.synaptic_operations)))


def _energy(one: ProjectionCounts, report: "EnergyReport") -> float | None:
    """Return count × price over the lines that the ledger has by projection; None if there is no such line."""
    counts = {
        "synaptic_operations": one.synaptic_operations,
        "synaptic_operations_dense": one.synapses * report.ledger.ticks,
        "weight_bytes": one.weight_bytes,
        "weight_bytes_dense": one.weight_bytes_dense,
    }
    energies = []
    for line in report.lines:
        count = counts.get(line.price.count)
        if count is not None:
            price = line.level or line.price
            energies.append(count * price.nominal_j)
    return sum(energies) if energies else None
