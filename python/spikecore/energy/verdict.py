"""Verdicts in one sentence: which term or which machine costs most, and what would flip that."""

import math
from typing import TYPE_CHECKING

from spikecore.energy.text import joules

if TYPE_CHECKING:
    from spikecore.energy.bill import Line
    from spikecore.energy.report import EnergyReport

__all__ = ["between", "of"]

_UNITS = {"biological_s": " s"}


def of(report: "EnergyReport") -> str:
    """Return the term that costs most and its share, and by how much counts would have to change for another to."""
    if report.profile.measured:
        whole = f"{joules(report.nominal_j)} measured as a whole: terms are not told apart"
        return "unknown: nothing was measured" if report.nominal_j is None else whole
    if not report.lines:
        return "unknown: nothing is priced"
    if not report.nominal_j:
        return _nothing(report.lines)
    order = sorted(report.lines, key=lambda line: -line.nominal_j)
    first = order[0]
    share = 100.0 * first.nominal_j / report.nominal_j
    said = f"{first.price.term} cost {_share(share)} % of what is priced; {_flip(first, order[1:])}"
    return f"{said}; {report.off_point}" if report.off_point else said


def _nothing(lines: "tuple[Line, ...]") -> str:
    """Say why the sum is 0, and which price is so only at its nominal value."""
    if not any(line.count for line in lines):
        return "no cost: every priced count is 0"
    above = _above_nothing([line for line in lines if line.count])
    if above:
        return f"no cost: every price of what was done is 0 at its nominal value, but {above}"
    return "no cost: every price of what was done is 0"


def _above_nothing(lines: "list[Line]") -> str:
    """Return what a term may cost whose price is 0 at its nominal value and more at its published high bound."""
    above = [line for line in lines if not _nominal(line) and (line.level or line.price).high_j]
    if not above:
        return ""
    most = max(above, key=lambda line: line.high_j or 0.0)
    return f"{most.price.term} cost up to {joules(most.high_j)} by the published high bound"


def _nominal(line: "Line") -> float:
    return (line.level or line.price).nominal_j


def _share(percent: float) -> str:
    return f"{percent:.3g}" if percent < 99.95 else "100"


def _flip(first: "Line", rest: list["Line"]) -> str:
    if not rest:
        return "the only price, so nothing here would change the order"
    second = rest[0]
    if not second.nominal_j:
        return _flip_from_nothing(first, rest)
    times = _times(first.nominal_j / second.nominal_j)
    if times == "1":
        said = f"{second.price.term} cost the same{_digits(first.nominal_j, second.nominal_j)}"
    elif second.price.count == "biological_s":
        said = f"{second.price.term} would cost more if it were {times} times as high"
    else:
        said = f"{second.price.term} would cost more if there were {times} times as many"
    low, high = first.low_j, second.high_j
    if low is None or high is None:
        return (
            f"{said}; no band was published for {first.price.term if low is None else second.price.term} on that side"
        )
    return f"{said}; within the published bands the order is {'not certain' if high >= low else 'certain'}"


def _flip_from_nothing(first: "Line", rest: list["Line"]) -> str:
    """Say how many events of a term without any would flip the order; a price of 0 never does by its nominal value."""
    for line in rest:
        price = _nominal(line)
        if price:
            unit = " B" if "bytes" in line.price.count else _UNITS.get(line.price.count, "")
            amount = f"{first.nominal_j / price:.3g}{unit}"
            return f"{line.price.term} would cost more as soon as there were {amount}"
    above = _above_nothing(rest)
    if above:
        return f"every other price is 0 at its nominal value, but {above}"
    return "every other price is 0, so nothing here would change the order"


def _digits(less: float, more: float) -> str:
    """Return to how many digits two energies are said to be the same; empty where they are equal."""
    return "" if math.isclose(less, more, rel_tol=1e-9) else " to three digits"


def _times(value: float) -> str:
    return f"{value:.3g}" if value < 100 else f"{value:,.0f}"


