"""Geometry of windows that move over a dimension: how many positions they have, and what they see of it.

Convolutions and poolings of spiking networks (`implicit`) and of artificial ones (`energy.ann`) share it.
"""

__all__ = ["positions", "seen"]


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


def seen(inside: int, window: int, stride: int = 1, padding: int = 0, dilation: int = 1) -> int:
    """Return how many values a window sees at all its positions together, those of the padding left out.

    Parameters and their ranges are those of `positions`.

    Examples
    --------
    >>> seen(8, 3), seen(8, 3, padding=1), seen(8, 3, padding=1) ** 2
    (18, 22, 484)
    """
    (steps, step), (values, value) = sorted(
        [(positions(inside, window, stride, padding, dilation), stride), (window, dilation)]
    )
    shifts = (padding - step * k for k in range(steps))
    # of the shifted values 0, value, 2 value, ... those from shift to shift + inside - 1, of which there are `values`
    return sum(
        max(0, min(values - 1, (shift + inside - 1) // value) - max(0, -(-shift // value)) + 1) for shift in shifts
    )
