"""The two claims as one picture: an SVG written by hand, a PNG of it, or a page with the tables.

Left, power over rate, both axes logarithmic: a flat line and a rising one for every size, and where they
cross. Right, what a network's spikes cost with its weights in three places.
"""

from pathlib import Path
from typing import Any

from spikecore import printed, writing
from spikecore.energy import claims_text, html, svg

__all__ = ["check", "draw", "write"]

_WIDTH, _HEIGHT = 960, 420
_LEFT, _RIGHT = (70, 40, 400, 320), (660, 40, 250, 320)
_SYNC, _ASYNC, _STATIC = "#c0392b", "#1f4e79", "#8a8a8a"
_PARTS = (("weights", "#1f4e79"), ("state", "#2e86c1"), ("the rest", "#bfc9d1"))


def check(path: Path) -> None:
    """Refuse a file that is neither picture nor page.

    Raises
    ------
    NetworkError
        If the suffix is not ``.svg``, ``.png`` (with matplotlib) or ``.html``.
    """
    svg.check("sweep", path)


def write(report: dict[str, Any], path: Path) -> Path:
    """Write what `claims.sweep` returned as a picture or a page that `check` allows, and return its path."""
    check(path)
    if path.suffix.lower() not in (".html", ".htm"):
        return svg.write(draw(report), path)
    tables = f"<pre>{printed.markup(claims_text.describe(report))}</pre>"
    return writing.text(path, html.document("Two claims, executed", draw(report) + tables))


def draw(report: dict[str, Any]) -> str:
    """Return what `claims.sweep` returned as the text of an SVG file."""
    return svg.document([*_powers(report), *_places(report["memory"])], _WIDTH, _HEIGHT)


def _powers(report: dict[str, Any]) -> list[str]:
    cases = [case for case in report["asynchronous"] if case["spikes"]]
    x0, y0, width, height = _LEFT
    powers = [value for case in cases for value in _watts(case) if value > 0.0]
    x = svg.LogAxis([case["counted_rate_hz"] for case in cases], x0, x0 + width)
    y = svg.LogAxis(powers, y0 + height, y0)
    drawn = [svg.text(x0, 20, "Dynamic power over rate, static apart (modelled)", weight="bold"), *_frame(x, y)]
    for size in sorted({case["neurons"] for case in cases}):
        drawn += _size([case for case in cases if case["neurons"] == size], x, y)
    for cross in report["crossings"]:
        drawn += _cross(cross, cases, x, y)
    legend = ((_SYNC, "synchronous, dynamic"), (_ASYNC, "asynchronous, dynamic"), (_STATIC, "static, of either"))
    for k, (colour, name) in enumerate(legend):
        left = x0 - 8 + (0, 162, 332)[k]
        drawn += [svg.line([(left, y0 - 8), (left + 18, y0 - 8)], colour), svg.text(left + 23, y0 - 4, name)]
    return drawn


def _size(cases: list[dict[str, Any]], x: svg.LogAxis, y: svg.LogAxis) -> list[str]:
    drawn = []
    for which, colour in enumerate((_SYNC, _ASYNC, _STATIC)):
        points = [(x(case["counted_rate_hz"]), y(_watts(case)[which])) for case in cases if _watts(case)[which] > 0.0]
        if points:
            drawn.append(svg.line(points, colour, "4 3" if colour == _STATIC else ""))
    return [*drawn, svg.text(x.start + 10, y(_watts(cases[-1])[0]) + 14, f"{cases[-1]['neurons']:,} neurons")]


def _cross(cross: dict[str, Any], cases: list[dict[str, Any]], x: svg.LogAxis, y: svg.LogAxis) -> list[str]:
    rate = cross["closed_form_hz"]
    if rate is None or not x.low <= rate <= x.high:
        return []
    level = next(_watts(case)[0] for case in cases if case["neurons"] == cross["neurons"])
    mark = f'<circle cx="{x(rate):.1f}" cy="{y(level):.1f}" r="4" fill="none" stroke="{svg.INK}"/>'
    return [mark, svg.text(x(rate) + 8, y(level) + 16, f"{rate:.0f} Hz")]


def _watts(case: dict[str, Any]) -> tuple[float, float, float]:
    """Return the powers of a case: both machines without static power, and static power."""
    seconds = case["seconds"]
    machines = (case["synchronous"]["dynamic_j"], case["asynchronous"]["dynamic_j"], case["static_j"])
    return machines[0] / seconds, machines[1] / seconds, machines[2] / seconds


def _frame(x: svg.LogAxis, y: svg.LogAxis) -> list[str]:
    bottom = y.start
    drawn = [svg.line([(x.start, y.stop), (x.start, bottom), (x.stop, bottom)], svg.INK)]
    for value in x.ticks():
        drawn += [svg.line([(x(value), bottom), (x(value), bottom + 4)], svg.INK)]
        drawn += [svg.text(x(value), bottom + 18, f"{value:g}", anchor="middle")]
    for value in y.ticks():
        drawn += [svg.line([(x.start - 4, y(value)), (x.start, y(value))], svg.INK)]
        drawn += [svg.text(x.start - 7, y(value) + 4, _watt(value), anchor="end")]
    return [*drawn, svg.text((x.start + x.stop) / 2, bottom + 36, "mean rate (Hz)", anchor="middle")]


def _places(memory: dict[str, Any]) -> list[str]:
    x0, y0, width, _ = _RIGHT
    places = memory["places"]
    scale = width / max(max(place["dynamic_j"].values()) for place in places)
    drawn = [svg.text(x0 - 130, 20, "The same spikes, weights elsewhere (modelled, dynamic)", weight="bold")]
    for k, place in enumerate(places):
        top = y0 + 20 + 80 * k
        drawn.append(svg.text(x0 - 130, top + 14, place["place"]))
        if place["memory"] not in place["place"]:
            drawn.append(svg.text(x0 - 130, top + 30, f"({place['memory']})"))
        left = float(x0)
        weights = place["weights_j"]["nominal"]
        total = place["dynamic_j"]["nominal"]
        state = total * place["memory_share"]["nominal"] - weights
        for value, (_, colour) in zip((weights, state, total - weights - state), _PARTS, strict=True):
            drawn.append(f'<rect x="{left:.1f}" y="{top}" width="{value * scale:.1f}" height="36" fill="{colour}"/>')
            left += value * scale
        if "high" in place["dynamic_j"]:
            ends = [x0 + place["dynamic_j"][bound] * scale for bound in ("low", "high")]
            drawn.append(svg.line([(ends[0], top + 18), (ends[1], top + 18)], svg.INK))
        drawn.append(svg.text(x0, top + 51, f"{place['times_local']['nominal']:.1f} times the core's own"))
    for k, (name, colour) in enumerate(_PARTS):
        left = x0 - 130 + 90 * k
        drawn.append(f'<rect x="{left}" y="{y0 + 262}" width="12" height="12" fill="{colour}"/>')
        drawn.append(svg.text(left + 17, y0 + 272, name))
    counts = memory["counts"]
    said = f"{counts['neurons']:,} neurons at {counts['rate_hz']:g} Hz; the black line: DRAM's price range"
    return [*drawn, svg.text(x0 - 130, y0 + 300, said)]


def _watt(value: float) -> str:
    for unit, size in (("W", 1.0), ("mW", 1e-3), ("µW", 1e-6), ("nW", 1e-9)):
        if value >= 0.999 * size:
            return f"{value / size:g} {unit}".replace(".0 ", " ")
    return f"{value:.0e} W"
