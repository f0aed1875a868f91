"""How names and values of the caller are written: one function for each medium, and none leaves a control character.

A name may hold any character but a lone surrogate. What cannot be printed (control characters, escape
sequences, marks that turn the direction of a line) stays in the name and is written as an escape, as `repr`
does: `shown` for one line of a terminal or a message, `lines` for several, `markup` for HTML and SVG, `plain`
for matplotlib. JSON escapes for itself. Values that are too long for a message are shortened.

What `print` gets from an object can be written on every standard output, whatever its encoding: `encodable` writes
what is missing there in ASCII, and `console` our own signs that the code pages of Windows lack, wherever it goes.
"""

import codecs
import math
import re
import sys
from contextlib import suppress
from dataclasses import fields
from itertools import islice
from typing import Any

import numpy as np

__all__ = [
    "ASCII",
    "alike",
    "console",
    "encodable",
    "has_surrogate",
    "lines",
    "markup",
    "owner",
    "plain",
    "record",
    "shortened",
    "shown",
    "value",
]

_SURROGATE = re.compile("[\ud800-\udfff]")
_MOST_DIGITS = 40
_MOST_ELEMENTS, _SHOWN = 8, 3
"""Elements of a container or an array that a message shows all of, and how many of one that has more."""
_BRACKETS: dict[type, str] = {list: "[]", tuple: "()", set: "{}", frozenset: "{}", dict: "{}"}
ASCII = "spikecore-ascii"
"""The error handler of `codecs` that writes what an encoding lacks in ASCII."""
_LIKENESSES = {
    "→": "->", "←": "<-", "…": "...", "×": "x", "·": "*", "µ": "u", "μ": "u", "≥": ">=", "≤": "<=", "≠": "!=", "≈": "~",
    "–": "-", "—": "-", "±": "+-", "∞": "inf", "█": "#", "░": "-", "“": '"', "”": '"', "’": "'", "‘": "'", "θ": "theta",
    "τ": "tau", "−": "-", "§": "sec. ", "⁹": "^9",
}  # fmt: skip
_BRAILLE = range(0x2800, 0x2900)
_CODE_PAGE = "cp1252"
"""The encoding of standard output on Windows where it is a file or a pipe, in Western Europe and America."""


def has_surrogate(text: str) -> bool:
    """Return whether a text holds half of a pair of UTF-16, which no UTF-8 can hold."""
    return _SURROGATE.search(text) is not None


def shown(text: str) -> str:
    r"""Return a text as one line that every terminal prints as it is.

    Examples
    --------
    >>> print(shown("exc\x1b[31m"), shown("µ → 2"))
    exc\x1b[31m µ → 2
    """
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)


def lines(text: str) -> str:
    r"""Return the same for a text whose lines stay lines.

    Examples
    --------
    >>> print(lines("exc\n\x1b[2J"))
    exc
    \x1b[2J
    """
    return text if text.isprintable() else "\n".join(map(shown, text.split("\n")))


def markup(text: str) -> str:
    r"""Return words for HTML and SVG: nothing that these take for their own, nothing that XML cannot hold.

    Examples
    --------
    >>> print(markup("a < b\x00"))
    a &lt; b\x00
    """
    from html import escape  # start-up time: only reports and pictures need it

    return escape(lines(text))


def plain(text: str) -> str:
    r"""Return words that matplotlib takes for no formula.

    Examples
    --------
    >>> print(plain("$x"))
    \$x
    """
    return lines(text).replace("$", r"\$")


def alike(text: str, stream: Any) -> str:
    """Return a text as a stream can write it: in ASCII where its encoding lacks a character."""
    encoding = getattr(stream, "encoding", None) or "utf-8"
    return text.encode(encoding, ASCII).decode(encoding)


def encodable(text: str) -> str:
    """Return a text as standard output can write it; as it is where that has no encoding that is known."""
    with suppress(Exception):  # what stands there may be an object of the caller
        return alike(text, sys.stdout)
    return text


def console(text: str) -> str:
    """Return the same, our own signs only where a code page of Windows has them, whatever standard output can write.

    Examples
    --------
    >>> print(console("exc → inh, ≥ 3 µs"))
    exc -> inh, >= 3 µs
    """
    return encodable(text.translate(_TYPED))


