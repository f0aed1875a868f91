"""Intervals between the spikes of one neuron: their variation and their histogram."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from spikecore import printed
from spikecore.arrays import closed
from spikecore.population import Part
from spikecore.results.pictured import Pictured
from spikecore.results.rates import bin_ticks
from spikecore.results.trains import Spikes, Trains, sorted_by
from spikecore.tabled import Tabled

if TYPE_CHECKING:
    from spikecore.pictures.figure import Figure

__all__ = ["IntervalHistogram", "histogram", "variation"]


@dataclass(frozen=True, eq=False)
class IntervalHistogram(Pictured, Tabled):
    """How many inter-spike intervals of a population have which length.

    A table with a row for each bin: ``above_ms``, ``to_ms``, ``intervals`` and ``density_per_ms``.

    Attributes
    ----------
    name : str
        The population.
    edges : ndarray of float64, shape (bins + 1,)
        Limits of the bins in ms: bin k holds the intervals with edges[k] < length ≤ edges[k + 1].
    counts : ndarray of int64, shape (bins,)
        Intervals between successive spikes of the same neuron, of all neurons together.
    mean : float
        Mean interval in ms; nan if there is none.

    Examples
    --------
    >>> import spikecore as sc
    >>> net = sc.Network(dt=0.1)
    >>> _ = net.spike_source(2, times=[[1.0, 3.0, 6.0], [7.5, 8.0]], name="input")
    >>> isi = net.compile(workers=1).run(10.0).isi_histogram("input", 1.0)
    >>> isi.edges.tolist(), isi.counts.tolist()
    ([0.0, 1.0, 2.0, 3.0], [1, 1, 1])
    """

    name: str
    edges: NDArray[np.float64]
    counts: NDArray[np.int64]
    mean: float

    @property
    def density(self) -> NDArray[np.float64]:
        """Share of the intervals by their length in 1/ms, shape (bins,); its integral is 1."""
        return self.counts / (max(int(self.counts.sum()), 1) * np.diff(self.edges))

    def __repr__(self) -> str:
        """Show how many intervals there are, and their mean."""
        number, mean = int(self.counts.sum()), self.mean
        return printed.encodable(f"IntervalHistogram({number:,} intervals of {self.name!r}, mean {mean:.4g} ms)")

    def _columns(self) -> dict[str, NDArray[Any]]:
        limits = {"above_ms": self.edges[:-1], "to_ms": self.edges[1:]}
        return {**limits, "intervals": self.counts, "density_per_ms": self.density}

    def _figure(self) -> "Figure":
        from spikecore.pictures.drawing import PALETTE  # start-up time: pictures are drawn on request
        from spikecore.pictures.figure import Figure  # start-up time
        from spikecore.pictures.panel import Curve, Curves  # start-up time

        edges = np.concatenate([self.edges[:1], self.edges, self.edges[-1:]])
        closed_bars = np.concatenate([[0.0], self.density, [0.0]])
        panel = Curves("density (1/ms)", [Curve(self.name, edges, closed_bars, PALETTE[0])], height=220.0, low=0.0)
        mean = f", mean {self.mean:.4g} ms" if self.counts.size else ""
        remark = f"{int(self.counts.sum()):,} intervals{mean}, in bins of {np.diff(self.edges[:2]).sum():g} ms"
        high = float(self.edges[-1]) if self.counts.size else 1.0
        return Figure([panel], "inter-spike interval (ms)", 0.0, high, remark)


def histogram(trains: Trains, population: Part, width: Any) -> IntervalHistogram:
    """Return the histogram of a population's intervals in bins of this width in ms."""
    order = sorted_by(trains.spikes_of(population).neurons)
    neurons, ticks = trains.spikes_of(population).neurons[order], trains.ticks_of(population)[order]
    gaps = np.diff(ticks)[neurons[1:] == neurons[:-1]]
    bin_width = bin_ticks("isi_histogram", trains, width, int(gaps.max(initial=0)))
    counts = np.bincount((gaps - 1) // bin_width).astype(np.int64)
    edges = trains.grid.ms(bin_width * np.arange(len(counts) + 1))
    mean = float(gaps.mean()) * trains.grid.dt if len(gaps) else float("nan")
    return IntervalHistogram(population.name, closed(edges), closed(counts), mean)


def variation(spikes: Spikes, size: int) -> tuple[float, NDArray[np.float64]]:
    """Return the coefficient of variation of the intervals: its mean, and that of each neuron, nan below 3 spikes."""
    order = sorted_by(spikes.neurons)
    owners, times = spikes.neurons[order], spikes.times[order]
    same = owners[1:] == owners[:-1]
    owner, gap = owners[1:][same], np.diff(times)[same]
    n = np.bincount(owner, minlength=size)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.bincount(owner, gap, size) / n
        spread = np.bincount(owner, (gap - mean[owner]) ** 2, size) / n
        cv = np.where(n >= 2, np.sqrt(spread) / mean, np.nan)
    valid = cv[np.isfinite(cv)]
    return (float(valid.mean()) if len(valid) else float("nan")), cv
