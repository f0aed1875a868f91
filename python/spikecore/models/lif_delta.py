"""The leaky integrate-and-fire neuron with delta synapses."""

# Written by tools/models.py from the engine's description and tools/models/LIFDelta.rst: change those.

from dataclasses import dataclass
from typing import ClassVar, Literal

from spikecore.models.base import NeuronModel, Parameter

__all__ = ["LIFDelta"]


@dataclass(frozen=True, eq=False, repr=False)
class LIFDelta(NeuronModel):
    r"""Leaky integrate-and-fire neuron with delta synapses (NEST `iaf_psc_delta`).

    Each parameter but `reset` is one value for all neurons, or an array with one per neuron. Neurons that
    differ are stepped in every tick; compiling them with ``updates="event"`` is an error.

    Parameters
    ----------
    tau_m : float or array_like of shape (size,)
        Membrane time constant in ms, > 0; infinite without leak. By default 20.
    c_m : float or array_like of shape (size,)
        Membrane capacitance in pF, > 0; it only scales `i_e` and direct currents. By default 250.
    e_l : float or array_like of shape (size,)
        Resting potential in mV. By default -70.
    v_th : float or array_like of shape (size,)
        Threshold in mV. By default -55.
    v_reset : float or array_like of shape (size,)
        Potential after a spike in mV; below `v_th`. By default -70.
    t_ref : float or array_like of shape (size,)
        Refractory period in ms, ≥ 0 and a multiple of the network's `dt`. By default 2.
    i_e : float or array_like of shape (size,)
        Constant current in pA. By default 0.
    reset : {"set", "subtract"}
        What a spike does to the potential: ``"set"`` sets it to `v_reset`, ``"subtract"`` takes
        `v_th` - `v_reset` from it, so that what was above the threshold is kept; this needs
        `t_ref` = 0.

    Raises
    ------
    NetworkError
        If a value is not finite or outside its range; of an array, the message has the index.
    TypeError
        If a keyword is unknown or a value is not a number.

    Notes
    -----
    An arriving spike adds its weight (mV) to V; input during refractoriness is discarded. On the
    grid, with P = exp(-dt / tau_m) and V relative to E_L,

    .. math:: V \leftarrow P V + (1 - P) R I_e + \sum w, \quad R = \tau_m / C_m

    References
    ----------
    NEST, `iaf_psc_delta.cpp`. Reset by subtraction: Rueckauer et al. (2017), Frontiers in Neuroscience
    11:682.

    Examples
    --------
    >>> from spikecore import LIFDelta
    >>> LIFDelta(e_l=0.0, v_th=20.0, v_reset=10.0).variables
    ('v',)
    """

    native: ClassVar[str] = "lif_delta"

    tau_m: "Parameter" = 20.0
    c_m: "Parameter" = 250.0
    e_l: "Parameter" = -70.0
    v_th: "Parameter" = -55.0
    v_reset: "Parameter" = -70.0
    t_ref: "Parameter" = 2.0
    i_e: "Parameter" = 0.0
    reset: Literal["set", "subtract"] = "set"
    options: ClassVar[tuple[str, ...]] = ("reset",)
    natives: ClassVar[dict[str, str]] = {"set": "lif_delta", "subtract": "lif_subtract"}
