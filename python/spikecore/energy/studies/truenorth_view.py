"""The tables of TrueNorth's benchmark networks: published points, operations, and the grid."""

from spikecore.energy import quantity
from spikecore.energy.studies.figures import Row, sources, table
from spikecore.energy.studies.truenorth import Benchmark, published_model
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
    points = [{**row, "note": _note(row)} for row in benchmark.points]
    remarks = (
        *sources((row["power_w"] for row in points), quantity.watts),
        f"* the model was fitted at {_volts(model.voltage_v)} to these two; other voltages are refused, not scaled",
        "events are counted on the engine at reduced size and scaled by the number of neurons",
    )
    operations = [
        {**row, "note": f"refused: {row['refused']}" if row["refused"] else ""} for row in benchmark.operations
    ]
    return (
        table(f"TrueNorth, modelled: {power}", points, _POINTS, remarks),
        table("Operations", operations, _OPERATIONS),
        _grid(benchmark.grid, model.voltage_v),
    )


def _grid(grid: tuple[Row, ...], voltage_v: float) -> Table:
    rates = list(dict.fromkeys(row["run"]["rate_hz"] for row in grid))
    head = (Column("synapses", quantity.count), *(Column(quantity.price(rate, "Hz"), quantity.watts) for rate in rates))
    power = {(row["run"]["synapses"], row["run"]["rate_hz"]): _power(row) for row in grid}
    rows = tuple((k, *(power[k, rate] for rate in rates)) for k in dict.fromkeys(k for k, _ in power))
    worst = max((row["difference"].value for row in grid if row["difference"] is not None), key=abs)
    remark = f"counted events differ from neurons × rate × synapses by {quantity.difference(worst)} at most"
    title = f"Modelled power at {_volts(voltage_v)}; in brackets beyond the points of the fit"
    return Table(title, head, rows, remarks=("computed: all of these", remark))


def _power(row: Row) -> float | Cell:
    power_w: float = row["modelled_w"].value
    return power_w if row["inside"] else Cell(power_w, f"({quantity.watts(power_w)})")


def _volts(voltage: float) -> str:
    return quantity.price(voltage, "V")


def _note(row: Row) -> str:
    return f"refused: {_volts(row['voltage_v'].value)}" if row["refused"] else "*" if row["fitted"] else ""


_POINTS = {
    "rate_hz": Column("rate", lambda rate: quantity.price(rate, "Hz")),
    "synapses": Column("synapses", quantity.count),
    "voltage_v": Column("supply", _volts),
    "power_w": Column("published", quantity.watts),
    "chip_events_per_s": Column("10⁹ events/s", lambda events: quantity.figure(events * 1e-9)),
    "published_event_j": Column("per event", quantity.joules),
    "all_in_w": Column("26 pJ all-in", quantity.watts),
    "all_in_difference": Column("differs by", quantity.difference),
    "modelled_w": Column("affine model", quantity.watts),
    "difference": Column("model differs by", quantity.difference),
    "note": Column("", is_words=True),
}
_OPERATIONS = {
    "published": Column("published"),
    "what": Column("for", is_words=True),
    "counted": Column("counted here"),
    "difference": Column("differs by", quantity.difference),
    "note": Column("", is_words=True),
}
