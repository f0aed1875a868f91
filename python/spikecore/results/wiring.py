"""Fan-out of a compiled network: synapses of every neuron by projection, drawn again when a report asks for them.

It holds the description and not the machine, so a result that keeps it keeps no weight store.
"""

from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypedDict, cast

import numpy as np
from numpy.typing import NDArray

from spikecore import _native, checks
from spikecore.arrays import closed
from spikecore.errors import NetworkError
from spikecore.implicit import Convolution, Pooling
from spikecore.population import Population, Projection

__all__ = ["PlacedNetwork", "Wire", "Wiring"]


class PlacedNetwork(TypedDict):
    """A network on the cores of a chip.

    ``packets``, ``hops_ew`` and ``hops_ns`` are those of one spike of every neuron, by global id: packets, and tiles
    that these pass along rows and columns. By chip core there are ``axons_in`` (sources), ``axons_out`` (pairs of an
    own neuron and a target core) and ``memory_bits`` of synapses. ``most_targets`` is the most chip cores that one
    neuron sends to, ``most_fan_in`` the most synapses onto one neuron.
    """

    packets: NDArray[np.uint32]
    hops_ew: NDArray[np.uint32]
    hops_ns: NDArray[np.uint32]
    axons_in: NDArray[np.uint64]
    axons_out: NDArray[np.uint64]
    memory_bits: NDArray[np.uint64]
    most_targets: int
    most_fan_in: int


@dataclass(frozen=True, slots=True)
class Wire:
    """One projection.

    Attributes
    ----------
    source, target : int
        Populations where it starts and ends.
    synapse_bytes : int
        Bytes of a synapse: its weight in the format of the machine and 2 B for its target; 2 B where all have one
        weight; the weight alone where a matrix or a kernel says the target.
    kernel : int or None
        Weights of a kernel that all targets share; None where every synapse has its own place.
    longest : int
        Longest delay in ticks.
    weight_bits : int or None
        Significant bits of its weights, signs apart: of whole numbers up to a factor, else of the format of the run;
        None where they are not known.
    """

    source: int
    target: int
    synapse_bytes: int
    kernel: int | None
    longest: int
    weight_bits: int | None = None


_MOST_DRAWN = 4_000_000
"""Synapses up to which the sources of every neuron are counted: a second at most."""
_FORMATS = {"f32": 24, "f64": 53, "q16": 15}
"""Significant bits of a weight: binary32 and binary64 of IEEE 754; 16 bits with a sign."""


