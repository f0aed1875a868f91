"""Profiles as TOML files: read into records, every mistake named with file, line and key.

The records say which keys there are and what is allowed (`profile`, `price`, `operating_point`). Here a file's types
are checked, and a refusal of a record gets the place that it is about. Limits of size and shape are those of
`toml_text`. A parser keeps no lines: the text is scanned for the line of each key (`Places`).
"""

import os
import re
from collections.abc import Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from pathlib import Path as OsPath
from types import UnionType
from typing import Any, Never, get_args

from spikecore import checks, printed
from spikecore.energy import published
from spikecore.energy.price import KEY
from spikecore.energy.profile import Profile
from spikecore.errors import NetworkError
from spikecore.files import reading, toml_text

__all__ = ["Places", "known", "load", "parse"]

Path = tuple[str | int, ...]


def known() -> list[str]:
    """Return the names of the profiles that come with spikecore."""
    return published.names("profiles")


def load(which: str | OsPath) -> Profile:
    """Read a profile that comes with spikecore, or a TOML file.

    Parameters
    ----------
    which : str or Path
        A name, as `known` lists them, or the path of a TOML file of the same form.

    Raises
    ------
    NetworkError
        If there is no such profile, or the file breaks the form; it names file, key and line.

    Examples
    --------
    >>> load("loihi").prices[0].value
    23.6
    """
    if not isinstance(which, str | os.PathLike):
        checks.wrong_kind("energy", "profile", "a name, the path of a TOML file or a Profile", printed.value(which))
    if str(which) in known():
        return parse(published.text("profiles", str(which)), f"{which}.toml")
    if OsPath(which).suffix == ".toml" and os.path.lexists(which):
        return parse(reading.text(OsPath(which), _subject(str(which)), "profile"), str(which))
    allowed = f"{', '.join(repr(name) for name in known())} or the path of a .toml file"
    if OsPath(which).suffix == ".toml":
        checks.refuse("energy", "profile", printed.value(str(which)), f"{allowed} that is there")
    checks.refuse("energy", "profile", printed.value(str(which)), allowed, meant=checks.nearest(str(which), known()))


def parse(text: str, file: str) -> Profile:
    """Return the profile that a TOML text describes; a `NetworkError` names the file, the line and the key."""
    data = toml_text.parse(text, file, _subject(file), "profile")
    profile: Profile = _File(file, Places(text)).record(Profile, data, (), {})
    return profile


class Places:
    """The lines of a TOML text: of every key, by its path, such as ``("price", 0, "unit")``."""

    def __init__(self, text: str) -> None:
        self._lines: dict[Path, int] = {}
        counts: dict[Path, int] = {}
        table: Path = ()
        for number, line in enumerate(text.splitlines(), start=1):
            header = re.match(r"\s*(\[\[?)\s*([\w.\-]+)\s*\]", line)
            key = re.match(r"\s*([\w\-]+)\s*=", line)
            if header:
                table = _path(header[2].split("."), header[1] == "[[", counts)
                self._lines.setdefault(table, number)
            elif key:
                self._lines.setdefault((*table, key[1]), number)

    def line(self, path: Path) -> int:
        """Return the line of a key, or of the table that should have it; 1 if that is the file itself."""
        while path and path not in self._lines:
            path = path[:-1]
        return self._lines.get(path, 1)


def _path(names: list[str], is_array: bool, counts: dict[Path, int]) -> Path:
    path: Path = ()
    for name in names[:-1]:
        path = (*path, name)
        path = (*path, counts[path] - 1) if path in counts else path
    path = (*path, names[-1])
    if not is_array:
        return path
    counts[path] = counts.get(path, 0) + 1
    return (*path, counts[path] - 1)


