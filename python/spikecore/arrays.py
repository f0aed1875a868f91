"""What counts as an array, and who may write to one.

What the package keeps is copied when it comes in and closed when it goes out, so neither a caller's later change nor a
change to what was handed out can reach it. What is made for a caller alone is the caller's and stays open. A caller's
array is never closed.
"""

from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

__all__ = ["closed", "is_array", "rounding"]

_Array = TypeVar("_Array", bound=NDArray[Any])


def closed(values: _Array) -> _Array:
    """Return a view that is closed for writing, of an array that nobody else writes to."""
    view: _Array = values.view()
    view.flags.writeable = False
    return view


def is_array(value: Any) -> bool:
    """Return whether a value holds several numbers: a sequence, or what numpy reads as an array of any dimension but 0.

    Examples
    --------
    >>> is_array([1.0]), is_array(range(3)), is_array(np.float64(1.0)), is_array("text"), is_array(1.0)
    (True, True, False, False, False)
    """
    if isinstance(value, str | bytes):
        return False
    if isinstance(value, list | tuple | range):
        return True
    if hasattr(value, "__array__"):
        return np.ndim(value) > 0
    return hasattr(value, "__len__") and hasattr(value, "__getitem__")


def rounding(values: Any) -> float:
    """Return the relative rounding of the type that numbers are given in, that of 64 bits for all but short floats."""
    kind = np.asarray(values).dtype
    return float(np.finfo(kind if kind.kind == "f" else np.float64).eps)
