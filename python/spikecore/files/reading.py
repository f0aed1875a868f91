"""Text files that a caller hands us: read whole, once, and never more of them than fits a limit.

Whatever stands behind the name, reading takes bounded time and memory: devices, pipes and directories are
refused before a byte is read, a longer file at the limit, and bytes that are not UTF-8 with the number of their line.
The formats have limits of their own in `json_text` and `toml_text`.
"""

import os
import stat
from pathlib import Path
from typing import Never

from spikecore import printed
from spikecore.errors import NetworkError

__all__ = ["MOST_BYTES", "refuse", "text"]

MOST_BYTES = 2 * 2**20
"""Longest file that is read. The report of a run on all machines has some 0.3 MB, a profile of 16,000 prices 1.7 MB;
what a parser makes of a file is up to thirty times as large, and shall stay below 64 MiB."""
_KINDS = (
    (stat.S_ISDIR, "a directory"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
    (stat.S_ISFIFO, "a pipe"),
    (stat.S_ISSOCK, "a socket"),
)


def text(path: Path, subject: str, parameter: str) -> str:
    """Return the text of a regular file in UTF-8.

    Parameters
    ----------
    path : Path
        Where it is; a link is followed.
    subject : str
        What messages call it, with its name.
    parameter : str
        The argument that named it.

    Raises
    ------
    NetworkError
        If it is not a regular file, has more than `MOST_BYTES`, or is not UTF-8; the line is named.
    OSError
        If it cannot be opened or read.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    except ValueError as error:  # a character that no name of a file has
        refuse(f"{subject} cannot be opened: {error}", parameter, path)
    try:
        status = os.fstat(descriptor)
        kind = next((name for is_kind, name in _KINDS if is_kind(status.st_mode)), None)
        if kind is not None:
            refuse(f"{subject} is {kind}, allowed: a regular file", parameter, path)
        data = b"" if status.st_size > MOST_BYTES else _read(descriptor)
    except OSError as error:
        raise OSError(error.errno, f"cannot be read: {error.strerror}", str(path)) from error
    finally:
        os.close(descriptor)
    if max(len(data), status.st_size) > MOST_BYTES:
        refuse(f"{subject} has more than {MOST_BYTES:,} bytes, allowed: at most so many", parameter, path)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = 1 + data[: error.start].count(b"\n")
        refuse(f"{subject}: line {line} is not UTF-8: {error.reason}", parameter, path)


def _read(descriptor: int) -> bytes:
    """Return what a file has, and at most a byte more than it may have."""
    parts: list[bytes] = []
    left = MOST_BYTES + 1
    while left and (part := os.read(descriptor, left)):
        parts.append(part)
        left -= len(part)
    return b"".join(parts)


def refuse(message: str, parameter: str, path: Path | str) -> Never:
    """Raise `NetworkError` about a file."""
    raise NetworkError(printed.shortened(printed.shown(message), 600), parameter=parameter, value=str(path))
