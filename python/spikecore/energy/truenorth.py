"""TrueNorth's power: an affine model at one voltage, and the published points it is held against.

A chip that leaks pays for time and for events; the published 26 pJ per synaptic event is the whole power of
one operating point divided by its events. `fit` separates the two from published points of one voltage and
`Affine.power_w` refuses every other voltage: no law that scales them was published. `sweep` runs the chip's
recurrent benchmark networks at reduced size; events of the whole chip are counted events times the ratio of
neurons. What is computed here is modelled; what is published is quoted with its source.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from spikecore import checks
from spikecore.errors import NetworkError

__all__ = [
    "ALL_IN_J",
    "CHIP_NEURONS",
    "PUBLISHED",
    "Affine",
    "Point",
    "Run",
    "compare",
    "describe",
    "events_per_s",
    "fit",
    "published_model",
    "run",
    "sweep",
]

CHIP_NEURONS = 4096 * 256
"""Cores times neurons of a core (Merolla et al. 2014)."""
ALL_IN_J = 26e-12
"""Published energy per synaptic event at 20 Hz, 128 active synapses and 0.775 V: leakage, memory, routing and
neurons together (Merolla et al. 2014, p. 7). A ratio at one operating point."""

_AKOPYAN = "Akopyan et al., IEEE TCAD 34(10):1537-1557 (2015)"
_MEROLLA = "Merolla et al., Science 345:668-673 (2014)"


@dataclass(frozen=True)
class Point:
    """One published measurement of the whole chip under a recurrent benchmark network.

    Attributes
    ----------
    rate_hz : float
        Mean rate of every neuron.
    synapses : int
        Active synapses per neuron, 0 … 256.
    voltage_v : float
        Supply voltage.
    power_w : float
        Power of the chip.
    source : str
        Where it was published.

    Examples
    --------
    >>> PUBLISHED[0].power_w
    0.068
    """

    rate_hz: float
    synapses: int
    voltage_v: float
    power_w: float
    source: str


PUBLISHED = (
    Point(11.58, 128, 0.80, 68e-3, f"{_AKOPYAN}, Fig. 17"),
    Point(20.07, 128, 0.80, 71e-3, f"{_AKOPYAN}, Fig. 17"),
    Point(95.93, 128, 0.80, 94e-3, f"{_AKOPYAN}, Fig. 17"),
    Point(20.0, 128, 0.775, 72e-3, f"{_MEROLLA}, p. 7, Fig. 4C, S7"),
    Point(20.0, 128, 0.75, 65e-3, f"{_AKOPYAN}, p. 1551"),
    Point(0.0, 0, 0.70, 42e-3, f"{_MEROLLA}: lower end of the envelope"),
    Point(200.0, 256, 1.05, 323e-3, f"{_MEROLLA}: upper end of the envelope"),
)
"""All published powers of these networks that come with a voltage; tick 1 ms."""


@dataclass(frozen=True)
class Affine:
    """Power = static power + energy per event × events per second, at one voltage.

    Attributes
    ----------
    static_w : float
        Power without events, W.
    event_j : float
        Energy of one more synaptic event, J: not the all-in price.
    voltage_v : float
        The only voltage it holds for.
    synapses : int
        Active synapses per neuron of the points it was fitted on.
    rates_hz : (float, float)
        Range of rates of these points.
    """

    static_w: float
    event_j: float
    voltage_v: float
    synapses: int
    rates_hz: tuple[float, float]

    def power_w(self, events: float, voltage_v: float) -> float:
        """Return the power of the chip.

        Parameters
        ----------
        events : float
            Synaptic events per second of the whole chip, ≥ 0.
        voltage_v : float
            Supply voltage.

        Returns
        -------
        float
            Power in W.

        Raises
        ------
        NetworkError
            If the voltage is not the one of the fit.

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
        checks.number("TrueNorth", "events", events, low=0.0, high=float("inf"), unit="per s")
        if voltage_v != self.voltage_v:
            allowed = f"{self.voltage_v:g} V, where the model was fitted"
            checks.refuse("TrueNorth", "voltage", f"{voltage_v:g} V", allowed)
        return self.static_w + self.event_j * events

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
    """Return the line through two published points.

    Parameters
    ----------
    points : sequence of two Point
        Of one voltage and one number of synapses, at different rates.

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
    one, two = sorted(points, key=lambda point: point.rate_hz)
    if (one.voltage_v, one.synapses) != (two.voltage_v, two.synapses) or one.rate_hz == two.rate_hz:
        checks.refuse("TrueNorth", "points", f"{one}, {two}", "one voltage, one number of synapses, two rates")
    low, high = (events_per_s(point.rate_hz, point.synapses) for point in (one, two))
    event_j = (two.power_w - one.power_w) / (high - low)
    return Affine(one.power_w - event_j * low, event_j, one.voltage_v, one.synapses, (one.rate_hz, two.rate_hz))


def published_model() -> Affine:
    """Return the model fitted at 0.8 V on 11.58 Hz and 95.93 Hz; the third point of that figure is left to test it."""
    return fit([PUBLISHED[0], PUBLISHED[2]])


@dataclass(frozen=True)
class Run:
    """What the engine counted on one benchmark network, and what that is on the whole chip.

    Attributes
    ----------
    rate_hz, synapses : float, int
        What was asked for.
    neurons : int
        Neurons that were run.
    counted_rate_hz : float
        Mean rate that came out.
    counted_events : int
        Synaptic operations of the run.
    seconds : float
        Its biological time.
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


