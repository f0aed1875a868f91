"""Expressions read from text by Python's own grammar against a white list, with their units.

A plain number is dimensionless, a unit's name a literal. The number 0 has any unit, but 0*mV that of a voltage. What
compares is 1 or 0. Products, quotients and powers of numbers are numbers.
"""

import ast
import keyword
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import NoReturn

from spikecore import checks, printed
from spikecore.equations import hints
from spikecore.equations.depth import DEEPEST, LARGEST, measured
from spikecore.equations.expression import Apply, Expression, Name, Number
from spikecore.equations.text import Part
from spikecore.equations.units import NONE, UNITS, Powers, power, product, quotient, shown
from spikecore.errors import question

__all__ = ["FUNCTIONS", "RESERVED", "Reader"]

_DIMENSIONLESS = ("exp", "expm1", "exprel", "log", "log1p", "sin", "cos", "tanh")
_DRAWS = ("rand", "randn")
FUNCTIONS = {**dict.fromkeys((*_DIMENSIONLESS, "abs", "sqrt"), 1), **dict.fromkeys(_DRAWS, 0), "where": 3, "clip": 3}
"""Functions and how many arguments they take; `min` and `max` take two or more."""
RESERVED = {"t", "xi", "min", "max", *FUNCTIONS, *UNITS, *keyword.kwlist}
"""What no name of a model may be."""

_BINARY = {ast.Add: "add", ast.Sub: "sub", ast.Mult: "mul", ast.Div: "div", ast.Pow: "pow"}
_COMPARED = {ast.Lt: "lt", ast.LtE: "le", ast.Gt: "gt", ast.GtE: "ge", ast.Eq: "eq", ast.NotEq: "ne"}
_JOINED = re.compile(r"(?<![\w.])(?!0[xXbBoO])((?:\d[\d_]*\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)(?![eE][-+]?\d)([A-Za-z]\w*)")
"""A number with a name right behind it."""
_TOO_DEEP = f"more than {DEEPEST} operations stand in one another, allowed: {DEEPEST}; give parts names of their own"
_DIGITS = re.compile(r"[\d_]{401,}")
_HIGHEST = 12
"""The highest power of what has a unit."""
_Known = Powers | None
"""Powers of an expression; None for the number 0, which has any unit."""


@dataclass
class Reader:
    """Reads the expressions of one model.

    Attributes
    ----------
    units : mapping of str to tuple of Fraction
        The names that expressions may have.
    draws : int
        How many draws were read so far: each has a number of its own.
    """

    units: Mapping[str, Powers]
    draws: int = field(default=0)

    def read(self, part: Part, *, may_draw: bool = False, is_noisy: bool = False) -> tuple[Expression, _Known]:
        """Return an expression and its powers; it may have `rand` and `randn`, or the white noise `xi`."""
        _check_digits(part)
        try:
            tree = ast.parse(part.text, mode="eval").body
        except SyntaxError as error:
            # Python gives no column, or one in another line, where it misses something at the end.
            at = error.offset - 1 if error.offset and error.lineno == 1 else len(part.text)
            part.refuse(f"this is no expression: {error.msg}", min(at, len(part.text)))
        except (ValueError, RecursionError, MemoryError):
            part.refuse("this expression is too deep, or a number in it too long")
        try:
            expression, powers = _Reading(self, part, may_draw, is_noisy).node(tree)
        except RecursionError:
            part.refuse("this expression is too deep")
        height, size = measured(expression)
        if height > DEEPEST:
            part.refuse(_TOO_DEEP)
        if size > LARGEST:
            part.refuse(f"{size:,} operations, allowed: {LARGEST:,}")
        return expression, powers


