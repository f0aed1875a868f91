"""Verdicts, bands and operating points: prices of 0, partial bands, what would flip an order, where a price holds."""

import json
import math
from dataclasses import replace

import pytest

import spikecore as sc
from spikecore.energy import EnergyReport, Ledger, Measured, OperatingPoint, load
from spikecore.energy.profile_toml import parse

HEAD = 'name = "mine"\ntitle = "Mine"\nnode = "1 nm"\nsource = "me"\nscope = "per-term"\n'


def price(term, count, value, more="", bound="operating point"):
    evidence = f'evidence = "measured"\nbound = "{bound}"\n'
    return f'[[price]]\nterm = "{term}"\ncount = "{count}"\nvalue = {value}\nunit = "pJ"\n{evidence}{more}'


def changed(price, times):
    """A price with its published figures multiplied."""
    names = [name for name in ("value", "low", "high") if getattr(price, name) is not None]
    return replace(price, **{name: getattr(price, name) * times for name in names})


def report(ledger, *prices):
    return EnergyReport.of(ledger, parse(HEAD + "".join(prices), "mine.toml"))


FREE = price("free things", "packets", 0.0)


@pytest.mark.parametrize("packets", [0, 7])
def test_a_price_of_zero_is_reported_and_divides_nothing(packets, tmp_path):
    ledger = Ledger(spikes=3, packets=packets, synaptic_operations=5, ticks=10)
    one = report(ledger, price("spikes", "spikes", 2.0), FREE)
    found = one.verdict()
    assert (found.term, found.share, found.rival, found.bound) == ("spikes", 1.0, None, None)
    assert json.dumps(one.to_dict())
    assert one.compare("loihi").to_html(tmp_path / "page.html").exists()
    all_free = report(ledger, FREE)
    assert all_free.verdict().nothing == ("free" if packets else "nothing happened")
    (rank,) = all_free.compare(one).verdicts()
    assert (rank.winner, rank.factor, rank.cheap_j, rank.dear_j) == ("mine", math.inf, 0.0, pytest.approx(6e-12))
    (equal,) = all_free.compare(all_free).verdicts()
    assert (equal.winner, equal.factor, equal.flips) == (None, 1.0, ())


def test_the_command_line_survives_a_price_of_zero(tmp_path):
    from spikecore.command import cli

    file = tmp_path / "mine.toml"
    file.write_text(HEAD + price("operations", "synaptic_operations", 5.0) + price("learning", "learning_updates", 0.0))
    run = ["run", "brunel", "--scale", "0.02", "--time", "10", "--presim", "0", "--workers", "1"]
    assert cli.main([*run, "--energy", str(file)]) == 0
    small = ["energy", "compare", "--neurons", "256", "--time", "10", "--on", f"{file},loihi"]
    assert cli.main([*small, "--plot", str(tmp_path / "page.html")]) == 0


def test_the_price_of_the_memory_that_was_chosen_says_how_many_would_flip_the_order():
    levels = (
        '[[price]]\nterm = "weights"\ncount = "weight_bytes"\nunit = "pJ/B"\nstore = "weight_store_bytes"\n'
        'evidence = "measured"\nbound = "operating point"\n'
        '[[price.level]]\nname = "near"\nbytes = 100\nvalue = 1.0\n[[price.level]]\nname = "far"\nvalue = 10.0\n'
    )
    ledger = Ledger(spikes=40, weight_bytes=0, weight_store_bytes=1000)
    found = report(ledger, price("spikes", "spikes", 1.0), levels).verdict()
    assert (found.rival, found.counted, found.factor) == ("weights", "weight_bytes", None)
    assert found.events == pytest.approx(4.0), "40 pJ at 10 pJ/B, not at 1 pJ/B"


