"""Weights, delays and initial potentials in the border's form: numbers, distributions, and arrays of one each."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from spikecore import checks
from spikecore.arrays import is_array, rounding
from spikecore.distributions import Normal, Uniform
from spikecore.grid import MAX_DELAY_TICKS, Grid
from spikecore.lowering.law import NativeValue

__all__ = ["delay_to_native", "potential_to_native", "weight_to_native"]


def weight_to_native(owner: str, value: Any, size: int | None, receptor: str | None) -> NativeValue:
    """Return a weight (pA, or mV for delta synapses) in the border's form."""
    if isinstance(value, Normal) and receptor is None and value.low is None and value.high is None:
        if value.mean > 0.0:
            value = Normal(value.mean, value.sd, low=0.0, clip=value.clip)
        elif value.mean < 0.0:
            value = Normal(value.mean, value.sd, high=0.0, clip=value.clip)
    return _to_native(owner, "weight", value, size)


def potential_to_native(owner: str, value: Any, size: int) -> NativeValue:
    """Return initial potentials (mV) in the border's form."""
    return _to_native(owner, "v_init", value, size)


def delay_to_native(owner: str, value: Any, size: int | None, grid: Grid) -> NativeValue:
    """Return a delay in the border's form, in ms, given ones in ticks; the engine rounds draws to the grid."""
    if isinstance(value, Normal | Uniform):
        return _delay_distribution(owner, value, grid)
    if is_array(value):
        delays, own = _one_each(owner, "delay", value, size), rounding(value)
        ticks = grid.tick_array(owner, "delay", delays, low=1, high=MAX_DELAY_TICKS, dtype=np.uint16, rounding=own)
        return ("ticks", ticks)
    grid.ticks(owner, "delay", value, low=1, high=MAX_DELAY_TICKS)
    return ("constant", float(value))


def _delay_distribution(owner: str, value: Normal | Uniform, grid: Grid) -> NativeValue:
    dt = grid.dt
    low, high = value.span() if isinstance(value, Normal) else (value.low, value.high)
    longest = MAX_DELAY_TICKS * dt
    if low < dt / 2 * (1.0 - 1e-9) or high > longest * (1.0 + 1e-9):
        allowed = (
            f"distributions that stay within {dt:g} … {longest:g} ms after rounding: give low= "
            f"(at least {dt / 2:g} ms, which rounds to one tick) or high="
        )
        checks.refuse(owner, "delay", f"{value!r} ms", allowed)
    if isinstance(value, Uniform):
        return ("uniform", float(value.low), float(value.high))
    if value.sd == 0.0:
        return ("constant", max(round(low / dt), 1) * dt)
    bounds = value.bounds()
    return _normal(value, (max(bounds[0], dt / 2), min(bounds[1], longest)))


def _to_native(owner: str, parameter: str, value: Any, size: int | None) -> NativeValue:
    if isinstance(value, Normal) and value.sd == 0.0:
        return ("constant", value.span()[0])
    if isinstance(value, Normal):
        return _normal(value, value.bounds())
    if isinstance(value, Uniform):
        return ("uniform", float(value.low), float(value.high))
    if is_array(value):
        return ("array", checks.array(owner, parameter, _one_each(owner, parameter, value, size), fresh=False))
    return ("constant", checks.number(owner, parameter, value))


def _normal(value: Normal, bounds: tuple[float, float]) -> NativeValue:
    return ("normal", float(value.mean), float(value.sd), *bounds, "clip" if value.clip else "redraw")


def _one_each(owner: str, parameter: str, value: Any, size: int | None) -> NDArray[np.float64]:
    if size is None:
        allowed = (
            "a number or a distribution: an array needs a rule that says which synapse is which "
            "(OneToOne, AllToAll, Pairs)"
        )
        checks.refuse(owner, parameter, "an array", allowed)
    result = checks.reals(owner, parameter, value, "an array of numbers", fresh=False)
    if result.shape != (size,):
        checks.refuse(owner, f"the shape of {parameter}", f"{result.shape}", f"({size},)")
    return result
