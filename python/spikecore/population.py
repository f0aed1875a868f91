"""The nouns of a network: populations, projections and recorders.

They are handles: made by `Network`, used as arguments and as keys, and never changed afterwards.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spikecore import checks, printed
from spikecore.errors import NetworkError
from spikecore.models import NeuronModel, SpikeSource

__all__ = ["Population", "Projection", "Recorder", "member"]


@dataclass(frozen=True, eq=False, repr=False, slots=True)
class Population:
    """A group of neurons of one model, made by `Network.population` or `Network.spike_source`.

    Attributes
    ----------
    name : str
        Unique within the network.
    size : int
        Number of neurons.
    model : NeuronModel
        Parameters shared by all its neurons.
    first : int
        Global id of its first neuron; ids run on in the order of declaration.
    index : int
        Its place in the order of declaration.

    Examples
    --------
    >>> import spikecore as sc
    >>> net = sc.Network()
    >>> exc = net.population(80, sc.LIF(), name="exc")
    >>> len(exc), exc.first
    (80, 0)
    """

    name: str
    size: int
    model: NeuronModel
    first: int
    index: int

    def __len__(self) -> int:
        """Return the number of neurons."""
        return self.size

    def __bool__(self) -> bool:
        """Return True, whatever the size."""
        return True

    def __repr__(self) -> str:
        """Show the name, the size and the model."""
        return f"Population({self.name!r}, {self.size}, {type(self.model).__name__})"

    @property
    def ids(self) -> range:
        """Global ids of its neurons."""
        return range(self.first, self.first + self.size)

    @property
    def is_source(self) -> bool:
        """Whether its neurons spike at given times and have no state."""
        return isinstance(self.model, SpikeSource)


@dataclass(frozen=True, eq=False, repr=False, slots=True)
class Projection:
    """All synapses made by one rule from one population to another.

    Attributes
    ----------
    source, target : Population
        Where its synapses start and end.
    rule : Rule or Entries
        The connection rule; of a matrix what kind it was.
    index : int
        Its place in the order of declaration.
    """

    source: Population
    target: Population
    rule: Any
    index: int

    def __repr__(self) -> str:
        """Show the two populations and the rule."""
        return f"Projection({self.source.name!r} → {self.target.name!r}, {self.rule!r})"


@dataclass(frozen=True, eq=False, repr=False, slots=True)
class Recorder:
    """Keeps a state variable of chosen neurons at an interval; made by `Network.record`.

    Attributes
    ----------
    population : Population
        Whose neurons are recorded.
    variable : str
        ``v`` (mV), ``i_syn``, ``i_exc`` or ``i_inh`` (pA), ``eta`` or ``theta`` (mV).
    neurons : ndarray of uint32, shape (n,)
        Indices within the population, in the order of the columns of the samples.
    interval : float
        Time between samples in ms.
    index : int
        Its number in the engine.
    """

    population: Population
    variable: str
    neurons: NDArray[np.uint32]
    interval: float
    index: int

    def __repr__(self) -> str:
        """Show what is recorded."""
        return (
            f"Recorder({self.population.name!r}, {self.variable!r}, {len(self.neurons)} neurons, "
            f"every {self.interval:g} ms)"
        )


def member(population: Any, populations: Sequence[Population], owner: str) -> Population:
    """Return `population` if it is one of `populations`, those of `owner` in the order of declaration.

    Raises
    ------
    TypeError
        If it is not a population.
    NetworkError
        If it is another network's; the message names those there are.
    """
    if not isinstance(population, Population):
        msg = f"expected a Population, not {printed.value(population)}"
        raise TypeError(msg)
    if population.index < len(populations) and populations[population.index] is population:
        return population
    known = checks.listed([each.name for each in populations])
    msg = f"population {population.name!r} is not of this {owner}, which has: {known}"
    if any(each.name == population.name for each in populations):
        msg = f"this {population.name!r} is a population of another {owner} or a copy; use the {owner}'s own"
    raise NetworkError(msg, population=population.name, value=population, allowed=known)
