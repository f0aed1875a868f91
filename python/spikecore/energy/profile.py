"""Hardware profiles: prices as data, each with unit, scope, evidence, bound and source."""

import tomllib
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

from spikecore import checks
from spikecore.errors import NetworkError

__all__ = ["COUNTS", "Price", "Profile", "Unpriced", "load"]

COUNTS = ("spikes", "synaptic_operations", "neuron_updates", "updates_done", "updates_skipped", "stimulus_events")
"""The counts that a price may refer to: `neuron_updates` are what a clocked machine does, done and skipped together."""

_JOULES = {"J": 1.0, "uJ": 1e-6, "nJ": 1e-9, "pJ": 1e-12, "fJ": 1e-15}
_EVIDENCE = ("measured", "simulated", "fitted", "vendor")
_SCOPES = ("per-term", "all-in")


@dataclass(frozen=True)
class Price:
    """Energy per counted event.

    Attributes
    ----------
    term, count : str
        What is priced, and the count that it multiplies.
    nominal_j, low_j, high_j : float or None
        Energy per event in J; None where no such bound was published.
    value : float
        The published number, in `unit`.
    unit : str
        Unit of the published number.
    evidence : {"measured", "simulated", "fitted", "vendor"}
        How the number was obtained.
    bound : str
        Whether it is a minimum, a band, or holds at an operating point.
    note, source : str
        What to know about it, and where it was published.
    """

    term: str
    count: str
    value: float
    unit: str
    nominal_j: float
    low_j: float | None
    high_j: float | None
    evidence: str
    bound: str
    note: str
    source: str


@dataclass(frozen=True)
class Unpriced:
    """A term without a price.

    Attributes
    ----------
    term : str
        What has no price.
    count : str or None
        The count that belongs to it, if there is one.
    reason : str
        Why it has none.
    """

    term: str
    count: str | None
    reason: str


@dataclass(frozen=True)
class Profile:
    """The prices of one chip.

    Attributes
    ----------
    name, title, node : str
        Short name, full name, process.
    voltage_v : float or None
        Supply voltage of the figures.
    scope : {"per-term", "all-in"}
        An all-in price contains every other term and is never added to one.
    source : str
        Where the prices were published.
    notes : tuple of str
        Printed with every report.
    prices : tuple of Price
        What is priced.
    unpriced : tuple of Unpriced
        What is not.
    """

    name: str
    title: str
    node: str
    voltage_v: float | None
    scope: str
    source: str
    notes: tuple[str, ...]
    prices: tuple[Price, ...]
    unpriced: tuple[Unpriced, ...]


def load(which: str | Path) -> Profile:
    """Read a profile that comes with spikecore, or a TOML file.

    Parameters
    ----------
    which : str or Path
        ``"loihi"``, ``"truenorth"``, or the path of a TOML file of the same form.

    Returns
    -------
    Profile
        Checked.

    Raises
    ------
    NetworkError
        If there is no such profile, or the file breaks the form.

    Examples
    --------
    >>> load("loihi").prices[0].value
    23.6
    """
    folder = resources.files("spikecore.energy") / "profiles"
    known = sorted(entry.name[:-5] for entry in folder.iterdir() if entry.name.endswith(".toml"))
    if str(which) in known:
        text = (folder / f"{which}.toml").read_text(encoding="utf-8")
    elif Path(which).suffix == ".toml" and Path(which).is_file():
        text = Path(which).read_text(encoding="utf-8")
    else:
        allowed = f"{', '.join(repr(name) for name in known)} or the path of a .toml file"
        checks.refuse("energy", "profile", f"{str(which)!r}", allowed)
    try:
        return _parse(tomllib.loads(text))
    except (tomllib.TOMLDecodeError, KeyError, TypeError) as error:
        msg = f"energy: profile {str(which)!r} is malformed: {error!r}"
        raise NetworkError(msg, parameter="profile", value=str(which)) from error


def _parse(data: dict[str, Any]) -> Profile:
    name = str(data["name"])
    scope = checks.choice(name, "scope", data["scope"], _SCOPES)
    prices = tuple(_price(name, entry, data) for entry in data["price"])
    if scope == "all-in" and len(prices) != 1:
        allowed = "1: an all-in price is never added to another"
        checks.refuse(name, "the number of all-in prices", len(prices), allowed)
    unpriced = tuple(Unpriced(entry["term"], entry.get("count"), entry["reason"]) for entry in data.get("unpriced", []))
    for entry in unpriced:
        if entry.count is not None:
            checks.choice(name, "count", entry.count, COUNTS)
    return Profile(
        name=name,
        title=data["title"],
        node=data["node"],
        voltage_v=data.get("voltage_v"),
        scope=scope,
        source=data["source"],
        notes=tuple(data.get("notes", [])),
        prices=prices,
        unpriced=unpriced,
    )


def _price(name: str, entry: dict[str, Any], data: dict[str, Any]) -> Price:
    unit = checks.choice(name, "unit", entry["unit"], tuple(_JOULES))

    def joules(key: str) -> float | None:
        if key not in entry:
            return None
        return checks.number(name, key, entry[key], low=0.0, unit=unit) * _JOULES[unit]

    return Price(
        term=entry["term"],
        count=checks.choice(name, "count", entry["count"], COUNTS),
        value=entry["value"],
        unit=unit,
        nominal_j=checks.number(name, "value", entry["value"], low=0.0) * _JOULES[unit],
        low_j=joules("low"),
        high_j=joules("high"),
        evidence=checks.choice(name, "evidence", entry["evidence"], _EVIDENCE),
        bound=entry["bound"],
        note=entry.get("note", ""),
        source=entry.get("source", data["source"]),
    )
