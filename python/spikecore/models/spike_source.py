"""Neurons that spike at given times."""

from dataclasses import dataclass
from typing import ClassVar

from spikecore.models.base import NativeModel, NeuronModel

__all__ = ["SpikeSource"]


@dataclass(frozen=True, eq=False, repr=False)
class SpikeSource(NeuronModel):
    """Neurons without a state that spike at given times; made by `Network.spike_source`."""

    native: ClassVar[NativeModel] = "spike_source"
