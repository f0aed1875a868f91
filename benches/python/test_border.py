"""Speed at the Python border: pytest benches/python. Compare runs of one machine, in one session.

A regression of compile means the expansion of rules; of run, the engine; of spikes, the merge and the
copies at the border; of energy, that the report does work per spike.
"""

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
