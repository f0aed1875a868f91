"""`print` of every public object works on the code pages of Windows, and on any encoding."""

import inspect
import os
import subprocess
import sys
from pathlib import Path

import printable
import pytest
from patience import PATIENCE_S

import spikecore as sc
from spikecore import energy, printed
from spikecore.energy import ann

LATIN = ("pixels", "µ delta", "leaky", "adaptive", "maps é", "votes")
GREEK = ("πίξελ", "δέλτα", "漏れる", "→ adaptive", "ש", "∞")
WORDS = (str, bytes)
WITHOUT_INSTANCES = {"SpikecoreError", "Inside", "Level", "Chip", "OperatingPoint"}
"""Base classes, and parts that only some profiles have."""


@pytest.fixture(scope="module")
def reached():
    return list(printable.reached([*printable.network(LATIN), *printable.layered("á"), *printable.studied()]))


def test_what_objects_show_is_in_the_code_page_of_windows(reached):
    for thing in reached:
        if not isinstance(thing, WORDS) and not (isinstance(thing, tuple) and thing and isinstance(thing[0], WORDS)):
            for show in (str, repr):
                text = show(thing)
                assert text.encode("cp1252", "replace").decode("cp1252") == text, (type(thing), show, text)


def test_every_public_class_is_among_them(reached):
    shown = {kind for thing in reached for kind in type(thing).__mro__}
    for module in (sc, energy, ann):
        for name in set(module.__all__) - WITHOUT_INSTANCES:
            kind = getattr(module, name)
            if inspect.isclass(kind) and not issubclass(kind, Exception):
                assert kind in shown, name


PROGRAM = """
import sys
sys.path.insert(0, {folder!r})
import printable
import spikecore as sc
studied = printable.studied() if sys.stdout.encoding in ("cp1252", "utf-8") else []
for thing in [*printable.network({names!r}), *printable.layered("漏"), *studied]:
    print(thing)
    print(repr(thing))
net = sc.Network()
a = net.population(3, sc.LIF(), name="α → β")
for call in (
    lambda: net.connect(a, a, sc.Pairs([8], [0]), weight=1.0, delay=1.0),
    lambda: net.connect(a, a, sc.OneToOne(), weight="x", delay=1.0),
    lambda: net.population(0, sc.LIF(), name="∞"),
    lambda: net.population(True, sc.LIF(), name="∞"),
    lambda: sc.coding.latency([[1.0]], 1.0, 0.1, method="linear", threshold=-1.0),
    lambda: net.compile(workers=1, record_spikes=False).run(1.0).spikes[a],
):
    try:
        call()
    except (sc.SpikecoreError, TypeError) as error:
        print(type(error).__name__, error)
    else:
        raise AssertionError(call)
"""


@pytest.mark.parametrize("encoding", ["cp1252", "cp437", "ascii", "cp932", "utf-8"])
def test_objects_are_printed_whatever_the_encoding_and_the_names(encoding):
    program = PROGRAM.format(folder=str(Path(__file__).parent), names=GREEK)
    ended = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "PYTHONIOENCODING": encoding},
        capture_output=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr.decode(errors="replace")
    text = ended.stdout.decode(encoding)
    assert "Dense(36 -> 10)" in text
    if encoding == "utf-8":
        assert "Population('漏れる', 10, LIF)" in text
        assert "NetworkError α → β → α → β: sources[0] is 8" in text
    if encoding == "cp1252":
        assert "Population('???', 10, LIF)" in text
        assert "NetworkError ? -> ? -> ? -> ?: sources[0] is 8" in text
        assert "threshold is -1.0, allowed: >= 0 and < 1" in text


def test_an_output_of_the_caller_does_not_stop_a_text(monkeypatch):
    class Odd:
        encoding = "martian"

    for stream in (None, Odd(), object(), 3):
        monkeypatch.setattr(sys, "stdout", stream)
        assert printed.encodable("α → β") == "α → β"
        assert printed.console("α → β") == "α -> β"
    monkeypatch.delattr(sys, "stdout")
    assert printed.encodable("α → β") == "α → β"
