"""TrueNorth's affine model, its recurrent networks on the engine, and the published points beside them."""

from dataclasses import replace

import numpy as np
import pytest

from spikecore import NetworkError
from spikecore.energy import load
from spikecore.energy.studies import truenorth, truenorth_view
from spikecore.library import counts, recurrent


def synapses_of(rate, synapses, cores):
    net, neurons = recurrent.build(rate, synapses, cores)
    machine = net.compile(workers=1)
    return machine, neurons, machine.synapses(neurons, neurons)


@pytest.mark.parametrize("synapses", [1, 100, 256])
def test_every_neuron_drives_one_axon_of_one_core(synapses):
    _, neurons, table = synapses_of(20.0, synapses, cores=3)
    sources, targets, weights = np.asarray(table.sources), np.asarray(table.targets), np.asarray(table.weights)
    assert len(sources) == len(neurons) * synapses
    assert (np.bincount(sources, minlength=len(neurons)) == synapses).all()
    cores = targets // recurrent.NEURONS
    for source in range(len(neurons)):
        of_source = sources == source
        assert len(set(cores[of_source])) == 1
        assert len(set(targets[of_source])) == synapses
        assert len(set(weights[of_source])) == 1
    for core in range(3):  # half of its axons excite, half inhibit
        signs = {source: weight for source, weight in zip(sources[cores == core], weights[cores == core], strict=True)}
        assert len(signs) == recurrent.AXONS
        assert sum(signs.values()) == 0.0


@pytest.mark.parametrize("rate", [0.0, 3.0, 20.0, 77.7, 200.0])
@pytest.mark.parametrize("synapses", [0, 64, 256])
def test_neurons_fire_at_the_rate_asked_for(rate, synapses):
    run = counts.benchmark(rate, synapses, cores=4)
    # a neuron's count is off by one spike at most, plus what its input adds up to: a share of a hundredth of the rate
    assert run.counted_rate_hz == pytest.approx(rate, rel=0.02, abs=0.05)
    assert run.synaptic_operations == pytest.approx(run.spikes * synapses, abs=0.25 * run.neurons * synapses)
    assert truenorth.chip_events_per_s(run) == run.synaptic_operations / 1.0 * 1024


def test_recurrence_moves_spikes():
    alone, joined = (
        recurrent.build(20.0, synapses, cores=1)[0].compile(workers=1).run(2_000.0) for synapses in (0, 128)
    )
    regular, moved = (result.cv_isi(result.populations[0])[0] for result in (alone, joined))
    assert regular < 1e-3  # every 50 ticks
    assert moved > 0.02  # a tick and more of 50


def test_spikes_follow_the_seed():
    hashes = [recurrent.build(20.0, 32, 1, seed)[0].compile(workers=1).run(100.0).spikes_sha256() for seed in (1, 1, 2)]
    assert hashes[0] == hashes[1] != hashes[2]


@pytest.mark.parametrize(
    ("arguments", "parameter"),
    [
        ({"rate": 1001.0, "synapses": 1}, "rate"),
        ({"rate": -1.0, "synapses": 1}, "rate"),
        ({"rate": 20.0, "synapses": 257}, "synapses"),
        ({"rate": 20.0, "synapses": 1, "cores": 0}, "cores"),
        ({"rate": 20.0, "synapses": 1, "cores": 257}, "cores"),
        ({"rate": 20.0, "synapses": 1, "drive": "dc"}, "drive"),
    ],
)
def test_networks_that_the_chip_cannot_hold_are_refused(arguments, parameter):
    with pytest.raises(NetworkError, match=parameter) as caught:
        recurrent.build(**arguments)
    assert caught.value.parameter == parameter


def test_the_fit_is_the_line_through_two_published_points():
    model = truenorth.published_model()
    for point in truenorth.FITTED:
        events = truenorth.events_per_s(point.rate_hz, point.synapses)
        assert model.power_w(events, 0.8) == pytest.approx(point.power_w, rel=1e-12)
    assert model.event_j == pytest.approx(2.2966e-12, rel=1e-3)
    assert model.static_w == pytest.approx(64.43e-3, rel=1e-3)


def test_the_point_left_out_of_the_fit_is_predicted():
    model = truenorth.published_model()
    left_out = truenorth.PUBLISHED[1]
    predicted = model.power_w(truenorth.events_per_s(left_out.rate_hz, left_out.synapses), left_out.voltage_v)
    assert predicted == pytest.approx(left_out.power_w, rel=0.02)
    assert predicted != left_out.power_w


@pytest.mark.parametrize("voltage", [0.70, 0.75, 0.775, 0.79999, 1.05])
def test_other_voltages_are_refused(voltage):
    with pytest.raises(NetworkError) as caught:
        truenorth.published_model().power_w(1e9, voltage)
    assert caught.value.parameter == "voltage"
    assert caught.value.allowed.startswith("0.8 V")


def test_a_line_needs_two_rates_at_one_voltage():
    points = truenorth.PUBLISHED
    more_synapses = replace(points[2], synapses=64)
    for wrong in (points[:1], points[:3]):
        with pytest.raises(NetworkError) as caught:
            truenorth.fit(wrong)
        assert caught.value.parameter == "the number of points"
    for wrong in ((points[0], points[0]), (points[0], points[3]), (points[0], more_synapses)):
        with pytest.raises(NetworkError) as caught:
            truenorth.fit(wrong)
        assert caught.value.parameter == "points"


