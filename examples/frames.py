"""Frames through a convolutional spiking network: bars of four orientations, told apart by which filter spikes most.

A kernel is stored once, whatever the size of the picture; the samples of a batch share it and run over the workers.
"""

import numpy as np

import spikecore as sc

SIDE = 16
bars = [np.eye(5), np.fliplr(np.eye(5)), np.zeros((5, 5)), np.zeros((5, 5))]
bars[2][2, :] = bars[3][:, 2] = 1.0
kernel = np.stack([[bar - bar.mean()] for bar in bars])  # (4 filters, 1 channel, 5, 5)

net = sc.Network(dt=1.0, seed=1)
spiking = sc.LIFDelta(tau_m=20.0, e_l=0.0, v_th=1.0, v_reset=0.0, t_ref=0.0)
pixels = net.spike_source(SIDE * SIDE, times=[[]] * SIDE**2, name="pixels")
filters = sc.Convolution(0.35 * kernel, shape=(1, SIDE, SIDE))
found = net.population(int(np.prod(filters.output_shape)), spiking, name="found")
pool = sc.Pooling(filters.output_shape[1:], shape=filters.output_shape)
votes = net.population(4, sc.LeakyIntegrator(tau_m=1_000.0), name="votes")
net.connect(pixels, found, filters, delay=1.0)
net.connect(found, votes, pool, weight=1.0, delay=1.0)

rng = np.random.default_rng(1)
labels = rng.integers(4, size=32)
frames = 0.05 * rng.random((32, SIDE, SIDE))
for frame, label in zip(frames, labels, strict=True):
    y, x = rng.integers(SIDE - 5, size=2)
    frame[y : y + 5, x : x + 5] += 0.9 * bars[label]

machine = net.compile(workers=2)
spikes = sc.coding.rate(frames, 50.0, 1.0, max_rate=500.0, seed=1)
batch = machine.run_batch(50.0, {pixels: spikes}, states=[(votes, "v")])
guesses = batch.states[votes, "v"].argmax(axis=1)
print(batch)
print(f"{(guesses == labels).sum()} of {len(labels)} bars told apart")
print(batch.energy("loihi"))
