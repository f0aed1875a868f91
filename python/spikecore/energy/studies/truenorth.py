"""TrueNorth's power: an affine model at one voltage, and the published points it is held against.

A chip that leaks pays for time and for events; `fit` separates the two with two published points of one voltage. No law
that scales them to another voltage was published, so `Affine.power_w` refuses every other one.
"""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from spikecore import checks
from spikecore.energy.profile_toml import load
from spikecore.energy.studies import published

__all__ = [
    "ALL_IN_J", "CHIP_NEURONS", "FITTED", "OPERATIONS", "PUBLISHED", "Affine", "Point", "events_per_s", "fit",
    "published_model",
]  # fmt: skip


@dataclass(frozen=True)
class Point:
    """One published power of the whole chip, for a mean rate and active synapses (0 … 256) of every neuron."""

    rate_hz: float
    synapses: int
    voltage_v: float
    power_w: float
    source: str


_DATA = tomllib.loads(published("truenorth"))
CHIP_NEURONS: int = _DATA["neurons"]
"""Cores times neurons of a core."""
OPERATIONS: list[dict[str, Any]] = _DATA["operations"]
"""Published operations per second and joule, as the file explains them."""
PUBLISHED = tuple(Point(**point) for point in _DATA["points"])
"""All published powers of these networks that come with a voltage; ticks of 1 ms."""
FITTED = tuple(PUBLISHED[k] for k in _DATA["fitted"])
"""The two points of the model; the third at their voltage is left to test it."""
ALL_IN_J = load("truenorth").prices[0].nominal_j
"""Published energy per synaptic event, all of the chip in it: a ratio at one operating point."""


@dataclass(frozen=True)
class Affine:
    """Power = static power + energy per event × events per second, at one voltage and no other.

    `event_j` is the energy of one more synaptic event, which is not the all-in price. The points that it was fitted to
    have `synapses` active synapses per neuron, and rates in the range `rates_hz`.
    """

    static_w: float
    event_j: float
    voltage_v: float
    synapses: int
    rates_hz: tuple[float, float]

    def power_w(self, events: float, voltage_v: float) -> float:
        """Return the power of the chip, W, at so many synaptic events per second (≥ 0) and a supply voltage.

        Raises
        ------
        NetworkError
            If the voltage is not that of the fit.

        Examples
        --------
        >>> model = published_model()
        >>> round(1e3 * model.power_w(events_per_s(20.07, 128), 0.8), 1)
        70.6
        >>> model.power_w(0.0, 0.7)
        Traceback (most recent call last):
            ...
        spikecore.errors.NetworkError: TrueNorth: voltage is 0.7 V, allowed: 0.8 V, where the model was fitted
        """
        rate = checks.number("TrueNorth", "events", events, low=0.0, high=float("inf"), unit="per s")
        if voltage_v != self.voltage_v:
            allowed = f"{self.voltage_v:g} V, where the model was fitted"
            checks.refuse("TrueNorth", "voltage", f"{voltage_v:g} V", allowed)
        return self.static_w + self.event_j * rate

    def inside(self, rate_hz: float, synapses: int) -> bool:
        """Return whether a workload lies between the fitted points, rather than beyond them."""
        return synapses == self.synapses and self.rates_hz[0] <= rate_hz <= self.rates_hz[1]


def events_per_s(rate_hz: float, synapses: int, neurons: int = CHIP_NEURONS) -> float:
    """Return synaptic events per second: neurons × rate × active synapses.

    Examples
    --------
    >>> round(events_per_s(20.0, 128) / 1e9, 5)
    2.68435
    """
    return neurons * rate_hz * synapses


def fit(points: Sequence[Point]) -> Affine:
    """Return the line through two published points of one voltage and one number of synapses, at different rates.

    Raises
    ------
    NetworkError
        If there are not two of them, or they differ in more than the rate.

    Examples
    --------
    >>> model = fit([PUBLISHED[0], PUBLISHED[2]])
    >>> round(model.event_j * 1e12, 4), round(model.static_w * 1e3, 2)
    (2.2966, 64.43)
    """
    if len(points) != 2:
        checks.refuse("TrueNorth", "the number of points", len(points), "2: a line is fitted")
    slow, fast = sorted(points, key=lambda point: point.rate_hz)
    if (slow.voltage_v, slow.synapses) != (fast.voltage_v, fast.synapses) or slow.rate_hz == fast.rate_hz:
        checks.refuse("TrueNorth", "points", f"{slow}, {fast}", "one voltage, one number of synapses, two rates")
    low, high = (events_per_s(point.rate_hz, point.synapses) for point in (slow, fast))
    event_j = (fast.power_w - slow.power_w) / (high - low)
    rates_hz = (slow.rate_hz, fast.rate_hz)
    return Affine(slow.power_w - event_j * low, event_j, slow.voltage_v, slow.synapses, rates_hz)


def published_model() -> Affine:
    """Return the model fitted at 0.8 V to 11.58 Hz and 95.93 Hz."""
    return fit(FITTED)
