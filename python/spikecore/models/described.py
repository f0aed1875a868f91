"""What the engine states of its neuron models: the only source of names, units, ranges and defaults.

The classes of models are written from it by ``tools/models.py``.
"""

from dataclasses import dataclass

from spikecore import _native
from spikecore.grid import MAX_DELAY_TICKS
from spikecore.models.parameters import Range

__all__ = ["ModelDescription", "ParameterDescription", "all_models", "ranges"]


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


@dataclass(frozen=True)
class ModelDescription:
    """A model of the engine, as the engine states it.

    Attributes
    ----------
    name, title : str
        Its names at the border and in messages.
    class_name : str
        The class whose neurons these are.
    option : tuple of (str, str) or None
        Where that class makes several models: its option, and the value that makes this one.
    parameters : tuple of ParameterDescription
        Its parameters.
    """

    name: str
    title: str
    class_name: str
    option: tuple[str, str] | None
    parameters: tuple[ParameterDescription, ...]


def all_models() -> list[ModelDescription]:
    """Return what the engine states of each model.

    Examples
    --------
    >>> [model.name for model in all_models()][:2]
    ['lif_exp', 'lif_delta']
    """
    return [
        ModelDescription(
            stated["name"],
            stated["title"],
            stated["class_name"],
            stated["option"],
            tuple(ParameterDescription(*parameter) for parameter in stated["parameters"]),
        )
        for stated in _native.models()
    ]


def ranges(native: str) -> dict[str, Range]:
    """Return the allowed values of the parameters of an engine's model.

    Examples
    --------
    >>> ranges("alif")["tau_m"]
    Range(unit='ms', low=-1000000000000.0, above=0.0, infinite=False, ticks=None)
    """
    return {p.name: p.allowed() for model in all_models() if model.name == native for p in model.parameters}
