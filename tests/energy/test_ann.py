"""Artificial networks: sizes against brute force, silicon by hand, comparisons that turn where they say."""

import itertools
import json
import math
import re
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import spikecore as sc
from spikecore.energy import ann as art
from spikecore.energy import artificial
from spikecore.energy.ann import formulas, neurobench, prices
from spikecore.energy.ann.crossover import CROSSOVERS, twin_bits


def convolve(shape, channels, kernel, stride, padding, dilation, groups):
    """Count the products of a convolution and its outputs, one by one."""
    plane = [range(0, size + 2 * padding - dilation * (kernel - 1), stride) for size in shape[1:]]
    outputs = list(itertools.product(range(channels), *plane))
    window = list(itertools.product(*(range(kernel) for _ in shape[1:])))
    inputs = shape[0] // groups
    return len(outputs), sum(1 for _ in outputs for _ in range(inputs) for _ in window)


@settings(deadline=None, max_examples=60)
@given(
    st.lists(st.integers(5, 9), min_size=1, max_size=2),
    st.integers(1, 3),
    st.integers(1, 3),
    st.integers(0, 2),
    st.integers(1, 2),
    st.integers(1, 2),
)
def test_a_convolution_counts_as_loops_do(sizes, kernel, stride, padding, dilation, groups):
    shape = (2 * groups, *sizes)
    layer = art.Convolution(shape, 4, kernel, stride, padding, dilation, groups)
    outputs, macs = convolve(shape, 4, kernel, stride, padding, dilation, groups)
    assert math.prod(layer.output_shape) == outputs
    assert layer.macs == macs
    assert layer.weights * math.prod(layer.output_shape[1:]) == macs


@pytest.mark.parametrize(("cell", "gates"), [(art.RNN, 1), (art.GRU, 3), (art.LSTM, 4)])
@pytest.mark.parametrize("bidirectional", [False, True])
def test_recurrent_parameters(cell, gates, bidirectional):
    layer = cell(7, 5, bidirectional=bidirectional)
    copies = 1 + bidirectional
    assert layer.weights == copies * gates * (7 * 5 + 5 * 5)
    assert layer.biases == copies * gates * 2 * 5
    assert layer.output_shape == (5 * copies,)


def test_sizes_that_do_not_chain_are_named():
    with pytest.raises(sc.NetworkError, match=r"layer 2 \(Dense 128 → 10\) takes 128 values, layer 1 .* gives 100"):
        art.Network([art.Dense(784, 300), art.Dense(300, 100), art.Dense(128, 10)])
    with pytest.raises(sc.NetworkError, match=r"layer 1 .* takes 3×14×14 values, layer 0 .* gives 4×14×14") as info:
        art.Network([art.Pooling((4, 28, 28), 2), art.Convolution((3, 14, 14), 8, 3)])
    assert (info.value.value, info.value.allowed) == ((3, 14, 14), (4, 14, 14))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: art.Dense(0, 3), "Dense: inputs is 0"),
        (lambda: art.RNN(3, -1), "RNN: units is -1"),
        (lambda: art.Convolution((3, 4, 4), 8, 5), "Convolution: kernel"),
        (lambda: art.Convolution((3, 4, 4), 8, (3, 3, 3)), "the length of kernel is 3"),
        (lambda: art.Convolution((3, 4, 4), 8, 3, groups=2), "channels of the input is 3"),
        (lambda: art.Pooling((3,), 2), "Pooling: shape"),
        (lambda: art.Network([]), "the number of layers is 0"),
        (lambda: art.Network([art.Dense(1, 1)], steps=0), "steps is 0"),
        (lambda: art.parse("128"), "sizes is 128"),
        (lambda: art.parse("64r-3"), "sizes is 64r-3"),
        (lambda: art.parse("64-0-3"), "sizes is 64-0-3"),
        (lambda: art.parse("64-3", cell="tcn"), "cell is 'tcn'"),
        (lambda: art.Silicon("int4", None), "precision is int4"),
        (lambda: art.Silicon("fp16", None, technology="7nm"), "7nm: precision is fp16"),
        (lambda: art.Silicon("int8", "hbm2"), "memory is hbm2"),
        (lambda: art.Silicon("int8", None, technology="3nm"), "technology is 3nm"),
        (lambda: art.Silicon("int8", None, reuse="some"), "reuse is 'some'"),
        (lambda: art.Silicon("int8", None, batch=0), "batch is 0"),
        (lambda: art.Silicon("int8", "dram", access_bits=4), "access_bits is 4"),
        (lambda: art.Rate(-0.1), "Rate: spikes is -0.1"),
        (lambda: art.Rate.per_tick(1.5, 10), "probability is 1.5"),
        (lambda: art.Density(1.5), "Density: share is 1.5"),
    ],
)
def test_mistakes_are_named(call, message):
    with pytest.raises(sc.NetworkError) as info:
        call()
    assert message.replace("'", "") in str(info.value).replace("'", "")


