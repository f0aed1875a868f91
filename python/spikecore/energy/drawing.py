"""A drawing as data, rectangles, lines, circles and words; as SVG without dependencies, or as PNG with matplotlib.

Both faces draw the same shapes at the same pixels. The same drawing is the same bytes of SVG.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from spikecore import checks, printed
from spikecore.files import writing

__all__ = ["INK", "PAGES", "Circle", "Drawing", "Polyline", "Rect", "Shape", "Words", "check"]

INK = "#222222"
"""Colour of lines and words."""
PAGES = (".html", ".htm")
"""Suffixes of pages, which hold a picture and tables."""
_SIDES = {"start": "left", "middle": "center", "end": "right"}


@dataclass(frozen=True)
class Rect:
    """A filled rectangle, its upper left corner at (x, y) in pixels."""

    x: float
    y: float
    width: float
    height: float
    fill: str


@dataclass(frozen=True)
class Polyline:
    """A line through points in pixels; dashed where it has dashes, such as ``3 2``."""

    points: Sequence[tuple[float, float]]
    stroke: str = INK
    dash: str = ""


@dataclass(frozen=True)
class Circle:
    """A circle around (x, y) of so many pixels, not filled."""

    x: float
    y: float
    radius: float


@dataclass(frozen=True)
class Words:
    """Words whose base line has its ``start``, ``middle`` or ``end`` at (x, y) in pixels."""

    x: float
    y: float
    text: str
    anchor: str = "start"
    is_bold: bool = False


Shape = Rect | Polyline | Circle | Words


@dataclass(frozen=True)
class Drawing:
    """Shapes on white ground, drawn in their order; its size is in pixels.

    Examples
    --------
    >>> print(Drawing(20, 10, [Rect(0, 0, 5, 5, "#000000")]).svg().splitlines()[2])
    <rect x="0.0" y="0.0" width="5.0" height="5.0" fill="#000000"/>
    """

    width: float
    height: float
    shapes: Sequence[Shape]

    def above(self, other: "Drawing") -> "Drawing":
        """Return one drawing with another below it."""
        below = [_lowered(shape, self.height) for shape in other.shapes]
        return Drawing(max(self.width, other.width), self.height + other.height, [*self.shapes, *below])

    def svg(self) -> str:
        """Return the text of an SVG file."""
        size = f'viewBox="0 0 {self.width:g} {self.height:g}" font-family="sans-serif" font-size="12"'
        ground = f'<rect width="{self.width:g}" height="{self.height:g}" fill="white"/>'
        start = f'<svg xmlns="http://www.w3.org/2000/svg" {size}>'
        return "\n".join([start, ground, *map(_svg, self.shapes), "</svg>", ""])

    def png(self) -> bytes:
        """Return a PNG file, two of its pixels for one of the drawing's; needs matplotlib."""
        from matplotlib.backends.backend_agg import FigureCanvasAgg  # optional
        from matplotlib.figure import Figure  # optional

        figure = Figure(figsize=(self.width / 100.0, self.height / 100.0), dpi=200)
        FigureCanvasAgg(figure)
        axes = figure.add_axes((0.0, 0.0, 1.0, 1.0))
        axes.set(xlim=(0.0, self.width), ylim=(self.height, 0.0))
        axes.axis("off")
        for shape in self.shapes:
            _draw(shape, axes)
        content = io.BytesIO()
        figure.savefig(content, format="png")
        return content.getvalue()

    def write(self, path: Path) -> Path:
        """Write it as ``.png``, or as ``.svg`` under any other name, and return the path."""
        if path.suffix.lower() == ".png":
            return writing.data(path, self.png())
        return writing.text(path, self.svg())


def check(owner: str, path: Path) -> None:
    """Refuse a file that is neither picture nor page.

    Raises
    ------
    NetworkError
        If the suffix is not ``.svg``, ``.png``, ``.html`` or ``.htm``, or is ``.png`` without matplotlib.
    """
    suffix = path.suffix.lower()
    if suffix not in (".svg", ".png", *PAGES):
        checks.refuse(owner, "the suffix", repr(path.suffix), "'.svg', '.png' or '.html'")
    if suffix == ".png":
        try:
            import matplotlib  # noqa: F401  # optional
        except ImportError:
            checks.refuse(owner, "the suffix", "'.png'", "'.svg' or '.html'; '.png' needs spikecore[plot]")


def _lowered(shape: Shape, pixels: float) -> Shape:
    if isinstance(shape, Polyline):
        return replace(shape, points=[(x, y + pixels) for x, y in shape.points])
    return replace(shape, y=shape.y + pixels)


def _svg(shape: Shape) -> str:
    if isinstance(shape, Polyline):
        points = " ".join(f"{x:.1f},{y:.1f}" for x, y in shape.points)
        dashes = f' stroke-dasharray="{shape.dash}"' if shape.dash else ""
        return f'<polyline points="{points}" fill="none" stroke="{shape.stroke}" stroke-width="1.5"{dashes}/>'
    if isinstance(shape, Circle):
        return f'<circle cx="{shape.x:.1f}" cy="{shape.y:.1f}" r="{shape.radius:g}" fill="none" stroke="{INK}"/>'
    place = f'x="{shape.x:.1f}" y="{shape.y:.1f}"'
    if isinstance(shape, Rect):
        return f'<rect {place} width="{shape.width:.1f}" height="{shape.height:.1f}" fill="{shape.fill}"/>'
    style = f'text-anchor="{shape.anchor}" font-weight="{"bold" if shape.is_bold else "normal"}" fill="{INK}"'
    return f"<text {place} {style}>{printed.markup(shape.text)}</text>"


def _draw(shape: Shape, axes: Any) -> None:
    """Draw a shape on axes of matplotlib that count in pixels."""
    from matplotlib import patches  # optional

    if isinstance(shape, Polyline):
        x, y = zip(*shape.points, strict=True)
        axes.plot(x, y, color=shape.stroke, linewidth=1.1, linestyle="--" if shape.dash else "-")
    elif isinstance(shape, Circle):
        axes.add_patch(patches.Circle((shape.x, shape.y), shape.radius, fill=False, edgecolor=INK))
    elif isinstance(shape, Rect):
        axes.add_patch(patches.Rectangle((shape.x, shape.y), shape.width, shape.height, facecolor=shape.fill))
    else:
        style: dict[str, Any] = {"ha": _SIDES[shape.anchor], "va": "baseline", "fontsize": 8.64, "color": INK}
        weight = "bold" if shape.is_bold else "normal"
        axes.text(shape.x, shape.y, printed.plain(shape.text), fontweight=weight, **style)
