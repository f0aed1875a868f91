"""What `spikecore.NAME` means where NAME is not there at once: loaded at its first use, or answered.

The interpreter asks for every module of the package before it loads it, so an answer is made when it is read.
"""

import importlib
from collections.abc import Mapping, Sequence
from typing import Any

from spikecore import checks
from spikecore.errors import question

__all__ = ["MissingName", "later"]

_MODELS = "neuron models are LIF, LIFDelta, LIFAlpha, ALIF, IF and LeakyIntegrator; Equations takes any other as text"
_STATIC = "synapses are static: a weight stays what `connect` gave it until the network is compiled again"
_NO_FILES = "describe the network with `Network`; arrays of weights come in through Dense, Convolution and Pairs"
_CURRENTS = "synapses are currents, or steps of the potential; there are no conductances and no gap junctions yet"
_LEAKY = "leaky neurons are LIF (iaf_psc_exp, IF_curr_exp), LIFAlpha (iaf_psc_alpha, IF_curr_alpha) and LIFDelta"
_LAYERS = "layers are connections: net.connect with Dense, Convolution or Pooling, onto LIFDelta or IF neurons"
_UNITS = "units are ms, mV, pA, pF and Hz, as plain numbers"
_INSTEAD = {
    "izhikevich adex adexp aeif eif qif hh hodgkinhuxley gif equations neurongroup condlif iafcondexp": _MODELS,
    "stdp stdpsynapse tripletstdp tsodyks tsodykssynapse tsodyksmarkram shorttermplasticity plasticity": _STATIC,
    "fromnir tonir nir fromtorch fromsnntorch pynn sonata": _NO_FILES,
    "coba conductance conductances ifcondexp ifcondalpha gapjunction electricalsynapse": _CURRENTS,
    "iafpscexp iafpscalpha iafpscdelta ifcurrexp ifcurralpha ifcurrdelta": _LEAKY,
    "linear conv conv2d avgpool2d sumpool2d leaky synaptic sequential": _LAYERS,
    "ms second mv volt pa na amp pf nf farad hz khz": _UNITS,
    "create group": "neurons are net.population(n, model)",
    "connect synapse synapses staticsynapse": "synapses are net.connect(sources, targets, rule, weight=, delay=)",
    "simulate run": "a run is net.compile().run(ms)",
    "poissongenerator spikesourcepoisson poissoninput poissongroup": "it is net.stimulate(population, Poisson(…))",
    "spikegenerator spikesourcearray spikegeneratorgroup": "given spikes are net.spike_source(n, times)",
    "dcgenerator stepcurrentgenerator dcsource currentsource": "it is net.stimulate(population, DirectCurrent(…))",
    "spikerecorder spikedetector spikemonitor": "spikes are in result.spikes[population], recorded by default",
    "multimeter voltmeter statemonitor": "traces are net.record(population, 'v'), then result.traces[population, 'v']",
}
"""What users look for and do not find, in small letters, and what there is: the names of `docs/coming-from.md`."""
_ANSWERS = ("error", "warning")
"""How names end that nobody means who looks for a model."""


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
        own = [name for name in self._known if plain.endswith(_ANSWERS) or not name.lower().endswith(_ANSWERS)]
        near = question(checks.nearest(self._missing, own)) or "; dir(spikecore) lists what it has"
        return f"module 'spikecore' has no attribute {self._missing!r}{f'; {instead}' if instead else near}"
