"""What neuron models share: a frozen record of parameters that checks itself, compares by value and prints."""

from dataclasses import fields
from typing import Any, ClassVar, Literal, Self

import numpy as np
from numpy.typing import NDArray

from spikecore import checks, printed
from spikecore.grid import MAX_DELAY_TICKS
from spikecore.models import parameters
from spikecore.models.parameters import Range

__all__ = ["NativeModel", "NativeParameters", "NeuronModel"]

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


NativeModel = Literal["lif_exp", "lif_delta", "lif_subtract", "alif", "spike_source"]
"""The engine's names of its models."""

NativeParameters = dict[str, float | NDArray[np.float64]]
"""Parameters by the engine's names: one value, or an array with one per neuron."""

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
    """The base of all models.

    A model is a frozen dataclass with ``eq=False`` and ``repr=False``; its fields are its parameters, with defaults. It
    defines `native`, or `lowered` where the engine's model has other parameters; `variables`; `ranges` where its
    parameters are not among the common ones; and `options` for fields that are no parameters.
    """

    native: ClassVar[NativeModel]
    options: ClassVar[tuple[str, ...]] = ()
    """Fields that are no parameters."""
    ranges: ClassVar[dict[str, Range]] = _RANGES
    """Allowed values of each parameter."""

    def __new__(cls, *_args: Any, **keywords: Any) -> Self:
        """Refuse unknown keywords with the name that was probably meant."""
        known = cls._names()
        for keyword in keywords:
            if keyword not in known:
                raise TypeError(_unknown(cls.__name__, keyword, known))
        return super().__new__(cls)

    def parameters(self) -> NativeParameters:
        """Return the parameters by name, floats or read-only arrays, in the units of the docstring."""
        return {name: getattr(self, name) for name in self._names() if name not in self.options}

    def lowered(self) -> tuple[NativeModel, NativeParameters]:
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

    @classmethod
    def _names(cls) -> tuple[str, ...]:
        """Return the names of all fields; every model is a dataclass."""
        return tuple(field.name for field in fields(cls))  # type: ignore[arg-type]

    def _values(self) -> tuple[Any, ...]:
        return tuple(getattr(self, name) for name in self._names())

    def __eq__(self, other: object) -> bool:
        """Return whether the other is of the same model with equal parameters."""
        if type(self) is not type(other):
            return NotImplemented
        return all(map(parameters.equal, self._values(), other._values()))

    def __hash__(self) -> int:
        """Return a hash by value."""
        values = (value.tobytes() if isinstance(value, np.ndarray) else value for value in self._values())
        return hash((type(self), *values))

    def __repr__(self) -> str:
        """Show the parameters; of a long array the ends."""
        pairs = zip(self._names(), self._values(), strict=True)
        shown = (f"{name}={parameters.shown(value)}" for name, value in pairs)
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
    import difflib  # start-up time: only where a name is wrong

    meant = _PYNN_NAMES.get(keyword)
    if meant not in known:
        close = difflib.get_close_matches(keyword.lower(), known, n=1)
        meant = close[0] if close else None
    hint = f"did you mean {meant!r}?" if meant else f"it has {', '.join(known)}"
    return f"{name} has no parameter {printed.value(keyword)}; {hint}"
