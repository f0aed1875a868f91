"""Tables of texts for a terminal, for what is not a `table.Table` yet."""

from collections.abc import Iterable

from spikecore.energy.quantity import joules, terms
from spikecore.energy.table import WIDTH, Column, Table, wrapped

__all__ = ["WIDTH", "aligned", "joules", "terms", "wrapped"]


def aligned(table: Iterable[tuple[str, ...]], left: tuple[int, ...]) -> list[str]:
    """Return a table in columns as wide as they need; those of `left` are flush left."""
    head, *rows = table
    columns = tuple(Column(name, is_words=at in left) for at, name in enumerate(head))
    return Table("", columns, tuple(rows)).text().splitlines() if rows else [f"  {'  '.join(head)}"]
