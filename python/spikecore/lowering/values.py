"""Weights, delays and initial potentials in the border's form: numbers, distributions, and arrays of one each."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from spikecore import checks
from spikecore.arrays import is_array, rounding
from spikecore.distributions import Normal, Uniform, law_to_native
from spikecore.grid import MAX_DELAY_TICKS, Grid
from spikecore.lowering.law import NativeValue

__all__ = ["delay_to_native", "initial_to_native", "weight_to_native"]


def weight_to_native(owner: str, value: Any, size: int | None, receptor: str | None) -> NativeValue:
    """Return a weight (pA, or mV for delta synapses) in the border's form."""
    if isinstance(value, Normal) and value.sd and receptor is None:
        return law_to_native(value, keeps_sign=True)
    return _to_native(owner, "weight", value, size)


def initial_to_native(owner: str, parameter: str, value: Any, size: int) -> NativeValue:
    """Return the values of a state variable at t = 0, in its unit, in the border's form."""
    return _to_native(owner, parameter, value, size)


def delay_to_native(owner: str, value: Any, size: int | None, grid: Grid) -> NativeValue:
    """Return a delay in the border's form, in ms, arrays in ticks; the engine rounds draws to the grid."""
    if isinstance(value, Normal | Uniform):
        return law_to_native(value)
    if is_array(value):
        delays, own = _one_each(owner, "delay", value, size), rounding(value)
        ticks = grid.tick_array(owner, "delay", delays, low=1, high=MAX_DELAY_TICKS, dtype=np.uint16, rounding=own)
        return ("ticks", ticks)
    grid.ticks(owner, "delay", value, low=1, high=MAX_DELAY_TICKS)
    return ("constant", float(value))


def _to_native(owner: str, parameter: str, value: Any, size: int | None) -> NativeValue:
    if isinstance(value, Normal) and value.sd == 0.0:
        return ("constant", value.span()[0])
    if isinstance(value, Normal | Uniform):
        return law_to_native(value)
    if is_array(value):
        return ("array", _one_each(owner, parameter, value, size))
    return ("constant", checks.real(owner, parameter, value))


def _one_each(owner: str, parameter: str, value: Any, size: int | None) -> NDArray[np.float64]:
    if size is None:
        allowed = (
            "a number or a distribution: an array needs a rule that says which synapse is which "
            "(OneToOne, AllToAll, Pairs)"
        )
        checks.refuse(owner, parameter, "an array", allowed)
    return checks.shaped(owner, parameter, value, (size,), fresh=False)
