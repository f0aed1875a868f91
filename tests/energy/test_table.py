"""Numbers as text, and a table on its three faces: each shows the same cells."""

import re
from html.parser import HTMLParser

import pytest

from spikecore.energy import quantity
from spikecore.energy.table import WIDTH, Cell, Column, Section, Table, page

TABLE = Table(
    "Energies <of> two",
    (
        Column("chip", is_words=True),
        Column("count", quantity.count),
        Column("energy", quantity.joules),
        Column("share", quantity.percent, is_bar=True),
        Column("source", is_words=True, is_long=True),
    ),
    (("a", 1234, 2e-6, 0.25, "a paper"), ("b & c", 7, Cell(None, "(3 nJ)"), None, "another")),
    ("a costs less",),
    ("a remark " * 30, Section("unpriced", ("x", "y\x1b[31m")), "last"),
)


@pytest.mark.parametrize(
    ("show", "value", "text"),
    [
        (quantity.joules, 1e-6, "1 µJ"),
        (quantity.joules, 9.99949e-7, "999.9 nJ"),
        (quantity.joules, 4.2e-15, "0.0042 pJ"),
        (quantity.joules, 3000.0, "3000 J"),
        (quantity.watts, -1.5e-3, "-1.5 mW"),
        (quantity.watts, None, "unknown"),
        (quantity.times, 99.95, "100"),
        (quantity.times, 0.5831, "0.583"),
        (quantity.figure, 999.96, "1000"),
        (quantity.figure, 1234567.8, "1,234,568"),
        (quantity.count, 10.0, "10"),
        (quantity.percent, None, "unknown"),
        (quantity.hertz, 1234.567, "1,234.57 Hz"),
        (lambda size: quantity.count(size, "B"), 0, "0 B"),
    ],
)
def test_a_quantity_has_its_unit_and_digits(show, value, text):
    assert show(value) == text


def cells(page_of):
    """The rows of the table of a page, and every tag that is open at its end."""

    class Reader(HTMLParser):
        def __init__(self):
            super().__init__()
            self.rows, self.open = [], []

        def handle_starttag(self, tag, attrs):
            if tag != "meta":
                self.open.append(tag)
            if tag == "tr":
                self.rows.append([])
            if tag in ("th", "td"):
                self.rows[-1].append("")

        def handle_endtag(self, tag):
            assert self.open.pop() == tag

        def handle_data(self, data):
            if self.open and self.open[-1] in ("th", "td"):
                self.rows[-1][-1] = data

    reader = Reader()
    reader.feed(page_of)
    assert reader.open == []
    return reader.rows


def test_the_terminal_and_html_show_the_same_cells():
    lines = TABLE.text().splitlines()
    rows = [re.split(r" {2,}", line.strip()) for line in lines[1:4]]
    assert rows == [
        ["chip", "count", "energy", "share"],
        ["a", "1,234", "2 µJ", "25.0 %"],
        ["b & c", "7", "(3 nJ)", "unknown"],
    ]
    ends = {line.index(word) + len(word) for line, word in zip(lines[1:4], ("energy", "2 µJ", "(3 nJ)"), strict=True)}
    assert len(ends) == 1, "numbers are flush right"
    shown = cells(page("Two", TABLE.html()))
    assert [[cell.replace("\xa0", " ") for cell in row[:3]] for row in shown] == [row[:3] for row in rows]
    assert shown[1][2] == "2\xa0µJ", "a number keeps its unit"
    assert [row[-1] for row in shown] == ["source", "a paper", "another"]


def test_sentences_stand_below_and_are_wrapped():
    lines = TABLE.text().splitlines()
    assert max(map(len, lines)) <= WIDTH
    assert [line for line in lines if line.startswith("    ")][-2:] == ["    x", r"    y\x1b[31m"]
    assert TABLE.html().count("<li>") == 4
    assert TABLE.html().count('<p class="verdict">') == 1


def test_bars_are_shares():
    assert re.findall(r"width:([\d.]+)%", TABLE.html()) == ["25.00"]


def test_pandas_gets_values():
    pytest.importorskip("pandas")
    frame = TABLE.pandas()
    assert list(frame.columns) == ["chip", "count", "energy", "share", "source"]
    assert frame["energy"][0] == 2e-6
    assert frame["count"].sum() == 1241


def test_a_table_without_rows_has_no_head():
    empty = Table("Nothing", TABLE.head, ())
    assert empty.text() == "Nothing"
    assert empty.html() == "<p>Nothing</p>"
