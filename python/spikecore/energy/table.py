"""One table, three faces: aligned text, HTML, pandas.

A table holds values; a column says how its values are written. A remark is a sentence below the table, and a section is
several of them under a name. No face reads what another has written.
"""

import re
import textwrap
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from spikecore import extras, printed
from spikecore.printed import markup

__all__ = ["WIDTH", "Cell", "Column", "Section", "Table", "page", "wide", "wrapped"]

WIDTH = 118
"""Columns that sentences are wrapped at; tables are as wide as they need to be."""
_STYLE = """
body{font:15px/1.5 system-ui,sans-serif;max-width:70em;margin:2em auto;padding:0 1em;color:#222}
table{border-collapse:collapse;margin:1em 0}td,th{padding:.2em .8em;text-align:right;border-bottom:1px solid #ddd}
.words{text-align:left}p.verdict{font-weight:bold}
.wide{overflow-x:auto}td.words{min-width:7em}
@media(max-width:40em){body{margin:1em auto}td,th{padding:.2em .4em}td.words~td.words{min-width:15em}}
"""
"""Tables and pictures that are wider than a phone scroll by themselves; the page does not."""
_UNIT = re.compile(r"(?<=[≥≤]) |(?<=\d) (?=(?:[pnµmk]?[JWsV]|[MG]?Hz|ms|pJ/\w+|B|bits?|%|times|chips|neurons)\b|%)")


@dataclass(frozen=True)
class Cell:
    """A value, which pandas gets, that is written otherwise than its column writes them."""

    value: Any
    text: str


@dataclass(frozen=True)
class Column:
    """A column: its head, and how a value is written; words flush left, numbers flush right.

    What is too long for a terminal is left out of the text. Shares of 0 … 1 are drawn as bars in HTML where `is_bar`.
    """

    name: str
    show: Callable[[Any], str] = str
    is_words: bool = False
    is_long: bool = False
    is_bar: bool = False


Taken = tuple[Column, Callable[[Any], Any]]
"""A column, and what it takes from a record."""


@dataclass(frozen=True)
class Section:
    """Sentences under a name, such as ``unpriced``."""

    name: str
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """Rows of values under a title, with what has to be said about them.

    Attributes
    ----------
    title, head, rows : str, tuple of Column, tuple of tuple
        A line above it, none if empty; its columns, and as many values in each row: what `Column.show` takes, or a
        `Cell`.
    verdicts, remarks : tuple of str, tuple of str or Section
        What follows from it, and what has to be said below it, a sentence each.

    Examples
    --------
    >>> energies = Table("Energy", (Column("chip", is_words=True), Column("J", "{:.1f}".format)), (("loihi", 2.0),))
    >>> print(energies.text())
    Energy
      chip     J
      loihi  2.0
    >>> energies.html()[:38]
    '<p>Energy</p><div class="wide"><table>'
    """

    title: str
    head: tuple[Column, ...]
    rows: tuple[tuple[Any, ...], ...]
    verdicts: tuple[str, ...] = ()
    remarks: tuple[str | Section, ...] = ()

    @classmethod
    def of(cls, title: str, columns: Sequence[Taken], records: Iterable[Any], remarks: Iterable[str] = ()) -> "Table":
        """Return a table with a row for each record; every column comes with what it takes from a record."""
        rows = tuple(tuple(value(record) for _, value in columns) for record in records)
        return cls(title, tuple(column for column, _ in columns), rows, remarks=tuple(remarks))

    def texts(self) -> list[tuple[str, ...]]:
        """Return the rows as they are written."""

        def written(value: Any, column: Column) -> str:
            return value.text if isinstance(value, Cell) else column.show(value)

        return [tuple(written(*pair) for pair in zip(row, self.head, strict=True)) for row in self.rows]

    def text(self) -> str:
        """Return the table in columns as wide as they need, verdicts and remarks wrapped below it."""
        lines = [printed.shown(self.title)] if self.title else []
        lines += self._aligned() if self.rows else []
        sentences = [f"  verdict: {verdict}" for verdict in self.verdicts]
        for remark in self.remarks:
            if isinstance(remark, Section):
                sentences += [f"  {remark.name}:", *(f"    {line}" for line in remark.lines)]
            else:
                sentences.append(f"  {remark}")
        return printed.console("\n".join([*lines, *(part for sentence in sentences for part in wrapped(sentence))]))

    def html(self) -> str:
        """Return the same as HTML, with the columns that are too long for a terminal and with bars."""
        title = f"<p>{markup(self.title)}</p>" if self.title else ""
        verdicts = "".join(f'<p class="verdict">{_kept(verdict)}</p>' for verdict in self.verdicts)
        groups = groupby(self.remarks, key=lambda remark: remark.name if isinstance(remark, Section) else "")
        remarks = "".join(_remarks(remarks) for _, remarks in groups)
        return f"{title}{verdicts}{self._html_rows() if self.rows else ''}{remarks}"

    def pandas(self) -> Any:
        """Return the values as a pandas DataFrame; needs pandas."""
        values = [[value.value if isinstance(value, Cell) else value for value in row] for row in self.rows]
        pandas = extras.load("pandas", "to_pandas")
        return pandas.DataFrame(values, columns=[column.name for column in self.head])

    def _aligned(self) -> Iterator[str]:
        shown = [at for at, column in enumerate(self.head) if not column.is_long]
        names = tuple(column.name for column in self.head)
        rows = [tuple(printed.console(printed.shown(row[at])) for at in shown) for row in [names, *self.texts()]]
        widths = [max(map(len, cells)) for cells in zip(*rows, strict=True)]
        sides = ["<" if self.head[at].is_words else ">" for at in shown]
        for row in rows:
            cells = (f"{cell:{side}{width}}" for cell, side, width in zip(row, sides, widths, strict=True))
            yield f"  {'  '.join(cells)}".rstrip()

    def _html_rows(self) -> str:
        sides = [' class="words"' if column.is_words else "" for column in self.head]
        names = "".join(f"<th{side}>{markup(column.name)}</th>" for column, side in zip(self.head, sides, strict=True))
        pairs = zip(self.rows, self.texts(), strict=True)
        rows = ["".join(map(_html_cell, row, texts, self.head, sides)) for row, texts in pairs]
        return wide(f"<table><tr>{names}</tr>{''.join(f'<tr>{cells}</tr>' for cells in rows)}</table>")


