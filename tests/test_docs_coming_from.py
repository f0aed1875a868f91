"""docs/coming-from.md: each block of code runs as it stands and prints what stands below it; each name is there."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from patience import PATIENCE_S

import spikecore as sc

PAGE = (Path(__file__).parents[1] / "docs" / "coming-from.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```python\n(.*?)^```\n\n```text\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
NAMES = PAGE[PAGE.index("## Names") : PAGE.index("## From NEST")]
TABLES = re.findall(r"^\| (.*?) \|", NAMES, re.MULTILINE)


def test_every_block_has_what_it_prints():
    assert len(BLOCKS) == PAGE.count("```python") == PAGE.count("```text") >= 6


@pytest.mark.parametrize("place", range(len(BLOCKS)))
def test_a_block_prints_what_stands_below_it(place, tmp_path):
    code, printed = BLOCKS[place]
    if "scipy" in code:
        pytest.importorskip("scipy.sparse")
    file = tmp_path / "block.py"
    file.write_text(code, encoding="utf-8")
    run = [sys.executable, "-W", "error", str(file)]
    ended = subprocess.run(run, cwd=tmp_path, capture_output=True, text=True, timeout=PATIENCE_S, check=False)
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout == printed


def test_the_names_of_the_tables_are_those_of_the_package():
    named = {name for cell in TABLES for name in re.findall(r"`(?:sc\.)?([A-Z]\w+)\b", cell)}
    assert {"LIF", "FixedInDegree", "Poisson", "Pairs", "Network"} <= named
    assert named <= set(sc.__all__)
    methods = {name for cell in TABLES for name in re.findall(r"`(?:net|machine)\.(\w+)", cell)}
    assert {"record", "synapses", "run"} <= methods
    assert all(hasattr(sc.Network, name) or hasattr(sc.Machine, name) for name in methods)


def test_defaults_that_the_page_speaks_of_are_those():
    assert "20\nms here and 10 ms there" in PAGE
    assert sc.LIF().tau_m == sc.LIFAlpha().tau_m == sc.LIFDelta().tau_m == 20.0
    for name, value in {"c_m": 250.0, "e_l": -70.0, "v_th": -55.0, "v_reset": -70.0, "t_ref": 2.0, "i_e": 0.0}.items():
        assert getattr(sc.LIF(), name) == value
    assert sc.LIF().tau_syn_exc == sc.LIF().tau_syn_inh == 2.0
