"""docs/dev/: what the pages name is there, and the profile that one of them shows is read."""

import re
from pathlib import Path

import pytest

from spikecore.energy import Ledger, bill, load

ROOT = Path(__file__).parents[1]
PAGES = sorted((ROOT / "docs" / "dev").glob("*.md"))
FOLDERS = ("python/", "tests/", "rust/", "docs/", "benches/", ".ci/")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_files_that_a_page_names_exist(page):
    text = page.read_text(encoding="utf-8")
    named = set(re.findall(r"`([^`\s]+)`", text)) | set(re.findall(r"(?<=\s)(?:tests|benches)/[\w/.]+", text))
    files = [name for name in named if name.startswith(FOLDERS) or name.endswith(".md")]
    files = [name for name in files if not name.endswith(".so")]  # what a build makes
    assert files
    for name in files:
        assert (ROOT / name).exists(), name


def test_the_profile_of_the_page_is_read(tmp_path):
    page = ROOT / "docs" / "dev" / "adding-a-hardware-profile.md"
    (text,) = re.findall(r"^```toml\n(.*?)^```$", page.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    file = tmp_path / "pond.toml"
    file.write_text(text, encoding="utf-8")
    profile = load(file)
    ledger = Ledger(
        synaptic_operations=1000, weight_bytes=80, core_store_bytes=4096, neurons=513 * 16, ticks=1000, dt_ms=1.0
    )
    energies = {line.price.term: line.nominal_j for line in bill(ledger, profile).lines}
    assert energies == pytest.approx({"synaptic operations": 3.2e-9, "leakage": 2 * 0.8e-3, "weights": 50e-12})
