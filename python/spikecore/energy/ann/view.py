"""Costs of networks as a table, as rows for pandas, and as bars. All figures are modelled."""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any, Literal

from spikecore.energy import quantity
from spikecore.energy.ann.cost import Cost, Term
from spikecore.energy.ann.prices import Silicon
from spikecore.energy.bar import Bar
from spikecore.energy.figure import Bars
from spikecore.energy.table import Column, Section, Table

__all__ = ["bars", "table", "terms"]

_LONGEST = 26
_HEAD = (
    Column("network", is_words=True),
    Column("term", is_words=True),
    Column("count", lambda count: "" if count is None else f"{count:,.0f}"),
    Column("unit", is_words=True),
    Column("energy", quantity.joules),
    Column("up to", lambda high_j: "" if high_j is None else quantity.joules(high_j)),
    Column("of it memory", lambda share: "" if share is None else quantity.percent(share)),
    Column("grows with spikes", lambda grows: "" if grows is None else "yes" if grows else "no", is_words=True),
    Column("evidence", is_words=True),
    Column("source", is_words=True, is_long=True),
)


def table(silicon: Silicon, costs: Mapping[str, Cost], verdict: str, remarks: Sequence[str]) -> Table:
    """Return costs by role as a table: a row for every term, a total for every network, and their notes."""
    rows: list[tuple[Any, ...]] = []
    for role, cost in costs.items():
        for term in cost.terms:
            high = term.high_j if term.high_j != term.energy_j else None
            size = (term.count, term.unit, term.energy_j, high, None)
            rows.append((role, term.name, *size, term.with_spikes, term.evidence, term.source))
        high = cost.high_j if cost.high_j != cost.energy_j else None
        rows.append((role, "total", None, "", cost.energy_j, high, cost.memory_share, None, "modelled", ""))
    notes = [Section(f"{role}, {cost.name}", cost.notes) for role, cost in costs.items()]
    memory = "arithmetic alone" if silicon.memory is None else f"{silicon.memory} ({silicon.access_bits}-bit accesses)"
    place = f"{silicon.technology}, {silicon.precision}, {memory}, {silicon.reuse} reuse, batch {silicon.batch}"
    return Table(f"One inference, modelled: {place}", _HEAD, tuple(rows), (verdict,), (*remarks, *notes))


def terms(costs: Mapping[str, Cost]) -> Table:
    """Return every term of every network as a row of plain values, without totals."""
    rows = [(role, cost.name, *vars(term).values(), "modelled") for role, cost in costs.items() for term in cost.terms]
    head = ("role", "network", "term", *(field.name for field in fields(Term)[1:]), "status")
    return Table("", tuple(map(Column, head)), tuple(rows))


def bars(costs: Mapping[str, Cost]) -> Bars:
    """Return a bar for each network, terms from the dearest down; the whisker goes to the upper end of the prices."""
    return Bars(tuple(_bar(role, cost) for role, cost in costs.items()), "Energy of one inference")


def _bar(role: str, cost: Cost) -> Bar:
    name = cost.name if len(cost.name) <= _LONGEST else f"{cost.name[: _LONGEST - 1]}…"
    costly = sorted((term for term in cost.terms if term.energy_j), key=lambda term: -term.energy_j)
    parts = tuple((term.name, term.energy_j) for term in costly)
    bound: Literal["", "min"] = "min" if cost.is_lower_bound else ""
    return Bar(role, name, cost.energy_j, cost.energy_j, cost.high_j, parts, bound=bound)
