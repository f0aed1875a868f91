"""What recorded spikes tell: rates in bins, intervals, spectra, pictures; the same of a run and of a sample."""

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from spikecore import checks
from spikecore.population import Part
from spikecore.results.trains import Trains

if TYPE_CHECKING:
    from spikecore.results.intervals import IntervalHistogram
    from spikecore.results.rates import BinnedRates
    from spikecore.results.spectrum import PowerSpectrum

__all__ = ["Activity"]


class Activity(ABC):
    """The spikes of a run or a sample, and what follows from them."""

    @abstractmethod
    def _trains(self) -> Trains:
        """Return the recorded spikes."""

    def _member(self, key: Part | str) -> Part:
        """Return the population that is `key` or has this name, or the part that it is, recorded or not."""
        return self._trains().part(key)

    def rate(self, bin: float) -> "BinnedRates":
        """Return the rates of the recorded populations over time.

        Parameters
        ----------
        bin : float
            Width of a bin in ms, a multiple of dt; the last bin is shorter where the run is no multiple of it.

        Returns
        -------
        BinnedRates
            By population or name, arrays of shape (bins,) in Hz per neuron.

        Raises
        ------
        NotRecordedError
            If no spikes were recorded.
        NetworkError
            If `bin` is off the grid or gives more than 10,000,000 bins.

        Examples
        --------
        >>> import spikecore as sc
        >>> net = sc.Network(dt=0.1)
        >>> _ = net.spike_source(4, times=[[1.0, 2.0], [2.0], [], [9.0]], name="input")
        >>> net.compile(workers=1).run(10.0).rate(2.0)["input"].tolist()
        [375.0, 0.0, 0.0, 0.0, 125.0]
        """
        from spikecore.results.rates import BinnedRates, bin_ticks  # start-up time

        trains = self._trains()
        trains.require()
        return BinnedRates(trains, bin_ticks("rate", trains, bin, trains.end - trains.begin))

    def isi_histogram(self, population: Part | str, bin: float) -> "IntervalHistogram":
        """Return the histogram of the inter-spike intervals of a population.

        Parameters
        ----------
        population : Population, PopulationView or str
            By its handle or its name, or a part of it; its spikes must have been recorded.
        bin : float
            Width of a bin in ms, a multiple of dt.

        Returns
        -------
        IntervalHistogram
            Of the intervals between successive spikes of one neuron in this run, all neurons together.

        Raises
        ------
        NotRecordedError
            If the spikes were not recorded.
        NetworkError
            If `bin` is off the grid or gives more than 10,000,000 bins.
        """
        from spikecore.results import intervals  # start-up time

        return intervals.histogram(self._trains(), self._recorded(population), bin)

    def power_spectrum(self, population: Part | str, bin: float, segment: float | None = None) -> "PowerSpectrum":
        """Return the power spectrum of the rate of a population.

        Parameters
        ----------
        population : Population, PopulationView or str
            By its handle or its name, or a part of it; its spikes must have been recorded.
        bin : float
            Width of the bins that the rate is taken in, in ms, a multiple of dt: frequencies reach up to 1/(2 bin).
        segment : float, optional
            Length of a segment in ms, a multiple of dt and at least 4 bins, of which whole bins are used; frequencies
            are 1/segment apart. By default a length of which 8 half-overlapping segments fit the run.

        Returns
        -------
        PowerSpectrum
            Two-sided power density in 1/s by frequency in Hz.

        Raises
        ------
        NotRecordedError
            If the spikes were not recorded.
        NetworkError
            If `bin` or `segment` is off the grid, or the run has fewer than 4 bins.

        Notes
        -----
        Welch's method (Welch 1967, IEEE Transactions on Audio and Electroacoustics 15:70-73): the mean over
        half-overlapping segments of the periodograms of the rate less its mean, under Hann windows.
        """
        from spikecore.results import spectrum  # start-up time

        return spectrum.power_spectrum(self._trains(), self._recorded(population), bin, segment)

    def cv_isi(self, population: Part | str) -> tuple[float, NDArray[np.float64]]:
        """Return the coefficient of variation of the inter-spike intervals.

        Parameters
        ----------
        population : Population, PopulationView or str
            By its handle or its name, or a part of it; its spikes must have been recorded.

        Returns
        -------
        mean : float
            Mean over the neurons with at least 3 spikes; nan if there are none.
        per_neuron : ndarray of float64, shape (size,)
            nan for neurons with fewer than 3 spikes.

        Notes
        -----
        Standard deviation of the intervals (population form) divided by their mean.
        """
        from spikecore.results import intervals  # start-up time

        member = self._recorded(population)
        return intervals.variation(self._trains().spikes_of(member), member.size)

    def raster(
        self,
        where: Any = None,
        *,
        start: float | None = None,
        stop: float | None = None,
        share: float | None = None,
        populations: Any = None,
        rate: bool = True,
    ) -> Any:
        """Draw the recorded spikes: a band for each population, and the rate over time above.

        Parameters
        ----------
        where : str, Path or matplotlib Axes, optional
            A file to write, in the format of its suffix, or axes to draw the bands on; new axes by default. ``.svg``
            files need no other package, all else needs matplotlib.
        start, stop : float, optional
            Limits in ms; the run by default.
        share : float, optional
            Share of the neurons that spiked to draw, 0 < share ≤ 1, the same of each population. By default some
            15,000 spikes are drawn, and of small populations all.
        populations : Population, str or a sequence of these, optional
            Which, from the top; all that were recorded by default.
        rate : bool
            Draw the rate over time.

        Returns
        -------
        Path or Axes
            The file that was written, or the axes of the bands.

        Raises
        ------
        NetworkError
            If no spikes were recorded, `share` is outside its range, or the suffix is unknown or needs matplotlib.
        ImportError
            If axes are wanted and matplotlib is not installed.

        Notes
        -----
        A line below the picture says which neurons and how many of the spikes are drawn. Beside each band stands the
        mean rate of its population between the limits; it and the rate over time are those of all spikes.
        """
        from spikecore.results import raster, raster_figure  # start-up time: pictures are drawn on request

        trains = self._trains()
        limits = (trains.grid.ms(tick) for tick in (trains.begin, trains.end))
        first, last = (float(end) if limit is None else limit for limit, end in zip((start, stop), limits, strict=True))
        checks.switch("raster", "rate", rate)
        picture = raster.select(trains, first, last, share, populations)
        return raster_figure.figure(picture, trains, rate).put("raster", where)

    def _recorded(self, population: Part | str) -> Part:
        """Return a population, or a part of one, whose spikes were recorded."""
        return self._trains().part(self._member(population))
