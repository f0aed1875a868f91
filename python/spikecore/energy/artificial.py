"""The name by which `spikecore.energy.ann` was first documented."""

from spikecore.energy.ann import *  # noqa: F403
from spikecore.energy.ann import __all__ as __all__
