"""What was recorded in a run: spikes by population, samples by recorder."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spikecore.errors import NetworkError
from spikecore.grid import Grid
from spikecore.population import Population

__all__ = ["Samples", "SpikeTrains", "Spikes"]


@dataclass(frozen=True, eq=False)
class Spikes:
    """Spikes of one population, sorted by (time, neuron).

    Attributes
    ----------
    times : ndarray of float64, shape (n,)
        In ms since the start of the machine.
    neurons : ndarray of uint32, shape (n,)
        Index within the population.
    """

    times: NDArray[np.float64]
    neurons: NDArray[np.uint32]

    def __len__(self) -> int:
        """Return the number of spikes."""
        return len(self.times)

    def __repr__(self) -> str:
        """Show the number of spikes."""
        return f"Spikes({len(self)} spikes)"


@dataclass(frozen=True, eq=False)
class Samples:
    """Samples of a state variable.

    Attributes
    ----------
    times : ndarray of float64, shape (n,)
        In ms since the start of the machine.
    neurons : ndarray of uint32, shape (m,)
        Index within the population of each column.
    values : ndarray of float64, shape (n, m)
        In mV or pA.
    """

    times: NDArray[np.float64]
    neurons: NDArray[np.uint32]
    values: NDArray[np.float64]


class SpikeTrains(Mapping[Population, Spikes]):
    """Spikes by population; a name works as a key too."""

    def __init__(
        self,
        grid: Grid,
        recorded: tuple[Population, ...],
        ticks: NDArray[np.uint64],
        ids: NDArray[np.uint32],
    ) -> None:
        self.ticks, self.ids = ticks, ids
        self._grid = grid
        self._recorded = recorded
        self._cut: dict[Population, Spikes] = {}

    def __getitem__(self, key: Population | str) -> Spikes:
        """Return the spikes of one population."""
        population = self._find(key)
        if population not in self._cut:
            inside = (self.ids >= population.first) & (self.ids < population.first + population.size)
            times = self._grid.ms(self.ticks[inside])
            neurons = self.ids[inside] - np.uint32(population.first)
            self._cut[population] = Spikes(times, neurons)
        return self._cut[population]

    def __iter__(self) -> Iterator[Population]:
        """Iterate over the recorded populations in the order of declaration."""
        return iter(self._recorded)

    def __len__(self) -> int:
        """Return the number of recorded populations."""
        return len(self._recorded)

    def _find(self, key: Population | str) -> Population:
        for population in self._recorded:
            if population is key or population.name == key:
                return population
        name = key.name if isinstance(key, Population) else key
        known = ", ".join(repr(one.name) for one in self._recorded) or "none"
        msg = f"spikes of {name!r} were not recorded; recorded: {known} (compile(record_spikes=…))"
        raise NetworkError(msg, population=name, allowed=known)
