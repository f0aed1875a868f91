"""The recurrent benchmark networks of TrueNorth, at reduced size: a rate, and active synapses per neuron.

Cores of 256 axons and 256 neurons; each neuron of the network drives one axon of a random core (a permutation,
so every axon has one source), and each axon has K of its core's 256 neurons as targets. Half of each core's
axons excite, half inhibit, with equal weights: input moves spikes by some ticks and leaves the mean rate to
the drive of each neuron, which is constant or Poisson. The tick is 1 ms and every delay is one tick.

The published network fills the chip's 4,096 cores; rates run from 0 to 200 Hz and K from 0 to 256 (Merolla et
al., Science 345:668-673, 2014, Fig. 4). Its neurons are stochastic; with constant drive these fire almost
regularly. Counts are compared, not spike trains.
"""

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from spikecore import checks
from spikecore.connect import Pairs
from spikecore.distributions import Uniform
from spikecore.models import IF
from spikecore.network import Network
from spikecore.population import Population
from spikecore.stimuli import Poisson

__all__ = ["AXONS", "MAX_RATE_HZ", "NEURONS", "build"]

NEURONS = 256
"""Neurons of a core."""
AXONS = 256
"""Axons of a core."""
MAX_RATE_HZ = 1000.0
"""A spike in every tick; the published sweep ends at 200 Hz."""
MAX_CORES = 256
"""Synapses are given one by one: 16.8 million of them at most."""
DT = 1.0
"""The chip's tick, ms; also every delay."""
WEIGHT_MV = 2.0**-6
"""A sixty-fourth of the threshold. A choice of this library; sums of it are exact in 32-bit floats."""


def build(
    rate: float,
    synapses: int,
    cores: int = 16,
    seed: int = 1,
    drive: Literal["constant", "poisson"] = "constant",
) -> tuple[Network, Population]:
    r"""Describe the network.

    Parameters
    ----------
    rate : float
        Mean rate of every neuron in Hz, 0 … 1000.
    synapses : int
        Active synapses K of every axon, 0 … 256.
    cores : int
        Cores of 256 neurons, 1 … 256; the chip has 4,096.
    seed : int
        Of every random draw.
    drive : {"constant", "poisson"}
        What makes the neurons fire: a constant current, or pulses at random that make one spike each, so
        that a neuron without input has nothing to do.

    Returns
    -------
    Network
        Ready to be compiled, with cores × 256 × `synapses` synapses.
    Population
        All neurons, core by core.

    Raises
    ------
    NetworkError
        If a value is outside its range.

    Notes
    -----
    A neuron integrates without leak, :math:`V \leftarrow V + d + \sum w` (threshold 1 mV, reset by subtraction),
    with a drive d of mean f dt, so that over a long time it fires f times per second and once more or less for
    what its input adds up to. Potentials start uniform between 0 and the threshold.

    Examples
    --------
    >>> net, neurons = build(rate=20.0, synapses=128, cores=2)
    >>> counts = net.compile(workers=1).run(1_000.0).counts
    >>> abs(counts.spikes["neurons"] / len(neurons) - 20.0) < 0.5
    True
    >>> counts.synaptic_operations["neurons"] == 128 * counts.spikes["neurons"]
    True
    """
    rate = checks.number("recurrent", "rate", rate, low=0.0, high=MAX_RATE_HZ, unit="Hz")
    synapses = checks.count("recurrent", "synapses", synapses, high=NEURONS)
    cores = checks.count("recurrent", "cores", cores, low=1, high=MAX_CORES)
    checks.choice("recurrent", "drive", drive, ("constant", "poisson"))
    net = Network(dt=DT, seed=seed)
    current = 1e-3 * rate if drive == "constant" else 0.0
    model = IF(c_m=1.0, e_l=0.0, v_th=1.0, v_reset=0.0, i_e=current, reset="subtract")
    neurons = net.population(cores * NEURONS, model, name="neurons", v_init=Uniform(0.0, 1.0))
    if drive == "poisson":
        net.stimulate(neurons, Poisson(rate, weight=1.0))
    if synapses:
        sources, targets, weights = _crossbars(synapses, cores, np.random.default_rng(net.seed))
        net.connect(neurons, neurons, Pairs(sources, targets), weight=weights, delay=DT)
    return net, neurons


def _crossbars(
    synapses: int, cores: int, draws: np.random.Generator
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Return sources, targets and weights (mV) of all synapses."""
    driver = draws.permutation(cores * AXONS)  # the neuron that drives each axon of each core
    sign = np.repeat([1.0, -1.0], AXONS // 2)
    every = np.tile(np.arange(NEURONS), (AXONS, 1))
    targets = [core * NEURONS + draws.permuted(every, axis=1)[:, :synapses] for core in range(cores)]
    weights = np.repeat(WEIGHT_MV * np.tile(sign, cores), synapses)
    return np.repeat(driver, synapses), np.concatenate(targets).ravel(), weights
