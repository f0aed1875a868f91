"""Speed at the Python border: pytest benches/python. Compare runs of one machine, in one session.

A regression of compile means the expansion of rules; of reset, that it does more than go through the
state; of run, the engine; of a batch of short samples, that each costs more than tens of microseconds;
of a coding, that it loops in Python; of spikes, the merge and the copies at the border; of energy, that
the report does work per spike.
"""

import numpy as np
import pytest

import spikecore as sc
from spikecore import _native
from spikecore.library import microcircuit

if _native.__build_profile__ != "release":
    pytest.exit("a debug build measures nothing: pip install . builds a release", returncode=2)


@pytest.fixture(scope="module")
def net():
    return microcircuit.build(scale=0.1, drive="poisson", seed=1)[0]


@pytest.fixture(scope="module")
def machine(net):
    return net.compile(workers=2)


def test_describe(benchmark):
    benchmark(microcircuit.build, scale=0.1, drive="poisson", seed=1)


def test_compile(benchmark, net):
    benchmark(net.compile, workers=2)


def test_reset(benchmark, machine):
    benchmark(machine.reset)


def test_a_batch_of_64_short_samples(benchmark):
    net = sc.Network(dt=1.0)
    source = net.spike_source(784, times=[[]] * 784)
    layer = net.population(1024, sc.LIF())
    net.connect(source, layer, sc.AllToAll(), weight=1.0, delay=1.0)
    spikes = sc.coding.rate(np.zeros((64, 784)), 1.0, 1.0)
    benchmark(net.compile(workers=2).run_batch, 1.0, {source: spikes})


@pytest.mark.parametrize("coding", ["rate", "latency"])
def test_frames_to_spikes(benchmark, coding):
    frames = np.random.default_rng(1).random((64, 28, 28))
    benchmark(sc.coding.encode, frames, coding, 100.0, 1.0)


def test_run_100_ms(benchmark, machine):
    benchmark(machine.run, 100.0)


def test_spikes(benchmark, net):
    machine = net.compile(workers=2)
    result = machine.run(500.0)
    assert isinstance(result, sc.Result)
    benchmark(lambda: [result.spikes[p].times for p in net.populations])


def test_energy(benchmark, machine):
    result = machine.run(10.0)
    benchmark(lambda: str(result.energy("loihi")))
