"""The name by which `spikecore.energy.ann.formulas` and its neighbours were first documented."""

from spikecore.energy.ann import crossover, keras_spiking, lemaire, neurobench
from spikecore.energy.ann import crossover as capacity
from spikecore.energy.ann.formulas import estimate, names, source

__all__ = ["capacity", "crossover", "estimate", "keras_spiking", "lemaire", "names", "neurobench", "source"]
