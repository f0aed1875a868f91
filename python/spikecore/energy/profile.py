"""Hardware profiles: prices as data, each with unit, scope, evidence, bound and source.

A profile is a TOML file, which `profile_toml` reads. Here is what it becomes, with every rule about several prices;
rules about one price stand in `price`.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, fields, replace

from spikecore import checks
from spikecore.energy import quantity
from spikecore.energy.ledger import COUNTS
from spikecore.energy.operating_point import OperatingPoint
from spikecore.energy.price import INHERITED, KEY, OPTIONAL, SCOPES, Price, Term, overlapping

__all__ = ["Chip", "Profile"]

_LATENCIES = ("within_tile_ns", "hop_ew_ns", "hop_ns_ns")
"""Numbers of a chip that are times."""
_STRUCTURE = ("neurons_per_core", "cores", "cores_per_tile", "mesh_width")
_LISTS = ("bits_per_synapse", "block", "block_bits", "word_bits")


@dataclass(frozen=True)
class Chip:
    """Limits of a chip, under which a network is placed on it; None where there is no such limit.

    Attributes
    ----------
    neurons_per_core, cores, cores_per_tile, mesh_width : int
        Its structure. Tiles are numbered row by row.
    source : str
        Where the limits were published.
    axons_in, axons_out : int or None
        Per core: sources whose spikes it can receive, and pairs (own neuron, target core).
    targets_per_neuron, fan_in, most_delay : int or None
        Chip cores that a neuron can send to, synapses onto a neuron, ticks.
    memory_bits, synapses_per_core : int or None
        Synaptic memory of a core; synapses that it stores, where it has a place for each.
    bits_per_synapse, block, block_bits, word_bits : int
        A list of synapses takes, for every block of at most `block` of them, `bits_per_synapse`
        each and `block_bits`, rounded up to words of `word_bits`.
    operations_per_s : int or None
        Most synaptic operations per second of a whole chip, with three digits.
    within_tile_ns, hop_ew_ns, hop_ns_ns : float or None
        Latency of a packet within its tile, and of a hop east–west and north–south.
    """

    neurons_per_core: int
    cores: int
    cores_per_tile: int
    mesh_width: int
    source: str = field(metadata=INHERITED)
    axons_in: int | None = None
    axons_out: int | None = None
    targets_per_neuron: int | None = None
    fan_in: int | None = None
    memory_bits: int | None = None
    bits_per_synapse: int = 0
    block: int = 1
    block_bits: int = 0
    word_bits: int = 1
    most_delay: int | None = None
    synapses_per_core: int | None = None
    operations_per_s: int | None = None
    within_tile_ns: float | None = None
    hop_ew_ns: float | None = None
    hop_ns_ns: float | None = None

    def __post_init__(self) -> None:
        """Check every number."""
        for part in fields(self):
            value = getattr(self, part.name)
            if part.name == "source" or (value is None and part.default is None):
                continue
            if part.name in _LATENCIES:
                number: float = checks.number("chip", part.name, value, low=0.0, unit="ns")
            else:
                low, high = _limits(part.name)
                number = checks.count("chip", part.name, value, low=low, high=high)
            checks.kept(self, **{part.name: number})


def _limits(name: str) -> tuple[int, int]:
    """Return the least and the largest value of a number of `Chip`."""
    if name in _STRUCTURE:
        return 1, checks.MAX_NEURONS
    if name in _LISTS:
        return int(name in ("block", "word_bits")), 2**20
    return int(name in ("synapses_per_core", "operations_per_s")), 2**53


@dataclass(frozen=True)
class Profile:
    """The prices of one machine.

    Attributes
    ----------
    name, title, node : str
        Short name, full name, process.
    voltage_v, scope, source : float or None, str, str
        Supply voltage, scope and source of its prices, where they do not say.
    notes : tuple of str
        What to know about its prices.
    prices, unpriced, contained : tuple of Price, tuple of Term, tuple of Term
        What is priced, what is not, and what its all-in price contains: paid with it, and not missing from the sum.
    operating_point : OperatingPoint or None
        The conditions that its prices hold for, where they hold for one only.
    execution : str
        Which of the counts such a machine pays: those of events, or every neuron and every synapse in every tick.
    measured : bool
        Whether its energy is measured on this machine, and not modelled.
    chip : Chip or None
        Its limits, if networks can be placed on it.
    """

    name: str
    title: str
    node: str
    voltage_v: float | None = field(metadata=OPTIONAL)
    scope: str
    source: str
    notes: tuple[str, ...] = ()
    prices: tuple[Price, ...] = field(default=(), metadata={KEY: "price"})
    unpriced: tuple[Term, ...] = ()
    execution: str = ""
    measured: bool = False
    chip: Chip | None = None
    contained: tuple[Term, ...] = ()
    operating_point: OperatingPoint | None = None

    def __post_init__(self) -> None:
        """Check what several fields say together."""
        checks.name("profile", "name", self.name)
        lists = ("notes", "prices", "unpriced", "contained")
        checks.kept(self, **{name: tuple(getattr(self, name)) for name in lists})
        checks.choice(self.name, "scope", self.scope, SCOPES)
        if self.voltage_v is not None:
            checks.number(self.name, "voltage_v", self.voltage_v, low=0.0, high=1e18, unit="V")
        if checks.switch(self.name, "measured", self.measured) and self.prices:
            checks.refuse(self.name, "measured", True, "False, or no prices: what is measured is not modelled")
        for at, price in enumerate(self.prices):
            if price.each_chip and self.chip is None:
                allowed = "only with a chip, whose limits say how many"
                checks.refuse(self.name, f"prices[{at}].each_chip", True, allowed)
        clash = _double(self.prices)
        if clash is not None:
            checks.refuse(self.name, *clash)
        aggregates = [price for price in self.prices if price.scope == "all-in"]
        for at, term in enumerate(self.contained):
            if not aggregates:
                allowed = "only beside a price with scope = 'all-in'"
                checks.refuse(self.name, f"contained[{at}].term", f"{term.term!r}", allowed)
            if term.count is not None and not any(term.count in price.contains for price in aggregates):
                allowed = "a count that an all-in price contains"
                checks.refuse(self.name, f"contained[{at}].count", f"{term.count!r}", allowed)

    @property
    def scopes(self) -> str:
        """The scopes of its prices, such as ``per-term and all-in``; its own where it has none."""
        return " and ".join(dict.fromkeys(price.scope for price in self.prices)) or self.scope

    @property
    def place(self) -> str:
        """Process and supply voltage, or that it was not published.

        Examples
        --------
        >>> Profile("a", "A", "7 nm", None, "per-term", "a paper").place
        '7 nm, voltage not published'
        """
        if self.measured:
            return self.node
        voltage = "voltage not published" if self.voltage_v is None else quantity.price(self.voltage_v, "V")
        return f"{self.node}, {voltage}"

    def with_prices(self, *prices: Price) -> "Profile":
        """Return the profile with further prices; beside an all-in price those it contains add nothing.

        Two prices may not charge for the same things: that is a `NetworkError`.

        Examples
        --------
        >>> hops = Price("hops", "hops_ew", 2.3, "pJ", "measured", "operating point", "a paper")
        >>> len(Profile("a", "A", "7 nm", None, "per-term", "a paper").with_prices(hops).prices)
        1
        """
        return replace(self, prices=self.prices + prices)

    def at(self, voltage_v: float) -> "Profile":
        """Return the profile if its figures hold at this supply voltage.

        Raises
        ------
        NetworkError
            At any other voltage: energy is not scaled, because leakage and switching scale differently.
        """
        if self.voltage_v is None or abs(voltage_v - self.voltage_v) > 1e-9:
            allowed = "no voltage is known" if self.voltage_v is None else f"{self.voltage_v:g}: figures are not scaled"
            checks.refuse(self.name, "voltage_v", voltage_v, allowed)
        return self


_OVERLAPPING = {count: overlapping(count) for count in COUNTS}


def _double(prices: Sequence[Price]) -> tuple[str, str, str] | None:
    """Return the first price that charges again what another does: its field, its value, what is allowed.

    Two all-in prices are refused where one contains the other. Two per-term prices are refused where their counts
    differ and count some of the same things (`price.overlapping`), whatever the terms are called: a machine that pays
    for every neuron update pays for the skipped ones with it. On one count several terms are several costs of one
    event, such as an addition and its routing, and are added; the same term twice is refused.
    """
    all_in = Counter(price.count for price in prices if price.scope == "all-in")
    for at, price in enumerate(prices):
        if price.scope == "all-in" and sum(all_in[count] for count in set(price.contains)) > 1:  # more than itself
            allowed = "one: an all-in price is never added to another"
            return f"prices[{at}].scope", "'all-in' for two prices", allowed
    first_of_term: dict[tuple[str, str], int] = {}
    first_of_count: dict[str, int] = {}
    for at, price in enumerate(prices):
        if price.scope != "per-term":
            continue
        others = [count for count in _OVERLAPPING[price.count] if count != price.count]
        before = [first_of_term.get((price.count, price.term)), *(first_of_count.get(count) for count in others)]
        earlier = min((place for place in before if place is not None), default=None)
        if earlier is not None:
            return _again(earlier, at, prices)
        first_of_term[price.count, price.term] = at
        first_of_count.setdefault(price.count, at)
    return None


def _again(first: int, second: int, prices: Sequence[Price]) -> tuple[str, str, str]:
    """Return what `_double` does for two prices at these places that clash; a part is named before the whole."""
    if prices[first].count == prices[second].count:
        twice = f"{prices[second].term!r} twice for {prices[second].count}"
        return f"prices[{second}].term", twice, "one price of a term and count"
    if prices[second].count == "neuron_updates":
        first, second = second, first
    whole, count = prices[first].count, prices[second].count
    if whole == "neuron_updates":
        allowed = "one of them; that of neuron_updates takes the price of active ones as active"
        return f"prices[{second}].count", f"{count!r} beside a price of all neuron_updates", allowed
    allowed = "one of them: they count the same things"
    return f"prices[{second}].count", f"{count!r} beside a price of {whole}", allowed