class _File:
    """A file whose tables become records."""

    def __init__(self, file: str, places: Places) -> None:
        self._file, self._places = file, places

    def record(self, kind: type, data: Any, path: Path, outer: Mapping[str, Any]) -> Any:
        """Return a table as a record; what it may inherit is taken from the record around it."""
        if not isinstance(data, Mapping):
            self._fail(path, f"is {printed.value(data)}, allowed: a table")
        own = {_key(part): part for part in fields(kind) if part.init}
        for key in data:
            if key not in own:
                self._fail((*path, key), f"is unknown, allowed: {', '.join(sorted(own))}")
        values: dict[str, Any] = {}
        for key, part in own.items():
            if key in data:
                values[part.name] = self._value(part.type, data[key], (*path, key), values)
            elif part.metadata.get("inherited") and part.name in outer:
                values[part.name] = outer[part.name]
            elif part.metadata.get("optional"):
                values[part.name] = None
            elif part.default is MISSING and part.default_factory is MISSING:
                self._fail((*path, key), "is missing")
        try:
            return kind(**values)
        except NetworkError as error:
            is_inherited = error.parameter in outer and error.parameter not in data
            around = path[: -1 - isinstance(path[-1], int)] if path and is_inherited else path
            place = self._place(kind, around, str(error.parameter))
            checks.refuse(self._owner(place), str(place[-1]), error.value, error.allowed)

    def _value(self, kind: Any, value: Any, path: Path, outer: Mapping[str, Any]) -> Any:
        if isinstance(kind, UnionType):
            kind = get_args(kind)[0]
        if is_dataclass(kind):
            return self.record(kind, value, path, outer)  # type: ignore[arg-type]
        inner = get_args(kind)[0] if get_args(kind) else None
        if inner is str:
            if not isinstance(value, list) or not all(isinstance(text, str) for text in value):
                self._fail(path, f"is {printed.value(value)}, allowed: a list of texts")
            return tuple(value)
        if inner is not None:
            if not isinstance(value, list):
                self._fail(path, f"is a {type(value).__name__}, allowed: [[{path[-1]}]] tables")
            return tuple(self.record(inner, table, (*path, k), outer) for k, table in enumerate(value))
        return self._scalar(kind, value, path)

    def _scalar(self, kind: type, value: Any, path: Path) -> Any:
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if kind is str and not (isinstance(value, str) and value.strip()):
            self._fail(path, f"is {printed.value(value)}, allowed: a text that is not empty")
        if kind is bool and not isinstance(value, bool):
            self._fail(path, f"is {printed.value(value)}, allowed: true or false")
        if kind in (int, float) and not is_number:
            self._fail(path, f"is {printed.value(value)}, allowed: a number")
        if kind is int:
            if isinstance(value, float) and not value.is_integer():
                self._fail(path, f"is {value:g}, allowed: a whole number")
            return int(value)
        return value

    def _place(self, kind: type, path: Path, parameter: str) -> Path:
        """Return the path in the file of a record's parameter, such as ``prices[3].levels[1].bytes``."""
        for name, place in re.findall(r"(\w+)(?:\[(\d+)\])?", parameter):
            part = next((part for part in fields(kind) if part.name == name), None)
            path = (*path, name if part is None else _key(part))
            if place and part is not None:
                path, kind = (*path, int(place)), get_args(part.type)[0]
        return path

    def _owner(self, path: Path) -> str:
        """Return the file, the line and the table of a key, for messages."""
        inside = ".".join(f"{part + 1}" if isinstance(part, int) else part for part in path[:-1])
        where = f" [{inside}]" if inside else ""
        return f"{_subject(self._file)}: line {self._places.line(path)}{where}"

    def _fail(self, path: Path, what: str) -> Never:
        key = printed.shortened(printed.shown(str(path[-1]))) if path else "it"
        msg = f"{self._owner(path)}: {key} {what}"
        raise NetworkError(msg, parameter=str(path[-1]) if path else None, value=self._file)


def _key(part: "Field[Any]") -> str:
    return str(part.metadata.get(KEY, part.name))


def _subject(file: str) -> str:
    """Return how messages begin that are about a profile's file."""
    return f"energy: profile {file!r} is malformed"
