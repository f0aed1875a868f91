"""Weights near and far: the asynchronous machine, the same counts, its weights in three memories.

The core's own SRAM (8 or 32 KB, by the bytes of its weights), an SRAM of 1 MB that all cores share, and DRAM. Only the
price of reading a weight differs. All figures are modelled.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from typing import Any

from spikecore import checks
from spikecore.energy import Ledger, Profile, bill
from spikecore.energy.studies.machines import Run, asynchronous
from spikecore.energy.studies.silicon import machine_energy, silicon

__all__ = ["Bounds", "Place", "memory"]

_SHARED_BYTES = 1 << 20


@dataclass(frozen=True)
class Bounds:
    """A value with its published bounds; None where none was published."""

    low: float | None
    nominal: float
    high: float | None

    def map(self, function: Callable[[float], float]) -> "Bounds":
        """Return the value and its bounds with an increasing function applied to each."""
        low, high = (None if bound is None else function(bound) for bound in (self.low, self.high))
        return Bounds(low, function(self.nominal), high)


@dataclass(frozen=True)
class Place:
    """The asynchronous machine with its weights in one place, at the price of one memory.

    Shares are those of weights, and of weights and state, in the dynamic energy; `times_local` is that energy over the
    energy with weights in the core's own memory.
    """

    place: str
    memory: str
    state_j: float
    weights_j: Bounds
    dynamic_j: Bounds
    weights_share: Bounds
    memory_share: Bounds
    times_local: Bounds

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON; bounds that were not published stand with `weights_j` alone, as null."""
        plain = {name: value for name, value in asdict(self).items() if name != "state_j"}
        for name in ("dynamic_j", "weights_share", "memory_share", "times_local"):
            plain[name] = {key: value for key, value in plain[name].items() if value is not None}
        return plain


def memory(run: Run) -> tuple[Place, ...]:
    """Price the asynchronous machine with its weights in the core's own memory, in a shared one, and in DRAM.

    Raises
    ------
    NetworkError
        If the run has no spikes, or all weights together exceed the shared memory, 1 MB.

    Examples
    --------
    >>> from spikecore.library.counts import count
    >>> [place.memory for place in memory(count(256, rate=10.0))]
    ['32 KB SRAM', '1 MB SRAM', 'DRAM']
    """
    checks.instance("memory", "run", run, Run)
    if not run.spikes:
        checks.refuse("sweep", "the number of spikes", 0, "1 or more")
    ledger, profile = asynchronous(run), silicon(run.cores)
    total = int(ledger.weight_store_bytes or 0)
    if total > _SHARED_BYTES:
        checks.refuse("sweep", "the bytes of all weights", total, f"{_SHARED_BYTES}, the shared memory")
    local_j = machine_energy(ledger, profile).dynamic_j
    stores = (("the core's SRAM", ledger.core_store_bytes), ("shared 1 MB SRAM", _SHARED_BYTES), ("DRAM", 1e18))
    return tuple(_place(name, replace(ledger, core_store_bytes=size), profile, local_j) for name, size in stores)


def _place(name: str, ledger: Ledger, profile: Profile, local_j: float) -> Place:
    energy = machine_energy(ledger, profile)
    state_j, rest_j = energy.terms["state"], energy.dynamic_j - energy.terms["weights"]
    weights = next(line for line in bill(ledger, profile).lines if line.price.term == "weights")
    weights_j = Bounds(weights.low_j, weights.nominal_j, weights.high_j)
    return Place(
        place=name,
        memory=weights.level.name if weights.level else "",
        state_j=state_j,
        weights_j=weights_j,
        dynamic_j=weights_j.map(lambda energy: energy + rest_j),
        weights_share=weights_j.map(lambda energy: energy / (energy + rest_j)),
        memory_share=weights_j.map(lambda energy: (energy + state_j) / (energy + rest_j)),
        times_local=weights_j.map(lambda energy: (energy + rest_j) / local_j),
    )
