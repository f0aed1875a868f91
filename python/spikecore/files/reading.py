"""Files that a caller hands us: regular ones alone, and of texts never more than fits a limit.

Whatever stands behind the name, reading takes bounded time and memory: devices, pipes and directories are
refused before a byte is read, a longer text at the limit, and bytes that are not UTF-8 with the number of their line.
The formats have limits of their own in `json_text`, `toml_text` and `container`.
"""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Never

from spikecore import printed
from spikecore.errors import NetworkError

__all__ = ["MOST_BYTES", "opened", "refuse", "text"]

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
    with opened(path, subject, parameter) as file:
        size = os.fstat(file.fileno()).st_size
        data = b"" if size > MOST_BYTES else file.read(MOST_BYTES + 1)
    if max(len(data), size) > MOST_BYTES:
        refuse(f"{subject} has more than {MOST_BYTES:,} bytes, allowed: at most so many", parameter, path)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = 1 + data[: error.start].count(b"\n")
        refuse(f"{subject}: line {line} is not UTF-8: {error.reason}", parameter, path)


@contextmanager
def opened(path: Path, subject: str, parameter: str) -> Iterator[BinaryIO]:
    """Open a regular file for the length of a block; parameters and errors are those of `text`."""
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    except ValueError as error:  # a character that no name of a file has
        refuse(f"{subject} cannot be opened: {error}", parameter, path)
    try:
        mode = os.fstat(descriptor).st_mode
        kind = next((name for is_kind, name in _KINDS if is_kind(mode)), None)
        if kind is not None:
            refuse(f"{subject} is {kind}, allowed: a regular file", parameter, path)
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            yield file
    except OSError as error:
        raise OSError(error.errno, f"cannot be read: {error.strerror}", str(path)) from error
    finally:
        os.close(descriptor)


def refuse(message: str, parameter: str, path: Path | str) -> Never:
    """Raise `NetworkError` about a file."""
    raise NetworkError(printed.shortened(printed.shown(message), 600), parameter=parameter, value=str(path))
