"""Expressions as a person writes them: with as few parentheses as the order of operations needs.

Reading what is written gives an equal expression. Numbers are in base units, with the unit behind them.
"""

from spikecore.equations.expression import Apply, Expression, Name, Number
from spikecore.equations.units import NONE, Powers, shown

__all__ = ["number", "written"]

_COMPARED = {"lt": "<", "le": "<=", "gt": ">", "ge": ">=", "eq": "==", "ne": "!="}
_INFIX = {
    "or": (" or ", 1, 1, 2),
    "and": (" and ", 2, 2, 3),
    **{operation: (f" {sign} ", 4, 5, 5) for operation, sign in _COMPARED.items()},
    "add": (" + ", 5, 5, 6),
    "sub": (" - ", 5, 5, 6),
    "mul": ("*", 6, 6, 7),
    "div": ("/", 6, 6, 7),
    "pow": ("**", 8, 9, 7),
}
"""Signs between operands, how strongly they bind, and how strongly what stands left and right of them has to."""
_PREFIX = {"not": ("not ", 3), "neg": ("-", 7)}
_CALL = 9


def written(expression: Expression, binding: int = 0) -> str:
    """Return an expression as a user would write it, in parentheses where it binds less than is asked.

    Examples
    --------
    >>> from spikecore.equations.expression import Apply, Name, Number
    >>> written(Apply("mul", (Apply("sub", (Name("v"), Name("e_l"))), Number(0.5))))
    '(v - e_l)*0.5'
    """
    text, own = _bound(expression)
    return f"({text})" if own < binding else text


def number(value: float, powers: Powers = NONE) -> tuple[str, int]:
    """Return a number with its unit, and how strongly the two bind.

    Examples
    --------
    >>> from spikecore.equations.units import UNITS
    >>> number(-70.0, UNITS["mV"].powers)
    ('-70*mV', 6)
    """
    digits = repr(float(value)).removesuffix(".0")
    if powers == NONE:
        return digits, 7 if digits[0] == "-" else _CALL
    unit = shown(powers)
    if value == 1.0:
        return unit, 6 if "*" in unit.replace("**", "") or "/" in unit else 8 if "**" in unit else _CALL
    return (f"{digits}{unit[1:]}" if unit.startswith("1/") else f"{digits}*{unit}"), 6


def _bound(expression: Expression) -> tuple[str, int]:
    if isinstance(expression, Number):
        return number(expression.value, expression.powers)
    if isinstance(expression, Name):
        return expression.name, _CALL
    operation, operands = expression.operation, expression.operands
    chain = _chain(expression)
    if chain is not None:
        return chain, 4
    if operation in _INFIX:
        sign, own, before, behind = _INFIX[operation]
        return f"{written(operands[0], before)}{sign}{written(operands[1], behind)}", own
    if operation in _PREFIX:
        sign, own = _PREFIX[operation]
        return f"{sign}{written(operands[0], own)}", own
    if operation in ("min", "max"):
        operands = _flat(expression)
    return f"{operation}({', '.join(written(operand) for operand in operands)})", _CALL


def _flat(expression: Apply) -> tuple[Expression, ...]:
    """Return the operands of min(min(a, b), c): a, b, c."""
    first, second = expression.operands
    if isinstance(first, Apply) and first.operation == expression.operation:
        return (*_flat(first), second)
    return first, second


def _chain(expression: Expression) -> str | None:
    """Return `a < b and b < c` as a < b < c, in which b is drawn or computed once."""
    if not isinstance(expression, Apply) or expression.operation != "and":
        return None
    left, right = expression.operands
    if not (isinstance(left, Apply) and isinstance(right, Apply) and right.operation in _COMPARED):
        return None
    last = left.operands[1] if left.operation == "and" else left
    if not (isinstance(last, Apply) and last.operation in _COMPARED and last.operands[1] == right.operands[0]):
        return None
    if written(last.operands[1]) != written(right.operands[0]):  # 0*mV and 0 are equal, in different units
        return None
    text = _chain(left) if left.operation == "and" else written(left)
    return None if text is None else f"{text} {_COMPARED[right.operation]} {written(right.operands[1], 5)}"
