"""The tables and the picture of a `Sweep`, and a page with both.

The picture: left, power over rate, both axes logarithmic, a flat line and a rising one for every size, and where they
cross; right, what the spikes of one network cost with its weights in three memories.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

from spikecore.energy import drawing, profile_text, quantity
from spikecore.energy.drawing import Circle, Drawing, Polyline, Rect, Shape, Words
from spikecore.energy.figure import Box, Lines, Series
from spikecore.energy.quantity import or_dash
from spikecore.energy.studies.clocked import Case
from spikecore.energy.studies.local_memory import Bounds, Place
from spikecore.energy.studies.sweep import Sweep
from spikecore.energy.table import Cell, Column, Table, page
from spikecore.files import writing

__all__ = ["describe", "draw", "tables", "write"]

_LEFT, _RIGHT, _LABELS = Box(70, 40, 400, 320), Box(660, 40, 250, 320), 530
_SERIES = (("#c0392b", "synchronous, dynamic"), ("#1f4e79", "asynchronous, dynamic"), ("#8a8a8a", "static, of either"))
_PARTS = (("#1f4e79", "weights"), ("#2e86c1", "state"), ("#bfc9d1", "the rest"))


def describe(sweep: Sweep) -> str:
    """Return the tables as text, then the prices with their sources.

    Examples
    --------
    >>> from spikecore.energy.studies.sweep import sweep
    >>> text = describe(sweep(rates=[10.0, 600.0], neurons=[256], time=100.0))
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
        If the suffix is not ``.svg``, ``.png`` (with matplotlib), ``.html`` or ``.htm``.
    """
    drawing.check("sweep", path)
    if path.suffix.lower() not in drawing.PAGES:
        return draw(sweep).write(path)
    shown = "".join(table.html() for table in tables(sweep))
    prices = profile_text.table(sweep.profile).html()
    return writing.text(path, page("Two claims, executed", draw(sweep).svg() + shown + prices))


def draw(sweep: Sweep) -> Drawing:
    """Return the picture."""
    return Drawing(960, 420, [*_powers(sweep), *_memories(sweep)])


def _powers(sweep: Sweep) -> Iterator[Shape]:
    by_size: dict[int, list[Case]] = {}
    for case in sweep.cases:
        if case.run.spikes:
            by_size.setdefault(case.run.neurons, []).append(case)
    series = tuple(line for cases in by_size.values() for line in _lines(cases))
    title = "Dynamic power over rate, static apart (modelled)"
    lines = Lines(title, "mean rate (Hz)", series, quantity.price, quantity.watts)
    yield from lines.shapes(_LEFT)
    x, y = lines.axes(_LEFT)
    level = {size: y(cases[-1].synchronous.dynamic_j / cases[-1].run.seconds) for size, cases in by_size.items()}
    for size in by_size:
        yield Words(x.start + 10, level[size] + 14, f"{size:,} neurons")
    for crossing in sweep.crossings:
        rate = crossing.closed_form_hz
        if rate is not None and x.low <= rate <= x.high:
            yield Circle(x(rate), level[crossing.neurons], 4)
            yield Words(x(rate) + 8, level[crossing.neurons] + 16, f"{rate:.0f} Hz")
    for left, (colour, name) in zip((62, 224, 394), _SERIES, strict=True):
        yield Polyline([(left, _LEFT.top - 8), (left + 18, _LEFT.top - 8)], colour)
        yield Words(left + 23, _LEFT.top - 4, name)


def _lines(cases: list[Case]) -> Iterator[Series]:
    """Return the powers of one size over its rates, those that are 0 left out."""
    powers = [(case.synchronous.dynamic_j, case.asynchronous.dynamic_j, case.static_j) for case in cases]
    for which, (colour, name) in enumerate(_SERIES):
        energies = zip(cases, (power[which] for power in powers), strict=True)
        points = tuple((case.run.counted_rate_hz, energy / case.run.seconds) for case, energy in energies if energy)
        yield Series(name, points, colour, "4 3" if which == 2 else "")


def _memories(sweep: Sweep) -> Iterator[Shape]:
    yield Words(_LABELS, 20, "The same spikes, weights elsewhere (modelled, dynamic)", is_bold=True)
    longest = max(place.dynamic_j.high or place.dynamic_j.nominal for place in sweep.places)
    for k, place in enumerate(sweep.places):
        yield from _place(place, _RIGHT.top + 20 + 80 * k, _RIGHT.width / longest)
    for k, (colour, name) in enumerate(_PARTS):
        left = _LABELS + 90 * k
        yield Rect(left, _RIGHT.top + 262, 12, 12, colour)
        yield Words(left + 17, _RIGHT.top + 272, name)
    run = sweep.memory_run
    network = f"{run.neurons:,} neurons at {quantity.price(run.rate_hz, 'Hz')}"
    yield Words(_LABELS, _RIGHT.top + 300, f"{network}; the black line: DRAM's price range")


def _place(place: Place, top: float, scale: float) -> Iterator[Shape]:
    yield Words(_LABELS, top + 14, place.place)
    if place.memory not in place.place:
        yield Words(_LABELS, top + 30, f"({place.memory})")
    left = _RIGHT.left
    weights, total = place.weights_j.nominal, place.dynamic_j.nominal
    parts = (weights, place.state_j, total - weights - place.state_j)
    for energy, (colour, _) in zip(parts, _PARTS, strict=True):
        yield Rect(left, top, energy * scale, 36, colour)
        left += energy * scale
    low, high = place.dynamic_j.low, place.dynamic_j.high
    if low is not None and high is not None and low < high:
        yield Polyline([(_RIGHT.left + end * scale, top + 18) for end in (low, high)])
    yield Words(_RIGHT.left, top + 51, f"{place.times_local.nominal:.1f} times the core's own")


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
