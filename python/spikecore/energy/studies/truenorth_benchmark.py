"""TrueNorth's recurrent benchmark networks on the engine, at reduced size, beside the published points.

Events of the whole chip are counted events times the ratio of neurons. Spikes of a small mesh travel less far than the
chip's 21.3 cores in x and in y; the models price no hops of their own, so this changes no figure.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from spikecore import checks
from spikecore.energy.studies import truenorth
from spikecore.energy.studies.truenorth import CHIP_NEURONS, Point
from spikecore.errors import NetworkError
from spikecore.library import recurrent

__all__ = ["GRID_HZ", "GRID_SYNAPSES", "Benchmark", "Comparison", "Efficiency", "GridPoint", "Run", "benchmark",
           "compare", "efficiencies", "run", "sweep"]  # fmt: skip

GRID_HZ = (0.0, 20.0, 50.0, 100.0, 200.0)
GRID_SYNAPSES = (0, 64, 128, 192, 256)
"""A grid over the published sweep, 0 … 200 Hz and 0 … 256 active synapses."""


@dataclass(frozen=True)
class Run:
    """Counts of one benchmark network.

    Attributes
    ----------
    rate_hz : float
        Rate that was asked for, Hz.
    synapses, neurons : int
        Active synapses of each neuron, and neurons that ran.
    counted_rate_hz : float
        Mean rate of the run, Hz.
    counted_events : int
        Its synaptic operations.
    seconds : float
        Its biological time, s.
    """

    rate_hz: float
    synapses: int
    neurons: int
    counted_rate_hz: float
    counted_events: int
    seconds: float

    @property
    def chip_events_per_s(self) -> float:
        """Synaptic events per second of a chip full of such cores."""
        return self.counted_events / self.seconds * (CHIP_NEURONS / self.neurons)


@dataclass(frozen=True)
class Comparison:
    """A published point beside the run of its network.

    Attributes
    ----------
    point : Point
        The published power.
    run : Run
        Counts of its network.
    modelled_w : float or None
        Power by the affine model, W; None where the model does not hold at the point's voltage.
    refused : str or None
        Why there is no modelled power.
    """

    point: Point
    run: Run
    modelled_w: float | None
    refused: str | None

    @property
    def published_event_j(self) -> float | None:
        """Published power over counted events, J; None without events."""
        events = self.run.chip_events_per_s
        return self.point.power_w / events if events else None

    @property
    def difference(self) -> float | None:
        """Relative difference of the modelled power from the published one."""
        return None if self.modelled_w is None else self.modelled_w / self.point.power_w - 1.0

    @property
    def fitted(self) -> bool:
        """Whether the model was fitted to this point."""
        return self.point in truenorth.FITTED

    @property
    def all_in_w(self) -> float:
        """Power by the all-in price, 26 pJ for each counted event, W."""
        return truenorth.ALL_IN_J * self.run.chip_events_per_s

    @property
    def all_in_difference(self) -> float:
        """Relative difference of that power from the published one."""
        return self.all_in_w / self.point.power_w - 1.0

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        plain = asdict(self)
        names = ("published_event_j", "difference", "fitted", "all_in_w", "all_in_difference")
        derived = {name: getattr(self, name) for name in names}
        return {**plain.pop("point"), **plain, "chip_events_per_s": self.run.chip_events_per_s, **derived}


@dataclass(frozen=True)
class GridPoint:
    """One network of the grid.

    Attributes
    ----------
    run : Run
        Its counts.
    modelled_w : float
        Power of the chip by the affine model at its own voltage, W.
    inside : bool
        Whether the network lies between the fitted points; beyond them the model is extrapolated.
    """

    run: Run
    modelled_w: float
    inside: bool

    @property
    def nominal_events_per_s(self) -> float:
        """Neurons × rate × synapses of the chip."""
        return truenorth.events_per_s(self.run.rate_hz, self.run.synapses)

    @property
    def difference(self) -> float | None:
        """Relative difference of counted events from nominal ones; None where events were counted and none nominal."""
        counted, nominal = self.run.chip_events_per_s, self.nominal_events_per_s
        return counted / nominal - 1.0 if nominal else None if counted else 0.0

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        derived = {name: getattr(self, name) for name in ("nominal_events_per_s", "difference")}
        return {**asdict(self), "chip_events_per_s": self.run.chip_events_per_s, **derived}


@dataclass(frozen=True)
class Efficiency:
    """Published operations per second or per joule, beside counted ones.

    Attributes
    ----------
    published : float
        In `unit`, for the workload `what`.
    unit, what : str
        GSOPS/W, or GSOPS.
    counted : float or None
        In the same unit; None where it cannot be computed.
    refused : str or None
        Why not.
    """

    published: float
    unit: str
    what: str
    counted: float | None
    refused: str | None = None

    @property
    def difference(self) -> float | None:
        """Relative difference of the counted from the published figure."""
        return None if self.counted is None else self.counted / self.published - 1.0

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        return {**asdict(self), "difference": self.difference}


@dataclass(frozen=True)
class Benchmark:
    """Published points, operations and grid: what `benchmark` runs, or a part of it."""

    points: tuple[Comparison, ...] = ()
    efficiencies: tuple[Efficiency, ...] = ()
    grid: tuple[GridPoint, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        return {
            "points": [point.to_dict() for point in self.points],
            "efficiencies": [row.to_dict() for row in self.efficiencies],
            "sweep": [point.to_dict() for point in self.grid],
        }


def run(rate: float, synapses: int, cores: int = 4, time: float = 1_000.0, seed: int = 1) -> Run:
    """Run one benchmark network.

    Parameters
    ----------
    rate, synapses, cores, seed
        As `spikecore.library.recurrent.build` takes them.
    time : float
        Comparison time in ms, a whole number ≥ 1; a fifth of it is run before and discarded.

    Examples
    --------
    >>> abs(run(20.0, 128).chip_events_per_s / truenorth.events_per_s(20.0, 128) - 1.0) < 0.02
    True
    """
    time = checks.number("TrueNorth", "time", time, low=1.0, unit="ms")
    net, neurons = recurrent.build(rate, synapses, cores, seed)
    machine = net.compile(workers=1, record_spikes=False)
    machine.run(float(round(time / 5.0)))
    counts = machine.run(time).counts.totals()
    seconds, size = time * 1e-3, len(neurons)
    return Run(rate, synapses, size, counts["spikes"] / size / seconds, counts["synaptic_operations"], seconds)


def compare(cores: int = 4, time: float = 1_000.0, seed: int = 1) -> tuple[Comparison, ...]:
    """Run the network of every published point, and price it by the model and by the all-in price; as `run`."""
    model = truenorth.published_model()
    rows = []
    for point in truenorth.PUBLISHED:
        counts = run(point.rate_hz, point.synapses, cores, time, seed)
        try:
            modelled_w, refused = model.power_w(counts.chip_events_per_s, point.voltage_v), None
        except NetworkError as error:
            modelled_w, refused = None, str(error)
        rows.append(Comparison(point, counts, modelled_w, refused))
    return tuple(rows)


def sweep(
    rates: Sequence[float] = GRID_HZ,
    synapses: Sequence[int] = GRID_SYNAPSES,
    cores: int = 4,
    time: float = 1_000.0,
    seed: int = 1,
) -> tuple[GridPoint, ...]:
    """Run a network for every rate (Hz, 0 … 200) and number of synapses (0 … 256), priced by the model; as `run`."""
    model = truenorth.published_model()
    runs = [run(rate, k, cores, time, seed) for k in synapses for rate in rates]
    return tuple(
        GridPoint(
            counts,
            model.power_w(counts.chip_events_per_s, model.voltage_v),
            model.inside(counts.rate_hz, counts.synapses),
        )
        for counts in runs
    )


def efficiencies(cores: int = 4, time: float = 1_000.0, seed: int = 1) -> tuple[Efficiency, ...]:
    """Set published operations per second, or per joule, beside counted ones; parameters as for `run`."""
    usual, most = (run(rate, k, cores, time, seed).chip_events_per_s * 1e-9 for rate, k in ((20.0, 128), (200.0, 256)))
    return (
        Efficiency(46.0, "GSOPS/W", "20 Hz, 128 synapses, 65 mW at 0.75 V", usual / 65e-3),
        Efficiency(58.0, "GSOPS", "peak, 200 Hz and 256 synapses", most),
        Efficiency(400.0, "GSOPS/W", "peak at 0.75 V", None, "0.75 V: no power was published for it"),
        Efficiency(70.0, "GSOPS/W", "tick of 200 µs", None, "neither power nor voltage was published for it"),
    )


def benchmark(cores: int = 4, time: float = 1_000.0, seed: int = 1) -> Benchmark:
    """Run the networks of the published points, of the efficiencies and of the grid; parameters as for `run`."""
    return Benchmark(
        compare(cores, time, seed), efficiencies(cores, time, seed), sweep(cores=cores, time=time, seed=seed)
    )
