"""Quoted figures: all there, as citations, with reasons; what is computed is computed and not quoted."""

import json
import subprocess
import sys

import pytest

import spikecore as sc
from spikecore.energy import ann as art
from spikecore.energy.studies import papers

FIGURES = {
    "yin": [126.2, 935.0, 1602.0, 1776.0, 3353.3, 41.3],
    "panda": [6.52, 7.7, 10.6, 74.9, 81.3, 104.8],
    "merolla": [46.0, 4.5],
    "davies": [2.58, 8.08, 48.74],
}


@pytest.mark.parametrize("name", FIGURES)
def test_every_quoted_figure_is_a_citation_with_a_reason(name):
    data = json.loads(json.dumps(papers.paper(name).to_dict()))
    assert [one["value"] for one in data["figures"]] == FIGURES[name]
    assert {one["status"] for one in data["figures"]} == {"citation"}
    assert all(one["why"] for one in data["figures"])
    assert data["source"]
    assert all(row["status"] == "computed" for row in data["formulas"])
    text = " ".join(papers.paper(name).text().split())
    shown = [f"{value:g}" for value in FIGURES[name]] + [one["why"] for one in data["figures"]]
    assert all(words in text for words in (*shown, data["source"], *data["notes"]))


@pytest.mark.parametrize("name", FIGURES)
def test_what_is_recalled_stands_as_unverified_wherever_it_is_shown(name):
    paper = papers.paper(name)
    assert (paper.evidence == "unverified") == (name != "merolla")
    assert {row["evidence"] for row in papers.paper(name).to_dict()["formulas"]} <= {paper.evidence}
    marked = paper.text().count("unverified:\n")
    assert marked == (1 + bool(paper.formulas) if paper.evidence == "unverified" else 0)


def test_names_and_unknown_names():
    assert set(papers.names()) == set(FIGURES)
    with pytest.raises(sc.NetworkError, match="paper is 'horowitz', allowed: 'yin', 'panda'"):
        papers.paper("horowitz").text()


def test_the_sizes_of_yin_reproduce_the_published_numbers_of_parameters():
    sizes = {row["task"]: row["sizes"] for row in papers.paper("yin").to_dict()["formulas"]}
    # "141.3k": weights alone
    assert art.parse(sizes["SHD"], bias=False).parameters == 141_312
    # "156.3k": weights, biases of both matrices, two time constants per neuron
    net = art.parse(sizes["PS-MNIST"])
    assert net.parameters + 2 * sum(layer.output_shape[0] for layer in net.layers) == 156_254


def test_yin_rows_are_the_formulas_and_no_published_ratio():
    rows = papers.paper("yin").to_dict()["formulas"]
    assert {row["rate is"] for row in rows if row["task"] == "SSC"} == {"published"}
    shd = next(row for row in rows if (row["task"], row["rate per step"]) == ("SHD", 0.05))
    spikes = 0.05 * (700 * 128 + 128 * 128 + 2 * 128 * 128 + 128 * 20)
    lstm = 4 * (700 * 128 + 128 * 128) + 17 * 128 + 4 * 2 * 128 * 128 + 17 * 128 + 128 * 20
    assert shd["LSTM ratio, k = 1"] == pytest.approx(3.2 * lstm / (0.1 * spikes + 3.2 * 276))
    assert shd["LSTM ratio, k = 0"] == pytest.approx(3.2 * lstm / (0.1 * spikes))
    ratios = {round(value, 1) for row in rows for key, value in row.items() if "ratio" in key}
    assert not ratios & set(FIGURES["yin"])


def test_yin_the_smallest_ratio_needs_neuron_updates():
    computed = [next(iter(one["computed"].values())) for one in papers.paper("yin").to_dict()["figures"]]
    assert [value > 1.0 for value in computed] == [True, False, False, False, False, False]


def test_panda_its_recalled_prices_decide_nothing():
    """At int32 three ratios would stand above the crossover of 1.72, at fp32 none: no side is shown."""
    figures = papers.paper("panda").to_dict()["figures"]
    rates = [list(one["computed"].values()) for one in figures]
    assert [[rate > 1.72 for rate in pair] for pair in rates] == [[True, False]] * 3 + [[False, False]] * 3
    assert all(len(pair) == 2 for pair in rates)
    for one, int32, fp32 in zip(figures[3:], (0.427, 0.394, 0.305), (0.068, 0.063, 0.049), strict=True):
        rates = list(one["computed"].values())
        assert rates[:2] == pytest.approx([int32, fp32], abs=1e-3)


def test_panda_the_ratio_of_spikes_depends_on_the_rate_alone_and_pixels_set_a_ceiling():
    rows = papers.paper("panda").to_dict()["formulas"]
    for row in rows:
        if row["spikes per neuron"]:
            assert row["ratio, spikes arrive"] == pytest.approx(32.0 / row["spikes per neuron"])
    ceiling = next(row for row in rows if not row["spikes per neuron"])
    assert ceiling["ratio, spikes arrive"] is None
    first, all_layers = 32 * 32 * 27 * 64, 313_201_664  # VGG-16 at 32 × 32 with one full layer of 512 × 10
    assert ceiling["ratio, pixels arrive"] == pytest.approx(all_layers / first)
    assert max(row["ratio, pixels arrive"] for row in rows) == ceiling["ratio, pixels arrive"]


def test_merolla_the_published_figures_disagree():
    rows = papers.paper("merolla").to_dict()["formulas"]
    # 4096 · 256 neurons · 20 Hz · 128 synapses = 2.684e9 per second
    assert [row["GSOPS/W"] for row in rows] == pytest.approx([38.46, 37.28, 41.30], abs=0.01)
    assert [row["pJ per event"] for row in rows] == pytest.approx([26.0, 26.82, 24.21], abs=0.01)


def test_davies_delay_and_energy_give_the_published_products():
    for one in papers.paper("davies").to_dict()["figures"]:
        computed = one["computed"]
        assert computed["energy-delay product"] == pytest.approx(computed["published"], rel=5e-3)
        assert one["status"] == "citation"


def test_importing_the_package_reads_none_of_this():
    code = "import sys, spikecore; print([m for m in sys.modules if 'energy' in m or m in ('torch', 'tomllib')])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
