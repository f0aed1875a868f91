"""Panels of a figure: curves over an axis; what is drawn follows the pixels, however many values there are."""

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spikecore import printed
from spikecore.pictures.drawing import FAINT, INK, Polyline, Shape, Words, width_of
from spikecore.pictures.scale import Scale

__all__ = ["SMALL", "Box", "Curve", "Curves", "Panel", "parting"]

SMALL = 11.0
"""Pixels of marks, legends and remarks."""
_TICK = 4.0
_LONGEST_NAME = 30


@dataclass(frozen=True)
class Box:
    """A part of a drawing in pixels."""

    left: float
    top: float
    right: float
    bottom: float


class Panel(ABC):
    """A part of a figure, with room beside it for names and above it for a legend, in pixels.

    Attributes
    ----------
    height, left, right, above : float
        Its own height, and the room that it needs around it.
    """

    height: float
    left: float = 0.0
    right: float = 0.0
    above: float = 0.0

    @abstractmethod
    def shapes(self, box: Box, x: Scale) -> Iterator[Shape]:
        """Draw it into a box, over this horizontal axis."""

    @abstractmethod
    def plot(self, axes: Any) -> None:
        """Draw it on axes of matplotlib."""


@dataclass(frozen=True, eq=False)
class Curve:
    """A line through (xs, ys), its xs ascending; a staircase has one more x than ys, the edges of its bins."""

    name: str
    xs: NDArray[np.float64]
    ys: NDArray[np.float64]
    colour: str = INK
    dash: str = ""
    width: float = 1.2

    @property
    def points(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """The corners of the line."""
        if len(self.xs) == len(self.ys):
            return self.xs, self.ys
        return np.repeat(self.xs, 2)[1:-1], np.repeat(self.ys, 2)


class Curves(Panel):
    """Curves over one vertical axis.

    Parameters
    ----------
    label : str
        What the vertical axis shows, with its unit.
    curves : sequence of Curve
        What is drawn; names that are not empty stand above.
    height : float
        In pixels.
    is_log : bool
        Whether the vertical axis is logarithmic; values that are not above 0 are left out then.
    low : float, optional
        Where a linear vertical axis begins; by default below the least value.
    show : callable, optional
        Writes the marks of the vertical axis.
    """

    def __init__(
        self,
        label: str,
        curves: Sequence[Curve],
        height: float = 90.0,
        is_log: bool = False,
        low: float | None = None,
        show: Callable[[float], str] | None = None,
    ) -> None:
        self.label, self.curves, self.height, self.is_log, self.show = label, curves, height, is_log, show
        self._limits = _limits([curve.ys for curve in curves], is_log, low)
        texts = self.scale(0.0, height).texts(self._most)
        self.left = max((width_of(text, SMALL) for text in texts), default=0.0) + _TICK + 30.0
        self.right = 20.0
        self._legend = list(_legend(curves)) if self._is_named else []
        self.above = 18.0 * (1 + max((row for row, _, _, _ in self._legend), default=-1))

    @property
    def _is_named(self) -> bool:
        return any(curve.name for curve in self.curves)

    @property
    def _most(self) -> int:
        return max(2, int(self.height / 32.0))

    def scale(self, top: float, bottom: float) -> Scale:
        """Return the vertical axis from a pixel to the one at its low end."""
        return Scale(*self._limits, bottom, top, self.is_log, self.show)

    def shapes(self, box: Box, x: Scale) -> Iterator[Shape]:
        """Draw frame, marks and curves."""
        y = self.scale(box.top, box.bottom)
        for curve in self.curves:
            yield from _lines(curve, x, y)
        yield Polyline([(box.left, box.top), (box.left, box.bottom), (box.right, box.bottom)], width=1.0)
        for value, text in zip(y.ticks(self._most), y.texts(self._most), strict=True):
            at = float(y(np.array(value)))
            yield Polyline([(box.left - _TICK, at), (box.left, at)], width=1.0)
            yield Words(box.left - _TICK - 4.0, at + 4.0, text, "end", size=SMALL)
        yield Words(box.left - self.left + 14.0, (box.top + box.bottom) / 2.0, self.label, "middle", is_upright=True)
        for row, at, name, colour in self._legend:
            top = box.top - self.above + 18.0 * row + 8.0
            yield Words(box.left + at, top, name, fill=colour, size=SMALL)

    def plot(self, axes: Any) -> None:
        """Draw all points with matplotlib."""
        for curve in self.curves:
            x, y = curve.points
            line = "--" if curve.dash else "-"
            axes.plot(x, y, line, color=curve.colour, linewidth=curve.width, label=_named(curve))
        axes.set_ylabel(printed.plain(self.label))
        axes.set_ylim(*self._limits)
        if self.is_log:
            axes.set_yscale("log")
        axes.spines[["top", "right"]].set_visible(False)
        if self._is_named:
            axes.legend(loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=6, fontsize="small", frameon=False)


def _named(curve: Curve) -> str:
    return printed.plain(printed.shortened(curve.name, _LONGEST_NAME))


def _limits(values: Sequence[NDArray[np.float64]], is_log: bool, low: float | None) -> tuple[float, float]:
    """Return the ends of a vertical axis that shows all finite values; of those above 0, if it is logarithmic."""
    shown = [part[np.isfinite(part) & ((part > 0.0) if is_log else True)] for part in values]
    ends = [end for part in shown if part.size for end in (float(part.min()), float(part.max()))]
    if is_log:
        least, most = (min(ends), max(ends)) if ends else (0.1, 1.0)
        return least / 1.3, most * 1.3
    least, most = (min(ends), max(ends)) if ends else (0.0, 0.0)
    room = 0.06 * (most - (least if low is None else low))
    if room <= 1e-12 * max(abs(least), abs(most)):
        room = 0.06 * abs(most) or 1.0
    return (least - room if low is None else low), most + room


def _legend(curves: Sequence[Curve]) -> Iterator[tuple[int, float, str, str]]:
    """Yield the names of curves with their row, their pixel and their colour, in rows that fit a figure."""
    row, at = 0, 0.0
    for curve in curves:
        if not curve.name:
            continue
        name = printed.shortened(printed.shown(curve.name), _LONGEST_NAME) + (" (dashed)" if curve.dash else "")
        width = width_of(name, SMALL)
        if at and at + width > 560.0:
            row, at = row + 1, 0.0
        yield row, at, name, curve.colour
        at += width + 18.0


def _lines(curve: Curve, x: Scale, y: Scale) -> Iterator[Polyline]:
    """Yield the visible parts of a curve in pixels, at most some four points for every column of pixels."""
    xs, ys = curve.points
    seen = (xs >= x.low) & (xs <= x.high)
    shown = np.isfinite(ys) & np.isfinite(xs) & ((ys > 0.0) if y.is_log else True)
    first, last = (int(np.argmax(seen)), len(seen) - int(np.argmax(seen[::-1]))) if seen.any() else (0, 0)
    parts = np.flatnonzero(np.diff(np.concatenate([[False], shown[first:last], [False]]).astype(np.int8)))
    for begin, end in zip(parts[::2] + first, parts[1::2] + first, strict=True):
        points = _thinned(x(xs[begin:end]), y(ys[begin:end]))
        if len(points) == 1:
            points += [(points[0][0] + 1.0, points[0][1])]
        yield Polyline(points, curve.colour, curve.dash, curve.width)


def _thinned(xs: NDArray[np.float64], ys: NDArray[np.float64]) -> list[tuple[float, float]]:
    """Return the points; where many share a column of pixels its first, least, largest and last one."""
    if len(xs) > 4 * (math.ceil(xs[-1] - xs[0]) + 1):
        columns = np.floor(xs).astype(np.int64)
        begins = np.flatnonzero(np.diff(columns, prepend=columns[0] - 1))
        ends = np.append(begins[1:], len(xs)) - 1
        middle = (xs[begins] + xs[ends]) / 2.0
        low, high = np.minimum.reduceat(ys, begins), np.maximum.reduceat(ys, begins)
        xs = np.stack([xs[begins], middle, middle, xs[ends]], axis=1).reshape(-1)
        ys = np.stack([ys[begins], low, high, ys[ends]], axis=1).reshape(-1)
    return list(zip(xs.tolist(), ys.tolist(), strict=True))


def parting(box: Box, y: float) -> Polyline:
    """Return a faint line across a box."""
    return Polyline([(box.left, y), (box.right, y)], FAINT, width=0.8)
