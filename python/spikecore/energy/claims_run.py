"""One network on the engine, counted as two machines would do its work: `claims` prices them.

Counts are exact, from a run with ``updates="event"``; what each machine does for them is in `asynchronous`,
`synchronous` and `_ledger`, and every size that they assume is a constant here.
"""

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from spikecore import checks
from spikecore.energy.ledger import Ledger

__all__ = ["BYTES_PER_SYNAPSE", "PACKET_BITS", "Counted", "asynchronous", "count", "synchronous"]

BYTES_PER_SYNAPSE = 2
"""An 8-bit weight and the 8-bit number of its target in the core."""
STATE_BYTES = 4
"""A potential."""
PACKET_BITS = 32
"""As TrueNorth's and Loihi's."""


@dataclass(frozen=True)
class Counted:
    """What one run did, and how far its packets had to go.

    Attributes
    ----------
    rate_hz : float
        Mean rate that was asked for.
    cores, neurons, synapses : int
        Cores of 256 neurons, their neurons, and synapses K of each neuron.
    ticks : int
        Length, in ticks of `dt_ms`.
    dt_ms : float
        Tick in ms.
    spikes, synaptic_operations, updates, stimulus_events : int
        Exact counts; `updates` are those of neurons that got input.
    hops_ew, hops_ns : int
        Cores that the packets of all spikes passed, along the rows and columns of a square mesh.
    frame_hops_ew, frame_hops_ns : int
        The same for one tick in which the bits of all neurons travel, `frame_packets` of 32 bits.
    frame_packets : int
        Packets of one such tick: bits from one core to another share them.
    """

    rate_hz: float
    cores: int
    neurons: int
    synapses: int
    ticks: int
    dt_ms: float
    spikes: int
    synaptic_operations: int
    updates: int
    stimulus_events: int
    hops_ew: int
    hops_ns: int
    frame_packets: int
    frame_hops_ew: int
    frame_hops_ns: int

    def silent(self) -> "Counted":
        """Return the same run as if nothing had spiked."""
        return replace(self, spikes=0, synaptic_operations=0, updates=0, stimulus_events=0, hops_ew=0, hops_ns=0)

    @property
    def activity(self) -> float:
        """Spikes per neuron and tick."""
        return self.spikes / (self.neurons * self.ticks)

    @property
    def counted_rate_hz(self) -> float:
        """Mean rate that came out, in Hz."""
        return self.activity / self.dt_ms * 1e3


def count(neurons: int, rate: float, synapses: int = 32, time: float = 500.0, seed: int = 1) -> Counted:
    """Run the recurrent network of `spikecore.library.recurrent` with Poisson drive, and count.

    Parameters
    ----------
    neurons : int
        A multiple of 256, at most 65,536.
    rate : float
        Mean rate in Hz, 0 … 1000.
    synapses : int
        Synapses of each neuron, 1 … 256.
    time : float
        Measured time in ms, a whole number ≥ 1; 100 ms are run before and discarded.
    seed : int
        Of every random draw.

    Raises
    ------
    NetworkError
        If a value is outside its range.

    Examples
    --------
    >>> found = count(256, rate=10.0)
    >>> found.neurons, found.ticks, 0 < found.updates < found.neurons * found.ticks
    (256, 500, True)
    """
    from spikecore.library import recurrent

    synapses = checks.count("claims", "synapses", synapses, low=1, high=recurrent.NEURONS)
    most = recurrent.MAX_CORES * recurrent.NEURONS
    neurons = checks.count("claims", "neurons", neurons, low=recurrent.NEURONS, high=most)
    if neurons % recurrent.NEURONS:
        checks.refuse("claims", "neurons", neurons, f"a multiple of {recurrent.NEURONS}, the neurons of a core")
    time = checks.number("claims", "time", time, low=1.0, unit="ms")
    cores = neurons // recurrent.NEURONS
    net, population = recurrent.build(rate, synapses, cores, seed, drive="poisson")
    machine = net.compile(workers=1, record_spikes=False, updates="event")
    machine.run(100.0)
    result = machine.run(time)
    table = machine.synapses(population, population)
    target_core = np.empty(neurons, np.int64)
    target_core[np.asarray(table.sources)] = np.asarray(table.targets) // recurrent.NEURONS
    spikes = result.spike_counts(population)
    totals = result.counts.totals()
    return Counted(
        rate_hz=rate,
        cores=cores,
        neurons=neurons,
        synapses=synapses,
        ticks=result.ticks,
        dt_ms=result.dt,
        spikes=totals["spikes"],
        synaptic_operations=totals["synaptic_operations"],
        updates=totals["neuron_updates"] - totals["updates_skipped"],
        stimulus_events=totals["stimulus_events"],
        **_travel(target_core, spikes, cores),
    )


