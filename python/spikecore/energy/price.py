"""A price: energy per counted event, per byte or per second, with unit, scope, evidence, bound and source.

A price holds the figures that were published, in the unit in which they were; energies in J are derived from them.
Every rule about a price stands here, whether it comes from a file or from Python.
"""

import math
from dataclasses import dataclass, field, replace

from spikecore import checks
from spikecore.energy.ledger import BYTES, COUNTS

__all__ = ["EVIDENCE", "INHERITED", "KEY", "OPTIONAL", "SCOPES", "Level", "Price", "Term", "overlapping", "units"]

EVIDENCE = ("measured", "simulated", "fitted", "vendor", "estimated", "unverified")
"""How a number was obtained. *estimated*: published as rough; *unverified*: its source was not read: no verdict."""
SCOPES = ("per-term", "all-in")
_BOUNDS = ("min", "max", "exact", "band", "operating point")
"""What a number is: a bound, one value, a band from low to high, or what holds at one operating point only."""
_STORES = ("weight_store_bytes", "core_store_bytes", "synapses")
"""Sizes in the ledger that may decide a memory level; `synapses` for a machine that stores one byte each."""
_FAMILIES = (
    ("neuron_updates", "updates_active", "updates_inactive", "updates_done", "updates_skipped"),
    ("synaptic_operations", "synaptic_operations_dense"),
    ("weight_bytes", "weight_bytes_dense"),
    ("state_bytes", "state_bytes_dense"),
)
"""Counts that are one quantity by several names, all of it or a part: priced by two of them it is paid for twice."""
_DISJOINT = ({"updates_active", "updates_inactive"}, {"updates_done", "updates_skipped"})
"""Parts of one family that have nothing in common."""
OPTIONAL, INHERITED, KEY = {"optional": True}, {"inherited": True}, "key"
"""Metadata of fields that a file may leave out, though Python may not: None, or that of the profile; another name."""
_ENERGY = {"J": 1.0, "mJ": 1e-3, "uJ": 1e-6, "nJ": 1e-9, "pJ": 1e-12, "fJ": 1e-15}
_POWER = {"W": 1.0, "mW": 1e-3, "uW": 1e-6, "nW": 1e-9}
_ACCESS_BYTES = {"B": 1.0, "bit": 0.125, "32bit": 4.0, "64bit": 8.0}
_PER_BYTE = {f"{e}/{a}": joules / n for e, joules in _ENERGY.items() for a, n in _ACCESS_BYTES.items()}
"""Units of a price of memory, in J per byte: the width of an access must be said, because sources differ."""
_JOULES = {**_ENERGY, **_POWER, **_PER_BYTE}


def units(count: str) -> dict[str, float]:
    """Return the units that a price of this count may have, in J per event, byte or second.

    Examples
    --------
    >>> units("weight_bytes")["pJ/64bit"] * 1e12  # pJ per byte
    0.125
    """
    return _PER_BYTE if count in BYTES else _POWER if count == "biological_s" else _ENERGY


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
    family = next((family for family in _FAMILIES if count in family), (count,))
    return tuple(other for other in family if {other, count} not in _DISJOINT)


class _Published:
    """A published figure and its bounds, in its unit and in J."""

    value: float
    low: float | None
    high: float | None
    unit: str

    @property
    def nominal_j(self) -> float:
        """Energy per event, byte or second in J."""
        return self.value * _JOULES[self.unit]

    @property
    def low_j(self) -> float | None:
        """Its lower bound in J; None where none was published."""
        return None if self.low is None else self.low * _JOULES[self.unit]

    @property
    def high_j(self) -> float | None:
        """Its upper bound in J; None where none was published."""
        return None if self.high is None else self.high * _JOULES[self.unit]


@dataclass(frozen=True)
class Level(_Published):
    """A memory, such as ``8 KB SRAM``, and the energy of moving one byte from or to it.

    Attributes
    ----------
    value, low, high, bytes : float or None
        The published number and its bounds, in the unit of its price; its size, ≥ 0, None where it holds everything.
    """

    name: str
    value: float
    bytes: float | None = None
    low: float | None = None
    high: float | None = None
    unit: str = field(default="", init=False)


