"""How deep and how large an expression is, found without recursion: what walks expressions later may recurse."""

from collections.abc import Mapping

from spikecore.equations.expression import Apply, Expression, Name

__all__ = ["DEEPEST", "DEEPEST_MEANING", "LARGEST", "measured"]

DEEPEST = 100
"""Operations that may stand in one another in one expression."""
DEEPEST_MEANING = 150
"""The same, with definitions in place of their names; each counts as one more."""
LARGEST = 30_000
"""Operations of an expression; an operand in the middle of a < b < c counts twice."""


def measured(expression: Expression, heights: Mapping[str, int] | None = None) -> tuple[int, int]:
    """Return how many operations stand in one another, and how many there are.

    Parameters
    ----------
    expression : Expression
    heights : mapping of str to int, optional
        How deep the meaning of a name is; 0 by default.

    Examples
    --------
    >>> measured(Apply("neg", (Apply("add", (Name("a"), Name("b"))),)))
    (2, 2)
    >>> measured(Name("a"), {"a": 7})
    (7, 0)
    """
    known = heights or {}
    measures: dict[int, tuple[int, int]] = {}
    waiting = [expression]
    while waiting:
        node = waiting[-1]
        operands = node.operands if isinstance(node, Apply) else ()
        missing = [operand for operand in operands if id(operand) not in measures]
        if missing:
            waiting += missing
            continue
        waiting.pop()
        if isinstance(node, Apply):
            below = [measures[id(operand)] for operand in operands]
            measures[id(node)] = 1 + max((high for high, _ in below), default=0), 1 + sum(size for _, size in below)
        else:
            measures[id(node)] = (known.get(node.name, 0) if isinstance(node, Name) else 0), 0
    return measures[id(expression)]
