"""Pictures of reports: horizontal bars that can be seen and told apart, in matplotlib, SVG, PNG and HTML."""

from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest

from spikecore.command import cli
from spikecore.energy import EnergyReport, Ledger, Measured, ann, load
from spikecore.energy.profile_toml import parse
from spikecore.errors import NetworkError
from spikecore.pictures import file

LEDGER = Ledger(
    spikes=100, synaptic_operations=10_000, synaptic_operations_dense=10**6, neuron_updates=5_000, ticks=100
)
SPACE = "{http://www.w3.org/2000/svg}"


def many(n):
    head = 'name = "many"\ntitle = "Many"\nnode = "1 nm"\nsource = "me"\nscope = "per-term"\n'
    each = '[[price]]\nterm = "term {0}"\ncount = "spikes"\nvalue = {1}\nunit = "pJ"\n'
    each += 'evidence = "vendor"\nbound = "max"\n'
    return parse(head + "".join(each.format(k, k + 1) for k in range(n)), "many.toml")


@pytest.fixture
def pyplot():
    pytest.importorskip("matplotlib").use("Agg")
    from matplotlib import pyplot

    yield pyplot
    pyplot.close("all")


def labels(axes):
    return [text.get_text() for text in axes.get_yticklabels()]


def test_a_measured_machine_has_a_bar_and_the_axis_says_so(pyplot):
    host = EnergyReport.of(LEDGER, "host", Measured(2.0, 0.5, "package"))
    axes = host.plot()
    assert [bar.get_width() for bar in axes.patches] == [2.0]
    assert axes.get_xlabel() == "energy (J), measured"
    assert labels(axes) == ["host\n(measured)"]
    both = host.compare("loihi").plot()
    assert both.get_xlabel().splitlines()[0] == "energy (J), measured and modelled"
    unread = EnergyReport.of(LEDGER, "host").plot()
    assert labels(unread) == ["host\n(unknown)"]
    assert len(unread.patches) == 0


def test_totals_have_a_logarithmic_axis_and_every_machine_can_be_seen(pyplot):
    found = EnergyReport.of(LEDGER, "loihi").compare("spinnaker", "truenorth")
    axes = found.plot()
    assert axes.get_xscale() == "log"
    points = [line for line in axes.lines if line.get_marker() == "o"]
    low, high = axes.get_xlim()
    energies = sorted(report.nominal_j for report in found.reports)
    assert [point.get_xdata()[0] for point in points] == energies
    assert all(low < energy < high for energy in energies)
    assert labels(axes)[0] == "truenorth\n(outside its operating point)"
    shares = axes.figure.axes[1]
    for place in range(3):
        widths = [bar.get_width() for bar in shares.patches if round(bar.get_y() + 0.3) == place]
        assert sum(widths) == pytest.approx(100.0)


def test_no_two_terms_share_a_colour_and_none_of_zero_is_in_the_legend(pyplot):
    axes = EnergyReport.of(LEDGER, many(25)).plot()
    assert len({bar.get_facecolor() for bar in axes.patches}) == 25
    shown = [text.get_text() for text in EnergyReport.of(LEDGER, "loihi").plot().get_legend().get_texts()]
    assert shown == ["neuron updates", "synaptic operations"], "no learning, which costs nothing here"


def test_nothing_that_is_written_overlaps(pyplot):
    found = EnergyReport.of(LEDGER, "loihi").compare("cpu", "spinnaker", "truenorth", "tpu")
    axes = found.plot()
    figure = axes.figure
    figure.canvas.draw()
    boxes = [text.get_window_extent() for text in axes.get_yticklabels()]
    assert not any(a.overlaps(b) for k, a in enumerate(boxes) for b in boxes[:k])
    ticks = [text.get_window_extent() for text in axes.get_xticklabels() if text.get_text()]
    ticks = [box for box in ticks if axes.bbox.x0 <= (box.x0 + box.x1) / 2 <= axes.bbox.x1]
    assert not any(a.overlaps(b) for k, a in enumerate(ticks) for b in ticks[:k])
    legend = figure.axes[1].get_legend().get_window_extent()
    assert not any(legend.overlaps(one.bbox) for one in figure.axes)


