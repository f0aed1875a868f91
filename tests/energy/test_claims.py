"""Both claims, executed: energy flat in spikes or proportional to them, and weights near or far."""

import math
import xml.etree.ElementTree as ET
from dataclasses import replace

import numpy as np
import pytest

from spikecore import NetworkError
from spikecore.energy import claims, claims_chart, claims_run, claims_text, load
from spikecore.library import recurrent

RATES = (1.0, 10.0, 100.0, 300.0, 600.0)


@pytest.fixture(scope="module")
def runs():
    return {rate: claims_run.count(1024, rate) for rate in (0.0, *RATES)}


@pytest.fixture(scope="module")
def cases(runs):
    return {rate: claims.case(found) for rate, found in runs.items()}


def test_counts_are_those_of_the_run():
    found = claims_run.count(512, rate=50.0, synapses=16, time=300.0, seed=3)
    net, _ = recurrent.build(50.0, 16, cores=2, seed=3, drive="poisson")
    machine = net.compile(workers=1)  # another way of updating, the same spikes and operations
    machine.run(100.0)
    result = machine.run(300.0)
    totals = result.counts.totals()
    assert (found.spikes, found.synaptic_operations) == (totals["spikes"], totals["synaptic_operations"])
    assert (found.neurons, found.ticks, found.stimulus_events) == (512, 300, totals["stimulus_events"])


def test_updates_are_of_neurons_that_got_input(runs):
    for rate, found in runs.items():  # input is Poisson: K synapses and the drive
        expected = 1.0 - math.exp(-found.activity * (found.synapses + 1))
        assert found.updates / (found.neurons * found.ticks) == pytest.approx(expected, rel=0.02), rate


