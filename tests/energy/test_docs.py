"""docs/energy.md: every example and every command runs, and shows what it says it shows."""

import re
from pathlib import Path

import pytest

from spikecore.command import cli

DOCS = Path(__file__).parents[2] / "docs"
PAGE = DOCS / "energy.md"
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)


@pytest.fixture(scope="module")
def outputs(tmp_path_factory):
    """What every command of the page prints, and the directory it ran in."""
    folder = tmp_path_factory.mktemp("page")
    found = []
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        for kind, text in BLOCKS:
            if kind == "sh":
                found += [run(line) for line in text.splitlines()]
    return found, folder


def run(line):
    import contextlib
    import io

    program, *arguments = line.split()
    assert program == "spikecore"
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        assert cli.main(arguments) == 0, line
    return out.getvalue()


def test_the_page_is_made_of_what_is_run():
    kinds = [kind for kind, _ in BLOCKS]
    assert set(kinds) == {"python", "sh", "text"}
    assert kinds.count("python") >= 5
    assert kinds.count("sh") >= 5


def test_examples_run_in_order(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    shared = {}
    for number, (kind, text) in enumerate(BLOCKS):
        if kind == "python":
            exec(compile(text, f"{PAGE.name}, block {number}", "exec"), shared)
    equal = shared["clocked"].crossing(shared["runs"])
    assert f"{equal}\n" in capsys.readouterr().out


def test_commands_print_what_the_page_shows(outputs):
    printed = {line.rstrip() for output in outputs[0] for line in output.splitlines()}
    shown = [line.rstrip() for kind, text in BLOCKS if kind == "text" for line in text.splitlines()]
    assert len(shown) > 15
    for line in shown:
        assert any(line.strip() == one.strip() for one in printed), line


def test_the_picture_is_what_its_command_draws(outputs):
    drawn = (outputs[1] / "claims.svg").read_text(encoding="utf-8")
    assert drawn == (DOCS / "claims.svg").read_text(encoding="utf-8")


def test_commands_named_in_sentences_exist():
    text = PAGE.read_text(encoding="utf-8")
    for name in re.findall(r"`spikecore energy (\w+)", text):
        assert name in {"compare", "sweep", "profiles", "paper"}
    for target in re.findall(r"\]\(([^)#]+)\)", text):
        assert (DOCS / target).exists(), target