def between(one: "EnergyReport", other: "EnergyReport", names: tuple[str, str] | None = None) -> str:
    """Return which of two reports is cheaper, which term would flip that and by what factor, and how certain it is.

    Parameters
    ----------
    one, other : EnergyReport
        The reports.
    names : tuple of str, optional
        What to call them; by default the names of their profiles.
    """
    called = names or (one.profile.name, other.profile.name)
    pair = [(one, called[0]), (other, called[1])]
    for report, name in pair:
        if report.nominal_j is None:
            return f"unknown: {name} {'was not measured' if report.profile.measured else 'has no priced cost'}"
    (cheap, low), (dear, high) = sorted(pair, key=lambda each: each[0].nominal_j or 0.0)
    order = _order(cheap, dear, low, high)
    off = [f"the price of {name} is used {report.off_point}" for report, name in pair if report.off_point]
    if off:  # where there is no ranking, nothing would flip it and no band makes it certain
        return (
            f"no ranking, because {' and '.join(off)}; by {'that price' if len(off) == 1 else 'these prices'} {order}"
        )
    return "; ".join([order, *_flips(cheap, dear, low, high), _certainty(cheap, dear)])


def _order(cheap: "EnergyReport", dear: "EnergyReport", low: str, high: str) -> str:
    less, more = cheap.nominal_j or 0.0, dear.nominal_j or 0.0
    same = cheap.status == dear.status
    if not same:
        low, high = f"{low} ({cheap.status})", f"{high} ({dear.status})"
    if less == more or (less and _times(more / less) == "1"):
        said = f"{low} and {high} cost the same{_digits(less, more)}, {joules(less)}"
    elif not less:
        said = f"{low} costs nothing and {high} {joules(more)}"
    else:
        said = f"{low} costs {_times(more / less)} times less than {high}"
    return f"{said}, {cheap.status}, of what is priced" if same and cheap.status == "modelled" else said


def _flips(cheap: "EnergyReport", dear: "EnergyReport", low: str, high: str) -> list[str]:
    """Return by what factor the dearest term of either machine would have to be wrong."""
    less, more = cheap.nominal_j or 0.0, dear.nominal_j or 0.0
    if less and _times(more / less) == "1":
        return []
    gap = more - less
    said = []
    up, down = _dearest(cheap), _dearest(dear)
    if gap and up is not None:
        reach = _reach(None if up.high_j is None else up.high_j / up.nominal_j)
        said.append(f"{low}'s {up.price.term} cost {_times(1.0 + gap / up.nominal_j)} times as much{reach}")
    if gap and down is not None and down.nominal_j > gap:
        reach = _reach(down.nominal_j / down.low_j if down.low_j else None)
        said.append(f"{high}'s {down.price.term} {_times(down.nominal_j / (down.nominal_j - gap))} times less{reach}")
    return [f"it would flip if {', or '.join(said)}"] if said else []


def _reach(times: float | None) -> str:
    if times is None:
        return ""
    return f" (published: up to {_times(times)} times)" if times > 1.0 else " (published: no further than nominal)"


def _dearest(report: "EnergyReport") -> "Line | None":
    costly = [line for line in report.lines if line.nominal_j]
    return max(costly, key=lambda line: line.nominal_j) if costly else None


def _certainty(cheap: "EnergyReport", dear: "EnergyReport") -> str:
    """Say whether the bands overlap; a measured figure is its own band, a partial band makes nothing certain."""
    high, low = _end(cheap, "high_j"), _end(dear, "low_j")
    if high is None or low is None:
        return "no band that could make the order certain was published"
    held = [] if cheap.profile.measured else [*cheap.band.held_high]
    held += [] if dear.profile.measured else [*dear.band.held_low]
    if not held:
        if high < low:
            return f"the published bands do not overlap; unpriced terms above {joules(low - high)} would flip it"
        return "the published bands overlap, so the order is not certain"
    if high < low:
        return "the partial bands do not overlap, but they are no bounds, so the order is not certain"
    return "the partial bands overlap, so the order is not certain"


def _end(report: "EnergyReport", which: str) -> float | None:
    if report.profile.measured:
        return report.nominal_j
    end: float | None = getattr(report.band, which)
    return end
