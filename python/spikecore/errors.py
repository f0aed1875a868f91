"""The exception classes of spikecore.

Two families are told apart everywhere: the caller's mistake (`NetworkError`, `ForecastError`,
`CapacityError`, `DivergenceError`, `FileError`, `BusyError`) and a fault of the program (`InternalError`,
`PoisonedError`).
The compiled extension imports these classes and raises them too. Plain misuse stays plain:
`TypeError` for a wrong kind of argument, `IndexError` for a bad index into a Python sequence.
"""

from typing import Any

from spikecore import printed

__all__ = [
    "BusyError",
    "CapacityError",
    "DivergenceError",
    "EquationError",
    "FileError",
    "ForecastError",
    "InternalError",
    "NetworkChangedWarning",
    "NetworkError",
    "NotRecordedError",
    "PoisonedError",
    "PrecisionWarning",
    "SpikecoreError",
    "StartWarning",
    "UnitWarning",
]


_LONGEST = 4_000
"""Characters of a message: names have any length."""


class SpikecoreError(Exception):
    """Base class of every exception that spikecore raises on purpose.

    Parameters
    ----------
    message : str
        What went wrong, with the offending value and the allowed range. Control characters in it, as a name may
        have, are written as escapes.
    **details : object
        The values behind the message; each becomes an attribute.

    Attributes
    ----------
    population, parameter, value, allowed, meant : object
        The values behind the message where they apply, else None. They survive pickling.

    Examples
    --------
    >>> from spikecore import NetworkError
    >>> error = NetworkError("delay is 0 ms", parameter="delay", value=0.0)
    >>> error.parameter, error.value, error.population
    ('delay', 0.0, None)
    """

    population: Any = None
    parameter: Any = None
    value: Any = None
    allowed: Any = None
    meant: Any = None

    def __init__(self, message: str = "", **details: Any) -> None:
        super().__init__(printed.shortened(printed.lines(message), _LONGEST))
        self.__dict__.update(details)

    def __str__(self) -> str:
        """Return the message as standard output can write it; that of an `OSError` or a `KeyError` would be another."""
        return printed.encodable(Exception.__str__(self))


class NetworkError(SpikecoreError, ValueError):
    """A network, a parameter or a request that cannot be as it was given.

    Raised on the line that made the mistake, or the first line that can know it.
    """


def refusal(
    subject: str, parameter: str, value: Any, allowed: str, *, meant: str | None = None, **details: Any
) -> NetworkError:
    """Return the error about a value outside of its range, in the one wording that the face and the engine share.

    Parameters
    ----------
    subject : str
        Population, projection or class; empty where the parameter says it all.
    parameter : str
        As the caller calls it.
    value : object
        What was given. Text is shown as it is.
    allowed : str
        The range.
    meant : str, optional
        The allowed name that the value is near to.
    **details : object
        Further attributes.

    Returns
    -------
    NetworkError
        To be raised.

    Examples
    --------
    >>> print(refusal("exc → exc", "k of FixedInDegree", 11, "0 … 10 sources"))
    exc → exc: k of FixedInDegree is 11, allowed: 0 … 10 sources
    """
    text = printed.shortened(printed.shown(value)) if isinstance(value, str) else printed.value(value)
    msg = f"{printed.owner(subject)}{parameter} is {text}, allowed: {allowed}{question(meant)}"
    return NetworkError(
        msg, population=subject, parameter=parameter, value=value, allowed=allowed, meant=meant, **details
    )


def question(meant: str | None) -> str:
    """Return how a message ends that asks whether a name was meant; empty without one."""
    return "" if meant is None else f"; did you mean {meant!r}?"


class EquationError(NetworkError):
    """Equations that cannot be a neuron model as they were written.

    Attributes
    ----------
    line, column : int or None
        Where in the text, both from 1, where that is known.
    text : str or None
        The part that is meant.

    Examples
    --------
    >>> from spikecore.errors import EquationError
    >>> error = EquationError("line 2, column 9: there is no tau", line=2, column=9, text="tau")
    >>> error.line, error.column, error.text
    (2, 9, 'tau')
    """

    line: Any = None
    column: Any = None
    text: Any = None


class NotRecordedError(NetworkError, KeyError):
    """Spikes or traces that this run did not record."""


class ForecastError(SpikecoreError, MemoryError):
    """A network, what a run records or what a call returns does not fit in memory.

    Nothing is lost: a description is as it was, and the cores of a machine stand at one tick. Where memory ends in the
    middle of a tick the message says so; the machine is then poisoned until it is reset.

    Attributes
    ----------
    value, allowed : int
        Bytes that are needed and available, where that was known beforehand.
    parameter : str
        Where memory ended before it was known: what could not be had, with its bytes in `value`; else None.
    """


class CapacityError(SpikecoreError, ValueError):
    """The network breaks a limit of the engine or of a chip."""


class DivergenceError(SpikecoreError, ArithmeticError):
    """A state of a neuron has left the finite range: it is infinite, or no number.

    The run stops; all cores stand at one tick, some milliseconds of work later. What is named does not
    depend on the number of workers, on how the run was split, or on what is recorded: it is the first
    state to diverge, and of those that do so in one tick that of the first population, and in it of the
    first neuron. From then on that neuron sends no spike. `Machine.result` and `Machine.state` tell what
    happened; a further `Machine.run` raises this again, and `Machine.reset` goes back to time 0. In a
    batch the first sample that diverges is named.

    Attributes
    ----------
    population : str
        Name of the population.
    neuron : int
        Index in the population.
    variable : str
        The variable that diverged, as ``"v"`` or ``"i_syn"``; some cannot be read, as ``"di_syn"``, the slope of an
        alpha-shaped current.
    tick : int
        The tick at which it first was not finite.
    time : float
        The same in ms.
    sample : int or None
        Number of the sample, in a batch.

    Examples
    --------
    >>> from spikecore import DivergenceError
    >>> error = DivergenceError("exc: v left the finite range", population="exc", neuron=3, variable="v", tick=42)
    >>> isinstance(error, ArithmeticError), error.neuron, error.variable, error.tick, error.sample
    (True, 3, 'v', 42, None)
    """

    neuron: Any = None
    variable: Any = None
    tick: Any = None
    time: Any = None
    sample: Any = None


class FileError(SpikecoreError, ValueError):
    """A file of spikecore that is damaged, truncated, of another kind or schema, or not what it says it is.

    Attributes
    ----------
    value : str
        The file.
    """


class BusyError(SpikecoreError, RuntimeError):
    """Another thread, or the code that was interrupted, is using this machine or declares in this network."""


class PoisonedError(SpikecoreError, RuntimeError):
    """An earlier fault left this machine without a defined state; compile the network again.

    Where memory ended in the middle of a tick, `Machine.reset` makes it whole, and it spikes like a new one.
    """


class InternalError(SpikecoreError, RuntimeError):
    """A broken invariant inside spikecore: a fault of the program and not of the caller."""


class NetworkChangedWarning(UserWarning):
    """Something was declared in a network after it was compiled: the machine that runs has none of it."""


class PrecisionWarning(UserWarning):
    """Rounding that changes what a network does; the share is named.

    Ticks so short, beside a membrane's time constant, that 32 bits move its threshold; or weights that 16 bits make 0.
    """


class StartWarning(UserWarning):
    """Most neurons of a population were told to start at or above their threshold: they spike at once."""


class UnitWarning(UserWarning):
    """A parameter, weight or current of a magnitude that no neuron has: as if it were in another unit."""
