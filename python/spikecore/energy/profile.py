"""Hardware profiles: prices as data, each with unit, scope, evidence, bound and source.

A profile is a TOML file, which `profile_toml` reads. Here is what it becomes, with every rule about several prices;
rules about one price stand in `price`.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, fields, replace

from spikecore import checks, printed
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
    neurons_per_core, cores, cores_per_tile, mesh_width, source : int, int, int, int, str
        Its structure, tiles numbered row by row, and where the limits were published.
    axons_in, axons_out, memory_bits, synapses_per_core : int or None
        Of a core: sources whose spikes it can receive, pairs (own neuron, target core), synaptic memory, and synapses
        that it stores, where it has a place for each.
    targets_per_neuron, fan_in, most_delay, weight_bits : int or None
        Chip cores that a neuron can send to, synapses onto a neuron, ticks, bits of a weight without its sign.
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
    weight_bits: int | None = None
    synapses_per_core: int | None = None
    operations_per_s: int | None = None
    within_tile_ns: float | None = None
    hop_ew_ns: float | None = None
    hop_ns_ns: float | None = None

    def __post_init__(self) -> None:
        for part in fields(self):
            name, value = part.name, getattr(self, part.name)
            if name == "source" or (value is None and part.default is None):
                continue
            if name in _LATENCIES:
                number: float = checks.number("chip", name, value, low=0.0, unit="ns")
            else:
                low, high = _limits(name)
                number = checks.count("chip", name, value, low=low, high=high)
            checks.kept(self, **{name: number})


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
    name, title, node, execution : str
        Short name, full name, process, and whether it pays for events, or for every neuron and synapse in every tick.
    voltage_v, scope, source : float or None, str, str
        Supply voltage, scope and source of its prices, where they do not say.
    prices, unpriced, contained : tuple of Price, tuple of Term, tuple of Term
        What is priced, what is not, and what its all-in price contains: paid with it, and not missing from the sum.
    notes, operating_point : tuple of str, OperatingPoint or None
        What to know about its prices, and the conditions they hold for, where they hold for one only.
    bound : {"", "min", "max"}
        Whether the sum is a bound by what it leaves out or takes for granted: the machine costs more, or less.
    measured, chip : bool, Chip or None
        Whether its energy is measured on this machine, and not modelled; its limits, if networks can be placed on it.
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
    bound: str = ""

    def __post_init__(self) -> None:
        checks.name("profile", "name", self.name)
        lists = ("notes", "prices", "unpriced", "contained")
        for name in lists:
            if not isinstance(getattr(self, name), list | tuple):
                checks.wrong_kind(self.name, name, "a list or tuple", printed.value(getattr(self, name)))
        checks.kept(self, **{name: tuple(getattr(self, name)) for name in lists})
        checks.choice(self.name, "scope", self.scope, SCOPES)
        checks.choice(self.name, "bound", self.bound, ("", "min", "max"))
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
        return self.node if self.measured else quantity.place(self.node, self.voltage_v)

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


_OVERLAPPING = {count: overlapping(count) for count in COUNTS}


def _double(prices: Sequence[Price]) -> tuple[str, str, str] | None:
    """Return the first price that charges again what another does: its field, its value, what is allowed.

    That is an all-in price inside another, or a per-term price whose count overlaps another's (`price.overlapping`),
    whatever the terms are called. On one count several terms, such as an addition and its routing, are added; the same
    term twice is refused.
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
    """Return the clash of prices at two places; a part is named before the whole."""
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
