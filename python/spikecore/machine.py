"""The compiled network: run it, stop it, read it, go on.

A signal may interrupt Python between any two steps, so nothing is kept here that an interrupt could
lose: whether a machine is in use, and what its last run came to, is known inside the engine alone.
"""

import warnings
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Never, cast, overload

import numpy as np
from numpy.typing import NDArray

from spikecore import _native, checks, notebook, printed
from spikecore.declared import Extent
from spikecore.errors import NetworkChangedWarning, NetworkError
from spikecore.grid import Grid
from spikecore.keywords import spelled
from spikecore.lowering.inputs import of_batch, of_one, seed_list
from spikecore.population import Part, Population, Projection, Recorder, inside, whole
from spikecore.populations import Populations
from spikecore.progress import batch_progress, run_progress
from spikecore.results.batch import BatchResult
from spikecore.results.counters import BatchRecord, RunRecord, Statistics
from spikecore.results.run import Result
from spikecore.results.span import Span
from spikecore.results.synapses import Synapses
from spikecore.results.traces import trace_of
from spikecore.results.wiring import Wiring

__all__ = ["Machine"]


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
        projections: tuple[Projection, ...],
        extent: Extent | None = None,
    ) -> None:
        self._native = native
        self._grid = grid
        self._populations = Populations("machine", populations)
        self._recorders = recorders
        self._recorded = recorded
        self._last: tuple[RunRecord, Result] | None = None
        self._projections = projections
        self._wiring = Wiring(native, populations, projections)
        self._extent = extent

    def __reduce_ex__(self, protocol: Any) -> Never:
        """Refuse to be copied or pickled: two would step the same engine."""
        msg = "a Machine cannot be copied or pickled; compile its network again, or save results"
        raise TypeError(msg)

    def __repr__(self) -> str:
        """Show the size and the time."""
        neurons = sum(population.size for population in self._populations)
        return f"Machine({neurons:,} neurons, {len(self._populations)} populations)"

    def _repr_html_(self) -> str:
        return notebook.populations(repr(self), self._populations)

    @property
    def time(self) -> float:
        """Biological time since the start, or the last reset, in ms."""
        return float(self._grid.ms(self._native.now()))

    @property
    def statistics(self) -> Statistics:
        """All counters and timers of the engine since compilation, or the last reset."""
        return cast("Statistics", self._native.statistics())

    @spelled
    def run(self, duration: float, progress: bool = False) -> Result:
        """Run for a time and return what happened in it.

        Parameters
        ----------
        duration : float
            Biological time in ms, > 0 and on the grid.
        progress : bool
            Show progress on a terminal or in a notebook.

        Returns
        -------
        Result
            Spikes, traces and counters of this run alone.

        Raises
        ------
        NetworkError
            If the duration is off the grid or not above 0.
        CapacityError
            If the machine would pass 2⁴⁸ ticks, or the system gives no thread.
        ForecastError
            If what is recorded does not fit in memory: before the run where the traces are too long;
            else all cores stop at one tick, and `result` returns what happened until then.
        DivergenceError
            If a potential or current leaves the finite range. All cores have stopped at one tick; `result`
            returns what happened until then. `run` raises it again until a `reset`.
        BusyError
            If another thread, or the code that was interrupted, is using this machine.
        KeyboardInterrupt
            On Ctrl-C. All cores have stopped at one tick; `result` returns what happened until
            then, and `run` goes on with the spikes of an unbroken run.
        """
        ticks = self._grid.ticks("run", "duration", duration, low=1)
        checks.switch("", "progress", progress)
        self._warn_of_changes()
        with run_progress(progress, float(duration), self._grid.dt) as report:
            record = self._native.run(ticks, report)
        return self._result_of(cast("RunRecord", record))

    @spelled
    def reset(self, inputs: Mapping[Population | str, Any] | None = None, *, seed: int | None = None) -> None:
        """Go back to time 0, as if just compiled; the synapses stay and are not drawn again.

        The next run gives, bit for bit, what a machine gives that was compiled from a network with
        these inputs. They hold until the next `reset`; a population that is not named has what the
        network describes. What was recorded and not yet returned is dropped.

        Parameters
        ----------
        inputs : mapping of Population (or its name), optional
            For a spike source, spikes in place of those the network describes, in the forms of
            `Network.spike_source`: a list of one array of times per neuron, or a tuple (neurons,
            times), in ms on the grid, > 0. For other populations, a direct current in pA from time
            0 on, beside what stimulates them already: a number, or an array of shape (size,).
        seed : int, optional
            Seed of the Poisson stimuli in place of the network's, 0 … 2^64 - 1. Synapses and
            potentials at time 0 remain those of the network's seed.

        Raises
        ------
        NetworkError
            If an input is not of the form above, or a population is not of this machine.
        PoisonedError
            If an internal error has left the machine without a defined state. One that memory ended in the
            middle of a tick has left so is made whole.
        ForecastError
            If memory ends; the machine is poisoned then, and may be reset again.
        BusyError
            If another thread is running this machine.

        Examples
        --------
        >>> import spikecore as sc
        >>> net = sc.Network(dt=0.1)
        >>> source = net.spike_source(2, times=[[1.0], []], name="source")
        >>> machine = net.compile(workers=1)
        >>> machine.run(5.0).spikes[source].times.tolist()
        [1.0]
        >>> machine.reset({source: [[], [2.0, 3.0]]})
        >>> machine.run(5.0).spikes[source].times.tolist()
        [2.0, 3.0]
        """
        columns = of_one(inputs, self._populations, self._grid).columns
        number = None if seed is None else checks.whole("", "seed", seed)
        with checks.as_given({"seed": seed}):
            self._native.reset(columns, number)

    @spelled
    def run_batch(
        self,
        duration: float,
        inputs: Mapping[Population | str, Any] | None = None,
        *,
        states: Sequence[tuple[Population | str, str]] = (),
        seeds: Sequence[int] | None = None,
        progress: bool = False,
    ) -> BatchResult:
        """Run independent samples from time 0, each with its own input, shared out over the workers.

        Sample k gives, bit for bit, what ``reset(inputs of k, seed=seeds[k])`` and ``run(duration)``
        give, whatever the number of workers. The machine itself stays as it is: every worker runs
        whole samples on a replica, which shares the machine's synapses and has a state of its own.

        Parameters
        ----------
        duration : float
            Biological time of every sample in ms, > 0 and on the grid.
        inputs : mapping of Population (or its name), optional
            For a spike source, a list of B inputs in the forms of `Network.spike_source`, such as
            `spikecore.coding` returns. For other populations, an array of shape (B, size): direct
            current in pA, held for the whole sample. A population that is not named has in every
            sample what the network describes.
        states : sequence of (Population or its name, variable)
            Variables to be read at the end of every sample.
        seeds : sequence of B int, optional
            Seeds of the Poisson stimuli, one per sample, 0 … 2^64 - 1. By default every sample has
            the network's seed, and so the same Poisson events.
        progress : bool
            Show progress on a terminal or in a notebook.

        Returns
        -------
        BatchResult
            Counts, states, spikes and traces by sample.

        Raises
        ------
        NetworkError
            If the duration is off the grid, inputs or seeds have unequal lengths, or an input or a
            state is not of its population.
        ForecastError
            If the replicas and results do not fit in memory.
        DivergenceError
            If a potential or current of a sample leaves the finite range.
        BusyError
            If another thread is running this machine.
        KeyboardInterrupt
            On Ctrl-C, within 200 ms; the samples already run are lost.

        Examples
        --------
        >>> import spikecore as sc
        >>> net = sc.Network(dt=0.1)
        >>> pixels = net.spike_source(4, times=[[]] * 4, name="pixels")
        >>> out = net.population(2, sc.LIF(), name="out")
        >>> _ = net.connect(pixels, out, sc.AllToAll(), weight=200.0, delay=1.0)
        >>> frames = [[0.0, 0.2, 0.9, 1.0], [0.0, 0.0, 0.1, 0.0]]
        >>> machine = net.compile(workers=2)
        >>> batch = machine.run_batch(20.0, {pixels: sc.coding.latency(frames, 20.0, 0.1)}, states=[(out, "v")])
        >>> batch.spike_counts[pixels].sum(axis=1).tolist(), batch.states[out, "v"].shape
        ([3, 1], (2, 2))
        """
        ticks = self._grid.ticks("run_batch", "duration", duration, low=1)
        checks.switch("", "progress", progress)
        numbers = seed_list(seeds)
        batch = of_batch(inputs, numbers, self._populations, self._grid)
        asked = self._variables(states)
        self._warn_of_changes()
        wanted = [(population.index, variable) for population, variable in asked]
        with checks.as_given({"seeds": numbers}), batch_progress(progress, batch.samples) as report:
            record = self._native.run_batch(ticks, batch.samples, batch.columns, wanted, numbers, report)
        typed = cast("BatchRecord", record)
        return BatchResult(typed, self._grid, ticks, self._recorded, self._recorders, asked, self._wiring)

    def _variables(self, states: Any) -> list[tuple[Population, str]]:
        if isinstance(states, str) or not isinstance(states, Iterable):
            checks.wrong_kind("", "states", "a sequence of pairs (population, variable)", printed.value(states))
        states = list(states)
        for pair in states:
            if not isinstance(pair, tuple | list) or len(pair) != 2:
                msg = f"states must be a sequence of pairs (population, variable), not of {printed.value(pair)}"
                raise TypeError(msg)
        populations = [self._populations.find(key) for key, _ in states]
        variables = [checks.word("", "variable", variable) for _, variable in states]
        return list(zip(populations, variables, strict=True))

    def result(self) -> Result:
        """Return what happened in the last run, which may have been interrupted.

        Raises
        ------
        NetworkError
            If nothing has been run yet.
        BusyError
            If another thread is running this machine.
        """
        record = self._native.last_run()
        if record is None:
            msg = "nothing has been run yet; call run(duration) first"
            raise NetworkError(msg)
        return self._result_of(cast("RunRecord", record))

    @spelled
    def state(self, population: Part | str, variable: str = "v") -> NDArray[np.float64]:
        """Return a state variable of every neuron of a population, now.

        Parameters
        ----------
        population : Population, PopulationView or str
            By its handle or its name, or a part of it; not a spike source.
        variable : {"v", "i_syn", "i_exc", "i_inh", "eta", "theta"}
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
        part = self._populations.part(population)
        return self._native.state(part.index, checks.word(part.name, "variable", variable))[inside(part)]

    @overload
    def synapses(self, source: Projection) -> Synapses: ...

    @overload
    def synapses(self, source: Part | str, target: Part | str) -> Synapses: ...

    @spelled
    def synapses(self, source: Part | Projection | str, target: Part | str | None = None) -> Synapses:
        """Return the synapses of a projection, or all those from one population to another, as the stores hold them.

        Those of `Dense`, `Convolution` and `Pooling` are expanded for this call. The stores do not say of which
        projection a synapse is: those of one are drawn again, and are the same.

        Parameters
        ----------
        source : Projection, Population, PopulationView or str
            What `Network.connect` returned; or the source population, by its handle or its name, or a part of it.
        target : Population, PopulationView or str, optional
            By its handle or its name, or a part of it; left out with a projection.

        Returns
        -------
        Synapses
            Arrays of sources, targets, weights and delays; `Synapses.to_scipy` makes a matrix of them. Indices are
            within the population, or within its part that was asked for.

        Raises
        ------
        NetworkError
            If the projection or a population is not of this machine.
        TypeError
            If a population has no target, or a projection has one.
        """
        if isinstance(source, Projection):
            if target is not None:
                checks.wrong_kind("", "target", f"left out with {source!r}", printed.value(target))
            projection = self._own(source)
            ends: tuple[Part, Part] = projection.source, projection.target
            columns = self._native.synapses_of(projection.index)
        else:
            if target is None:
                checks.wrong_kind("", "target", "a Population or its name", "left out")
            ends = self._populations.part(source), self._populations.part(target)
            columns = self._native.synapses(ends[0].index, ends[1].index)
        sources, targets, weights, ticks = columns
        shape = whole(ends[0]).size, whole(ends[1]).size
        synapses = Synapses(sources, targets, weights, self._grid.ms(ticks), shape)
        return synapses.between(*map(inside, ends))

    def _own(self, projection: Projection) -> Projection:
        """Return a projection of this machine, or refuse it."""
        if projection.index >= len(self._projections) or self._projections[projection.index] is not projection:
            known = checks.listed(self._projections)
            msg = f"{projection!r} is not of this machine, which has: {known}"
            raise NetworkError(msg, parameter="source", value=projection, allowed=known)
        return projection

    def out_degrees(self, population: Part | str) -> NDArray[np.uint64]:
        """Return the number of outgoing synapses of every neuron, shape (size,).

        Parameters
        ----------
        population : Population, PopulationView or str
            By its handle or its name, or a part of it.
        """
        ids = self._populations.part(population).ids
        return self._native.out_degrees()[ids.start : ids.stop].copy()

    def bare_scatter(self, events: int = 20_000_000) -> list[float]:
        """Measure the limit of delivery: a bare loop over the same packed synapses, implicit ones left out.

        Parameters
        ----------
        events : int
            Synaptic events per worker, 1 … 2^30: some seconds.

        Returns
        -------
        list of float
            ns per event, one value per worker, nan for one that stores no synapses; the machine's state is not touched.

        Raises
        ------
        CapacityError
            If the system gives no thread.
        """
        n = checks.whole("", "events", events)
        with checks.as_given({"events": events}):
            return self._native.bare_scatter(n)

    def _warn_of_changes(self) -> None:
        """Warn once of what has been declared in the network since it was compiled."""
        added = self._extent.added() if self._extent is not None else ""
        if added:
            self._extent = None
            msg = f"since this machine was compiled its network got {added}, which the machine has not; compile again"
            warnings.warn(msg, NetworkChangedWarning, stacklevel=4)

    def _result_of(self, record: RunRecord) -> Result:
        """Return the result of what the engine says of a run; one result for one record."""
        last = self._last
        if last is None or last[0] is not record:
            span = Span(self._grid, record["before"], record["after"], *record["counts"])
            taken = record["samples"]
            traces = {key: trace_of(self._grid, key, *taken[key.index]) for key in self._recorders}
            last = self._last = record, Result(span, self._wiring, self._recorded, record["spikes"], traces)
        return last[1]
