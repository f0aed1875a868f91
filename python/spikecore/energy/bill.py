"""The bill: a ledger's counts times a profile's prices, line by line.

An all-in price is never added to what it contains; a count that is not known makes its term unpriced. What a machine
measured is taken as it was read, and no price is added to it.
"""

from dataclasses import dataclass

from spikecore import checks
from spikecore.energy.fit import Fit, chips_needed
from spikecore.energy.ledger import Ledger, ProjectionCounts
from spikecore.energy.line import Band, Bound, Inside, Line
from spikecore.energy.meter import Measured
from spikecore.energy.operating_point import Departure
from spikecore.energy.price import Level, Price, Term
from spikecore.energy.profile import Profile
from spikecore.energy.quantity import count as shown_count

__all__ = ["Bill", "Share", "bill"]


@dataclass(frozen=True)
class Share:
    """A projection, its nominal energy in J, and its part of what all projections cost, 0 … 1; None where not known."""

    projection: ProjectionCounts
    energy_j: float | None
    part: float | None


class Bill:
    """What a ledger costs under a profile.

    Attributes
    ----------
    ledger, profile, measured : Ledger, Profile, Measured or None
        The counts, the prices, and for a machine whose energy is measured what was measured.
    lines, inside : tuple of Line, tuple of Inside
        The priced terms, which add up, in the profile's order; and those that an all-in price contains.
    unknown, unpriced : tuple of Term
        Terms with a price whose count is not known, or which no priced memory holds; and all that the sum lacks.
    fit : Fit
        How many chips hold the network, and the limits of the chip that it breaks.
    low_j, nominal_j, high_j, band : float or None, Band
        Sums in J; None where a line has no such bound, or nothing is priced. Of a machine that is measured the nominal
        sum is the measured energy, idle power included, without bounds.

    Examples
    --------
    >>> from spikecore.energy.profile_toml import load
    >>> round(Bill(Ledger(synaptic_operations=1000), load("loihi")).lines[0].nominal_j * 1e9, 6)
    23.6
    """

    def __init__(self, ledger: Ledger, profile: Profile, measured: Measured | None = None) -> None:
        checks.instance("energy", "ledger", ledger, Ledger)
        checks.instance("energy", "profile", profile, Profile)
        if measured is not None:
            checks.instance("energy", "measured", measured, Measured)
        self.ledger, self.profile, self.measured = ledger, profile, measured
        lines, inside, unpriced = list[Line](), list[Inside](), list[Term]()
        all_in = [price for price in profile.prices if price.scope == "all-in"]
        for price in profile.prices:
            aggregate = next((other for other in all_in if price.count in other.contains and other is not price), None)
            line = _line(price, ledger, profile)
            if aggregate is not None:
                inside.append(Inside(price, ledger.count(price.count), aggregate))
            elif isinstance(line, Term):
                unpriced.append(line)
            else:
                lines.append(line)
        self.lines, self.inside, self.unknown = tuple(lines), tuple(inside), tuple(unpriced)
        self.unpriced = (*unpriced, *profile.unpriced)
        self.low_j, self.high_j = _sum([line.low_j for line in lines]), _sum([line.high_j for line in lines])
        self.nominal_j = _sum([line.nominal_j for line in lines])
        if profile.measured:
            self.nominal_j = None if measured is None else measured.total_j
        self.band = Band.of(lines)
        self.fit = Fit.of(ledger, profile.chip)

    @property
    def biological_s(self) -> float:
        """Length of the run in s of biological time."""
        return self.ledger.biological_s

    @property
    def per_sample_j(self) -> float | None:
        """Nominal energy of one sample of a batch in J; of a run that of the run, None where nothing is priced."""
        return None if self.nominal_j is None else self.nominal_j / self.ledger.samples

    @property
    def status(self) -> str:
        """``"modelled"``: counts times prices; ``"measured"``: read from this machine, or ``"not measured"``."""
        if not self.profile.measured:
            return "modelled"
        return "not measured" if self.nominal_j is None else "measured"

    @property
    def off_point(self) -> Departure | None:
        """Where the run lies outside the operating point of its prices, or what of it is not known; None if inside."""
        point = self.profile.operating_point
        return None if point is None else point.departure(self.ledger)

    @property
    def bound(self) -> Bound:
        """``"min"`` where the machine costs so much or more, ``"max"`` where at most so much, else empty.

        A price that was published as a bound, without the other end, makes its sum one; so may a profile itself. Where
        some bound from below and others from above, it is ``"none"``: the sum is no bound on either side.
        """
        sides = {line.bound for line in self.lines} | ({self.profile.bound} if self.nominal_j else set())
        is_low, is_high = "min" in sides, "max" in sides
        return "none" if is_low and is_high else "min" if is_low else "max" if is_high else ""

    @property
    def bounded(self) -> tuple[str, ...]:
        """The terms whose price is a bound on one side."""
        return tuple(line.price.term for line in self.lines if line.bound)

    @property
    def unverified(self) -> tuple[str, ...]:
        """The terms that cost something by a price whose source could not be read."""
        return tuple(line.price.term for line in self.lines if line.price.evidence == "unverified" and line.nominal_j)

    @property
    def projections(self) -> tuple[Share, ...]:
        """What each projection costs, from the dearest down; where there are no prices, by synaptic operations.

        Lines without a count by projection (neuron updates, packets, static power) are left out.

        Examples
        --------
        >>> from spikecore.energy.profile_toml import load
        >>> wires = ProjectionCounts("a → b", 10, 300), ProjectionCounts("b → a", 10, 100)
        >>> shares = Bill(Ledger(synaptic_operations=400, projections=wires), load("loihi")).projections
        >>> [(share.projection.name, round(share.energy_j * 1e9, 3), share.part) for share in shares]
        [('a → b', 7.08, 0.75), ('b → a', 2.36, 0.25)]
        """
        projections = self.ledger.projections
        costs = [self._cost(projection) for projection in projections]
        total = sum(cost or 0.0 for cost in costs)
        shares = [
            Share(projection, cost, cost / total if cost is not None and total else None)
            for projection, cost in zip(projections, costs, strict=True)
        ]
        return tuple(
            sorted(shares, key=lambda share: (-(share.energy_j or 0.0), -share.projection.synaptic_operations))
        )

    def _cost(self, projection: ProjectionCounts) -> float | None:
        """Return count × price over the lines that the ledger has by projection; None if there is no such line."""
        counts = {
            "synaptic_operations": projection.synaptic_operations,
            "synaptic_operations_dense": projection.synapses * self.ledger.ticks,
            "weight_bytes": projection.weight_bytes,
            "weight_bytes_dense": projection.weight_bytes_dense,
        }
        pairs = [(counts.get(line.price.count), line.paid.nominal_j) for line in self.lines]
        energies = [count * price for count, price in pairs if count is not None]
        return sum(energies) if energies else None


