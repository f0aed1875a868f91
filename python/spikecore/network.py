"""The network description: populations, projections, stimuli, recorders, then `compile`.

Every call is checked and handed to the engine on its own line, in grid units, so that the line with
the mistake is the line that raises. Rules are recorded here and expanded by `compile`, in parallel.
"""

import warnings
from collections.abc import Mapping, Sequence
from itertools import product
from typing import TYPE_CHECKING, Any, Literal, overload

import numpy as np

from spikecore import _native, advice, checks, options, printed
from spikecore.arrays import closed
from spikecore.connect import Entries, Rule, weights_of
from spikecore.declared import Declared, Extent
from spikecore.distributions import Value
from spikecore.errors import ForecastError, NetworkError, PrecisionWarning, StartWarning, UnitWarning
from spikecore.forecast import RATE, Forecast
from spikecore.grid import Grid
from spikecore.keywords import spelled
from spikecore.lowering.law import Receptor, Settings
from spikecore.lowering.models import started
from spikecore.lowering.projections import plans
from spikecore.lowering.stimuli import declaration
from spikecore.lowering.trains import source_spikes
from spikecore.machine import Machine
from spikecore.models import NeuronModel, SpikeSource
from spikecore.population import Part, Population, PopulationView, Projection, Recorder, inside, whole
from spikecore.progress import build_progress
from spikecore.stimuli import DirectCurrent, Poisson, Stimulus

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

__all__ = ["Network"]

_ONE = (Population, PopulationView, str)
"""What names neurons of one population."""


