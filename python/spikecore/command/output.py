"""What a command writes: a report as JSON, and what goes wrong with its files.

A file that cannot be written costs nothing else: the other files are written and the report is printed first.
"""

import json
import math
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from spikecore import checks, printed, streams
from spikecore.errors import SpikecoreError
from spikecore.files import writing

__all__ = ["check_writable", "finish", "keeping_failures", "message_of", "write_json"]


def check_writable(*files: str | Path | None) -> None:
    """Refuse files that could not be written at the end of a long run, and one that would replace another."""
    for file in files:
        if file == "-":
            streams.check()
        elif file is not None:
            writing.check(Path(file))
    names = [os.path.realpath(file) for file in files if file not in (None, "-") and not writing.is_direct(Path(file))]
    if len(set(names)) < len(names):
        checks.refuse("", "the file", names[0], "a file of its own for each of --json, --raster, --spikes and --plot")


def write_json(report: Any, file: str) -> None:
    """Write a report to a file; ``-`` is standard output."""
    text = json.dumps(_finite(report), indent=2, allow_nan=False)
    if file == "-":
        streams.put(text)
    else:
        writing.text(Path(file), text + "\n")


@contextmanager
def keeping_failures(failures: list[str]) -> Iterator[None]:
    """Keep what goes wrong with a file for the end: what was computed is printed first."""
    try:
        yield
    except (SpikecoreError, OSError) as error:
        if getattr(error, "filename", None) == streams.NAME:
            raise
        failures.append(message_of(error))


def message_of(error: Exception) -> str:
    """Return an error as one line; one about a file begins with its name."""
    name = getattr(error, "filename", None)
    reason = getattr(error, "strerror", None)
    return f"{printed.shown(str(name))}: {reason}" if name is not None and reason else str(error) or "out of memory"


def finish(failures: list[str], code: int = 0) -> int:
    """Print what went wrong on standard error, and return the exit code."""
    for failure in failures:
        streams.note(f"spikecore: {failure}")
    return 2 if failures else code


def _finite(value: Any) -> Any:
    """Return the value with null for what JSON cannot say."""
    if isinstance(value, dict):
        return {key: _finite(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(entry) for entry in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
