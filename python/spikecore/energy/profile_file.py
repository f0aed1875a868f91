"""Reading a profile's TOML: every mistake is named with file, key and line.

Limits of size and shape are those of `toml_text`. A parser keeps no lines: the text is scanned for the line of each
key (`Places`).
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path as OsPath
from typing import Any, Never

from spikecore import checks, printed, reading, toml_text
from spikecore.energy import operating_point
from spikecore.energy.ledger import BYTES, COUNTS
from spikecore.energy.price import BOUNDS, EVIDENCE, SCOPES, STORES, Level, Price, Unpriced, misplaced, units
from spikecore.energy.profile import LATENCIES, Chip, Profile, double, limits
from spikecore.errors import NetworkError

__all__ = ["Places", "parse", "read", "subject"]

_TOP = {
    "name",
    "title",
    "node",
    "voltage_v",
    "scope",
    "source",
    "notes",
    "execution",
    "measured",
    "price",
    "unpriced",
    "chip",
    "contained",
    "operating_point",
}
_PRICE = {
    "term", "count", "value", "low", "high", "unit", "scope", "contains", "evidence", "bound", "note", "source",
    "active", "store", "level", "voltage_v", "node", "each_chip",
}  # fmt: skip
_LEVEL = {"name", "bytes", "value", "low", "high"}
_UNPRICED = {"term", "count", "reason"}
_CHIP = set(Chip.__dataclass_fields__)

Path = tuple[str | int, ...]


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


class _Table:
    """One table of the file, and where it is."""

    def __init__(self, data: Any, file: str, places: Places, path: Path, allowed: set[str]) -> None:
        self.file, self.places, self.path = file, places, path
        if not isinstance(data, Mapping):
            self.fail("", f"is {printed.value(data)}, allowed: a table")
        self.data: Mapping[str, Any] = data
        for key in data:
            if key not in allowed:
                self.fail(key, f"is unknown, allowed: {', '.join(sorted(allowed))}")

    def owner(self, key: str) -> str:
        """Return the file and the line of a key, for messages."""
        inside = ".".join(f"{p + 1}" if isinstance(p, int) else p for p in self.path)
        where = f" [{inside}]" if inside else ""
        return f"{subject(self.file)}: line {self.places.line((*self.path, key))}{where}"

    def fail(self, key: str, what: str) -> Never:
        msg = f"{self.owner(key)}: {printed.shortened(printed.shown(key))} {what}"
        raise NetworkError(msg, parameter=key, value=self.file)

    def text(self, key: str, default: str | None = None) -> str:
        if key not in self.data:
            if default is not None:
                return default
            self.fail(key, "is missing")
        value = self.data[key]
        if not isinstance(value, str) or not value.strip():
            self.fail(key, f"is {printed.value(value)}, allowed: a text that is not empty")
        return value

    def choice(self, key: str, allowed: tuple[str, ...], default: str | None = None) -> str:
        return checks.choice(self.owner(key), key, self.text(key, default), allowed)

    def number(self, key: str) -> float | None:
        if key not in self.data:
            return None
        value = self.data[key]
        if isinstance(value, bool) or not isinstance(value, int | float):
            self.fail(key, f"is {printed.value(value)}, allowed: a number")
        return checks.number(self.owner(key), key, value, low=0.0, high=1e18) + 0.0  # -0.0 is 0

    def switch(self, key: str) -> bool:
        value = self.data.get(key, False)
        if not isinstance(value, bool):
            self.fail(key, f"is {printed.value(value)}, allowed: true or false")
        return value

    def required(self, key: str) -> float:
        value = self.number(key)
        if value is None:
            self.fail(key, "is missing")
        return value

    def tables(self, key: str, allowed: set[str]) -> list["_Table"]:
        entries = self.data.get(key, [])
        if not isinstance(entries, list):
            self.fail(key, f"is a {type(entries).__name__}, allowed: [[{key}]] tables")
        return [_Table(one, self.file, self.places, (*self.path, key, k), allowed) for k, one in enumerate(entries)]

    def texts(self, key: str) -> tuple[str, ...]:
        values = self.data.get(key, [])
        if not isinstance(values, list) or not all(isinstance(one, str) for one in values):
            self.fail(key, f"is {printed.value(values)}, allowed: a list of texts")
        return tuple(values)


def subject(file: str | OsPath) -> str:
    """Return how messages begin that are about a profile's file."""
    return f"energy: profile {str(file)!r} is malformed"


def read(file: OsPath) -> Profile:
    """Return the profile of a TOML file; see `parse`."""
    return parse(reading.text(file, subject(file), "profile"), str(file))


def parse(text: str, file: str) -> Profile:
    """Return the profile that a TOML text describes.

    Parameters
    ----------
    text : str
        The text.
    file : str
        Its name, for messages.

    Raises
    ------
    NetworkError
        With file, line and key, for whatever breaks the form.
    """
    data = toml_text.parse(text, file, subject(file), "profile")
    top = _Table(data, file, Places(text), (), _TOP)
    scope = top.choice("scope", SCOPES)
    profile = Profile(
        name=top.text("name"),
        title=top.text("title"),
        node=top.text("node"),
        voltage_v=top.number("voltage_v"),
        scope=scope,
        source=top.text("source"),
        notes=top.texts("notes"),
        unpriced=tuple(_unpriced(one) for one in top.tables("unpriced", _UNPRICED)),
        execution=top.text("execution", ""),
        measured=top.switch("measured"),
        chip=_chip(top) if "chip" in data else None,
        operating_point=_operating_point(top) if "operating_point" in data else None,
    )
    tables = top.tables("price", _PRICE)
    if profile.measured and tables:
        top.fail("measured", "is true beside [[price]]: what is measured is not modelled, allowed: one of the two")
    prices = [_price(one, profile) for one in tables]
    clash = double(prices)
    if clash is not None:
        at, key, found, allowed = clash
        tables[at].fail(key, f"is {found}, allowed: {allowed}")
    contained = tuple(operating_point.contained(one, prices) for one in top.tables("contained", _UNPRICED))
    return replace(profile.with_prices(*prices), contained=contained)


