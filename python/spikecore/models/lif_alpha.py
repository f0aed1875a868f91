"""The leaky integrate-and-fire neuron with alpha-shaped synaptic currents."""

# Written by tools/models.py from the engine's description and tools/models/LIFAlpha.rst: change those.

from dataclasses import dataclass
from typing import ClassVar

from spikecore.models.base import NeuronModel, Parameter

__all__ = ["LIFAlpha"]


@dataclass(frozen=True, eq=False, repr=False)
class LIFAlpha(NeuronModel):
    r"""Leaky integrate-and-fire neuron with alpha-shaped synaptic currents (NEST `iaf_psc_alpha`).

    Each parameter is one value for all neurons, or an array with one per neuron. The neuron is stepped in every
    tick; compiling it with ``updates="event"`` is an error.

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
        Rise time of the excitatory current: when it peaks in ms, > 0. By default 2.
    tau_syn_inh : float or array_like of shape (size,)
        Rise time of the inhibitory current: when it peaks in ms, > 0. By default 2.
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

    .. math:: \tau_m \dot V = -(V - E_L) + R (I_{exc} + I_{inh} + I_e)

    A spike that arrives at time 0 over a synapse of weight w (pA) adds a current that peaks at w,

    .. math:: I(t) = w \frac{e}{\tau_s} t\, e^{-t / \tau_s}

    When V ≥ v_th the neuron spikes and V stays at v_reset for t_ref. The equations are integrated exactly on
    the grid, in NEST's order. When both rise times are equal (in every neuron) the engine keeps one current,
    ``i_syn``; otherwise two, ``i_exc`` and ``i_inh``.

    References
    ----------
    Rotter and Diesmann (1999), Biological Cybernetics 81:381-402. NEST, `iaf_psc_alpha.cpp`.

    Examples
    --------
    NEST's own test, `test_iaf_psc_alpha`: a current of 1 nA from the start, one spike at 4.8 ms.

    >>> import spikecore as sc
    >>> net = sc.Network(dt=0.1)
    >>> cell = net.population(1, sc.LIFAlpha(tau_m=10.0, i_e=1000.0))
    >>> machine = net.compile(workers=1, precision="f64")
    >>> result = machine.run(4.7)
    >>> round(float(machine.state(cell)[0]), 4)
    -55.0001
    >>> machine.run(0.3).spikes[cell].times.tolist()
    [4.8]
    """

    native: ClassVar[str] = "lif_alpha"

    tau_m: "Parameter" = 20.0
    c_m: "Parameter" = 250.0
    e_l: "Parameter" = -70.0
    v_th: "Parameter" = -55.0
    v_reset: "Parameter" = -70.0
    t_ref: "Parameter" = 2.0
    tau_syn_exc: "Parameter" = 2.0
    tau_syn_inh: "Parameter" = 2.0
    i_e: "Parameter" = 0.0
