"""Operations in their order, and pairs of them in one.

An operation is joined with those that use its result where the engine has the pair; two roundings stay two.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from spikecore.equations.values import Constant, Leaf

__all__ = ["Operand", "Step", "ordered", "paired"]


@dataclass(eq=False, slots=True)
class Step:
    """One operation; `place` and `substep` are those of a draw."""

    name: str
    operands: tuple["Operand", ...]
    place: int = 0
    substep: int = 0


Operand = Constant | Leaf | Step


def ordered(roots: Iterable[Operand]) -> list[Step]:
    """Return all steps that roots need, operands first."""
    steps: dict[Step, None] = {}
    waiting = [root for root in roots if isinstance(root, Step)][::-1]
    while waiting:
        step = waiting[-1]
        missing = [part for part in step.operands if isinstance(part, Step) and part not in steps]
        if missing and step not in steps:
            waiting.extend(missing[::-1])
        else:
            steps.setdefault(waiting.pop())
    return list(steps)


_PAIRS = {
    ("mul", "add", 0): "mul_add",
    ("mul", "add", 1): "mul_add",
    ("mul", "sub", 0): "mul_sub",
    ("mul", "sub", 1): "sub_mul",
    ("add", "mul", 0): "add_times",
    ("add", "mul", 1): "add_times",
    ("sub", "mul", 0): "sub_times",
    ("sub", "mul", 1): "sub_times",
    ("add", "add", 0): "add_add",
    ("add", "add", 1): "add_add",
}
"""Pairs by the inner operation, the outer one, and which operand of the outer one the inner is."""


def paired(roots: list[Operand]) -> None:
    """Join operations with those that use their results, in place: as many as can be, from the leaves up.

    First those with one use, which is the most pairs that a tree has; then what all its users can take into a pair.
    """
    steps = ordered(roots)
    users: dict[Operand, list[Step]] = {step: [] for step in steps}
    for step in steps:
        for part in step.operands:
            if isinstance(part, Step):
                users[part].append(step)
    kept = set(roots)
    for outer in steps:
        for inner in outer.operands[::-1]:
            if isinstance(inner, Step) and inner not in kept and users[inner] == [outer] and _fits(inner, outer):
                _join(inner, outer)
                break
    for inner in steps:
        if inner not in kept and len(users[inner]) > 1 and all(_fits(inner, outer) for outer in users[inner]):
            for outer in users[inner]:
                _join(inner, outer)


def _fits(inner: Step, outer: Step) -> bool:
    """Return whether the engine has the pair of an operation and one that uses it once."""
    if len(outer.operands) != 2 or outer.operands[0] is outer.operands[1]:
        return False
    return (inner.name, outer.name, outer.operands.index(inner)) in _PAIRS


def _join(inner: Step, outer: Step) -> None:
    index = outer.operands.index(inner)
    outer.name, outer.operands = _PAIRS[inner.name, outer.name, index], (*inner.operands, outer.operands[1 - index])
