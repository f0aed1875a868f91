"""Published numbers that the formulas reproduce, with the tolerances of their sources.

Each quotes where its expected value is from: a tool's own documentation or test suite, a published
table, or arithmetic that is written out.
"""

from itertools import pairwise

import numpy as np
import oracle_estimates
import pytest

from spikecore.energy import ann as art
from spikecore.energy.ann import formulas, keras_spiking, lemaire, neurobench
from spikecore.energy.ann.arithmetic import yin_implied_rate
from spikecore.energy.ann.prices import memory, operation
from spikecore.energy.studies import papers

EXACT = 1e-9


@pytest.mark.parametrize(("acs", "macs", "joules"), [(0.10e9, 0.14e9, 0.734e-3), (0.0, 1.82e9, 8.372e-3)])
def test_syops_energy_of_its_readme(acs, macs, joules):
    # syops-counter's README: 0.10 G ACs and 0.14 G MACs, 0.734 mJ; resnet18, 1.82 G MACs, 8.372 mJ
    any_layer = art.LayerActivity(art.Dense(1, 1), art.Rate(1.0), art.Rate(1.0))
    operations, analog = art.EffectiveOperations(acs), art.DenseOperations(macs)
    activity = art.Spiking(1, operations, 1, 1, analog=analog, layers=(any_layer,))
    assert formulas.estimate("syops", activity).energy_j == pytest.approx(joules, rel=EXACT)


def gsc():
    """The keyword network of NeuroBench: snnTorch's Leaky stores five numbers per layer."""
    leaky = [art.Buffer(f"Leaky {index}", 5, 4) for index in range(4)]
    return art.Network(art.parse("20-256-256-256-35").layers, steps=200, buffers=leaky, name="GSC SNN")


def test_neurobench_keyword_network():
    # NeuroBench: README (Dense 29030400, footprint 583900), tests/test_metrics.py (145955 parameters)
    counts = formulas.estimate("neurobench", gsc()).counts
    assert counts["dense"] == 29_030_400
    assert counts["parameters"] == 145_955
    assert counts["parameters"] * 4 == 583_820
    assert counts["footprint_bytes"] == 583_900


def test_energy_of_its_effective_accumulates():
    # NeuroBench's README: Effective_ACs 3289834.3206724217
    done = art.EffectiveOperations(3_289_834.3206724217)
    assert operation("fp32").acs_j(done) == pytest.approx(2.9609e-6, rel=1e-4)
    assert operation("int32").acs_j(done) == pytest.approx(0.3290e-6, rel=1e-4)
    assert done.count * keras_spiking.DEVICES["loihi-davies"].synapse_j == pytest.approx(77.64e-6, rel=1e-4)


@pytest.mark.parametrize(("channels", "dense", "footprint"), [(96, 4_704, 20_824), (192, 7_776, 33_496)])
def test_motor_prediction_networks(channels, dense, footprint):
    # NeuroBench's leaderboard, Non-Human Primate Motor Prediction, baseline ANN for both kinds of recording
    layers = [
        art.Dense(channels, 32),
        art.BatchNorm(32),
        art.Dense(32, 48),
        art.BatchNorm(48),
        art.Dense(48, 2, activation=False),
    ]
    ann = art.Network(layers, buffers=[art.Buffer("the last inputs", channels)])
    counts = formulas.estimate("neurobench", ann).counts
    assert (counts["dense"], counts["footprint_bytes"]) == (dense, footprint)
    if channels == 96:
        assert sum(layer.weights + layer.biases for layer in layers if layer.kind == "BatchNorm") * 4 == 640
        assert counts["parameters"] * 4 == 19_784
        assert sum(b.elements * b.bytes_each for layer in layers for b in layer.buffers) == 640 + 16


@pytest.mark.parametrize(("sizes", "dense"), [("96-50-2", 4_900), ("192-50-2", 9_700)])
def test_motor_prediction_spiking(sizes, dense):
    # the same leaderboard, baseline SNN; one time step is one sample
    assert formulas.estimate("neurobench", art.parse(sizes, bias=False)).counts["dense"] == dense


def test_neurobench_unit_cases():
    # NeuroBench, tests/test_metrics.py, test_synaptic_ops
    spikes = neurobench.count_linear(np.ones((5, 20)), np.ones((5, 10, 20)))
    assert (spikes.acs.count, spikes.macs.count) == (1_000, 0)
    for cell, expected in ((art.LSTM, 615), (art.RNN, 150), (art.GRU, 465)):
        assert cell(25, 5).macs == expected


