"""A declaration is there as a whole or not at all, wherever a signal or the end of memory comes."""

import os
import sys
import threading

import numpy as np
import pytest

import spikecore as sc
from spikecore import declared, network, population, populations
from spikecore.lowering import stimuli


def described():
    net = sc.Network(dt=0.1, seed=1)
    a = net.population(4, sc.LIF(i_e=600.0), name="a")
    b = net.population(2, sc.LIF(), name="b")
    source = net.spike_source(2, times=[[1.0], [2.0]], name="source")
    net.connect(source, a, sc.AllToAll(), weight=10.0, delay=1.0)
    net.record(b, interval=5.0)
    return net


def part(net, *names):
    return [one for one in net.populations if one.name in names]


DECLARATIONS = {
    "population": lambda net: net.population(3, sc.LIF(i_e=600.0), name="new", v_init=[-60.0, -59.0, -58.0]),
    "source": lambda net: net.spike_source(2, times=[[3.0], [4.0]], name="new"),
    "connect": lambda net: net.connect(part(net, "a"), part(net, "a", "b"), sc.AllToAll(), weight=5.0, delay=1.0),
    "stimulate": lambda net: net.stimulate(part(net, "a", "b"), sc.DirectCurrent(50.0)),
    "record": lambda net: net.record(*part(net, "a"), neurons=[1, 2]),
}


def facts(net):
    """What a network is, from its lists and from a run."""
    machine = net.compile(workers=1)
    result = machine.run(20.0)
    report = result.energy("loihi").to_dict()["ledger"]
    return {
        "populations": [(one.name, one.first, one.index) for one in net.populations],
        "projections": [(one.source.name, one.target.name, one.index) for one in net.projections],
        "synapses": machine.statistics["synapses"],
        "states": [machine.state(one).tolist() for one in net.populations if one.model.variables],
        "spikes": [result.spikes[one].times.tolist() for one in net.populations],
        "samples": [result.traces[one].values.tolist() for one in result.traces],
        "counts by population": report["populations"],
        "forecast": net.forecast(workers=1).neurons,
    }


DECLARING = (network.__file__, declared.__file__, population.__file__, populations.__file__, stimuli.__file__)
"""Files that call the engine in a declaration."""


def interrupted(net, declare, at):
    """Declare, and be interrupted the at-th time that `Network` can hear a signal: when called, and after its calls.

    Return whether it came so far.
    """
    left = at

    def heard(frame, event, argument):
        nonlocal left
        if frame.f_code.co_filename in DECLARING and event in ("call", "c_return"):
            left -= 1
            if left < 0:
                raise KeyboardInterrupt

    sys.setprofile(heard)
    try:
        declare(net)
    except KeyboardInterrupt:
        return True
    finally:
        sys.setprofile(None)
    return False


@pytest.mark.parametrize("name", DECLARATIONS)
def test_an_interrupted_declaration_leaves_nothing(name):
    declare = DECLARATIONS[name]
    without, whole = described(), described()
    declare(whole)
    without, whole = facts(without), facts(whole)
    assert without != whole
    at = 0
    while interrupted(net := described(), declare, at):
        at += 1
        assert facts(net) == without, at
        declare(net)
        assert facts(net) == whole, at
    assert facts(net) == whole
    assert at > 10


class Failing:
    """An engine's network whose memory ends in a call."""

    def __init__(self, native, method):
        self._native, self._method = native, method

    def __getattr__(self, name):
        if name == self._method:
            raise sc.ForecastError("out of memory")
        return getattr(self._native, name)


@pytest.mark.parametrize(("name", "method"), [("population", "initial_potential"), ("source", "source_spikes")])
def test_what_fails_half_way_declares_nothing(name, method):
    net = described()
    before, native = facts(net), net._native
    net._native = Failing(native, method)
    with pytest.raises(sc.ForecastError):
        DECLARATIONS[name](net)
    net._native = native
    assert facts(net) == before
    DECLARATIONS[name](net)
    whole = described()
    DECLARATIONS[name](whole)
    assert facts(net) == facts(whole)