def wide(inside: str) -> str:
    """Return a table or a picture for a page, which scrolls by itself where the screen is narrower."""
    return f'<div class="wide">{inside}</div>'


def _kept(text: str) -> str:
    r"""Return words for HTML in which a number keeps its unit: no line ends between them.

    Examples
    --------
    >>> _kept("a < b, ≥ 3 pJ in 5 ways").split(" ")
    ['a', '&lt;', 'b,', '≥\xa03\xa0pJ', 'in', '5', 'ways']
    """
    return _UNIT.sub("\u00a0", markup(text))


def page(title: str, body: str) -> str:
    """Return a whole page of HTML that loads nothing from anywhere, as wide as its screen."""
    head = '<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
    head += f"<title>{markup(title)}</title><style>{_STYLE}</style>"
    return f'<!doctype html><html lang="en"><head>{head}</head><body><h1>{markup(title)}</h1>{body}</body></html>\n'


def wrapped(line: str, width: int = WIDTH) -> list[str]:
    """Return a sentence in lines of at most so many columns; all but the first are indented further.

    Examples
    --------
    >>> wrapped("  note: it is so", 12)
    ['  note: it', '    is so']
    """
    indent = line[: len(line) - len(line.lstrip())]
    line = indent + printed.shown(re.sub(r"[\t\n\r]+", " ", line.strip()))
    hanging = f"{indent}  "
    return textwrap.wrap(line, width, subsequent_indent=hanging, break_long_words=False, break_on_hyphens=False)


def _html_cell(value: Any, text: str, column: Column, side: str) -> str:
    share = value.value if isinstance(value, Cell) else value
    if not column.is_bar or share is None:
        return f"<td{side}>{markup(text) if column.is_long else _kept(text)}</td>"
    bar = f'<div style="background:#4c78a8;height:.8em;width:{100.0 * share:.2f}%"></div>'
    return f'<td style="min-width:8em" title="{_kept(text)}">{bar}</td>'


def _remarks(remarks: Iterable[str | Section]) -> str:
    """Return sentences as a list, and those of sections under their names."""
    name, lines = "", list[str]()
    for remark in remarks:
        lines += remark.lines if isinstance(remark, Section) else [remark]
        name = f"<p>{markup(remark.name)}:</p>" if isinstance(remark, Section) else ""
    return f"{name}<ul>{''.join(f'<li>{_kept(line)}</li>' for line in lines)}</ul>"
