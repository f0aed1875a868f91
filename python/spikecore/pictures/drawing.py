"""A drawing as data: rectangles, lines, circles, many short strokes, and words; as SVG, or through matplotlib.

Both faces draw the same shapes at the same pixels, and the same drawing is the same bytes of SVG. Python visits shapes
and points of lines, never single strokes.
"""

import io
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spikecore import extras, printed

__all__ = [
    "FAINT", "GREY", "INK", "PALETTE", "Circle", "Drawing", "Polyline", "Rect", "Shape", "Strokes", "Words", "width_of",
]  # fmt: skip

INK, GREY, FAINT = "#222222", "#666666", "#d8d8d8"
"""Colours of lines and words, of remarks, and of lines that only part."""
PALETTE = ("#0072b2", "#d55e00", "#009e73", "#b0508a", "#8a6d00", "#3f8fc4", "#333333", "#7a3b00")
"""Colours that stay apart for colour-blind eyes; the first three are Okabe and Ito's (2008), the others darker ones
that a thin line of them can be seen on white."""
FONT_SIZE = 12.0
"""Pixels of words by default."""
_SIDES = {"start": "left", "middle": "center", "end": "right"}
_POINTS = 0.72
"""Points of matplotlib in a pixel: a figure has 100 pixels to the inch."""
_LEVEL = 2
"""Where matplotlib draws lines: shapes of one level are drawn in their order."""
_NARROW = frozenset("iljtfrI.,:;|!'()[]/ ")


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
    width: float = 1.5


@dataclass(frozen=True)
class Circle:
    """A circle around (x, y) of so many pixels, filled where it has a colour for that."""

    x: float
    y: float
    radius: float
    stroke: str = INK
    fill: str = "none"


@dataclass(frozen=True, eq=False)
class Strokes:
    """Short vertical lines, `length` pixels long, their middles at (xs, ys) in pixels."""

    xs: NDArray[np.float64]
    ys: NDArray[np.float64]
    length: float
    stroke: str = INK
    width: float = 1.0


@dataclass(frozen=True)
class Words:
    """Words whose base line has its ``start``, ``middle`` or ``end`` at (x, y) in pixels; upwards if upright."""

    x: float
    y: float
    text: str
    anchor: str = "start"
    is_bold: bool = False
    fill: str = INK
    size: float = FONT_SIZE
    is_upright: bool = False


Shape = Rect | Polyline | Circle | Strokes | Words


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

    def svg(self) -> str:
        """Return the text of an SVG file."""
        wide, high = f"{self.width:g}", f"{self.height:g}"
        size = f'width="{wide}" height="{high}" viewBox="0 0 {wide} {high}"'
        font = f'font-family="Helvetica, Arial, sans-serif" font-size="{FONT_SIZE:g}"'
        ground = f'<rect width="{wide}" height="{high}" fill="white"/>'
        start = f'<svg xmlns="http://www.w3.org/2000/svg" {size} {font}>'
        return "\n".join([start, ground, *map(_svg, self.shapes), "</svg>", ""])

    def rendered(self, kind: str) -> bytes:
        """Return a file of a format of matplotlib; of pixels it has two for one of the drawing's.

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        """
        figure = extras.load("matplotlib.figure", f"a picture as {kind}").Figure(
            figsize=(self.width / 100.0, self.height / 100.0)
        )
        extras.load("matplotlib.backends.backend_agg", f"a picture as {kind}").FigureCanvasAgg(figure)
        axes = figure.add_axes((0.0, 0.0, 1.0, 1.0))
        axes.set(xlim=(0.0, self.width), ylim=(self.height, 0.0))
        axes.axis("off")
        for shape in self.shapes:
            _draw(shape, axes)
        content = io.BytesIO()
        figure.savefig(content, format=kind, dpi=200)
        return content.getvalue()


def width_of(text: str, size: float = FONT_SIZE) -> float:
    """Return the pixels that a text takes at most in a usual sans-serif font.

    Examples
    --------
    >>> width_of("iii") < width_of("exc") < width_of("WWW")
    True
    """
    return size * sum(map(_em, text))


def _em(character: str) -> float:
    if unicodedata.east_asian_width(character) in "WF":
        return 1.05
    if character in _NARROW:
        return 0.42
    if character in "mwMW@%—…":
        return 1.0
    return 0.78 if character.isupper() else 0.64


