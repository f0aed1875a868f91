"""Bills: counts times prices, with bands, memory levels, aggregates and what is not known."""

import math
import re
from dataclasses import replace

import pytest

import spikecore as sc
from spikecore.energy import (
    COUNTS,
    EnergyReport,
    Ledger,
    Level,
    Measured,
    Price,
    Profile,
    bill,
    known,
    load,
    profile_text,
)
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


HOPS = Price("hops", "hops_ew", 2.3, "pJ", 2.3e-12, None, None, "measured", "operating point", "me")


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"value": -2.3}, "hops: value is -2.3, allowed: 0"),
        ({"low_j": -1.0}, "low_j is -1.0, allowed: 0"),
        ({"high_j": math.nan}, "high_j is nan"),
        ({"low_j": 3e-12}, "low_j is 3e-12, allowed: at most nominal_j, 2.3e-12 J"),
        ({"high_j": 1e-12}, "high_j is 1e-12, allowed: at least nominal_j"),
        ({"nominal_j": 2.3e-9}, "nominal_j is 2.3e-09, allowed: 2.3e-12 J, that is 2.3 pJ"),
        ({"unit": "mW"}, "unit is 'mW', allowed: 'J'"),
        ({"scope": "all-in", "contains": ("joules",)}, "contains is 'joules'"),
        ({"scope": "all-in", "contains": ("spikes",)}, "at least its own count, 'hops_ew'"),
        ({"contains": ("spikes",)}, "allowed: only with scope = 'all-in'"),
        ({"active_j": 1e-12}, "active_j is 1e-12, allowed: only with"),
        ({"each_chip": True}, "each_chip is True, allowed: only with count = 'biological_s'"),
        ({"store": "synapses"}, "store is synapses, allowed: the size that decides"),
        (
            {
                "count": "weight_bytes", "unit": "pJ/B", "store": "synapses",
                "levels": tuple(Level(f"{n} B", n, 2.3, 2.3e-12, None, None) for n in (1000, 10)),
            },
            "levels is '10 B' at 1, allowed: memories from small to large",
        ),
    ],
)  # fmt: skip
def test_a_price_by_hand_says_no_more_than_a_file_could(wrong, says):
    with pytest.raises(sc.NetworkError, match=re.escape(says)):
        replace(HOPS, **wrong)


def test_a31_an_all_in_price_by_hand_contains_all_counts_as_in_a_file():
    everything = replace(HOPS, term="all", count="spikes", scope="all-in")
    assert everything.contains == COUNTS
    done = bill(
        Ledger(spikes=1, hops_ew=10), Profile("p", "P", "1 nm", None, "per-term", "me", prices=(everything, HOPS))
    )
    assert done.nominal_j == pytest.approx(2.3e-12)
    assert [one.price.term for one in done.inside] == ["hops"]


def test_a31_two_all_in_prices_are_refused_by_hand_too():
    both = replace(HOPS, scope="all-in")
    with pytest.raises(sc.NetworkError, match="truenorth: scope of 'synaptic events' is 'all-in' for two prices"):
        load("truenorth").with_prices(both)
    with pytest.raises(sc.NetworkError, match="'updates_active' beside a price of all neuron_updates"):
        load("loihi").with_prices(replace(HOPS, count="updates_active"))


EVERY_NAME = Ledger(
    synaptic_operations=10, synaptic_operations_dense=99, neuron_updates=18, updates_active=9, updates_inactive=9,
    updates_done=9, updates_skipped=9, weight_bytes=10, weight_bytes_dense=99, state_bytes=10, state_bytes_dense=99,
)  # fmt: skip


@pytest.mark.parametrize(
    ("contains", "count", "unit"),
    [
        ("neuron_updates", "updates_active", "pJ"),
        ("neuron_updates", "updates_inactive", "pJ"),
        ("neuron_updates", "updates_done", "pJ"),
        ("neuron_updates", "updates_skipped", "pJ"),
        ("updates_done", "neuron_updates", "pJ"),
        ("synaptic_operations", "synaptic_operations_dense", "pJ"),
        ("weight_bytes", "weight_bytes_dense", "pJ/B"),
        ("state_bytes_dense", "state_bytes", "pJ/B"),
    ],
)
def test_a31_an_all_in_price_contains_its_counts_by_every_name(contains, count, unit):
    every = f'scope = "all-in"\ncontains = ["synaptic_operations", "{contains}"]\n'
    mine = profile(price("all", "synaptic_operations", 8.0, "pJ", every), price("again", count, 5.0, unit))
    done = bill(EVERY_NAME, mine)
    assert done.nominal_j == pytest.approx(80e-12)
    assert [one.price.term for one in done.inside] == ["again"]


