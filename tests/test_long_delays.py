"""Delays of thousands of ticks: the same spikes however spikes wait, and little memory while they do."""

import numpy as np
import pytest

import spikecore as sc

MODEL = {"c_m": 250.0, "e_l": -65.0, "v_th": -55.0, "v_reset": -66.0, "tau_m": 10.0, "t_ref": 1.0, "i_e": 360.0}
LONGEST = 65_535
TICKS = 70_000


def network(dense, tau_syn=2.0):
    """Neurons with sparse or dense rows, and two sources, with delays from one tick to the longest."""
    net = sc.Network(dt=0.1, seed=8)
    a = net.population(150, sc.LIF(**MODEL, tau_syn_exc=tau_syn, tau_syn_inh=tau_syn), v_init=sc.Uniform(-65.0, -56.0))
    b = net.population(40, sc.LIF(**{**MODEL, "i_e": 0.0}, tau_syn_exc=tau_syn, tau_syn_inh=tau_syn))
    source = net.spike_source(2, times=[[0.1, 3.0, 700.0], [0.2, 3.0, 3_000.0]])
    wide = sc.Uniform(0.1, LONGEST * 0.1)
    weight = 30.0 if dense else sc.Normal(30.0, 5.0)
    net.connect(a, b, sc.FixedOutDegree(300 if dense else 3), weight=weight, delay=wide)
    net.connect(a, b, sc.FixedOutDegree(5), weight=-10.0, delay=sc.Uniform(0.1, 300.0))
    net.connect(b, a, sc.FixedOutDegree(4), weight=20.0, delay=sc.Uniform(5.0, 2_500.0))
    net.connect(source, b, sc.AllToAll(), weight=900.0, delay=wide)
    return net, [a, b, source]


def spikes_of(machine, populations, parts):
    found = []
    for part in parts:
        result = machine.run(part * 0.1)
        for population in populations[:2]:
            spikes = result.spikes[population]
            stamps = np.rint(spikes.times * 10).astype(np.int64)
            found.append(np.stack([stamps, spikes.neurons + population.index * 1_000], axis=1))
    rows = np.concatenate(found)
    return rows[np.lexsort(rows.T[::-1])]


@pytest.mark.parametrize("dense", [False, True])
def test_spikes_do_not_depend_on_how_they_wait(dense):
    net, populations = network(dense)
    expected = None
    for workers, parts in [(1, [TICKS]), (2, [3_001, 66_999]), (3, [TICKS]), (8, [TICKS - 5, 5])]:
        machine = net.compile(workers=workers)
        found = spikes_of(machine, populations, parts)
        statistics = machine.statistics
        counts = (
            statistics["synaptic_operations_per_population"],
            statistics["synaptic_events"],
            statistics["pending_events"],
        )
        if expected is None:
            expected = (found, counts)
            assert len(found) > 20_000
            assert counts[2] > 1_000
        np.testing.assert_array_equal(found, expected[0], err_msg=f"{workers} workers")
        assert counts == expected[1]


def test_memory_follows_the_spikes_and_not_their_synapses():
    """Some 400 neurons fire at 66 Hz and reach 100 others each, up to 20,000 ticks later."""
    net = sc.Network(dt=0.1, seed=2)
    sources = net.spike_source(400, times=[np.arange(1 + k % 150, 25_000, 150) * 0.1 for k in range(400)])
    targets = net.population(400, sc.LIF())
    net.connect(sources, targets, sc.FixedOutDegree(100), weight=1.0, delay=sc.Uniform(0.1, 2_000.0))
    machine = net.compile(workers=1)
    before = machine.statistics["state_bytes"]
    machine.run(2_400.0)
    grown = machine.statistics["state_bytes"] - before
    spikes, events = 400 * 20_000 / 150, 400 * 100 / 150  # waiting, per tick
    assert machine.statistics["pending_events"] > 0.4 * spikes * 100
    # 16 B per spike that waits, and 8 B per synapse due in a turn of 512 ticks; all with as much to spare.
    assert grown < 2 * (16 * spikes + 8 * 512 * events)
    assert grown < 8 * machine.statistics["pending_events"] / 2
