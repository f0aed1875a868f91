"""Counters and timers of the engine: one table of their names and types, which says which of them accumulate.

A counter that accumulates goes on from run to run, and a result reports its difference over the run. The others
describe the machine, its present state, or an extreme since the compilation or the last reset, and are reported as
they are.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Final, TypedDict, cast

import numpy as np
from numpy.typing import NDArray

__all__ = ["PHASES", "BatchRecord", "RunRecord", "Statistics", "over_run"]

PHASES = ("ingest", "deliver", "integrate", "wait")
"""The phases of a worker, in the order of a tick."""

_ACCUMULATES: Final = "accumulates"


class Statistics(TypedDict):
    """What `Machine.statistics` and `Result.statistics` hold.

    Counts per population, per core or per worker are in the order of their numbers; seconds end in ``_s``.
    """

    spikes_per_population: Annotated[list[int], _ACCUMULATES]
    synaptic_operations_per_population: Annotated[list[int], _ACCUMULATES]
    neuron_updates_per_population: Annotated[list[int], _ACCUMULATES]
    updates_skipped_per_population: Annotated[list[int], _ACCUMULATES]
    stimulus_events_per_population: Annotated[list[int], _ACCUMULATES]
    phases_s: Annotated[dict[str, list[float]], _ACCUMULATES]
    events_per_worker: Annotated[list[int], _ACCUMULATES]
    synaptic_events: Annotated[int, _ACCUMULATES]
    packets: Annotated[int, _ACCUMULATES]
    ticks_skipped: Annotated[int, _ACCUMULATES]
    run_s: Annotated[float, _ACCUMULATES]
    ticks: Annotated[int, _ACCUMULATES]
    synaptic_operations_per_core: Annotated[list[int], _ACCUMULATES]
    pending_events: int
    largest_lead: list[tuple[int, int, int]]
    synapses: int
    weight_store_bytes: int
    index_bytes: int
    state_bytes: int
    store_bytes_per_core: list[int]
    loose_per_core: list[bool]
    build_s: float
    workers: int
    threads: int
    cores: int
    weights: str


_SpikeList = tuple[NDArray[np.uint64], NDArray[np.uint32]]
_Counts = tuple[NDArray[np.uint32], NDArray[np.uint64]]
_Values = tuple[NDArray[np.uint64], NDArray[np.float64]]


class RunRecord(TypedDict):
    """What the engine hands over of a run.

    ``before`` and ``after`` are the counters around it; ``spikes`` (ticks, ids) in order; ``samples`` of every recorder
    (ticks, values tick by tick); ``counts`` (ids, spikes) of the neurons that have spiked, in any order.
    """

    before: Statistics
    after: Statistics
    spikes: _SpikeList
    samples: list[_Values]
    counts: _Counts


class BatchRecord(TypedDict):
    """What the engine hands over of a batch: lists by sample, states by what was asked for, counts over all samples."""

    spikes: list[_SpikeList]
    samples: list[list[_Values]]
    counts: list[_Counts]
    states: list[NDArray[np.float64]]
    spikes_per_population: list[int]
    synaptic_operations_per_population: list[int]
    neuron_updates_per_population: list[int]
    updates_skipped_per_population: list[int]
    stimulus_events_per_population: list[int]
    real_s: float


_HINTS: Final[Mapping[str, Any]] = Statistics.__annotations__


def over_run(before: Statistics, after: Statistics) -> Statistics:
    """Return the counters of a run: of those that accumulate the difference, of the others the last value."""
    old: dict[str, Any] = dict(before)
    counters = {key: _difference(old[key], value) if _accumulates(key) else value for key, value in after.items()}
    return cast("Statistics", counters)


def _accumulates(key: str) -> bool:
    return _ACCUMULATES in getattr(_HINTS[key], "__metadata__", ())


def _difference(before: Any, after: Any) -> Any:
    if isinstance(after, dict):
        return {key: _difference(before[key], value) for key, value in after.items()}
    if isinstance(after, list):
        return [_difference(old, new) for old, new in zip(before, after, strict=True)]
    return after - before
