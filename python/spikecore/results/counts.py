"""Exact counts and mean rates of a run or a batch, and what both tell of the network that they belong to."""

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Never

import numpy as np
from numpy.typing import NDArray

from spikecore import checks, notebook, printed, tabled
from spikecore.arrays import closed
from spikecore.errors import NotRecordedError, question
from spikecore.grid import Grid
from spikecore.population import Population, PopulationView, whole
from spikecore.results.wiring import Wiring
from spikecore.tabled import Tabled

__all__ = ["Counted", "Counts", "MeanRates"]


@dataclass(frozen=True)
class Counts(Tabled):
    """Exact counts of one run, per population by name; a table with a column for each, its index ``population``.

    Attributes
    ----------
    spikes : dict of str to int
        Spikes emitted.
    synaptic_operations : dict of str to int
        Weights applied because of the population's spikes, counted at its outgoing synapses.
    neuron_updates : dict of str to int
        Neuron states brought from tick to tick: neurons × ticks, what a clocked machine does.
    stimulus_events : dict of str to int
        Poisson events received.
    updates_skipped : dict of str to int
        Of the neuron updates, those that were not done one by one: nothing happened to the neuron,
        and its state was moved on over many ticks at once when it was next needed.
    """

    spikes: dict[str, int]
    synaptic_operations: dict[str, int]
    neuron_updates: dict[str, int]
    stimulus_events: dict[str, int]
    updates_skipped: dict[str, int] = field(default_factory=dict)

    @classmethod
    def by_population(cls, names: Sequence[str], counters: Mapping[str, Any]) -> "Counts":
        """Return the counts of populations with these names from lists that end in ``_per_population``."""
        lists = {kind: counters[f"{kind}_per_population"] for kind in cls.__dataclass_fields__}
        return cls(**{kind: dict(zip(names, map(int, values), strict=True)) for kind, values in lists.items()})

    def totals(self) -> dict[str, int]:
        """Return the sum over populations of each count.

        Examples
        --------
        >>> Counts({"a": 2, "b": 1}, {"a": 20, "b": 0}, {"a": 5, "b": 5}, {}).totals()["spikes"]
        3
        """
        return {name: sum(values.values()) for name, values in vars(self).items()}

    def _columns(self) -> dict[str, list[int]]:
        """Return the counts that there are: those made by hand may lack some."""
        return {kind: list(values.values()) for kind, values in vars(self).items() if values}

    def _index(self) -> tuple[str, list[str]]:
        return "population", list(self.spikes)

    def _repr_html_(self) -> str:
        columns = self._columns()
        rows = zip(self.spikes, *columns.values(), strict=True)
        return notebook.table("counts", ("population", *(kind.replace("_", " ") for kind in columns)), rows)


class MeanRates(dict[str, float]):
    """Mean rate of every population in Hz, by name: a dict, and a table for pandas.

    Examples
    --------
    >>> MeanRates({"exc": 3.5})
    {'exc': 3.5}
    """

    def __missing__(self, key: Any) -> Never:
        """Refuse what is not a name of a population; a handle is answered with its name."""
        meant = whole(key).name if isinstance(key, Population | PopulationView) else checks.nearest(key, self)
        known = checks.listed(self, show=printed.value)
        msg = f"there is no rate of {printed.value(key)}; rates are by name: {known}{question(meant)}"
        raise NotRecordedError(msg, meant=meant)

    def to_pandas(self) -> Any:
        """Return a pandas Series ``rate_hz`` by ``population``.

        Raises
        ------
        ImportError
            If pandas is not installed.
        """
        package = tabled.pandas()
        return package.Series(list(self.values()), package.Index(list(self), name="population"), float, name="rate_hz")

    def _repr_html_(self) -> str:
        rows = ((name, round(rate, 3)) for name, rate in self.items())
        return notebook.table("mean rates", ("population", "rate (Hz)"), rows)


class Counted(ABC):
    """What a run and a batch have in common: counts, and the network that they belong to.

    Attributes
    ----------
    populations : tuple of Population
        In the order of declaration.
    wiring : Wiring
        The synapses of every neuron.
    dt : float
        Tick in ms.
    ticks, sample_count : int
        Length in ticks; of a batch, that of all samples together; and how many there are, 1 for a run.
    """

    def __init__(self, wiring: Wiring, dt: float, ticks: int, sample_count: int = 1) -> None:
        self.wiring = wiring
        self.populations = wiring.populations
        self.dt = dt
        self.ticks = ticks
        self.sample_count = sample_count

    @cached_property
    def counts(self) -> Counts:
        """Exact counts per population; of a batch, added over the samples."""
        return Counts.by_population([population.name for population in self.populations], self._counters())

    def rates(self) -> MeanRates:
        """Return the mean rate of every population in Hz, by name; of a batch over its samples. Needs no recording."""
        seconds = float(Grid(self.dt).ms(self.ticks)) * 1e-3
        spikes = self.counts.spikes
        return MeanRates(
            {
                population.name: spikes[population.name] / population.size / seconds if seconds else math.nan
                for population in self.populations
            }
        )

    def _repr_html_(self) -> str:
        rates = self.rates().values()
        rows = ((name, n, round(rate, 3)) for (name, n), rate in zip(self.counts.spikes.items(), rates, strict=True))
        return notebook.table(repr(self), ("population", "spikes", "rate (Hz)"), rows)

    @cached_property
    def neuron_spikes(self) -> NDArray[np.uint64]:
        """Number of spikes of every neuron by global id, shape (neurons,); needs no recording."""
        counts = np.zeros(sum(population.size for population in self.populations), dtype=np.uint64)
        ids, spikes = self._spiked()
        np.add.at(counts, ids, spikes)
        return closed(counts)

    @property
    def most_arrived(self) -> int:
        """Most weights that can have arrived at a neuron.

        In a batch that is what was sent, because its samples begin in silence; a run may also get what was pending.
        """
        return sum(self.counts.synaptic_operations.values())

    @property
    def synaptic_operations_per_core(self) -> tuple[int, ...]:
        """Weights applied on each core; empty for a batch, whose samples are runs of single threads."""
        return ()

    def other_sums(self) -> dict[str, int]:
        """Return what the engine counted elsewhere and must equal the synaptic operations, by where it was counted."""
        return {}

    @abstractmethod
    def _counters(self) -> Mapping[str, Any]:
        """Return lists by population, as the engine names them."""

    @abstractmethod
    def _spiked(self) -> tuple[NDArray[np.uint32], NDArray[Any]]:
        """Return global ids of neurons that have spiked, and how often; an id may stand several times."""
