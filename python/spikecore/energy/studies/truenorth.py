"""TrueNorth's power: an affine model at one voltage, and the chip's benchmark networks beside published points.

A chip that leaks pays for time and for events; `fit` separates the two with two published points of one voltage. No law
that scales them to another voltage was published, so `Affine.power_w` refuses every other one. The networks run on the
engine at reduced size: events of the whole chip are counted events times the ratio of neurons. Spikes of a small mesh
travel less far than the chip's 21.3 cores in x and in y; the models price no hops of their own, so this changes no
figure.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from spikecore import checks
from spikecore.energy import published
from spikecore.energy.profile_toml import load
from spikecore.energy.studies.figures import Figure, Row, computed, plain
from spikecore.energy.studies.machines import Run

__all__ = [
    "ALL_IN_J", "CHIP_NEURONS", "EVIDENCE", "FITTED", "GRID_HZ", "GRID_SYNAPSES", "PUBLISHED", "Affine", "Benchmark",
    "Count", "Point", "benchmark", "chip_events_per_s", "events_per_s", "fit",
    "published_model",
]  # fmt: skip

GRID_HZ = (0.0, 20.0, 50.0, 100.0, 200.0)
GRID_SYNAPSES = (0, 64, 128, 192, 256)
"""A grid over the published sweep, 0 … 200 Hz and 0 … 256 active synapses."""
Count = Callable[[float, int, int, float, int], Run]
"""Runs a network of a rate in Hz and active synapses on so many cores, for a time in ms, with a seed, and counts."""


@dataclass(frozen=True)
class Point:
    """One published power of the whole chip, for a mean rate and active synapses (0 … 256) of every neuron."""

    rate_hz: float
    synapses: int
    voltage_v: float
    power_w: float
    source: str


_DATA = published.tables("studies", "truenorth")
EVIDENCE: str = _DATA["evidence"]
"""How we know what was published, one of `figures.EVIDENCE`."""
CHIP_NEURONS: int = _DATA["neurons"]
"""Cores times neurons of a core."""
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
    return neurons * checks.number("TrueNorth", "rate_hz", rate_hz, low=0.0, unit="Hz") * synapses


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


@dataclass(frozen=True)
class Benchmark:
    """Networks of the benchmark on the engine, beside what was published; rows of figures by the names below.

    Attributes
    ----------
    points : tuple of Row
        Published powers beside the run of their networks: power over counted events (``published_event_j``, None
        without events), and the powers by the model (``modelled_w``, None where ``refused`` says why) and by the
        all-in price, with differences relative to the published one. The model goes through the two ``fitted``.
    operations : tuple of Row
        Published operations per second or joule beside counted ones (None, and the reason, where there are none).
    grid : tuple of Row
        Nominal events (neurons × rate × synapses), counted ones and their difference, None where only counted ones are
        not 0; and power by the model, extrapolated where it is not ``inside`` of the fitted points.
    """

    points: tuple[Row, ...]
    operations: tuple[Row, ...]
    grid: tuple[Row, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON: each figure with value, evidence, source, unit and bound."""
        parts = {"points": self.points, "efficiencies": self.operations, "sweep": self.grid}
        return {name: list(map(plain, rows)) for name, rows in parts.items()}


def benchmark(
    count: Count,
    cores: int = 4,
    time: float = 1_000.0,
    seed: int = 1,
    rates: Sequence[float] = GRID_HZ,
    synapses: Sequence[int] = GRID_SYNAPSES,
) -> Benchmark:
    """Run the network of every published point and of a grid of rates (Hz, 0 … 200) and synapses (0 … 256), each once.

    `count` is `spikecore.library.counts.benchmark`, and takes the other parameters.
    """
    grid = [(rate, k) for k in synapses for rate in rates]
    networks = {*grid, *((point.rate_hz, point.synapses) for point in PUBLISHED)}
    runs = {network: count(*network, cores, time, seed) for network in networks}
    return Benchmark(
        tuple(_point(point, runs[point.rate_hz, point.synapses]) for point in PUBLISHED),
        tuple(_operation(runs, **operation) for operation in _DATA["operations"]),
        tuple(_grid_point(runs[network]) for network in grid),
    )


def chip_events_per_s(run: Run) -> float:
    """Return synaptic events per second of a chip full of cores such as those of the run."""
    return run.synaptic_operations / run.seconds * (CHIP_NEURONS / run.neurons)


def _counts(run: Run) -> dict[str, float]:
    names = ("rate_hz", "synapses", "neurons", "counted_rate_hz", "seconds")
    return {**{name: getattr(run, name) for name in names}, "counted_events": run.synaptic_operations}


def _point(point: Point, run: Run) -> Row:
    events, model = chip_events_per_s(run), published_model()
    holds = point.voltage_v == model.voltage_v
    modelled_w = model.power_w(events, point.voltage_v) if holds else None
    all_in_w = ALL_IN_J * events
    stated = {name: getattr(point, name) for name in ("rate_hz", "synapses", "voltage_v", "power_w")}
    derived = {
        "chip_events_per_s": events,
        "published_event_j": point.power_w / events if events else None,
        "modelled_w": modelled_w,
        "difference": None if modelled_w is None else modelled_w / point.power_w - 1.0,
        "all_in_w": all_in_w,
        "all_in_difference": all_in_w / point.power_w - 1.0,
    }
    refused = None if holds else f"the model holds at {model.voltage_v:g} V"
    words = {"run": _counts(run), "fitted": point in FITTED, "refused": refused}
    return {
        **{name: Figure(value, EVIDENCE, point.source) for name, value in stated.items()},
        **computed(derived),
        **words,
    }


def _operation(
    runs: Mapping[tuple[float, int], Run],
    value: float,
    unit: str,
    what: str,
    network: Sequence[Any] = (),
    power_w: float | None = None,
    refused: str | None = None,
) -> Row:
    words = {"published": Figure(value, EVIDENCE, unit=unit), "what": what, "refused": refused}
    if not network:
        return {**words, "counted": None, "difference": None}
    per_s = chip_events_per_s(runs[network[0], network[1]]) * 1e-9
    counted = per_s if power_w is None else per_s / power_w
    return {
        **words,
        "counted": Figure(counted, "computed", unit=unit),
        **computed({"difference": counted / value - 1.0}),
    }


def _grid_point(run: Run) -> Row:
    model = published_model()
    nominal, events = events_per_s(run.rate_hz, run.synapses), chip_events_per_s(run)
    derived = {
        "nominal_events_per_s": nominal,
        "chip_events_per_s": events,
        "difference": events / nominal - 1.0 if nominal else None if events else 0.0,
        "modelled_w": model.power_w(events, model.voltage_v),
    }
    return {"run": _counts(run), **computed(derived), "inside": model.inside(run.rate_hz, run.synapses)}
