"""Expressions to values: names get their values at a moment, and what is constant is computed.

A moment is a point of the step at which the variables have values: a stage of a method, its end, or a statement of the
reset. A definition has one value at a moment. A draw is the same one at all moments of a tick.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spikecore.equations.expression import Apply, Expression, Name, Number
from spikecore.equations.values import Array, Constant, Value, Values
from spikecore.equations.written import written
from spikecore.errors import EquationError

__all__ = ["Moment", "refused"]

_SMALL = 16
"""Powers up to this one are products."""


def refused(message: str, part: Expression | None = None) -> EquationError:
    """Return the error about a part of the equations, with its line and column where they are known."""
    line, column = (getattr(part, "at", None) or (None, None)) if part is not None else (None, None)
    where = "" if line is None else f"line {line}, column {column}: "
    text = None if part is None else written(part)
    return EquationError(f"{where}{message}", line=line, column=column, text=text)


def first_bad(value: Array) -> str:
    """Return ` of neuron 3` for the first neuron whose value is not finite; empty where there is one value."""
    return f" of neuron {int(np.flatnonzero(~np.isfinite(value))[0])}" if value.ndim else ""


class Moment:
    """The values of all names at one point of a step.

    Parameters
    ----------
    values : Values
        Those of the program.
    names : mapping of str to Value
        What variables, parameters, the current and the time are worth.
    definitions : mapping of str to Expression
        Of names that are not in `names`.
    shared : collection of str, optional
        Definitions that several expressions use, to be computed once.
    """

    def __init__(
        self,
        values: Values,
        names: Mapping[str, Value],
        definitions: Mapping[str, Expression],
        shared: frozenset[str] = frozenset(),
    ) -> None:
        self.values = values
        self._names = dict(names)
        self._definitions = definitions
        self._shared = shared

    def after(self, names: Mapping[str, Value]) -> "Moment":
        """Return a later moment, at which these names have other values; definitions follow."""
        kept = {name: value for name, value in self._names.items() if name not in self._definitions}
        return Moment(self.values, {**kept, **names}, self._definitions, self._shared)

    def name(self, name: str) -> Value:
        """Return the value of a name."""
        if name not in self._names:
            value = self.value(self._definitions[name])
            self._names[name] = self.values.whole(value) if name in self._shared else value
        return self._names[name]

    def value(self, expression: Expression) -> Value:
        """Return the value of an expression."""
        if isinstance(expression, Number):
            return self.values.constant(expression.value)
        if isinstance(expression, Name):
            return self.name(expression.name)
        with np.errstate(all="ignore"):
            return self._applied(expression)

    def _applied(self, expression: Apply) -> Value:
        operation = expression.operation
        if operation in ("rand", "randn"):
            return self.values.call(operation, place=expression.number)
        if operation == "where":
            return self._where(*expression.operands)
        operands = [self.value(operand) for operand in expression.operands]
        value = self._combined(expression, operands)
        if isinstance(value, Constant) and not np.all(np.isfinite(value.value)):
            self._check(expression, value.value, operands)
        return value

    def _combined(self, expression: Apply, operands: list[Value]) -> Value:
        values, operation = self.values, expression.operation
        if operation == "add":
            return values.total([(1.0, operands[0]), (1.0, operands[1])])
        if operation == "sub":
            return values.total([(1.0, operands[0]), (-1.0, operands[1])])
        if operation == "neg":
            return values.scaled(operands[0], -1.0)
        if operation == "mul":
            return values.product(operands)
        if operation == "div":
            return self._quotient(expression, operands)
        if operation == "pow":
            return self._power(*operands)
        if operation == "clip":
            return values.call("min", values.call("max", operands[0], operands[1]), operands[2])
        if operation == "not" and getattr(operands[0], "operation", None) in ("eq", "ne"):
            comparison: Any = operands[0]
            return values.call("ne" if comparison.operation == "eq" else "eq", *comparison.operands)
        return values.call(operation, *operands)

    def _quotient(self, expression: Apply, operands: list[Value]) -> Value:
        """Return a quotient; a constant divisor is a factor: its reciprocal, rounded once."""
        below = operands[1]
        if not isinstance(below, Constant):
            return self.values.product(operands[:1], operands[1:])
        if np.any(below.value == 0.0):
            index = np.flatnonzero(below.value == 0.0)[0]
            whose = f" for neuron {int(index)}" if below.value.ndim else ""
            divisor = written(expression.operands[1])
            msg = f"{written(expression)} divides by zero: {divisor} is 0{whose}, allowed: other values"
            raise refused(msg, expression)
        if isinstance(operands[0], Constant):
            return self.values.constant(operands[0].value / below.value)
        return self.values.scaled(operands[0], 1.0 / below.value)

    def _power(self, base: Value, exponent: Value) -> Value:
        values = self.values
        if isinstance(base, Constant) or not isinstance(exponent, Constant) or exponent.value.ndim:
            return values.call("pow", base, exponent)
        power = float(exponent.value)
        whole = int(abs(power)) if abs(power) <= _SMALL else 0
        factors: list[Value] = [base] * whole
        if abs(power) > _SMALL or abs(power) - whole not in (0.0, 0.5):
            return values.call("pow", base, exponent)
        if abs(power) != whole:
            factors.append(values.call("sqrt", base))
        return values.product(factors) if power >= 0.0 else values.product((), factors)

    def _where(self, condition: Expression, then: Expression, otherwise: Expression) -> Value:
        """Return a choice; a branch that a constant condition never takes may be anything."""
        chosen = self.value(condition)
        if isinstance(chosen, Constant):
            if np.all(chosen.value != 0.0):
                return self.value(then)
            if np.all(chosen.value == 0.0):
                return self.value(otherwise)
            taken = chosen.value != 0.0
            branches = self._among(taken).value(then), self._among(~taken).value(otherwise)
            return self.values.call("select", chosen, *branches)
        return self.values.call("select", chosen, self.value(then), self.value(otherwise))

    def _among(self, taken: NDArray[np.bool_]) -> "Moment":
        """Return this moment with the parameters of some neurons for all: what others would make of it nobody reads."""
        first = int(np.flatnonzero(taken)[0])
        arrays = {
            name: self.values.constant(np.where(taken, value.value, value.value[first]))
            for name, value in self._names.items()
            if isinstance(value, Constant) and value.value.ndim and name not in self._definitions
        }
        return self.after(arrays)

    def _check(self, expression: Apply, value: Array, operands: list[Value]) -> None:
        """Refuse a constant that is no finite number although what it is made of is; an infinite parameter may stay."""
        if np.any(np.isnan(value)) or all(np.all(np.isfinite(getattr(o, "value", np.nan))) for o in operands):
            number = value[~np.isfinite(value)][0] if value.ndim else value
            msg = f"{written(expression)}{first_bad(value)} is {float(number):g}, allowed: finite numbers"
            raise refused(msg, expression)
