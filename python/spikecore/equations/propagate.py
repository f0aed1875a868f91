"""The exact step of linear equations: matrix exponentials in f64.

An entry that is zero for every step, because no path of equations leads from one variable to the other, is zero.
"""

import numpy as np
from numpy.typing import NDArray

__all__ = ["exponential", "paths", "propagators"]

_PADE = (
    64764752532480000.0,
    32382376266240000.0,
    7771770303897600.0,
    1187353796428800.0,
    129060195264000.0,
    10559470521600.0,
    670442572800.0,
    33522128640.0,
    1323241920.0,
    40840800.0,
    960960.0,
    16380.0,
    182.0,
    1.0,
)
"""Coefficients of the [13/13] Padé approximant of the exponential (Higham 2005, SIAM J. Matrix Anal. 26, 1179)."""
_NORM = 5.371920351148152
"""The largest 1-norm at which that approximant is exact to the last bit of f64 (theta_13 of the same paper)."""

_TOGETHER = 4096
"""Matrices at a time: their powers stay within some MB."""


def exponential(matrices: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the exponential of square matrices.

    Parameters
    ----------
    matrices : ndarray, shape (..., n, n)
        Finite.

    Returns
    -------
    ndarray, shape (..., n, n)
        By scaling and squaring with a Padé approximant (Higham 2005).

    Examples
    --------
    >>> exponential(np.array([[0.0, 1.0], [0.0, 0.0]]))
    array([[1., 1.],
           [0., 1.]])
    """
    norms = np.max(np.sum(np.abs(matrices), axis=-2), axis=-1)
    with np.errstate(divide="ignore"):
        squarings = np.maximum(np.ceil(np.log2(norms / _NORM)), 0.0)
    result = np.empty(matrices.shape)
    for count in np.unique(squarings):  # each matrix has its own, so that its bits do not depend on the others
        chosen = squarings == count
        result[chosen] = _squared(matrices[chosen], int(count))
    return result


def _squared(matrices: NDArray[np.float64], squarings: int) -> NDArray[np.float64]:
    a = matrices / 2.0**squarings
    unit = np.broadcast_to(np.eye(a.shape[-1]), a.shape)
    a2 = a @ a
    a4 = a2 @ a2
    a6 = a4 @ a2
    b = _PADE
    odd = a @ (a6 @ (b[13] * a6 + b[11] * a4 + b[9] * a2) + b[7] * a6 + b[5] * a4 + b[3] * a2 + b[1] * unit)
    even = a6 @ (b[12] * a6 + b[10] * a4 + b[8] * a2) + b[6] * a6 + b[4] * a4 + b[2] * a2 + b[0] * unit
    result = unit + 2.0 * np.asarray(np.linalg.solve(even - odd, odd), np.float64)
    for _ in range(squarings):
        result = result @ result
    return result


def paths(edges: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return which variable depends on which, itself and through others: the transitive closure of shape (n, n)."""
    reached = edges | np.eye(len(edges), dtype=bool)
    for middle in range(len(edges)):
        reached |= reached[:, middle : middle + 1] & reached[middle : middle + 1, :]
    return reached


def propagators(
    matrices: NDArray[np.float64], edges: NDArray[np.bool_], h: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return P and Q of `x(t + h) = P x(t) + Q r`, the solution of `dx/dt = A x + r` with constant A and r.

    Parameters
    ----------
    matrices : ndarray, shape (sets, n, n)
        A of every set of parameters, 1/ms.
    edges : ndarray of bool, shape (n, n)
        Where A is not zero by its equations.
    h : float
        The step in ms.

    Returns
    -------
    P, Q : ndarray, shape (sets, n, n)
        Q in ms. Zero where no path leads; the diagonal of a variable that feeds back through no other is the scalar
        exponential.

    Examples
    --------
    >>> p, q = propagators(np.array([[[-0.1]]]), np.array([[True]]), 1.0)
    >>> print(p.item() == np.exp(-0.1), round(q.item(), 6))
    True 0.951626
    """
    if len(matrices) > _TOGETHER:
        parts = (matrices[begin : begin + _TOGETHER] for begin in range(0, len(matrices), _TOGETHER))
        p_parts, q_parts = zip(*(propagators(part, edges, h) for part in parts), strict=True)
        return np.concatenate(p_parts), np.concatenate(q_parts)
    sets, n, _ = matrices.shape
    augmented = np.zeros((sets, 2 * n, 2 * n))
    augmented[:, :n, :n] = matrices * h
    augmented[:, :n, n:] = np.eye(n)
    whole = exponential(augmented)
    reached = paths(edges)
    p = np.where(reached, whole[:, :n, :n], 0.0)
    q = np.where(reached, whole[:, :n, n:] * h, 0.0)
    for i in range(n):
        if not any(reached[i, j] and reached[j, i] for j in range(n) if j != i):
            z = matrices[:, i, i] * h
            p[:, i, i] = np.exp(z)
            q[:, i, i] = h * np.where(z == 0.0, 1.0, np.expm1(z) / np.where(z == 0.0, 1.0, z))
    return p, q
