"""The command line: report, files, exit codes."""

import json
import os
import subprocess
import sys

import pytest
from patience import PATIENCE_S

import spikecore as sc
from spikecore.command import cli
from spikecore.command.networks import NETWORKS
from spikecore.command.workload import Workload

KEYS = {
    "model", "scale", "drive", "workers", "seed", "neurons", "synapses", "biological_s", "build_s",
    "run_s", "real_time_factor", "spikes", "synaptic_events", "synaptic_events_per_s", "rates_hz",
    "reference_rates_hz", "phases_s", "weight_store_bytes", "bytes_per_synapse", "peak_rss_bytes",
    "cv_isi", "reference_notes", "spikes_sha256", "energy", "bare_scatter_ns", "deliver_ns_per_event",
}  # fmt: skip
SMALL = ["run", "microcircuit", "--scale", "0.02", "--time", "50", "--presim", "20"]


def run_json(path, *arguments):
    assert cli.main([*arguments, "--quiet", "--json", str(path)]) == 0
    return json.loads(path.read_text(encoding="utf-8"))


def test_report_has_every_key(tmp_path, capsys):
    report = run_json(tmp_path / "out.json", *SMALL, "--workers", "2")
    assert set(report) >= KEYS
    assert (report["model"], report["scale"], report["workers"]) == ("microcircuit", 0.02, 2)
    assert report["neurons"] == 1544
    assert report["biological_s"] == pytest.approx(0.05)
    assert set(report["rates_hz"]) == set(report["reference_rates_hz"])
    assert len(report["phases_s"]["deliver"]) == 2
    assert report["drive"] == "poisson"
    assert report["spikes"] > 0
    assert len(report["spikes_sha256"]) == 64
    assert set(report["energy"]) == {"loihi", "truenorth"}
    assert capsys.readouterr().out == ""


def test_spikes_do_not_depend_on_the_workers(tmp_path):
    hashes = {run_json(tmp_path / "out.json", *SMALL, "--workers", str(n))["spikes_sha256"] for n in (1, 2, 3)}
    assert len(hashes) == 1


def test_rates_come_from_counters_when_nothing_is_recorded(tmp_path):
    recorded = run_json(tmp_path / "a.json", *SMALL, "--record")
    silent = run_json(tmp_path / "b.json", *SMALL, "--no-record")
    assert silent["spikes_sha256"] is None
    assert silent["rates_hz"] == recorded["rates_hz"]


def test_table_for_people(capsys, tmp_path):
    raster = tmp_path / "raster.svg"
    assert cli.main([*SMALL, "--raster", str(raster)]) == 0
    out = capsys.readouterr().out
    for word in ("Forecast", "L23E", "deviation", "real time", "per synapse", "Loihi", "TrueNorth",
                 "modelled", "unpriced", "Spikes", "raster.svg"):  # fmt: skip
        assert word in out
    assert raster.exists()


def test_spikes_go_to_a_file_of_their_own(tmp_path):
    report = run_json(tmp_path / "out.json", *SMALL, "--spikes", str(tmp_path / "run.npz"))
    result = sc.load_result(tmp_path / "run.npz")
    assert result.spikes_sha256() == report["spikes_sha256"]
    assert result.rates() == pytest.approx(report["rates_hz"], rel=1e-12)
    assert report["spikes_file"] == str(tmp_path / "run.npz")


def test_brunel_has_a_reference(tmp_path):
    arguments = ["run", "brunel", "--scale", "0.05", "--time", "50", "--presim", "20"]
    for drive in ("dc", "poisson"):
        report = run_json(tmp_path / "out.json", *arguments, "--drive", drive)
        assert report["drive"] == drive
        assert 30.0 < report["reference_rates_hz"]["E"] < 45.0


