"""The picture of a `Sweep`, and a page with the picture and the tables.

Left, power over rate, both axes logarithmic: a flat line and a rising one for every size, and where they cross.
Right, what the spikes of one network cost with its weights in three memories.
"""

from collections.abc import Iterator
from pathlib import Path

from spikecore.energy import drawing, profile_text, quantity
from spikecore.energy.drawing import Circle, Drawing, Polyline, Rect, Shape, Words
from spikecore.energy.figure import Box, Lines, Series
from spikecore.energy.studies import sweep_view
from spikecore.energy.studies.clocked import Case
from spikecore.energy.studies.local_memory import Place
from spikecore.energy.studies.sweep import Sweep
from spikecore.energy.table import page
from spikecore.files import writing

__all__ = ["draw", "write"]

_LEFT, _RIGHT, _LABELS = Box(70, 40, 400, 320), Box(660, 40, 250, 320), 530
_POWERS = (("#c0392b", "synchronous, dynamic"), ("#1f4e79", "asynchronous, dynamic"), ("#8a8a8a", "static, of either"))
_PARTS = (("#1f4e79", "weights"), ("#2e86c1", "state"), ("#bfc9d1", "the rest"))


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
    tables = "".join(table.html() for table in sweep_view.tables(sweep))
    prices = profile_text.table(sweep.profile).html()
    return writing.text(path, page("Two claims, executed", draw(sweep).svg() + tables + prices))


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
    for left, (colour, name) in zip((62, 224, 394), _POWERS, strict=True):
        yield Polyline([(left, _LEFT.top - 8), (left + 18, _LEFT.top - 8)], colour)
        yield Words(left + 23, _LEFT.top - 4, name)


def _lines(cases: list[Case]) -> Iterator[Series]:
    """Return the powers of one size over its rates, those that are 0 left out."""
    powers = [(case.synchronous.dynamic_j, case.asynchronous.dynamic_j, case.static_j) for case in cases]
    for which, (colour, name) in enumerate(_POWERS):
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
