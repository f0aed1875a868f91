"""A network on a chip: packets, hops, and the limits that it breaks.

Neurons lie in the order of their ids, as many to a chip core as it takes; half as many, and half of that, where
their synapses or sources are too many for a core. Chip cores lie in the order of tiles, tiles row by row. A spike
makes one packet per distinct target chip core, routed along the row and then along the column. Where limits are
broken there is no mapping, and hops are not guessed.
"""

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from spikecore import _native, checks
from spikecore.energy.ledger import Ledger
from spikecore.energy.profile import Chip, Profile
from spikecore.energy.quantity import count
from spikecore.population import Population
from spikecore.results.counts import Counted
from spikecore.results.wiring import PlacedNetwork, Wiring

__all__ = ["Placement", "ledger"]


@dataclass(frozen=True, eq=False)
class Placement:
    """How a network lies on a chip.

    Attributes
    ----------
    chip, cores, neurons_per_core, broken : Chip, int, int, str
        The limits, the chip cores that it takes, the most neurons of one of them, and the limits that it breaks.
    packets, hops_ew, hops_ns : ndarray of uint32, shape (neurons,), or None
        What one spike of every neuron costs, by global id; None if it does not fit.
    """

    chip: Chip
    cores: int
    neurons_per_core: int
    broken: str
    packets: NDArray[np.uint32] | None = None
    hops_ew: NDArray[np.uint32] | None = None
    hops_ns: NDArray[np.uint32] | None = None

    @classmethod
    def of(cls, wiring: Wiring, chip: Chip) -> "Placement":
        """Place the network; limits that need no synapse to be drawn are checked first."""
        neurons = sum(_size(population) for population in wiring.populations)
        synapses = sum(wiring.synapses)
        each, cores = chip.neurons_per_core, math.ceil(neurons / chip.neurons_per_core)
        in_advance = _broken_in_advance(wiring, chip, cores, synapses)
        if in_advance:
            return cls(chip, cores, each, in_advance)
        if chip.memory_bits is not None:  # each core holds its share at least
            least = math.ceil(synapses * chip.bits_per_synapse / chip.memory_bits)
            each = max(1, min(each, neurons // max(least, 1)))
        while True:
            cores = math.ceil(neurons / each)
            lists = (chip.bits_per_synapse, chip.block, chip.block_bits, chip.word_bits)
            placed = wiring.placed(each, chip.cores_per_tile, chip.mesh_width, *lists)
            broken = _broken(placed, chip)
            if not broken:
                return cls(chip, cores, each, "", placed["packets"], placed["hops_ew"], placed["hops_ns"])
            fewer_help = all(broken.values())
            if not fewer_help or each == 1 or math.ceil(neurons / (each // 2)) > chip.cores:
                where = f"with {count(each)} neurons on each of {count(cores)} chip cores"
                return cls(chip, cores, each, f"{'; '.join(broken)}, {where}")
            each //= 2

    def count(
        self, spikes: NDArray[np.uint64], populations: tuple[Population, ...]
    ) -> dict[str, dict[str, int]] | None:
        """Return packets and hops of so many spikes of every neuron, by population; None if there is no mapping."""
        if self.packets is None or self.hops_ew is None or self.hops_ns is None:
            return None

        tables = {"packets": self.packets, "hops_ew": self.hops_ew, "hops_ns": self.hops_ns}
        firsts, names = [each.first for each in populations], [each.name for each in populations]
        sums = {name: _native.weighted(spikes, table, firsts) for name, table in tables.items()}
        return {name: dict(zip(names, values, strict=True)) for name, values in sums.items()}


def ledger(result: Counted, own: Ledger, profile: Profile) -> Ledger:
    """Return `own`, the ledger of a run or batch, with packets and hops on the profile's chip, which it must have."""
    if profile.chip is None:
        checks.refuse("energy", "mapping", True, f"False: profile {profile.name!r} has no [chip]")
    placement = Placement.of(result.wiring, profile.chip)
    counts = placement.count(result.neuron_spikes, result.populations)
    if counts is None:
        reason = f"not mapped: {placement.broken}"
        unknown = {**own.unknown, "packets": reason, "hops_ew": reason, "hops_ns": reason}
        note = f"the network breaks limits of this chip and is {reason}"
        return replace(own, unknown=unknown, notes=(*own.notes, note))
    placed = f"at most {count(placement.neurons_per_core)} on each of {count(placement.cores)} chip cores"
    note = f"mapping: neurons in the order of their ids, {placed}"
    spikes = own.populations["spikes"]
    outside = sum(spikes[population.name] for population in result.populations if population.is_source)
    if outside:
        note += f"; {count(outside)} spikes of spike sources come from outside and are not among the packets"
    packets, ew, ns = (sum(counts[name].values()) for name in ("packets", "hops_ew", "hops_ns"))
    populations = {**own.populations, **counts}
    return replace(own, packets=packets, hops_ew=ew, hops_ns=ns, populations=populations, notes=(*own.notes, note))


def _size(population: Population) -> int:
    return 0 if population.is_source else population.size


def _broken_in_advance(wiring: Wiring, chip: Chip, cores: int, synapses: int) -> str:
    """Return the limits that no placement on the chip can hold."""
    broken = []
    if cores > chip.cores:
        broken.append(f"cores: {count(cores)} needed, {count(chip.cores)} on a chip")
    longest = max((wire.longest for wire in wiring.wires), default=0)
    if chip.most_delay is not None and longest > chip.most_delay:
        broken.append(f"delay: {count(longest)} ticks, at most {count(chip.most_delay)}")
    least = synapses * chip.bits_per_synapse
    if chip.memory_bits is not None and least > chip.memory_bits * chip.cores:
        whole = f"the chip has {count(chip.memory_bits * chip.cores)}"
        broken.append(f"synaptic memory: {count(synapses)} synapses take {count(least)} bits or more, {whole}")
    if chip.synapses_per_core is not None and synapses > chip.synapses_per_core * chip.cores:
        broken.append(f"synapses: {count(synapses)}, the chip has {count(chip.synapses_per_core * chip.cores)}")
    return "; ".join(broken)


def _broken(placed: PlacedNetwork, chip: Chip) -> dict[str, bool]:
    """Return the limits that the placement breaks, and whether fewer neurons on a core may hold each."""
    checked = (
        ("fan-in", placed["most_fan_in"], chip.fan_in, "synapses onto a neuron", False),
        ("targets of a neuron", placed["most_targets"], chip.targets_per_neuron, "chip cores", False),
        ("synaptic memory", _most(placed["memory_bits"]), chip.memory_bits, "bits of a chip core", True),
        ("input axons", _most(placed["axons_in"]), chip.axons_in, "sources of a chip core", True),
        ("output axons", _most(placed["axons_out"]), chip.axons_out, "pairs of a neuron and a target core", True),
    )
    return {
        f"{name}: {count(value)} {what}, at most {count(limit)}": fewer_help
        for name, value, limit, what, fewer_help in checked
        if limit is not None and value > limit
    }


def _most(values: NDArray[np.uint64]) -> int:
    return int(values.max(initial=0))
