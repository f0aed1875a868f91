"""The tests of energy assert on values: few of them hold a sentence, those of the printed page."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from spikecore.energy import known, load
from spikecore.energy.studies.figures import EVIDENCE

MOST_WORDINGS = 25
"""Asserts of the tests of energy that hold a sentence of a printed page; all others hold values."""
NAMED = {*EVIDENCE, *(price.term for name in known() for price in load(name).prices)}
"""Values that are words: terms of the profiles, and how a figure is known."""


def prose(text: str) -> bool:
    """Return whether text is a piece of a sentence: four words or more, and no value."""
    return text not in NAMED and len(re.findall(r"(?<!\S)[^\W\d_][\w'-]*", text)) >= 4


def texts(test: ast.AST) -> Iterator[str]:
    """Yield the texts in an assert, those with values in them whole."""
    for node in ast.walk(test):
        if isinstance(node, ast.JoinedStr):
            yield "".join(part.value if isinstance(part, ast.Constant) else "1" for part in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def wordings(tree: ast.AST) -> list[int]:
    """Return the lines of the asserts that hold a sentence."""
    asserts = [node for node in ast.walk(tree) if isinstance(node, ast.Assert)]
    return [node.lineno for node in asserts if any(map(prose, texts(node.test)))]


def test_wordings_are_found():
    code = "assert str(rank) == f'{name} costs less than b'\nassert rank.winner == 'b', 'b costs less than a'"
    assert wordings(ast.parse(code)) == [1]


def test_energy_is_tested_by_values():
    files = sorted(Path(__file__).parent.glob("*.py"))
    trees = {path.name: ast.parse(path.read_text(encoding="utf-8")) for path in files if path != Path(__file__)}
    places = [f"{name}:{line}" for name, tree in trees.items() for line in wordings(tree)]
    assert len(places) <= MOST_WORDINGS, places
