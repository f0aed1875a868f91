"""The tables of TrueNorth's benchmark networks: published points, operations, and the grid."""

from spikecore.energy import quantity
from spikecore.energy.studies.truenorth import published_model
from spikecore.energy.studies.truenorth_benchmark import Benchmark, Comparison, Efficiency, GridPoint
from spikecore.energy.table import Cell, Column, Table

__all__ = ["describe", "tables"]

_NONE = Cell(None, "-")


def describe(benchmark: Benchmark) -> str:
    """Return the tables as text.

    Examples
    --------
    >>> from spikecore.energy.studies import truenorth_benchmark
    >>> points = truenorth_benchmark.compare(cores=1, time=100.0)
    >>> "refused: 0.7 V" in describe(truenorth_benchmark.Benchmark(points))
    True
    """
    return "\n".join(table.text() for table in tables(benchmark))


def tables(benchmark: Benchmark) -> tuple[Table, ...]:
    """Return published points beside the model, and operations and the grid where the benchmark has them."""
    model = published_model()
    title = (
        f"TrueNorth, modelled: {quantity.watts(model.static_w)} + {quantity.joules(model.event_j)} per synaptic event"
    )
    voltage = quantity.price(model.voltage_v, "V")
    remarks = (
        f"* the model was fitted at {voltage} to these two points; other voltages are refused, not scaled",
        "events are counted on the engine at reduced size and scaled by the number of neurons",
    )
    found = [Table(title, _POINTS, tuple(map(_point, benchmark.points)), remarks=remarks)]
    if benchmark.efficiencies:
        found.append(Table("Operations", _OPERATIONS, tuple(map(_operations, benchmark.efficiencies))))
    if benchmark.grid:
        found.append(_grid(benchmark.grid, voltage))
    return tuple(found)


_POINTS = (
    Column("rate", lambda rate: quantity.price(rate, "Hz")),
    Column("synapses", quantity.count),
    Column("supply", lambda voltage: quantity.price(voltage, "V")),
    Column("published", quantity.watts),
    Column("10⁹ events/s", quantity.figure),
    Column("per event", quantity.joules),
    Column("26 pJ all-in", quantity.watts),
    Column("differs by", quantity.difference),
    Column("affine model", quantity.watts),
    Column("model differs by", quantity.difference),
    Column("", is_words=True),
)
_OPERATIONS = (
    Column("published"),
    Column("for", is_words=True),
    Column("counted here"),
    Column("differs by", quantity.difference),
    Column("", is_words=True),
)


def _point(row: Comparison) -> tuple[object, ...]:
    point = row.point
    return (
        point.rate_hz,
        point.synapses,
        point.voltage_v,
        point.power_w,
        row.run.chip_events_per_s * 1e-9,
        _NONE if row.published_event_j is None else row.published_event_j,
        row.all_in_w,
        row.all_in_difference,
        _NONE if row.modelled_w is None else row.modelled_w,
        _NONE if row.difference is None else row.difference,
        f"refused: {quantity.price(point.voltage_v, 'V')}" if row.modelled_w is None else "*" if row.fitted else "",
    )


def _operations(row: Efficiency) -> tuple[object, ...]:
    counted = _NONE if row.counted is None else Cell(row.counted, f"{quantity.figure(row.counted)} {row.unit}")
    difference = _NONE if row.difference is None else row.difference
    published = Cell(row.published, quantity.price(row.published, row.unit))
    return published, row.what, counted, difference, f"refused: {row.refused}" if row.refused else ""


def _grid(grid: tuple[GridPoint, ...], voltage: str) -> Table:
    """Return modelled power by synapses and rate."""
    rates = dict.fromkeys(point.run.rate_hz for point in grid)
    head = (Column("synapses", quantity.count), *(Column(quantity.price(rate, "Hz"), quantity.watts) for rate in rates))
    power = {(point.run.synapses, point.run.rate_hz): _power(point) for point in grid}
    rows = tuple((k, *(power[k, rate] for rate in rates)) for k in dict.fromkeys(point.run.synapses for point in grid))
    worst = max((point.difference for point in grid if point.difference is not None), key=abs)
    remark = f"counted events differ from neurons × rate × synapses by {quantity.difference(worst)} at most"
    title = f"Modelled power at {voltage}; in brackets beyond the points of the fit"
    return Table(title, head, rows, remarks=(remark,))


def _power(point: GridPoint) -> float | Cell:
    return point.modelled_w if point.inside else Cell(point.modelled_w, f"({quantity.watts(point.modelled_w)})")
