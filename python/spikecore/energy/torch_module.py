"""The name by which `spikecore.energy.ann.torch` was first documented."""

from spikecore.energy.ann.torch import read as read