class Network(Declared):
    """A description of a spiking network.

    Parameters
    ----------
    dt : float
        Tick in ms, 1e-9 … 100.
    seed : int
        Seed of every random draw, 0 … 2^64 - 1. The same network and seed give the same spikes on
        every machine and for every number of workers.

    Raises
    ------
    NetworkError
        If `dt` or `seed` is outside its range.

    Examples
    --------
    >>> import spikecore as sc
    >>> net = sc.Network(dt=0.1, seed=1)
    >>> exc = net.population(80, sc.LIF(), name="exc")
    >>> net.connect(exc, exc, sc.FixedInDegree(8), weight=45.0, delay=1.5)
    Projection('exc' -> 'exc', FixedInDegree(k=8))
    >>> net.stimulate(exc, sc.Poisson(rate=16_000.0, weight=45.0))
    >>> result = net.compile(workers=1).run(100.0)
    """

    @spelled
    def __init__(self, dt: float = 0.1, seed: int = 0) -> None:
        super().__init__(Grid(dt), seed)

    @spelled
    def population(
        self,
        size: int,
        model: NeuronModel,
        name: str | None = None,
        v_init: "Value | None" = None,
        init: "Mapping[str, Value] | None" = None,
    ) -> Population:
        """Add a population.

        Parameters
        ----------
        size : int
            Number of neurons, ≥ 1.
        model : LIF, LIFAlpha, LIFDelta, IF, LeakyIntegrator, ALIF or Equations
            Model and parameters of its neurons; arrays among them have shape (size,).
        name : str, optional
            Unique name; ``population0``, ``population1`` … by default.
        v_init : float, Normal, Uniform or array_like of shape (size,), optional
            Potential at t = 0 in mV; `e_l` by default.
        init : mapping of str to float, Normal, Uniform or array_like of shape (size,), optional
            Values of the state at t = 0, by name, in its units; of `Equations` any variable, else ``v``.

        Returns
        -------
        Population
            The handle for everything else.

        Raises
        ------
        NetworkError
            If a value is outside its range, `t_ref` is off the grid, or the name is taken.
        TypeError
            If `model` is not a neuron model.
        """
        label = self._new_name(name)
        n = self._new_size(label, size)
        if not isinstance(model, NeuronModel) or isinstance(model, SpikeSource):
            hint = "; use net.spike_source(…)" if isinstance(model, SpikeSource) else ""
            kinds = "LIF(…), LIFAlpha(…), LIFDelta(…), IF(…), LeakyIntegrator(…), ALIF(…) or Equations(…)"
            checks.wrong_kind(label, "model", kinds, f"{printed.value(model)}{hint}")
        with checks.as_given({"v_init": v_init}):
            return self._declare(label, n, model, start=started(label, init, v_init))

    @spelled
    def spike_source(self, size: int, times: Any, name: str | None = None, *, snap: bool = False) -> Population:
        """Add a population of neurons that spike at given times.

        Parameters
        ----------
        size : int
            Number of neurons, ≥ 1.
        times : list of array_like, tuple (neurons, times), or Spikes
            A list holds one array of times per neuron; a tuple two arrays of equal length, the
            index of the neuron and the time of each spike; the spikes of a population of a result hold the
            same. Times in ms, > 0, on the grid, in any order; a neuron spikes at most once per tick. Times in
            32 bits are on the grid within their own rounding.
        name : str, optional
            Unique name.
        snap : bool
            Round each time to the nearest tick, and one below dt/2 to the first: for recorded times.

        Returns
        -------
        Population
            Can be the source of projections.

        Raises
        ------
        NetworkError
            If a time is off the grid or not after 0, an index is outside the population, a neuron has two
            spikes in one tick, or a tuple of two for two neurons leaves open which of the forms it is.

        Examples
        --------
        >>> import spikecore as sc
        >>> net = sc.Network()
        >>> net.spike_source(2, times=[[1.0, 2.5], []], name="input")
        Population('input', 2, SpikeSource)
        """
        label = self._new_name(name)
        n = self._new_size(label, size)
        rounded = checks.switch(label, "snap", snap)
        neurons, ticks = source_spikes(label, n, times, self._grid, snap=rounded)
        return self._declare(label, n, SpikeSource(), lambda index: self._native.source_spikes(index, neurons, ticks))

    @overload
    def connect(
        self,
        sources: Part | str,
        targets: Part | str,
        rule: Rule,
        *,
        weight: Value | None = None,
        delay: Value,
        receptor: Receptor | None = None,
        autapses: bool = True,
        multapses: bool = True,
    ) -> Projection: ...

    @overload
    def connect(
        self,
        sources: Part | str | Sequence[Part | str],
        targets: Part | str | Sequence[Part | str],
        rule: Rule,
        *,
        weight: Value | None = None,
        delay: Value,
        receptor: Receptor | None = None,
        autapses: bool = True,
        multapses: bool = True,
    ) -> Projection | list[Projection]: ...

    @spelled
    def connect(
        self,
        sources: "Part | str | Sequence[Part | str]",
        targets: "Part | str | Sequence[Part | str]",
        rule: "Rule",
        *,
        weight: "Value | None" = None,
        delay: "Value",
        receptor: Receptor | None = None,
        autapses: bool = True,
        multapses: bool = True,
    ) -> Projection | list[Projection]:
        """Connect every source population to every target population by a rule.

        Parameters
        ----------
        sources, targets : Population, PopulationView, str or sequence of these
            By handle or name, or a part of one, as in ``exc[:100]``. Each pair gets a projection of its own, sources in
            the outer loop. Between parts a rule makes what it makes between populations of their sizes, and indices
            of `Pairs` and matrices are within them.
        rule : rule or sparse matrix
            `OneToOne`, `AllToAll`, `Bernoulli`, `FixedInDegree`, `FixedOutDegree`,
            `FixedTotalNumber`, `Pairs`, or a matrix of shape (sources, targets) with the weights; or
            `Dense`, `Convolution` or `Pooling`, which are not expanded.
        weight : float, Normal, Uniform or array_like
            In pA (mV for `LIFDelta` targets). An array has one value per synapse: shape (n,) for
            `OneToOne` and `Pairs`, (sources, targets) for `AllToAll`. Left out with a matrix, `Dense`
            and `Convolution`; one number for `Pooling`.
        delay : float, Normal, Uniform or array_like
            In ms, dt … 65,535 dt; numbers and arrays on the grid, draws are rounded to it: a `Normal`
            needs ``low``, and dt / 2 gives the first tick its share. One number for `Dense`,
            `Convolution` and `Pooling`. With a sparse matrix of weights, a sparse matrix with the same entries
            (stored zeros are entries), an array of its shape, or one of shape (entries,).
        receptor : {"excitatory", "inhibitory"}, optional
            By default the sign of each weight picks the receptor, and a `Normal` weight without
            bounds keeps the sign of its mean. If given, weights may have any sign.
        autapses : bool
            Whether a neuron may connect to itself.
        multapses : bool
            Whether a pair may be connected more than once.

        Returns
        -------
        Projection or list of Projection
            A list if `sources` or `targets` is a sequence.

        Raises
        ------
        NetworkError
            If a value, a shape or a degree is outside its range, a delay distribution can leave
            its range, the target is a spike source, or the rule cannot honour a switch. Nothing
            is connected then.
        TypeError
            If `rule` is not a rule or `weight` is missing.
        """
        switches = checks.switch("", "autapses", autapses), checks.switch("", "multapses", multapses)
        settings = Settings(rule, weight, delay, receptor, *switches)
        parts = list(product(self._members(sources, "sources"), self._members(targets, "targets")))
        laws, ends = plans(parts, settings, self._grid)
        kept = Entries.of(rule) if hasattr(rule, "tocoo") else rule
        single = isinstance(sources, _ONE) and isinstance(targets, _ONE)

        def add() -> Projection | list[Projection]:
            with checks.as_given({"weight": weight}):
                first = self._native.projections(laws, ends)
            weights = weights_of(rule, weight)
            magnitude, bits = advice.typical(weights), advice.significant_bits(weights)
            projections = [
                Projection(whole(source), whole(target), kept, index, magnitude, bits, (source, target))
                for index, (source, target) in enumerate(parts, first)
            ]
            self._projections += projections
            return projections[0] if single else projections

        return self._alone(add)

    @spelled
    def stimulate(self, targets: "Part | str | Sequence[Part | str]", stimulus: Stimulus) -> None:
        """Give a stimulus to every neuron of the targets.

        Parameters
        ----------
        targets : Population, PopulationView, str or sequence of these
            By handle or name, or, for a direct current, a part of one; not spike sources.
        stimulus : Poisson or DirectCurrent
            What they receive; independent for each neuron.

        Raises
        ------
        NetworkError
            If a time is off the grid, an amplitude array has the wrong shape, or a target is a
            spike source.
        TypeError
            If `stimulus` is not a stimulus.
        """
        if not isinstance(stimulus, Poisson | DirectCurrent):
            checks.wrong_kind("", "stimulus", "Poisson(…) or DirectCurrent(…)", printed.value(stimulus))
        populations = self._members(targets, "targets")
        declarations = [declaration(population, stimulus, self._grid) for population in populations]
        added = [(whole(population), stimulus) for population in populations]

        def add() -> None:
            for declare in declarations:
                declare(self._native)
            self._stimuli += added

        self._alone(add)

    @spelled
    def record(
        self,
        population: "Part | str",
        variable: Literal["v", "i_syn", "i_exc", "i_inh", "eta", "theta"] = "v",
        neurons: "ArrayLike | None" = None,
        interval: float | None = None,
    ) -> Recorder:
        """Keep a state variable at an interval.

        Parameters
        ----------
        population : Population, PopulationView or str
            Whose neurons to record, by handle or name, or a part of one.
        variable : {"v", "i_syn", "i_exc", "i_inh", "eta", "theta"}
            Potential in mV or synaptic current in pA. `LIF` with equal synaptic time constants has
            ``i_syn``, with different ones ``i_exc`` and ``i_inh``; `LIFDelta` has ``v`` only. `ALIF` has
            its adaptation ``eta`` and its threshold ``theta`` in mV.
        neurons : array_like of int or of bool, optional
            Indices within the population, or within its part, or truth values of shape (size,); all by default.
        interval : float, optional
            Time between two values in ms, on the grid; `dt` by default.

        Returns
        -------
        Recorder
            The key of `Result.traces`.

        Raises
        ------
        NetworkError
            If the population has no such variable (the message says which it has), an index is
            outside the population or given twice, or the interval is off the grid.
        """
        part = self._populations.part(population)
        member = whole(part)
        wanted = checks.word(member.name, "variable", variable)
        if neurons is None:
            chosen = np.arange(part.size, dtype=np.uint32)
        else:
            chosen = checks.indices(part.name, "neurons", neurons, part.size, fresh=True, mask=True)
        chosen += np.uint32(inside(part).start)
        step = self.dt if interval is None else interval
        ticks = self._grid.ticks(member.name, "interval", step, low=1)

        def add() -> Recorder:
            index = self._native.record(member.index, wanted, chosen, ticks)
            recorder = Recorder(member, wanted, closed(chosen), float(step), index)
            self._recorders += [recorder]
            return recorder

        return self._alone(add)

    @spelled
    def forecast(
        self,
        workers: int | None = None,
        weights: Literal["f32", "q16"] | None = None,
        precision: Literal["f32", "f64"] = "f32",
        updates: Literal["auto", "dense", "event"] = "auto",
        rate: float = RATE,
    ) -> Forecast:
        """Say neurons, synapses and bytes without building anything.

        Parameters
        ----------
        workers : int, optional
            As for `compile`.
        weights : {"f32", "q16"}, optional
            As for `compile`.
        precision : {"f32", "f64"}
            As for `compile`.
        updates : {"auto", "dense", "event"}
            As for `compile`.
        rate : float
            Mean rate of the neurons in Hz, ≥ 0: spikes wait for their delays, and take memory until they are
            delivered. Spike sources have the rate of their spikes. `compile` does not count what waits; a run
            stops at a tick if it does not fit.

        Returns
        -------
        Forecast
            Prints as one line.

        Raises
        ------
        NetworkError
            If an option is unknown or the rate is below 0.
        """
        store, mode = options.weight_format(weights, precision), options.update_mode(updates)
        mean = checks.real("", "rate", rate)
        with checks.as_given({"rate": rate}):
            return self._forecast(options.workers(workers), store, mode, mean)

    @spelled
    def compile(
        self,
        workers: int | None = None,
        weights: Literal["f32", "q16"] | None = None,
        precision: Literal["f32", "f64"] = "f32",
        record_spikes: bool | Population | str | Sequence[Population | str] = True,
        updates: Literal["auto", "dense", "event"] = "auto",
        progress: bool = False,
    ) -> Machine:
        """Build the machine: expand all rules into the local weight stores of the cores.

        Parameters
        ----------
        workers : int, optional
            The most threads, 1 … 1024; the number of CPUs this process may use by default. No more are
            started than there are CPUs: each then runs several cores in turn
            (``statistics["threads"]``). The spikes do not depend on it.
        weights : {"f32", "q16"}, optional
            Format of the weights: 32-bit floats (default) or 16-bit fixed point, which is smaller
            and faster and rounds each weight to a grid of its target population.
        precision : {"f32", "f64"}
            Of state and sums; ``f64`` is for validation and short ticks, and keeps its weights in 64
            bits. ``f32`` rounds the potential at every tick: a neuron that a constant current holds
            0.3 % above rheobase fires right to the tick at dt = 0.05 … 0.1 ms, and its intervals are
            off by 0.2 % at 0.01 ms and by 2 % at 0.001 ms (tau_m 10 and 20 ms).
        record_spikes : bool, Population, str or sequence of these
            Whose spikes to keep: of all, of none, or of populations by handle or name.
        updates : {"auto", "dense", "event"}
            Update neurons in every tick (``"dense"``), or only when input arrives or a spike is
            possible (``"event"``), advancing them in closed form in between. By default the
            cheaper of the two is chosen for each block of 128 neurons; no choice depends on the workers.
            Spikes are the same unless a potential comes within rounding of the threshold; in a chaotic
            network one such spike changes all that follow: the two part after 425 ms in ``f32`` in
            ``examples/balanced_network.py``, and not within 1 s in ``f64``. `ALIF` and
            neurons that differ in their parameters are integrated in every tick; ``"event"`` refuses them.
        progress : bool
            Show progress on a terminal or in a notebook.

        Returns
        -------
        Machine
            At time 0. The network may be compiled again.

        Raises
        ------
        ForecastError
            If it does not fit in memory: nothing was allocated, or what was is given back.
        NetworkError
            If an option is unknown, ``weights`` is given together with ``precision="f64"``, or
            ``updates="event"`` with neurons that are integrated in every tick.
        """
        store = options.weight_format(weights, precision)
        n_workers = options.workers(workers)
        mode = options.update_mode(updates)
        checks.switch("", "progress", progress)
        if isinstance(record_spikes, bool | np.bool_):
            recorded = list(self._populations) if record_spikes else []
        else:
            recorded = self._populations.several(record_spikes, "record_spikes")
            recorded.sort(key=lambda population: population.index)
        if not len(self._populations):
            msg = "the network has no population; add one with net.population(…)"
            raise NetworkError(msg)
        self._alone(lambda: self._native.record_spikes([population.index for population in recorded]))
        self._advise(store)
        try:
            with build_progress(progress) as report:
                native = self._native.compile(n_workers, store, mode, progress=report)
        except ForecastError as error:
            if error.parameter is not None:  # it fitted, and then memory ended all the same
                raise
            forecast = self._forecast(n_workers, store, mode, 0.0, error.allowed)
            msg = f"{error}. {forecast}"
            raise ForecastError(msg, value=forecast.bytes, allowed=forecast.available) from None
        nouns = self.populations, tuple(self._recorders), tuple(recorded), self.projections
        return Machine(native, self._grid, *nouns, Extent(self))

    def _forecast(
        self,
        workers: int,
        store: Literal["f32", "q16", "f64"],
        updates: Literal["auto", "dense", "event"],
        rate: float,
        available: int | None = None,
    ) -> Forecast:
        self._alone(lambda: None)
        details = self._native.forecast(workers, store, updates, rate)
        room = _native.available_memory() if available is None else available
        return Forecast(details, rate, room, tuple(note for _, note in self._notes(store)))

    def _notes(self, store: str) -> list[tuple[type[Warning], str]]:
        """Return what there is to say; the engine has what is declared and no more."""
        rounding = "" if store == "f64" else advice.on_rounding(self.populations, self.dt)
        lost = advice.on_lost_weights(self._projections, self._native.lost_weights() if store == "q16" else [])
        units = advice.on_units(self.populations, self._projections, self._stimuli, self.dt)
        start = advice.on_start(self.populations, self._native.above_threshold())
        kinds = PrecisionWarning, PrecisionWarning, UnitWarning, StartWarning
        return [(kind, note) for kind, note in zip(kinds, (rounding, lost, units, start), strict=True) if note]

    def _advise(self, store: str) -> None:
        for kind, note in self._notes(store):
            warnings.warn(note, kind, stacklevel=4)

    def _members(self, populations: Any, parameter: str) -> list[Part]:
        members = self._populations.several_parts(populations, parameter)
        if not members:
            checks.refuse("", parameter, "empty", "at least one population")
        return members
