"""Neuron models: frozen records of parameters, each with its equation.

Parameters carry NEST's meaning and units (ms, pF, mV, pA); each is one value for all neurons or an
array with one per neuron. A record is checked when it is made; what depends on the grid (`t_ref` must
be a multiple of `dt`) or the size is checked by `Network.population`.
"""

from dataclasses import dataclass, fields
from typing import Any, ClassVar, Literal, Self

import numpy as np

from spikecore import checks, parameters, printed
from spikecore.grid import MAX_DELAY_TICKS
from spikecore.parameters import Parameter, Range

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


Native = Literal["lif_exp", "lif_delta", "lif_subtract", "alif", "spike_source"]
"""The engine's names of its models."""

_TIME = Range("ms", above=0.0)

_RANGES = {
    "tau_m": Range("ms", above=0.0, infinite=True),
    "c_m": Range("pF", above=0.0),
    "e_l": Range("mV"),
    "v_th": Range("mV"),
    "v_reset": Range("mV"),
    "t_ref": Range("ms", ticks=MAX_DELAY_TICKS),
    "tau_syn": _TIME,
    "tau_syn_exc": _TIME,
    "tau_syn_inh": _TIME,
    "i_e": Range("pA"),
}


class NeuronModel:
    """What all models share: a name for the engine, parameters and variables."""

    native: ClassVar[Native]
    options: ClassVar[tuple[str, ...]] = ()
    """Fields that are no parameters."""
    ranges: ClassVar[dict[str, Range]] = _RANGES
    """Allowed values of each parameter."""

    def __new__(cls, *_args: Any, **keywords: Any) -> Self:
        """Refuse unknown keywords with the name that was probably meant."""
        known = tuple(one.name for one in fields(cls))  # type: ignore[arg-type]
        for keyword in keywords:
            if keyword not in known:
                raise TypeError(_unknown(cls.__name__, keyword, known))
        return super().__new__(cls)

    def parameters(self) -> dict[str, Any]:
        """Return the parameters by name, floats or read-only arrays, in the units of the docstring."""
        names = [one.name for one in fields(self)]  # type: ignore[arg-type]
        return {name: getattr(self, name) for name in names if name not in self.options}

    def lowered(self) -> tuple[Native, dict[str, Any]]:
        """Return the engine's name of the model and what the engine takes for its parameters."""
        return self.native, self.parameters()

    @property
    def variables(self) -> tuple[str, ...]:
        """Names of the state variables that can be read and recorded."""
        return ()

    def __post_init__(self) -> None:
        """Check every parameter against its range."""
        name = type(self).__name__
        for parameter, value in self.parameters().items():
            checked = parameters.checked(name, parameter, value, self.ranges[parameter])
            object.__setattr__(self, parameter, checked)
        values = self.parameters()
        parameters.same_length(name, values)
        if "v_reset" in values:
            _check_reset(name, values)
        if "reset" in self.options:
            _check_option(name, self.reset, values["t_ref"])  # type: ignore[attr-defined]

    def _fields(self) -> tuple[Any, ...]:
        return tuple(getattr(self, one.name) for one in fields(self))  # type: ignore[arg-type]

    def __eq__(self, other: object) -> bool:
        """Return whether the other is of the same model with equal parameters."""
        if type(self) is not type(other):
            return NotImplemented
        pairs = zip(self._fields(), other._fields(), strict=True)
        return all(parameters.equal(one, two) for one, two in pairs)

    def __hash__(self) -> int:
        """Return a hash by value."""
        values = (one.tobytes() if isinstance(one, np.ndarray) else one for one in self._fields())
        return hash((type(self), *values))

    def __repr__(self) -> str:
        """Show the parameters; of a long array the ends."""
        names = [one.name for one in fields(self)]  # type: ignore[arg-type]
        shown = (f"{name}={parameters.shown(value)}" for name, value in zip(names, self._fields(), strict=True))
        return f"{type(self).__name__}({', '.join(shown)})"


def _check_reset(name: str, values: dict[str, Any]) -> None:
    wrong = np.greater_equal(values["v_reset"], values["v_th"])
    at = int(np.argmax(wrong))
    bound = values["v_th"] if np.ndim(values["v_th"]) == 0 else values["v_th"][at]
    parameters.elementwise(name, "v_reset", wrong, values["v_reset"], f"below v_th = {bound:g} mV")


def _check_option(name: str, reset: Any, t_ref: Any) -> None:
    checks.choice(name, "reset", reset, ("set", "subtract"))
    if reset == "subtract":
        wrong = np.not_equal(t_ref, 0.0)
        parameters.elementwise(name, "t_ref", wrong, t_ref, "0 ms with reset='subtract'")


def _unknown(name: str, keyword: str, known: tuple[str, ...]) -> str:
    import difflib  # only where a name is wrong

    meant = _PYNN_NAMES.get(keyword)
    if meant not in known:
        close = difflib.get_close_matches(keyword.lower(), known, n=1)
        meant = close[0] if close else None
    hint = f"did you mean {meant!r}?" if meant else f"it has {', '.join(known)}"
    return f"{name} has no parameter {printed.value(keyword)}; {hint}"


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

    native: ClassVar[Native] = "lif_exp"

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


@dataclass(frozen=True, eq=False, repr=False)
class LIFDelta(NeuronModel):
    r"""Leaky integrate-and-fire neuron with delta synapses (NEST `iaf_psc_delta`).

    Each parameter but `reset` is one value for all neurons, or an array with one per neuron. Neurons that
    differ are stepped in every tick; compiling them with ``updates="event"`` is an error.

    Parameters
    ----------
    tau_m : float or array_like of shape (size,)
        Membrane time constant in ms, > 0; infinite without leak.
    c_m : float or array_like of shape (size,)
        Membrane capacitance in pF, > 0; it only scales `i_e` and direct currents.
    e_l : float or array_like of shape (size,)
        Resting potential in mV.
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

    native: ClassVar[Native] = "lif_delta"

    tau_m: Parameter = 20.0
    c_m: Parameter = 250.0
    e_l: Parameter = -70.0
    v_th: Parameter = -55.0
    v_reset: Parameter = -70.0
    t_ref: Parameter = 2.0
    i_e: Parameter = 0.0
    reset: Literal["set", "subtract"] = "set"

    options: ClassVar[tuple[str, ...]] = ("reset",)

    def lowered(self) -> tuple[Native, dict[str, Any]]:
        """Return the engine's name of the model and what the engine takes for its parameters."""
        return "lif_subtract" if self.reset == "subtract" else self.native, self.parameters()

    @property
    def variables(self) -> tuple[str, ...]:
        """Names of the state variables: ``v`` in mV."""
        return ("v",)


@dataclass(frozen=True, eq=False, repr=False)
class SpikeSource(NeuronModel):
    """Neurons without a state that spike at given times; made by `Network.spike_source`."""

    native: ClassVar[Native] = "spike_source"
