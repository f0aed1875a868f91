"""Figures that say how they are known, and tables of them.

Every number of a quoted paper is a `Figure`. A table says below it how the figures of a column are known, and in the
cells of a column where that differs; JSON has it beside each value.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from spikecore import checks
from spikecore.energy.table import Cell, Column, Table

__all__ = ["EVIDENCE", "Figure", "Row", "computed", "plain", "sources", "table"]

EVIDENCE = ("published", "quoted at second hand", "recalled", "assumed", "computed")
"""How a figure is known: read in its source, read where others quote it, read nowhere, chosen here, or worked out."""


@dataclass(frozen=True)
class Figure:
    """A number, how we know it, one of `EVIDENCE`, and from what: a source, or what it is computed from.

    `bound` is ``>`` or ``<`` where the number is one.
    """

    value: float
    evidence: str
    source: str = ""
    unit: str = ""
    bound: str = ""

    def __post_init__(self) -> None:
        checks.choice("figure", "evidence", self.evidence, EVIDENCE)

    @property
    def label(self) -> str:
        """How we know it, and from what where it is computed."""
        return f"computed from {self.source}" if self.evidence == "computed" and self.source else self.evidence

    def __str__(self) -> str:
        digits = f"{self.value:.4g}" if self.evidence == "computed" else f"{self.value:g}"
        return " ".join(filter(None, (self.bound, digits, self.unit)))


Row = Mapping[str, Any]
"""Figures, words and None by what they are; rows of one table need not have the same."""


def computed(values: Mapping[str, float | None], source: str = "") -> Row:
    """Return numbers as figures that are computed from a source; None stays what it is."""
    return {name: None if value is None else Figure(value, "computed", source) for name, value in values.items()}


def plain(row: Row) -> dict[str, Any]:
    """Return a row as plain values: of a figure its value, and how that is known."""
    return {name: dict(vars(value)) if isinstance(value, Figure) else value for name, value in row.items()}


def table(
    title: str, rows: Sequence[Row], columns: Mapping[str, Column] | None = None, remarks: Sequence[str] = ()
) -> Table:
    """Return rows as a table, with how its figures are known and remarks below; by default a column for each name."""
    names = columns or dict.fromkeys(name for row in rows for name in row)
    labels = {name: dict.fromkeys(figure.label for figure in _figures(rows, name)) for name in names}
    heads = columns or {name: Column(name, is_words=not labels[name]) for name in names}
    cells = tuple(
        tuple(_cell(row.get(name), column, len(labels[name]) > 1) for name, column in heads.items()) for row in rows
    )
    shared: dict[str, list[str]] = {}
    for name, own in labels.items():
        for label in own if len(own) == 1 else ():
            shared.setdefault(label, []).append(heads[name].name)
    known = tuple(f"{label}: {', '.join(names)}" for label, names in shared.items())
    return Table(title, tuple(heads.values()), cells, remarks=(*known, *remarks))


def sources(figures: Iterable[Figure], show: Callable[[float], str] | None = None) -> tuple[str, ...]:
    """Return a sentence for every source, with the figures from it, each as `show` writes its value."""
    by_source: dict[str, list[str]] = {}
    for figure in figures:
        by_source.setdefault(figure.source, []).append(show(figure.value) if show else str(figure))
    return tuple(f"{', '.join(values)}: from {source}" for source, values in by_source.items())


def _figures(rows: Sequence[Row], name: str) -> list[Figure]:
    return [cell for row in rows if isinstance(cell := row.get(name), Figure)]


def _cell(value: Figure | str | None, column: Column, is_labelled: bool) -> Cell:
    if not isinstance(value, Figure):
        return Cell(value, "-" if value is None else value)
    text = str(value) if column.show is str else column.show(value.value)  # a figure knows its unit
    return Cell(value.value, f"{text} ({value.label})" if is_labelled else text)
