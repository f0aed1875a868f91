"""Neuron models in the border's form: shapes are checked here, ranges and the grid by the engine."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from spikecore import _native, checks, printed
from spikecore.keywords import unknown
from spikecore.lowering.values import initial_to_native
from spikecore.models import Equations, NeuronModel

__all__ = ["declaration", "started"]

Declare = Callable[[_native.Network], int]
"""Adds a population to the engine's description; returns its index."""


def started(owner: str, init: Mapping[str, Any] | None, v_init: Any) -> dict[str, Any]:
    """Return the values of the state at t = 0 that a caller gives: by name, and that of ``v`` by itself."""
    if init is not None and not isinstance(init, Mapping):
        checks.wrong_kind(owner, "init", "a mapping of names to values", printed.value(init))
    start = dict(init or {})
    if v_init is None:
        return start
    if "v" in start:
        checks.refuse(owner, "v_init", "given", "None: init has a value of v")
    return {**start, "v": v_init}


def declaration(owner: str, size: int, model: NeuronModel, start: Mapping[str, Any], dt: float) -> Declare:
    """Return what adds neurons of a model, with these values of the state at t = 0 where they are given."""
    for parameter, value in model.parameters().items():
        if isinstance(value, np.ndarray) and len(value) != size:
            allowed = f"({size},), one value per neuron"
            checks.refuse(owner, f"the shape of {parameter}", f"({len(value)},)", allowed)
    shown = printed.shown(owner)
    if isinstance(model, Equations):
        program = model.compiled(dt)
        for name in start:
            if name not in model.state:
                raise unknown(f"the state of {shown}", name, model.state)
        values = {name: start.get(name, model.initial(name, default)) for name, _, default in program.state}
        initial = [initial_to_native(owner, f"init of {name}", value, size) for name, value in values.items()]
        return lambda native: native.equations(shown, size, program, initial)
    for name in start:
        if name != "v":
            raise unknown(f"the state of {shown} at the start", name, ("v",))
    name, parameters = model.lowered()
    if not start:
        return lambda native: native.population(shown, size, name, parameters)
    potential = initial_to_native(owner, "v_init", start["v"], size)

    def declare(native: _native.Network) -> int:
        index = native.population(shown, size, name, parameters)
        native.initial_potential(index, potential)
        return index

    return declare
