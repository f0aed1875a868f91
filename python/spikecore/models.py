"""Neuron models: frozen records of parameters, each with its equation.

Parameters carry NEST's meaning and units (ms, pF, mV, pA). A record is checked when it is made;
what depends on the grid (`t_ref` must be a multiple of `dt`) is checked by `Network.population`.
"""

import difflib
from dataclasses import asdict, dataclass, fields
from typing import Any, ClassVar, Literal, Self

from spikecore import checks

__all__ = ["LIF", "LIFDelta", "NeuronModel", "SpikeSource"]

_PYNN_NAMES = {
    "v_rest": "e_l",
    "v_thresh": "v_th",
    "tau_refrac": "t_ref",
    "cm": "c_m",
    "tau_syn_E": "tau_syn_exc",
    "tau_syn_I": "tau_syn_inh",
    "tau_syn_e": "tau_syn_exc",
    "tau_syn_i": "tau_syn_inh",
    "tau_syn_ex": "tau_syn_exc",
    "tau_syn_in": "tau_syn_inh",
    "i_offset": "i_e",
    "I_e": "i_e",
    "E_L": "e_l",
    "V_th": "v_th",
    "V_reset": "v_reset",
    "C_m": "c_m",
}


class NeuronModel:
    """What all models share: a name for the engine, parameters and variables."""

    native: ClassVar[Literal["lif_exp", "lif_delta", "spike_source"]]

    def __new__(cls, *_args: Any, **keywords: Any) -> Self:
        """Refuse unknown keywords with the name that was probably meant."""
        known = tuple(one.name for one in fields(cls))  # type: ignore[arg-type]
        for keyword in keywords:
            if keyword not in known:
                raise TypeError(_unknown(cls.__name__, keyword, known))
        return super().__new__(cls)

    def parameters(self) -> dict[str, float]:
        """Return the parameters by name, in the units of the docstring."""
        raise NotImplementedError

    @property
    def variables(self) -> tuple[str, ...]:
        """Names of the state variables that can be read and recorded."""
        return ()

    def __post_init__(self) -> None:
        """Check every parameter against its range."""
        name = type(self).__name__
        values = self.parameters()
        for parameter, value in values.items():
            unit = _UNITS[parameter]
            if parameter.startswith(("tau_", "c_")):
                checked = checks.number(name, parameter, value, above=0.0, unit=unit)
            elif parameter == "t_ref":
                checked = checks.number(name, parameter, value, low=0.0, unit=unit)
            else:
                checked = checks.number(name, parameter, value, unit=unit)
            object.__setattr__(self, parameter, checked)
        if values and not values["v_reset"] < values["v_th"]:
            allowed = f"below v_th = {values['v_th']:g} mV"
            checks.refuse(name, "v_reset", values["v_reset"], allowed)


_UNITS = {
    "tau_m": "ms",
    "c_m": "pF",
    "e_l": "mV",
    "v_th": "mV",
    "v_reset": "mV",
    "t_ref": "ms",
    "tau_syn_exc": "ms",
    "tau_syn_inh": "ms",
    "i_e": "pA",
}


def _unknown(name: str, keyword: str, known: tuple[str, ...]) -> str:
    meant = _PYNN_NAMES.get(keyword)
    if meant not in known:
        close = difflib.get_close_matches(keyword.lower(), known, n=1)
        meant = close[0] if close else None
    hint = f"did you mean {meant!r}?" if meant else f"it has {', '.join(known)}"
    return f"{name} has no parameter {keyword!r}; {hint}"


