"""Equations that have been read and checked: every name is known, definitions are in order, and units agree."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spikecore.equations.expression import Expression

__all__ = ["Assignment", "Checked", "Definition", "Parameter", "Variable"]


@dataclass(frozen=True)
class Variable:
    """A state variable: `d name / dt = derivative`, in its unit per ms.

    An input is a receptor; a conductance takes magnitudes of weights. A held variable keeps its value while the neuron
    is refractory. `initial` is its value at tick 0, in base units.
    """

    name: str
    unit: str
    derivative: Expression
    is_input: bool = False
    is_conductance: bool = False
    is_held: bool = False
    initial: float = 0.0


@dataclass(frozen=True)
class Definition:
    """A name for an expression of states, parameters, and definitions before it."""

    name: str
    unit: str
    expression: Expression


@dataclass(frozen=True)
class Assignment:
    """What a spike does to a variable."""

    name: str
    expression: Expression


@dataclass(frozen=True)
class Parameter:
    """A constant: one value, or one per neuron, in base units; `unit` and `scale` are those it was stated in."""

    name: str
    unit: str
    scale: float
    value: float | NDArray[np.float64]


@dataclass(frozen=True)
class Checked:
    """A model.

    `current` is the name to which constant currents are added, if any, in `current_unit`; `refractory` is in ms, of
    parameters alone.
    """

    variables: tuple[Variable, ...]
    definitions: tuple[Definition, ...]
    parameters: tuple[Parameter, ...]
    current: str | None
    threshold: Expression | None
    reset: tuple[Assignment, ...]
    refractory: Expression | None
    method: str
    substeps: int
    current_unit: str = "pA"
