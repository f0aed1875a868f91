"""The faces of a comparison with an artificial network: HTML, a table for pandas, a picture, a page.

They are those of a report (`html`, `plot`). All figures are modelled.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from spikecore import writing
from spikecore.energy import chart, html
from spikecore.energy.text import joules

if TYPE_CHECKING:
    from spikecore.energy.artificial import Comparison
    from spikecore.energy.cost import Cost

__all__ = ["bars", "costs", "fragment", "plot", "table", "write"]

_HEAD = ("network", "term", "count", "unit", "energy", "up to", "grows with spikes", "status", "evidence", "source")
_LONGEST = 26


def costs(found: "Comparison") -> list[tuple[str, "Cost"]]:
    """Return the networks that are compared, by role: artificial, spiking, and the twin where there is one."""
    return [(role, cost) for role, cost in _roles(found) if cost is not None]


def _roles(found: "Comparison") -> list[tuple[str, "Cost | None"]]:
    return [("artificial", found.artificial), ("spiking", found.spiking), ("twin", found.twin)]


def table(found: "Comparison") -> Any:
    """Return a pandas DataFrame with a row for every priced term of every network; needs pandas.

    Columns: role, network, term, count, unit, energy_j, high_j, with_spikes, status, evidence, source.
    """
    import pandas as pd

    rows = [
        {
            "role": role,
            "network": cost.name,
            "term": term.name,
            **{key: getattr(term, key) for key in ("count", "unit", "energy_j", "high_j", "with_spikes")},
            "status": "modelled",
            "evidence": term.evidence,
            "source": term.source,
        }
        for role, cost in costs(found)
        for term in cost.terms
    ]
    head = ["role", "network", "term", "count", "unit", "energy_j", "high_j", "with_spikes"]
    return pd.DataFrame(rows, columns=[*head, "status", "evidence", "source"])


def fragment(found: "Comparison") -> str:
    """Return the comparison as a table, its verdict, and what `print` says of ratio and crossings."""
    rows: list[tuple[str, ...]] = [_HEAD]
    for role, cost in costs(found):
        rows += [
            (
                f"{role}: {cost.name}",
                term.name,
                f"{term.count:,.0f}",
                term.unit,
                joules(term.energy_j),
                joules(term.high_j) if term.high_j != term.energy_j else "",
                "yes" if term.with_spikes else "no",
                "modelled",
                term.evidence,
                term.source,
            )
            for term in cost.terms
        ]
        ends = (joules(cost.energy_j), joules(cost.high_j) if cost.high_j != cost.energy_j else "")
        rows.append((f"{role}: {cost.name}", "total", "", "", *ends, "", "modelled", "", ""))
    lines = str(found).splitlines()
    said = lines[next(k for k, line in enumerate(lines) if line.startswith("  ratio, ")) : -1]
    notes = [f"{cost.name}: {note}" for _, cost in costs(found) for note in cost.notes]
    below = f"<p>{html.escaped(lines[0])}</p>{html.table(rows)}"
    return f'{below}<p class="verdict">{html.escaped(found.verdict)}</p>{html.listed(said)}{html.listed(notes)}'


def bars(found: "Comparison") -> list[chart.Bar]:
    """Return a bar for each network, terms from the dearest down; the whisker goes to the upper end of the prices."""
    return [
        chart.Bar(
            name=role,
            below=cost.name if len(cost.name) <= _LONGEST else f"{cost.name[: _LONGEST - 1]}…",
            total_j=cost.energy_j,
            low_j=cost.energy_j,
            high_j=cost.high_j,
            parts=tuple(
                (term.name, term.energy_j)
                for term in sorted(cost.terms, key=lambda term: -term.energy_j)
                if term.energy_j
            ),
        )
        for role, cost in costs(found)
    ]


def plot(found: "Comparison", axes: Any = None) -> Any:
    """Draw the networks as horizontal bars with matplotlib, as `plot.draw` does, and return the axes of the totals."""
    from spikecore.energy import plot as matplotlib_plot

    return matplotlib_plot.draw(bars(found), axes)


def write(found: "Comparison", file: str | Path) -> Path:
    """Write one self-contained page and return its path."""
    path = Path(file)
    title = "An artificial and a spiking network"
    page = html.document(title, chart.draw(bars(found), "Energy of one inference") + fragment(found))
    return writing.text(path, page)
