"""Verdicts, bands and operating points: prices of 0, partial bands, what would flip an order, where a price holds."""

import json
from dataclasses import replace

import pytest

import spikecore as sc
from spikecore.energy import EnergyReport, Ledger, Measured, OperatingPoint, bands, load
from spikecore.energy.profile_file import parse

HEAD = 'name = "mine"\ntitle = "Mine"\nnode = "1 nm"\nsource = "me"\nscope = "per-term"\n'


def price(term, count, value, more="", bound="operating point"):
    evidence = f'evidence = "measured"\nbound = "{bound}"\n'
    return f'[[price]]\nterm = "{term}"\ncount = "{count}"\nvalue = {value}\nunit = "pJ"\n{evidence}{more}'


def report(ledger, *prices):
    return EnergyReport.of(ledger, parse(HEAD + "".join(prices), "mine.toml"))


FREE = price("free things", "packets", 0.0)


@pytest.mark.parametrize("packets", [0, 7])
def test_a_price_of_zero_is_reported_and_divides_nothing(packets, tmp_path):
    ledger = Ledger(spikes=3, packets=packets, synaptic_operations=5, ticks=10)
    one = report(ledger, price("spikes", "spikes", 2.0), FREE)
    assert one.verdict().endswith("every other price is 0, so nothing here would change the order")
    assert json.dumps(one.to_dict())
    assert "free things" in str(one)
    assert one.compare("loihi").to_html(tmp_path / "page.html").exists()
    all_free = report(ledger, FREE)
    reason = "price of what was done" if packets else "priced count"
    assert all_free.verdict() == f"no cost: every {reason} is 0"
    (said,) = all_free.compare(one).verdicts()
    assert said.startswith("mine costs nothing and mine (2) 6 pJ, modelled")
    assert "mine and mine (2) cost the same, 0 pJ" in all_free.compare(all_free).verdicts()[0]


def test_the_command_line_survives_a_price_of_zero(tmp_path, capsys):
    from spikecore.command import cli

    file = tmp_path / "mine.toml"
    file.write_text(HEAD + price("operations", "synaptic_operations", 5.0) + price("learning", "learning_updates", 0.0))
    run = ["run", "brunel", "--scale", "0.02", "--time", "10", "--presim", "0", "--workers", "1"]
    assert cli.main([*run, "--energy", str(file)]) == 0
    assert "every other price is 0" in capsys.readouterr().out
    small = ["energy", "compare", "--neurons", "256", "--time", "10", "--on", f"{file},loihi"]
    assert cli.main([*small, "--plot", str(tmp_path / "page.html")]) == 0


def test_the_price_of_the_memory_that_was_chosen_says_how_many_would_flip_the_order():
    levels = (
        '[[price]]\nterm = "weights"\ncount = "weight_bytes"\nunit = "pJ/B"\nstore = "weight_store_bytes"\n'
        'evidence = "measured"\nbound = "operating point"\n'
        '[[price.level]]\nname = "near"\nbytes = 100\nvalue = 1.0\n[[price.level]]\nname = "far"\nvalue = 10.0\n'
    )
    ledger = Ledger(spikes=40, weight_bytes=0, weight_store_bytes=1000)
    said = report(ledger, price("spikes", "spikes", 1.0), levels).verdict()
    assert "weights would cost more as soon as there were 4 B" in said, "40 pJ at 10 pJ/B, not at 1 pJ/B"


def test_a_partial_band_is_labelled_and_never_a_full_one():
    ledger = Ledger(synaptic_operations=1000, neuron_updates=1000)
    one = EnergyReport.of(ledger, "loihi")
    assert one.high_j is None
    assert one.band.high_j == pytest.approx(23.6e-9 + 81e-9)
    text = " ".join(str(one).split())
    assert "(104.6 nJ)" in text
    assert "partial band: terms without a published band held at nominal: at the high end synaptic operations" in text
    plain = one.to_dict()
    assert plain["total_j"]["high"] is None
    assert plain["partial_band_j"]["held_at_nominal"] == {"low": [], "high": ["synaptic operations"]}
    whole = EnergyReport.of(ledger, "tpu")
    assert whole.to_dict()["partial_band_j"] is None
    none = EnergyReport.of(ledger, "spinnaker").band
    assert (none.low_j, none.high_j, none.is_partial, none.label()) == (None, None, False, "")


def test_a_term_that_was_not_done_makes_no_band():
    prices = price("spikes", "spikes", 2.0) + price("packets", "packets", 1.0, bound="exact")
    assert bands.of(report(Ledger(spikes=1, packets=0), prices).lines).high_j is None
    assert bands.of(report(Ledger(spikes=1, packets=1), prices).lines).high_j == pytest.approx(3e-12)