def _price(table: _Table, profile: Profile) -> Price:
    count = table.choice("count", COUNTS)
    bound = table.choice("bound", BOUNDS)
    scale = _scale(table, count)
    levels = tuple(_level(one, scale, bound) for one in table.tables("level", _LEVEL))
    if levels and "value" in table.data:
        table.fail("value", "is given beside [[price.level]], allowed: one of the two")
    if not levels:
        table.required("value")
    if ("store" in table.data) != bool(levels):
        table.fail("store", "decides which [[price.level]] is priced: one needs the other")
    _check_order(table, levels)
    first = levels[0] if levels else _level(table, scale, bound, named=False)
    scope = table.choice("scope", SCOPES, profile.scope)
    contains = table.texts("contains") or (COUNTS if scope == "all-in" else ())
    if "contains" in table.data and scope != "all-in":
        table.fail("contains", "is what an all-in price contains, allowed: only with scope = 'all-in'")
    for one in contains:
        checks.choice(table.owner("contains"), "contains", one, COUNTS)
    if scope == "all-in" and count not in contains:
        table.fail("contains", f"is {list(contains)}, allowed: at least its own count, {count!r}")
    active = table.number("active")
    if active is not None and count != "neuron_updates":
        table.fail("active", "is a price of active neuron updates, allowed: only with count = 'neuron_updates'")
    return Price(
        term=table.text("term"),
        count=count,
        value=first.value,
        unit=table.text("unit"),
        nominal_j=first.nominal_j,
        low_j=first.low_j,
        high_j=first.high_j,
        evidence=table.choice("evidence", EVIDENCE),
        bound=bound,
        source=table.text("source", profile.source),
        scope=scope,
        contains=contains,
        active_j=None if active is None else active * scale,
        store=table.choice("store", STORES) if levels else None,
        levels=levels,
        voltage_v=profile.voltage_v if "voltage_v" not in table.data else table.number("voltage_v"),
        node=table.text("node", profile.node),
        note=table.text("note", "") if "note" in table.data else "",
        each_chip=_each_chip(table, count, profile),
    )


def _each_chip(table: _Table, count: str, profile: Profile) -> bool:
    each = table.switch("each_chip")
    if each and (count != "biological_s" or profile.chip is None):
        table.fail("each_chip", "is true, allowed: only for count = 'biological_s', and with a [chip] that has limits")
    return each


def _check_order(table: _Table, levels: tuple[Level, ...]) -> None:
    at = misplaced(levels)
    if at is not None:
        before = "no limit" if levels[at - 1].bytes is None else f"{levels[at - 1].bytes:g}"
        own = "missing" if levels[at].bytes is None else f"{levels[at].bytes:g}"
        found = table.tables("level", _LEVEL)[at]
        found.fail("bytes", f"is {own} after a memory of {before}, allowed: memories from small to large")


def _scale(table: _Table, count: str) -> float:
    """Return J per event, byte or second in the unit that the table names."""
    known = units(count)
    shown = tuple(known) if count not in BYTES else ("pJ/B", "pJ/32bit", "pJ/64bit", "fJ/bit")
    unit = table.text("unit")
    if unit not in known:
        checks.choice(table.owner("unit"), "unit", unit, shown)
    return known[unit]


def _level(table: _Table, scale: float, bound: str, named: bool = True) -> Level:
    value = table.required("value")
    low, high = table.number("low"), table.number("high")
    if bound == "band" and (low is None or high is None):
        table.fail("bound", "is 'band': it needs low and high")
    low = value if low is None and bound in ("min", "exact") else low
    high = value if high is None and bound in ("max", "exact") else high
    if low is not None and low > value:
        table.fail("low", f"is {low:g}, allowed: at most value, {value:g}")
    if high is not None and high < value:
        table.fail("high", f"is {high:g}, allowed: at least value, {value:g}")
    return Level(
        name=table.text("name") if named else "",
        bytes=table.number("bytes") if named else None,
        value=value,
        nominal_j=value * scale,
        low_j=None if low is None else low * scale,
        high_j=None if high is None else high * scale,
    )


def _unpriced(table: _Table) -> Unpriced:
    count = table.choice("count", COUNTS) if "count" in table.data else None
    return Unpriced(table.text("term"), count, table.text("reason"))


def _operating_point(top: _Table) -> operating_point.OperatingPoint:
    table = _Table(top.data["operating_point"], top.file, top.places, ("operating_point",), operating_point.KEYS)
    return operating_point.parse(table)


def _chip(top: _Table) -> Chip:
    table = _Table(top.data["chip"], top.file, top.places, ("chip",), _CHIP)
    source = table.text("source", top.text("source"))
    needed = ("neurons_per_core", "cores", "cores_per_tile", "mesh_width")
    numbers: dict[str, Any] = {key: table.required(key) for key in (*needed, *table.data) if key != "source"}
    for key, value in numbers.items():
        if key not in LATENCIES:
            low, high = limits(key)
            if value != int(value) or not low <= value <= high:
                table.fail(key, f"is {value:g}, allowed: a whole number, {low} or more, at most {high}")
            numbers[key] = int(value)
    return Chip(**numbers, source=source)