def test_keras_spiking_dense_on_cpu():
    # keras-spiking, docstring of ModelEnergy
    found = formulas.estimate("keras_spiking", art.Network([art.Dense(784, 128)]))
    assert (found.counts["connections"], found.counts["neurons"]) == (100_352, 128)
    assert found.energy_j == pytest.approx(8.641e-4, rel=1e-3)


def test_keras_spiking_device_of_ones_own():
    # keras-spiking, docstring of ModelEnergy: energy_per_synop=1e-10, energy_per_neuron=2e-9
    device = keras_spiking.Device(1e-10, 2e-9, False, "made up")
    found = formulas.estimate("keras_spiking", art.Network([art.Dense(784, 128)]), device=device)
    assert found.energy_j == pytest.approx(1.029e-5, rel=1e-3)


def test_keras_spiking_convolution():
    network = art.Network(
        [art.Convolution((1, 28, 28), 2, 7), art.Dense(968, 128), art.Dense(128, 10, activation=False)]
    )
    cpu = formulas.estimate("keras_spiking", network)
    assert (cpu.counts["connections"], cpu.counts["neurons"]) == (172_616, 1_096)
    assert cpu.energy_j == pytest.approx(1.4939e-3, rel=1e-4)
    rate = art.Rate.hertz(10.0, seconds=10 * 1e-3)
    snn = art.Spiking.of_rates(network, [rate, rate], ticks=10, input_rate=rate)
    for device, expected in (("loihi", 1.35555e-6), ("loihi-davies", 1.29513e-6)):
        assert formulas.estimate("keras_spiking", snn, device=device).energy_j == pytest.approx(expected, rel=1e-4)


def shd(fr_in=0.02, fr_h=0.05):
    """SHD, 700–128r–128r–20, one time step: the spiking network, and its LSTM and RNN twins."""
    net = art.parse("700-128r-128r-20", bias=False)
    snn = art.Spiking.of_rates(net, [fr_h, fr_h], ticks=1, input_rate=fr_in)
    return snn, art.parse("700-128r-128r-20", cell="lstm", bias=False), net


@pytest.mark.parametrize(("k", "lstm", "rnn"), [(1, 1361.2, 342.9), (0, 4107.6, 1034.9)])
def test_yin_ratios_of_shd(k, lstm, rnn):
    snn, lstm_net, rnn_net = shd()
    spiking = formulas.estimate("yin", snn, k=k).energy_j
    assert formulas.estimate("yin", lstm_net).energy_j / spiking == pytest.approx(lstm, rel=1e-3)
    assert formulas.estimate("yin", rnn_net).energy_j / spiking == pytest.approx(rnn, rel=1e-3)


def test_the_ratio_rises_as_the_rate_falls():
    ratios = []
    for rate in (0.5, 0.2, 0.1, 0.05, 0.02, 0.01, 0.0):
        snn, lstm, _ = shd(rate, rate)
        ratios.append(formulas.estimate("yin", lstm).energy_j / formulas.estimate("yin", snn).energy_j)
    assert all(a < b for a, b in pairwise(ratios))


@pytest.mark.parametrize("rate", [0.02, 0.137, 0.5])
def test_without_updates_the_ratio_of_equal_sizes_tends_to_128_over_the_rate(rate):
    errors = []
    for n in (100, 1_000, 10_000):
        snn = art.Spiking.of_rates(art.Network([art.RNN(n, n)]), [rate], ticks=1, input_rate=rate)
        lstm = art.Network([art.LSTM(n, n)])
        ratio = formulas.estimate("yin", lstm).energy_j / formulas.estimate("yin", snn, k=0).energy_j
        assert yin_implied_rate(ratio) == pytest.approx(rate, rel=0.05)
        errors.append(ratio / (4 * 32 / rate) - 1.0)
    assert errors[0] > errors[1] > errors[2] > 0.0
    assert errors[2] < 1e-3