@dataclass(frozen=True)
class Price(_Published):
    """Energy per counted event, per byte, or per second.

    Attributes
    ----------
    term, count : str
        What is priced, and the count that it multiplies, one of `ledger.COUNTS`.
    value, unit : float, str
        The published number, ≥ 0, of a price with levels that of the first; energy for events (``pJ``), energy per
        access for bytes (``pJ/B``, ``pJ/32bit``, ``pJ/64bit``), power for ``biological_s`` (``mW``).
    evidence, source : str
        How the number was obtained, one of `EVIDENCE`, and where it was published.
    bound, low, high : {"min", "max", "exact", "band", "operating point"}, float or None
        What the number is, and its published bounds; the value itself where `bound` says that it is one.
    scope, contains : {"per-term", "all-in"}, tuple of str
        An all-in price contains other terms and is never added to them: the counts that it names, all where it names
        none, and those that count some of the same things, as `overlapping` says.
    active : float or None
        For neuron updates: price of one that is active, where the ledger knows; the others cost `low`.
    store, levels : str or None, tuple of Level
        Memories from small to large, and the size in the ledger that decides: the smallest that holds it is priced.
    nearer_bytes : float or None
        For bytes of weights: a memory that is nearer and has no price holds so many, so up to there the price is an
        upper bound.
    voltage_v, node, note, each_chip : float or None, str, str, bool
        Supply voltage, process, what to know, and for power whether every chip that the network needs takes it.

    Examples
    --------
    >>> hops = Price("hops", "hops_ew", 2.3, "pJ", "measured", "operating point", "a paper")
    >>> hops.scope, hops.nominal_j, hops.low_j
    ('per-term', 2.3e-12, None)
    """

    term: str
    count: str
    value: float = field(metadata=OPTIONAL)
    unit: str
    evidence: str
    bound: str
    source: str = field(metadata=INHERITED)
    low: float | None = None
    high: float | None = None
    scope: str = field(default="per-term", metadata=INHERITED)
    contains: tuple[str, ...] = ()
    active: float | None = None
    store: str | None = None
    levels: tuple[Level, ...] = field(default=(), metadata={KEY: "level"})
    nearer_bytes: float | None = None
    voltage_v: float | None = field(default=None, metadata=INHERITED)
    node: str = field(default="", metadata=INHERITED)
    note: str = ""
    each_chip: bool = False

    def __post_init__(self) -> None:
        checks.name("price", "term", self.term)
        words = {"count": COUNTS, "evidence": EVIDENCE, "scope": SCOPES, "bound": _BOUNDS}
        for name, allowed in words.items():
            checks.choice(self.term, name, getattr(self, name), allowed)
        checks.choice(self.term, "unit", self.unit, tuple(units(self.count)))
        if not self.source.strip():
            checks.refuse(self.term, "source", "empty", "where the number was published")
        _check_levels(self)
        checks.kept(self, **_figures(self, self.term, "", self.bound))
        _check_contents(self)
        if self.active is not None:
            checks.kept(self, active=_number(self.term, "active", self.active))
            if self.count != "neuron_updates":
                checks.refuse(self.term, "active", self.active, "only with count = 'neuron_updates'")
        if self.nearer_bytes is not None:
            checks.kept(self, nearer_bytes=_number(self.term, "nearer_bytes", self.nearer_bytes))
            if self.count not in ("weight_bytes", "weight_bytes_dense"):
                only = "only with count = 'weight_bytes' or 'weight_bytes_dense'"
                checks.refuse(self.term, "nearer_bytes", self.nearer_bytes, only)
        if checks.switch(self.term, "each_chip", self.each_chip) and self.count != "biological_s":
            checks.refuse(self.term, "each_chip", True, "only with count = 'biological_s'")

    @property
    def active_j(self) -> float | None:
        """Energy of an update that is active in J; None where no such price was published."""
        return None if self.active is None else self.active * _JOULES[self.unit]


@dataclass(frozen=True)
class Term:
    """A term without a price of its own, missing from a sum or inside an all-in price: why, and its count if any."""

    term: str
    reason: str
    count: str | None = None

    def __post_init__(self) -> None:
        if self.count is not None:
            checks.choice(self.term, "count", self.count, COUNTS)


def _number(owner: str, name: str, value: float) -> float:
    return checks.number(owner, name, value, low=0.0, high=1e18) + 0.0  # a price of -0.0 is one of 0


def _figures(figure: Price | Level, owner: str, at: str, bound: str) -> dict[str, float | None]:
    """Return value and bounds, checked; a bound that is the value itself is filled in."""
    value = _number(owner, f"{at}value", figure.value)
    low = value if figure.low is None and bound in ("min", "exact") else figure.low
    high = value if figure.high is None and bound in ("max", "exact") else figure.high
    if bound == "band" and (low is None or high is None):
        checks.refuse(owner, "bound", "'band'", "with low and high")
    if low is not None and _number(owner, f"{at}low", low) > value:
        checks.refuse(owner, f"{at}low", low, f"at most value, {value:g}")
    if high is not None and _number(owner, f"{at}high", high) < value:
        checks.refuse(owner, f"{at}high", high, f"at least value, {value:g}")
    return {"value": value, "low": low if low is None else low + 0.0, "high": high if high is None else high + 0.0}


def _check_contents(price: Price) -> None:
    term, contains = price.term, tuple(price.contains)
    for count in contains:
        checks.choice(term, "contains", count, COUNTS)
    if contains and price.scope != "all-in":
        checks.refuse(term, "contains", f"{contains}", "only with scope = 'all-in'")
    if price.scope == "all-in":
        contains = contains or COUNTS
        if price.count not in contains:
            checks.refuse(term, "contains", f"{contains}", f"at least its own count, {price.count!r}")
    same = {other for count in contains for other in overlapping(count)}
    checks.kept(price, contains=contains + tuple(count for count in COUNTS if count in same and count not in contains))


def _check_levels(price: Price) -> None:
    """Check the memories and keep them with the unit of the price; the first is its figure."""
    term, sizes = price.term, list[float]()
    if bool(price.levels) != (price.store is not None):
        checks.refuse(term, "store", f"{price.store!r}", "the size that decides which of the levels is priced")
    if price.store is not None:
        checks.choice(term, "store", price.store, _STORES)
    levels = []
    for k, level in enumerate(price.levels):
        kept = replace(level)
        checks.kept(kept, unit=price.unit, **_figures(level, term, f"levels[{k}].", price.bound))
        size = math.inf if level.bytes is None else _number(term, f"levels[{k}].bytes", level.bytes)
        if sizes and size <= sizes[-1]:
            before = "no limit" if math.isinf(sizes[-1]) else f"{sizes[-1]:g}"
            allowed = f"more than {before}, that of the memory before: memories from small to large"
            checks.refuse(term, f"levels[{k}].bytes", level.bytes, allowed)
        sizes.append(size)
        levels.append(kept)
    if levels:
        first = levels[0]
        if price.value not in (None, first.value):
            checks.refuse(term, "value", price.value, "none beside levels")
        checks.kept(price, levels=tuple(levels), value=first.value, low=first.low, high=first.high)
    elif price.value is None:
        checks.refuse(term, "value", "missing", "a number, or levels")
