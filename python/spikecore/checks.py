"""Checks of single arguments: numbers, counts, names and arrays.

Each check returns the value in the one type that the layers below accept, or raises `NetworkError`
with the owner (a population, a model), the parameter, the value and the allowed range. A value of
the wrong kind is a `TypeError`. Times and the grid live in `spikecore.grid`.
"""

import math
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from itertools import islice
from numbers import Integral, Rational, Real
from typing import Any, Never

import numpy as np
from numpy.typing import NDArray

from spikecore import _native, printed
from spikecore.errors import NetworkError, refusal

__all__ = [
    "array",
    "as_given",
    "choice",
    "count",
    "indices",
    "infinite",
    "instance",
    "is_infinite",
    "kept",
    "listed",
    "magnitude",
    "name",
    "nearest",
    "number",
    "real",
    "reals",
    "refuse",
    "shaped",
    "switch",
    "whole",
    "within",
    "word",
    "wrong_kind",
]

MAX_NEURONS = _native.MOST_NEURONS
"""Neuron ids are 32 bits wide."""
LARGEST = _native.LARGEST
"""Largest magnitude of a physical value (mV, pA, pF, ms, Hz): sums of weights stay finite in 32-bit floats."""


def refuse(owner: str, parameter: str, value: Any, allowed: str, **details: Any) -> Never:
    """Raise the `refusal` of a value."""
    raise refusal(owner, parameter, value, allowed, **details)


class as_given:
    """Show a parameter that the engine refuses, or its element, as it was given and not as what it became."""

    def __init__(self, given: Mapping[str, Any]) -> None:
        self._given = given

    def __enter__(self) -> None:
        pass

    def __exit__(self, _kind: object, error: BaseException | None, _traceback: object) -> None:
        if isinstance(error, NetworkError):
            for parameter, value in _places(self._given, error.parameter):
                if parameter == error.parameter:
                    shown = _beyond(value, error.value)
                    raise refusal(error.population, error.parameter, shown, error.allowed) from None


def _places(given: Mapping[str, Any], parameter: Any) -> Iterator[tuple[str, Any]]:
    """Yield what messages call the parameters and elements that could be this one, each with its value."""
    yield from given.items()
    for name, values in given.items():
        if str(parameter).startswith(f"{name}[") and np.ndim(values) == 1:
            elements = values.tolist() if isinstance(values, np.ndarray) else values
            yield from ((f"{name}[{at}]", value) for at, value in enumerate(elements))


def wrong_kind(owner: str, parameter: str, expected: str, value: Any) -> Never:
    """Raise `TypeError` for a value of the wrong kind."""
    msg = f"{printed.owner(owner)}{parameter} must be {expected}, not {printed.shortened(printed.shown(str(value)))}"
    raise TypeError(printed.encodable(msg))


def instance(owner: str, parameter: str, value: Any, kind: type, hint: str = "") -> None:
    """Raise `TypeError` for a value that is no `kind`; `hint` says of what or where from one is."""
    if not isinstance(value, kind):
        expected = f"{'an' if kind.__name__[0] in 'AEIOU' else 'a'} {kind.__name__}{hint}"
        wrong_kind(owner, parameter, expected, printed.value(value))


def infinite(owner: str, parameter: str, value: Any) -> float:
    """Return `value` as a float, ∞ for +∞ alone: a number beyond the largest float is nan, which is in no range."""
    result = real(owner, parameter, value)
    return math.nan if math.isinf(result) and not is_infinite(value) else result


def magnitude(owner: str, parameter: str, value: Any, unit: str = "") -> float:
    """Return `value` as a finite float that the engine does not refuse as far too large."""
    result = real(owner, parameter, value)
    with as_given({parameter: value}):
        _native.check_magnitude(owner, parameter, result, unit)
    return result


def name(owner: str, parameter: str, value: Any, allowed: str = "a name that is not empty") -> str:
    """Return a name as a plain string; it may hold any character but a lone surrogate."""
    if not isinstance(value, str):
        wrong_kind(owner, parameter, "a string", printed.value(value))
    if not value.strip():
        refuse(owner, parameter, printed.value(value), allowed)
    if printed.has_surrogate(value):
        refuse(owner, parameter, printed.value(value), "characters that UTF-8 can hold: no lone surrogate")
    return str(value)


def real(owner: str, parameter: str, value: Any) -> float:
    """Return `value` as a float, ±∞ for a number beyond the largest float; raise `TypeError` for any other value."""
    if type(value) is float:  # as most are
        return value
    if isinstance(value, np.ma.MaskedArray):
        wrong_kind(owner, parameter, "a number", "masked")
    if hasattr(value, "__array__") and not isinstance(value, np.generic) and np.ndim(value) == 0:
        value = np.asarray(value).item()
    if isinstance(value, bool) or not isinstance(value, Real):
        wrong_kind(owner, parameter, "a number", _kind(value))
    huge: Any = value
    try:
        return float(huge)
    except OverflowError:
        return math.inf if huge > 0 else -math.inf


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
    result = real(owner, parameter, value)
    inside = low <= result <= high and (above is None or result > above)
    if not (math.isfinite(result) and inside):
        refuse(owner, parameter, _beyond(value, result), _range(low, high, above, unit))
    return result


