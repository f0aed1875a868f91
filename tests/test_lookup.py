"""Wherever a population is asked for, its handle and its name do the same, and a stranger is refused in one wording."""

import re

import numpy as np
import pytest

import spikecore as sc


def described():
    net = sc.Network(dt=0.1, seed=3)
    source = net.spike_source(4, times=[[1.0], [2.0], [], [3.0]], name="source")
    exc = net.population(20, sc.LIF(i_e=400.0), name="exc")
    return net, source, exc


@pytest.fixture(scope="module")
def ran():
    net, source, exc = described()
    net.connect(source, exc, sc.AllToAll(), weight=100.0, delay=1.0)
    net.record(exc, interval=1.0)
    machine = net.compile(workers=1)
    result = machine.run(60.0)
    batch = machine.run_batch(20.0, {exc: np.full((2, 20), 100.0)}, states=[(exc, "v")])
    return net, source, exc, machine, result, batch


READ = {
    "state": lambda ran, key: ran[3].state(key),
    "out_degrees": lambda ran, key: ran[3].out_degrees(key),
    "synapses": lambda ran, key: ran[3].synapses("source", key).sources,
    "spike_counts": lambda ran, key: ran[4].spike_counts(key),
    "cv_isi": lambda ran, key: ran[4].cv_isi(key)[1],
    "spikes": lambda ran, key: ran[4].spikes[key].times,
    "traces": lambda ran, key: ran[4].traces[key, "v"].values,
    "counts of a batch": lambda ran, key: ran[5].spike_counts[key],
    "states of a batch": lambda ran, key: ran[5].states[key, "v"],
    "input of a batch": lambda ran, key: ran[3].run_batch(20.0, {key: np.full((1, 20), 500.0)}).spike_counts["exc"],
    "states asked for": lambda ran, key: ran[3].run_batch(9.0, seeds=[1], states=[(key, "v")]).states["exc", "v"],
}

DESCRIBED = {
    "connect": lambda net, key: net.connect("source", key, sc.AllToAll(), weight=50.0, delay=1.0),
    "stimulate": lambda net, key: net.stimulate(key, sc.DirectCurrent(300.0)),
    "record": lambda net, key: net.record(key, "v", interval=1.0),
}


@pytest.mark.parametrize("what", READ)
def test_a_name_reads_what_the_handle_reads(ran, what):
    by_handle, by_name = READ[what](ran, ran[2]), READ[what](ran, "exc")
    assert len(by_handle)
    assert np.array_equal(by_handle, by_name, equal_nan=True)


@pytest.mark.parametrize("what", DESCRIBED)
def test_a_name_declares_what_the_handle_declares(what):
    ends = []
    for by_name in (False, True):
        net, _, exc = described()
        DESCRIBED[what](net, "exc" if by_name else exc)
        machine = net.compile(workers=1)
        result = machine.run(50.0)
        ends.append((result.spikes_sha256(), machine.synapses("source", "exc").weights.tolist(), len(result.traces)))
    assert ends[0] == ends[1]
    assert ends[0] != (None, [], 0)


def test_names_choose_whose_spikes_are_kept():
    net, _, exc = described()
    assert list(net.compile(workers=1, record_spikes="exc").run(1.0).spikes) == [exc]
    assert list(net.compile(workers=1, record_spikes=["exc"]).run(1.0).spikes) == [exc]


@pytest.mark.parametrize("what", [*READ, *DESCRIBED])
def test_a_stranger_is_refused(ran, what):
    net, _, _ = described()
    call = (lambda key: READ[what](ran, key)) if what in READ else (lambda key: DESCRIBED[what](net, key))
    with pytest.raises(sc.NetworkError) as caught:
        call("nobody")
    assert "nobody" in str(caught.value)
    assert "exc" in caught.value.allowed
    own = {"traces": "recorded nothing here", "spikes": "were not recorded", "states of a batch": "was not read"}
    whose = "network|machine|run|batch"
    expected = own.get(what, rf"population 'nobody' is not of this ({whose}), which has: 'source', 'exc'")
    assert re.search(expected, str(caught.value))


def test_a_copy_is_told_from_the_population(ran):
    _, _, copy = described()
    for read in (ran[3].state, ran[4].spike_counts, ran[4].cv_isi, ran[4].spikes.__getitem__, ran[0].record):
        with pytest.raises(sc.NetworkError, match="'exc' is a population of another network or a copy; use its name"):
            read(copy)


@pytest.mark.parametrize("key", [3, None, 1.5])
def test_what_is_neither_a_population_nor_a_name(ran, key):
    with pytest.raises(TypeError, match="expected a Population or its name, not"):
        ran[3].state(key)
    with pytest.raises(TypeError, match="targets must be a Population, its name or a sequence of these, not"):
        ran[0].stimulate(key, sc.DirectCurrent(1.0))


def test_traces_have_their_old_name(ran):
    assert ran[4].samples is ran[4].traces
    assert ran[5].samples is ran[5].traces
