"""What the engine states of its neuron models: the only source of names, units, ranges and defaults.

The classes of models are written from it by ``tools/models.py``.
"""

from dataclasses import dataclass

from spikecore import _native

__all__ = ["ModelDescription", "ParameterDescription", "all_models"]


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