def test_the_rate_counts_once():
    # Front. Neurosci. 17:1091097, Table 3; 273.8 is its published ratio, which applies the rate twice
    dense, rate = art.DenseOperations(oracle_estimates.DENSE), art.Rate(oracle_estimates.RATE)
    printed, price = art.EffectiveOperations(oracle_estimates.EFFECTIVE), operation("fp32")
    assert price.macs_j(dense) / price.acs_j(printed) == pytest.approx(37.45, rel=3e-3)
    assert price.macs_j(dense) / price.acs_j(printed) == pytest.approx(oracle_estimates.published_ratio(), rel=EXACT)
    assert oracle_estimates.published_ratio(legacy=True) == pytest.approx(273.8, rel=3e-3)
    assert pytest.approx(273.8, rel=3e-3) == oracle_estimates.ARTIFICIAL_J / oracle_estimates.SPIKING_J
    assert (dense * rate).count == pytest.approx(printed.count, rel=3e-3)
    for again in (rate, art.Density(0.1366), 0.1366, 2, np.float64(0.1366), np.ones(3)):
        for count in (dense * rate, printed):
            with pytest.raises(TypeError):
                count * again
            with pytest.raises(TypeError):
                again * count
    for bare in (0.1366, 2, np.float64(0.1366), np.ones(3)):
        with pytest.raises(TypeError):
            dense * bare
        with pytest.raises(TypeError):
            bare * dense
    with pytest.raises(TypeError):
        rate * rate


def lemaire_layer():
    network = art.Network([art.Dense(784, 128)])
    return network, art.Spiking.of_rates(network, [60 / 128], ticks=10, input_rate=500 / 784)


def test_lemaire_full_layer_spiking():
    # equations of Lemaire 2022 as in the authors' program, errata corrected; arithmetic by hand
    found = formulas.estimate("lemaire", lemaire_layer()[1], memory=lemaire.Fit(), fifo=1000)
    counts = {
        "operations, MAC": 1_280,
        "operations, ACC": 65_340,
        "addressing, MAC": 0,
        "addressing, ACC": 64_000,
        "memory, weights read": 64_000,
        "memory, bias read": 1_280,
        "memory, potentials read": 65_280,
        "memory, potentials written": 65_280,
        "memory, input read": 500,
        "memory, output written": 60,
    }
    assert dict(found.counts) == pytest.approx(counts, rel=1e-9)
    pj = {name: value * 1e12 for name, value in found.terms_j.items()}
    assert pj["operations"] == pytest.approx(10_630.0, rel=1e-4)
    assert pj["addressing"] == pytest.approx(6_400.0, rel=1e-4)
    assert pj["memory, weights"] == pytest.approx(3_084_977.8, rel=1e-4)
    assert pj["memory, potentials"] == pytest.approx(1_729_221.0, rel=1e-4)
    assert pj["memory, bias"] == pytest.approx(16_953.1, rel=1e-4)
    assert pj["memory, input"] + pj["memory, output"] == pytest.approx(7_587.3, rel=1e-4)
    assert found.energy_j * 1e12 == pytest.approx(4_855_769.0, rel=1e-4)


def test_lemaire_full_layer_formal():
    found = formulas.estimate("lemaire", lemaire_layer()[0])
    assert found.terms_j["operations"] * 1e12 == pytest.approx(321_139.2, rel=1e-3)
    assert found.terms_j["memory, weights"] * 1e12 == pytest.approx(4_837_245.0, rel=1e-3)
    assert found.memory_share == pytest.approx(0.94, abs=5e-3)


def test_memory_prices_per_byte():
    # Horowitz 2014: energies of 64-bit accesses
    levels = {"sram-8KB": (1.25, 1.25), "sram-32KB": (2.5, 2.5), "sram-1MB": (12.5, 12.5), "dram": (162.5, 325.0)}
    for level, band in levels.items():
        assert memory(level).access_bits == 64
        assert memory(level).byte_band_pj == pytest.approx(band, rel=EXACT)
        assert memory(level).spread_over(32).byte_pj == pytest.approx(2.0 * band[0], rel=EXACT)


def test_the_capacity_matched_twin_in_the_dense_regime():
    # Yan et al., arXiv:2409.08290; they measured 1.500 and 0.996
    for ticks, expected in ((3, 1.5), (1, 1.0)):
        assert oracle_estimates.energy_ratio(ticks) == expected
        network = art.Network([art.Dense(4096, 4096)])
        snn = art.Spiking.of_rates(network, [ticks], ticks=ticks, input_rate=ticks)
        silicon = art.Silicon("int8", None, macs_per_update=0.0)
        assert 1.0 / art.compare(network, snn, silicon).twin_ratio == pytest.approx(expected, rel=EXACT)


def test_energy_delay_product_of_the_third_problem():
    # Davies 2018, Table 3, problem 3: energy 48.74, delay 118.18, EDP 5760
    third = papers.paper("davies").figures[2]
    assert third["figure"].value == 48.74
    assert third["energy × delay"].value == pytest.approx(5_760.1, rel=1e-3)
    assert third["figure"].evidence == third["energy-delay product"].evidence == "quoted at second hand"
