"""Two machines of one silicon: what each does for one run of a network, and what its operations cost.

* The **asynchronous** machine works for spikes alone. A spike is a packet to the core of its targets; there it reads
  K weights and adds each to the potential of its target; neurons that received input are updated.
* The **synchronous** machine works for every neuron and synapse in every tick. It sends the bit of every neuron, 32 to
  a packet; it reads every weight and adds it in a register; it updates every neuron.

So a synchronous synapse is cheaper than an asynchronous one, because its sum never leaves the register, and their
number does not depend on spikes. Counts are exact, from a run with ``updates="event"``. Every size that a machine is
assumed to have is a constant of this module; the machines differ in counts and in nothing else.
"""

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from spikecore import checks
from spikecore.energy.ledger import Ledger
from spikecore.library import recurrent

__all__ = ["BYTES_PER_SYNAPSE", "PACKET_BITS", "STATE_BYTES", "Run", "asynchronous", "count", "synchronous"]

BYTES_PER_SYNAPSE, STATE_BYTES, PACKET_BITS = 2, 4, 32
"""An 8-bit weight and the 8-bit number of its target in the core; a potential; a packet as TrueNorth's and Loihi's."""


@dataclass(frozen=True)
class Run:
    """Counts of one run, and how far its packets travelled.

    Attributes
    ----------
    rate_hz, cores, neurons, synapses : float, int, int, int
        Mean rate that was asked for, cores of 256 neurons, neurons of all cores, and synapses K of each neuron.
    ticks, dt_ms : int, float
        Length in ticks, and the length of a tick.
    spikes, synaptic_operations, updates, stimulus_events : int
        Exact counts; `updates` are those of neurons that received input.
    hops_ew, hops_ns : int
        Cores passed by the packets of all spikes, along rows and columns of a square mesh.
    frame_packets, frame_hops_ew, frame_hops_ns : int
        Packets of one tick in which the bits of all neurons travel, and their hops: bits from one core to another share
        packets.
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

    def silent(self) -> "Run":
        """Return the same run as if no neuron had spiked."""
        return replace(self, spikes=0, synaptic_operations=0, updates=0, stimulus_events=0, hops_ew=0, hops_ns=0)

    @property
    def seconds(self) -> float:
        """Biological time, s."""
        return self.ticks * self.dt_ms * 1e-3

    @property
    def activity(self) -> float:
        """Spikes per neuron and tick."""
        return self.spikes / (self.neurons * self.ticks)

    @property
    def counted_rate_hz(self) -> float:
        """Mean rate of the run, Hz."""
        return self.activity / self.dt_ms * 1e3


def count(neurons: int, rate: float, synapses: int = 32, time: float = 500.0, seed: int = 1) -> Run:
    """Run the network of `spikecore.library.recurrent` with Poisson drive, and count.

    Parameters
    ----------
    neurons, synapses : int
        A multiple of 256, at most 65,536; synapses of each neuron, 1 … 256.
    rate : float
        Mean rate in Hz, 0 … 1000.
    time, seed : float, int
        Measured time in ms, a whole number ≥ 1; 100 ms are run before and discarded. Seed of every random draw.

    Raises
    ------
    NetworkError
        If a value is outside its range.

    Examples
    --------
    >>> run = count(256, rate=10.0)
    >>> run.neurons, run.ticks, 0 < run.updates < run.neurons * run.ticks
    (256, 500, True)
    """
    synapses = checks.count("sweep", "synapses", synapses, low=1, high=recurrent.NEURONS)
    most = recurrent.MAX_CORES * recurrent.NEURONS
    neurons = checks.count("sweep", "neurons", neurons, low=recurrent.NEURONS, high=most)
    if neurons % recurrent.NEURONS:
        checks.refuse("sweep", "neurons", neurons, f"a multiple of {recurrent.NEURONS}, the neurons of a core")
    time = checks.number("sweep", "time", time, low=1.0, unit="ms")
    cores = neurons // recurrent.NEURONS
    net, population = recurrent.build(rate, synapses, cores, seed, drive="poisson")
    machine = net.compile(workers=1, record_spikes=False, updates="event")
    machine.run(100.0)
    result = machine.run(time)
    table = machine.synapses(population, population)
    target_core = np.empty(neurons, np.int64)
    target_core[np.asarray(table.sources)] = np.asarray(table.targets) // recurrent.NEURONS
    totals = result.counts.totals()
    counted = {name: totals[name] for name in ("spikes", "synaptic_operations", "stimulus_events")}
    updates = totals["neuron_updates"] - totals["updates_skipped"]
    travel = _travel(target_core, result.spike_counts(population), cores)
    return Run(rate, cores, neurons, synapses, result.ticks, result.dt, updates=updates, **counted, **travel)


def asynchronous(run: Run) -> Ledger:
    """Return the counts of a machine that works for spikes alone; each operation reads and writes a potential.

    Examples
    --------
    >>> silence = count(256, rate=0.0)
    >>> asynchronous(silence).state_bytes, synchronous(silence).state_bytes > 0
    (0, True)
    """
    state_bytes = 2 * STATE_BYTES * run.synaptic_operations
    return _ledger(run, run.synaptic_operations, run.updates, state_bytes, run.spikes, run.hops_ew, run.hops_ns)


def synchronous(run: Run) -> Ledger:
    """Return the counts of a machine that works in every tick; each operation reads the bit of its source."""
    operations, ticks = run.neurons * run.synapses * run.ticks, run.ticks
    travel = (run.frame_packets * ticks, run.frame_hops_ew * ticks, run.frame_hops_ns * ticks)
    return _ledger(run, operations, run.neurons * ticks, operations / 8, *travel)


def _ledger(
    run: Run, operations: int, updates: int, state_bytes: float, packets: int, hops_ew: int, hops_ns: int
) -> Ledger:
    """Return the counts of one machine; every packet is written and read once where it arrives."""
    cells, skipped = run.neurons * run.ticks, run.neurons * run.ticks - updates
    core_store = run.neurons // run.cores * run.synapses * BYTES_PER_SYNAPSE
    packet_bytes = 2 * PACKET_BITS // 8 * packets
    return Ledger(
        spikes=run.spikes,
        synaptic_operations=operations,
        synaptic_operations_dense=cells * run.synapses,
        neuron_updates=cells,
        updates_active=updates,
        updates_inactive=skipped,
        updates_done=updates,
        updates_skipped=skipped,
        stimulus_events=run.stimulus_events,
        packets=packets,
        hops_ew=hops_ew,
        hops_ns=hops_ns,
        weight_bytes=operations * BYTES_PER_SYNAPSE,
        state_bytes=state_bytes + 2 * STATE_BYTES * updates + packet_bytes,
        ticks=run.ticks,
        dt_ms=run.dt_ms,
        neurons=run.neurons,
        synapses=run.neurons * run.synapses,
        weight_store_bytes=core_store * run.cores,
        core_store_bytes=core_store,
    )


def _travel(target_core: NDArray[np.int64], spikes: NDArray[np.integer], cores: int) -> dict[str, int]:
    """Return hops of the packets of all spikes, and of the bits of one tick, on a square mesh filled row by row."""
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
