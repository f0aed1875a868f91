"""Geometry of windows that move over a dimension: how many positions they have.

Convolutions and poolings of spiking networks (`implicit`) and of artificial ones (`energy.ann`) share it.
"""

__all__ = ["positions"]


def positions(inside: int, window: int, stride: int = 1, padding: int = 0, dilation: int = 1) -> int:
    """Return how many positions a window has along one dimension.

    Parameters
    ----------
    inside : int
        Values along the dimension, ≥ 1.
    window, stride, padding, dilation : int
        Values that the window sees, steps from one position to the next, values without content at either end, and
        steps between two values that the window sees.

    Returns
    -------
    int
        ``(inside + 2 padding - dilation (window - 1) - 1) // stride + 1``, as in PyTorch; ≤ 0 where the window exceeds
        the padded dimension.

    Examples
    --------
    >>> positions(28, 7), positions(16, 3, stride=2, padding=1), positions(4, 7)
    (22, 8, -2)
    """
    return (inside + 2 * padding - dilation * (window - 1) - 1) // stride + 1
