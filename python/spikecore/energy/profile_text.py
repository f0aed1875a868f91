"""Hardware profiles as text and as plain values: every price with scope, evidence, bound and source."""

from dataclasses import asdict
from typing import Any

from spikecore.energy.profile import Price, Profile
from spikecore.energy.text import aligned, wrapped

__all__ = ["describe", "to_dict"]

_HEAD = ("term", "counts", "price", "scope", "evidence", "bound")


def to_dict(profile: Profile) -> dict[str, Any]:
    """Return the profile as plain values.

    Examples
    --------
    >>> from spikecore.energy import load
    >>> to_dict(load("loihi"))["prices"][0]["value"]
    23.6
    """
    return asdict(profile)


def describe(profile: Profile) -> str:
    """Return the profile as a table with its notes, what it leaves unpriced and its sources.

    Examples
    --------
    >>> from spikecore.energy import load
    >>> print(describe(load("atom")).splitlines()[0])
    atom: Intel Atom at 1.67 GHz (14 nm, 0.75 V)
    """
    text = [f"{profile.name}: {profile.title} ({profile.place})"]
    if profile.prices:
        text += aligned([_HEAD, *(_row(price) for price in profile.prices)], left=(0, 1, 2, 3, 4, 5))
    text += [f"  pays: {profile.execution}"] if profile.execution else []
    text += [f"  {price.term}: {price.note}" for price in profile.prices if price.note]
    text += [f"  holds at: {profile.operating_point}"] if profile.operating_point else []
    text += [f"  inside the all-in price: {one.term}: {one.reason}" for one in profile.contained]
    text += [f"  unpriced: {one.term}: {one.reason}" for one in profile.unpriced]
    text += [f"  note: {note}" for note in profile.notes]
    text.append(f"  source: {profile.source}")
    others = dict.fromkeys(price.source for price in profile.prices if price.source != profile.source)
    text += [f"  source of {_terms(profile, source)}: {source}" for source in others]
    return "\n".join(part for line in text for part in wrapped(line))


def _row(price: Price) -> tuple[str, ...]:
    values = ", ".join(f"{level.name} {_band(level)}" for level in price.levels) or _band(price)
    paid = f"{values} {price.unit}{' per chip' if price.each_chip else ''}"
    return (price.term, price.count, paid, price.scope, price.evidence, price.bound)


def _band(one: Any) -> str:
    """Return a published number, and its bounds where both are known."""
    if one.low_j is None or one.high_j is None or one.low_j == one.high_j or not one.nominal_j:
        return f"{one.value:g}"
    scale = one.value / one.nominal_j
    return f"{one.value:g} ({one.low_j * scale:g} … {one.high_j * scale:g})"


def _terms(profile: Profile, source: str) -> str:
    return ", ".join(price.term for price in profile.prices if price.source == source)