def test_a_verdict_names_the_term_and_the_factor_that_would_flip_the_order():
    a = report(Ledger(spikes=10), price("spikes", "spikes", 1.0, "high = 2.0\n"))
    b = report(Ledger(spikes=10, packets=2), price("spikes", "spikes", 1.2), price("packets", "packets", 3.0))
    said = a.compare(b).verdicts()[0]
    # 10 pJ against 18 pJ: a gap of 8 pJ
    assert "mine's spikes cost 1.8 times as much (published: up to 2 times)" in said
    assert "or mine (2)'s spikes 3 times less" in said
    assert "certain was published" in said
    steep = b.compare(report(Ledger(spikes=10), price("spikes", "spikes", 9.0))).verdicts()[0]
    assert "mine's spikes cost 7 times as much, or mine (2)'s spikes 5 times less" in steep
    far = report(Ledger(spikes=1, packets=1), price("a", "spikes", 60.0), price("b", "packets", 40.0))
    alone = report(Ledger(spikes=1), price("spikes", "spikes", 1.0)).compare(far).verdicts()[0]
    assert "times less;" not in alone.split("it would flip")[1], "no term of it alone is as large as the gap"


def test_the_factor_that_is_named_does_flip_the_order():
    loihi, cpu = load("loihi"), load("spinnaker2")
    ledger = Ledger(spikes=100, synaptic_operations=20_000, neuron_updates=1000)
    said = EnergyReport.of(ledger, loihi).compare(cpu).verdicts()[0]
    times = float(said.split("synaptic operations cost ")[1].split(" times")[0])
    for factor, cheaper in ((times * 0.99, "loihi"), (times * 1.01, "spinnaker2")):
        dearer = tuple(
            replace(one, value=one.value * factor, nominal_j=one.nominal_j * factor, low_j=None)
            if one.term == "synaptic operations"
            else one
            for one in loihi.prices
        )
        again = EnergyReport.of(ledger, replace(loihi, prices=dearer)).compare(cpu).verdicts()[0]
        assert again.startswith(f"{cheaper} costs")


def test_partial_bands_make_no_order_certain():
    exact = report(Ledger(spikes=1), price("spikes", "spikes", 1.0, bound="exact"))
    partial = report(
        Ledger(spikes=100, packets=1),
        price("spikes", "spikes", 1.0, bound="exact"),
        price("packets", "packets", 1.0),
    )
    said = exact.compare(partial).verdicts()[0]
    assert "the partial bands do not overlap, but they are no bounds, so the order is not certain" in said


def test_without_a_ranking_nothing_is_said_to_flip_it():
    one = EnergyReport.of(replace(FULL, dt_ms=0.1, ticks=10_000, neuron_updates=0), "truenorth")
    (said,) = one.compare("spinnaker").verdicts()
    assert said.startswith("no ranking, because the price of truenorth is used outside its operating point: 0.1 ms")
    ratio = load("spinnaker").prices[0].nominal_j / load("truenorth").prices[0].nominal_j
    assert said.endswith(
        f"; by that price truenorth costs {ratio:,.0f} times less than spinnaker, modelled, of what is priced"
    )


@pytest.mark.parametrize(("value", "says"), [(2.0, "the same"), (1.999, "the same to three digits")])
def test_what_costs_the_same_would_not_cost_more_if_there_were_once_as_much(value, says):
    a, b = price("a", "spikes", 2.0, bound="exact"), price("b", "packets", value, bound="exact")
    one = report(Ledger(spikes=1, packets=1), a, b)
    assert one.verdict().startswith(f"a cost 50 % of what is priced; b cost {says}; within the published bands")
    (said,) = report(Ledger(spikes=1), a).compare(report(Ledger(packets=1), b)).verdicts()
    assert f"cost {says}, " in said
    assert "flip if" not in said


def test_a_price_of_zero_with_a_high_bound_is_not_called_free():
    free = price("packets", "packets", 0.0, "high = 3.0\n")
    one = report(Ledger(spikes=1, packets=4), price("spikes", "spikes", 2.0), free)
    assert one.verdict().endswith(
        "every other price is 0 at its nominal value, but packets cost up to 12 pJ by the published high bound"
    )
    assert report(Ledger(packets=4), free).verdict() == (
        "no cost: every price of what was done is 0 at its nominal value, "
        "but packets cost up to 12 pJ by the published high bound"
    )
    assert report(Ledger(packets=0), free).verdict() == "no cost: every priced count is 0"


