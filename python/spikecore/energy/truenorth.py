"""Former name of `spikecore.energy.studies.truenorth`."""

from spikecore.energy.studies.truenorth import ALL_IN_J, CHIP_NEURONS, PUBLISHED, events_per_s, fit, published_model

__all__ = ["ALL_IN_J", "CHIP_NEURONS", "PUBLISHED", "events_per_s", "fit", "published_model"]
