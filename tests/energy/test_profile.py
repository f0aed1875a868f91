"""Profiles: what ships is complete, and every mistake in a file is named with file, key and line."""

import math
import re

import pytest

import spikecore as sc
from spikecore.energy import known, load
from spikecore.energy.price import SCOPES, units
from spikecore.energy.profile_toml import Places

NAN = math.nan
FILE = """\
name = "mine"
title = "Mine"
node = "1 nm"
source = "me"
scope = "per-term"

[[price]]
term = "spikes"
count = "spikes"
value = 1.0
unit = "nJ"
evidence = "vendor"
bound = "exact"

[[price]]
term = "weights"
count = "weight_bytes"
unit = "pJ/64bit"
store = "weight_store_bytes"
evidence = "measured"
bound = "operating point"

[[price.level]]
name = "small"
bytes = 1024
value = 10.0

[[price.level]]
name = "large"
value = 100.0

[[unpriced]]
term = "static power"
reason = "unknown"

[chip]
neurons_per_core = 4
cores = 8
cores_per_tile = 2
mesh_width = 2
"""


@pytest.fixture
def file(tmp_path):
    return tmp_path / "mine.toml"


@pytest.mark.parametrize("name", known())
def test_what_ships_is_complete(name):
    profile = load(name)
    assert profile.name == name
    assert profile.title
    assert profile.source
    assert profile.scope in SCOPES
    assert profile.prices or profile.unpriced
    for price in profile.prices:
        assert price.source
        for one in (price, *price.levels):
            scale = units(price.count)[one.unit]
            assert one.nominal_j == one.value * scale
            assert (one.low_j, one.high_j) == tuple(None if b is None else b * scale for b in (one.low, one.high))
            assert (one.low_j or 0.0) <= one.nominal_j <= (one.high_j or float("inf"))
    for one in profile.unpriced:
        assert one.reason


def test_the_machines_that_are_asked_for_are_there():
    asked = {"loihi", "truenorth", "truenorth-0.8V", "spinnaker", "spinnaker2", "odin", "cpu", "atom", "gpu", "tpu"}
    assert {*asked, "host"} == set(known())


def test_numbers_from_memory_of_the_literature_are_not_called_measured():
    unverified = {(name, one.term) for name in known() for one in load(name).prices if one.evidence == "unverified"}
    assert unverified == {("gpu", "additions of weights"), ("tpu", "multiply-adds of all synapses")}
    assert {one.evidence for one in load("loihi").prices} == {"simulated"}
    assert not load("atom").prices
    assert load("host").measured
    assert not load("host").prices


def test_loihi_is_table_2():
    """Davies et al. (2018), p. 96."""
    table = {one.count: (one.value, one.unit) for one in load("loihi").prices}
    assert table == {
        "synaptic_operations": (23.6, "pJ"),
        "neuron_updates": (52.0, "pJ"),
        "packets": (1.7, "pJ"),
        "hops_ew": (3.0, "pJ"),
        "hops_ns": (4.0, "pJ"),
        "learning_updates": (120.0, "pJ"),
    }


def test_a_file_of_ones_own(file):
    file.write_text(FILE, encoding="utf-8")
    profile = load(file)
    assert [one.term for one in profile.prices] == ["spikes", "weights"]
    assert profile.prices[0].low_j == profile.prices[0].high_j == pytest.approx(1e-9)
    assert [level.nominal_j for level in profile.prices[1].levels] == pytest.approx([1.25e-12, 12.5e-12])
    assert profile.chip.cores == 8


MISTAKES = [
    # what to replace, by what, the line and the key of the error, and the value that is refused
    ('unit = "nJ"\n', "", 7, "unit", None),
    ('unit = "nJ"', 'unit = "cal"', 11, "unit", "'cal'"),
    ('unit = "pJ/64bit"', 'unit = "pJ"', 18, "unit", "'pJ'"),
    ('count = "spikes"', 'count = "biological_s"', 11, "unit", "'nJ'"),
    ('source = "me"\n', "", 1, "source", None),
    ('source = "me"', 'source = " "', 4, "source", None),
    ("value = 1.0\n", "value = -1.0\n", 10, "value", -1.0),
    ("value = 1.0\n", "value = nan\n", 10, "value", NAN),
    ("value = 1.0\n", "value = 1.0\nlow = 2.0\n", 11, "low", 2.0),
    ("value = 1.0\n", "value = 1.0\nhigh = 0.5\n", 11, "high", 0.5),
    ("value = 1.0\n", 'value = "1"\n', 10, "value", None),
    ("value = 1.0\n", "value = true\n", 10, "value", None),
    ("value = 1.0\n", "", 7, "value", "missing"),
    ("value = 10.0", "value = -10.0", 26, "value", -10.0),
    ("bytes = 1024", "bytes = -1", 25, "bytes", -1.0),
    ('count = "spikes"', 'count = "joules"', 9, "count", "'joules'"),
    ('evidence = "vendor"', 'evidence = "guess"', 12, "evidence", "'guess'"),
    ('bound = "exact"', 'bound = "band"', 13, "bound", "'band'"),
    ('bound = "exact"', 'bound = "roughly"', 13, "bound", "'roughly'"),
    ('bound = "exact"', 'bound = "exact"\ncolour = "red"', 14, "colour", None),
    ('bound = "exact"', 'bound = "exact"\nactive = 2.0', 14, "active", 2.0),
    ('store = "weight_store_bytes"\n', "", 15, "store", "None"),
    ('store = "weight_store_bytes"', 'store = "wheels"', 19, "store", "'wheels'"),
    ('bound = "operating point"', 'bound = "operating point"\nvalue = 1.0', 22, "value", 1.0),
    ('name = "mine"', 'name = "mine"\nvolts = 3', 2, "volts", None),
    ('name = "mine"', 'name = "mine"\nvoltage_v = -3.0', 2, "voltage_v", -3.0),
    ('scope = "per-term"', 'scope = "some"', 5, "scope", "'some'"),
    ('scope = "per-term"', 'scope = "all-in"', 7, "scope", "'all-in' for two prices"),
    ('bound = "exact"', 'bound = "exact"\ncontains = ["spikes"]', 14, "contains", "('spikes',)"),
    ('bound = "exact"', 'bound = "exact"\ncontains = "spikes"', 14, "contains", None),
    ('reason = "unknown"', "", 32, "reason", None),
    ('reason = "unknown"', 'reason = "?"\ncount = "x"', 35, "count", "'x'"),
    ("cores = 8\n", "cores = 0\n", 38, "cores", 0),
    ("cores = 8\n", "cores = 1.5\n", 38, "cores", None),
    ("mesh_width = 2\n", "", 36, "mesh_width", None),
    ('name = "large"\n', 'name = "large"\nbytes = 10\n', 30, "bytes", 10),
    ("bytes = 1024\n", "", 27, "bytes", None),
    ('bound = "exact"', 'bound = "exact"\neach_chip = true', 14, "each_chip", True),
    ('bound = "exact"', 'bound = "exact"\neach_chip = 1', 14, "each_chip", None),
    ('bound = "exact"', 'bound = "exact"\nscope = "all-in"\ncontains = ["packets"]', 15, "contains", "('packets',)"),
    ('name = "mine"', 'name = "mine"\nmeasured = "yes"', 2, "measured", None),
    ('name = "mine"', 'name = "mine"\nmeasured = true', 2, "measured", True),
    ('name = "mine"', 'name = "mine"\noperating_point = 3', 2, "operating_point", None),
    ('[[unpriced]]\nterm = "static power"', '[unpriced]\nterm = "static power"', 32, "unpriced", None),
]


