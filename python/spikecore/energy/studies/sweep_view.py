"""The tables and the picture of a `Sweep`, and a page with both.

The picture: power over rate, both axes logarithmic, a flat line and a rising one for every size, and where they cross;
below, what the spikes of one network cost with its weights in three memories.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from spikecore.energy import profile_text, quantity
from spikecore.energy.bar import Bar
from spikecore.energy.figure import Bars
from spikecore.energy.quantity import or_dash
from spikecore.energy.studies.clocked import Case
from spikecore.energy.studies.local_memory import Bounds, Place
from spikecore.energy.studies.sweep import Sweep
from spikecore.energy.table import Cell, Column, Table, page, wide
from spikecore.files import writing
from spikecore.pictures import file
from spikecore.pictures.drawing import Circle, Drawing, Shape, Words
from spikecore.pictures.figure import Figure, stacked
from spikecore.pictures.panel import Box, Curve, Curves
from spikecore.pictures.scale import Scale, decades

__all__ = ["describe", "draw", "tables", "write"]

_SERIES = (
    ("#c0392b", "", "synchronous, dynamic"),
    ("#1f4e79", "", "asynchronous, dynamic"),
    ("#6a6a6a", "4 3", "static, of either"),
)


def describe(sweep: Sweep) -> str:
    """Return the tables as text, then the prices with their sources.

    Examples
    --------
    >>> from spikecore.energy.studies.sweep import sweep
    >>> from spikecore.library.counts import count
    >>> text = describe(sweep(count, [10.0, 600.0], [256], time=100.0))
    >>> "crossing at 34" in text, "DRAM" in text
    (True, True)
    """
    head = f"Prices of {sweep.profile.name}; all figures are modelled; {sweep.synapses} synapses per neuron."
    prices = f"Prices and sources\n{profile_text.table(sweep.profile).text()}"
    return "\n\n".join([head, *(table.text() for table in tables(sweep)), prices])


def tables(sweep: Sweep) -> tuple[Table, Table, Table]:
    """Return power over rates, power over sizes at one number of spikes, and energy by the memory of the weights."""
    run = sweep.memory_run
    static = "static power is the same for both: it does not move the crossing, and brings the ratio nearer to 1"
    if not all(case.static_is_priced for case in sweep.cases):
        static = "static power has no price here: the ratio with it is not known"
    crossings = (f"{crossing.neurons:,} neurons: {crossing}" for crossing in sweep.crossings)
    network = f"{run.neurons:,} neurons at {_hertz(run.rate_hz)}"
    operations = f"of {network}: {quantity.count(run.synaptic_operations)} synaptic operations"
    first = "1. Asynchronous transmission: power over rate, the same network on the same silicon"
    sizes = "The same number of spikes in networks of different sizes"
    second = "2. Local memory: the asynchronous machine, the same counts, weights in three memories"
    return (
        Table.of(first, _RATES, sweep.cases, (*crossings, static)),
        Table.of(sizes, _SIZES, sweep.same_spikes),
        Table.of(second, _MEMORIES, sweep.places, (operations,)),
    )


def _hertz(rate: float) -> str:
    return quantity.price(rate, "Hz")


def _static_w(case: Case) -> float | Cell:
    return case.static_j / case.run.seconds if case.static_is_priced else Cell(None, "unpriced")


def _total_ratio(case: Case) -> float | Cell | None:
    return case.total_ratio if case.static_is_priced else Cell(None, "unknown")


def _band(show: Callable[[float], str]) -> Callable[[Bounds], str]:
    return lambda bounds: quantity.band(bounds.low, bounds.nominal, bounds.high, show)


def write(sweep: Sweep, path: Path) -> Path:
    """Write a picture, or a page with the tables, and return its path.

    Raises
    ------
    NetworkError
        If the suffix is none of these; all pictures but ``.svg`` need matplotlib.
    """
    if not file.is_page(path):
        return file.write("sweep", draw(sweep), path)
    shown = "".join(table.html() for table in tables(sweep))
    prices = profile_text.table(sweep.profile).html()
    return writing.text(path, page("Two claims, executed", wide(draw(sweep).svg()) + shown + prices))


def draw(sweep: Sweep) -> Drawing:
    """Return the picture."""
    powers, run = _Powers(sweep), sweep.memory_run
    memories = Bars(
        tuple(map(_bar, sweep.places)), f"Dynamic energy of {run.neurons:,} neurons at {_hertz(run.rate_hz)}"
    )
    over_rate = Figure([powers], "mean rate (Hz)", *powers.rates, is_log=True)
    return stacked([over_rate, *memories.figures])


class _Powers(Curves):
    """Power over rate, static power apart, and where the machines of a size cross; `rates` are the ends of the axis."""

    def __init__(self, sweep: Sweep) -> None:
        by_size: dict[int, list[Case]] = {}
        for case in sweep.cases:
            if case.run.spikes:
                by_size.setdefault(case.run.neurons, []).append(case)
        curves = [curve for k, cases in enumerate(by_size.values()) for curve in _curves(cases, is_named=k == 0)]
        super().__init__("power (modelled)", curves, 320.0, is_log=True, show=quantity.watts)
        self._sweep, last = sweep, {size: cases[-1] for size, cases in by_size.items()}
        self._flat_w = {size: case.synchronous.dynamic_j / case.run.seconds for size, case in last.items()}
        self.rates = decades([float(rate) for curve in curves for rate in curve.xs])

    def shapes(self, box: Box, x: Scale) -> Iterator[Shape]:
        """Draw curves, sizes and crossings."""
        yield from super().shapes(box, x)
        y = self.scale(box.top, box.bottom)
        level = {size: float(y(np.array(power))) for size, power in self._flat_w.items()}
        for size in level:
            yield Words(x.start + 10.0, level[size] + 15.0, f"{size:,} neurons")
        for crossing in self._sweep.crossings:
            rate = crossing.closed_form_hz
            if rate is not None and x.low <= rate <= x.high:
                at = float(x(np.array(rate)))
                yield Circle(at, level[crossing.neurons], 4.0)
                yield Words(at + 8.0, level[crossing.neurons] + 16.0, f"{rate:.0f} Hz")


def _curves(cases: list[Case], is_named: bool) -> Iterator[Curve]:
    """Return the powers of one size over its rates, those that are 0 left out."""
    powers = [(case.synchronous.dynamic_j, case.asynchronous.dynamic_j, case.static_j) for case in cases]
    for which, (colour, dash, name) in enumerate(_SERIES):
        energies = zip(cases, (power[which] for power in powers), strict=True)
        points = [(case.run.counted_rate_hz, energy / case.run.seconds) for case, energy in energies if energy]
        if points:
            rates, watts = np.array(points).T
            yield Curve(name if is_named else "", rates, watts, colour, dash, 1.5)


def _bar(place: Place) -> Bar:
    weights, total = place.weights_j.nominal, place.dynamic_j
    parts = (("weights", weights), ("state", place.state_j), ("the rest", total.nominal - weights - place.state_j))
    below = f"{place.memory}, {quantity.times(place.times_local.nominal)} times local"
    return Bar(place.place, below, total.nominal, total.low, total.high, parts)


_POWERS = (
    (Column("sync dynamic", quantity.watts), lambda case: case.synchronous.dynamic_j / case.run.seconds),
    (Column("async dynamic", quantity.watts), lambda case: case.asynchronous.dynamic_j / case.run.seconds),
)
_STATIC = (Column("static of either", quantity.watts), _static_w)
_RATES = (
    (Column("neurons", quantity.count), lambda case: case.run.neurons),
    (Column("rate asked", _hertz), lambda case: case.run.rate_hz),
    (Column("counted", quantity.hertz), lambda case: case.run.counted_rate_hz),
    *_POWERS,
    (Column("of it idle", quantity.watts), lambda case: case.idle_j / case.run.seconds),
    _STATIC,
    (Column("sync/async dynamic", or_dash(quantity.times)), lambda case: case.dynamic_ratio),
    (Column("with static", or_dash(quantity.times)), _total_ratio),
    (Column("async per spike, dynamic", or_dash(quantity.joules)), lambda case: case.asynchronous_per_spike_j),
)
_SIZES = (
    (Column("neurons", quantity.count), lambda case: case.run.neurons),
    (Column("spikes per s", quantity.figure), lambda case: case.run.spikes / case.run.seconds),
    *_POWERS,
    _STATIC,
)
_MEMORIES = (
    (Column("weights in", is_words=True), lambda place: place.place),
    (Column("memory priced", is_words=True), lambda place: place.memory),
    (Column("weights", _band(quantity.joules)), lambda place: place.weights_j),
    (Column("all, dynamic", _band(quantity.joules)), lambda place: place.dynamic_j),
    (Column("weights' share", _band(quantity.percent)), lambda place: place.weights_share),
    (Column("memory's share", _band(quantity.percent)), lambda place: place.memory_share),
    (Column("times local", _band(quantity.times)), lambda place: place.times_local),
)
