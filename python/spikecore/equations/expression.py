"""Expressions of equations: numbers, names, and operations on them.

Nodes compare and hash by structure; where they stand in the text and the unit of a number do not count.
"""

from dataclasses import dataclass, field

from spikecore.equations.units import NONE, Powers

__all__ = ["OPERATIONS", "Apply", "Expression", "Name", "Number", "names"]

OPERATIONS = {
    **dict.fromkeys(("neg", "not", "exp", "log", "expm1", "log1p", "exprel", "sqrt", "sin", "cos", "tanh", "abs"), 1),
    **dict.fromkeys(("add", "sub", "mul", "div", "pow", "lt", "le", "gt", "ge", "eq", "ne", "and", "or"), 2),
    **dict.fromkeys(("min", "max"), 2),
    **dict.fromkeys(("where", "clip"), 3),
    **dict.fromkeys(("rand", "randn"), 0),
}
"""Every operation and how many operands it takes."""

Place = tuple[int, int]
"""Line and column in a text, both from 1."""


@dataclass(frozen=True)
class Number:
    """A number in base units (ms, mV, pA), and which these are."""

    value: float
    at: Place | None = field(default=None, compare=False)
    powers: Powers = field(default=NONE, compare=False)


@dataclass(frozen=True)
class Name:
    """A variable, a definition, a parameter, the time `t`, or white noise `xi`."""

    name: str
    at: Place | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Apply:
    """An operation of `OPERATIONS`.

    Each call of `rand` and `randn` has a `number` of its own, in the order of the text.
    """

    operation: str
    operands: tuple["Expression", ...] = ()
    number: int = 0
    at: Place | None = field(default=None, compare=False)


Expression = Number | Name | Apply


def names(expression: Expression) -> set[str]:
    """Return the names in an expression."""
    if isinstance(expression, Name):
        return {expression.name}
    if isinstance(expression, Apply):
        return set().union(*map(names, expression.operands))
    return set()
