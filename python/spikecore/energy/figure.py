"""Energies as a figure: bars of machines, and lines over two logarithmic axes; each is data, drawn as a `Drawing`.

A linear axis would show one machine and none of the others; lengths on a logarithmic one cannot be stacked. So bars
have two panels: totals on a logarithmic axis, and the share of each term in its own total. Modelled totals are blue,
measured ones dark grey, and what is unknown has no bar.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from spikecore.energy.drawing import INK, Drawing, Polyline, Rect, Shape, Words
from spikecore.energy.quantity import joules

__all__ = ["WHOLE", "Bar", "Bars", "Box", "Lines", "LogAxis", "Series", "colour"]

WHOLE = "measured as a whole"
"""The part of a bar that is measured: terms are not told apart."""
_MODELLED, _MEASURED = "#4c78a8", "#3a3a3a"
_WIDTH, _ROW, _TOP = 1060, 34, 40
_TOTALS, _SHARES = (190, 530), (640, 1020)
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
    """A logarithmic axis in whole decades: values to pixels.

    Examples
    --------
    >>> axis = LogAxis([2.0, 50.0], 0.0, 200.0)
    >>> axis.ticks(), axis(10.0)
    ([1.0, 10.0, 100.0], 100.0)
    """

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


@dataclass(frozen=True)
class Bar:
    """One bar: its name and a second line `below`, its length and the ends of its whisker in J, None where not known.

    `parts` are terms with their energy in J, those that cost nothing left out; `is_partial` says that the whisker holds
    some terms at nominal.
    """

    name: str
    below: str
    total_j: float | None
    low_j: float | None
    high_j: float | None
    parts: tuple[tuple[str, float], ...]
    is_measured: bool = False
    is_partial: bool = False

    @property
    def colour(self) -> str:
        """Colour of the total."""
        return _MEASURED if self.is_measured else _MODELLED

    @property
    def whisker(self) -> tuple[float, float] | None:
        """The ends of the whisker, the nominal value where one is not known; None where there is none."""
        if self.total_j is None or self.is_measured:
            return None
        low = self.total_j if self.low_j is None else self.low_j
        high = self.total_j if self.high_j is None else self.high_j
        return (low, high) if low < high else None


@dataclass(frozen=True)
class Bars:
    """Machines side by side, the first on top; the title says what the totals are of.

    Examples
    --------
    >>> both = Bars((Bar("a", "", 2e-6, None, None, (("spikes", 2e-6),)), Bar("b", "", None, None, None, ())))
    >>> both.status, both.colours()
    ('modelled', {'spikes': '#1f77b4'})
    >>> both.drawing().svg().count("<rect")  # the ground, a total, a share, an entry of the legend
    4
    """

    bars: tuple[Bar, ...]
    title: str = "Energy"

    @property
    def status(self) -> str:
        """Modelled, measured, or both, of those with a total."""
        known = {"measured" if bar.is_measured else "modelled" for bar in self.bars if bar.total_j is not None}
        return " and ".join(sorted(known)) or "unknown"

    @property
    def is_partial(self) -> bool:
        """Whether a whisker holds some terms at nominal."""
        return any(bar.is_partial for bar in self.bars)

    def colours(self) -> dict[str, str]:
        """Return a colour for every term, no two alike."""
        terms = dict.fromkeys(term for bar in self.bars if not bar.is_measured for term, _ in bar.parts)
        own = {term: colour(k) for k, term in enumerate(terms)}
        return own | ({WHOLE: _MEASURED} if any(bar.is_measured and bar.parts for bar in self.bars) else {})

    def drawing(self) -> Drawing:
        """Return the picture."""
        colours = self.colours()
        bottom = _TOP + _ROW * len(self.bars)
        title = Words(20, 22, f"{self.title}, {self.status} (logarithmic)", is_bold=True)
        shapes = [title, *self._totals(bottom), *self._shares(colours, bottom), *_legend(colours, bottom + 64)]
        return Drawing(_WIDTH, bottom + 74 + 20 * -(-len(colours) // 4), shapes)

    def _totals(self, bottom: float) -> Iterator[Shape]:
        left, right = _TOTALS
        ends = [value for bar in self.bars for value in (bar.total_j, *(bar.whisker or ())) if value]
        axis = LogAxis([value / 2.0 for value in ends] + ends, left, right) if ends else None
        for k, bar in enumerate(self.bars):
            top = _TOP + _ROW * k
            yield Words(left - 8, top + (12 if bar.below else 17), bar.name, "end")
            if bar.below:
                yield Words(left - 8, top + 26, bar.below, "end")
            if not bar.total_j or axis is None:
                yield Words(left + 6, top + 17, joules(bar.total_j))
            else:
                yield from _total(bar, axis, top)
        if axis is not None:
            yield from _frame(axis, bottom)
            yield from self._whisker_note(bottom)

    def _whisker_note(self, bottom: float) -> Iterator[Shape]:
        if any(bar.whisker for bar in self.bars):
            dashed = "; dashed: of some terms only, the others at nominal" if self.is_partial else ""
            yield Words(20, bottom + 42, f"black line: published band{dashed}")

    def _shares(self, colours: dict[str, str], bottom: float) -> Iterator[Shape]:
        left, right = _SHARES
        yield Words(left, 22, "Share of each term in its own total (linear)", is_bold=True)
        for k, bar in enumerate(self.bars):
            start, total = float(left), sum(value for _, value in bar.parts)
            for term, value in bar.parts:
                width = (right - left) * value / total
                yield Rect(start, _TOP + _ROW * k + 3, width, 20, colours[term])
                start += width
        yield Polyline([(left, _TOP), (left, bottom), (right, bottom)])
        for percent in (0, 25, 50, 75, 100):
            x = left + (right - left) * percent / 100
            yield Polyline([(x, bottom), (x, bottom + 4)])
            yield Words(x, bottom + 18, f"{percent} %", "middle")


def _total(bar: Bar, axis: LogAxis, top: float) -> Iterator[Shape]:
    """Draw a total that is above 0, its whisker, and its value behind."""
    total = bar.total_j or axis.low
    end = axis(total)
    yield Rect(axis.start, top + 3, end - axis.start, 20, bar.colour)
    if bar.whisker:
        low, end = axis(max(bar.whisker[0], axis.low)), axis(bar.whisker[1])
        yield Polyline([(low, top + 13), (end, top + 13)], INK, "3 2" if bar.is_partial else "")
    yield Words(end + 6, top + 17, joules(total))


def _frame(axis: LogAxis, bottom: float) -> Iterator[Shape]:
    yield Polyline([(axis.start, _TOP), (axis.start, bottom), (axis.stop, bottom)])
    ticks = axis.ticks()
    for k, value in enumerate(ticks):
        yield Polyline([(axis(value), bottom), (axis(value), bottom + 4)])
        if k % -(-len(ticks) // 6) == 0:
            yield Words(axis(value), bottom + 18, joules(value), "middle")


def _legend(colours: dict[str, str], top: float) -> Iterator[Shape]:
    for k, (term, fill) in enumerate(colours.items()):
        x, y = 20 + 255 * (k % 4), top + 20 * (k // 4)
        yield Rect(x, y, 12, 12, fill)
        yield Words(x + 17, y + 10, term if len(term) < 36 else f"{term[:34]}…")


@dataclass(frozen=True)
class Series:
    """A line of `Lines`: its name for a legend, points (x, y) above 0, its colour, and its dashes if it has some."""

    name: str
    points: tuple[tuple[float, float], ...]
    colour: str
    dash: str = ""


@dataclass(frozen=True)
class Box:
    """A part of a drawing in pixels: its upper left corner and its size."""

    left: float
    top: float
    width: float
    height: float


@dataclass(frozen=True)
class Lines:
    """Lines over two logarithmic axes, whose values are written by `show_x` and `show_y`.

    Examples
    --------
    >>> rising = Lines("Power", "Hz", (Series("a", ((1.0, 1e-6), (10.0, 1e-5)), "#1f77b4"),), str, str)
    >>> x, y = rising.axes(Box(0, 0, 100, 100))
    >>> (x(10.0), y(1e-5))
    (100.0, 0.0)
    """

    title: str
    x_name: str
    series: tuple[Series, ...]
    show_x: Callable[[float], str]
    show_y: Callable[[float], str]

    def axes(self, box: Box) -> tuple[LogAxis, LogAxis]:
        """Return the axes, which map values to the pixels of a box."""
        points = [point for series in self.series for point in series.points]
        x = LogAxis([x for x, _ in points], box.left, box.left + box.width)
        return x, LogAxis([y for _, y in points], box.top + box.height, box.top)

    def shapes(self, box: Box) -> Iterator[Shape]:
        """Draw axes and lines into a box; the title stands above it."""
        x, y = self.axes(box)
        bottom = y.start
        yield Words(box.left, box.top - 20, self.title, is_bold=True)
        yield Polyline([(x.start, y.stop), (x.start, bottom), (x.stop, bottom)])
        for value in x.ticks():
            yield Polyline([(x(value), bottom), (x(value), bottom + 4)])
            yield Words(x(value), bottom + 18, self.show_x(value), "middle")
        for value in y.ticks():
            yield Polyline([(x.start - 4, y(value)), (x.start, y(value))])
            yield Words(x.start - 7, y(value) + 4, self.show_y(value), "end")
        yield Words((x.start + x.stop) / 2, bottom + 36, self.x_name, "middle")
        for series in self.series:
            if series.points:
                yield Polyline([(x(a), y(b)) for a, b in series.points], series.colour, series.dash)
