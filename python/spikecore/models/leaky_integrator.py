"""The read-out behind the last layer of a network: it leaks and integrates, and never spikes."""

import math
from dataclasses import dataclass
from typing import ClassVar

from spikecore.models.base import NativeParameters, NeuronModel, Parameter

__all__ = ["LeakyIntegrator"]


@dataclass(frozen=True, eq=False, repr=False)
class LeakyIntegrator(NeuronModel):
    r"""A read-out: leaks and integrates, and never spikes.

    Its potential is the output; read it with `Machine.state` or `Network.record`. Each parameter is one
    value for all neurons, or an array with one per neuron.

    Parameters
    ----------
    tau_m : float or array_like of shape (size,)
        Membrane time constant in ms, > 0; infinite for a perfect integrator.
    c_m : float or array_like of shape (size,)
        Membrane capacitance in pF, > 0; with delta synapses it only scales currents.
    e_l : float or array_like of shape (size,)
        Resting potential in mV.
    tau_syn : float or array_like of shape (size,), optional
        Time constant of the synaptic current in ms, > 0. By default there is none: an arriving spike
        adds its weight (mV) to the potential. With it, a spike adds its weight (pA) to the current
        ``i_syn``.
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
    `LIFDelta`, or with `tau_syn` `LIF`, without threshold. On the grid, with P = exp(-dt / tau_m), V
    relative to E_L and delta synapses,

    .. math:: V \leftarrow P V + (1 - P) R I_e + \sum w, \quad R = \tau_m / C_m

    A read-out that averages its input, V ← P V + (1 - P) Σ w, takes weights times (1 - P). It is
    updated only where input arrives, whatever its potential.

    References
    ----------
    Rotter and Diesmann (1999), Biological Cybernetics 81:381-402.

    Examples
    --------
    >>> import spikecore as sc
    >>> net = sc.Network(dt=1.0)
    >>> source = net.spike_source(2, times=[[1.0], [2.0]])
    >>> output = net.population(1, sc.LeakyIntegrator(tau_m=10.0))
    >>> _ = net.connect(source, output, sc.AllToAll(), weight=1.0, delay=1.0)
    >>> machine = net.compile(workers=1, precision="f64")
    >>> result = machine.run(3.0)
    >>> round(float(machine.state(output)[0]), 6)  # 1 + exp(-0.1)
    1.904837
    """

    spiking: ClassVar[bool] = False
    named: ClassVar[dict[str, str]] = {"tau_syn_exc": "tau_syn", "tau_syn_inh": "tau_syn"}

    tau_m: "Parameter" = 20.0
    c_m: "Parameter" = 250.0
    e_l: "Parameter" = 0.0
    tau_syn: "Parameter | None" = None
    i_e: "Parameter" = 0.0

    def parameters(self) -> NativeParameters:
        """Return the parameters by name, in the units of the docstring; `tau_syn` only if there is one."""
        own = super().parameters()
        return own if self.tau_syn is not None else {name: own[name] for name in own if name != "tau_syn"}

    def lowered(self) -> tuple[str, NativeParameters]:
        """Return the engine's name and parameters: a neuron whose threshold is infinite."""
        own = self.parameters()
        tau = own.pop("tau_syn", None)
        common = {**own, "v_th": math.inf, "v_reset": own["e_l"], "t_ref": 0.0}
        if tau is None:
            return "lif_delta", common
        return "lif_exp", {**common, "tau_syn_exc": tau, "tau_syn_inh": tau}
