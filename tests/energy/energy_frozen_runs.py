"""Runs whose energy is frozen: small networks, ledgers by hand for the counts that no run has, and a measured one."""

import numpy as np

import spikecore as sc
from spikecore.energy import EnergyReport, Ledger, Measured, ProjectionCounts, known, load
from spikecore.library import brunel, microcircuit, recurrent, sparse

__all__ = ["BY_HAND", "NETWORKS", "by_hand", "run_reports"]


def single_neurons():
    """Neurons that nothing connects, of every kind of state."""
    net = sc.Network(dt=0.1, seed=1)
    for k, model in enumerate((sc.LIF(i_e=500.0), sc.LIFDelta(i_e=500.0), sc.ALIF(i_e=600.0), sc.IF(i_e=300.0))):
        net.population(1, model, name=f"one {k}")
    return net.compile(workers=1).run(100.0)


def spikes_from_outside():
    """Spike sources, stored, shared and computed synapses, spikes that wait at the stop."""
    net = sc.Network(dt=1.0, seed=5)
    eyes = net.spike_source(16, times=[[1.0, 3.0 + k] for k in range(16)], name="eyes")
    units = net.population(16, sc.LIF(i_e=380.0), name="units")
    net.connect(eyes, units, sc.AllToAll(), weight=30.0, delay=2.0)
    net.connect(eyes, units, sc.Convolution(np.ones((1, 1, 3, 3)), (1, 4, 4), padding=1), delay=1.0)
    net.connect(eyes, units, sc.Dense(np.ones((16, 16))), delay=1.0)
    net.connect(units, units, sc.FixedOutDegree(3), weight=sc.Normal(20.0, 3.0), delay=sc.Uniform(2.0, 40.0))
    machine = net.compile(workers=1)
    machine.run(5.0)
    return machine.run(60.0)


def batch():
    """Three runs with inputs of their own, added."""
    net = sc.Network(dt=0.5, seed=2)
    source = net.spike_source(8, times=[[]] * 8, name="source")
    units = net.population(300, sc.LIF(), name="units")
    net.connect(source, units, sc.FixedOutDegree(40), weight=500.0, delay=1.0)
    net.connect(units, units, sc.FixedOutDegree(5), weight=40.0, delay=2.0)
    inputs = [[[1.0 + k + n, 19.0] for n in range(8)] for k in range(3)]
    return net.compile(workers=1).run_batch(30.0, {source: inputs})


NETWORKS = {
    "microcircuit": lambda: microcircuit.build(0.02, "poisson")[0].compile(workers=1).run(50.0),
    "microcircuit in q16": lambda: microcircuit.build(0.02, "poisson")[0].compile(1, "q16").run(50.0),
    "brunel": lambda: brunel.build(0.05, "dc")[0].compile(workers=1).run(50.0),
    "brunel in f64": lambda: brunel.build(0.05, "poisson")[0].compile(workers=1, precision="f64").run(20.0),
    "sparse": lambda: sparse.build(4_000, 1.0)[0].compile(workers=1).run(500.0),
    "recurrent": lambda: recurrent.build(20.0, 32, cores=8)[0].compile(workers=1).run(100.0),
    "single neurons": single_neurons,
    "spikes from outside": spikes_from_outside,
    "batch": batch,
}
_FULL = 1_048_576
BY_HAND = {
    "nothing": Ledger(),
    "active updates": Ledger(
        spikes=40, synaptic_operations=700, neuron_updates=1000, updates_active=150, updates_inactive=850,
        updates_active_most=500, updates_done=1000, ticks=10, dt_ms=1.0, neurons=100,
    ),
    "learning": Ledger(spikes=5, synaptic_operations=100, learning_updates=33, ticks=7, dt_ms=0.5, neurons=3),
    "every count": Ledger(
        spikes=1000, synaptic_operations=50_000, synaptic_operations_dense=9_000_000, neuron_updates=20_000,
        updates_active=4_000, updates_inactive=16_000, updates_active_most=6_000, updates_done=12_000,
        updates_skipped=8_000, stimulus_events=77, packets=3_000, hops_ew=4_000, hops_ns=1_500, weight_bytes=300_000,
        weight_bytes_dense=54_000_000, state_bytes=240_000, state_bytes_dense=400_000, learning_updates=11,
        ticks=200, dt_ms=1.0, neurons=100, synapses=45_000, weight_store_bytes=270_000, core_store_bytes=20_000,
        projections=(
            ProjectionCounts("a → b", 30_000, 40_000, 240_000, 36_000_000), ProjectionCounts("b → a", 15_000, 10_000),
        ),
    ),
    "at the operating point": Ledger(
        spikes=20 * _FULL, synaptic_operations=20 * _FULL * 128, neuron_updates=1000 * _FULL, neurons=_FULL,
        ticks=1000, dt_ms=1.0,
    ),
    "a large store": Ledger(
        synaptic_operations=10**7, synaptic_operations_dense=10**9, weight_bytes=6 * 10**7,
        weight_bytes_dense=6 * 10**9, state_bytes=10**5, synapses=10**8, weight_store_bytes=6 * 10**8, ticks=10,
    ),
}  # fmt: skip
"""Counts that no run has, or that no small one reaches."""


def run_reports(name):
    """Yield the reports of a network: on every profile that ships, and placed on every chip."""
    result = NETWORKS[name]()
    for profile in known():
        yield profile, result.energy(profile)
        if load(profile).chip is not None:
            yield f"{profile}, mapped", result.energy(profile, mapping=True)


def by_hand(name):
    """Yield the reports of a ledger by hand on every profile that ships, and measured."""
    for profile in known():
        yield profile, EnergyReport.of(BY_HAND[name], profile)
    yield "host, measured", EnergyReport.of(BY_HAND[name], "host", Measured(2.0, 0.5, "package-0"))
