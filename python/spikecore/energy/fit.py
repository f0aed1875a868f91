"""Whether a chip can hold a network: how many chips that takes, and the limits that no number of chips lifts.

More chips bring more neurons, more synapses, and more operations per second. They lift no limit of a single neuron or
synapse: its fan-in, its delay, the precision of its weight. A count that is not known breaks no limit.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from spikecore.energy.ledger import Ledger
from spikecore.energy.operating_point import neurons_on_chip
from spikecore.energy.profile import Chip
from spikecore.energy.quantity import count

__all__ = ["FITS", "UNLIMITED", "Fit", "Limit", "chips_needed"]


@dataclass(frozen=True)
class Limit:
    """A limit of a chip that a network breaks: what it `needs`, or more if `is_least`, and the `most` of the chip."""

    name: str
    needs: float
    most: float
    unit: str = ""
    is_least: bool = False

    def __str__(self) -> str:
        """Return it in words, such as ``fan-in 500 of 256``."""
        return f"{self.name} {count(self.needs)}{' or more' if self.is_least else ''} of {count(self.most, self.unit)}"


@dataclass(frozen=True)
class Fit:
    """How a network fits a chip.

    Attributes
    ----------
    chips, broken : int or None, tuple of Limit
        The fewest chips that hold it, None where no limit of the machine is known; all limits that it breaks and that
        no number of chips lifts.

    Examples
    --------
    >>> from spikecore.energy import Ledger, load
    >>> print(Fit.of(Ledger(neurons=300), load("odin").chip))
    needs 2 chips; packets between them are unpriced
    >>> print(Fit.of(Ledger(neurons=300, most_fan_in=500, longest_delay=20), load("truenorth").chip))
    does not fit: fan-in 500 of 256; delay 20 of 15
    >>> print(Fit())
    fits one chip
    """

    chips: int | None = 1
    broken: tuple[Limit, ...] = ()

    @classmethod
    def of(cls, ledger: Ledger, chip: Chip | None) -> "Fit":
        """Return how the network of a ledger fits a chip; without a chip no limit is known."""
        return UNLIMITED if chip is None else cls(chips_needed(ledger, chip), tuple(_broken(ledger, chip)))

    @property
    def status(self) -> str:
        """What stands in a row; empty where one chip holds the network."""
        if self.broken:
            return "does not fit"
        return "" if self.chips in (None, 1) else f"needs {count(self.chips)} chips"

    def __str__(self) -> str:
        if self.broken:
            return f"{self.status}: {'; '.join(map(str, self.broken))}"
        if self.chips is None:
            return "no limit of this machine is known"
        return f"{self.status}; packets between them are unpriced" if self.status else "fits one chip"

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain values."""
        broken = [{"limit": limit.name, "needs": limit.needs, "most": limit.most} for limit in self.broken]
        fits = None if self.chips is None else not self.broken
        return {"fits": fits, "chips": None if self.broken else self.chips, "broken": broken}


FITS = Fit()
"""What one chip holds."""
UNLIMITED = Fit(chips=None)
"""What a machine is asked to hold of which no limit is known: a computer, or a chip whose source states none."""


def chips_needed(ledger: Ledger, chip: Chip) -> int:
    """Return the fewest chips that hold the neurons and synapses of a ledger, and do its operations in biological time.

    Neurons are those that are updated in every tick; where no updates were counted, all of the ledger. A rate within
    the three digits of the published limit is not above it.

    Examples
    --------
    >>> from spikecore.energy.profile_toml import load
    >>> odin = load("odin").chip
    >>> second = {"ticks": 1000, "dt_ms": 1.0}
    >>> [chips_needed(Ledger(neurons=n, **second), odin) for n in (0, 256, 257)]
    [1, 1, 2]
    >>> chips_needed(Ledger(synaptic_operations=100_000_000, **second), odin)
    3
    >>> chips_needed(Ledger(synapses=1_562_500, **second), odin)
    24
    """
    needed = [1, math.ceil(neurons_on_chip(ledger) / (chip.neurons_per_core * chip.cores))]
    if chip.synapses_per_core is not None:
        needed.append(math.ceil(ledger.synapses / (chip.synapses_per_core * chip.cores)))
    if chip.memory_bits is not None:
        needed.append(math.ceil(ledger.synapses * chip.bits_per_synapse / (chip.memory_bits * chip.cores)))
    if chip.operations_per_s is not None and ledger.biological_s:
        rate = ledger.synaptic_operations / ledger.biological_s
        needed.append(math.ceil(round(rate / chip.operations_per_s, 3)))
    return max(needed)


def _broken(ledger: Ledger, chip: Chip) -> Iterator[Limit]:
    limits = (
        ("fan-in", "most_fan_in", chip.fan_in, ""),
        ("delay", "longest_delay", chip.most_delay, ""),
        ("weight precision", "weight_bits", chip.weight_bits, "bits"),
    )
    for name, key, most, unit in limits:
        needs = getattr(ledger, key)
        if most is not None and needs is not None and needs > most:
            yield Limit(name, needs, most, unit, key in ledger.unknown)
