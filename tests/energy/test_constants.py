"""One published number, one value and one grade: figures that stand in several files are held together."""

from importlib import resources

import pytest

from spikecore.energy import EnergyReport, Ledger, bill, known, load, profile_text, profile_toml
from spikecore.energy.ann import prices
from spikecore.energy.ann.lemaire import Piecewise

LEVELS = {"8 KB SRAM": "sram-8KB", "32 KB SRAM": "sram-32KB", "1 MB SRAM": "sram-1MB", "DRAM": "dram"}


def silicon():
    text = (resources.files("spikecore.energy") / "silicon.toml").read_text(encoding="utf-8")
    return profile_toml.parse(text, "silicon.toml")


def price_of(profile, count):
    return next(one for one in profile.prices if one.count == count)


@pytest.mark.parametrize("profile", [load("cpu"), silicon()], ids=["cpu.toml", "silicon.toml"])
def test_memories_of_horowitz_are_the_same_everywhere(profile):
    """ISSCC 2014: 10, 20, 100 and 1300 to 2600 pJ per access of 64 bits."""
    price = price_of(profile, "weight_bytes")
    assert (price.unit, price.voltage_v, "45 nm" in price.node) == ("pJ/64bit", 0.9, True)
    assert [level.name for level in price.levels] == list(LEVELS)
    for level in price.levels:
        one = prices.memory(LEVELS[level.name])
        assert (one.evidence, one.capacity) == (price.evidence, level.bytes)
        assert (level.value, one.access_bits) == (one.access_pj, 64)
        high = one.byte_band_pj[1] * 1e-12
        assert (level.high_j or level.nominal_j) == pytest.approx(high, rel=1e-9)
        if level.bytes is not None:
            assert Piecewise(64).access_pj(int(level.bytes) // 8, 64) == pytest.approx(level.value)


def test_state_is_in_memories_of_horowitz():
    state = price_of(load("cpu"), "state_bytes")
    found = [one * 8e12 for one in (state.low_j, state.nominal_j, state.high_j)]
    assert found == pytest.approx([prices.memory(name).access_pj for name in ("sram-8KB", "sram-32KB", "sram-1MB")])
    assert price_of(silicon(), "state_bytes").value == prices.memory("sram-8KB").access_pj


def test_arithmetic_of_horowitz_is_the_same_everywhere():
    assert price_of(load("cpu"), "synaptic_operations").value == prices.operation("fp32").add_pj == 0.9
    integers = prices.operation("int32")
    assert price_of(silicon(), "synaptic_operations").value == integers.add_pj == 0.1
    assert price_of(silicon(), "updates_active").value == integers.mac_pj == pytest.approx(3.2)
    assert {one.evidence for one in silicon().prices if "Horowitz" in one.source} == {integers.evidence}


def test_hbm2_and_the_addition_at_7_nm_are_the_same_everywhere():
    """250 to 450 pJ per 64 bits; the lower end is nominal, as for DRAM."""
    price, one = price_of(load("gpu"), "weight_bytes_dense"), prices.memory("hbm2", "7nm")
    assert (
        (price.value, price.evidence, price.unit)
        == (one.access_pj, one.evidence, "pJ/64bit")
        == (250.0, "vendor", "pJ/64bit")
    )
    assert price.high_j * 8e12 == pytest.approx(one.access_high_pj)
    assert price.low_j == price.nominal_j
    addition = price_of(load("gpu"), "synaptic_operations_dense")
    assert (addition.value, addition.evidence) == (prices.operation("fp32", "7nm").add_pj, "unverified")


@pytest.mark.parametrize("name", known())
def test_every_profile_says_its_voltage_and_node_or_that_they_were_not_published(name):
    profile = load(name)
    assert profile.place in profile_text.describe(profile)
    published = {"loihi": 0.75, "atom": 0.75, "odin": 0.55, "truenorth": 0.775, "truenorth-0.8V": 0.8, "cpu": 0.9}
    assert profile.voltage_v == published.get(name)
    assert ("not published" in profile.place) == (name in {"gpu", "tpu", "spinnaker", "spinnaker2"})


def test_the_processor_charges_by_the_byte_as_its_note_says():
    """A synapse of 6 B costs six eighths of an access."""
    (line,) = (
        one
        for one in bill(Ledger(weight_bytes=6, weight_store_bytes=6), load("cpu")).lines
        if one.price.count == "weight_bytes"
    )
    assert line.nominal_j == pytest.approx(6 / 8 * 10e-12)
    assert "an eighth of a 64-bit access each" in load("cpu").notes[0]


@pytest.mark.parametrize(
    ("name", "scopes"),
    [
        ("truenorth-0.8V", "per-term and all-in"),
        ("odin", "per-term and all-in"),
        ("truenorth", "all-in"),
        ("loihi", "per-term"),
    ],
)
def test_a_report_says_all_scopes_that_it_adds(name, scopes):
    report = EnergyReport.of(Ledger(synaptic_operations=1, ticks=1), name)
    assert str(report).splitlines()[0].endswith(f": modelled, {scopes}")
    assert report.to_dict()["scope"] == scopes
    assert f"modelled, {scopes}" in report._repr_html_()
