"""Two machines of one silicon: what each does for one run of a network, and what its operations cost.

* The **asynchronous** machine works for spikes alone. A spike is a packet to the core of its targets; there it reads
  K weights and adds each to the potential of its target; neurons that received input are updated.
* The **synchronous** machine works for every neuron and synapse in every tick. It sends the bit of every neuron, 32 to
  a packet; it reads every weight and adds it in a register; it updates every neuron.

So a synchronous synapse is cheaper than an asynchronous one, because its sum never leaves the register, and their
number does not depend on spikes. Every size that a machine is assumed to have is a constant of this module; the
machines differ in counts and in nothing else. Runs come from `spikecore.library.counts`.
"""

from dataclasses import dataclass, replace

from spikecore.energy.ledger import Ledger

__all__ = ["BYTES_PER_SYNAPSE", "PACKET_BITS", "STATE_BYTES", "Run", "asynchronous", "synchronous"]

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


def asynchronous(run: Run) -> Ledger:
    """Return the counts of a machine that works for spikes alone; each operation reads and writes a potential.

    Examples
    --------
    >>> from spikecore.library.counts import count
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
    cells, synapses = run.neurons * run.ticks, run.neurons * run.synapses
    return Ledger(
        spikes=run.spikes,
        synaptic_operations=operations,
        synaptic_operations_dense=synapses * run.ticks,
        neuron_updates=cells,
        updates_active=updates,
        updates_inactive=cells - updates,
        updates_done=updates,
        updates_skipped=cells - updates,
        stimulus_events=run.stimulus_events,
        packets=packets,
        hops_ew=hops_ew,
        hops_ns=hops_ns,
        weight_bytes=operations * BYTES_PER_SYNAPSE,
        state_bytes=state_bytes + 2 * STATE_BYTES * updates + 2 * PACKET_BITS // 8 * packets,
        ticks=run.ticks,
        dt_ms=run.dt_ms,
        neurons=run.neurons,
        synapses=synapses,
        weight_store_bytes=synapses * BYTES_PER_SYNAPSE,
        core_store_bytes=synapses // run.cores * BYTES_PER_SYNAPSE,
    )
