"""The leaky integrate-and-fire neuron with exponential synaptic currents."""

# Written by tools/models.py from the engine's description and tools/models/LIF.rst: change those.

from dataclasses import dataclass
from typing import ClassVar

from spikecore.models.base import NeuronModel, Parameter

__all__ = ["LIF"]


@dataclass(frozen=True, eq=False, repr=False)
class LIF(NeuronModel):
    r"""Leaky integrate-and-fire neuron with exponential synaptic currents (NEST `iaf_psc_exp`).

    Each parameter is one value for all neurons, or an array with one per neuron. Neurons that differ are
    stepped in every tick; compiling them with ``updates="event"`` is an error.

    Parameters
    ----------
    tau_m : float or array_like of shape (size,)
        Membrane time constant in ms, > 0; infinite without leak. By default 20.
    c_m : float or array_like of shape (size,)
        Membrane capacitance in pF, > 0. By default 250.
    e_l : float or array_like of shape (size,)
        Resting potential in mV. By default -70.
    v_th : float or array_like of shape (size,)
        Threshold in mV. By default -55.
    v_reset : float or array_like of shape (size,)
        Potential after a spike in mV; below `v_th`. By default -70.
    t_ref : float or array_like of shape (size,)
        Refractory period in ms, ≥ 0 and a multiple of the network's `dt`. By default 2.
    tau_syn_exc : float or array_like of shape (size,)
        Time constant of the excitatory current in ms, > 0. By default 2.
    tau_syn_inh : float or array_like of shape (size,)
        Time constant of the inhibitory current in ms, > 0. By default 2.
    i_e : float or array_like of shape (size,)
        Constant current in pA. By default 0.

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

    native: ClassVar[str] = "lif_exp"

    tau_m: "Parameter" = 20.0
    c_m: "Parameter" = 250.0
    e_l: "Parameter" = -70.0
    v_th: "Parameter" = -55.0
    v_reset: "Parameter" = -70.0
    t_ref: "Parameter" = 2.0
    tau_syn_exc: "Parameter" = 2.0
    tau_syn_inh: "Parameter" = 2.0
    i_e: "Parameter" = 0.0
