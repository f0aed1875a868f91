"""Several Python threads: one machine serves one of them, several machines serve all."""

import contextlib
import os
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from patience import PATIENCE_S, left, tasks

import spikecore as sc
from spikecore import _native


def network(seed=1):
    net = sc.Network(seed=seed)
    exc = net.population(200, sc.LIF(tau_syn_exc=0.5, tau_syn_inh=0.5), name="exc")
    net.connect(exc, exc, sc.FixedInDegree(20), weight=45.0, delay=sc.Uniform(0.5, 3.0))
    net.stimulate(exc, sc.Poisson(rate=16_000.0, weight=45.0))
    return net, exc


def both(*functions):
    """Run every function in a thread of its own and return what they returned or raised."""
    found = [None] * len(functions)

    def call(index, function):
        try:
            found[index] = function()
        except Exception as error:
            found[index] = error

    threads = [threading.Thread(target=call, args=pair) for pair in enumerate(functions)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE_S)
        assert not thread.is_alive(), "deadlock"
    return found


@contextlib.contextmanager
def one_cpu():
    """On one CPU a build takes one thread, and so longer than it takes to be told of, which many would not."""
    before = os.sched_getaffinity(0) if hasattr(os, "sched_setaffinity") else None
    if before:
        os.sched_setaffinity(0, {min(before)})
    try:
        yield
    finally:
        if before:
            os.sched_setaffinity(0, before)


def test_every_call_of_a_second_thread_is_refused_and_the_first_finishes():
    net, exc = network()
    machine = net.compile(workers=2)
    running, done = threading.Event(), threading.Event()
    errors = {}

    # the engine calls back from within the run, which therefore lasts until the second thread is done
    def first():
        def hold(_ticks):
            running.set()
            assert done.wait(PATIENCE_S)

        return machine._native.run(100_000, hold)["after"]["ticks"]

    def second():
        assert running.wait(PATIENCE_S)
        calls = {
            "run": lambda: machine.run(1.0),
            "time": lambda: machine.time,
            "statistics": lambda: machine.statistics,
            "state": lambda: machine.state(exc),
            "synapses": lambda: machine.synapses(exc, exc),
            "out_degrees": lambda: machine.out_degrees(exc),
            "result": machine.result,
            "reset": machine.reset,
            "run_batch": lambda: machine.run_batch(1.0, seeds=[1]),
            "bare_scatter": lambda: machine.bare_scatter(10),
            "native": machine._native.now,
        }
        try:
            for name, call in calls.items():
                try:
                    call()
                except sc.BusyError as error:
                    errors[name] = str(error)
            return set(calls)
        finally:
            done.set()

    ticks, calls = both(first, second)
    assert ticks == 100_000
    assert set(errors) == calls
    assert all("machine" in text for text in errors.values())
    assert machine.time == 10_000.0


def test_a_refused_thread_changes_nothing():
    net, exc = network()
    machine = net.compile(workers=2)
    results, refused = [], []
    stop = threading.Event()

    def run():
        try:
            while len(results) < 20:
                try:
                    results.append(machine.run(10.0))
                except sc.BusyError:
                    refused.append("run")
        finally:
            stop.set()

    def read():
        while not stop.is_set():
            try:
                machine.synapses(exc, exc)
                machine.state(exc)
            except sc.BusyError:
                refused.append("read")
            time.sleep(0)

    assert both(run, read, read) == [None, None, None]
    assert machine.time == 200.0
    assert [result.start for result in results] == [10.0 * i for i in range(20)]
    whole = net.compile(workers=1).run(200.0)
    assert sum(len(result.spikes[exc]) for result in results) == len(whole.spikes[exc]) > 0


def test_two_machines_run_side_by_side():
    net, _ = network()
    alone = net.compile(workers=1).run(100.0).spikes_sha256()

    def build_and_run():
        return network()[0].compile(workers=2).run(100.0).spikes_sha256()

    assert both(build_and_run, build_and_run, build_and_run) == [alone] * 3


def test_one_network_is_compiled_by_two_threads():
    net, _ = network()
    alone = net.compile(workers=1).run(50.0).spikes_sha256()

    def build():
        while True:
            try:
                return net.compile(workers=1).run(50.0).spikes_sha256()
            except sc.BusyError:
                time.sleep(0.001)

    assert both(build, build) == [alone] * 2


def test_a_callback_cannot_run_its_machine():
    net, _ = network()
    machine = net.compile(workers=2)

    def again(_ticks):
        machine._native.run(1)

    with pytest.raises(sc.BusyError, match="another call"):
        machine._native.run(10**9, again)
    assert machine.run(10.0).duration == 10.0


def test_an_exception_in_a_callback_stops_run_and_build_cleanly():
    def fail(_done):
        raise LookupError("mine")

    net, exc = network()
    machine = net.compile(workers=2)
    with pytest.raises(LookupError, match="mine"):
        machine._native.run(10**9, fail)
    stopped = machine.result()
    assert stopped.stop == machine.time
    rest = machine.run(1_000.0)
    whole = net.compile(workers=1).run(stopped.stop + 1_000.0)
    joined = [np.concatenate([getattr(one.spikes, name) for one in (stopped, rest)]) for name in ("ticks", "ids")]
    assert joined[0].tolist() == whole.spikes.ticks.tolist()
    assert joined[1].tolist() == whole.spikes.ids.tolist()
    assert machine.state(exc).shape == (200,)

    large = _native.Network(0.1, 1)
    a = large.population("a", 40_000, "spike_source", {})
    b = large.population("b", 40_000, "lif_delta", sc.LIFDelta().parameters())
    large.projection(a, b, ("bernoulli", 0.005), ("constant", 1.0), ("constant", 1.5))
    with pytest.raises(LookupError, match="mine"), one_cpu():
        large.compile(2, "f32", progress=fail)
    assert large.compile(2, "f32").now() == 0


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="needs /proc")
def test_no_thread_is_left():
    before, of_python = tasks(), threading.active_count()
    net, _ = network()
    machine = net.compile(workers=4)
    assert not left(before)
    for _ in range(3):
        machine.run(10.0)
        machine.run_batch(10.0, seeds=[1, 2, 3])
    assert not left(before)
    assert threading.active_count() == of_python
