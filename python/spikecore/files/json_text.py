"""JSON from a file of the caller: bounded depth and size, and no value that Python reads otherwise than it is written.

Every mistake is named with the path of its key, such as ``energy.loihi.ledger.spikes``. Refused are numbers that
no float holds, ``NaN`` and ``Infinity``, a key that one object has twice, and lone surrogates.
"""

import json
import math
import re
from collections.abc import Iterator
from typing import Any, Never

from spikecore import printed
from spikecore.files import reading

__all__ = ["parse"]

MOST_DEPTH = 64
"""Brackets in brackets; a report has eight."""
MOST_VALUES = 250_000
"""Brackets, commas and colons: each is at most some 70 bytes when it has been read."""
_MOST_DIGITS = 310
_TEXTS = re.compile(r'"(?:[^"\\]++|\\.)*+"?', re.DOTALL)
_NESTING = re.compile(r"[\[\]{}]")


class _Refused:
    """What stands in the place of a value that is refused, until its path is known."""

    def __init__(self, why: str) -> None:
        self.why = why


def parse(text: str, file: str, subject: str, parameter: str, *, most_values: int = MOST_VALUES) -> Any:
    """Return the value that a JSON text describes.

    Parameters
    ----------
    text : str
        The text.
    file : str
        Its name, for messages.
    subject : str
        What messages begin with; a path follows.
    parameter : str
        The argument that named the file.
    most_values : int
        Brackets, commas and colons that the text may have.

    Raises
    ------
    NetworkError
        If it is no JSON, nested too deep or too large, or has a value that is refused.
    """
    _measure(text, subject, file, parameter, most_values)
    try:
        value = json.loads(
            text,
            parse_int=_whole,
            parse_float=_float,
            parse_constant=lambda token: _Refused(f"is {token}, allowed: a finite number"),
            object_pairs_hook=_object,
        )
    except ValueError as error:
        reading.refuse(f"{subject} is not JSON: {error}", parameter, file)
    for path, why in _mistakes(value, ""):
        reading.refuse(f"{subject}: {path or 'the value'} {why}", path or parameter, file)
    return value


def _measure(text: str, subject: str, file: str, parameter: str, most_values: int) -> None:
    """Refuse a text that is nested too deep or has too many values, before a parser sees it."""
    bare = _TEXTS.sub("", text)
    if sum(map(bare.count, "[{,:")) > most_values:
        reading.refuse(f"{subject} has more than {most_values:,} values, allowed: at most so many", parameter, file)
    depth = 0
    for bracket in _NESTING.finditer(bare):
        depth += 1 if bracket[0] in "[{" else -1
        if depth > MOST_DEPTH:
            _too_deep(subject, file, parameter)


def _too_deep(subject: str, file: str, parameter: str) -> Never:
    reading.refuse(f"{subject} is nested deeper than {MOST_DEPTH} brackets, allowed: at most so many", parameter, file)


def _whole(digits: str) -> Any:
    if len(digits) > _MOST_DIGITS or math.isinf(float(digits)):
        return _Refused(f"is a number of {len(digits.lstrip('-')):,} digits, allowed: at most 1e308 in magnitude")
    return int(digits)


def _float(digits: str) -> Any:
    value = float(digits)
    if math.isinf(value):
        return _Refused(f"is {printed.shortened(digits, 40)}, allowed: at most 1e308 in magnitude")
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        names = set[str]()
        for name, _ in pairs:
            if name in names:
                made[name] = _Refused("is there twice, allowed: every key once")
            names.add(name)
    return made


def _mistakes(value: Any, path: str) -> Iterator[tuple[str, str]]:
    """Yield what is refused in a value, with its path."""
    if isinstance(value, dict):
        for name, inner in value.items():
            if printed.has_surrogate(name):
                yield path, f"has the key {printed.value(name)}, allowed: no lone surrogate"
            yield from _mistakes(inner, f"{path}.{name}" if path else name)
    elif isinstance(value, list):
        for k, inner in enumerate(value, start=1):
            if not isinstance(inner, float | int):
                yield from _mistakes(inner, f"{path}.{k}" if path else f"{k}")
    elif isinstance(value, _Refused):
        yield path, value.why
    elif isinstance(value, str) and printed.has_surrogate(value):
        yield path, f"is {printed.value(value)}, allowed: no lone surrogate"
