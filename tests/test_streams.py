"""The command line where a stream or a file fails: a clean exit, the file named, what was computed still printed."""

import io
import json
import os
import resource
import subprocess
import sys

import pytest
from patience import PATIENCE_S

from spikecore import streams
from spikecore.command import cli

SMALL = ["run", "microcircuit", "--scale", "0.005", "--time", "10", "--presim", "0", "--workers", "1"]
linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="devices of Linux")


def shell(line, **environment):
    """Run a line in which `spikecore` is the command, and return the exit code, the output and the errors."""
    program = f"spikecore() {{ '{sys.executable}' -m spikecore \"$@\"; }}; set -o pipefail; {line}"
    done = subprocess.run(
        ["bash", "-c", program], env={**os.environ, **environment}, capture_output=True, timeout=PATIENCE_S, check=False
    )
    assert b"Traceback" not in done.stderr, done.stderr
    assert b"Exception ignored" not in done.stderr, done.stderr
    return done.returncode, done.stdout.decode(errors="replace"), done.stderr.decode(errors="replace")


def test_a_closed_output_is_no_failure(tmp_path):
    file = tmp_path / "run.json"
    assert shell(f"spikecore {' '.join(SMALL)} --json {file} >&-")[::2] == (0, "")
    assert json.loads(file.read_text())["neurons"] > 0
    assert shell("spikecore info >&-")[::2] == (0, "")
    assert shell("spikecore --help >&-")[::2] == (0, "")
    assert shell("spikecore energy paper davies >&- 2>&-")[::2] == (0, "")


@pytest.mark.parametrize("line", [f"{' '.join(SMALL)} --json -", "info --json", "energy paper davies --json -"])
def test_a_report_for_a_closed_output_is_refused_before_the_run(line):
    code, _, err = shell(f"spikecore {line} >&-")
    assert (code, err) == (2, "spikecore: cannot write standard output: it is closed\n")


@pytest.mark.parametrize(
    "line", [" ".join(SMALL), "energy profiles", "info --json", "--help", "energy paper yin --json -"]
)
def test_a_reader_that_has_gone_is_no_mistake(line):
    code, _, err = shell(f"spikecore {line} | true")
    assert (code in (141, 0), err) == (True, "")


def test_what_was_computed_is_in_the_file_when_the_reader_has_gone(tmp_path):
    file = tmp_path / "run.json"
    shell(f"spikecore {' '.join(SMALL)} --json {file} | true")
    assert json.loads(file.read_text())["neurons"] > 0


@linux
@pytest.mark.parametrize("line", [" ".join(SMALL), "energy profiles", "info --json", "--version"])
def test_a_full_output_is_named(line):
    code, _, err = shell(f"spikecore {line} > /dev/full")
    if line == "--version":
        assert (code, err) == (0, "")
    else:
        assert code == 2
        assert err.endswith("spikecore: standard output: cannot be written: No space left on device\n")


def test_errors_for_a_closed_or_full_stream_are_lost_and_nothing_else():
    assert shell("spikecore run brunel --scale 99 2>&-")[:2] == (2, "")
    assert shell("spikecore run brunel --scale nothing 2>&-")[:2] == (2, "")
    if sys.platform.startswith("linux"):
        assert shell("spikecore run brunel --scale 99 2>/dev/full")[:2] == (2, "")


@pytest.mark.parametrize(
    "environment",
    [
        {"PYTHONIOENCODING": "ascii"},
        {"PYTHONIOENCODING": "latin-1"},
        {"PYTHONIOENCODING": "cp1252"},
        {"PYTHONIOENCODING": "utf-8:strict"},
        {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    ],
    ids=["ascii", "latin-1", "cp1252", "utf-8", "C"],
)
def test_an_encoding_without_our_characters_gets_others(environment):
    code, out, err = shell(f"spikecore {' '.join(SMALL)} --energy loihi", **environment)
    assert (code, err) == (0, "")
    assert "x real time" in out or "×" in out or "\ufffd real time" in out
    assert "?" not in out
    assert shell("spikecore energy profiles tpu; spikecore run --help", **environment)[::2] == (0, "")


@pytest.mark.parametrize(
    ("text", "ascii"),
    [("a → b", "a -> b"), ("10 µs²", "10 us2"), ("1 … 2", "1 ... 2"), ("█░", "#-"), ("é", "e"), ("≥ 日", ">= ?")],
)
def test_characters_have_likenesses_in_ascii(text, ascii, monkeypatch):
    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding="ascii"))
    with streams.prepared():
        streams.put(text)
    assert raw.getvalue().decode() == f"{ascii}\n"
    with pytest.raises(UnicodeEncodeError):
        print(text, flush=True)


