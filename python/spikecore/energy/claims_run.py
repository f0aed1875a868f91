"""Former name of `spikecore.energy.studies.machines`."""

from spikecore.energy.studies.machines import asynchronous, count, synchronous

__all__ = ["asynchronous", "count", "synchronous"]