@pytest.mark.parametrize("name", NETWORKS)
def test_a_ready_network_says_all_that_the_command_asks(name):
    network = NETWORKS[name]
    least, most = network.scales
    for drive in ("dc", "poisson"):
        net = network.build(least, drive, 7)
        assert net.seed == 7
        assert set(network.reference_rates(drive)) == {population.name for population in net.populations}
    assert Workload(name, scale=least).driven_by in network.drive_by_default
    assert Workload(name, drive="dc").driven_by == "dc"
    assert least < 1.0 <= most


def test_what_is_said_of_the_reference():
    notes = NETWORKS["microcircuit"].reference_notes
    assert notes(1.0, "poisson") == []
    assert [len(notes(0.5, "poisson")), len(notes(1.0, "dc")), len(notes(0.5, "dc"))] == [1, 1, 2]
    assert (Workload("microcircuit", scale=0.2).driven_by, Workload("microcircuit", scale=0.19).driven_by) == (
        "dc",
        "poisson",
    )


def test_json_to_standard_output(capsys):
    assert cli.main([*SMALL, "--json", "-"]) == 0
    assert set(json.loads(capsys.readouterr().out)) >= KEYS


@pytest.mark.parametrize(
    "arguments",
    [
        ["run", "cortex"],
        ["run", "microcircuit", "--scale", "-1"],
        ["run", "microcircuit", "--scale", "nan"],
        ["run", "microcircuit", "--workers", "0"],
        ["run", "microcircuit", "--seed", "-1"],
        ["run", "microcircuit", "--weights", "f16"],
        ["run", "microcircuit", "--time", "abc"],
        ["run", "microcircuit", "--json", ""],
        ["bench", "--workers", "2000"],
        ["run"],
        [],
    ],
)
def test_wrong_arguments(arguments, capsys):
    with pytest.raises(SystemExit) as info:
        cli.main(arguments)
    assert info.value.code == 2
    err = capsys.readouterr().err
    assert "usage" in err
    assert " _" not in err


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["--scale", "5"], "scale is 5.0, allowed: 0.005 … 1"),
        (["--scale", "0.02", "--time", "10.05"], "time is 10.05 ms"),
        (["--scale", "0.02", "--raster", "x.svg", "--no-record"], "--raster needs"),
        (["--scale", "0.02", "--spikes", "x.npz", "--no-record"], "--spikes needs"),
        (["--spikes", "-"], "--spikes is -, allowed: the name of a file"),
        (["--spikes", "no/such/folder/x.npz"], "cannot write no/such/folder/x.npz"),
        (["--json", "x.json", "--spikes", "x.json"], "a file of its own"),
        (["--scale", "0.02", "--presim", "0.05"], "presim is 0.05 ms"),
        (
            ["--json", "no/such/folder/x.json"],
            "cannot write no/such/folder/x.json: the directory no",
        ),
        (["--json", "."], "cannot write .: it is a directory"),
        (["--raster", "no/such/folder/x.svg"], "cannot write no/such/folder/x.svg"),
    ],
)
def test_mistakes_go_to_standard_error(arguments, named, capsys):
    assert cli.main(["run", "microcircuit", "--quiet", *arguments]) == 2
    assert named in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [["run", "microcircuit", "--raster", "x.foo"]])
def test_a_picture_of_an_unknown_kind_is_refused_before_the_run(arguments, capsys):
    pytest.importorskip("matplotlib")
    assert cli.main(arguments) == 2
    assert "the suffix is '.foo', allowed: " in capsys.readouterr().err


def test_version(capsys):
    with pytest.raises(SystemExit):
        cli.main(["--version"])
    assert capsys.readouterr().out.startswith("spikecore ")


def command(*arguments, **environment):
    return subprocess.run(
        [sys.executable, "-m", "spikecore", *arguments],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )


def test_output_that_cannot_say_everything_is_no_failure(tmp_path):
    done = command(*SMALL, "--json", str(tmp_path / "out.json"), PYTHONIOENCODING="ascii")
    assert (done.returncode, done.stderr) == (0, "")
    assert "real time" in done.stdout
    assert (tmp_path / "out.json").exists()