@dataclass(frozen=True)
class LIF(NeuronModel):
    r"""Leaky integrate-and-fire neuron with exponential synaptic currents (NEST `iaf_psc_exp`).

    Parameters
    ----------
    tau_m : float
        Membrane time constant in ms, > 0.
    c_m : float
        Membrane capacitance in pF, > 0.
    e_l : float
        Resting potential in mV.
    v_th : float
        Threshold in mV.
    v_reset : float
        Potential after a spike in mV, below `v_th`.
    t_ref : float
        Refractory period in ms, ≥ 0 and a multiple of the network's `dt`.
    tau_syn_exc, tau_syn_inh : float
        Time constants of the excitatory and the inhibitory current in ms, > 0. When they are equal
        the engine keeps one current, ``i_syn``; otherwise two, ``i_exc`` and ``i_inh``.
    i_e : float
        Constant current in pA.

    Raises
    ------
    NetworkError
        If a value is not finite or outside its range.
    TypeError
        If a keyword is unknown or a value is not a number.

    Notes
    -----
    Between spikes, with R = tau_m / c_m,

    .. math:: \tau_m \dot V = -(V - E_L) + R (I_{exc} + I_{inh} + I_e), \quad
              \tau_s \dot I_s = -I_s

    A spike that arrives over a synapse of weight w (pA) adds w to the current of its receptor. When
    V ≥ v_th the neuron spikes and V stays at v_reset for t_ref. The equations are integrated
    exactly on the grid, in NEST's order.

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

    native: ClassVar[Literal["lif_exp", "lif_delta", "spike_source"]] = "lif_exp"

    tau_m: float = 20.0
    c_m: float = 250.0
    e_l: float = -70.0
    v_th: float = -55.0
    v_reset: float = -70.0
    t_ref: float = 2.0
    tau_syn_exc: float = 2.0
    tau_syn_inh: float = 2.0
    i_e: float = 0.0

    def parameters(self) -> dict[str, float]:
        """Return the parameters by name, in the units of the docstring."""
        return asdict(self)

    @property
    def variables(self) -> tuple[str, ...]:
        """Names of the state variables: ``v`` in mV, currents in pA."""
        if self.tau_syn_exc == self.tau_syn_inh:
            return ("v", "i_syn")
        return ("v", "i_exc", "i_inh")


@dataclass(frozen=True)
class LIFDelta(NeuronModel):
    r"""Leaky integrate-and-fire neuron with delta synapses (NEST `iaf_psc_delta`).

    Parameters
    ----------
    tau_m : float
        Membrane time constant in ms, > 0.
    c_m : float
        Membrane capacitance in pF, > 0; it only scales `i_e` and direct currents.
    e_l : float
        Resting potential in mV.
    v_th : float
        Threshold in mV.
    v_reset : float
        Potential after a spike in mV, below `v_th`.
    t_ref : float
        Refractory period in ms, ≥ 0 and a multiple of the network's `dt`.
    i_e : float
        Constant current in pA.

    Raises
    ------
    NetworkError
        If a value is not finite or outside its range.
    TypeError
        If a keyword is unknown or a value is not a number.

    Notes
    -----
    An arriving spike adds its weight (mV) to V; input during refractoriness is discarded. On the
    grid, with P = exp(-dt / tau_m) and V relative to E_L,

    .. math:: V \leftarrow P V + (1 - P) R I_e + \sum w, \quad R = \tau_m / C_m

    References
    ----------
    NEST, `iaf_psc_delta.cpp`.

    Examples
    --------
    >>> from spikecore import LIFDelta
    >>> LIFDelta(e_l=0.0, v_th=20.0, v_reset=10.0).variables
    ('v',)
    """

    native: ClassVar[Literal["lif_exp", "lif_delta", "spike_source"]] = "lif_delta"

    tau_m: float = 20.0
    c_m: float = 250.0
    e_l: float = -70.0
    v_th: float = -55.0
    v_reset: float = -70.0
    t_ref: float = 2.0
    i_e: float = 0.0

    def parameters(self) -> dict[str, float]:
        """Return the parameters by name, in the units of the docstring."""
        return asdict(self)

    @property
    def variables(self) -> tuple[str, ...]:
        """Names of the state variables: ``v`` in mV."""
        return ("v",)


@dataclass(frozen=True)
class SpikeSource(NeuronModel):
    """Neurons without a state that spike at given times; made by `Network.spike_source`."""

    native: ClassVar[Literal["lif_exp", "lif_delta", "spike_source"]] = "spike_source"

    def parameters(self) -> dict[str, float]:
        """Return an empty dict: a spike source has no parameters."""
        return {}