def test_a_price_of_minus_zero_is_printed_as_zero():
    one = report(Ledger(spikes=3, packets=2), price("a", "spikes", -0.0), price("b", "packets", -0.0, "low = -0.0\n"))
    assert "-0" not in str(one)
    assert "-0.0" not in json.dumps(one.to_dict())
    by_hand = replace(load("spinnaker").prices[0], value=-0.0, nominal_j=-0.0)
    assert str(by_hand.value) == str(by_hand.nominal_j) == "0.0"


def test_modelled_and_measured_are_told_apart_in_a_verdict():
    ledger = Ledger(spikes=1, synaptic_operations=1000, ticks=10)
    host = EnergyReport.of(ledger, "host", Measured(2.0, 0.5, "package-0"))
    said = EnergyReport.of(ledger, "spinnaker").compare(host)
    assert "spinnaker (modelled) costs" in said.verdicts()[0]
    assert "less than host (measured)" in said.verdicts()[0]
    assert "measured on host: package-0" in str(said)
    assert "unpriced on host" not in str(said)
    assert host.verdict() == "2 J measured as a whole: terms are not told apart"
    assert "unpriced" not in str(host)
    unread = EnergyReport.of(ledger, "spinnaker").compare("host")
    assert unread.verdicts() == ["unknown: host was not measured"]
    assert "not measured on host: nothing was read" in str(unread)


def test_a_profile_that_leaves_nothing_out_says_so():
    one = report(Ledger(spikes=1), price("spikes", "spikes", 1.0))
    assert "unpriced on mine: nothing that its profile knows of" in str(one.compare("loihi"))


def test_profiles_of_one_name_are_numbered_and_none_is_lost():
    ledger = Ledger(spikes=1, synaptic_operations=10)
    three = EnergyReport.of(ledger, "loihi").compare("loihi", "cpu", "loihi")
    assert three.names == ("loihi", "loihi (2)", "cpu", "loihi (3)")
    assert list(three.to_dict()["reports"]) == list(three.names)
    assert "loihi and loihi (2) cost the same" in three.verdicts()[0]
    with pytest.raises(sc.NetworkError, match="number of reports is 0"):
        sc.energy.Comparison([])


# TrueNorth's all-in price, and where it holds.

FULL = Ledger(spikes=20 * 1_048_576, synaptic_operations=20 * 1_048_576 * 128, neurons=1_048_576, ticks=1000, dt_ms=1.0)


def test_at_its_operating_point_the_all_in_price_ranks():
    one = EnergyReport.of(FULL, "truenorth")
    assert one.off_point == ""
    assert "operating point:" not in one.verdict()
    assert not str(one).splitlines()[1].endswith("point")
    assert one.compare("spinnaker").verdicts()[0].startswith("truenorth costs")


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"spikes": FULL.spikes / 2, "synaptic_operations": FULL.synaptic_operations / 2}, "10 Hz, not 20"),
        ({"synaptic_operations": FULL.synaptic_operations / 4}, "32 active synapses, not 128"),
        ({"neurons": 4096, "spikes": 81920, "synaptic_operations": 81920 * 128}, "4,096 neurons, not 1,048,576"),
        ({"dt_ms": 0.1, "ticks": 10_000}, "0.1 ms a tick, not 1"),
        ({"spikes": 0, "synaptic_operations": 0}, "0 Hz, not 20"),
    ],
)
def test_outside_its_operating_point_it_says_so_in_row_and_verdict(change, says):
    one = EnergyReport.of(replace(FULL, **change), "truenorth")
    assert one.off_point == f"outside its operating point: {says}"
    row = str(one).splitlines()[2]
    assert row.endswith("modelled, measured, outside its operating point")
    assert one.to_dict()["off_operating_point"] == one.off_point
    if one.nominal_j:
        assert says in one.verdict()
    both = one.compare("truenorth-0.8V", "loihi")
    for said in both.verdicts():
        assert said.startswith("no ranking, because the price of truenorth is used outside its operating point")
        assert says in said
    assert str(both).splitlines()[2].endswith("modelled, outside its operating point")
    assert "outside its operating point" in both._repr_html_()


def at(rate, **change):
    spikes = rate * 1_048_576
    return replace(FULL, **{"spikes": spikes, "synaptic_operations": 128 * spikes, **change})


@pytest.mark.parametrize("rate", [11.58, 20.0, 95.93])
def test_where_the_line_of_truenorth_was_fitted_it_ranks(rate):
    one = EnergyReport.of(at(rate), "truenorth-0.8V")
    assert one.off_point == ""
    assert one.compare("spinnaker").verdicts()[0].startswith("truenorth-0.8V costs")
    half = at(rate, neurons=524_288, spikes=rate * 524_288, synaptic_operations=rate * 524_288 * 128)
    assert EnergyReport.of(half, "truenorth-0.8V").off_point == "", "static power is priced apart"


