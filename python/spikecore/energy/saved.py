"""Ledgers of runs that `spikecore run --json` wrote, read back to be priced on other machines.

A mistake names the file and the key. Packets and hops are those of one chip; they are forgotten where the run
is priced on another.
"""

import math
from collections.abc import Mapping
from dataclasses import MISSING, fields, replace
from pathlib import Path
from typing import Any, Never

from spikecore import json_text, printed, reading
from spikecore.energy.ledger import Ledger, ProjectionCounts
from spikecore.errors import NetworkError

__all__ = ["ledger_for", "ledgers"]

_MAPPED = ("packets", "hops_ew", "hops_ns")
_RENAMED = {"populations": "per_population", "projections": "per_projection", "cores": "synaptic_operations_per_core"}
_ABSENT = ("notes",)
"""What `Ledger.to_dict` leaves out."""


def ledgers(path: Path) -> dict[str, Ledger]:
    """Return the ledgers of a file, by the name of the profile that priced them.

    Parameters
    ----------
    path : Path
        What `spikecore run --json` wrote.

    Raises
    ------
    NetworkError
        If the file is not JSON, or a key is missing or not what it should be; it names file and key.
    OSError
        If the file cannot be read.
    """
    subject = f"energy: {path}"
    report = json_text.parse(reading.text(path, subject, "run"), str(path), subject, "run")
    energy = report.get("energy") if isinstance(report, Mapping) else None
    if not isinstance(energy, Mapping) or not energy:
        _fail(path, "energy", "is missing or empty, allowed: what spikecore run --energy loihi --json writes")
    return {name: _ledger(one, path, f"energy.{name}") for name, one in energy.items()}


def ledger_for(name: str, known: Mapping[str, Ledger]) -> Ledger:
    """Return the ledger to price on a profile: its own, or any without packets and hops.

    Examples
    --------
    >>> run = {"loihi": Ledger(spikes=2, packets=3, hops_ew=4, hops_ns=5)}
    >>> ledger_for("loihi", run).packets, ledger_for("odin", run).packets, ledger_for("odin", run).spikes
    (3, None, 2)
    """
    if name in known:
        return known[name]
    some = next(iter(known.values()))
    unknown = {**some.unknown, **{count: "not mapped onto this machine in the run that was read" for count in _MAPPED}}
    return replace(some, packets=None, hops_ew=None, hops_ns=None, unknown=unknown)


def _ledger(entry: Any, path: Path, key: str) -> Ledger:
    given = entry.get("ledger") if isinstance(entry, Mapping) else None
    if not isinstance(given, Mapping):
        _fail(path, f"{key}.ledger", "is missing, allowed: the counts of the run")
    values: dict[str, Any] = {}
    for one in fields(Ledger):
        if one.name in _ABSENT:
            continue
        name = _RENAMED.get(one.name, one.name)
        if name not in given:
            _fail(path, f"{key}.ledger.{name}", "is missing")
        values[one.name] = _value(given[name], one.name, path, f"{key}.ledger.{name}")
    try:
        return Ledger(**values)
    except (NetworkError, TypeError) as error:
        _fail(path, f"{key}.ledger", f"is refused: {error}")


def _value(value: Any, field: str, path: Path, key: str) -> Any:
    if field == "projections":
        return tuple(_projection(one, path, f"{key}.{k + 1}") for k, one in enumerate(_list(value, path, key)))
    if field == "cores":
        return tuple(_number(one, path, f"{key}.{k + 1}") for k, one in enumerate(_list(value, path, key)))
    if field == "populations":
        return {count: _counts(by_name, path, f"{key}.{count}") for count, by_name in _table(value, path, key).items()}
    if field == "unknown":
        for name, reason in _table(value, path, key).items():
            if not isinstance(reason, str):
                _fail(path, f"{key}.{name}", f"is {printed.value(reason)}, allowed: a text, why the count is not known")
        return value
    if value is not None and not _is_number(value):
        _fail(path, key, f"is {printed.value(value)}, allowed: a number")
    return value


def _projection(value: Any, path: Path, key: str) -> ProjectionCounts:
    given = _table(value, path, key)
    known = {one.name: one for one in fields(ProjectionCounts)}
    for name in given:
        if name not in known:
            _fail(path, f"{key}.{name}", f"is unknown, allowed: {', '.join(known)}")
    for name, one in known.items():
        if name not in given and one.default is MISSING:
            _fail(path, f"{key}.{name}", "is missing")
    if not isinstance(given["name"], str):
        _fail(path, f"{key}.name", f"is {printed.value(given['name'])}, allowed: a text")
    for name in given:
        if name != "name" and (given[name] is not None or known[name].default is MISSING):
            _number(given[name], path, f"{key}.{name}")
    return ProjectionCounts(**given)


def _counts(value: Any, path: Path, key: str) -> dict[str, float]:
    return {name: _number(one, path, f"{key}.{name}") for name, one in _table(value, path, key).items()}


def _table(value: Any, path: Path, key: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        _fail(path, key, f"is {printed.value(value)}, allowed: a table")
    return value


def _list(value: Any, path: Path, key: str) -> list[Any]:
    if not isinstance(value, list):
        _fail(path, key, f"is {printed.value(value)}, allowed: a list")
    return value


def _number(value: Any, path: Path, key: str) -> float:
    if not _is_number(value) or not 0 <= value < math.inf:
        _fail(path, key, f"is {printed.value(value)}, allowed: a number, 0 or more")
    count: float = value
    return count


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _fail(path: Path, key: str, what: str) -> Never:
    msg = f"energy: {printed.shown(str(path))}: {printed.shortened(printed.shown(key))} {what}"
    raise NetworkError(msg, parameter=key, value=str(path))
