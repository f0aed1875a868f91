"""The synapses of a machine, as columns."""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from spikecore import checks, extras
from spikecore.population import limits
from spikecore.tabled import Listed

__all__ = ["Synapses"]


@dataclass(frozen=True, eq=False)
class Synapses(Listed):
    """The synapses from one population to another, or of one projection, by (source, delay, target).

    A table of ``source``, ``target``, ``weight`` and ``delay_ms``.

    Attributes
    ----------
    sources, targets : ndarray of uint32, shape (n,)
        Indices within the source and the target population.
    weights : ndarray of float64, shape (n,)
        In pA, or mV for delta synapses, as the store holds them.
    delays : ndarray of float64, shape (n,)
        In ms.
    shape : (int, int)
        Neurons of the source and of the target.

    Examples
    --------
    >>> import spikecore as sc
    >>> net = sc.Network(dt=0.1)
    >>> exc = net.population(3, sc.LIF(), name="exc")
    >>> ring = net.connect(exc, exc, sc.Pairs([0, 1, 2], [1, 2, 0]), weight=[10.0, 20.0, 30.0], delay=1.5)
    >>> synapses = net.compile(workers=1).synapses(ring)
    >>> synapses.targets.tolist(), synapses.weights.tolist(), synapses.shape
    ([1, 2, 0], [10.0, 20.0, 30.0], (3, 3))
    """

    sources: NDArray[np.uint32]
    targets: NDArray[np.uint32]
    weights: NDArray[np.float64]
    delays: NDArray[np.float64]
    shape: tuple[int, int]

    def __len__(self) -> int:
        """Return the number of synapses."""
        return len(self.sources)

    def __repr__(self) -> str:
        """Show the number of synapses."""
        return f"Synapses({len(self):,} synapses)"

    def between(self, sources: slice, targets: slice) -> "Synapses":
        """Return those from some neurons in a row to some in a row, with indices from their first on.

        Parameters
        ----------
        sources, targets : slice
            As in ``exc[10:20]``, without a step.

        Raises
        ------
        NetworkError
            If a slice lies outside the populations, or is empty.
        TypeError
            If it is not a slice.
        """
        first, stop = limits("sources", self.shape[0], sources)
        first_to, stop_to = limits("targets", self.shape[1], targets)
        shape = stop - first, stop_to - first_to
        if shape == self.shape:
            return self
        from_, to = self.sources - np.uint32(first), self.targets - np.uint32(first_to)
        kept = (from_ < shape[0]) & (to < shape[1])  # what lies before the first has become a large number
        return Synapses(from_[kept], to[kept], self.weights[kept], self.delays[kept], shape)

    def to_scipy(self, values: Literal["weight", "delay"] = "weight") -> Any:
        """Return a sparse matrix: in row i the synapses of source neuron i, in column j those onto target neuron j.

        That is the orientation in which `Network.connect` takes a matrix. For a network of rates or currents,
        ``matrix.T @ activity_of_sources`` is what arrives at the targets.

        Parameters
        ----------
        values : {"weight", "delay"}
            What it holds: weights in pA (mV for delta synapses), or delays in ms.

        Returns
        -------
        scipy.sparse.coo_array of float64, shape (sources, targets)
            An entry for each synapse, in the same order whatever the values. Two synapses of one pair are two
            entries; scipy adds them up when it converts the matrix (``tocsr``, ``toarray``).

        Raises
        ------
        ImportError
            If scipy is not installed.
        NetworkError
            If `values` is neither of the two.

        Examples
        --------
        >>> import numpy as np
        >>> two = Synapses(np.array([0, 1]), np.array([2, 0]), np.array([5.0, -1.0]), np.array([0.5, 1.0]), (2, 3))
        >>> two.to_scipy().toarray().tolist()
        [[0.0, 0.0, 5.0], [-1.0, 0.0, 0.0]]
        """
        kept = self.weights if checks.choice("", "values", values, ("weight", "delay")) == "weight" else self.delays
        sparse = extras.load("scipy.sparse", "to_scipy")
        ends = (self.sources.astype(np.int64), self.targets.astype(np.int64))
        return sparse.coo_array((kept, ends), shape=self.shape)

    def _columns(self) -> dict[str, NDArray[Any]]:
        return {"source": self.sources, "target": self.targets, "weight": self.weights, "delay_ms": self.delays}
