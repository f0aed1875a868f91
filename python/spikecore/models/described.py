"""What the engine states of its neuron models: the only source of names, units, ranges and defaults.

The classes of models are written from it by ``tools/models.py``.
"""

from dataclasses import dataclass
from typing import Any

from spikecore import _native
from spikecore.grid import MAX_DELAY_TICKS
from spikecore.models.parameters import Range

__all__ = ["ParameterDescription", "all_models", "ranges"]


@dataclass(frozen=True)
class ParameterDescription:
    """A parameter of an engine's model, as the engine states it.

    Attributes
    ----------
    name, description, unit : str
        Its name, what it is, and its unit.
    range : str
        Its allowed values: "finite", "or_infinite", "positive", "positive_or_infinite" or "ticks".
    default : float
        Its value where none is given.
    """

    name: str
    description: str
    unit: str
    range: str
    default: float

    def allowed(self) -> Range:
        """Return the allowed values.

        A threshold that may be infinite is finite here: a neuron that never spikes is a `LeakyIntegrator`.
        """
        if self.range == "ticks":
            return Range(self.unit, ticks=MAX_DELAY_TICKS)
        above = 0.0 if self.range.startswith("positive") else None
        return Range(self.unit, above=above, infinite=self.range == "positive_or_infinite")


def all_models() -> list[dict[str, Any]]:
    """Return what the engine states of each model: its name, title, class, option, and parameters.

    Examples
    --------
    >>> [model["name"] for model in all_models()][:2]
    ['lif_exp', 'lif_delta']
    """
    models = _native.models()
    return [{**model, "parameters": [ParameterDescription(*p) for p in model["parameters"]]} for model in models]


def ranges(native: str) -> dict[str, Range]:
    """Return the allowed values of the parameters of an engine's model.

    Examples
    --------
    >>> ranges("alif")["tau_m"]
    Range(unit='ms', low=-1000000000000.0, above=0.0, infinite=False, ticks=None)
    """
    return {p.name: p.allowed() for model in all_models() if model["name"] == native for p in model["parameters"]}