@dataclass
class _Reading:
    reader: Reader
    part: Part
    may_draw: bool
    is_noisy: bool
    depth: int = 0

    def refuse(self, node: ast.expr, message: str) -> NoReturn:
        self.part.refuse(message, node.col_offset)

    def at(self, node: ast.expr) -> tuple[int, int]:
        return self.part.source.place(self.part.at + node.col_offset)

    def node(self, node: ast.expr) -> tuple[Expression, _Known]:
        self.depth += 1
        if self.depth > DEEPEST + 1:
            self.refuse(node, _TOO_DEEP)
        read = self.read(node)
        self.depth -= 1
        return read

    def read(self, node: ast.expr) -> tuple[Expression, _Known]:
        match node:
            case ast.Constant(value=(int() | float()) as value) if not isinstance(value, bool):
                return self.number(node, value)
            case ast.Name(id=name):
                return self.name(node, name)
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                positive, powers = self.node(operand)
                if isinstance(positive, Number):
                    return Number(-positive.value, self.at(node), positive.powers), powers
                return Apply("neg", (positive,), at=self.at(node)), powers
            case ast.UnaryOp(op=ast.UAdd(), operand=operand):
                return self.node(operand)
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return Apply("not", (self.plain(operand),), at=self.at(node)), NONE
            case ast.BinOp(left=left, op=op, right=right) if type(op) in _BINARY:
                return self.binary(node, _BINARY[type(op)], left, right)
            case ast.BoolOp(op=op, values=values):
                return self.both(
                    node, "and" if isinstance(op, ast.And) else "or", [self.plain(value) for value in values]
                )
            case ast.Compare(left=left, ops=ops, comparators=others):
                return self.compared(node, [left, *others], ops)
            case ast.Call(func=ast.Name(id=name), args=arguments, keywords=[]):
                return self.call(node, name, arguments)
        allowed = hints.node(node) or "it has + - * / **, comparisons, and or not, and functions"
        self.refuse(node, f"{self.text(node)} is not part of the language: {allowed}")

    def text(self, node: ast.expr) -> str:
        return printed.shortened(self.part.text[node.col_offset : node.end_col_offset], 60)

    def number(self, node: ast.expr, value: float) -> tuple[Expression, _Known]:
        if self.text(node)[:2].lower() in ("0x", "0b", "0o"):
            self.refuse(node, "numbers are decimal")
        try:
            number = float(value)
        except OverflowError:
            number = math.inf
        if not math.isfinite(number):
            self.refuse(node, "this number is too large, allowed: up to 1.8e308")
        return Number(number, self.at(node)), NONE if number else None

    def name(self, node: ast.expr, name: str) -> tuple[Expression, _Known]:
        if name in self.reader.units:
            return Name(name, self.at(node)), self.reader.units[name]
        if name in UNITS:
            return Number(float(UNITS[name].scale), self.at(node), UNITS[name].powers), UNITS[name].powers
        if name == "t":
            return Name(name, self.at(node)), UNITS["ms"].powers
        if name == "xi":
            if not self.is_noisy:
                self.refuse(node, "the white noise xi may stand in a derivative only")
            return Name(name, self.at(node)), (Fraction(-1, 2), Fraction(0), Fraction(0))
        if name in FUNCTIONS or name in ("min", "max"):
            self.refuse(node, f"{name} is a function: write {name}(…)")
        self.unknown(node, name)

    def unknown(self, node: ast.expr, name: str) -> NoReturn:
        instead = hints.name(name)
        if instead:
            self.refuse(node, f"there is no {name!r}: {instead}")
        meant = checks.nearest(name, (*self.reader.units, *FUNCTIONS, *UNITS, "min", "max", "t"))
        hint = question(meant) or "; a parameter needs a value in parameters=…"
        self.refuse(node, f"there is no {name!r}{hint}")

    def binary(self, node: ast.expr, operation: str, left: ast.expr, right: ast.expr) -> tuple[Expression, _Known]:
        (one, mine), (two, other) = self.node(left), self.node(right)
        result: Expression = Apply(operation, (one, two), at=self.at(node))
        if operation in ("add", "sub"):
            return result, self.same(node, mine, other)
        if operation == "pow":
            powers = self.power(node, mine, other, two)
        elif operation == "mul":
            powers = product(mine or NONE, other or NONE)
        elif other is None:
            self.refuse(node, f"{self.text(node)} divides by 0")
        else:
            powers = quotient(mine or NONE, other)
        if isinstance(one, Number) and isinstance(two, Number):
            result = self.folded(node, operation, one.value, two.value, powers)
            return result, powers if powers != NONE or result.value else None
        return result, powers

    def folded(self, node: ast.expr, operation: str, left: float, right: float, powers: _Known) -> Number:
        """Return a product, quotient or power of two numbers as the number that it is: 140*mV."""
        unit = node.right if isinstance(node, ast.BinOp) else node
        try:
            if operation == "mul" and isinstance(unit, ast.Name):
                value = UNITS[unit.id].base(left)
            else:
                value = left * right if operation == "mul" else left / right if operation == "div" else left**right
        except (OverflowError, ZeroDivisionError):
            value = math.nan
        if isinstance(value, complex) or not math.isfinite(value):
            self.refuse(node, f"{self.text(node)} is no finite number, allowed: up to 1.8e308")
        return Number(value, self.at(node), powers or NONE)

    def power(self, node: ast.expr, base: _Known, exponent: _Known, value: Expression) -> _Known:
        if exponent not in (None, NONE):
            self.refuse(node, f"an exponent in {shown(exponent)}, allowed: without a unit")
        if base in (None, NONE):
            return base
        if not isinstance(value, Number):
            self.refuse(node, f"a power of what is in {shown(base)}, allowed: a number as exponent")
        factor = Fraction(value.value).limit_denominator(_HIGHEST)
        powers = power(base, factor)
        if float(factor) != value.value or max(map(abs, powers)) > _HIGHEST:
            allowed = f"whole numbers and fractions with up to {_HIGHEST} below, and a unit up to the power {_HIGHEST}"
            self.refuse(node, f"the power {value.value:g} of what is in {shown(base)}, allowed: {allowed}")
        return powers

    def same(self, node: ast.expr, mine: _Known, other: _Known) -> _Known:
        if mine is not None and other is not None and mine != other:
            self.refuse(node, f"units differ: {shown(mine)} and {shown(other)} in {self.text(node)}")
        return other if mine is None else mine

    def plain(self, node: ast.expr) -> Expression:
        value, powers = self.node(node)
        if powers not in (None, NONE):
            self.refuse(node, f"{self.text(node)} is in {shown(powers)}, allowed: without a unit")
        return value

    def both(self, node: ast.expr, operation: str, values: list[Expression]) -> tuple[Expression, _Known]:
        first, *others = values
        for other in others:
            first = Apply(operation, (first, other), at=self.at(node))
        return first, NONE

    def compared(self, node: ast.expr, values: list[ast.expr], ops: list[ast.cmpop]) -> tuple[Expression, _Known]:
        read = [self.node(value) for value in values]
        pairs = []
        for (one, mine), (two, other), op in zip(read, read[1:], ops, strict=False):
            if type(op) not in _COMPARED:
                self.refuse(node, "only < <= > >= == != compare here")
            self.same(node, mine, other)
            pairs.append(Apply(_COMPARED[type(op)], (one, two), at=self.at(node)))
        return self.both(node, "and", list(pairs))

    def call(self, node: ast.expr, name: str, arguments: list[ast.expr]) -> tuple[Expression, _Known]:
        if name not in FUNCTIONS and name not in ("min", "max"):
            if name in self.reader.units:
                self.refuse(
                    node, f"{name} is a variable: it has no value at another time; a delay belongs to a synapse"
                )
            instead = hints.function(name)
            near = question(checks.nearest(name, (*FUNCTIONS, "min", "max")))
            self.refuse(node, f"there is no function {name!r}" + (f": {instead}" if instead else near))
        wanted = FUNCTIONS.get(name)
        if len(arguments) != wanted if wanted is not None else len(arguments) < 2:
            allowed = "two or more" if wanted is None else str(wanted)
            self.refuse(node, f"{name} has {len(arguments)} arguments, allowed: {allowed}")
        if name in _DRAWS:
            if not self.may_draw:
                self.refuse(
                    node, f"{name}() may stand in the threshold, the reset and definitions, not in a derivative"
                )
            self.reader.draws += 1
            return Apply(name, (), self.reader.draws - 1, at=self.at(node)), NONE
        if name in _DIMENSIONLESS:
            return Apply(name, (self.plain(arguments[0]),), at=self.at(node)), NONE
        if name == "where":
            condition, arguments = self.plain(arguments[0]), arguments[1:]
        read = [self.node(argument) for argument in arguments]
        powers: _Known = read[0][1]
        for _, other in read[1:]:
            powers = self.same(node, powers, other)
        values = [value for value, _ in read]
        if name in ("min", "max"):
            return self.both(node, name, values)[0], powers
        if name == "where":
            return Apply(name, (condition, *values), at=self.at(node)), powers
        if name == "sqrt" and powers is not None:
            powers = power(powers, Fraction(1, 2))
        return Apply(name, tuple(values), at=self.at(node)), powers


def _check_digits(part: Part) -> None:
    """Refuse what Python's grammar takes with a warning, or refuses without a place."""
    joined, digits = _JOINED.search(part.text), _DIGITS.search(part.text)
    if digits:
        part.refuse(f"a number of {len(digits[0]):,} digits, allowed: 400", digits.start())
    if joined:
        part.refuse(f"{joined[0]} is no number, allowed: {joined[1]}*{joined[2]}", joined.start())
