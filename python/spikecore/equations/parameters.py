"""Values of parameters: numbers, or arrays with a value per neuron, in any unit, which are kept in base units."""

import math
import re
from typing import Any

import numpy as np

from spikecore import checks
from spikecore.arrays import is_array
from spikecore.equations.checked import Parameter
from spikecore.equations.read import RESERVED
from spikecore.equations.units import UNITS, Powers, parsed

__all__ = ["LONGEST_NAME", "parameter"]

LONGEST_NAME = 64
"""Characters of a name."""
_REALS = "a number, or inf"


def parameter(name: str, given: Any) -> tuple[Parameter, Powers]:
    """Return a parameter in base units, and the powers of its unit.

    Examples
    --------
    >>> parameter("c_m", (0.25, "nF"))[0].value
    250.0
    """
    owner = "Equations"
    if (
        not re.fullmatch(r"[A-Za-z]\w*", checks.word(owner, "a name in parameters", name), re.ASCII)
        or len(name) > LONGEST_NAME
    ):
        checks.refuse(
            owner, "a name in parameters", repr(name), f"letters, digits and _, up to {LONGEST_NAME}, first a letter"
        )
    if name in RESERVED:
        checks.refuse(owner, "a name in parameters", repr(name), "no unit, no function, neither t nor xi")
    value, text = given if isinstance(given, tuple) and len(given) == 2 and isinstance(given[1], str) else (given, "1")
    unit = parsed(text)
    if unit is None:
        checks.refuse(owner, f"the unit of {name}", repr(text), f"1, or {' '.join(UNITS)} with * / **")
    if is_array(value):
        values = checks.reals(owner, name, value, "a number or an array of numbers")
        if values.ndim != 1 or not values.size:
            checks.refuse(owner, f"the shape of {name}", f"{values.shape}", "one dimension, one value per neuron")
        missing = np.flatnonzero(np.isnan(values))
        if missing.size:
            checks.refuse(owner, f"{name}[{missing[0]}]", "nan", _REALS)
        scaled = np.asarray(unit.base(values), dtype=np.float64)
        scaled.setflags(write=False)
        return Parameter(name, text, float(unit.scale), scaled), unit.powers
    number = checks.infinite(owner, name, value)
    if math.isnan(number):
        checks.refuse(owner, name, f"{value}", _REALS)
    return Parameter(name, text, float(unit.scale), unit.base(number)), unit.powers
