"""What does not fit is refused with its forecast, before anything large is allocated."""

import json
import os
import subprocess
import sys

import pytest
from patience import PATIENCE_S

import spikecore as sc


def all_to_all(n, times=1):
    net = sc.Network()
    population = net.population(n, sc.LIF(), name="exc")
    for _ in range(times):
        net.connect(population, population, sc.AllToAll(), weight=1.0, delay=1.0)
    return net


def script(code, **environment):
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_the_error_is_a_memory_error_with_the_forecast(monkeypatch):
    monkeypatch.setenv("SPIKECORE_MEMORY_LIMIT", "1000000")
    net = sc.Network()
    exc = net.population(10_000, sc.LIF(), name="exc")
    net.connect(exc, exc, sc.FixedInDegree(100), weight=1.0, delay=1.0)
    forecast = net.forecast(workers=2, rate=0.0)  # what waits is a matter of the run
    assert not forecast.fits
    assert forecast.available == 1_000_000
    with pytest.raises(MemoryError, match="10,000 neurons, 1,000,000 synapses") as info:
        net.compile(workers=2)
    error = info.value
    assert type(error) is sc.ForecastError
    assert (error.value, error.allowed) == (forecast.bytes, 1_000_000)
    assert str(forecast.bytes) in str(error)
    monkeypatch.delenv("SPIKECORE_MEMORY_LIMIT")
    assert net.compile(workers=2).run(1.0).stop == 1.0


@pytest.mark.parametrize("precision", ["f32", "f64"])
@pytest.mark.parametrize("times", [1, 100])
def test_numbers_beyond_any_machine_do_not_overflow(times, precision):
    net = all_to_all(2**22, times)
    forecast = net.forecast(workers=2, precision=precision)
    assert forecast.synapses == times * 2**44
    assert forecast.bytes > 2 * forecast.synapses
    assert not forecast.fits
    with pytest.raises(sc.ForecastError):
        net.compile(workers=2, precision=precision)


def test_nothing_is_allocated_first():
    pytest.importorskip("resource")
    report = script(
        """
import json, resource, sys
import spikecore as sc

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)

net = sc.Network()
a = net.population(1_000_000, sc.LIF(), name="a", v_init=sc.Normal(-60.0, 2.0))
b = net.population(1_000_000, sc.LIFDelta(), name="b")
net.connect(a, b, sc.AllToAll(), weight=sc.Normal(1.0, 0.1), delay=sc.Uniform(1.0, 2.0))
before = peak()
try:
    net.compile(workers=2)
except MemoryError as error:
    print(json.dumps({"text": str(error), "grown": peak() - before}))
"""
    )
    assert "2,000,000 neurons, 1,000,000,000,000 synapses" in report["text"]
    assert "DOES NOT FIT" in report["text"]
    assert report["grown"] < 50e6


def test_an_address_space_limit_counts():
    pytest.importorskip("resource")
    if not sys.platform.startswith("linux"):
        pytest.skip("limits are read from /proc")
    report = script(
        """
import json, resource
import spikecore as sc
used = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (used + 200_000_000, resource.RLIM_INFINITY))
net = sc.Network()
a = net.population(50_000, sc.LIF(), name="a")
net.connect(a, a, sc.FixedOutDegree(1000), weight=sc.Normal(5.0, 0.5), delay=1.0)
try:
    net.compile(workers=2)
except sc.ForecastError as error:
    print(json.dumps({"text": str(error), "allowed": error.allowed}))
"""
    )
    assert "50,000,000 synapses" in report["text"]
    assert 0 < report["allowed"] < 200e6


@pytest.mark.parametrize("model", ["microcircuit", "brunel"])
def test_the_command_refuses_with_exit_code_2(model):
    done = subprocess.run(
        [sys.executable, "-m", "spikecore", "run", model, "--quiet"],
        env={**os.environ, "SPIKECORE_MEMORY_LIMIT": "30000000"},
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert done.returncode == 2
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    synapses = {"microcircuit": "298,880,968", "brunel": "15,625,000"}[model]
    assert done.stderr.startswith("spikecore: needs ")
    assert f"{synapses} synapses" in done.stderr
    assert "30 MB available: DOES NOT FIT" in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="peaks are read from /proc")
@pytest.mark.parametrize(
    "connect",
    [
        "sc.OneToOne(), weight=1.0, delay=1.0",
        "sc.FixedInDegree(10), weight=1.0, delay=sc.Uniform(1.0, 10.0)",
        "sc.FixedOutDegree(20), weight=1.0, delay=sc.Uniform(1.0, 10.0)",
        "sc.FixedOutDegree(20), weight=sc.Normal(1.0, 0.1), delay=sc.Uniform(1.0, 10.0)",
        "sc.Pairs(pairs[0], pairs[1]), weight=values, delay=1.0",
    ],
)
def test_building_stays_within_the_forecast(connect):
    report = script(
        f"""
import json
import numpy as np
import spikecore as sc

def memory(what):
    return next(int(l.split()[1]) * 1024 for l in open("/proc/self/status") if l.startswith(what))

rng = np.random.default_rng(1)
pairs, values = rng.integers(0, 500_000, (2, 5_000_000)), rng.normal(1.0, 0.1, 5_000_000)
net = sc.Network(seed=1)
a = net.population(500_000, sc.LIF(), name="a", v_init=sc.Normal(-60.0, 1.0))
net.connect(a, a, {connect})
forecast, before = net.forecast(workers=2).bytes, memory("VmRSS")
open("/proc/self/clear_refs", "w").write("5")
machine = net.compile(workers=2)
machine.run(5.0)
print(json.dumps({{"forecast": forecast, "real": memory("VmHWM") - before}}))
"""
    )
    assert 0.3 * report["forecast"] < report["real"] < 1.05 * report["forecast"] + 30e6, report