@pytest.mark.parametrize(("rate", "inside"), [(11.5, False), (11.58, True), (50.0, True), (95.93, True), (96.0, False)])
def test_the_model_is_extrapolated_beyond_its_points(rate, inside):
    assert truenorth.published_model().inside(rate, 128) is inside
    assert not truenorth.published_model().inside(rate, 127)


@pytest.fixture(scope="module")
def merolla():
    return truenorth.benchmark(counts.benchmark, 2, 500.0, rates=(0.0, 20.0, 200.0), synapses=(0, 128, 256))


def value(figure):
    return None if figure is None else figure.value


def test_every_published_point_is_compared(merolla):
    model = truenorth.published_model()
    for row, point in zip(merolla.points, truenorth.PUBLISHED, strict=True):
        stated = [row[name] for name in ("rate_hz", "synapses", "voltage_v", "power_w")]
        assert [figure.value for figure in stated] == [point.rate_hz, point.synapses, point.voltage_v, point.power_w]
        assert {(figure.evidence, figure.source) for figure in stated} == {("quoted at second hand", point.source)}
        events = row["run"]["counted_events"] / row["run"]["seconds"] * (2**20 / row["run"]["neurons"])
        assert row["chip_events_per_s"].value == events
        assert row["fitted"] == (point.rate_hz in (11.58, 95.93))
        assert row["all_in_w"].value == 26e-12 * events
        assert value(row["published_event_j"]) == (point.power_w / events if events else None)
        if point.voltage_v == 0.8:
            assert row["refused"] is None
            assert row["modelled_w"].value == model.power_w(events, 0.8)
            assert row["difference"].value == pytest.approx(row["modelled_w"].value / point.power_w - 1.0)
            assert abs(row["difference"].value) < 0.02
        else:
            assert row["modelled_w"] is row["difference"] is None
            assert row["refused"]
    usual = merolla.points[3]  # 72 mW at 20 Hz: published as 26 pJ
    assert usual["published_event_j"].value == pytest.approx(truenorth.ALL_IN_J, rel=0.05)


def test_26_pj_holds_at_its_own_operating_point_alone(merolla):
    errors = {row["rate_hz"].value: row["all_in_difference"].value for row in merolla.points[:3]}
    assert abs(errors[20.07]) < 0.05
    assert errors[11.58] == pytest.approx(-0.406, abs=0.02)
    assert errors[95.93] == pytest.approx(2.56, abs=0.05)


def test_the_grid_spans_the_published_envelope(merolla):
    pairs = [(k, rate) for k in (0, 128, 256) for rate in (0.0, 20.0, 200.0)]
    assert [(row["run"]["synapses"], row["run"]["rate_hz"]) for row in merolla.grid] == pairs
    assert [row["inside"] for row in merolla.grid] == [pair == (128, 20.0) for pair in pairs]
    for row, (k, rate) in zip(merolla.grid, pairs, strict=True):
        counted, nominal = row["chip_events_per_s"].value, row["nominal_events_per_s"].value
        assert nominal == 2**20 * rate * k
        assert counted == pytest.approx(nominal, rel=0.02)
        assert row["difference"].value == (counted / nominal - 1.0 if nominal else 0.0)
        assert row["modelled_w"].value == pytest.approx(64.43e-3 + 2.2966e-12 * counted, rel=1e-4)


def test_operations_beside_published_ones(merolla):
    rows = {(row["published"].value, row["published"].unit): row for row in merolla.operations}
    # 46 GSOPS/W and 65 mW do not belong to one workload: the published rate and synapses give 41.3
    assert rows[46.0, "GSOPS/W"]["counted"].value == pytest.approx(41.3, rel=0.02)
    peak = rows[58.0, "GSOPS"]
    assert peak["counted"].value == pytest.approx(53.7, rel=0.01)
    assert peak["difference"].value == pytest.approx(53.7 / 58.0 - 1.0, abs=0.01)
    assert "assumed" in peak["what"]  # 58 GSOPS and 200 Hz × 256 were not published as one
    for published in (400.0, 70.0):
        row = rows[published, "GSOPS/W"]
        assert row["counted"] is row["difference"] is None
        assert row["refused"]


def test_tables_hold_the_values_of_the_benchmark(merolla):
    points, operations, grid = truenorth_view.tables(merolla)
    fitted, refused = merolla.points[0], merolla.points[5]
    names = ("all_in_w", "all_in_difference", "modelled_w", "difference")
    rows = [[cell.value for cell in row] for row in points.rows]
    assert rows[0][:4] == [11.58, 128, 0.8, 68e-3]
    assert rows[0][6:] == [*(fitted[name].value for name in names), "*"]
    assert rows[5][8:10] == [None, None]
    assert rows[5][10] == f"refused: {refused['voltage_v'].value} V"
    assert [row[0].value for row in operations.rows] == [46.0, 58.0, 400.0, 70.0]
    assert grid.rows[1][2] == merolla.grid[4]["modelled_w"].value
    assert grid.rows[1][1].text == "(64.43 mW)"  # extrapolated, and marked
    sources = {point.source for point in truenorth.PUBLISHED}
    assert all(any(remark.endswith(source) for remark in points.remarks) for source in sources)


def test_the_profile_is_the_fit():
    model = truenorth.published_model()
    static, events = load("truenorth-0.8V").prices
    assert (static.count, events.count) == ("biological_s", "synaptic_operations")
    assert static.nominal_j == pytest.approx(model.static_w, rel=1e-4)
    assert events.nominal_j == pytest.approx(model.event_j, rel=1e-4)
    assert load("truenorth-0.8V").voltage_v == model.voltage_v