def test_a_stimulus_for_several_populations_is_given_to_all_or_none():
    net = described()
    before, native, calls = facts(net), net._native, []

    class Second(Failing):
        def direct_current(self, *arguments):
            calls.append(arguments)
            if len(calls) == 2:
                raise sc.ForecastError("out of memory")
            return native.direct_current(*arguments)

    net._native = Second(native, None)
    with pytest.raises(sc.ForecastError):
        DECLARATIONS["stimulate"](net)
    net._native = native
    assert len(calls) == 2
    assert facts(net) == before


def test_the_description_of_a_machine_stays_when_a_declaration_is_taken_back():
    net = described()
    machine = net.compile(workers=1)
    assert interrupted(net, DECLARATIONS["connect"], 10**6) is False
    native = net._native
    net._native = Failing(native, "initial_potential")
    with pytest.raises(sc.ForecastError):
        DECLARATIONS["population"](net)
    net._native = native
    assert len(net.compile(workers=1).run(20.0).spikes) == 3
    with pytest.warns(sc.NetworkChangedWarning):
        result = machine.run(20.0)
    assert sum(result.ledger.populations["synaptic_operations"].values()) > 0


def test_a_name_is_free_again_when_its_declaration_was_taken_back():
    net = sc.Network()
    native = net._native
    net._native = Failing(native, "source_spikes")
    for _ in range(2):
        with pytest.raises(sc.ForecastError):
            net.spike_source(1, [[1.0]], name="x")
    net._native = native
    assert net.population(1, sc.LIF(), name="y").first == 0
    assert net.population(2, sc.LIF(), name="x").first == 1
    with pytest.raises(sc.NetworkError, match="name is 'x', allowed: a name that is not empty and not taken"):
        net.population(1, sc.LIF(), name="x")
    assert np.array_equal(net.compile(workers=1).state(net.populations[1]), [-70.0, -70.0])


def test_threads_declare_one_after_the_other():
    net, refused, wrong = sc.Network(), [], []

    def declare(thread):
        for k in range(200):
            try:
                net.population(1, sc.LIF(), name=f"{thread}-{k}")
            except sc.BusyError:
                refused.append(thread)
            except Exception as error:
                wrong.append(error)

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        threads = [threading.Thread(target=declare, args=(k,)) for k in range(4)]
        for one in threads:
            one.start()
        for one in threads:
            one.join()
    finally:
        sys.setswitchinterval(interval)
    assert wrong == []
    assert len(net.populations) == 800 - len(refused)
    assert all(one.index == one.first == k for k, one in enumerate(net.populations))
    assert len(net.compile(workers=1).run(1.0).spikes) == len(net.populations)


def test_a_declaration_within_a_declaration_is_refused():
    net = described()
    before, native, refused = facts(net), net._native, []

    class Reentrant(Failing):
        def initial_potential(self, *arguments):
            for again in (*DECLARATIONS.values(), sc.Network.compile, sc.Network.forecast):
                with pytest.raises(sc.BusyError, match="another call is declaring in this network"):
                    again(net)
                refused.append(again)
            native.initial_potential(*arguments)

    net._native = Reentrant(native, None)
    DECLARATIONS["population"](net)
    net._native = native
    assert len(refused) == 7
    assert facts(net) != before
    net.population(1, sc.LIF(), name="another")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork")
def test_a_child_that_was_forked_in_a_declaration_declares():
    net = described()
    native, codes = net._native, []

    class Forking(Failing):
        def initial_potential(self, *arguments):
            child = os.fork()
            if not child:
                try:
                    net._native = native
                    found = net.population(1, sc.LIF(), name="child").index
                    os._exit(0 if found == 3 and len(net.compile(workers=1).run(1.0).spikes) == 4 else 1)
                finally:
                    os._exit(2)
            codes.append(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
            native.initial_potential(*arguments)

    net._native = Forking(native, None)
    DECLARATIONS["population"](net)
    assert codes == [0]
