"""TrueNorth's affine model, its recurrent networks on the engine, and the published points beside them."""

import numpy as np
import pytest

from spikecore import NetworkError
from spikecore.energy import load, truenorth, truenorth_benchmark
from spikecore.library import recurrent


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
    found = truenorth_benchmark.run(rate, synapses, cores=4)
    # a neuron's count is off by one spike at most, plus what its input adds up to: a share of a hundredth of the rate
    assert found.counted_rate_hz == pytest.approx(rate, rel=0.02, abs=0.05)
    spikes = round(found.counted_rate_hz * found.neurons * found.seconds)
    assert found.counted_events == pytest.approx(spikes * synapses, abs=0.25 * found.neurons * synapses)


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
def test_what_the_chip_has_not_is_refused(arguments, parameter):
    with pytest.raises(NetworkError, match=parameter) as caught:
        recurrent.build(**arguments)
    assert caught.value.parameter == parameter


def test_the_point_left_out_of_the_fit_is_predicted():
    model = truenorth.published_model()
    left_out = truenorth.PUBLISHED[1]
    predicted = model.power_w(truenorth.events_per_s(left_out.rate_hz, left_out.synapses), left_out.voltage_v)
    assert predicted == pytest.approx(left_out.power_w, rel=0.02)
    assert predicted != left_out.power_w


@pytest.mark.parametrize("voltage", [0.70, 0.75, 0.775, 0.79999, 1.05])
def test_other_voltages_are_refused(voltage):
    with pytest.raises(NetworkError, match=r"allowed: 0\.8 V") as caught:
        truenorth.published_model().power_w(1e9, voltage)
    assert caught.value.parameter == "voltage"


def test_a_line_needs_two_rates_at_one_voltage():
    points = truenorth.PUBLISHED
    for wrong in (points[:1], points[:3], (points[0], points[0]), (points[0], points[3])):
        with pytest.raises(NetworkError):
            truenorth.fit(wrong)


def test_comparison_shows_every_published_point():
    rows = truenorth_benchmark.compare(cores=2, time=500.0)
    assert [row["power_w"] for row in rows] == [point.power_w for point in truenorth.PUBLISHED]
    for row in rows:
        assert (row["modelled_w"] is None) == (row["voltage_v"] != 0.8)
        assert (row["refused"] is None) == (row["voltage_v"] == 0.8)
        if row["modelled_w"] is not None:
            assert abs(row["difference"]) < 0.02
            assert row["difference"] == pytest.approx(row["modelled_w"] / row["power_w"] - 1.0)
    # 26 pJ holds at its own operating point alone
    errors = {row["rate_hz"]: row["all_in_difference"] for row in rows if row["voltage_v"] == 0.8}
    assert abs(errors[20.07]) < 0.05
    assert errors[11.58] == pytest.approx(-0.406, abs=0.02)
    assert errors[95.93] == pytest.approx(2.56, abs=0.05)
    text = truenorth_benchmark.describe(rows)
    for words in ("refused: 0.7 V", "refused: 1.05 V", "modelled", "all-in", "all-in", "42 mW", "323 mW"):
        assert words in text


def test_the_sweep_spans_the_published_envelope():
    rows = truenorth_benchmark.sweep(rates=(0.0, 20.0, 200.0), synapses=(0, 128, 256), cores=2, time=500.0)
    assert len(rows) == 9
    assert [row["inside"] for row in rows] == [
        k == 128 and f == 20.0 for k in (0, 128, 256) for f in (0.0, 20.0, 200.0)
    ]
    for row in rows:
        assert row["chip_events_per_s"] == pytest.approx(row["nominal_events_per_s"], rel=0.02)
        if row["nominal_events_per_s"] == 0.0:
            assert row["modelled_w"] == truenorth.published_model().static_w
    assert max(row["modelled_w"] for row in rows) == rows[-1]["modelled_w"]


def test_operations_beside_published_ones():
    rows = {f"{one['published']:g} {one['unit']}": one for one in truenorth_benchmark.efficiencies(cores=2, time=500.0)}
    # 46 GSOPS/W and 65 mW do not belong to one workload: the published rate and synapses give 41.3
    assert rows["46 GSOPS/W"]["counted"] == pytest.approx(41.3, rel=0.02)
    assert rows["58 GSOPS"]["counted"] == pytest.approx(53.7, rel=0.01)
    assert rows["58 GSOPS"]["difference"] == pytest.approx(53.7 / 58.0 - 1.0, abs=0.01)
    for name in ("400 GSOPS/W", "70 GSOPS/W"):
        assert rows[name]["counted"] is None
        assert rows[name]["refused"]
    text = truenorth_benchmark.describe([], list(rows.values()), truenorth_benchmark.sweep(time=100.0, cores=1))
    assert "refused: 0.75 V" in text
    assert "(64.4)" in text  # extrapolated, and marked


def test_the_profile_is_the_fit():
    model = truenorth.published_model()
    static, events = load("truenorth-0.8V").prices
    assert (static.count, events.count) == ("biological_s", "synaptic_operations")
    assert static.nominal_j == pytest.approx(model.static_w, rel=1e-4)
    assert events.nominal_j == pytest.approx(model.event_j, rel=1e-4)
    assert load("truenorth-0.8V").voltage_v == model.voltage_v
