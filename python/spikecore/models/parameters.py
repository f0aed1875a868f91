"""Parameters of neuron models: one value for a population, or an array with one per neuron.

A parameter is stored as a float, or as a read-only float64 array of shape (size,); which of the two
decides how it is compared and printed, and nothing else.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spikecore import checks
from spikecore.arrays import is_array

__all__ = ["Parameter", "Range", "checked", "elementwise", "equal", "same_length", "shown"]

Parameter = float | Sequence[float] | NDArray[Any]
"""What a model takes for a parameter."""


@dataclass(frozen=True)
class Range:
    """The allowed values of a parameter.

    Attributes
    ----------
    unit : str
        For messages.
    low : float
        Least value.
    above : float or None
        A bound that is not reached.
    infinite : bool
        Whether +∞ is allowed.
    ticks : int or None
        Most ticks, for a time whose range depends on the grid and is checked again with it.
    """

    unit: str
    low: float = -checks.LARGEST
    above: float | None = None
    infinite: bool = False
    ticks: int | None = None


def checked(owner: str, parameter: str, value: Any, allowed: Range) -> float | NDArray[np.float64]:
    """Return `value` as a float or a read-only array, every element in its range."""
    result = _array(owner, parameter, value)
    if result is None:
        return _number(owner, parameter, value, allowed)
    if result.ndim != 1 or result.size == 0:
        checks.refuse(owner, f"the shape of {parameter}", f"{result.shape}", "one dimension, one value per neuron")
    if allowed.ticks is None:
        inside = (result >= allowed.low) & (result <= checks.LARGEST)
    else:
        inside = (result >= 0.0) & (result < math.inf)
    if allowed.above is not None:
        inside &= result > allowed.above
    if allowed.infinite and np.isinf(result).any():
        inside |= [checks.is_infinite(number) for number in np.asarray(value).tolist()]
    if not inside.all():
        at = int(np.argmin(inside))
        _number(
            owner,
            f"{parameter}[{at}]",
            np.asarray(value).tolist()[at] if math.isinf(result[at]) else float(result[at]),
            allowed,
        )
    result.setflags(write=False)
    return result


def _array(owner: str, parameter: str, value: Any) -> NDArray[np.float64] | None:
    """Return `value` as an array; None for what is one value."""
    if not is_array(value):
        return None
    return checks.reals(owner, parameter, value, "a number or an array of numbers")


def _number(owner: str, parameter: str, value: Any, allowed: Range) -> float:
    if allowed.infinite and not isinstance(value, bool) and checks.is_infinite(value):
        return math.inf
    if allowed.ticks is not None:
        time = checks.real(owner, parameter, value)
        if not 0.0 <= time < math.inf:
            checks.refuse(owner, parameter, value, f"0 … {allowed.ticks:,} ticks, in {allowed.unit}")
        return time
    return checks.number(owner, parameter, value, low=allowed.low, above=allowed.above, unit=allowed.unit)


def elementwise(owner: str, parameter: str, wrong: Any, value: Any, allowed: str) -> None:
    """Refuse the first value of `parameter` where `wrong` is true."""
    bad = np.flatnonzero(wrong)
    if len(bad) == 0:
        return
    at = int(bad[0])
    shared = np.ndim(value) == 0
    place = parameter if shared and np.ndim(wrong) == 0 else f"{parameter}[{at}]"
    checks.refuse(owner, place, float(value if shared else value[at]), allowed)


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
