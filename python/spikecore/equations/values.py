"""Values of a program before they are operations: constants, sums, products and calls, each in one normal form.

Invariants: equal normal forms are one object, so that a common subexpression is computed once. A sum has no sum among
its terms and no constant but its rest; a product has no constant, no product and no quotient among its factors. What
depends on constants alone is a constant, computed in f64. Products of sums are never expanded: that would cancel.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["FUNCTIONS", "Array", "Call", "Constant", "Leaf", "Product", "Sum", "Value", "Values", "Whole", "is_equal"]

Array = NDArray[np.float64]
"""One value, or one per neuron."""


@dataclass(frozen=True, eq=False, slots=True)
class Constant:
    """What parameters, `dt` and numbers make."""

    number: int
    value: Array


@dataclass(frozen=True, eq=False, slots=True)
class Leaf:
    """What stands in a register before the first operation: `kind` is state, input, current, free, time or fires."""

    number: int
    kind: str
    index: int


@dataclass(frozen=True, eq=False, slots=True)
class Sum:
    """Coefficients times values, and a constant."""

    number: int
    terms: tuple[tuple[Constant, "Value"], ...]
    rest: Constant


@dataclass(frozen=True, eq=False, slots=True)
class Product:
    """The product of `over`, divided by that of `under`; a power is a factor that stands there several times."""

    number: int
    over: tuple["Value", ...]
    under: tuple["Value", ...]


@dataclass(frozen=True, eq=False, slots=True)
class Call:
    """An operation that is no sum and no product. A draw has its place in the text and its substep."""

    number: int
    operation: str
    operands: tuple["Value", ...]
    place: int
    substep: int


@dataclass(frozen=True, eq=False, slots=True)
class Whole:
    """A value that several others use: sums take it as it is, and do not take it apart."""

    number: int
    value: "Value"


Value = Constant | Leaf | Sum | Product | Call | Whole


def _exprel(x: Array) -> Array:
    return np.where(x == 0.0, 1.0, np.expm1(x) / np.where(x == 0.0, 1.0, x))


def _truth(function: Callable[..., Any]) -> Callable[..., Array]:
    return lambda *operands: np.asarray(function(*operands), np.float64)


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "exp": np.exp,
    "log": np.log,
    "expm1": np.expm1,
    "log1p": np.log1p,
    "exprel": _exprel,
    "sqrt": np.sqrt,
    "sin": np.sin,
    "cos": np.cos,
    "tanh": np.tanh,
    "abs": np.abs,
    "pow": np.power,
    "min": lambda a, b: np.where(a < b, a, b),
    "max": lambda a, b: np.where(a > b, a, b),
    "lt": _truth(np.less),
    "le": _truth(np.less_equal),
    "gt": _truth(np.greater),
    "ge": _truth(np.greater_equal),
    "eq": _truth(np.equal),
    "ne": _truth(np.not_equal),
    "and": _truth(np.logical_and),
    "or": _truth(np.logical_or),
    "not": _truth(np.logical_not),
    "select": lambda c, a, b: np.where(c != 0.0, a, b),
}
"""What the operations that are no sum and no product make of constants."""

_SYMMETRIC = ("eq", "ne", "and", "or")


def is_equal(value: Array, other: float) -> bool:
    """Return whether a constant is this number for every neuron."""
    return bool(np.all(value == other)) if np.ndim(value) else bool(value == other)


class Values:
    """All values of one program."""

    def __init__(self) -> None:
        self._known: dict[tuple[Any, ...], Any] = {}
        self.zero = self.constant(0.0)
        self.unit = self.constant(1.0)

    def _made(self, kind: type, key: tuple[Any, ...], *fields: Any) -> Any:
        made = self._known.get((kind, *key))
        if made is None:
            made = self._known[(kind, *key)] = kind(len(self._known), *fields)
        return made

    def constant(self, value: Any) -> Constant:
        """Return a constant; an array of one and the same value is that value."""
        array = np.asarray(value, np.float64) + 0.0
        if array.ndim and array.size and np.all(array == array.flat[0]):
            array = np.asarray(array.flat[0])
        constant: Constant = self._made(Constant, (array.shape, array.tobytes()), array)
        return constant

    def leaf(self, kind: str, index: int = 0) -> Leaf:
        """Return what stands in a register."""
        leaf: Leaf = self._made(Leaf, (kind, index), kind, index)
        return leaf

    def whole(self, value: Value, least: int = 2) -> Value:
        """Return a value that sums do not take apart, if it is a sum of at least so many terms: to be computed once."""
        if isinstance(value, Sum) and len(value.terms) >= least:
            whole: Whole = self._made(Whole, (value.number,), value)
            return whole
        return value

    def total(self, parts: Iterable[tuple[Any, Value]]) -> Value:
        """Return the sum of coefficients times values."""
        rest: Any = 0.0
        terms: dict[Value, Any] = {}
        for factor, value in parts:
            if isinstance(value, Constant):
                rest = rest + factor * value.value
            elif isinstance(value, Sum):
                rest = rest + factor * value.rest.value
                for coefficient, term in value.terms:
                    terms[term] = terms.get(term, 0.0) + factor * coefficient.value
            else:
                terms[value] = terms.get(value, 0.0) + factor
        kept = [(self.constant(c), term) for term, c in terms.items() if not is_equal(c, 0.0)]
        constant = self.constant(rest)
        if not kept:
            return constant
        if constant is self.zero and len(kept) == 1 and kept[0][0] is self.unit:
            return kept[0][1]
        kept.sort(key=lambda pair: pair[1].number)
        total: Sum = self._made(
            Sum, (constant.number, *((c.number, term.number) for c, term in kept)), tuple(kept), constant
        )
        return total

    def scaled(self, value: Value, factor: Any) -> Value:
        """Return a value times a constant."""
        return self.total([(factor, value)])

    def parted(self, value: Value) -> tuple[Any, Value]:
        """Return a constant factor and the value without it; sums that differ in a factor alone have one form."""
        if not isinstance(value, Sum):
            return 1.0, value
        first = value.terms[0][0].value
        if len(value.terms) == 1 and value.rest is self.zero:
            return first, value.terms[0][1]
        if np.any(first == 0.0) or not all(np.array_equal(abs(c.value), abs(first)) for c, _ in value.terms):
            return 1.0, value
        inverse = 1.0 / first
        core = self.total([(c.value / first, term) for c, term in value.terms] + [(inverse, value.rest)])
        return first, core

    def product(self, over: Iterable[Value], under: Iterable[Value] = ()) -> Value:
        """Return a product of values, divided by values; constants among the divisors are not zero."""
        factor: Any = 1.0
        above: list[Value] = []
        below: list[Value] = []
        for values, here, there in ((over, above, below), (under, below, above)):
            for value in values:
                if isinstance(value, Constant):
                    constant: Any = value.value
                    core: Value = self.unit
                else:
                    constant, core = self.parted(value)
                factor = factor * constant if here is above else factor / constant
                if isinstance(core, Product):
                    here.extend(core.over)
                    there.extend(core.under)
                elif core is not self.unit:
                    here.append(core)
        if not above and not below:
            return self.constant(factor)
        if len(above) == 1 and not below:
            return self.scaled(above[0], factor)
        above.sort(key=lambda value: value.number)
        below.sort(key=lambda value: value.number)
        key = (len(above), *(value.number for value in (*above, *below)))
        return self.scaled(self._made(Product, key, tuple(above), tuple(below)), factor)

    def call(self, operation: str, *operands: Value, place: int = 0, substep: int = 0) -> Value:
        """Return an operation on values, folded where they are constants."""
        constants = [operand.value for operand in operands if isinstance(operand, Constant)]
        if operands and len(constants) == len(operands):
            return self.constant(FUNCTIONS[operation](*constants))
        if operation == "select":
            condition, then, otherwise = operands
            if then is otherwise:
                return then
            if isinstance(condition, Constant) and condition.value.ndim == 0:
                return then if condition.value else otherwise
        if operation in _SYMMETRIC:
            operands = tuple(sorted(operands, key=lambda value: value.number))
        key = (operation, place, substep, *(value.number for value in operands))
        call: Call = self._made(Call, key, operation, operands, place, substep)
        return call
