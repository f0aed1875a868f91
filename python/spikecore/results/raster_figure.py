"""A raster as a figure: bands of strokes, their names and rates beside them, and the rate over time above."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spikecore import printed
from spikecore.pictures.drawing import GREY, INK, PALETTE, Polyline, Shape, Strokes, Words, width_of
from spikecore.pictures.figure import Figure, TimeUnit
from spikecore.pictures.panel import SMALL, Box, Curve, Curves, Panel, parting
from spikecore.pictures.scale import Scale, round_step
from spikecore.results.raster import TARGET_SPIKES, Band, Picture
from spikecore.results.trains import Trains

__all__ = ["figure"]

HEIGHT, MOST_HEIGHT = 320.0, 1_600.0
"""Pixels of all bands by default, and at most."""
LEAST_BAND = 17.0
"""Pixels of a band at least, while all fit: its name can be read."""
LONGEST_STROKE = 7.0
MOST_CURVES = 4
"""Populations up to which each has a rate over time of its own; of more it is that of all neurons."""
RATE_BINS = 150
_LONGEST_NAME, _LEAST_STROKE, _LEAST_PARTED = 28, 1.4, 4.0


class Bands(Panel):
    """The bands of a raster, on an axis of time that counts in `unit_ms`."""

    def __init__(self, picture: Picture, unit_ms: float) -> None:
        self._picture, self._unit = picture, unit_ms
        sizes = np.array([band.size for band in picture.bands], dtype=np.float64)
        self._heights = _heights(sizes)
        self.height = float(self._heights.sum())
        self._tops = np.cumsum(self._heights) - self._heights
        self._names = [printed.shortened(printed.shown(band.name), _LONGEST_NAME) for band in picture.bands]
        self._rates = [_hz(band.spikes, band.size * picture.seconds) for band in picture.bands]
        sizes_shown = [width_of(f"{band.size:,} neurons", SMALL) for band in picture.bands]
        self.left = 14.0 + max([*map(width_of, self._names), *sizes_shown])
        self.right = 14.0 + max(width_of(text, SMALL) for text in self._rates)

    def shapes(self, box: Box, x: Scale) -> Iterator[Shape]:
        """Draw frame, bands, names and rates."""
        yield Polyline([(box.left, box.top), (box.left, box.bottom), (box.right, box.bottom)], width=1.0)
        if not self._picture.spikes:
            yield Words((box.left + box.right) / 2.0, (box.top + box.bottom) / 2.0, "no spikes", "middle", fill=GREY)
        if self._heights.min() >= _LEAST_PARTED:
            yield from (parting(box, box.top + float(top)) for top in self._tops[1:])
        width = _stroke_width(self._picture.drawn)
        for (colour, length), bands in self._alike().items():
            xs = [x(self._picture.bands[k].times / self._unit) for k in bands]
            ys = [box.top + self._middles(k, length) for k in bands]
            yield Strokes(*_few(np.concatenate(xs), np.concatenate(ys)), length, colour, width)
        for k, middle in self._named():
            yield from self._words(box, k, box.top + middle, _colour(k))

    def _named(self) -> Iterator[tuple[int, float]]:
        """Yield the bands whose names have room, and where their middles are."""
        written = -LEAST_BAND
        for k, middle in enumerate((self._tops + self._heights / 2.0).tolist()):
            if middle - written >= LEAST_BAND - 3.0:
                written = middle
                yield k, middle

    def _alike(self) -> dict[tuple[str, float], list[int]]:
        """Return the bands by what their strokes look like: of thousands of populations there are few kinds."""
        kinds: dict[tuple[str, float], list[int]] = {}
        for k, band in enumerate(self._picture.bands):
            kinds.setdefault((_colour(k), _length(band, float(self._heights[k]))), []).append(k)
        return kinds

    def _middles(self, k: int, length: float) -> NDArray[np.float64]:
        """Return how far below the top of all bands the strokes of a band have their middles."""
        height = float(self._heights[k])
        inside = np.clip(self._picture.bands[k].places * height, length / 2.0, max(length, height) - length / 2.0)
        return float(self._tops[k]) + inside

    def _words(self, box: Box, k: int, middle: float, colour: str) -> Iterator[Shape]:
        has_size = self._heights[k] >= 2.0 * LEAST_BAND
        yield Words(box.left - 8.0, middle + (-1.0 if has_size else 4.0), self._names[k], "end", fill=colour)
        if has_size:
            size = self._picture.bands[k].size
            text = f"{size:,} neuron{'s' if size > 1 else ''}"
            yield Words(box.left - 8.0, middle + 13.0, text, "end", fill=GREY, size=SMALL)
        yield Words(box.right + 6.0, middle + 4.0, self._rates[k], fill=GREY, size=SMALL)

    def plot(self, axes: Any) -> None:
        """Draw with matplotlib: bands downwards in pixels of the figure, marked by their names."""
        width = 0.7 * _stroke_width(self._picture.drawn)
        for (colour, length), bands in self._alike().items():
            xs = np.concatenate([self._picture.bands[k].times / self._unit for k in bands])
            ys = np.concatenate([self._middles(k, length) for k in bands])
            axes.vlines(xs, ys - length / 2.0, ys + length / 2.0, rasterized=True, colors=colour, linewidths=width)
        if self._heights.min() >= _LEAST_PARTED:
            axes.hlines(self._tops[1:], 0.0, 1.0, "0.85", linewidths=0.6, transform=axes.get_yaxis_transform())
        axes.set_ylim(self.height, 0.0)
        named = list(self._named())
        gaps = ["\n" if self._heights[k] >= 2.0 * LEAST_BAND else "  " for k, _ in named]
        words = [f"{self._names[k]}{gap}{self._rates[k]}" for (k, _), gap in zip(named, gaps, strict=True)]
        axes.set_yticks([middle for _, middle in named], [printed.plain(text) for text in words])
        for (k, _), label in zip(named, axes.get_yticklabels(), strict=True):
            label.set_color(_colour(k))
        axes.tick_params(axis="y", length=0)
        axes.spines[["top", "right"]].set_visible(False)


def figure(picture: Picture, trains: Trains, has_rate: bool = True) -> Figure:
    """Return the figure of a picture."""
    span = picture.stop - picture.start
    unit = TimeUnit.of(span)
    panels: list[Panel] = [Bands(picture, unit.ms)]
    remark = picture.remark
    if has_rate:
        width, curves = _rates(picture, trains, unit.ms)
        panels.insert(0, Curves("rate (Hz)", curves, height=72.0, low=0.0))
        remark += f"; rates count all spikes, in bins of {width:g} ms"
    return Figure(panels, unit.name, picture.start / unit.ms, picture.stop / unit.ms, remark)


def _rates(picture: Picture, trains: Trains, unit_ms: float) -> tuple[float, list[Curve]]:
    """Return the width of the bins in ms, and the rates over time, from all spikes between the limits."""
    dt = trains.grid.dt
    span = picture.stop - picture.start
    ticks = max(1, round(round_step(span / RATE_BINS) / dt))
    width = float(trains.grid.ms(ticks))
    bins = max(1, int(np.ceil(span / width - 1e-9)))
    edges: NDArray[np.float64] = picture.start + width * np.arange(bins + 1, dtype=np.float64)
    edges[-1] = picture.stop
    is_run = (edges[1:] > picture.begin) & (edges[:-1] < picture.end)
    edges = np.clip(edges, picture.begin, max(picture.begin, picture.end))
    # Times are whole ticks: a millionth of one keeps a spike at the end of a bin in it, whatever both were rounded to.
    counts = [_in_bins(trains.spikes_of(band.name).times, edges + 1e-6 * dt) for band in picture.bands]
    sizes = [band.size for band in picture.bands]
    if len(sizes) > MOST_CURVES:
        counts, sizes = [np.sum(counts, axis=0)], [sum(sizes)]
    seconds = np.where(is_run, 1e-3 * np.diff(edges), np.nan)  # of what was not run there is no rate
    colours = [INK] if len(picture.bands) > MOST_CURVES else list(PALETTE)
    each = zip(counts, sizes, colours, strict=False)
    return width, [Curve("", edges / unit_ms, count / (size * seconds), colour) for count, size, colour in each]


def _in_bins(times: NDArray[np.float64], edges: NDArray[np.float64]) -> NDArray[np.intp]:
    """Return how many of the sorted times lie in every bin (edge, next edge]."""
    return np.diff(np.searchsorted(times, edges, side="right"))


def _heights(sizes: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the pixels of bands: as their sizes, but none below the least while all fit."""
    n = len(sizes)
    total = min(max(HEIGHT, LEAST_BAND * n * 1.4), MOST_HEIGHT)
    least = min(LEAST_BAND, total / n)
    is_small = np.zeros(n, dtype=np.bool_)
    while True:
        rest = total - least * is_small.sum()
        heights = np.where(is_small, least, rest * sizes / max(sizes[~is_small].sum(), 1.0))
        smaller = ~is_small & (heights < least)
        if not smaller.any():
            return heights
        is_small |= smaller


def _length(band: Band, height: float) -> float:
    """Return the pixels of a stroke: those of the row of a neuron, but visible and no bar."""
    rows = min(band.size, max(band.rows, 1)) if band.rows else band.size
    return round(max(_LEAST_STROKE, min(LONGEST_STROKE, height, 0.75 * height / rows)), 1)


def _colour(k: int) -> str:
    return PALETTE[k % len(PALETTE)]


def _stroke_width(drawn: int) -> float:
    return 2.0 if drawn <= 100 else 1.5 if drawn <= 3_000 else 1.1


def _few(xs: NDArray[np.float64], ys: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the places of strokes; of very many, half pixels across and down, each once."""
    if len(xs) <= 2 * TARGET_SPIKES:
        return xs, ys
    halves = np.unique(np.rint(2.0 * xs).astype(np.int64) * 10_000 + np.rint(2.0 * ys).astype(np.int64))
    return halves // 10_000 / 2.0, halves % 10_000 / 2.0


def _hz(spikes: int, seconds: float) -> str:
    if not seconds:
        return "no run"
    rate = spikes / seconds
    return f"{rate:.3g} Hz" if rate < 1_000.0 else f"{rate:,.0f} Hz"
