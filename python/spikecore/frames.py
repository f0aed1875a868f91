"""The spikes of one frame: a pair of arrays that knows how many values the frame had.

A pair of arrays alone does not say for how many neurons it is meant, so that a picture without a batch axis would
drive the first neurons of a source with its rows, one row a sample, and nothing would be out of range.
"""

from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from spikecore import checks

__all__ = ["FrameSpikes", "check_size"]


class FrameSpikes(tuple[NDArray[np.uint32], NDArray[np.float64]]):
    """A pair (neurons, times) that `spikecore.coding` has made of a frame.

    A source takes it as any tuple of two arrays, and refuses one of a frame that has not one value per neuron.

    Parameters
    ----------
    neurons : ndarray of uint32, shape (n,)
        The neuron of every spike, 0 … size - 1.
    times : ndarray of float64, shape (n,)
        Its time in ms.
    size : int
        Values of the frame, one per neuron.

    Examples
    --------
    >>> from spikecore import coding
    >>> pair = coding.latency([[0.2, 0.0, 1.0]], 10.0, 0.1, method="linear")[0]
    >>> neurons, times = pair
    >>> neurons.tolist(), pair.size
    ([2, 0], 3)
    """

    size: int

    def __new__(cls, neurons: NDArray[np.uint32], times: NDArray[np.float64], size: int) -> Self:
        """Join the two arrays of a frame of so many values."""
        pair = super().__new__(cls, (neurons, times))
        pair.size = size
        return pair

    def __getnewargs__(self) -> Any:
        """Return what a copy or a pickle is made of."""
        return *self, self.size


def check_size(owner: str, size: int, times: Any, samples: int = 1) -> None:
    """Refuse the spikes of a frame that has not one value per neuron; times in any other form pass.

    Parameters
    ----------
    owner : str
        What gets the spikes, for the message.
    size : int
        Its neurons.
    times : object
        The spikes of a sample in any form.
    samples : int
        Samples that come with this one, for the message.
    """
    if isinstance(times, FrameSpikes) and times.size != size:
        allowed = f"{size}, one per neuron"
        if samples * times.size == size:
            allowed += f"; {samples} frames of {times.size} are one of {size} without its batch axis: frames[None]"
        checks.refuse(owner, "the number of values of the frame", times.size, allowed)
