"""Progress: full at the end, shown where somebody sees it, and no stream in the place of standard error stops a run."""

import io
import re
import sys

import numpy as np
import pytest

import spikecore as sc
from spikecore import progress
from spikecore.command import cli


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    encoding = "utf-8"

    def isatty(self):
        return True


def ran(monkeypatch, stream):
    """Build, run and run a batch with progress on this stream; return the spikes."""
    monkeypatch.setattr(sys, "stderr", stream)
    net = sc.Network(dt=0.1, seed=1)
    exc = net.population(50, sc.LIF(i_e=400.0), name="exc")
    net.connect(exc, exc, sc.FixedInDegree(5), weight=20.0, delay=1.5)
    machine = net.compile(workers=1, progress=True)
    batch = machine.run_batch(30.0, seeds=[1, 2, 3], progress=True)
    result = machine.run(100.0, progress=True)
    assert batch.spike_counts[exc].shape == (3, 50)
    return result.spikes_sha256()


def lines(text):
    """Return what stands on each line in the end, and all that stood there in between."""
    return [line.split("\r")[1:] for line in text.split("\n")[:-1]]


def test_every_bar_reaches_its_end(monkeypatch):
    stream = Terminal()
    ran(monkeypatch, stream)
    assert stream.getvalue().endswith("\n")
    build, batch, run = (line[-1].rstrip() for line in lines(stream.getvalue()))
    full = "█" * 24
    assert re.fullmatch(rf"build {full} 100/100 %, in \d+\.\d s", build)
    assert re.fullmatch(rf"batch {full} 3/3 samples, in \d+\.\d s", batch)
    assert re.fullmatch(rf"run {full} 0\.1/0\.1 s, \d+\.\d\d × real time, in \d+\.\d s", run)


def test_a_bar_whose_work_was_interrupted_is_ended_where_it_is(monkeypatch):
    stream = Terminal()
    monkeypatch.setattr(sys, "stderr", stream)

    def interrupted(report):
        report(500)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), progress.run_progress(True, 2_000.0, 1.0) as report:
        interrupted(report)
    text = stream.getvalue()
    assert text.endswith("\n")
    assert text.count("\n") == 1
    assert lines(text)[0][-1].startswith("run ██████░░░░░░░░░░░░░░░░░░ 0.5/2 s")


def test_a_shorter_line_leaves_nothing_of_a_longer_one(monkeypatch):
    stream = Terminal()
    screen = progress._Screen(stream)
    screen.rewrite("a long line")
    screen.rewrite("short")
    screen.rewrite("a long line")
    assert stream.getvalue() == "\ra long line\rshort      \ra long line"
    assert "\x1b" not in stream.getvalue()


class Odd:
    """A stream that is what each case makes it."""

    def __init__(self, **parts):
        self.__dict__.update(parts)


def failing(error):
    def fail(*_):
        raise error

    return fail


class Unreadable:
    """A stream whose attributes cannot even be asked for."""

    def __getattr__(self, name):
        raise RuntimeError(name)


def closed():
    stream = Terminal()
    stream.close()
    return stream


def true():
    return True


def accept(_):
    return 1


STREAMS = {
    "none": lambda: None,
    "closed": closed,
    "text": io.StringIO,
    "nothing": object,
    "number": lambda: 3,
    "no isatty": lambda: Odd(write=accept, flush=true),
    "isatty is no function": lambda: Odd(isatty=True, write=accept, flush=true),
    "isatty raises": lambda: Odd(isatty=failing(RuntimeError()), write=accept, flush=true),
    "isatty gives an array": lambda: Odd(isatty=lambda: np.ones(2), write=accept, flush=true),
    "no write": lambda: Odd(isatty=true),
    "write raises an OSError": lambda: Odd(isatty=true, write=failing(OSError()), flush=true),
    "write raises an error of its own": lambda: Odd(isatty=true, write=failing(ZeroDivisionError()), flush=true),
    "no flush": lambda: Odd(isatty=true, write=accept),
    "flush raises": lambda: Odd(isatty=true, write=accept, flush=failing(KeyError())),
    "unknown encoding": lambda: Odd(isatty=true, write=accept, flush=true, encoding="martian"),
    "encoding is no text": lambda: Odd(isatty=true, write=accept, flush=true, encoding=8),
    "bytes": lambda: io.BytesIO(),
    "bytes that are a terminal": lambda: type("Bytes", (io.BytesIO,), {"isatty": true, "__module__": "b"})(),
    "unreadable": Unreadable,
}


@pytest.mark.parametrize("stream", STREAMS.values(), ids=STREAMS)
def test_no_stream_stops_a_run(monkeypatch, stream):
    right = ran(monkeypatch, Terminal())
    assert ran(monkeypatch, stream()) == right


@pytest.mark.parametrize("stream", STREAMS.values(), ids=STREAMS)
def test_no_stream_stops_a_command(monkeypatch, capsys, stream):
    monkeypatch.setattr(sys, "stderr", stream())
    assert cli.main(["run", "microcircuit", "--scale", "0.005", "--time", "10", "--presim", "0", "--workers", "1"]) == 0
    assert "real time" in capsys.readouterr().out
    monkeypatch.setattr(sys, "stderr", stream())
    assert cli.main(["run", "brunel", "--scale", "99"]) == 2


def test_no_standard_error_at_all_stops_no_run(monkeypatch):
    right = ran(monkeypatch, Terminal())
    assert ran(monkeypatch, None) == right
    monkeypatch.delattr(sys, "stderr")
    with progress.run_progress(True, 10.0, 1.0) as report:
        assert report is None


def test_a_stream_that_failed_is_left_alone(monkeypatch):
    calls = []

    def write(text):
        calls.append(text)
        raise RuntimeError

    screen = progress._Screen(Odd(write=write, flush=true))
    for _ in range(3):
        screen.rewrite("line")
    screen.end()
    assert len(calls) == 1


@pytest.mark.parametrize(
    ("module", "is_shown"), [("ipykernel.iostream", True), ("google.colab._stream", True), ("mine.ipykernel", False)]
)
def test_a_notebook_shows_it_and_a_file_does_not(monkeypatch, module, is_shown):
    # The stream of a cell says that it is no terminal (ipykernel 7.4, iostream.OutStream.isatty).
    stream = type("OutStream", (io.StringIO,), {"__module__": module})()
    assert not stream.isatty()
    ran(monkeypatch, stream)
    assert ("100/100 %" in stream.getvalue(), "3/3 samples" in stream.getvalue()) == (is_shown, is_shown)


def test_a_bar_has_likenesses_in_ascii(monkeypatch):
    for encoding, full in (("ascii", "#"), ("cp1252", "#"), ("utf-8", "█")):
        raw = io.BytesIO()
        stream = io.TextIOWrapper(raw, encoding=encoding, errors="strict", newline="")
        wrapped = Odd(write=stream.write, flush=stream.flush, isatty=true, encoding=encoding)
        ran(monkeypatch, wrapped)
        text = raw.getvalue().decode(encoding)
        assert f"run {full * 24} 0.1/0.1 s" in text
        assert text.endswith("\n")
