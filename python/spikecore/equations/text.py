"""A text of equations cut into statements, each of which knows where its parts stand.

A statement takes a line; inside parentheses it goes on in the next. ``#`` begins a comment. After the colon come
the unit and the flags.
"""

import re
from dataclasses import dataclass
from typing import NoReturn

from spikecore.errors import EquationError

__all__ = ["LONGEST", "Part", "Source", "Statement"]

LONGEST = 65_536
"""Characters of a text."""
_DEEPEST = 100
"""Parentheses that may be open at once."""
_WINDOW = 80
"""Characters on each side of a fault that a message shows of a long line."""
_MOST_STATEMENTS = 500
_FORBIDDEN = "\"'\\`$?@{}"
_LEFT = re.compile(r"\s*(?:d(?P<variable>[A-Za-z]\w*)\s*/\s*dt|(?P<name>[A-Za-z]\w*))\s*\Z")


@dataclass(frozen=True)
class Source:
    """A text, and what it is: the equations, the threshold, the reset or the refractory time."""

    what: str
    text: str

    def place(self, at: int) -> tuple[int, int]:
        """Return line and column of a character, from 1."""
        before = self.text[:at]
        return before.count("\n") + 1, at - (before.rfind("\n") + 1) + 1

    def refuse(self, message: str, at: int) -> NoReturn:
        """Raise the error about what stands at a character."""
        line, column = self.place(at)
        text = self.text.split("\n")[line - 1].rstrip()
        where = f"{self.what}, line {line}, column {column}"
        first = max(column - _WINDOW, 0) if len(text) > 2 * _WINDOW else 0
        window = text[first : first + 2 * _WINDOW].replace("\t", " ")
        pointed = f"{where}: {message}\n    {window}\n    {' ' * (column - 1 - first)}^"
        raise EquationError(pointed, line=line, column=column, text=text)


@dataclass(frozen=True)
class Part:
    """A piece of a source, and the character at which it begins; line breaks in it are blanks."""

    source: Source
    text: str
    at: int

    def stripped(self) -> "Part":
        """Return it without blanks at the ends."""
        return Part(self.source, self.text.strip(), self.at + len(self.text) - len(self.text.lstrip()))

    def refuse(self, message: str, at: int = 0) -> NoReturn:
        """Raise the error about a character of it."""
        self.source.refuse(message, self.at + at)

    def split(self, mark: str) -> "list[Part]":
        """Return what stands between marks that are in no parentheses."""
        parts, begin = [], 0
        for at in [*_outside(self.text, mark), len(self.text)]:
            parts.append(Part(self.source, self.text[begin:at], self.at + begin))
            begin = at + len(mark)
        return parts


@dataclass(frozen=True)
class Statement:
    """A statement about a name: its derivative, its meaning, or only its unit.

    Attributes
    ----------
    name : str
    is_derivative : bool
    expression : Part or None
    unit : Part
    flags : tuple of Part
    at : Part
        The name in the text.
    """

    name: str
    is_derivative: bool
    expression: Part | None
    unit: Part
    flags: tuple[Part, ...]
    at: Part


def statements(source: Source) -> list[Statement]:
    """Return the statements of a text of equations."""
    parts = lines(source)
    if len(parts) > _MOST_STATEMENTS:
        parts[_MOST_STATEMENTS].refuse(f"{len(parts)} statements, allowed: {_MOST_STATEMENTS}")
    return [_statement(part) for part in parts]


def lines(source: Source) -> list[Part]:
    """Return the lines of a text, without comments and empty ones; an open parenthesis goes on in the next line."""
    if len(source.text) > LONGEST:
        source.refuse(f"{len(source.text):,} characters, allowed: {LONGEST:,}", 0)
    text = re.sub(r"#[^\n]*", lambda comment: " " * len(comment[0]), source.text)
    for at, character in enumerate(text):
        if not (character.isascii() and (character.isprintable() or character in "\n\t\r")):
            source.refuse(f"the character {character!r}, allowed: ASCII", at)
    parts: list[Part] = []
    opened: list[int] = []
    begin = 0
    for at, character in enumerate(text + "\n"):
        if character in _FORBIDDEN:
            source.refuse(f"{character} is not part of the language", at)
        if character == "(":
            opened.append(at)
        if character == ")" and not opened:
            source.refuse("a parenthesis is closed that is not open", at)
        if character == ")":
            opened.pop()
        if len(opened) > _DEEPEST:
            source.refuse(f"more than {_DEEPEST} parentheses are open", at)
        if character == "\n" and not opened:
            part = Part(source, re.sub(r"[\n\r\t]", " ", text[begin:at]), begin).stripped()
            parts += [part] if part.text else []
            begin = at + 1
    if opened:
        source.refuse("a parenthesis is not closed", opened[-1])
    return parts


def _statement(line: Part) -> Statement:
    colons = _outside(line.text, ":")
    if len(colons) != 1:
        hint = "; a statement goes on in the next line only inside parentheses"
        line.refuse(f"a statement needs one colon and a unit behind it, as in 'dv/dt = -v/tau : mV'{hint}")
    body, tail = line.text[: colons[0]], Part(line.source, line.text[colons[0] + 1 :], line.at + colons[0] + 1)
    unit, *flags = (part.stripped() for part in tail.split(","))
    equal = re.search(r"(?<![<>=!])=(?!=)", body)
    left = body[: equal.start()] if equal else body
    meant = _LEFT.match(left)
    if meant is None:
        line.refuse(f"{left.strip()!r}, allowed: dNAME/dt or NAME, of letters, digits and _, before the sign =")
    expression = Part(line.source, body[equal.end() :], line.at + equal.end()).stripped() if equal else None
    if expression is not None and not expression.text:
        expression.refuse("an expression is missing")
    group = "variable" if meant["variable"] else "name"
    name = Part(line.source, meant[group], line.at + meant.start(group))
    return Statement(name.text, group == "variable", expression, unit, tuple(flags), name)


def _outside(text: str, mark: str) -> list[int]:
    """Return where a mark stands in no parentheses."""
    places, depth = [], 0
    for at, character in enumerate(text):
        depth += (character == "(") - (character == ")")
        if character == mark and depth == 0:
            places.append(at)
    return places
