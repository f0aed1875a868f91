"""Profiles: what ships is complete, and every mistake in a file is named with file, key and line."""

import re

import pytest

import spikecore as sc
from spikecore.energy import COUNTS, known, load
from spikecore.energy.price import BOUNDS, EVIDENCE, PER_BYTE, PER_EVENT, PER_SECOND, SCOPES
from spikecore.energy.profile_file import Places

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
        assert price.count in COUNTS
        assert price.evidence in EVIDENCE
        assert price.bound in BOUNDS
        assert price.source
        assert price.unit in {**PER_EVENT, **PER_BYTE, **PER_SECOND}
        assert (price.low_j or 0.0) <= price.nominal_j <= (price.high_j or float("inf"))
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
    # what to replace, by what, the line of the error, and what it says
    ('unit = "nJ"\n', "", 7, "unit is missing"),
    ('unit = "nJ"', 'unit = "cal"', 11, "unit is 'cal', allowed: 'J'"),
    ('unit = "pJ/64bit"', 'unit = "pJ"', 18, "unit is 'pJ', allowed: 'pJ/B', 'pJ/32bit', 'pJ/64bit'"),
    ('count = "spikes"', 'count = "biological_s"', 11, "unit is 'nJ', allowed: 'W', 'mW'"),
    ('source = "me"\n', "", 1, "source is missing"),
    ('source = "me"', 'source = " "', 4, "source is ' ', allowed: a text that is not empty"),
    ("value = 1.0\n", "value = -1.0\n", 10, "value is -1.0, allowed: 0"),
    ("value = 1.0\n", "value = nan\n", 10, "value is nan"),
    ("value = 1.0\n", "value = 1.0\nlow = 2.0\n", 11, "low is 2, allowed: at most value, 1"),
    ("value = 1.0\n", "value = 1.0\nhigh = 0.5\n", 11, "high is 0.5, allowed: at least value, 1"),
    ("value = 1.0\n", 'value = "1"\n', 10, "value is '1', allowed: a number"),
    ("value = 1.0\n", "value = true\n", 10, "value is True, allowed: a number"),
    ("value = 1.0\n", "", 7, "value is missing"),
    ("value = 10.0", "value = -10.0", 26, "value is -10.0"),
    ("bytes = 1024", "bytes = -1", 25, "bytes is -1"),
    ('count = "spikes"', 'count = "joules"', 9, "count is 'joules', allowed: 'spikes'"),
    ('evidence = "vendor"', 'evidence = "guess"', 12, "evidence is 'guess'"),
    ('bound = "exact"', 'bound = "band"', 13, "it needs low and high"),
    ('bound = "exact"', 'bound = "roughly"', 13, "bound is 'roughly', allowed: 'min'"),
    ('bound = "exact"', 'bound = "exact"\ncolour = "red"', 14, "colour is unknown, allowed: active"),
    ('bound = "exact"', 'bound = "exact"\nactive = 2.0', 14, "only with count = 'neuron_updates'"),
    ('store = "weight_store_bytes"\n', "", 15, "store decides which"),
    ('store = "weight_store_bytes"', 'store = "wheels"', 19, "store is 'wheels'"),
    ('bound = "operating point"', 'bound = "operating point"\nvalue = 1.0', 22, "beside [[price.level]]"),
    ('name = "mine"', 'name = "mine"\nvolts = 3', 2, "volts is unknown"),
    ('scope = "per-term"', 'scope = "some"', 5, "scope is 'some'"),
    ('scope = "per-term"', 'scope = "all-in"', 7, "an all-in price is never added to another"),
    ('bound = "exact"', 'bound = "exact"\ncontains = ["spikes"]', 14, "only with scope = 'all-in'"),
    ('reason = "unknown"', "", 32, "reason is missing"),
    ('reason = "unknown"', 'reason = "?"\ncount = "x"', 35, "count is 'x'"),
    ("cores = 8\n", "cores = 0\n", 38, "cores is 0, allowed: a whole number, 1 or more"),
    ("cores = 8\n", "cores = 1.5\n", 38, "cores is 1.5"),
    ("mesh_width = 2\n", "", 36, "mesh_width is missing"),
    (
        'name = "large"\n',
        'name = "large"\nbytes = 10\n',
        30,
        "bytes is 10 after a memory of 1024, allowed: memories from",
    ),
    ("bytes = 1024\n", "", 27, "bytes is missing after a memory of no limit"),
    ('bound = "exact"', 'bound = "exact"\neach_chip = true', 14, "each_chip is true, allowed: only for count"),
    ('bound = "exact"', 'bound = "exact"\neach_chip = 1', 14, "each_chip is 1, allowed: true or false"),
    ('bound = "exact"', 'bound = "exact"\nscope = "all-in"\ncontains = ["packets"]', 15, "its own count, 'spikes'"),
    ('name = "mine"', 'name = "mine"\nmeasured = "yes"', 2, "measured is 'yes', allowed: true or false"),
    ('name = "mine"', 'name = "mine"\nmeasured = true', 2, "measured is true beside [[price]]"),
]


@pytest.mark.parametrize(("old", "new", "line", "says"), MISTAKES)
def test_a_mistake_is_named_with_file_key_and_line(file, old, new, line, says):
    assert old in FILE
    file.write_text(FILE.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(sc.NetworkError) as caught:
        load(file)
    message = str(caught.value)
    assert str(file) in message
    assert says in message
    assert re.search(rf"line {line}\b", message), message


def test_an_update_is_not_charged_at_two_levels_of_activity(file):
    price = FILE[FILE.index("[[price]]") : FILE.index('[[price]]\nterm = "weights"')]
    both = price.replace('count = "spikes"', 'count = "neuron_updates"') + price.replace(
        'count = "spikes"', 'count = "updates_active"'
    )
    file.write_text(FILE.replace(price, both), encoding="utf-8")
    with pytest.raises(sc.NetworkError, match=r"line 17 .*'updates_active' beside a price of all neuron_updates"):
        load(file)


@pytest.mark.parametrize(
    ("first", "second", "says"),
    [
        ("neuron_updates", "updates_done", r"line 17 .*'updates_done' beside a price of all neuron_updates"),
        ("updates_skipped", "neuron_updates", r"line 9 .*'updates_skipped' beside a price of all neuron_updates"),
        ("updates_done", "updates_active", r"line 17 .*count is 'updates_active' beside a price of updates_done"),
        ("synaptic_operations_dense", "synaptic_operations", r"line 17 .*beside a price of synaptic_operations_dense"),
        ("packets", "packets", r"line 16 .*term is 'second' twice for packets, allowed: one price of a term"),
        ("packets", "packets and another term", None),
        ("updates_active", "updates_inactive", None),
        ("updates_done", "updates_skipped", None),
    ],
)
def test_nothing_is_charged_by_two_names(file, first, second, says):
    price = FILE[FILE.index("[[price]]") : FILE.index('[[price]]\nterm = "weights"')]
    one = price.replace('count = "spikes"', f'count = "{first}"').replace('term = "spikes"', 'term = "first"')
    two = price.replace('count = "spikes"', f'count = "{second.split()[0]}"').replace('"spikes"', '"second"')
    if first == second:
        one = one.replace('"first"', '"second"')
    file.write_text(FILE.replace(price, one + two), encoding="utf-8")
    if says is None:
        assert len(load(file).prices) == 3
        return
    with pytest.raises(sc.NetworkError, match=says):
        load(file)


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
