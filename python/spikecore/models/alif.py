"""Adaptive neurons with several time scales: the unit of trained recurrent spiking networks."""

# Written by tools/models.py from the engine's description and tools/models/ALIF.rst: change those.

from dataclasses import dataclass
from typing import ClassVar

from spikecore.models.base import NeuronModel, Parameter

__all__ = ["ALIF"]


@dataclass(frozen=True, eq=False, repr=False)
class ALIF(NeuronModel):
    r"""Adaptive leaky integrate-and-fire neuron of Yin, Corradi and Bohte (2020).

    Each parameter is one value for all neurons, or an array with one per neuron.

    Parameters
    ----------
    tau_m : float or array_like of shape (size,)
        Membrane time constant in ms, > 0. By default 20.
    tau_adp : float or array_like of shape (size,)
        Time constant of the adaptation in ms, > 0. By default 200.
    b0 : float or array_like of shape (size,)
        Threshold without adaptation in mV. By default 0.01.
    beta : float or array_like of shape (size,)
        Threshold per adaptation in mV; 0 for none. By default 1.8.
    r_m : float or array_like of shape (size,)
        Potential to which a constant input of 1 leads in mV per unit of weight. By default 1.
    i_e : float or array_like of shape (size,)
        Constant input in the unit of weights. By default 0.

    Raises
    ------
    NetworkError
        If a value is not finite or outside its range; of an array, the message has the index.
    TypeError
        If a keyword is unknown or a value is not a number.

    Notes
    -----
    With :math:`\alpha = e^{-dt/\tau_m}`, :math:`\rho = e^{-dt/\tau_{adp}}`, and S = 1 in the step
    after a spike and 0 otherwise, a step is

    .. math::

        \eta &\leftarrow \rho\, \eta + (1 - \rho)\, S \\
        \theta &= b_0 + \beta\, \eta \\
        V &\leftarrow \alpha V + (1 - \alpha)\, R\, I - \theta\, S

    and the neuron spikes when V > θ. I is the sum of the weights that arrive in the step, plus `i_e` and
    direct currents. The reset is soft and comes a step after the spike. These are the equations of the
    authors' code, ``mem * alpha + (1 - alpha) * R_m * inputs - B * spike * dt`` with its ``dt = 1``, a
    step; weights trained there on steps of 1 ms need ``Network(dt=1.0)``. There, spikes reach the next
    layer in their own step; here after a delay of one step at least.

    Variables are ``v`` (mV), ``eta`` and ``theta`` (mV), as of the last step. An adaptive neuron does
    not rest: it is stepped in every tick, and compiling it with ``updates="event"`` is an error.

    References
    ----------
    Yin, Corradi and Bohte (2020), "Effective and efficient computation with multiple-timescale spiking
    recurrent neural networks", ICONS 2020, doi:10.1145/3407197.3407225; code:
    github.com/byin-cwi/Efficient-spiking-networks, ``SHD/SHD_2layer_ALIF.py``, ``mem_update_adp``.

    Examples
    --------
    A constant input; the threshold rises with every spike, and intervals grow:

    >>> import spikecore as sc
    >>> net = sc.Network(dt=1.0)
    >>> unit = net.population(1, sc.ALIF(tau_m=20.0, tau_adp=200.0, b0=0.1, beta=1.8, i_e=0.5))
    >>> net.record(unit, "theta")
    Recorder('population0', 'theta', 1 neurons, every 1 ms)
    >>> result = net.compile(workers=1).run(40.0)
    >>> result.spikes[unit].times.tolist()
    [5.0, 11.0, 17.0, 23.0, 30.0, 38.0]
    """

    native: ClassVar[str] = "alif"

    tau_m: "Parameter" = 20.0
    tau_adp: "Parameter" = 200.0
    b0: "Parameter" = 0.01
    beta: "Parameter" = 1.8
    r_m: "Parameter" = 1.0
    i_e: "Parameter" = 0.0
