"""What crosses the border for a projection: types of the tuples, and what a call of `Network.connect` asks for."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from spikecore.connect import Rule
from spikecore.distributions import Value

__all__ = ["Law", "NativeRule", "NativeValue", "Receptor", "Settings"]

Receptor = Literal["excitatory", "inhibitory"]
"""Receptors of a neuron that a projection may name."""

NativeValue = (
    tuple[Literal["constant"], float]
    | tuple[Literal["uniform"], float, float]
    | tuple[Literal["normal"], float, float, float | None, float | None, Literal["redraw", "clip"]]
    | tuple[Literal["array"], NDArray[np.float64]]
    | tuple[Literal["ticks"], NDArray[np.uint16]]
)
"""A number, a distribution or an array: mean, sd, low and high of a normal one, low and high of a uniform one."""

_Pair = tuple[int, int]
_WholeRule = (
    tuple[Literal["one_to_one", "all_to_all", "dense"]]
    | tuple[Literal["bernoulli"], float]
    | tuple[Literal["fixed_in_degree", "fixed_out_degree", "fixed_total_number"], int]
    | tuple[Literal["pairs"], NDArray[np.uint32], NDArray[np.uint32]]
    | tuple[Literal["convolution", "pooling"], tuple[int, int, int], int, _Pair, _Pair, _Pair, int]
)
"""A rule; a window has the shape of the source, channels of the target, its size, stride, padding and groups."""

NativeRule = _WholeRule | tuple[Literal["within"], int, int, int, int, _WholeRule]
"""A rule, or one within the limits of parts: first neuron and end in the source and in the target."""

Law = tuple[NativeRule, NativeValue, NativeValue, Receptor | None, bool, bool]
"""Rule, weight, delay, receptor, autapses, multapses: what `_native.Network.projections` takes."""


@dataclass(frozen=True)
class Settings:
    """What a call of `Network.connect` says about each of its projections."""

    rule: Rule
    weight: Value | None
    delay: Value
    receptor: Receptor | None
    autapses: bool
    multapses: bool