def test_a_partial_band_is_labelled_and_never_a_full_one():
    ledger = Ledger(synaptic_operations=1000, neuron_updates=1000)
    one = EnergyReport.of(ledger, "loihi")
    assert one.high_j is None
    assert one.band.high_j == pytest.approx(23.6e-9 + 81e-9)
    assert (one.band.held_low, one.band.held_high) == ((), ("synaptic operations",))
    total = one.table().rows[-1]
    assert (total[5].value, total[5].text) == (None, "(104.6 nJ)")
    assert one.to_dict()["total_j"]["high"] is None
    assert one.to_dict()["partial_band_j"]["held_at_nominal"] == {"low": [], "high": ["synaptic operations"]}
    assert EnergyReport.of(ledger, "tpu").to_dict()["partial_band_j"] is None
    none = EnergyReport.of(ledger, "spinnaker").band
    assert (none.low_j, none.high_j, none.is_partial) == (None, None, False)


def test_a_term_that_did_not_happen_makes_no_band():
    prices = price("spikes", "spikes", 2.0) + price("packets", "packets", 1.0, bound="exact")
    assert report(Ledger(spikes=1, packets=0), prices).band.high_j is None
    assert report(Ledger(spikes=1, packets=1), prices).band.high_j == pytest.approx(3e-12)


def ways(rank):
    """What would flip an order: machine, term, factor and how far the published band reaches."""
    return [(flip.name, flip.term, pytest.approx(flip.factor), flip.published) for flip in rank.flips]


def test_a_verdict_names_the_term_and_the_factor_that_would_flip_the_order():
    a = report(Ledger(spikes=10), price("spikes", "spikes", 1.0, "high = 2.0\n"))
    b = report(Ledger(spikes=10, packets=2), price("spikes", "spikes", 1.2), price("packets", "packets", 3.0))
    (rank,) = a.compare(b).verdicts()
    # 10 pJ against 18 pJ: a gap of 8 pJ
    assert ways(rank) == [("mine", "spikes", 1.8, 2.0), ("mine (2)", "spikes", 3.0, None)]
    assert rank.certainty == "no band"
    (steep,) = b.compare(report(Ledger(spikes=10), price("spikes", "spikes", 9.0))).verdicts()
    assert ways(steep) == [("mine", "spikes", 7.0, None), ("mine (2)", "spikes", 5.0, None)]
    far = report(Ledger(spikes=1, packets=1), price("a", "spikes", 60.0), price("b", "packets", 40.0))
    (alone,) = report(Ledger(spikes=1), price("spikes", "spikes", 1.0)).compare(far).verdicts()
    assert [flip.name for flip in alone.flips] == ["mine"], "no term of the other alone is as large as the gap"


@pytest.mark.parametrize("factor", [0.99, 1.01])
def test_the_factor_that_is_named_does_flip_the_order(factor):
    odin, other = load("odin"), load("spinnaker2")
    ledger = Ledger(spikes=100, synaptic_operations=20_000, neuron_updates=1000)
    first = EnergyReport.of(ledger, odin).compare(other).verdicts()[0]
    (flip,) = (flip for flip in first.flips if flip.name == "odin")
    times = flip.factor * factor
    dearer = replace(odin, prices=[changed(one, times) if one.term == flip.term else one for one in odin.prices])
    again = EnergyReport.of(ledger, dearer).compare(other).verdicts()[0]
    assert first.winner == "odin"
    assert again.cheap == ("odin" if factor < 1 else "spinnaker2")


def test_bands_make_an_order_certain_or_leave_it_open():
    low, high = (report(Ledger(spikes=1), price("a", "spikes", pj, bound="exact")) for pj in (1.0, 5.0))
    wide = report(Ledger(spikes=1), price("a", "spikes", 4.0, "low = 0.5\nhigh = 6.0\n", "band"))
    (rank,) = low.compare(high).verdicts()
    assert (rank.certainty, rank.margin_j) == ("certain", pytest.approx(4e-12))
    (rank,) = low.compare(wide).verdicts()
    assert (rank.certainty, rank.margin_j, rank.winner) == ("not certain", None, "mine")
    partial = report(
        Ledger(spikes=100, packets=1), price("a", "spikes", 1.0, bound="exact"), price("packets", "packets", 1.0)
    )
    (rank,) = low.compare(partial).verdicts()
    assert rank.certainty == "partial, apart", "such bands are no bounds"
    (rank,) = wide.compare(partial).verdicts()
    assert rank.certainty == "partial, apart"


