"""Profiles say where their figures hold; what several places need is published in one of them."""

import pytest

from spikecore.energy import EnergyReport, Ledger, bill, known, load, profile_text
from spikecore.energy.ann import prices
from spikecore.energy.studies.silicon import silicon


def test_what_others_take_from_a_profile_is_what_was_published():
    """Horowitz, ISSCC 2014: 10, 20, 100 and 1300 to 2600 pJ per 64 bits, fp32 0.9 pJ; HBM2: 250 to 450 pJ."""
    levels = {level: prices.memory(level) for level in prices.memory_levels()}
    assert [(level.access_pj, level.capacity) for level in levels.values()] == [
        (10.0, 8192), (20.0, 32768), (100.0, 1048576), (1300.0, None)
    ]  # fmt: skip
    assert levels["dram"].access_high_pj == pytest.approx(2600.0, rel=1e-12)
    assert {(level.access_bits, level.evidence) for level in levels.values()} == {(64, "estimated")}
    far = prices.memory("hbm2", "7nm")
    assert (far.access_pj, far.capacity, far.access_bits, far.evidence) == (250.0, None, 64, "vendor")
    assert far.access_high_pj == pytest.approx(450.0, rel=1e-12)
    assert [prices.operation("fp32", where).add_pj for where in ("45nm", "7nm")] == [0.9, 0.38]
    assert [prices.operation("fp32", where).evidence for where in ("45nm", "7nm")] == ["estimated", "unverified"]


def test_the_silicon_of_the_studies_has_the_published_prices():
    """Horowitz, ISSCC 2014: an int32 addition takes 0.1 pJ and a multiplication 3.1; state lies in 8 KB."""
    own = {price.term: price for price in silicon(1).prices}
    values = {term: (price.value, price.unit, price.evidence) for term, price in own.items()}
    assert values["additions"] == (0.1, "pJ", "estimated")
    assert values["neuron updates"] == (pytest.approx(3.2), "pJ", "estimated")
    assert values["state"] == (10.0, "pJ/64bit", "estimated")
    assert values["hops east-west"] == values["hops north-south"] == (2.3, "pJ", "vendor")
    joules = [own["additions"].nominal_j, own["neuron updates"].nominal_j, own["state"].nominal_j]
    assert joules == pytest.approx([0.1e-12, 3.2e-12, 1.25e-12])
    assert own["weights"].levels == next(one for one in load("cpu").prices if one.count == "weight_bytes").levels


def test_state_of_the_processor_is_in_its_own_memories():
    by_count = {price.count: price for price in load("cpu").prices}
    state, levels = by_count["state_bytes"], by_count["weight_bytes"].levels
    assert [state.low_j, state.nominal_j, state.high_j] == pytest.approx([level.nominal_j for level in levels[:3]])


@pytest.mark.parametrize("name", known())
def test_every_profile_says_its_voltage_and_node_or_that_they_were_not_published(name):
    profile = load(name)
    assert profile.place in profile_text.table(profile).text()
    published = {"loihi": 0.75, "atom": 0.75, "odin": 0.55, "truenorth": 0.775, "truenorth-0.8V": 0.8, "cpu": 0.9}
    assert profile.voltage_v == published.get(name)


def test_the_processor_charges_by_the_byte_as_its_note_says():
    """A synapse of 6 B costs six eighths of an access."""
    (line,) = (
        one
        for one in bill(Ledger(weight_bytes=6, weight_store_bytes=6), load("cpu")).lines
        if one.price.count == "weight_bytes"
    )
    assert line.nominal_j == pytest.approx(6 / 8 * 10e-12)
    assert line.price.unit == "pJ/64bit"


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
    assert (report.status, report.to_dict()["scope"]) == ("modelled", scopes)
