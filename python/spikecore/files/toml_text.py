"""TOML from a file of the caller: its shape is measured before a parser sees it.

`tomllib` recurses for every bracket, takes time and memory that grow with the square of a dotted key, and reads
integers of any length. So texts are scanned first, strings and comments left out: every limit names file, line
and key.
"""

import re
import tomllib
from typing import Any

from spikecore.files import reading

__all__ = ["parse"]

MOST_LINES = 150_000
MOST_COMMAS = 100_000
MOST_ARRAY_TABLES = 32_000
"""A profile has one for each price and each memory of a price."""
MOST_TABLES = 64
"""Names of tables."""
MOST_KEYS = 64
"""In one table."""
MOST_DOTS = 8
"""In one key."""
MOST_DEPTH = 16
"""Brackets in brackets."""
MOST_WORD = 400
"""Characters of a bare key or a number; the longest double has some 310 digits."""

_LITERALS = re.compile(
    r'"""(?:[^"\\]++|\\.|"(?!""))*+(?:"{3,5}|\Z)'
    r"|'''(?:[^']++|'(?!''))*+(?:'{3,5}|\Z)"
    r'|"(?:[^"\\\n]++|\\[^\n])*+"?'
    r"|'[^'\n]*+'?"
    r"|#[^\n]*+",
    re.DOTALL,
)
_HEADER = re.compile(r"^[ \t]*+(\[\[?+)[^\]\n]*+", re.MULTILINE)
_WORD = re.compile(rf"(?<![\w+.\-])[\w+.\-]{{{MOST_WORD + 1}}}")
_DOTS = re.compile(rf"(?:\.[^.\n,=\[\]{{}}]*+){{{MOST_DOTS + 1}}}")
_NESTING = re.compile(r"[\[\]{}]")
_KEY = re.compile(r"""\s*([\w.\-"' ]{1,80}?)\s*=""")


def parse(text: str, file: str, subject: str, parameter: str) -> dict[str, Any]:
    """Return the tables that a TOML text describes.

    Parameters
    ----------
    text : str
        The text.
    file : str
        Its name, for messages.
    subject : str
        What messages begin with.
    parameter : str
        The argument that named the file.

    Raises
    ------
    NetworkError
        If it is no TOML, or breaks a limit of this module.
    """
    mistake = _mistake(text)
    if mistake is not None:
        at, what = mistake
        reading.refuse(f"{subject}: {_place(text, at)}{what}, allowed: at most so many", parameter, file)
    try:
        return tomllib.loads(text)
    except ValueError as error:
        reading.refuse(f"{subject}: {error}", parameter, file)


def _place(text: str, at: int | None) -> str:
    """Return the line, and the key if there is one, for the beginning of a message."""
    if at is None:
        return "the file "
    start = text.rfind("\n", 0, at) + 1
    key = _KEY.match(text[start : start + 200])
    return f"line {1 + text.count(chr(10), 0, at)}: {key[1].strip() if key else 'it'} "


def _mistake(text: str) -> tuple[int | None, str] | None:
    """Return where a text breaks a limit, and how; None if it keeps all."""
    if text.count("\n") > MOST_LINES:
        return None, f"has more than {MOST_LINES:,} lines"
    bare = _LITERALS.sub(_blank, text)
    if bare.count(",") > MOST_COMMAS:
        return None, f"has more than {MOST_COMMAS:,} commas"
    word = _WORD.search(bare)
    if word is not None:
        return word.start(), f"has a number or a name of more than {MOST_WORD} characters"
    dots = _DOTS.search(bare)
    if dots is not None:
        return dots.start(), f"has a key of more than {MOST_DOTS} dots"
    return _crowded(text, bare) or _nested(bare)


def _blank(literal: re.Match[str]) -> str:
    """Return blanks in place of a string or a comment, line for line, so that places stay."""
    return "\n".join(" " * len(line) for line in literal[0].split("\n"))


def _crowded(text: str, bare: str) -> tuple[int | None, str] | None:
    """Return where there are too many tables, or keys in one table."""
    arrays, begin, names = 0, 0, set[str]()
    for header in _HEADER.finditer(bare):
        if bare.count("=", begin, header.start()) > MOST_KEYS:
            break
        begin = header.start()
        arrays += header[1] == "[["
        names.add(text[header.start() : header.end()])
        if arrays > MOST_ARRAY_TABLES or len(names) > MOST_TABLES:
            return begin, f"is one of more than {MOST_TABLES} tables, or {MOST_ARRAY_TABLES:,} tables in arrays"
    else:
        if bare.count("=", begin) <= MOST_KEYS:
            return None
    return begin, f"is a table of more than {MOST_KEYS} keys"


def _nested(bare: str) -> tuple[int | None, str] | None:
    """Return where brackets are nested too deep."""
    depth = 0
    for bracket in _NESTING.finditer(bare):
        depth += 1 if bracket[0] in "[{" else -1
        if depth > MOST_DEPTH:
            return bracket.start(), f"is nested deeper than {MOST_DEPTH} brackets"
    return None
