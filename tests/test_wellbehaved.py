"""A guest in other people's processes: imports, errors, the command line from outside."""

import copy
import json
import pickle
import subprocess
import sys

import numpy as np
import pytest
from patience import PATIENCE_S

import spikecore as sc
from spikecore import _native, errors


def python(*arguments, **options):
    return subprocess.run(
        [sys.executable, *arguments],
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
        **options,
    )


def test_numpy_is_all_it_imports():
    code = """
import json, sys
import numpy
before = set(sys.modules)
import spikecore as sc
net = sc.Network()
a = net.population(10, sc.LIF(i_e=500.0))
net.connect(a, a, sc.FixedInDegree(2), weight=1.0, delay=1.0)
result = net.compile(workers=2).run(10.0)
repr(result), result.rates(), str(result.energy("loihi"))
stdlib = sys.stdlib_module_names
new = {name.split(".")[0] for name in set(sys.modules) - before}
print(json.dumps(sorted(new - set(stdlib))))
"""
    done = python("-W", "error", "-c", code)
    assert done.returncode == 0, done.stderr
    assert set(json.loads(done.stdout)) <= {"spikecore", "numpy"}


def test_import_leaves_the_process_alone():
    code = """
import logging, numpy, os, random, signal, sys, threading
def look():
    return (numpy.geterr(), numpy.random.get_state()[1].tolist(), random.getstate(),
            signal.getsignal(signal.SIGINT), threading.active_count(), sys.excepthook,
            logging.getLogger().handlers[:], dict(os.environ), os.getcwd(), sys.path[:])
before = look()
import spikecore as sc
net = sc.Network()
net.population(10, sc.LIF(i_e=500.0))
net.compile(workers=2).run(10.0, progress=True)
assert look() == before
"""
    done = python("-c", code)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


ERRORS = [kind for name in errors.__all__ if issubclass(kind := getattr(errors, name), errors.SpikecoreError)]


@pytest.mark.parametrize("kind", ERRORS)
def test_every_error_pickles(kind):
    error = kind("text", population="exc", parameter="delay", value=0.0, allowed="> 0")
    for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1):
        twin = pickle.loads(pickle.dumps(error, protocol))
        assert type(twin) is kind
        assert (str(twin), vars(twin)) == (str(error), vars(error))
    assert vars(copy.copy(error)) == vars(error)
    assert getattr(sc, kind.__name__) is kind
    assert issubclass(kind, sc.SpikecoreError)


def described():
    net = _native.Network(0.1, 1)
    source = net.population("source", 10, "spike_source", {})
    target = net.population("target", 10, "lif_delta", sc.LIFDelta().parameters())
    net.projection(source, target, ("all_to_all",), ("constant", 1.0), ("constant", 1.0))
    return net


RAISED = {
    "dt": (sc.NetworkError, lambda: _native.Network(0.0, 1)),
    "size": (sc.NetworkError, lambda: described().population("a", 0, "spike_source", {})),
    "population": (sc.NetworkError, lambda: described().poisson(7, 1.0, 1.0, 0, 1)),
    "weight": (
        sc.NetworkError,
        lambda: described().projection(0, 1, ("one_to_one",), ("constant", float("nan")), ("constant", 1.0)),
    ),
    "delay": (
        sc.NetworkError,
        lambda: described().projection(0, 1, ("one_to_one",), ("constant", 1.0), ("constant", 0.0)),
    ),
    "neurons": (
        sc.NetworkError,
        lambda: described().source_spikes(0, np.array([10], np.uint32), np.array([1], np.uint64)),
    ),
    "record_spikes": (sc.NetworkError, lambda: described().record_spikes([2])),
    "workers": (sc.NetworkError, lambda: described().compile(0, "f32")),
    "rate": (sc.NetworkError, lambda: described().forecast(1, "f32", "auto", -1.0)),
    "updates": (sc.NetworkError, lambda: described().compile(1, "f32", "often")),
    "seed": (sc.NetworkError, lambda: _native.Network(0.1, 2**64)),
    "model": (sc.NetworkError, lambda: described().population("a", 1, "lif", {})),
    "receptor": (sc.NetworkError, lambda: described().poisson(1, 1.0, 1.0, 0, 1, "gaba")),
    "weights": (sc.NetworkError, lambda: described().compile(1, "f16")),
    "log": (sc.CapacityError, lambda: described().compile(2, "f32", log_capacity=0)),
    "state": (sc.NetworkError, lambda: described().compile(1, "f32").state(0, "v")),
    "synapses": (sc.NetworkError, lambda: described().compile(1, "f32").synapses(0, 2)),
    "rule": (sc.NetworkError, lambda: described().projection(0, 1, ("ring",), (), ())),
    "parameter": (TypeError, lambda: described().population("a", 1, "lif_delta", {"tau_m": 1.0})),
    "negative": (OverflowError, lambda: described().compile(1, "f32").run(-1)),
}


@pytest.mark.parametrize("name", RAISED)
def test_the_engine_trusts_nothing_and_raises_our_classes(name):
    kind, call = RAISED[name]
    with pytest.raises(kind) as info:
        call()
    assert info.type is kind
    assert str(info.value)


