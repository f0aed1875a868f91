"""The compiled network: run it, stop it, read it, go on."""

import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spikecore import _native, checks
from spikecore.errors import BusyError, InternalError, NetworkError, PoisonedError
from spikecore.grid import Grid
from spikecore.population import Population, Recorder
from spikecore.progress import run_progress
from spikecore.result import Result, Samples, Span

__all__ = ["Machine", "Synapses"]


@dataclass(frozen=True, eq=False)
class Synapses:
    """The synapses between two populations, in the order of the store.

    Attributes
    ----------
    sources, targets : ndarray of uint32, shape (n,)
        Indices within the source and the target population.
    weights : ndarray of float64, shape (n,)
        In pA, or mV for delta synapses, as the store holds them.
    delays : ndarray of float64, shape (n,)
        In ms.
    """

    sources: NDArray[np.uint32]
    targets: NDArray[np.uint32]
    weights: NDArray[np.float64]
    delays: NDArray[np.float64]

    def __len__(self) -> int:
        """Return the number of synapses."""
        return len(self.sources)


@dataclass
class _Snapshot:
    """The cumulative counters at one moment."""

    tick: int
    counts: NDArray[np.uint64]
    statistics: dict[str, Any]


class Machine:
    """A compiled network; made by `Network.compile`.

    Its clock goes on from call to call: ``run(60.0)`` and ``run(40.0)`` give the spikes of
    ``run(100.0)``. At most one thread may use it at a time.

    Examples
    --------
    >>> import spikecore as sc
    >>> net = sc.Network(dt=0.1, seed=1)
    >>> exc = net.population(10, sc.LIF(i_e=400.0), name="exc")
    >>> machine = net.compile(workers=1)
    >>> result = machine.run(100.0)
    >>> machine.time
    100.0
    """

    def __init__(
        self,
        native: _native.Machine,
        grid: Grid,
        populations: tuple[Population, ...],
        recorders: tuple[Recorder, ...],
        recorded: tuple[Population, ...],
    ) -> None:
        self._native = native
        self._grid = grid
        self._populations = populations
        self._recorders = recorders
        self._recorded = recorded
        self._lock = threading.Lock()
        self._last: Result | None = None

    def __repr__(self) -> str:
        """Show the size and the time."""
        neurons = sum(population.size for population in self._populations)
        return f"Machine({neurons:,} neurons, {len(self._populations)} populations)"

    @property
    def time(self) -> float:
        """Biological time since the start in ms."""
        return float(self._grid.ms(self._native.now()))

    @property
    def statistics(self) -> dict[str, Any]:
        """All counters and timers of the engine since compilation."""
        return self._native.statistics()

    def run(self, duration: float, progress: bool = False) -> Result:
        """Run for a time and return what happened in it.

        Parameters
        ----------
        duration : float
            Biological time in ms, > 0 and on the grid.
        progress : bool
            Show progress on a terminal.

        Returns
        -------
        Result
            Spikes, samples and counters of this run alone.

        Raises
        ------
        NetworkError
            If the duration is off the grid or not above 0.
        BusyError
            If another thread, or the code that was interrupted, is using this machine.
        KeyboardInterrupt
            On Ctrl-C. All cores have stopped at one tick; `result` returns what happened until
            then, and `run` goes on with the spikes of an unbroken run.
        """
        ticks = self._grid.ticks("run", "duration", duration, low=1)
        if not self._lock.acquire(blocking=False):
            msg = "this machine is running in another thread or in the code that was interrupted"
            raise BusyError(msg)
        try:
            return self._run(ticks, float(duration), progress)
        finally:
            self._lock.release()

    def result(self) -> Result:
        """Return what happened in the last run, which may have been interrupted.

        Raises
        ------
        NetworkError
            If nothing has been run yet.
        """
        if self._last is None:
            msg = "nothing has been run yet; call run(duration) first"
            raise NetworkError(msg)
        return self._last

    def state(self, population: Population, variable: str = "v") -> NDArray[np.float64]:
        """Return a state variable of every neuron of a population, now.

        Parameters
        ----------
        population : Population
            Not a spike source.
        variable : {"v", "i_syn", "i_exc", "i_inh"}
            As for `Network.record`.

        Returns
        -------
        ndarray of float64, shape (size,)
            In mV or pA, by neuron.

        Raises
        ------
        NetworkError
            If the population has no such variable.
        """
        self._check_known(population)
        checks.choice(population.name, "variable", variable, population.model.variables)
        return self._native.state(population.index, variable)

    def synapses(self, source: Population, target: Population) -> Synapses:
        """Return all synapses from one population to another, as the stores hold them.

        Parameters
        ----------
        source, target : Population
            Populations of the network.

        Returns
        -------
        Synapses
            Arrays of sources, targets, weights and delays.
        """
        self._check_known(source)
        self._check_known(target)
        sources, targets, weights, ticks = self._native.synapses(source.index, target.index)
        return Synapses(sources, targets, weights, self._grid.ms(ticks))

    def out_degrees(self, population: Population) -> NDArray[np.uint64]:
        """Return the number of outgoing synapses of every neuron, shape (size,)."""
        self._check_known(population)
        degrees = self._native.out_degrees()
        return degrees[population.first : population.first + population.size]

    def bare_scatter(self, events: int = 20_000_000) -> list[float]:
        """Measure the limit of delivery: a bare loop over the same packed synapses.

        Parameters
        ----------
        events : int
            Synaptic events per worker, ≥ 1.

        Returns
        -------
        list of float
            ns per event, one value per worker; the machine's state is not touched.
        """
        return self._native.bare_scatter(checks.count("", "events", events, low=1, high=2**40))

    def _run(self, ticks: int, duration_ms: float, progress: bool) -> Result:
        before = self._snapshot()
        start = time.perf_counter()
        try:
            with run_progress(progress, duration_ms, self._grid.dt) as report:
                start = time.perf_counter()
                self._native.run(ticks, report)
                real_s = time.perf_counter() - start
        except BaseException:
            real_s = time.perf_counter() - start
            with suppress(PoisonedError, InternalError):
                self._last = self._collect(before, real_s)
            raise
        self._last = self._collect(before, real_s)
        return self._last

    def _snapshot(self) -> _Snapshot:
        native = self._native
        return _Snapshot(native.now(), native.spike_counts(), native.statistics())

    def _collect(self, before: _Snapshot, real_s: float) -> Result:
        after = self._snapshot()
        span = Span(
            grid=self._grid,
            start_tick=before.tick,
            stop_tick=after.tick,
            real_s=real_s,
            counts=after.counts - before.counts,
            before=before.statistics,
            after=after.statistics,
        )
        spikes = self._native.take_spikes()
        samples = {recorder: self._samples(recorder) for recorder in self._recorders}
        return Result(span, self._populations, self._recorded, spikes, samples)

    def _samples(self, recorder: Recorder) -> Samples:
        ticks, values = self._native.take_samples(recorder.index)
        table = np.asarray(values).reshape(len(ticks), len(recorder.neurons))
        return Samples(self._grid.ms(ticks), recorder.neurons, table)

    def _check_known(self, population: Any) -> None:
        if not isinstance(population, Population):
            msg = f"expected a Population, not {population!r}"
            raise TypeError(msg)
        index = population.index
        if index >= len(self._populations) or self._populations[index] is not population:
            known = ", ".join(repr(one.name) for one in self._populations)
            msg = f"population {population.name!r} is not of this machine, which has: {known}"
            raise NetworkError(msg, population=population.name, value=population, allowed=known)
