"""Values that are a table: their columns are named once, for pandas and for a notebook.

Classes whose columns follow from the neurons that were chosen (`Trace`), or that are one column (`MeanRates`), make
their own.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from spikecore import extras, notebook

__all__ = ["Listed", "Tabled", "Words", "pandas"]


class Words(NamedTuple):
    """A column of words, each by its place in a list of different ones; categorical in pandas."""

    places: NDArray[np.int64]
    words: Sequence[str]

    @classmethod
    def repeated(cls, words: Sequence[str], lengths: Sequence[int]) -> "Words":
        """Return a column in which every word stands so many times.

        Examples
        --------
        >>> column = Words.repeated(["v", "i_syn", "v"], [1, 2, 1])
        >>> column.places.tolist(), column.words
        ([0, 1, 1, 0], ['v', 'i_syn'])
        """
        different = {word: place for place, word in enumerate(dict.fromkeys(words))}
        return cls(np.repeat(np.array([different[word] for word in words], np.int64), lengths), list(different))


def pandas() -> Any:
    """Return the package; an `ImportError` that names the extra where it is not installed."""
    return extras.load("pandas", "to_pandas")


class Tabled(ABC):
    """Values that are a table; their class says its columns."""

    def to_pandas(self) -> Any:
        """Return the table as a pandas DataFrame.

        Raises
        ------
        ImportError
            If pandas is not installed.
        """
        package = pandas()
        columns = {
            name: package.Categorical.from_codes(*column) if isinstance(column, Words) else column
            for name, column in self._columns().items()
        }
        index = None if (named := self._index()) is None else package.Index(named[1], name=named[0])
        return package.DataFrame(columns, index)

    @abstractmethod
    def _columns(self) -> Mapping[str, Any]:
        """Return columns of one length by name."""

    def _index(self) -> tuple[str, Any] | None:
        """Return name and values of the index; None for the numbers of the rows."""
        return None


class Listed(Tabled):
    """Values that are a long table of numbers; a notebook shows its first rows."""

    @abstractmethod
    def __len__(self) -> int:
        """Return the number of rows."""

    def _repr_html_(self) -> str:
        columns = self._columns()
        rows = zip(*(column[: notebook.HEAD].tolist() for column in columns.values()), strict=True)
        head = [name.removesuffix("_ms") + " (ms)" * name.endswith("_ms") for name in columns]
        return notebook.table(repr(self), head, rows, length=len(self))
