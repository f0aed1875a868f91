"""Neuron models, one file each: frozen records of parameters, with the equation in the docstring.

Parameters carry NEST's meaning and units (ms, pF, mV, pA); each is one value for all neurons or an
array with one per neuron. A record is checked when it is made; what depends on the grid (`t_ref` must
be a multiple of `dt`) or the size is checked by `Network.population`.
"""

from spikecore.models.alif import ALIF
from spikecore.models.base import NeuronModel
from spikecore.models.equations import Equations
from spikecore.models.integrate_and_fire import IF
from spikecore.models.leaky_integrator import LeakyIntegrator
from spikecore.models.lif import LIF
from spikecore.models.lif_alpha import LIFAlpha
from spikecore.models.lif_delta import LIFDelta
from spikecore.models.spike_source import SpikeSource

__all__ = ["ALIF", "IF", "LIF", "Equations", "LIFAlpha", "LIFDelta", "LeakyIntegrator", "NeuronModel", "SpikeSource"]
