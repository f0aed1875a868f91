"""Where the system gives no thread: whatever starts one says so by name, and the machine is as if nothing had been."""

import json
import os
import subprocess
import sys

import pytest
from patience import ENVIRONMENT, PATIENCE_S

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="limits are Linux's")

PRELUDE = """
import json, os, resource
import spikecore as sc
from patience import left, tasks
from spikecore.energy import meter

def network():
    net = sc.Network(seed=3)
    exc = net.population(1000, sc.LIF(i_e=400.0), name="exc")
    net.connect(exc, exc, sc.FixedInDegree(20), weight=sc.Normal(10.0, 1.0), delay=1.0)
    return net, exc

def threads(most):
    _, highest = resource.getrlimit(resource.RLIMIT_NPROC)
    resource.setrlimit(resource.RLIMIT_NPROC, (highest if most is None else most, highest))

def outcome(call):
    try:
        call()
    except BaseException as error:
        return [type(error).__name__, str(error), getattr(error, "parameter", None)]
    return None

def unprivileged():
    # The limit does not bind root; a user of this process alone has no other threads.
    if os.getuid() == 0:
        os.setuid(50_000 + os.getpid() % 10_000)
"""


def script(code):
    done = subprocess.run(
        [sys.executable, "-c", PRELUDE + code],
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_every_door_names_the_thread_that_it_did_not_get_and_the_machine_is_usable():
    report = script(
        """
net, exc = network()
machine, twin = net.compile(workers=2), net.compile(workers=2)
first = machine.run(20.0).spikes_sha256()
net.compile(workers=2).run(1.0).energy("loihi")  # loads what this user may not read
unprivileged()
threads(0)
doors = {
    "run": lambda: machine.run(20.0),
    "run_batch": lambda: machine.run_batch(20.0, {exc: [[0.0] * 1000] * 4}),
    "bare_scatter": lambda: machine.bare_scatter(1000),
    "compile": lambda: network()[0].compile(workers=2),
    "energy": lambda: machine.result().energy("loihi"),
}
refused = {name: outcome(call) for name, call in doors.items()}
reading = []
with meter._sampled(None, reading):
    pass
threads(None)
print(json.dumps({
    "refused": refused,
    "reading": reading,
    "time": machine.time,
    "later": [outcome(call) for call in doors.values()],
    "spikes": [first, machine.result().spikes_sha256()],
    "expected": [twin.run(20.0).spikes_sha256(), twin.run(20.0).spikes_sha256()],
}))
"""
    )
    for door, (kind, text, parameter) in report["refused"].items():
        assert kind == "CapacityError", (door, text)
        assert text.startswith("cannot start "), (door, text)
        assert parameter == "workers", door
    assert len(report["reading"]) == 1
    assert report["time"] == 20.0, "the refused run has run nothing"
    assert report["later"] == [None] * 5
    assert report["spikes"] == report["expected"]


@pytest.mark.skipif(os.getuid() != 0, reason="threads of other processes of this user count, too")
def test_threads_that_were_had_are_joined_where_the_next_is_refused():
    report = script(
        """
own = tasks()  # what numpy may have started
net, exc = network()
machine = net.compile(workers=2)
unprivileged()
outcomes, remain = [], [len(left(own))]  # those that remain count to the limit
for call in [lambda: machine.run(20.0)] * 2 + [lambda: machine.bare_scatter(1000)]:
    threads(len(own) + 1)
    outcomes.append(outcome(call))
    remain.append(len(left(own)))
threads(None)
print(json.dumps({"outcomes": outcomes, "left": remain, "spikes": len(machine.run(20.0).spikes[exc])}))
"""
    )
    second = ("CapacityError", True)
    *runs, scatter = [one and (one[0], "worker 1 of 2" in one[1]) for one in report["outcomes"]]
    assert runs == [second] * 2  # a worker that was had stays for the whole run
    assert scatter in (second, None)  # so few synapses may be added before the second thread is asked for
    assert report["left"] == [0, 0, 0, 0]
    assert report["spikes"] > 0
