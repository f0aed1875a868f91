"""The name by which `spikecore.energy.ann.formulas` was first documented."""

from spikecore.energy.ann import crossover as crossover
from spikecore.energy.ann.formulas import estimate, names, source

__all__ = ["crossover", "estimate", "names", "source"]