class Wiring:
    """What a ledger needs to know of a machine beside its counters.

    Bytes of weights depend on the network and the format alone. How many a machine really stores depends on the layout
    that each core chose, and so on the number of workers: see `Machine.statistics`, ``store_bytes_per_core``.

    Attributes
    ----------
    populations : tuple of Population
        In the order of declaration.
    word_bytes : int
        Bytes of a state variable.
    """

    def __init__(
        self, native: _native.Machine, populations: tuple[Population, ...], projections: tuple[Projection, ...]
    ) -> None:
        statistics = native.statistics()
        self._native: _native.Wiring | None = native.wiring()
        self._placed: dict[tuple[int, ...], PlacedNetwork] = {}
        self._kernels = {each.index: kernel for each in projections if (kernel := _kernel(each.rule)) is not None}
        self._bits = {each.index: each.weight_bits for each in projections}
        self._format_bits = _FORMATS[statistics["weights"]]
        self.populations = populations
        self.word_bytes = 8 if statistics["weights"] == "f64" else 4

    @classmethod
    def of_tables(
        cls,
        populations: tuple[Population, ...],
        wires: list[Wire],
        fan_out: _native.FanOut,
        word_bytes: int,
        fan_in: tuple[int, bool],
    ) -> "Wiring":
        """Return the wiring that these tables describe, without the network that they were drawn from."""
        wiring = cls.__new__(cls)
        made = {"populations": populations, "wires": wires, "fan_out": fan_out, "word_bytes": word_bytes}
        vars(wiring).update(made, fan_in=fan_in, _native=None, _placed={}, _kernels={}, _bits={}, _format_bits=0)
        return wiring

    @cached_property
    def wires(self) -> list[Wire]:
        """The projections, in the order of declaration."""
        return [
            Wire(source, target, in_rows, self._kernels.get(index), longest, self._weight_bits(index))
            for index, (source, target, in_rows, _, longest) in enumerate(self._drawn().projections())
        ]

    def _weight_bits(self, index: int) -> int:
        own = 1 if self._kernels.get(index) == 1 else self._bits.get(index)
        return self._format_bits if own is None else min(own, self._format_bits)

    @cached_property
    def fan_in(self) -> tuple[int, bool]:
        """Most synapses onto one neuron, and whether that is counted.

        Of many synapses, or where the network is gone, it is the mean of the population with the most, rounded up: at
        least so many lie on one of its neurons.
        """
        if self._native is not None and sum(self.synapses) <= _MOST_DRAWN:
            return self.placed(checks.MAX_NEURONS, 1, 1, 0, 1, 0, 1)["most_fan_in"], True
        onto = Counter[int]()
        for wire, synapses in zip(self.wires, self.synapses, strict=True):
            onto[wire.target] += synapses
        return max((-(-n // self.populations[target].size) for target, n in onto.items()), default=0), False

    @cached_property
    def fan_out(self) -> _native.FanOut:
        """Synapses of every source neuron of every projection."""
        return self._drawn().fan_out()

    @cached_property
    def synapses(self) -> tuple[int, ...]:
        """Number of synapses of every projection; those of a kernel are counted each."""
        return tuple(self.fan_out.synapses())

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Names of the projections: ``source → target``, with a number behind where there are several of them."""
        alike = Counter((wire.source, wire.target) for wire in self.wires)
        called = [population.name for population in self.populations]
        return tuple(
            f"{called[wire.source]} → {called[wire.target]}"
            + (f" ({index})" if alike[wire.source, wire.target] > 1 else "")
            for index, wire in enumerate(self.wires)
        )

    def degrees(self, projection: int) -> NDArray[np.uint32]:
        """Return the synapses of every source neuron, shape (size of the source,)."""
        return self.fan_out.degrees(projection)

    def placed(self, *structure: int) -> PlacedNetwork:
        """Return the network on a chip of this structure, as `_native.Wiring.place` takes it; made once."""
        if structure not in self._placed:
            placed = self._drawn().place(*structure).items()
            tables = {key: closed(value) if isinstance(value, np.ndarray) else value for key, value in placed}
            self._placed[structure] = cast("PlacedNetwork", tables)
        return self._placed[structure]

    def store_bytes(self, projection: int) -> int:
        """Return the bytes of all synapses of a projection; of its kernel, if it has one."""
        wire = self.wires[projection]
        return (self.synapses[projection] if wire.kernel is None else wire.kernel) * wire.synapse_bytes

    def slice(self, projection: int) -> slice:
        """Return where the source's neurons lie among all."""
        source = self.populations[self.wires[projection].source]
        return slice(source.first, source.first + source.size)

    def __getstate__(self) -> dict[str, Any]:
        """Pickle the tables, made now, in place of the description they are drawn from."""
        made = {"wires": self.wires, "fan_out": self.fan_out, "fan_in": self.fan_in}
        return {**vars(self), **made, "_native": None}

    def _drawn(self) -> _native.Wiring:
        if self._native is None:
            msg = "a result that was pickled or loaded has its tables but not the network; place it on a chip before"
            raise NetworkError(msg)
        return self._native


def _kernel(rule: Any) -> int | None:
    if isinstance(rule, Convolution):
        return int(np.size(rule.kernel))
    return 1 if isinstance(rule, Pooling) else None
