"""A model as a person writes it: statements in the order of the text, with signs, units and flags in columns.

Reading what is printed, with the same parameters, gives an equal model, as long as the model came from a text.
"""

from collections.abc import Iterator

from spikecore.equations.checked import Assignment, Checked, Definition, Variable
from spikecore.equations.expression import Apply, Expression, Name
from spikecore.equations.written import written

__all__ = ["equations", "printed", "refractory", "reset", "threshold"]

_SIGNS = {"add": "+=", "sub": "-=", "mul": "*=", "div": "/="}
_NEVER = (1 << 30, 0)


def printed(model: Checked) -> str:
    """Return equations, threshold, reset, refractory time and method of a model.

    Examples
    --------
    >>> from spikecore.equations.check import checked
    >>> text = "dv/dt = (-(v + 70*mV)+r*i)/(10*ms):mV" + chr(10) + "i:pA,current"
    >>> print(printed(checked(text, "v>-50*mV", "v=-70*mV", parameters={"r": (40.0, "Mohm")})))
    dv/dt = (-(v + 70*mV) + r*i)/(10*ms) : mV
    i                                    : pA, current
    threshold: v > -50*mV
    reset: v = -70*mV
    method: euler
    """
    parts = [
        ("threshold", threshold(model)),
        ("reset", reset(model)),
        ("refractory", refractory(model)),
        ("method", model.method),
        ("substeps", str(model.substeps) if model.substeps > 1 else None),
    ]
    return "\n".join([equations(model), *(f"{name}: {text}" for name, text in parts if text is not None)])


def equations(model: Checked) -> str:
    """Return the statements of a model, one in a line."""
    rows = list(_rows(model))
    name = max(len(left) for left, right, _ in rows if right)
    bodies = [f"{left:<{name}} = {right}" if right else left for left, right, _ in rows]
    width = max(map(len, bodies))
    return "\n".join(f"{body:<{width}} : {unit}" for body, (_, _, unit) in zip(bodies, rows, strict=True))


def threshold(model: Checked) -> str | None:
    """Return the condition of a spike."""
    return None if model.threshold is None else written(model.threshold)


def reset(model: Checked) -> str | None:
    """Return what a spike does, statements with semicolons between them."""
    return "; ".join(map(_assigned, model.reset)) or None


def refractory(model: Checked) -> str | None:
    """Return the refractory time."""
    return None if model.refractory is None else written(model.refractory)


def _assigned(assignment: Assignment) -> str:
    name, value = assignment.name, assignment.expression
    if isinstance(value, Apply) and value.operation in _SIGNS and value.operands[0] == Name(name):
        return f"{name} {_SIGNS[value.operation]} {written(value.operands[1])}"
    return f"{name} = {written(value)}"


def _rows(model: Checked) -> Iterator[tuple[str, str, str]]:
    """Yield what stands left and right of the sign =, and the unit with the flags."""
    stated: list[Variable | Definition] = [*model.variables, *model.definitions]
    places = {statement.name: _place(_expression(statement)) for statement in stated}
    for statement in sorted(stated, key=lambda statement: places[statement.name]):
        is_variable = isinstance(statement, Variable)
        left = f"d{statement.name}/dt" if is_variable else statement.name
        yield left, written(_expression(statement)), ", ".join([statement.unit, *_flags(statement, model)])
    if model.current is not None and model.current not in places:
        yield model.current, "", f"{model.current_unit}, current"


def _expression(statement: Variable | Definition) -> Expression:
    return statement.derivative if isinstance(statement, Variable) else statement.expression


def _flags(statement: Variable | Definition, model: Checked) -> list[str]:
    if isinstance(statement, Definition):
        return ["current"] if statement.name == model.current else []
    return ["input"] * statement.is_input + ["hold"] * statement.is_held


def _place(expression: Expression) -> tuple[int, int]:
    """Return line and column at which an expression stands; what was not read from a text stands last."""
    return expression.at or _NEVER
