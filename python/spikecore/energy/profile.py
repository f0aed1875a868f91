"""Hardware profiles: prices as data, each with unit, scope, evidence, bound and source.

A profile is a TOML file. `profile_file` reads and checks it; here is what it becomes.
"""

from dataclasses import dataclass, replace
from importlib import resources
from pathlib import Path

from spikecore import checks
from spikecore.energy.ledger import COUNTS
from spikecore.energy.operating_point import Contained, OperatingPoint

__all__ = ["BOUNDS", "EVIDENCE", "SCOPES", "Chip", "Level", "Price", "Profile", "Unpriced", "known", "load"]

EVIDENCE = ("measured", "simulated", "fitted", "vendor", "estimated", "unverified")
"""How a number was obtained. *estimated*: published as a rough figure of a technology; *unverified*: quoted from memory
of the literature or from a table whose source could not be read, so not to be relied on."""
SCOPES = ("per-term", "all-in")
BOUNDS = ("min", "max", "exact", "band", "operating point")
"""What a number is: a bound, one value, a band from low to high, or what holds at one operating point only."""


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
        The counts that an all-in price contains.
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

    def __post_init__(self) -> None:
        """Refuse what a file could not say either."""
        checks.choice(self.term, "count", self.count, COUNTS)
        checks.choice(self.term, "evidence", self.evidence, EVIDENCE)
        checks.choice(self.term, "scope", self.scope, SCOPES)
        checks.choice(self.term, "bound", self.bound, BOUNDS)
        checks.number(self.term, "nominal_j", self.nominal_j, low=0.0, unit="J")
        if not self.source.strip():
            checks.refuse(self.term, "source", "empty", "where the number was published")


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
    within_tile_ns: float | None = None
    hop_ew_ns: float | None = None
    hop_ns_ns: float | None = None


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

    def with_prices(self, *prices: Price) -> "Profile":
        """Return the profile with further prices; beside an all-in price those it contains add nothing."""
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

    if str(which) in known():
        entry = resources.files("spikecore.energy") / "profiles" / f"{which}.toml"
        return profile_file.parse(entry.read_text(encoding="utf-8"), f"{which}.toml")
    if Path(which).suffix == ".toml" and Path(which).is_file():
        return profile_file.parse(Path(which).read_text(encoding="utf-8"), str(which))
    allowed = f"{', '.join(repr(name) for name in known())} or the path of a .toml file"
    checks.refuse("energy", "profile", f"{str(which)!r}", allowed)
