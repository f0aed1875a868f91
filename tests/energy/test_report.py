"""The faces of a report: text, HTML, dict, table, picture, comparison, command line."""

import json
import re
from html.parser import HTMLParser

import pytest

import spikecore as sc
from spikecore.command import cli
from spikecore.energy import EnergyReport, Ledger, Measured, known, load
from spikecore.library import brunel

LEDGER = Ledger(
    spikes=100,
    synaptic_operations=10_000,
    synaptic_operations_dense=1_000_000,
    neuron_updates=5_000,
    updates_done=5_000,
    weight_bytes=60_000,
    weight_bytes_dense=6_000_000,
    state_bytes=50_000,
    ticks=100,
    dt_ms=1.0,
    synapses=10_000,
    weight_store_bytes=60_000,
)


@pytest.fixture(scope="module")
def result():
    net, _ = brunel.build(0.02, "poisson", 1)
    return net.compile(workers=2).run(50.0)


def test_the_table_is_aligned_and_says_what_each_figure_is(result):
    text = str(result.energy("cpu"))
    lines = text.splitlines()
    assert lines[0] == "Energy on 45 nm processor, event-driven software (45 nm, 0.9 V): modelled, per-term"
    table = lines[1:6]
    assert table[0].split() == ["term", "count", "price", "low", "nominal", "high", "status"]
    at = table[0].index("status")
    assert all(row[at:].startswith("modelled") for row in table[1:])
    assert all(row[at - 1] == " " for row in table)
    assert " B " in table[2]
    assert "pJ/64bit (1 MB SRAM" in table[2]
    for word in ("verdict:", "unpriced:", "instructions", "projection E → E", "pays:", "source: Horowitz"):
        assert word in text


def test_the_costliest_projection_comes_first(result):
    lines = [line for line in str(result.energy("loihi")).splitlines() if "projection " in line]
    counts = [int(re.search(r": ([\d,]+) synaptic", line)[1].replace(",", "")) for line in lines]
    assert counts == sorted(counts, reverse=True)
    assert sum(counts) == result.counts.totals()["synaptic_operations"]
    shares = [float(re.search(r"([\d.]+) %", line)[1]) for line in lines]
    assert sum(shares) == pytest.approx(100.0, abs=0.3)


@pytest.mark.parametrize("name", known())
def test_every_profile_makes_every_face(result, name, tmp_path):
    report = result.energy(name)
    plain = json.loads(json.dumps(report.to_dict()))
    assert plain["profile"] == name
    assert plain["status"] == ("not measured" if name == "host" else "modelled")
    assert plain["total_j"]["nominal"] == report.nominal_j
    assert sum(term["energy_j"]["nominal"] for term in plain["terms"]) == pytest.approx(report.nominal_j or 0.0)
    for term in plain["terms"]:
        assert {"source", "evidence", "bound", "unit", "status", "scope"} <= set(term)
    assert plain["unpriced"]
    assert plain["ledger"]["per_projection"][0]["name"] == "E → E"
    assert "verdict: " in str(report)
    assert report.profile.title in report._repr_html_()
    page = report.to_html(tmp_path / "page.html").read_text(encoding="utf-8")
    assert page.startswith("<!doctype html>")