def test_hops_by_a_loop_over_spikes():
    net, neurons = recurrent.build(30.0, 8, cores=5, seed=2, drive="poisson")
    machine = net.compile(workers=1)
    machine.run(100.0)
    result = machine.run(200.0)
    table = machine.synapses(neurons, neurons)
    home = dict(zip(table.sources.tolist(), (table.targets // 256).tolist(), strict=True))
    place = [(core % 3, core // 3) for core in range(5)]  # rows of three
    ew = ns = 0
    for neuron in result.spikes[neurons].neurons.tolist():
        (x, y), (to_x, to_y) = place[neuron // 256], place[home[neuron]]
        ew, ns = ew + abs(x - to_x), ns + abs(y - to_y)
    frames, frame_ew, frame_ns = 0, 0, 0
    for a in range(5):
        for b in range(5):
            bits = sum(1 for neuron, core in home.items() if neuron // 256 == a and core == b)
            packets = math.ceil(bits / 32)
            frames += packets
            frame_ew += packets * abs(place[a][0] - place[b][0])
            frame_ns += packets * abs(place[a][1] - place[b][1])
    found = claims_run.count(5 * 256, 30.0, 8, time=200.0, seed=2)
    assert (found.hops_ew, found.hops_ns) == (ew, ns)
    assert (found.frame_packets, found.frame_hops_ew, found.frame_hops_ns) == (frames, frame_ew, frame_ns)


def test_the_synchronous_machine_does_not_notice_spikes(cases):
    energies = {case["synchronous"]["total_j"] for case in cases.values()}
    assert len(energies) == 1


def test_the_asynchronous_machine_takes_nothing_for_silence(cases):
    silent = cases[0.0]
    assert silent["spikes"] == 0
    assert silent["asynchronous"]["dynamic_j"] == silent["idle_j"] == 0.0
    assert silent["asynchronous"]["total_j"] == silent["static_j"] > 0.0


def test_the_asynchronous_machine_pays_by_the_spike(runs, cases):
    prices = {price.term: price for price in claims.silicon(4).prices}
    weights = 2 * 20e-12 / 8  # two bytes of a store of 16 KB
    state = 10e-12 / 8
    for rate in RATES:
        found = runs[rate]
        operation = weights + 0.1e-12 + 2 * 4 * state
        expected = (
            found.synaptic_operations * operation
            + found.updates * (3.2e-12 + 2 * 4 * state)
            + found.spikes * 2 * 4 * state
            + (found.hops_ew + found.hops_ns) * 2.3e-12
        )
        assert cases[rate]["asynchronous"]["dynamic_j"] == pytest.approx(expected, rel=1e-12)
    assert prices["static"].nominal_j == pytest.approx(4 / 4096 * 64.43e-3, rel=1e-3)
    # operations are proportional to spikes; updates are shared by the spikes of a tick, so a spike gets cheaper
    per_spike = [cases[rate]["asynchronous_per_spike_j"] for rate in RATES]
    assert per_spike == sorted(per_spike, reverse=True)
    assert per_spike[0] / per_spike[-1] < 2.0
    assert cases[600.0]["synchronous"]["dynamic_j"] < cases[600.0]["asynchronous"]["dynamic_j"]


def test_size_matters_to_one_machine_and_spikes_to_the_other():
    cases = [claims.case(claims_run.count(size, 4096.0 / size)) for size in (256, 1024, 4096)]
    clocked = [case["synchronous"]["dynamic_j"] / case["neurons"] for case in cases]
    assert max(clocked) / min(clocked) < 1.01  # by the neuron; hops differ
    per_spike = [case["asynchronous_per_spike_j"] for case in cases]
    assert max(per_spike) / min(per_spike) < 1.15  # at 16 Hz some of them share an update


def test_the_crossing_in_closed_form_and_between_the_runs(runs):
    cross = claims.crossing(list(runs.values()))
    operations = 32 * (2 * 20e-12 / 8 + 10e-12 / 64 + 0.1e-12)
    some = runs[600.0]
    frame = (some.frame_packets * 8 * 10e-12 / 8 + (some.frame_hops_ew + some.frame_hops_ns) * 2.3e-12) / some.neurons
    spike = 32 * (2 * 20e-12 / 8 + 0.1e-12 + 8 * 10e-12 / 8) + 8 * 10e-12 / 8
    spike += (some.hops_ew + some.hops_ns) * 2.3e-12 / some.spikes
    # the update of every neuron in every tick is on both sides
    assert cross["closed_form_hz"] == pytest.approx(1e3 * (operations + frame) / spike, rel=1e-9)
    assert cross["updated"] > 0.9999
    assert cross["interpolated_hz"] == pytest.approx(cross["closed_form_hz"], rel=0.01)
    assert runs[300.0].counted_rate_hz < cross["interpolated_hz"] < runs[600.0].counted_rate_hz


def test_a_sweep_that_ends_below_the_crossing_says_so(runs):
    cross = claims.crossing([runs[rate] for rate in (1.0, 10.0)])
    assert cross["interpolated_hz"] is None
    assert cross["closed_form_hz"] == pytest.approx(340.0, rel=0.01)
    assert "not among the rates" in cross["said"]


def test_there_may_be_no_crossing(runs):
    # Loihi's price of a synaptic operation is the same for both, and no packet is dearer than a bit
    cross = claims.crossing(list(runs.values()), _without_hops(load("loihi")))
    assert cross["closed_form_hz"] is cross["interpolated_hz"] is None
    assert "no crossing" in cross["said"]
    with pytest.raises(NetworkError, match="with spikes"):
        claims.crossing([runs[0.0]])


def _without_hops(profile):
    kept = [price for price in profile.prices if price.count in ("synaptic_operations", "neuron_updates")]
    return replace(profile, prices=tuple(kept))


def test_idle_updates_of_a_clocked_chip_are_shown(runs):
    case = claims.case(runs[1.0], _without_hops(load("loihi")))
    cells = runs[1.0].neurons * runs[1.0].ticks
    assert case["idle_j"] == pytest.approx(cells * 52e-12)


LEVELS = [(8, "8 KB", 1.25), (16, "8 KB", 1.25), (17, "32 KB", 2.5), (64, "32 KB", 2.5), (256, "1 MB", 12.5)]


@pytest.mark.parametrize(("synapses", "level", "per_byte"), LEVELS)
def test_the_local_level_follows_the_bytes_of_a_core(synapses, level, per_byte):
    found = claims_run.count(256, 20.0, synapses, time=100.0)
    local, shared, dram = claims.memory(found)
    weight_bytes = 2 * found.synaptic_operations
    assert local["memory"] == f"{level} SRAM"
    assert local["weights_j"]["nominal"] == pytest.approx(weight_bytes * per_byte * 1e-12)
    assert shared["weights_j"]["nominal"] == pytest.approx(weight_bytes * 12.5e-12)
    assert dram["weights_j"]["low"] == pytest.approx(weight_bytes * 162.5e-12)
    assert dram["weights_j"]["high"] == pytest.approx(weight_bytes * 325e-12)


def test_weights_elsewhere_change_weights_alone(runs):
    places = claims.memory(runs[10.0])
    rest = [place["dynamic_j"]["nominal"] - place["weights_j"]["nominal"] for place in places]
    assert rest == pytest.approx([rest[0]] * 3)
    total = [place["dynamic_j"]["nominal"] for place in places]
    assert total[0] == claims.case(runs[10.0])["asynchronous"]["dynamic_j"]
    assert total == sorted(total)
    for place in places:
        nominal = place["dynamic_j"]["nominal"]
        assert place["weights_share"]["nominal"] == pytest.approx(place["weights_j"]["nominal"] / nominal)
        assert place["weights_share"]["nominal"] < place["memory_share"]["nominal"] < 1.0
    assert places[2]["times_local"]["low"] == places[2]["times_local"]["nominal"] < places[2]["times_local"]["high"]


def test_what_cannot_be_is_refused():
    with pytest.raises(NetworkError, match="a multiple of 256"):
        claims_run.count(300, 1.0)
    with pytest.raises(NetworkError, match="synapses is 0"):
        claims_run.count(256, 1.0, synapses=0)
    with pytest.raises(NetworkError, match="1048576, the shared memory"):
        claims.memory(claims_run.count(4096, 1.0, synapses=256, time=10.0))
    with pytest.raises(NetworkError, match="all-in"):
        claims.sweep([1.0], [256], time=100.0, profile="truenorth")
    with pytest.raises(NetworkError, match="time is 0"):
        claims_run.count(256, 1.0, time=0.0)
    with pytest.raises(NetworkError, match="number of spikes is 0"):
        claims.sweep([0.001], [256], time=1.0)
    with pytest.raises(NetworkError, match="neurons is empty"):
        claims.sweep([1.0], [])
    with pytest.raises(NetworkError, match="highest rate"):
        claims.sweep([0.0], [256])


def test_every_price_has_its_source():
    for price in claims.silicon(1).prices:
        assert price.source
        assert price.unit
        assert price.evidence
    weights = next(price for price in claims.silicon(1).prices if price.term == "weights")
    assert weights.unit == "pJ/64bit"
    # A18: per byte of a 64-bit access
    assert [round(level.nominal_j * 1e12, 6) for level in weights.levels[:3]] == [1.25, 2.5, 12.5]


def test_faces():
    report = claims.sweep(rates=[0.0, 10.0, 600.0], neurons=[256, 512], time=100.0)
    text = claims_text.describe(report)
    for words in ("modelled", "closed form", "interpolated", "DRAM", "Horowitz", "unpriced", "32 KB"):
        assert words in text
    picture = claims_chart.draw(report)
    assert picture == claims_chart.draw(report)
    tree = ET.fromstring(picture)
    circles = tree.findall("{http://www.w3.org/2000/svg}circle")
    assert len(circles) == 2
    texts = [one.text for one in tree.iter("{http://www.w3.org/2000/svg}text")]
    assert "256 neurons" in texts
    assert "512 neurons" in texts
    assert np.isfinite([float(c.get("cx")) for c in circles]).all()


def test_pictures_are_svg_png_or_pages(tmp_path):
    report = claims.sweep(rates=[10.0], neurons=[256], time=100.0)
    with pytest.raises(NetworkError, match=r"allowed: '\.svg', '\.png' or '\.html'"):
        claims_chart.write(report, tmp_path / "a.pdf")
    assert claims_chart.write(report, tmp_path / "a.svg").stat().st_size > 1000
    page = claims_chart.write(report, tmp_path / "a.html").read_text(encoding="utf-8")
    assert "<svg" in page
    assert "sync/async dynamic" in page


def test_ratios_say_whether_they_contain_static_power():
    case = claims.case(claims_run.count(4096, 1.0))
    assert case["dynamic_ratio"] == pytest.approx(183, rel=0.01)
    assert case["total_ratio"] == pytest.approx(3.9, rel=0.01)
    machines = case["synchronous"], case["asynchronous"]
    assert case["total_ratio"] == machines[0]["total_j"] / machines[1]["total_j"]
    silent = claims.case(claims_run.count(256, 0.0))
    assert silent["dynamic_ratio"] is None
    assert silent["total_ratio"] > 1.0
    report = claims.sweep(rates=[10.0, 600.0], neurons=[256], time=100.0)
    text = claims_text.describe(report)
    for words in ("sync dynamic", "async dynamic", "static of either", "sync/async dynamic", "with static"):
        assert words in text
    assert "static power is the same for both" in text
    picture = claims_chart.draw(report)
    for words in ("synchronous, dynamic", "asynchronous, dynamic", "Dynamic power over rate, static apart"):
        assert words in picture


def test_static_power_without_a_price_is_not_called_zero():
    report = claims.sweep(rates=[600.0], neurons=[256], time=100.0, profile="loihi")
    (case,) = report["asynchronous"]
    assert case["dynamic_ratio"] > 1.0
    assert case["total_ratio"] is None
    text = claims_text.describe(report)
    assert "unpriced" in text.splitlines()[3]
    assert "static power has no price here: the ratio with it is not known" in text
