"""From the text of a model to `Checked`: names, cycles, units, and what may stand where.

A derivative is in the unit of its variable per ms. Where every variable is without a unit, a derivative may be without
one too, and is then meant per ms, as in Izhikevich's equations; all else is checked there as everywhere.
A threshold needs no reset; a reset or a refractory time needs a threshold. A reset changes state variables alone.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from spikecore import checks
from spikecore.equations import hints
from spikecore.equations import text as texts
from spikecore.equations.checked import Assignment, Checked, Definition, Variable
from spikecore.equations.depth import DEEPEST_MEANING, measured
from spikecore.equations.expression import Apply, Expression, Name, names
from spikecore.equations.parameters import LONGEST_NAME, parameter
from spikecore.equations.read import RESERVED, Reader
from spikecore.equations.text import Part, Source, Statement
from spikecore.equations.units import NONE, UNITS, Powers, Unit, parsed, quotient, shown
from spikecore.errors import EquationError, question

__all__ = ["METHODS", "checked"]

METHODS = ("exact", "exponential_euler", "euler", "rk2", "rk4")
"""How equations may be integrated."""
_FLAGS = ("input", "hold", "current")
_MOST_SUBSTEPS = 1_000
_TRUTHS = ("lt", "le", "gt", "ge", "eq", "ne", "and", "or", "not")
_PER_MS = UNITS["kHz"].powers


def checked(
    text: str,
    threshold: str | None = None,
    reset: str | None = None,
    refractory: str | float | None = None,
    method: str = "euler",
    substeps: int = 1,
    parameters: Mapping[str, Any] | None = None,
) -> Checked:
    """Return a model that has been read and checked; see `spikecore.Equations` for what each is.

    Raises
    ------
    EquationError
        With line and column where the text is wrong.
    """
    checks.choice("Equations", "method", method, METHODS)
    if not 1 <= checks.whole("Equations", "substeps", substeps) <= _MOST_SUBSTEPS:
        checks.refuse("Equations", "substeps", f"{substeps}", f"1 … {_MOST_SUBSTEPS}")
    return _Model(text, parameters or {}).checked(threshold, reset, refractory, method, substeps)


class _Model:
    """The statements of a text, and the units of all names."""

    def __init__(self, text: str, parameters: Mapping[str, Any]) -> None:
        self.statements = texts.statements(_source("equations", text))
        self.parameters = [parameter(name, value) for name, value in parameters.items()]
        self.units: dict[str, Powers] = {}
        self.flags = {statement.name: _flags(statement) for statement in self.statements}
        for statement in self.statements:
            _check_name(statement.at, self.units)
            self.units[statement.name] = _unit(statement).powers
        for constant, powers in self.parameters:
            if constant.name in self.units:
                message = f"the parameter {constant.name!r} is also a statement of the text"
                raise EquationError(message, text=constant.name)
            self.units[constant.name] = powers
        self.reader = Reader(self.units)
        currents = [statement for statement in self.statements if "current" in self.flags[statement.name]]
        if len(currents) > 1:
            currents[1].at.refuse("a second current, allowed: one name to which constant currents are added")
        self.current = self._current(currents[0]) if currents else None

    def _current(self, statement: Statement) -> str:
        allowed = (UNITS["pA"].powers, NONE) if self._is_dimensionless() else (UNITS["pA"].powers,)
        if self.units[statement.name] not in allowed:
            statement.unit.refuse(
                f"the current is in {statement.unit.text}, allowed: pA (1 where every variable is without a unit)"
            )
        return statement.name

    def checked(
        self, threshold: str | None, reset: str | None, refractory: str | float | None, method: str, substeps: int
    ) -> Checked:
        expressions = {statement.name: self._expression(statement, method) for statement in self.statements}
        differential = [statement for statement in self.statements if statement.is_derivative]
        if not differential:
            raise EquationError("the text has no state variable, allowed: at least one, as in 'dv/dt = -v/tau : mV'")
        meanings = [s for s in self.statements if not s.is_derivative and s.expression is not None]
        ordered = _in_order(meanings, expressions)
        condition = None if threshold is None else self._threshold(threshold)
        assignments = () if reset is None else self._reset(reset)
        pause = None if refractory is None else self._refractory(refractory)
        for given, what in ((reset, "reset"), (refractory, "refractory")):
            if given is not None and threshold is None:
                raise EquationError(f"{what} is given without a threshold, allowed: with one")
        held = self._held(condition, pause is not None)
        self._check_used([*expressions.values(), condition, pause, *(a.expression for a in assignments)])
        return Checked(
            tuple(self._variable(s, expressions[s.name], s.name in held) for s in differential),
            tuple(
                Definition(s.name, s.unit.text, expressions[s.name])  # type: ignore[arg-type]
                for s in ordered
            ),
            tuple(constant for constant, _ in self.parameters),
            self.current,
            condition,
            assignments,
            pause,
            method,
            substeps,
            "pA" if self.current is None else shown(self.units[self.current]),
        )

    def _variable(self, statement: Statement, derivative: Expression | None, is_held: bool) -> Variable:
        is_input = "input" in self.flags[statement.name]
        is_conductance = is_input and self.units[statement.name] == UNITS["nS"].powers
        assert derivative is not None
        return Variable(statement.name, statement.unit.text, derivative, is_input, is_conductance, is_held)

    def _expression(self, statement: Statement, method: str) -> Expression | None:
        if statement.expression is None:
            if "current" not in self.flags[statement.name]:
                statement.at.refuse(
                    f"{statement.name} has no meaning, allowed: '{statement.name} = …' or the flag current"
                )
            return None
        expression, powers = self.reader.read(
            statement.expression, may_draw=not statement.is_derivative, is_noisy=statement.is_derivative
        )
        if "xi" in names(expression) and method != "euler":
            statement.expression.refuse(
                f"the white noise xi is in a derivative and the method is {method}, allowed: euler"
            )
        own = self.units[statement.name]
        wanted = quotient(own, UNITS["ms"].powers) if statement.is_derivative else own
        allowed = {wanted, NONE} if statement.is_derivative and self._is_dimensionless() else {wanted}
        if powers is not None and powers not in allowed:
            of = f"the derivative of {statement.name}" if statement.is_derivative else statement.name
            statement.expression.refuse(f"{of} is in {shown(powers)}, allowed: {shown(wanted)}, by its unit")
        return expression

    def _is_dimensionless(self) -> bool:
        return all(self.units[statement.name] == NONE for statement in self.statements if statement.is_derivative)

    def _threshold(self, threshold: str) -> Expression:
        part = _whole("threshold", threshold)
        expression, _ = self.reader.read(part, may_draw=True)
        if not (isinstance(expression, Apply) and expression.operation in _TRUTHS):
            part.refuse("this is no condition, allowed: a comparison, as in 'v >= v_th'")
        return expression

    def _reset(self, reset: str) -> tuple[Assignment, ...]:
        source = _source("reset", reset)
        parts = [part.stripped() for line in texts.lines(source) for part in line.split(";")]
        return tuple(self._assignment(part) for part in parts if part.text)

    def _assignment(self, part: Part) -> Assignment:
        meant = re.match(r"([A-Za-z]\w*)\s*([-+*/]?)=(?!=)\s*", part.text)
        if meant is None:
            part.refuse("this is no assignment, allowed: NAME = …, or with += -= *= /=")
        name, sign = meant[1], meant[2]
        if name not in {statement.name for statement in self.statements if statement.is_derivative}:
            part.refuse(f"{name} is no state variable, allowed: one, since nothing else is kept")
        right = Part(part.source, part.text[meant.end() :], part.at + meant.end())
        expression, powers = self.reader.read(right, may_draw=True)
        own = self.units[name]
        wanted = NONE if sign in ("*", "/") else own
        if powers is not None and powers != wanted and sign not in ("*", "/"):
            right.refuse(f"{name} is set to what is in {shown(powers)}, allowed: {shown(wanted)}")
        if sign in ("*", "/") and powers not in (None, NONE):
            right.refuse(f"{name} is scaled by what is in {shown(powers)}, allowed: without a unit")
        if sign:
            operation = {"+": "add", "-": "sub", "*": "mul", "/": "div"}[sign]
            place = part.source.place(part.at)
            expression = Apply(operation, (Name(name, place), expression), at=place)
        return Assignment(name, expression)

    def _refractory(self, refractory: Any) -> Expression:
        if not isinstance(refractory, str):
            time = checks.magnitude("Equations", "refractory", refractory, "ms")
            if time < 0.0:
                checks.refuse("Equations", "refractory", f"{time:g}", "0 ms or more")
            refractory = f"{time!r}*ms"
        part = _whole("refractory", refractory)
        expression, powers = self.reader.read(part)
        if powers not in (None, UNITS["ms"].powers):
            part.refuse(f"the refractory time is in {shown(powers)}, allowed: ms")
        known = {constant.name for constant, _ in self.parameters}
        for name in sorted(names(expression) - known):
            part.refuse(f"{name} is no parameter, allowed: parameters alone", max(part.text.find(name), 0))
        return expression

    def _held(self, condition: Expression | None, is_refractory: bool) -> set[str]:
        marked = {name for name, flags in self.flags.items() if "hold" in flags}
        if marked or not is_refractory or condition is None:
            return marked
        state = {statement.name for statement in self.statements if statement.is_derivative}
        first = next((name for name in _named(condition) if name in state), None)
        if first is None:
            raise EquationError(
                "nothing says what keeps its value while a neuron is refractory: mark it with the flag hold"
            )
        return {first}

    def _check_used(self, expressions: Iterable[Expression | None]) -> None:
        used = set().union(*(names(expression) for expression in expressions if expression is not None))
        for constant, _ in self.parameters:
            if constant.name not in used:
                hint = question(checks.nearest(constant.name, tuple(used)))
                raise EquationError(f"the parameter {constant.name!r} is not used{hint}", text=constant.name)


def _source(what: str, text: Any) -> Source:
    checks.word("Equations", what, text)
    return Source(what, str(text))


def _whole(what: str, text: Any) -> Part:
    source = _source(what, text)
    parts = texts.lines(source)
    if len(parts) != 1:
        source.refuse(f"{len(parts)} expressions, allowed: one", 0)
    return parts[0]


def _named(expression: Expression) -> Iterable[str]:
    """Yield the names of an expression from the left."""
    if isinstance(expression, Name):
        yield expression.name
    elif isinstance(expression, Apply):
        for operand in expression.operands:
            yield from _named(operand)


def _check_name(at: Part, known: Mapping[str, Any]) -> None:
    name = at.text
    if name in known:
        at.refuse(f"a second statement about {name}, allowed: one")
    if name in UNITS:
        at.refuse(f"{name} is the name of a unit")
    if name in RESERVED:
        at.refuse(f"{name} has a meaning of its own")
    if len(name) > LONGEST_NAME:
        at.refuse(f"a name of {len(name)} characters, allowed: {LONGEST_NAME}")


def _flags(statement: Statement) -> tuple[str, ...]:
    for flag in statement.flags:
        if flag.text not in _FLAGS:
            meant = question(checks.nearest(flag.text, _FLAGS))
            flag.refuse(f"{flag.text!r} is no flag{meant or ', allowed: ' + ', '.join(_FLAGS)}")
        if flag.text in [other.text for other in statement.flags if other.at < flag.at]:
            flag.refuse(f"a second flag {flag.text}, allowed: one")
        if flag.text in ("input", "hold") and not statement.is_derivative:
            flag.refuse(f"{flag.text} belongs to a state variable, and {statement.name} is none")
        if flag.text == "current" and statement.is_derivative:
            flag.refuse("current belongs to a name that is no state variable, as in 'i_ext : pA, current'")
    return tuple(flag.text for flag in statement.flags)


def _unit(statement: Statement) -> Unit:
    unit = parsed(statement.unit.text)
    if unit is None:
        allowed = hints.unit(statement.unit.text) or f"allowed: 1, or {' '.join(UNITS)} with * / **"
        statement.unit.refuse(f"{statement.unit.text!r} is no unit here, {allowed}")
    if unit.scale != 1:
        allowed = shown(unit.powers)
        statement.unit.refuse(f"a variable is kept in base units, allowed: {allowed} (values in others are converted)")
    return unit


def _in_order(meanings: list[Statement], expressions: Mapping[str, Expression | None]) -> list[Statement]:
    """Return definitions, each after those that it uses."""
    by_name = {statement.name: statement for statement in meanings}
    uses = {name: sorted(names(expressions[name] or Name(name)) & by_name.keys()) for name in by_name}
    ordered: dict[str, Statement] = {}
    for start in by_name:
        path = [start]
        while path:
            name = path[-1]
            left = [used for used in uses[name] if used not in ordered]
            if name in ordered or not left:
                ordered[path.pop()] = by_name[name]
            elif left[0] in path:
                circle = " → ".join([*path[path.index(left[0]) :], left[0]])
                by_name[left[0]].at.refuse(f"definitions in a circle: {circle}")
            else:
                path.append(left[0])
    heights: dict[str, int] = {}
    for name, statement in ordered.items():
        heights[name] = measured(expressions[name] or Name(name), heights)[0] + 1
        if heights[name] > DEEPEST_MEANING:
            deepest = f"more than {DEEPEST_MEANING} operations stand in one another, through definitions"
            statement.at.refuse(f"{deepest}, allowed: {DEEPEST_MEANING}")
    return list(ordered.values())
