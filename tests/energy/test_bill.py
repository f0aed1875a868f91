"""Bills: counts times prices, with bands, memory levels, aggregates and what is not known."""

import re

import pytest

import spikecore as sc
from spikecore.energy import Ledger, Price, Profile, bill, load
from spikecore.energy.profile_file import parse

HEAD = 'name = "mine"\ntitle = "Mine"\nnode = "1 nm"\nsource = "me"\nscope = "per-term"\n'
TAIL = 'evidence = "measured"\nbound = "operating point"\n'


def price(term, count, value, unit, more=""):
    return f'[[price]]\nterm = "{term}"\ncount = "{count}"\nvalue = {value}\nunit = "{unit}"\n{TAIL}{more}'


def profile(*prices):
    return parse(HEAD + "".join(prices), "mine.toml")


def test_sums_and_bands():
    mine = profile(
        price("spikes", "spikes", 2.0, "nJ", "low = 1.0\nhigh = 4.0\n"),
        price("operations", "synaptic_operations", 3.0, "pJ", "low = 3.0\n"),
    )
    done = bill(Ledger(spikes=10, synaptic_operations=1000), mine)
    assert [line.nominal_j for line in done.lines] == pytest.approx([20e-9, 3e-9])
    assert (done.low_j, done.nominal_j) == (pytest.approx(13e-9), pytest.approx(23e-9))
    assert done.high_j is None, "one line has no published maximum"
    assert bill(Ledger(spikes=10), mine).high_j == pytest.approx(40e-9), "nothing was done that has no maximum"


def test_static_power_is_a_price_of_time():
    mine = profile(price("static", "biological_s", 5.0, "mW"))
    assert bill(Ledger(ticks=4000, dt_ms=0.5), mine).nominal_j == pytest.approx(10e-3)


@pytest.mark.parametrize(
    ("unit", "joules"),
    [("pJ/B", 1e-12), ("pJ/64bit", 1e-12 / 8), ("pJ/32bit", 1e-12 / 4), ("fJ/bit", 8e-15), ("nJ/64bit", 1e-9 / 8)],
)
def test_memory_is_priced_by_the_width_of_its_accesses(unit, joules):
    mine = profile(price("weights", "weight_bytes", 1.0, unit), price("state", "state_bytes", 1.0, unit))
    done = bill(Ledger(weight_bytes=1000, state_bytes=10), mine)
    assert [line.nominal_j for line in done.lines] == pytest.approx([1000 * joules, 10 * joules])


LEVELS = (
    '[[price]]\nterm = "weights"\ncount = "weight_bytes"\nunit = "pJ/B"\nstore = "weight_store_bytes"\n'
    f'{TAIL}[[price.level]]\nname = "near"\nbytes = 100\nvalue = 1.0\n'
    '[[price.level]]\nname = "far"\nbytes = 1000\nvalue = 10.0\n'
)


@pytest.mark.parametrize(("size", "name", "joules"), [(0, "near", 1e-12), (100, "near", 1e-12), (101, "far", 1e-11)])
def test_the_smallest_memory_that_holds_the_store_is_priced(size, name, joules):
    (line,) = bill(Ledger(weight_bytes=1, weight_store_bytes=size), profile(LEVELS)).lines
    assert (line.level.name, line.nominal_j) == (name, pytest.approx(joules))


@pytest.mark.parametrize(("size", "says"), [(1001, "1,001 B exceeds .* far"), (None, "size of the store is not known")])
def test_a_store_that_no_memory_holds_is_unpriced(size, says):
    done = bill(Ledger(weight_bytes=1, weight_store_bytes=size), profile(LEVELS))
    assert not done.lines
    assert done.nominal_j is None
    (missing,) = done.unpriced
    assert missing.count == "weight_bytes"
    assert re.search(says, missing.reason)


def test_a_count_that_is_not_known_is_unpriced_with_the_reason():
    ledger = Ledger(synaptic_operations=10, unknown={"packets": "nobody looked"})
    done = bill(ledger, load("loihi"))
    reasons = {one.count: one.reason for one in done.unpriced}
    assert reasons["packets"] == "nobody looked"
    assert reasons["hops_ew"] == "not counted"
    assert done.nominal_j == pytest.approx(236e-12)


def test_an_update_is_active_or_inactive_and_never_both():
    ledger = Ledger(neuron_updates=10, updates_active=4, updates_inactive=6)
    (line,) = (one for one in bill(ledger, load("loihi")).lines if one.price.count == "neuron_updates")
    assert line.nominal_j == line.low_j == line.high_j == pytest.approx((4 * 81 + 6 * 52) * 1e-12)
    assert line.count == 10


def test_an_aggregate_contains_what_it_lists_and_nothing_else():
    mine = profile(
        price("all", "spikes", 1.0, "nJ", 'scope = "all-in"\ncontains = ["spikes", "hops_ew"]\n'),
        price("hops", "hops_ew", 1.0, "nJ"),
        price("updates", "neuron_updates", 1.0, "nJ"),
    )
    done = bill(Ledger(spikes=1, hops_ew=100, neuron_updates=2), mine)
    assert [line.price.term for line in done.lines] == ["all", "updates"]
    assert [one.price.term for one in done.inside] == ["hops"]
    assert done.inside[0].aggregate is mine.prices[0]
    assert done.nominal_j == pytest.approx(3e-9)


def test_a_matrix_unit_has_no_price_for_weights_that_do_not_fit():
    tpu = load("tpu")
    small = Ledger(synaptic_operations_dense=1e6, synapses=28 * 2**20)
    assert bill(small, tpu).nominal_j == pytest.approx(1e6 * 2 * 40 / 92e12, rel=1e-3)
    assert bill(small, tpu).high_j == pytest.approx(1e6 * 2 * 75 / 92e12, rel=1e-3)
    large = Ledger(synaptic_operations_dense=1e6, synapses=28 * 2**20 + 1)
    assert bill(large, tpu).nominal_j is None
    assert "exceeds" in bill(large, tpu).unpriced[0].reason


def test_a_price_by_hand_is_checked_as_in_a_file():
    fine = ("hops", "hops_ew", 1.0, "pJ", 1e-12, None, None, "measured", "exact", "me")
    Price(*fine)
    for at, wrong in ((1, "joules"), (4, -1.0), (7, "guess"), (8, "roughly"), (9, " ")):
        with pytest.raises(sc.NetworkError, match="allowed"):
            Price(*fine[:at], wrong, *fine[at + 1 :])
    empty = Profile("empty", "Empty", "none", None, "per-term", "me")
    assert bill(Ledger(), empty).nominal_j is None
