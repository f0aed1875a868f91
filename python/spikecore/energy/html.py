"""Energy reports as HTML: a fragment for a notebook, or one page that needs nothing else."""

from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from spikecore.energy.report import cells, inside_cells
from spikecore.energy.text import joules

if TYPE_CHECKING:
    from spikecore.energy.report import EnergyReport

__all__ = ["fragment", "page", "write"]

_HEAD = ("term", "count", "price", "low", "nominal", "high", "status", "source", "share of what is priced")
_STYLE = """
body{font:15px/1.5 system-ui,sans-serif;max-width:70em;margin:2em auto;padding:0 1em;color:#222}
table{border-collapse:collapse;margin:1em 0}td,th{padding:.2em .8em;text-align:right;border-bottom:1px solid #ddd}
td:first-child,th:first-child,td:last-child,th:last-child{text-align:left}p.verdict{font-weight:bold}
"""


def fragment(report: "EnergyReport") -> str:
    """Return a report as a table, with a bar for the share of each term, and its remarks."""
    status = report.status
    sums = (joules(report.low_j), joules(report.nominal_j), joules(report.high_j))
    rows = [_row((*cells(line, status), line.price.source), _share(line.nominal_j, report)) for line in report.lines]
    rows += [_row((*inside_cells(one), one.price.source)) for one in report.inside]
    rows.append(_row(("total", "", "", *sums, status, "")))
    head = "<tr>" + "".join(f"<th>{name}</th>" for name in _HEAD) + "</tr>"
    title = escape(f"Energy on {report.profile.title}: {status}, {report.profile.scopes}")
    verdict = f'<p class="verdict">{escape(report.verdict())}</p>'
    remarks = _list(report.remarks()[1:])
    unpriced = _list([f"{one.term}: {one.reason}" for one in report.unpriced])
    notes = _list([*report.profile.notes, *report.ledger.notes])
    source = f"<p>source: {escape(report.profile.source)}</p>"
    table = f"<table>{head}{''.join(rows)}</table>"
    return f"<p>{title}</p>{table}{verdict}{remarks}<p>unpriced:</p>{unpriced}<p>notes:</p>{notes}{source}"


def _row(row: tuple[str, ...], share: float | None = None) -> str:
    bar = "" if share is None else f'<div style="background:#4c78a8;height:.8em;width:{share:.2f}%"></div>'
    return "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + f'<td style="min-width:8em">{bar}</td></tr>'


def _share(energy_j: float, report: "EnergyReport") -> float:
    return 100.0 * energy_j / report.nominal_j if report.nominal_j else 0.0


def _list(lines: Sequence[str]) -> str:
    return "<ul>" + "".join(f"<li>{escape(line)}</li>" for line in lines) + "</ul>"


def page(reports: Sequence["EnergyReport"]) -> str:
    """Return one page with these reports; it loads nothing from anywhere."""
    body = "".join(f"<h2>{escape(one.profile.title)}</h2>{fragment(one)}" for one in reports)
    head = f'<meta charset="utf-8"><title>Energy report</title><style>{_STYLE}</style>'
    return f'<!doctype html><html lang="en"><head>{head}</head><body><h1>Energy report</h1>{body}</body></html>\n'


def write(reports: Sequence["EnergyReport"], file: str | Path) -> Path:
    """Write the page and return its path."""
    path = Path(file)
    path.write_text(page(reports), encoding="utf-8")
    return path
