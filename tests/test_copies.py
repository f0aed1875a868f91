"""A copy of a network is another network: both run alike until one is told more, which the other is not."""

import copy
import pickle

import pytest

import spikecore as sc


def described():
    net = sc.Network(dt=0.1, seed=5)
    source = net.spike_source(3, times=[[1.0], [2.0, 7.0], []], name="source")
    exc = net.population(40, sc.LIF(i_e=380.0), name="exc", v_init=sc.Uniform(-70.0, -55.0))
    net.connect([source, exc], exc, sc.Bernoulli(0.2), weight=30.0, delay=sc.Uniform(0.1, 3.0))
    net.stimulate(exc, sc.Poisson(rate=900.0, weight=40.0))
    recorder = net.record(exc, interval=5.0)
    return net, exc, recorder


COPIES = [copy.copy, copy.deepcopy]


@pytest.mark.parametrize("copied", COPIES)
def test_a_copy_runs_as_the_network_does(copied):
    net, exc, recorder = described()
    runs = [each.compile(workers=1).run(80.0) for each in (net, copied(net))]
    assert runs[0].spikes_sha256() == runs[1].spikes_sha256()
    assert runs[0].counts.spikes["exc"] > 0
    assert (runs[0].traces[recorder].values == runs[1].traces[recorder].values).all()
    assert len(runs[1].spikes[exc]) == runs[1].counts.spikes["exc"]


@pytest.mark.parametrize("copied", COPIES)
def test_what_is_declared_in_one_is_not_in_the_other(copied):
    net, exc, _ = described()
    alone = net.compile(workers=1).run(80.0).spikes_sha256()
    other = copied(net)
    more = other.population(7, sc.LIF(i_e=500.0), name="more")
    other.connect(more, exc, sc.AllToAll(), weight=90.0, delay=0.5)
    other.stimulate("exc", sc.DirectCurrent(50.0))
    other.record(more)
    assert [population.name for population in net.populations] == ["source", "exc"]
    assert (len(net.projections), len(other.projections)) == (2, 3)
    assert net.compile(workers=1).run(80.0).spikes_sha256() == alone
    assert other.compile(workers=1).run(80.0).spikes_sha256() != alone
    net.population(2, sc.LIF(), name="more")
    assert [population.size for population in other.populations] == [3, 40, 7]


@pytest.mark.parametrize("copied", COPIES)
def test_a_machine_is_warned_of_its_own_network_alone(copied, recwarn):
    net, _, _ = described()
    machine, other = net.compile(workers=1), copied(net)
    other.population(1, sc.LIF())
    machine.run(1.0)
    assert not [warning for warning in recwarn if warning.category is sc.NetworkChangedWarning]
    net.population(1, sc.LIF())
    with pytest.warns(sc.NetworkChangedWarning):
        machine.run(1.0)


def test_a_later_population_of_the_copy_is_a_stranger():
    net, _, _ = described()
    other = copy.copy(net)
    mine, theirs = net.population(2, sc.LIF(), name="late"), other.population(2, sc.LIF(), name="late")
    assert other.record(theirs).population is theirs
    with pytest.raises(sc.NetworkError, match="'late' is a population of another network or a copy"):
        other.record(mine)


def test_handles_are_keys_of_copied_results():
    net, exc, recorder = described()
    result = net.compile(workers=1).run(50.0)
    again, key = copy.deepcopy((result.spikes, exc))
    assert key is exc
    assert len(again[key]) == len(result.spikes[exc]) > 0
    assert copy.copy(recorder) is recorder
    assert copy.deepcopy(net.projections)[0] is net.projections[0]


def test_a_network_is_not_pickled():
    with pytest.raises(TypeError, match="a Network cannot be pickled"):
        pickle.dumps(described()[0])


@pytest.mark.parametrize("again", [copy.copy, copy.deepcopy, pickle.dumps, lambda machine: copy.deepcopy([machine])])
def test_a_machine_is_neither_copied_nor_pickled(again):
    """A copy would step the engine of the original."""
    with pytest.raises(TypeError, match="a Machine cannot be copied or pickled; compile its network again"):
        again(described()[0].compile(workers=1))
