"""What a run needs and does not get: memory for what is recorded, threads; and values at the edge of their formats."""

import json
import math
import os
import re
import subprocess
import sys

import numpy as np
import pytest
from patience import PATIENCE_S

import spikecore as sc

# Extremes on purpose.
pytestmark = [
    pytest.mark.filterwarnings("ignore::spikecore.UnitWarning"),
    pytest.mark.filterwarnings("ignore::spikecore.PrecisionWarning"),
]

linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="limits are read from /proc")


def script(code):
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=dict(os.environ),
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_samples_that_do_not_fit_are_refused_before_the_run(monkeypatch):
    net = sc.Network(seed=1)
    exc = net.population(1000, sc.LIF(i_e=600.0), name="exc")
    net.record(exc)
    machine = net.compile(workers=2)
    monkeypatch.setenv("SPIKECORE_MEMORY_LIMIT", "1000000000")
    with pytest.raises(sc.ForecastError, match=r"what is recorded needs \d+ bytes, .*0 ticks were run") as caught:
        machine.run(100_000.0)
    # 1e9 samples of 4 B, in pages of at most 2 MiB per core, and a table of 8 B each.
    needed = int(re.search(r"needs (\d+) bytes", str(caught.value))[1])
    assert 12e9 <= needed <= 12e9 + 4 * 2**20
    assert machine.time == 0.0
    assert machine.run(10.0).stop == 10.0


@linux
def test_spikes_that_do_not_fit_stop_all_cores_at_one_tick():
    report = script(
        """
import json, resource
import spikecore as sc
net = sc.Network(seed=1)
exc = net.population(100_000, sc.LIF(i_e=20_000.0, t_ref=0.0), name="exc")
machine = net.compile(workers=2)
used = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (used + 1_000_000_000, resource.RLIM_INFINITY))
try:
    machine.run(100_000.0)
except MemoryError as error:
    text, kind = str(error), type(error).__name__
stopped = machine.time
rest = machine.run(1.0)
print(json.dumps({"text": text, "kind": kind, "stopped": stopped, "updates": rest.counts.neuron_updates["exc"],
                  "stop": rest.stop}))
"""
    )
    assert report["kind"] == "ForecastError"
    assert "record less, or run in shorter pieces" in report["text"]
    assert 0 < report["stopped"] < 100_000.0
    assert report["updates"] == 100_000 * 10
    assert report["stop"] == pytest.approx(report["stopped"] + 1.0)


@linux
def test_threads_that_the_system_does_not_give_are_an_error_and_no_hang():
    report = script(
        """
import json, resource
import spikecore as sc
net = sc.Network()
exc = net.population(20_000, sc.LIF(i_e=600.0), name="exc")
net.connect(exc, exc, sc.FixedOutDegree(10), weight=1.0, delay=1.0)
machine = net.compile(workers=300)
used = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (used + 64 * 2**20, resource.RLIM_INFINITY))
try:
    machine.run(1.0)
except sc.CapacityError as error:
    text = str(error)
resource.setrlimit(resource.RLIMIT_AS, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
print(json.dumps({"text": text, "time": machine.time, "stop": machine.run(1.0).stop}))
"""
    )
    assert "cannot start worker" in report["text"]
    assert "of 300" in report["text"]
    assert (report["time"], report["stop"]) == (0.0, 1.0)


@pytest.mark.parametrize("value", [1e39, -1e13, math.inf])
def test_values_that_would_be_infinite_in_32_bits_are_refused(value):
    net = sc.Network()
    source = net.spike_source(1, [[1.0]])
    target = net.population(3, sc.LIF(), name="target")
    with pytest.raises(sc.NetworkError, match=r"weight is .*, allowed: finite numbers.*, at most 1e\+12"):
        net.connect(source, target, sc.AllToAll(), weight=value, delay=0.1)
    with pytest.raises(sc.NetworkError, match="weight"):
        net.stimulate(target, sc.Poisson(100.0, value))
    with pytest.raises(sc.NetworkError, match=r"v_init"):
        net.population(3, sc.LIF(), v_init=value)


@pytest.mark.parametrize("parameters", [{"tau_m": 1.4e-4}, {"tau_m": 1e-3}, {"tau_syn_exc": 1e-4}])
def test_time_constants_far_below_a_tick_stay_finite(parameters):
    net = sc.Network(seed=2)
    exc = net.population(1, sc.LIF(v_th=1e11, **parameters), name="exc")
    net.stimulate(exc, sc.Poisson(1e4, 100.0))
    machine = net.compile(precision="f64", workers=1)
    machine.run(100.0)
    assert np.isfinite(machine.state(exc)).all()


def test_a_membrane_that_overflows_its_format_is_refused():
    with pytest.raises(sc.NetworkError, match=r"c_m is 1e-300, allowed: such that 1 pA moves"):
        sc.Network().population(1, sc.LIF(c_m=1e-300), name="exc")


def test_weights_that_16_bits_would_round_to_nothing_are_refused():
    net = sc.Network()
    exc = net.population(200, sc.LIF(), name="exc")
    net.stimulate(exc, sc.Poisson(8000.0, 87.8))
    net.connect(exc, exc, sc.FixedInDegree(50), weight=0.001, delay=1.0)
    lost = r"exc → exc: weight is at most 0.001, allowed: at least half of .*; use f32"
    with pytest.raises(sc.NetworkError, match=lost):
        net.compile(weights="q16", workers=1)
    assert (net.compile(workers=1).synapses(exc, exc).weights == np.float32(0.001)).all()


@pytest.mark.parametrize("weight", [0.01, -0.01])
def test_stimuli_that_16_bits_would_round_to_nothing_are_refused(weight):
    net = sc.Network()
    exc = net.population(200, sc.LIF(), name="exc")
    net.connect(exc, exc, sc.FixedInDegree(50), weight=1000.0, delay=1.0)
    net.stimulate(exc, sc.Poisson(8000.0, weight))
    lost = rf"exc: weight is {weight}, allowed: at least half of 0.03125, the grid .* onto 'exc' .*; use f32"
    with pytest.raises(sc.NetworkError, match=lost):
        net.compile(weights="q16", workers=1)
    machine = net.compile(workers=1)
    rest = machine.state(exc)
    machine.run(10.0)
    assert ((machine.state(exc) - rest) * weight > 0.0).all()


def test_a_matrix_that_16_bits_would_round_to_nothing_is_refused():
    net = sc.Network()
    exc = net.population(3, sc.LIF(), name="exc")
    net.stimulate(exc, sc.Poisson(8000.0, 1000.0))
    net.connect(exc, exc, sc.Dense(np.full((3, 3), 0.01)), delay=1.0)
    with pytest.raises(sc.NetworkError, match=r"exc → exc: weight is at most 0.01, allowed: at least half of 0.03125"):
        net.compile(weights="q16", workers=1)
