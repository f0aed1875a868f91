"""What a notebook shows of a value: a short table in HTML, its words escaped, its length said."""

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any

from spikecore import printed

__all__ = ["HEAD", "populations", "table"]

MOST_ROWS = 40
"""Rows that are shown; of more the number is told."""
HEAD = 5
"""Rows that are shown of long lists of numbers."""


def table(title: str, head: Sequence[str], rows: Iterable[Sequence[Any]], length: int | None = None) -> str:
    """Return a title over a table.

    Parameters
    ----------
    title : str
        One line.
    head : sequence of str
        Names of the columns.
    rows : iterable of sequences
        Cells: words, flush left, or numbers.
    length : int, optional
        How many rows there are, if those given are not all.

    Examples
    --------
    >>> print(table("a < b", ("size",), [(3000,)]))
    <p>a &lt; b</p><table><tr><th>size</th></tr><tr><td>3,000</td></tr></table>
    """
    remaining = iter(rows)
    shown = list(islice(remaining, MOST_ROWS))
    if not shown:
        return f"<p>{printed.markup(title)}</p>"
    names = "".join(f"<th>{printed.markup(name)}</th>" for name in head)
    body = "".join("<tr>" + "".join(map(_cell, row)) + "</tr>" for row in shown)
    left = sum(1 for _ in remaining) if length is None else length - len(shown)
    more = f"<p>… {left:,} more</p>" if left else ""
    return f"<p>{printed.markup(title)}</p><table><tr>{names}</tr>{body}</table>{more}"


def populations(title: str, members: Iterable[Any]) -> str:
    """Return a title over a table of populations: their names, sizes and models."""
    rows = ((member.name, member.size, type(member.model).__name__) for member in members)
    return table(title, ("population", "neurons", "model"), rows)


def _cell(value: Any) -> str:
    if isinstance(value, str):
        return f'<th style="text-align:left">{printed.markup(printed.shortened(printed.shown(value), 60))}</th>'
    return f"<td>{value:,}</td>" if isinstance(value, int) else f"<td>{value:.10g}</td>"
