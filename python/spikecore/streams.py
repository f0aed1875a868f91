"""Standard output and error of the command line: closed, broken or full, a command ends cleanly.

A character that the encoding of a stream does not have is written in ASCII (`->` for `→`), and what no terminal
should get is written as an escape.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import IO, Any

from spikecore import printed
from spikecore.errors import NetworkError

__all__ = ["NAME", "check", "early", "flush", "note", "prepared", "put"]

NAME = "standard output"
"""What the error of a stream names as its file."""


@contextmanager
def prepared() -> Iterator[None]:
    """Make the standard streams able to take every text, for as long as a command runs."""
    before = sys.stdout, sys.stderr
    errors = [_part(stream, "errors") for stream in before]
    with open(os.devnull, "w", encoding="utf-8") as nowhere:  # noqa: PTH123
        sys.stdout, sys.stderr = (_ready(stream, nowhere) for stream in before)
        try:
            yield
        finally:
            sys.stdout, sys.stderr = before
            for stream, old in zip(before, errors, strict=True):
                with suppress(Exception):
                    stream.reconfigure(errors=old)  # type: ignore[union-attr]


def put(text: str) -> None:
    """Print a text on standard output.

    Raises
    ------
    OSError
        If it cannot be written; ``filename`` is `NAME`. The stream takes nothing any more.
    """
    _guarded(lambda: print(printed.lines(text), flush=True))


def early(words: object) -> None:
    """Print what comes before the work; where it cannot be written, the work is done, and `put` says so after it."""
    with suppress(OSError):
        print(printed.lines(str(words)))


def flush() -> None:
    """Write what is still to be written on standard output; raises as `put` does."""
    _guarded(sys.stdout.flush)


def note(text: str) -> None:
    """Print a line on standard error; one that cannot be written is lost."""
    with suppress(Exception):  # what stands in the place of standard error may be an object of the caller
        print(printed.lines(text), file=sys.stderr, flush=True)


def check() -> None:
    """Refuse to write a report to a standard output that is closed."""
    if getattr(sys.stdout, "name", None) == os.devnull:
        msg = f"cannot write {NAME}: it is closed"
        raise NetworkError(msg, parameter="file", value="-")


def _ready(stream: Any, nowhere: IO[str]) -> Any:
    if stream is None or _part(stream, "closed") is True:
        return nowhere
    with suppress(Exception):
        stream.reconfigure(errors=printed.ASCII)
    return stream


def _part(stream: Any, name: str) -> Any:
    """Return an attribute of a stream, which may be an object of the caller, or None where that fails."""
    with suppress(Exception):
        return getattr(stream, name, None)
    return None


def _guarded(write: Any) -> None:
    try:
        write()
    except OSError as error:
        _silence()
        raise OSError(error.errno, f"cannot be written: {error.strerror}", NAME) from error


def _silence() -> None:
    """Lead standard output nowhere, so that the interpreter finds nothing wrong when it ends."""
    with suppress(OSError, ValueError, AttributeError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
    with suppress(OSError, ValueError, AttributeError):
        sys.stdout.flush()
