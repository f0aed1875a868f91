"""Raster pictures: which spikes are drawn, and how; what is left out is said in the picture.

Each population has a band, the first at the top, in which its neurons stand in order from the top, whether they spike
or not. Where there are more spikes than fit, those of one of every k neurons that spiked are drawn, so no population
that spiked is empty. Which of k neighbours that is varies, so no pattern of the network is hit or missed as a whole.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spikecore import checks, printed
from spikecore.grid import MAX_TICKS
from spikecore.population import Population
from spikecore.results.trains import Trains

__all__ = ["Band", "Picture", "check", "select", "terminal"]

TARGET_SPIKES = 15_000
"""Some spikes that are drawn by default: a tenth of the picture is ink then, and what they do can still be seen."""
LEAST_ROWS = 12
"""Neurons that are drawn of a small population before any is left out."""
_GOLDEN = (math.sqrt(5.0) - 1.0) / 2.0


@dataclass(frozen=True, eq=False)
class Band:
    """One population in the picture.

    Attributes
    ----------
    name : str
        Of the population.
    size : int
        Its neurons, silent ones too.
    times : ndarray of float64, shape (n,)
        Of the spikes that are drawn, in ms.
    neurons : ndarray of uint32, shape (n,)
        Whose they are.
    spikes : int
        Spikes between the limits, drawn or not.
    every : int
        One of so many neurons that spiked is drawn.
    rows : int
        Neurons that are drawn; those that did not spike take room and no row.
    """

    name: str
    size: int
    times: NDArray[np.float64]
    neurons: NDArray[np.uint32]
    spikes: int
    every: int
    rows: int

    @property
    def places(self) -> NDArray[np.float64]:
        """Where the neurons of the spikes stand, from 0 at the top of the band to 1."""
        return (self.neurons + 0.5) / self.size


@dataclass(frozen=True)
class Picture:
    """What is drawn.

    Attributes
    ----------
    bands : sequence of Band
        From the top.
    start, stop : float
        Its limits in ms.
    begin, end : float
        The part between the limits in which there was a run, in ms; nothing is known of the rest.
    unrecorded : tuple of str
        Names of the populations whose spikes were not kept.
    """

    bands: Sequence[Band]
    start: float
    stop: float
    begin: float
    end: float
    unrecorded: tuple[str, ...] = ()

    @property
    def drawn(self) -> int:
        """Number of spikes drawn."""
        return sum(len(band.times) for band in self.bands)

    @property
    def spikes(self) -> int:
        """Number of spikes between the limits."""
        return sum(band.spikes for band in self.bands)

    @property
    def seconds(self) -> float:
        """How long a run there was between the limits, in s."""
        return 1e-3 * max(self.end - self.begin, 0.0)

    @property
    def remark(self) -> str:
        """What is left out."""
        whose = checks.listed(self.unrecorded, most=4, show=printed.shown)
        return self._of_spikes() + (f"; not recorded: {whose}" if self.unrecorded else "")

    def _of_spikes(self) -> str:
        if not self.spikes:
            return "no spikes"
        if self.drawn == self.spikes:
            return f"all {self.spikes:,} spikes" if self.spikes > 1 else "one spike"
        steps = sorted({band.every for band in self.bands if band.spikes})
        every = f"{steps[0]:,}" if len(steps) == 1 else f"{steps[0]:,} to {steps[-1]:,}"
        by = "" if len(steps) == 1 else ", by population"
        return f"one of every {every} neurons that spiked{by}: {self.drawn:,} of {self.spikes:,} spikes"


def select(
    trains: Trains,
    start: float,
    stop: float,
    share: float | None = None,
    populations: Any = None,
    most: int = TARGET_SPIKES,
) -> Picture:
    """Choose the spikes to draw.

    Parameters
    ----------
    trains : Trains
        What was recorded.
    start, stop : float
        Limits in ms: start < time ≤ stop.
    share : float, optional
        Share of the neurons that spiked, the same of each population; by default so many that their spikes fit.
    populations : Population, str or a sequence of these, optional
        Which; all by default.
    most : int
        Some spikes that fit.
    """
    trains.require()
    reach = MAX_TICKS * trains.grid.dt
    first = checks.number("raster", "start", start, low=-reach, high=reach, unit="ms")
    last = checks.number("raster", "stop", stop, low=-reach, high=reach, unit="ms")
    if not first < last:
        checks.refuse("raster", "stop", last, f"after start = {first:g} ms")
    part = 1.0 if share is None else checks.number("raster", "share", share, above=0.0, high=1.0)
    members = list(trains.recorded) if populations is None else _members(trains, populations)
    insides = [_inside(trains, member, first, last) for member in members]
    active = [np.flatnonzero(np.bincount(neurons)) for _, neurons in insides]
    spikes = sum(len(times) for times, _ in insides)
    step = spikes / most
    bands = []
    for member, inside, who in zip(members, insides, active, strict=True):
        fitting = max(1, min(math.ceil(step), len(who) // LEAST_ROWS))
        bands.append(_band(member, inside, who, fitting if share is None else max(1, round(1.0 / part))))
    begin, end = (float(trains.grid.ms(tick)) for tick in (trains.begin, trains.end))
    return Picture(bands, first, last, max(first, begin), min(last, end), trains.unrecorded)


def _members(trains: Trains, populations: Any) -> list[Population]:
    if isinstance(populations, Population | str):
        populations = [populations]
    if not isinstance(populations, Sequence) or not populations:
        expected = "a Population, its name or a sequence of these"
        checks.wrong_kind("raster", "populations", expected, printed.value(populations))
    members = [trains.find(key) for key in populations]
    if len(set(members)) < len(members):
        named = checks.listed([member.name for member in members])
        checks.refuse("raster", "populations", f"[{named}]", "each population once")
    return members


def _inside(
    trains: Trains, member: Population, first: float, last: float
) -> tuple[NDArray[np.float64], NDArray[np.uint32]]:
    """Return times and neurons of the spikes between the limits."""
    spikes = trains.spikes_of(member)
    begin, end = np.searchsorted(spikes.times, [first, last], side="right")
    return spikes.times[begin:end], spikes.neurons[begin:end]


def _band(
    member: Population, inside: tuple[NDArray[np.float64], NDArray[np.uint32]], active: NDArray[np.intp], every: int
) -> Band:
    """Return a band with one of every so many active neurons."""
    times, neurons = inside
    spikes, rows = len(times), len(active)
    if every > 1 and rows:
        begins = np.arange(0, rows, every)
        turns = (np.arange(len(begins)) * _GOLDEN + 0.5) % 1.0
        chosen = active[begins + (turns * np.minimum(every, rows - begins)).astype(np.intp)]
        is_drawn = np.zeros(member.size, dtype=np.bool_)
        is_drawn[chosen] = True
        kept = is_drawn[neurons]
        times, neurons, rows = times[kept], neurons[kept], len(chosen)
    return Band(member.name, member.size, times, neurons, spikes, every, rows)


def check(path: Path) -> None:
    """Refuse a file whose suffix cannot be drawn, before a run: all but ``.svg`` need matplotlib."""
    from spikecore.pictures import file  # start-up time: pictures are drawn on request

    file.check("raster", path)


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
        dots[(band.places * down).astype(np.intp), x] = True
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
