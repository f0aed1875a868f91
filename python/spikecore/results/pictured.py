"""What has a picture: one method draws it into a file, on axes, or for a notebook."""

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from spikecore.pictures.figure import Figure

__all__ = ["Pictured"]


class Pictured(ABC):
    """Values that can be drawn."""

    def plot(self, where: Any = None) -> Any:
        """Draw the values.

        Parameters
        ----------
        where : str, Path or matplotlib Axes, optional
            A file to write, in the format of its suffix, or axes to draw on; new axes by default. ``.svg`` files need
            no other package, all else needs matplotlib.

        Returns
        -------
        Path or Axes
            The file that was written, or the axes.

        Raises
        ------
        NetworkError
            If the suffix is unknown or needs matplotlib.
        ImportError
            If axes are wanted and matplotlib is not installed.
        """
        return self._figure().put("plot", where)

    def _repr_svg_(self) -> str:
        return self._figure().svg()

    @abstractmethod
    def _figure(self) -> "Figure":
        """Return the picture as data."""
