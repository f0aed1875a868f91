"""Checked equations stepped as they are written, in numpy: what a program is held to.

No values, no operations, no registers: expressions are evaluated as trees, methods are the formulas of the textbook.
"""

import numpy as np
import scipy.linalg

from spikecore.equations.expression import Apply, Name, Number

FUNCTIONS = {
    "add": np.add,
    "sub": np.subtract,
    "mul": np.multiply,
    "div": np.divide,
    "neg": np.negative,
    "pow": np.power,
    "abs": np.abs,
    "min": np.minimum,
    "max": np.maximum,
    "lt": np.less,
    "le": np.less_equal,
    "gt": np.greater,
    "ge": np.greater_equal,
    "eq": np.equal,
    "ne": np.not_equal,
    "and": np.logical_and,
    "or": np.logical_or,
    "not": np.logical_not,
    "where": lambda c, a, b: np.where(np.asarray(c) != 0, a, b),
    "clip": lambda x, low, high: np.minimum(np.maximum(x, low), high),
    "exprel": lambda x: np.where(x == 0, 1.0, np.expm1(x) / np.where(x == 0, 1.0, x)),
}


class Plain:
    """Neurons of one model."""

    def __init__(self, checked, dt, size=1, seed=1):
        self.checked, self.dt, self.size, self.seed = checked, dt, size, seed
        self.states = {v.name: np.full(size, float(v.initial)) for v in checked.variables}
        self.parameters = {p.name: p.value for p in checked.parameters}
        self.definitions = {d.name: d.expression for d in checked.definitions}
        self.left = np.zeros(size, int)
        self.tick = 0
        self.current = 0.0
        self.propagators = {}
        if checked.refractory is not None:
            self.refractory = np.rint(self.value(checked.refractory, {}, 0.0) / dt).astype(int)

    def draw(self, name, place, substep):
        generator = np.random.default_rng([self.seed, self.tick, place, substep])
        return generator.random(self.size) if name == "rand" else generator.normal(size=self.size)

    def value(self, expression, states, t, xi=None):
        """Return an expression at these states."""
        if isinstance(expression, Number):
            return expression.value
        if isinstance(expression, Apply):
            if expression.operation in ("rand", "randn"):
                return self.draw(expression.operation, expression.number, 0)
            operands = [self.value(operand, states, t, xi) for operand in expression.operands]
            return (
                np.asarray((FUNCTIONS.get(expression.operation) or getattr(np, expression.operation))(*operands)) + 0.0
            )
        assert isinstance(expression, Name)
        name = expression.name
        known = {"t": t, "xi": xi, **states, **self.parameters}
        value = known.get(name, 0.0)
        if name in self.definitions:
            value = self.value(self.definitions[name], states, t, xi)
        return value + self.current if name == self.checked.current else value

    def slopes(self, states, t, xi=None):
        """Return all derivatives, 0 where a variable is held."""
        slopes = {}
        for variable in self.checked.variables:
            slope = self.value(variable.derivative, states, t, xi) + np.zeros(self.size)
            slopes[variable.name] = np.where(self.free, slope, 0.0) if variable.is_held else slope
        return slopes

    def moved(self, states, h, slopes):
        return {name: value + h * slopes[name] for name, value in states.items()}

    def euler(self, states, t, h, substep):
        xi = self.draw("randn", self.noise, substep) / np.sqrt(h) if self.noise is not None else None
        return self.moved(states, h, self.slopes(states, t, xi))

    noise = None
    """The place of white noise."""

    def rk2(self, states, t, h, substep):
        middle = self.moved(states, h / 2, self.slopes(states, t))
        return self.moved(states, h, self.slopes(middle, t + h / 2))

    def rk4(self, states, t, h, substep):
        k1 = self.slopes(states, t)
        k2 = self.slopes(self.moved(states, h / 2, k1), t + h / 2)
        k3 = self.slopes(self.moved(states, h / 2, k2), t + h / 2)
        k4 = self.slopes(self.moved(states, h, k3), t + h)
        return self.moved(states, h / 6, {n: k1[n] + 2 * k2[n] + 2 * k3[n] + k4[n] for n in states})

    def exponential_euler(self, states, t, h, substep):
        new = {}
        for variable in self.checked.variables:
            name = variable.name
            a, sum_ = (self.value(variable.derivative, {**states, name: np.full(self.size, x)}, t) for x in (0.0, 1.0))
            b = sum_ - a + np.zeros(self.size)
            moved = states[name] * np.exp(b * h) + a * h * FUNCTIONS["exprel"](b * h)
            new[name] = np.where(self.free, moved, states[name]) if variable.is_held else moved
        return new

    def exact(self, states, t, h, substep):
        names = list(states)
        zero = {name: np.zeros(self.size) for name in names}
        rest = self.slopes(zero, t)
        if tuple(self.free) not in self.propagators:
            columns = [self.slopes({**zero, name: np.ones(self.size)}, t) for name in names]
            matrix = np.array([[column[row] - rest[row] for column in columns] for row in names])
            whole = np.zeros((self.size, 2 * len(names), 2 * len(names)))
            whole[:, : len(names), : len(names)] = np.moveaxis(matrix, -1, 0)
            whole[:, : len(names), len(names) :] = np.eye(len(names))
            self.propagators[tuple(self.free)] = scipy.linalg.expm(whole * h)[:, : len(names)]
        start = np.array([*states.values(), *rest.values()])
        end = np.einsum("kij,jk->ik", self.propagators[tuple(self.free)], start)
        return dict(zip(names, end, strict=True))

    def step(self, current=0.0, arrived=()):
        """Advance a tick; return who spikes."""
        checked, before, t = self.checked, self.states, self.tick * self.dt
        self.current, self.free = current, self.left == 0
        substeps = 1 if checked.method == "exact" else checked.substeps
        h, states = self.dt / substeps, dict(before)
        for substep in range(substeps):
            states = getattr(self, checked.method)(states, t + substep * h, h, substep)
        inputs = [variable.name for variable in checked.variables if variable.is_input]
        for name, weight in zip(inputs, arrived or [0.0] * len(inputs), strict=True):
            states[name] = states[name] + weight
        for variable in checked.variables:
            if variable.is_held:
                states[variable.name] = np.where(self.free, states[variable.name], before[variable.name])
        end, fired = t + self.dt, np.zeros(self.size, bool)
        if checked.threshold is not None:
            fired = (self.value(checked.threshold, states, end) != 0) & self.free
        for assignment in checked.reset:
            value = self.value(assignment.expression, states, end)
            states[assignment.name] = np.where(fired, value, states[assignment.name])
        self.states = states
        self.left = np.maximum(self.left - 1, 0)
        if checked.refractory is not None:
            self.left = np.where(fired, self.refractory, self.left)
        self.tick += 1
        return fired
