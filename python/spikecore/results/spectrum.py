"""The power spectrum of a population's rate, by the method of Welch (1967)."""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from spikecore import checks, printed
from spikecore.arrays import closed
from spikecore.population import Part
from spikecore.results.pictured import Pictured
from spikecore.results.rates import BinnedRates, bin_ticks
from spikecore.results.trains import Trains
from spikecore.tabled import Tabled

if TYPE_CHECKING:
    from spikecore.pictures.figure import Figure

__all__ = ["PowerSpectrum", "power_spectrum"]

LEAST_BINS = 4
"""Fewest bins of a segment: below, no frequency lies between zero and half the sampling rate."""
SEGMENTS = 8
"""Half-overlapping segments by default, a usual compromise between noise and resolution."""


@dataclass(frozen=True, eq=False)
class PowerSpectrum(Pictured, Tabled):
    """Power of the fluctuations of a population's rate, by frequency; a table of ``frequency_hz`` and ``power_per_s``.

    Attributes
    ----------
    name : str
        The population.
    frequencies : ndarray of float64, shape (n,)
        From 0 to half the sampling rate 1/bin, in Hz.
    power : ndarray of float64, shape (n,)
        Two-sided density of the rate per neuron: (1/s)² per Hz, which is 1/s. Its integral over negative and
        positive frequencies is the variance of the rate in bins.
    poisson : float
        The power of as many independent Poisson processes of the same rate at all frequencies: rate / neurons, in 1/s.
    segments : int
        Over how many half-overlapping segments it is the mean.
    """

    name: str
    frequencies: NDArray[np.float64]
    power: NDArray[np.float64]
    poisson: float
    segments: int

    def __repr__(self) -> str:
        """Show the frequencies."""
        return printed.encodable(
            f"PowerSpectrum({len(self.frequencies):,} frequencies up to {self.frequencies[-1]:g} Hz of {self.name!r}, "
            f"{self.segments} segments)"
        )

    def _columns(self) -> dict[str, NDArray[Any]]:
        return {"frequency_hz": self.frequencies, "power_per_s": self.power}

    def _figure(self) -> "Figure":
        from spikecore.pictures.drawing import GREY, PALETTE  # start-up time: pictures are drawn on request
        from spikecore.pictures.figure import Figure  # start-up time
        from spikecore.pictures.panel import Curve, Curves  # start-up time

        x = self.frequencies[1:]
        flat = Curve("Poisson", x[[0, -1]], np.full(2, self.poisson), GREY, "4 3", 1.0)
        panel = Curves("power (1/s)", [Curve(self.name, x, self.power[1:], PALETTE[0]), flat], 220.0, is_log=True)
        remark = (
            f"two-sided, of the rate per neuron; mean over {self.segments} segments of {1e3 / x[0]:g} ms, Hann windows"
        )
        return Figure([panel], "frequency (Hz)", float(x[0]), float(x[-1]), remark, is_log=True)


def power_spectrum(trains: Trains, population: Part, width: Any, segment: Any) -> PowerSpectrum:
    """Return the spectrum of a population's rate in bins of this width in ms; see `Activity.power_spectrum`."""
    length = trains.end - trains.begin
    ticks = bin_ticks("power_spectrum", trains, width, length)
    whole = length // ticks
    if whole < LEAST_BINS:
        longest = float(trains.grid.ms(length // LEAST_BINS))
        checks.refuse("power_spectrum", "bin", f"{width:g} ms", f"at most {longest:g} ms, a quarter of the run")
    if segment is None:
        n = max(LEAST_BINS, 2 * whole // (SEGMENTS + 1))
    else:
        n = trains.grid.ticks("power_spectrum", "segment", segment, low=LEAST_BINS * ticks, high=length) // ticks
    # What is left of the run behind the last whole bin is no sample of the same width.
    counts = BinnedRates(trains, ticks).counts(population)[:whole]
    seconds = 1e-3 * float(trains.grid.ms(ticks))
    rate = counts / (population.size * seconds)
    power, segments = _welch(rate, n, seconds)
    poisson = float(rate.mean()) / population.size
    frequencies = np.arange(n // 2 + 1) / (n * seconds)
    return PowerSpectrum(population.name, closed(frequencies), closed(power), poisson, segments)


def _welch(values: NDArray[np.float64], n: int, seconds: float) -> tuple[NDArray[np.float64], int]:
    """Return the mean periodogram of half-overlapping segments of n values, and how many there are."""
    window = 0.5 - 0.5 * np.cos(2.0 * math.pi * np.arange(n) / n)
    starts = range(0, len(values) - n + 1, n - n // 2)
    power = np.zeros(n // 2 + 1)
    for start in starts:
        part = values[start : start + n]
        power += np.abs(np.fft.rfft(window * (part - part.mean()))) ** 2
    return power * (seconds / ((window**2).sum() * len(starts))), len(starts)
