"""Quantities as text: the only place of the energy package that formats a number.

Each function takes a number and returns it with its unit; None, a number that is not known, is ``unknown``. Energies
and powers have four significant digits and a prefix that suits them, ratios three digits.

Examples
--------
>>> joules(1.25e-7), joules(0.0), watts(1e-6), watts(0.0), hertz(20.0), seconds(0.0123456)
('125 nJ', '0 pJ', '1 µW', '0 W', '20.00 Hz', '0.0123 s')
>>> count(772_000), count(0.05, "s"), count(28 * 2**20, "B"), figure(0.47927), figure(1_048_576.0), joules(None)
('772,000', '0.05 s', '29,360,128 B', '0.4793', '1,048,576', 'unknown')
>>> times(12.84), times(551.6), percent(0.6881), difference(-0.0003), price(23.6, "pJ"), or_dash(times)(None)
('12.8', '552', '68.8 %', '-0.03 %', '23.6 pJ', '-')
"""

from collections.abc import Callable, Sequence

from spikecore import checks

__all__ = [
    "band", "count", "difference", "figure", "hertz", "joules", "or_dash", "percent", "place", "price",
    "seconds", "signs", "terms", "times", "watts",
]  # fmt: skip

_PREFIXES = (("", 1.0), ("m", 1e-3), ("µ", 1e-6), ("n", 1e-9), ("p", 1e-12))
_UNKNOWN = "unknown"


def joules(value: float | None) -> str:
    """Return an energy in J."""
    return _scaled(value, "J") if value else _UNKNOWN if value is None else "0 pJ"


def watts(value: float | None) -> str:
    """Return a power in W."""
    return _scaled(value, "W") if value else _UNKNOWN if value is None else "0 W"


def hertz(value: float | None) -> str:
    """Return a rate in Hz with two decimals."""
    return _UNKNOWN if value is None else f"{value:,.2f} Hz"


def seconds(value: float) -> str:
    """Return a time in s with three digits."""
    return f"{value:.3g} s"


def count(value: float | None, unit: str = "") -> str:
    """Return a count: all digits where it is whole, else six; with its unit if it has one."""
    if value is None:
        return _UNKNOWN
    whole = isinstance(value, int) or value.is_integer()
    digits = f"{int(value):,}" if whole else f"{value:,.6g}"
    return f"{digits} {unit}" if unit else digits


def figure(value: float | None) -> str:
    """Return another number, such as a mean, with four digits or those before the point."""
    if value is None:
        return _UNKNOWN
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"


def times(ratio: float | None) -> str:
    """Return a ratio with three digits, or those before the point."""
    if ratio is None:
        return _UNKNOWN
    return f"{ratio:.3g}" if ratio < 100 else f"{ratio:,.0f}"


def percent(share: float | None) -> str:
    """Return a share of 0 … 1 in per cent with one decimal."""
    return _UNKNOWN if share is None else f"{100.0 * share:.1f} %"


def difference(share: float | None) -> str:
    """Return a relative difference in per cent with its sign and two decimals."""
    return _UNKNOWN if share is None else f"{100.0 * share:+,.2f} %"


def signs(low: float | None, nominal: float | None, high: float | None, bound: str) -> tuple[str, str, str]:
    """Return what stands before the low, the nominal and the high end of a figure that is a bound on one side.

    That is a sign at the outermost end on that side: ``min`` where the figure is a lower bound, ``max`` an upper one.

    Examples
    --------
    >>> signs(1.0, 2.0, None, "min"), signs(2.0, 2.0, None, "min"), signs(1.0, 2.0, 3.0, "max")
    (('≥ ', '', ''), ('', '≥ ', ''), ('', '', '≤ '))
    """
    middle = nominal or 0.0
    if bound == "min":
        return ("≥ ", "", "") if low is not None and low < middle else ("", "≥ ", "")
    if bound == "max":
        return ("", "", "≤ ") if high is not None and high > middle else ("", "≤ ", "")
    return "", "", ""


def price(value: float, unit: str = "") -> str:
    """Return a published figure with the digits that were published, and its unit."""
    return f"{value:g} {unit}" if unit else f"{value:g}"


def place(node: str, voltage_v: float | None) -> str:
    """Return process and supply voltage, or that it was not published."""
    return f"{node}, {'voltage not published' if voltage_v is None else price(voltage_v, 'V')}"


def band(low: float | None, nominal: float, high: float | None, show: Callable[[float], str]) -> str:
    """Return a value as `show` writes it, and in brackets its bounds where both were published and differ."""
    if low is None or high is None or low == high:
        return show(nominal)
    return f"{show(nominal)} ({show(low)} … {show(high)})"


def or_dash(show: Callable[[float], str]) -> Callable[[float | None], str]:
    """Return a function that writes a number as `show` does, and a number that does not exist as a dash."""
    return lambda value: "-" if value is None else show(value)


def terms(names: Sequence[str]) -> str:
    """Return the terms of a sentence: all of a chip's, and of a profile of thousands the first 24."""
    return checks.listed(names, 24, str)


def _scaled(value: float, unit: str) -> str:
    for prefix, size in _PREFIXES:
        if abs(value) >= size * (1.0 - 1e-12):  # 1e-6 is written so, and not as 1000 of the unit below
            return f"{value / size:.4g} {prefix}{unit}"
    return f"{value / 1e-12:.4g} p{unit}"