def whole(owner: str, parameter: str, value: Any) -> int:
    """Return `value` as an integer; its range is checked elsewhere."""
    if isinstance(value, bool) or not _is_whole(value):
        wrong_kind(owner, parameter, "a whole number", printed.value(value))
    return int(value)


def count(owner: str, parameter: str, value: Any, *, low: int = 0, high: int = MAX_NEURONS) -> int:
    """Return `value` as an integer in `[low, high]`."""
    result = whole(owner, parameter, value)
    if not low <= result <= high:
        refuse(owner, parameter, value, within(low, high))
    return result


def kept(record: Any, **fields: Any) -> None:
    """Put checked values into a frozen record in place of those given, which their owner may change."""
    for key, value in fields.items():
        object.__setattr__(record, key, value)


def within(low: int, high: int) -> str:
    """Return how messages write a range of whole numbers.

    Examples
    --------
    >>> within(1, 1024), within(0, 2**64 - 1)
    ('1 … 1024', '0 … 2^64 - 1')
    """
    bits = (high + 1).bit_length() - 1
    return f"{low} … 2^{bits} - 1" if bits > 32 and high == 2**bits - 1 else f"{low} … {high}"


def is_infinite(value: Any) -> bool:
    """Return whether `value` is +∞: an allowed value of some times, such as the end of a stimulus."""
    return isinstance(value, float | np.floating) and bool(value == math.inf)


def switch(owner: str, parameter: str, value: Any) -> bool:
    """Return `value` when it is True or False; a word such as "no" is not."""
    if not isinstance(value, bool | np.bool_):
        wrong_kind(owner, parameter, "True or False", _kind(value))
    return bool(value)


def word(owner: str, parameter: str, value: Any) -> str:
    """Return `value` when it is a string; which ones are allowed is checked elsewhere."""
    if not isinstance(value, str):
        wrong_kind(owner, parameter, "a string", _kind(value))
    return printed.shown(str(value))


def choice(owner: str, parameter: str, value: Any, allowed: tuple[str, ...]) -> str:
    """Return `value` when it is one of `allowed`."""
    if not isinstance(value, str) or value not in allowed:
        names = ", ".join(map(repr, allowed)) or "none"
        refuse(owner, parameter, printed.value(value), names, meant=nearest(value, allowed))
    return str(value)


def nearest(value: Any, known: Iterable[str]) -> str | None:
    """Return the nearest of some names; None where none is near.

    Examples
    --------
    >>> nearest("Lohi", ["loihi", "cpu"]), nearest("abacus", ["loihi", "cpu"])
    ('loihi', None)
    """
    import difflib  # start-up time: only where a name is wrong

    small = {name.lower(): name for name in known}
    close = difflib.get_close_matches(value.lower(), small, n=1) if isinstance(value, str) else []
    return small[close[0]] if close else None


def reals(owner: str, parameter: str, values: Any, expected: str, *, fresh: bool = True) -> NDArray[np.float64]:
    """Return `values` as a contiguous float64 array; ±∞ for a number that is too large for one.

    It is a copy, unless `fresh` is False: then it may be the caller's own array, to be read at once.
    """
    try:
        plain = np.asarray(values)
    except ValueError as error:
        msg = f"{printed.owner(owner)}{parameter} must be {expected} ({error})"
        raise NetworkError(msg, population=owner, parameter=parameter, value=values) from error
    if isinstance(values, np.ma.MaskedArray):
        wrong_kind(owner, parameter, _of_reals(expected), "masked")
    if plain.dtype.kind == "O" and all(isinstance(value, Real) and not isinstance(value, bool) for value in plain.flat):
        floats = [real(owner, parameter, value) for value in plain.flat]
        return np.array(floats, dtype=np.float64).reshape(plain.shape)
    if plain.size and plain.dtype.kind not in "iuf":
        wrong_kind(owner, parameter, _of_reals(expected), _alien(plain, Real))
    with np.errstate(over="ignore"):
        return _aligned(np.array(plain, dtype=np.float64, order="C", copy=True if fresh else None))


def array(
    owner: str,
    parameter: str,
    values: Any,
    *,
    shape: tuple[int, ...] | None = None,
    unit: str = "",
    fresh: bool = True,
) -> NDArray[np.float64]:
    """Return `values` as `shaped` does, or as `reals`; the engine refuses what is not finite or far too large."""
    result = (
        reals(owner, parameter, values, "an array of numbers", fresh=fresh)
        if shape is None
        else shaped(owner, parameter, values, shape, fresh=fresh)
    )
    _native.check_magnitudes(owner, parameter, result.reshape(-1), result.shape, unit)
    return result