def test_without_a_ranking_nothing_is_said_to_flip_it():
    one = EnergyReport.of(replace(FULL, dt_ms=0.1, ticks=10_000, neuron_updates=0), "truenorth")
    (rank,) = one.compare("spinnaker").verdicts()
    [(name, departure)] = rank.off_points
    assert (name, [(each.name, each.value) for each in departure.differences]) == ("truenorth", [("tick_ms", 0.1)])
    assert (rank.winner, rank.flips, rank.certainty) == (None, (), None)
    ratio = load("spinnaker").prices[0].nominal_j / load("truenorth").prices[0].nominal_j
    assert rank.factor == pytest.approx(ratio)


@pytest.mark.parametrize(("value", "rank"), [(2.0, "not certain"), (1.999, "certain"), (1.98, "certain")])
def test_what_costs_the_same_to_three_digits_is_not_ranked(value, rank):
    a, b = price("a", "spikes", 2.0, bound="exact"), price("b", "packets", value, bound="exact")
    found = report(Ledger(spikes=1, packets=1), a, b).verdict()
    assert (found.term, found.rival, found.certainty) == ("a", "b", rank)
    assert (found.share, found.factor) == (pytest.approx(2 / (2 + value)), pytest.approx(2 / value))
    (both,) = report(Ledger(spikes=1), a).compare(report(Ledger(packets=1), b)).verdicts()
    assert (both.winner is None, both.flips == ()) == (value > 1.99,) * 2


@pytest.mark.parametrize(("low", "certainty"), [(8.5, "certain"), (8.0, "not certain"), (5.0, "not certain")])
def test_an_order_of_terms_is_certain_where_their_bands_lie_apart(low, certainty):
    a = price("a", "spikes", 10.0, f"low = {low}\nhigh = 11.0\n", "band")
    b = price("b", "packets", 6.0, "low = 4.0\nhigh = 8.0\n", "band")
    found = report(Ledger(spikes=1, packets=1), a, b).verdict()
    assert (found.term, found.rival, found.certainty) == ("a", "b", certainty)


def test_a_price_of_zero_with_a_high_bound_is_not_called_free():
    free = price("packets", "packets", 0.0, "high = 3.0\n")
    one = report(Ledger(spikes=1, packets=4), price("spikes", "spikes", 2.0), free)
    assert one.verdict().bound == ("packets", pytest.approx(12e-12))
    assert one.verdict().rival is None
    alone = report(Ledger(packets=4), free).verdict()
    assert (alone.nothing, alone.bound) == ("free", ("packets", pytest.approx(12e-12)))
    assert report(Ledger(packets=0), free).verdict().nothing == "nothing happened"


def test_a_price_of_minus_zero_is_printed_as_zero():
    one = report(Ledger(spikes=3, packets=2), price("a", "spikes", -0.0), price("b", "packets", -0.0, "low = -0.0\n"))
    assert "-0.0" not in json.dumps(one.to_dict())
    by_hand = changed(load("spinnaker").prices[0], -0.0)
    assert str(by_hand.value) == str(by_hand.nominal_j) == "0.0"


def test_modelled_and_measured_are_told_apart_in_a_verdict():
    ledger = Ledger(spikes=1, synaptic_operations=1000, ticks=10)
    host = EnergyReport.of(ledger, "host", Measured(2.0, 0.5, "package-0"))
    both = EnergyReport.of(ledger, "spinnaker").compare(host)
    (rank,) = both.verdicts()
    assert (rank.winner, rank.statuses) == ("spinnaker", ("modelled", "measured"))
    assert (host.verdict().nothing, host.verdict().total_j) == ("measured", 2.0)
    assert [row[0] for row in both.table().rows] == ["spinnaker", "host"]
    assert [row[-1] for row in both.table().rows] == ["modelled", "measured"]
    (unread,) = EnergyReport.of(ledger, "spinnaker").compare("host").verdicts()
    assert (unread.unknown, unread.winner, unread.factor) == (("host", "not measured"), None, None)


