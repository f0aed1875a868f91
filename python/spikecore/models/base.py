"""What neuron models share: a frozen record of parameters that checks itself, compares by value and prints."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from spikecore import _native, checks
from spikecore.keywords import names_of, unknown
from spikecore.models import parameters
from spikecore.models.parameters import Parameter

__all__ = ["NativeParameters", "NeuronModel", "Parameter", "Shape"]

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


NativeParameters = dict[str, float | NDArray[np.float64]]
"""Parameters by the engine's names: one value, or an array with one per neuron."""


@dataclass(frozen=True)
class Shape:
    """What the engine keeps of a neuron.

    Attributes
    ----------
    variables : tuple of str
        What can be read, the potential first.
    numbers : int
        State variables, each of the machine's precision.
    refractory : bool
        Whether it counts refractory ticks besides, in 16 bits.
    """

    variables: tuple[str, ...]
    numbers: int
    refractory: bool


class NeuronModel:
    """The base of all models.

    A model is a frozen dataclass with ``eq=False`` and ``repr=False``; its fields are its parameters, with defaults,
    and `options`, which are none. It names the engine's model in `native`, or one for each value of its option in
    `natives`; or defines `lowered` where the engine's model has other parameters.
    """

    native: ClassVar[str]
    natives: ClassVar[dict[str, str]] = {}
    """The engine's models by the value of the option."""
    options: ClassVar[tuple[str, ...]] = ()
    """Fields that are no parameters."""
    spiking: ClassVar[bool] = True
    """Whether its neurons spike: then a threshold is finite."""
    is_written: ClassVar[bool] = False
    """Whether its neurons obey equations of a user's own."""
    named: ClassVar[dict[str, str]] = {}
    """Parameters that are called otherwise here than in the engine, by the engine's names."""

    def __new__(cls, *_args: Any, **keywords: Any) -> Self:
        """Refuse unknown keywords with the name that was probably meant."""
        known = cls._names()
        for keyword in keywords:
            if keyword not in known:
                meant = _PYNN_NAMES.get(keyword)
                raise unknown(cls.__name__, keyword, known, meant if meant in known else None)
        return super().__new__(cls)

    def parameters(self) -> NativeParameters:
        """Return the parameters by name, floats or read-only arrays, in the units of the docstring."""
        return {name: getattr(self, name) for name in self._names() if name not in self.options}

    def lowered(self) -> tuple[str, NativeParameters]:
        """Return the engine's name of the model and what the engine takes for its parameters."""
        native = self.natives[getattr(self, self.options[0])] if self.natives else self.native
        return native, self.parameters()

    def stored(self) -> tuple[dict[str, Any], NativeParameters]:
        """Return what makes it again: plain values by name, and numbers or arrays by name."""
        return {option: getattr(self, option) for option in self.options}, self.parameters()

    @classmethod
    def restored(cls, options: dict[str, Any], numbers: NativeParameters) -> Self:
        """Return the model of what `stored` gave."""
        return cls(**options, **numbers)

    @cached_property
    def shape(self) -> Shape:
        """What the engine keeps of a neuron."""
        native, values = self.lowered()
        described = _native.model_shape(native, _size(values), values)
        return Shape(tuple(name for name, _ in described["readable"]), len(described["state"]), described["refractory"])

    @property
    def variables(self) -> tuple[str, ...]:
        """Names of the variables that can be read and recorded."""
        return self.shape.variables

    def __post_init__(self) -> None:
        """Make floats or arrays of the parameters; the engine checks their ranges, and one against another."""
        name, given = type(self).__name__, self.parameters()
        for parameter, value in given.items():
            object.__setattr__(self, parameter, parameters.read(name, parameter, value))
        parameters.same_length(name, self.parameters())
        for option in self.options:
            checks.choice(name, option, getattr(self, option), tuple(self.natives))
        native, values = self.lowered()
        with checks.as_given(given):
            _native.check_model(name, native, _size(values), values, self.spiking, self.named)

    @classmethod
    def _names(cls) -> tuple[str, ...]:
        """Return the names of all fields; every model is a dataclass."""
        return names_of(cls)  # type: ignore[arg-type]  # mypy does not take classes for hashable

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


def _size(values: NativeParameters) -> int:
    """Return the number of neurons that parameters describe; 1 if they are alike."""
    return next((len(value) for value in values.values() if isinstance(value, np.ndarray)), 1)
