"""Stimuli in the border's form: what depends on the grid and on the size of the population is checked here."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from spikecore import _native, checks
from spikecore.grid import MAX_TICKS, Grid
from spikecore.population import Part, Population
from spikecore.stimuli import MAX_EVENTS_PER_TICK, DirectCurrent, Poisson, Stimulus

__all__ = ["declaration"]

_Declaration = Callable[[_native.Network], int]


def declaration(population: Part, stimulus: Stimulus, grid: Grid) -> _Declaration:
    """Check a stimulus against its population and the grid; return what declares it to the engine."""
    start = grid.ticks(population.name, "start", stimulus.start, high=MAX_TICKS - 1)
    stop = grid.stop(population.name, stimulus.stop, start)
    if isinstance(stimulus, Poisson):
        return _poisson(population, stimulus, grid, (start, stop))
    amplitudes = _amplitudes(population, stimulus)
    return lambda native: native.direct_current(population.index, amplitudes, start, stop)


def _poisson(population: Part, stimulus: Poisson, grid: Grid, interval: tuple[int, int]) -> _Declaration:
    if not isinstance(population, Population):
        allowed = "DirectCurrent for a part of a population; Poisson takes whole ones"
        checks.refuse(population.name, "stimulus", "Poisson", allowed)
    highest = MAX_EVENTS_PER_TICK / grid.dt * 1e3
    unit = f"Hz ({MAX_EVENTS_PER_TICK:g} events per tick)"
    rate = checks.number(population.name, "rate", stimulus.rate, low=0.0, high=highest, unit=unit)
    return lambda native: native.poisson(population.index, rate, stimulus.weight, *interval)


def _amplitudes(population: Part, stimulus: DirectCurrent) -> NDArray[np.float64]:
    """Return the currents in pA: one value for all, or one per neuron; 0 for those beside a part."""
    if isinstance(population, Population) and np.ndim(stimulus.amplitude) == 0:
        return np.array([stimulus.amplitude], dtype=np.float64)
    shape = (population.size,) if np.ndim(stimulus.amplitude) else ()
    own = checks.array(population.name, "amplitude", stimulus.amplitude, shape=shape, unit="pA")
    if isinstance(population, Population):
        return own
    amplitudes = np.zeros(population.population.size)
    amplitudes[population.start : population.stop] = own
    return amplitudes
