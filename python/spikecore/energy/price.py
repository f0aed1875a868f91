"""A price: energy per counted event, per byte or per second, with unit, scope, evidence, bound and source."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from spikecore import checks
from spikecore.energy.ledger import BYTES, COUNTS

__all__ = [
    "BOUNDS",
    "EVIDENCE",
    "FAMILIES",
    "PER_BYTE",
    "PER_EVENT",
    "PER_SECOND",
    "SCOPES",
    "STORES",
    "Level",
    "Price",
    "Unpriced",
    "misplaced",
    "overlapping",
    "units",
]

EVIDENCE = ("measured", "simulated", "fitted", "vendor", "estimated", "unverified")
"""How a number was obtained. *estimated*: published as a rough figure of a technology; *unverified*: quoted from memory
of the literature or from a table whose source could not be read, so not to be relied on."""
SCOPES = ("per-term", "all-in")
BOUNDS = ("min", "max", "exact", "band", "operating point")
"""What a number is: a bound, one value, a band from low to high, or what holds at one operating point only."""
_ENERGY = {"J": 1.0, "mJ": 1e-3, "uJ": 1e-6, "nJ": 1e-9, "pJ": 1e-12, "fJ": 1e-15}
_POWER = {"W": 1.0, "mW": 1e-3, "uW": 1e-6, "nW": 1e-9}
_ACCESS_BYTES = {"B": 1.0, "bit": 0.125, "32bit": 4.0, "64bit": 8.0}
PER_EVENT = dict(_ENERGY)
"""Units of a price per event, in J."""
PER_BYTE = {f"{e}/{a}": joules / n for e, joules in _ENERGY.items() for a, n in _ACCESS_BYTES.items()}
"""Units of a price of memory, in J per byte: the width of an access must be said, because sources differ."""
PER_SECOND = dict(_POWER)
"""Units of static power, in J per second."""
STORES = ("weight_store_bytes", "core_store_bytes", "synapses")
"""Sizes in the ledger that may decide a memory level; `synapses` for a machine that stores one byte each."""
FAMILIES = (
    ("neuron_updates", "updates_active", "updates_inactive", "updates_done", "updates_skipped"),
    ("synaptic_operations", "synaptic_operations_dense"),
    ("weight_bytes", "weight_bytes_dense"),
    ("state_bytes", "state_bytes_dense"),
)
"""Counts that are one quantity by several names, all of it or a part: priced by two of them it is paid for twice."""
_DISJOINT = ({"updates_active", "updates_inactive"}, {"updates_done", "updates_skipped"})
"""Parts of one family that have nothing in common."""


@dataclass(frozen=True)
class Level:
    """A memory of some size, and the energy of moving one byte from or to it.

    Attributes
    ----------
    name : str
        Such as ``8 KB SRAM``.
    bytes : float or None
        Its size; None for one that holds everything.
    value : float
        The published number, in the unit of the price.
    nominal_j, low_j, high_j : float or None
        Energy per byte in J; None where no such bound was published.
    """

    name: str
    bytes: float | None
    value: float
    nominal_j: float
    low_j: float | None
    high_j: float | None


@dataclass(frozen=True)
class Price:
    """Energy per counted event, per byte, or per second.

    Attributes
    ----------
    term, count : str
        What is priced, and the count that it multiplies, one of `ledger.COUNTS`.
    value : float
        The published number, in `unit`.
    unit : str
        Unit of the published number: energy for events (``pJ``), energy per access for bytes
        (``pJ/B``, ``pJ/32bit``, ``pJ/64bit``), power for ``biological_s`` (``mW``).
    nominal_j, low_j, high_j : float or None
        Energy per event, byte or second in J; None where no such bound was published.
    evidence : str
        How the number was obtained, one of `EVIDENCE`.
    bound : str
        Whether it is a minimum, a maximum, a band, exact, or holds at an operating point.
    source : str
        Where it was published.
    scope : {"per-term", "all-in"}
        An all-in price contains other terms and is never added to them.
    contains : tuple of str
        The counts that an all-in price contains; all of them where it names none. Those that count some of the same
        things, as `overlapping` says, are contained as well.
    active_j : float or None
        For neuron updates: energy of one that is active, where the ledger knows; the others cost `low_j`.
    store : str or None
        The size in the ledger that decides the memory level.
    levels : tuple of Level
        Memories from small to large; the smallest that holds the store is priced.
    voltage_v : float or None
        Supply voltage.
    node : str
        Process.
    note : str
        What to know about it.
    each_chip : bool
        For power: whether every chip that the network needs takes it.

    Raises
    ------
    NetworkError
        For whatever a file could not say either: a negative or unordered number, an unknown word, an energy that is not
        the published number in its unit, memories that are not ordered by size.

    Examples
    --------
    >>> Price("hops", "hops_ew", 2.3, "pJ", 2.3e-12, None, None, "measured", "operating point", "a paper").scope
    'per-term'
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
    source: str
    scope: str = "per-term"
    contains: tuple[str, ...] = ()
    active_j: float | None = None
    store: str | None = None
    levels: tuple[Level, ...] = ()
    voltage_v: float | None = None
    node: str = ""
    note: str = ""
    each_chip: bool = False

    def __post_init__(self) -> None:
        """Refuse what a file could not say either."""
        checks.name("price", "term", self.term)
        checks.kept(self, contains=tuple(self.contains), levels=tuple(self.levels))
        checks.choice(self.term, "count", self.count, COUNTS)
        checks.choice(self.term, "evidence", self.evidence, EVIDENCE)
        checks.choice(self.term, "scope", self.scope, SCOPES)
        checks.choice(self.term, "bound", self.bound, BOUNDS)
        checks.choice(self.term, "unit", self.unit, tuple(units(self.count)))
        if not self.source.strip():
            checks.refuse(self.term, "source", "empty", "where the number was published")
        _check_energies(self)
        _check_contents(self)
        _check_levels(self)