def asynchronous(found: Counted) -> Ledger:
    """Return what a machine does that works for spikes alone.

    Examples
    --------
    >>> silent = count(256, rate=0.0)
    >>> asynchronous(silent).state_bytes, synchronous(silent).state_bytes > 0
    (0, True)
    """
    return _ledger(
        found,
        operations=found.synaptic_operations,
        updates=found.updates,
        packets=found.spikes,
        hops=(found.hops_ew, found.hops_ns),
        # each operation reads and writes a potential
        state_bytes=2 * STATE_BYTES * found.synaptic_operations,
    )


def synchronous(found: Counted) -> Ledger:
    """Return what a machine does that works for every neuron and synapse in every tick, whatever the spikes."""
    operations = found.neurons * found.synapses * found.ticks
    return _ledger(
        found,
        operations=operations,
        updates=found.neurons * found.ticks,
        packets=found.frame_packets * found.ticks,
        hops=(found.frame_hops_ew * found.ticks, found.frame_hops_ns * found.ticks),
        # each operation reads the bit of its source
        state_bytes=operations / 8,
    )


def _ledger(
    found: Counted, *, operations: int, updates: int, packets: int, hops: tuple[int, int], state_bytes: float
) -> Ledger:
    """Return the counts of one machine; every packet is written and read once where it arrives."""
    cells = found.neurons * found.ticks
    core_store = found.neurons // found.cores * found.synapses * BYTES_PER_SYNAPSE
    packet_bytes = 2 * PACKET_BITS // 8 * packets
    return Ledger(
        spikes=found.spikes,
        synaptic_operations=operations,
        synaptic_operations_dense=found.neurons * found.synapses * found.ticks,
        neuron_updates=cells,
        updates_active=updates,
        updates_inactive=cells - updates,
        updates_done=updates,
        updates_skipped=cells - updates,
        stimulus_events=found.stimulus_events,
        packets=packets,
        hops_ew=hops[0],
        hops_ns=hops[1],
        weight_bytes=operations * BYTES_PER_SYNAPSE,
        state_bytes=state_bytes + 2 * STATE_BYTES * updates + packet_bytes,
        ticks=found.ticks,
        dt_ms=found.dt_ms,
        neurons=found.neurons,
        synapses=found.neurons * found.synapses,
        weight_store_bytes=core_store * found.cores,
        core_store_bytes=core_store,
    )


def _travel(target_core: Any, spikes: Any, cores: int) -> dict[str, int]:
    """Return the hops of the packets of all spikes, and of one tick's bits, on a square mesh filled row by row."""
    side = math.isqrt(cores - 1) + 1
    source_core = np.arange(len(target_core)) // (len(target_core) // cores)
    ew = np.abs(source_core % side - target_core % side)
    ns = np.abs(source_core // side - target_core // side)
    _, first, bits = np.unique(source_core * cores + target_core, return_index=True, return_counts=True)
    packets = -(-bits // PACKET_BITS)
    return {
        "hops_ew": int((spikes * ew).sum()),
        "hops_ns": int((spikes * ns).sum()),
        "frame_packets": int(packets.sum()),
        "frame_hops_ew": int((packets * ew[first]).sum()),
        "frame_hops_ns": int((packets * ns[first]).sum()),
    }
