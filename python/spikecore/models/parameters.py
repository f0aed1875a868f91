"""Parameters of neuron models: one value for a population, or an array with one per neuron.

A parameter is stored as a float, or as a read-only float64 array of shape (size,); which of the two
decides how it is compared and printed, and nothing else.
"""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spikecore import checks
from spikecore.arrays import is_array

__all__ = ["Parameter", "equal", "read", "same_length", "shown"]

Parameter = float | Sequence[float] | NDArray[Any]
"""What a model takes for a parameter."""


def read(owner: str, parameter: str, value: Any) -> float | NDArray[np.float64]:
    """Return `value` as a float or a read-only array; the engine knows the range of its elements.

    An infinite element is one that was given so: a number beyond the largest float is nan, which no range has.
    """
    if not is_array(value):
        return checks.infinite(owner, parameter, value)
    result = checks.reals(owner, parameter, value, "a number or an array of numbers")
    if result.ndim != 1 or result.size == 0:
        checks.refuse(owner, f"the shape of {parameter}", f"{result.shape}", "one dimension, one value per neuron")
    if np.isinf(result).any():
        given = np.asarray(value).tolist()
        result[[math.isinf(number) and not checks.is_infinite(given[k]) for k, number in enumerate(result)]] = math.nan
    result.setflags(write=False)
    return result


def same_length(owner: str, values: dict[str, Any]) -> None:
    """Refuse arrays among `values` that describe different numbers of neurons."""
    lengths = {parameter: len(value) for parameter, value in values.items() if np.ndim(value)}
    first = next(iter(lengths), "")
    for parameter, length in lengths.items():
        if length != lengths[first]:
            allowed = f"({lengths[first]},), as for {first}"
            checks.refuse(owner, f"the shape of {parameter}", f"({length},)", allowed)


def equal(left: Any, right: Any) -> bool:
    """Return whether two parameters are the same: both one value, or both arrays, with equal values."""
    return np.ndim(left) == np.ndim(right) and np.array_equal(left, right)


def shown(value: Any) -> str:
    """Return a parameter as text; of a long array the ends."""
    if np.ndim(value) == 0:
        return repr(value)
    numbers = [f"{float(number):g}" for number in value]
    if len(numbers) <= 6:
        return f"[{', '.join(numbers)}]"
    return f"[{', '.join(numbers[:3])}, …, {numbers[-1]}] ({len(numbers)} values)"
