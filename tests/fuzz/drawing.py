"""Arrays from drawn numbers: a seed and limits stand for an array of any length, so that sizes can shrink.

Imports numpy only; a printed script holds this file's text.
"""

from types import SimpleNamespace

import numpy as np


def on_grid(ticks, dt):
    """Times in ms of ticks: a number or an array."""
    inverse = round(1.0 / dt)
    return ticks / inverse if inverse > 0 and abs(1.0 / dt - inverse) < 1e-9 else ticks * dt


def uniform(low, high, seed, shape):
    """Numbers between two limits."""
    return np.random.default_rng(seed).uniform(low, high, shape)


def whole(low, high, seed, shape):
    """Whole numbers from low to high."""
    return np.random.default_rng(seed).integers(low, high + 1, shape)


def edges(n, seed, sources, targets, loops=True, order="drawn", once=False):
    """Pairs of indices: `n`, or fewer where pairs are excluded; without `loops` no neuron reaches its own index."""
    rng = np.random.default_rng(seed)
    pairs = np.stack([rng.integers(0, sources, n), rng.integers(0, targets, n)], axis=1)
    if not loops:
        pairs = pairs[pairs[:, 0] != pairs[:, 1]]
    if once:
        first = np.unique(pairs, axis=0, return_index=True)[1]
        pairs = pairs[np.sort(first)]
    if order == "by source":
        pairs = pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))]
    elif order == "by target":
        pairs = pairs[np.lexsort((pairs[:, 0], pairs[:, 1]))]
    elif order == "backwards":
        pairs = pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))][::-1]
    return pairs[:, 0], pairs[:, 1]


def sparse_matrix(pairs, weights, shape):
    """What scipy.sparse offers of a matrix."""
    entries = SimpleNamespace(row=pairs[0], col=pairs[1], data=weights, shape=shape)
    return SimpleNamespace(tocoo=lambda: entries)


def trains(size, first, last, probability, seed):
    """Spikes of a source as (neurons, ticks): each neuron in each tick of first … last with a probability."""
    rng = np.random.default_rng(seed)
    length = last - first + 1
    count = rng.binomial(size * length, probability)
    places = np.unique(rng.integers(0, size * length, count))
    return places % size, first + places // size


def as_list(size, neurons, times):
    """The same spikes as one array of times per neuron."""
    return [times[neurons == k] for k in range(size)]