def test_what_cannot_be_printed_is_an_escape(capsys):
    with streams.prepared():
        streams.put("a\x1b[2J\r\x00\ud800\u202e\nb")
    assert capsys.readouterr().out == "a\\x1b[2J\\r\\x00\\ud800\\u202e\nb\n"


def limited(monkeypatch, size):
    """Let files grow to this size alone from the end of the run on."""
    from spikecore.command import measure

    whole, (_, most) = measure.measure, resource.getrlimit(resource.RLIMIT_FSIZE)

    def measured(*arguments, **options):
        outcome = whole(*arguments, **options)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, most))
        return outcome

    monkeypatch.setattr(measure, "measure", measured)


@linux
@pytest.mark.parametrize("quiet", [[], ["--quiet"]])
def test_a_full_disk_costs_the_file_and_nothing_else(tmp_path, monkeypatch, capsys, quiet):
    file, picture = tmp_path / "run.json", tmp_path / "raster.svg"
    file.write_text("{}")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    limited(monkeypatch, 10)
    try:
        assert cli.main([*SMALL, "--json", str(file), "--raster", str(picture), *quiet]) == 2
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    out, err = capsys.readouterr()
    assert "Speed" in out
    assert "raster:" not in out
    assert err.splitlines()[-2:] == [
        f"spikecore: {picture}: cannot be written: File too large",
        f"spikecore: {file}: cannot be written: File too large",
    ]
    assert [(one.name, one.read_text()) for one in tmp_path.iterdir()] == [("run.json", "{}")]


@linux
def test_a_full_device_costs_the_file_and_nothing_else(tmp_path, capsys):
    plot = tmp_path / "bars.svg"
    compare = ["energy", "compare", "--neurons", "256", "--time", "10", "--on", "loihi"]
    assert cli.main([*compare, "--json", "/dev/full", "--plot", str(plot)]) == 2
    out, err = capsys.readouterr()
    assert "Energy, compared" in out
    assert str(plot) in out
    assert err == "spikecore: /dev/full: cannot be written: No space left on device\n"
    (tmp_path / "full.svg").symlink_to("/dev/full")
    assert cli.main([*compare, "--json", str(tmp_path / "a.json"), "--plot", str(tmp_path / "full.svg")]) == 2
    out, err = capsys.readouterr()
    assert "Energy, compared" in out
    assert err.startswith(f"spikecore: {tmp_path}/full.svg: cannot be written")
    assert json.loads((tmp_path / "a.json").read_text())["reports"]
    assert cli.main([*SMALL, "--json", "/dev/full"]) == 2
    assert "Speed" in capsys.readouterr().out


