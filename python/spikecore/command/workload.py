"""What `spikecore run` runs: the options of the command, with their defaults."""

from dataclasses import dataclass
from typing import Literal

from spikecore.command.networks import NETWORKS, Drive, ReadyNetwork

__all__ = ["RECORD_UP_TO_MS", "Workload"]

RECORD_UP_TO_MS = 10_000.0
"""Longest run whose spikes are recorded by default."""


@dataclass(frozen=True)
class Workload:
    """What to run.

    Attributes
    ----------
    model : str
        Ready network, one of `NETWORKS`.
    scale : float
        Its size relative to the full one.
    time, presim : float
        Measured time, and time before it that is discarded, in ms.
    drive : {"dc", "poisson"}, optional
        External input; that of the ready network at this scale by default.
    workers : int, optional
        Threads; the CPUs allowed by default.
    weights : {"f32", "q16"}
        Format of the weights.
    seed : int
        Seed of the network.
    record : bool, optional
        Whether to record spikes; by default when `time` is at most 10 s.
    energy : tuple of str
        Hardware profiles that price the run: names or TOML files.
    mapping : bool
        Whether to place the network on those chips whose structure is known, to count packets and hops.
    """

    model: str
    scale: float = 1.0
    time: float = 2_000.0
    presim: float = 500.0
    drive: Drive | None = None
    workers: int | None = None
    weights: Literal["f32", "q16"] = "f32"
    seed: int = 1
    record: bool | None = None
    energy: tuple[str, ...] = ("loihi", "truenorth")
    mapping: bool = False

    @property
    def network(self) -> ReadyNetwork:
        """The ready network."""
        return NETWORKS[self.model]

    @property
    def recorded(self) -> bool:
        """Whether spikes are recorded."""
        return self.time <= RECORD_UP_TO_MS if self.record is None else self.record

    @property
    def driven_by(self) -> Drive:
        """The drive, with the default filled in."""
        return self.network.drive(self.scale) if self.drive is None else self.drive