def test_too_large_is_a_memory_error_at_the_border_too(monkeypatch):
    monkeypatch.setenv("SPIKECORE_MEMORY_LIMIT", "100")
    with pytest.raises(MemoryError, match="available are 100") as info:
        described().compile(1, "f32")
    assert info.type is sc.ForecastError


def test_workers_have_a_range():
    net = sc.Network()
    net.population(10, sc.LIF())
    for call in (net.compile, net.forecast):
        for workers in (0, 1025):
            with pytest.raises(sc.NetworkError, match=r"workers is \d+, allowed: 1 … 1024"):
                call(workers=workers)


NUMBERS = (
    "scale", "biological_s", "build_s", "run_s", "real_time_factor", "synaptic_events_per_s",
    "bytes_per_synapse",
)  # fmt: skip
WHOLE = (
    "workers", "seed", "neurons", "synapses", "spikes", "synaptic_events", "weight_store_bytes",
    "peak_rss_bytes",
)  # fmt: skip


def check_report(report, workers):
    for key in NUMBERS:
        assert isinstance(report[key], float), key
        assert report[key] > 0.0, key
    for key in WHOLE:
        assert type(report[key]) is int, key
        assert report[key] > 0, key
    for key in ("model", "drive", "spikes_sha256"):
        assert isinstance(report[key], str), key
    bytes.fromhex(report["spikes_sha256"])
    for key in ("rates_hz", "reference_rates_hz"):
        assert all(isinstance(rate, float) and rate >= 0.0 for rate in report[key].values())
    assert set(report["rates_hz"]) == set(report["reference_rates_hz"])
    assert set(report["phases_s"]) == {"ingest", "deliver", "integrate", "wait"}
    for seconds in report["phases_s"].values():
        assert len(seconds) == workers
        assert all(isinstance(s, float) and s >= 0.0 for s in seconds)
    total = sum(sum(seconds) for seconds in report["phases_s"].values())
    assert 0.0 < total <= 1.05 * workers * report["run_s"]
    assert report["real_time_factor"] == pytest.approx(report["run_s"] / report["biological_s"])
    for profile in ("loihi", "truenorth"):
        assert isinstance(report["energy"][profile], dict)


@pytest.mark.parametrize(
    ("model", "scale", "populations", "workers"),
    [("microcircuit", "0.02", 8, 2), ("brunel", "0.02", 2, 3)],
)
def test_the_command_writes_its_files_and_nothing_else(model, scale, populations, workers, tmp_path):
    done = python(
        "-W", "error", "-m", "spikecore", "run", model, "--scale", scale, "--time", "100",
        "--presim", "20", "--workers", str(workers), "--json", "f", "--raster", "f.svg", "--quiet",
        cwd=tmp_path,
    )  # fmt: skip
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["f", "f.svg"]
    report = json.loads((tmp_path / "f").read_text(encoding="utf-8"))
    check_report(report, workers)
    assert (report["model"], report["workers"], report["seed"]) == (model, workers, 1)
    assert len(report["rates_hz"]) == populations
    assert report["biological_s"] == pytest.approx(0.1)
    assert "<svg" in (tmp_path / "f.svg").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "arguments",
    [["run", "microcircuit", "--sacle", "1"], ["fly"], ["run", "brunel", "--time"], []],
)
def test_unknown_arguments(arguments):
    done = python("-m", "spikecore", *arguments)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.startswith("usage: ")
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("arguments", [["--scale", "2"], ["--workers", "5000"], ["--time", "0"]])
def test_mistakes_take_one_line_and_exit_code_2(arguments):
    done = python("-m", "spikecore", "run", "microcircuit", "--scale", "0.01", "--quiet", *arguments)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.startswith("spikecore: ")
    assert done.stderr.count("\n") == 1


def test_info_as_json():
    done = python("-m", "spikecore", "info", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    facts = json.loads(done.stdout)
    assert facts["version"] == sc.__version__
    assert facts["build_profile"] in {"release", "debug"}
    assert facts["simd_level"] in {"scalar", "avx2", "avx512", "neon"}
    assert isinstance(facts["cpu_features"], list)
    assert isinstance(facts["memory_available_bytes"], int)
    assert set(facts["optional_packages"]) == {"matplotlib", "pandas", "scipy", "torch"}


def test_a_wrong_simd_level_is_told_and_not_guessed():
    code = "import spikecore as sc; net = sc.Network(); net.population(1, sc.LIF()); net.compile()"
    done = python("-c", code, env={"SPIKECORE_SIMD": "mmx"})
    assert done.returncode == 1
    assert "SPIKECORE_SIMD" in done.stderr.splitlines()[-1]


def test_a_closed_pipe_ends_the_command_without_a_traceback():
    reader = [sys.executable, "-c", "import sys; sys.stdin.buffer.read(1); sys.stdin.close()"]
    command = [
        sys.executable, "-m", "spikecore", "run", "microcircuit", "--scale", "0.01",
        "--time", "20", "--presim", "0",
    ]  # fmt: skip
    with (
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as writer,
        subprocess.Popen(reader, stdin=writer.stdout) as end,
    ):
        writer.stdout.close()
        assert end.wait(PATIENCE_S) == 0
        errors_seen = writer.stderr.read().decode()
    assert "Traceback" not in errors_seen