def test_a31_odin_is_charged_once_by_every_name():
    plain = bill(EVERY_NAME, load("odin")).nominal_j
    for count in ("synaptic_operations_dense", "updates_inactive", "updates_skipped"):
        done = bill(EVERY_NAME, load("odin").with_prices(replace(HOPS, count=count)))
        assert done.nominal_j == plain, count
        assert [one.price.count for one in done.inside] == [count]


def test_an_all_in_price_does_not_contain_what_has_nothing_in_common_with_it():
    every = 'scope = "all-in"\ncontains = ["updates_active"]\n'
    mine = profile(price("active", "updates_active", 8.0, "pJ", every), price("rest", "updates_inactive", 5.0, "pJ"))
    assert bill(Ledger(neuron_updates=2, updates_active=1, updates_inactive=1), mine).nominal_j == pytest.approx(13e-12)


def test_what_is_measured_has_no_prices():
    with pytest.raises(sc.NetworkError, match="host: measured is True, allowed: False, or no prices"):
        load("host").with_prices(HOPS)
    with pytest.raises(TypeError, match="measured must be True or False"):
        Profile("p", "P", "1 nm", None, "per-term", "me", measured="yes")


@pytest.mark.parametrize(
    ("measured", "status", "joules"),
    [
        (None, "not measured", None),
        (Measured(None, None, "no counters"), "not measured", None),
        (Measured(3.0, 2.0, "powercap"), "measured", 3.0),
    ],
)
def test_only_what_was_measured_is_called_so(measured, status, joules):
    report = EnergyReport.of(Ledger(spikes=1), "host", measured)
    assert (report.status, report.nominal_j) == (status, joules)


@pytest.mark.parametrize(("neurons", "chips"), [(1, 1), (256, 1), (257, 2), (2560, 10), (2561, 11)])
def test_every_chip_that_a_network_needs_leaks(neurons, chips):
    """ODIN has 256 neurons: 27.3 uW of leakage and 133.5 uW of clock belong to each."""
    done = bill(Ledger(neurons=neurons, neuron_updates=1000 * neurons, ticks=1000, dt_ms=1.0), load("odin"))
    leakage, clock = (line for line in done.lines if line.price.count == "biological_s")
    assert (leakage.chips, clock.chips, leakage.count) == (chips, chips, chips)
    assert leakage.nominal_j + clock.nominal_j == pytest.approx(chips * 160.8e-6)


def test_more_operations_than_a_chip_does_need_more_chips():
    """37.5 million per second, in biological time."""
    done = bill(Ledger(synaptic_operations=38_000_000, ticks=1000, dt_ms=1.0), load("odin"))
    assert done.lines[0].chips == 2
    slower = bill(Ledger(synaptic_operations=38_000_000, ticks=2000, dt_ms=1.0), load("odin"))
    assert slower.lines[0].chips == 1


def test_sources_outside_the_chip_take_no_room_on_it():
    net = sc.Network(dt=1.0, seed=1)
    source = net.spike_source(1000, times=[[1.0]] * 1000, name="source")
    units = net.population(300, sc.LIF(), name="units")
    net.connect(source, units, sc.FixedOutDegree(2), weight=1.0, delay=1.0)
    report = net.compile(workers=1).run(10.0).energy("odin")
    assert report.lines[0].chips == 2
    assert "0.01 s x 2 chips" in str(report)
    assert report.to_dict()["terms"][0]["chips"] == 2


def test_static_power_of_truenorth_is_that_of_every_chip():
    neurons = 2 * 4096 * 256 + 1
    ledger = Ledger(neurons=neurons, ticks=1000, dt_ms=1.0)
    assert bill(ledger, load("truenorth-0.8V")).nominal_j == pytest.approx(3 * 64.43e-3)


def test_no_power_of_a_profile_that_ships_is_that_of_one_chip_for_all_networks():
    for name in known():
        assert all(one.each_chip for one in load(name).prices if one.count == "biological_s"), name
    assert "133.5 uW per chip" in profile_text.describe(load("odin"))


def test_each_chip_needs_limits():
    power = Price("static", "biological_s", 1.0, "W", 1.0, None, None, "measured", "exact", "me", each_chip=True)
    with pytest.raises(sc.NetworkError, match="each_chip of 'static' is True, allowed: only with a chip"):
        Profile("p", "P", "1 nm", None, "per-term", "me", prices=(power,))


def test_every_chip_that_synapses_need_leaks():
    odin = load("odin")
    few = bill(Ledger(synapses=65_536, ticks=1000), odin)
    many = bill(Ledger(synapses=1_562_500, ticks=1000), odin)
    assert (few.lines[0].chips, many.lines[0].chips) == (1, 24)
    assert many.lines[0].nominal_j == pytest.approx(24 * few.lines[0].nominal_j)
