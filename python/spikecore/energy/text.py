"""Energies, tables and sentences as text for a terminal."""

import re
import textwrap
from collections.abc import Iterable, Sequence

from spikecore import checks, printed

__all__ = ["WIDTH", "aligned", "joules", "terms", "wrapped"]

WIDTH = 118
"""Columns that sentences are wrapped at; tables are as wide as they need to be."""


def joules(value: float | None) -> str:
    """Return an energy with a unit that suits it.

    Examples
    --------
    >>> joules(1.25e-7), joules(0.0), joules(-2e-3), joules(None)
    ('125 nJ', '0 pJ', '-2 mJ', 'unknown')
    """
    if value is None:
        return "unknown"
    for unit, size in (("J", 1.0), ("mJ", 1e-3), ("µJ", 1e-6), ("nJ", 1e-9)):
        if abs(value) >= size:
            return f"{value / size:.4g} {unit}"
    return f"{value / 1e-12:.4g} pJ"


def terms(names: Sequence[str]) -> str:
    """Return the terms of a sentence: all of a chip's, and of a profile of thousands the first.

    Examples
    --------
    >>> terms(["leakage", "clock"]), terms([f"t{k}" for k in range(1000)])[-20:]
    ('leakage, clock', 't23 … (1,000 in all)')
    """
    return checks.listed(names, 24, str)


def aligned(table: Iterable[tuple[str, ...]], left: tuple[int, ...]) -> list[str]:
    """Return a table in columns as wide as they need; those of `left` are flush left."""
    rows = [tuple(printed.shown(cell) for cell in row) for row in table]
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    return [
        "  "
        + "  ".join(
            f"{cell:<{width}}" if i in left else f"{cell:>{width}}"
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]


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
