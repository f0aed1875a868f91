"""One run, as the machine hands it over to its result."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from spikecore.grid import Grid
from spikecore.results.counters import Statistics

__all__ = ["Span"]


@dataclass(frozen=True, eq=False)
class Span:
    """One run as the machine hands it over: the counters around it, and who has spiked how often."""

    grid: Grid
    before: Statistics = field(repr=False)
    after: Statistics = field(repr=False)
    spiked: NDArray[np.uint32]
    times: NDArray[np.uint64]

    @property
    def start_tick(self) -> int:
        """When it began."""
        return self.before["ticks"]

    @property
    def stop_tick(self) -> int:
        """When it ended."""
        return self.after["ticks"]
