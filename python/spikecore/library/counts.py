"""Runs of the recurrent networks, counted, for the studies of energy: the studies price runs and run nothing.

Counts are exact. A network of the sweep is driven at random and updated by events, so that a neuron without input has
nothing to do; a network of TrueNorth's benchmark has a constant drive.
"""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spikecore import checks
from spikecore.energy.studies.machines import PACKET_BITS, Run
from spikecore.library import recurrent
from spikecore.network import Network
from spikecore.population import Population

__all__ = ["benchmark", "count"]


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
    network = recurrent.build(rate, synapses, neurons // recurrent.NEURONS, seed, drive="poisson")
    return _counted(*network, rate, synapses, 100.0, time, updates="event")


def benchmark(rate: float, synapses: int, cores: int = 4, time: float = 1_000.0, seed: int = 1) -> Run:
    """Run one of TrueNorth's benchmark networks, and count.

    Parameters
    ----------
    rate, synapses, cores, seed
        As `spikecore.library.recurrent.build` takes them.
    time : float
        Measured time in ms, a whole number ≥ 1; a fifth of it is run before and discarded.

    Examples
    --------
    >>> abs(benchmark(20.0, 128).counted_rate_hz / 20.0 - 1.0) < 0.02
    True
    """
    time = checks.number("TrueNorth", "time", time, low=1.0, unit="ms")
    network = recurrent.build(rate, synapses, cores, seed)
    return _counted(*network, rate, synapses, float(round(time / 5.0)), time)


def _counted(
    network: Network, population: Population, rate: float, synapses: int, before: float, time: float, **options: Any
) -> Run:
    """Run for `time` ms after `before` ms, and count; `options` are those of `Network.compile`."""
    machine = network.compile(workers=1, record_spikes=False, **options)
    machine.run(before)
    result = machine.run(time)
    neurons, cores = len(population), len(population) // recurrent.NEURONS
    table = machine.synapses(population, population)
    target_core = np.arange(neurons) // recurrent.NEURONS  # without synapses a packet stays
    target_core[np.asarray(table.sources)] = np.asarray(table.targets) // recurrent.NEURONS
    totals = result.counts.totals()
    counts = {name: totals[name] for name in ("spikes", "synaptic_operations", "stimulus_events")}
    updates = totals["neuron_updates"] - totals["updates_skipped"]
    travel = _travel(target_core, result.spike_counts(population), cores)
    return Run(rate, cores, neurons, synapses, result.ticks, result.dt, updates=updates, **counts, **travel)


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
