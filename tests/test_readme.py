"""What the README shows runs as it stands there."""

import re
import subprocess
import sys
from pathlib import Path

from patience import PATIENCE_S

README = Path(__file__).parent.parent / "README.md"


def test_the_python_example_runs(tmp_path):
    text = README.read_text(encoding="utf-8")
    blocks = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    assert len(blocks) == 1
    assert blocks[0].count("1_000.0") == 1
    example = tmp_path / "example.py"
    example.write_text(blocks[0].replace("1_000.0", "100.0"), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-W", "error", str(example)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "10,000 neurons, 10,000,000 synapses" in done.stdout
    assert "'exc'" in done.stdout
    assert "Loihi" in done.stdout


def test_its_links_lead_somewhere():
    text = README.read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#]+)\)", text):
        if "://" not in target:
            assert (README.parent / target).exists(), target
    for name in re.findall(r"`(spikecore [a-z]+)`", text):
        assert name.split()[1] in {"run", "energy", "info", "bench"}
