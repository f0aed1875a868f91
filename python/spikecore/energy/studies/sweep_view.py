"""The tables of a `Sweep`: rates, sizes, memories, and the prices with their sources."""

from collections.abc import Callable

from spikecore.energy import profile_text, quantity
from spikecore.energy.quantity import or_dash
from spikecore.energy.studies.clocked import Case
from spikecore.energy.studies.local_memory import Bounds
from spikecore.energy.studies.sweep import Sweep
from spikecore.energy.table import Cell, Column, Table

__all__ = ["describe", "tables"]


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
