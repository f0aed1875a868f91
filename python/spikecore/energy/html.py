"""Energy reports as HTML: a fragment for a notebook, or one page that needs nothing else."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from spikecore import writing
from spikecore.energy import report_text
from spikecore.printed import markup

if TYPE_CHECKING:
    from spikecore.energy.comparison import Comparison
    from spikecore.energy.report import EnergyReport

__all__ = ["comparison", "document", "escaped", "fragment", "listed", "page", "table", "write"]

_HEAD = ("term", "count", "price", "low", "nominal", "high", "status", "source", "share of what is priced")
_STYLE = """
body{font:15px/1.5 system-ui,sans-serif;max-width:70em;margin:2em auto;padding:0 1em;color:#222}
table{border-collapse:collapse;margin:1em 0}td,th{padding:.2em .8em;text-align:right;border-bottom:1px solid #ddd}
td:first-child,th:first-child,td:last-child,th:last-child{text-align:left}p.verdict{font-weight:bold}
"""


def fragment(report: "EnergyReport") -> str:
    """Return a report as a table, with a bar for the share of each term, and its remarks."""
    status = report.status
    rows = [
        _row((*report_text.cells(line, status, report.off_point), line.price.source), _share(line.nominal_j, report))
        for line in report.lines
    ]
    rows += [_row((*report_text.inside_cells(one), one.price.source)) for one in report.inside]
    rows.append(_row(("total", "", "", *report_text.sums(report), report_text.short_status(report), "")))
    head = "<tr>" + "".join(f"<th>{name}</th>" for name in _HEAD) + "</tr>"
    title = markup(f"Energy on {report.profile.title}: {status}, {report.profile.scopes}")
    verdict = f'<p class="verdict">{markup(report.verdict())}</p>'
    remarks = listed(report_text.remarks(report)[1:])
    lists = (
        ("inside the all-in price:", report_text.contained(report)),
        ("unpriced:", report_text.unpriced(report)),
        ("notes:", [*report.profile.notes, *report.ledger.notes]),
    )
    below = "".join(f"<p>{name}</p>{listed(lines)}" for name, lines in lists if lines)
    source = f"<p>source: {markup(report.profile.source)}</p>"
    return f"<p>{title}</p><table>{head}{''.join(rows)}</table>{verdict}{remarks}{below}{source}"


def comparison(found: "Comparison") -> str:
    """Return several reports as one table, the verdicts between them and what each leaves out."""
    from spikecore.energy.comparison import HEAD

    verdicts = "".join(f'<p class="verdict">{markup(one)}</p>' for one in found.verdicts())
    return f"{table([HEAD, *found.rows()])}{verdicts}{listed(found.remarks())}"


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


def _row(row: tuple[str, ...], share: float | None = None) -> str:
    bar = "" if share is None else f'<div style="background:#4c78a8;height:.8em;width:{share:.2f}%"></div>'
    return "<tr>" + "".join(f"<td>{markup(cell)}</td>" for cell in row) + f'<td style="min-width:8em">{bar}</td></tr>'


def _share(energy_j: float, report: "EnergyReport") -> float:
    return 100.0 * energy_j / report.nominal_j if report.nominal_j else 0.0


def page(reports: Sequence["EnergyReport"], found: "Comparison | None" = None) -> str:
    """Return one page with these reports, below their comparison if there is one; it loads nothing from anywhere."""
    names = [one.profile.title for one in reports] if found is None else found.names
    titles = (
        one.profile.title if one.profile.title == name else f"{one.profile.title} ({name})"
        for one, name in zip(reports, names, strict=True)
    )
    body = "".join(f"<h2>{markup(title)}</h2>{fragment(one)}" for title, one in zip(titles, reports, strict=True))
    above = "" if found is None else f"<h2>Compared</h2>{found.to_svg()}{comparison(found)}"
    return document("Energy report", above + body)


def document(title: str, body: str) -> str:
    """Return a whole page that needs nothing else."""
    head = f'<meta charset="utf-8"><title>{markup(title)}</title><style>{_STYLE}</style>'
    return f'<!doctype html><html lang="en"><head>{head}</head><body><h1>{markup(title)}</h1>{body}</body></html>\n'


def write(reports: Sequence["EnergyReport"], file: str | Path, found: "Comparison | None" = None) -> Path:
    """Write the page and return its path."""
    path = Path(file)
    return writing.text(path, page(reports, found))
