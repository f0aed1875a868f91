"""The engine's rooms: imports run one way, and files and functions stay short."""

import re
import statistics
from pathlib import Path

import pytest
import rust_imports

RUST = Path(__file__).parents[1] / "rust"
ENGINE = RUST / "spikecore" / "src"

LONGEST_FILE = 500
MEDIAN_FILE = 180
LONGEST_FUNCTION = 80


def between_rooms(graph):
    """The graph of the first folders or files below the crate."""
    rooms = {}
    for module, targets in graph.items():
        for target in targets:
            if module and target and module[0] != target[0]:
                rooms.setdefault(module[0], set()).add(target[0])
    return rooms


@pytest.mark.parametrize("crate", ["spikecore", "spikecore-py"])
def test_imports_between_files_and_between_rooms_have_no_circle(crate):
    graph = rust_imports.graph(RUST / crate / "src")
    assert len(graph) > 8
    assert rust_imports.circles(graph) == []
    assert rust_imports.circles(between_rooms(graph)) == []


def test_rooms_know_what_lies_below_them():
    rooms = between_rooms(rust_imports.graph(ENGINE))
    assert "neurons" not in rooms["synapses"]
    assert "synapses" not in rooms["neurons"]
    assert rooms["router"] <= {"allocation", "error", "id", "sync"}
    assert rooms["cells"] <= {"allocation", "id"}
    assert not rooms["network"] & {"compile", "machine", "neurocore", "neurons", "synapses", "router"}
    assert not rooms["neurocore"] & {"compile", "machine", "router"}
    assert "machine" not in rooms["compile"]


def test_a_circle_is_seen(tmp_path):
    (tmp_path / "lib.rs").write_text("mod a;\nmod b;\nmod c;\n")
    (tmp_path / "a.rs").write_text("use crate::{b::X, id};\n")
    (tmp_path / "b.rs").write_text("impl Y for super::c::Z {}\n")
    (tmp_path / "c.rs").write_text("fn f() { // crate::nothing\n    crate::a::g() }\n")
    assert [set(circle) for circle in rust_imports.circles(rust_imports.graph(tmp_path))] == [{("a",), ("b",), ("c",)}]


def test_files_are_short():
    lines = {path: len(path.read_text().splitlines()) for path in RUST.glob("*/src/**/*.rs")}
    assert {path.name: count for path, count in lines.items() if count > LONGEST_FILE} == {}
    assert statistics.median(lines.values()) <= MEDIAN_FILE


def test_functions_are_short():
    long = {}
    for path in RUST.glob("*/src/**/*.rs"):
        lines = path.read_text().splitlines()
        for start, line in enumerate(lines):
            if match := re.match(r"(\s*)(?:pub(?:\([a-z]+\))? )?(?:const )?(?:unsafe )?fn (\w+)", line):
                if line.endswith(("}", ";")):
                    continue
                end = next(n for n in range(start, len(lines)) if lines[n] in (match[1] + "}", match[1] + ");"))
                if end - start + 1 > LONGEST_FUNCTION:
                    long[f"{path.name}: {match[2]}"] = end - start + 1
    assert long == {}