NET, BUSY_NET = art.parse("64-32-10"), art.Spiking.of_rates(art.parse("64-32-10"), [1.0], ticks=9, input_rate=1.0)
INT8 = art.Silicon("int8", None)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: artificial.compare("64-32-10", BUSY_NET, INT8),
            r"""network must be a Network, as parse\("64-32-10"\) or torch.read makes one, not '?64-32-10""",
        ),
        (
            lambda: art.compare(NET, "64-32-10", INT8),
            "spiking must be a Spiking, as Spiking.of_rates and of_ledger make",
        ),
        (lambda: art.compare(NET, BUSY_NET, "int8"), "silicon must be a Silicon, such as Silicon.*, not .?int8"),
        (
            lambda: art.compare(NET, BUSY_NET, INT8, effective=5.0),
            "effective must be an EffectiveOperations, as Network.ef",
        ),
        (lambda: art.artificial_cost(None, INT8), "network must be a Network"),
        (lambda: art.twin_cost(5, 10, INT8), "network must be a Network, as parse.*, not 5"),
        (lambda: art.spiking_cost(NET, INT8), "spiking must be a Spiking"),
        (lambda: art.Spiking.of_rates("64-32-10", [1.0], ticks=9, input_rate=1.0), "network must be a Network"),
        (
            lambda: art.Spiking.of_rates(NET, 1.0, ticks=9, input_rate=1.0),
            "rates must be a Collection of rates.*, not 1",
        ),
        (lambda: art.Network(art.Dense(3, 4)), "layers must be an Iterable of Layer, not Dense"),
        (lambda: art.Network([art.Dense(3, 4)], buffers=[5]), "buffer 0 must be a Buffer, not 5"),
        (lambda: NET.effective(0.5), "activations must be a Collection of shares, one per layer, not 0.5"),
        (lambda: art.parse(64), 'text must be a str of sizes, such as "700-128r-128r-20", not 64'),
        (lambda: formulas.estimate("lemaire", NET, memory="sram"), "memory must be a Fit or a Piecewise, not .?sram"),
    ],
)
def test_what_is_expected_is_said(call, message):
    with pytest.raises(TypeError, match=message):
        call()


def test_rates_may_be_an_array():
    of_array = art.Spiking.of_rates(NET, np.array([1.0]), ticks=9, input_rate=np.float64(1.0))
    assert of_array.synaptic_operations == BUSY_NET.synaptic_operations
    assert NET.effective(np.array([0.5, 0.5])) == NET.effective([0.5, 0.5])


def test_layers_are_frozen_and_compare_by_value():
    layer = art.Dense(3, 4)
    with pytest.raises(AttributeError):
        layer.inputs = 5
    assert layer == art.Dense(3, 4) != art.Dense(3, 4, bias=False)
    with pytest.raises(TypeError, match="layer 0 must be a Layer"):
        art.Network([(3, 4)])


def test_effective_operations_are_those_without_zeros():
    generator = np.random.default_rng(1)
    weights = generator.integers(0, 2, (6, 40)) * generator.normal(size=(6, 40))
    inputs = generator.integers(0, 2, (9, 3, 40)) * generator.normal(size=(9, 3, 40))
    slow = sum(
        1
        for sample in inputs.reshape(-1, 40)
        for row in weights
        for value, weight in zip(sample, row, strict=True)
        if value * weight != 0.0
    )
    counted = neurobench.count_linear(weights, inputs)
    assert counted.macs.count == slow / 9
    assert counted.acs.count == 0
    assert counted.dense == 6 * 40 * 3
    spikes = neurobench.count_linear(weights, np.sign(inputs))
    assert (spikes.acs.count, spikes.macs.count) == (slow / 9, 0)
    # where every column is alike, shares give the same count
    net = art.Network([art.Dense(40, 6)], steps=3)
    shares = net.effective([1.0 - neurobench.sparsity(inputs)], [1.0 - neurobench.sparsity(weights)])
    assert shares.count == pytest.approx(slow / 9, rel=0.05)
    assert net.effective([0.5], [0.25]).count == 3 * 240 * 0.125


