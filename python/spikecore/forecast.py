"""What a network will need, before anything is built."""

from typing import Any

from spikecore import printed

__all__ = ["RATE", "Forecast", "human_bytes"]

RATE = 5.0
"""Mean rate in Hz at which `Network.forecast` counts waiting spikes by default: that of cortex (the populations of the
microcircuit fire at 0.9 to 8.4 Hz, Potjans and Diesmann 2014)."""


def human_bytes(n: float) -> str:
    """Return a number of bytes for people.

    Examples
    --------
    >>> human_bytes(1_260_000_000)
    '1.26 GB'
    """
    if n >= 2**63:
        return "unlimited"
    for unit, size in (("TB", 1e12), ("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if n >= size:
            return f"{n / size:.3g} {unit}"
    return f"{n:.0f} B"


class Forecast:
    """Neurons, synapses and memory of a network.

    Attributes
    ----------
    neurons : int
        Number of neurons, spike sources included.
    synapses : int
        Number of synapses; the expected number where a rule draws it.
    bytes : int
        Memory that building and running will need at its peak.
    rate : float
        Mean rate of the neurons in Hz at which spikes wait for their delays.
    available : int
        Memory that this process may still allocate: nine tenths of what is free.
    notes : tuple of str
        What `Network.compile` will warn of: rounding that moves thresholds or makes weights 0, magnitudes as if in
        another unit, populations that start above threshold.

    Examples
    --------
    >>> import spikecore as sc
    >>> net = sc.Network()
    >>> exc = net.population(100, sc.LIF())
    >>> _ = net.connect(exc, exc, sc.FixedInDegree(10), weight=1.0, delay=1.0)
    >>> net.forecast(workers=1).synapses
    1000
    """

    def __init__(self, details: dict[str, Any], rate: float, available: int, notes: tuple[str, ...] = ()) -> None:
        self._details = dict(details)
        self.neurons = int(details["neurons"])
        self.synapses = int(details["synapses"])
        self.bytes = int(details["bytes"])
        self.rate = float(rate)
        self.available = int(available)
        self.notes = notes

    @property
    def fits(self) -> bool:
        """Whether it fits into the memory that is available now."""
        return self.bytes <= self.available

    def to_dict(self) -> dict[str, Any]:
        """Return everything the engine said, with `rate`, `available` and `notes` added."""
        return {**self._details, "rate": self.rate, "available": self.available, "notes": list(self.notes)}

    def __repr__(self) -> str:
        """Say it in one line, and one more for each note."""
        per_synapse = self.bytes / self.synapses if self.synapses else 0.0
        fit = "fits" if self.fits else "DOES NOT FIT"
        return (
            f"Forecast: {self.neurons:,} neurons, {self.synapses:,} synapses, "
            f"{human_bytes(self.bytes)} ({per_synapse:.1f} B/synapse) at {self.rate:g} Hz; "
            f"{human_bytes(self.available)} available: {fit}"
        ) + "".join(f"\n  {note}" for note in self.notes)

    def _repr_html_(self) -> str:
        rows = (
            ("neurons", f"{self.neurons:,}"),
            ("synapses", f"{self.synapses:,}"),
            (f"memory at {self.rate:g} Hz", human_bytes(self.bytes)),
            ("available", human_bytes(self.available)),
            *(("note", printed.markup(note)) for note in self.notes),
        )
        body = "".join(f"<tr><th>{name}</th><td>{value}</td></tr>" for name, value in rows)
        return f"<table>{body}</table>"
