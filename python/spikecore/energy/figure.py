"""Energies of machines as a figure: points on a logarithmic axis, sorted, and the share of each term in its own total.

A linear axis would show one machine and none of the others; lengths on a logarithmic one mean nothing, so totals are
points. A line is a published band, an arrow a bound: the energy lies on that side of the point. A machine that cannot
hold the network is a hollow point below the others. What is unknown has no point.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from spikecore import extras, printed
from spikecore.energy.bar import MEASURED, Bar, colour
from spikecore.energy.quantity import joules
from spikecore.pictures import file
from spikecore.pictures.drawing import FAINT, GREY, INK, Circle, Drawing, Polyline, Rect, Shape, Words, width_of
from spikecore.pictures.figure import WIDTH, Figure, stacked
from spikecore.pictures.panel import SMALL, Box, Panel
from spikecore.pictures.scale import Scale

__all__ = ["WHOLE", "Bars", "Shares", "Totals"]

WHOLE = "measured as a whole"
"""The part of a bar that is measured: terms are not told apart."""
_ROW, _TITLE, _ENTRY = 34.0, 26.0, 18.0
_LONGEST = 44
_ARROW = 26.0


@dataclass(frozen=True)
class Bars:
    """Machines beside each other; the title says what the energies are of.

    Examples
    --------
    >>> from spikecore.energy.bar import Bar
    >>> both = Bars((Bar("a", "", 2e-6, None, None, (("spikes", 2e-6),)), Bar("b", "", 1e-6, None, None, ())))
    >>> both.status, both.colours(), [bar.name for bar in both.sorted]
    ('modelled', {'spikes': '#1f77b4'}, ['b', 'a'])
    >>> both.drawing().svg().count("<circle")
    2
    """

    bars: tuple[Bar, ...]
    title: str = "Energy"

    @property
    def sorted(self) -> tuple[Bar, ...]:
        """The machines from the least energy on; then those that cannot hold the network, then what is unknown."""
        return tuple(sorted(self.bars, key=lambda bar: (bar.total_j is None, bar.is_misfit, bar.total_j or 0.0)))

    @property
    def status(self) -> str:
        """Modelled, measured, or both, of those with a total."""
        known = {"measured" if bar.is_measured else "modelled" for bar in self.bars if bar.total_j is not None}
        return " and ".join(sorted(known)) or "unknown"

    @property
    def remark(self) -> str:
        """What the signs mean that are drawn."""
        partial = any(bar.is_partial for bar in self.bars)
        signs = {
            "line: published band" + ("; dashed: of some terms, the others at nominal" if partial else ""): any(
                bar.whisker for bar in self.bars
            ),
            "arrow: a bound, the energy lies on that side": any(bar.bound for bar in self.bars),
            "hollow: cannot hold the network, for information": any(bar.is_misfit for bar in self.bars),
        }
        return "; ".join(sign for sign, is_drawn in signs.items() if is_drawn)

    def colours(self) -> dict[str, str]:
        """Return a colour for every term, no two alike."""
        terms = dict.fromkeys(term for bar in self.bars if not bar.is_measured for term, _ in bar.parts)
        own = {term: colour(k) for k, term in enumerate(terms)}
        return own | ({WHOLE: MEASURED} if any(bar.is_measured and bar.parts for bar in self.bars) else {})

    @property
    def figures(self) -> list[Figure]:
        """Points, and below them the shares of their terms."""
        totals = Totals(self.sorted, self.title)
        shares = Shares([bar for bar in self.sorted if bar.parts], self.colours())
        low, high = totals.limits
        energies = Figure([totals], f"energy, {self.status}", low, high, self.remark, is_log=True, show=joules)
        parts = Figure([shares], "% of its own total", 0.0, 100.0)
        return [energies, parts] if shares.bars else [energies]

    def drawing(self) -> Drawing:
        """Return the picture."""
        return stacked(self.figures)

    def put(self, where: Any) -> Any:
        """Write a file, or draw on axes of matplotlib; see `file.put`."""
        return file.put("plot", where, self.drawing, self.plot)

    def plot(self, axes: Any = None) -> Any:
        """Draw with matplotlib and return the axes in J.

        On axes that are given the terms are stacked, on a linear axis in J. By default a single machine is drawn so on
        new axes, and several on a figure of two panels, in the design of the drawing.
        """
        if axes is None and len(self.bars) > 1:
            points, shares = _new_axes(len(self.bars), 2)
            totals = Totals(self.sorted, self.title)
            totals.plot(points)
            points.set_xscale("log")
            low, high = totals.limits
            points.set_xlim(low, high * (high / low) ** 0.5)  # room for the values
            Shares(self.sorted, self.colours()).plot(shares)
            shares.set_yticklabels([])
        else:
            points = _new_axes(len(self.bars), 1)[0] if axes is None else axes
            Shares(self.bars, self.colours(), is_energy=True).plot(points)
        points.xaxis.set_major_formatter(extras.load("matplotlib.ticker", "drawing energy").EngFormatter(unit="J"))
        points.set_xlabel("\n".join([f"energy (J), {self.status}", *filter(None, self.remark.split("; "))]))
        return points


class _Rows(Panel):
    """A row for each machine, marked by its name."""

    def __init__(self, bars: Sequence[Bar]) -> None:
        self.bars, self.height = bars, _ROW * len(bars)
        widths = (max(width_of(_short(bar.name)), width_of(_short(bar.below), SMALL)) for bar in bars)
        self.left = max(widths, default=0.0) + 20.0

    def _middles(self, box: Box) -> Iterator[tuple[Bar, float]]:
        for k, bar in enumerate(self.bars):
            yield bar, box.top + _ROW * (k + 0.5)

    def _names(self, box: Box) -> Iterator[Shape]:
        for bar, y in self._middles(box):
            yield Words(box.left - 8.0, y + (-1.0 if bar.below else 4.0), _short(bar.name), "end")
            if bar.below:
                yield Words(box.left - 8.0, y + 12.0, _short(bar.below), "end", fill=GREY, size=SMALL)
        yield Polyline([(box.left, box.top), (box.left, box.bottom), (box.right, box.bottom)], width=1.0)

    def _name_axes(self, axes: Any) -> None:
        below = ["unknown" if bar.total_j is None else bar.below for bar in self.bars]
        labels = [f"{bar.name}\n({word})" if word else bar.name for bar, word in zip(self.bars, below, strict=True)]
        axes.set_yticks(range(len(labels)), [printed.plain(label) for label in labels])
        axes.set_ylim(len(labels) - 0.4, -0.6)


class Totals(_Rows):
    """Points on a logarithmic axis of energy in J; `limits` are its ends."""

    def __init__(self, bars: Sequence[Bar], title: str) -> None:
        super().__init__(bars)
        self._title, self.above = f"{title} (logarithmic)", _TITLE
        ends = [value for bar in bars for value in (bar.total_j, *(bar.whisker or ())) if value]
        self.limits = (min(ends) / 1.5, max(ends) * 1.5) if ends else (1e-12, 1e-9)
        self.right = max((width_of(bar.text) for bar in bars), default=0.0) + 20.0

    def shapes(self, box: Box, x: Scale) -> Iterator[Shape]:
        """Draw bands, arrows, points and their values."""
        yield Words(12.0, box.top - 12.0, self._title, is_bold=True)
        for bar, y in self._middles(box):
            if not bar.total_j:
                yield Words(box.left + 6.0, y + 4.0, bar.text)
                continue
            ends = (bar.total_j, *(bar.whisker or ()))
            at, *band = (float(x(np.array(max(end, self.limits[0])))) for end in ends)
            yield Polyline([(box.left, y), (at, y)], FAINT, width=1.0)
            if band:
                yield Polyline([(end, y) for end in band], INK, "3 2" if bar.is_partial else "")
            last = max((at, *band))
            if bar.bound:
                start, tip = (last, last + _ARROW) if bar.bound == "min" else (min((at, *band)), at - _ARROW)
                back = tip - np.sign(tip - start) * 5.0
                yield Polyline([(start, y), (tip, y)])
                yield Polyline([(back, y - 4.0), (tip, y), (back, y + 4.0)])
                last = max(last, tip)
            yield Circle(at, y, 5.0, bar.colour, "white" if bar.is_misfit else bar.colour)
            yield Words(last + 9.0, y + 4.0, bar.text, fill=GREY if bar.is_misfit else INK)
        yield from self._names(box)

    def plot(self, axes: Any) -> None:
        """Draw the same with matplotlib."""
        for place, bar in enumerate(self.bars):
            if not bar.total_j:
                continue
            _whisker(axes, place, bar)
            fill = "white" if bar.is_misfit else bar.colour
            axes.plot(bar.total_j, place, "o", color=bar.colour, markerfacecolor=fill, zorder=3)
            end = bar.whisker[1] if bar.whisker else bar.total_j
            if bar.bound:
                tip = (20, 0) if bar.bound == "min" else (-20, 0)
                arrow = {"arrowstyle": "<-", "shrinkA": 0, "shrinkB": 0}
                axes.annotate("", (bar.total_j, place), tip, textcoords="offset points", arrowprops=arrow)
            gap = (24 if bar.bound == "min" else 7, 0)
            axes.annotate(printed.plain(bar.text), (end, place), gap, textcoords="offset points", va="center")
        self._name_axes(axes)
        axes.set_title("total, logarithmic")


class Shares(_Rows):
    """Terms beside each other, those that cost nothing left out: in per cent of their total, or their energies in J."""

    def __init__(self, bars: Sequence[Bar], colours: dict[str, str], is_energy: bool = False) -> None:
        super().__init__(bars)
        self._colours, self._is_energy, self.right = colours, is_energy, 24.0
        self._legend = list(_legend(colours))
        self.above = _TITLE + _ENTRY * (1 + max((row for row, _, _, _ in self._legend), default=-1))

    def _parts(self, bar: Bar) -> Iterator[tuple[str, float, float]]:
        """Yield terms with where they begin and how long they are."""
        left, scale = 0.0, 1.0 if self._is_energy else 100.0 / (sum(value for _, value in bar.parts) or 1.0)
        for term, value in bar.parts:
            yield term, left, scale * value
            left += scale * value

    def shapes(self, box: Box, x: Scale) -> Iterator[Shape]:
        """Draw the terms and their legend."""
        top = box.top - self.above
        yield Words(12.0, top + 14.0, "Share of each term in its own total", is_bold=True)
        for row, at, term, fill in self._legend:
            y = top + _TITLE + _ENTRY * row
            yield from (Rect(at, y, 11.0, 11.0, fill), Words(at + 16.0, y + 10.0, term, size=SMALL))
        for bar, y in self._middles(box):
            for term, left, length in self._parts(bar):
                start, stop = (float(x(np.array(value))) for value in (left, left + length))
                yield Rect(start, y - 9.0, stop - start, 18.0, self._colours[term])
        yield from self._names(box)

    def plot(self, axes: Any) -> None:
        """Draw the same with matplotlib."""
        seen = set[str]()
        for place, bar in enumerate(self.bars):
            for term, left, length in self._parts(bar):
                label = None if term in seen else printed.plain(term)
                axes.barh(place, length, left=left, color=self._colours[term], label=label, height=0.6)
                seen.add(term)
            if self._is_energy:
                _whisker(axes, place, bar)
        self._name_axes(axes)
        if not self._is_energy:
            axes.set_title("share of each term")
            axes.set_xlabel("% of its own total")
        if seen:
            axes.legend(loc="upper left", bbox_to_anchor=(1.02, 1.0), borderaxespad=0.0, fontsize="small")


def _short(text: str) -> str:
    return printed.shortened(printed.shown(text), _LONGEST)


def _legend(colours: dict[str, str]) -> Iterator[tuple[int, float, str, str]]:
    """Yield the row, the pixel, the name and the colour of every term, in rows that fit the figure."""
    row, at = 0, 12.0
    for term, fill in colours.items():
        width = 16.0 + width_of(_short(term), SMALL)
        if at > 12.0 and at + width > WIDTH - 12.0:
            row, at = row + 1, 12.0
        yield row, at, _short(term), fill
        at += width + 14.0


def _new_axes(rows: int, columns: int) -> Any:
    """Return the axes of a new figure, side by side, high enough for so many rows."""
    pyplot = extras.load("matplotlib.pyplot", "drawing energy")
    size = (7.0 if columns == 1 else 12.0, 1.8 + 0.45 * rows)
    return pyplot.figure(figsize=size, layout="constrained").subplots(1, columns, squeeze=False)[0]


def _whisker(axes: Any, place: int, bar: Bar) -> None:
    if bar.whisker is not None and bar.total_j is not None:
        low, high = bar.whisker
        ends = [[bar.total_j - low], [high - bar.total_j]]
        drawn = axes.errorbar(bar.total_j, place, xerr=ends, color="black", capsize=4)
        drawn[2][0].set_linestyle("--" if bar.is_partial else "-")