def test_a_reader_that_goes_away_is_no_mistake():
    line = f"'{sys.executable}' -m spikecore run microcircuit --scale 0.02 --time 50 --presim 20 | head -1"
    done = subprocess.run(
        ["bash", "-c", f"set -o pipefail; {line}"], capture_output=True, text=True, timeout=PATIENCE_S, check=False
    )
    assert (done.returncode, done.stderr) in {(141, ""), (0, "")}
    assert done.stdout.startswith("Forecast")


def test_a_bench_that_fails_says_so():
    done = command("bench", "--quick", "--repeats", "1", SPIKECORE_MEMORY_LIMIT="1000")
    assert done.returncode == 1
    assert all("needs" in one["failure"] for one in json.loads(done.stdout)["workloads"])


def test_the_sparse_bench_reports_every_case(capsys):
    assert cli.main(["bench", "sparse", "--neurons", "3000", "--rates", "0.1,10", "--dts", "0.1,0.05"]) == 0
    cases = json.loads(capsys.readouterr().out)["cases"]
    assert [(one["dt_ms"], one["target_rate_hz"]) for one in cases] == [
        (0.1, 0.1),
        (0.1, 10.0),
        (0.05, 0.1),
        (0.05, 10.0),
    ]
    for one in cases:
        assert one["spikes"] > 10_000
        assert one["rate_hz"] == pytest.approx(one["target_rate_hz"], rel=0.05)
        assert one["synaptic_events"] == pytest.approx(100 * one["spikes"], rel=0.01)
        ticks = one["biological_s"] * 1e3 / one["dt_ms"]
        assert one["updates"] + one["updates_skipped"] == round(3000 * ticks)
    assert cases[0]["updates"] < 0.05 * cases[0]["updates_skipped"]


@pytest.mark.parametrize(("suite", "option"), [("standard", ["--rates", "1"]), ("sparse", ["--quick"])])
def test_a_bench_takes_no_option_that_it_would_ignore(suite, option, capsys):
    assert cli.main(["bench", suite, *option]) == 2
    assert option[0] in capsys.readouterr().err


@pytest.mark.parametrize(
    "option", [["--rate", "20"], ["--synapses", "32"], ["--neurons", "77"], ["--time", "1000"], ["--measure"]]
)
def test_a_comparison_takes_no_option_that_it_would_ignore(option, tmp_path, capsys):
    file = tmp_path / "run.json"
    assert cli.main([*SMALL, "--quiet", "--json", str(file)]) == 0
    assert cli.main(["energy", "compare", str(file), "--on", "loihi"]) == 0
    capsys.readouterr()
    assert cli.main(["energy", "compare", str(file), "--on", "loihi", *option]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert f"compare: {option[0]} is given, allowed: without RUN.json" in err


def test_too_large_is_refused_with_the_forecast(capsys, monkeypatch):
    monkeypatch.setenv("SPIKECORE_MEMORY_LIMIT", "100000000")
    assert cli.main(["run", "microcircuit", "--quiet"]) == 2
    err = capsys.readouterr().err
    assert "298,880,968 synapses" in err
    assert "100 MB" in err


def test_info(capsys):
    assert cli.main(["info"]) == 0
    assert "simd used" in capsys.readouterr().out
    assert cli.main(["info", "--json"]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert facts["cpus_allowed"] >= 1
    assert facts["simd_level"] in {"scalar", "avx2", "avx512", "neon"}


def test_import_is_light():
    """What a script does not use is not loaded with the package: it would make every start longer."""
    heavy = (
        "matplotlib", "scipy", "pandas", "torch", "html", "difflib", "unicodedata",
        "spikecore.command", "spikecore.energy", "spikecore.library", "spikecore.files", "spikecore.streams",
    )  # fmt: skip
    before = "import sys, numpy; before = set(sys.modules)"
    code = f"{before}; import spikecore; print(*(set(sys.modules) - before) & set({heavy}))"
    done = subprocess.run([sys.executable, "-c", code], env=os.environ, capture_output=True, text=True, check=True)
    assert done.stdout == "\n"
