"""Implicit projections in the border's form."""

from numbers import Real
from typing import Any

import numpy as np

from spikecore import checks, printed
from spikecore.grid import MAX_DELAY_TICKS, Grid
from spikecore.implicit import Dense, Implicit, Pooling, implicit_to_native, matrix
from spikecore.lowering.law import Law, NativeValue, Settings
from spikecore.population import Population

__all__ = ["plan"]


def plan(owner: str, ends: tuple[Population, Population], rule: Implicit, settings: Settings, grid: Grid) -> Law:
    """Return the border's arguments after the two populations, of one implicit projection."""
    name = type(rule).__name__
    if isinstance(rule, Dense):
        _check_shape(owner, ends, rule)
    delay = _one_number(owner, "delay", settings.delay, name)
    grid.ticks(owner, "delay", delay, low=1, high=MAX_DELAY_TICKS)
    weight = _weight(owner, rule, settings.weight)
    return (
        implicit_to_native(rule),
        weight,
        ("constant", delay),
        settings.receptor,
        settings.autapses,
        settings.multapses,
    )


def _check_shape(owner: str, ends: tuple[Population, Population], rule: Dense) -> None:
    """Refuse a matrix of another shape than that of its two populations; the engine sees it flat."""
    source, target = ends
    if rule.shape != (source.size, target.size):
        ends_named = f"rows are sources, {source.name!r}, columns are targets, {target.name!r}"
        allowed = f"({source.size}, {target.size}): {ends_named}"
        checks.refuse(owner, "the shape of the weights of Dense", f"{rule.shape}", allowed)


def _weight(owner: str, rule: Implicit, weight: Any) -> NativeValue:
    if isinstance(rule, Pooling):
        return ("constant", _one_number(owner, "weight", weight, "Pooling"))
    if weight is not None:
        checks.refuse(owner, "weight", "given", f"left out: {type(rule).__name__} holds the weights")
    return ("array", matrix(rule))


def _one_number(owner: str, parameter: str, value: Any, name: str) -> float:
    """Return one number for all synapses; its range is checked elsewhere."""
    if value is None:
        msg = f"{owner}: {parameter} is missing; {name} takes one number for all synapses"
        raise TypeError(msg)
    plain = isinstance(value, Real) or (isinstance(value, np.ndarray) and value.ndim == 0)
    if not plain or isinstance(value, bool):
        checks.refuse(owner, parameter, printed.value(value), f"one number for all synapses of {name}")
    return checks.real(owner, parameter, value)
