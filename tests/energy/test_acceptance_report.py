"""Published figures that the report must reproduce."""

import pytest
from chip_memory import list_bits

from spikecore.energy import EnergyReport, Ledger, Price, bill, load
from spikecore.energy.profile_toml import parse

TRUENORTH_NEURONS = 4096 * 256
HEAD = 'name = "mine"\ntitle = "Mine"\nnode = "45 nm"\nsource = "a paper"\nscope = "per-term"\n'


def second(**counts):
    """One second of 1 ms ticks."""
    return Ledger(ticks=1000, dt_ms=1.0, **counts)


# Davies et al. (2018), Table 2.


@pytest.mark.parametrize(("active", "expected"), [(0, 6.8157e-6), (131_072, 10.6168e-6)])
def test_an_idle_and_a_busy_loihi_chip(active, expected):
    ledger = Ledger(neuron_updates=131_072, updates_active=active, updates_inactive=131_072 - active)
    report = EnergyReport.of(ledger, "loihi")
    assert report.nominal_j == pytest.approx(expected, rel=1e-4)
    assert (report.low_j, report.high_j) == (report.nominal_j, report.nominal_j)


def test_where_activity_is_not_known_the_band_is_given():
    line = EnergyReport.of(Ledger(neuron_updates=131_072), "loihi").lines[1]
    assert (line.low_j, line.nominal_j) == (pytest.approx(6.8157e-6, rel=1e-4),) * 2
    assert line.high_j == pytest.approx(10.6168e-6, rel=1e-4)


def test_a_nearest_neighbour_query_of_frady_et_al():
    """667 input spikes to 76,800 neurons of 60 steps; 1.33 mJ were measured."""
    updates = 76_800 * 60
    ledger = Ledger(
        synaptic_operations=667 * 76_800, neuron_updates=updates, updates_active=0, updates_inactive=updates
    )
    report = EnergyReport.of(ledger, "loihi")
    assert report.lines[0].nominal_j == pytest.approx(1.2089e-3, rel=1e-3)
    assert report.lines[1].nominal_j == pytest.approx(0.2396e-3, rel=1e-3)
    assert report.nominal_j == pytest.approx(1.4485e-3, rel=1e-3)
    assert report.nominal_j == pytest.approx(1.33e-3, rel=0.25)


def test_synaptic_memory_of_loihi():
    """8-bit weights in blocks of 64 (nengo-loihi, block.py)."""
    text = HEAD + (
        "[chip]\nneurons_per_core = 1024\ncores = 128\ncores_per_tile = 4\nmesh_width = 8\nmemory_bits = 1048576\n"
        "bits_per_synapse = 8\nblock = 64\nblock_bits = 10\nword_bits = 64\n"
    )
    chip = parse(text, "mine.toml").chip
    assert [list_bits(n, chip) for n in (7, 100, 1024)] == [128, 896, 9216]
    assert chip.memory_bits // list_bits(1024, chip) == 113
    own = load("loihi").chip
    layout = ("memory_bits", "block", "block_bits", "word_bits")
    assert [getattr(own, name) for name in layout] == [getattr(chip, name) for name in layout]


def test_a_spike_over_five_and_three_hops():
    """The within-tile term is charged once per packet."""
    chip = load("loihi").chip
    assert chip.within_tile_ns + 5 * chip.hop_ew_ns + 3 * chip.hop_ns_ns == pytest.approx(42.1, rel=1e-9)
    ledger = Ledger(packets=1, hops_ew=5, hops_ns=3)
    assert EnergyReport.of(ledger, "loihi").nominal_j == pytest.approx(28.7e-12, rel=1e-9)


# Merolla et al. (2014) and Akopyan et al. (2015).


def test_truenorth_at_its_operating_point():
    events = TRUENORTH_NEURONS * 20 * 128
    report = EnergyReport.of(second(synaptic_operations=events), "truenorth")
    assert report.nominal_j == pytest.approx(72e-3, rel=0.05)
    assert report.to_dict()["scope"] == "all-in"
    assert report.lines[0].price.scope == "all-in"
    assert report.profile.operating_point.rate_hz == 20
    assert report.off_point, "a ledger without spikes is not known to be there"


def affine(rate):
    return EnergyReport.of(second(synaptic_operations=TRUENORTH_NEURONS * rate * 128), "truenorth-0.8V").nominal_j


def test_the_affine_model_predicts_the_power_that_was_not_fitted():
    """71 mW at 20.07 Hz within 2 %; the all-in price, a ratio at another point, misses the points that were fitted."""
    assert affine(11.58) == pytest.approx(68e-3, rel=1e-3)
    assert affine(95.93) == pytest.approx(94e-3, rel=1e-3)
    assert affine(20.07) == pytest.approx(71e-3, rel=0.02)
    constant = EnergyReport.of(second(synaptic_operations=TRUENORTH_NEURONS * 95.93 * 128), "truenorth").nominal_j
    assert constant / 94e-3 - 1.0 == pytest.approx(2.56, rel=0.01)


