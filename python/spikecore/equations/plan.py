"""What a program computes, as values: the states after a step and after a reset, and what can be read.

The order of a tick is that of NEST: integrate, add the weights that arrived, put held variables back where the neuron
is refractory, test the threshold, reset. Threshold and reset see the time at the end of the step.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spikecore.equations.checked import Checked
from spikecore.equations.expression import Apply, Expression, Name, names
from spikecore.equations.lower import Moment, refused
from spikecore.equations.methods import NOISE, Model, States, draws, stepped
from spikecore.equations.values import Call, Constant, Leaf, Value, Values

__all__ = ["Plan", "Targets"]

_CURRENT = " current"
"""The register of the current, by a name that no text can have."""
_LONGEST = 2**16 - 1
"""Ticks of the longest refractory time, which the engine counts in 16 bits."""


@dataclass(frozen=True)
class Targets:
    """What stands in states at the end of a section, as values."""

    states: dict[Leaf, Value]
    fires: Value | None


class Plan:
    """The values of one model.

    Parameters
    ----------
    checked : Checked
    values : Values
        Those of the program.
    dt : float
        A tick in ms.

    Attributes
    ----------
    leaves, hidden : dict of str to Leaf
        The registers of variables, and of definitions that need the time, the current or a draw.
    fires, free : Leaf
        Who spikes, and who is not refractory; `free` is None where nobody ever is.
    """

    def __init__(self, checked: Checked, values: Values, dt: float) -> None:
        self.checked, self.values, self.dt = checked, values, dt
        _check(checked)
        self.refractory = _ticks(checked, values, dt)
        self.leaves = {variable.name: values.leaf("state", i) for i, variable in enumerate(checked.variables)}
        time, current = values.leaf("time"), values.leaf("current")
        self.start = Moment(values, self._names(time, current), self._definitions(), _shared(checked))
        self.free: Leaf | None = None if self.refractory is None else values.leaf("free")
        self.inputs = [variable for variable in checked.variables if variable.is_input]
        self.hidden = self._hidden()
        self.fires = values.leaf("fires")

    def _names(self, time: Value, external: Value) -> States:
        known: States = dict(self.leaves)
        known |= {parameter.name: self.values.constant(parameter.value) for parameter in self.checked.parameters}
        known |= {"t": time, _CURRENT: external}
        current = self.checked.current
        if current in known:
            known[current] = self.values.total([(1.0, known[current]), (1.0, external)])
        elif current is not None and current not in {definition.name for definition in self.checked.definitions}:
            known[current] = external
        return known

    def _definitions(self) -> dict[str, Expression]:
        meanings = {definition.name: definition.expression for definition in self.checked.definitions}
        if self.checked.current in meanings:
            current = self.checked.current
            meanings[current] = Apply("add", (meanings[current], Name(_CURRENT)))
        return meanings

    def _hidden(self) -> dict[str, Leaf]:
        """Return registers for definitions that need the time, the current or a draw."""
        found: dict[str, Leaf] = {}
        marked = {"t", *([self.checked.current] if self.checked.current else [])}
        for definition in self.checked.definitions:
            inside = names(definition.expression)
            if NOISE in inside or (inside & _noisy(self.checked)):
                continue
            if inside & marked or definition.name in marked or draws(definition.expression):
                marked.add(definition.name)
                found[definition.name] = self.values.leaf("state", len(self.leaves) + len(found))
        return found

    def readable(self) -> dict[str, Value]:
        """Return definitions that states and parameters tell."""
        noisy = _noisy(self.checked)
        known = [definition.name for definition in self.checked.definitions]
        return {name: self.start.name(name) for name in known if name not in self.hidden and name not in noisy}

    def initial(self, name: str) -> float | NDArray[np.float64]:
        """Return a hidden definition at tick 0 without current; 0 where it needs a draw or is no finite number."""
        known = self._names(self.values.zero, self.values.zero)
        known |= {variable.name: self.values.constant(variable.initial) for variable in self.checked.variables}
        value = Moment(self.values, known, self._definitions()).name(name)
        if not isinstance(value, Constant) or not np.all(np.isfinite(value.value)):
            return 0.0
        return value.value if value.value.ndim else float(value.value)

    def step(self) -> Targets:
        """Return the states after integration and input, and who fires."""
        checked, values = self.checked, self.values
        new = stepped(Model(checked, values, self.start, self.free, self.dt))
        for index, variable in enumerate(self.inputs):
            name, leaf = variable.name, self.leaves[variable.name]
            free = self.free if variable.is_held else None
            moved = new[name] if free is None else _unselected(new[name], free)
            arrived = values.total([(1.0, moved), (1.0, values.leaf("input", index))])
            new[name] = arrived if free is None else values.call("select", free, arrived, leaf)
        end = {name: values.whole(value) for name, value in new.items()}
        after = values.total([(1.0, self.start.name("t")), (self.dt, values.unit)])
        moment = self.start.after({**end, "t": after})
        states = {self.leaves[name]: value for name, value in new.items() if value is not self.leaves[name]}
        states |= {leaf: moment.name(name) for name, leaf in self.hidden.items()}
        if checked.threshold is None:
            return Targets(states, None)
        fires = moment.value(checked.threshold)
        return Targets(states, fires if self.free is None else values.call("and", fires, self.free))

    def reset(self) -> Targets:
        """Return the states after the statements of the reset, each of which sees those before it."""
        values = self.values
        after = values.total([(1.0, self.start.name("t")), (self.dt, values.unit)])
        moment = self.start.after({**self.leaves, "t": after})
        changed: set[str] = set()
        for assignment in self.checked.reset:
            moment = moment.after({assignment.name: moment.value(assignment.expression)})
            changed.add(assignment.name)
        depends = {definition.name: names(definition.expression) for definition in self.checked.definitions}
        for name, inside in depends.items():
            if inside & changed:
                changed.add(name)
        leaves = {**self.leaves, **self.hidden}
        states = {
            leaf: values.call("select", self.fires, moment.name(name), leaf)
            for name, leaf in leaves.items()
            if name in changed and self.checked.threshold is not None
        }
        return Targets({leaf: value for leaf, value in states.items() if value is not leaf}, None)


def _check(checked: Checked) -> None:
    """Refuse arrays of several sizes, and a current that is added to a state."""
    sizes = {parameter.name: np.size(parameter.value) for parameter in checked.parameters if np.ndim(parameter.value)}
    first = next(iter(sizes), "")
    for name, size in sizes.items():
        if size != sizes[first]:
            msg = f"{name} has {size} values and {first} has {sizes[first]}, allowed: one size, that of the population"
            raise refused(msg)
    if checked.current in {variable.name for variable in checked.variables}:
        msg = (
            f"currents cannot be added to the state variable {checked.current}, allowed: a definition, or a name alone"
        )
        raise refused(msg)


def _noisy(checked: Checked) -> set[str]:
    noisy: set[str] = set()
    for definition in checked.definitions:
        if names(definition.expression) & {NOISE, *noisy}:
            noisy.add(definition.name)
    return noisy


def _unselected(value: Value, free: Leaf) -> Value:
    """Return what a held variable would be if it were free."""
    if isinstance(value, Call) and value.operation == "select" and value.operands[0] is free:
        return value.operands[1]
    return value


def _shared(checked: Checked) -> frozenset[str]:
    """Return the definitions that derivatives use more than once, themselves or through others."""
    meanings = {definition.name: definition.expression for definition in checked.definitions}
    counts: dict[str, int] = {}
    waiting = [variable.derivative for variable in checked.variables]
    while waiting:
        expression = waiting.pop()
        for name in _occurrences(expression):
            if name in meanings:
                counts[name] = counts.get(name, 0) + 1
                if counts[name] == 1:
                    waiting.append(meanings[name])
    return frozenset(name for name, count in counts.items() if count > 1)


def _occurrences(expression: Expression) -> list[str]:
    if isinstance(expression, Name):
        return [expression.name]
    if isinstance(expression, Apply):
        return [name for operand in expression.operands for name in _occurrences(operand)]
    return []


def _ticks(checked: Checked, values: Values, dt: float) -> int | NDArray[np.int64] | None:
    """Return the refractory time in ticks; None where it is 0."""
    if checked.refractory is None:
        return None
    parameters = {parameter.name: values.constant(parameter.value) for parameter in checked.parameters}
    meanings = {definition.name: definition.expression for definition in checked.definitions}
    time = Moment(values, parameters, meanings).value(checked.refractory)
    assert isinstance(time, Constant), "invariant: the refractory time depends on parameters alone"
    exact = time.value / dt
    ticks = np.rint(exact)
    slack = np.maximum(1e-6, 4.0 * np.finfo(np.float64).eps * np.abs(ticks))
    is_bad = ~((ticks >= 0) & (ticks <= _LONGEST) & (np.abs(exact - ticks) <= slack))
    if np.any(is_bad):
        whose = f" of neuron {int(np.flatnonzero(is_bad)[0])}" if is_bad.ndim else ""
        shown = float(time.value[is_bad][0] if is_bad.ndim else time.value)
        allowed = f"multiples of dt = {dt:.12g} ms, 0 … {_LONGEST} ticks"
        raise refused(f"the refractory time{whose} is {shown:.12g} ms, allowed: {allowed}", checked.refractory)
    if not np.any(ticks):
        return None
    return ticks.astype(np.int64) if ticks.ndim else int(ticks)
