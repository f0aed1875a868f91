"""Random equations in the engine: as they are written, and the same bits at every level and for any cut of the work."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from equations_plain import Plain
from equations_random import Maker, as_text

import spikecore as sc

DT, SIZE, TICKS = 0.1, 300, 60
LEVELS = ("scalar", "avx2", "avx512")


def network(seed, *, chance):
    """Return a network of one random model, its population, and the model as it was made."""
    model = Maker(seed, size=SIZE, chance=chance).model()
    net = sc.Network(dt=DT, seed=seed)
    return net, net.population(SIZE, sc.Equations(**as_text(model)), name="cells"), model


@pytest.mark.parametrize("seed", range(40))
def test_the_engine_steps_random_equations_as_they_are_written(seed):
    net, cells, model = network(seed, chance=False)
    current = 0.7 if cells.model.compiled(DT).uses_current else 0.0
    if current:
        net.stimulate(cells, sc.DirectCurrent(current))
    machine = net.compile(workers=2, precision="f64")
    spikes = machine.run(TICKS * DT).spikes[cells]
    plain, expected = Plain(model, DT, SIZE), []
    for tick in range(TICKS):
        fired = plain.step(current, [0.0] * sum(variable.is_input for variable in model.variables))
        expected += [(tick + 1, neuron) for neuron in np.flatnonzero(fired)]
    ticks = np.rint(spikes.times / DT).astype(int).tolist()
    assert sorted(zip(ticks, spikes.neurons.tolist(), strict=True)) == expected
    for name, value in plain.states.items():
        assert np.allclose(machine.state(cells, name), value, rtol=1e-9, atol=1e-11), name


def digest(seed, precision, workers=1, split=(TICKS,)):
    """Return a digest of the spikes and the state after a run in parts."""
    net, cells, model = network(seed, chance=True)
    machine = net.compile(workers=workers, precision=precision)
    spikes = [machine.run(part * DT).spikes[cells] for part in split]
    bits = hashlib.sha256(np.concatenate([np.rint(part.times / DT) for part in spikes]).tobytes())
    bits.update(np.concatenate([part.neurons for part in spikes]).tobytes())
    for variable in model.variables:
        bits.update(machine.state(cells, variable.name).tobytes())
    return bits.hexdigest()


def all_digests():
    return [digest(seed, precision) for seed in range(100, 125) for precision in ("f32", "f64")]


@pytest.mark.parametrize("seed", range(100, 115))
@pytest.mark.parametrize("precision", ["f32", "f64"])
def test_no_cut_of_the_work_is_seen_in_random_equations(seed, precision):
    once = digest(seed, precision)
    assert {digest(seed, precision, workers) for workers in (2, 3, 8)} == {once}
    assert digest(seed, precision, 3, (1, 22, 37)) == once


@pytest.mark.parametrize("level", LEVELS)
def test_every_level_gives_the_same_bits_for_random_equations(level):
    code = "import test_equations_random as t; print(*t.all_digests())"
    env = {
        **os.environ,
        "SPIKECORE_SIMD": level,
        "PYTHONPATH": os.pathsep.join([str(Path(__file__).parent), *sys.path]),
    }
    done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=False)
    if done.returncode and "SPIKECORE_SIMD" in done.stderr:
        pytest.skip(f"this CPU has no {level}")
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == all_digests()