bill = Bill
"""Multiply counts by prices."""


def _line(price: Price, ledger: Ledger, profile: Profile) -> Line | Term:
    count = ledger.count(price.count)
    if count is None:
        return Term(price.term, ledger.why_unknown(price.count), price.count)
    for covered in (price.count, *price.contains):  # an all-in price is one of what it contains, too
        if covered in ledger.unpriced:
            return Term(price.term, ledger.unpriced[covered], price.count)
    if price.levels:
        return _at_level(price, count, ledger)
    if price.each_chip and profile.chip is not None:
        chips = chips_needed(ledger, profile.chip)
        return Line(price, chips * count, *_energies(price, chips * count), chips=chips)
    if price.active_j is not None and ledger.updates_active is not None and ledger.updates_inactive is not None:
        energy = ledger.updates_active * price.active_j + ledger.updates_inactive * price.nominal_j
        return Line(price, count, energy, energy, energy)
    return Line(price, count, *_energies(price, count), is_nearer=_is_nearer(price, ledger))


def _is_nearer(price: Price, ledger: Ledger) -> bool:
    """Return whether weights may lie nearer than where they are priced: where their size is not known, they may."""
    return price.nearer_bytes is not None and (ledger.weight_store_bytes or 0.0) <= price.nearer_bytes


def _at_level(price: Price, count: float, ledger: Ledger) -> Line | Term:
    size = getattr(ledger, str(price.store))
    if size is None:
        reason = f"the size of the store is not known: {ledger.why_unknown(str(price.store))}"
        return Term(price.term, reason, price.count)
    for level in price.levels:
        if level.bytes is None or size <= level.bytes:
            return Line(price, count, *_energies(level, count), level)
    largest = price.levels[-1]
    reason = f"the store of {shown_count(size, 'B')} exceeds the largest memory with a price, {largest.name}"
    return Term(price.term, reason, price.count)


def _energies(price: Price | Level, count: float) -> tuple[float | None, float, float | None]:
    if count == 0:
        return 0.0, 0.0, 0.0  # whatever an event costs
    low = None if price.low_j is None else count * price.low_j
    high = None if price.high_j is None else count * price.high_j
    return low, count * price.nominal_j, high


def _sum(values: list[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) if known and len(known) == len(values) else None
