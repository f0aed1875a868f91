"""The faces of a comparison with an artificial network."""

import pytest

from spikecore.energy import ann as art
from spikecore.energy.ann import view
from spikecore.energy.table import Section


@pytest.fixture(scope="module", params=["sram-32KB", "dram", None])
def found(request):
    network = art.Network([art.Dense(784, 128), art.Dense(128, 10, activation=False)], name="<net>")
    spiking = art.Spiking.of_rates(network, [0.5], ticks=10, input_rate=0.25)
    return art.compare(network, spiking, art.Silicon("int8", request.param))


def test_the_table_has_every_term_and_the_totals(found):
    rows = [dict(zip((column.name for column in found.table.head), row, strict=True)) for row in found.table.rows]
    for role, cost in found.costs.items():
        own = [row for row in rows if row["network"] == role]
        assert [row["energy"] for row in own] == [*(term.energy_j for term in cost.terms), cost.energy_j]
        assert [row["count"] for row in own] == [*(term.count for term in cost.terms), None]
        assert own[-1]["of it memory"] == cost.memory_share
        assert own[-1]["up to"] == (cost.high_j if cost.high_j != cost.energy_j else None)
        assert [row["source"] for row in own[:-1]] == [term.source for term in cost.terms]


def test_the_terminal_and_the_notebook_show_the_table(found):
    assert str(found) == found.table.text()
    assert found._repr_html_() == found.table.html()
    assert f"{found.ratio:.4g}" in str(found)
    assert "&lt;net&gt;" in found._repr_html_()
    assert "<net>" not in found._repr_html_()
    sections = [remark for remark in found.table.remarks if isinstance(remark, Section)]
    assert [section.lines for section in sections] == [cost.notes for cost in found.costs.values()]


def test_as_a_page(found, tmp_path):
    page = found.to_html(tmp_path / "page.html").read_text(encoding="utf-8")
    assert page.startswith("<!doctype html>")
    assert view.bars(found.costs).drawing().svg() in page
    assert found.table.html() in page


def test_as_a_table(found):
    pandas = pytest.importorskip("pandas")
    table = found.to_pandas()
    assert isinstance(table, pandas.DataFrame)
    sums = table.groupby("role")["energy_j"].sum()
    assert sums["artificial"] == pytest.approx(found.artificial.energy_j)
    assert sums["spiking"] == pytest.approx(found.spiking.energy_j)
    assert sums["twin"] == pytest.approx(found.twin.energy_j)
    assert set(table["status"]) == {"modelled"}


def test_as_bars(found):
    pytest.importorskip("matplotlib").use("Agg")
    from matplotlib import pyplot

    axes = found.plot()
    energies = [cost.energy_j for cost in found.costs.values()]
    points = [line.get_xdata()[0] for line in axes.lines if line.get_marker() == "o"]
    assert points == pytest.approx(sorted(energies))
    assert axes.get_xscale() == "log"
    own = pyplot.figure().add_subplot()
    assert found.plot(own) is own
    ends = {}
    for bar in own.patches:
        place = round(bar.get_y() + bar.get_height() / 2)
        assert bar.get_x() == pytest.approx(ends.get(place, 0.0))
        ends[place] = bar.get_x() + bar.get_width()
    assert [ends[k] for k in range(len(energies))] == pytest.approx(energies)
    pyplot.close("all")


def test_bars_add_up(found):
    for bar, (role, cost) in zip(view.bars(found.costs).bars, found.costs.items(), strict=True):
        assert bar.name == role
        assert sum(value for _, value in bar.parts) == pytest.approx(bar.total_j) == cost.energy_j
        assert bar.high_j == cost.high_j
        assert all(value for _, value in bar.parts)
