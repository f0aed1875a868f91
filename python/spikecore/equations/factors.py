"""What terms of a sum have in common: a coefficient, a factor or a divisor, and how many multiplications that saves."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from spikecore.equations.values import Array, Product, Value, is_equal

__all__ = ["Term", "by_coefficient", "by_factor"]

Term = tuple[Array, Value]
"""A coefficient and what it multiplies."""


def by_coefficient(terms: list[Term]) -> Iterator[tuple[list[int], Any, int]]:
    """Yield terms whose coefficients are equal but for their sign."""
    classes: dict[bytes, list[int]] = {}
    for index, (factor, value) in enumerate(terms):
        if not is_equal(abs(factor), 1.0) and not (isinstance(value, Product) and not value.over):
            classes.setdefault(abs(factor).tobytes(), []).append(index)
    for members in classes.values():
        first = terms[members[0]][0]
        if len(members) > 1 and all(_is_same(terms[index][0], first) for index in members):
            yield members, first, len(members) - 1


def _is_same(a: Array, b: Array) -> bool:
    return np.array_equal(a, b) or np.array_equal(a, -b)


def by_factor(terms: list[Term]) -> Iterator[tuple[list[int], Any, int]]:
    """Yield terms that have a factor or a divisor in common; a division counts for three multiplications."""
    places: dict[tuple[Value, bool], dict[int, int]] = {}
    for index, (factor, value) in enumerate(terms):
        if isinstance(value, Product):
            for part in value.over:
                places.setdefault((part, False), {})[index] = 1
            for part in value.under:
                places.setdefault((part, True), {})[index] = 3
        else:
            places.setdefault((value, False), {})[index] = 0 if is_equal(abs(factor), 1.0) else 1
    for key, members in places.items():
        if len(members) > 1:
            yield list(members), key, sum(members.values()) - (3 if key[1] else 1)