def units(count: str) -> dict[str, float]:
    """Return the units that a price of this count may have, in J per event, byte or second.

    Examples
    --------
    >>> units("weight_bytes")["pJ/64bit"] * 1e12  # pJ per byte
    0.125
    """
    return PER_BYTE if count in BYTES else PER_SECOND if count == "biological_s" else PER_EVENT


def overlapping(count: str) -> tuple[str, ...]:
    """Return the counts that count some of the same things, this one included: a price of both would charge them twice.

    Examples
    --------
    >>> overlapping("synaptic_operations")
    ('synaptic_operations', 'synaptic_operations_dense')
    >>> overlapping("updates_done")  # none of those is skipped
    ('neuron_updates', 'updates_active', 'updates_inactive', 'updates_done')
    >>> overlapping("spikes")
    ('spikes',)
    """
    family = next((family for family in FAMILIES if count in family), (count,))
    return tuple(one for one in family if {one, count} not in _DISJOINT)


def misplaced(levels: Sequence[Level]) -> int | None:
    """Return the first memory that is not larger than the one before it, by its place; None if there is none.

    Examples
    --------
    >>> small, large = (Level("", size, 1.0, 1e-12, None, None) for size in (10, 1000))
    >>> misplaced([small, large]), misplaced([large, small])
    (None, 1)
    """
    sizes = [math.inf if one.bytes is None else one.bytes for one in levels]
    return next((k for k in range(1, len(sizes)) if sizes[k] <= sizes[k - 1]), None)


def _check_energies(price: Price) -> None:
    term = price.term
    object.__setattr__(price, "value", checks.number(term, "value", price.value, low=0.0, high=1e18) + 0.0)
    for name in ("nominal_j", "low_j", "high_j", "active_j"):
        value = getattr(price, name)
        if value is not None or name == "nominal_j":  # + 0.0: a price of -0.0 is one of 0
            object.__setattr__(price, name, checks.number(term, name, value, low=0.0, high=1e18, unit="J") + 0.0)
    if price.low_j is not None and price.low_j > price.nominal_j:
        checks.refuse(term, "low_j", price.low_j, f"at most nominal_j, {price.nominal_j:g} J")
    if price.high_j is not None and price.high_j < price.nominal_j:
        checks.refuse(term, "high_j", price.high_j, f"at least nominal_j, {price.nominal_j:g} J")
    published = price.value * units(price.count)[price.unit]
    if not math.isclose(price.nominal_j, published, rel_tol=1e-9):
        checks.refuse(term, "nominal_j", price.nominal_j, f"{published:g} J, that is {price.value:g} {price.unit}")


def _check_contents(price: Price) -> None:
    term = price.term
    for one in price.contains:
        checks.choice(term, "contains", one, COUNTS)
    if price.contains and price.scope != "all-in":
        checks.refuse(term, "contains", f"{price.contains}", "only with scope = 'all-in'")
    if price.scope == "all-in" and not price.contains:
        object.__setattr__(price, "contains", COUNTS)
    if price.scope == "all-in" and price.count not in price.contains:
        checks.refuse(term, "contains", f"{price.contains}", f"at least its own count, {price.count!r}")
    same = {other for one in price.contains for other in overlapping(one)}
    further = tuple(count for count in COUNTS if count in same and count not in price.contains)
    object.__setattr__(price, "contains", price.contains + further)
    if price.active_j is not None and price.count != "neuron_updates":
        checks.refuse(term, "active_j", price.active_j, "only with count = 'neuron_updates'")
    if checks.switch(term, "each_chip", price.each_chip) and price.count != "biological_s":
        checks.refuse(term, "each_chip", True, "only with count = 'biological_s'")


def _check_levels(price: Price) -> None:
    if bool(price.levels) != (price.store is not None):
        checks.refuse(price.term, "store", price.store, "the size that decides which of the levels is priced")
    if price.store is not None:
        checks.choice(price.term, "store", price.store, STORES)
    at = misplaced(price.levels)
    if at is not None:
        checks.refuse(price.term, "levels", f"{price.levels[at].name!r} at {at}", "memories from small to large")


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
