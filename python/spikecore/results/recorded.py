"""What was recorded in a run: spikes by population, traces by recorder."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spikecore import checks, printed
from spikecore.arrays import closed
from spikecore.errors import NotRecordedError
from spikecore.grid import Grid
from spikecore.population import Population, Populations, Recorder

__all__ = ["SpikeTrains", "Spikes", "Trace", "Traces", "trace_of", "variable_of"]


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
class Trace:
    """A state variable of chosen neurons over time.

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
    """Spikes by population; a name works as a key too.

    Attributes
    ----------
    ticks : ndarray of uint64, shape (n,)
        When, of all recorded populations together, sorted by (tick, id).
    ids : ndarray of uint32, shape (n,)
        Global id of the neuron.
    """

    def __init__(
        self,
        grid: Grid,
        recorded: tuple[Population, ...],
        ticks: NDArray[np.uint64],
        ids: NDArray[np.uint32],
    ) -> None:
        self.ticks, self.ids = closed(ticks), closed(ids)
        self._grid = grid
        self._recorded = recorded
        self._cut: dict[str, Spikes] = {}

    def __getitem__(self, key: Population | str) -> Spikes:
        """Return the spikes of one population."""
        population = self._populations.get(key)
        if population is None:
            raise self._populations.unknown(
                key, "spikes of {} were not recorded; recorded: {} (compile(record_spikes=…))", NotRecordedError
            )
        if not self._cut:
            self._cut = self._split()
        return self._cut[population.name]

    def __contains__(self, key: object) -> bool:
        """Say whether the spikes of a population were recorded."""
        return self._populations.get(key) is not None

    def __repr__(self) -> str:
        """Show the number of spikes and whose."""
        whose = checks.listed(self._populations.names, show=printed.shown) if self._recorded else "nobody"
        return f"SpikeTrains({len(self.ticks):,} spikes of {whose})"

    def __iter__(self) -> Iterator[Population]:
        """Iterate over the recorded populations in the order of declaration."""
        return iter(self._recorded)

    def __len__(self) -> int:
        """Return the number of recorded populations."""
        return len(self._recorded)

    @cached_property
    def _populations(self) -> Populations:
        return Populations("run", self._recorded)

    def _split(self) -> dict[str, Spikes]:
        """Return the spikes by name, each population's in the order of the whole list."""
        owners = self._owners()
        order: Any = slice(None) if len(self._recorded) == 1 else _sorted_by(owners)
        limits = np.concatenate([[0], np.cumsum(np.bincount(owners, minlength=len(self._recorded)))])
        ids, times = self.ids[order], self._grid.ms(self.ticks[order])
        cut = {}
        for population, begin, end in zip(self._recorded, limits[:-1], limits[1:], strict=True):
            cut[population.name] = Spikes(
                closed(times[begin:end]), closed(ids[begin:end] - np.uint32(population.first))
            )
        return cut

    def _owners(self) -> NDArray[np.uint32]:
        """Return for every spike the place of its population among the recorded."""
        ends = [population.first + population.size for population in self._recorded]
        owner = np.zeros(max(ends, default=0), dtype=np.uint32)
        for place, (population, end) in enumerate(zip(self._recorded, ends, strict=True)):
            owner[population.first : end] = place
        return owner[self.ids]


def _sorted_by(owners: NDArray[np.uint32]) -> NDArray[np.intp]:
    """Return the stable order by owner, in time that follows the spikes: numpy sorts 16 bits by counting."""
    order = np.argsort((owners & 0xFFFF).astype(np.uint16), kind="stable")
    if owners.max(initial=0) <= 0xFFFF:
        return order
    return order[np.argsort((owners[order] >> 16).astype(np.uint16), kind="stable")]


class Traces(Mapping[Recorder, Trace]):
    """Traces by recorder; a pair (population or its name, variable) works as a key too."""

    def __init__(self, tables: dict[Recorder, Trace]) -> None:
        self._tables = tables

    def __getitem__(self, key: Recorder | tuple[Population | str, str]) -> Trace:
        """Return the trace of one recorder; of several on one variable that of the first."""
        recorder = key if isinstance(key, Recorder) else self._first.get(variable_of(key, self._populations))
        if recorder in self._tables:
            return self._tables[recorder]
        known = checks.listed(self._tables)
        msg = f"{printed.value(key)} recorded nothing here; recorders when the network was compiled: {known}"
        raise NotRecordedError(msg, value=key, allowed=known)

    def __iter__(self) -> Iterator[Recorder]:
        """Iterate over the recorders in the order of declaration."""
        return iter(self._tables)

    def __len__(self) -> int:
        """Return the number of recorders."""
        return len(self._tables)

    def __repr__(self) -> str:
        """Show the recorders."""
        return f"Traces({checks.listed(self._tables) if self._tables else ''})"

    @cached_property
    def _populations(self) -> Populations:
        return Populations("run", dict.fromkeys(recorder.population for recorder in self._tables))

    @cached_property
    def _first(self) -> dict[tuple[str, str] | None, Recorder]:
        """The first recorder of every variable, by name of the population and variable."""
        first: dict[tuple[str, str] | None, Recorder] = {}
        for recorder in self._tables:
            first.setdefault((recorder.population.name, recorder.variable), recorder)
        return first


def variable_of(key: Any, populations: Populations) -> tuple[str, str] | None:
    """Return (name, variable) of a key (population or its name, variable); None if there is no such population."""
    if not isinstance(key, tuple) or len(key) != 2 or not isinstance(key[1], str):
        return None
    population = populations.get(key[0])
    return None if population is None else (population.name, key[1])


def trace_of(grid: Grid, recorder: Recorder, ticks: NDArray[np.uint64], values: NDArray[np.float64]) -> Trace:
    """Return what a recorder took, of the values tick by tick."""
    table = values.reshape(len(ticks), len(recorder.neurons))
    return Trace(closed(grid.ms(ticks)), recorder.neurons, closed(table))
