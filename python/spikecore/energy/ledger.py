"""The ledger: what happened in a run, as counts. No joules here.

A ledger is plain data. One is made from a run (`Ledger.of`), or by hand, to price what a paper or
another program counted. A count that is not known is None and never a guess; `unknown` says why.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np

from spikecore.errors import InternalError, NetworkError

__all__ = ["BYTES", "COUNTS", "Ledger", "ProjectionCounts", "state_bytes"]

COUNTS = (
    "spikes",
    "synaptic_operations",
    "synaptic_operations_dense",
    "neuron_updates",
    "updates_active",
    "updates_inactive",
    "updates_done",
    "updates_skipped",
    "stimulus_events",
    "packets",
    "hops_ew",
    "hops_ns",
    "weight_bytes",
    "weight_bytes_dense",
    "state_bytes",
    "state_bytes_dense",
    "learning_updates",
    "biological_s",
)
"""The counts that a price may refer to."""
BYTES = ("weight_bytes", "weight_bytes_dense", "state_bytes", "state_bytes_dense")
"""Those that are bytes moved, and priced per byte or per memory access."""


@dataclass(frozen=True)
class ProjectionCounts:
    """What one projection did.

    Attributes
    ----------
    name : str
        ``source → target``, with the connection rule.
    synapses : float
        Number of its synapses.
    synaptic_operations : float
        Spikes of the source × synapses of each neuron.
    weight_bytes, weight_bytes_dense : float or None
        Bytes of weights that these read, and that a machine reads that reads every synapse in every tick; None where
        not known.
    """

    name: str
    synapses: float
    synaptic_operations: float
    weight_bytes: float | None = None
    weight_bytes_dense: float | None = None


@dataclass(frozen=True)
class Ledger:
    """Counts of one run.

    Attributes
    ----------
    spikes : float
        Spikes emitted.
    synaptic_operations : float
        Weights applied because of a spike: spikes × synapses.
    synaptic_operations_dense : float or None
        Every synapse in every tick: what a synchronous machine does.
    neuron_updates : float
        Neurons × ticks: what a clocked machine does.
    updates_active, updates_inactive : float or None
        Of the neuron updates, those of neurons that got input in that tick, and the others. None
        where not counted: a block of neurons that is integrated whole does not know.
    updates_done, updates_skipped : float
        Of the neuron updates, those that were done one by one here, and those that were left out:
        nothing happened to the neuron, and its state was moved on in closed form.
    stimulus_events : float
        Poisson events received.
    packets, hops_ew, hops_ns : float or None
        Packets between chip cores, one per spike and distinct target chip core, and the tiles that
        they pass east–west and north–south, under `mapping`. None without a mapping.
    weight_bytes, weight_bytes_dense : float or None
        Bytes of synapses read by spikes; by a machine that reads every synapse in every tick. A synapse is its
        weight in the format of the run (4 B, or 2 B of ``q16``, or 8 B of ``f64``) and 2 B for its target; 2 B where
        a projection has one weight; the weight alone of a matrix or kernel. The layout of this machine, which
        depends on the number of workers, does not count: `Machine.statistics` has what it stores.
    state_bytes, state_bytes_dense : float or None
        Bytes of neuron state read and written by the updates done; by all updates.
    learning_updates : float
        Synapses changed by a learning rule.
    ticks : float
        Length in ticks, added over the samples of a batch.
    dt_ms : float
        Length of a tick in ms of biological time, the algorithmic time step.
    neurons, synapses : float
        Size of the network.
    weight_store_bytes : float or None
        Bytes of all synapses, as above, a kernel once: the size of the memory that weights are read from.
    core_store_bytes : float or None
        Bytes of synapses of a core of the machine that is priced, given by hand. None for a run: the cores of
        this machine follow the number of workers, and what a run costs elsewhere must not.
    populations : dict
        Counts by name, each by population.
    projections : tuple of ProjectionCounts
        Synaptic operations by projection.
    cores : tuple of float
        Synaptic operations by core of this machine.
    unknown : dict of str to str
        Why a count is None.
    notes : tuple of str
        Printed with every report.

    Examples
    --------
    >>> ledger = Ledger(synaptic_operations=1000, ticks=10, dt_ms=0.1)
    >>> ledger.count("synaptic_operations"), ledger.count("packets"), round(ledger.biological_s, 9)
    (1000, None, 0.001)
    """

    spikes: float = 0
    synaptic_operations: float = 0
    synaptic_operations_dense: float | None = None
    neuron_updates: float = 0
    updates_active: float | None = None
    updates_inactive: float | None = None
    updates_done: float = 0
    updates_skipped: float = 0
    stimulus_events: float = 0
    packets: float | None = None
    hops_ew: float | None = None
    hops_ns: float | None = None
    weight_bytes: float | None = None
    weight_bytes_dense: float | None = None
    state_bytes: float | None = None
    state_bytes_dense: float | None = None
    learning_updates: float = 0
    ticks: float = 0
    dt_ms: float = 1.0
    neurons: float = 0
    synapses: float = 0
    weight_store_bytes: float | None = None
    core_store_bytes: float | None = None
    populations: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    projections: tuple[ProjectionCounts, ...] = ()
    cores: tuple[float, ...] = ()
    unknown: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse negative counts, and activity that does not add up."""
        for one in fields(self):
            value = getattr(self, one.name)
            if isinstance(value, int | float) and not value >= 0:
                msg = f"ledger: {one.name} is {value!r}, allowed: 0 or more"
                raise NetworkError(msg, parameter=one.name, value=value)
        if (self.updates_active is None) != (self.updates_inactive is None):
            msg = "ledger: updates_active and updates_inactive are known together or not at all"
            raise NetworkError(msg, parameter="updates_active", value=self.updates_active)
        if self.updates_active is not None and self.updates_inactive is not None:
            together = self.updates_active + self.updates_inactive
            if together != self.neuron_updates:
                allowed = f"{self.neuron_updates:,}, the neuron_updates"
                msg = f"ledger: updates_active + updates_inactive is {together:,}, allowed: {allowed}"
                raise NetworkError(msg, parameter="updates_active", value=self.updates_active)

    @property
    def biological_s(self) -> float:
        """Length in s of biological time: ticks × dt."""
        return self.ticks * self.dt_ms * 1e-3

    def count(self, name: str) -> float | None:
        """Return a count by name, one of `COUNTS`; None if it is not known."""
        value: float | None = getattr(self, name)
        return value

    def why_unknown(self, name: str) -> str:
        """Return why a count is not known."""
        return self.unknown.get(name, "not counted")

    @classmethod
    def of(cls, result: Any) -> "Ledger":
        """Return the ledger of a run or a batch.

        Parameters
        ----------
        result : Result or BatchResult
            What `Machine.run` or `Machine.run_batch` returned.

        Returns
        -------
        Ledger
            Its counts.
        """
        totals = result.counts.totals()
        projections = _projections(result)
        _check(result, projections)
        wiring, ticks = result.wiring, result.ticks
        of_state = {one.name: state_bytes(one.model, wiring.word_bytes) for one in result.populations}
        updates, skipped = result.counts.neuron_updates, result.counts.updates_skipped
        per_core = getattr(result, "statistics", {}).get("synaptic_operations_per_core", ())
        synapses = sum(one.synapses for one in projections)
        return cls(
            spikes=totals["spikes"],
            synaptic_operations=totals["synaptic_operations"],
            synaptic_operations_dense=synapses * ticks,
            neuron_updates=totals["neuron_updates"],
            updates_done=totals["neuron_updates"] - totals["updates_skipped"],
            updates_skipped=totals["updates_skipped"],
            stimulus_events=totals["stimulus_events"],
            weight_bytes=sum(one.weight_bytes or 0 for one in projections),
            weight_bytes_dense=sum(one.weight_bytes_dense or 0 for one in projections),
            state_bytes=sum(of_state[name] * (n - skipped[name]) for name, n in updates.items()),
            state_bytes_dense=sum(of_state[name] * n for name, n in updates.items()),
            ticks=ticks,
            dt_ms=result.dt,
            neurons=sum(one.size for one in result.populations),
            synapses=synapses,
            weight_store_bytes=sum(wiring.store_bytes(k) for k in range(len(wiring.wires))),
            populations=_populations(result, projections, of_state),
            projections=projections,
            cores=tuple(int(n) for n in per_core),
            unknown=_UNKNOWN,
        )

    def to_dict(self) -> dict[str, Any]:
        """Return all counts as plain values."""
        totals = {name: self.count(name) for name in COUNTS}
        return {
            **totals,
            "ticks": self.ticks,
            "dt_ms": self.dt_ms,
            "neurons": self.neurons,
            "synapses": self.synapses,
            "weight_store_bytes": self.weight_store_bytes,
            "core_store_bytes": self.core_store_bytes,
            "per_population": {name: dict(values) for name, values in self.populations.items()},
            "per_projection": [vars(one).copy() for one in self.projections],
            "synaptic_operations_per_core": list(self.cores),
            "unknown": dict(self.unknown),
        }


