"""What is counted of one inference: no weight on the padding, a batch by samples, and networks of unequal size."""

import itertools
import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import spikecore as sc
from spikecore import windows
from spikecore.energy import EnergyReport, Ledger
from spikecore.energy import ann as art
from spikecore.energy.ann import formulas, neurobench

INT8 = art.Silicon("int8", None)


def taps(sizes, kernel, stride, padding, dilation):
    """Count by loops how often a kernel lies on a value, and how often on anything, at all its positions."""
    inside = anything = 0
    ends = [
        range(-p, n + p - d * (k - 1), s)
        for n, k, s, p, d in zip(sizes, kernel, stride, padding, dilation, strict=True)
    ]
    for corner in itertools.product(*ends):
        for tap in itertools.product(*map(range, kernel)):
            place = [at + k * far for at, k, far in zip(corner, tap, dilation, strict=True)]
            inside += all(0 <= at < n for at, n in zip(place, sizes, strict=True))
            anything += 1
    return inside, anything


@settings(deadline=None, max_examples=150)
@given(st.data())
def test_a_spike_meets_no_weight_on_the_padding(data):
    dimensions, groups = data.draw(st.integers(1, 2)), data.draw(st.integers(1, 3))
    each = [
        tuple(data.draw(st.integers(*ends)) for _ in range(dimensions))
        for ends in ((5, 9), (1, 4), (1, 3), (0, 4), (1, 2))
    ]
    layer = art.Convolution((2 * groups, *each[0]), 4 * groups, *each[1:], groups=groups)
    inside, anything = taps(*each)
    pairs = 4 * groups * 2
    assert (layer.synapses, layer.macs, layer.padded) == (
        pairs * inside,
        pairs * anything,
        pairs * (anything - inside),
    )
    spiking = art.Spiking.of_rates(art.Network([layer]), [0.5], ticks=10, input_rate=1.5)
    assert spiking.synaptic_operations.count == pytest.approx(1.5 * pairs * inside)


@pytest.mark.parametrize(("kernel", "padding", "count"), [(3, 1, 484), (7, 3, 1936), (3, 0, 324), (5, 2, 1156)])
def test_one_spike_per_pixel_of_an_8_x_8_image(kernel, padding, count):
    """22², 44², 18² and 34²: the taps along either side, multiplied."""
    net = art.Network([art.Convolution((1, 8, 8), 1, kernel, padding=padding)])
    assert art.Spiking.of_rates(net, [0.0], ticks=4, input_rate=1.0).synaptic_operations.count == count


