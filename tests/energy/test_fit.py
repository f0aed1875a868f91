"""Chips that cannot hold a network, and prices that are bounds: told in every row, verdict, page, file and picture."""

import json
from dataclasses import replace

import numpy as np
import pytest

import spikecore as sc
from spikecore.command import cli
from spikecore.energy import Comparison, EnergyReport, Ledger, Price, Profile, known, load, saved
from spikecore.energy.fit import Fit, Limit
from spikecore.energy.rank import between, none_of

SECOND = {"ticks": 1000, "dt_ms": 1.0}
LEDGER = Ledger(spikes=2000, neurons=100, synapses=1000, neuron_updates=100_000, synaptic_operations=20_000, **SECOND)


def run(k=500, delay=20.0, weight=0.1):
    """Return a run of one neuron with `k` sources and a delay in ticks of 1 ms."""
    net = sc.Network(dt=1.0, seed=1)
    sources = net.spike_source(k, [[1.0]] * k, name="sources")
    target = net.population(1, sc.LIFDelta(), name="target")
    net.connect(sources, target, sc.AllToAll(), weight=weight, delay=delay)
    return net.compile(workers=1).run(60.0)


def priced(name, nominal, bound="exact", count="spikes", profile_bound="", **more):
    """Return a report of one spike that costs `nominal` J."""
    price = Price(count, count, nominal, "J", "measured", bound, "me", **more)
    profile = Profile(name, name, "1 nm", None, "per-term", "me", prices=(price,), bound=profile_bound)
    return EnergyReport.of(Ledger(spikes=1, packets=1), profile)


# What a run tells.


def test_a_ledger_knows_what_limits_are_held_against():
    ledger = run().ledger
    assert (ledger.most_fan_in, ledger.longest_delay, ledger.weight_bits) == (500, 20, 1)
    assert "most_fan_in" not in ledger.unknown


@pytest.mark.parametrize(
    ("weight", "bits"),
    [
        (0.3, 1),
        (sc.Normal(1.0, 0.1), 24),
        ([[0.25 * (k % 5 - 2)] for k in range(40)], 2),
        ([[float(k - 100)] for k in range(200)], 7),
        (np.sin(np.arange(40.0))[:, None], 24),
        (np.array([[0.001], [40.0]] * 20), 16),
        (np.zeros((40, 1)), 1),
    ],
)
def test_bits_of_weights_are_those_of_whole_numbers_or_of_the_format(weight, bits):
    k = len(weight) if isinstance(weight, list | np.ndarray) else 40
    net = sc.Network(dt=1.0, seed=1)
    sources = net.spike_source(k, [[1.0]] * k)
    target = net.population(1, sc.LIFDelta())
    rule = sc.Dense(np.array(weight)) if isinstance(weight, list | np.ndarray) else sc.AllToAll()
    own = {} if isinstance(rule, sc.Dense) else {"weight": weight}
    net.connect(sources, target, rule, delay=1.0, **own)
    assert net.compile(workers=1).run(5.0).ledger.weight_bits == bits
    assert net.compile(workers=1, weights="q16").run(5.0).ledger.weight_bits == min(bits, 15)


def test_many_synapses_are_not_counted_neuron_by_neuron(monkeypatch):
    monkeypatch.setattr("spikecore.results.wiring._MOST_DRAWN", 10)
    ledger = run().ledger
    assert (ledger.most_fan_in, "most_fan_in" in ledger.unknown) == (500, True)
    fit = Fit.of(ledger, load("truenorth").chip)
    assert fit.broken == (Limit("fan-in", 500, 256, is_least=True), Limit("delay", 20, 15))
    net = sc.Network(dt=1.0, seed=1)
    pair = net.population(2, sc.LIFDelta())
    net.connect(pair, pair, sc.FixedTotalNumber(11), weight=1.0, delay=1.0)
    assert net.compile(workers=1).run(5.0).ledger.most_fan_in == 6, "11 / 2, rounded up: one has so many"


# What a chip holds.


