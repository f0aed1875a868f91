"""The published formulas: against sums written out, each with its source, none with a constant unexplained."""

import json
import math

import oracle_estimates
import pytest

import spikecore as sc
from spikecore.energy import ann as art
from spikecore.energy import formulas as door
from spikecore.energy.ann import formulas, keras_spiking, lemaire, prices
from spikecore.energy.ann.arithmetic import panda_implied_rate, yin_implied_rate
from spikecore.energy.ann.crossover import CROSSOVERS, twin_bits


def networks():
    net = art.Network([art.Dense(30, 20), art.Dense(20, 5)])
    return net, art.Spiking.of_rates(net, [2.0, 1.0], ticks=10, input_rate=3.0)


@pytest.mark.parametrize("name", formulas.names())
def test_every_formula_is_cited_and_prints(name):
    source = formulas.source(name)
    assert source.name == name
    assert len(source.citation) > 20
    assert source.notes
    assert source.evidence in {"code", "paper", "unverified"}
    assert all(formulas.estimate(name, subject).source is source for subject in networks())
    for subject in networks():
        data = json.loads(json.dumps(formulas.estimate(name, subject).to_dict()))
        assert data["formula"]["citation"] == source.citation
        assert data["counts"]


def test_what_is_recalled_says_so():
    assert {name for name in formulas.names() if formulas.source(name).evidence == "unverified"} == {"panda", "yin"}
    assert {prices.operation("int8", where).evidence for where in ("45nm",)} == {"estimated"}
    for precision in ("int8", "int32", "fp32"):
        assert prices.operation(precision, "7nm").evidence == "unverified"
    for level in prices.memory_levels("7nm"):
        assert prices.memory(level, "7nm").evidence == "vendor"


@pytest.mark.parametrize("name", ["yinn", "", "Lemaire"])
def test_an_unknown_formula_is_named_with_those_there_are(name):
    with pytest.raises(sc.NetworkError, match=r"formula is .* allowed: 'keras_spiking', 'lemaire'"):
        formulas.estimate(name, networks()[0])


def test_a_wrong_subject_or_option_is_refused():
    counted = art.Spiking(10, art.EffectiveOperations(5), 10, 1)
    with pytest.raises(sc.NetworkError, match="layers is unknown"):
        formulas.estimate("panda", counted)
    with pytest.raises(TypeError, match="must be a Network or a Spiking"):
        formulas.estimate("panda", 5)
    with pytest.raises(TypeError, match="fifo"):
        formulas.estimate("panda", networks()[1], fifo=3)


@pytest.mark.parametrize(
    ("name", "network", "kind"),
    [
        ("yin", art.Network([art.GRU(3, 3)]), "GRU"),
        ("yin", art.Network([art.Convolution((1, 5, 5), 1, 3)]), "Convolution"),
        ("lemaire", art.Network([art.LSTM(3, 3)]), "LSTM"),
    ],
)
def test_a_layer_that_a_formula_does_not_cover_is_refused(name, network, kind):
    with pytest.raises(sc.NetworkError, match=f"layer.* is {kind}"):
        formulas.estimate(name, network)


# Horowitz 2014: (add, multiply) in pJ at 45 nm
HOROWITZ = {"int8": (0.03, 0.2), "int32": (0.1, 3.1), "fp16": (0.4, 1.1), "fp32": (0.9, 3.7)}


def test_prices_of_45_nm():
    for precision, (add, multiply) in HOROWITZ.items():
        price = prices.operation(precision)
        assert (price.ac_pj, price.mac_pj) == (add, pytest.approx(add + multiply))
    macs = {precision: round(prices.operation(precision).mac_pj, 9) for precision in HOROWITZ}
    assert macs == {"int8": 0.23, "int32": 3.2, "fp16": 1.5, "fp32": 4.6}
    for technology in prices.technologies():
        levels = [prices.memory(level, technology) for level in prices.memory_levels(technology)]
        assert all(one.source and one.access_bits == 64 and one.byte_band_pj[1] >= one.byte_pj for one in levels)


def test_panda_by_hand_and_backwards():
    net, spiking = networks()
    assert formulas.estimate("panda", net).energy_j == pytest.approx(3.2e-12 * 700)
    assert formulas.estimate("panda", spiking).energy_j == pytest.approx(0.1e-12 * (600 * 3.0 + 100 * 2.0))
    analog = art.Spiking.of_rates(net, [2.0, 1.0], ticks=10, analog_passes=1)
    assert formulas.estimate("panda", analog).energy_j == pytest.approx(3.2e-12 * 600 + 0.1e-12 * 200)
    for rate in (0.1, 1.0, 5.0):
        same = art.Spiking.of_rates(net, [rate, rate], ticks=10, input_rate=rate)
        ratio = formulas.estimate("panda", net).energy_j / formulas.estimate("panda", same).energy_j
        assert panda_implied_rate(ratio).spikes == pytest.approx(rate)