@pytest.mark.parametrize(("stride", "padding", "groups"), [(1, 1, 1), (2, 2, 1), (1, 2, 2), (3, 1, 2)])
def test_the_engine_counts_as_many(stride, padding, groups):
    rule = sc.Convolution(np.ones((4, 2 // groups, 5, 5)), (2, 8, 8), stride=stride, padding=padding, groups=groups)
    net = sc.Network(dt=1.0, seed=1)
    source = net.spike_source(128, times=[[1.0]] * 128, name="source")
    target = net.population(int(np.prod(rule.output_shape)), sc.LIF(), name="target")
    net.connect(source, target, rule, delay=1.0)
    ledger = net.compile(workers=1).run(10.0).ledger
    layer = art.Convolution((2, 8, 8), 4, 5, stride, padding, groups=groups)
    spiking = art.Spiking.of_rates(art.Network([layer]), [0.0], ticks=10, input_rate=1.0)
    assert spiking.synaptic_operations.count == ledger.synaptic_operations == ledger.synapses == layer.synapses


def test_a_window_of_any_length_is_counted_without_walking_through_it():
    assert windows.seen(10**9, 10**9) == 10**9
    assert windows.seen(10**9, 3, padding=1) == 3 * 10**9 - 2
    assert windows.seen(4, 9, padding=4) == sum(1 for p in range(4) for k in range(9) if 0 <= p + k - 4 < 4)


def test_neither_side_of_a_comparison_pays_for_the_padding_and_published_formulas_do():
    net = art.Network([art.Convolution((1, 8, 8), 1, 3, padding=1, bias=False)])
    spiking = art.Spiking.of_rates(net, [0.5], ticks=3, input_rate=2.0)
    found = art.compare(net, spiking, art.Silicon("int8", None, macs_per_update=0.0))
    assert found.ratio == pytest.approx(484 * 0.23 / (968 * 0.03))
    assert found.twin.terms[0].count == 484 * 2
    assert found.to_dict()["counts"] | {"dense_macs": 576, "padding_macs": 92} == found.to_dict()["counts"]
    analog = art.Spiking.of_rates(net, [0.5], ticks=3, analog_passes=1)
    assert art.spiking_cost(analog, INT8).terms[1].count == 484
    far = art.Silicon("int8", "dram", reuse="none")
    fetched = {term.name: term.count for term in art.spiking_cost(analog, far).terms}
    assert fetched["weights, analog input"] == 484 * 8
    assert formulas.estimate("panda", net).counts["MACs"] == formulas.estimate("panda", analog).counts["MACs"] == 576
    assert formulas.estimate("panda", spiking).counts["ACs"] == 576 * 2.0
    assert formulas.estimate("keras_spiking", spiking).counts["synaptic operations"] == 576 * 2.0
    # NeuroBench, metrics/utils/layers/macs.py: the layer runs over ones, between zeros as padding
    assert formulas.estimate("neurobench", net).counts["dense"] == 484
    assert formulas.estimate("neurobench", spiking).counts["effective_acs"] == 968
    assert net.effective([1.0]).count == 484
    assert neurobench.spiking(spiking)[0]["dense"] == 484 * 3


def batch_of(count):
    net = sc.Network(dt=1.0, seed=1)
    source = net.spike_source(16, times=[[]] * 16, name="source")
    units = net.population(10, sc.LIF(), name="units")
    net.connect(source, units, sc.AllToAll(), weight=10.0, delay=1.0)
    machine = net.compile(workers=1)
    inputs = [[[1.0 + k + sample, 25.0] for k in range(16)] for sample in range(count)]
    machine.reset({source: inputs[0]})
    return machine.run_batch(30.0, {source: inputs}), machine.run(30.0)


def test_the_ledger_of_a_batch_knows_its_samples():
    batch, run = batch_of(5)
    assert (batch.ledger.samples, run.ledger.samples) == (5, 1)
    whole, one = art.Spiking.of_ledger(batch.ledger), art.Spiking.of_ledger(run.ledger)
    assert (whole.spikes_per_synapse, whole.ticks, whole.neuron_updates, whole.spikes) == (2.0, 30, 300, 32)
    assert (one.spikes_per_synapse, one.ticks, one.neuron_updates, one.spikes) == (2.0, 30, 300, 32)
    with pytest.raises(sc.NetworkError, match="ledger: synapses is unknown"):
        art.Spiking.of_ledger(batch)
    assert art.Spiking.of_ledger(batch.ledger, inferences=10).spikes_per_synapse == 1.0, "two in every sample"
    net = art.Network([art.Dense(16, 10)])
    both = [art.compare(net, spiking, INT8).to_dict() for spiking in (whole, one)]
    assert both[0]["twin_bits"] == both[1]["twin_bits"] == 5
    assert both[0]["ratio"] == pytest.approx(both[1]["ratio"], rel=1e-12)


def test_a_report_of_a_batch_says_what_one_sample_takes():
    batch, run = batch_of(4)
    of_batch, of_run = batch.energy("loihi"), run.energy("loihi")
    assert of_batch.per_sample_j == of_batch.nominal_j / 4 == pytest.approx(of_run.nominal_j)
    assert of_run.per_sample_j == of_run.nominal_j
    assert of_batch.to_dict()["per_sample_j"] == of_batch.per_sample_j
    assert batch.energy("host").per_sample_j is None
    assert [of.count("all 4 samples") for of in (str(of_batch), of_batch.details(), str(of_run))] == [1, 1, 0]


def test_samples_are_one_or_more():
    with pytest.raises(sc.NetworkError, match="samples is 0"):
        Ledger(samples=0)
    counts = {"synapses": 10, "synaptic_operations": 40, "neuron_updates": 2, "ticks": 4}
    assert art.Spiking.of_ledger({**counts, "samples": 4}).spikes_per_synapse == 1.0
    with pytest.raises(sc.NetworkError, match="inferences is 0"):
        art.Spiking.of_ledger({**counts, "samples": 0})


def test_reports_that_are_not_of_one_run_are_compared_with_a_word():
    batch, run = batch_of(4)
    small = Ledger(synaptic_operations=10, synapses=2_368, neurons=90, ticks=30)
    mixed = batch.energy("loihi").compare(run.energy("spinnaker"), EnergyReport.of(small, "odin"))
    assert list(mixed.sizes) == ["loihi", "spinnaker", "odin"]
    assert [(r.ledger.samples, r.ledger.synapses) for r in mixed.reports] == [(4, 160), (1, 160), (1, 2_368)]
    assert len(set(mixed.sizes.values())) == 3
    assert json.loads(json.dumps(mixed.to_dict()))["sizes"] == mixed.sizes
    (section,) = (remark for remark in mixed.table().remarks if getattr(remark, "name", "") == "not of one run")
    assert all(size in line for size, line in zip(mixed.sizes.values(), section.lines, strict=True))
    assert batch.energy("loihi").compare("spinnaker").sizes == {}
    by_hand = EnergyReport.of(Ledger(synaptic_operations=10), "loihi")
    assert by_hand.compare(EnergyReport.of(Ledger(synaptic_operations=99), "odin")).sizes == {}, "neither says a size"


@pytest.mark.parametrize(
    ("network", "spiking", "sizes"),
    [
        ("784-128-10", art.Spiking(2_368, art.EffectiveOperations(100), 10, 10), ((101_632,), (2_368,))),
        ("16-10", art.Spiking(160, art.EffectiveOperations(100), 10, 10), None),
        ("20-30-10", "20-40-10", ((20, 30, 10), (20, 40, 10))),
        ("20-30-10", "20-30-10", None),
    ],
)
def test_networks_of_unequal_size_are_compared_with_a_word(network, spiking, sizes):
    if isinstance(spiking, str):
        spiking = art.Spiking.of_rates(art.parse(spiking), [1.0], ticks=9, input_rate=1.0)
    found = art.compare(art.parse(network), spiking, INT8)
    assert (found.sizes if sizes else None) == sizes
    assert (found.sizes[0] == found.sizes[1]) == (sizes is None)
    assert ("the networks differ in size" in found.verdict) == (sizes is not None)
    assert [tuple(one) for one in found.to_dict()["sizes"].values()] == list(found.sizes)


def test_a_gated_network_has_the_size_of_its_shape():
    lstm, rnn = art.parse("9-6r-2", cell="lstm"), art.parse("9-6r-2")
    spiking = art.Spiking.of_rates(rnn, [1.0], ticks=9, input_rate=1.0)
    counted = art.Spiking(rnn.synapses, art.EffectiveOperations(100), 10, 10)
    assert all(found.sizes[0] == found.sizes[1] for found in (art.compare(lstm, s, INT8) for s in (spiking, counted)))


def counted(operations, spikes=None):
    return art.Spiking(1_000, art.EffectiveOperations(operations), 0, 10, spikes=spikes)


@pytest.mark.parametrize(
    ("spiking", "memory", "doubt", "winner"),
    [
        (counted(10), "sram-8KB", "bound", None),
        (counted(10), None, "", "spiking"),
        (counted(10, spikes=5), "sram-8KB", "", "spiking"),
        (counted(100_000), "sram-8KB", "", "artificial"),
        (counted(1_000, spikes=0), "dram", "", "spiking"),
    ],
)
def test_a_lower_bound_decides_only_where_it_loses(spiking, memory, doubt, winner):
    found = art.compare(art.Network([art.Dense(100, 10)]), spiking, art.Silicon("int8", memory))
    assert (found.doubt, found.winner, found.to_dict()["doubt"]) == (doubt, winner, doubt)
    assert found.spiking.is_lower_bound == (spiking.spikes is None and memory is not None)


@pytest.mark.parametrize(
    ("factor", "doubt", "winner"), [(1.0, "equal", None), (0.99, "", "spiking"), (1.01, "", "artificial")]
)
def test_equal_costs_have_no_winner(factor, doubt, winner):
    found = art.compare(art.Network([art.Dense(100, 10)]), counted(factor * 1_000 * 0.23 / 0.03), INT8)
    assert (found.doubt, found.winner) == (doubt, winner)


@pytest.mark.parametrize("precision", ["fp32", "int32"])
def test_bands_that_straddle_one_are_said(precision):
    net, silicon = art.Network([art.Dense(10, 10, bias=False)]), art.Silicon(precision, "dram", macs_per_update=400.0)
    kinds = set()
    for updates in np.linspace(1, 60, 2_000):
        spiking = art.Spiking(100, art.EffectiveOperations(1), updates, 10, spikes=0)
        found = art.compare(net, spiking, silicon)
        low, high = found.ratio_band
        straddles = low <= 1.0 <= high and not 1 / 1.005 < low <= high < 1.005
        kinds.add(found.doubt)
        assert (found.doubt == "band") == straddles
        assert (f"{low:.4g}" in found.verdict) >= straddles, "the verdict names where"
    assert kinds >= {"", "band"}
