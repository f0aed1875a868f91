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

__all__ = ["KEYS", "Contained", "OperatingPoint", "contained", "neurons_on_chip", "parse"]

_NEEDED = ("rate_hz", "synapses", "tick_ms", "within")
_OPTIONAL = ("neurons", "rate_hz_most")
KEYS = {*_NEEDED, *_OPTIONAL, "source", "note"}
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
    neurons : float or None
        Neurons of the machine that was measured; None where the prices hold for any number, because static power is
        priced apart.
    tick_ms : float
        Its time step in ms.
    within : float
        Factor, ≥ 1, by which each of these may differ before a run is said to lie outside. A choice of the profile.
        A range of rates is taken as it is.
    source : str
        Where the conditions were published.
    note : str
        What happens outside.
    rate_hz_most : float or None
        For prices that were fitted on a range of rates: its upper end; `rate_hz` is the lower one.
    """

    rate_hz: float
    synapses: float
    neurons: float | None
    tick_ms: float
    within: float
    source: str
    note: str = ""
    rate_hz_most: float | None = None

    def __str__(self) -> str:
        """Return the conditions in words."""
        rate = self._allowed("rate_hz", f"{self.rate_hz:g}")
        neurons = "" if self.neurons is None else f"{self.neurons:,.0f} neurons, "
        size = f"{self.synapses:g} active synapses per neuron, {neurons}ticks of {self.tick_ms:g} ms"
        each = "each" if self.rate_hz_most is None else "all but the rate"
        return f"{rate} Hz, {size}, {each} within a factor of {self.within:g}"

    def _allowed(self, name: str, shown: str) -> str:
        most = self.rate_hz_most if name == "rate_hz" else None
        return shown if most is None else f"{shown} to {_number(most)}"

    def _holds(self, name: str, value: float) -> bool:
        at = float(getattr(self, name))
        if name == "rate_hz" and self.rate_hz_most is not None:
            slack = 1.0 + 1e-9  # a rate is a quotient of counts
            return at / slack <= value <= self.rate_hz_most * slack
        return at / self.within <= value <= at * self.within

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
            f"{_number(value)} {units[name]}, not {self._allowed(name, _number(getattr(self, name)))}"
            for name, value in found.items()
            if getattr(self, name) is not None and not self._holds(name, value)
        ]
        return f"outside its operating point: {'; '.join(differ)}" if differ else ""


def parse(table: Any) -> OperatingPoint:
    """Return what a profile's ``[operating_point]`` says; `table` is a table of `profile_file`."""
    values: dict[str, float] = {name: table.required(name) for name in _NEEDED}
    values |= {name: table.required(name) for name in _OPTIONAL if name in table.data}
    for name, value in values.items():
        least = 1.0 if name == "within" else 0.0
        if value < least or not value:
            checks.refuse(table.owner(name), name, value, "≥ 1" if name == "within" else "> 0")
    most = values.get("rate_hz_most")
    if most is not None and most < values["rate_hz"]:
        checks.refuse(table.owner("rate_hz_most"), "rate_hz_most", most, f"≥ {values['rate_hz']}, rate_hz")
    note = table.text("note") if "note" in table.data else ""
    neurons = values.pop("neurons", None)
    return OperatingPoint(**values, neurons=neurons, source=table.text("source"), note=note)


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
    needs = (("neurons", neurons_on_chip(ledger)), ("time", ledger.biological_s), ("spikes", counted))
    return [name for name, value in needs if not value]


def neurons_on_chip(ledger: Ledger) -> float:
    """Return the neurons on the chip, those that are updated; where no updates were counted, all of the ledger."""
    return ledger.neuron_updates / ledger.ticks if ledger.neuron_updates and ledger.ticks else ledger.neurons


def _found(ledger: Ledger) -> dict[str, float]:
    """Return the conditions of a run; those of a spike only where there is one."""
    neurons = neurons_on_chip(ledger)
    found = {"rate_hz": ledger.spikes / neurons / ledger.biological_s}
    if ledger.spikes:
        found["synapses"] = ledger.synaptic_operations / ledger.spikes
    return {**found, "neurons": neurons, "tick_ms": ledger.dt_ms}


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 1000 else f"{value:.4g}"


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', no '.join(names[:-1])} and no {names[-1]}"
