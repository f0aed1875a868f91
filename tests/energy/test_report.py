"""The faces of a report: text, HTML, dict, table, picture, comparison, command line."""

import json
import re
from html.parser import HTMLParser

import pytest

import spikecore as sc
from spikecore.command import cli
from spikecore.energy import EnergyReport, Ledger, Measured, known, load
from spikecore.library import brunel
from spikecore.printed import markup

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


def test_the_printed_table_has_a_row_for_every_term(result):
    report = result.energy("cpu")
    lines = str(report).splitlines()
    assert lines[0] == "Energy on 45 nm processor, event-driven software (45 nm, 0.9 V): modelled, per-term"
    assert lines[1].split() == ["term", "count", "price", "low", "nominal", "high", "status"]
    rows = [re.split(r" {2,}", line.strip()) for line in lines[2:5]]
    assert [row[0] for row in rows] == [line.price.term for line in report.lines]
    assert [row[1] for row in rows] == [
        f"{line.count:,}{' B' * ('bytes' in line.price.count)}" for line in report.lines
    ]
    assert {row[-1] for row in rows} == {"modelled, estimated"}
    assert max(map(len, lines[6:])) <= 118
    assert len(lines) < len(report.details().splitlines()) < 60


def test_the_dearest_projection_comes_first(result):
    shares = result.energy("loihi").projections
    counts = [share.projection.synaptic_operations for share in shares]
    assert counts == sorted(counts, reverse=True)
    assert sum(counts) == result.counts.totals()["synaptic_operations"]
    assert sum(share.part for share in shares) == pytest.approx(1.0)


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
    assert plain["ledger"]["projections"][0]["name"] == "E → E"
    full, short = report._repr_html_(), report.table()
    assert report.profile.title in full
    shown = [line for line in report.lines if line.price.count != "learning_updates"]  # nothing learned
    assert [row[0] for row in short.rows if row[0] != "total"] == [line.price.term for line in shown]
    assert all(markup(line.price.source) in full for line in shown)
    page = report.to_html(tmp_path / "page.html").read_text(encoding="utf-8")
    assert page.startswith("<!doctype html>")


@pytest.mark.parametrize(("learned", "rows"), [(0, 0), (33, 1)])
def test_learning_has_a_row_where_something_learned(learned, rows):
    report = EnergyReport.of(Ledger(synaptic_operations=100, learning_updates=learned), "loihi")
    assert sum("synaptic updates" in row[0] for row in report.table().rows) == rows
    assert ("synaptic updates" in report._repr_html_()) == bool(rows)
    pytest.importorskip("pandas")
    assert sum("synaptic updates" in term for term in report.compare("cpu").to_pandas()["term"]) == rows


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
    assert labels == ["loihi\n(a lower bound)", "cpu\n(a lower bound)", "atom\n(unknown)"]
    pyplot.close(axes.figure)


def test_a_comparison_ranks_and_shows_every_report():
    loihi = EnergyReport.of(LEDGER, "loihi")
    both = loihi.compare("spinnaker", "atom", load("tpu"))
    first, atom, _ = both.verdicts()
    assert (first.cheap, round(first.factor), first.bounds) == ("loihi", 530, (("loihi", "min"),))
    assert first.winner is None, "a lower bound wins nothing"
    assert atom.unknown == ("atom", "modelled")
    assert max(len(line) for line in str(both).splitlines()) <= 120
    assert set(both.to_dict()["reports"]) == {"loihi", "spinnaker", "atom", "tpu"}
    rows = both.table().rows
    assert [row[0] for row in rows] == ["loihi", "spinnaker", "atom", "tpu"]
    assert rows[0][4] == pytest.approx(loihi.nominal_j / 10_000)
    assert both._repr_html_().count("<tr>") == 5
    assert loihi.compare(EnergyReport.of(LEDGER, "cpu")).reports[1].profile.name == "cpu"
    with pytest.raises(sc.NetworkError) as caught:
        loihi.compare("cray")
    assert (caught.value.parameter, caught.value.value) == ("profile", "'cray'")


def exact(name, joules):
    from spikecore.energy import Price, Profile

    price = Price("spikes", "spikes", joules, "J", "measured", "exact", "me")
    return EnergyReport.of(Ledger(spikes=1), Profile(name, name, "1 nm", None, "per-term", "me", prices=(price,)))


