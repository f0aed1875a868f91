"""The nouns of a network: populations, projections and recorders, and where a population is looked up.

They are handles: made by `Network`, used as arguments and as keys, and never changed afterwards. Wherever a population
is asked for its name will do; `Populations` finds it.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from spikecore import checks, printed
from spikecore.connect import Entries, Rule
from spikecore.errors import NetworkError
from spikecore.models import NeuronModel, SpikeSource

__all__ = ["Population", "Populations", "Projection", "Recorder"]


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

    @property
    def ids(self) -> range:
        """Global ids of its neurons."""
        return range(self.first, self.first + self.size)

    @property
    def is_source(self) -> bool:
        """Whether its neurons spike at given times and have no state."""
        return isinstance(self.model, SpikeSource)


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
    weight_bits : int or None
        Bits of whole numbers that hold its weights up to one factor, signs apart; None where none do.
    """

    source: Population
    target: Population
    rule: Rule | Entries
    index: int
    typical_weight: float | None = None
    weight_bits: int | None = None

    def __repr__(self) -> str:
        """Show the two populations and the rule."""
        return printed.encodable(f"Projection({self.source.name!r} -> {self.target.name!r}, {self.rule!r})")


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


class Populations:
    """Populations in the order of declaration, each found by its handle or its name.

    Parameters
    ----------
    owner : str
        Whose they are, for messages: network, machine, run or batch.
    populations : iterable of Population
        The first of them; `add` adds one.
    """

    def __init__(self, owner: str, populations: Iterable[Population] = ()) -> None:
        self._owner = owner
        self._list = list(populations)
        self._places = {population.name: place for place, population in enumerate(self._list)}

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._list)

    def __iter__(self) -> Iterator[Population]:
        """Iterate in the order of declaration."""
        return iter(self._list)

    @property
    def names(self) -> list[str]:
        """All names, in the order of declaration."""
        return [population.name for population in self._list]

    @property
    def neurons(self) -> int:
        """Number of neurons; of populations from the first on that is the id after the last."""
        return self._list[-1].first + self._list[-1].size if self._list else 0

    def add(self, population: Population) -> None:
        """Add a population; its last assignment makes it known, and nothing is called after it."""
        self._places[population.name] = len(self._list)
        self._list += [population]

    def get(self, key: Any) -> Population | None:
        """Return the population that is `key` or has this name; None if there is none."""
        name = key.name if isinstance(key, Population) else key
        # An interrupted `add` may have left a place without a population.
        place = self._places.get(name, len(self._list)) if isinstance(name, str) else len(self._list)
        population = self._list[place] if place < len(self._list) else None
        return population if population is not None and (population.name == key or population is key) else None

    def find(self, key: Any) -> Population:
        """Return the population that is `key` or has this name.

        Raises
        ------
        TypeError
            If it is neither a population nor a name.
        NetworkError
            If there is none; the message names those there are.
        """
        population = self.get(key)
        if population is not None:
            return population
        if not isinstance(key, Population | str):
            msg = f"expected a Population or its name, not {printed.value(key)}"
            raise TypeError(msg)
        raise self.unknown(key)

    def several(self, keys: Any, parameter: str) -> list[Population]:
        """Return those of one key or of a sequence of keys, each once."""
        if isinstance(keys, Population | str):
            return [self.find(keys)]
        if not isinstance(keys, Iterable) or isinstance(keys, Mapping):
            checks.wrong_kind("", parameter, "a Population, its name or a sequence of these", printed.value(keys))
        populations = [self.find(key) for key in keys]
        if len({population.index for population in populations}) != len(populations):
            named = checks.listed([population.name for population in populations])
            checks.refuse("", parameter, f"[{named}]", "each population once")
        return populations

    def unknown(self, key: Any, absent: str | None = None, error: type[NetworkError] = NetworkError) -> NetworkError:
        """Return the error about a key that was not found; `absent` takes the key and the names there are."""
        absent = absent or f"population {{}} is not of this {self._owner}, which has: {{}}"
        name = key.name if isinstance(key, Population) else key
        known = checks.listed(self.names)
        msg = absent.format(printed.value(name), known)
        if isinstance(key, Population) and self.get(name) is not None:
            msg = f"this {name!r} is a population of another network or a copy; use its name"
        return error(msg, population=name, value=key, allowed=known)
