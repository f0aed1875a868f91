"""Run the comparison networks in NEST and store its spikes: ``python make_nest_fixture.py``.

Needs ``pip install nest-simulator==3.10.0``. Writes ``fixtures/nest_spikes.npz``; with a directory as
argument, writes there.
"""

import pathlib
import sys

import nest
import numpy as np
from nest_network import MODELS, N_SOURCE, STEPS, N, fingerprint, initial_potentials, source_spikes, synapses


def run(model: str) -> np.ndarray:
    """Spikes (tick, id) of one network in NEST."""
    nest.ResetKernel()
    nest.set_verbosity("M_ERROR")
    nest.SetKernelStatus({"resolution": 0.1, "local_num_threads": 1})
    common = {"tau_m": 10.0, "C_m": 250.0, "E_L": -65.0, "V_th": -50.0, "V_reset": -65.0, "t_ref": 2.0}
    if model == "delta":
        neurons = nest.Create("iaf_psc_delta", N, params={**common, "I_e": 300.0})
    else:
        tau_inh = 2.0 if model.endswith("two") else 0.5
        params = {**common, "I_e": 300.0, "tau_syn_ex": 0.5, "tau_syn_in": tau_inh}
        neurons = nest.Create("iaf_psc_alpha" if model.startswith("alpha") else "iaf_psc_exp", N, params=params)
    neurons.V_m = initial_potentials()
    ticks, indices = source_spikes()
    parrots = []
    for index in range(N_SOURCE):
        times = np.round(ticks[indices == index] * 0.1, 1)
        parrots.append(nest.Create("spike_generator", params={"spike_times": times}))
    recorder = nest.Create("spike_recorder")
    nest.Connect(neurons, recorder, syn_spec={"delay": 0.1})
    table = synapses(model)
    inner = table["source"] < N
    nest.Connect(
        table["source"][inner] + neurons[0].global_id,
        table["target"][inner] + neurons[0].global_id,
        "one_to_one",
        {"weight": table["weight"][inner], "delay": np.round(table["delay"][inner] * 0.1, 1)},
    )
    outer = ~inner
    generators = np.array([g.global_id for g in parrots])
    nest.Connect(
        generators[table["source"][outer] - N],
        table["target"][outer] + neurons[0].global_id,
        "one_to_one",
        {"weight": table["weight"][outer], "delay": np.round(table["delay"][outer] * 0.1, 1)},
    )
    nest.Simulate(STEPS * 0.1)
    events = recorder.events
    spikes = np.stack([np.rint(events["times"] * 10).astype(np.int64), events["senders"] - neurons[0].global_id])
    return spikes[:, np.lexsort(spikes[::-1])].T


def main() -> None:
    """Write the fixture."""
    folder = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else pathlib.Path(__file__).parent / "fixtures"
    arrays: dict[str, np.ndarray] = {}
    for model in MODELS:
        spikes = run(model)
        arrays[f"{model}_ticks"] = spikes[:, 0].astype(np.uint16)
        arrays[f"{model}_neurons"] = spikes[:, 1].astype(np.uint16)
        arrays[f"{model}_sha256"] = np.array(fingerprint(model))
        print(model, len(spikes), "spikes,", len(spikes) / N, "Hz")
    arrays["provenance"] = np.array(f"NEST {nest.__version__}, tests/make_nest_fixture.py")
    folder.mkdir(exist_ok=True)
    np.savez_compressed(folder / "nest_spikes.npz", **arrays)


if __name__ == "__main__":
    main()
