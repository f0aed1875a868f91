"""Options of `Network.compile`: their kinds are checked here, and the engine says which there are."""

import os
from typing import Any, Literal, cast

from spikecore import _native, checks

__all__ = ["MAX_WORKERS", "cpus_allowed", "update_mode", "weight_format", "workers"]

WeightFormat = Literal["f32", "q16", "f64"]
Updates = Literal["auto", "dense", "event"]
MAX_WORKERS = _native.MOST_WORKERS
"""Most threads of a machine."""


def cpus_allowed() -> int:
    """Return the number of CPUs this process may run on.

    Examples
    --------
    >>> cpus_allowed() >= 1
    True
    """
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def workers(wanted: int | None) -> int:
    """Return a number of workers that may be had; the CPUs allowed by default."""
    if wanted is None:
        return min(cpus_allowed(), MAX_WORKERS)
    asked = checks.whole("", "workers", wanted)
    with checks.as_given({"workers": wanted}):
        _native.check_workers(asked)
    return asked


def weight_format(weights: Any, precision: Any) -> WeightFormat:
    """Return the format of the stores for these options of `Network.compile`."""
    format_of_weights = None if weights is None else checks.word("", "weights", weights)
    return _native.weight_format(format_of_weights, checks.word("", "precision", precision))


def update_mode(updates: Any) -> Updates:
    """Return a way of updating neurons that there is."""
    mode = checks.word("", "updates", updates)
    _native.check_updates(mode)
    return cast("Updates", mode)
