"""The exception classes of spikecore.

Two families are told apart everywhere: the caller's mistake (`NetworkError`, `ForecastError`,
`CapacityError`, `BusyError`) and a fault of the program (`InternalError`, `PoisonedError`).
The compiled extension imports these classes and raises them too. Plain misuse stays plain:
`TypeError` for a wrong kind of argument, `IndexError` for a bad index into a Python sequence.
"""

from typing import Any

from spikecore import printed

__all__ = [
    "BusyError",
    "CapacityError",
    "ForecastError",
    "InternalError",
    "NetworkError",
    "NotRecordedError",
    "PoisonedError",
    "SpikecoreError",
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
    population, parameter, value, allowed : object
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

    def __init__(self, message: str = "", **details: Any) -> None:
        super().__init__(printed.shortened(printed.lines(message), _LONGEST))
        self.__dict__.update(details)


class NetworkError(SpikecoreError, ValueError):
    """A network, a parameter or a request that cannot be as it was given.

    Raised on the line that made the mistake, or the first line that can know it.
    """


class NotRecordedError(NetworkError, KeyError):
    """Spikes or samples that this run did not record."""

    def __str__(self) -> str:
        """Return the message; a `KeyError` alone would quote it."""
        return Exception.__str__(self)


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


class BusyError(SpikecoreError, RuntimeError):
    """Another thread, or the code that was interrupted, is using this machine."""


class PoisonedError(SpikecoreError, RuntimeError):
    """An earlier fault left this machine without a defined state; compile the network again.

    Where memory ended in the middle of a tick, `Machine.reset` makes it whole, and it spikes like a new one.
    """


class InternalError(SpikecoreError, RuntimeError):
    """A broken invariant inside spikecore: a fault of the program and not of the caller."""