def test_yin_by_hand():
    net = art.Network([art.RNN(7, 5), art.Dense(5, 2, activation=False)])
    spiking = art.Spiking.of_rates(net, [0.6], ticks=3, input_rate=0.9)
    found = formulas.estimate("yin", spiking, k=2.0)
    assert found.terms_j["accumulates"] == pytest.approx(0.1e-12 * (35 * 0.9 + 25 * 0.6 + 10 * 0.6))
    assert found.terms_j["neuron updates"] == pytest.approx(3.2e-12 * 2.0 * 3 * 7)
    rnn = art.Network([art.RNN(7, 5), art.Dense(5, 2)], steps=3)
    assert formulas.estimate("yin", rnn).counts["MACs"] == 3 * (35 + 25 + 5 + 10)
    both = art.Network([art.LSTM(7, 5, bidirectional=True)])
    assert formulas.estimate("yin", both).counts["MACs"] == 2 * (4 * (35 + 25) + 17 * 5)
    assert yin_implied_rate(32.0, gates=1) == pytest.approx(1.0)


def lemaire_by_loops(layer, spikes_in, spikes_out, ticks, leak):
    """Count what Lemaire's machine does for one layer, event by event."""
    outputs = math.prod(layer.output_shape)
    reached = layer.channels // layer.groups
    fan = reached * math.prod(layer.window)
    for size, stride in zip(layer.window, layer.strides, strict=True):
        reached *= math.ceil(size / stride)
    counts = dict.fromkeys(("MAC", "ACC", "weights", "potentials", "address ACC", "address MAC"), 0)
    for _ in range(spikes_in):
        counts["ACC"] += reached
        counts["weights"] += fan
        counts["potentials"] += fan
        counts["address ACC"] += fan
        counts["address MAC"] += 2
    for _ in range(ticks):
        counts["MAC"] += outputs * leak
        counts["ACC"] += outputs
        counts["potentials"] += outputs
    counts["ACC"] += spikes_out
    return counts


@pytest.mark.parametrize(("leak", "groups"), [(False, 1), (True, 1), (True, 2)])
def test_lemaire_convolution_event_by_event(leak, groups):
    layer = art.Convolution((4, 10, 10), 8, 5, stride=2, groups=groups)
    neurons = math.prod(layer.output_shape)
    spiking = art.Spiking.of_rates(art.Network([layer]), [36 / neurons], ticks=6, input_rate=120 / 400)
    found = formulas.estimate("lemaire", spiking, leak=leak, fifo=50).counts
    slow = lemaire_by_loops(layer, 120, 36, 6, leak)
    names = {
        "MAC": "operations, MAC",
        "ACC": "operations, ACC",
        "weights": "memory, weights read",
        "potentials": "memory, potentials written",
        "address ACC": "addressing, ACC",
        "address MAC": "addressing, MAC",
    }
    assert {key: found[name] for key, name in names.items()} == pytest.approx(slow)
    assert found["memory, potentials read"] == found["memory, potentials written"]
    assert (found["memory, input read"], found["memory, output written"]) == pytest.approx((120, 36))
    assert found["memory, bias read"] == 6 * neurons


def test_lemaire_formal_convolution():
    layer = art.Convolution((3, 10, 10), 8, 5, stride=2)
    found = formulas.estimate("lemaire", art.Network([layer])).counts
    outputs, macs = 8 * 3 * 3, 8 * 3 * 3 * 3 * 25
    assert (found["operations, MAC"], found["operations, ACC"]) == (macs, outputs)
    assert found["memory, input read"] == found["memory, weights read"] == macs
    assert found["memory, bias read"] == found["memory, output written"] == outputs
    assert (found["addressing, ACC"], found["addressing, MAC"]) == (300 + outputs + 8 * 25, 0)


def test_lemaire_an_analog_first_layer_is_formal_with_neurons_behind():
    net = art.Network([art.Dense(30, 20, bias=False)])
    formal = formulas.estimate("lemaire", net).counts
    hybrid = formulas.estimate("lemaire", art.Spiking.of_rates(net, [0.5], ticks=4, analog_passes=1), leak=False).counts
    assert hybrid["memory, weights read"] == formal["memory, weights read"] == 600
    assert hybrid["operations, MAC"] == formal["operations, MAC"]
    assert hybrid["operations, ACC"] == formal["operations, ACC"] + 4 * 20 + 10
    assert hybrid["memory, output written"] == 10