class Links(HTMLParser):
    def __init__(self):
        super().__init__()
        self.found, self.open = [], []

    def handle_starttag(self, tag, attrs):
        self.found += [value for name, value in attrs if name in ("src", "href")]
        if tag not in ("meta", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def test_a_page_needs_nothing_else_and_escapes_what_it_quotes(tmp_path):
    file = tmp_path / "mine.toml"
    file.write_text(
        'name = "mine"\ntitle = "<b>&"\nnode = "1 nm"\nsource = "<script>"\nscope = "per-term"\n'
        '[[price]]\nterm = "<i>"\ncount = "spikes"\nvalue = 1.0\nunit = "pJ"\nevidence = "vendor"\nbound = "exact"\n',
        encoding="utf-8",
    )
    page = EnergyReport.of(LEDGER, file).compare("loihi").to_html(tmp_path / "page.html").read_text(encoding="utf-8")
    links = Links()
    links.feed(page)
    assert links.open == []
    assert links.found == []
    assert "<script>" not in page
    assert "&lt;script&gt;" in page
    assert "&lt;b&gt;&amp;" in page
    widths = [float(width) for width in re.findall(r"width:([\d.]+)%", page)]
    assert sum(widths) == pytest.approx(200.0, abs=0.1), "the terms of two reports"


def test_a_table_for_pandas(result):
    pandas = pytest.importorskip("pandas")
    report = result.energy("loihi")
    table = report.compare("cpu").to_pandas()
    assert isinstance(table, pandas.DataFrame)
    assert list(table["profile"].unique()) == ["loihi", "cpu"]
    assert table[table["profile"] == "loihi"]["nominal_j"].sum() == pytest.approx(report.nominal_j)
    assert len(result.energy("atom").to_pandas()) == 0


def test_bars_stand_on_each_other_and_add_up():
    pytest.importorskip("matplotlib").use("Agg")
    from matplotlib import pyplot

    both = EnergyReport.of(LEDGER, "loihi").compare("cpu", "atom")
    axes = pyplot.figure().add_subplot()
    assert both.plot(axes) is axes
    ends = {}
    for bar in axes.patches:
        place = round(bar.get_y() + bar.get_height() / 2)
        assert bar.get_x() == pytest.approx(ends.get(place, 0.0))
        ends[place] = bar.get_x() + bar.get_width()
    assert ends == {k: pytest.approx(both.reports[k].nominal_j) for k in (0, 1)}
    labels = [text.get_text() for text in axes.get_yticklabels()]
    assert labels == ["loihi", "cpu", "atom\n(unknown)"]
    assert axes.get_xlabel().splitlines()[0] == "energy (J), modelled"
    pyplot.close(axes.figure)


def test_a_comparison_says_which_is_cheaper_and_what_would_flip_it():
    loihi = EnergyReport.of(LEDGER, "loihi")
    both = loihi.compare("spinnaker", "atom", load("tpu"))
    text = str(both)
    assert "loihi costs 53" in both.verdicts()[0]
    assert both.verdicts()[1] == "unknown: atom has no priced cost"
    assert "unpriced on loihi: spikes within a tile" in text
    assert max(len(line) for line in text.splitlines()) <= 120
    assert set(both.to_dict()["reports"]) == {"loihi", "spinnaker", "atom", "tpu"}
    assert both._repr_html_().startswith("<table><tr><th>machine</th>")
    assert "<li>unpriced on loihi: spikes within a tile" in both._repr_html_()
    assert loihi.compare(EnergyReport.of(LEDGER, "cpu")).reports[1].profile.name == "cpu"
    with pytest.raises(sc.NetworkError, match="profile is 'cray'"):
        loihi.compare("cray")


def exact(name, joules):
    from spikecore.energy import Price, Profile

    price = Price("spikes", "spikes", joules, "J", joules, joules, joules, "measured", "exact", "me")
    return EnergyReport.of(Ledger(spikes=1), Profile(name, name, "1 nm", None, "per-term", "me", prices=(price,)))


def flat(text):
    return " ".join(str(text).split())


def test_verdicts():
    assert "2 times less" in exact("a", 1.0).compare(exact("b", 2.0)).verdicts()[0]
    assert "bands do not overlap; unpriced terms above 1 J would flip it" in flat(
        exact("a", 1.0).compare(exact("b", 2.0))
    )
    small = exact("a", 61.4e-6).compare(exact("b", 2 * 61.4e-6))
    assert "unpriced terms above 61.4 µJ would flip it" in flat(small)
    busy = EnergyReport.of(Ledger(synaptic_operations=1000, neuron_updates=1000), "loihi").verdict()
    assert busy.startswith("neuron updates cost 68.8 % of what is priced")
    assert "synaptic operations would cost more if there were 2.2 times as many" in busy
    assert "no cost: every priced count is 0" in EnergyReport.of(Ledger(), "spinnaker").verdict()
    assert EnergyReport.of(Ledger(), "atom").verdict() == "unknown: nothing is priced"
    one = EnergyReport.of(Ledger(synaptic_operations=1), "spinnaker").verdict()
    assert "neuron updates would cost more as soon as there were 0.512" in one


def test_measured_figures_are_told_from_modelled_ones():
    none = EnergyReport.of(LEDGER, "host")
    assert "measured: unknown, nothing was read during this run" in str(none)
    assert none.nominal_j is None
    absent = EnergyReport.of(LEDGER, "host", Measured(None, None, "no energy counters"))
    assert "measured: not available here (no energy counters)" in str(absent)
    there = EnergyReport.of(LEDGER, "host", Measured(2.0, 0.5, "package"))
    assert "measured: 2 J, 500 mJ above idle (package)" in str(there)
    assert there.to_dict()["measured"] == {"total_j": 2.0, "above_idle_j": 0.5, "source": "package"}
    assert "2 J" in there._repr_html_()


def test_the_command_line_prices_on_the_machines_named(tmp_path, capsys):
    run = ["run", "brunel", "--scale", "0.02", "--time", "20", "--presim", "0", "--workers", "1"]
    path = tmp_path / "out.json"
    assert cli.main([*run, "--quiet", "--energy", "loihi,truenorth,cpu", "--mapping", "--json", str(path)]) == 0
    energy = json.loads(path.read_text(encoding="utf-8"))["energy"]
    assert list(energy) == ["loihi", "truenorth", "cpu"]
    assert any("mapping: neurons in the order of their ids" in note for note in energy["loihi"]["notes"])
    assert any("not mapped: fan-in" in note for note in energy["truenorth"]["notes"])
    assert energy["cpu"]["terms"][1]["memory"] == "1 MB SRAM"
    assert cli.main([*run, "--energy", "spinnaker, cpu"]) == 0
    out = capsys.readouterr().out
    assert "Energy, compared" in out
    assert "Loihi" not in out
    assert cli.main([*run, "--quiet", "--energy", "none", "--json", str(path)]) == 0
    assert json.loads(path.read_text(encoding="utf-8"))["energy"] == {}
    assert cli.main([*run, "--energy", "loihi,cray"]) == 2
    err = capsys.readouterr()
    assert "profile is 'cray'" in err.err
    assert "Forecast" not in err.out, "known before anything is built"


def test_what_no_meter_shows_is_refused():
    for total, above, source in ((-1.0, 0.0, "package"), (1.0, float("nan"), "package"), (1.0, 0.5, " ")):
        with pytest.raises(sc.NetworkError, match="measured: "):
            Measured(total, above, source)