def test_profiles_of_one_name_are_numbered_and_none_is_lost():
    ledger = Ledger(spikes=1, synaptic_operations=10)
    three = EnergyReport.of(ledger, "loihi").compare("loihi", "cpu", "loihi")
    assert three.names == ("loihi", "loihi (2)", "cpu", "loihi (3)")
    assert list(three.to_dict()["reports"]) == list(three.names)
    assert three.verdicts()[0].factor == 1.0
    with pytest.raises(sc.NetworkError) as caught:
        sc.energy.Comparison([])
    assert caught.value.value == 0


UNVERIFIED = price("guess", "packets", 100.0).replace("measured", "unverified")


def test_no_unverified_figure_decides_which_term_costs_most():
    found = report(Ledger(spikes=1, packets=1), price("spikes", "spikes", 2.0), UNVERIFIED).verdict()
    assert (found.term, found.unverified) == ("guess", ("guess",))
    assert report(Ledger(spikes=1, packets=0), price("spikes", "spikes", 2.0), UNVERIFIED).verdict().unverified == ()


@pytest.mark.parametrize(
    ("spikes", "packets", "winner"),
    [
        (200, 1, "mine"),  # 200 pJ that are verified are more than 100 pJ, whatever the guess is
        (10, 1, None),  # 110 pJ are more by the guess alone
        (1, 0, "mine (2)"),  # nothing happened that the guess would price
    ],
)
def test_an_order_stands_only_where_no_unverified_figure_decides_it(spikes, packets, winner):
    sure = report(Ledger(spikes=100), price("spikes", "spikes", 1.0))
    (rank,) = sure.compare(
        report(Ledger(spikes=spikes, packets=packets), price("spikes", "spikes", 1.0), UNVERIFIED)
    ).verdicts()
    assert rank.winner == winner
    assert rank.unverified == (() if winner else (("mine (2)", ("guess",)),))


def test_a_machine_whose_price_is_unverified_is_never_the_cheaper():
    sure = report(Ledger(spikes=100), price("spikes", "spikes", 10.0))
    (rank,) = sure.compare(report(Ledger(spikes=1, packets=1), price("spikes", "spikes", 1.0), UNVERIFIED)).verdicts()
    assert (rank.cheap, rank.winner) == ("mine (2)", None)
    ledger = Ledger(
        synaptic_operations_dense=10**6,
        synaptic_operations=10,
        weight_bytes_dense=6 * 10**6,
        synapses=10,
        weight_store_bytes=10**9,
    )
    tpu, gpu = EnergyReport.of(ledger, "odin").compare("tpu", "gpu").verdicts()
    assert (tpu.unverified, tpu.winner) == ((("tpu", ("multiply-adds of all synapses",)),), None)
    assert (gpu.unverified, gpu.winner) == ((), "odin"), "reading HBM2 is dearer by itself"


# TrueNorth's all-in price, and where it holds.

FULL = Ledger(spikes=20 * 1_048_576, synaptic_operations=20 * 1_048_576 * 128, neurons=1_048_576, ticks=1000, dt_ms=1.0)


def off(report):
    """The conditions that a report's run does not meet: name, its value, and what the prices hold for."""
    return [(each.name, pytest.approx(each.value), each.low, each.high) for each in report.off_point.differences]


def test_at_its_operating_point_the_all_in_price_ranks():
    one = EnergyReport.of(FULL, "truenorth")
    assert one.off_point is None
    assert one.verdict().off_point is None
    assert (one.status, one.lines[0].price.evidence) == ("modelled", "measured")
    assert one.compare("spinnaker").verdicts()[0].winner == "truenorth"