def test_all_limits_that_no_number_of_chips_lifts_are_listed():
    ledger = replace(LEDGER, most_fan_in=500, longest_delay=20, weight_bits=24)
    fit = Fit.of(ledger, load("truenorth").chip)
    assert fit.broken == (
        Limit("fan-in", 500, 256), Limit("delay", 20, 15), Limit("weight precision", 24, 8, "bits"),
    )  # fmt: skip
    assert str(fit) == "does not fit: fan-in 500 of 256; delay 20 of 15; weight precision 24 of 8 bits"
    assert Fit.of(replace(ledger, longest_delay=63), load("loihi").chip).broken[0] == Limit("delay", 63, 62)
    assert (
        Fit.of(replace(LEDGER, most_fan_in=256, longest_delay=15, weight_bits=8), load("truenorth").chip).status == ""
    )


@pytest.mark.parametrize(
    ("name", "ledger", "chips"),
    [
        ("odin", Ledger(neurons=300, **SECOND), 2),
        ("odin", Ledger(neurons=256, synapses=65_537, **SECOND), 2),
        ("loihi", Ledger(neurons=131_073, **SECOND), 2),
        ("loihi", Ledger(neurons=10, synapses=6_000_000, **SECOND), 2),
        ("truenorth", Ledger(neurons=3 * 1_048_576, **SECOND), 3),
        ("odin", Ledger(neurons=256, synapses=65_536, **SECOND), 1),
    ],
)
def test_more_chips_lift_what_is_shared_out(name, ledger, chips):
    fit = EnergyReport.of(ledger, name).fit
    assert (fit.chips, fit.broken) == (chips, ())


def test_what_is_not_known_breaks_no_limit():
    assert all(not EnergyReport.of(LEDGER, name).fit.broken for name in known())


# Ranks.


def test_a_chip_that_needs_others_is_ranked_and_marked():
    report = EnergyReport.of(replace(LEDGER, neurons=300, neuron_updates=300_000), "odin")
    both = report.compare("spinnaker")
    (rank,) = both.verdicts()
    assert (rank.winner, rank.fits) == ("odin", (("odin", Fit(2)),))
    assert both.table().rows[0][-1] == "modelled, needs 2 chips"
    assert "needs 2 chips" in both.to_svg()


def test_a_chip_that_cannot_hold_the_network_is_ranked_nowhere():
    result = run()
    both = result.energy("truenorth").compare("spinnaker", "odin", "spinnaker2")
    ranks = both.verdicts()
    assert [(rank.winner, rank.factor) for rank in ranks[:2]] == [(None, None)] * 2
    assert [{name for name, _ in rank.misfits} for rank in ranks] == [{"truenorth"}, {"odin"}, set()]
    assert ranks[2].winner == "spinnaker2", "the first that holds it is held against the others"
    assert "times" not in str(ranks[0])
    row, *_ = both.table().rows
    assert row[2].value == pytest.approx(500 * 26e-12), "shown for information"
    (term,) = both.reports[0].table().rows
    assert term[6] == "modelled, measured, does not fit, outside its operating point", "in the rows of its own report"
    frame = both.to_pandas()
    assert set(frame["fit"][frame["profile"] == "truenorth"]) == {"does not fit"}
    assert set(frame["fit"][frame["profile"] == "spinnaker"]) == {""}
    entry = both.to_dict()["reports"]["truenorth"]
    broken = [{"limit": "fan-in", "needs": 500, "most": 256}, {"limit": "delay", "needs": 20, "most": 15}]
    assert entry["fit"] == {"fits": False, "chips": None, "broken": broken}
    assert both.reports[0].verdict().fit.broken == (Limit("fan-in", 500, 256), Limit("delay", 20, 15))


def test_pictures_and_pages_tell_both_kinds(tmp_path):
    result = run()
    both = result.energy("truenorth").compare("spinnaker")
    assert [(bar.name, bar.is_misfit) for bar in both.bars().sorted] == [("spinnaker", False), ("truenorth", True)]
    for text in (both.to_svg(), both.to_html(tmp_path / "a.html").read_text(encoding="utf-8"), str(both)):
        assert "does not fit" in text
    assert both.to_html(tmp_path / "a.html").read_text(encoding="utf-8").count("fan-in") >= 2


def test_limits_of_a_run_come_back_from_its_file(tmp_path, capsys):
    file = tmp_path / "run.json"
    report = run().energy("truenorth")
    file.write_text(json.dumps({"energy": {"truenorth": report.to_dict()}}), encoding="utf-8")
    assert saved.ledgers(file)[0].ledger == report.ledger
    assert cli.main(["energy", "compare", str(file), "--on", "truenorth,spinnaker"]) == 0
    assert "does not fit: fan-in 500 of 256" in capsys.readouterr().out
    old = report.to_dict()
    for name in ("most_fan_in", "longest_delay", "weight_bits"):
        del old["ledger"][name]
    file.write_text(json.dumps({"energy": {"truenorth": old}}), encoding="utf-8")
    assert saved.ledgers(file)[0].ledger.most_fan_in is None, "files of earlier versions have none of them"


