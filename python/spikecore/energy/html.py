"""Energy reports as HTML: a fragment for a notebook, or one page that needs nothing else."""

from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from spikecore.energy.report import cells, inside_cells, joules

if TYPE_CHECKING:
    from spikecore.energy.report import EnergyReport

__all__ = ["fragment", "page", "write"]

_HEAD = ("term", "count", "price", "low", "nominal", "high", "status", "source")
_STYLE = """
body{font:15px/1.5 system-ui,sans-serif;max-width:70em;margin:2em auto;padding:0 1em;color:#222}
table{border-collapse:collapse;margin:1em 0}td,th{padding:.2em .8em;text-align:right;border-bottom:1px solid #ddd}
td:first-child,th:first-child,td:last-child,th:last-child{text-align:left}p.verdict{font-weight:bold}
"""


def fragment(report: "EnergyReport") -> str:
    """Return a report as a table with its remarks."""
    status = report.status
    rows = [(*cells(line, status), line.price.source) for line in report.lines]
    rows += [(*inside_cells(one), one.price.source) for one in report.inside]
    sums = (joules(report.low_j), joules(report.nominal_j), joules(report.high_j))
    rows.append(("total", "", "", *sums, status, ""))
    body = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    head = "<tr>" + "".join(f"<th>{name}</th>" for name in _HEAD) + "</tr>"
    title = escape(f"Energy on {report.profile.title}: {status}, {report.profile.scope}")
    remarks = "".join(f"<li>{escape(one)}</li>" for one in report.remarks()[1:])
    unpriced = "".join(f"<li>{escape(f'{one.term}: {one.reason}')}</li>" for one in report.unpriced)
    notes = "".join(f"<li>{escape(one)}</li>" for one in (*report.profile.notes, *report.ledger.notes))
    verdict = f'<p class="verdict">{escape(report.verdict())}</p>'
    source = escape(report.profile.source)
    lists = f"<ul>{remarks}</ul><p>unpriced:</p><ul>{unpriced}</ul><p>notes:</p><ul>{notes}</ul>"
    return f"<p>{title}</p><table>{head}{body}</table>{verdict}{lists}<p>source: {source}</p>"


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
