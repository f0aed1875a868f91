"""A large network in which little happens: what a machine costs whose price follows spikes.

Leaky integrate-and-fire neurons (tau_m 20 ms, tau_syn 5 ms, t_ref 2 ms) with random targets, delays
uniform from 1 to 10 ms and weights far too small to make a neuron fire. A tenth of the neurons gets
Poisson pulses, each strong enough for one spike, at ten times the rate wanted on average.
"""

from spikecore import checks
from spikecore.connect import FixedOutDegree
from spikecore.distributions import Uniform
from spikecore.models import LIF
from spikecore.network import Network
from spikecore.population import Population
from spikecore.stimuli import Poisson

__all__ = ["build"]

PULSE_PA = 1450.0
"""A pulse peaks 18 mV above rest, 15 mV make a spike. At 0.1, 1, 10 and 100 pulses per second a neuron fires
0.998, 0.999, 1.002 and 0.980 times per pulse (20,000 neurons, measured here): what fuses makes up for what doubles."""
NEURON = LIF(tau_m=20.0, tau_syn_exc=5.0, tau_syn_inh=5.0, t_ref=2.0)
WEIGHT_PA = Uniform(0.05, 0.15)
DELAY_MS = Uniform(1.0, 10.0)
MAX_RATE_HZ = 10.0


def build(
    neurons: int, rate: float, dt: float = 0.1, targets: int = 100, seed: int = 1
) -> tuple[Network, list[Population]]:
    """Describe the network.

    Parameters
    ----------
    neurons : int
        Number of neurons, ≥ 100.
    rate : float
        Wanted mean rate in Hz, > 0 and ≤ 10.
    dt : float
        Tick in ms; delays must lie on it.
    targets : int
        Synapses of each neuron, ≥ 10.
    seed : int
        Of every random draw.

    Returns
    -------
    Network
        Ready to be compiled.
    list of Population
        The driven tenth and the rest.

    Raises
    ------
    NetworkError
        If a value is outside its range.

    Examples
    --------
    >>> net, (driven, rest) = build(1000, rate=1.0)
    >>> len(driven), len(rest)
    (100, 900)
    """
    neurons = checks.count("sparse", "neurons", neurons, low=100)
    rate = checks.number("sparse", "rate", rate, above=0.0, high=MAX_RATE_HZ, unit="Hz")
    targets = checks.count("sparse", "targets", targets, low=10)
    net = Network(dt=dt, seed=seed)
    driven = net.population(neurons // 10, NEURON, name="driven")
    rest = net.population(neurons - neurons // 10, NEURON, name="rest")
    for source in (driven, rest):
        for target, k in ((driven, targets // 10), (rest, targets - targets // 10)):
            net.connect(source, target, FixedOutDegree(k), weight=WEIGHT_PA, delay=DELAY_MS)
    net.stimulate(driven, Poisson(10.0 * rate, PULSE_PA))
    return net, [driven, rest]
