"""Files that a caller hands us, and files that we write: hostile ones cost little, and a good one survives."""

import errno
import importlib.util
import json
import os
import resource
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from patience import PATIENCE_S

import spikecore as sc
from spikecore.energy import load, saved
from spikecore.files import json_text, reading, toml_text, writing
from spikecore.pictures import file as pictures

PROFILE = """name = "mine"
title = "Mine"
node = "7 nm"
scope = "per-term"
source = "here"
"""
PRICE = '[[price]]\nterm = "{}"\ncount = "spikes"\nvalue = {}\nunit = "pJ"\nevidence = "measured"\nbound = "exact"\n'
LEDGER = '{{"energy": {{"loihi": {{"ledger": {{"spikes": {}}}}}}}}}'
MANY = 2**20

TOML = {
    "nested arrays": ("a = " + "[" * 100_000, r"line 1: a is nested deeper than 16 brackets"),
    "nested tables": ("a = " + "{a=" * 100_000, r"line 1: .*(nested|keys)"),
    "arrays closed": ("\n\na = " + "[" * 50_000 + "]" * 50_000, r"line 3: a is nested deeper"),
    "dotted key": (".".join("a" * 50_000) + " = 1", r"line 1: .*(dots|more than 400 characters)"),
    "dotted key with blanks": (" . ".join("a" * 30_000) + " = 1", r"line 1: .* more than 8 dots"),
    "quoted dotted key": (".".join(['"a.b"'] * 20_000) + " = 1", r"line 1: .* more than 8 dots"),
    "dotted header": ("[" + ".".join("a" * 190) + "]", r"line 1: .* more than 8 dots"),
    "digits": (PROFILE + PRICE.format("x", "1" * 5_000), r"line 9: value has a number .* more than 400 characters"),
    "hexadecimal": (PROFILE + PRICE.format("x", "0x" + "f" * 100_000), r"line 9: value has a number"),
    "10^400": (
        PROFILE + PRICE.format("x", "1" + "0" * 399),
        r"line 9 \[price.1\]: value is beyond 1e308, allowed: 0 … 1e",
    ),
    "1e400": (PROFILE + PRICE.format("x", "1e400"), r"line 9 \[price.1\]: value is inf, allowed: 0 … 1e"),
    "nan": (PROFILE + PRICE.format("x", "nan"), r"line 9 \[price.1\]: value is nan"),
    "keys": ("".join(f"a{k} = 1\n" for k in range(100_000)), r"line 1: .* more than 64 keys"),
    "tables": ("".join(f"[a{k}]\n" for k in range(100_000)), r"more than 64 tables"),
    "arrays of tables": ("".join(f"[[a{k}]]\nb.c=1\n" for k in range(30_000)), r"more than 64 tables"),
    "quoted tables": ("".join(f"[['a{k}']]\n" for k in range(30_000)), r"more than 64 tables"),
    "array of tables": ("[[price]]\n" * 100_000, r"tables in arrays"),
    "commas": ("notes = [" + "1," * 400_000 + "]", r"more than 100,000 commas"),
    "lines": ("\n" * MANY, r"more than 150,000 lines"),
    "comments": ("#\n" * MANY, r"more than 150,000 lines"),
    "quotes": ("a = " + '"' * MANY, r"malformed"),
    "escapes": ('a = "' + '\\"' * (MANY // 2), r"malformed"),
    "unfinished text": ('a = """' + "x" * MANY, r"malformed"),
    "a long name": ("a" * MANY + " = 1", r"more than 400 characters"),
    "long": ("#" * 3 * MANY, r"has more than 2,097,152 bytes"),
    "not UTF-8": (b'a = 1\nb = "\xff"', r"line 2 is not UTF-8"),
    "surrogates": ('a = "\\ud800"', r"malformed"),
    "NUL": ("a = \x00", r"malformed"),
    "binary": (bytes(range(256)) * 100, r"malformed"),
    "empty": ("", r"is missing"),
}
JSON = {
    "nested lists": ("[" * 100_000, r"nested deeper than 64"),
    "nested lists closed": ("[" * 100_000 + "]" * 100_000, r"nested deeper than 64"),
    "nested tables": ('{"a":' * 100_000, r"nested deeper than 64"),
    "digits": (
        LEDGER.format("1" * 5_000),
        r"energy.loihi.ledger.spikes is a number of 5,000 digits, allowed: at most 1e308",
    ),
    "10^400": (LEDGER.format("1" + "0" * 400), r"energy.loihi.ledger.spikes is a number of 401 digits"),
    "1e400": (LEDGER.format("-1e400"), r"energy.loihi.ledger.spikes is -1e400, allowed: at most 1e308"),
    "NaN": (LEDGER.format("NaN"), r"energy.loihi.ledger.spikes is NaN, allowed: a finite number"),
    "Infinity": (LEDGER.format("[1, -Infinity]"), r"energy.loihi.ledger.spikes.2 is -Infinity"),
    "twice": (LEDGER.format('1, "spikes": 2'), r"energy.loihi.ledger.spikes is there twice"),
    "surrogate": (LEDGER.format('"\\ud800"'), r"energy.loihi.ledger.spikes is '\\ud800', allowed: no lone surrogate"),
    "lists": ("[" + "[]," * 400_000 + "[]]", r"more than 250,000 values"),
    "tables": ("[" + "{}," * 400_000 + "{}]", r"more than 250,000 values"),
    "numbers": ("[" + "0.1," * 400_000 + "1]", r"more than 250,000 values"),
    "quotes": ('"' * MANY, r"is not JSON"),
    "escapes": ('"' + '\\"' * (MANY // 2), r"is not JSON"),
    "a long text": ('{"energy": "' + "\U0001f600" * (MANY // 4) + '"}', r"energy is missing or empty"),
    "a long key": ('{"energy": {"' + "x" * MANY + '": 1}}', r"ledger is missing"),
    "long": (" " * 3 * MANY, r"has more than 2,097,152 bytes"),
    "not UTF-8": (b'{\n"\xff": 1}', r"line 2 is not UTF-8"),
    "binary": (bytes(range(256)) * 100, r"not UTF-8"),
    "empty": ("", r"is not JSON"),
    "a number": ("1", r"energy is missing or empty"),
}


def write(path, content):
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@pytest.mark.parametrize("name", TOML)
def test_a_hostile_profile_is_an_error_with_file_and_line(tmp_path, name):
    content, named = TOML[name]
    file = write(tmp_path / "mine.toml", content)
    with pytest.raises(sc.NetworkError, match=named) as caught:
        load(file)
    assert "mine.toml" in str(caught.value)
    assert len(str(caught.value)) < 1_000


@pytest.mark.parametrize("name", JSON)
def test_a_hostile_report_is_an_error_with_file_and_key(tmp_path, name):
    content, named = JSON[name]
    file = write(tmp_path / "run.json", content)
    with pytest.raises(sc.NetworkError, match=named) as caught:
        saved.ledgers(file)
    assert "run.json" in str(caught.value)
    assert len(str(caught.value)) < 1_000


def in_64_mib(code, *arguments):
    """Run code that may take 64 MiB more than its imports."""
    start = """
import json, os, resource, sys
import spikecore as sc
from spikecore.energy import Comparison, load, profile_toml, report_table, saved
from spikecore.energy.ann import prices
warm = load("loihi")
used = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (used + 64 * 2**20, resource.RLIM_INFINITY))
"""
    done = subprocess.run(
        [sys.executable, "-c", start + code, *map(str, arguments)],
        capture_output=True, text=True, timeout=PATIENCE_S, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="limits are read from /proc")


@linux
def test_hostile_files_take_less_than_64_mib(tmp_path):
    for k, (content, _) in enumerate(TOML.values()):
        write(tmp_path / f"{k}.toml", content)
    for k, (content, _) in enumerate(JSON.values()):
        write(tmp_path / f"{k}.json", content)
    (tmp_path / "endless.toml").symlink_to("/dev/zero")
    (tmp_path / "endless.json").symlink_to("/dev/zero")
    with (tmp_path / "sparse.json").open("wb") as file:
        file.truncate(2**40)
    code = """
from pathlib import Path
refused = 0
for path in sorted(Path(sys.argv[1]).iterdir()):
    try:
        load(path) if path.suffix == ".toml" else saved.ledgers(path)
    except sc.NetworkError as error:
        assert path.name in str(error), error
        refused += 1
print(refused)
"""
    assert in_64_mib(code, tmp_path) == f"{len(TOML) + len(JSON) + 3}\n"


@linux
def test_the_largest_files_that_are_read_take_less_than_64_mib(tmp_path):
    lists = (json_text.MOST_VALUES - 10) // 2
    write(tmp_path / "0.json", '{"energy": [' + "[]," * lists + "[]]}")
    write(tmp_path / "1.json", '{"energy": [' + '{"a":[]},' * (json_text.MOST_VALUES // 4 - 10) + "[]]}")
    write(tmp_path / "2.json", '{"energy": {' + ",".join(f'"{k}":0.5' for k in range(120_000)) + "}}")
    write(tmp_path / "0.toml", "notes = [" + "[]," * (toml_text.MOST_COMMAS - 1) + "]")
    write(tmp_path / "1.toml", "[[price]]\n" * toml_text.MOST_ARRAY_TABLES)
    write(tmp_path / "2.toml", "".join(f"[[a{k % 60}]]\nb.c.d=1\n" for k in range(toml_text.MOST_ARRAY_TABLES)))
    write(tmp_path / "3.toml", 'title = "' + "x" * (reading.MOST_BYTES - 20) + '"')
    code = """
from pathlib import Path
for path in sorted(Path(sys.argv[1]).iterdir()):
    try:
        load(path) if path.suffix == ".toml" else saved.ledgers(path)
    except sc.NetworkError as error:
        print(path.name)
"""
    assert len(in_64_mib(code, tmp_path).split()) == 7


def test_a_profile_of_many_prices_is_read(tmp_path):
    prices = "".join(PRICE.format(f"t{k}", k) for k in range(300))
    assert len(load(write(tmp_path / "mine.toml", PROFILE + prices)).prices) == 300


@pytest.mark.parametrize("suffix", ["toml", "json"])
def test_what_is_no_file_is_refused_by_its_kind(tmp_path, suffix):
    read = load if suffix == "toml" else saved.ledgers
    os.mkfifo(tmp_path / f"pipe.{suffix}")
    (tmp_path / f"folder.{suffix}").mkdir()
    (tmp_path / f"null.{suffix}").symlink_to(os.devnull)
    for name, kind in (("pipe", "a pipe"), ("folder", "a directory"), ("null", "a device")):
        with pytest.raises(sc.NetworkError, match=rf"{name}.{suffix}.* is {kind}, allowed: a regular file"):
            read(tmp_path / f"{name}.{suffix}")
    with pytest.raises(sc.NetworkError, match=r"cannot be opened|profile is"):
        read(tmp_path / f"a\0b.{suffix}")


def test_a_report_that_was_written_is_read(tmp_path):
    net = sc.Network(seed=1)
    exc = net.population(4, sc.LIF(i_e=600.0), name="exc\x1b[31m")
    net.connect(exc, exc, sc.AllToAll(), weight=1.0, delay=1.0)
    report = net.compile(workers=1).run(50.0).energy("loihi")
    file = write(tmp_path / "run.json", json.dumps({"energy": {"loihi": report.to_dict()}}))
    assert saved.ledgers(file)[0].ledger.spikes == report.ledger.spikes


@pytest.fixture
def report():
    net = sc.Network(seed=1)
    exc = net.population(4, sc.LIF(i_e=600.0), name="exc")
    net.connect(exc, exc, sc.AllToAll(), weight=1.0, delay=1.0)
    return net.compile(workers=1).run(50.0)


def writers(result, folder):
    """Return everything that writes a file, by the name of the file."""
    from spikecore.energy import Comparison, artificial

    energy = result.energy("loihi")
    compared = Comparison([energy, result.energy("spinnaker")])
    network = artificial.Network([artificial.Dense(4, 2)])
    spiking = artificial.Spiking.of_rates(network, [0.5], ticks=10, input_rate=0.25)
    found = artificial.compare(network, spiking, artificial.Silicon("int8", None))
    made = {
        "report.html": energy.to_html,
        "compared.html": compared.to_html,
        "found.html": found.to_html,
        "bars.svg": lambda path: pictures.write("compare", compared.bars().drawing(), path),
        "raster.svg": result.raster,
        "text.txt": lambda file: writing.text(file, "new"),
        "data.bin": lambda file: writing.data(file, bytes(100_000)),
    }
    if importlib.util.find_spec("matplotlib"):
        made |= {"raster.png": result.raster, "raster.pdf": result.raster}
        made["bars.png"] = made["bars.svg"]
    return {folder / name: call for name, call in made.items()}


def test_a_file_is_replaced_as_a_whole_and_keeps_its_permissions(tmp_path, report):
    for file, call in writers(report, tmp_path).items():
        file.write_text("old")
        file.chmod(0o640)
        before = file.stat()
        call(file)
        assert file.stat().st_ino != before.st_ino
        assert file.stat().st_mode == before.st_mode
        assert file.read_bytes() != b"old"
    assert not list(tmp_path.glob(".*"))
    new = tmp_path / "new.txt"
    umask = os.umask(0o027)
    try:
        writing.text(new, "x")
    finally:
        os.umask(umask)
    assert new.stat().st_mode & 0o777 == 0o640


def test_a_link_stays_a_link(tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "link.txt").symlink_to(tmp_path / "real" / "file.txt")
    writing.text(tmp_path / "link.txt", "through")
    assert (tmp_path / "link.txt").is_symlink()
    assert (tmp_path / "real" / "file.txt").read_text() == "through"


@linux
def test_a_full_disk_names_the_file_and_an_older_one_survives(tmp_path, report):
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    for file, call in writers(report, tmp_path).items():
        file.write_text("old")
        resource.setrlimit(resource.RLIMIT_FSIZE, (2, limits[1]))
        try:
            with pytest.raises(OSError, match=r"cannot be written: File too large: ") as caught:
                call(file)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        assert caught.value.filename == str(file)
        assert file.read_text() == "old"
    assert not list(tmp_path.glob(".*"))


def test_devices_and_pipes_are_written_to_directly(tmp_path):
    writing.text(Path(os.devnull), "x")
    with pytest.raises(OSError, match="cannot be written: No space left on device: '/dev/full'"):
        writing.text(Path("/dev/full"), "x")
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with ThreadPoolExecutor(1) as pool:
        got = pool.submit(pipe.read_text)
        writing.text(pipe, "through")
        assert got.result(PATIENCE_S) == "through"
    assert stat.S_ISFIFO(pipe.stat().st_mode)


def test_what_cannot_be_written_is_refused_before(tmp_path):
    (tmp_path / "folder").mkdir()
    for name, problem in (
        ("folder", "it is a directory"),
        ("no/file", "does not exist"),
        ("a\0b", "null"),
        ("x" * 300, "File name too long"),
        ("\ud800", "surrogates not allowed|illegal"),
    ):
        with pytest.raises(sc.NetworkError, match=f"cannot write .*{problem}"):
            writing.check(tmp_path / name)
    with pytest.raises(sc.NetworkError, match="cannot write /proc/x"):
        writing.check(Path("/proc/x"))
    writing.check(tmp_path / "new")
    writing.check(Path("/dev/stdout"))
    assert [one.name for one in tmp_path.iterdir()] == ["folder"]


def test_an_error_that_is_raised_while_writing_leaves_nothing(tmp_path, monkeypatch):
    def interrupted(descriptor):
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupted)
    (tmp_path / "file").write_text("old")
    with pytest.raises(KeyboardInterrupt):
        writing.text(tmp_path / "file", "new")
    assert [(one.name, one.read_text()) for one in tmp_path.iterdir()] == [("file", "old")]


@pytest.mark.skipif(os.geteuid() == 0, reason="root writes everything")
def test_a_file_that_may_not_be_written_is_not_replaced(tmp_path):
    file = tmp_path / "file"
    file.write_text("old")
    file.chmod(0o444)
    with pytest.raises(PermissionError, match="cannot be written: Permission denied"):
        writing.text(file, "new")
    assert file.read_text() == "old"


def test_a_full_disk_is_found_after_the_run(tmp_path, monkeypatch):
    def full(*arguments):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "open", full)
    writing.check(tmp_path / "file")
    with pytest.raises(OSError, match=r"cannot be written: No space left on device: .*file"):
        writing.text(tmp_path / "file", "new")


def test_every_kind_of_picture_is_written(tmp_path, report):
    agg = pytest.importorskip("matplotlib.backends.backend_agg")
    for kind in agg.FigureCanvasAgg.get_supported_filetypes():
        file = tmp_path / f"raster.{kind.upper()}"
        if kind == "pgf":
            with pytest.raises(sc.NetworkError, match=r"the suffix is '\.PGF', allowed: "):
                report.raster(file)
        else:
            assert report.raster(file).stat().st_size > 1_000


@linux
def test_a_file_that_cannot_be_read_to_its_end_is_named(tmp_path):
    (tmp_path / "memory.json").symlink_to("/proc/self/mem")
    with pytest.raises(OSError, match="cannot be read") as caught:
        saved.ledgers(tmp_path / "memory.json")
    assert caught.value.filename == str(tmp_path / "memory.json")


@pytest.mark.parametrize("field", ["ticks", "dt_ms"])
def test_a_run_of_endless_time_is_refused_by_name(tmp_path, report, field):
    ledger = report.ledger.to_dict() | {field: 10**308, "dt_ms" if field == "ticks" else "ticks": 10**6}
    file = write(tmp_path / "run.json", json.dumps({"energy": {"loihi": {"ledger": ledger}}}))
    with pytest.raises(
        sc.NetworkError, match=r"run.json: energy.loihi.ledger is refused: ledger: ticks is .*, allowed: "
    ):
        saved.ledgers(file)


def test_a_message_about_a_file_is_one_line(tmp_path):
    file = write(tmp_path / "a\n\x1b[31m.json", '{"energy": {"x": 1}}')
    with pytest.raises(sc.NetworkError) as caught:
        saved.ledgers(file)
    assert "a\\n\\x1b[31m.json: energy.x.ledger is missing" in str(caught.value)
    assert str(caught.value).isprintable()


def test_a_file_that_only_its_owner_may_replace_is_refused_before(tmp_path, monkeypatch):
    shared = tmp_path / "shared"
    shared.mkdir()
    (shared / "theirs").write_text("old")
    shared.chmod(0o1777)
    monkeypatch.setattr(os, "geteuid", lambda: tmp_path.stat().st_uid + 1)
    writing.check(shared / "new")
    with pytest.raises(
        sc.NetworkError, match=r"cannot write .*theirs: it is another user's, in a directory where only"
    ):
        writing.check(shared / "theirs")
    shared.chmod(0o777)
    writing.check(shared / "theirs")