def test_verdicts():
    (rank,) = exact("a", 1.0).compare(exact("b", 2.0)).verdicts()
    assert (rank.winner, rank.factor, rank.certainty, rank.margin_j) == ("a", 2.0, "certain", 1.0)
    busy = EnergyReport.of(Ledger(synaptic_operations=1000, neuron_updates=1000), "loihi").verdict()
    assert (busy.term, busy.rival) == ("neuron updates", "synaptic operations")
    assert (busy.share, busy.factor) == (pytest.approx(52 / 75.6), pytest.approx(52 / 23.6))
    assert EnergyReport.of(Ledger(), "spinnaker").verdict().nothing == "nothing happened"
    assert EnergyReport.of(Ledger(), "atom").verdict().nothing == "unpriced"
    one = EnergyReport.of(Ledger(synaptic_operations=1), "spinnaker").verdict()
    assert (one.rival, one.events) == ("neuron updates", pytest.approx(13.3 / 26))


def test_a_printed_verdict_says_what_the_value_says():
    """The wording of a page, once for each kind of sentence."""
    busy = EnergyReport.of(Ledger(synaptic_operations=1000, neuron_updates=1000), "loihi").verdict()
    assert str(busy) == (
        "neuron updates cost 68.8 % of what is priced; synaptic operations would cost more if there were 2.2 times as "
        "many; the price of synaptic operations is a bound on one side, so the order is not certain"
    )
    assert str(exact("a", 61.4e-6).compare(exact("b", 2 * 61.4e-6)).verdicts()[0]) == (
        "a costs 2 times less than b, modelled, of what is priced; it would flip if a's spikes cost 2 times as much "
        "(published: no further than nominal), or b's spikes 2 times less (published: no further than nominal); the "
        "published bands do not overlap; unpriced terms above 61.4 µJ would flip it"
    )
    assert str(EnergyReport.of(LEDGER, "loihi").compare("host").verdicts()[0]) == "unknown: host was not measured"


def test_measured_figures_are_told_from_modelled_ones():
    none = EnergyReport.of(LEDGER, "host")
    assert (none.nominal_j, none.status, none.measured) == (None, "not measured", None)
    absent = EnergyReport.of(LEDGER, "host", Measured(None, None, "no energy counters"))
    assert (absent.nominal_j, absent.status) == (None, "not measured")
    there = EnergyReport.of(LEDGER, "host", Measured(2.0, 0.5, "package"))
    assert there.to_dict()["measured"] == {"total_j": 2.0, "above_idle_j": 0.5, "source": "package"}
    assert (there.nominal_j, there.status) == (2.0, "measured")


def test_the_command_line_prices_on_the_machines_named(tmp_path, capsys):
    run = ["run", "brunel", "--scale", "0.02", "--time", "20", "--presim", "0", "--workers", "1"]
    path = tmp_path / "out.json"
    assert cli.main([*run, "--quiet", "--energy", "loihi,truenorth,cpu", "--mapping", "--json", str(path)]) == 0
    energy = json.loads(path.read_text(encoding="utf-8"))["energy"]
    assert list(energy) == ["loihi", "truenorth", "cpu"]
    assert energy["loihi"]["ledger"]["packets"] > 0
    assert energy["truenorth"]["ledger"]["packets"] is None
    assert energy["cpu"]["terms"][1]["memory"] == "1 MB SRAM"
    assert cli.main([*run, "--energy", "spinnaker, cpu"]) == 0
    out = capsys.readouterr().out
    assert all(f"{name} " in out for name in ("spinnaker", "cpu"))
    assert cli.main([*run, "--quiet", "--energy", "none", "--json", str(path)]) == 0
    assert json.loads(path.read_text(encoding="utf-8"))["energy"] == {}
    assert cli.main([*run, "--energy", "loihi,cray"]) == 2
    err = capsys.readouterr()
    assert "profile is 'cray'" in err.err
    assert not err.out, "known before anything is built"


def test_what_no_meter_shows_is_refused():
    for total, above, source in ((-1.0, 0.0, "package"), (1.0, float("nan"), "package"), (1.0, 0.5, " ")):
        with pytest.raises(sc.NetworkError, match="measured: "):
            Measured(total, above, source)
