"""Spike for spike equal to NEST in double precision, on the same explicit synapses."""

import pathlib
import subprocess
import sys

import nest_network as recipe
import numpy as np
import pytest
import reference

import spikecore as sc

FIXTURE = np.load(pathlib.Path(__file__).parent / "fixtures" / "nest_spikes.npz")


def stored(model):
    assert str(FIXTURE[f"{model}_sha256"]) == recipe.fingerprint(model), "the recipe drifted"
    return np.stack([FIXTURE[f"{model}_ticks"], FIXTURE[f"{model}_neurons"]], axis=1).astype(np.int64)


def ours(model, **options):
    net = sc.Network(dt=0.1, seed=0)
    common = {"tau_m": 10.0, "c_m": 250.0, "e_l": -65.0, "v_th": -50.0, "v_reset": -65.0, "t_ref": 2.0, "i_e": 300.0}
    if model == "delta":
        params = sc.LIFDelta(**common)
    else:
        kind = sc.LIFAlpha if model.startswith("alpha") else sc.LIF
        params = kind(**common, tau_syn_exc=0.5, tau_syn_inh=2.0 if model.endswith("two") else 0.5)
    neurons = net.population(recipe.N, params, name="neurons", v_init=recipe.initial_potentials())
    ticks, indices = recipe.source_spikes()
    source = net.spike_source(recipe.N_SOURCE, (indices, ticks * 0.1), name="source")
    table = recipe.synapses(model)
    for population, first, last in [(neurons, 0, recipe.N), (source, recipe.N, recipe.N + recipe.N_SOURCE)]:
        own = (table["source"] >= first) & (table["source"] < last)
        rule = sc.Pairs(table["source"][own] - first, table["target"][own])
        net.connect(population, neurons, rule, weight=table["weight"][own], delay=table["delay"][own] * 0.1)
    machine = net.compile(precision="f64", record_spikes=[neurons], **options)
    result = machine.run(recipe.STEPS * 0.1)
    spikes = result.spikes[neurons]
    return np.stack([np.rint(spikes.times * 10).astype(np.int64), spikes.neurons], axis=1)


@pytest.mark.parametrize("workers", [1, 2, 3])
@pytest.mark.parametrize("model", recipe.MODELS)
def test_equals_nest_spike_for_spike(model, workers):
    expected = stored(model)
    assert 2_000 < len(expected) < 40_000, "a live network"
    np.testing.assert_array_equal(ours(model, workers=workers), expected)


@pytest.mark.parametrize("model", [model for model in recipe.MODELS if not model.startswith("alpha")])
def test_oracle_equals_nest_for_its_first_tenth(model):
    table = recipe.synapses(model)
    delta = model == "delta"
    neurons = reference.Neurons(
        recipe.N,
        recipe.initial_potentials(),
        delta=delta,
        i_e=300.0,
        tau_syn_inh=2.0 if model == "exp_two" else 0.5,
    )
    ticks, indices = recipe.source_spikes()
    source = reference.Source(recipe.N_SOURCE, ticks.tolist(), indices.tolist())
    inner = table["source"] < recipe.N
    columns = ("source", "target", "weight", "delay")
    synapses = [
        (0, 0, *(table[c][inner] for c in columns)),
        (1, 0, table["source"][~inner] - recipe.N, *(table[c][~inner] for c in columns[1:])),
    ]
    steps = recipe.STEPS // 10
    spikes, _ = reference.simulate([neurons, source], synapses, steps)
    spikes = spikes[spikes[:, 1] < recipe.N]
    expected = stored(model)
    np.testing.assert_array_equal(spikes, expected[expected[:, 0] <= steps])


def test_stored_spikes_are_what_nest_gives_here(tmp_path):
    pytest.importorskip("nest", reason="NEST is not installed; the stored spikes are compared instead")
    script = pathlib.Path(__file__).parent / "make_nest_fixture.py"
    subprocess.run([sys.executable, str(script), str(tmp_path)], check=True, capture_output=True)
    fresh = np.load(tmp_path / "nest_spikes.npz")
    for model in recipe.MODELS:
        for column in ("ticks", "neurons"):
            np.testing.assert_array_equal(fresh[f"{model}_{column}"], FIXTURE[f"{model}_{column}"])
