"""A figure: panels over one horizontal axis, with a remark below; as a drawing, a file, or axes of matplotlib."""

import textwrap
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from spikecore import extras, printed
from spikecore.pictures import file
from spikecore.pictures.drawing import GREY, Drawing, Polyline, Shape, Words, width_of
from spikecore.pictures.panel import SMALL, Box, Panel
from spikecore.pictures.scale import Scale

__all__ = ["WIDTH", "Figure", "TimeUnit", "axis", "stacked"]

WIDTH = 760.0
"""Pixels of a figure across: two columns of a journal, 7.6 inches at 100 pixels to the inch."""
_TOP, _GAP, _LINE = 12.0, 12.0, 15.0
_SECONDS_FROM = 5_000.0


@dataclass(frozen=True)
class TimeUnit:
    """The unit of an axis of time: ms, or s where it is 5 s long; `ms` is its length.

    Examples
    --------
    >>> TimeUnit.of(500.0), TimeUnit.of(60_000.0).name
    (TimeUnit(ms=1.0, name='time (ms)'), 'time (s)')
    """

    ms: float
    name: str

    @classmethod
    def of(cls, span_ms: float) -> "TimeUnit":
        """Return the unit for an axis of this length."""
        return cls(1e3, "time (s)") if span_ms >= _SECONDS_FROM else cls(1.0, "time (ms)")


@dataclass(frozen=True, eq=False)
class Figure:
    """Panels from the top, the last of them the main one.

    Attributes
    ----------
    panels : sequence of Panel
        What is drawn.
    x_name : str
        What the horizontal axis shows, with its unit.
    low, high : float
        Its ends.
    remark : str
        What has to be said below.
    is_log : bool
        Whether the horizontal axis is logarithmic.
    show : callable, optional
        Writes the marks of the horizontal axis.
    """

    panels: Sequence[Panel]
    x_name: str
    low: float
    high: float
    remark: str = ""
    is_log: bool = False
    show: Callable[[float], str] | None = None

    def drawing(self) -> Drawing:
        """Return the picture."""
        return stacked([self])

    def shapes(self, top: float) -> tuple[list[Shape], float]:
        """Return its shapes from a pixel downwards, and the pixel below them."""
        marks = Scale(self.low, self.high, 0.0, WIDTH, self.is_log, self.show).texts(4)
        half = max((width_of(text, SMALL) / 2.0 + 2.0 for text in marks), default=0.0)
        left = max(half, *(panel.left for panel in self.panels))
        right = WIDTH - max(half, *(panel.right for panel in self.panels))
        x = Scale(self.low, self.high, left, right, self.is_log, self.show)
        shapes: list[Shape] = []
        bottom = top - _GAP
        for panel in self.panels:
            top = bottom + _GAP + panel.above
            bottom = top + panel.height
            shapes += panel.shapes(Box(left, top, right, bottom), x)
        shapes += axis(x, bottom, self.x_name)
        lines = textwrap.wrap(printed.shown(self.remark), int((WIDTH - 24.0) / (0.53 * SMALL))) if self.remark else []
        shapes += [Words(12.0, bottom + 58.0 + _LINE * k, line, fill=GREY, size=SMALL) for k, line in enumerate(lines)]
        return shapes, bottom + 48.0 + _LINE * len(lines) + (4.0 if lines else 0.0)

    def svg(self) -> str:
        """Return the text of an SVG file."""
        return self.drawing().svg()

    def write(self, owner: str, path: Path) -> Path:
        """Write it in the format of its suffix and return its path; see `file.check` for what is refused."""
        return file.write(owner, self.drawing(), path)

    def plot(self, owner: str, axes: Any = None) -> Any:
        """Draw with matplotlib, the main panel on axes that are given, all on new ones; return those of the main panel.

        Raises
        ------
        ImportError
            If new axes are wanted and matplotlib is not installed.
        """
        all_axes = [axes]
        if axes is None:
            pyplot = extras.load("matplotlib.pyplot", f"{owner} without the name of an .svg file")
            heights = [panel.height for panel in self.panels]
            size = (WIDTH / 100.0, self.drawing().height / 100.0)
            figure = pyplot.figure(figsize=size, layout="constrained")
            grid = {"sharex": True, "height_ratios": heights, "squeeze": False}
            all_axes = list(figure.subplots(len(heights), 1, **grid)[:, 0])
        for panel, place in zip(self.panels[-len(all_axes) :], all_axes, strict=True):
            panel.plot(place)
        main = all_axes[-1]
        if self.is_log:
            main.set_xscale("log")
        main.set_xlim(self.low, self.high)
        remark = textwrap.wrap(printed.plain(self.remark), 100)
        if axes is None:
            main.set_xlabel("\n".join([self.x_name, *remark]))
        else:  # a caller's figure has room above its axes, and often none for more lines below them
            main.set_xlabel(self.x_name)
            main.set_title("\n".join(remark), loc="left", fontsize="small")
        return main

    def put(self, owner: str, where: Any) -> Any:
        """Write a file, or draw on axes of matplotlib; see `file.put`."""
        return file.put(owner, where, self.drawing, lambda axes: self.plot(owner, axes))


def stacked(figures: Sequence[Figure]) -> Drawing:
    """Return figures below each other, each over its own axis."""
    shapes: list[Shape] = []
    bottom = 0.0
    for figure in figures:
        drawn, bottom = figure.shapes(bottom + _TOP)
        shapes += drawn
    return Drawing(WIDTH, bottom, shapes)


def axis(x: Scale, bottom: float, name: str) -> Iterator[Shape]:
    """Draw the marks of a horizontal axis and what it shows, below a pixel."""
    most = _most_marks(x)
    for value, text in zip(x.ticks(most), x.texts(most), strict=True):
        at = float(x(np.array(value)))
        yield Polyline([(at, bottom), (at, bottom + 4.0)], width=1.0)
        yield Words(at, bottom + 17.0, text, "middle", size=SMALL)
    yield Words((x.start + x.stop) / 2.0, bottom + 36.0, name, "middle")


def _most_marks(x: Scale) -> int:
    """Return how many marks fit beside each other."""
    widest = max((width_of(text, SMALL) for text in x.texts(4)), default=20.0)
    return max(2, int((x.stop - x.start) / (1.6 * widest + 24.0)))
