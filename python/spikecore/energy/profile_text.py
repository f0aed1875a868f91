"""Hardware profiles as a table and as plain values: every price with scope, evidence, bound and source."""

from dataclasses import asdict
from typing import Any

from spikecore.energy import quantity
from spikecore.energy.profile import Level, Price, Profile
from spikecore.energy.table import Column, Table

__all__ = ["describe", "table", "to_dict"]

_HEAD = tuple(Column(name, is_words=True) for name in ("term", "counts", "price", "scope", "evidence", "bound"))


def to_dict(profile: Profile) -> dict[str, Any]:
    """Return the profile as plain values.

    Examples
    --------
    >>> from spikecore.energy import load
    >>> to_dict(load("loihi"))["prices"][0]["value"]
    23.6
    """
    return asdict(profile)


def table(profile: Profile) -> Table:
    """Return a row for every price, with notes, what is unpriced, and sources below.

    Examples
    --------
    >>> from spikecore.energy import load
    >>> [row[2] for row in table(load("loihi")).rows][:2]
    ['23.6 pJ', '52 (52 … 81) pJ']
    """
    rows = tuple(
        (price.term, price.count, _paid(price), price.scope, price.evidence, price.bound) for price in profile.prices
    )
    remarks = [f"pays: {profile.execution}"] if profile.execution else []
    remarks += [f"{price.term}: {price.note}" for price in profile.prices if price.note]
    remarks += [f"holds at: {profile.operating_point}"] if profile.operating_point else []
    remarks += [f"inside the all-in price: {term.term}: {term.reason}" for term in profile.contained]
    remarks += [f"unpriced: {term.term}: {term.reason}" for term in profile.unpriced]
    remarks += [f"note: {note}" for note in profile.notes]
    remarks.append(f"source: {profile.source}")
    others = dict.fromkeys(price.source for price in profile.prices if price.source != profile.source)
    remarks += [f"source of {_terms(profile, source)}: {source}" for source in others]
    return Table(f"{profile.name}: {profile.title} ({profile.place})", _HEAD, rows, remarks=tuple(remarks))


def describe(profile: Profile) -> str:
    """Return the table as text.

    Examples
    --------
    >>> from spikecore.energy import load
    >>> print(describe(load("atom")).splitlines()[0])
    atom: Intel Atom at 1.67 GHz (14 nm, 0.75 V)
    """
    return table(profile).text()


def _paid(price: Price) -> str:
    values = ", ".join(f"{level.name} {_band(level)}" for level in price.levels) or _band(price)
    return f"{values} {price.unit}{' per chip' if price.each_chip else ''}"


def _band(price: Price | Level) -> str:
    """Return a published number, and its bounds where both are known."""
    nominal = quantity.price(price.value)
    if price.low_j is None or price.high_j is None or price.low_j == price.high_j or not price.nominal_j:
        return nominal
    scale = price.value / price.nominal_j
    return f"{nominal} ({quantity.price(price.low_j * scale)} … {quantity.price(price.high_j * scale)})"


def _terms(profile: Profile, source: str) -> str:
    return ", ".join(price.term for price in profile.prices if price.source == source)