def sizes_and_rates():
    net = art.Network(
        [
            art.Convolution((2, 8, 8), 4, 3, padding=1),
            art.BatchNorm((4, 8, 8)),
            art.Pooling((4, 8, 8), 2),
            art.RNN(64, 20),
            art.Dense(20, 5, activation=False),
        ]
    )
    return net, art.Spiking.of_rates(net, [0.5, 2.0, 1.5], ticks=10, input_rate=3.0)


def test_synaptic_operations_of_rates_by_hand():
    net, spiking = sizes_and_rates()
    expected = 4 * 2 * 22**2 * 3.0 + 64 * 20 * 2.0 + 20 * 20 * 1.5 + 20 * 5 * 1.5
    assert spiking.synaptic_operations.count == expected
    assert spiking.synapses == net.synapses == 4 * 2 * 22**2 + 64 * 20 + 400 + 100
    assert spiking.neuron_updates == 10 * (256 + 20 + 5)
    assert spiking.spikes == 128 * 3.0 + 256 * 0.5 + 20 * 1.5
    analog = art.Spiking.of_rates(net, [0.5, 2.0, 1.5], ticks=10, analog_passes=1)
    assert analog.analog.count == 4 * 64 * 18
    assert analog.synaptic_operations.count == expected - 4 * 2 * 22**2 * 3.0


@pytest.mark.parametrize(
    ("layers", "rates", "options", "message"),
    [
        ([art.Dense(2, 2)], [], {"input_rate": 1.0}, "the number of rates is 0"),
        ([art.Dense(2, 2)], [11.0], {"input_rate": 1.0}, "the rate of layer 0 is 11"),
        ([art.Dense(2, 2)], [1.0], {}, "input_rate is None"),
        ([art.Dense(2, 2)], [1.0], {"input_rate": 1.0, "analog_passes": 1}, "input_rate is 1"),
        ([art.LSTM(2, 2)], [1.0], {"input_rate": 1.0}, "layer 0 is LSTM"),
        ([art.Dense(2, 2, activation=False), art.Dense(2, 2)], [1.0], {"input_rate": 1.0}, "activation is False"),
    ],
)
def test_rates_that_cannot_be(layers, rates, options, message):
    with pytest.raises(sc.NetworkError, match=message):
        art.Spiking.of_rates(art.Network(layers), rates, ticks=10, **options)


class Counts:
    """An object with the names of a ledger."""

    synapses, synaptic_operations, neuron_updates, updates_done, ticks, spikes = 400, 1600, 800, 200, 80, 40


@pytest.mark.parametrize("ledger", [Counts, {name: getattr(Counts, name) for name in vars(Counts) if name[0] != "_"}])
def test_a_ledger_is_read_by_name(ledger):
    spiking = art.Spiking.of_ledger(ledger, inferences=4)
    assert (spiking.spikes_per_synapse, spiking.neuron_updates, spiking.ticks, spiking.spikes) == (1.0, 200, 20, 10)
    assert art.Spiking.of_ledger(ledger, updates="updates_done").neuron_updates == 200
    with pytest.raises(sc.NetworkError, match="updates_active is unknown"):
        art.Spiking.of_ledger(ledger, updates="updates_active")
    with pytest.raises(sc.NetworkError, match="synapses is unknown"):
        art.Spiking.of_ledger({"synaptic_operations": 1})


def test_a_run_can_be_compared():
    net = sc.Network(dt=1.0, seed=1)
    a = net.population(20, sc.LIF(i_e=600.0))
    net.connect(a, a, sc.FixedInDegree(5), weight=1.0, delay=1.0)
    result = net.compile(workers=1).run(50.0)
    totals = {**result.counts.totals(), "synapses": 100, "ticks": 50}
    spiking = art.Spiking.of_ledger(totals)
    assert spiking.synaptic_operations.count == totals["synaptic_operations"] > 0
    found = art.compare(art.Network([art.Dense(20, 5)]), spiking, art.Silicon("fp32", "sram-8KB"))
    assert found.ratio > 0.0
    assert found.twin.terms[0].count == 100 * twin_bits(50)
    assert found.to_dict()["twin_bits"] == 6
    larger = art.compare(art.Network([art.Dense(20, 6)]), spiking, art.Silicon("fp32", "sram-8KB"))
    assert (larger.network.synapses, larger.activity.synapses) == (120, 100)
    assert larger.twin.terms[0].count == 120 * twin_bits(50), "the twin has the layers of the artificial network"
    assert len(larger.twin.notes) == len(larger.artificial.notes) + 2, "and says so"
    lstm = art.compare(art.Network([art.LSTM(20, 5)]), spiking, art.Silicon("fp32", "sram-8KB"))
    assert lstm.twin is None, "no spiking layer corresponds to it"


