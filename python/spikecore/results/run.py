"""What happened in one run: counts, rates, pictures and prices.

Everything derives from the engine's exact counters and, where spikes were recorded, from the spike
list in canonical order: sorted by tick, then by global neuron id.
"""

from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from spikecore import printed
from spikecore.arrays import closed
from spikecore.errors import NotRecordedError
from spikecore.population import Part, Population, Recorder
from spikecore.populations import Populations
from spikecore.results.activity import Activity
from spikecore.results.counters import Statistics, over_run
from spikecore.results.priced import Priced
from spikecore.results.recorded import SpikeTrains
from spikecore.results.span import Span
from spikecore.results.traces import Trace, Traces
from spikecore.results.trains import Trains
from spikecore.results.wiring import Wiring

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["Result"]


class Result(Priced, Activity):
    """Everything that happened in one run; returned by `Machine.run`.

    Attributes
    ----------
    spikes : mapping of Population (or its name) to Spikes
        Spikes of the recorded populations.
    traces : mapping of Recorder, or of (Population or its name, variable), to Trace
        What every recorder kept.
    populations : tuple of Population
        In the order of declaration.
    wiring : Wiring
        The synapses of every neuron, for the ledger.
    start, stop : float
        Limits of the run in ms; spikes have start < time ≤ stop.
    real_s : float
        Real time of the run in s.
    span : Span
        The counters before and after it.
    trains : Trains
        The recorded spikes as numbers.

    Examples
    --------
    >>> import spikecore as sc
    >>> net = sc.Network(dt=0.1, seed=1)
    >>> exc = net.population(10, sc.LIF(i_e=400.0), name="exc")
    >>> result = net.compile(workers=1).run(100.0)
    >>> bool(result.rates()["exc"] > 0.0)
    True
    >>> len(result.spikes[exc]) == result.counts.spikes["exc"]
    True
    """

    def __init__(
        self,
        span: Span,
        wiring: Wiring,
        recorded: tuple[Population, ...],
        spikes: tuple[NDArray[np.uint64], NDArray[np.uint32]],
        traces: dict[Recorder, Trace],
    ) -> None:
        super().__init__(wiring, span.grid.dt, span.stop_tick - span.start_tick)
        self.span = span
        self.trains = Trains.of_network(
            span.grid, wiring.populations, recorded, spikes, (span.start_tick, span.stop_tick)
        )
        self.spikes = SpikeTrains(self.trains)
        self.traces = Traces(traces)
        self.start = float(span.grid.ms(span.start_tick))
        self.stop = float(span.grid.ms(span.stop_tick))
        self.real_s = span.after["run_s"] - span.before["run_s"]

    @property
    def samples(self) -> Traces:
        """The old name of `traces`."""
        return self.traces

    @property
    def duration(self) -> float:
        """Length of the run in ms of biological time."""
        return float(self.span.grid.ms(self.ticks))

    @property
    def real_time_factor(self) -> float:
        """Real time divided by biological time; below 1 is faster than real time."""
        return self.real_s / (self.duration * 1e-3) if self.ticks else float("nan")

    @cached_property
    def statistics(self) -> Statistics:
        """Counters and timers of the engine, differences over this run where they accumulate."""
        return over_run(self.span.before, self.span.after)

    @property
    def newly_pending(self) -> int:
        """By how many more synapses wait for their delay at the end of this run than at its beginning."""
        return self.span.after["pending_events"] - self.span.before["pending_events"]

    @property
    def phases_s(self) -> dict[str, list[float]]:
        """Seconds per phase (ingest, deliver, integrate, wait), one value per worker."""
        return self.statistics["phases_s"]

    @property
    def largest_lead(self) -> dict[tuple[int, int], int]:
        """How many ticks a core was ahead of another at most, by (core, producer).

        The pairs are those where the second core, the producer, has synapses onto the first. The
        lead is counted from the compilation, or the last reset, to the end of this run. It is at
        most the shortest delay between the two in ticks, because no core waits for another longer
        than it must; how much of that was used depends on the number of cores and on timing, unlike
        the spikes.

        Examples
        --------
        With delays above 4,095 ticks a core has at most 65,536 neurons; one worker runs two in turn:

        >>> import spikecore as sc
        >>> net = sc.Network(dt=0.1)
        >>> many = net.population(76_800, sc.LIF())
        >>> _ = net.connect(many, many, sc.FixedTotalNumber(1000), weight=1.0, delay=500.0)
        >>> leads = net.compile(workers=1).run(10.0).largest_lead
        >>> sorted(leads), max(leads.values()) <= 5000
        ([(0, 1), (1, 0)], True)
        """
        leads = self.statistics["largest_lead"]
        return {(core, producer): ticks for core, producer, ticks in leads if core != producer}

    @property
    def most_arrived(self) -> int:
        """Weights that have arrived at neurons."""
        return self.statistics["synaptic_events"]

    @property
    def synaptic_operations_per_core(self) -> tuple[int, ...]:
        """Weights applied on each core of this machine."""
        return tuple(self.statistics["synaptic_operations_per_core"])

    def other_sums(self) -> dict[str, int]:
        """Return what the engine counted elsewhere and must equal the synaptic operations, by where it was counted."""
        return {
            "over cores": sum(self.synaptic_operations_per_core),
            "delivered and pending": self.statistics["synaptic_events"] + self.newly_pending,
        }

    def _counters(self) -> Statistics:
        return self.statistics

    def _spiked(self) -> tuple[NDArray[np.uint32], NDArray[np.uint64]]:
        return self.span.spiked, self.span.times

    @cached_property
    def _roster(self) -> Populations:
        return Populations("run", self.populations)

    def spike_counts(self, population: Part | str) -> NDArray[np.int64]:
        """Return the number of spikes of every neuron, shape (size,); needs no recording.

        Parameters
        ----------
        population : Population, PopulationView or str
            By its handle or its name, or a part of it.
        """
        ids = self._roster.part(population).ids
        return closed(self.neuron_spikes[ids.start : ids.stop].astype(np.int64))

    def _trains(self) -> Trains:
        return self.trains

    def _member(self, key: Part | str) -> Part:
        return self._roster.part(key)

    def spikes_sha256(self) -> str:
        """Return the SHA-256 of the recorded spikes.

        The digest covers (tick, global neuron id) as little-endian 64-bit and 32-bit integers, in
        the order of (tick, id), of the populations whose spikes were recorded.

        Raises
        ------
        NotRecordedError
            If no population's spikes were recorded.
        """
        if not self.spikes:
            msg = "no spikes were recorded; compile with record_spikes"
            raise NotRecordedError(msg, parameter="record_spikes")
        import hashlib  # start-up time: it takes longer to load than all of this module

        digest = hashlib.sha256()
        pairs = np.empty(len(self.spikes.ticks), dtype=[("tick", "<u8"), ("id", "<u4")])
        pairs["tick"], pairs["id"] = self.spikes.ticks, self.spikes.ids
        digest.update(pairs.tobytes())
        return digest.hexdigest()

    def save(self, file: "str | Path") -> "Path":
        """Write all that the run tells to a file that `spikecore.load_result` reads.

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
        ``numpy.load(file, allow_pickle=False)`` reads its arrays: ``spikes/ticks`` and ``spikes/ids`` (tick and global
        id of every recorded spike, in order), ``counts/ids`` and ``counts/spikes``, ``traces/K/times``, ``neurons`` and
        ``values`` of recorder K, ``populations/size``. ``description`` is JSON as bytes: names, models, counters,
        ``dt`` in ms, and the SHA-256 of each array.
        """
        from spikecore.results import to_file  # start-up time: it loads `zipfile`

        return to_file.save(file, self.span, self.wiring, self.spikes, self.traces)

    def __repr__(self) -> str:
        """Show time, spikes, events and speed."""
        spikes = sum(self.counts.spikes.values())
        return printed.encodable(
            f"Result({self.start:g}–{self.stop:g} ms: {spikes:,} spikes, "
            f"{self.statistics['synaptic_events']:,} synaptic events, "
            f"{self.real_time_factor:.3g} × real time)"
        )
