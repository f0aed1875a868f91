"""Raster pictures: with matplotlib where it is, else as SVG by hand; and a small one of characters.

The first population is drawn at the top, each population in its own colour.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spikecore import checks, printed
from spikecore.errors import NetworkError
from spikecore.files import writing
from spikecore.grid import MAX_TICKS
from spikecore.results.recorded import SpikeTrains

__all__ = ["check", "draw", "select", "terminal", "write"]

_TARGET_SPIKES = 40_000
_MORE = "; others need matplotlib: pip install 'spikecore[plot]'"
_COLOURS = ("#1f4e79", "#c0392b", "#2e86c1", "#e67e22", "#117a65", "#8e44ad", "#566573", "#b7950b")


@dataclass(frozen=True, eq=False)
class Band:
    """The spikes of one population in the picture; rows count from the top."""

    name: str
    times: NDArray[np.float64]
    rows: NDArray[np.float64]
    first_row: int
    n_rows: int


@dataclass(frozen=True)
class Picture:
    """What is drawn: bands from the top, and the limits in ms."""

    bands: Sequence[Band]
    start: float
    stop: float

    @property
    def n_rows(self) -> int:
        """Number of neurons drawn."""
        return sum(band.n_rows for band in self.bands)


def select(trains: SpikeTrains, dt: float, start: float, stop: float, share: float | None) -> Picture:
    """Choose the spikes to draw; of each population its first neurons, the same share of each."""
    if not len(trains):
        msg = "no spikes were recorded; use compile(record_spikes=True)"
        raise NetworkError(msg, parameter="record_spikes", value=False)
    most = MAX_TICKS * dt
    first = checks.number("raster", "start", start, low=-most, high=most, unit="ms")
    last = checks.number("raster", "stop", stop, low=-most, high=most, unit="ms")
    if not first < last:
        checks.refuse("raster", "stop", last, f"after start = {first:g} ms")
    if share is None:
        ticks = trains.ticks * dt
        shown = int(((ticks > first) & (ticks <= last)).sum())
        share = min(1.0, _TARGET_SPIKES / max(shown, 1))
    share = checks.number("raster", "share", share, above=0.0, high=1.0)
    bands, row = [], 0
    for population, spikes in trains.items():
        n_rows = max(1, round(share * population.size))
        inside = (spikes.times > first) & (spikes.times <= last) & (spikes.neurons < n_rows)
        rows = row + spikes.neurons[inside].astype(np.float64)
        bands.append(Band(population.name, spikes.times[inside], rows, row, n_rows))
        row += n_rows
    return Picture(bands, first, last)


def check(path: Path) -> None:
    """Refuse a file whose suffix `write` cannot draw, before a run: all but ``.svg`` need matplotlib."""
    if writing.is_direct(path):
        return
    kinds = _kinds()
    if path.suffix[1:].lower() not in kinds:
        allowed = ", ".join(f"'.{kind}'" for kind in sorted(kinds))
        checks.refuse("raster", "the suffix", repr(path.suffix), allowed + ("" if len(kinds) > 1 else _MORE))


def _kinds() -> set[str]:
    """Return the suffixes that can be drawn here."""
    try:
        from matplotlib.backends.backend_agg import FigureCanvasAgg  # optional package
    except ImportError:
        return {"svg"}
    # pgf keeps pictures in further files, which could not be replaced with it.
    return set(FigureCanvasAgg.get_supported_filetypes()) - {"pgf"}


def write(picture: Picture, path: Path) -> Path:
    """Write the picture in the format of its suffix and return its path."""
    check(path)
    try:
        from matplotlib.backends.backend_agg import FigureCanvasAgg  # optional package
        from matplotlib.figure import Figure  # optional package
    except ImportError:
        return writing.text(path, svg(picture))
    figure = Figure(figsize=(8.0, 5.0), layout="constrained")
    FigureCanvasAgg(figure)
    draw(picture, figure.add_subplot())
    content = io.BytesIO()
    figure.savefig(content, format=path.suffix[1:].lower() or "png", dpi=150)
    return writing.data(path, content.getvalue())


def draw(picture: Picture, axes: Any = None) -> Any:
    """Draw the picture into matplotlib axes and return them.

    Parameters
    ----------
    picture : Picture
        Bands from the top, and the limits in ms.
    axes : matplotlib Axes, optional
        New ones by default.

    Returns
    -------
    Axes
        With the time in ms across, and a label for every population.

    Raises
    ------
    ImportError
        If new axes are wanted and matplotlib is not installed.
    """
    if axes is None:
        from matplotlib import pyplot  # optional package

        axes = pyplot.subplots(figsize=(8.0, 5.0), layout="constrained")[1]
    for i, band in enumerate(picture.bands):
        colour = _COLOURS[i % len(_COLOURS)]
        axes.plot(band.times, band.rows, ",", color=colour, rasterized=True)
    axes.set_xlim(picture.start, picture.stop)
    axes.set_ylim(picture.n_rows, 0)
    axes.set_yticks([band.first_row + band.n_rows / 2 for band in picture.bands])
    axes.set_yticklabels([printed.plain(printed.shortened(band.name, 40)) for band in picture.bands])
    axes.set_xlabel("time (ms)")
    return axes


def svg(picture: Picture, width: int = 960, height: int = 560) -> str:
    """Return the picture as SVG text; each spike is a short dash."""
    names = [printed.shortened(printed.shown(band.name), 30) for band in picture.bands]
    left, top, right, bottom = max(90.0, 16.0 + 8.0 * max(map(len, names))), 10.0, 22.0, 40.0
    across = (width - left - right) / (picture.stop - picture.start)
    down = (height - top - bottom) / max(picture.n_rows, 1)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'font-family="sans-serif" font-size="13">',
        f'<rect width="{width}" height="{height}" fill="white"/>',
    ]
    for i, band in enumerate(picture.bands):
        xs = left + (band.times - picture.start) * across
        ys = top + band.rows * down
        path = "".join(f"M{x:.1f} {y:.1f}h1" for x, y in zip(xs, ys, strict=True))
        colour = _COLOURS[i % len(_COLOURS)]
        middle = top + (band.first_row + band.n_rows / 2) * down + 4.0
        parts.append(f'<path d="{path}" stroke="{colour}" stroke-width="1"/>')
        name = printed.markup(names[i])
        parts.append(f'<text x="{left - 8}" y="{middle:.1f}" text-anchor="end" fill="{colour}">{name}</text>')
    for time in np.linspace(picture.start, picture.stop, 6):
        x = left + (time - picture.start) * across
        parts.append(f'<text x="{x:.1f}" y="{height - bottom + 16:.0f}" text-anchor="middle">{time:g}</text>')
    middle = left + (width - left - right) / 2
    parts.append(f'<text x="{middle:.0f}" y="{height - 6}" text-anchor="middle">time (ms)</text>')
    return "\n".join([*parts, "</svg>\n"])


def terminal(picture: Picture, columns: int = 80, lines_per_band: int = 2) -> str:
    """Return the picture in Braille characters, two dots across and four down in each."""
    names = [printed.shortened(printed.shown(band.name), 24) for band in picture.bands]
    label = max(map(len, names)) + 1
    across = 2 * max(columns - label - 1, 8)
    lines = []
    for name, band in zip(names, picture.bands, strict=True):
        down = 4 * lines_per_band
        dots = np.zeros((down, across), dtype=np.bool_)
        share = (band.times - picture.start) / (picture.stop - picture.start)
        x = np.minimum((share * across).astype(np.intp), across - 1)
        y = ((band.rows - band.first_row) * down / band.n_rows).astype(np.intp)
        dots[y, x] = True
        for i, line in enumerate(_braille(dots)):
            lines.append(f"{name if i == 0 else '':<{label}}{line}")
    foot = f"{picture.start:g} ms"
    end = f"{picture.stop:g} ms"
    return "\n".join([*lines, f"{'':<{label}}{foot}{end:>{max(across // 2 - len(foot), 1)}}"])


def _braille(dots: NDArray[np.bool_]) -> list[str]:
    bits = np.array([[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]])
    down, across = dots.shape
    cells = dots.reshape(down // 4, 4, across // 2, 2).transpose(0, 2, 1, 3)
    codes = 0x2800 + (cells * bits).sum(axis=(2, 3))
    return ["".join(chr(code) for code in row) for row in codes]
