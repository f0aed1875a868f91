"""One run as a synchronous and an asynchronous machine: counts and energies by hand, crossings, memories, tables."""

import math
import xml.etree.ElementTree as ET
from dataclasses import replace

import pytest

from spikecore import NetworkError
from spikecore.energy import load, profile_text
from spikecore.energy.studies import sweep_view
from spikecore.energy.studies.clocked import case, crossing
from spikecore.energy.studies.local_memory import memory
from spikecore.energy.studies.silicon import silicon
from spikecore.energy.studies.sweep import sweep
from spikecore.library import recurrent
from spikecore.library.counts import count

RATES = (1.0, 10.0, 100.0, 300.0, 600.0)


@pytest.fixture(scope="module")
def runs():
    return {rate: count(1024, rate) for rate in (0.0, *RATES)}


@pytest.fixture(scope="module")
def cases(runs):
    return {rate: case(run) for rate, run in runs.items()}


@pytest.fixture(scope="module")
def swept():
    return sweep(count, rates=[0.0, 4.0, 12.0, 600.0], neurons=[256, 512], time=100.0)


def test_counts_are_those_of_the_run():
    run = count(512, rate=50.0, synapses=16, time=300.0, seed=3)
    net, _ = recurrent.build(50.0, 16, cores=2, seed=3, drive="poisson")
    machine = net.compile(workers=1)  # another way of updating, the same spikes and operations
    machine.run(100.0)
    totals = machine.run(300.0).counts.totals()
    assert (run.spikes, run.synaptic_operations) == (totals["spikes"], totals["synaptic_operations"])
    assert (run.neurons, run.ticks, run.stimulus_events) == (512, 300, totals["stimulus_events"])
    assert run.seconds == 0.3
    assert run.counted_rate_hz == pytest.approx(run.spikes / 512 / 0.3)


def test_updates_are_of_neurons_that_got_input(runs):
    for rate, run in runs.items():  # input is Poisson: K synapses and the drive
        expected = 1.0 - math.exp(-run.activity * (run.synapses + 1))
        assert run.updates / (run.neurons * run.ticks) == pytest.approx(expected, rel=0.02), rate


