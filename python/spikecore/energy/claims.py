"""Former name of `spikecore.energy.studies`: `clocked`, `local_memory` and `sweep` with their prices."""

from spikecore.energy.studies.clocked import case, crossing
from spikecore.energy.studies.local_memory import memory
from spikecore.energy.studies.silicon import silicon
from spikecore.energy.studies.sweep import sweep

__all__ = ["case", "crossing", "memory", "silicon", "sweep"]