def test_the_types_of_counts_are_enforced():
    with pytest.raises(TypeError, match="synaptic_operations must be an EffectiveOperations, not DenseOp"):
        art.Spiking(10, art.DenseOperations(10), 1, 1)
    price = prices.operation("fp32")
    assert price.macs_j(art.EffectiveOperations(10)) == pytest.approx(46e-12)
    assert price.acs_j(art.DenseOperations(10)) == pytest.approx(9e-12)
    for bare in (10, 10.0, np.float64(10), None):
        with pytest.raises(TypeError, match="a price multiplies DenseOperations or EffectiveOperations, not"):
            price.macs_j(bare)
        with pytest.raises(TypeError):
            price.acs_j(bare)
    with pytest.raises(TypeError):
        art.DenseOperations(10) + art.EffectiveOperations(10)
    with pytest.raises(TypeError):
        art.EffectiveOperations(10) + art.DenseOperations(10)


def test_ideal_reuse_by_hand():
    # LSTM of 3 inputs and 2 units, then 2 outputs, 5 steps, int8: 0.23 pJ per MAC, 1.25 pJ per byte of 8-KB SRAM
    net = art.Network([art.LSTM(3, 2), art.Dense(2, 2)], steps=5)
    for batch in (1, 4):
        cost = art.artificial_cost(net, art.Silicon("int8", "sram-8KB", batch=batch))
        macs = 5 * (4 * (6 + 4) + 3 * 2 + 4)
        values = 5 / batch * (40 + 16 + 4 + 2) + 5 * (3 + 2) + 5 * (2 + 2) + 2 * 5 * 4
        assert cost.energy_j == pytest.approx((0.23 * macs + 1.25 * values) * 1e-12)
        assert cost.memory_j == pytest.approx(1.25e-12 * values)
    assert {term.source for term in cost.terms} == {term.source for term in cost.terms if "Horowitz" in term.source}


def test_no_reuse_by_hand():
    net = art.Network([art.Dense(3, 2)])
    cost = art.artificial_cost(net, art.Silicon("fp32", "dram", reuse="none", batch=8))
    values = 6 + 2 + 6 + 2
    assert cost.energy_j == pytest.approx((4.6 * 6 + 162.5 * 4 * values) * 1e-12)
    assert cost.high_j == pytest.approx((4.6 * 6 + 325.0 * 4 * values) * 1e-12)
    narrow = art.artificial_cost(net, art.Silicon("fp32", "dram", reuse="none", access_bits=32))
    assert narrow.memory_j == pytest.approx(2.0 * cost.memory_j)


@pytest.mark.parametrize("reuse", ["ideal", "none"])
def test_a_spiking_network_by_hand(reuse):
    _, spiking = sizes_and_rates()
    cost = art.spiking_cost(spiking, art.Silicon("int32", "sram-32KB", reuse=reuse, macs_per_update=3.0))
    synops, updates, spikes = spiking.synaptic_operations.count, spiking.neuron_updates, spiking.spikes
    words = synops + 2 * updates + 2 * spikes + (2 * synops if reuse == "none" else 0)
    assert cost.energy_j == pytest.approx((0.1 * synops + 3.2 * 3.0 * updates + 2.5 * 4 * words) * 1e-12)


@pytest.mark.parametrize("memory", [None, "sram-8KB", "dram"])
@pytest.mark.parametrize("reuse", ["ideal", "none"])
def test_at_the_break_even_rate_both_cost_the_same(memory, reuse):
    silicon = art.Silicon("int8", memory, reuse=reuse, macs_per_update=0.0)
    net = art.parse("4000-2000r-1000-10", bias=False)

    def found(scale):
        rates = [scale * 0.4, scale * 0.3]
        return art.compare(net, art.Spiking.of_rates(net, rates, ticks=50, input_rate=scale * 0.2), silicon)

    one = found(1.0)
    scale = one.break_even / one.spikes_per_synapse
    at = found(scale)
    assert at.ratio == pytest.approx(1.0, rel=1e-9)
    assert at.spikes_per_synapse == pytest.approx(one.break_even, rel=1e-9)
    assert found(0.5 * scale).ratio > 1.0 > found(2.0 * scale).ratio


