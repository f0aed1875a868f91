"""Quoted figures: all there, as citations, with reasons; what is computed is computed and not quoted."""

import json
import subprocess
import sys

import pytest

import spikecore as sc
from spikecore.energy import ann as art
from spikecore.energy.studies import papers
from spikecore.energy.studies.figures import EVIDENCE, Figure, sources, table

FIGURES = {
    "yin": [126.2, 935.0, 1602.0, 1776.0, 3353.3, 41.3, 100.0, 1000.0, 100.0],
    "panda": [6.52, 7.7, 10.6, 74.9, 81.3, 104.8],
    "merolla": [46.0, 4.5],
    "davies": [2.58, 8.08, 48.74, 1000.0],
}


def plain(name):
    return json.loads(json.dumps(papers.paper(name).to_dict()))


def rows(name):
    """The rows of figures and of formulas, each a dict of figures and words."""
    report = plain(name)
    return report["figures"] + report["formulas"]


def values(row):
    return {name: cell["value"] if isinstance(cell, dict) else cell for name, cell in row.items()}


@pytest.mark.parametrize("name", FIGURES)
def test_every_quoted_figure_has_a_source_and_a_reason(name):
    report = plain(name)
    assert [row["figure"]["value"] for row in report["figures"]] == FIGURES[name]
    text = " ".join(papers.paper(name).text().split())
    shown = [report["source"], *(f"{value:g}" for value in FIGURES[name])]
    shown += [words for row in report["figures"] for words in (row["why"], row["figure"]["source"])]
    shown += [note[key] for note in report["notes"] for key in ("text", "evidence")]
    assert all(row["why"] and row["figure"]["source"] for row in report["figures"])
    assert [words for words in shown if words not in text] == []


@pytest.mark.parametrize("name", FIGURES)
def test_every_number_says_how_it_is_known(name):
    """No cell is a bare number, and the text names the evidence of each."""
    text = " ".join(papers.paper(name).text().split())
    cells = [cell for row in rows(name) for cell in row.values()]
    assert not any(isinstance(cell, int | float) for cell in cells)
    evidence = {cell["evidence"] for cell in cells if isinstance(cell, dict)}
    assert evidence <= set(EVIDENCE)
    assert [word for word in evidence if word not in text] == []


def test_a_figure_is_known_in_one_of_five_ways():
    with pytest.raises(sc.NetworkError) as caught:
        Figure(1.0, "certain")
    assert (caught.value.parameter, caught.value.value) == ("evidence", "'certain'")


def test_a_column_of_mixed_evidence_says_it_in_every_cell():
    mixed = [
        {"a": Figure(1.0, "recalled"), "b": Figure(2.0, "assumed")},
        {"a": Figure(3.0, "computed", "b"), "b": None},
    ]
    assert table("", mixed).texts() == [("1 (recalled)", "2"), ("3 (computed from b)", "-")]
    assert table("", mixed).remarks == ("assumed: b",)
    assert table("", mixed[:1]).remarks == ("recalled: a", "assumed: b")
    assert (Figure(1.0, "computed").label, Figure(1.0, "published", "b").label) == ("computed", "published")
    assert sources([*mixed[0].values(), Figure(5.0, "published", "b", "×", ">")]) == ("1, 2: from ", "> 5 ×: from b")
    assert sources([mixed[0]["a"]], "{:.2f}".format) == ("1.00: from ",)
    figures = papers.paper("davies").figures
    assert [row["unknowns"].label for row in figures[:3]] == ["recalled", "recalled", "quoted at second hand"]


def test_names_and_unknown_names():
    assert set(papers.names()) == set(FIGURES)
    with pytest.raises(sc.NetworkError, match="paper is 'horowitz', allowed: 'yin', 'panda'"):
        papers.paper("horowitz").text()


def test_the_sizes_of_yin_reproduce_the_published_numbers_of_parameters():
    sizes = {row["task"]: row["sizes"] for row in plain("yin")["formulas"]}
    # "141.3k": weights alone
    assert art.parse(sizes["SHD"], bias=False).parameters == 141_312
    # "156.3k": weights, biases of both matrices, two time constants per neuron
    net = art.parse(sizes["PS-MNIST"])
    assert net.parameters + 2 * sum(layer.output_shape[0] for layer in net.layers) == 156_254


def test_yin_rows_are_the_formulas_and_no_published_ratio():
    found = [values(row) for row in plain("yin")["formulas"]]
    shd = next(row for row in found if (row["task"], row["rate of neurons"]) == ("SHD", 0.05))
    spikes = 0.05 * (700 * 128 + 128 * 128 + 2 * 128 * 128 + 128 * 20)
    lstm = 4 * (700 * 128 + 128 * 128) + 17 * 128 + 4 * 2 * 128 * 128 + 17 * 128 + 128 * 20
    assert shd["LSTM ratio, k = 1"] == pytest.approx(3.2 * lstm / (0.1 * spikes + 3.2 * 276))
    assert shd["LSTM ratio, k = 0"] == pytest.approx(3.2 * lstm / (0.1 * spikes))
    ratios = {round(value, 1) for row in found for key, value in row.items() if "ratio" in key}
    assert not ratios & set(FIGURES["yin"])


