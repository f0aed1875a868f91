"""The counts of a run: spikes times fan-out, and bytes of state, held against the engine's own counters."""

from collections.abc import Mapping
from typing import Any

from spikecore.energy.ledger import ProjectionCounts
from spikecore.errors import InternalError

__all__ = ["active_most", "check", "populations", "projections", "state_bytes"]


def active_most(result: Any, totals: Mapping[str, int]) -> int:
    """Return the least of what bounds the updates of neurons that got input in their tick.

    What arrives in a batch was sent in it, because its samples begin in silence; a run may also get what was pending
    before. An update that was left out had no input.
    """
    if hasattr(result, "statistics"):
        arrived = int(result.statistics["synaptic_events"])
    else:
        arrived = totals["synaptic_operations"]
    done = totals["neuron_updates"] - totals["updates_skipped"]
    return min(arrived + totals["stimulus_events"], done)


def state_bytes(model: Any, word_bytes: int) -> int:
    """Return the bytes of state that one update of a neuron reads and writes.

    The potential, the synaptic currents and the adaptation are a word each, as are an adaptive
    neuron's last spike; the refractory ticks of the others take 2 B. Constants are not counted.

    Examples
    --------
    >>> import spikecore as sc
    >>> state_bytes(sc.LIFDelta(), 4)  # a potential and a counter, read and written
    12
    """
    words = [name for name in model.variables if name != "theta"]
    if not words:
        return 0
    return 2 * ((len(words) + 1) * word_bytes if "eta" in words else len(words) * word_bytes + 2)


def projections(result: Any) -> tuple[ProjectionCounts, ...]:
    """Return spikes × fan-out by projection."""
    wiring, ticks = result.wiring, result.ticks
    operations = wiring.fan_out.operations(result.neuron_spikes)
    columns = zip(wiring.names, wiring.synapses, operations, wiring.wires, strict=True)
    return tuple(
        ProjectionCounts(name, synapses, done, done * wire.synapse_bytes, synapses * wire.synapse_bytes * ticks)
        for name, synapses, done, wire in columns
    )


def populations(
    result: Any, found: tuple[ProjectionCounts, ...], of_state: dict[str, int]
) -> dict[str, dict[str, float]]:
    """Return the engine's counts by population, what its spikes read and every tick would, and bytes of its state."""
    counts = {name: dict(values) for name, values in vars(result.counts).items()}
    skipped = counts["updates_skipped"]
    tables: list[dict[str, float]] = [dict.fromkeys(of_state, 0) for _ in range(3)]
    read, dense, every = tables
    for wire, one in zip(result.wiring.wires, found, strict=True):
        source = result.populations[wire.source].name
        read[source] += one.weight_bytes or 0
        dense[source] += one.weight_bytes_dense or 0
        every[source] += one.synapses * result.ticks
    updates = counts["neuron_updates"]
    return {
        **counts,
        "synaptic_operations_dense": every,
        "weight_bytes": read,
        "weight_bytes_dense": dense,
        "state_bytes": {name: of_state[name] * (n - skipped[name]) for name, n in updates.items()},
        "state_bytes_dense": {name: of_state[name] * n for name, n in updates.items()},
    }


def check(result: Any, found: tuple[ProjectionCounts, ...]) -> None:
    """Hold the tables against the engine's counters: nothing may be lost or counted twice."""
    counted = result.counts.totals()["synaptic_operations"]
    sums = {"over projections": sum(one.synaptic_operations for one in found)}
    if hasattr(result, "statistics"):
        of_run = result.statistics
        sums["over cores"] = sum(of_run["synaptic_operations_per_core"])
        sums["delivered and pending"] = of_run["synaptic_events"] + result.newly_pending
    for what, summed in sums.items():
        if summed != counted:
            msg = f"the ledger's synaptic operations {what} are {summed:,}, the engine counted {counted:,}"
            raise InternalError(msg, value=summed, allowed=counted)