@linux
def test_a_report_on_an_open_stream_does_not_overwrite_the_text(tmp_path):
    out = tmp_path / "out.txt"
    assert shell(f"spikecore energy paper davies --json /dev/stdout > {out}")[0] == 0
    report, end = json.JSONDecoder().raw_decode(out.read_text(encoding="utf-8"))
    assert report
    assert "Davies" in out.read_text(encoding="utf-8")[end:]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["run", "brunel", "--workers", "0"], "'0' is not a whole number in 1 … 1024"),
        (["bench", "--workers", "1025"], "'1025' is not a whole number in 1 … 1024"),
        (["run", "brunel", "--seed", str(2**64)], f"'{2**64}' is not a whole number in 0 … 2^64 - 1"),
        (["run", "brunel", "--scale", "nan"], "allowed: 0.005 … 1 (microcircuit) or 0.01 … 80 (brunel)"),
        (["bench", "--repeats", "1" + "0" * 400], "is not a whole number in 1 … 1000"),
        (["bench", "--repeats", "1" * 5_000], "is not a whole number in 1 … 1000"),
        (["bench", "sparse", "--neurons", "99"], "'99' is not a whole number in 100 … 4294967295"),
        (["bench", "sparse", "--rates", "0"], "'0' is not a rate, allowed: > 0 and ≤ 10 Hz"),
        (["energy", "compare", "--rate", "-1"], "'-1' is not a rate, allowed: 0 … 1000 Hz"),
        (["energy", "compare", "--synapses", "1" * 5_000], "is not a whole number"),
        (["energy", "sweep", "--neurons", "1" + "0" * 400], "is not a whole number"),
        (["energy", "sweep", "--plot", ""], "'' is not the name of a file"),
    ],
)
def test_an_option_out_of_range_is_a_usage_error_with_its_range(arguments, said, capsys):
    with pytest.raises(SystemExit) as caught:
        cli.main(arguments)
    assert caught.value.code == 2
    err = capsys.readouterr().err
    assert said in " ".join(err.split())
    assert len(err) < 3_000


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["energy", "compare", "--neurons", "257"], "neurons is 257, allowed: a multiple of 256, at most 65536"),
        (["energy", "compare", "--neurons", "65792"], "neurons is 65792, allowed: a multiple of 256, at most 65536"),
        (["energy", "compare", "--rate", "1001"], "rate is 1001.0, allowed: 0 … 1000 Hz"),
        (["energy", "compare", "--synapses", "257"], "synapses is 257, allowed: 0 … 256"),
        (["bench", "sparse", "--rates", "11"], "rates is 11.0, allowed: > 0 and ≤ 10 Hz"),
        (["bench", "sparse", "--rates", "1e-300"], "rates is 1e-300, allowed: ≥ "),
        (["bench", "sparse", "--dts", "1e-300"], "dt is 1e-300, allowed: 1e-09 … 100 ms"),
        (["run", "brunel", "--workers", "1025"], "workers is 1025, allowed: 1 … 1024"),
        (["run", "brunel", "--workers", "1" + "0" * 400], "workers is about 10^400, allowed: 1 … 1024"),
        (["run", "brunel", "--time", "1e300"], "time is 1e+300 ms, allowed: multiples of dt"),
        (["run", "brunel", "--time", "0"], "time is 0.0 ms, allowed: multiples of dt"),
        (["run", "brunel", "--time=-1"], "time is -1.0 ms, allowed: multiples of dt = 0.1 ms, 0.1 … "),
        (
            ["run", "brunel", "--time", "nan"],
            "time is nan ms, not a finite time, allowed: multiples of dt = 0.1 ms, 0.1",
        ),
        (["run", "brunel", "--presim=-1"], "presim is -1.0 ms, allowed: multiples of dt = 0.1 ms, 0 … "),
        (["energy", "profiles", "/dev/zero"], "profile is '/dev/zero', allowed: "),
        (["energy", "compare", "/dev/zero"], "/dev/zero is a device, allowed: a regular file"),
        (["energy", "compare", "no.json"], "no.json: No such file or directory"),
    ],
)
def test_what_does_not_fit_is_refused_before_anything_runs(arguments, said, capsys):
    assert cli.main(arguments) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert said in err
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--json", "{0}/a.svg", "--raster", "{0}/a.svg"], "allowed: a file of its own for each"),
        (["--raster", "-"], "--raster is -, allowed: the name of a file"),
        (["--json", "{0}"], "it is a directory"),
        (["--raster", "{0}/no/a.svg"], "does not exist"),
        (["--json", "{0}/" + "x" * 300], "File name too long"),
    ],
)
def test_files_that_cannot_be_written_are_refused_before_the_run(arguments, said, tmp_path, capsys):
    assert cli.main([*SMALL, *(one.format(tmp_path) for one in arguments)]) == 2
    out, err = capsys.readouterr()
    assert said in err
    assert out == ""
    assert list(tmp_path.iterdir()) == []


@linux
@pytest.mark.parametrize("suite", ["standard", "sparse"])
def test_a_bench_whose_file_cannot_be_written_is_printed(suite, monkeypatch, capsys):
    from spikecore.command import bench

    report = {"workloads": [], "interrupted": False} if suite == "standard" else {"cases": []}
    monkeypatch.setattr(bench, "bench" if suite == "standard" else "sparse", lambda **options: report)
    assert cli.main(["bench", suite, "--json", "/dev/full"]) == 2
    out, err = capsys.readouterr()
    assert json.loads(out) == report
    assert err == "spikecore: /dev/full: cannot be written: No space left on device\n"


@linux
def test_a_report_is_read_again_whatever_its_files_are_called(tmp_path):
    run, picture = (os.fsdecode(os.fsencode(tmp_path) + name) for name in (b"/\xff.json", b"/\xff\n.svg"))
    assert cli.main([*SMALL, "--json", run, "--raster", picture, "--quiet"]) == 0
    assert cli.main(["energy", "compare", run, "--on", "loihi", "--json", str(tmp_path / "compared.json")]) == 0
