"""Where a published price holds: the operating point that it was taken at, and whether a run lies there.

An all-in price is a ratio of one power and one number of events. At another rate, with other synapses or on a chip that
is mostly empty the power is shared by another number of events, and the price is another one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from spikecore import checks
from spikecore.energy.ledger import COUNTS, Ledger

if TYPE_CHECKING:
    from spikecore.energy.profile import Price

__all__ = ["KEYS", "Contained", "OperatingPoint", "contained", "parse"]

_NEEDED = ("rate_hz", "synapses", "neurons", "tick_ms", "within")
KEYS = {*_NEEDED, "source", "note"}
"""Keys of the table ``[operating_point]`` of a profile."""


@dataclass(frozen=True)
class Contained:
    """A term that an all-in price contains: paid with it, and not missing from the sum.

    Attributes
    ----------
    term : str
        What is contained.
    count : str or None
        The count that belongs to it, if there is one.
    reason : str
        How the source says so.
    """

    term: str
    count: str | None
    reason: str


@dataclass(frozen=True)
class OperatingPoint:
    """The conditions that the prices of a profile were published for.

    Attributes
    ----------
    rate_hz : float
        Mean rate, > 0 Hz: spikes, also those from outside, per neuron on the chip and second.
    synapses : float
        Active synapses of a neuron: synaptic operations of a spike.
    neurons : float
        Neurons of the machine that was measured.
    tick_ms : float
        Its time step in ms.
    within : float
        Factor, ≥ 1, by which each of these may differ before a run is said to lie outside. A choice of the profile.
    source : str
        Where the conditions were published.
    note : str
        What happens outside.
    """

    rate_hz: float
    synapses: float
    neurons: float
    tick_ms: float
    within: float
    source: str
    note: str = ""

    def __str__(self) -> str:
        """Return the conditions in words."""
        size = f"{self.synapses:g} active synapses per neuron, {self.neurons:,.0f} neurons"
        return f"{self.rate_hz:g} Hz, {size}, ticks of {self.tick_ms:g} ms, each within a factor of {self.within:g}"

    def outside(self, ledger: Ledger) -> str:
        """Say where a run differs by more than the factor, or what of it is not known.

        Parameters
        ----------
        ledger : Ledger
            The counts of the run.

        Returns
        -------
        str
            Empty where the run lies at the operating point.

        Examples
        --------
        >>> point = OperatingPoint(20.0, 128, 1_048_576, 1.0, 1.25, "Merolla et al. (2014)")
        >>> run = Ledger(spikes=80_000, synaptic_operations=10_240_000, ticks=1000, neurons=4000)
        >>> point.outside(run)
        'outside its operating point: 4,000 neurons, not 1,048,576'
        >>> point.outside(Ledger(synaptic_operations=1000))
        'not known to be at its operating point: the ledger has no neurons, no time and no spikes'
        """
        missing = _missing(ledger)
        if missing:
            return f"not known to be at its operating point: the ledger has no {_listed(missing)}"
        found = _found(ledger)
        units = {"rate_hz": "Hz", "synapses": "active synapses", "neurons": "neurons", "tick_ms": "ms a tick"}
        differ = [
            f"{_number(value)} {units[name]}, not {_number(getattr(self, name))}"
            for name, value in found.items()
            if not getattr(self, name) / self.within <= value <= getattr(self, name) * self.within
        ]
        return f"outside its operating point: {'; '.join(differ)}" if differ else ""


def parse(table: Any) -> OperatingPoint:
    """Return what a profile's ``[operating_point]`` says; `table` is a table of `profile_file`."""
    values = {name: table.required(name) for name in _NEEDED}
    for name, value in values.items():
        least = 1.0 if name == "within" else 0.0
        if value < least or not value:
            checks.refuse(table.owner(name), name, value, "≥ 1" if name == "within" else "> 0")
    note = table.text("note") if "note" in table.data else ""
    return OperatingPoint(**values, source=table.text("source"), note=note)


def contained(table: Any, prices: Sequence["Price"]) -> Contained:
    """Return what a ``[[contained]]`` says; there must be an all-in price, and it must contain the count."""
    aggregates = [one for one in prices if one.scope == "all-in"]
    if not aggregates:
        table.fail("term", "is contained in no price, allowed: only beside a [[price]] with scope = 'all-in'")
    count = table.choice("count", COUNTS) if "count" in table.data else None
    if count is not None and not any(count in price.contains for price in aggregates):
        table.fail("count", f"is {count!r}, allowed: a count that an all-in price contains")
    return Contained(table.text("term"), count, table.text("reason"))


def _missing(ledger: Ledger) -> list[str]:
    """Return what a ledger that was made by hand may lack; a silent run has no spikes and no operations."""
    counted = ledger.spikes or not ledger.synaptic_operations
    needs = (("neurons", _neurons(ledger)), ("time", ledger.biological_s), ("spikes", counted))
    return [name for name, value in needs if not value]


def _neurons(ledger: Ledger) -> float:
    """Return the neurons on the chip, those that are updated; where no updates were counted, all of the ledger."""
    return ledger.neuron_updates / ledger.ticks if ledger.neuron_updates and ledger.ticks else ledger.neurons


def _found(ledger: Ledger) -> dict[str, float]:
    """Return the conditions of a run; those of a spike only where there is one."""
    neurons = _neurons(ledger)
    found = {"rate_hz": ledger.spikes / neurons / ledger.biological_s}
    if ledger.spikes:
        found["synapses"] = ledger.synaptic_operations / ledger.spikes
    return {**found, "neurons": neurons, "tick_ms": ledger.dt_ms}


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 1000 else f"{value:.4g}"


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', no '.join(names[:-1])} and no {names[-1]}"
