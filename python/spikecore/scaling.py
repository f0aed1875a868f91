"""Weights and thresholds as whole numbers, so that sums of them are exact: for units that count, such as `IF`.

A float holds 0.02 only nearly, and 50 such steps miss a threshold of 1. Multiplied by one factor, weights and threshold
describe the same unit; whole numbers below 2^24 are exact in 32-bit floats, and so is every sum of them up to there.
"""

import math
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spikecore import checks
from spikecore.keywords import spelled

__all__ = ["Whole", "significant_bits", "whole"]

EXACT_BITS = 24
"""Whole numbers up to 2^24 are exact in 32-bit floats (IEEE 754, binary32)."""
_SAME = 2.0**-EXACT_BITS
"""A value this near to a decimal, as a share of itself, is that decimal, rounded to 32 bits."""


@dataclass(frozen=True, eq=False)
class Whole:
    """Weights and a threshold in whole units.

    Attributes
    ----------
    weights : ndarray of float64
        Whole numbers, in the shape that was given.
    threshold : float
        A whole number: `v_th` - `v_reset` of the unit.
    unit : float
        What 1 stands for, in the unit of the values given: a bias b becomes b / unit.
    error : float
        The most by which a weight or the threshold was rounded, as a share of the threshold given. After n inputs the
        potential is off by no more than n + 1 times that.
    """

    weights: NDArray[np.float64]
    threshold: float
    unit: float
    error: float


@spelled
def whole(weights: ArrayLike, threshold: float, *, unit: float | None = None, bits: int = 20) -> Whole:
    """Scale weights and a threshold to whole numbers.

    Parameters
    ----------
    weights : array_like of any shape
        What an input adds to the potential in mV: a matrix of `Dense`, a kernel of `Convolution`.
    threshold : float
        What the potential must reach from its reset in mV, > 0: `v_th` - `v_reset`.
    unit : float, optional
        What 1 shall stand for in mV, > 0: the step of a quantised layer. By default the largest unit of which all
        values are multiples (0.02 and 1 are 1 and 50), and where there is none, the smallest part of the threshold,
        divided by a power of two, of which no value has more than 2^bits.
    bits : int
        No value is above 2^bits units, 1 … 24. In 32 bits a potential is exact up to 2^24 units, so 24 - bits is the
        room for inputs that come together and for potentials far below the reset.

    Returns
    -------
    Whole
        The weights, the threshold, the unit, and by how much the values were rounded.

    Raises
    ------
    NetworkError
        If a value is not finite or outside its range, above 2^bits thresholds or above 2^bits of the given unit, or the
        unit is above the threshold.

    Notes
    -----
    With ``IF(e_l=0.0, v_reset=0.0, v_th=whole.threshold)`` and these weights, each a plain number or a rule with
    weights, every sum is exact in ``precision="f32"``, and with weights up to 32,767 in ``weights="q16"`` too. A bias b
    per tick is ``i_e = b / unit`` with ``c_m`` equal to `dt`.

    Measured with 1,000 units, a threshold of 1 and k / 1,000 for each k from 1 to 1,000 in each of 10,000 ticks: counts
    of spikes are wrong in 6 units in 32 bits and in 1 in 64 bits with reset to a value (0.02: every 51 ticks in 32
    bits, 0.1: every 11 in 64), in 496 and 469 with reset by subtraction, and in none after scaling.

    Weights that are multiples of nothing, such as trained ones that were not quantised, need no scaling: of 9,221
    spikes of 200 units with 784 inputs 32 bits moved none, whole numbers of 16 bits 8 and of 20 bits none (of 10,477
    with reset by subtraction 0, 76 and 14), for there `error` is larger than the rounding of 32 bits.
    ``tests/test_scaling.py`` measures all of this.

    Examples
    --------
    >>> layer = whole([[0.02, -0.5], [0.1, 0.25]], threshold=1.0)
    >>> layer.weights.tolist(), layer.threshold, layer.unit
    ([[2.0, -50.0], [10.0, 25.0]], 100.0, 0.01)
    >>> trained = whole([0.7071, 3.14159e-5], threshold=1.0, bits=16)
    >>> trained.weights.tolist(), trained.threshold, f"{trained.error:.1e}"
    ([46341.0, 2.0], 65536.0, '7.5e-06')
    """
    values = checks.array("scaling", "weights", weights)
    goal = checks.number("scaling", "threshold", threshold, above=0.0, unit="mV")
    most = 2 ** checks.count("scaling", "bits", bits, low=1, high=EXACT_BITS)
    largest = max(goal, float(np.abs(values).max(initial=0.0)))
    if largest > most * goal:
        checks.refuse("scaling", "threshold", goal, f"at least {largest / most:g} mV: the largest weight / 2^{bits}")
    if unit is None:
        step = _common_unit(values, goal, largest, most) or goal / 2.0 ** math.floor(math.log2(most * (goal / largest)))
    else:
        step = checks.number("scaling", "unit", unit, above=0.0, unit="mV")
        if not largest / most <= step <= goal:
            least = f"{largest / most:g} mV, for values up to 2^{bits} units"
            checks.refuse("scaling", "unit", step, f"at least {least}, and at most the threshold, {goal:g} mV")
    scaled, target = np.rint(values / step), float(np.rint(goal / step))
    rounded = np.abs(scaled * step - values).max(initial=abs(target * step - goal))
    return Whole(scaled, target, step, float(rounded) / goal)


@spelled
def significant_bits(magnitudes: NDArray[np.float64], most: int = 16) -> int | None:
    """Return the bits of the whole numbers that magnitudes above 0 are up to a factor; None if they are above `most`.

    Examples
    --------
    >>> significant_bits(np.array([0.02, 0.5])), significant_bits(np.array([1.0, 2.0**0.5, 3.0**0.5]))
    (5, None)
    """
    if not len(magnitudes):
        return 1
    largest = float(magnitudes.max())
    unit = _common_unit(magnitudes, largest, largest, 2**most - 1)
    return None if unit is None else round(largest / unit).bit_length()


def _common_unit(values: NDArray[np.float64], goal: float, largest: float, most: int) -> float | None:
    """Return the largest unit of which all values are multiples, if none is above `most` units."""
    parts = 1
    for share in np.unique(np.abs(values)) / goal:
        parts = math.lcm(parts, _denominator(float(share), most))
        if parts > most * (goal / largest):
            return None
    return goal / parts


def _denominator(share: float, most: int) -> int:
    """Return the denominator of the first convergent of a continued fraction that is the share, or one above `most`."""
    rest = Fraction(share)
    below, above = (0, 1), (1, 0)  # numerator and denominator of the last two convergents
    while above[1] <= most and not (above[1] and abs(above[0] / above[1] - share) <= _SAME * share):
        whole_part = math.floor(rest)
        below, above = above, (whole_part * above[0] + below[0], whole_part * above[1] + below[1])
        if rest == whole_part:
            break
        rest = 1 / (rest - whole_part)
    return above[1]
