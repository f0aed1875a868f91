"""A layered network of spiking neurons: what an event-driven machine costs beside dense matrices.

784 inputs, two hidden layers of 1024 and 10 outputs, each connected to the next by a full matrix of
random weights with a delay of one tick of 1 ms. Neurons are `LIFDelta` (tau_m 20 ms, threshold 1 mV
above rest, reset by subtraction). Every input spikes with probability 0.05 in every step; weights are
scaled so that each hidden layer fires 3 to 5 % of its neurons per step.

Weights are multiples of 2^-10 mV and small, so every sum of them is exact in `f32`, in any order: another
implementation of the same steps gives the same spikes, or is wrong.
"""

import numpy as np
from numpy.typing import NDArray

from spikecore import checks
from spikecore.coding import SpikePairs
from spikecore.frames import FrameSpikes
from spikecore.implicit import Dense
from spikecore.models import LIFDelta
from spikecore.network import Network
from spikecore.population import Population

__all__ = ["build", "duration", "frames", "spikes", "weights"]

SIZES = (784, 1024, 1024, 10)
NAMES = ("input", "hidden1", "hidden2", "output")
DT = 1.0
"""Tick and delay of every projection, ms."""
TAU_M = 20.0
V_TH = 1.0
GRAIN = 2.0**-10
"""Every weight is a multiple of this, mV."""
WEIGHT_SD = (0.06, 0.052, 0.08)
"""Standard deviation of the weights of each projection, mV; their mean is 0. Hidden layers then fire 3.8 to 4.1 % per
step (seeds 1 to 3, measured with a loop in numpy)."""
INPUT_ACTIVITY = 0.05
HIDDEN_ACTIVITY = (0.03, 0.05)
"""Range of the mean share of a hidden layer that fires in a step."""


def weights(seed: int = 1) -> list[NDArray[np.float32]]:
    """Return the matrices from each layer to the next.

    Parameters
    ----------
    seed : int
        Of the draws, 0 … 2^64 - 1.

    Returns
    -------
    list of ndarray of float32, shape (sources, targets)
        In mV, multiples of 2^-10.

    Raises
    ------
    NetworkError
        If the seed is outside its range.

    Examples
    --------
    >>> [matrix.shape for matrix in weights()]
    [(784, 1024), (1024, 1024), (1024, 10)]
    """
    draws = _generator(0, seed)
    shapes = zip(SIZES, SIZES[1:], WEIGHT_SD, strict=False)
    grains = [np.rint(draws.normal(0.0, sd, (source, target)) / GRAIN) for source, target, sd in shapes]
    return [(matrix * GRAIN).astype(np.float32) for matrix in grains]


def frames(samples: int, steps: int = 100, seed: int = 1) -> NDArray[np.bool_]:
    """Draw the input: which neurons spike in which step.

    Parameters
    ----------
    samples : int
        Number of samples B, ≥ 1.
    steps : int
        Steps T of a sample, ≥ 1.
    seed : int
        Of the draws, 0 … 2^64 - 1.

    Returns
    -------
    ndarray of bool, shape (B, T, 784)
        Independent, each true with probability 0.05.

    Raises
    ------
    NetworkError
        If a value is outside its range.

    Examples
    --------
    >>> frames(2, steps=3).shape
    (2, 3, 784)
    """
    count, length = (checks.count("layered", *named, low=1) for named in (("samples", samples), ("steps", steps)))
    return _generator(1, seed).random((count, length, SIZES[0])) < INPUT_ACTIVITY


def spikes(drawn: NDArray[np.bool_]) -> SpikePairs:
    """Turn what `frames` draws into the input of `Machine.run_batch`.

    Parameters
    ----------
    drawn : ndarray of bool, shape (B, T, 784)
        Which neurons spike in which step.

    Returns
    -------
    list of B pairs (neurons, times)
        Step k is at (k + 1) ms, for no source spikes at 0.

    Examples
    --------
    >>> drawn = np.zeros((1, 2, 784), bool)
    >>> drawn[0, 1, 7] = True
    >>> [(neurons.tolist(), times.tolist()) for neurons, times in spikes(drawn)]
    [([7], [2.0])]
    """
    checks.instance("frames", "drawn", drawn, np.ndarray)
    if drawn.ndim != 3:
        checks.refuse("frames", "the shape of drawn", drawn.shape, "(samples, steps, sources)")
    places = (np.nonzero(sample) for sample in drawn)
    size = drawn.shape[2]
    return [
        FrameSpikes(neurons.astype(np.uint32), (steps + 1.0).astype(np.float64) * DT, size) for steps, neurons in places
    ]


def duration(steps: int = 100) -> float:
    """Return the time of a run in ms in which all input steps reach the first layer.

    Parameters
    ----------
    steps : int
        Steps of input, ≥ 1.

    Returns
    -------
    float
        One tick more than there are steps: nothing happens in the first.

    Examples
    --------
    >>> duration(100)
    101.0
    """
    return (checks.count("layered", "steps", steps, low=1) + 1) * DT


def build(seed: int = 1) -> tuple[Network, list[Population]]:
    """Describe the network.

    Parameters
    ----------
    seed : int
        Of the weights, 0 … 2^64 - 1.

    Returns
    -------
    Network
        Ready to be compiled; its input is silent until `Machine.reset` or `Machine.run_batch` gives it spikes.
    list of Population
        Input, both hidden layers, output.

    Raises
    ------
    NetworkError
        If the seed is outside its range.

    Examples
    --------
    >>> net, layers = build()
    >>> machine = net.compile(workers=1)
    >>> batch = machine.run_batch(duration(20), {layers[0]: spikes(frames(2, steps=20))})
    >>> batch.spike_counts["output"].shape
    (2, 10)
    """
    net = Network(dt=DT, seed=seed)
    neuron = LIFDelta(tau_m=TAU_M, e_l=0.0, v_th=V_TH, v_reset=0.0, t_ref=0.0, reset="subtract")
    layers: list[Population] = [net.spike_source(SIZES[0], [[]] * SIZES[0], name=NAMES[0])]
    layers += [net.population(n, neuron, name=name, v_init=0.0) for n, name in zip(SIZES[1:], NAMES[1:], strict=True)]
    for source, target, matrix in zip(layers, layers[1:], weights(seed), strict=False):
        net.connect(source, target, Dense(matrix), delay=DT)
    return net, layers


def _generator(purpose: int, seed: int) -> np.random.Generator:
    return np.random.default_rng([checks.count("layered", "seed", seed, high=2**64 - 1), purpose])