def refused(file, text):
    """The error that a file of this text raises: its line, its key, and the value that is refused, if a rule did it."""
    file.write_text(text, encoding="utf-8")
    with pytest.raises(sc.NetworkError) as caught:
        load(file)
    message = str(caught.value)
    assert str(file) in message
    assert ": " + caught.value.parameter in message
    [line] = re.findall(r"is malformed: line (\d+)\b", message)
    return int(line), caught.value.parameter, None if caught.value.value == str(file) else caught.value.value


@pytest.mark.parametrize(("old", "new", "line", "key", "value"), MISTAKES)
def test_a_mistake_is_named_with_file_key_and_line(file, old, new, line, key, value):
    assert old in FILE
    found = refused(file, FILE.replace(old, new, 1))
    assert found[:2] == (line, key)
    assert found[2] == value or (value is NAN and math.isnan(found[2]))


def test_an_update_is_not_charged_at_two_levels_of_activity(file):
    price = FILE[FILE.index("[[price]]") : FILE.index('[[price]]\nterm = "weights"')]
    both = price.replace('count = "spikes"', 'count = "neuron_updates"') + price.replace(
        'count = "spikes"', 'count = "updates_active"'
    )
    found = refused(file, FILE.replace(price, both))
    assert found == (17, "count", "'updates_active' beside a price of all neuron_updates")


@pytest.mark.parametrize(
    ("first", "second", "place"),
    [
        ("neuron_updates", "updates_done", (17, "count")),
        ("updates_skipped", "neuron_updates", (9, "count")),
        ("updates_done", "updates_active", (17, "count")),
        ("synaptic_operations_dense", "synaptic_operations", (17, "count")),
        ("packets", "packets", (16, "term")),
        ("packets", "packets and another term", None),
        ("updates_active", "updates_inactive", None),
        ("updates_done", "updates_skipped", None),
    ],
)
def test_nothing_is_charged_by_two_names(file, first, second, place):
    price = FILE[FILE.index("[[price]]") : FILE.index('[[price]]\nterm = "weights"')]
    one = price.replace('count = "spikes"', f'count = "{first}"').replace('term = "spikes"', 'term = "first"')
    two = price.replace('count = "spikes"', f'count = "{second.split()[0]}"').replace('"spikes"', '"second"')
    if first == second:
        one = one.replace('"first"', '"second"')
    if place is None:
        file.write_text(FILE.replace(price, one + two), encoding="utf-8")
        assert len(load(file).prices) == 3
        return
    assert refused(file, FILE.replace(price, one + two))[:2] == place


def test_broken_toml_is_named_with_its_line(file):
    file.write_text(FILE.replace('unit = "nJ"', "unit = nJ"), encoding="utf-8")
    with pytest.raises(sc.NetworkError, match=r"mine\.toml' is malformed: .*line 11"):
        load(file)


def test_a_file_that_is_not_utf_8_is_named_with_its_line(file):
    file.write_bytes(FILE.replace("Mine", "Mühle").encode("latin-1"))
    with pytest.raises(sc.NetworkError, match=r"mine\.toml' is malformed: line 2 is not UTF-8"):
        load(file)


def test_unknown_profiles_are_named_with_those_there_are(tmp_path):
    for which in ("cray", tmp_path / "none.toml", tmp_path):
        with pytest.raises(sc.NetworkError, match=r"'cpu', .*'truenorth', .* or the path of a \.toml file"):
            load(which)


def test_places_know_nested_tables():
    places = Places(FILE)
    assert places.line(("price", 1, "level", 0, "value")) == 26
    assert places.line(("price", 1, "level", 1, "value")) == 30
    assert places.line(("price", 1, "level", 1, "high")) == 28
    assert places.line(("unpriced", 0, "reason")) == 34
    assert places.line(("nowhere",)) == 1
