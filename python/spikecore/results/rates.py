"""Rates in bins of time.

A bin is an interval (begin, end] of ticks, as a run is, so every spike of a run lies in one bin.
"""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from spikecore import checks, printed
from spikecore.arrays import closed
from spikecore.population import Part, Population
from spikecore.results.pictured import Pictured
from spikecore.results.trains import Trains
from spikecore.tabled import Tabled

if TYPE_CHECKING:
    from spikecore.pictures.figure import Figure

__all__ = ["MOST_BINS", "BinnedRates", "bin_ticks"]

MOST_BINS = 10_000_000
"""Most bins of one population: 80 MB."""
_MOST_CURVES = 12
_MOST_TOGETHER = 3
"""Curves that are drawn in one panel; more have one each."""


class BinnedRates(Mapping[Population, NDArray[np.float64]], Pictured, Tabled):
    """Rates of the recorded populations in bins of time, in Hz per neuron; a name works as a key too.

    A table with a column for each population by name, its index the middles of the bins, ``time_ms``.

    Attributes
    ----------
    edges : ndarray of float64, shape (bins + 1,)
        Limits of the bins in ms: bin k holds the spikes with edges[k] < time ≤ edges[k + 1].
    bin : float
        Width of all bins but the last one, which is shorter where the run is no multiple of it, in ms.

    Examples
    --------
    >>> import spikecore as sc
    >>> net = sc.Network(dt=0.1)
    >>> _ = net.spike_source(2, times=[[1.0, 5.0, 5.1], [7.5]], name="input")
    >>> rate = net.compile(workers=1).run(10.0).rate(5.0)
    >>> rate.edges.tolist(), rate["input"].tolist()
    ([0.0, 5.0, 10.0], [200.0, 200.0])
    """

    def __init__(self, trains: Trains, width: int) -> None:
        self._trains, self._width = trains, width
        ticks = np.append(np.arange(trains.begin, trains.end, width, dtype=np.int64), trains.end)
        self.edges = closed(trains.grid.ms(ticks))
        self.bin = float(trains.grid.ms(width))
        self._seconds = closed(1e-3 * trains.grid.ms(np.diff(ticks)))
        self._rates: dict[Part, NDArray[np.float64]] = {}

    @property
    def times(self) -> NDArray[np.float64]:
        """Middles of the bins in ms, shape (bins,)."""
        return (self.edges[1:] + self.edges[:-1]) / 2.0

    def counts(self, key: Part | str) -> NDArray[np.int64]:
        """Return the spikes of a population in every bin, shape (bins,)."""
        bins = (self._trains.ticks_of(key) - (self._trains.begin + 1)) // self._width
        return np.bincount(bins, minlength=len(self._seconds)).astype(np.int64)

    def __getitem__(self, key: Part | str) -> NDArray[np.float64]:
        """Return the rate of a population in every bin in Hz per neuron, shape (bins,)."""
        part = self._trains.part(key)
        if part not in self._rates:
            self._rates[part] = closed(self.counts(part) / (part.size * self._seconds))
        return self._rates[part]

    def __contains__(self, key: object) -> bool:
        """Say whether the spikes of a population were recorded."""
        return self._trains.populations.has(key)

    def __iter__(self) -> Iterator[Population]:
        """Iterate over the recorded populations in the order of declaration."""
        return iter(self._trains.recorded)

    def __len__(self) -> int:
        """Return the number of recorded populations."""
        return len(self._trains.recorded)

    def __repr__(self) -> str:
        """Show how many bins there are, and of whom."""
        names = checks.listed(self._trains.populations.names)
        return printed.encodable(f"BinnedRates({len(self._seconds):,} bins of {self.bin:g} ms of {names})")

    def mean(self) -> NDArray[np.float64]:
        """Return the rate of all recorded neurons together in Hz per neuron, shape (bins,)."""
        neurons = sum(population.size for population in self)
        total = np.zeros(len(self._seconds))
        for population in self:
            total += self[population] * (population.size / neurons)
        return total

    def _columns(self) -> dict[str, NDArray[Any]]:
        return {population.name: self[population] for population in self}

    def _index(self) -> tuple[str, NDArray[Any]]:
        return "time_ms", self.times

    def _figure(self) -> "Figure":
        from spikecore.pictures.drawing import PALETTE  # start-up time: pictures are drawn on request
        from spikecore.pictures.figure import Figure, TimeUnit  # start-up time
        from spikecore.pictures.panel import Curve, Curves  # start-up time

        low, high = float(self.edges[0]), float(self.edges[-1])
        unit = TimeUnit.of(high - low)
        shown = list(self)[:_MOST_CURVES]
        curves = [
            Curve(population.name, self.edges / unit.ms, self[population], PALETTE[k % len(PALETTE)])
            for k, population in enumerate(shown)
        ]
        if len(curves) > _MOST_TOGETHER:
            panels = [Curves("Hz", [curve], height=52.0, low=0.0) for curve in curves]
        else:
            panels = [Curves("rate (Hz)", curves, height=220.0, low=0.0)]
        left_out = f"; {len(shown)} of {len(self)} populations" if len(shown) < len(self) else ""
        remark = f"rate: spikes per neuron and second, in bins of {self.bin:g} ms{left_out}"
        return Figure(panels, unit.name, low / unit.ms, max(high, low + 1e-9) / unit.ms, remark)


def bin_ticks(owner: str, trains: Trains, width: Any, longest: int) -> int:
    """Return the width of bins, in ms on the grid, as ticks; a time of `longest` ticks gives at most `MOST_BINS`."""
    ticks = trains.grid.ticks(owner, "bin", width, low=1)
    if longest > MOST_BINS * ticks:
        least = float(trains.grid.ms(-(-longest // MOST_BINS)))
        checks.refuse(owner, "bin", f"{width:g} ms", f"at least {least:g} ms, for at most {MOST_BINS:,} bins")
    return ticks
