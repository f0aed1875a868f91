"""The networks of the NEST comparison: 800 neurons, explicit synapses, spike-source input, from a recipe.

Random integers of ``numpy.random.Generator(PCG64)`` alone decide everything, so the recipe is the same
wherever it runs; `fingerprint` guards it.
"""

import hashlib

import numpy as np

N_EXC, N_INH, N_SOURCE = 640, 160, 80
N = N_EXC + N_INH
STEPS = 10_000  # 1 s at 0.1 ms
MODELS = ("exp_two", "exp_one", "delta", "alpha_two", "alpha_one")

SEEDS = {"exp_two": 11, "exp_one": 12, "delta": 13, "alpha_two": 14, "alpha_one": 15}
MEANS = {  # of weights: excitatory, inhibitory, of sources
    "exp_two": (30, -130, 80),
    "exp_one": (40, -320, 100),
    "delta": (1, -10, 2),
    "alpha_two": (12, -50, 30),
    "alpha_one": (15, -120, 40),
}


def synapses(model: str) -> dict[str, np.ndarray]:
    """Columns source, target, weight, delay (ticks); ids 0..799 are neurons, from 800 on sources."""
    rng = np.random.Generator(np.random.PCG64(SEEDS[model]))
    unit = 0.2 if model == "delta" else 1.0  # mV against pA
    exc, inh, drive = MEANS[model]
    columns = []
    for first, count, fan_out, mean in [
        (0, N_EXC, 60, exc),
        (N_EXC, N_INH, 60, inh),
        (N, N_SOURCE, 120, drive),
    ]:
        source = np.repeat(np.arange(first, first + count), fan_out)
        target = rng.integers(0, N, source.size)
        weight = mean * unit * (0.5 + rng.integers(0, 1001, source.size) / 1000.0)
        delay = rng.integers(1, 51, source.size)  # 0.1 to 5 ms
        columns.append((source, target, weight, delay))
    source, target, weight, delay = (np.concatenate(c) for c in zip(*columns, strict=True))
    return {"source": source, "target": target, "weight": weight, "delay": delay}


def source_spikes() -> tuple[np.ndarray, np.ndarray]:
    """Ticks (1..STEPS - 1) and indices of the spike sources: 200 Hz each."""
    rng = np.random.Generator(np.random.PCG64(99))
    fires = rng.integers(0, 50, (STEPS, N_SOURCE)) == 0
    fires[0] = False
    ticks, neurons = np.nonzero(fires)
    return ticks, neurons


def initial_potentials() -> np.ndarray:
    """Absolute initial potentials in mV."""
    rng = np.random.Generator(np.random.PCG64(7))
    return -65.0 + rng.integers(0, 1500, N) / 100.0


def fingerprint(model: str) -> str:
    """SHA-256 of all columns."""
    digest = hashlib.sha256()
    for array in [*synapses(model).values(), *source_spikes(), initial_potentials()]:
        digest.update(np.ascontiguousarray(array, dtype="<f8").tobytes())
    return digest.hexdigest()
