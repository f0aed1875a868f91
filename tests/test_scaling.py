"""Whole weights: sums that are exact, what floats make of the same values, and by how much values were rounded."""

import math

import numpy as np
import pytest

import spikecore as sc
from spikecore.scaling import whole


def counts(steps, threshold, reset, ticks, **options):
    """Return the spikes of units that each get their step in every tick."""
    net = sc.Network(dt=1.0)
    source = net.spike_source(1, [np.arange(1.0, ticks + 1.0)])
    units = net.population(len(steps), sc.IF(e_l=0.0, v_reset=0.0, v_th=threshold, reset=reset))
    net.connect(source, units, sc.Dense(np.asarray(steps, dtype=float)[None]), delay=1.0)
    run = net.compile(workers=1, **options).run(ticks + 2.0)
    return np.bincount(run.spikes[units].neurons, minlength=len(steps))


@pytest.mark.parametrize(("reset", "wrong_f32", "wrong_f64"), [("set", 6, 1), ("subtract", 496, 469)])
def test_steps_of_a_thousandth_are_counted_right_when_they_are_whole(reset, wrong_f32, wrong_f64):
    steps, ticks = np.arange(1, 1001), 10_000
    right = ticks // -(-1000 // steps) if reset == "set" else ticks * steps // 1000
    for precision, wrong in (("f32", wrong_f32), ("f64", wrong_f64)):
        assert (counts(steps / 1000, 1.0, reset, ticks, precision=precision) != right).sum() == wrong
    scaled = whole(steps / 1000, 1.0)
    assert (scaled.weights == steps).all()
    assert (scaled.threshold, scaled.unit, scaled.error < 1e-15) == (1000.0, 0.001, True)
    for options in ({}, {"precision": "f64"}, {"weights": "q16"}):
        assert (counts(scaled.weights, scaled.threshold, reset, ticks, **options) == right).all(), options


@pytest.mark.parametrize(
    ("weight", "single", "double", "right"), [(0.02, 51, 50, 50), (0.1, 10, 11, 10), (0.01, 101, 100, 100)]
)
def test_decimals_miss_their_threshold_and_whole_numbers_do_not(weight, single, double, right):
    scaled = whole([weight], 1.0)
    for precision, interval in (("f32", single), ("f64", double)):
        assert counts([weight], 1.0, "set", 1000, precision=precision)[0] == 1000 // interval
        assert counts(scaled.weights, scaled.threshold, "set", 1000, precision=precision)[0] == 1000 // right


def layer(weights, threshold, reset, frames, number):
    """Return the spikes (tick, unit) of a layer by its definition, in this type of number."""
    v, rows = np.zeros(weights.shape[1], dtype=number), []
    weights, threshold = weights.astype(number), number(threshold)
    for frame in frames:
        v = v + weights[frame].sum(axis=0)
        rows.append(v >= threshold)
        v = np.where(rows[-1], v - threshold if reset == "subtract" else number(0), v)
    return np.array(rows)


def simulated(weights, threshold, reset, frames, **options):
    """Return the same from the engine: input of tick k arrives at k + 2 and fires at k + 2."""
    net = sc.Network(dt=1.0)
    ticks, pixels = np.nonzero(frames)
    source = net.spike_source(frames.shape[1], (pixels, ticks + 1.0))
    units = net.population(weights.shape[1], sc.IF(e_l=0.0, v_reset=0.0, v_th=threshold, reset=reset))
    net.connect(source, units, sc.Dense(weights), delay=1.0)
    spikes = net.compile(workers=1, **options).run(len(frames) + 2.0).spikes[units]
    rows = np.zeros((len(frames), weights.shape[1]), dtype=bool)
    rows[np.rint(spikes.times).astype(int) - 2, spikes.neurons] = True
    return rows


@pytest.mark.parametrize(
    ("reset", "spikes", "moved_16", "moved_20"), [("set", 9221, 8, 0), ("subtract", 10477, 76, 14)]
)
def test_sums_of_whole_weights_are_exact_and_their_rounding_is_said(reset, spikes, moved_16, moved_20):
    rng = np.random.default_rng(5)
    weights = rng.normal(0.02, 0.1, (784, 200)).astype(np.float32).astype(float) / math.sqrt(20.0)
    frames = rng.random((300, 784)) < 0.05
    right = layer(weights, 1.0, reset, frames, np.longdouble)
    assert right.sum() == spikes
    assert (simulated(weights, 1.0, reset, frames) == right).all()
    for bits, moved in ((16, moved_16), (20, moved_20)):
        scaled = whole(weights, 1.0, bits=bits)
        assert scaled.threshold == 2.0**bits
        assert scaled.error <= 0.5 / 2.0**bits
        assert np.abs(scaled.weights * scaled.unit - weights).max() == scaled.error
        found = simulated(scaled.weights, scaled.threshold, reset, frames)
        assert (found == layer(scaled.weights, scaled.threshold, reset, frames, np.int64)).all()
        assert (found != right).sum() == moved


def test_a_common_unit_is_found_where_there_is_one():
    levels = np.arange(-127, 128)
    for step, goal in ((0.0123456, 30), (1 / 3, 7), (1e-6, 1000), (3e5, 2)):
        scaled = whole((levels * step).astype(np.float32), goal * step)
        assert scaled.threshold == goal
        assert (scaled.weights == levels).all()
        assert scaled.unit == pytest.approx(step)
        assert scaled.error < 1e-7 * max(127 / goal, 1.0)
    assert whole([[0.5], [0.25]], 1.0).weights.tolist() == [[2.0], [1.0]]
    assert (whole([], 3.0).threshold, whole([0.0], 3.0).threshold) == (1.0, 1.0)
    assert whole([-2.0, 4.0], 4.0).threshold == 2.0


def test_a_given_unit_is_kept_and_its_rounding_is_said():
    scaled = whole([0.5, 0.26], 1.03, unit=0.25)
    assert (scaled.weights.tolist(), scaled.threshold, scaled.unit) == ([2.0, 1.0], 4.0, 0.25)
    assert scaled.error == pytest.approx(0.03 / 1.03)


def test_a_bias_in_whole_units_is_exact():
    scaled, bias = whole([0.02], 1.0), 0.04
    net = sc.Network(dt=0.5)
    model = sc.IF(e_l=0.0, v_reset=0.0, v_th=scaled.threshold, c_m=0.5, i_e=bias / scaled.unit)
    unit = net.population(1, model)
    assert np.diff(net.compile(workers=1).run(500.0).spikes[unit].times).tolist() == [12.5] * 39


def test_mistakes_are_named():
    cases = [
        (lambda: whole([math.nan], 1.0), r"weights\[0\] is nan"),
        (lambda: whole([1.0], 0.0), "threshold is 0.0, allowed: > 0"),
        (lambda: whole([1.0], 1.0, bits=25), "bits is 25, allowed: 1 … 24"),
        (lambda: whole([1.0], 1.0, unit=0.0), "unit is 0.0, allowed: > 0"),
        (
            lambda: whole([8.0], 1.0, unit=2.0),
            r"unit is 2.0, allowed: at least .* mV, .*, and at most the threshold, 1 mV",
        ),
        (lambda: whole([8.0], 1.0, unit=0.001, bits=8), r"unit is 0.001, allowed: at least 0.03125 mV"),
        (
            lambda: whole([1000.0], 1e-4),
            r"threshold is 0.0001, allowed: at least 0.000953674 mV: the largest weight / 2\^20",
        ),
    ]
    for call, message in cases:
        with pytest.raises(sc.NetworkError, match=message):
            call()
