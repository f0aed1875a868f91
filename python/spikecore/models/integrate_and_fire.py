"""The integrate-and-fire neuron without leak: a hidden unit of layered networks."""

import math
from dataclasses import dataclass
from typing import ClassVar, Literal

from spikecore.models.base import NativeParameters, NeuronModel, Parameter

__all__ = ["IF"]


@dataclass(frozen=True, eq=False, repr=False)
class IF(NeuronModel):
    r"""Integrate-and-fire neuron without leak, with delta synapses.

    Each parameter but `reset` is one value for all neurons, or an array with one per neuron.

    Parameters
    ----------
    c_m : float or array_like of shape (size,)
        Membrane capacitance in pF, > 0; it only scales `i_e` and direct currents.
    e_l : float or array_like of shape (size,)
        Potential at the start in mV, unless `v_init` says otherwise; nothing draws towards it.
    v_th : float or array_like of shape (size,)
        Threshold in mV.
    v_reset : float or array_like of shape (size,)
        Potential after a spike in mV, below `v_th`.
    t_ref : float or array_like of shape (size,)
        Refractory period in ms, ≥ 0 and a multiple of the network's `dt`.
    i_e : float or array_like of shape (size,)
        Constant current in pA.
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
    An arriving spike adds its weight (mV) to V; input during refractoriness is discarded. On the grid,

    .. math:: V \leftarrow V + I_e\, dt / C_m + \sum w

    and the neuron spikes when V ≥ v_th. It is the limit of `LIFDelta` for an infinite `tau_m`; with
    exponential currents, use ``LIF(tau_m=math.inf)``. Between inputs nothing changes, so a silent neuron
    costs nothing.

    Decimals are rounded, and sums of them miss the threshold: steps of 0.02 against 1 fire every 51 ticks in
    32 bits, not every 50, and steps of 0.1 every 11 in 64 bits. Whole numbers are exact:
    `spikecore.scaling.whole` makes them of a layer's weights and threshold, and says by how much it rounded.
    Keep `e_l` and `v_reset` at 0 then.

    References
    ----------
    Lapicque (1907), Journal de Physiologie et de Pathologie générale 9:620-635. Reset by subtraction:
    Rueckauer et al. (2017), Frontiers in Neuroscience 11:682.

    Examples
    --------
    Three inputs of 0.4 mV against a threshold of 1 mV, and what is left:

    >>> import spikecore as sc
    >>> net = sc.Network(dt=1.0)
    >>> source = net.spike_source(1, times=[[1.0, 2.0, 3.0]])
    >>> unit = net.population(1, sc.IF(e_l=0.0, v_th=1.0, v_reset=0.0, reset="subtract"))
    >>> _ = net.connect(source, unit, sc.AllToAll(), weight=0.4, delay=1.0)
    >>> machine = net.compile(workers=1, precision="f64")
    >>> machine.run(6.0).spikes[unit].times.tolist()
    [4.0]
    >>> round(float(machine.state(unit)[0]), 12)
    0.2
    """

    c_m: "Parameter" = 250.0
    e_l: "Parameter" = -70.0
    v_th: "Parameter" = -55.0
    v_reset: "Parameter" = -70.0
    t_ref: "Parameter" = 0.0
    i_e: "Parameter" = 0.0
    reset: Literal["set", "subtract"] = "set"

    options: ClassVar[tuple[str, ...]] = ("reset",)
    natives: ClassVar[dict[str, str]] = {"set": "lif_delta", "subtract": "lif_subtract"}

    def lowered(self) -> tuple[str, NativeParameters]:
        """Return the engine's name and parameters: a delta neuron whose time constant is infinite."""
        return self.natives[self.reset], {"tau_m": math.inf, **self.parameters()}
