"""Options of `Network.compile`: workers and weight formats."""

import os
from typing import Any, Literal, cast

from spikecore import checks, printed

__all__ = ["MAX_WORKERS", "cpus_allowed", "weight_format", "workers"]

WeightFormat = Literal["f32", "q16", "f64"]
MAX_WORKERS = 1024
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
    return checks.count("", "workers", wanted, low=1, high=MAX_WORKERS)


def weight_format(weights: Any, precision: Any) -> WeightFormat:
    """Return the format of the stores for these options of `Network.compile`."""
    checks.choice("", "precision", precision, ("f32", "f64"))
    if weights is None:
        return cast("WeightFormat", precision)
    checks.choice("", "weights", weights, ("f32", "q16"))
    if precision == "f64":
        allowed = "left out with precision='f64', which keeps its weights in 64 bits"
        checks.refuse("", "weights", printed.value(weights), allowed)
    return cast("WeightFormat", weights)
