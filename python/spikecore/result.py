"""What happened in one run: counts, rates, pictures and prices.

Everything derives from the engine's exact counters and, where spikes were recorded, from the spike
list in canonical order: sorted by tick, then by global neuron id.
"""

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from spikecore import printed
from spikecore.arrays import closed
from spikecore.errors import NotRecordedError
from spikecore.grid import Grid
from spikecore.population import Population, Recorder, member
from spikecore.recorded import Samples, SampleTables, SpikeTrains
from spikecore.wiring import Wiring

if TYPE_CHECKING:
    from pathlib import Path

    from spikecore.energy import EnergyReport, Ledger, Profile

__all__ = ["Counts", "Result"]

PHASES = ("ingest", "deliver", "integrate", "wait")
"""The phases of a worker, in the order of a tick."""


@dataclass(frozen=True)
class Counts:
    """Exact counts of one run, per population by name.

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

    def totals(self) -> dict[str, int]:
        """Return the sum over populations of each count.

        Examples
        --------
        >>> Counts({"a": 2, "b": 1}, {"a": 20, "b": 0}, {"a": 5, "b": 5}, {}).totals()["spikes"]
        3
        """
        return {name: sum(values.values()) for name, values in vars(self).items()}


@dataclass(frozen=True, eq=False)
class Span:
    """One run as the machine hands it over: the counters around it, and who has spiked how often."""

    grid: Grid
    before: dict[str, Any] = field(repr=False)
    after: dict[str, Any] = field(repr=False)
    spiked: NDArray[np.uint32]
    times: NDArray[np.uint64]

    @property
    def start_tick(self) -> int:
        """When it began."""
        return int(self.before["ticks"])

    @property
    def stop_tick(self) -> int:
        """When it ended."""
        return int(self.after["ticks"])


class Result:
    """Everything that happened in one run; returned by `Machine.run`.

    Attributes
    ----------
    spikes : mapping of Population (or its name) to Spikes
        Spikes of the recorded populations.
    samples : mapping of Recorder, or of (population name, variable), to Samples
        Samples of every recorder.
    populations : tuple of Population
        In the order of declaration.
    wiring : Wiring
        The synapses of every neuron, for the ledger.
    start, stop : float
        Limits of the run in ms; spikes have start < time ≤ stop.
    real_s : float
        Real time of the run in s.

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
        samples: dict[Recorder, Samples],
    ) -> None:
        self._span = span
        self.wiring = wiring
        self.populations = wiring.populations
        self.spikes = SpikeTrains(span.grid, recorded, *spikes)
        self.samples = SampleTables(samples)
        self.start = float(span.grid.ms(span.start_tick))
        self.stop = float(span.grid.ms(span.stop_tick))
        self.real_s = float(span.after["run_s"] - span.before["run_s"])

    @property
    def dt(self) -> float:
        """Tick in ms."""
        return self._span.grid.dt

    @property
    def ticks(self) -> int:
        """Length of the run in ticks."""
        return self._span.stop_tick - self._span.start_tick

    @property
    def duration(self) -> float:
        """Length of the run in ms of biological time."""
        return float(self._span.grid.ms(self.ticks))

    @property
    def real_time_factor(self) -> float:
        """Real time divided by biological time; below 1 is faster than real time."""
        return self.real_s / (self.duration * 1e-3) if self.ticks else float("nan")

    @cached_property
    def statistics(self) -> dict[str, Any]:
        """Counters and timers of the engine, differences over this run where they accumulate."""
        before, after = self._span.before, self._span.after
        return {
            key: _difference(before.get(key), value) if key in _CUMULATIVE else value for key, value in after.items()
        }

    @property
    def newly_pending(self) -> int:
        """By how many more synapses wait for their delay at the end of this run than at its beginning."""
        before, after = self._span.before, self._span.after
        return int(after["pending_events"]) - int(before["pending_events"])

    @property
    def phases_s(self) -> dict[str, list[float]]:
        """Seconds per phase (ingest, deliver, integrate, wait), one value per worker."""
        phases: dict[str, list[float]] = self.statistics["phases_s"]
        return phases

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
        leads: list[tuple[int, int, int]] = self.statistics["largest_lead"]
        return {(core, producer): ticks for core, producer, ticks in leads if core != producer}

    @cached_property
    def counts(self) -> Counts:
        """Exact counts per population."""
        names = [population.name for population in self.populations]

        def per_population(key: str) -> dict[str, int]:
            values = self.statistics[f"{key}_per_population"]
            return {name: int(n) for name, n in zip(names, values, strict=True)}

        return Counts(
            per_population("spikes"),
            per_population("synaptic_operations"),
            per_population("neuron_updates"),
            per_population("stimulus_events"),
            per_population("updates_skipped"),
        )

    @cached_property
    def neuron_spikes(self) -> NDArray[np.uint64]:
        """Number of spikes of every neuron by global id, shape (neurons,); needs no recording."""
        counts = np.zeros(sum(population.size for population in self.populations), dtype=np.uint64)
        counts[self._span.spiked] = self._span.times
        return closed(counts)

    def spike_counts(self, population: Population) -> NDArray[np.int64]:
        """Return the number of spikes of every neuron, shape (size,); needs no recording."""
        first = member(population, self.populations, "network").first
        return closed(self.neuron_spikes[first : first + population.size].astype(np.int64))

    def rates(self) -> dict[str, float]:
        """Return the mean rate of every population in Hz, by name; needs no recording."""
        seconds = self.duration * 1e-3
        return {
            population.name: self.counts.spikes[population.name] / population.size / seconds
            if seconds
            else float("nan")
            for population in self.populations
        }

    def cv_isi(self, population: Population) -> tuple[float, NDArray[np.float64]]:
        """Return the coefficient of variation of the inter-spike intervals.

        Parameters
        ----------
        population : Population
            Its spikes must have been recorded.

        Returns
        -------
        mean : float
            Mean over the neurons with at least 3 spikes; nan if there are none.
        per_neuron : ndarray of float64, shape (size,)
            nan for neurons with fewer than 3 spikes.

        Notes
        -----
        Standard deviation of the intervals (population form) divided by their mean.
        """
        spikes = self.spikes[population]
        order = np.argsort(spikes.neurons, kind="stable")
        owners, times = spikes.neurons[order], spikes.times[order]
        same = owners[1:] == owners[:-1]
        owner, gap = owners[1:][same], np.diff(times)[same]
        n = np.bincount(owner, minlength=population.size)
        with np.errstate(invalid="ignore", divide="ignore"):
            mean = np.bincount(owner, gap, population.size) / n
            spread = np.bincount(owner, (gap - mean[owner]) ** 2, population.size) / n
            cv = np.where(n >= 2, np.sqrt(spread) / mean, np.nan)
        valid = cv[np.isfinite(cv)]
        return (float(valid.mean()) if len(valid) else float("nan")), cv

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
        import hashlib  # takes longer to load than all of this module

        digest = hashlib.sha256()
        pairs = np.empty(len(self.spikes.ticks), dtype=[("tick", "<u8"), ("id", "<u4")])
        pairs["tick"], pairs["id"] = self.spikes.ticks, self.spikes.ids
        digest.update(pairs.tobytes())
        return digest.hexdigest()

    def raster(
        self,
        where: Any = None,
        *,
        start: float | None = None,
        stop: float | None = None,
        share: float | None = None,
    ) -> Any:
        """Draw the recorded spikes.

        Parameters
        ----------
        where : str, Path or matplotlib Axes, optional
            A file to write, in the format of its suffix, or axes to draw into; new axes by default. Without
            matplotlib only ``.svg`` files can be written.
        start, stop : float, optional
            Limits in ms; the run by default.
        share : float, optional
            Share of the neurons to draw, 0 < share ≤ 1; chosen so that some 40,000 spikes are
            drawn by default.

        Returns
        -------
        Path or Axes
            The file that was written, or the axes.

        Raises
        ------
        NetworkError
            If no spikes were recorded, `share` is outside its range, or the suffix is unknown or needs matplotlib.
        ImportError
            If axes are wanted and matplotlib is not installed.
        """
        from pathlib import Path  # on use: it and what it loads are a fifth of this package's own import

        from spikecore import raster

        picture = raster.select(self, start, stop, share)
        if isinstance(where, str | Path):
            return raster.write(picture, Path(where))
        if where is not None and not hasattr(where, "plot"):
            msg = f"where must be a file, matplotlib axes or left out, not {printed.value(where)}"
            raise TypeError(msg)
        return raster.draw(picture, where)

    def energy(self, profile: "str | Path | Profile" = "loihi", *, mapping: bool = False) -> "EnergyReport":
        """Price the counts of this run.

        Parameters
        ----------
        profile : str, Path or Profile
            ``"loihi"``, ``"truenorth"``, another of `spikecore.energy.known()`, or a TOML file with
            prices of your own.
        mapping : bool
            Place the network on the chip's cores, under its limits, to count packets and hops.

        Returns
        -------
        EnergyReport
            Prints as a table; `to_dict` gives the numbers.
        """
        from spikecore.energy import EnergyReport

        return EnergyReport.of_run(self, profile, mapping)

    @cached_property
    def ledger(self) -> "Ledger":
        """What happened, as counts that can be priced."""
        from spikecore.energy import Ledger

        return Ledger.of(self)

    def __repr__(self) -> str:
        """Show time, spikes, events and speed."""
        spikes = sum(self.counts.spikes.values())
        return (
            f"Result({self.start:g}–{self.stop:g} ms: {spikes:,} spikes, "
            f"{int(self.statistics['synaptic_events']):,} synaptic events, "
            f"{self.real_time_factor:.3g} × real time)"
        )

    def _repr_html_(self) -> str:
        from spikecore.printed import markup

        rates = self.rates()
        rows = "".join(
            f"<tr><th>{markup(name)}</th><td>{n:,}</td><td>{rates[name]:.3f}</td></tr>"
            for name, n in self.counts.spikes.items()
        )
        head = "<tr><th>population</th><th>spikes</th><th>rate (Hz)</th></tr>"
        return f"<p>{markup(repr(self))}</p><table>{head}{rows}</table>"


_CUMULATIVE = {
    "spikes_per_population",
    "synaptic_operations_per_population",
    "neuron_updates_per_population",
    "updates_skipped_per_population",
    "stimulus_events_per_population",
    "phases_s",
    "synaptic_events",
    "synaptic_operations_per_core",
    "events_per_worker",
    "packets",
    "ticks_skipped",
    "run_s",
    "ticks",
}


def _difference(before: Any, after: Any) -> Any:
    if isinstance(after, dict):
        return {key: _difference((before or {}).get(key), value) for key, value in after.items()}
    if isinstance(after, list | tuple | np.ndarray):
        old = [0] * len(after) if before is None else before
        return [_difference(b, a) for b, a in zip(old, after, strict=True)]
    return after - (0 if before is None else before)