@pytest.mark.parametrize("memory", [None, "sram-8KB", "dram"])
def test_updates_alone_may_cost_more_than_the_artificial_network(memory):
    net = art.parse("400-200r-100-10", bias=False)
    spiking = art.Spiking.of_rates(net, [0.4, 0.3], ticks=10_000, input_rate=0.2)
    found = art.compare(net, spiking, art.Silicon("int8", memory))
    assert found.ratio < 1.0
    assert found.break_even == 0.0
    assert not found.is_break_even_possible
    assert found.winner == "artificial"


def test_without_spikes_there_is_nothing_to_scale():
    net = art.parse("20-10")
    found = art.compare(net, art.Spiking.of_rates(net, [], ticks=5, input_rate=0.0), art.Silicon("int8", None))
    assert found.break_even is None
    assert not found.is_break_even_possible
    assert found.to_dict()["break_even_spikes_per_synapse_per_tick"] is None


@pytest.mark.parametrize(("ticks", "possible"), [(7, False), (8, True)])
def test_a_break_even_above_one_spike_per_tick_is_not_reached(ticks, possible):
    """7.67 and 7.59 spikes per synapse and inference would turn it."""
    net = art.parse("784-128-10", bias=False)
    spiking = art.Spiking.of_rates(net, [0.5], ticks=ticks, input_rate=0.25)
    found = art.compare(net, spiking, art.Silicon("int8", None))
    assert 7.0 < found.break_even < 8.0
    assert found.is_break_even_possible == found.to_dict()["break_even_possible"] == possible
    assert (found.winner, found.activity.ticks) == ("spiking", ticks)
    assert found.ratio > 1.0


@pytest.mark.parametrize(
    ("ticks", "rate", "technology", "verdict"),
    [
        (7, 0.5, "45nm", "the spiking network takes less, 23.5 times; no rate would turn it: that takes 7.59 spikes "
         "per synapse and inference, and one spike in every tick gives 7"),
        (8, 0.5, "45nm", "the spiking network takes less, 22.8 times; it turns at 7.58 spikes per synapse and "
         "inference, now 0.253"),
        (10_000, 0.5, "45nm", "the artificial network takes less, 13.6 times; at no rate would that turn: neuron "
         "updates alone cost more"),
        (5, 0.0, "45nm", "the spiking network takes less, 147 times; it has no spikes"),
        (8, 0.5, "7nm", "none: prices of int8 at 7nm are unverified, read in no source"),
    ],
)  # fmt: skip
def test_a_printed_verdict_says_what_the_values_say(ticks, rate, technology, verdict):
    net = art.parse("784-128-10", bias=False)
    spiking = art.Spiking.of_rates(net, [rate], ticks=ticks, input_rate=rate / 2)
    assert art.compare(net, spiking, art.Silicon("int8", None, technology)).verdict == verdict


def test_a_break_even_of_one_spike_in_every_tick_is_reached():
    net, silicon = art.parse("784-128-10", bias=False), art.Silicon("int8", None)
    spiking = art.Spiking.of_rates(net, [0.5], ticks=7, input_rate=0.25)
    even = art.compare(net, spiking, silicon).break_even
    for ticks, possible in ((even, True), (math.nextafter(even, 0.0), False)):
        counted = replace(spiking, ticks=ticks)
        assert art.compare(net, counted, silicon).is_break_even_possible == possible


def test_crossovers_and_verdict_are_in_the_dict():
    net = art.parse("100-50-10", bias=False)
    for rate, sides in ((0.1, ["below", "below"]), (1.0, ["below", "inside"]), (2.0, ["above", "above"])):
        found = art.compare(
            net, art.Spiking.of_rates(net, [rate], ticks=7, input_rate=rate), art.Silicon("int8", "dram")
        )
        data = json.loads(json.dumps(found.to_dict()))
        assert [each.side(found.spikes_per_synapse) for each in CROSSOVERS] == sides
        assert [each["verdict"] for each in data["crossovers"]] == [each.verdict(rate) for each in CROSSOVERS]
        assert data["spikes_per_synapse_per_inference"] == pytest.approx(rate)
        assert data["twin_bits"] == 3
        assert data["networks"]["artificial"]["terms"][0]["source"]
        assert data["ratio_band"][0] <= data["ratio"] <= data["ratio_band"][1]
        assert data["verdict"] == found.verdict


