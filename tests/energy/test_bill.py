"""Bills: counts times prices, with bands, memory levels, aggregates and what is not known."""

import math
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
from spikecore.energy.profile_toml import parse

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


@pytest.mark.parametrize("size", [1001, None])
def test_a_store_that_no_memory_holds_is_unpriced(size):
    done = bill(Ledger(weight_bytes=1, weight_store_bytes=size), profile(LEVELS))
    assert not done.lines
    assert done.nominal_j is None
    assert [(missing.term, missing.count) for missing in done.unknown] == [("weights", "weight_bytes")]
    assert not bill(Ledger(weight_bytes=1, weight_store_bytes=1000), profile(LEVELS)).unknown


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
    assert bill(large, tpu).unknown[0].count == "synaptic_operations_dense"


HOPS = Price("hops", "hops_ew", 2.3, "pJ", "measured", "operating point", "me")


def test_joules_are_those_of_the_published_figure():
    memory = Price("w", "weight_bytes", 10.0, "pJ/64bit", "measured", "band", "me", 8.0, 16.0)
    assert (memory.low_j, memory.nominal_j, memory.high_j) == pytest.approx((1e-12, 1.25e-12, 2e-12), rel=1e-12)
    assert (HOPS.low_j, HOPS.nominal_j, HOPS.high_j) == (None, pytest.approx(2.3e-12, rel=1e-12), None)
    for bound, ends in (("exact", (2.3, 2.3)), ("min", (2.3, None)), ("max", (None, 2.3))):
        price = replace(HOPS, bound=bound)
        assert (price.low, price.high) == ends, "a bound that is the value itself is known"


@pytest.mark.parametrize(
    ("wrong", "key"),
    [
        ({"value": -2.3}, "value"),
        ({"value": None}, "value"),
        ({"low": -1.0}, "low"),
        ({"high": math.nan}, "high"),
        ({"low": 3.0}, "low"),
        ({"high": 1.0}, "high"),
        ({"bound": "band", "low": 1.0}, "bound"),
        ({"unit": "mW"}, "unit"),
        ({"count": "joules"}, "count"),
        ({"evidence": "guess"}, "evidence"),
        ({"bound": "roughly"}, "bound"),
        ({"source": " "}, "source"),
        ({"scope": "all-in", "contains": ("joules",)}, "contains"),
        ({"scope": "all-in", "contains": ("spikes",)}, "contains"),
        ({"contains": ("spikes",)}, "contains"),
        ({"active": 1.0}, "active"),
        ({"each_chip": True}, "each_chip"),
        ({"store": "synapses"}, "store"),
        ({"levels": (Level("10 B", 2.3, 10),)}, "store"),
        ({"levels": (Level("10 B", 2.0, 10),), "store": "synapses"}, "value"),
        ({"levels": tuple(Level(f"{n} B", 2.3, n) for n in (1000, 10)), "store": "synapses"}, "levels[1].bytes"),
        ({"levels": (Level("10 B", -1.0, 10),), "store": "synapses"}, "levels[0].value"),
    ],
)
def test_a_price_by_hand_says_no_more_than_a_file_could(wrong, key):
    with pytest.raises(sc.NetworkError) as caught:
        replace(HOPS, **wrong)
    assert (caught.value.population, caught.value.parameter) == ("hops", key)
    assert caught.value.allowed


def test_a_profile_without_prices_costs_nothing_that_is_known():
    assert bill(Ledger(), Profile("empty", "Empty", "none", None, "per-term", "me")).nominal_j is None


def test_an_all_in_price_by_hand_contains_all_counts_as_in_a_file():
    everything = replace(HOPS, term="all", count="spikes", scope="all-in")
    assert everything.contains == COUNTS
    done = bill(
        Ledger(spikes=1, hops_ew=10), Profile("p", "P", "1 nm", None, "per-term", "me", prices=(everything, HOPS))
    )
    assert done.nominal_j == pytest.approx(2.3e-12)
    assert [one.price.term for one in done.inside] == ["hops"]


def test_two_all_in_prices_are_refused_by_hand_too():
    both = replace(HOPS, scope="all-in")
    with pytest.raises(sc.NetworkError) as caught:
        load("truenorth").with_prices(both)
    assert (caught.value.population, caught.value.parameter) == ("truenorth", "prices[0].scope")
    with pytest.raises(sc.NetworkError) as caught:
        load("loihi").with_prices(replace(HOPS, count="updates_active"))
    assert caught.value.parameter == "prices[6].count"


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
def test_an_all_in_price_contains_its_counts_by_every_name(contains, count, unit):
    every = f'scope = "all-in"\ncontains = ["synaptic_operations", "{contains}"]\n'
    mine = profile(price("all", "synaptic_operations", 8.0, "pJ", every), price("again", count, 5.0, unit))
    done = bill(EVERY_NAME, mine)
    assert done.nominal_j == pytest.approx(80e-12)
    assert [one.price.term for one in done.inside] == ["again"]


def test_odin_is_charged_once_by_every_name():
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
    with pytest.raises(sc.NetworkError) as caught:
        load("host").with_prices(HOPS)
    assert (caught.value.parameter, caught.value.value) == ("measured", True)
    with pytest.raises(TypeError, match="measured"):
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
    assert report.to_dict()["terms"][0]["chips"] == 2


def test_static_power_of_truenorth_is_that_of_every_chip():
    neurons = 2 * 4096 * 256 + 1
    ledger = Ledger(neurons=neurons, ticks=1000, dt_ms=1.0)
    assert bill(ledger, load("truenorth-0.8V")).nominal_j == pytest.approx(3 * 64.43e-3)


def test_no_power_of_a_profile_that_ships_is_that_of_one_chip_for_all_networks():
    for name in known():
        assert all(one.each_chip for one in load(name).prices if one.count == "biological_s"), name
    assert "133.5 uW per chip" in [row[2] for row in profile_text.table(load("odin")).rows]


def test_each_chip_needs_limits():
    power = Price("static", "biological_s", 1.0, "W", "measured", "exact", "me", each_chip=True)
    with pytest.raises(sc.NetworkError) as caught:
        Profile("p", "P", "1 nm", None, "per-term", "me", prices=(power,))
    assert caught.value.parameter == "prices[0].each_chip"


def test_every_chip_that_synapses_need_leaks():
    odin = load("odin")
    few = bill(Ledger(synapses=65_536, ticks=1000), odin)
    many = bill(Ledger(synapses=1_562_500, ticks=1000), odin)
    assert (few.lines[0].chips, many.lines[0].chips) == (1, 24)
    assert many.lines[0].nominal_j == pytest.approx(24 * few.lines[0].nominal_j)
