"""The ready networks of `spikecore run`: for each how it is built, what drives it, and what its rates are held against.

A network is one entry of `NETWORKS`; nothing else of the command line asks for its name.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from spikecore.library import brunel, microcircuit
from spikecore.network import Network

__all__ = ["NETWORKS", "Drive", "ReadyNetwork"]

Drive = Literal["dc", "poisson"]
"""Input from outside: a direct current or Poisson spikes."""


@dataclass(frozen=True)
class ReadyNetwork:
    """A network of the library as the command line offers it.

    Attributes
    ----------
    build : callable
        Describes it, from its scale, its drive and the seed.
    scales : (float, float)
        Least and largest scale.
    drive : callable
        The drive at a scale, where none is asked for.
    drive_by_default : str
        The same in words.
    reference_rates : callable
        Mean rates in Hz by name of the population, from the drive.
    reference_notes : callable
        What makes a run differ from its reference, from the scale and the drive.
    """

    build: Callable[[float, Drive, int], Network]
    scales: tuple[float, float]
    drive: Callable[[float], Drive]
    drive_by_default: str
    reference_rates: Callable[[Drive], dict[str, float]]
    reference_notes: Callable[[float, Drive], list[str]]


def _microcircuit_notes(scale: float, drive: Drive) -> list[str]:
    notes = []
    if drive == "dc":
        notes.append("the reference was measured with Poisson drive; direct current moves L4E down and L5E up")
    if scale != 1.0:
        notes.append("the reference was measured at full scale")
    return notes


NETWORKS = {
    "microcircuit": ReadyNetwork(
        build=lambda scale, drive, seed: microcircuit.build(scale, drive, seed)[0],
        scales=microcircuit.SCALES,
        # Below that scale it falls silent without noise from outside.
        drive=lambda scale: "dc" if scale >= microcircuit.MIN_SCALE_DC else "poisson",
        drive_by_default=f"dc at --scale ≥ {microcircuit.MIN_SCALE_DC:g}, otherwise poisson",
        reference_rates=lambda drive: microcircuit.reference_rates(),
        reference_notes=_microcircuit_notes,
    ),
    "brunel": ReadyNetwork(
        build=lambda scale, drive, seed: brunel.build(scale, drive, seed)[0],
        scales=brunel.SCALES,
        drive=lambda scale: "poisson",
        drive_by_default="poisson",
        reference_rates=lambda drive: brunel.reference_rates(drive=drive),
        reference_notes=lambda scale, drive: [],
    ),
}