def test_a_sequence_is_compared_per_pass_too():
    lstm, net = art.parse("9-6r-2", cell="lstm", steps=20), art.parse("9-6r-2", bias=False)
    spiking = art.Spiking.of_rates(net, [2.0], ticks=20, input_rate=2.0)
    effective = lstm.effective([0.5, 0.5])
    found = art.compare(lstm, spiking, art.Silicon("int8", None), effective=effective)
    assert (found.spikes_per_synapse, found.spikes_per_synapse_and_pass) == (2.0, 0.1)
    counts = found.to_dict()["counts"]
    assert counts["dense_macs"] == 2 * counts["effective_macs"] == lstm.macs
    assert counts["dense_synaptic_operations"] == 20 * net.synapses
    assert counts["effective_acs"] == 2 * net.synapses
    assert found.artificial.energy_j == pytest.approx(0.23e-12 * effective.count)


def test_the_twin_has_the_layers_of_the_spiking_network():
    lstm = art.parse("30-20r-5", cell="lstm", steps=7)
    net = art.parse("30-20r-5", bias=False)
    spiking = art.Spiking.of_rates(net, [1.0], ticks=7, input_rate=1.0)
    found = art.compare(lstm, spiking, art.Silicon("int8", "sram-8KB"))
    bits = twin_bits(7)
    assert found.twin.terms[0].count == net.macs * bits
    values = 30 + 20 + 20 + 5 + 2 * 20
    expected = 0.03 * net.macs * bits + 1.25 * net.weights + 1.25 * bits / 8 * values
    assert found.twin.energy_j == pytest.approx(expected * 1e-12)


def sizes(cost):
    """Bytes that a note says to exceed the memory, and the number of memories that they are priced as."""
    shown = (re.search(r"([\d,]+) bytes of .* exceed .* as ([\d,]+) such", note) for note in cost.notes)
    return [tuple(int(number.replace(",", "")) for number in each.groups()) for each in shown if each]


WIDE = art.Network([art.Dense(1000, 1000)])
BUSY = art.Spiking.of_rates(WIDE, [0.5], ticks=10, input_rate=0.5)
RUN = art.Spiking(1_000_000, art.EffectiveOperations(1), 1, 1)


@pytest.mark.parametrize(
    ("cost", "subject", "memory", "expected"),
    [
        (art.artificial_cost, WIDE, "sram-8KB", [(1_001_000, 123)]),
        (art.artificial_cost, art.parse("9-9"), "sram-8KB", []),
        (art.spiking_cost, BUSY, "sram-8KB", [(1_001_000, 123)]),
        (art.spiking_cost, RUN, "sram-8KB", [(1_000_000, 123)]),
        (art.spiking_cost, BUSY, "dram", []),
        (art.spiking_cost, BUSY, None, []),
    ],
)
def test_memory_too_small_is_said(cost, subject, memory, expected):
    assert sizes(cost(subject, art.Silicon("int8", memory))) == expected


@pytest.mark.parametrize("precision", ["int8", "int32", "fp32"])
@pytest.mark.parametrize("memory", [None, *prices.memory_levels("7nm")])
def test_unverified_prices_give_numbers_and_no_verdict(precision, memory):
    """Arithmetic at 7 nm is recalled: whoever wins by it, nobody is said to."""
    net = art.parse("100-50-10")
    spiking = art.Spiking.of_rates(net, [0.5], ticks=10, input_rate=0.5)
    recalled = art.compare(net, spiking, art.Silicon(precision, memory, "7nm"))
    assert recalled.ratio > 0.0
    assert "artificial: multiply-accumulates" in recalled.unverified
    assert recalled.winner is None
    assert recalled.to_dict()["unverified"] == list(recalled.unverified)
    assert {row[-2] for row in recalled.table.rows if row[3] in ("MAC", "AC")} == {"unverified"}
    assert art.compare(net, spiking, art.Silicon(precision, "dram")).unverified == ()


def test_the_first_name_is_a_door():
    assert artificial.compare is art.compare
    assert set(artificial.__all__) == set(art.__all__) <= set(vars(artificial))
