"""Where a population is looked up: wherever one is asked for, its name will do."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, TypeVar

from spikecore import checks, printed
from spikecore.errors import NetworkError, question
from spikecore.population import Part, Population, PopulationView

__all__ = ["Populations"]

_Found = TypeVar("_Found", bound=Part)


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
        if isinstance(key, PopulationView):
            checks.refuse("", "population", printed.shown(key.name), "a whole population: this does not take a part")
        if not isinstance(key, Population | str):
            msg = f"expected a Population or its name, not {printed.value(key)}"
            raise TypeError(msg)
        raise self.unknown(key)

    def part(self, key: Any) -> Part:
        """Return the population that is `key` or has this name, or the view of one of these populations that it is."""
        if not isinstance(key, PopulationView):
            return self.find(key)
        self.find(key.population)
        return key

    def has(self, key: Any) -> bool:
        """Say whether `part` finds what is `key`."""
        return self.get(key.population if isinstance(key, PopulationView) else key) is not None

    def several(self, keys: Any, parameter: str) -> list[Population]:
        """Return the populations of one key or of a sequence of keys, each once."""
        return self._each_once(keys, parameter, self.find)

    def several_parts(self, keys: Any, parameter: str) -> list[Part]:
        """Return the populations and views of one key or of a sequence of keys, each once."""
        return self._each_once(keys, parameter, self.part)

    def _each_once(self, keys: Any, parameter: str, find: Callable[[Any], _Found]) -> list[_Found]:
        if isinstance(keys, Population | PopulationView | str):
            return [find(keys)]
        if not isinstance(keys, Iterable) or isinstance(keys, Mapping):
            checks.wrong_kind("", parameter, "a Population, its name or a sequence of these", printed.value(keys))
        parts = [find(key) for key in keys]
        if len(set(parts)) != len(parts):
            named = checks.listed([part.name for part in parts])
            checks.refuse("", parameter, f"[{named}]", "each population once")
        return parts

    def unknown(self, key: Any, absent: str | None = None, error: type[NetworkError] = NetworkError) -> NetworkError:
        """Return the error about a key that was not found; `absent` takes the key and the names there are."""
        absent = absent or f"population {{}} is not of this {self._owner}, which has: {{}}"
        name = key.name if isinstance(key, Population) else key
        known = checks.listed(self.names)
        details = {"population": name, "value": key, "allowed": known}
        if isinstance(key, Population) and self.get(name) is not None:
            return error(f"this {name!r} is a population of another network or a copy; use its name", **details)
        meant = checks.nearest(name, self.names)
        return error(absent.format(printed.value(name), known) + question(meant), meant=meant, **details)
