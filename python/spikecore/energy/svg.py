"""Pictures written by hand as SVG, the same bytes for the same figures; the same picture as PNG with matplotlib."""

import io
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from spikecore import checks, printed, writing

__all__ = ["INK", "LogAxis", "check", "colour", "document", "line", "rect", "text", "write"]

INK = "#222222"
_TWENTY = (
    "#1f77b4", "#ff7f0e", "#2ca02c", "#d62728", "#9467bd", "#8c564b", "#e377c2", "#b5b5b5", "#bcbd22", "#17becf",
    "#aec7e8", "#ffbb78", "#98df8a", "#ff9896", "#c5b0d5", "#c49c94", "#f7b6d2", "#dddddd", "#dbdb8d", "#9edae5",
)  # fmt: skip
"""The twenty colours of matplotlib's tab20, the strong ones first, with lighter greys."""


def colour(k: int) -> str:
    """Return the colour of the k-th term: no two are alike; from the twentieth on they are darker.

    Examples
    --------
    >>> colour(0), colour(20)
    ('#1f77b4', '#15537d')
    >>> len({colour(k) for k in range(80)})
    80
    """
    dark = 0.7 ** (k // len(_TWENTY))
    base = _TWENTY[k % len(_TWENTY)]
    return "#" + "".join(f"{int(dark * int(base[i : i + 2], 16)):02x}" for i in (1, 3, 5))


class LogAxis:
    """A logarithmic axis in whole decades: values to pixels."""

    def __init__(self, values: Sequence[float], start: float, stop: float) -> None:
        self.low = 10.0 ** math.floor(math.log10(min(values)))
        self.high = 10.0 ** math.ceil(math.log10(max(values)))
        if self.high <= self.low:
            self.high = 10.0 * self.low
        self.start, self.stop = start, stop

    def __call__(self, value: float) -> float:
        """Return the pixel of a value."""
        share = math.log10(value / self.low) / math.log10(self.high / self.low)
        return self.start + share * (self.stop - self.start)

    def ticks(self) -> list[float]:
        """Return the decades."""
        decades = round(math.log10(self.high / self.low))
        return [self.low * 10.0**k for k in range(decades + 1)]


def line(points: Sequence[tuple[float, float]], stroke: str, dash: str = "") -> str:
    """Return a line through points."""
    shown = " ".join(f"{px:.1f},{py:.1f}" for px, py in points)
    dashes = f' stroke-dasharray="{dash}"' if dash else ""
    return f'<polyline points="{shown}" fill="none" stroke="{stroke}" stroke-width="1.5"{dashes}/>'


def rect(px: float, py: float, width: float, height: float, fill: str) -> str:
    """Return a filled rectangle."""
    return f'<rect x="{px:.1f}" y="{py:.1f}" width="{width:.1f}" height="{height:.1f}" fill="{fill}"/>'


def text(px: float, py: float, words: str, anchor: str = "start", weight: str = "normal") -> str:
    """Return words whose base line starts, has its middle, or ends there."""
    place = f'x="{px:.1f}" y="{py:.1f}" text-anchor="{anchor}" font-weight="{weight}" fill="{INK}"'
    return f"<text {place}>{printed.markup(words)}</text>"


def document(body: Sequence[str], width: int, height: int) -> str:
    """Return a whole SVG file on white ground."""
    size = f'viewBox="0 0 {width} {height}" font-family="sans-serif" font-size="12"'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" {size}>'
    return "\n".join([head, f'<rect width="{width}" height="{height}" fill="white"/>', *body, "</svg>", ""])


def check(owner: str, path: Path) -> None:
    """Refuse a file that is neither picture nor page.

    Raises
    ------
    NetworkError
        If the suffix is not ``.svg``, ``.png``, ``.html`` or ``.htm``, or is ``.png`` without matplotlib.
    """
    suffix = path.suffix.lower()
    if suffix not in (".svg", ".png", ".html", ".htm"):
        checks.refuse(owner, "the suffix", repr(path.suffix), "'.svg', '.png' or '.html'")
    if suffix == ".png":
        try:
            import matplotlib  # noqa: F401
        except ImportError:
            checks.refuse(owner, "the suffix", "'.png'", "'.svg' or '.html'; '.png' needs spikecore[plot]")


def write(picture: str, path: Path) -> Path:
    """Write a picture of this module as ``.svg``, or as ``.png`` with matplotlib, and return its path."""
    if path.suffix.lower() == ".png":
        _write_png(picture, path)
    else:
        writing.text(path, picture)
    return path


def _write_png(picture: str, path: Path) -> None:
    """Draw what this module writes, and nothing else of SVG, with matplotlib: 100 pixels are an inch."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from matplotlib.patches import Circle, Rectangle

    root = ElementTree.fromstring(picture)
    width, height = (float(size) for size in root.attrib["viewBox"].split()[2:])
    figure = Figure(figsize=(width / 100.0, height / 100.0), dpi=200)
    FigureCanvasAgg(figure)
    axes = figure.add_axes((0.0, 0.0, 1.0, 1.0))
    axes.set(xlim=(0.0, width), ylim=(height, 0.0))
    axes.axis("off")
    for one in root:
        kind, has = one.tag.rpartition("}")[2], one.attrib
        at = float(has.get("x", 0.0)), float(has.get("y", 0.0))
        if kind == "rect":
            axes.add_patch(Rectangle(at, float(has["width"]), float(has["height"]), facecolor=has["fill"]))
        elif kind == "circle":
            centre = float(has["cx"]), float(has["cy"])
            axes.add_patch(Circle(centre, float(has["r"]), fill=False, edgecolor=has["stroke"]))
        elif kind == "polyline":
            x, y = zip(*(map(float, point.split(",")) for point in has["points"].split()), strict=True)
            axes.plot(x, y, color=has["stroke"], linewidth=1.1, linestyle="--" if "stroke-dasharray" in has else "-")
        else:
            side = {"start": "left", "middle": "center", "end": "right"}[has["text-anchor"]]
            style: dict[str, Any] = {"ha": side, "va": "baseline", "fontsize": 8.64, "fontweight": has["font-weight"]}
            axes.text(*at, printed.plain(one.text or ""), color=has["fill"], **style)
    content = io.BytesIO()
    figure.savefig(content, format="png")
    writing.data(path, content.getvalue())
