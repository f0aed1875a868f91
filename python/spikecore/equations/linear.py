"""The linear part of an expression in given names, found symbolically.

An expression that is linear in names x, y is `sum of coefficients times x, y, plus a rest`, where neither coefficients
nor rest contain them.
"""

from collections.abc import Collection, Mapping

from spikecore.equations.expression import Apply, Expression, Name, Number, names

__all__ = ["NotLinear", "combination", "difference", "product", "quotient", "split", "substituted", "total"]

ZERO, ONE = Number(0.0), Number(1.0)


class NotLinear(Exception):
    """An expression is not linear in a name; `part` is where that is so."""

    def __init__(self, name: str, part: Expression) -> None:
        super().__init__(name, part)
        self.name = name
        self.part = part


def total(a: Expression, b: Expression) -> Expression:
    """Return a + b."""
    if a == ZERO:
        return b
    return a if b == ZERO else Apply("add", (a, b))


def difference(a: Expression, b: Expression) -> Expression:
    """Return a - b."""
    if b == ZERO:
        return a
    return Apply("neg", (b,)) if a == ZERO else Apply("sub", (a, b))


def product(a: Expression, b: Expression) -> Expression:
    """Return a * b."""
    if ZERO in (a, b):
        return ZERO
    if a == ONE:
        return b
    return a if b == ONE else Apply("mul", (a, b))


def quotient(a: Expression, b: Expression) -> Expression:
    """Return a / b."""
    return a if a == ZERO or b == ONE else Apply("div", (a, b))


def substituted(expression: Expression, meanings: Mapping[str, Expression]) -> Expression:
    """Return an expression with names replaced by what they mean; meanings contain no name that has one."""
    if isinstance(expression, Name):
        return meanings.get(expression.name, expression)
    if isinstance(expression, Number) or not expression.operands:
        return expression
    operands = tuple(substituted(operand, meanings) for operand in expression.operands)
    return Apply(expression.operation, operands, expression.number, expression.at)


Combination = tuple[dict[str, Expression], Expression]
"""Coefficients by name, and the rest."""


def combination(expression: Expression, unknowns: Collection[str]) -> Combination:
    """Return coefficients and rest of an expression in names, or raise `NotLinear`."""
    present = sorted(names(expression) & set(unknowns))
    if not present:
        return {}, expression
    if isinstance(expression, Name):
        return {expression.name: ONE}, ZERO
    assert isinstance(expression, Apply)
    operation, operands = expression.operation, expression.operands
    if operation == "neg":
        return _joined("sub", ({}, ZERO), combination(operands[0], unknowns))
    if operation in ("add", "sub"):
        return _joined(operation, combination(operands[0], unknowns), combination(operands[1], unknowns))
    if operation in ("mul", "div"):
        return _product(expression, unknowns)
    if operation == "where" and not names(operands[0]) & set(unknowns):
        return _choice(operands[0], combination(operands[1], unknowns), combination(operands[2], unknowns))
    raise NotLinear(present[0], expression)


def _joined(operation: str, a: Combination, b: Combination) -> Combination:
    join = total if operation == "add" else difference
    keys = dict.fromkeys((*a[0], *b[0]))
    return {key: join(a[0].get(key, ZERO), b[0].get(key, ZERO)) for key in keys}, join(a[1], b[1])


def _product(expression: Apply, unknowns: Collection[str]) -> Combination:
    """Return the combination of a product or quotient, where only one operand contains unknowns."""
    a, b = expression.operands
    inside = names(b) & set(unknowns)
    if expression.operation == "div":
        if inside:
            raise NotLinear(min(inside), expression)
        coefficients, rest = combination(a, unknowns)
        return {key: quotient(value, b) for key, value in coefficients.items()}, quotient(rest, b)
    if inside and names(a) & set(unknowns):
        raise NotLinear(min(inside), expression)
    factor, other = (a, b) if inside else (b, a)
    coefficients, rest = combination(other, unknowns)
    return {key: product(factor, value) for key, value in coefficients.items()}, product(factor, rest)


def _choice(condition: Expression, a: Combination, b: Combination) -> Combination:
    def choose(then: Expression, otherwise: Expression) -> Expression:
        return then if then == otherwise else Apply("where", (condition, then, otherwise))

    keys = dict.fromkeys((*a[0], *b[0]))
    return {key: choose(a[0].get(key, ZERO), b[0].get(key, ZERO)) for key in keys}, choose(a[1], b[1])


def split(expression: Expression, name: str) -> tuple[Expression, Expression]:
    """Return a and b of an expression that is a + b * name, or raise `NotLinear`.

    Examples
    --------
    >>> from spikecore.equations.written import written
    >>> v, e, tau = Name("v"), Name("e"), Name("tau")
    >>> a, b = split(Apply("div", (Apply("sub", (e, v)), tau)), "v")
    >>> written(a), written(b)
    ('e/tau', '-1/tau')
    """
    coefficients, rest = combination(expression, (name,))
    return rest, coefficients.get(name, ZERO)
