"""The verdict of a report: one line that says what costs most, and what would flip that."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from spikecore.energy.bill import Line
    from spikecore.energy.report import EnergyReport

__all__ = ["between", "of"]


def of(report: "EnergyReport") -> str:
    """Return the term that costs most and its share, and by how much counts would have to change for another to."""
    if not report.lines or not report.nominal_j:
        return "unknown: nothing is priced" if not report.lines else "no cost: every priced count is 0"
    order = sorted(report.lines, key=lambda line: -line.nominal_j)
    first = order[0]
    share = 100.0 * first.nominal_j / report.nominal_j
    said = f"{first.price.term} cost {_share(share)} % of what is priced"
    return f"{said}; {_flip(first, order[1:])}"


def _share(percent: float) -> str:
    return f"{percent:.3g}" if percent < 99.95 else "100"


def _flip(first: "Line", rest: list["Line"]) -> str:
    if not rest:
        return "the only price, so nothing here would change the order"
    second = rest[0]
    if not second.nominal_j:
        return (
            f"{second.price.term} would cost more as soon as there were {first.nominal_j / second.price.nominal_j:.3g}"
        )
    times = _times(first.nominal_j / second.nominal_j)
    said = f"{second.price.term} would cost more if there were {times} times as many"
    low, high = first.low_j, second.high_j
    if low is None or high is None:
        return f"{said}; {first.price.term if low is None else second.price.term} have no published band on that side"
    return f"{said}; within the published bands the order is {'not certain' if high >= low else 'certain'}"


def _times(value: float) -> str:
    return f"{value:.3g}" if value < 100 else f"{value:,.0f}"


def between(one: "EnergyReport", other: "EnergyReport") -> str:
    """Return which of two reports is cheaper, and what would flip that."""
    names = one.profile.name, other.profile.name
    if not one.nominal_j or not other.nominal_j:
        without = names[0] if not one.nominal_j else names[1]
        return f"unknown: {without} has no priced cost"
    cheap, dear = (one, other) if one.nominal_j <= other.nominal_j else (other, one)
    times = _times((dear.nominal_j or 0.0) / (cheap.nominal_j or 1.0))
    said = f"{cheap.profile.name} costs {times} times less than {dear.profile.name}, modelled, of what is priced"
    if cheap.high_j is not None and dear.low_j is not None and cheap.high_j < dear.low_j:
        margin = f"unpriced terms above {dear.low_j - cheap.high_j:.3g} J would flip it"
        return f"{said}; the published bands do not overlap; {margin}"
    return f"{said}; the published bands overlap or have no end, so the order is not certain"