def record(thing: Any) -> str:
    """Return the `repr` of a dataclass with names of the caller in it, as a console takes it."""
    values = (f"{part.name}={getattr(thing, part.name)!r}" for part in fields(thing) if part.repr)
    return console(f"{type(thing).__qualname__}({', '.join(values)})")


def shortened(text: str, most: int = 200) -> str:
    """Return a text, without its middle where it has more than so many characters.

    Examples
    --------
    >>> shortened("abcdefghij", 5)
    'abc…j'
    """
    if len(text) <= most:
        return text
    tail = (most - 1) // 4
    return f"{text[: most - 1 - tail]}…{text[len(text) - tail :]}"


def owner(name: str) -> str:
    """Return what a message begins with: whose parameter it names; empty where there is no owner.

    Examples
    --------
    >>> owner("exc"), owner("")
    ('exc: ', '')
    """
    return f"{shortened(shown(name))}: " if name else ""


def value(content: Any) -> str:
    r"""Return a value as a message shows it: its `repr`, at most a line long; of much the first, and how much there is.

    Examples
    --------
    >>> value(3), value("a\n"), value(-(10**400))
    ('3', "'a\\n'", 'about -10^400')
    >>> print(value(np.zeros((100, 3))), "or", value(list(range(1_000))))
    ndarray of shape (100, 3) and float64 or [0, 1, 2, … (1,000 in all)]
    """
    if isinstance(content, np.generic):
        content = content.item()
    if isinstance(content, int) and abs(content) >= 10**_MOST_DIGITS:
        sign = "-" if content < 0 else ""
        return f"about {sign}10^{round((abs(content).bit_length() - 0.5) * math.log10(2.0))}"
    try:
        text = _container(content) if type(content) in _BRACKETS else _element(content)
    except Exception:  # what the caller made may do anything when asked how it looks
        text = f"<{type(content).__name__}>"
    return shortened(shown(text))


def _container(content: Any) -> str:
    """Return the first elements of a container of Python's own, and how many there are."""
    brackets = _BRACKETS[type(content)]
    if len(content) <= _MOST_ELEMENTS and not any(
        map(_is_much, content.values() if isinstance(content, dict) else content)
    ):
        return repr(content)
    pairs = content.items() if isinstance(content, dict) else None
    elements = map(_element, content) if pairs is None else (f"{key!r}: {_element(one)}" for key, one in pairs)
    first = ", ".join(islice(elements, _SHOWN))
    more = f", … ({len(content):,} in all)" if len(content) > _SHOWN else ""
    return f"{brackets[0]}{first}{more}{brackets[1]}"


def _element(content: Any) -> str:
    """Return the `repr` of a value on one line; of an array its shape, of a long container its length."""
    if not _is_much(content):
        return " ".join(repr(content).split()) if hasattr(content, "shape") else repr(content)
    kind = type(content).__name__
    if not hasattr(content, "shape"):
        return f"{kind} of {len(content):,}"
    dtype = getattr(content, "dtype", None)
    return f"{kind} of shape {tuple(content.shape)}" + ("" if dtype is None else f" and {dtype}")


def _is_much(content: Any) -> bool:
    """Return whether a value has too many elements for a message."""
    shape = getattr(content, "shape", None)
    if isinstance(shape, tuple):
        return math.prod(shape) > _MOST_ELEMENTS
    return type(content) in _BRACKETS and len(content) > _MOST_ELEMENTS


def _ascii(error: UnicodeError) -> tuple[str, int]:
    """Write what an encoding does not have in ASCII: an error handler of `codecs`."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return "".join(map(_likeness, error.object[error.start : error.end])), error.end


def _likeness(character: str) -> str:
    if character in _LIKENESSES:
        return _LIKENESSES[character]
    if ord(character) in _BRAILLE:
        return " .:#"[min((ord(character) - _BRAILLE.start).bit_count(), 6) // 2]
    if has_surrogate(character):
        return shown(character)
    import unicodedata  # start-up time: only where an encoding lacks a character

    return unicodedata.normalize("NFKD", character).encode("ascii", "ignore").decode("ascii") or "?"


def _is_lacking(character: str) -> bool:
    try:
        character.encode(_CODE_PAGE)
    except UnicodeEncodeError:
        return True
    return False


codecs.register_error(ASCII, _ascii)
_TYPED = str.maketrans({sign: ascii for sign, ascii in _LIKENESSES.items() if _is_lacking(sign)})
