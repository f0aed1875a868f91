"""The ledger of a run or a batch: spikes times fan-out, and bytes of state, held against the engine's own counters."""

from typing import Any

from spikecore.energy.ledger import Ledger, ProjectionCounts
from spikecore.errors import InternalError
from spikecore.models import NeuronModel
from spikecore.results.counts import Counted

__all__ = ["of", "state_bytes"]

_NOT_MAPPED = "not mapped: energy(…, mapping=True) places the network on the chip"
_NOT_TOLD_APART = (
    "blocks of neurons that are integrated whole do not count which got input; at most updates_active_most did"
)
_NOT_COUNTED = "sources were not counted neuron by neuron: a mean, which one neuron reaches at least"
_UNKNOWN = {
    "packets": _NOT_MAPPED,
    "hops_ew": _NOT_MAPPED,
    "hops_ns": _NOT_MAPPED,
    "core_store_bytes": "the cores of this machine follow the number of workers, and are not those of another",
    "updates_active": _NOT_TOLD_APART,
    "updates_inactive": _NOT_TOLD_APART,
}
_WRITTEN = "neurons that are written as equations: no price of such an update was published"
_UPDATES = ("neuron_updates", "updates_active", "updates_inactive", "updates_done", "updates_skipped")


def of(result: Counted) -> Ledger:
    """Return what happened in a run or a batch, as counts that can be priced.

    Parameters
    ----------
    result : Result or BatchResult
        What `Machine.run` or `Machine.run_batch` returned.

    Raises
    ------
    InternalError
        If the tables of synapses and the engine's counters disagree: nothing may be lost or counted twice.
    """
    projections = _projections(result)
    _check(result, projections)
    populations = _populations(result, projections)
    totals: dict[str, Any] = {name: sum(values.values()) for name, values in populations.items()}
    skipped = totals.pop("updates_skipped")
    done = totals["neuron_updates"] - skipped
    wiring = result.wiring
    most_fan_in, is_counted = wiring.fan_in
    return Ledger(
        **totals,
        updates_active_most=min(result.most_arrived + totals["stimulus_events"], done),  # skipped ones had no input
        updates_done=done,
        updates_skipped=skipped,
        ticks=result.ticks,
        samples=result.sample_count,
        dt_ms=result.dt,
        neurons=sum(population.size for population in result.populations),
        synapses=sum(projection.synapses for projection in projections),
        most_fan_in=most_fan_in,
        longest_delay=max((wire.longest for wire in wiring.wires), default=0),
        weight_bits=_weight_bits(result),
        weight_store_bytes=sum(wiring.store_bytes(k) for k in range(len(wiring.wires))),
        populations=populations,
        projections=projections,
        cores=result.synaptic_operations_per_core,
        unknown=_UNKNOWN if is_counted else {**_UNKNOWN, "most_fan_in": _NOT_COUNTED},
        unpriced=dict.fromkeys(_UPDATES if any(p.model.is_written for p in result.populations) else (), _WRITTEN),
    )


def state_bytes(model: NeuronModel, word_bytes: int) -> int:
    """Return the bytes of state that one update of a neuron reads and writes.

    The potential, the synaptic currents and the adaptation are a word each, as are an adaptive
    neuron's last spike; the refractory ticks of the others take 2 B. Constants are not counted.

    Examples
    --------
    >>> import spikecore as sc
    >>> state_bytes(sc.LIFDelta(), 4)  # a potential and a counter, read and written
    12
    """
    return 2 * (model.shape.numbers * word_bytes + 2 * model.shape.refractory)


def _projections(result: Counted) -> tuple[ProjectionCounts, ...]:
    """Return spikes × fan-out by projection."""
    wiring, ticks = result.wiring, result.ticks
    operations = wiring.fan_out.operations(result.neuron_spikes)
    columns = zip(wiring.names, wiring.synapses, operations, wiring.wires, strict=True)
    return tuple(
        ProjectionCounts(name, synapses, applied, applied * wire.synapse_bytes, synapses * wire.synapse_bytes * ticks)
        for name, synapses, applied, wire in columns
    )


def _populations(result: Counted, projections: tuple[ProjectionCounts, ...]) -> dict[str, dict[str, float]]:
    """Return the engine's counts by population, what its spikes read and every tick would, and bytes of its state."""
    counts: dict[str, dict[str, float]] = {name: dict(values) for name, values in vars(result.counts).items()}
    names = [population.name for population in result.populations]
    for name in ("synaptic_operations_dense", "weight_bytes", "weight_bytes_dense"):
        counts[name] = dict.fromkeys(names, 0)
    for wire, projection in zip(result.wiring.wires, projections, strict=True):
        source = names[wire.source]
        counts["synaptic_operations_dense"][source] += projection.synapses * result.ticks
        counts["weight_bytes"][source] += projection.weight_bytes or 0
        counts["weight_bytes_dense"][source] += projection.weight_bytes_dense or 0
    each = {
        population.name: 0 if population.is_source else state_bytes(population.model, result.wiring.word_bytes)
        for population in result.populations
    }
    updates, skipped = counts["neuron_updates"], counts["updates_skipped"]
    counts["state_bytes"] = {name: each[name] * (n - skipped[name]) for name, n in updates.items()}
    counts["state_bytes_dense"] = {name: each[name] * n for name, n in updates.items()}
    return counts


def _weight_bits(result: Counted) -> int | None:
    """Return the significant bits of the weights of the projection that needs most; None where one is not known."""
    bits = [wire.weight_bits for wire in result.wiring.wires]
    known = [each for each in bits if each is not None]
    return max(known, default=0) if len(known) == len(bits) else None


def _check(result: Counted, projections: tuple[ProjectionCounts, ...]) -> None:
    counted = result.counts.totals()["synaptic_operations"]
    sums = {"over projections": sum(projection.synaptic_operations for projection in projections)}
    for where, summed in {**sums, **result.other_sums()}.items():
        if summed != counted:
            msg = f"the ledger's synaptic operations {where} are {summed:,}, the engine counted {counted:,}"
            raise InternalError(msg, value=summed, allowed=counted)
