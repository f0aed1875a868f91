"""The faces of a comparison with an artificial network."""

import pytest

from spikecore.energy import artificial as art
from spikecore.energy import artificial_faces as faces


@pytest.fixture(scope="module", params=["sram-32KB", "dram", None])
def found(request):
    network = art.Network([art.Dense(784, 128), art.Dense(128, 10, activation=False)], name="<net>")
    spiking = art.Spiking.of_rates(network, [0.5], ticks=10, input_rate=0.25)
    return art.compare(network, spiking, art.Silicon("int8", request.param))


def test_as_html(found):
    html = found._repr_html_()
    for words in (
        "<th>term</th>",
        "synaptic operations",
        "total",
        "modelled",
        "ratio, artificial over spiking",
        "1.72",
    ):
        assert words in html
    assert "&lt;net&gt;" in html
    assert "<net>" not in html
    for _, cost in faces.costs(found):
        assert all(note.split(":")[0] in html for note in cost.notes)


def test_as_a_page(found, tmp_path):
    page = found.to_html(tmp_path / "page.html").read_text(encoding="utf-8")
    assert page.startswith("<!doctype html>")
    assert "<svg" in page
    assert found.verdict in page


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
    energies = [cost.energy_j for _, cost in faces.costs(found)]
    assert [bar.get_width() for bar in axes.patches] == pytest.approx(energies)
    assert axes.get_xscale() == "log"
    assert axes.get_xlabel() == "energy (J), modelled"
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
    for bar, (role, cost) in zip(faces.bars(found), faces.costs(found), strict=True):
        assert bar.name == role
        assert sum(value for _, value in bar.parts) == pytest.approx(bar.total_j) == cost.energy_j
        assert bar.high_j == cost.high_j
        assert all(value for _, value in bar.parts)
