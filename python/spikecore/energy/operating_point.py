"""Where a published price holds: the operating point that it was taken at, and whether a run lies there.

An all-in price is a ratio of one power and one number of events. At another rate, with other synapses or on a chip that
is mostly empty the power is shared by another number of events, and the price is another one.
"""

from dataclasses import dataclass

from spikecore import checks
from spikecore.energy.ledger import Ledger
from spikecore.energy.quantity import figure, price

__all__ = ["Departure", "Difference", "OperatingPoint", "neurons_on_chip"]

_UNITS = {"rate_hz": "Hz", "synapses": "active synapses", "neurons": "neurons", "tick_ms": "ms a tick"}


@dataclass(frozen=True)
class Difference:
    """A condition that a run does not meet: its `value` there, and in the prices `low`, or a range up to `high`."""

    name: str
    value: float
    low: float
    high: float | None = None

    def __str__(self) -> str:
        """Return it in words, such as ``10 Hz, not 20``."""
        allowed = figure(self.low) if self.high is None else f"{figure(self.low)} to {figure(self.high)}"
        return f"{figure(self.value)} {_UNITS[self.name]}, not {allowed}"


@dataclass(frozen=True)
class Departure:
    """How a run lies outside the operating point of prices: `differences`, or what is `missing` to know."""

    missing: tuple[str, ...] = ()
    differences: tuple[Difference, ...] = ()

    @property
    def status(self) -> str:
        """What a row of a table says of it."""
        return "not known to be at its operating point" if self.missing else "outside its operating point"

    def __str__(self) -> str:
        if self.missing:
            *first, last = self.missing
            names = f"{', no '.join(first)} and no {last}" if first else last
            return f"{self.status}: the ledger has no {names}"
        return f"{self.status}: {'; '.join(map(str, self.differences))}"


@dataclass(frozen=True)
class OperatingPoint:
    """The conditions that the prices of a profile were published for.

    Attributes
    ----------
    rate_hz, rate_hz_most : float, float or None
        Mean rate, > 0 Hz: spikes of neurons on the chip, per neuron there and second; for prices that were fitted on a
        range of rates its lower and upper end.
    synapses, tick_ms, neurons : float, float, float or None
        Synaptic operations of a spike, time step in ms, and neurons of the machine that was measured; None where the
        prices hold for any number, because static power is priced apart.
    within : float
        Factor, ≥ 1, a choice of the profile, by which each of these may differ; a range of rates is taken as it is.
    source, note : str
        Where the conditions were published, and what happens outside.
    """

    rate_hz: float
    synapses: float
    tick_ms: float
    within: float
    source: str
    neurons: float | None = None
    note: str = ""
    rate_hz_most: float | None = None

    def __post_init__(self) -> None:
        for name in ("rate_hz", "synapses", "tick_ms", "neurons"):
            value = getattr(self, name)
            if value is not None or name != "neurons":
                number = checks.number("operating point", name, value, low=0.0, above=0.0, high=1e18)
                checks.kept(self, **{name: number})
        checks.kept(self, within=checks.number("operating point", "within", self.within, low=1.0, high=1e18))
        most = self.rate_hz_most
        if most is not None and checks.number("operating point", "rate_hz_most", most) < self.rate_hz:
            checks.refuse("operating point", "rate_hz_most", most, f"{self.rate_hz:g} or more, the rate_hz")

    def __str__(self) -> str:
        most = "" if self.rate_hz_most is None else f" to {price(self.rate_hz_most)}"
        neurons = "" if self.neurons is None else f"{figure(self.neurons)} neurons, "
        size = f"{price(self.synapses)} active synapses per neuron, {neurons}ticks of {price(self.tick_ms, 'ms')}"
        each = "each" if self.rate_hz_most is None else "all but the rate"
        return f"{price(self.rate_hz)}{most} Hz, {size}, {each} within a factor of {price(self.within)}"

    def departure(self, ledger: Ledger) -> Departure | None:
        """Return where a run differs by more than the factor, or what of it is not known; None where it lies here.

        Examples
        --------
        >>> point = OperatingPoint(20.0, 128, 1.0, 1.25, "Merolla et al. (2014)", neurons=1_048_576)
        >>> run = Ledger(spikes=80_000, synaptic_operations=10_240_000, ticks=1000, neurons=4000)
        >>> [(one.name, one.value, one.low) for one in point.departure(run).differences]
        [('neurons', 4000, 1048576.0)]
        >>> point.departure(Ledger(synaptic_operations=1000)).missing
        ('neurons', 'time', 'spikes')
        """
        counted = ledger.spikes or not ledger.synaptic_operations  # a silent run has neither
        needs = {"neurons": neurons_on_chip(ledger), "time": ledger.biological_s, "spikes": counted}
        missing = tuple(name for name, value in needs.items() if not value)
        if missing:
            return Departure(missing)
        differences = []
        for name, value in _conditions(ledger).items():
            at = getattr(self, name)
            most = self.rate_hz_most if name == "rate_hz" else None
            slack = self.within if most is None else 1.0 + 1e-9  # a rate is a quotient of counts
            if at is not None and not at / slack <= value <= (at if most is None else most) * slack:
                differences.append(Difference(name, value, at, most))
        return Departure((), tuple(differences)) if differences else None


def neurons_on_chip(ledger: Ledger) -> float:
    """Return the neurons on the chip, those that are updated; where no updates were counted, all of the ledger."""
    return ledger.neuron_updates / ledger.ticks if ledger.neuron_updates and ledger.ticks else ledger.neurons


def _spikes_on_chip(ledger: Ledger) -> float:
    """Return the spikes of neurons on the chip: sources are outside, and no update of them is counted."""
    spikes, updates = (ledger.populations.get(name, {}) for name in ("spikes", "neuron_updates"))
    if not any(updates.values()):
        return ledger.spikes
    return sum(number for name, number in spikes.items() if updates.get(name))


def _conditions(ledger: Ledger) -> dict[str, float]:
    """Return the conditions of a run; those of a spike only where there is one."""
    neurons = neurons_on_chip(ledger)
    rate = {"rate_hz": _spikes_on_chip(ledger) / neurons / ledger.biological_s}
    synapses = {"synapses": ledger.synaptic_operations / ledger.spikes} if ledger.spikes else {}
    return {**rate, **synapses, "neurons": neurons, "tick_ms": ledger.dt_ms}