def run(rate: float, synapses: int, cores: int = 4, time: float = 1_000.0, seed: int = 1) -> Run:
    """Run one benchmark network.

    Parameters
    ----------
    rate, synapses, cores, seed
        As `spikecore.library.recurrent.build` takes them.
    time : float
        Measured time in ms, a whole number ≥ 1; a fifth of it is run before and discarded.

    Returns
    -------
    Run
        Counts of the engine.

    Examples
    --------
    >>> found = run(20.0, 128)
    >>> abs(found.chip_events_per_s / events_per_s(20.0, 128) - 1.0) < 0.02
    True
    """
    from spikecore.library import recurrent

    net, neurons = recurrent.build(rate, synapses, cores, seed)
    machine = net.compile(workers=1, record_spikes=False)
    machine.run(float(round(time / 5.0)))
    counts = machine.run(time).counts.totals()
    seconds = time * 1e-3
    size = len(neurons)
    return Run(rate, synapses, size, counts["spikes"] / size / seconds, counts["synaptic_operations"], seconds)


def compare(cores: int = 4, time: float = 1_000.0, seed: int = 1) -> list[dict[str, Any]]:
    """Run the network of every published point and set what the model says beside what was published.

    Parameters
    ----------
    cores, time, seed
        As for `run`.

    Returns
    -------
    list of dict
        One per point: the published values; ``run`` with the counts; ``chip_events_per_s``; ``published_event_j``
        (published power over counted events; None without events); ``modelled_w`` and ``difference`` (relative),
        or None for both and ``refused`` with the reason; ``fitted``, whether the point was used in the fit;
        and ``all_in_w``, 26 pJ times the counted events, with its relative ``all_in_difference``.
    """
    model = published_model()
    rows = []
    for point in PUBLISHED:
        found = run(point.rate_hz, point.synapses, cores, time, seed)
        events = found.chip_events_per_s
        modelled, refused = _modelled(model, events, point.voltage_v)
        rows.append(
            {
                **asdict(point),
                "run": asdict(found),
                "chip_events_per_s": events,
                "published_event_j": point.power_w / events if events else None,
                "modelled_w": modelled,
                "difference": None if modelled is None else modelled / point.power_w - 1.0,
                "refused": refused,
                "fitted": point in (PUBLISHED[0], PUBLISHED[2]),
                "all_in_w": ALL_IN_J * events,
                "all_in_difference": ALL_IN_J * events / point.power_w - 1.0,
            }
        )
    return rows


def sweep(
    rates: Sequence[float] = (0.0, 20.0, 50.0, 100.0, 200.0),
    synapses: Sequence[int] = (0, 64, 128, 192, 256),
    cores: int = 4,
    time: float = 1_000.0,
    seed: int = 1,
) -> list[dict[str, Any]]:
    """Run the networks over a grid of rates and active synapses, priced by the model at its own voltage.

    Parameters
    ----------
    rates : sequence of float
        In Hz, each 0 … 200.
    synapses : sequence of int
        Each 0 … 256.
    cores, time, seed
        As for `run`.

    Returns
    -------
    list of dict
        One per pair: ``run`` with the counts; ``nominal_events_per_s`` (neurons × rate × synapses),
        ``chip_events_per_s`` from the run, and their relative ``difference``; ``modelled_w`` at 0.8 V; and
        ``inside``, whether the pair lies between the fitted points (128 synapses, 11.58 … 95.93 Hz): beyond them the
        model is extrapolated.
    """
    model = published_model()
    rows = []
    for k in synapses:
        for rate in rates:
            found = run(rate, k, cores, time, seed)
            nominal, counted = events_per_s(rate, k), found.chip_events_per_s
            rows.append(
                {
                    "run": asdict(found),
                    "nominal_events_per_s": nominal,
                    "chip_events_per_s": counted,
                    "difference": counted / nominal - 1.0 if nominal else 0.0 if not counted else None,
                    "modelled_w": model.power_w(counted, model.voltage_v),
                    "inside": model.inside(rate, k),
                }
            )
    return rows


def describe(rows: Sequence[dict[str, Any]]) -> str:
    """Return what `compare` found as an aligned table.

    Examples
    --------
    >>> "refused: 0.7 V" in describe(compare(cores=1, time=100.0))
    True
    """
    model = published_model()
    head = f"{'rate':>8}{'syn':>5}{'supply':>9}{'published':>11}{'events/s':>12}{'per event':>11}{'26 pJ all-in':>20}"
    lines = [
        f"TrueNorth, modelled: {model.static_w * 1e3:.2f} mW + {model.event_j * 1e12:.4f} pJ per synaptic event,",
        f"  fitted at {model.voltage_v:g} V on two points (*); other voltages are refused, not scaled.",
        "  Events are counted on the engine at reduced size and scaled by the number of neurons.",
        f"{head}   affine model",
    ]
    for row in rows:
        per_event = row["published_event_j"]
        all_in = f"{row['all_in_w'] * 1e3:.1f} mW ({row['all_in_difference']:+.1%})"
        lines.append(
            f"{row['rate_hz']:>5g} Hz{row['synapses']:>5}{row['voltage_v']:>7g} V"
            f"{row['power_w'] * 1e3:>8.0f} mW{row['chip_events_per_s']:>12.4g}"
            f"{'-' if per_event is None else f'{per_event * 1e12:.2f} pJ':>11}{all_in:>20}   {_verdict(row)}"
        )
    return "\n".join(lines)


def _modelled(model: Affine, events: float, voltage_v: float) -> tuple[float | None, str | None]:
    try:
        return model.power_w(events, voltage_v), None
    except NetworkError as error:
        return None, str(error)


def _verdict(row: dict[str, Any]) -> str:
    if row["modelled_w"] is None:
        return f"refused: {row['voltage_v']:g} V"
    return f"{row['modelled_w'] * 1e3:.2f} mW ({row['difference']:+.2%}){' *' if row['fitted'] else ''}"