def _svg(shape: Shape) -> str:
    if isinstance(shape, Polyline):
        points = " ".join(f"{x:.1f},{y:.1f}" for x, y in shape.points)
        dashes = f' stroke-dasharray="{shape.dash}"' if shape.dash else ""
        style = f'fill="none" stroke="{shape.stroke}" stroke-width="{shape.width:g}"{dashes}'
        return f'<polyline points="{points}" {style}/>'
    if isinstance(shape, Circle):
        style = f'fill="{shape.fill}" stroke="{shape.stroke}" stroke-width="1.5"'
        return f'<circle cx="{shape.x:.1f}" cy="{shape.y:.1f}" r="{shape.radius:g}" {style}/>'
    if isinstance(shape, Strokes):
        return f'<path d="{_path(shape)}" stroke="{shape.stroke}" stroke-width="{shape.width:g}"/>'
    place = f'x="{shape.x:.1f}" y="{shape.y:.1f}"'
    if isinstance(shape, Rect):
        return f'<rect {place} width="{shape.width:.1f}" height="{shape.height:.1f}" fill="{shape.fill}"/>'
    if shape.is_upright:
        place += f' transform="rotate(-90 {shape.x:.1f} {shape.y:.1f})"'
    weight = ' font-weight="bold"' if shape.is_bold else ""
    style = f'text-anchor="{shape.anchor}" font-size="{shape.size:g}" fill="{shape.fill}"{weight}'
    return f"<text {place} {style}>{printed.markup(shape.text)}</text>"


def _path(strokes: Strokes) -> str:
    """Return the path of all strokes to a tenth of a pixel; those that coincide are one."""
    if not len(strokes.xs):
        return ""
    tops = np.stack([strokes.xs, strokes.ys - strokes.length / 2.0])
    tenths = np.unique(np.rint(10.0 * tops).astype(np.int64), axis=1) if len(strokes.xs) > 1 else np.rint(10.0 * tops)
    x, y = (_decimals(row.astype(np.int64)) for row in tenths)
    end = f"v{strokes.length:.1f}".encode()
    fields = [("move", "S1"), ("x", x.dtype), ("blank", "S1"), ("y", y.dtype), ("end", f"S{len(end)}")]
    moves = np.empty(len(x), dtype=fields)
    moves["move"], moves["x"], moves["blank"], moves["y"], moves["end"] = b"M", x, b" ", y, end
    return moves.tobytes().replace(b"\0", b"").decode("ascii")


def _decimals(tenths: NDArray[np.int64]) -> NDArray[np.bytes_]:
    """Return tenths as decimal numbers; there are no more different ones than a picture has tenths of pixels."""
    different, places = np.unique(tenths, return_inverse=True)
    names: NDArray[np.bytes_] = np.array([f"{number / 10.0:g}".encode() for number in different.tolist()])
    return names[places]


def _draw(shape: Shape, axes: Any) -> None:
    """Draw a shape on axes of matplotlib that count in pixels."""
    if isinstance(shape, Polyline):
        x, y = zip(*shape.points, strict=True)
        dashes = (0, tuple(float(part) for part in shape.dash.split())) if shape.dash else "-"
        axes.plot(x, y, color=shape.stroke, linewidth=_POINTS * shape.width, linestyle=dashes)
    elif isinstance(shape, Strokes):
        half, nowhere = shape.length / 2.0, np.full(len(shape.xs), np.nan)
        across = np.stack([shape.xs, shape.xs, nowhere], axis=1).reshape(-1)
        down = np.stack([shape.ys - half, shape.ys + half, nowhere], axis=1).reshape(-1)
        axes.plot(across, down, color=shape.stroke, linewidth=_POINTS * shape.width, solid_capstyle="butt")
    elif isinstance(shape, Rect | Circle):
        axes.add_patch(_patch(shape))
    else:
        style: dict[str, Any] = {"ha": _SIDES[shape.anchor], "va": "baseline", "color": shape.fill}
        style |= {"fontsize": _POINTS * shape.size, "fontweight": "bold" if shape.is_bold else "normal"}
        if shape.is_upright:
            style |= {"rotation": 90.0, "rotation_mode": "anchor"}
        axes.text(shape.x, shape.y, printed.plain(shape.text), **style)


def _patch(shape: Rect | Circle) -> Any:
    patches = extras.load("matplotlib.patches", "a picture")
    if isinstance(shape, Rect):
        return patches.Rectangle((shape.x, shape.y), shape.width, shape.height, facecolor=shape.fill, zorder=_LEVEL)
    style = {"facecolor": shape.fill, "edgecolor": shape.stroke, "linewidth": _POINTS * 1.5, "zorder": _LEVEL}
    return patches.Circle((shape.x, shape.y), shape.radius, **style)
