"""The nouns of a network: populations, parts of them, projections and recorders.

They are handles: made by `Network`, used as arguments and as keys, and never changed afterwards.
"""

import operator
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from spikecore import checks, printed
from spikecore.connect import Entries, Rule
from spikecore.models import NeuronModel, SpikeSource

__all__ = ["Part", "Population", "PopulationView", "Projection", "Recorder", "inside", "limits", "whole"]


class _Handle:
    """What is a key by being itself: a copy of it is the same one, so it is a key of a copied network or result too."""

    __slots__ = ()

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        return self


@dataclass(frozen=True, eq=False, repr=False, slots=True)
class Population(_Handle):
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
    >>> exc[60:], exc[60:].ids
    (PopulationView('exc', 60:80), range(60, 80))
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
        return printed.encodable(f"Population({self.name!r}, {self.size}, {type(self.model).__name__})")

    __iter__ = None
    """Neurons are not objects: what has an index is no sequence here."""

    def __getitem__(self, neurons: slice) -> "PopulationView":
        """Return the neurons in a row from one index up to another, as in Python: ``exc[10:]``, ``exc[-5:]``.

        Raises
        ------
        NetworkError
            If there is no neuron between them, an index lies beyond the population, or the step is not 1.
        TypeError
            If it is not a slice.
        """
        return PopulationView(self, *limits(self.name, self.size, neurons))

    @property
    def ids(self) -> range:
        """Global ids of its neurons."""
        return range(self.first, self.first + self.size)

    @property
    def is_source(self) -> bool:
        """Whether its neurons spike at given times and have no state."""
        return isinstance(self.model, SpikeSource)


@dataclass(frozen=True, repr=False, slots=True)
class PopulationView:
    """Neurons in a row of a population, ``population[start:stop]``; two of the same neurons are equal.

    `Network.connect`, `Network.record`, `Network.stimulate` with a direct current, `Machine.state`,
    `Machine.synapses`, and the spikes, counts and rates of results take it where they take a population. Indices are
    then within the view: 0 is its first neuron.

    Attributes
    ----------
    population : Population
        Whose neurons they are.
    start, stop : int
        Index within the population of the first, and of the one after the last.
    """

    population: Population
    start: int
    stop: int

    def __len__(self) -> int:
        """Return the number of neurons."""
        return self.size

    def __repr__(self) -> str:
        """Show the population and the range."""
        return printed.encodable(f"PopulationView({self.population.name!r}, {self.start}:{self.stop})")

    __iter__ = None

    def __getitem__(self, neurons: slice) -> "PopulationView":
        """Return a part of these neurons, as of a population."""
        start, stop = limits(self.name, self.size, neurons)
        return PopulationView(self.population, self.start + start, self.start + stop)

    @property
    def name(self) -> str:
        """Name of the population and the range, as in ``exc[10:20]``."""
        return f"{self.population.name}[{self.start}:{self.stop}]"

    @property
    def size(self) -> int:
        """Number of neurons, ≥ 1."""
        return self.stop - self.start

    @property
    def model(self) -> NeuronModel:
        """Parameters of the population."""
        return self.population.model

    @property
    def first(self) -> int:
        """Global id of its first neuron."""
        return self.population.first + self.start

    @property
    def index(self) -> int:
        """Place of the population in the order of declaration."""
        return self.population.index

    @property
    def ids(self) -> range:
        """Global ids of its neurons."""
        return range(self.first, self.first + self.size)

    @property
    def is_source(self) -> bool:
        """Whether its neurons spike at given times and have no state."""
        return self.population.is_source


Part = Population | PopulationView
"""All neurons of a population, or some in a row."""


def whole(part: Part) -> Population:
    """Return the population that neurons are of."""
    return part.population if isinstance(part, PopulationView) else part


def inside(part: Part) -> slice:
    """Return where neurons lie among those of their population."""
    return slice(part.first - whole(part).first, part.first - whole(part).first + part.size)


def limits(name: str, size: int, neurons: Any) -> tuple[int, int]:
    """Return begin and end of a slice that lies within `size` neurons."""
    if not isinstance(neurons, slice):
        hint = f"; use {name}[{neurons}:{neurons + 1}]" if type(neurons) is int and neurons >= 0 else ""
        checks.wrong_kind(name, "index", "a slice, as in [10:20]", f"{printed.value(neurons)}{hint}")
    step = 1 if neurons.step is None else _whole(name, "step", neurons.step)
    if step != 1:
        checks.refuse(name, "the step of the slice", step, "1; Network.record and Pairs take any indices")
    bounds = []
    for what, bound, default in (("start", neurons.start, 0), ("stop", neurons.stop, size)):
        place = default if bound is None else _whole(name, what, bound)
        if not -size <= place <= size:
            checks.refuse(name, f"the {what} of the slice", place, f"{-size} … {size}")
        bounds.append(place + size if place < 0 else place)
    start, stop = bounds
    if start >= stop:
        checks.refuse(name, "the slice", f"[{start}:{stop}]", "at least one neuron")
    return start, stop


def _whole(name: str, what: str, bound: Any) -> int:
    try:
        return operator.index(bound)
    except TypeError:
        checks.wrong_kind(name, f"the {what} of the slice", "a whole number", printed.value(bound))


@dataclass(frozen=True, eq=False, repr=False, slots=True)
class Projection(_Handle):
    """All synapses made by one rule from one population to another.

    Attributes
    ----------
    source, target : Population
        Where its synapses start and end.
    rule : Rule or Entries
        The connection rule; of a sparse matrix, its kind and shape.
    index : int
        Its place in the order of declaration.
    typical_weight : float or None
        Magnitude of its weights, of many the median of some, in pA or mV; None where it is not known.
    typical_weight: float | None
    weight_bits: int | None
    parts: tuple[Part, Part]
    """

    source: Population
    target: Population
    rule: Rule | Entries
    index: int
    typical_weight: float | None
    weight_bits: int | None
    parts: tuple[Part, Part]

    def __repr__(self) -> str:
        """Show the two populations, or their parts, and the rule."""
        source, target = self.parts
        return printed.encodable(f"Projection({source.name!r} -> {target.name!r}, {self.rule!r})")


@dataclass(frozen=True, eq=False, repr=False, slots=True)
class Recorder(_Handle):
    """Keeps a state variable of chosen neurons at an interval; made by `Network.record`.

    Attributes
    ----------
    population : Population
        Whose neurons are recorded.
    variable : str
        ``v`` (mV), ``i_syn``, ``i_exc`` or ``i_inh`` (pA), ``eta`` or ``theta`` (mV).
    neurons : ndarray of uint32, shape (n,)
        Indices within the population, in the order of the columns of the trace.
    interval : float
        Time between two values in ms.
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
        return printed.encodable(
            f"Recorder({self.population.name!r}, {self.variable!r}, {len(self.neurons)} neurons, "
            f"every {self.interval:g} ms)"
        )
