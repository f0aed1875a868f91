"""What happened in a batch: counts, states, spikes and prices of independent samples."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from spikecore import checks, printed
from spikecore.arrays import closed
from spikecore.errors import NotRecordedError
from spikecore.grid import Grid
from spikecore.population import Part, Population, PopulationView, Recorder, inside
from spikecore.populations import Populations
from spikecore.results.counters import BatchRecord
from spikecore.results.priced import Priced
from spikecore.results.recorded import SpikeTrains
from spikecore.results.traces import Traces, trace_of, variable_of
from spikecore.results.trains import Trains
from spikecore.results.wiring import Wiring
from spikecore.tabled import Tabled, Words

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["BatchResult", "CountTables", "StateTables"]


class CountTables(Mapping[Population, NDArray[np.uint64]], Tabled):
    """Spike counts by population, made when they are asked for; a name works as a key too.

    A table with a row for every neuron of every sample in which it has spiked: ``sample``, ``population`` (categorical,
    by name), ``neuron`` and ``spikes``.
    """

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

    def __getitem__(self, key: Part | str) -> NDArray[np.uint64]:
        """Return the spikes of every neuron of a population, or of a part of one, in every sample, shape (B, size)."""
        if isinstance(key, PopulationView):
            return self[key.population][:, inside(key)]
        population = self._roster.get(key)
        if population is None:
            raise self._roster.unknown(key, error=NotRecordedError)
        if population.index not in self._tables:
            table = np.zeros((self._samples, population.size), dtype=np.uint64)
            own = np.flatnonzero((self._neurons >= population.first) & (self._neurons < population.ids.stop))
            table[self._rows[own], self._neurons[own] - population.first] = self._spikes[own]
            self._tables[population.index] = closed(table)
        return self._tables[population.index]

    def spiked(self) -> tuple[NDArray[np.uint32], NDArray[np.uint64]]:
        """Return global ids of the neurons that have spiked, and how often; an id stands once for every sample."""
        return self._neurons, self._spikes

    def by_sample(self) -> tuple[NDArray[np.intp], NDArray[np.uint32], NDArray[np.uint64]]:
        """Return sample, global id and spikes of every neuron in every sample in which it has spiked, by sample."""
        return self._rows, self._neurons, self._spikes

    def _columns(self) -> dict[str, Any]:
        firsts = np.array([population.first for population in self._populations], dtype=np.int64)
        order = np.lexsort((self._neurons, self._rows))
        neurons = self._neurons[order].astype(np.int64)
        owners = np.searchsorted(firsts, neurons, side="right") - 1
        return {
            "sample": self._rows[order],
            "population": Words(owners, [population.name for population in self]),
            "neuron": neurons - firsts[owners],
            "spikes": self._spikes[order],
        }

    def __iter__(self) -> Iterator[Population]:
        """Iterate over the populations in the order of declaration."""
        return iter(self._populations)

    def __len__(self) -> int:
        """Return the number of populations."""
        return len(self._populations)


class StateTables(Mapping[tuple[Population, str], NDArray[np.float64]], Tabled):
    """State variables at the end of the samples, by (population or its name, variable).

    A table with a row for every neuron of every sample: ``sample``, ``population``, ``variable`` (both categorical),
    ``neuron`` and ``value`` in mV or pA.
    """

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

    def _columns(self) -> dict[str, Any]:
        tables = list(self._tables.values())
        lengths = [table.size for table in tables]
        places = [np.indices(table.shape).reshape(2, -1) for table in tables]
        samples, neurons = np.concatenate([np.zeros((2, 0), np.int64), *places], axis=1)
        return {
            "sample": samples,
            "population": Words.repeated([population.name for population, _ in self], lengths),
            "variable": Words.repeated([variable for _, variable in self], lengths),
            "neuron": neurons,
            "value": np.concatenate([np.zeros(0), *(table.reshape(-1) for table in tables)]),
        }

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

    def save(self, file: "str | Path") -> "Path":
        """Write all that the batch tells to a file that `spikecore.load_result` reads.

        Parameters
        ----------
        file : str or Path
            Where. It appears whole or not at all, and replaces what was there.

        Returns
        -------
        Path
            The file.

        Raises
        ------
        OSError, NetworkError
            If it cannot be written.

        Notes
        -----
        ``numpy.load(file, allow_pickle=False)`` reads its arrays. Sample b has the spikes ``spikes/first[b]`` …
        ``spikes/first[b + 1] - 1`` of ``spikes/ticks`` and ``spikes/ids`` (global ids), and so the counts of
        ``counts/ids`` and ``counts/spikes``. ``states/K`` has the shape (samples, size) and ``traces/K/values``
        (samples, times, neurons). ``description`` is JSON as bytes.
        """
        from spikecore.results import to_file  # start-up time: it loads `zipfile`

        clock = {"dt": self.dt, "ticks": self.ticks // len(self), "real_s": self.real_s}
        counted = {**clock, "counters": self._per_population}
        tables = self.spike_counts.by_sample(), self.states, self.spikes, self.traces
        return to_file.save_batch(file, counted, self.wiring, *tables)

    def __repr__(self) -> str:
        """Show the samples, the spikes and the speed."""
        return (
            f"BatchResult({len(self)} samples of {self.duration:g} ms: {sum(self.counts.spikes.values()):,} spikes, "
            f"{1e3 * self.real_s / len(self):.3g} ms each)"
        )
