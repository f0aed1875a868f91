"""Neurons that are written as equations."""

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, Never, Self

import numpy as np

from spikecore import checks, printed
from spikecore.arrays import is_array
from spikecore.keywords import spelled, unknown
from spikecore.models.base import NativeParameters, NeuronModel, Shape

if TYPE_CHECKING:
    from spikecore.equations.program import Program

__all__ = ["Equations"]

_SOURCE = ("text", "threshold", "reset", "refractory", "method", "substeps")
"""What makes a model besides its numbers, in the order of `Equations`."""
_START = "start."
"""Before the name of a state variable in what is stored: no parameter has a dot in its name."""


class Equations(NeuronModel):
    r"""A neuron model written as text, used like a built-in one.

    Parameters
    ----------
    text : str
        One statement a line. ``dv/dt = ... : mV, hold`` is a state variable with its unit and flags; a name, ``=``, an
        expression, ``:`` and a unit are a definition; ``i_ext : pA, current`` is the name to which constant currents
        are added. Flags: ``input`` makes a state variable a receptor, ``hold`` keeps it while the neuron is refractory.
    threshold, reset : str, optional
        A condition, and what happens when it is met: statements ``v = v_reset; w += b``.
    refractory : str or float, optional
        Time in ms, or an expression of parameters; a multiple of the network's `dt`.
    method : {"exact", "exponential_euler", "euler", "rk2", "rk4"}
        How the equations are integrated.
    substeps : int
        Steps of the method in a tick, 1 ... 1000.
    parameters : mapping of str to (float or array_like, str) or float
        Values with their units; a number without a unit has none. Arrays have one value per neuron.
    init : mapping of str to float, array_like or str, optional
        Values of state variables at t = 0 in their units, or the names of parameters; 0 by default.

    Notes
    -----
    In a tick the equations are integrated, the weights that arrived are added to their inputs, held variables are put
    back, the threshold is tested, and the reset is done. A state below 1e-30 in magnitude becomes 0, as in every model.

    Raises
    ------
    EquationError
        With line and column, where the text cannot be understood or its units do not agree.

    Examples
    --------
    >>> import spikecore as sc
    >>> leaky = sc.Equations(
    ...     "dv/dt = (e_l - v + r*i_ext) / tau : mV, hold\ni_ext : pA, current",
    ...     threshold="v >= v_th", reset="v = e_l", refractory="t_ref", method="exact",
    ...     parameters=dict(
    ...         e_l=(-70.0, "mV"), v_th=(-50.0, "mV"), tau=(10.0, "ms"), r=(40.0, "Mohm"), t_ref=(2.0, "ms")
    ...     ),
    ...     init={"v": "e_l"},
    ... )
    >>> net = sc.Network(dt=0.1)
    >>> cells = net.population(2, leaky)
    >>> net.stimulate(cells, sc.DirectCurrent([400.0, 600.0]))
    >>> result = net.compile(workers=1).run(100.0)
    >>> result.spikes[cells].times.tolist()
    [18.0, 38.0, 58.0, 78.0, 98.0]
    """

    options: ClassVar[tuple[str, ...]] = ()
    is_written: ClassVar[bool] = True

    def __new__(cls, *_args: Any, **_keywords: Any) -> Self:
        """Make an empty one; there are no fields to check keywords against."""
        return object.__new__(cls)

    @spelled
    def __init__(
        self,
        text: str,
        threshold: str | None = None,
        reset: str | None = None,
        refractory: str | float | None = None,
        method: str = "euler",
        substeps: int = 1,
        parameters: Mapping[str, Any] | None = None,
        init: Mapping[str, Any] | None = None,
    ) -> None:
        from spikecore.equations.check import checked  # start-up time

        self._source = (text, threshold, reset, refractory, method, substeps)
        self._parameters = {name: _kept(value) for name, value in _table("parameters", parameters).items()}
        self._init = {name: _kept(value) for name, value in _table("init", init).items()}
        self._checked = checked(*self._source, self._parameters)
        self._programs: dict[float, Program] = {}
        known = tuple(parameter.name for parameter in self._checked.parameters)
        for name, value in self._init.items():
            if name not in self.state:
                raise unknown("init", name, self.state)
            if isinstance(value, str) and value not in known:
                raise unknown(f"parameters, of which init of {name} is one,", value, known)
            if not isinstance(value, str | np.ndarray):
                checks.real("Equations", f"init of {name}", value)

    @property
    def text(self) -> str:
        """The equations as they were written."""
        return self._source[0]

    @property
    def state(self) -> tuple[str, ...]:
        """The names of the state variables, in the order of the text."""
        return tuple(variable.name for variable in self._checked.variables)

    def compiled(self, dt: float) -> "Program":
        """Return the program of one tick of `dt` ms."""
        from spikecore.equations.program import compile as made  # start-up time

        if dt not in self._programs:
            self._programs[dt] = made(self._checked, dt)
        return self._programs[dt]

    def initial(self, name: str, default: Any = 0.0) -> Any:
        """Return the value of a state variable at t = 0 in its unit: a number, or an array with one per neuron."""
        value = self._init.get(name, default)
        return self.parameters()[value] if isinstance(value, str) else value

    def parameters(self) -> NativeParameters:
        """Return the parameters by name in base units (ms, mV, pA): floats, or read-only arrays."""
        return {parameter.name: parameter.value for parameter in self._checked.parameters}

    @cached_property
    def shape(self) -> Shape:
        """What the engine keeps of a neuron, and what can be read."""
        names = (*self.state, *(definition.name for definition in self._checked.definitions))
        return Shape(names, len(self.state), self._checked.refractory is not None)

    def lowered(self) -> Never:
        """Raise: equations become a program for a grid, not a model of the engine."""
        msg = "equations have no parameters in the engine: see `Equations.compiled`"
        raise TypeError(msg)

    def stored(self) -> tuple[dict[str, Any], NativeParameters]:
        """Return what makes it again: texts by name, and the numbers of parameters and of the start."""
        units = {name: value[1] for name, value in self._parameters.items() if isinstance(value, tuple)}
        starts = {name: value for name, value in self._init.items() if isinstance(value, str)}
        numbers = {name: value[0] if isinstance(value, tuple) else value for name, value in self._parameters.items()}
        numbers |= {f"{_START}{name}": value for name, value in self._init.items() if name not in starts}
        return {**dict(zip(_SOURCE, self._source, strict=True)), "units": units, "init": starts}, numbers

    @classmethod
    def restored(cls, options: dict[str, Any], numbers: NativeParameters) -> Self:
        """Return the model of what `stored` gave."""
        values = {name: value for name, value in numbers.items() if not name.startswith(_START)}
        starts = {name.removeprefix(_START): value for name, value in numbers.items() if name not in values}
        units = _table("units", options["units"])
        parameters = {name: (value, units[name]) if name in units else value for name, value in values.items()}
        given: dict[str, Any] = {name: options[name] for name in _SOURCE}
        given |= {"parameters": parameters, "init": {**_table("init", options["init"]), **starts}}
        return cls(**given)

    def _values(self) -> tuple[Any, ...]:
        given = [*self._parameters.items(), *self._init.items()]
        return (*self._source, *(part for name, value in given for part in (name, *_parts(value))))

    def __reduce__(self) -> tuple[Any, ...]:
        """Return what makes it again: pickled and copied it is written text."""
        return Equations, (*self._source, self._parameters, self._init)

    def __repr__(self) -> str:
        """Show the names of its state, and the method."""
        return printed.encodable(f"Equations of {', '.join(self.state)}, method={self._checked.method!r}")

    def __str__(self) -> str:
        """Show the equations, and the program of a tick of 0.1 ms that they become."""
        from spikecore.equations.explain import explain  # start-up time
        from spikecore.equations.formatted import printed as written  # start-up time

        return printed.encodable(f"{written(self._checked)}\n\nA tick of 0.1 ms:\n{explain(self.compiled(0.1))}")


def _table(name: str, given: Any) -> Mapping[str, Any]:
    """Return a mapping of names; an empty one for None."""
    if given is not None and not isinstance(given, Mapping):
        checks.wrong_kind("Equations", name, "a mapping of names to values", printed.value(given))
    return given or {}


def _kept(value: Any) -> Any:
    """Return a value as it is kept: of an array, with its unit or without, a copy that nobody can change."""
    if isinstance(value, tuple) and len(value) == 2 and isinstance(value[1], str):
        return (_kept(value[0]), value[1])
    if not is_array(value):
        return value
    copy = np.array(value, dtype=np.float64)
    copy.setflags(write=False)
    return copy


def _parts(value: Any) -> tuple[Any, ...]:
    return value if isinstance(value, tuple) else (value,)