_NOT_MAPPED = "not mapped: energy(…, mapping=True) places the network on the chip"
_UNKNOWN = {
    "packets": _NOT_MAPPED,
    "hops_ew": _NOT_MAPPED,
    "hops_ns": _NOT_MAPPED,
    "core_store_bytes": "the cores of this machine follow the number of workers, and are not those of another",
    "updates_active": "blocks of neurons that are integrated whole do not count which got input",
    "updates_inactive": "blocks of neurons that are integrated whole do not count which got input",
}


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


def _projections(result: Any) -> tuple[ProjectionCounts, ...]:
    """Return spikes × fan-out by projection."""
    wiring, counts = result.wiring, result.neuron_spikes
    found = []
    for k in range(len(wiring.wires)):
        spikes = counts[wiring.slice(k)]
        degrees = wiring.degrees(k).astype(np.uint64)
        synapses, operations, each = int(degrees.sum()), int(spikes @ degrees), wiring.wires[k].synapse_bytes
        dense = synapses * each * result.ticks
        found.append(ProjectionCounts(wiring.name(k), synapses, operations, operations * each, dense))
    return tuple(found)


def _populations(
    result: Any, projections: tuple[ProjectionCounts, ...], of_state: dict[str, int]
) -> dict[str, dict[str, float]]:
    """Return the engine's counts by population, the bytes that its spikes read, and those of its state."""
    counts = {name: dict(values) for name, values in vars(result.counts).items()}
    skipped = counts["updates_skipped"]
    read: dict[str, float] = dict.fromkeys(of_state, 0)
    for wire, one in zip(result.wiring.wires, projections, strict=True):
        read[result.populations[wire.source].name] += one.weight_bytes or 0
    state = {name: of_state[name] * (n - skipped[name]) for name, n in counts["neuron_updates"].items()}
    return {**counts, "weight_bytes": read, "state_bytes": state}


def _check(result: Any, projections: tuple[ProjectionCounts, ...]) -> None:
    """Hold the tables against the engine's counters: nothing may be lost or counted twice."""
    counted = result.counts.totals()["synaptic_operations"]
    sums = {"over projections": sum(one.synaptic_operations for one in projections)}
    if hasattr(result, "statistics"):
        of_run = result.statistics
        sums["over cores"] = sum(of_run["synaptic_operations_per_core"])
        sums["delivered and pending"] = of_run["synaptic_events"] + result.newly_pending
    for what, found in sums.items():
        if found != counted:
            msg = f"the ledger's synaptic operations {what} are {found:,}, the engine counted {counted:,}"
            raise InternalError(msg, value=found, allowed=counted)