def test_a_saved_result_fits_what_the_run_fitted(tmp_path):
    result = run(weight=sc.Normal(1.0, 0.1))
    again = sc.load_result(result.save(tmp_path / "run.npz"))
    assert again.ledger == result.ledger
    assert again.energy("truenorth").fit == result.energy("truenorth").fit


# Bounds.


@pytest.mark.parametrize(
    ("cheap", "dear", "winner"),
    [
        ({}, {}, "a"),
        ({"bound": "min"}, {}, None),
        ({"bound": "max"}, {}, "a"),
        ({}, {"bound": "min"}, "a"),
        ({}, {"bound": "max"}, None),
        ({"profile_bound": "min"}, {}, None),
        ({}, {"profile_bound": "min"}, "a"),
        ({}, {"profile_bound": "max"}, None),
        ({"bound": "min", "high": 1.5}, {}, "a"),
        ({"bound": "max", "profile_bound": "min"}, {}, None),
    ],
)
def test_a_bound_decides_only_in_the_direction_in_which_it_helps(cheap, dear, winner):
    a, b = priced("a", 1.0, **cheap), priced("b", 2.0, **dear)
    assert between(a, b).winner == winner
    assert between(b, a).winner == winner
    assert (none_of([(a, "a"), (b, "b")]) == "") == (winner is not None)


def test_a_bound_that_costs_nothing_bounds_nothing():
    report = priced("a", 1.0, bound="min", count="packets")
    assert report.bound == "min"
    assert EnergyReport.of(Ledger(spikes=1), report.profile).bound == ""
    assert EnergyReport.of(Ledger(), "cpu").bound == "", "nor does a machine that did nothing"


def test_a_lower_bound_says_by_how_much_it_would_have_to_be_off():
    (rank,) = priced("a", 1.0, bound="min").compare(priced("b", 4.0)).verdicts()
    assert rank.bounds == (("a", "min"),)
    assert (rank.flips[0].name, rank.flips[0].term, rank.flips[0].factor) == ("a", "spikes", 4.0)
    assert str(rank).startswith("no ranking, because the sum of a is a lower bound; by that price a costs 4 times less")


def test_rows_and_pictures_show_bounds():
    both = priced("a", 1.0, bound="min").compare(priced("b", 2.0, bound="max"), priced("c", 3.0))
    assert [(row[2].text, row[-1]) for row in both.table().rows] == [
        ("≥ 1 J", "modelled, a lower bound"), ("≤ 2 J", "modelled, an upper bound"), ("3 J", "modelled"),
    ]  # fmt: skip
    assert [bar.bound for bar in both.bars().bars] == ["min", "max", ""]
    assert both.to_dict()["reports"]["b"]["bound"] == "max"
    assert both.to_pandas()["nominal_j"].tolist() == [1.0, 2.0, 3.0]
    assert both.to_pandas()["side"].tolist() == ["min", "max", ""]


def test_the_sign_stands_at_the_outermost_end():
    wide = priced("a", 2.0, bound="band", low=1.0, high=3.0, profile_bound="min")
    assert [cell.text for cell in wide.compare(wide).table().rows[0][1:4]] == ["≥ 1 J", "2 J", "3 J"]
    assert wide.bar().text == "2 J"
    ledger = replace(LEDGER, state_bytes=1000, weight_bytes=6000, weight_store_bytes=6000)
    partial = EnergyReport.of(ledger, "cpu").compare("spinnaker").table().rows[0]
    assert (partial[1].value, partial[1].text[:3]) == (None, "(≥ ")
    assert partial[2].text[0].isdigit()


def test_a_processor_is_a_lower_bound():
    cpu = EnergyReport.of(LEDGER, "cpu")
    assert cpu.bound == "min"
    assert all(rank.winner != "cpu" for rank in Comparison([cpu]).reports[0].compare(*known()).verdicts())


