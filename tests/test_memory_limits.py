"""Where memory ends: a process with a limited address space gets errors of ours, never a signal.

Each limit is a process of its own, which imports, limits its address space to what it has and some more, and then does
everything: declare, compile, run, read, batch, report. ``SPIKECORE_LIMITS=40`` tries that many limits; the tests try 8.
"""

import json
import os
import subprocess
import sys

import pytest
from patience import PATIENCE_S

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="limits are read from /proc")

SCRIPT = """
import json, resource, sys, threading
import numpy as np
import spikecore as sc
from spikecore import library
import spikecore.energy, spikecore.results.raster

seen = []

def described():
    net = sc.Network(seed=1)
    n = 20_000
    exc = net.population(n, sc.LIF(i_e=np.linspace(300.0, 420.0, n)), name="exc", v_init=np.linspace(-65.0, -51.0, n))
    adapting = net.population(2_000, sc.ALIF(i_e=2.0), name="adapting")
    one = net.population(2_000, sc.IF(), name="one")
    rare = net.population(n, sc.LIFDelta(), name="rare")
    source = net.spike_source(n, (np.arange(n), 1.0 + np.arange(n) % 50), name="source")
    rng = np.random.default_rng(1)
    pairs = rng.integers(0, n, (2, 400_000))
    delays = np.round(rng.uniform(0.1, 20.0, 400_000), 1)
    net.connect(exc, rare, sc.Pairs(*pairs), weight=rng.normal(0.1, 0.01, 400_000), delay=delays)
    net.connect(rare, exc, sc.FixedInDegree(10), weight=sc.Normal(1.0, 0.1), delay=sc.Uniform(0.1, 5.0))
    net.connect(exc, adapting, sc.FixedOutDegree(5), weight=0.1, delay=1.5)
    net.connect(source, one, sc.Bernoulli(0.002), weight=1.5, delay=1.0)
    net.connect(one, adapting, sc.Dense(np.full((2_000, 2_000), 0.01)), delay=0.5)
    net.stimulate(rare, sc.Poisson(rate=20.0, weight=20.0))
    net.stimulate(exc, sc.DirectCurrent(np.linspace(0.0, 10.0, n)))
    net.record(exc, "v", interval=1.0)
    return net, exc, rare, one, source

def attempt(name, work):
    # Twice: what failed for want of memory may be tried again, and must not be half done.
    try:
        return work()
    except MemoryError as error:
        seen.append((name, type(error).__name__, str(error)))
        return None

def everything():
    net, exc, rare, one, source = described()
    net.forecast(workers=2)
    machine = net.compile(workers=2)
    result = machine.run(20.0)
    assert machine.time == 20.0
    attempt("state", lambda: machine.state(exc, "v"))
    attempt("synapses", lambda: machine.synapses(exc, rare))
    attempt("degrees", lambda: machine.out_degrees(exc))
    attempt("rates", result.rates)
    attempt("sha", result.spikes_sha256)
    attempt("batch", lambda: machine.run_batch(5.0, {one: np.zeros((3, 2_000))}, states=[(exc, "v")]))
    attempt("report", lambda: str(result.energy("loihi")))
    attempt("mapping", lambda: str(result.energy("loihi", mapping=True)))
    attempt("reset", lambda: machine.reset({exc: 5.0}, seed=3))
    attempt("again", lambda: machine.run(10.0))

def grown():
    return int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()

threading.stack_size(1 << 20)
more = int(sys.argv[1])
resource.setrlimit(resource.RLIMIT_AS, (grown() + more, resource.RLIM_INFINITY))
try:
    everything()
    outcome = "done"
except (MemoryError, sc.SpikecoreError) as error:
    outcome = type(error).__name__
    seen.append(("everything", outcome, str(error)))
resource.setrlimit(resource.RLIMIT_AS, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
print(json.dumps({"outcome": outcome, "seen": seen}))
"""

#: Bytes that are enough for all.
ENOUGH = 700 << 20


def tried(more):
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}
    command = [sys.executable, "-c", SCRIPT, str(more)]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=PATIENCE_S, check=False)


def limits():
    count = int(os.environ.get("SPIKECORE_LIMITS", "8"))
    return [round(ENOUGH * ((k + 1) / count) ** 2) for k in range(count)]


@pytest.mark.timeout(2_400)
def test_where_memory_ends_is_an_error_of_ours():
    outcomes = []
    for more in limits():
        done = tried(more)
        told = f"{more / 2**20:.1f} MiB more: exit {done.returncode}\n{done.stdout}\n{done.stderr}"
        assert done.returncode == 0, told
        assert "panicked" not in done.stderr, told
        report = json.loads(done.stdout)
        assert report["outcome"] in {"done", "ForecastError", "MemoryError", "CapacityError"}, told
        assert all("internal error" not in text for _, _, text in report["seen"]), told
        outcomes.append(report["outcome"])
    assert outcomes[-1] == "done"
    assert outcomes[0] != "done"


LONG_NAME = """
import re, resource
import spikecore as sc

net, name = sc.Network(), "x" * (200 << 20)
size = int(re.search(r"VmSize:\\s+(\\d+)", open("/proc/self/status").read()).group(1)) * 1024
resource.setrlimit(resource.RLIMIT_AS, (size + (64 << 20), resource.RLIM_INFINITY))
try:
    net.population(1, sc.LIF(), name=name)
except MemoryError:
    print("told", len(net.populations))
"""


def test_a_name_that_does_not_fit_is_an_error():
    done = subprocess.run(
        [sys.executable, "-c", LONG_NAME], capture_output=True, text=True, timeout=PATIENCE_S, check=False
    )
    assert (done.returncode, done.stdout) == (0, "told 0\n"), done.stderr


FITS = """
import resource, sys
import numpy as np
import spikecore as sc

net = sc.Network(seed=1)
# Each neuron gets one event in the run, so all state is touched, and none fires.
source = net.spike_source(1, times=[[1.0]], name="source")
exc = net.population(1_500_000, sc.LIF(), name="exc")
net.connect(source, exc, sc.AllToAll(), weight=1.0, delay=0.5)
machine = net.compile(workers=2, updates=sys.argv[1])
machine.run(0.1)
size = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (size + (60 << 20), resource.RLIM_INFINITY))
result = machine.run(100.0)
print(machine.time, len(result.spikes[exc]))
"""


@pytest.mark.parametrize("updates", ["dense", "event"])
def test_state_that_a_run_touches_first_was_there_before(updates):
    """A run whose state was mapped by the build takes nothing more: it fits, however little is left."""
    done = subprocess.run(
        [sys.executable, "-c", FITS, updates], capture_output=True, text=True, timeout=PATIENCE_S, check=False
    )
    assert (done.returncode, done.stdout) == (0, "100.1 0\n"), done.stderr
