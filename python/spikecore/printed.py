"""How names and values of the caller are written: one function for each medium, and none leaves a control character.

A name may hold any character but a lone surrogate. What cannot be printed (control characters, escape
sequences, marks that turn the direction of a line) stays in the name and is written as an escape, as `repr`
does: `shown` for one line of a terminal or a message, `lines` for several, `markup` for HTML and SVG, `plain`
for matplotlib. JSON escapes for itself. Values that are too long for a message are shortened.
"""

import math
import re
from typing import Any

import numpy as np

__all__ = ["has_surrogate", "lines", "markup", "plain", "shortened", "shown", "value"]

_SURROGATE = re.compile("[\ud800-\udfff]")
_MOST_DIGITS = 40


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


def value(content: Any) -> str:
    r"""Return a value as a message shows it: its `repr`, at most a line long.

    Examples
    --------
    >>> value(3), value("a\n"), value(-(10**400))
    ('3', "'a\\n'", 'about -10^400')
    """
    if isinstance(content, np.generic):
        content = content.item()
    if isinstance(content, int) and abs(content) >= 10**_MOST_DIGITS:
        sign = "-" if content < 0 else ""
        return f"about {sign}10^{round((abs(content).bit_length() - 0.5) * math.log10(2.0))}"
    try:
        text = repr(content)
    except Exception:  # what the caller made may do anything when asked how it looks
        text = f"<{type(content).__name__}>"
    return shortened(shown(text))