def shaped(
    owner: str, parameter: str, values: Any, shape: tuple[int, ...], *, fresh: bool = True
) -> NDArray[np.float64]:
    """Return `values` as `reals` does, with this shape; the range of its numbers is checked elsewhere."""
    result = reals(owner, parameter, values, "an array of numbers", fresh=fresh)
    if result.shape != shape:
        refuse(owner, f"the shape of {parameter}", f"{result.shape}", f"{shape}")
    return result


def indices(
    owner: str, parameter: str, values: Any, size: int, *, fresh: bool = False, mask: bool = False
) -> NDArray[np.uint32]:
    """Return `values` as a one-dimensional uint32 array of indices below `size`; a copy if `fresh`.

    With `mask`, an array of `size` truth values means the indices where it is true.
    """
    try:
        result = np.asarray(values)
    except ValueError as error:
        msg = f"{printed.owner(owner)}{parameter} must be an array of integers ({error})"
        raise NetworkError(msg, population=owner, parameter=parameter, value=values) from error
    if result.size == 0:
        return np.empty(0, dtype=np.uint32)
    if mask and result.dtype.kind == "b":
        if result.shape != (size,):
            refuse(owner, f"the shape of {parameter}", f"{result.shape}", f"({size},) for truth values, one per neuron")
        return np.flatnonzero(result).astype(np.uint32)
    if result.dtype.kind == "O" and all(isinstance(n, Integral) and not isinstance(n, bool) for n in result.flat):
        at = next((k for k, n in enumerate(result.flat) if not 0 <= n < size), None)
        if at is not None:
            refuse(owner, f"{parameter}[{at}]", result.flat[at], f"0 … {size - 1}")
    elif result.dtype.kind not in "iu":
        wrong_kind(owner, parameter, "integers", _alien(result, Integral))
    if result.ndim != 1:
        refuse(owner, f"the shape of {parameter}", f"{result.shape}", "one dimension")
    if result.min() < 0 or result.max() >= size:
        at = int(np.argmax((result < 0) | (result >= size)))
        refuse(owner, f"{parameter}[{at}]", int(result[at]), f"0 … {size - 1}")
    return _aligned(np.array(result, dtype=np.uint32, order="C", copy=True if fresh else None))


def listed(entries: Collection[Any], most: int = 8, show: Callable[[Any], str] = repr) -> str:
    """Return what a message lists: the first `most` entries, and how many there are.

    Examples
    --------
    >>> listed(["a", "b"]), listed(range(16_000), 3), listed([])
    ("'a', 'b'", '0, 1, 2 … (16,000 in all)', 'none')
    """
    shown = ", ".join(show(entry) for entry in islice(entries, most)) or "none"
    return f"{shown} … ({len(entries):,} in all)" if len(entries) > most else shown


def _aligned(values: NDArray[Any]) -> NDArray[Any]:
    """Return values as the engine reads them; those of a file or a record may begin at any byte."""
    return values if values.flags.aligned else values.copy()


def _is_whole(value: Any) -> bool:
    if isinstance(value, float | np.floating):
        return bool(value == np.rint(value) and np.isfinite(value))
    return isinstance(value, Integral) or (isinstance(value, Real) and value == value // 1)


def _beyond(value: Any, result: Any) -> Any:
    """Return what a message shows of a number: of one that no float holds, that it is beyond all of them."""
    lost = isinstance(result, float) and not math.isfinite(result)
    return "beyond 1e308" if lost and isinstance(value, Rational) else value


def _of_reals(expected: str) -> str:
    return expected.replace("array of numbers", "array of real numbers")


def _alien(values: NDArray[Any], expected: type) -> str:
    """Return the value that is not of the expected kind, and where it stands; the type where numpy has one."""
    if values.ndim == 0:
        return _kind(values.item())
    if values.dtype.kind != "O":  # of a list that has text among its numbers numpy makes text alone
        return "text" if values.dtype.kind in "US" else str(values.dtype)
    wrong = (
        (k, value) for k, value in enumerate(values.flat) if isinstance(value, bool) or not isinstance(value, expected)
    )
    at, value = next(wrong)
    return f"{_kind(value)} at {at}" if values.ndim == 1 else _kind(value)


def _kind(value: Any) -> str:
    return f"{type(value).__name__} {printed.value(value)}"


def _range(low: float, high: float, above: float | None, unit: str) -> str:
    tail = f" {unit}" if unit else ""
    if above is not None:
        return f"> {above:g} and ≤ {high:g}{tail}"
    if (low, high) == (-LARGEST, LARGEST):
        return f"finite numbers, at most {LARGEST:g}{tail} in magnitude"
    return f"{low:g} … {high:g}{tail}"
