"""Ledgers of runs that `spikecore run --json` wrote, read back to be priced on other machines.

A mistake names the file and the key. Packets and hops are those of one chip; they are forgotten where the run
is priced on another.
"""

import json
from collections.abc import Mapping
from dataclasses import fields, replace
from pathlib import Path
from typing import Any, Never

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
    try:
        report = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        msg = f"energy: {path} is not JSON: {error}"
        raise NetworkError(msg, parameter="run", value=str(path)) from error
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
    except (NetworkError, TypeError, AttributeError) as error:
        _fail(path, f"{key}.ledger", f"is refused: {error}")


def _value(value: Any, field: str, path: Path, key: str) -> Any:
    if field == "projections":
        try:
            return tuple(ProjectionCounts(**one) for one in value)
        except (NetworkError, TypeError) as error:
            _fail(path, key, f"is no list of projections: {error}")
    if field == "cores":
        if not isinstance(value, list):
            _fail(path, key, f"is {value!r}, allowed: a list of counts")
        return tuple(value)
    is_table = field in ("populations", "unknown")
    right = isinstance(value, Mapping) if is_table else value is None or _is_number(value)
    if not right:
        _fail(path, key, f"is {value!r}, allowed: a {'table' if is_table else 'number'}")
    return value


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _fail(path: Path, key: str, what: str) -> Never:
    msg = f"energy: {path}: {key} {what}"
    raise NetworkError(msg, parameter=key, value=str(path))
