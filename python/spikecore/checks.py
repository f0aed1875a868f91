"""Checks of single arguments: numbers, counts, names and arrays.

Each check returns the value in the one type that the layers below accept, or raises `NetworkError`
with the owner (a population, a model), the parameter, the value and the allowed range. A value of
the wrong kind is a `TypeError`. Times and the grid live in `spikecore.grid`.
"""

import math
from collections.abc import Callable, Collection
from itertools import islice
from numbers import Integral, Real
from typing import Any, Never

import numpy as np
from numpy.typing import NDArray

from spikecore.errors import NetworkError

__all__ = ["array", "choice", "count", "indices", "is_infinite", "listed", "number", "refuse", "switch"]

MAX_NEURONS = 2**32 - 1
"""Neuron ids are 32 bits wide."""
LARGEST = 1e12
"""Largest magnitude of a physical value (mV, pA, pF, ms, Hz): sums of weights stay finite in 32-bit floats."""


def refuse(owner: str, parameter: str, value: Any, allowed: str, **details: Any) -> Never:
    """Raise `NetworkError` in the one wording that every check shares."""
    where = f"{owner}: " if owner else ""
    shown = value if isinstance(value, str) else f"{value!r}"
    if isinstance(value, np.generic):
        shown = repr(value.item())
    msg = f"{where}{parameter} is {shown}, allowed: {allowed}"
    raise NetworkError(msg, population=owner, parameter=parameter, value=value, allowed=allowed, **details)


def number(
    owner: str,
    parameter: str,
    value: Any,
    *,
    low: float = -LARGEST,
    high: float = LARGEST,
    above: float | None = None,
    unit: str = "",
) -> float:
    """Return `value` as a finite float in `[low, high]`, or in `(above, high]`."""
    if isinstance(value, bool) or not isinstance(value, Real):
        if isinstance(value, np.ndarray) and value.ndim == 0:
            return number(owner, parameter, value.item(), low=low, high=high, above=above, unit=unit)
        msg = f"{owner + ': ' if owner else ''}{parameter} must be a number, not {_kind(value)}"
        raise TypeError(msg)
    try:
        result = float(value)
    except OverflowError:
        refuse(owner, parameter, "beyond 1e308", _range(low, high, above, unit))
    inside = low <= result <= high and (above is None or result > above)
    if not (math.isfinite(result) and inside):
        refuse(owner, parameter, value, _range(low, high, above, unit))
    return result


def count(owner: str, parameter: str, value: Any, *, low: int = 0, high: int = MAX_NEURONS) -> int:
    """Return `value` as an integer in `[low, high]`."""
    whole = isinstance(value, Integral) or (isinstance(value, Real) and float(value).is_integer())
    if isinstance(value, bool) or not whole:
        msg = f"{owner + ': ' if owner else ''}{parameter} must be a whole number, not {value!r}"
        raise TypeError(msg)
    result = int(value)
    if not low <= result <= high:
        refuse(owner, parameter, value, f"{low} … {high}")
    return result


def is_infinite(value: Any) -> bool:
    """Return whether `value` is the number +∞, where a time may last for ever."""
    return isinstance(value, Real | np.floating) and float(value) == math.inf


def switch(owner: str, parameter: str, value: Any) -> bool:
    """Return `value` when it is True or False; a word such as "no" is not."""
    if not isinstance(value, bool | np.bool_):
        msg = f"{owner + ': ' if owner else ''}{parameter} must be True or False, not {_kind(value)}"
        raise TypeError(msg)
    return bool(value)


def choice(owner: str, parameter: str, value: Any, allowed: tuple[str, ...]) -> str:
    """Return `value` when it is one of `allowed`."""
    if value not in allowed:
        refuse(owner, parameter, f"{value!r}", ", ".join(repr(one) for one in allowed) or "none")
    return str(value)


def array(owner: str, parameter: str, values: Any, *, shape: tuple[int, ...] | None = None) -> NDArray[np.float64]:
    """Return `values` as a fresh contiguous float64 array of finite numbers, at most `LARGEST`, with this shape."""
    try:
        given = np.asarray(values)
    except ValueError as error:
        msg = f"{owner}: {parameter} must be an array of numbers ({error})"
        raise NetworkError(msg, population=owner, parameter=parameter) from error
    if isinstance(values, np.ma.MaskedArray) or (given.size and given.dtype.kind not in "iuf"):
        kind = "masked" if isinstance(values, np.ma.MaskedArray) else given.dtype
        msg = f"{owner}: {parameter} must be an array of real numbers, not {kind}"
        raise TypeError(msg)
    result = np.array(given, dtype=np.float64, order="C")
    if shape is not None and result.shape != shape:
        refuse(owner, f"the shape of {parameter}", f"{result.shape}", f"{shape}")
    inside = np.abs(result) <= LARGEST
    if not inside.all():
        where = tuple(int(i) for i in np.argwhere(~inside)[0])
        at = where[0] if len(where) == 1 else where
        refuse(owner, f"{parameter}[{at}]", float(result[where]), _range(-LARGEST, LARGEST, None, ""))
    return result


def indices(owner: str, parameter: str, values: Any, size: int) -> NDArray[np.uint32]:
    """Return `values` as a one-dimensional uint32 array of indices below `size`."""
    result = np.asarray(values)
    if result.size == 0:
        return np.empty(0, dtype=np.uint32)
    if result.dtype.kind not in "iu":
        msg = f"{owner}: {parameter} must be integers, not {result.dtype}"
        raise TypeError(msg)
    if result.ndim != 1:
        refuse(owner, f"the shape of {parameter}", f"{result.shape}", "one dimension")
    outside = (result < 0) | (result >= size)
    if outside.any():
        at = int(np.argmax(outside))
        refuse(owner, f"{parameter}[{at}]", int(result[at]), f"0 … {size - 1}")
    return np.ascontiguousarray(result, dtype=np.uint32)


def listed(entries: Collection[Any], most: int = 8, show: Callable[[Any], str] = repr) -> str:
    """Return what a message lists: the first `most` entries, and how many there are.

    Examples
    --------
    >>> listed(["a", "b"]), listed(range(16_000), 3), listed([])
    ("'a', 'b'", '0, 1, 2 … (16,000 in all)', 'none')
    """
    shown = ", ".join(show(entry) for entry in islice(entries, most)) or "none"
    return f"{shown} … ({len(entries):,} in all)" if len(entries) > most else shown


def _kind(value: Any) -> str:
    return f"{type(value).__name__} {value!r}"


def _range(low: float, high: float, above: float | None, unit: str) -> str:
    tail = f" {unit}" if unit else ""
    if above is not None:
        return f"> {above:g} and ≤ {high:g}{tail}"
    if (low, high) == (-LARGEST, LARGEST):
        return f"finite numbers, at most {LARGEST:g}{tail} in magnitude"
    return f"{low:g} … {high:g}{tail}"
