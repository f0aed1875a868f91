"""What happened in a batch: counts, states, spikes and prices of independent samples."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spikecore import checks, extras, notebook, printed
from spikecore.arrays import closed
from spikecore.errors import NotRecordedError
from spikecore.grid import Grid
from spikecore.population import Population, Populations, Recorder
from spikecore.results.counters import BatchRecord
from spikecore.results.priced import Priced
from spikecore.results.recorded import SpikeTrains
from spikecore.results.traces import Traces, trace_of, variable_of
from spikecore.results.trains import Trains
from spikecore.results.wiring import Wiring

__all__ = ["BatchResult", "CountTables", "StateTables"]


class CountTables(Mapping[Population, NDArray[np.uint64]]):
    """Spike counts by population, made when they are asked for; a name works as a key too."""

    def __init__(
        self, populations: tuple[Population, ...], counts: list[tuple[NDArray[np.uint32], NDArray[np.uint64]]]
    ) -> None:
        self._populations = populations
        self._samples = len(counts)
        self._rows = np.repeat(np.arange(len(counts)), [len(neurons) for neurons, _ in counts])
        self._neurons = np.concatenate([neurons for neurons, _ in counts])
        self._spikes = np.concatenate([spikes for _, spikes in counts])
        self._tables: dict[int, NDArray[np.uint64]] = {}

    @cached_property
    def _roster(self) -> Populations:
        return Populations("batch", self._populations)

    def __getitem__(self, key: Population | str) -> NDArray[np.uint64]:
        """Return the spikes of every neuron in every sample, shape (B, size)."""
        population = self._roster.get(key)
        if population is None:
            raise self._roster.unknown(key, error=NotRecordedError)
        if population.index not in self._tables:
            table = np.zeros((self._samples, population.size), dtype=np.uint64)
            inside = np.flatnonzero((self._neurons >= population.first) & (self._neurons < population.ids.stop))
            table[self._rows[inside], self._neurons[inside] - population.first] = self._spikes[inside]
            self._tables[population.index] = closed(table)
        return self._tables[population.index]

    def spiked(self) -> tuple[NDArray[np.uint32], NDArray[np.uint64]]:
        """Return global ids of the neurons that have spiked, and how often; an id stands once for every sample."""
        return self._neurons, self._spikes

    def to_pandas(self) -> Any:
        """Return a pandas DataFrame with a row for every neuron of every sample in which it has spiked.

        Its columns are ``sample``, ``population`` (categorical, by name), ``neuron`` and ``spikes``.

        Raises
        ------
        ImportError
            If pandas is not installed.
        """
        pandas = extras.load("pandas", "to_pandas")
        firsts = np.array([population.first for population in self._populations], dtype=np.int64)
        order = np.lexsort((self._neurons, self._rows))
        neurons = self._neurons[order].astype(np.int64)
        owners = np.searchsorted(firsts, neurons, side="right") - 1
        columns = {
            "sample": self._rows[order],
            "population": pandas.Categorical.from_codes(owners, [population.name for population in self]),
            "neuron": neurons - firsts[owners],
            "spikes": self._spikes[order],
        }
        return pandas.DataFrame(columns)

    def __iter__(self) -> Iterator[Population]:
        """Iterate over the populations in the order of declaration."""
        return iter(self._populations)

    def __len__(self) -> int:
        """Return the number of populations."""
        return len(self._populations)


class StateTables(Mapping[tuple[Population, str], NDArray[np.float64]]):
    """State variables at the end of the samples, by (population or its name, variable)."""

    def __init__(self, tables: dict[tuple[Population, str], NDArray[np.float64]]) -> None:
        self._tables = {key: closed(table) for key, table in tables.items()}
        self._populations = Populations("batch", dict.fromkeys(population for population, _ in tables))
        self._by_name = {(population.name, variable): table for (population, variable), table in self._tables.items()}

    def __getitem__(self, key: tuple[Population | str, str]) -> NDArray[np.float64]:
        """Return a variable of every neuron at the end of every sample, shape (B, size), in mV or pA."""
        name = variable_of(key, self._populations)
        if name in self._by_name:
            return self._by_name[name]
        known = checks.listed(self._by_name)
        msg = f"{printed.value(key)} was not read; states that were asked for: {known} (run_batch(states=…))"
        raise NotRecordedError(msg, parameter="states", value=key, allowed=known)

    def to_pandas(self) -> Any:
        """Return a pandas DataFrame with a row for every neuron of every sample.

        Its columns are ``sample``, ``population``, ``variable``, ``neuron`` and ``value`` in mV or pA.

        Raises
        ------
        ImportError
            If pandas is not installed.
        """
        pandas = extras.load("pandas", "to_pandas")
        names = ["sample", "population", "variable", "neuron", "value"]
        parts = [
            pandas.DataFrame(
                {
                    "sample": np.repeat(np.arange(table.shape[0]), table.shape[1]),
                    "population": population.name,
                    "variable": variable,
                    "neuron": np.tile(np.arange(table.shape[1]), table.shape[0]),
                    "value": table.reshape(-1),
                }
            )
            for (population, variable), table in self._tables.items()
        ]
        return pandas.concat(parts, ignore_index=True) if parts else pandas.DataFrame(columns=names)

    def __iter__(self) -> Iterator[tuple[Population, str]]:
        """Iterate over what was asked for."""
        return iter(self._tables)

    def __len__(self) -> int:
        """Return how many tables there are."""
        return len(self._tables)


class BatchResult(Priced):
    """Everything that happened in a batch; returned by `Machine.run_batch`.

    Attributes
    ----------
    spike_counts : mapping of Population (or its name) to ndarray of uint64, shape (B, size)
        Spikes of every neuron in every sample; needs no recording.
    states : mapping of (Population or its name, variable) to ndarray of float64, shape (B, size)
        The variables that were asked for, at the end of every sample, in mV or pA.
    spikes : sequence of B SpikeTrains
        Of every sample, the spikes of the recorded populations, as `Result.spikes`.
    traces : sequence of B Traces
        Of every sample, what the recorders kept, as `Result.traces`.
    populations, wiring : tuple of Population, Wiring
        The network, for the ledger.
    counts : Counts
        Exact counts per population, added over the samples.
    duration : float
        Length of a sample in ms of biological time.
    dt : float
        Tick in ms.
    ticks : int
        Length of all samples together in ticks.
    real_s : float
        Real time of the whole batch in s.

    Examples
    --------
    >>> import spikecore as sc
    >>> net = sc.Network(dt=0.1, seed=1)
    >>> exc = net.population(3, sc.LIF(), name="exc")
    >>> batch = net.compile(workers=1).run_batch(50.0, {exc: [[0.0, 400.0, 800.0], [0.0, 0.0, 0.0]]})
    >>> len(batch), batch.spike_counts["exc"].shape
    (2, (2, 3))
    >>> batch.spike_counts[exc].argmax(axis=1).tolist()
    [2, 0]
    """

    def __init__(
        self,
        record: BatchRecord,
        grid: Grid,
        ticks: int,
        recorded: tuple[Population, ...],
        recorders: tuple[Recorder, ...],
        states: list[tuple[Population, str]],
        wiring: Wiring,
    ) -> None:
        self._length = len(record["spikes"])
        super().__init__(wiring, grid.dt, ticks * self._length, self._length)
        self._per_population = {key: values for key, values in record.items() if key.endswith("_per_population")}
        self.duration = float(grid.ms(ticks))
        self.real_s = record["real_s"]
        self.spike_counts = CountTables(self.populations, record["counts"])
        shapes = [(self._length, population.size) for population, _ in states]
        tables = [values.reshape(shape) for values, shape in zip(record["states"], shapes, strict=True)]
        self.states = StateTables(dict(zip(states, tables, strict=True)))
        self.spikes: Sequence[SpikeTrains] = [
            SpikeTrains(Trains.of_network(grid, self.populations, recorded, pair, (0, ticks)))
            for pair in record["spikes"]
        ]
        self.traces: Sequence[Traces] = [
            Traces({recorder: trace_of(grid, recorder, *taken[recorder.index]) for recorder in recorders})
            for taken in record["samples"]
        ]

    def _counters(self) -> Mapping[str, Any]:
        return self._per_population

    def _spiked(self) -> tuple[NDArray[np.uint32], NDArray[np.uint64]]:
        return self.spike_counts.spiked()

    @property
    def samples(self) -> Sequence[Traces]:
        """The old name of `traces`."""
        return self.traces

    def __len__(self) -> int:
        """Return the number of samples."""
        return self._length

    def _repr_html_(self) -> str:
        seconds = 1e-3 * self.dt * self.ticks
        rows = (
            (population.name, spikes, round(spikes / (population.size * seconds), 3))
            for population, spikes in zip(self.populations, self.counts.spikes.values(), strict=True)
        )
        return notebook.table(repr(self), ("population", "spikes", "rate (Hz)"), rows)

    def __repr__(self) -> str:
        """Show the samples, the spikes and the speed."""
        return (
            f"BatchResult({len(self)} samples of {self.duration:g} ms: {sum(self.counts.spikes.values()):,} spikes, "
            f"{1e3 * self.real_s / len(self):.3g} ms each)"
        )