@pytest.mark.parametrize(
    ("ledger", "says"),
    [
        (at(11.5), "11.5 Hz, not 11.58 to 95.93"),
        (at(96.0), "96 Hz, not 11.58 to 95.93"),
        (at(0.0), "0 Hz, not 11.58 to 95.93"),
        (at(20.0, synaptic_operations=20 * 1_048_576 * 32), "32 active synapses, not 128"),
        (at(20.0, dt_ms=0.1, ticks=10_000), "0.1 ms a tick, not 1"),
    ],
)
def test_outside_the_rates_that_its_line_was_fitted_on_truenorth_says_so(ledger, says):
    one = EnergyReport.of(ledger, "truenorth-0.8V")
    assert one.off_point == f"outside its operating point: {says}"
    assert str(one).splitlines()[2].endswith("fitted, outside its operating point")
    assert "11.58 to 95.93 Hz, 128 active synapses per neuron, ticks of 1 ms" in " ".join(str(one).split())
    said = one.compare("spinnaker").verdicts()[0]
    assert said.startswith("no ranking, because the price of truenorth-0.8V is used outside its operating point")


def test_within_the_factor_it_is_at_its_operating_point():
    point = load("truenorth").operating_point
    assert point.within == 1.25
    near = replace(FULL, spikes=FULL.spikes * 1.2, synaptic_operations=FULL.synaptic_operations * 1.2)
    assert point.outside(near) == ""
    assert point.outside(replace(near, spikes=FULL.spikes * 1.3)).startswith("outside")


def test_a_ledger_by_hand_is_not_known_to_be_there():
    one = EnergyReport.of(Ledger(synaptic_operations=1000), "truenorth")
    assert one.off_point == "not known to be at its operating point: the ledger has no neurons, no time and no spikes"
    assert one.compare("loihi").verdicts()[0].startswith("no ranking")


def test_what_the_all_in_price_contains_is_not_called_unpriced():
    one = EnergyReport.of(FULL, "truenorth")
    both = str(one.compare("loihi"))
    assert "inside the all-in price of truenorth: neuron updates, spikes and hops, static power" in both
    assert "unpriced on truenorth: stimulus events\n" in both
    assert [entry["term"] for entry in one.to_dict()["contained"]] == [
        "neuron updates",
        "spikes and hops",
        "static power",
    ]
    assert "<p>inside the all-in price:</p>" in one._repr_html_()


CONTAINED = '[[contained]]\nterm = "hops"\ncount = "hops_ew"\nreason = "of the whole chip"\n'
POINT = '[operating_point]\nrate_hz = 20.0\nsynapses = 128\nneurons = 256\ntick_ms = 1.0\nwithin = 2\nsource = "me"\n'


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (HEAD + price("a", "spikes", 1.0) + CONTAINED, r"line 14 \[contained.1\]: term is contained in no price"),
        (
            HEAD + price("a", "spikes", 1.0, 'scope = "all-in"\ncontains = ["spikes"]\n') + CONTAINED,
            "count is 'hops_ew', allowed: a count that an all-in price contains",
        ),
        (HEAD + POINT.replace("rate_hz = 20.0\n", ""), r"line 6 \[operating_point\]: rate_hz is missing"),
        (HEAD + POINT.replace("within = 2", "within = 0.5"), r"line 11 .*within is 0.5, allowed: ≥ 1"),
        (HEAD + POINT.replace("neurons = 256", "neurons = 0"), r"line 9 .*neurons is 0.0, allowed: > 0"),
        (HEAD + POINT + "colour = 1\n", "colour is unknown"),
        (HEAD + POINT + "rate_hz_most = 10.0\n", r"line 13 .*rate_hz_most is 10.0, allowed: ≥ 20.0, rate_hz"),
        (HEAD + POINT.replace("tick_ms = 1.0\n", ""), r"line 6 \[operating_point\]: tick_ms is missing"),
    ],
)
def test_profiles_that_say_it_wrongly_are_refused_with_the_line(text, says):
    with pytest.raises(sc.NetworkError, match=says):
        parse(text, "mine.toml")


def test_a_profile_of_ones_own_may_have_an_operating_point():
    mine = parse(HEAD + price("a", "spikes", 1.0, 'scope = "all-in"\n') + CONTAINED + POINT, "mine.toml")
    assert mine.operating_point == OperatingPoint(20.0, 128, 256, 1.0, 2, "me")
    assert mine.contained[0].term == "hops"


def test_a_ledger_by_hand_is_silent_about_updates_that_it_does_not_know():
    text = str(EnergyReport.of(Ledger(neuron_updates=1000), "loihi"))
    assert "were done here" not in text
    assert "were done here" in str(EnergyReport.of(Ledger(neuron_updates=10, updates_done=10), "loihi"))
