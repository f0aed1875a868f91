"""The cortical microcircuit of Potjans and Diesmann: 77,169 neurons, 298,880,968 synapses.

Four layers of an excitatory and an inhibitory population under 1 mm² of cortex, at full density.

References
----------
Potjans and Diesmann (2014), Cerebral Cortex 24:785-806, doi:10.1093/cercor/bhs358. All constants are
those of the INM-6 reference implementation, github.com/INM-6/microcircuit-PD14-model.
"""

import math
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from spikecore import checks
from spikecore.connect import FixedTotalNumber
from spikecore.distributions import Normal
from spikecore.models import LIF
from spikecore.network import Network
from spikecore.population import Population
from spikecore.stimuli import Poisson

__all__ = ["NAMES", "build", "reference_rates", "synapse_numbers"]

NAMES = ("L23E", "L23I", "L4E", "L4I", "L5E", "L5I", "L6E", "L6I")
"""Order of populations everywhere."""
SIZES = (20683, 5834, 21915, 5479, 4850, 1065, 14395, 2948)
"""Neurons per population at full scale."""
PROBABILITIES = (
    (0.1009, 0.1689, 0.0437, 0.0818, 0.0323, 0.0, 0.0076, 0.0),
    (0.1346, 0.1371, 0.0316, 0.0515, 0.0755, 0.0, 0.0042, 0.0),
    (0.0077, 0.0059, 0.0497, 0.1350, 0.0067, 0.0003, 0.0453, 0.0),
    (0.0691, 0.0029, 0.0794, 0.1597, 0.0033, 0.0, 0.1057, 0.0),
    (0.1004, 0.0622, 0.0505, 0.0057, 0.0831, 0.3726, 0.0204, 0.0),
    (0.0548, 0.0269, 0.0257, 0.0022, 0.0600, 0.3158, 0.0086, 0.0),
    (0.0156, 0.0066, 0.0211, 0.0166, 0.0572, 0.0197, 0.0396, 0.2252),
    (0.0364, 0.0010, 0.0034, 0.0005, 0.0277, 0.0080, 0.0658, 0.1443),
)
"""Connection probability by target (row) and source (column)."""
EXTERNAL_DEGREES = (1600, 1500, 2100, 1900, 2000, 1900, 2900, 2100)
"""Background inputs per neuron at full scale."""
EXTERNAL_RATE = 8.0
"""Rate of each background input in Hz."""
TAU_M, TAU_SYN, C_M, E_L, V_TH, T_REF = 10.0, 0.5, 250.0, -65.0, -50.0, 2.0
"""Neuron: ms, ms, pF, mV, mV, ms; the reset potential is E_L."""
PSP = 0.15
"""Mean postsynaptic potential in mV, 0.30 mV from L4E to L23E."""
G = -4.0
"""Inhibitory weight relative to the excitatory one."""
WEIGHT_SD = 0.1
"""Standard deviation of weights relative to their mean."""
DELAYS = (1.5, 0.75)
"""Mean delay of excitatory and inhibitory synapses in ms; the standard deviation is half of it."""
V_MEAN = (-68.28, -63.16, -63.33, -63.45, -63.11, -61.66, -66.72, -61.43)
V_SD = (5.36, 4.57, 4.74, 4.94, 4.94, 4.55, 5.46, 4.48)
"""Mean and standard deviation of the initial potentials in mV, near the stationary state."""
SCALES = (0.005, 1.0)
"""Least and largest scale."""
MIN_SCALE_DC = 0.2
"""Below this scale the drive ``dc`` leaves too little noise and the network falls silent."""
RATES = (0.903, 2.965, 4.414, 5.876, 7.569, 8.633, 1.105, 7.829)
"""Mean rates in Hz of the reference implementation with NEST 3 (`full_mean_rates`), with Poisson drive."""


def reference_rates() -> dict[str, float]:
    """Return the published mean rate of each population in Hz (NEST 3, full scale, Poisson drive).

    Notes
    -----
    With the direct current, which lacks the noise, the network settles at other rates: NEST 3.10 then
    gives 6.0 % less in L4E (10 s, ``benches/peers``), and between 3 and 8 % more in L5E.

    Examples
    --------
    >>> reference_rates()["L4E"]
    4.414
    """
    return dict(zip(NAMES, RATES, strict=True))


def synapse_numbers() -> NDArray[np.int64]:
    """Return the number of synapses by target (row) and source (column) at full scale.

    Notes
    -----
    The probability C of at least one synapse between a pair gives, with N_x N_y pairs,
    Q = ln(1 - C) / ln((N_x N_y - 1) / (N_x N_y)), rounded. The formula is evaluated as the reference
    implementation does; more careful arithmetic gives 2 synapses more.

    Examples
    --------
    >>> int(synapse_numbers().sum())
    298880968
    """
    table = np.zeros((8, 8), dtype=np.int64)
    for y in range(8):
        for x in range(8):
            pairs = SIZES[x] * SIZES[y]
            table[y, x] = round(math.log(1.0 - PROBABILITIES[y][x]) / math.log((pairs - 1.0) / pairs))
    return table


