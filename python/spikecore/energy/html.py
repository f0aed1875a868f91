"""Tables of texts as HTML, for what is not a `table.Table` yet."""

from collections.abc import Sequence

from spikecore.energy.table import page
from spikecore.printed import markup

__all__ = ["document", "escaped", "listed", "table"]

document = page


def table(rows: Sequence[Sequence[str]]) -> str:
    """Return a table whose first row is its head."""
    head = "".join(f"<th>{markup(cell)}</th>" for cell in rows[0])
    body = "".join("<tr>" + "".join(f"<td>{markup(cell)}</td>" for cell in row) + "</tr>" for row in rows[1:])
    return f"<table><tr>{head}</tr>{body}</table>"


def escaped(words: str) -> str:
    """Return words without what HTML would take for its own."""
    return markup(words)


def listed(lines: Sequence[str]) -> str:
    """Return sentences as a list."""
    return "<ul>" + "".join(f"<li>{markup(line.strip())}</li>" for line in lines) + "</ul>"
