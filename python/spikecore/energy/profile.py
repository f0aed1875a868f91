"""Hardware profiles: prices as data, each with unit, scope, evidence, bound and source.

A profile is a TOML file. `profile_file` reads and checks it; here is what it becomes. `price` has the prices.
"""

import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from importlib import resources
from pathlib import Path

from spikecore import checks, printed
from spikecore.energy.ledger import COUNTS
from spikecore.energy.operating_point import Contained, OperatingPoint
from spikecore.energy.price import SCOPES, Level, Price, Unpriced, overlapping

__all__ = ["LATENCIES", "Chip", "Level", "Price", "Profile", "Unpriced", "known", "limits", "load"]


LATENCIES = ("within_tile_ns", "hop_ew_ns", "hop_ns_ns")
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
    axons_in, axons_out : int or None
        Per core: sources whose spikes it can receive, and pairs (own neuron, target core).
    targets_per_neuron : int or None
        Chip cores that a neuron can send to.
    fan_in : int or None
        Synapses onto a neuron.
    memory_bits : int or None
        Synaptic memory of a core.
    bits_per_synapse, block, block_bits, word_bits : int
        A list of synapses takes, for every block of at most `block` of them, `bits_per_synapse`
        each and `block_bits`, rounded up to words of `word_bits`.
    most_delay : int or None
        Ticks.
    synapses_per_core : int or None
        Synapses that a core stores, where it has a place for each.
    operations_per_s : int or None
        Most synaptic operations per second of a whole chip, with three digits.
    within_tile_ns, hop_ew_ns, hop_ns_ns : float or None
        Latency of a packet within its tile, and of a hop east–west and north–south.
    source : str
        Where the limits were published.
    """

    neurons_per_core: int
    cores: int
    cores_per_tile: int
    mesh_width: int
    source: str
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
        """Refuse numbers that no chip has, or that the placement cannot count with."""
        for one in fields(self):
            value = getattr(self, one.name)
            if one.name == "source" or (value is None and one.default is None):
                continue
            if one.name in LATENCIES:
                number: float = checks.number("chip", one.name, value, low=0.0, unit="ns")
            else:
                low, high = limits(one.name)
                number = checks.count("chip", one.name, value, low=low, high=high)
            checks.kept(self, **{one.name: number})


def limits(name: str) -> tuple[int, int]:
    """Return the least and the largest value of a number of `Chip`.

    Examples
    --------
    >>> limits("cores"), limits("block_bits")
    ((1, 4294967295), (0, 1048576))
    """
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
    voltage_v : float or None
        Supply voltage of the figures.
    scope : {"per-term", "all-in"}
        That of its prices where they do not say.
    source : str
        Where the prices were published.
    notes : tuple of str
        Printed with every report.
    prices : tuple of Price
        What is priced.
    unpriced : tuple of Unpriced
        What is not.
    contained : tuple of Contained
        What its all-in price contains.
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
    voltage_v: float | None
    scope: str
    source: str
    notes: tuple[str, ...] = ()
    prices: tuple[Price, ...] = ()
    unpriced: tuple[Unpriced, ...] = ()
    execution: str = ""
    measured: bool = False
    chip: Chip | None = None
    contained: tuple[Contained, ...] = ()
    operating_point: OperatingPoint | None = None

    def __post_init__(self) -> None:
        """Refuse prices that would be charged twice, and those of a machine that is measured."""
        checks.name("profile", "name", self.name)
        lists = ("notes", "prices", "unpriced", "contained")
        checks.kept(self, **{name: tuple(getattr(self, name)) for name in lists})
        checks.choice(self.name, "scope", self.scope, SCOPES)
        if checks.switch(self.name, "measured", self.measured) and self.prices:
            checks.refuse(self.name, "measured", True, "False, or no prices: what is measured is not modelled")
        for price in self.prices:
            if price.each_chip and self.chip is None:
                checks.refuse(
                    self.name, f"each_chip of {price.term!r}", True, "only with a chip, whose limits say how many"
                )
        clash = double(self.prices)
        if clash is not None:
            at, parameter, found, allowed = clash
            checks.refuse(self.name, f"{parameter} of {self.prices[at].term!r}", found, allowed)

    @property
    def scopes(self) -> str:
        """The scopes of its prices, such as ``per-term and all-in``; its own where it has none."""
        return " and ".join(dict.fromkeys(price.scope for price in self.prices)) or self.scope

    @property
    def place(self) -> str:
        """Process and supply voltage, or that it was not published.

        Examples
        --------
        >>> load("loihi").place, load("gpu").place
        ('Intel 14 nm FinFET, 0.75 V', '7 nm, voltage not published')
        """
        if self.measured:
            return self.node
        voltage = "voltage not published" if self.voltage_v is None else f"{self.voltage_v:g} V"
        return f"{self.node}, {voltage}"

    def with_prices(self, *prices: Price) -> "Profile":
        """Return the profile with further prices; beside an all-in price those it contains add nothing.

        Raises
        ------
        NetworkError
            If one all-in price contains another, if two prices charge for the same things (`double`), or if the
            machine's energy is measured.

        Examples
        --------
        >>> hops = Price("hops", "hops_ew", 2.3, "pJ", 2.3e-12, None, None, "measured", "operating point", "a paper")
        >>> len(load("spinnaker").with_prices(hops).prices)
        3
        """
        return replace(self, prices=self.prices + prices)

    def at(self, voltage_v: float) -> "Profile":
        """Return the profile if its figures hold at this supply voltage.

        Raises
        ------
        NetworkError
            At any other voltage: energy is not scaled, because leakage and switching scale differently.

        Examples
        --------
        >>> load("truenorth").at(0.775).name
        'truenorth'
        """
        if self.voltage_v is None or abs(voltage_v - self.voltage_v) > 1e-9:
            allowed = "no voltage is known" if self.voltage_v is None else f"{self.voltage_v:g}: figures are not scaled"
            checks.refuse(self.name, "voltage_v", voltage_v, allowed)
        return self


def double(prices: Sequence[Price]) -> tuple[int, str, str, str] | None:
    """Return the first price that charges again what another does: its place, the field, its value, what is allowed.

    Two all-in prices are refused where one contains the other. Two per-term prices are refused where their counts
    differ and count some of the same things (`price.overlapping`), whatever the terms are called: a machine that pays
    for every neuron update pays for the skipped ones with it. On one count several terms are several costs of one
    event, such as an addition and its routing, and are added; the same term twice is refused.

    Examples
    --------
    >>> double(load("truenorth").prices * 2)[:3]
    (0, 'scope', "'all-in' for two prices")
    >>> double(load("spinnaker").prices * 2)[:3]
    (2, 'term', "'synaptic operations' twice for synaptic_operations")
    >>> double(load("odin").prices)  # leakage and clock are two prices of time
    """
    all_in = Counter(price.count for price in prices if price.scope == "all-in")
    for at, price in enumerate(prices):
        if price.scope == "all-in" and sum(all_in[count] for count in set(price.contains)) > 1:  # more than itself
            return at, "scope", "'all-in' for two prices", "one: an all-in price is never added to another"
    first_of_term: dict[tuple[str, str], int] = {}
    first_of_count: dict[str, int] = {}
    for at, price in enumerate(prices):
        if price.scope != "per-term":
            continue
        others = [count for count in _OVERLAPPING[price.count] if count != price.count]
        before = [first_of_term.get((price.count, price.term)), *(first_of_count.get(count) for count in others)]
        earlier = min((place for place in before if place is not None), default=None)
        if earlier is not None:
            return _again(earlier, prices[earlier], at, price)
        first_of_term[price.count, price.term] = at
        first_of_count.setdefault(price.count, at)
    return None


_OVERLAPPING = {count: overlapping(count) for count in COUNTS}


def _again(first: int, one: Price, second: int, other: Price) -> tuple[int, str, str, str]:
    """Return what `double` does for two prices at these places that clash; a part is named before the whole."""
    if one.count == other.count:
        return second, "term", f"{other.term!r} twice for {other.count}", "one price of a term and count"
    if other.count == "neuron_updates":
        first, one, second, other = second, other, first, one
    if one.count == "neuron_updates":
        allowed = "one of them; that of neuron_updates takes the price of active ones as active"
        return second, "count", f"{other.count!r} beside a price of all neuron_updates", allowed
    return second, "count", f"{other.count!r} beside a price of {one.count}", "one of them: they count the same things"


def known() -> list[str]:
    """Return the names of the profiles that come with spikecore."""
    folder = resources.files("spikecore.energy") / "profiles"
    return sorted(entry.name[:-5] for entry in folder.iterdir() if entry.name.endswith(".toml"))


def load(which: str | Path) -> Profile:
    """Read a profile that comes with spikecore, or a TOML file.

    Parameters
    ----------
    which : str or Path
        A name, as `known` lists them, or the path of a TOML file of the same form.

    Returns
    -------
    Profile
        Checked.

    Raises
    ------
    NetworkError
        If there is no such profile, or the file breaks the form; it names file, key and line.

    Examples
    --------
    >>> load("loihi").prices[0].value
    23.6
    """
    from spikecore.energy import profile_file

    if not isinstance(which, str | os.PathLike):
        checks.wrong_kind("energy", "profile", "a name or the path of a TOML file", printed.value(which))
    if str(which) in known():
        entry = resources.files("spikecore.energy") / "profiles" / f"{which}.toml"
        return profile_file.parse(entry.read_text(encoding="utf-8"), f"{which}.toml")
    if Path(which).suffix == ".toml" and os.path.lexists(which):
        return profile_file.read(Path(which))
    allowed = f"{', '.join(repr(name) for name in known())} or the path of a .toml file"
    checks.refuse("energy", "profile", printed.value(str(which)), allowed)