def test_the_figure_has_what_the_report_has():
    found = EnergyReport.of(LEDGER, "loihi").compare("spinnaker", "atom", "truenorth")
    assert found.to_svg() == found.to_svg()
    bars = found.bars().bars
    assert [(bar.name, bar.total_j) for bar in bars] == [
        (name, report.nominal_j) for name, report in zip(found.names, found.reports, strict=True)
    ]
    assert [bar.below for bar in bars] == ["a lower bound", "", "", "outside its operating point"]
    terms = dict(bars[0].parts)
    assert list(terms) == ["neuron updates", "synaptic operations"], "no learning, which costs nothing here"
    assert sum(terms.values()) == pytest.approx(found.reports[0].nominal_j)
    assert (bars[0].low_j, bars[0].high_j) == (found.reports[0].band.low_j, found.reports[0].band.high_j)
    assert [bar.is_partial for bar in bars] == [True, False, False, False]
    words = {one.text for one in ET.fromstring(found.to_svg()).iter(f"{SPACE}text")}
    assert {"loihi", "spinnaker", "unknown", "neuron updates", *(bar.below for bar in bars if bar.below)} <= words


def test_an_svg_of_nothing_and_of_one_value():
    assert "unknown" in EnergyReport.of(LEDGER, "atom").compare("host").to_svg()
    assert "0 pJ" in EnergyReport.of(Ledger(), "spinnaker").compare("atom").to_svg()


def test_a_page_has_the_table_the_verdicts_and_the_bars(tmp_path):
    found = EnergyReport.of(LEDGER, "odin").compare("spinnaker")
    page = found.to_html(tmp_path / "page.html").read_text(encoding="utf-8")
    assert '<h2>Compared</h2><p class="verdict">' in page, "the verdict comes first"
    assert page.index("<svg") < page.index("<table")
    assert str(found.verdicts()[0]) in page.replace("&#x27;", "'").replace("\xa0", " ")
    assert 'name="viewport"' in page
    assert all(part.startswith(("<table", "<svg")) for part in page.split('<div class="wide">')[1:])


READY = ["energy", "compare", "--neurons", "256", "--time", "20", "--on", "loihi,cpu", "--plot"]
SWEEP = ["energy", "sweep", "--rates", "10,600", "--neurons", "256", "--time", "50", "--plot"]


@pytest.mark.parametrize("command", [READY, SWEEP])
@pytest.mark.parametrize(
    ("suffix", "start"), [("svg", b"<svg"), ("png", b"\x89PNG"), ("pdf", b"%PDF"), ("html", b"<!doctype html>")]
)
def test_both_commands_write_pictures_and_pages(tmp_path, capsys, command, suffix, start):
    if suffix in ("png", "pdf"):
        pytest.importorskip("matplotlib")
    file = tmp_path / f"out.{suffix}"
    assert cli.main([*command, str(file)]) == 0
    assert file.read_bytes().startswith(start)
    assert f"{'page' if suffix == 'html' else 'picture'}: {file}" in capsys.readouterr().out


@pytest.mark.parametrize("command", [READY, SWEEP])
def test_other_suffixes_are_refused_and_the_allowed_ones_named(tmp_path, capsys, command):
    assert cli.main([*command, str(tmp_path / "out.doc")]) == 2
    message = capsys.readouterr().err
    assert "the suffix is '.doc', allowed: " in message
    assert all(f"'.{kind}'" in message for kind in ("svg", "html", "htm"))


def test_a_png_without_matplotlib_is_refused_before_the_run(tmp_path, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "matplotlib.backends.backend_agg", None)
    file.check("compare", tmp_path / "a.html", file.PAGES)
    with pytest.raises(NetworkError) as caught:
        file.check("compare", tmp_path / "a.png", file.PAGES)
    assert (caught.value.parameter, caught.value.value) == ("the suffix", "'.png'")


def test_a_name_that_looks_like_a_formula_is_drawn(tmp_path):
    pytest.importorskip("matplotlib").use("Agg")
    report = EnergyReport.of(Ledger(synaptic_operations=5), replace(load("loihi"), name=r"<b>$\frac{x$</b>"))
    report.compare(load("cpu")).plot().figure.savefig(tmp_path / "bars.png")
    assert (tmp_path / "bars.png").stat().st_size > 0


def test_every_energy_is_drawn_into_a_file_like_every_other_result(tmp_path):
    report = EnergyReport.of(LEDGER, "loihi")
    network = ann.Network([ann.Dense(4, 2)], name="net")
    spiking = ann.Spiking.of_rates(network, [0.5], ticks=10, input_rate=0.25)
    networks = ann.compare(network, spiking, ann.Silicon("int8", None))
    drawn = {"report": report, "comparison": report.compare("cpu"), "networks": networks}
    for name, energy in drawn.items():
        path = energy.plot(tmp_path / f"{name}.svg")
        assert path == tmp_path / f"{name}.svg"
        assert path.read_text().startswith("<svg")
        with pytest.raises(TypeError, match="where must be a file"):
            energy.plot(3)
