"""The networks of the comparison as plain data, from the constants of `spikecore.library`.

A description is what a peer needs to build the same network with its own means: populations,
projections, drive. It is JSON, so that a peer needs no spikecore in its environment.
"""

import math

from spikecore.library import brunel, microcircuit
from spikecore.library import sparse as library_sparse


def describe(model, scale, drive):
    """Return the description of a network of the library."""
    return {"microcircuit": _microcircuit, "brunel": _brunel}[model](scale, drive)


def _microcircuit(scale, drive):
    names, numbers = microcircuit.NAMES, microcircuit.synapse_numbers()
    weights = microcircuit.mean_weights() / math.sqrt(scale)
    currents = microcircuit.direct_currents(scale, drive)
    weight = microcircuit.psc_of_psp() / math.sqrt(scale)
    neuron = {
        "tau_m": microcircuit.TAU_M,
        "c_m": microcircuit.C_M,
        "e_l": microcircuit.E_L,
        "v_th": microcircuit.V_TH,
        "v_reset": microcircuit.E_L,
        "t_ref": microcircuit.T_REF,
        "tau_syn": microcircuit.TAU_SYN,
    }
    return {
        "synapse": "exponential",
        "neuron": neuron,
        "populations": [
            {
                "name": name,
                "size": round(microcircuit.SIZES[i] * scale),
                "i_e": float(currents[i]),
                "v_init": ["normal", microcircuit.V_MEAN[i], microcircuit.V_SD[i]],
            }
            for i, name in enumerate(names)
        ],
        "projections": [
            {
                "source": x,
                "target": y,
                "total": round(float(numbers[y, x]) * scale * scale),
                "weight": float(weights[y, x]),
                "weight_sd": microcircuit.WEIGHT_SD * abs(float(weights[y, x])),
                "delay": microcircuit.DELAYS[x % 2],
                "delay_sd": 0.5 * microcircuit.DELAYS[x % 2],
            }
            for y in range(8)
            for x in range(8)
            if round(float(numbers[y, x]) * scale * scale)
        ],
        "poisson": [
            {
                "target": i,
                "rate": microcircuit.EXTERNAL_RATE * round(degree * scale),
                "weight": weight,
            }
            for i, degree in enumerate(microcircuit.EXTERNAL_DEGREES)
            if drive == "poisson"
        ],
    }


def _brunel(scale, drive, g=5.0, eta=2.0):
    neuron = {
        "tau_m": brunel.TAU_M,
        "c_m": brunel.C_M,
        "e_l": 0.0,
        "v_th": brunel.V_TH,
        "v_reset": brunel.V_RESET,
        "t_ref": brunel.T_REF,
    }
    weights = (brunel.J, -g * brunel.J)
    return {
        "synapse": "delta",
        "neuron": neuron,
        "populations": [
            {
                "name": name,
                "size": round(size * scale),
                "i_e": brunel.direct_current(eta) if drive == "dc" else 0.0,
                "v_init": ["uniform", 0.0, brunel.V_TH],
            }
            for name, size in zip("EI", brunel.SIZES, strict=True)
        ],
        "projections": [
            {
                "source": x,
                "target": y,
                "in_degree": brunel.DEGREES[x],
                "weight": weights[x],
                "weight_sd": 0.0,
                "delay": brunel.DELAY,
                "delay_sd": 0.0,
            }
            for y in range(2)
            for x in range(2)
        ],
        "poisson": [
            {"target": i, "rate": brunel.external_rate(eta), "weight": brunel.J} for i in range(2) if drive == "poisson"
        ],
    }


def sparse(neurons, rate, dt, targets=100):
    """Return the description of `spikecore.library.sparse`: a driven tenth and the rest."""
    lif, weight, delay = library_sparse.NEURON, library_sparse.WEIGHT_PA, library_sparse.DELAY_MS
    sizes, degrees = (neurons // 10, neurons - neurons // 10), (targets // 10, targets - targets // 10)
    keys = ("tau_m", "c_m", "e_l", "v_th", "v_reset", "t_ref")
    return {
        "synapse": "exponential",
        "dt": dt,
        "neuron": {**{key: getattr(lif, key) for key in keys}, "tau_syn": lif.tau_syn_exc},
        "populations": [
            {"name": name, "size": size, "i_e": lif.i_e, "v_init": ["constant", lif.e_l, 0.0]}
            for name, size in zip(("driven", "rest"), sizes, strict=True)
        ],
        "projections": [
            {
                "source": x,
                "target": y,
                "out_degree": degrees[y],
                "weight_range": [weight.low, weight.high],
                "delay_range": [delay.low, delay.high],
            }
            for x in range(2)
            for y in range(2)
        ],
        "poisson": [{"target": 0, "rate": 10.0 * rate, "weight": library_sparse.PULSE_PA}],
    }


def synapses(network):
    """Return the number of synapses of a description."""
    sizes = [population["size"] for population in network["populations"]]
    return sum(_count(one, sizes) for one in network["projections"])


def _count(one, sizes):
    if "total" in one:
        return one["total"]
    if "out_degree" in one:
        return one["out_degree"] * sizes[one["source"]]
    return one["in_degree"] * sizes[one["target"]]
