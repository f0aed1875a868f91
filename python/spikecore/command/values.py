"""Values of the command line: what an option takes, and what a usage error says of one that it does not take."""

import argparse
import math
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

from spikecore import checks, printed
from spikecore.command.networks import NETWORKS
from spikecore.errors import question
from spikecore.options import MAX_WORKERS

__all__ = [
    "Help",
    "file",
    "integer",
    "integers",
    "listed",
    "machines",
    "names",
    "number",
    "numbers",
    "positive",
    "scale",
    "seed",
    "time",
    "whole",
    "word",
    "workers",
]

T = TypeVar("T")


class Help(argparse.ArgumentDefaultsHelpFormatter):
    """Help that ends with the default of an option, where there is one to be shown."""

    def _get_help_string(self, action: argparse.Action) -> str | None:
        return action.help if action.default in (None, False) else super()._get_help_string(action)


def listed(numbers: list[float]) -> str:
    """Return numbers as an option takes them.

    Examples
    --------
    >>> listed([0.01, 10.0])
    '0.01,10'
    """
    return ",".join(f"{value:g}" for value in numbers)


def number(name: str) -> Callable[[str], float]:
    """Return what reads a finite number that is not negative; `name` is what a usage error says it should be."""
    return lambda text: _parsed(text, float, lambda value: math.isfinite(value) and value >= 0.0, name)


def numbers(name: str) -> Callable[[str], list[float]]:
    """Return what reads such numbers in a list with commas."""
    read = number(name)
    return lambda text: [read(part) for part in text.split(",")]


def time(text: str) -> float:
    """Return a time in ms; its range depends on the tick, and is checked by who takes it."""
    return _parsed(text, float, lambda value: True, "a time in ms")


def positive(name: str) -> Callable[[str], list[float]]:
    """Return what reads finite numbers above 0 in a list with commas."""
    return lambda text: [
        _parsed(part, float, lambda value: math.isfinite(value) and value > 0.0, name) for part in text.split(",")
    ]


def integer(text: str) -> int:
    """Return a whole number; its range is checked by who takes it."""
    return _parsed(text, int, lambda value: abs(value) < 10**40, "a whole number")


def integers(text: str) -> list[int]:
    """Return such numbers of a list with commas."""
    return [integer(part) for part in text.split(",")]


def scale(text: str) -> float:
    """Return the scale of a ready network."""
    ranges = ((name, *network.scales) for name, network in NETWORKS.items())
    allowed = " or ".join(f"{low:g} … {high:g} ({name})" for name, low, high in ranges)
    return _parsed(text, float, lambda value: math.isfinite(value) and value > 0.0, f"a scale, allowed: {allowed}")


def whole(low: int, high: int) -> Callable[[str], int]:
    """Return what reads a whole number in a range."""
    return lambda text: _parsed(
        text, int, lambda value: low <= value <= high, f"a whole number in {checks.within(low, high)}"
    )


def workers(text: str) -> int:
    """Return a number of threads; one beyond the most is left to who takes it."""
    return _parsed(text, int, lambda value: value >= 1, f"a whole number in {checks.within(1, MAX_WORKERS)}")


def seed(text: str) -> int:
    """Return a seed."""
    return whole(0, 2**64 - 1)(text)


def file(text: str) -> str:
    """Return the name of a file."""
    return _parsed(text, str, bool, "the name of a file")


def word(name: str, allowed: tuple[str, ...]) -> Callable[[str], str]:
    """Return what reads one of some words; `name` is what they are, and the nearest one is asked for."""

    def read(text: str) -> str:
        expected = f"{name}, allowed: {', '.join(allowed)}{question(checks.nearest(text, allowed))}"
        return _parsed(text, str, lambda value: value in allowed, expected)

    return read


def names(text: str) -> list[str]:
    """Return the names of machines in a list with commas; one that is named twice is a usage error."""
    machines = [_parsed(part.strip(), str, bool, "a name") for part in text.split(",")]
    twice = next((name for k, name in enumerate(machines) if name in machines[:k]), None)
    if twice is not None:
        msg = f"{printed.value(twice)} is named twice, allowed: every machine once"
        raise argparse.ArgumentTypeError(msg)
    return machines


def machines(text: str) -> tuple[str, ...]:
    """Return the same, or none for the word none."""
    return () if text == "none" else tuple(names(text))


def _parsed(text: str, kind: Callable[[str], T], allowed: Callable[[T], bool], name: str) -> T:
    with suppress(ValueError):
        value = kind(text)
        if allowed(value):
            return value
    msg = f"{printed.value(text)} is not {name}"
    raise argparse.ArgumentTypeError(msg)
