"""Figures as data, and their drawing: the same shapes as SVG and as PNG."""

from xml.etree import ElementTree as ET

import pytest

from spikecore.energy.drawing import Circle, Drawing, Polyline, Rect, Words
from spikecore.energy.figure import Bar, Bars, Box, Lines, LogAxis, Series

PARTS = (("spikes", 3e-6), ("leakage", 1e-6))
BARS = Bars(
    (
        Bar("a", "", 4e-6, 2e-6, 8e-6, PARTS),
        Bar("b <&>", "far", 4e-9, None, None, (("spikes", 4e-9),), is_partial=False),
        Bar("c", "measured", 1e-3, None, None, (("measured as a whole", 1e-3),), is_measured=True),
        Bar("d", "", None, None, None, ()),
        Bar("e", "", 4e-6, 3e-6, None, PARTS, is_partial=True),
    )
)


def shapes(kind):
    return [shape for shape in BARS.drawing().shapes if isinstance(shape, kind)]


def test_totals_stand_on_a_logarithmic_axis_and_shares_fill_theirs():
    bars = [shape for shape in shapes(Rect) if shape.height == 20]
    totals = [bar for bar in bars if bar.x == 190]
    axis = LogAxis([2e-9, 1e-3], 190, 530)
    assert [bar.width for bar in totals] == pytest.approx([axis(j) - 190 for j in (4e-6, 4e-9, 1e-3, 4e-6)])
    shares = [bar.width for bar in bars if bar.x >= 640]
    assert shares == pytest.approx([285, 95, 380, 380, 285, 95])
    assert {bar.fill for bar in totals} == {"#4c78a8", "#3a3a3a"}


def test_whiskers_reach_from_end_to_end_and_partial_ones_are_dashed():
    axis = LogAxis([2e-9, 1e-3], 190, 530)
    ends = [[x for x, _ in line.points] for line in shapes(Polyline) if len(line.points) == 2]
    assert [axis(2e-6), axis(8e-6)] in ends
    assert [axis(3e-6), axis(4e-6)] in ends, "no high end is known: the whisker ends at the total"
    assert [line.dash for line in shapes(Polyline) if line.points[0][0] in (axis(2e-6), axis(3e-6))] == ["", "3 2"]


def test_every_shape_is_in_the_svg_once():
    drawing = BARS.drawing()
    tree = ET.fromstring(drawing.svg())
    kinds = [element.tag.rpartition("}")[2] for element in tree]
    assert kinds.count("rect") == 1 + len(shapes(Rect))
    assert kinds.count("polyline") == len(shapes(Polyline))
    assert [element.text for element in tree if element.tag.endswith("text")] == [word.text for word in shapes(Words)]
    assert drawing.svg() == BARS.drawing().svg()
    assert Drawing(1, 1, [Circle(3, 4, 2)]).svg().count('cx="3.0" cy="4.0" r="2"') == 1


def test_lines_run_through_their_points():
    lines = Lines("Power", "rate", (Series("a", ((1.0, 1e-3), (10.0, 1e-2)), "#123456", "4 3"),), str, str)
    box = Box(50, 40, 200, 100)
    drawn = [shape for shape in lines.shapes(box) if isinstance(shape, Polyline) and shape.stroke == "#123456"]
    assert [(round(x), round(y)) for x, y in drawn[0].points] == [(50, 140), (250, 40)]
    assert drawn[0].dash == "4 3"


def test_a_png_is_as_large_as_the_drawing():
    pytest.importorskip("matplotlib")
    drawing = Drawing(100, 50, [Rect(0, 0, 50, 50, "#000000"), Words(5, 20, "$x_"), Circle(70, 20, 5)])
    content = drawing.png()
    assert content[:4] == b"\x89PNG"
    assert (int.from_bytes(content[16:20], "big"), int.from_bytes(content[20:24], "big")) == (200, 100)