@pytest.mark.parametrize(("store", "bound"), [(128, "max"), (41_943_040, "max"), (41_943_041, ""), (None, "max")])
def test_weights_that_a_nearer_memory_could_hold_are_an_upper_bound(store, bound):
    counts = {"synapses": 32, "synaptic_operations_dense": 32_000, "weight_bytes_dense": 128_000, **SECOND}
    gpu = EnergyReport.of(Ledger(weight_store_bytes=store, **counts), "gpu")
    assert (gpu.bound, gpu.bounded) == (bound, ("synapses read from HBM2",) if bound else ())
    assert gpu.lines[1].nominal_j == pytest.approx(128_000 / 8 * 250e-12), "whatever could hold them"
    row = gpu.table().rows[1]
    assert ("upper bound" in row[2]) == (row[5].text.startswith("≤")) == bool(bound), "at the high end of its band"
    cheap, dear = priced("a", 1e-9), priced("b", 1.0)
    assert between(cheap, gpu).winner == (None if bound else "a"), "reading HBM2 is dearer by itself"
    assert gpu.verdict().unbanded == ("synapses read from HBM2" if bound else "additions of weights")
    assert between(gpu, dear).winner is None, "its additions have an unverified price"


def test_only_weights_have_a_nearer_memory():
    with pytest.raises(sc.NetworkError, match="nearer_bytes is 8") as caught:
        Price("a", "spikes", 1.0, "pJ", "measured", "exact", "me", nearer_bytes=8)
    assert caught.value.parameter == "nearer_bytes"
    with pytest.raises(sc.NetworkError, match="nearer_bytes"):
        Price("a", "weight_bytes", 1.0, "pJ/B", "measured", "exact", "me", nearer_bytes=-1)


# No pair.


def test_where_no_pair_can_be_ranked_the_verdict_is_one_line():
    both = run().energy("truenorth").compare("odin", "host")
    (line,) = both.table().verdicts
    assert line == (
        "no pair can be ranked: truenorth does not fit: fan-in 500 of 256; delay 20 of 15; odin does not fit: fan-in "
        "500 of 256; host is unknown"
    )
    assert both.to_dict()["no_ranking"] == line
    alike = priced("a", 1.0).compare(priced("b", 1.0))
    (rank,) = alike.verdicts()
    assert (rank.winner, rank.factor, len(alike.table().verdicts)) == (None, 1.0, 1)
    assert run().energy("truenorth").compare().table().verdicts == ()


def test_one_pair_is_enough():
    three = [(priced("a", 1.0), "a"), (priced("b", 3.0, bound="max"), "b"), (priced("c", 2.0), "c")]
    assert none_of(three) == "", "a costs less than c, whatever b costs"
    both = run().energy("truenorth").compare("odin", "spinnaker", "spinnaker2")
    assert both.to_dict()["no_ranking"] == ""
    assert len(both.table().verdicts) == 3


def test_a_machine_without_an_energy_is_not_what_the_others_are_held_against():
    """The two that can be ranked are, wherever the unknown ones stand."""
    for order in (("atom", "spinnaker", "spinnaker2"), ("host", "atom", "spinnaker", "spinnaker2")):
        first, *others = order
        ranks = run().energy(first).compare(*others).verdicts()
        assert [rank.winner for rank in ranks if rank.unknown is None] == ["spinnaker2"]
        assert {rank.unknown[0] for rank in ranks if rank.unknown} == set(order) - {"spinnaker", "spinnaker2"}
    unfit_first = run().energy("atom").compare("truenorth", "spinnaker", "spinnaker2").verdicts()
    assert [rank.winner for rank in unfit_first] == [None, None, "spinnaker2"], "nor one that cannot hold the network"


@pytest.mark.parametrize("name", ["cpu", "gpu", "spinnaker", "spinnaker2", "host"])
def test_a_machine_whose_limits_nobody_stated_is_not_said_to_fit(name):
    """1.2 million neurons were said to fit one chip of SpiNNaker."""
    report = EnergyReport.of(Ledger(neurons=1_200_000, most_fan_in=5_000, longest_delay=200), name)
    assert report.to_dict()["fit"] == {"fits": None, "chips": None, "broken": []}
    assert report.fit.status == ""
    assert str(report.fit) == "no limit of this machine is known"
    known_limits = EnergyReport.of(Ledger(neurons=100, most_fan_in=50, longest_delay=2), "truenorth").to_dict()["fit"]
    assert known_limits == {"fits": True, "chips": 1, "broken": []}
