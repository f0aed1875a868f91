"""Stimuli in the border's form: times become ticks, and the shape of amplitudes is checked."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from spikecore import _native, checks
from spikecore.grid import MAX_TICKS, Grid
from spikecore.population import Part, Population
from spikecore.stimuli import DirectCurrent, Poisson, Stimulus

__all__ = ["declaration"]

_Declaration = Callable[[_native.Network], int]


def declaration(population: Part, stimulus: Stimulus, grid: Grid) -> _Declaration:
    """Check a stimulus against its population and the grid; return what declares it to the engine."""
    start = grid.ticks(population.name, "start", stimulus.start, high=MAX_TICKS - 1)
    stop = grid.stop(population.name, stimulus.stop, start)
    if isinstance(stimulus, Poisson):
        return _poisson(population, stimulus, (start, stop))
    amplitudes = _amplitudes(population, stimulus)
    return lambda native: native.direct_current(population.index, amplitudes, start, stop)


def _poisson(population: Part, stimulus: Poisson, interval: tuple[int, int]) -> _Declaration:
    if not isinstance(population, Population):
        allowed = "DirectCurrent for a part of a population; Poisson takes whole ones"
        checks.refuse(population.name, "stimulus", "Poisson", allowed)
    return lambda native: native.poisson(population.index, stimulus.rate, stimulus.weight, *interval)


def _amplitudes(population: Part, stimulus: DirectCurrent) -> NDArray[np.float64]:
    """Return the currents in pA: one value for all, or one per neuron; 0 for those beside a part."""
    if np.ndim(stimulus.amplitude):
        own = checks.shaped(population.name, "amplitude", stimulus.amplitude, (population.size,))
    else:
        own = np.array([stimulus.amplitude], dtype=np.float64)
    if isinstance(population, Population):
        return own
    amplitudes = np.zeros(population.population.size)
    amplitudes[population.start : population.stop] = own
    return amplitudes