def test_yin_only_the_rate_of_neurons_of_ssc_was_published_and_the_inputs_move_the_ratio():
    ssc = [row for row in plain("yin")["formulas"] if row["task"] == "SSC"]
    assert {(row["rate of neurons"]["value"], row["rate of neurons"]["evidence"]) for row in ssc} == {
        (0.02885, "published")
    }
    assert {row["rate of inputs"]["evidence"] for row in plain("yin")["formulas"]} == {"assumed"}
    by_input = {row["rate of inputs"]["value"]: row["LSTM ratio, k = 1"]["value"] for row in ssc}
    spikes = 0.1 * 700 * 400 + 0.02885 * (3 * 400 * 400 + 400 * 35)
    lstm = 4 * (700 * 400 + 400 * 400) + 4 * 2 * 400 * 400 + 2 * 17 * 400 + 400 * 35
    assert by_input[0.1] == pytest.approx(3.2 * lstm / (0.1 * spikes + 3.2 * 835))
    assert by_input[0.02] > 2 * by_input[0.2]


def test_yin_the_smallest_ratio_needs_neuron_updates():
    rates = [row["rate per step it stands for, k = 0"] for row in plain("yin")["figures"]]
    assert [rate["value"] > 1.0 for rate in rates] == [True] + [False] * 8
    assert {(rate["evidence"], rate["source"]) for rate in rates} == {("computed", "a recalled formula")}
    assert [rate["bound"] for rate in rates] == [""] * 6 + ["<", "", "<"]
    assert rates[6]["value"] == pytest.approx(32.0 / 100.0)


def test_panda_its_recalled_prices_decide_nothing():
    """At int32 three ratios would stand above the crossover of 1.72, at fp32 none: no side is shown."""
    pairs = [[row["spikes per neuron it stands for, int32"], row["fp32"]] for row in plain("panda")["figures"]]
    rates = [[cell["value"] for cell in pair] for pair in pairs]
    assert [[rate > 1.72 for rate in pair] for pair in rates] == [[True, False]] * 3 + [[False, False]] * 3
    for pair, int32, fp32 in zip(rates[3:], (0.427, 0.394, 0.305), (0.068, 0.063, 0.049), strict=True):
        assert pair == pytest.approx([int32, fp32], abs=1e-3)
    assert [cell["source"] for cell in pairs[0]] == ["recalled prices", "assumed prices"]


def test_panda_the_ratio_of_spikes_depends_on_the_rate_alone_and_pixels_set_a_ceiling():
    found = [values(row) for row in plain("panda")["formulas"]]
    for row in found:
        if row["spikes per neuron"]:
            assert row["ratio, spikes arrive"] == pytest.approx(32.0 / row["spikes per neuron"])
    ceiling = next(row for row in found if not row["spikes per neuron"])
    assert ceiling["ratio, spikes arrive"] is None
    first, all_layers = 32 * 32 * 27 * 64, 313_201_664  # VGG-16 at 32 × 32 with one full layer of 512 × 10
    assert ceiling["ratio, pixels arrive"] == pytest.approx(all_layers / first)
    assert max(row["ratio, pixels arrive"] for row in found) == ceiling["ratio, pixels arrive"]


def test_merolla_the_published_figures_disagree():
    found = plain("merolla")["formulas"]
    # 4096 · 256 neurons · 20 Hz · 128 synapses = 2.684e9 per second
    assert [row["GSOPS/W"]["value"] for row in found] == pytest.approx([38.46, 37.28, 41.30], abs=0.01)
    assert [row["pJ per event"]["value"] for row in found] == pytest.approx([26.0, 26.82, 24.21], abs=0.01)
    assert [row["pJ per event"]["evidence"] for row in found] == ["quoted at second hand", "computed", "computed"]
    assert [values(row)["V"] for row in found] == [None, 0.775, 0.75]


def test_davies_a_recalled_delay_is_no_evidence():
    found = plain("davies")["figures"]
    for row in found[:3]:
        assert row["energy × delay"]["value"] == pytest.approx(row["energy-delay product"]["value"], rel=5e-3)
        assert row["energy × delay"]["source"] == "a recalled delay"
        assert row["delay ratio"]["evidence"] == "recalled"
    products = [row["energy-delay product"]["evidence"] for row in found[:3]]
    assert products == [row["unknowns"]["evidence"] for row in found[:3]]
    assert products == ["recalled", "recalled", "quoted at second hand"]
    assert found[3].keys() == {"figure", "of", "why"}
    assert [note["evidence"] for note in plain("davies")["notes"] if "LARS" in note["text"]] == ["recalled"]


def test_importing_the_package_reads_none_of_this():
    code = "import sys, spikecore; print([m for m in sys.modules if 'energy' in m or m in ('torch', 'tomllib')])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
