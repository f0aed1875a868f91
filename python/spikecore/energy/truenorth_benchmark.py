"""TrueNorth's recurrent benchmark networks on the engine, at reduced size, beside the published points.

Events of the whole chip are counted events times the ratio of neurons. Spikes of a small mesh travel less far
than the chip's 21.3 cores in x and in y; the models price no hops of their own, so this changes no figure.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from spikecore import checks
from spikecore.energy.text import aligned
from spikecore.energy.truenorth import (
    ALL_IN_J,
    CHIP_NEURONS,
    FITTED,
    PUBLISHED,
    Affine,
    events_per_s,
    published_model,
)
from spikecore.errors import NetworkError

__all__ = ["GRID_HZ", "GRID_SYNAPSES", "Run", "compare", "describe", "efficiencies", "run", "sweep"]

GRID_HZ = (0.0, 20.0, 50.0, 100.0, 200.0)
GRID_SYNAPSES = (0, 64, 128, 192, 256)
"""A grid over the published sweep, 0 … 200 Hz and 0 … 256 active synapses."""


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

    time = checks.number("TrueNorth", "time", time, low=1.0, unit="ms")
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
                "fitted": point in FITTED,
                "all_in_w": ALL_IN_J * events,
                "all_in_difference": ALL_IN_J * events / point.power_w - 1.0,
            }
        )
    return rows


def sweep(
    rates: Sequence[float] = GRID_HZ,
    synapses: Sequence[int] = GRID_SYNAPSES,
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


def efficiencies(cores: int = 4, time: float = 1_000.0, seed: int = 1) -> list[dict[str, Any]]:
    """Set published operations per second, or per joule, beside counted ones.

    Parameters
    ----------
    cores, time, seed
        As for `run`.

    Returns
    -------
    list of dict
        ``published`` and ``unit`` with ``what``; ``counted`` in the same unit and ``difference`` (relative), or None
        for both and ``refused`` with the reason.
    """
    usual, most = (run(rate, k, cores, time, seed).chip_events_per_s * 1e-9 for rate, k in ((20.0, 128), (200.0, 256)))
    given: list[tuple[float, str, str, float | None, str | None]] = [
        (46.0, "GSOPS/W", "20 Hz, 128 synapses, 65 mW at 0.75 V", usual / 65e-3, None),
        (58.0, "GSOPS", "peak, 200 Hz and 256 synapses", most, None),
        (400.0, "GSOPS/W", "peak at 0.75 V", None, "0.75 V: no power was published for it"),
        (70.0, "GSOPS/W", "tick of 200 µs", None, "neither power nor voltage was published for it"),
    ]
    return [
        {
            "published": published,
            "unit": unit,
            "what": what,
            "counted": counted,
            "difference": None if counted is None else counted / published - 1.0,
            "refused": refused,
        }
        for published, unit, what, counted, refused in given
    ]


def describe(
    points: Sequence[dict[str, Any]], others: Sequence[dict[str, Any]] = (), grid: Sequence[dict[str, Any]] = ()
) -> str:
    """Return what `compare`, `efficiencies` and `sweep` found as aligned tables.

    Examples
    --------
    >>> "refused: 0.7 V" in describe(compare(cores=1, time=100.0))
    True
    """
    model = published_model()
    text = [
        f"TrueNorth, modelled: {model.static_w * 1e3:.2f} mW + {model.event_j * 1e12:.4f} pJ per synaptic event,",
        f"  fitted at {model.voltage_v:g} V on two points (*); other voltages are refused, not scaled.",
        "  Events are counted on the engine at reduced size and scaled by the number of neurons.",
        *aligned([_HEAD, *(_row(row) for row in points)], left=(7,)),
    ]
    if others:
        rows = [(f"{one['published']:g} {one['unit']}", one["what"], _counted(one)) for one in others]
        text += ["Operations", *aligned([("published", "for", "counted here"), *rows], left=(1, 2))]
    return "\n".join([*text, *_grid(grid)])


_HEAD = ("rate", "synapses", "supply", "published", "events/s", "per event", "26 pJ all-in", "affine model")


def _row(row: dict[str, Any]) -> tuple[str, ...]:
    per_event = row["published_event_j"]
    return (
        f"{row['rate_hz']:g} Hz",
        f"{row['synapses']}",
        f"{row['voltage_v']:g} V",
        f"{row['power_w'] * 1e3:.0f} mW",
        f"{row['chip_events_per_s']:.4g}",
        "-" if per_event is None else f"{per_event * 1e12:.2f} pJ",
        f"{row['all_in_w'] * 1e3:.1f} mW ({row['all_in_difference']:+.1%})",
        _verdict(row),
    )


def _counted(one: dict[str, Any]) -> str:
    if one["counted"] is None:
        return f"refused: {one['refused']}"
    return f"{one['counted']:.1f} {one['unit']} ({one['difference']:+.1%})"


def _grid(rows: Sequence[dict[str, Any]]) -> list[str]:
    """Return modelled power by synapses and rate; in brackets where the model is extrapolated."""
    if not rows:
        return []
    rates = list(dict.fromkeys(row["run"]["rate_hz"] for row in rows))
    lines = [("synapses", *(f"{rate:g} Hz" for rate in rates))]
    for k in dict.fromkeys(row["run"]["synapses"] for row in rows):
        of_k = {row["run"]["rate_hz"]: row for row in rows if row["run"]["synapses"] == k}
        lines.append((f"{k}", *(_power(of_k[rate]) for rate in rates)))
    worst = max((row["difference"] for row in rows if row["difference"] is not None), key=abs)
    model = published_model()
    return [
        f"Modelled power in mW at {model.voltage_v:g} V; in brackets beyond the points of the fit",
        *aligned(lines, left=()),
        f"  counted events differ from neurons × rate × synapses by {worst:+.2%} at most",
    ]


def _power(row: dict[str, Any]) -> str:
    power = f"{row['modelled_w'] * 1e3:.1f}"
    return power if row["inside"] else f"({power})"


def _modelled(model: Affine, events: float, voltage_v: float) -> tuple[float | None, str | None]:
    try:
        return model.power_w(events, voltage_v), None
    except NetworkError as error:
        return None, str(error)


def _verdict(row: dict[str, Any]) -> str:
    if row["modelled_w"] is None:
        return f"refused: {row['voltage_v']:g} V"
    return f"{row['modelled_w'] * 1e3:.2f} mW ({row['difference']:+.2%}){' *' if row['fitted'] else ''}"
