"""What `spikecore.NAME` means where NAME is not there at once: loaded at its first use, or answered.

The interpreter asks for every module of the package before it loads it, so an answer is made when it is read.
"""

import importlib
from collections.abc import Mapping, Sequence
from typing import Any

from spikecore import checks
from spikecore.errors import question

__all__ = ["MissingName", "later"]

_MODELS = "neuron models are LIF, LIFDelta, LIFAlpha, ALIF, IF and LeakyIntegrator"
_STATIC = "synapses are static: a weight stays what `connect` gave it until the network is compiled again"
_NO_FILES = "describe the network with `Network`; arrays of weights come in through Dense, Convolution and Pairs"
_INSTEAD = {
    "izhikevich adex adexp aeif eif qif hh hodgkinhuxley gif equations neurongroup condlif iafcondexp": _MODELS,
    "stdp tripletstdp tsodyksmarkram shorttermplasticity plasticity": _STATIC,
    "fromnir tonir nir fromtorch fromsnntorch pynn sonata": _NO_FILES,
}
"""What users look for and do not find, in small letters, and what there is."""


def later(name: str, modules: Mapping[str, str]) -> Any:
    """Return a module, or the thing of this name in it."""
    module = importlib.import_module(modules[name])
    return getattr(module, name, module)


class MissingName(AttributeError):
    """A name that spikecore does not have; its text says what there is instead."""

    def __init__(self, name: str, known: Sequence[str]) -> None:
        super().__init__(name, name=name)
        self._missing = name
        self._known = known

    def __str__(self) -> str:
        """Return what there is instead, or the nearest name."""
        plain = self._missing.replace("_", "").lower()
        instead = next((answer for names, answer in _INSTEAD.items() if plain in names.split()), None)
        near = question(checks.nearest(self._missing, self._known)) or "; dir(spikecore) lists what it has"
        return f"module 'spikecore' has no attribute {self._missing!r}{f'; {instead}' if instead else near}"