def hop_price():
    return Price("hops", "hops_ew", 2.3, "pJ", "measured", "operating point", "a user")


@pytest.mark.parametrize("hops", [None, 1_000_000])
def test_an_all_in_price_is_never_added_to_what_it_contains(hops):
    ledger = Ledger(synaptic_operations=1000, hops_ew=hops)
    alone = EnergyReport.of(ledger, "truenorth")
    both = EnergyReport.of(ledger, load("truenorth").with_prices(hop_price()))
    assert (both.low_j, both.nominal_j, both.high_j) == (alone.low_j, alone.nominal_j, alone.high_j)
    assert [one.price.term for one in both.inside] == ["hops"]
    assert len(both.table().rows) == 2
    assert len(alone.table().rows) == 1
    assert both.to_dict()["inside_aggregate"][0]["inside"] == "synaptic events"
    apart = EnergyReport.of(ledger, load("spinnaker").with_prices(hop_price()))
    assert (apart.nominal_j > bill(ledger, load("spinnaker")).nominal_j) == bool(hops)


def test_static_power_stands_beside_a_marginal_price_that_does_not_contain_it():
    report = EnergyReport.of(second(synaptic_operations=10**9, packets=5), "truenorth-0.8V")
    assert [line.price.count for line in report.lines] == ["biological_s", "synaptic_operations"]
    assert report.nominal_j == pytest.approx(64.43e-3 + 2.2966e-3, rel=1e-9)


# Horowitz (2014), 45 nm.


def memory(unit):
    return (
        '[[price]]\nterm = "weights"\ncount = "weight_bytes"\nstore = "core_store_bytes"\nevidence = "estimated"\n'
        f'bound = "operating point"\nunit = "{unit}"\n'
        '[[price.level]]\nname = "8 KB"\nbytes = 8192\nvalue = 10.0\n'
        '[[price.level]]\nname = "32 KB"\nbytes = 32768\nvalue = 20.0\n'
        '[[price.level]]\nname = "1 MB"\nbytes = 1048576\nvalue = 100.0\n'
        '[[price.level]]\nname = "DRAM"\nvalue = 1300.0\nlow = 1300.0\nhigh = 2600.0\n'
    )


@pytest.mark.parametrize(("unit", "factor"), [("pJ/64bit", 1.0), ("pJ/32bit", 2.0)])
def test_energy_per_byte_depends_on_the_width_of_an_access(unit, factor):
    levels = parse(HEAD + memory(unit), "mine.toml").prices[0].levels
    per_byte = [level.nominal_j * 1e12 for level in levels]
    assert per_byte == pytest.approx([factor * pj for pj in (1.25, 2.5, 12.5, 162.5)], rel=1e-9)
    assert levels[-1].high_j == pytest.approx(factor * 325e-12, rel=1e-9)


def test_in_the_profile_of_the_processor():
    price = next(one for one in load("cpu").prices if one.count == "weight_bytes")
    assert price.unit == "pJ/64bit"
    per_byte = [level.nominal_j * 1e12 for level in price.levels]
    assert per_byte == pytest.approx([1.25, 2.5, 12.5, 162.5], rel=1e-9)
    assert price.levels[-1].high_j == pytest.approx(325e-12, rel=1e-9)


@pytest.mark.parametrize(("store", "expected"), [(8192, 1.30e-12), (2**20, 12.55e-12), (2**30, 162.55e-12)])
def test_an_event_from_local_shared_and_outside_memory(store, expected):
    """An 8-bit weight and a 16-bit addition of 0.05 pJ, which is quoted from memory of the paper."""
    addition = (
        '[[price]]\nterm = "addition"\ncount = "synaptic_operations"\nvalue = 0.05\nunit = "pJ"\n'
        'evidence = "unverified"\nbound = "operating point"\n'
    )
    profile = parse(HEAD + addition + memory("pJ/64bit"), "mine.toml")
    ledger = Ledger(synaptic_operations=1, weight_bytes=1, core_store_bytes=store)
    assert bill(ledger, profile).nominal_j == pytest.approx(expected, rel=1e-9)


# Frenkel et al. (2019).


def test_odin_at_its_highest_rate():
    """477 µW and 12.7 pJ per operation in all were published; 8.43 pJ are what one operation adds."""
    report = EnergyReport.of(second(synaptic_operations=37_500_000), "odin")
    assert report.nominal_j == pytest.approx(476.93e-6, rel=1e-3)
    assert report.nominal_j / 37.5e6 == pytest.approx(12.72e-12, rel=1e-3)
    more = EnergyReport.of(second(synaptic_operations=37_500_001), "odin")
    assert more.nominal_j - report.nominal_j == pytest.approx(8.43e-12, rel=1e-3)
