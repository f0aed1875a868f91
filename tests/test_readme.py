"""What the README shows runs as it stands there."""

import json
import math
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from patience import PATIENCE_S

import spikecore as sc

README = Path(__file__).parent.parent / "README.md"


EXAMPLES = README.parent / "examples"
MEASURES = """
import json
import numpy as np
counts = np.histogram(result.spikes[exc].times, bins=np.arange(result.start, result.stop + 0.5))[0]
first = machine.synapses(exc, inh).delays < 0.15
print("measured", json.dumps({
    "rates": list(result.rates().values()),
    "cv": [result.cv_isi(population)[0] for population in (exc, inh)],
    "fano": float(counts.var() / counts.mean()),
    "neurons": exc.size,
    "first": [int(first.sum()), len(first)],
}))
"""


def measured(tmp_path, code):
    """Run an example whole; return what it prints and what its last run came to."""
    example = tmp_path / "example.py"
    example.write_text(code + MEASURES, encoding="utf-8")
    ended = subprocess.run(
        [sys.executable, "-W", "error", str(example)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    printed, figures = ended.stdout.split("measured ")
    return printed, json.loads(figures)


def check_balanced(figures):
    """Hold a network to the asynchronous irregular state, and the shortest delay to its share."""
    assert all(2.0 <= rate <= 12.0 for rate in figures["rates"]), figures
    assert all(0.85 <= cv <= 1.15 for cv in figures["cv"]), figures
    # Of N neurons with a mean correlation r, counts in 1 ms have a Fano factor of about 1 + N r: r below 0.005.
    assert figures["fano"] <= 1.0 + 0.005 * figures["neurons"], figures
    # A normal of 1.5 ± 0.75 ms, drawn again below 0.05 ms, is rounded to 0.1 ms with this probability.
    below, least = (0.5 * (1.0 + math.erf((x - 1.5) / (0.75 * math.sqrt(2.0)))) for x in (0.15, 0.05))
    share = (below - least) / (1.0 - least)
    assert share == pytest.approx(0.0096, abs=5e-5)
    drawn, n = figures["first"]
    assert abs(drawn - n * share) <= 5.0 * math.sqrt(n * share)


def test_the_python_example_runs_and_is_balanced(tmp_path):
    blocks = re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    assert len(blocks) == 1
    printed, figures = measured(tmp_path, blocks[0])
    assert "10,000 neurons, 10,000,000 synapses" in printed
    assert "'exc'" in printed
    assert "Loihi" in printed
    check_balanced(figures)
    said = re.search(r"# ([\d.]+) Hz and ([\d.]+): asynchronous", blocks[0])
    assert float(said[1]) == pytest.approx(sum(figures["rates"]) / 2, abs=0.3)
    assert float(said[2]) == pytest.approx(figures["cv"][0], abs=0.03)


def test_the_example_called_balanced_is(tmp_path):
    check_balanced(measured(tmp_path, (EXAMPLES / "balanced_network.py").read_text(encoding="utf-8"))[1])


@pytest.mark.parametrize(("precision", "parts_at"), [("f32", 425.2), ("f64", None)])
def test_a_chaotic_network_tells_how_neurons_are_updated_and_not_who_does(precision, parts_at):
    code = (EXAMPLES / "balanced_network.py").read_text(encoding="utf-8")
    made = {}
    exec(code[: code.index("print(net.forecast())")], made)
    spikes = {}
    for updates in ("dense", "event"):
        runs = [made["net"].compile(n, precision=precision, updates=updates).run(1_000.0) for n in (1, 3)]
        assert runs[0].spikes_sha256() == runs[1].spikes_sha256()
        spikes[updates] = runs[0].spikes[made["exc"]]
        assert runs[0].rates()["exc"] == pytest.approx(9.7, abs=0.3)
    both = [list(zip(trains.times, trains.neurons, strict=True)) for trains in spikes.values()]
    first = next((a[0] for a, b in zip(*both, strict=False) if a != b), None)
    assert first == parts_at


def test_the_delays_of_the_chain_are_alike():
    net = sc.Network(dt=0.1, seed=2)
    code = (EXAMPLES / "synfire_chain.py").read_text(encoding="utf-8")
    low, high = map(float, re.search(r"sc\.Uniform\(([\d.]+), ([\d.]+)\)", code).groups())
    a, b = (net.population(400, sc.LIF(), name=name) for name in "ab")
    net.connect(a, b, sc.AllToAll(), weight=1.0, delay=sc.Uniform(low, high))
    delays, counts = np.unique(net.compile(workers=1).synapses(a, b).delays, return_counts=True)
    np.testing.assert_allclose(delays, [1.0, 1.1, 1.2, 1.3, 1.4])
    assert np.abs(counts / counts.sum() - 0.2).max() < 0.01


def test_no_example_gives_the_first_delay_half_its_share():
    pages = [
        README,
        *EXAMPLES.glob("*.py"),
        *Path(sc.__file__).parent.rglob("*.py"),
        *(README.parent / "docs").rglob("*.md"),
    ]
    for page in pages:
        assert "low=0.1)" not in page.read_text(encoding="utf-8"), page


def test_its_links_lead_somewhere():
    text = README.read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#]+)\)", text):
        if "://" not in target:
            assert (README.parent / target).exists(), target
    for name in re.findall(r"`(spikecore [a-z]+)`", text):
        assert name.split()[1] in {"run", "energy", "info", "bench"}
