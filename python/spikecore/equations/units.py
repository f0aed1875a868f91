"""Units: a factor to base units (ms, mV, pA), and powers of these three.

In base units a conductance is in nS, a capacitance in pF, a resistance in GOhm and a frequency in kHz.
"""

import ast
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

__all__ = ["NONE", "UNITS", "Powers", "Unit", "parsed", "power", "product", "quotient", "shown"]

Powers = tuple[Fraction, Fraction, Fraction]
"""Powers of ms, mV and pA."""
NONE: Powers = (Fraction(0), Fraction(0), Fraction(0))
"""Those of a plain number."""


@dataclass(frozen=True)
class Unit:
    """A unit.

    Attributes
    ----------
    scale : Fraction
        How many base units it is, exactly.
    powers : tuple of Fraction
        Powers of ms, mV and pA.
    """

    scale: Fraction
    powers: Powers

    def __mul__(self, other: "Unit") -> "Unit":
        return Unit(self.scale * other.scale, product(self.powers, other.powers))

    def __truediv__(self, other: "Unit") -> "Unit":
        return Unit(self.scale / other.scale, quotient(self.powers, other.powers))

    def __pow__(self, exponent: int) -> "Unit":
        return Unit(self.scale**exponent, power(self.powers, Fraction(exponent)))

    def base(self, value: Any) -> Any:
        """Return what is in this unit in base units: a number or an array, rounded once.

        Examples
        --------
        >>> UNITS["us"].base(9.0)
        0.009
        """
        return value * float(self.scale.numerator) / float(self.scale.denominator)


def product(left: Powers, right: Powers) -> Powers:
    """Return the powers of a product."""
    a, b, c = (mine + other for mine, other in zip(left, right, strict=True))
    return a, b, c


def quotient(left: Powers, right: Powers) -> Powers:
    """Return the powers of a quotient."""
    return product(left, power(right, Fraction(-1)))


def power(powers: Powers, exponent: Fraction) -> Powers:
    """Return the powers of a power."""
    a, b, c = (part * exponent for part in powers)
    return a, b, c


def _unit(ten: int, ms: int, mv: int, pa: int) -> Unit:
    return Unit(Fraction(10) ** ten, (Fraction(ms), Fraction(mv), Fraction(pa)))


UNITS = {
    "s": _unit(3, 1, 0, 0),
    "ms": _unit(0, 1, 0, 0),
    "us": _unit(-3, 1, 0, 0),
    "V": _unit(3, 0, 1, 0),
    "mV": _unit(0, 0, 1, 0),
    "A": _unit(12, 0, 0, 1),
    "nA": _unit(3, 0, 0, 1),
    "pA": _unit(0, 0, 0, 1),
    "S": _unit(9, 0, -1, 1),
    "uS": _unit(3, 0, -1, 1),
    "nS": _unit(0, 0, -1, 1),
    "F": _unit(12, 1, -1, 1),
    "nF": _unit(3, 1, -1, 1),
    "pF": _unit(0, 1, -1, 1),
    "ohm": _unit(-9, 0, 1, -1),
    "kohm": _unit(-6, 0, 1, -1),
    "Mohm": _unit(-3, 0, 1, -1),
    "Gohm": _unit(0, 0, 1, -1),
    "Hz": _unit(-3, -1, 0, 0),
    "kHz": _unit(0, -1, 0, 0),
}
"""Every unit by its name."""

_BASE = ("ms", "mV", "pA")
_LONGEST = 100
_HIGHEST = 12


def parsed(text: str) -> Unit | None:
    """Return the unit that a text names, or None where it names none.

    Examples
    --------
    >>> parsed("mV/ms") == parsed("V/s"), parsed("nS*mV") == parsed("pA"), parsed("1/s").scale
    (True, True, Fraction(1, 1000))
    >>> parsed("furlong") is None
    True
    """
    if len(text) > _LONGEST:
        return None
    try:
        unit = _read(ast.parse(text.strip(), mode="eval").body)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    return unit if 1e-100 < unit.scale < 1e100 else None


def _read(node: ast.expr) -> Unit:
    match node:
        case ast.Name(id=name) if name in UNITS:
            return UNITS[name]
        case ast.Constant(value=1 as value) if type(value) is int:
            return Unit(Fraction(1), NONE)
        case ast.BinOp(left=left, op=ast.Mult(), right=right):
            return _read(left) * _read(right)
        case ast.BinOp(left=left, op=ast.Div(), right=right):
            return _read(left) / _read(right)
        case ast.BinOp(left=left, op=ast.Pow(), right=right):
            base, exponent = _read(left), _whole(right)
            if max(map(abs, base.powers)) <= _HIGHEST and 1e-50 < base.scale < 1e50:
                return base**exponent
    msg = "no unit"
    raise ValueError(msg)


def _whole(node: ast.expr) -> int:
    is_negative = isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub)
    sign, value = (-1, node.operand) if isinstance(node, ast.UnaryOp) and is_negative else (1, node)
    if isinstance(value, ast.Constant) and type(value.value) is int and value.value <= _HIGHEST:
        return sign * value.value
    msg = "no power"
    raise ValueError(msg)


def shown(powers: Powers) -> str:
    """Return powers as text, by the name of a unit where one has them (1/ms, not kHz: few of these are frequencies).

    Examples
    --------
    >>> shown(parsed("mV/ms").powers), shown(parsed("pA/mV").powers), shown(NONE)
    ('mV/ms', 'nS', '1')
    """
    if powers == NONE:
        return "1"
    for name, unit in UNITS.items():
        if name != "kHz" and unit.scale == 1 and unit.powers == powers:
            return name
    over = [(name, own) for name, own in zip(_BASE, powers, strict=True) if own > 0]
    under = [(name, -own) for name, own in zip(_BASE, powers, strict=True) if own < 0]
    top = "*".join(_power(name, own) for name, own in over) or "1"
    return "/".join([top, *(_power(name, own) for name, own in under)])


def _power(name: str, exponent: Fraction) -> str:
    return name if exponent == 1 else f"{name}**{exponent}" if exponent.denominator == 1 else f"{name}**({exponent})"
