"""Neurons that spike at given times."""

# Written by tools/models.py from the engine's description and tools/models/SpikeSource.rst: change those.

from dataclasses import dataclass
from typing import ClassVar

from spikecore.models.base import NeuronModel

__all__ = ["SpikeSource"]


@dataclass(frozen=True, eq=False, repr=False)
class SpikeSource(NeuronModel):
    r"""Neurons without a state that spike at given times; made by `Network.spike_source`."""

    native: ClassVar[str] = "spike_source"
