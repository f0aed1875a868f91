"""The layered network of the library against a loop over dense matrices, spike for spike and bit for bit."""

import numpy as np
import pytest

import spikecore as sc
from spikecore.library import layered

STEPS = 60


def dense(matrices, given):
    """Which neurons spike in which step, layer by layer, and the potentials at the end, in float32.

    V <- P V + W s, a spike takes the threshold away; a layer sees the spikes of the step before, the first one
    the input of this step.
    """
    decay, threshold = np.float32(np.exp(-1.0 / 20.0)), np.float32(1.0)
    before = [np.zeros(matrix.shape[1], np.float32) for matrix in matrices]
    v = [zeros.copy() for zeros in before]
    fired = [np.zeros((len(given), matrix.shape[1]), bool) for matrix in matrices]
    for t, frame in enumerate(given):
        arriving = [frame.astype(np.float32), *before[:-1]]
        for k, matrix in enumerate(matrices):
            v[k] = v[k] * decay
            v[k] = v[k] + arriving[k] @ matrix
            fired[k][t] = v[k] >= threshold
            before[k] = fired[k][t].astype(np.float32)
            v[k] = v[k] - before[k] * threshold
    return fired, v


def events(fired):
    """(tick, neuron) of every spike: that of step t, whose input is at tick t + 1, is stamped t + 2."""
    steps, neurons = np.nonzero(fired)
    return list(zip((steps + 2).tolist(), neurons.tolist(), strict=True))


@pytest.mark.parametrize("updates", ["auto", "dense", "event"])
@pytest.mark.parametrize("workers", [1, 2])
def test_a_batch_is_a_loop_over_dense_matrices(workers, updates):
    given = layered.frames(3, STEPS, seed=4)
    net, layers = layered.build(seed=2)
    machine = net.compile(workers=workers, updates=updates)
    asked = [(layer, "v") for layer in layers[1:]]
    batch = machine.run_batch(layered.duration(STEPS), {layers[0]: layered.spikes(given)}, states=asked)
    for k, sample in enumerate(given):
        fired, v = dense(layered.weights(seed=2), sample)
        for layer, spiked, potentials in zip(layers[1:], fired, v, strict=True):
            train = batch.spikes[k][layer]
            assert list(zip(train.times.tolist(), train.neurons.tolist(), strict=True)) == events(spiked)
            assert batch.spike_counts[layer][k].tolist() == spiked.sum(axis=0).tolist()
            if updates == "dense":
                assert batch.states[layer, "v"][k].tolist() == potentials.tolist()
            else:
                np.testing.assert_allclose(batch.states[layer, "v"][k], potentials, atol=1e-5)


def test_sums_of_weights_are_exact_in_single_precision():
    for matrix in layered.weights(seed=3):
        grains = matrix.astype(np.float64) * 1024
        assert (grains == np.rint(grains)).all()
        assert np.abs(grains).sum(axis=0).max() < 2**24


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_hidden_layers_fire_as_often_as_promised(seed):
    steps, samples = 100, 2
    net, layers = layered.build(seed)
    given = layered.frames(samples, steps, seed)
    assert given.mean() == pytest.approx(0.05, abs=0.002)
    batch = net.compile(workers=1, record_spikes=False).run_batch(
        layered.duration(steps), {layers[0]: layered.spikes(given)}
    )
    low, high = layered.HIDDEN_ACTIVITY
    for layer in layers[1:3]:
        assert low <= batch.spike_counts[layer].mean() / steps <= high
    assert batch.spike_counts[layers[3]].sum() > 0


def test_seeds_are_checked():
    with pytest.raises(sc.NetworkError, match="seed is -1"):
        layered.weights(seed=-1)
    with pytest.raises(sc.NetworkError, match="samples is 0"):
        layered.frames(0)