@pytest.mark.parametrize(
    ("change", "differs"),
    [
        ({"spikes": FULL.spikes / 2, "synaptic_operations": FULL.synaptic_operations / 2}, ("rate_hz", 10, 20)),
        ({"synaptic_operations": FULL.synaptic_operations / 4}, ("synapses", 32, 128)),
        ({"neurons": 4096, "spikes": 81920, "synaptic_operations": 81920 * 128}, ("neurons", 4096, 1_048_576)),
        ({"dt_ms": 0.1, "ticks": 10_000}, ("tick_ms", 0.1, 1)),
        ({"spikes": 0, "synaptic_operations": 0}, ("rate_hz", 0, 20)),
    ],
)
def test_outside_its_operating_point_row_and_verdict_say_so(change, differs):
    one = EnergyReport.of(replace(FULL, **change), "truenorth")
    assert off(one) == [(*differs, None)]
    assert one.table().rows[0][6] == "modelled, measured, outside its operating point"
    assert one.to_dict()["off_operating_point"] == str(one.off_point)
    if one.nominal_j:
        assert one.verdict().off_point == one.off_point
    both = one.compare("truenorth-0.8V", "loihi")
    for rank in both.verdicts():
        assert rank.winner is None
        assert ("truenorth", one.off_point) in rank.off_points
    assert both.reports[0].off_point == one.off_point


def fed(rate, outside_hz):
    """The ledger of 256 neurons that fire at a rate and get spikes of 2,000 sources at another."""
    net = sc.Network(dt=1.0, seed=1)
    times = [float(t) for t in range(1, 1000, round(1000 / outside_hz))]
    source = net.spike_source(2000, [times] * 2000)
    steady = sc.IF(c_m=1.0, e_l=0.0, v_th=1.0, v_reset=0.0, i_e=1e-3 * rate, reset="subtract")
    neurons = net.population(256, steady)
    net.connect(source, neurons, sc.FixedInDegree(10), weight=1e-6, delay=1.0)
    return net.compile(workers=1).run(1000.0).ledger


@pytest.mark.parametrize("outside_hz", [10, 100, 500])
def test_the_rate_is_that_of_neurons_on_the_chip_and_not_of_sources(outside_hz):
    for rate, name in ((169.0, "truenorth"), (125.0, "truenorth-0.8V")):
        differences = EnergyReport.of(fed(rate, outside_hz), name).off_point.differences
        assert [each.value for each in differences if each.name == "rate_hz"] == [pytest.approx(rate, abs=1.0)]
    silent = replace(fed(0.0, outside_hz), populations={})  # by hand nothing tells sources from neurons
    [by_hand] = [each.value for each in EnergyReport.of(silent, "truenorth").off_point.differences
                 if each.name == "rate_hz"]  # fmt: skip
    assert by_hand == pytest.approx(silent.spikes / 256)


def at(rate, **change):
    spikes = rate * 1_048_576
    return replace(FULL, **{"spikes": spikes, "synaptic_operations": 128 * spikes, **change})


@pytest.mark.parametrize("rate", [11.58, 20.0, 95.93])
def test_where_the_line_of_truenorth_was_fitted_it_ranks(rate):
    one = EnergyReport.of(at(rate), "truenorth-0.8V")
    assert one.off_point is None
    assert one.compare("spinnaker").verdicts()[0].winner == "truenorth-0.8V"
    half = at(rate, neurons=524_288, spikes=rate * 524_288, synaptic_operations=rate * 524_288 * 128)
    assert EnergyReport.of(half, "truenorth-0.8V").off_point is None, "static power is priced apart"


@pytest.mark.parametrize(
    ("ledger", "differs"),
    [
        (at(11.5), ("rate_hz", 11.5, 11.58, 95.93)),
        (at(96.0), ("rate_hz", 96, 11.58, 95.93)),
        (at(0.0), ("rate_hz", 0, 11.58, 95.93)),
        (at(20.0, synaptic_operations=20 * 1_048_576 * 32), ("synapses", 32, 128, None)),
        (at(20.0, dt_ms=0.1, ticks=10_000), ("tick_ms", 0.1, 1, None)),
    ],
)
def test_outside_the_rates_that_its_line_was_fitted_on_truenorth_says_so(ledger, differs):
    one = EnergyReport.of(ledger, "truenorth-0.8V")
    assert off(one) == [differs]
    assert (one.status, one.lines[0].price.evidence) == ("modelled", "fitted")
    (rank,) = one.compare("spinnaker").verdicts()
    assert rank.winner is None


