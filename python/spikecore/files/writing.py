"""Files that we write: each appears whole or not at all, and an older one survives whatever goes wrong.

The content is written to a new file in the same directory, brought to the disk, and put in the place of the old one in
one step. Devices, pipes and ``/dev/stdout`` are written to directly.
"""

import errno
import os
import re
import secrets
import stat
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO, Never

from spikecore import checks, printed
from spikecore.errors import NetworkError

__all__ = ["check", "data", "in_place", "is_direct", "path_of", "text"]

_STREAM = re.compile(r"/dev/(stdin|stdout|stderr)|(?:/dev|/proc/self)/fd/(\d+)")
_NUMBERS = {"stdin": 0, "stdout": 1, "stderr": 2}


def path_of(owner: str, file: Any) -> Path:
    """Return the path that a caller gives; anything else is a `TypeError` that names the owner."""
    if not isinstance(file, str | os.PathLike):
        checks.wrong_kind(owner, "file", "a path", printed.value(file))
    return Path(file)


def text(path: Path, words: str) -> Path:
    """Write a text as UTF-8 and return its path; see `data`."""
    return data(path, words.encode("utf-8"))


def data(path: Path, content: bytes) -> Path:
    """Write a file and return its path.

    Parameters
    ----------
    path : Path
        Where; of a link, the file that it leads to is replaced, and keeps its permissions.
    content : bytes
        All of it.

    Raises
    ------
    OSError
        If it cannot be written; ``filename`` is `path`, and what was there before still is.
    NetworkError
        If no file can have such a name.
    """
    return _written(path, lambda: _write(path, content))


def in_place(path: Path, fill: Callable[[BinaryIO], None]) -> Path:
    """Write a file whose content is too large to be made in memory, and return its path; see `data`.

    Parameters
    ----------
    path : Path
        Where; no device and no pipe, since `fill` may go back in the file.
    fill : callable
        Writes all of it into an open file.
    """
    if is_direct(path):
        kind = "directory" if path.is_dir() else "device, a pipe or a stream"
        _refuse(path, f"it is a {kind}, allowed: a regular file")
    return _written(path, lambda: _replace(_goal(path), fill))


def _written(path: Path, write: Callable[[], None]) -> Path:
    try:
        write()
    except OSError as error:
        raise OSError(error.errno, f"cannot be written: {error.strerror}", str(path)) from error
    except ValueError as error:  # a character that no name of a file has
        _refuse(path, str(error))
    return path


def check(path: Path) -> None:
    """Refuse a file that could not be written at the end of a long run.

    Raises
    ------
    NetworkError
        If it is a directory, or its directory takes no new file.
    """
    try:
        problem = _problem(path)
    except (OSError, ValueError) as error:
        problem = getattr(error, "strerror", None) or str(error)
    if problem:
        _refuse(path, problem)


def is_direct(path: Path) -> bool:
    """Return whether a path is a device, a pipe or an open stream, which is written to and not replaced."""
    with suppress(OSError, ValueError):
        return _stream(path) is not None or not stat.S_ISREG(path.stat().st_mode)
    return False


def _refuse(path: Path, problem: str) -> Never:
    msg = f"cannot write {printed.shortened(printed.shown(str(path)))}: {problem}"
    raise NetworkError(msg, parameter="file", value=str(path))


def _problem(path: Path) -> str:
    stream = _stream(path)
    if stream is not None:
        os.fstat(stream)
        return ""
    if path.is_dir() or not path.parent.is_dir():
        return "it is a directory" if path.is_dir() else f"the directory {path.parent} does not exist"
    if path.exists() and not os.access(path, os.W_OK):
        return "permission denied"
    if not is_direct(path):
        goal = _goal(path)
        if _is_anothers(goal):
            return "it is another user's, in a directory where only its owner may replace it"
        _try(goal)
    return ""


def _is_anothers(goal: Path) -> bool:
    """Return whether the file is another user's, in a directory like ``/tmp`` where only its owner may replace it."""
    folder = goal.parent.stat()
    if not (folder.st_mode & stat.S_ISVTX and goal.exists()):
        return False
    return os.geteuid() not in (0, folder.st_uid, goal.stat().st_uid)


def _try(goal: Path) -> None:
    """Make a file in a directory, and remove it. A disk that is full now may have room when the content is there."""
    try:
        descriptor, name = _beside(goal)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            return
        raise
    os.close(descriptor)
    name.unlink()


def _write(path: Path, content: bytes) -> None:
    stream = _stream(path)
    if stream is not None:
        for mine in (sys.stdout, sys.stderr):
            with suppress(OSError, ValueError, AttributeError):
                mine.flush()
        with os.fdopen(os.dup(stream), "wb") as file:
            file.write(content)
    elif is_direct(path):
        with path.open("wb") as file:
            file.write(content)
    else:
        _replace(_goal(path), lambda file: _put(file, content))


def _put(file: BinaryIO, content: bytes) -> None:
    file.write(content)


def _replace(goal: Path, fill: Callable[[BinaryIO], None]) -> None:
    descriptor, name = _beside(goal)
    try:
        with os.fdopen(descriptor, "wb") as file:
            if goal.exists():
                _alike(name, goal)
            fill(file)
            file.flush()
            os.fsync(descriptor)
        name.replace(goal)
    except BaseException:
        name.unlink(missing_ok=True)
        raise


def _alike(name: Path, goal: Path) -> None:
    """Give a new file the owner and the permissions of the one that it replaces, which must be writable."""
    if not os.access(goal, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    old = goal.stat()
    with suppress(OSError, AttributeError):
        os.chown(name, old.st_uid, old.st_gid)
    name.chmod(stat.S_IMODE(old.st_mode))


def _beside(goal: Path) -> tuple[int, Path]:
    """Return a new file in the directory of another, open, with the permissions that new files have here."""
    while True:
        name = goal.parent / f".spikecore-{secrets.token_hex(6)}.part"
        with suppress(FileExistsError):
            return os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o666), name


def _goal(path: Path) -> Path:
    """Return the file that a link leads to."""
    return Path(os.path.realpath(path))


def _stream(path: Path) -> int | None:
    """Return the number of the open stream that a path names."""
    parts = _STREAM.fullmatch(str(path))
    if parts is None:
        return None
    return _NUMBERS[parts[1]] if parts[1] else int(parts[2])
