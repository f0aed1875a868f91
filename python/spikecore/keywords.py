"""Keywords that a call does not know are refused with the name that was probably meant.

Python itself names the wrong keyword alone. Functions are wrapped, and keep their signature; records look at their
keywords before they are made.
"""

from collections.abc import Callable, Sequence
from dataclasses import fields
from functools import cache, wraps
from typing import Any, ParamSpec, Self, TypeVar

from spikecore import checks, printed
from spikecore.errors import question

__all__ = ["Spelled", "names_of", "spelled", "unknown"]

_P = ParamSpec("_P")
_R = TypeVar("_R")


def unknown(owner: str, keyword: str, known: Sequence[str], meant: str | None = None) -> TypeError:
    """Return the error about a keyword that is not known.

    Examples
    --------
    >>> print(unknown("LIF", "tau_n", ["tau_m", "c_m"]))
    LIF has no parameter 'tau_n'; did you mean 'tau_m'?
    >>> print(unknown("Bernoulli", "colour", ["p"]))
    Bernoulli has no parameter 'colour'; it has p
    """
    hint = question(meant or checks.nearest(keyword, known)) or f"; it has {', '.join(known) or 'none'}"
    return TypeError(printed.encodable(f"{owner} has no parameter {printed.value(keyword)}{hint}"))


def spelled(function: Callable[_P, _R]) -> Callable[_P, _R]:
    """Return a function that refuses a keyword it does not know, with the name that was probably meant."""
    code = function.__code__
    names = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
    known = tuple(name for name in names if name != "self")
    owner = function.__qualname__.removesuffix(".__init__")

    @wraps(function)
    def called(*arguments: _P.args, **keywords: _P.kwargs) -> _R:
        for keyword in keywords:
            if keyword not in known:
                raise unknown(owner, keyword, known)
        return function(*arguments, **keywords)

    return called


@cache
def names_of(record: Any) -> tuple[str, ...]:
    """Return the names of the fields of a dataclass."""
    return tuple(field.name for field in fields(record))


class Spelled:
    """A dataclass that refuses a keyword it does not know, with the name that was probably meant."""

    def __new__(cls, *_arguments: Any, **keywords: Any) -> Self:
        """Look at the keywords before the dataclass does."""
        known = names_of(cls)  # type: ignore[arg-type]  # mypy does not take classes for hashable
        for keyword in keywords:
            if keyword not in known:
                raise unknown(cls.__name__, keyword, known)
        return super().__new__(cls)