@pytest.mark.parametrize(("cores", "side"), [(4, 2), (5, 3)])
def test_hops_by_a_loop_over_spikes(cores, side):
    net, neurons = recurrent.build(30.0, 8, cores, seed=2, drive="poisson")
    machine = net.compile(workers=1)
    machine.run(100.0)
    result = machine.run(200.0)
    table = machine.synapses(neurons, neurons)
    home = dict(zip(table.sources.tolist(), (table.targets // 256).tolist(), strict=True))
    place = [(core % side, core // side) for core in range(cores)]  # row by row
    ew = ns = 0
    for neuron in result.spikes[neurons].neurons.tolist():
        (x, y), (to_x, to_y) = place[neuron // 256], place[home[neuron]]
        ew, ns = ew + abs(x - to_x), ns + abs(y - to_y)
    frames, frame_ew, frame_ns = 0, 0, 0
    for a in range(cores):
        for b in range(cores):
            bits = sum(1 for neuron, core in home.items() if neuron // 256 == a and core == b)
            packets = math.ceil(bits / 32)
            frames += packets
            frame_ew += packets * abs(place[a][0] - place[b][0])
            frame_ns += packets * abs(place[a][1] - place[b][1])
    run = count(cores * 256, 30.0, 8, time=200.0, seed=2)
    assert (run.hops_ew, run.hops_ns) == (ew, ns)
    assert (run.frame_packets, run.frame_hops_ew, run.frame_hops_ns) == (frames, frame_ew, frame_ns)


def test_the_synchronous_machine_does_not_notice_spikes(cases):
    assert len({case.synchronous.total_j for case in cases.values()}) == 1


def test_the_synchronous_machine_pays_for_every_neuron_and_synapse(runs, cases):
    run = runs[10.0]
    operation = 2 * 20e-12 / 8 + 0.1e-12 + 10e-12 / 64  # two bytes of a store of 16 KB, an addition, a bit of a source
    packet = 2 * 4 * 10e-12 / 8
    frame = run.frame_packets * packet + (run.frame_hops_ew + run.frame_hops_ns) * 2.3e-12
    cells = run.neurons * run.ticks
    expected = cells * (32 * operation + 3.2e-12 + 2 * 4 * 10e-12 / 8) + run.ticks * frame
    assert cases[10.0].synchronous.dynamic_j == pytest.approx(expected, rel=1e-12)
    assert cases[10.0].static_j == pytest.approx(4 / 4096 * 64.43e-3 * 0.5, rel=1e-3)


def test_the_asynchronous_machine_takes_nothing_for_silence(cases):
    silent = cases[0.0]
    assert silent.run.spikes == 0
    assert silent.asynchronous.dynamic_j == silent.idle_j == 0.0
    assert silent.asynchronous.total_j == silent.static_j > 0.0


def test_the_asynchronous_machine_pays_by_the_spike(runs, cases):
    weights = 2 * 20e-12 / 8  # two bytes of a store of 16 KB
    state = 10e-12 / 8
    for rate in RATES:
        run = runs[rate]
        expected = (
            run.synaptic_operations * (weights + 0.1e-12 + 2 * 4 * state)
            + run.updates * (3.2e-12 + 2 * 4 * state)
            + run.spikes * 2 * 4 * state
            + (run.hops_ew + run.hops_ns) * 2.3e-12
        )
        assert cases[rate].asynchronous.dynamic_j == pytest.approx(expected, rel=1e-12)
    # operations are proportional to spikes; updates are shared by the spikes of a tick, so a spike gets cheaper
    per_spike = [cases[rate].asynchronous_per_spike_j for rate in RATES]
    assert per_spike == sorted(per_spike, reverse=True)
    assert per_spike[0] / per_spike[-1] < 2.0
    assert cases[600.0].dynamic_ratio < 1.0


def test_ratios_without_and_with_static_power():
    one = case(count(4096, 1.0))
    assert one.dynamic_ratio == pytest.approx(183, rel=0.01)
    assert one.total_ratio == pytest.approx(3.9, rel=0.01)
    assert one.total_ratio == one.synchronous.total_j / one.asynchronous.total_j
    silent = case(count(256, 0.0))
    assert silent.dynamic_ratio is silent.asynchronous_per_spike_j is None
    assert silent.total_ratio > 1.0


def test_size_matters_to_one_machine_and_spikes_to_the_other():
    sizes = [case(count(size, 4096.0 / size)) for size in (256, 1024, 4096)]
    clocked = [one.synchronous.dynamic_j / one.run.neurons for one in sizes]
    assert max(clocked) / min(clocked) < 1.01  # by the neuron; hops differ
    per_spike = [one.asynchronous_per_spike_j for one in sizes]
    assert max(per_spike) / min(per_spike) < 1.15  # at 16 Hz some of them share an update


def test_the_crossing_in_closed_form_and_between_the_runs(runs):
    equal = crossing(list(runs.values()))
    operations = 32 * (2 * 20e-12 / 8 + 10e-12 / 64 + 0.1e-12)
    busy = runs[600.0]
    frame = (busy.frame_packets * 8 * 10e-12 / 8 + (busy.frame_hops_ew + busy.frame_hops_ns) * 2.3e-12) / busy.neurons
    spike = 32 * (2 * 20e-12 / 8 + 0.1e-12 + 8 * 10e-12 / 8) + 8 * 10e-12 / 8
    spike += (busy.hops_ew + busy.hops_ns) * 2.3e-12 / busy.spikes
    # the update of every neuron in every tick is on both sides
    assert equal.closed_form_hz == pytest.approx(1e3 * (operations + frame) / spike, rel=1e-9)
    assert equal.updated == pytest.approx(1.0 - math.exp(-33 * (operations + frame) / spike))
    assert equal.interpolated_hz == pytest.approx(equal.closed_form_hz, rel=0.01)
    assert runs[300.0].counted_rate_hz < equal.interpolated_hz < runs[600.0].counted_rate_hz


def test_a_sweep_that_ends_below_the_crossing(runs):
    equal = crossing([runs[rate] for rate in (1.0, 10.0)])
    assert equal.interpolated_hz is None
    assert equal.closed_form_hz == pytest.approx(340.0, rel=0.01)
    assert equal.highest_hz == runs[10.0].counted_rate_hz


def without_hops(profile):
    kept = [price for price in profile.prices if price.count in ("synaptic_operations", "neuron_updates")]
    return replace(profile, prices=tuple(kept))


def test_there_may_be_no_crossing(runs):
    # Loihi's price of a synaptic operation is the same for both, and no packet is dearer than a bit
    equal = crossing(list(runs.values()), without_hops(load("loihi")))
    assert equal.closed_form_hz is equal.updated is equal.interpolated_hz is None
    assert equal.activity == pytest.approx(1.0)
    for without_spikes in ([], [runs[0.0]]):
        with pytest.raises(NetworkError) as caught:
            crossing(without_spikes)
        assert caught.value.value == 0


def test_energies_are_those_of_the_profile_that_is_named(runs):
    clocked = case(runs[1.0], without_hops(load("loihi")))
    cells = runs[1.0].neurons * runs[1.0].ticks
    assert clocked.idle_j == pytest.approx(cells * 52e-12)
    assert clocked.synchronous.dynamic_j == pytest.approx(cells * (81e-12 + 32 * 23.6e-12))  # 81 pJ: active
    updates = cells * 52e-12 + runs[1.0].updates * 29e-12
    assert clocked.asynchronous.dynamic_j == pytest.approx(updates + runs[1.0].synaptic_operations * 23.6e-12)
    above_idle = runs[1.0].updates * 29e-12 + runs[1.0].synaptic_operations * 23.6e-12
    assert clocked.asynchronous_per_spike_j == pytest.approx(above_idle / runs[1.0].spikes)
    assert not clocked.static_is_priced
    assert clocked.total_ratio is None


LEVELS = [(8, "8 KB", 1.25), (16, "8 KB", 1.25), (17, "32 KB", 2.5), (64, "32 KB", 2.5), (256, "1 MB", 12.5)]


@pytest.mark.parametrize(("synapses", "level", "per_byte"), LEVELS)
def test_the_local_level_follows_the_bytes_of_a_core(synapses, level, per_byte):
    run = count(256, 20.0, synapses, time=100.0)
    local, shared, dram = memory(run)
    weight_bytes = 2 * run.synaptic_operations
    assert local.memory == f"{level} SRAM"
    assert local.weights_j.nominal == pytest.approx(weight_bytes * per_byte * 1e-12)
    assert shared.weights_j.nominal == pytest.approx(weight_bytes * 12.5e-12)
    assert dram.weights_j.low == pytest.approx(weight_bytes * 162.5e-12)
    assert dram.weights_j.high == pytest.approx(weight_bytes * 325e-12)


def test_only_weights_pay_for_distance(runs, cases):
    places = memory(runs[10.0])
    run = runs[10.0]
    state = 10e-12 * (run.synaptic_operations + run.updates + run.spikes)
    other = {place.dynamic_j.nominal - place.weights_j.nominal for place in places}
    assert max(other) == pytest.approx(min(other), rel=1e-9)
    assert places[0].dynamic_j.nominal == pytest.approx(cases[10.0].asynchronous.dynamic_j, rel=1e-12)
    for place in places:
        total = place.dynamic_j.nominal
        assert place.state_j == pytest.approx(state)
        assert place.weights_share.nominal == pytest.approx(place.weights_j.nominal / total)
        assert place.memory_share.nominal == pytest.approx((place.weights_j.nominal + state) / total)
        assert place.times_local.nominal == pytest.approx(total / places[0].dynamic_j.nominal)
    assert places[2].times_local.low == places[2].times_local.nominal < places[2].times_local.high


@pytest.mark.parametrize(
    ("call", "parameter"),
    [
        (lambda: count(300, 1.0), "neurons"),
        (lambda: count(256, 1.0, synapses=0), "synapses"),
        (lambda: count(256, 1.0, time=0.0), "time"),
        (lambda: memory(count(4096, 1.0, synapses=256, time=10.0)), "the bytes of all weights"),
        (lambda: memory(count(256, 0.0)), "the number of spikes"),
        (lambda: sweep(count, [1.0], [256], time=100.0, profile="truenorth"), "the scope of profile 'truenorth'"),
        (lambda: sweep(count, [1.0], [256], time=100.0, profile="host"), "profile"),
        (lambda: sweep(count, [0.001], [256], time=1.0), "the number of spikes"),
        (lambda: sweep(count, [1.0], []), "neurons"),
        (lambda: sweep(count, [0.0], [256]), "the highest rate"),
    ],
)
def test_refusals_name_the_parameter(call, parameter):
    with pytest.raises(NetworkError) as caught:
        call()
    assert caught.value.parameter == parameter


def test_every_price_has_its_source():
    for price in silicon(1).prices:
        assert price.source
        assert price.unit
        assert price.evidence
    assert profile_text.table(silicon(1)).remarks[-5:-3] == (
        "at Samsung 28 nm LPP, 0.775 V: hops east-west, hops north-south",
        "at Samsung 28 nm LPP, 0.8 V: static",
    )
    weights = next(price for price in silicon(1).prices if price.term == "weights")
    assert weights.unit == "pJ/64bit"
    assert [round(level.nominal_j * 1e12, 6) for level in weights.levels[:3]] == [1.25, 2.5, 12.5]


def test_a_sweep_holds_every_size_and_rate(swept):
    assert [(one.run.neurons, one.run.rate_hz) for one in swept.cases] == [
        (size, rate) for size in (256, 512) for rate in (0.0, 4.0, 12.0, 600.0)
    ]
    assert [one.run.rate_hz * one.run.neurons for one in swept.same_spikes] == [4096.0, 4096.0]
    assert [equal.neurons for equal in swept.crossings] == [256, 512]
    assert (swept.memory_run.neurons, swept.memory_run.rate_hz) == (512, 12.0)
    assert swept.places == memory(swept.memory_run)


def test_a_sweep_pays_the_prices_of_a_chip(swept):
    loihi = sweep(count, rates=[600.0], neurons=[256], time=100.0, profile="loihi")
    assert loihi.profile == load("loihi")
    assert loihi.cases[0] == case(swept.cases[3].run, load("loihi"))
    assert loihi.cases[0].synchronous != swept.cases[3].synchronous
    assert loihi.crossings[0] == crossing([swept.cases[3].run], load("loihi"))
    rates, sizes, _ = sweep_view.tables(loihi)
    assert rates.rows[0][6].value is sizes.rows[0][4].value is None  # static power is not called zero
    assert rates.rows[0][8].value is None
    assert rates.rows[0][7] == loihi.cases[0].dynamic_ratio


def test_tables_hold_the_values_of_the_sweep(swept):
    rates, sizes, memories = sweep_view.tables(swept)
    busy = swept.cases[3]
    assert rates.rows[3] == (
        256,
        600.0,
        busy.run.counted_rate_hz,
        busy.synchronous.dynamic_j / 0.1,
        busy.asynchronous.dynamic_j / 0.1,
        0.0,
        busy.static_j / 0.1,
        busy.dynamic_ratio,
        busy.total_ratio,
        busy.asynchronous_per_spike_j,
    )
    assert [row[:2] for row in sizes.rows] == [(one.run.neurons, one.run.spikes / 0.1) for one in swept.same_spikes]
    assert [row[2] for row in memories.rows] == [place.weights_j for place in swept.places]
    assert rates.remarks[:2] == tuple(f"{equal.neurons} neurons: {equal}" for equal in swept.crossings)


def test_pictures_are_svg_png_or_pages(tmp_path, swept):
    picture = sweep_view.draw(swept).svg()
    assert picture == sweep_view.draw(swept).svg()
    circles = ET.fromstring(picture).findall("{http://www.w3.org/2000/svg}circle")
    assert len(circles) == len(swept.crossings) + len(swept.places)
    with pytest.raises(NetworkError, match="suffix"):
        sweep_view.write(swept, tmp_path / "a.doc")
    assert sweep_view.write(swept, tmp_path / "a.svg").read_text(encoding="utf-8") == picture
    page = sweep_view.write(swept, tmp_path / "a.html").read_text(encoding="utf-8")
    assert picture in page
    assert all(table.html() in page for table in sweep_view.tables(swept))
