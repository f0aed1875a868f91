"""The ledger: what happened in a run, as counts. No joules here.

A ledger is plain data. One is made from a run (`run_ledger`), or by hand, to price what a paper or another program
counted. A count that is not known is None and never a guess; `unknown` says why.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from functools import cache
from numbers import Integral
from typing import Any

from spikecore import checks, printed
from spikecore.errors import NetworkError

__all__ = ["BYTES", "COUNTS", "Ledger", "ProjectionCounts"]

COUNTS = (
    "spikes", "synaptic_operations", "synaptic_operations_dense", "neuron_updates", "updates_active",
    "updates_inactive", "updates_done", "updates_skipped", "stimulus_events", "packets", "hops_ew", "hops_ns",
    "weight_bytes", "weight_bytes_dense", "state_bytes", "state_bytes_dense", "learning_updates", "biological_s",
)  # fmt: skip
"""The counts that a price may refer to."""
BYTES = ("weight_bytes", "weight_bytes_dense", "state_bytes", "state_bytes_dense")
"""Those that are bytes moved, and priced per byte or per memory access."""


@dataclass(frozen=True)
class ProjectionCounts:
    """What one projection did.

    Attributes
    ----------
    name : str
        ``source → target``, with a number behind where there are several.
    synapses, synaptic_operations : float
        Number of its synapses; spikes of the source × synapses of each neuron.
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
        if not isinstance(self.name, str):
            checks.wrong_kind("projection", "name", "a text", printed.value(self.name))
        _check_fields(self, self.name)

    __repr__ = printed.record


@dataclass(frozen=True)
class Ledger:
    """Counts of one run.

    Those of a run are exact integers. By hand any number from 0 on is taken, because papers give means per inference.

    Attributes
    ----------
    spikes, synaptic_operations : float
        Spikes emitted; weights applied because of a spike, spikes × synapses.
    synaptic_operations_dense, neuron_updates : float or None, float
        Every synapse in every tick, and neurons × ticks: what a synchronous, clocked machine does.
    updates_active, updates_inactive, updates_active_most : float or None
        Of the neuron updates, those of neurons that got input in that tick, the others, and an upper bound of the
        first: the updates done, and the operations and events that arrived. None where not counted: a block of
        neurons that is integrated whole does not know.
    updates_done, updates_skipped : float
        Of the neuron updates, those done one by one here, and those left out because nothing happened to the neuron.
    stimulus_events, learning_updates : float
        Poisson events received; synapses changed by a learning rule.
    packets, hops_ew, hops_ns : float or None
        Packets between chip cores, one per spike and distinct target chip core, and the tiles that
        they pass east–west and north–south, under `mapping`. None without a mapping.
    weight_bytes, weight_bytes_dense : float or None
        Bytes of synapses read by spikes; by a machine that reads every synapse in every tick. A synapse is its
        weight in the format of the run (4 B, or 2 B of ``q16``, or 8 B of ``f64``) and 2 B for its target; 2 B where
        a projection has one weight; the weight alone of a matrix or kernel. `Machine.statistics` has what is stored.
    state_bytes, state_bytes_dense : float or None
        Bytes of neuron state read and written by the updates done; by all updates.
    ticks, samples, dt_ms, neurons, synapses : float
        Length in ticks, added over the samples of a batch, and how many these are, ≥ 1: all counts are theirs together;
        length of a tick in ms of biological time; size of the network.
    weight_store_bytes, core_store_bytes : float or None
        Bytes of all synapses, as above, a kernel once, and of those of one core of the machine that is priced: the
        sizes of memories. The second is given by hand, and None for a run, whose cores follow the number of workers.
    most_fan_in, longest_delay, weight_bits : float or None
        What limits of chips are held against: synapses onto the neuron that has most, at least so many where `unknown`
        says why; longest delay in ticks; significant bits of the weights, signs apart.
    populations, projections, cores : dict, tuple of ProjectionCounts, tuple of float
        Counts by name, each by population; synaptic operations by projection, and by core of this machine.
    unknown, unpriced, notes : dict of str to str, dict of str to str, tuple of str
        Why a count is None; why no published price is one of such an event, though it is counted; and what is printed
        with every report.

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
    samples: float = 1
    dt_ms: float = 1.0
    neurons: float = 0
    synapses: float = 0
    weight_store_bytes: float | None = None
    core_store_bytes: float | None = None
    most_fan_in: float | None = None
    longest_delay: float | None = None
    weight_bits: float | None = None
    populations: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    projections: tuple[ProjectionCounts, ...] = ()
    cores: tuple[float, ...] = ()
    unknown: Mapping[str, str] = field(default_factory=dict)
    unpriced: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    __repr__ = printed.record

    def __post_init__(self) -> None:
        _check_fields(self, "ledger")
        checks.number("ledger", "samples", self.samples, low=1.0)
        if not math.isfinite(self.biological_s):
            checks.refuse("ledger", "ticks", self.ticks, f"fewer at dt_ms = {self.dt_ms:g}: a finite time")
        tables = _kind("populations", self.populations, "a table")
        reasons = {name: _kind(name, getattr(self, name), "a table") for name in ("unknown", "unpriced")}
        cores, notes = (_kind(name, getattr(self, name), "a list") for name in ("cores", "notes"))
        checks.kept(
            self,
            populations={count: _counts(f"populations[{count!r}]", values) for count, values in tables.items()},
            cores=tuple(_count("ledger", f"cores[{k}]", value) for k, value in enumerate(cores)),
            projections=tuple(_kind("projections", self.projections, "a list")),
            **{name: _texts(name, table) for name, table in reasons.items()},
            notes=tuple(_kind(f"notes[{k}]", note, "a text") for k, note in enumerate(notes)),
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
        value: float | None = getattr(self, checks.choice("ledger", "count", name, COUNTS))
        return value

    def why_unknown(self, name: str) -> str:
        """Return why a count is not known."""
        return self.unknown.get(name, "not counted")

    def to_dict(self) -> dict[str, Any]:
        """Return all fields by name as plain values, and `biological_s`."""
        plain = {part.name: getattr(self, part.name) for part in fields(self)}
        return {
            **plain,
            "biological_s": self.biological_s,
            "populations": {name: dict(values) for name, values in self.populations.items()},
            "projections": [vars(projection).copy() for projection in self.projections],
            "cores": list(self.cores),
            "unknown": dict(self.unknown),
            "unpriced": dict(self.unpriced),
            "notes": list(self.notes),
        }


_KINDS = {"a table": Mapping, "a list": Sequence, "a text": str}
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


def _counts(name: str, by_name: Any) -> dict[str, float]:
    return {key: _count("ledger", f"{name}[{key!r}]", value) for key, value in _kind(name, by_name, "a table").items()}


def _texts(name: str, table: Mapping[str, Any]) -> dict[str, str]:
    return {key: _kind(f"{name}[{key!r}]", reason, "a text") for key, reason in table.items()}


def _kind(name: str, value: Any, kind: str) -> Any:
    if not isinstance(value, _KINDS[kind]) or (kind == "a list" and isinstance(value, str)):
        checks.wrong_kind("ledger", name, kind, printed.value(value))
    return value


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
    return tuple((part.name, part.default is None) for part in fields(kind) if part.type in (float, float | None))
