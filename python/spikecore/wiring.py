"""Fan-out of a compiled network: synapses of every neuron by projection, drawn again when a report asks for them.

It holds the description and not the machine, so a result that keeps it keeps no weight store.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spikecore import _native
from spikecore.errors import NetworkError
from spikecore.population import Population

__all__ = ["Wire", "Wiring"]


@dataclass(frozen=True)
class Wire:
    """One projection: where it starts and ends, bytes read per synapse in rows and loose, longest delay in ticks."""

    source: int
    target: int
    row_bytes: int
    loose_bytes: int
    longest: int


class Wiring:
    """What a ledger needs to know of a machine beside its counters.

    Attributes
    ----------
    populations : tuple of Population
        In the order of declaration.
    wires : list of Wire
        The projections, in the order of declaration.
    store_bytes : list of int
        Bytes of the synapses of each core.
    loose : list of bool
        Whether each core stores every synapse with its delay, or in rows.
    word_bytes : int
        Bytes of a state variable.
    """

    def __init__(self, native: _native.Machine, populations: tuple[Population, ...]) -> None:
        statistics = native.statistics()
        self._native: _native.Wiring | None = native.wiring()
        self._degrees: dict[int, NDArray[np.uint32]] = {}
        self._bytes: dict[int, NDArray[np.uint64]] = {}
        self._placed: dict[tuple[int, ...], dict[str, Any]] = {}
        self.populations = populations
        self.wires = [Wire(*one) for one in self._drawn().projections()]
        self.store_bytes: list[int] = statistics["store_bytes_per_core"]
        self.loose: list[bool] = statistics["loose_per_core"]
        self.word_bytes = 8 if statistics["weights"] == "f64" else 4

    def degrees(self, projection: int) -> NDArray[np.uint32]:
        """Return the synapses of every source neuron, shape (size of the source,); made once."""
        if projection not in self._degrees:
            self._degrees[projection] = self._drawn().fan_out(projection)
        return self._degrees[projection]

    def degrees_by_core(self, projection: int) -> NDArray[np.uint32]:
        """Return the same on each core, shape (size of the source, cores)."""
        return self._drawn().fan_out_by_core(projection).reshape(-1, len(self.loose))

    def placed(self, *structure: int) -> dict[str, Any]:
        """Return what `_native.Wiring.place` says of a chip of this structure; made once."""
        if structure not in self._placed:
            self._placed[structure] = self._drawn().place(*structure)
        return self._placed[structure]

    def bytes_per_spike(self, projection: int) -> NDArray[np.uint64]:
        """Return the bytes of synapses that one spike of every source neuron reads, shape (size of the source,)."""
        if projection not in self._bytes:
            wire = self.wires[projection]
            sizes = [wire.loose_bytes if loose else wire.row_bytes for loose in self.loose]
            if len(set(sizes)) == 1:
                read = self.degrees(projection).astype(np.uint64) * np.uint64(sizes[0])
            else:
                read = self.degrees_by_core(projection).astype(np.uint64) @ np.array(sizes, dtype=np.uint64)
            self._bytes[projection] = read
        return self._bytes[projection]

    def slice(self, projection: int) -> slice:
        """Return where the source's neurons lie among all."""
        source = self.populations[self.wires[projection].source]
        return slice(source.first, source.first + source.size)

    def name(self, projection: int) -> str:
        """Return ``source → target``, with the projection's number where there are several of them."""
        wire = self.wires[projection]
        alike = [one for one in self.wires if (one.source, one.target) == (wire.source, wire.target)]
        number = f" ({projection})" if len(alike) > 1 else ""
        return f"{self.populations[wire.source].name} → {self.populations[wire.target].name}{number}"

    def __getstate__(self) -> dict[str, Any]:
        """Pickle the tables, made now, in place of the description they are drawn from."""
        for projection in range(len(self.wires)):
            self.bytes_per_spike(projection)
            self.degrees(projection)
        return {**vars(self), "_native": None}

    def _drawn(self) -> _native.Wiring:
        if self._native is None:
            msg = "a result that was pickled has its tables but not the network; place it on a chip before"
            raise NetworkError(msg)
        return self._native
