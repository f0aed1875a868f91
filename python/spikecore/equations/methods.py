"""One step of each method: the values of all variables at its end from those at its beginning.

A held variable keeps its value where a neuron is not free, in every stage, so that all others see the held value.
Between the stages of a method the time goes on; draws stay those of the tick. White noise is for `euler` alone.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from spikecore.equations import linear
from spikecore.equations.checked import Checked, Variable
from spikecore.equations.expression import Apply, Expression, names
from spikecore.equations.lower import Moment, refused
from spikecore.equations.propagate import paths, propagators
from spikecore.equations.values import Array, Constant, Value, Values
from spikecore.equations.written import written

__all__ = ["METHODS", "Model", "draws", "stepped"]

NOISE = "xi"


@dataclass(frozen=True)
class Model:
    """Checked equations with the values that a step begins with."""

    checked: Checked
    values: Values
    start: Moment
    free: Value | None
    dt: float

    def meanings(self, unknowns: set[str]) -> dict[str, Expression]:
        """Return the definitions that depend on unknowns, written out in them."""
        found: dict[str, Expression] = {}
        for definition in self.checked.definitions:
            expression = linear.substituted(definition.expression, found)
            if names(expression) & unknowns:
                found[definition.name] = expression
        return found

    def selected(self, variable: Variable, new: Value, old: Value) -> Value:
        """Return the new value of a variable, or the old one where it is held."""
        if variable.is_held and self.free is not None:
            return self.values.call("select", self.free, new, old)
        return new


States = dict[str, Value]


def draws(expression: Expression) -> list[int]:
    """Return the numbers of the draws in an expression."""
    if not isinstance(expression, Apply):
        return []
    own = [expression.number] if expression.operation in ("rand", "randn") else []
    return own + [number for operand in expression.operands for number in draws(operand)]


def _slopes(model: Model, moment: Moment) -> States:
    return {variable.name: moment.value(variable.derivative) for variable in model.checked.variables}


def _moved(model: Model, old: States, *parts: tuple[float, States]) -> States:
    """Return old values plus multiples of others; what is held stays."""
    moved = {}
    for variable in model.checked.variables:
        name = variable.name
        new = model.values.total([(1.0, old[name]), *((factor, values[name]) for factor, values in parts)])
        moved[name] = model.selected(variable, new, old[name])
    return moved


def _wholes(model: Model, states: States) -> States:
    return {name: model.values.whole(value) for name, value in states.items()}


def _multiples(model: Model, factor: float, states: States) -> States:
    """Return multiples, each computed once although it is used twice."""
    return {name: model.values.whole(model.values.scaled(value, factor)) for name, value in states.items()}


def _at(model: Model, moment: Moment, states: States, time: Value, ahead: float) -> Moment:
    """Return the moment of a stage, `ahead` ms behind `time`."""
    return moment.after({**states, "t": model.values.total([(1.0, time), (ahead, model.values.unit)])})


def _euler(model: Model, moment: Moment, old: States, h: float, substep: int) -> States:
    """Return x + h f(x); noise is a normal draw by the root of the step (Euler-Maruyama, Itô). Order 1."""
    expressions = (*(d.expression for d in model.checked.definitions), *(v.derivative for v in model.checked.variables))
    if any(NOISE in names(expression) for expression in expressions):
        place = max((number for expression in _all(model.checked) for number in draws(expression)), default=-1) + 1
        draw = model.values.call("randn", place=place, substep=substep)
        moment = moment.after({NOISE: model.values.scaled(draw, 1.0 / math.sqrt(h))})
        _check_noise(model)
    return _moved(model, old, (h, _slopes(model, moment)))


def _all(checked: Checked) -> list[Expression]:
    """Return every expression of a model."""
    single = [expression for expression in (checked.threshold, checked.refractory) if expression is not None]
    return [
        *(definition.expression for definition in checked.definitions),
        *(variable.derivative for variable in checked.variables),
        *(assignment.expression for assignment in checked.reset),
        *single,
    ]


def _check_noise(model: Model) -> None:
    meanings = model.meanings({NOISE})
    for variable in model.checked.variables:
        try:
            linear.split(linear.substituted(variable.derivative, meanings), NOISE)
        except linear.NotLinear as error:
            msg = f"d{variable.name}/dt is not linear in xi: {written(error.part)}, allowed: xi times what has no xi"
            raise refused(msg, error.part) from None


def _rk2(model: Model, moment: Moment, old: States, h: float, substep: int) -> States:
    """Return the step of the midpoint method: x + h f(x + h/2 f(x)). Order 2."""
    time = moment.name("t")
    middle = _wholes(model, _moved(model, old, (h / 2.0, _slopes(model, moment))))
    return _moved(model, old, (h, _slopes(model, _at(model, moment, middle, time, h / 2.0))))


def _rk4(model: Model, moment: Moment, old: States, h: float, substep: int) -> States:
    """Return the step of the classical Runge-Kutta method. Order 4.

    With d1 = h/2 f(x), d2 = h/2 f(x + d1), d3 = h f(x + d2), d4 = h/2 f(x + d3) it is x + (d1 + 2 d2 + d3 + d4)/3.
    """
    time = moment.name("t")
    moves: list[States] = []
    for factor, ahead in ((h / 2.0, 0.0), (h / 2.0, h / 2.0), (h, h / 2.0)):
        at = _at(model, moment, _wholes(model, _moved(model, old, (1.0, moves[-1]))), time, ahead) if moves else moment
        moves.append(_multiples(model, factor, _slopes(model, at)))
    last = _at(model, moment, _wholes(model, _moved(model, old, (1.0, moves[-1]))), time, h)
    fourth = _slopes(model, last)
    third = 1.0 / 3.0
    parts = ((third, moves[0]), (2.0 * third, moves[1]), (third, moves[2]), (h / 6.0, fourth))
    return _moved(model, old, *parts)


def _exponential_euler(model: Model, moment: Moment, old: States, h: float, substep: int) -> States:
    """Return, for dx/dt = a + b x, x exp(b h) + a h exprel(b h) with a and b at the beginning of the step. Order 1."""
    values, new = model.values, {}
    for variable in model.checked.variables:
        name, x = variable.name, old[variable.name]
        derivative = linear.substituted(variable.derivative, model.meanings({name}))
        try:
            a, b = linear.split(derivative, name)
        except linear.NotLinear as error:
            msg = (
                f"exponential_euler needs d{name}/dt linear in {name}, which {written(error.part)} is not, "
                "allowed: euler, rk2, rk4"
            )
            raise refused(msg, error.part) from None
        drive, rate = moment.value(a), values.whole(values.scaled(moment.value(b), h))
        with np.errstate(all="ignore"):
            relative = values.call("exprel", rate)
            if isinstance(rate, Constant) and isinstance(relative, Constant):
                moved = values.total([(np.exp(rate.value), x), (h * relative.value, drive)])
            elif drive is values.zero:
                moved = values.product([x, values.call("exp", rate)])
            else:
                change = values.total([(h, drive), (1.0, values.product([rate, x]))])
                moved = values.total([(1.0, x), (1.0, values.product([change, relative]))])
        new[name] = model.selected(variable, moved, x)
    return new


_OTHERS = "exponential_euler, euler, rk2, rk4"


def _linear_system(model: Model, moment: Moment) -> tuple[list[list[Array]], list[Value]]:
    """Return A and r of dx/dt = A x + r, with constant A, and r constant within a step."""
    variables = [variable.name for variable in model.checked.variables]
    meanings = model.meanings({*variables, "t"})
    rows, rests = [], []
    for variable in model.checked.variables:
        derivative = linear.substituted(variable.derivative, meanings)
        try:
            coefficients, rest = linear.combination(derivative, variables)
        except linear.NotLinear as error:
            msg = (
                f"exact needs d{variable.name}/dt linear in {error.name}, which {written(error.part)} is not, allowed: "
            )
            raise refused(f"{msg}{_OTHERS}", error.part) from None
        row = []
        for name in variables:
            coefficient = moment.value(coefficients.get(name, linear.ZERO))
            if not isinstance(coefficient, Constant):
                msg = f"exact needs constant coefficients, but {written(coefficients[name])}, by which {name} enters "
                raise refused(f"{msg}d{variable.name}/dt, is not, allowed: {_OTHERS}", derivative)
            row.append(coefficient.value)
        if "t" in names(rest):
            msg = f"exact needs d{variable.name}/dt without the time t, allowed: {_OTHERS}"
            raise refused(msg, derivative)
        rows.append(row)
        rests.append(moment.value(rest))
    return rows, rests


def _exact(model: Model, moment: Moment, old: States, h: float, substep: int) -> States:
    """Return the solution of linear equations: P x + Q r, with P = exp(A h). Exact but for rounding.

    While a variable is held, those that depend on it follow a propagator of their own.
    """
    rows, rests = _linear_system(model, moment)
    variables = model.checked.variables
    held = [i for i, variable in enumerate(variables) if variable.is_held and model.free is not None]
    size = max((a.size for row in rows for a in row if a.ndim), default=1)
    matrices = np.stack([np.stack([np.broadcast_to(a, size) for a in row], axis=-1) for row in rows], axis=-2)
    edges = np.any(matrices != 0.0, axis=0)
    new = _propagated(model, matrices, edges, rests, old, h)
    if held:
        fixed = matrices.copy()
        fixed[:, held, :] = 0.0
        fixed_edges = edges.copy()
        fixed_edges[held, :] = False
        still = [model.values.zero if i in held else rest for i, rest in enumerate(rests)]
        others = _propagated(model, fixed, fixed_edges, still, old, h)
        reached = paths(edges)
        for i, variable in enumerate(variables):
            if i in held:
                new[variable.name] = model.selected(variable, new[variable.name], old[variable.name])
            elif reached[i, held].any():
                assert model.free is not None
                choice = (new[variable.name], others[variable.name])
                new[variable.name] = model.values.call("select", model.free, *choice)
    return new


def _propagated(model: Model, matrices: Array, edges: Any, rests: list[Value], old: States, h: float) -> States:
    """Return P x + Q r, with one propagator for each distinct set of coefficients."""
    sets, whose = np.unique(matrices, axis=0, return_inverse=True)
    p, q = propagators(sets, edges, h)
    index = whose.reshape(-1) if len(sets) > 1 else np.asarray(0)
    variables = model.checked.variables
    new = {}
    for i, variable in enumerate(variables):
        parts: list[tuple[Any, Value]] = []
        for j, other in enumerate(variables):
            parts.append((p[index, i, j], old[other.name]))
            if rests[j] is not model.values.zero:
                parts.append((q[index, i, j], rests[j]))
        new[variable.name] = model.values.total(parts)
    return new


_Step = Callable[[Model, Moment, States, float, int], States]
METHODS: dict[str, _Step] = {
    "exact": _exact,
    "exponential_euler": _exponential_euler,
    "euler": _euler,
    "rk2": _rk2,
    "rk4": _rk4,
}
"""The methods by their names."""


def stepped(model: Model) -> States:
    """Return the values of all variables after one tick of integration, in substeps; a linear system needs one."""
    checked = model.checked
    if checked.method != "euler":
        for variable in checked.variables:
            if NOISE in names(linear.substituted(variable.derivative, model.meanings({NOISE}))):
                msg = f"d{variable.name}/dt contains xi, which {checked.method} does not take, allowed: euler"
                raise refused(msg, variable.derivative)
    substeps = 1 if checked.method == "exact" else checked.substeps
    h = model.dt / substeps
    moment = model.start
    old = {variable.name: moment.name(variable.name) for variable in checked.variables}
    time = moment.name("t")
    for substep in range(substeps):
        old = METHODS[checked.method](model, moment, old, h, substep)
        if substep + 1 < substeps:
            old = {name: model.values.whole(value, 1) for name, value in old.items()}  # substeps share their constants
            moment = _at(model, model.start, old, time, (substep + 1) * h)
    return old
