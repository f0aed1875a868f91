"""What was recorded in a run: spikes by population, traces by recorder."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spikecore import checks, extras, notebook, printed
from spikecore.arrays import closed
from spikecore.errors import NotRecordedError
from spikecore.grid import Grid
from spikecore.population import Population, Populations, Recorder
from spikecore.results.activity import Activity
from spikecore.results.trains import Spikes, Trains

__all__ = ["SpikeTrains", "Spikes", "Trace", "Traces", "trace_of", "variable_of"]


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


class SpikeTrains(Mapping[Population, Spikes], Activity):
    """Spikes by population; a name works as a key too.

    Attributes
    ----------
    ticks : ndarray of uint64, shape (n,)
        When, of all recorded populations together, sorted by (tick, id).
    ids : ndarray of uint32, shape (n,)
        Global id of the neuron.

    Parameters
    ----------
    trains : Trains
        The spikes and the limits of their run.
    """

    def __init__(self, trains: Trains) -> None:
        self._all = trains
        self.ticks, self.ids = trains.ticks, trains.ids

    def _trains(self) -> Trains:
        return self._all

    def __getitem__(self, key: Population | str) -> Spikes:
        """Return the spikes of one population."""
        return self._all.of(key)

    def __contains__(self, key: object) -> bool:
        """Say whether the spikes of a population were recorded."""
        return self._all.populations.get(key) is not None

    def __repr__(self) -> str:
        """Show the number of spikes and whose."""
        names = self._all.populations.names
        whose = checks.listed(names, show=printed.shown) if names else "nobody"
        return f"SpikeTrains({len(self.ticks):,} spikes of {whose})"

    def _repr_html_(self) -> str:
        rows = ((population.name, len(spikes)) for population, spikes in self.items())
        return notebook.table(f"{len(self.ticks):,} spikes", ("population", "spikes"), rows)

    def __iter__(self) -> Iterator[Population]:
        """Iterate over the recorded populations in the order of declaration."""
        return iter(self._all.recorded)

    def __len__(self) -> int:
        """Return the number of recorded populations."""
        return len(self._all.recorded)

    def to_pandas(self) -> Any:
        """Return a pandas DataFrame with a row for each spike in the order of (time, id).

        Columns are ``time_ms``, ``population`` (categorical, by name) and ``neuron``, its index within the population.

        Raises
        ------
        ImportError
            If pandas is not installed.
        """
        pandas = extras.load("pandas", "to_pandas")
        trains, owners = self._all, self._all.owners()
        firsts = np.array([population.first for population in trains.recorded], dtype=np.uint32)
        names = pandas.Categorical.from_codes(owners.astype(np.int64), trains.populations.names)
        neurons = self.ids - firsts[owners] if len(firsts) else self.ids
        return pandas.DataFrame({"time_ms": trains.grid.ms(self.ticks), "population": names, "neuron": neurons})


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
