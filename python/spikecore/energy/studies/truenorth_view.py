"""The tables of TrueNorth's benchmark networks: published points, operations, and the grid."""

from spikecore.energy import quantity
from spikecore.energy.quantity import or_dash
from spikecore.energy.studies.truenorth import (
    EVIDENCE,
    Benchmark,
    Efficiency,
    GridPoint,
    PublishedPoint,
    published_model,
)
from spikecore.energy.table import Cell, Column, Table

__all__ = ["tables"]


def tables(benchmark: Benchmark) -> tuple[Table, Table, Table]:
    """Return published points beside the model, published operations beside counted ones, and power over the grid.

    Examples
    --------
    >>> from spikecore.energy.studies.truenorth import benchmark
    >>> from spikecore.library import counts
    >>> [len(table.rows) for table in tables(benchmark(counts.benchmark, cores=1, time=100.0))]
    [7, 4, 5]
    """
    model = published_model()
    power = f"{quantity.watts(model.static_w)} + {quantity.joules(model.event_j)} per synaptic event"
    known = f"published: {EVIDENCE}; other columns: computed"
    sources = dict.fromkeys(row.point.source for row in benchmark.points)
    remarks = (
        f"rate, synapses, supply and {known}",
        *(f"{_powers(benchmark, source)}: {source}" for source in sources),
        f"* the model was fitted at {_volts(model.voltage_v)} to these two; other voltages are refused, not scaled",
        "events are counted on the engine at reduced size and scaled by the number of neurons",
    )
    points = Table.of(f"TrueNorth, modelled: {power}", _POINTS, benchmark.points, remarks)
    return (
        points,
        Table.of("Operations", _OPERATIONS, benchmark.efficiencies, [known]),
        _grid(benchmark.grid, model.voltage_v),
    )


def _powers(benchmark: Benchmark, source: str) -> str:
    return ", ".join(quantity.watts(row.point.power_w) for row in benchmark.points if row.point.source == source)


def _grid(grid: tuple[GridPoint, ...], voltage_v: float) -> Table:
    rates = list(dict.fromkeys(point.run.rate_hz for point in grid))
    head = (Column("synapses", quantity.count), *(Column(quantity.price(rate, "Hz"), quantity.watts) for rate in rates))
    power = {(point.run.synapses, point.run.rate_hz): _power(point) for point in grid}
    rows = tuple((k, *(power[k, rate] for rate in rates)) for k in dict.fromkeys(k for k, _ in power))
    worst = max((point.difference for point in grid if point.difference is not None), key=abs)
    remark = f"counted events differ from neurons × rate × synapses by {quantity.difference(worst)} at most"
    title = f"Modelled power at {_volts(voltage_v)}; in brackets beyond the points of the fit"
    return Table(title, head, rows, remarks=("all figures are computed", remark))


def _power(point: GridPoint) -> float | Cell:
    return point.modelled_w if point.inside else Cell(point.modelled_w, f"({quantity.watts(point.modelled_w)})")


def _volts(voltage: float) -> str:
    return quantity.price(voltage, "V")


def _note(row: PublishedPoint) -> str:
    return f"refused: {_volts(row.point.voltage_v)}" if row.modelled_w is None else "*" if row.fitted else ""


def _counted(row: Efficiency) -> Cell:
    return Cell(row.counted, "-" if row.counted is None else f"{quantity.figure(row.counted)} {row.unit}")


_POINTS = (
    (Column("rate", lambda rate: quantity.price(rate, "Hz")), lambda row: row.point.rate_hz),
    (Column("synapses", quantity.count), lambda row: row.point.synapses),
    (Column("supply", _volts), lambda row: row.point.voltage_v),
    (Column("published", quantity.watts), lambda row: row.point.power_w),
    (Column("10⁹ events/s", quantity.figure), lambda row: row.chip_events_per_s * 1e-9),
    (Column("per event", or_dash(quantity.joules)), lambda row: row.published_event_j),
    (Column("26 pJ all-in", quantity.watts), lambda row: row.all_in_w),
    (Column("differs by", quantity.difference), lambda row: row.all_in_difference),
    (Column("affine model", or_dash(quantity.watts)), lambda row: row.modelled_w),
    (Column("model differs by", or_dash(quantity.difference)), lambda row: row.difference),
    (Column("", is_words=True), _note),
)
_OPERATIONS = (
    (Column("published"), lambda row: Cell(row.published, quantity.price(row.published, row.unit))),
    (Column("for", is_words=True), lambda row: row.what),
    (Column("counted here"), _counted),
    (Column("differs by", or_dash(quantity.difference)), lambda row: row.difference),
    (Column("", is_words=True), lambda row: f"refused: {row.refused}" if row.refused else ""),
)
