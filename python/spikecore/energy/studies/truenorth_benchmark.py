"""TrueNorth's recurrent benchmark networks on the engine, at reduced size, beside the published points.

Events of the whole chip are counted events times the ratio of neurons. Spikes of a small mesh travel less far than the
chip's 21.3 cores in x and in y; the models price no hops of their own, so this changes no figure.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from spikecore import checks
from spikecore.energy.studies import truenorth
from spikecore.energy.studies.truenorth import PUBLISHED, Point, events_per_s, published_model
from spikecore.errors import NetworkError
from spikecore.library import recurrent

__all__ = ["GRID_HZ", "GRID_SYNAPSES", "Benchmark", "Efficiency", "GridPoint", "PublishedPoint", "Run", "benchmark",
           "run"]  # fmt: skip

GRID_HZ = (0.0, 20.0, 50.0, 100.0, 200.0)
GRID_SYNAPSES = (0, 64, 128, 192, 256)
"""A grid over the published sweep, 0 … 200 Hz and 0 … 256 active synapses."""


@dataclass(frozen=True)
class Run:
    """Counts of one benchmark network: the rate and active synapses asked for, and what `neurons` did in `seconds`."""

    rate_hz: float
    synapses: int
    neurons: int
    counted_rate_hz: float
    counted_events: int
    seconds: float

    @property
    def chip_events_per_s(self) -> float:
        """Synaptic events per second of a chip full of such cores."""
        return self.counted_events / self.seconds * (truenorth.CHIP_NEURONS / self.neurons)


@dataclass(frozen=True)
class PublishedPoint:
    """A published power beside the run of its network, by the affine model and by the all-in price, 26 pJ an event.

    Differences are relative to the published power. `published_event_j`, that power over counted events, is None if
    there are none; `modelled_w` is None where the model does not hold, and `refused` says why. The model goes through
    the two `fitted` points.
    """

    point: Point
    run: Run
    chip_events_per_s: float
    published_event_j: float | None
    modelled_w: float | None
    difference: float | None
    refused: str | None
    fitted: bool
    all_in_w: float
    all_in_difference: float


@dataclass(frozen=True)
class GridPoint:
    """One network of the grid: nominal events (neurons × rate × synapses), counted ones, and power by the model.

    `difference` is that of the events, relative to nominal ones, None where only counted ones are not 0; outside of the
    fitted points (`inside` is false) the model is extrapolated.
    """

    run: Run
    nominal_events_per_s: float
    chip_events_per_s: float
    difference: float | None
    modelled_w: float
    inside: bool


@dataclass(frozen=True)
class Efficiency:
    """Published operations per second or joule, beside counted ones (None, and the reason, where there are none)."""

    published: float
    unit: str
    what: str
    counted: float | None
    difference: float | None
    refused: str | None


@dataclass(frozen=True)
class Benchmark:
    """The published points, the grid, and published operations per second or joule."""

    points: tuple[PublishedPoint, ...]
    efficiencies: tuple[Efficiency, ...]
    grid: tuple[GridPoint, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        plain = asdict(self)
        points = [{**point.pop("point"), **point} for point in plain["points"]]
        return {"points": points, "efficiencies": plain["efficiencies"], "sweep": plain["grid"]}


def benchmark(
    cores: int = 4,
    time: float = 1_000.0,
    seed: int = 1,
    rates: Sequence[float] = GRID_HZ,
    synapses: Sequence[int] = GRID_SYNAPSES,
) -> Benchmark:
    """Run the network of every published point and of a grid of rates (Hz, 0 … 200) and synapses (0 … 256), each once.

    Other parameters are those of `run`.
    """
    grid = [(rate, k) for k in synapses for rate in rates]
    networks = {*grid, *((point.rate_hz, point.synapses) for point in PUBLISHED)}
    runs = {network: run(*network, cores, time, seed) for network in networks}
    return Benchmark(
        tuple(_published(point, runs[point.rate_hz, point.synapses]) for point in PUBLISHED),
        tuple(_efficiency(runs, **operation) for operation in truenorth.OPERATIONS),
        tuple(_grid_point(runs[network]) for network in grid),
    )


def run(rate: float, synapses: int, cores: int = 4, time: float = 1_000.0, seed: int = 1) -> Run:
    """Run one benchmark network.

    Parameters
    ----------
    rate, synapses, cores, seed
        As `spikecore.library.recurrent.build` takes them.
    time : float
        Measured time in ms, a whole number ≥ 1; a fifth of it is run before and discarded.

    Examples
    --------
    >>> abs(run(20.0, 128).chip_events_per_s / events_per_s(20.0, 128) - 1.0) < 0.02
    True
    """
    time = checks.number("TrueNorth", "time", time, low=1.0, unit="ms")
    net, neurons = recurrent.build(rate, synapses, cores, seed)
    machine = net.compile(workers=1, record_spikes=False)
    machine.run(float(round(time / 5.0)))
    counts = machine.run(time).counts.totals()
    seconds, size = time * 1e-3, len(neurons)
    return Run(rate, synapses, size, counts["spikes"] / size / seconds, counts["synaptic_operations"], seconds)


def _published(point: Point, counts: Run) -> PublishedPoint:
    events = counts.chip_events_per_s
    modelled_w, refused = None, None
    try:
        modelled_w = published_model().power_w(events, point.voltage_v)
    except NetworkError as error:
        refused = str(error)
    return PublishedPoint(
        point=point,
        run=counts,
        chip_events_per_s=events,
        published_event_j=point.power_w / events if events else None,
        modelled_w=modelled_w,
        difference=None if modelled_w is None else modelled_w / point.power_w - 1.0,
        refused=refused,
        fitted=point in truenorth.FITTED,
        all_in_w=truenorth.ALL_IN_J * events,
        all_in_difference=truenorth.ALL_IN_J * events / point.power_w - 1.0,
    )


def _efficiency(
    runs: Mapping[tuple[float, int], Run],
    value: float,
    unit: str,
    what: str,
    network: Sequence[Any] = (),
    power_w: float | None = None,
    refused: str | None = None,
) -> Efficiency:
    if not network:
        return Efficiency(value, unit, what, None, None, refused)
    per_s = runs[network[0], network[1]].chip_events_per_s * 1e-9
    counted = per_s if power_w is None else per_s / power_w
    return Efficiency(value, unit, what, counted, counted / value - 1.0, refused)


def _grid_point(counts: Run) -> GridPoint:
    model = published_model()
    nominal, counted = events_per_s(counts.rate_hz, counts.synapses), counts.chip_events_per_s
    difference = counted / nominal - 1.0 if nominal else None if counted else 0.0
    modelled_w = model.power_w(counted, model.voltage_v)
    return GridPoint(counts, nominal, counted, difference, modelled_w, model.inside(counts.rate_hz, counts.synapses))
