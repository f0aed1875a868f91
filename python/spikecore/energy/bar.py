"""A machine in a figure: its name, its energy with the ends of its band, and its terms; and the colours of terms."""

from dataclasses import dataclass
from typing import Literal

from spikecore.energy.quantity import joules, signs
from spikecore.pictures.drawing import GREY

__all__ = ["MEASURED", "Bar", "colour"]

_MODELLED, MEASURED = "#4c78a8", "#3a3a3a"
_TWENTY = (
    "#1f77b4", "#ff7f0e", "#2ca02c", "#d62728", "#9467bd", "#8c564b", "#e377c2", "#b5b5b5", "#bcbd22", "#17becf",
    "#aec7e8", "#ffbb78", "#98df8a", "#ff9896", "#c5b0d5", "#c49c94", "#f7b6d2", "#dddddd", "#dbdb8d", "#9edae5",
)  # fmt: skip
"""The twenty colours of matplotlib's tab20, the strong ones first, with lighter greys."""


def colour(k: int) -> str:
    """Return the colour of the k-th term: no two are alike; from the twentieth on they are darker.

    Examples
    --------
    >>> colour(0), colour(20)
    ('#1f77b4', '#15537d')
    >>> len({colour(k) for k in range(80)})
    80
    """
    dark = 0.7 ** (k // len(_TWENTY))
    base = _TWENTY[k % len(_TWENTY)]
    return "#" + "".join(f"{int(dark * int(base[i : i + 2], 16)):02x}" for i in (1, 3, 5))


@dataclass(frozen=True)
class Bar:
    """One machine: its name and a second line `below`, its energy and the ends of its band in J, None where not known.

    `parts` are terms with their energy in J, those that cost nothing left out; `is_partial` says that the band holds
    some terms at nominal, `bound` that the energy is a bound, and `is_misfit` that the machine cannot hold the network.
    """

    name: str
    below: str
    total_j: float | None
    low_j: float | None
    high_j: float | None
    parts: tuple[tuple[str, float], ...]
    is_measured: bool = False
    is_partial: bool = False
    bound: Literal["", "min", "max"] = ""
    is_misfit: bool = False

    @property
    def colour(self) -> str:
        """Colour of the point."""
        return MEASURED if self.is_measured else GREY if self.is_misfit else _MODELLED

    @property
    def text(self) -> str:
        """The energy as it is written."""
        return signs(self.low_j, self.total_j, self.high_j, self.bound)[1] + joules(self.total_j)

    @property
    def whisker(self) -> tuple[float, float] | None:
        """The ends of the band, the nominal value where one is not known; None where there is none."""
        if self.total_j is None or self.is_measured:
            return None
        low = self.total_j if self.low_j is None else self.low_j
        high = self.total_j if self.high_j is None else self.high_j
        return (low, high) if low < high else None
