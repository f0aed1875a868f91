"""Figures as data, and their drawing: points on a logarithmic axis, sorted, with bands, bounds and misfits."""

from xml.etree import ElementTree as ET

import numpy as np
import pytest

from spikecore.energy.bar import Bar
from spikecore.energy.figure import Bars, Totals
from spikecore.pictures.drawing import Circle, Drawing, Polyline, Rect, Words
from spikecore.pictures.figure import WIDTH
from spikecore.pictures.scale import Scale

PARTS = (("spikes", 3e-6), ("leakage", 1e-6))
BARS = Bars(
    (
        Bar("a", "", 4e-6, 2e-6, 8e-6, PARTS),
        Bar("b <&>", "far", 4e-9, None, None, (("spikes", 4e-9),), bound="min"),
        Bar("c", "measured", 1e-3, None, None, (("measured as a whole", 1e-3),), is_measured=True),
        Bar("d", "", None, None, None, ()),
        Bar("e", "", 4e-6, 3e-6, None, PARTS, is_partial=True),
        Bar("f", "does not fit", 1e-9, None, None, (("spikes", 1e-9),), bound="max", is_misfit=True),
    )
)
ORDER = ["b <&>", "a", "e", "c", "f", "d"]


def shapes(kind):
    return [shape for shape in BARS.drawing().shapes if isinstance(shape, kind)]


def axis():
    """Return the axis of the totals, from the first and the last point."""
    totals = Totals(BARS.sorted, "")
    return Scale(*totals.limits, totals.left, WIDTH - totals.right, is_log=True)


def pixel(energy):
    return float(axis()(np.array(energy)))


def test_machines_are_sorted_and_those_that_cannot_hold_the_network_stand_below():
    assert [bar.name for bar in BARS.sorted] == ORDER
    drawn = [word.text for word in shapes(Words) if word.text in ORDER]
    assert drawn == [*ORDER, *ORDER[:-1]], "in the totals, then in the shares, where what is unknown has no row"


def test_totals_are_points_on_a_logarithmic_axis_and_shares_fill_theirs():
    points = shapes(Circle)
    assert [point.x for point in points] == pytest.approx([pixel(j) for j in (4e-9, 4e-6, 4e-6, 1e-3, 1e-9)])
    assert [point.fill for point in points] == ["#4c78a8"] * 3 + ["#3a3a3a", "white"]
    decade = pixel(1e-5) - pixel(1e-6)
    assert pixel(1e-4) - pixel(1e-5) == pytest.approx(decade)
    shares = [bar.width for bar in shapes(Rect) if bar.height == 18.0]
    assert len(shares) == 7
    assert shares[1:5] == pytest.approx([0.75 * shares[0], 0.25 * shares[0]] * 2)


def test_bands_reach_from_end_to_end_and_partial_ones_are_dashed():
    bands = {tuple(round(x, 6) for x, _ in line.points): line.dash for line in shapes(Polyline)}
    assert bands[round(pixel(2e-6), 6), round(pixel(8e-6), 6)] == ""
    assert bands[round(pixel(3e-6), 6), round(pixel(4e-6), 6)] == "3 2", "no high end is known: it ends at the point"


def test_bounds_are_arrows_to_their_side_and_signs_before_the_energy():
    arrows = [
        line.points for line in shapes(Polyline) if len(line.points) == 3 and line.points[0][0] == line.points[2][0]
    ]
    assert [tip[0] - back[0] for back, tip, _ in arrows] == pytest.approx([5.0, -5.0])
    assert arrows[0][1][0] > pixel(4e-9)
    assert arrows[1][1][0] < pixel(1e-9)
    words = [word.text for word in shapes(Words)]
    assert {"≥ 4 nJ", "≤ 1 nJ", "4 µJ"} <= set(words)
    assert BARS.remark.count(";") == 3, "band, dashes, arrows, and hollow points"
    assert Bars((Bar("a", "", 1.0, None, None, ()),)).remark == ""


def test_every_shape_is_in_the_svg_once():
    drawing = BARS.drawing()
    tree = ET.fromstring(drawing.svg())
    kinds = [element.tag.rpartition("}")[2] for element in tree]
    assert kinds.count("rect") == 1 + len(shapes(Rect))
    assert kinds.count("polyline") == len(shapes(Polyline))
    assert kinds.count("circle") == len(shapes(Circle))
    assert [element.text for element in tree if element.tag.endswith("text")] == [word.text for word in shapes(Words)]
    assert drawing.svg() == BARS.drawing().svg()
    assert Drawing(1, 1, [Circle(3, 4, 2)]).svg().count('cx="3.0" cy="4.0" r="2"') == 1


def test_nothing_is_drawn_outside_the_picture():
    drawing = BARS.drawing()
    places = [(point.x, point.y) for point in shapes(Circle)] + [p for line in shapes(Polyline) for p in line.points]
    assert all(0.0 <= x <= drawing.width and 0.0 <= y <= drawing.height for x, y in places)


def test_a_png_is_as_large_as_the_drawing():
    pytest.importorskip("matplotlib")
    drawing = Drawing(100, 50, [Rect(0, 0, 50, 50, "#000000"), Words(5, 20, "$x_"), Circle(70, 20, 5)])
    content = drawing.rendered("png")
    assert content[:4] == b"\x89PNG"
    assert (int.from_bytes(content[16:20], "big"), int.from_bytes(content[20:24], "big")) == (200, 100)