def test_lemaire_memories():
    fit, wide, narrow = lemaire.Fit(), lemaire.Piecewise(64), lemaire.Piecewise(32)
    for size, price in ((8192, 10.0), (32768, 20.0), (1048576, 100.0), (4096, 5.0), (20480, 15.0), (540672, 60.0)):
        assert narrow.access_pj(size / 4, 32) == pytest.approx(price)
        assert wide.access_pj(size / 4, 32) == pytest.approx(price / 2)
        assert wide.access_pj(size, 8) == pytest.approx(price / 8)
    with pytest.raises(sc.NetworkError, match="1,048,580 bytes, allowed: at most 1,048,576"):
        wide.access_pj(262145, 32)
    with pytest.raises(TypeError):
        lemaire.Piecewise()
    # the fit was made through the same points: within 5 pJ of each
    for size, price in ((8192, 10.0), (32768, 20.0), (1048576, 100.0)):
        assert abs(fit.access_pj(size / 4, 32) - price) < 5.0
    _, spiking = networks()
    energies = [formulas.estimate("lemaire", spiking, memory=one).energy_j for one in (wide, narrow)]
    assert energies[0] < energies[1]


def test_keras_spiking_devices_have_sources():
    net, spiking = networks()
    for name, device in keras_spiking.DEVICES.items():
        assert device.source
        subject, other = (spiking, net) if device.spiking else (net, spiking)
        found = formulas.estimate("keras_spiking", subject, device=name)
        rate = 2000.0 if device.spiking else 700
        updates = 250 if device.spiking else 25
        assert found.energy_j == pytest.approx(rate * device.synapse_j + updates * device.neuron_j)
        with pytest.raises(sc.NetworkError, match="device is"):
            formulas.estimate("keras_spiking", other, device=name)


def test_neurobench_counts_of_a_spiking_network():
    _, spiking = networks()
    found = formulas.estimate("neurobench", spiking)
    assert found.energy_j is None
    assert found.counts["dense"] == 700 * 10
    assert found.counts["effective_acs"] == 2000
    assert found.counts["membrane_updates"] == 250
    assert found.counts["activation_sparsity"] == pytest.approx(1.0 - 45 / 250)


def test_the_twin_says_as_much_as_the_spikes():
    for ticks in range(1, 300):
        bits = twin_bits(ticks)
        assert 2**bits >= ticks + 1 > 2 ** (bits - 1)
        assert bits == math.ceil(math.log2(ticks + 1)) == oracle_estimates.bits(ticks)
    for ticks in (0, -1, 1.5):
        with pytest.raises((sc.NetworkError, TypeError)):
            twin_bits(ticks)


@pytest.mark.parametrize(("ticks", "rate"), [(3, 1.0), (5, 0.2), (16, 0.05)])
def test_against_its_twin_a_spiking_network_has_the_ratio_of_yan(ticks, rate):
    """arXiv:2409.08290, arithmetic alone; what is left is that a twin moves its bits of the whole inference at once."""
    network = art.Network([art.Dense(512, 512)])
    activity = art.Spiking.of_rates(network, [rate * ticks], ticks=ticks, input_rate=rate * ticks)
    found = art.compare(network, activity, art.Silicon("int8", None, macs_per_update=0.0))
    assert 1.0 / found.twin_ratio == pytest.approx(oracle_estimates.energy_ratio(ticks, rate), rel=1e-12)
    even = oracle_estimates.break_even_rate(ticks)
    assert (found.twin_ratio > 1.0) == (rate < even)


def test_crossovers_are_citations():
    assert [(one.low, one.high) for one in CROSSOVERS] == [(1.72, 1.72), (0.15, 1.38)]
    assert all(one.source and one.note for one in CROSSOVERS)
    assert [CROSSOVERS[1].side(at) for at in (0.1, 0.15, 1.38, 1.4)] == ["below", "inside", "inside", "above"]
    assert [CROSSOVERS[0].side(at) for at in (1.71, 1.72, 1.73)] == ["below", "at", "above"]


def test_the_first_names_are_doors():
    assert door.estimate is formulas.estimate
    assert door.names() == formulas.names()
    assert door.source is formulas.source
    assert door.crossover.CROSSOVERS is CROSSOVERS
    assert door.capacity.twin_bits is twin_bits
    assert (door.lemaire, door.keras_spiking) == (lemaire, keras_spiking)
