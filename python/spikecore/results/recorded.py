"""The spikes that were recorded in a run, by population."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from spikecore import checks, notebook, printed
from spikecore.population import Part, Population
from spikecore.results.activity import Activity
from spikecore.results.trains import Spikes, Trains
from spikecore.tabled import Tabled, Words

__all__ = ["SpikeTrains"]


class SpikeTrains(Mapping[Population, Spikes], Activity, Tabled):
    """Spikes by population; a name works as a key too.

    A table with a row for each spike in the order of (time, id): ``time_ms``, ``population`` (categorical, by name) and
    ``neuron``, its index within the population.

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

    def __getitem__(self, key: Part | str) -> Spikes:
        """Return the spikes of one population, or of a part of one; neurons are numbered from its first on."""
        return self._all.spikes_of(key)

    def __contains__(self, key: object) -> bool:
        """Say whether the spikes of a population were recorded."""
        return self._all.populations.has(key)

    def __repr__(self) -> str:
        """Show the number of spikes and whose."""
        names = self._all.populations.names
        whose = checks.listed(names, show=printed.shown) if names else "nobody"
        return printed.encodable(f"SpikeTrains({len(self.ticks):,} spikes of {whose})")

    def _repr_html_(self) -> str:
        rows = ((population.name, len(spikes)) for population, spikes in self.items())
        return notebook.table(f"{len(self.ticks):,} spikes", ("population", "spikes"), rows)

    def __iter__(self) -> Iterator[Population]:
        """Iterate over the recorded populations in the order of declaration."""
        return iter(self._all.recorded)

    def __len__(self) -> int:
        """Return the number of recorded populations."""
        return len(self._all.recorded)

    def _columns(self) -> dict[str, Any]:
        trains, owners = self._all, self._all.owners()
        firsts = np.array([population.first for population in trains.recorded], dtype=np.uint32)
        names = Words(owners.astype(np.int64), trains.populations.names)
        neurons = self.ids - firsts[owners] if len(firsts) else self.ids
        return {"time_ms": trains.grid.ms(self.ticks), "population": names, "neuron": neurons}
