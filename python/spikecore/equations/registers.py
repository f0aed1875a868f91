"""Operations to registers: an order that keeps few temporaries alive, and state written in place where that is safe.

Invariants: an operation never writes one of its own operands; a state register is written once in a section, after
all that read its old value.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from spikecore.equations.steps import Operand, Step, ordered
from spikecore.equations.values import Leaf

__all__ = ["Section", "placed"]


@dataclass(frozen=True)
class Section:
    """Steps in their order, and where each leaves its result: in a state, or in the temporary of this number."""

    steps: list[Step]
    places: dict[Step, Leaf | int]
    temporaries: int


def placed(
    targets: Mapping[Leaf, Operand], kept: Iterable[Operand] = (), reserved: int = 0, *, in_place: bool = False
) -> Section:
    """Return the steps that compute the new values of states, and those to be kept.

    Parameters
    ----------
    targets : mapping of Leaf to Operand
        State registers and what is to stand in them at the end.
    kept : iterable of Operand
        What is to stand in some register at the end.
    reserved : int
        How many temporaries are in use throughout.
    in_place : bool
        Whether an operation may write a state that it reads; without that such a state costs a copy.
    """
    kept = list(kept)
    before, finals = _finals(targets, kept, in_place)
    order = _scheduled([*finals.values(), *kept], before)
    places: dict[Step, Leaf | int] = {step: leaf for leaf, step in finals.items()}
    last: dict[Operand, int] = {}
    for index, step in enumerate(order):
        last.update(dict.fromkeys(step.operands, index))
    last.update(dict.fromkeys(kept, len(order)))
    spare: list[int] = []
    most = reserved
    for index, step in enumerate(order):
        if step not in places:
            if not spare:
                spare.append(most)
                most += 1
            places[step] = spare.pop()
        for operand in dict.fromkeys(step.operands):
            if isinstance(operand, Step) and last[operand] == index:
                place = places[operand]
                if isinstance(place, int):
                    spare.append(place)
    return Section(order, places, most)


def _finals(
    targets: Mapping[Leaf, Operand], kept: list[Operand], in_place: bool
) -> tuple[dict[Step, list[Step]], dict[Leaf, Step]]:
    """Return the step that writes each state, and which steps must come before it because they read its old value."""
    steps = ordered([*targets.values(), *kept])
    copies = {leaf: Step("copy", (operand,)) for leaf, operand in targets.items()}
    claimed: set[Operand] = set(kept)
    finals: dict[Leaf, Step] = {}
    for leaf, operand in targets.items():
        if not isinstance(operand, Step) or operand in claimed:
            finals[leaf] = copies[leaf]
        claimed.add(operand)
    steps += finals.values()
    readers: dict[Operand, list[Step]] = {}
    for step in steps:
        for operand in dict.fromkeys(step.operands):
            readers.setdefault(operand, []).append(step)
    before = {step: [reader for reader in readers.get(leaf, ()) if reader is not step] for leaf, step in finals.items()}
    for leaf, operand in targets.items():
        if leaf in finals:
            continue
        assert isinstance(operand, Step)
        old = readers.get(leaf, [])
        final = operand
        others = [reader for reader in old if reader is not operand]
        if (operand in old and not in_place) or _reaches(others, operand, before):
            final = copies[leaf]
        finals[leaf] = final
        before[final] = [reader for reader in old if reader is not final]
    return before, finals


def _reaches(starts: list[Step], goal: Step, before: Mapping[Step, list[Step]]) -> bool:
    """Return whether any of the steps must come after `goal`."""
    known: set[Step] = set()
    waiting = list(starts)
    while waiting:
        step = waiting.pop()
        if step is goal:
            return True
        if step not in known:
            known.add(step)
            waiting.extend(part for part in step.operands if isinstance(part, Step))
            waiting.extend(before.get(step, ()))
    return False


def _scheduled(roots: list[Operand], before: Mapping[Step, list[Step]]) -> list[Step]:
    """Return the steps, each after its operands and after those it must follow; the operand that needs most first."""
    needs: dict[Operand, int] = {}
    for step in ordered(roots):
        own = sorted((needs.get(part, 0) for part in dict.fromkeys(step.operands)), reverse=True)
        needs[step] = max([1, *(need + index for index, need in enumerate(own))])
    order: dict[Step, None] = {}
    waiting = [root for root in roots if isinstance(root, Step)][::-1]
    while waiting:
        step = waiting[-1]
        if step in order:
            waiting.pop()
            continue
        operands = [part for part in step.operands if isinstance(part, Step)]
        operands.sort(key=lambda part: -needs[part])
        missing = [part for part in (*operands, *before.get(step, ())) if part not in order]
        if missing:
            waiting.extend(missing[::-1])
        else:
            order[waiting.pop()] = None
    return list(order)
