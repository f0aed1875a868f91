"""Recorded spikes as numbers: those of all recorded populations in the order of (tick, id), and cut by population."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spikecore.arrays import closed
from spikecore.errors import NotRecordedError
from spikecore.grid import Grid
from spikecore.population import Part, Population, PopulationView, inside, whole
from spikecore.populations import Populations
from spikecore.tabled import Listed

__all__ = ["Spikes", "Trains", "sorted_by"]


@dataclass(frozen=True, eq=False)
class Spikes(Listed):
    """Spikes of one population, sorted by (time, neuron); a table of ``time_ms`` and ``neuron``.

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

    def _columns(self) -> dict[str, NDArray[Any]]:
        return {"time_ms": self.times, "neuron": self.neurons}


class Trains:
    """The spikes of several populations in one run.

    Attributes
    ----------
    grid : Grid
        The ticks.
    recorded : tuple of Population
        Whose spikes were kept.
    ticks, ids : ndarray of uint64 and of uint32, shape (n,)
        When, and the global id of the neuron, in the order of (tick, id).
    begin, end : int
        Limits of the run in ticks: begin < tick ≤ end.
    unrecorded : tuple of str
        Names of the other populations of the network.
    """

    def __init__(
        self,
        grid: Grid,
        recorded: tuple[Population, ...],
        ticks: NDArray[np.uint64],
        ids: NDArray[np.uint32],
        begin: int,
        end: int,
        unrecorded: tuple[str, ...] = (),
    ) -> None:
        self.grid, self.recorded = grid, recorded
        self.ticks, self.ids = closed(ticks), closed(ids)
        self.begin, self.end = begin, end
        self.unrecorded = unrecorded

    @classmethod
    def of_network(
        cls,
        grid: Grid,
        everybody: tuple[Population, ...],
        recorded: tuple[Population, ...],
        spikes: tuple[NDArray[np.uint64], NDArray[np.uint32]],
        limits: tuple[int, int],
    ) -> "Trains":
        """Return the spikes of those recorded of all populations of a network."""
        kept = set(recorded)
        others = tuple(population.name for population in everybody if population not in kept)
        return cls(grid, recorded, *spikes, *limits, others)

    def spikes_of(self, key: Part | str) -> Spikes:
        """Return the spikes of one population, or of a part of one."""
        part = self.part(key)
        spikes, limits = self._cut[whole(part).name], inside(part)
        if isinstance(part, Population):
            return spikes
        kept = (spikes.neurons >= limits.start) & (spikes.neurons < limits.stop)
        return Spikes(closed(spikes.times[kept]), closed(spikes.neurons[kept] - np.uint32(limits.start)))

    def ticks_of(self, key: Part | str) -> NDArray[np.int64]:
        """Return when the neurons of one population, or of a part, spiked: in ticks, in the order of `spikes_of`."""
        # Times are ticks times dt but for a rounding of 1e-16 of them, and there are fewer than 2^48 ticks.
        return np.rint(self.spikes_of(key).times / self.grid.dt).astype(np.int64)

    def part(self, key: Part | str) -> Part:
        """Return a recorded population by its handle or its name, or a part of one."""
        if not isinstance(key, PopulationView):
            return self.find(key)
        self.find(key.population)
        return key

    def find(self, key: Part | str) -> Population:
        """Return a recorded population by its handle or its name."""
        if isinstance(key, PopulationView):
            return self.populations.find(key)  # which refuses it
        population = self.populations.get(key)
        if population is None:
            absent = "spikes of {} were not recorded; recorded: {} (compile(record_spikes=…))"
            raise self.populations.unknown(key, absent, NotRecordedError)
        return population

    def require(self) -> None:
        """Refuse a run without recorded spikes."""
        if not self.recorded:
            msg = "no spikes were recorded; use compile(record_spikes=True)"
            raise NotRecordedError(msg, parameter="record_spikes", value=False)

    @cached_property
    def populations(self) -> Populations:
        """The recorded populations, by handle and by name."""
        return Populations("run", self.recorded)

    @cached_property
    def _cut(self) -> dict[str, Spikes]:
        """The spikes by name, each population's in the order of the whole list."""
        owners = self.owners()
        order: Any = slice(None) if len(self.recorded) == 1 else sorted_by(owners)
        limits = np.concatenate([[0], np.cumsum(np.bincount(owners, minlength=len(self.recorded)))])
        ids, times = self.ids[order], self.grid.ms(self.ticks[order])
        cut = {}
        for population, begin, end in zip(self.recorded, limits[:-1], limits[1:], strict=True):
            neurons = ids[begin:end] - np.uint32(population.first)
            cut[population.name] = Spikes(closed(times[begin:end]), closed(neurons))
        return cut

    def owners(self) -> NDArray[np.uint32]:
        """Return for every spike the place of its population among the recorded."""
        ends = [population.first + population.size for population in self.recorded]
        owner = np.zeros(max(ends, default=0), dtype=np.uint32)
        for place, (population, end) in enumerate(zip(self.recorded, ends, strict=True)):
            owner[population.first : end] = place
        return owner[self.ids]


def sorted_by(owners: NDArray[np.uint32]) -> NDArray[np.intp]:
    """Return the stable order by owner, in time that follows the spikes: numpy sorts 16 bits by counting."""
    order = np.argsort((owners & 0xFFFF).astype(np.uint16), kind="stable")
    if owners.max(initial=0) <= 0xFFFF:
        return order
    return order[np.argsort((owners[order] >> 16).astype(np.uint16), kind="stable")]
