"""Former name of `spikecore.energy.studies.machines`; `spikecore.library.counts` has what counted."""

from spikecore.energy.studies.machines import asynchronous, synchronous

__all__ = ["asynchronous", "synchronous"]
