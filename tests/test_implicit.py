"""Dense, convolution and pooling rules: the same network as with every synapse given, bit for bit, and kept small."""

import functools
import hashlib
import itertools
import json
import math
import os
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_determinism import ANY, assert_same, least_capacity, machine_of, outcome

import spikecore as sc

STORES = ["f32", "f64", "q16"]
TICKS = 200


def expanded(rule, weight=None):
    """Sources, targets and weights by the definition of a rule, in ascending order of (source, target)."""
    if isinstance(rule, sc.Dense):
        weights = np.asarray(rule.weights)
        sources, targets = np.indices(weights.shape)
        return sources.ravel(), targets.ravel(), weights.ravel()
    (channels, h, w), (outs, rows, columns) = rule.input_shape, rule.output_shape
    if isinstance(rule, sc.Pooling):
        groups, kernel = channels, np.full((channels, 1, *rule.size), weight)
    else:
        groups, kernel = rule.groups, np.asarray(rule.kernel)
    ins, found = channels // groups, []
    for o, y, x, c, ky, kx in itertools.product(
        range(outs), range(rows), range(columns), range(ins), *map(range, kernel.shape[2:])
    ):
        row, column = y * rule.stride[0] + ky - rule.padding[0], x * rule.stride[1] + kx - rule.padding[1]
        if 0 <= row < h and 0 <= column < w:
            source = ((o // (outs // groups) * ins + c) * h + row) * w + column
            found.append((source, (o * rows + y) * columns + x, kernel[o, c, ky, kx]))
    found.sort(key=lambda one: one[:2])
    columns = np.array(found).reshape(-1, 3).T
    return columns[0].astype(int), columns[1].astype(int), columns[2]


def size_of(shape):
    return math.prod(shape)


def connect(net, a, b, rule, expand, weight=None, **options):
    if expand:
        sources, targets, weights = expanded(rule, weight)
        net.connect(a, b, sc.Pairs(sources, targets), weight=weights, **options)
    else:
        net.connect(a, b, rule, weight=weight, **options)


def lif(**changes):
    return sc.LIF(**{"tau_m": 10.0, "tau_syn_exc": 2.0, "tau_syn_inh": 2.0, "v_th": -60.0, "t_ref": 0.5, **changes})


def layered(expand, delays=(0.1,) * 6, two=True, seed=3):
    """Frames through a convolution, a pooling and dense layers, one of them with feedback; every neuron model."""
    rng = np.random.default_rng(seed)
    conv = sc.Convolution(rng.normal(60.0, 300.0, (6, 1, 3, 5)), (2, 13, 16), stride=(1, 2), padding=(1, 2), groups=2)
    pool = sc.Pooling(2, conv.output_shape, padding=1)
    net = sc.Network(dt=0.1, seed=1)
    first = net.population(size_of(conv.output_shape), lif(tau_syn_inh=3.0 if two else 2.0), name="conv")
    second = net.population(size_of(pool.output_shape), sc.LIFDelta(tau_m=10.0, v_th=-62.0, t_ref=0.2), name="pool")
    hidden = net.population(300, lif(tau_syn_inh=5.0 if two else 2.0, i_e=300.0), name="hidden")
    out = net.population(10, lif(), name="out")
    times = [np.sort(rng.choice(np.arange(1, TICKS - 20), rng.integers(0, 12), replace=False)) / 10 for _ in range(416)]
    source = net.spike_source(416, times, name="source")
    delay = iter(delays)
    connect(net, source, first, conv, expand, delay=next(delay))
    connect(net, first, second, pool, expand, weight=2.7, delay=next(delay))
    connect(net, second, hidden, sc.Dense(rng.normal(30.0, 60.0, (second.size, 300))), expand, delay=next(delay))
    connect(net, hidden, hidden, sc.Dense(rng.normal(-10.0, 40.0, (300, 300))), expand, delay=next(delay))
    connect(net, hidden, out, sc.Dense(rng.uniform(0.0, 300.0, (300, 10))), expand, delay=next(delay))
    connect(
        net, out, hidden, sc.Dense(rng.uniform(0.0, 60.0, (10, 300))), expand, delay=next(delay), receptor="inhibitory"
    )
    populations = [first, second, hidden, out, source]
    return net, populations


def events(machine):
    return [machine.statistics[name] for name in ("synaptic_events", "pending_events", "synapses")]


@functools.cache
def expected_of(store, updates, delays, two):
    net, populations = layered(True, delays, two)
    machine = machine_of(net, 1, store, updates=updates)
    found = outcome(machine, populations, (TICKS,))
    for population in populations:
        assert np.isin(population.ids, found[0][:, 1]).any(), f"{population.name} fires"
    return found, events(machine), [machine.out_degrees(population) for population in populations]


LADDER = (0.1, 0.4, 1.3, 0.7, 2.5, 0.3)


@pytest.mark.parametrize("delays", [(0.1,) * 6, LADDER], ids=["one tick", "ladder"])
@pytest.mark.parametrize("updates", ["auto", "dense", "event"])
@pytest.mark.parametrize("store", STORES)
def test_equal_the_expanded_network(store, updates, delays):
    """Bit for bit: whatever the workers and the logs, and where a run is cut, inside delays too."""
    expected, counted, degrees = expected_of(store, updates, delays, True)
    for workers in (1, 2, 3, 8):
        net, populations = layered(False, delays)
        tight = least_capacity(net, workers)
        for capacity, parts in ((None, (TICKS,)), (tight, (1, 66, TICKS - 67))):
            machine = machine_of(net, workers, store, updates=updates, log_capacity=capacity)
            assert_same(outcome(machine, populations, parts), expected)
            assert events(machine) == counted
    for population, theirs in zip(populations, degrees, strict=True):
        np.testing.assert_array_equal(machine.out_degrees(population), theirs)


def test_one_receptor_gets_weights_of_both_signs():
    expected = expected_of("f32", "auto", (0.1,) * 6, False)[0]
    net, populations = layered(False, two=False)
    for workers in (1, 3):
        assert_same(outcome(machine_of(net, workers), populations, (TICKS,)), expected)


@pytest.mark.parametrize("placement", [[0, 1, 2, 0, 3], [3, 3, 0, 1, 2], [1, 0, 1, 0, 1]])
def test_channels_of_unequal_lookahead(placement):
    """Producers that are filed apart: the sums have the one order all the same."""
    delays = (0.1, 5.0, 0.1, 2.5, 0.1, 6.0)
    expected = expected_of("f32", "auto", delays, True)[0]
    for workers in (1, 2):
        net, populations = layered(False, delays)
        machine = machine_of(net, workers, placement=placement)
        assert_same(outcome(machine, populations, (77, TICKS - 77)), expected)


def test_every_tick_a_stop():
    delays = LADDER
    expected, counted, _ = expected_of("f32", "auto", delays, True)
    net, populations = layered(False, delays)
    machine = machine_of(net, 2)
    assert_same(outcome(machine, populations, (1,) * TICKS), expected)
    assert events(machine) == counted


def test_mixed_with_stored_synapses():
    """Weights on a grid of which all sums are exact: then the order does not matter, and nothing else may."""
    found = []
    for expand in (True, False):
        rng = np.random.default_rng(8)
        conv = sc.Convolution(rng.integers(-64, 128, (4, 2, 3, 3)) / 2.0, (2, 12, 12))
        net = sc.Network(dt=0.1, seed=4)
        b = net.population(size_of(conv.output_shape), lif(tau_syn_inh=4.0, i_e=260.0))
        c = net.population(200, lif(i_e=240.0), v_init=sc.Uniform(-65.0, -60.0))
        a = net.spike_source(288, [np.sort(rng.choice(150, 9, replace=False) + 1) / 10 for _ in range(288)])
        connect(net, a, b, conv, expand, delay=0.3)
        net.connect(b, c, sc.FixedInDegree(20), weight=12.5, delay=sc.Uniform(0.1, 2.0))
        net.connect(c, b, sc.FixedTotalNumber(3_000), weight=-20.25, delay=0.8)
        net.connect(a, b, sc.Bernoulli(0.05), weight=40.0, delay=0.1)
        connect(net, c, b, sc.Dense(rng.integers(-32, 32, (200, b.size)) / 4.0), expand, delay=0.8)
        for workers in (1, 2, 3, 8) if not expand else (1,):
            machine = machine_of(net, workers)
            found.append((outcome(machine, [b, c, a]), events(machine)))
    expected, counted = found[0]
    assert len(expected[0]) > 4_000
    for ours, events_of_ours in found[1:]:
        assert_same(ours, expected)
        assert events_of_ours == counted


@st.composite
def geometries(draw):
    """Rules of every kind, small: kernels beyond the input, strides beyond the kernel, planes of one neuron."""
    groups, ins, outs = (draw(st.integers(1, 3)) for _ in range(3))
    window = [draw(st.integers(1, 5)) for _ in range(2)]
    stride = tuple(draw(st.integers(1, 4)) for _ in range(2))
    pooling = draw(st.booleans())
    padding = tuple(draw(st.integers(0, n // 2 if pooling else 4)) for n in window)
    sides = [max(1, n - 2 * p) + draw(st.integers(0, 20)) for n, p in zip(window, padding, strict=True)]
    shape = (groups * ins, *sides)
    if pooling:
        return sc.Pooling(tuple(window), shape, stride, padding)
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    return sc.Convolution(rng.normal(30.0, 200.0, (groups * outs, ins, *window)), shape, stride, padding, groups)


@settings(ANY, max_examples=25)
@given(
    rule=geometries(),
    store=st.sampled_from(STORES),
    updates=st.sampled_from(["auto", "dense", "event"]),
    receptor=st.sampled_from([None, "excitatory", "inhibitory"]),
    workers=st.sampled_from([2, 3, 8]),
    tau=st.sampled_from([2.0, 4.0]),
    seed=st.integers(0, 99),
)
def test_any_geometry_equals_the_expanded_network(rule, store, updates, receptor, workers, tau, seed):
    found, weight = [], -150.0 if seed % 4 == 0 else 180.0
    for expand in (True, False):
        net = sc.Network(dt=0.1, seed=1)
        rng = np.random.default_rng(seed)
        b = net.population(size_of(rule.output_shape), lif(tau_syn_inh=tau), v_init=sc.Uniform(-66.0, -60.5))
        size = size_of(rule.input_shape)
        # One quantum in q16 for both: a kernel may have a largest weight that no synapse has.
        silent = net.spike_source(1, [[]])
        net.connect(silent, b, sc.AllToAll(), weight=3_000.0, delay=1.0)
        a = net.spike_source(size, (rng.integers(0, size, 200), np.arange(1, 201) / 10))
        given_weight = weight if isinstance(rule, sc.Pooling) else None
        connect(net, a, b, rule, expand, weight=given_weight, delay=0.1 * (1 + seed % 3), receptor=receptor)
        machine = machine_of(net, 1 if expand else workers, store, updates=updates)
        synapses = machine.synapses(a, b)
        result = outcome(machine, [b, a], (150,))
        found.append((result, events(machine), synapses))
    (theirs, counted, wanted), (ours, own_events, held) = found
    assert_same(ours, theirs)
    assert own_events == counted
    for name in ("sources", "targets", "weights", "delays"):
        np.testing.assert_array_equal(getattr(held, name), getattr(wanted, name))


def test_a_convolution_is_pytorchs():
    """The example of a two-channel image that can be checked by hand, and its flattening."""
    kernel = np.arange(1.0, 9.0).reshape(1, 2, 2, 2)
    rule = sc.Convolution(kernel, shape=(2, 3, 3))
    assert rule.output_shape == (1, 2, 2)
    net = sc.Network()
    a, b = net.population(18, lif()), net.population(4, lif())
    net.connect(a, b, rule, delay=1.0)
    weights = np.zeros((18, 4))
    held = net.compile(workers=1).synapses(a, b)
    weights[held.sources, held.targets] = held.weights
    # conv2d of an image whose pixels are 1 … 18 with that kernel.
    image = np.arange(1.0, 19.0)
    by_hand = [
        sum(k * p for k, p in zip(range(1, 9), (1, 2, 4, 5, 10, 11, 13, 14), strict=True)),
        sum(k * p for k, p in zip(range(1, 9), (2, 3, 5, 6, 11, 12, 14, 15), strict=True)),
        sum(k * p for k, p in zip(range(1, 9), (4, 5, 7, 8, 13, 14, 16, 17), strict=True)),
        sum(k * p for k, p in zip(range(1, 9), (5, 6, 8, 9, 14, 15, 17, 18), strict=True)),
    ]
    np.testing.assert_array_equal(image @ weights, by_hand)


def test_silence_is_left_out_but_not_what_waits():
    """A core rests until the spike that waits for it is due, and the machine jumps there."""
    net = sc.Network(dt=0.1)
    b = net.population(40, lif(), name="b")
    a = net.spike_source(10, ([3], [50_000.0]))
    net.connect(a, b, sc.Dense(np.full((10, 40), 5_000.0)), delay=6_000.0)
    net.connect(b, b, sc.Dense(np.zeros((40, 40))), delay=0.1)
    for workers in (1, 2):
        machine = net.compile(workers=workers, updates="event")
        machine.run(50_001.0)
        assert machine.statistics["pending_events"] == 40
        result = machine.run(9_999.0)
        stamps = result.spikes[b].times
        assert 56_000.0 < stamps.min() < 56_010.0
        assert len(stamps) >= 40
        assert machine.statistics["ticks_skipped"] > 590_000
        assert machine.statistics["pending_events"] == 0


def test_a_kernel_is_stored_once():
    rule = sc.Convolution(np.ones((32, 16, 3, 3)), (16, 64, 64), padding=1)
    net = sc.Network()
    a, b = net.population(16 * 64 * 64, lif()), net.population(32 * 64 * 64, lif())
    net.connect(a, b, rule, delay=1.0)
    net.connect(b, b, sc.Pooling(1, rule.output_shape), weight=1.0, delay=1.0)
    forecast = net.forecast(workers=2)
    synapses = 32 * 16 * (64 * 3 - 2) ** 2 + b.size
    assert forecast.synapses == synapses
    machine = net.compile(workers=2)
    statistics = machine.statistics
    assert statistics["synapses"] == synapses
    assert statistics["weight_store_bytes"] == forecast.to_dict()["synapse_bytes"]
    assert statistics["weight_store_bytes"] <= statistics["cores"] * 4 * (rule.kernel.size + 1)
    assert int(machine.out_degrees(a).sum() + machine.out_degrees(b).sum()) == synapses


@pytest.mark.parametrize(("weights", "size"), [(None, 4), ("q16", 2)])
def test_a_matrix_takes_a_weight_per_synapse(weights, size):
    net = sc.Network()
    a, b = net.population(100, lif()), net.population(300, lif())
    net.connect(a, b, sc.Dense(np.ones((100, 300))), delay=1.0)
    forecast = net.forecast(workers=2, weights=weights)
    statistics = net.compile(workers=2, weights=weights).statistics
    assert statistics["weight_store_bytes"] == forecast.to_dict()["synapse_bytes"] == 100 * 304 * size
    assert forecast.synapses == statistics["synapses"] == 30_000


LEVEL_SCRIPT = """
import json
from test_implicit import digests
print(json.dumps(digests()))
"""


def digests():
    """Spikes and potentials of every format on this process's instruction-set level."""
    found = {}
    for store, two in itertools.product(STORES, (True, False)):
        net, populations = layered(False, two=two)
        spikes, states, _, _ = outcome(machine_of(net, 2, store), populations, (TICKS,))
        digest = hashlib.sha256(np.ascontiguousarray(spikes))
        for array in states.values():
            digest.update(np.ascontiguousarray(array))
        found[f"{store} {two}"] = digest.hexdigest()
    return found


@pytest.mark.parametrize("level", ["scalar", "avx2", "avx512"])
def test_the_instruction_set_does_not_matter(level):
    env = {**os.environ, "SPIKECORE_SIMD": level}
    path = [os.path.dirname(__file__), env.get("PYTHONPATH", "")]  # noqa: PTH120
    env["PYTHONPATH"] = os.pathsep.join(part for part in path if part)
    done = subprocess.run([sys.executable, "-c", LEVEL_SCRIPT], env=env, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        assert "SPIKECORE_SIMD" in done.stderr, done.stderr
        assert level != "scalar"
        return
    assert json.loads(done.stdout) == digests()


class Tensor:
    """What matters of a tensor with a gradient."""

    def __init__(self, values):
        self.values = values

    def detach(self):
        return self.values


def test_tensors_are_detached():
    assert sc.Dense(Tensor(np.ones((3, 2)))).shape == (3, 2)
    assert sc.Convolution(Tensor(np.ones((1, 1, 2, 2))), (1, 4, 4)).output_shape == (1, 3, 3)


def test_given_arrays_are_copied():
    weights = np.ones((2, 2))
    rule = sc.Dense(weights)
    weights[:] = 5.0
    assert np.asarray(rule.weights).max() == 1.0


ONES = np.ones((4, 2, 3, 3))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: sc.Dense([1.0, 2.0]), r"Dense: the shape of weights is \(2,\), allowed: two dimensions"),
        (lambda: sc.Dense([[1.0, math.nan]]), r"Dense: weights\[\(0, 1\)\] is nan, allowed: finite"),
        (lambda: sc.Dense([[math.inf]]), r"Dense: weights\[\(0, 0\)\] is inf"),
        (lambda: sc.Convolution(np.ones((3, 3)), (1, 5, 5)), r"the shape of kernel is \(3, 3\), allowed: four dim"),
        (lambda: sc.Convolution(ONES * math.nan, (2, 5, 5)), r"kernel\[\(0, 0, 0, 0\)\] is nan"),
        (
            lambda: sc.Convolution(ONES, (3, 5, 5)),
            r"the shape of kernel is \(4, 2, 3, 3\), allowed: \(4, 3, 3, 3\) for 3 channels in 1 groups",
        ),
        (lambda: sc.Convolution(ONES, (2, 5, 5), groups=3), "groups is 3, allowed: a divisor of both 2 and 4"),
        (lambda: sc.Convolution(ONES, (2, 2, 5)), "the rows of a window is 3, allowed: 1 … 2, the padded rows"),
        (lambda: sc.Convolution(ONES, (2, 5, 2)), "the columns of a window is 3, allowed: 1 … 2, the padded col"),
        (lambda: sc.Convolution(ONES, (2, 5, 5), stride=0), "stride is 0, allowed: 1 … 65535"),
        (lambda: sc.Convolution(ONES, (2, 5, 5), padding=(0, -1)), "padding is -1, allowed: 0 … 65535"),
        (lambda: sc.Convolution(ONES, (2, 5, 5), stride=(1, 1, 1)), r"stride is \(1, 1, 1\), allowed: one number, or"),
        (lambda: sc.Convolution(ONES, (5, 5)), r"shape is \(5, 5\), allowed: three numbers"),
        (lambda: sc.Convolution(ONES, (2, 0, 5)), "rows of shape is 0, allowed: 1"),
        (lambda: sc.Pooling(0, (1, 4, 4)), "Pooling: size is 0, allowed: 1 … 65535"),
        (lambda: sc.Pooling(5, (1, 4, 4)), "the rows of a window is 5, allowed: 1 … 4"),
        (lambda: sc.Pooling(3, (1, 4, 4), padding=2), "padding is 2, allowed: 0 … 1"),
    ],
)
def test_rules_check_themselves(make, message):
    with pytest.raises(sc.NetworkError, match=message):
        make()


def test_wrong_kinds_are_type_errors():
    with pytest.raises(TypeError, match="weights must be an array of real numbers"):
        sc.Dense([["a"]])
    with pytest.raises(TypeError, match="stride must be a whole number"):
        sc.Convolution(ONES, (2, 5, 5), stride=1.5)


CONV = sc.Convolution(ONES, (2, 5, 5))
POOL = sc.Pooling(5, (2, 5, 5))
MATRIX = sc.Dense(np.ones((50, 36)))


@pytest.mark.parametrize(
    ("rule", "options", "error", "message"),
    [
        (sc.Dense(np.ones((36, 50))), {}, sc.NetworkError, r"the shape of the weights of Dense is \(36, 50\), all"),
        (
            sc.Convolution(ONES, (2, 5, 6)),
            {},
            sc.NetworkError,
            r"a → b: the size of 'a' is 50, allowed: 60 = 2 × 5 × 6, the input_shape of Convolution",
        ),
        (
            sc.Convolution(ONES, (2, 5, 5), padding=1),
            {},
            sc.NetworkError,
            r"a → b: the size of 'b' is 36, allowed: 100 = 4 × 5 × 5, the output_shape of Convolution",
        ),
        (POOL, {"weight": 1.0}, sc.NetworkError, "the size of 'b' is 36, allowed: 2 = 2 × 1 × 1, the output_shape"),
        (MATRIX, {"weight": 1.0}, sc.NetworkError, "weight is given, allowed: left out: Dense holds the weights"),
        (CONV, {"weight": 1.0}, sc.NetworkError, "weight is given, allowed: left out: Convolution holds the weights"),
        (MATRIX, {"delay": [0.1] * 1800}, sc.NetworkError, "allowed: one number for all synapses of Dense"),
        (CONV, {"delay": sc.Uniform(1.0, 2.0)}, sc.NetworkError, "allowed: one number for all synapses of Convolution"),
        (CONV, {"delay": 0.15}, sc.NetworkError, "a → b: delay is 0.15 ms, allowed: multiples of dt"),
        (CONV, {"delay": 0.0}, sc.NetworkError, "a → b: delay is 0.0 ms"),
        (CONV, {"autapses": False}, sc.NetworkError, "autapses is False, allowed: True with Convolution"),
        (MATRIX, {"multapses": False}, sc.NetworkError, "multapses is False, allowed: True with Dense"),
        (MATRIX, {"receptor": "both"}, sc.NetworkError, "receptor"),
    ],
)
def test_what_does_not_fit_is_named(rule, options, error, message):
    net = sc.Network()
    a, b = net.population(50, lif(), name="a"), net.population(36, lif(), name="b")
    with pytest.raises(error, match=message):
        net.connect(a, b, rule, **{"delay": 1.0, **options})
    assert not net.projections


@pytest.mark.parametrize(
    ("weight", "error", "message"),
    [
        (None, TypeError, "weight is missing; Pooling takes one number"),
        (sc.Normal(1.0, 0.1), sc.NetworkError, "weight is .*, allowed: one number for all synapses of Pooling"),
        (np.ones(50), sc.NetworkError, "allowed: one number for all synapses of Pooling"),
        (math.nan, sc.NetworkError, "weight is nan"),
    ],
)
def test_a_pooling_has_one_weight(weight, error, message):
    net = sc.Network()
    a, b = net.population(50, lif(), name="a"), net.population(2, lif(), name="b")
    with pytest.raises(error, match=message):
        net.connect(a, b, POOL, weight=weight, delay=1.0)


def test_the_engine_trusts_nobody():
    """What the face lets through by mistake is refused by the description."""
    net = sc.Network()
    net.population(50, lif(), name="a")
    net.population(36, lif(), name="b")
    native, one = net._native, ("constant", 1.0)
    array = ("array", np.ones(72))
    geometry = ((2, 5, 5), 4, (3, 3), (1, 1), (0, 0), 1)
    native.projection(0, 1, ("convolution", *geometry), array, one)
    wrong = [
        (("dense",), array, one, "1800 values"),
        (("dense",), one, one, "allowed: the weights of Dense"),
        (("pooling", *geometry), array, one, "one number for all synapses of Pooling"),
        (("convolution", *geometry), array, ("uniform", 1.0, 2.0), "one number for all synapses"),
        (("convolution", (2, 5, 6), *geometry[1:]), array, one, "the size of 'a' is 50, allowed: 60 = 2 × 5 × 6"),
        (("convolution", *geometry[:5], 3), array, one, "divisor"),
    ]
    for rule, weight, delay, message in wrong:
        with pytest.raises(sc.NetworkError, match=message):
            native.projection(0, 1, rule, weight, delay)
