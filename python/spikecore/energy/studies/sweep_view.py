"""The tables of a `Sweep`: rates, sizes, memories, and the prices with their sources."""

from collections.abc import Callable

from spikecore.energy import profile_text, quantity
from spikecore.energy.studies.clocked import Case
from spikecore.energy.studies.local_memory import Bounds
from spikecore.energy.studies.sweep import Sweep
from spikecore.energy.table import Cell, Column, Table

__all__ = ["describe", "tables"]

_NONE = Cell(None, "-")


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
    prices = f"Prices and sources\n{profile_text.describe(sweep.profile)}"
    return "\n\n".join([head, *(table.text() for table in tables(sweep)), prices])


def tables(sweep: Sweep) -> tuple[Table, Table, Table]:
    """Return power over rates, power over sizes at one number of spikes, and energy by the memory of the weights."""
    return _rates(sweep), _sizes(sweep), _memories(sweep)


def _rates(sweep: Sweep) -> Table:
    head = (
        Column("neurons", quantity.count),
        Column("rate asked", lambda rate: quantity.price(rate, "Hz")),
        Column("counted", quantity.hertz),
        Column("sync dynamic", quantity.watts),
        Column("async dynamic", quantity.watts),
        Column("of it idle", quantity.watts),
        Column("static of either", quantity.watts),
        Column("sync/async dynamic", quantity.times),
        Column("with static", quantity.times),
        Column("async per spike, dynamic", quantity.joules),
    )
    rows = tuple(
        (
            case.run.neurons,
            case.run.rate_hz,
            case.run.counted_rate_hz,
            *_dynamic_w(case),
            case.idle_j / case.run.seconds,
            _static_w(case),
            _NONE if case.dynamic_ratio is None else case.dynamic_ratio,
            _NONE if case.static_is_priced and case.total_ratio is None else case.total_ratio,
            _NONE if case.asynchronous_per_spike_j is None else case.asynchronous_per_spike_j,
        )
        for case in sweep.cases
    )
    static = "static power is the same for both: it does not move the crossing, and brings the ratio nearer to 1"
    if not all(case.static_is_priced for case in sweep.cases):
        static = "static power has no price here: the ratio with it is not known"
    crossings = (f"{crossing.neurons:,} neurons: {crossing}" for crossing in sweep.crossings)
    title = "1. Asynchronous transmission: power over rate, the same network on the same silicon"
    return Table(title, head, rows, remarks=(*crossings, static))


def _sizes(sweep: Sweep) -> Table:
    head = (
        Column("neurons", quantity.count),
        Column("spikes per s", quantity.figure),
        *(Column(name, quantity.watts) for name in ("sync dynamic", "async dynamic", "static of either")),
    )
    rows = tuple(
        (case.run.neurons, case.run.spikes / case.run.seconds, *_dynamic_w(case), _static_w(case))
        for case in sweep.same_spikes
    )
    return Table("The same number of spikes in networks of different sizes", head, rows)


def _memories(sweep: Sweep) -> Table:
    run = sweep.memory_run
    head = (
        Column("weights in", is_words=True),
        Column("memory priced", is_words=True),
        *(Column(name, _band(quantity.joules)) for name in ("weights", "all, dynamic")),
        *(Column(name, _band(quantity.percent)) for name in ("weights' share", "memory's share")),
        Column("times local", _band(quantity.times)),
    )
    rows = tuple(
        (one.place, one.memory, one.weights_j, one.dynamic_j, one.weights_share, one.memory_share, one.times_local)
        for one in sweep.places
    )
    network = f"{run.neurons:,} neurons at {quantity.price(run.rate_hz, 'Hz')}"
    remark = f"of {network}: {quantity.count(run.synaptic_operations)} synaptic operations"
    title = "2. Local memory: the asynchronous machine, the same counts, weights in three memories"
    return Table(title, head, rows, remarks=(remark,))


def _dynamic_w(case: Case) -> tuple[float, float]:
    return case.synchronous.dynamic_j / case.run.seconds, case.asynchronous.dynamic_j / case.run.seconds


def _static_w(case: Case) -> float | Cell:
    return case.static_j / case.run.seconds if case.static_is_priced else Cell(None, "unpriced")


def _band(show: Callable[[float], str]) -> Callable[[Bounds], str]:
    """Return a function that writes a value, and in brackets its bounds where both were published."""

    def shown(bounds: Bounds) -> str:
        if bounds.low is None or bounds.high is None or bounds.low == bounds.high:
            return show(bounds.nominal)
        return f"{show(bounds.nominal)} ({show(bounds.low)} … {show(bounds.high)})"

    return shown
