"""Brunel's balanced random network with delta synapses.

Each neuron has 1,000 excitatory and 250 inhibitory inputs and an external drive; `g` and `eta` choose
the state (g = 5, eta = 2: asynchronous irregular).

References
----------
Brunel (2000), Journal of Computational Neuroscience 8:183-208. Brunel and Hakim (1999), Neural
Computation 11:1621-1671, for the rate integral.
"""

import math
from typing import Literal

import numpy as np

from spikecore import checks
from spikecore.connect import FixedInDegree
from spikecore.distributions import Uniform
from spikecore.models import LIFDelta
from spikecore.network import Network
from spikecore.population import Population
from spikecore.stimuli import Poisson

__all__ = ["build", "mean_field_rate", "reference_rates"]

SCALES = (0.01, 80.0)
"""Least and largest scale."""
SIZES = (10_000, 2_500)
"""Excitatory and inhibitory neurons at full scale."""
DEGREES = (1000, 250)
"""Excitatory and inhibitory inputs of each neuron."""
TAU_M, C_M, V_TH, V_RESET, T_REF = 20.0, 250.0, 20.0, 10.0, 2.0
"""Neuron: ms, pF, mV above rest, mV above rest, ms."""
J = 0.1
"""Excitatory weight in mV."""
DRIVES = ("dc", "poisson")
"""External input as its mean or as Poisson processes."""
DELAY = 1.5
"""Delay of every synapse in ms."""


def _number(parameter: str, value: float) -> float:
    """Return a relative weight or rate, 0 … 100."""
    return checks.number("brunel", parameter, value, low=0.0, high=100.0)


def external_rate(eta: float) -> float:
    """Return the rate of the external input of a neuron in Hz: eta · theta / (J tau_m).

    Examples
    --------
    >>> external_rate(2.0)
    20000.0
    """
    return _number("eta", eta) * V_TH / (J * TAU_M * 1e-3)


def direct_current(eta: float) -> float:
    """Return the current in pA with the mean of the external input: R I = tau_m J rate.

    Examples
    --------
    >>> direct_current(2.0)
    500.0
    """
    mean_mv = TAU_M * 1e-3 * J * external_rate(eta)
    resistance = TAU_M / C_M
    return mean_mv / resistance


def mean_field_rate(g: float = 5.0, eta: float = 2.0, drive: str = "poisson") -> float:
    """Return the stationary rate in Hz that mean-field theory predicts.

    Parameters
    ----------
    g, eta : float
        As for `build`; g > 4 or eta > 1, where there is one solution.
    drive : {"dc", "poisson"}
        A direct current adds to the mean of the input but not to its variance.

    Raises
    ------
    NetworkError
        If `g` or `eta` is outside 0 … 100, or `drive` is not one of these.

    Notes
    -----
    1/r = t_ref + τ ∫ e^{-u²} (e^{2uy_θ} - e^{2uy_r}) / u du over u > 0, y = (V - μ)/σ, with
    μ = τ J C_E (r_ext + r (1 - g/4)) and σ² = τ J² C_E (r_ext + r (1 + g²/4)), solved for r.

    Examples
    --------
    >>> round(mean_field_rate(5.0, 2.0), 1)
    37.9
    """
    g, eta = _number("g", g), _number("eta", eta)
    checks.choice("brunel", "drive", drive, DRIVES)
    low, high = 1e-3, 1e3 / T_REF
    for _ in range(60):
        middle = 0.5 * (low + high)
        if _response(middle, g, eta, drive) > middle:
            low = middle
        else:
            high = middle
    return 0.5 * (low + high)


def _response(rate: float, g: float, eta: float, drive: str) -> float:
    """Rate of one neuron in Hz when the network fires at `rate`."""
    tau_s = TAU_M * 1e-3
    external = external_rate(eta)
    mean = tau_s * J * (external + DEGREES[0] * rate * (1.0 - g / 4.0))
    noise = external if drive == "poisson" else 0.0
    sigma = math.sqrt(tau_s * J**2 * (noise + DEGREES[0] * rate * (1.0 + g**2 / 4.0)))
    top, bottom = (V_TH - mean) / sigma, (V_RESET - mean) / sigma
    if top > 20.0:
        return 0.0
    u = np.linspace(0.0, max(top, 0.0) + 8.0, 20_001)[1:]
    integrand = (np.exp(2.0 * top * u - u**2) - np.exp(2.0 * bottom * u - u**2)) / u
    at_zero = 2.0 * (top - bottom)
    step = u[1] - u[0]
    integral = step * (integrand.sum() - 0.5 * integrand[-1] + 0.5 * at_zero)
    return 1.0 / (T_REF * 1e-3 + tau_s * float(integral))


def reference_rates(g: float = 5.0, eta: float = 2.0, drive: str = "poisson") -> dict[str, float]:
    """Return the mean-field rate of both populations in Hz.

    Examples
    --------
    >>> sorted(reference_rates())
    ['E', 'I']
    """
    rate = mean_field_rate(g, eta, drive)
    return {"E": rate, "I": rate}


def build(
    scale: float = 1.0,
    drive: Literal["dc", "poisson"] = "poisson",
    seed: int = 1,
    dt: float = 0.1,
    g: float = 5.0,
    eta: float = 2.0,
) -> tuple[Network, dict[str, Population]]:
    """Describe Brunel's network.

    Parameters
    ----------
    scale : float
        Share of the neurons, 0.01 … 80; the inputs per neuron stay, so rates do too.
    drive : {"dc", "poisson"}
        External input as its mean, a direct current, or as one Poisson process per neuron.
    seed : int
        Seed of the network.
    dt : float
        Tick in ms.
    g : float
        Inhibitory weight relative to the excitatory one, 0 … 100.
    eta : float
        External rate relative to the one that just reaches threshold, 0 … 100.

    Returns
    -------
    network : Network
        Ready to compile.
    populations : dict of str to Population
        ``E`` and ``I``.

    Raises
    ------
    NetworkError
        If an argument is outside its range.

    Examples
    --------
    >>> net, populations = build(scale=0.1, g=5.0, eta=2.0)
    >>> len(populations["E"]), len(populations["I"])
    (1000, 250)
    """
    f = checks.number("brunel", "scale", scale, low=SCALES[0], high=SCALES[1])
    checks.choice("brunel", "drive", drive, DRIVES)
    g, eta = _number("g", g), _number("eta", eta)
    i_e = direct_current(eta) if drive == "dc" else 0.0
    model = LIFDelta(tau_m=TAU_M, c_m=C_M, e_l=0.0, v_th=V_TH, v_reset=V_RESET, t_ref=T_REF, i_e=i_e)
    net = Network(dt=dt, seed=seed)
    start = Uniform(0.0, V_TH)
    exc = net.population(round(SIZES[0] * f), model, "E", start)
    inh = net.population(round(SIZES[1] * f), model, "I", start)
    net.connect(exc, [exc, inh], FixedInDegree(DEGREES[0]), weight=J, delay=DELAY)
    net.connect(inh, [exc, inh], FixedInDegree(DEGREES[1]), weight=-g * J, delay=DELAY)
    if drive == "poisson":
        net.stimulate([exc, inh], Poisson(rate=external_rate(eta), weight=J))
    return net, {"E": exc, "I": inh}
