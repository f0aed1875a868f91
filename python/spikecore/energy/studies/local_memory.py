"""Weights near and far: the asynchronous machine, the same counts, its weights in three memories.

The core's own SRAM (8 or 32 KB, by the bytes of its weights), an SRAM of 1 MB that all cores share, and DRAM. Only the
price of reading a weight differs. All figures are modelled.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from typing import Any

from spikecore import checks
from spikecore.energy.bill import Line, bill
from spikecore.energy.ledger import Ledger
from spikecore.energy.profile import Profile
from spikecore.energy.studies.machines import Run, asynchronous, silicon

__all__ = ["DRAM", "LOCAL", "SHARED", "Bounds", "Place", "memory"]

DRAM, SHARED, LOCAL = "DRAM", "shared 1 MB SRAM", "the core's SRAM"
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

    def known(self) -> dict[str, float]:
        """Return the bounds that were published, and the nominal value, by name."""
        return {name: value for name, value in asdict(self).items() if value is not None}


@dataclass(frozen=True)
class Place:
    """The asynchronous machine with its weights in one memory.

    Attributes
    ----------
    place, memory : str
        Where weights are, and the memory whose price they pay.
    weights_j : Bounds
        Energy of reading weights, J.
    state_j, other_j : float
        Energy of reading and writing state, and of everything else but static power, J.
    local_j : float
        Dynamic energy with weights in the core's own memory, J.
    """

    place: str
    memory: str
    weights_j: Bounds
    state_j: float
    other_j: float
    local_j: float

    @property
    def dynamic_j(self) -> Bounds:
        """Energy without static power, J."""
        return self.weights_j.map(lambda weights: weights + self.state_j + self.other_j)

    @property
    def weights_share(self) -> Bounds:
        """Share of weights in the dynamic energy."""
        return self.weights_j.map(lambda weights: weights / (weights + self.state_j + self.other_j))

    @property
    def memory_share(self) -> Bounds:
        """Share of weights and state in the dynamic energy."""
        return self.weights_j.map(lambda weights: (weights + self.state_j) / (weights + self.state_j + self.other_j))

    @property
    def times_local(self) -> Bounds:
        """Dynamic energy over that with weights in the core's own memory."""
        return self.dynamic_j.map(lambda energy: energy / self.local_j)

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        names = ("dynamic_j", "weights_share", "memory_share", "times_local")
        derived = {name: getattr(self, name).known() for name in names}
        return {"place": self.place, "memory": self.memory, "weights_j": asdict(self.weights_j), **derived}


def memory(run: Run) -> tuple[Place, Place, Place]:
    """Price the asynchronous machine with its weights in three memories.

    Parameters
    ----------
    run : Run
        Counts of a network, with spikes.

    Returns
    -------
    tuple of Place
        The core's own memory, the shared one, and DRAM.

    Raises
    ------
    NetworkError
        If nothing spiked, or all weights together exceed the shared memory, 1 MB.

    Examples
    --------
    >>> from spikecore.energy.studies.machines import count
    >>> [place.memory for place in memory(count(256, rate=10.0))]
    ['32 KB SRAM', '1 MB SRAM', 'DRAM']
    """
    if not run.spikes:
        checks.refuse("sweep", "the number of spikes", 0, "1 or more")
    ledger, profile = asynchronous(run), silicon(run.cores)
    total = int(ledger.weight_store_bytes or 0)
    if total > _SHARED_BYTES:
        checks.refuse("sweep", "the bytes of all weights", total, f"{_SHARED_BYTES}, the shared memory")
    local = _place(LOCAL, ledger, profile, None)
    shared = _place(SHARED, replace(ledger, core_store_bytes=_SHARED_BYTES), profile, local)
    return local, shared, _place(DRAM, replace(ledger, core_store_bytes=1e18), profile, local)


def _place(name: str, ledger: Ledger, profile: Profile, local: Place | None) -> Place:
    lines = {line.price.term: line for line in bill(ledger, profile).lines if line.price.count != "biological_s"}
    weights, state = lines.pop("weights"), lines.pop("state").nominal_j
    other = sum(line.nominal_j for line in lines.values())
    here = weights.nominal_j + state + other
    bounds = Bounds(weights.low_j, weights.nominal_j, weights.high_j)
    return Place(name, _level(weights), bounds, state, other, here if local is None else local.local_j)


def _level(line: Line) -> str:
    return line.level.name if line.level else ""
