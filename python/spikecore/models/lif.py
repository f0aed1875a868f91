"""The leaky integrate-and-fire neuron with exponential synaptic currents."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from spikecore.models.base import NativeModel, NeuronModel
from spikecore.models.parameters import Parameter

__all__ = ["LIF"]


@dataclass(frozen=True, eq=False, repr=False)
class LIF(NeuronModel):
    r"""Leaky integrate-and-fire neuron with exponential synaptic currents (NEST `iaf_psc_exp`).

    Each parameter is one value for all neurons, or an array with one per neuron. Neurons that differ are
    stepped in every tick; compiling them with ``updates="event"`` is an error.

    Parameters
    ----------
    tau_m : float or array_like of shape (size,)
        Membrane time constant in ms, > 0; infinite without leak.
    c_m : float or array_like of shape (size,)
        Membrane capacitance in pF, > 0.
    e_l : float or array_like of shape (size,)
        Resting potential in mV.
    v_th : float or array_like of shape (size,)
        Threshold in mV.
    v_reset : float or array_like of shape (size,)
        Potential after a spike in mV, below `v_th`.
    t_ref : float or array_like of shape (size,)
        Refractory period in ms, ≥ 0 and a multiple of the network's `dt`.
    tau_syn_exc, tau_syn_inh : float or array_like of shape (size,)
        Time constants of the excitatory and the inhibitory current in ms, > 0. When they are equal
        (in every neuron) the engine keeps one current, ``i_syn``; otherwise two, ``i_exc`` and ``i_inh``.
    i_e : float or array_like of shape (size,)
        Constant current in pA.

    Raises
    ------
    NetworkError
        If a value is not finite or outside its range; of an array, the message has the index.
    TypeError
        If a keyword is unknown or a value is not a number.

    Notes
    -----
    Between spikes, with R = tau_m / c_m,

    .. math:: \tau_m \dot V = -(V - E_L) + R (I_{exc} + I_{inh} + I_e), \quad
              \tau_s \dot I_s = -I_s

    A spike that arrives over a synapse of weight w (pA) adds w to the current of its receptor. When
    V ≥ v_th the neuron spikes and V stays at v_reset for t_ref. The equations are integrated
    exactly on the grid, in NEST's order. Without leak (tau_m = ∞), C dV/dt is the sum of the currents.

    References
    ----------
    Rotter and Diesmann (1999), Biological Cybernetics 81:381-402. NEST, `iaf_psc_exp.cpp`.

    Examples
    --------
    >>> from spikecore import LIF
    >>> LIF(tau_m=10.0, tau_syn_exc=0.5, tau_syn_inh=0.5).variables
    ('v', 'i_syn')
    >>> LIF(v_rest=-65.0)
    Traceback (most recent call last):
        ...
    TypeError: LIF has no parameter 'v_rest'; did you mean 'e_l'?
    """

    native: ClassVar[NativeModel] = "lif_exp"

    tau_m: Parameter = 20.0
    c_m: Parameter = 250.0
    e_l: Parameter = -70.0
    v_th: Parameter = -55.0
    v_reset: Parameter = -70.0
    t_ref: Parameter = 2.0
    tau_syn_exc: Parameter = 2.0
    tau_syn_inh: Parameter = 2.0
    i_e: Parameter = 0.0

    @property
    def variables(self) -> tuple[str, ...]:
        """Names of the state variables: ``v`` in mV, currents in pA."""
        if np.all(np.equal(self.tau_syn_exc, self.tau_syn_inh)):
            return ("v", "i_syn")
        return ("v", "i_exc", "i_inh")
