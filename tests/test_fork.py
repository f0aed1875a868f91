"""`fork`: no thread outlives a call, so a child may go on with what its parent had."""

import os
import subprocess
import sys

import pytest
from patience import ENVIRONMENT, PATIENCE_S

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")

PRELUDE = """
import os, sys, threading, time
import spikecore as sc
from patience import PATIENCE_S, left, tasks
from spikecore.library import microcircuit

at_rest = tasks()

def build():
    return microcircuit.build(0.01, "poisson", seed=3)[0]

def child(work):
    # the digest of `work` in a child process, or a message
    read, write = os.pipe()
    if sys.warnoptions == ["error::DeprecationWarning"]:
        assert not left(at_rest)
    pid = os.fork()
    if pid == 0:
        try:
            text = work()
        except BaseException as error:
            text = repr(error)
        os.write(write, text.encode())
        os._exit(0)
    os.close(write)
    with os.fdopen(read) as stream:
        text = stream.read()
    assert os.waitpid(pid, 0)[1] == 0
    return text
"""


def script(code, *flags):
    done = subprocess.run(
        [sys.executable, *flags, "-c", PRELUDE + code],
        env={**ENVIRONMENT, "OPENBLAS_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert done.returncode == 0, done.stderr


# Python 3.12 warns when a process with threads forks: as an error it would tell of a thread left.
NO_THREADS = ("-W", "error::DeprecationWarning")


@pytest.mark.parametrize("workers", [1, 2, 3])
def test_run_in_a_child(workers):
    script(
        f"""
machine = build().compile(workers={workers})
run = lambda: machine.run(100.0).spikes_sha256()
inside = child(run)
assert inside == run(), inside
""",
        *NO_THREADS,
    )


def test_go_on_in_a_child_after_a_run_in_the_parent():
    script(
        """
machine = build().compile(workers=2)
machine.run(50.0)
run = lambda: machine.run(50.0).spikes_sha256()
first, second = child(run), child(run)
assert machine.time == 50.0
assert first == second == run()
whole = build().compile(workers=1).run(100.0)
assert machine.time == 100.0 and whole.counts.totals()["spikes"] > 0
""",
        *NO_THREADS,
    )


def test_reset_and_batch_in_a_child():
    script(
        """
machine = build().compile(workers=2)
machine.run(20.0)
def work():
    batch = machine.run_batch(20.0, seeds=[3, 4, 5])
    machine.reset()
    return machine.run(20.0).spikes_sha256() + str([len(one.ids) for one in batch.spikes])
assert child(work) == work()
""",
        *NO_THREADS,
    )


def test_build_in_a_child_after_a_run_in_the_parent():
    script(
        """
net = build()
here = net.compile(workers=2).run(50.0).spikes_sha256()
assert child(lambda: net.compile(workers=2).run(50.0).spikes_sha256()) == here
""",
        *NO_THREADS,
    )


def test_a_child_of_a_running_process_is_told_and_does_not_hang():
    script(
        """
net = build()
machine = net.compile(workers=2)
running, done = threading.Event(), threading.Event()
def hold(_ticks):
    running.set()
    done.wait(PATIENCE_S)
thread = threading.Thread(target=lambda: machine._native.run(100_000, hold))
thread.start()
assert running.wait(PATIENCE_S)
try:
    busy = child(lambda: repr(machine.time))
    assert busy.startswith("PoisonedError") and "forked" in busy, busy
    other = child(lambda: net.compile(workers=2).run(20.0).spikes_sha256())
finally:
    done.set()
    thread.join()
assert other == net.compile(workers=1).run(20.0).spikes_sha256(), other
""",
        "-W",
        "ignore::DeprecationWarning",
    )


def test_a_child_forked_within_a_call_is_told_and_cannot_go_on_with_it():
    script(
        """
net = build()
machine = net.compile(workers=2)
told, ended = [], []
def fork(_ticks):
    if told:
        return
    told.append(child(lambda: repr((refusal(lambda: machine.time), refusal(machine.result)))))
    pid = os.fork()
    if pid == 0:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
        return  # into a run whose workers are the parent's
    ended.append(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
def refusal(call):
    try:
        call()
    except sc.PoisonedError as error:
        return "forked" in str(error)
machine._native.run(100_000, fork)
assert told == ["(True, True)"] and ended == [1], (told, ended)
assert machine.result().stop == machine.time == 10_000.0

def declare(_share):
    told.append(child(lambda: repr(refusal(lambda: net.population(1, sc.LIF())))))
    raise LookupError
try:
    net._native.compile(2, "f32", progress=declare)
except LookupError:
    assert told[1:] == ["None"]  # a description is free while it is compiled
""",
        "-W",
        "ignore::DeprecationWarning",
    )


def test_a_pool_of_forked_processes():
    script(
        """
import multiprocessing
machine = build().compile(workers=2)
def rates(seed):
    return microcircuit.build(0.01, "poisson", seed=seed)[0].compile(workers=2).run(20.0).rates()
here = [rates(seed) for seed in range(3)]
with multiprocessing.get_context("fork").Pool(2) as pool:
    assert pool.map(rates, range(3)) == here
""",
        "-W",
        "ignore::DeprecationWarning",
    )
