"""Runs that `spikecore run --json` wrote, read back to be priced on other machines.

A mistake names the file and the key. Packets and hops are those of one chip: a run is priced with them on that chip, by
the name of its profile or of its file, and without them on any other.
"""

from collections.abc import Mapping, Sequence
from dataclasses import MISSING, dataclass, fields, replace
from pathlib import Path
from typing import Any, Never

from spikecore import printed
from spikecore.energy.ledger import Ledger, ProjectionCounts
from spikecore.energy.profile import Profile
from spikecore.errors import NetworkError
from spikecore.files import json_text, reading

__all__ = ["Saved", "ledger_for", "ledgers"]

_MAPPED = ("packets", "hops_ew", "hops_ns")
_ELSEWHERE = "not mapped onto this machine in the run that was read"
_LATER = ("notes", "unpriced", "samples", "most_fan_in", "longest_delay", "weight_bits")
"""Fields that files of earlier versions lack: no notes, all priced, one sample, and the others are not known."""
_FIRST = {"populations": "per_population", "projections": "per_projection", "cores": "synaptic_operations_per_core"}
"""Names that fields had in files of the first version."""


@dataclass(frozen=True)
class Saved:
    """A run as it was priced on one machine: as it was given to the command, the name of its profile, and the counts.

    `chip` is the structure that the network was placed on; None where it was not, or the file does not say.
    """

    key: str
    profile: str
    ledger: Ledger
    chip: Mapping[str, Any] | None = None


def ledgers(path: Path) -> tuple[Saved, ...]:
    """Return the ledgers of a file that `spikecore run --json` wrote, one for each machine that priced the run.

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
    return tuple(_saved(key, entry, path) for key, entry in energy.items())


def ledger_for(profile: Profile, runs: Sequence[Saved], key: str = "") -> Ledger:
    """Return the ledger to price on a profile: that of its own chip, or any without packets and hops.

    `key` is the machine as it was given: a name or a file.

    Examples
    --------
    >>> from spikecore.energy.profile_toml import load
    >>> run = [Saved("loihi", "loihi", Ledger(spikes=2, packets=3, hops_ew=4, hops_ns=5))]
    >>> [(ledger_for(load(name), run).packets, ledger_for(load(name), run).spikes) for name in ("loihi", "odin")]
    [(3, 2), (None, 2)]
    """
    chip = None if profile.chip is None else vars(profile.chip)
    named = [run for run in runs if run.key == key] or [run for run in runs if run.profile == profile.name]
    for run in named:
        if run.chip is None or run.chip == chip:
            return run.ledger
    unknown = {**runs[0].ledger.unknown, **dict.fromkeys(_MAPPED, _ELSEWHERE)}
    return replace(runs[0].ledger, packets=None, hops_ew=None, hops_ns=None, unknown=unknown, notes=())


def _saved(key: str, entry: Any, path: Path) -> Saved:
    at = f"energy.{key}.ledger"
    plain = entry.get("ledger") if isinstance(entry, Mapping) else None
    if not isinstance(plain, Mapping):
        _fail(path, at, "is missing, allowed: the counts of the run")
    values: dict[str, Any] = {}
    for part in fields(Ledger):
        name = part.name if part.name in plain else _FIRST.get(part.name, part.name)
        if name in plain:
            values[part.name] = plain[name]
        elif part.name not in _LATER:
            _fail(path, f"{at}.{part.name}", "is missing")
    try:
        if isinstance(values["projections"], list):
            values["projections"] = [_projection(table, k) for k, table in enumerate(values["projections"])]
        ledger = Ledger(**values)
    except (NetworkError, TypeError) as error:
        _fail(path, at, f"is refused: {error}")
    name, chip = entry.get("profile", key), entry.get("chip")
    return Saved(key, name if isinstance(name, str) else key, ledger, chip if isinstance(chip, Mapping) else None)


def _projection(plain: Any, at: int) -> ProjectionCounts:
    if not isinstance(plain, Mapping):
        msg = f"projections[{at}] must be a table, not {printed.value(plain)}"
        raise TypeError(msg)
    known = {part.name: part.default is MISSING for part in fields(ProjectionCounts)}
    wrong = {name: f"is unknown, allowed: {', '.join(known)}" for name in plain if name not in known}
    wrong |= {name: "is missing" for name, is_needed in known.items() if is_needed and name not in plain}
    for name, what in wrong.items():
        msg = f"projections[{at}].{printed.shown(name)} {what}"
        raise NetworkError(msg, parameter=name)
    return ProjectionCounts(**plain)


def _fail(path: Path, key: str, what: str) -> Never:
    msg = f"energy: {printed.shown(str(path))}: {printed.shortened(printed.shown(key))} {what}"
    raise NetworkError(msg, parameter=key, value=str(path))
