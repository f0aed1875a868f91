"""The ledger: what happened in a run, as counts. No joules here.

A ledger is plain data. One is made from a run (`Ledger.of`), or by hand, to price what a paper or
another program counted. A count that is not known is None and never a guess; `unknown` says why.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from functools import cache
from numbers import Integral
from typing import Any

from spikecore import checks
from spikecore.errors import NetworkError

__all__ = ["BYTES", "COUNTS", "Ledger", "ProjectionCounts"]

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

    def __post_init__(self) -> None:
        """Refuse what is no count."""
        _check_fields(self, self.name)


@dataclass(frozen=True)
class Ledger:
    """Counts of one run.

    Those of a run are exact integers. By hand any number from 0 on is taken, because papers give means per inference;
    integers stay integers.

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
    updates_active_most : float or None
        An upper bound of the active updates, where it is known: no more than all updates, than the synaptic operations
        and stimulus events that arrived, and than the updates that were done. None where nothing bounds them but the
        neuron updates.
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
    updates_active_most: float | None = None
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
        """Refuse what is no count, and activity that does not add up."""
        _check_fields(self, "ledger")
        if not math.isfinite(self.biological_s):
            checks.refuse("ledger", "ticks", self.ticks, f"fewer at dt_ms = {self.dt_ms:g}: a finite time")
        checks.kept(
            self,
            populations={count: _counts(f"populations[{count!r}]", found) for count, found in self.populations.items()},
            cores=tuple(_count("ledger", f"cores[{core}]", value) for core, value in enumerate(self.cores)),
            projections=tuple(self.projections),
            unknown=dict(self.unknown),
            notes=tuple(self.notes),
        )
        if (self.updates_active is None) != (self.updates_inactive is None):
            msg = "ledger: updates_active and updates_inactive are known together or not at all"
            raise NetworkError(msg, parameter="updates_active", value=self.updates_active)
        if self.updates_active is not None and self.updates_inactive is not None:
            together = self.updates_active + self.updates_inactive
            if together != self.neuron_updates:
                allowed = f"{self.neuron_updates:,}, the neuron_updates"
                msg = f"ledger: updates_active + updates_inactive is {together:,}, allowed: {allowed}"
                raise NetworkError(msg, parameter="updates_active", value=self.updates_active)
        most = self.updates_active_most
        if most is not None:
            _at_most("updates_active_most", most, self.neuron_updates, "the neuron_updates")
            _at_most("updates_active", self.updates_active or 0, most, "the updates_active_most")

    @property
    def biological_s(self) -> float:
        """Length in s of biological time: ticks × dt."""
        return self.ticks * float(self.dt_ms) * 1e-3

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
        from spikecore.energy import run_counts

        totals = result.counts.totals()
        projections = run_counts.projections(result)
        run_counts.check(result, projections)
        wiring, ticks = result.wiring, result.ticks
        of_state = {one.name: run_counts.state_bytes(one.model, wiring.word_bytes) for one in result.populations}
        updates, skipped = result.counts.neuron_updates, result.counts.updates_skipped
        per_core = getattr(result, "statistics", {}).get("synaptic_operations_per_core", ())
        synapses = sum(one.synapses for one in projections)
        return cls(
            spikes=totals["spikes"],
            synaptic_operations=totals["synaptic_operations"],
            synaptic_operations_dense=synapses * ticks,
            neuron_updates=totals["neuron_updates"],
            updates_active_most=run_counts.active_most(result, totals),
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
            populations=run_counts.populations(result, projections, of_state),
            projections=projections,
            cores=tuple(int(n) for n in per_core),
            unknown=_UNKNOWN,
        )

    def to_dict(self) -> dict[str, Any]:
        """Return all counts as plain values."""
        totals = {name: self.count(name) for name in COUNTS}
        return {
            **totals,
            "updates_active_most": self.updates_active_most,
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
_NOT_TOLD_APART = (
    "blocks of neurons that are integrated whole do not count which got input; at most updates_active_most did"
)
_UNKNOWN = {
    "packets": _NOT_MAPPED,
    "hops_ew": _NOT_MAPPED,
    "hops_ns": _NOT_MAPPED,
    "core_store_bytes": "the cores of this machine follow the number of workers, and are not those of another",
    "updates_active": _NOT_TOLD_APART,
    "updates_inactive": _NOT_TOLD_APART,
}


_USUAL = 2**128
"""What no counter of the engine reaches."""


def _count(owner: str, name: str, value: Any) -> float:
    """Return a count as a plain number: an integer stays one."""
    if type(value) is int and 0 <= value < _USUAL:  # most are, and there are many of them
        return value
    size = checks.real(owner, name, value)
    if not 0.0 <= size < math.inf:
        checks.refuse(owner, name, value, "0 or more, finite")
    return int(value) if isinstance(value, Integral) else size


def _counts(owner: str, by_name: Mapping[str, Any]) -> dict[str, float]:
    return {name: _count("ledger", f"{owner}[{name!r}]", value) for name, value in by_name.items()}


def _at_most(name: str, value: float, most: float, what: str) -> None:
    if value > most:
        msg = f"ledger: {name} is {value:,}, allowed: 0 … {most:,}, {what}"
        raise NetworkError(msg, parameter=name, value=value)


def _check_fields(counts: Any, owner: str) -> None:
    """Check the fields that are numbers, and keep them as plain ones; None only where it may be."""
    for name, may_be_unknown in _numbers(counts.__class__):
        value = getattr(counts, name)
        if not (value is None and may_be_unknown):
            object.__setattr__(counts, name, _count(owner, name, value))


@cache
def _numbers(kind: type) -> tuple[tuple[str, bool], ...]:
    """Return the fields that are numbers, and whether each may be None."""
    return tuple((one.name, one.default is None) for one in fields(kind) if one.type in (float, float | None))
