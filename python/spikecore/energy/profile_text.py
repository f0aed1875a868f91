"""Hardware profiles as a table and as plain values: every price with scope, evidence, bound and source."""

from dataclasses import asdict
from typing import Any

from spikecore.energy import quantity
from spikecore.energy.price import Level, Price
from spikecore.energy.profile import Profile
from spikecore.energy.table import Column, Table

__all__ = ["table", "to_dict"]

_HEAD = tuple(Column(name, is_words=True) for name in ("term", "counts", "price", "scope", "evidence", "bound"))


def to_dict(profile: Profile) -> dict[str, Any]:
    """Return the profile as plain values: the published figures, and the energies in J that follow from them."""
    plain = asdict(profile)
    for price, entry in zip(profile.prices, plain["prices"], strict=True):
        entry.update(_joules(price), active_j=price.active_j)
        for level, below in zip(price.levels, entry["levels"], strict=True):
            below.update(_joules(level))
    return plain


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
    remarks += [f"at {place}: {quantity.terms(terms)}" for place, terms in _elsewhere(profile).items()]
    remarks.append(f"source: {profile.source}")
    others = dict.fromkeys(price.source for price in profile.prices if price.source != profile.source)
    remarks += [f"source of {_terms(profile, source)}: {source}" for source in others]
    return Table(f"{profile.name}: {profile.title} ({profile.place})", _HEAD, rows, remarks=tuple(remarks))


def _elsewhere(profile: Profile) -> dict[str, list[str]]:
    """Return the terms whose prices are of another process or voltage than the profile's, by both."""
    terms: dict[str, list[str]] = {}
    for price in profile.prices:
        if price.node and (price.node, price.voltage_v) != (profile.node, profile.voltage_v):
            terms.setdefault(quantity.place(price.node, price.voltage_v), []).append(price.term)
    return terms


def _joules(figure: Price | Level) -> dict[str, float | None]:
    return {"nominal_j": figure.nominal_j, "low_j": figure.low_j, "high_j": figure.high_j}


def _paid(price: Price) -> str:
    values = ", ".join(f"{level.name} {_band(level)}" for level in price.levels) or _band(price)
    return f"{values} {price.unit}{' per chip' if price.each_chip else ''}"


def _band(price: Price | Level) -> str:
    return quantity.band(price.low, price.value, price.high, quantity.price)


def _terms(profile: Profile, source: str) -> str:
    return ", ".join(price.term for price in profile.prices if price.source == source)