def test_within_the_factor_it_is_at_its_operating_point():
    point = load("truenorth").operating_point
    assert point.within == 1.25
    for factor, inside in ((1.24, True), (1.26, False), (1 / 1.24, True), (1 / 1.26, False)):
        other = replace(FULL, spikes=FULL.spikes * factor, synaptic_operations=FULL.synaptic_operations * factor)
        assert (point.departure(other) is None) == inside, factor


def test_a_ledger_by_hand_is_not_known_to_be_there():
    one = EnergyReport.of(Ledger(synaptic_operations=1000), "truenorth")
    assert (one.off_point.missing, one.off_point.differences) == (("neurons", "time", "spikes"), ())
    assert one.compare("loihi").verdicts()[0].winner is None


def test_what_the_all_in_price_contains_is_not_called_unpriced():
    one = EnergyReport.of(FULL, "truenorth").to_dict()
    assert [entry["term"] for entry in one["contained"]] == ["neuron updates", "spikes and hops", "static power"]
    assert [entry["term"] for entry in one["unpriced"]] == ["stimulus events"]


CONTAINED = '[[contained]]\nterm = "hops"\ncount = "hops_ew"\nreason = "of the whole chip"\n'
POINT = '[operating_point]\nrate_hz = 20.0\nsynapses = 128\nneurons = 256\ntick_ms = 1.0\nwithin = 2\nsource = "me"\n'


@pytest.mark.parametrize(
    ("text", "line", "key"),
    [
        (HEAD + price("a", "spikes", 1.0) + CONTAINED, 14, "term"),
        (HEAD + price("a", "spikes", 1.0, 'scope = "all-in"\ncontains = ["spikes"]\n') + CONTAINED, 17, "count"),
        (HEAD + POINT.replace("rate_hz = 20.0\n", ""), 6, "rate_hz"),
        (HEAD + POINT.replace("within = 2", "within = 0.5"), 11, "within"),
        (HEAD + POINT.replace("neurons = 256", "neurons = 0"), 9, "neurons"),
        (HEAD + POINT.replace("synapses = 128", "synapses = 0"), 8, "synapses"),
        (HEAD + POINT + "colour = 1\n", 13, "colour"),
        (HEAD + POINT + "rate_hz_most = 10.0\n", 13, "rate_hz_most"),
        (HEAD + POINT.replace("tick_ms = 1.0\n", ""), 6, "tick_ms"),
    ],
)
def test_a_wrong_operating_point_is_refused_with_its_line(text, line, key):
    with pytest.raises(sc.NetworkError, match=rf"line {line} \[(contained.1|operating_point)\]: {key} ") as caught:
        parse(text, "mine.toml")
    assert caught.value.parameter == key


def test_a_profile_of_ones_own_may_have_an_operating_point():
    mine = parse(HEAD + price("a", "spikes", 1.0, 'scope = "all-in"\n') + CONTAINED + POINT, "mine.toml")
    assert mine.operating_point == OperatingPoint(20.0, 128, 1.0, 2, "me", neurons=256)
    assert mine.contained[0].term == "hops"


def test_an_unverified_price_is_named_wherever_its_figure_is_shown():
    ledger = Ledger(synaptic_operations_dense=10**6, synaptic_operations=10, weight_bytes_dense=6 * 10**6, synapses=10)
    ledger = replace(ledger, ticks=10, weight_store_bytes=10**9)
    both = EnergyReport.of(ledger, "gpu").compare("tpu", "loihi")
    assert [row[-1] for row in both.table().rows] == ["modelled, unverified price"] * 2 + ["modelled, a lower bound"]
    assert [bar.below for bar in both.bars().bars] == ["unverified price"] * 2 + ["a lower bound"]
    rows = both.reports[0].table().rows
    assert [row[6] for row in rows] == ["modelled, unverified", "modelled, vendor", "modelled, unverified price"]
    assert both.reports[0].to_dict()["terms"][0]["evidence"] == "unverified"