def psc_of_psp(psp: float = PSP) -> float:
    """Return the synaptic current in pA whose postsynaptic potential peaks at `psp` mV.

    Examples
    --------
    >>> round(psc_of_psp(0.15), 6)
    87.808494
    """
    gap = TAU_SYN - TAU_M
    ratio = TAU_M / TAU_SYN
    peak = ratio ** (TAU_M / gap) - ratio ** (TAU_SYN / gap)
    psp = checks.number("microcircuit", "psp", psp, unit="mV")
    return psp / float(TAU_M * TAU_SYN / (C_M * gap) * peak)


def mean_weights() -> NDArray[np.float64]:
    """Return the mean weight in pA by target (row) and source (column) at full scale."""
    weight = psc_of_psp()
    table = np.tile([weight, G * weight], (8, 4))
    table[0, 2] *= 2.0
    return table


def direct_currents(scale: float, drive: str) -> NDArray[np.float64]:
    """Return the constant current of each population in pA.

    Notes
    -----
    The drive ``dc`` replaces the background by its mean, 1e-3 τ_s w K r. Below full scale weights
    grow by 1/√scale, which keeps the variance of the input; the mean that is then missing, a share
    1 - √scale of the full-scale input at the reference rates, is added as a current.
    """
    scale = checks.number("microcircuit", "scale", scale, low=0.0)
    checks.choice("microcircuit", "drive", drive, ("dc", "poisson"))
    weight = psc_of_psp()
    external = 1e-3 * TAU_SYN * weight * EXTERNAL_RATE * np.array(EXTERNAL_DEGREES, np.float64)
    degrees = synapse_numbers() / np.array(SIZES)[:, None]
    recurrent = 1e-3 * TAU_SYN * (mean_weights() * degrees) @ np.array(RATES)
    missing = 1.0 - math.sqrt(scale)
    if drive == "dc":
        return np.asarray(external + missing * recurrent)
    return np.asarray(missing * (recurrent + external))


def build(
    scale: float = 1.0,
    drive: Literal["dc", "poisson"] = "dc",
    seed: int = 1,
    dt: float = 0.1,
) -> tuple[Network, dict[str, Population]]:
    """Describe the microcircuit.

    Parameters
    ----------
    scale : float
        Share of the neurons and of the inputs per neuron, 0.005 … 1.
    drive : {"dc", "poisson"}
        Background as a direct current, or as one Poisson process per neuron. Below a scale of
        some 0.2 the network needs the noise of the latter, or it falls silent.
    seed : int
        Seed of the network.
    dt : float
        Tick in ms.

    Returns
    -------
    network : Network
        Ready to compile.
    populations : dict of str to Population
        By name, in the order of `NAMES`.

    Raises
    ------
    NetworkError
        If `scale` or `drive` is outside its range.

    Examples
    --------
    >>> net, populations = build(scale=0.05)
    >>> sum(len(population) for population in populations.values())
    3858
    """
    f = checks.number("microcircuit", "scale", scale, low=SCALES[0], high=SCALES[1])
    checks.choice("microcircuit", "drive", drive, ("dc", "poisson"))
    net = Network(dt=dt, seed=seed)
    currents = direct_currents(f, drive)
    populations = {
        name: net.population(round(SIZES[i] * f), _neuron(float(currents[i])), name, Normal(V_MEAN[i], V_SD[i]))
        for i, name in enumerate(NAMES)
    }
    _connect(net, list(populations.values()), f)
    if drive == "poisson":
        weight = psc_of_psp() / math.sqrt(f)
        for population, degree in zip(populations.values(), EXTERNAL_DEGREES, strict=True):
            rate = EXTERNAL_RATE * round(degree * f)
            net.stimulate(population, Poisson(rate=rate, weight=weight))
    return net, populations


def _neuron(i_e: float) -> LIF:
    constants: dict[str, Any] = {
        "tau_m": TAU_M,
        "c_m": C_M,
        "e_l": E_L,
        "v_th": V_TH,
        "v_reset": E_L,
        "t_ref": T_REF,
        "tau_syn_exc": TAU_SYN,
        "tau_syn_inh": TAU_SYN,
    }
    return LIF(**constants, i_e=i_e)


def _connect(net: Network, populations: list[Population], f: float) -> None:
    numbers, weights = synapse_numbers(), mean_weights() / math.sqrt(f)
    for y, target in enumerate(populations):
        for x, source in enumerate(populations):
            n = round(float(numbers[y, x]) * f * f)
            if n == 0:
                continue
            weight, delay = float(weights[y, x]), DELAYS[x % 2]
            net.connect(
                source,
                target,
                FixedTotalNumber(n),
                weight=Normal(weight, WEIGHT_SD * abs(weight)),
                delay=Normal(delay, 0.5 * delay, low=net.dt / 2),
            )
