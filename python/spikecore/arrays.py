"""Who may write to an array.

What the package keeps is copied when it comes in and closed when it goes out, so neither a caller's later change nor a
change to what was handed out can reach it. What is made for a caller alone is the caller's and stays open. A caller's
array is never closed.
"""

from typing import Any, TypeVar

from numpy.typing import NDArray

__all__ = ["closed"]

_Array = TypeVar("_Array", bound=NDArray[Any])


def closed(values: _Array) -> _Array:
    """Return a view that is closed for writing, of an array that nobody else writes to."""
    view: _Array = values.view()
    view.flags.writeable = False
    return view
