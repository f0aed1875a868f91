"""Energies as one SVG: totals on a logarithmic axis, and beside them the shares of their terms.

A linear axis would show one machine and none of the others; lengths on a logarithmic one cannot be stacked. So there
are two panels. Modelled totals are blue, measured ones dark grey, and what is unknown has no bar.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from spikecore.energy import svg
from spikecore.energy.text import joules

if TYPE_CHECKING:
    from spikecore.energy.report import EnergyReport

__all__ = ["MEASURED", "MODELLED", "Bar", "colours", "draw", "of", "status"]

MODELLED, MEASURED = "#4c78a8", "#3a3a3a"
_WHOLE = "measured as a whole"
_WIDTH, _ROW, _TOP = 1060, 34, 40
_TOTALS, _SHARES = (190, 530), (640, 1020)


@dataclass(frozen=True)
class Bar:
    """One bar.

    Attributes
    ----------
    name, below : str
        What it is called, and what is said in a second line.
    total_j, low_j, high_j : float or None
        Its length and the ends of its whisker in J; None where not known.
    parts : tuple of (str, float)
        Terms with their energy in J, those that cost nothing left out.
    is_measured, is_partial : bool
        Whether it was measured, and whether the whisker holds some terms at nominal.
    """

    name: str
    below: str
    total_j: float | None
    low_j: float | None
    high_j: float | None
    parts: tuple[tuple[str, float], ...]
    is_measured: bool = False
    is_partial: bool = False

    @property
    def colour(self) -> str:
        """Colour of the total."""
        return MEASURED if self.is_measured else MODELLED

    @property
    def whisker(self) -> tuple[float, float] | None:
        """The ends of the whisker, the nominal value where one is not known; None where there is none."""
        if self.total_j is None or self.is_measured:
            return None
        low = self.total_j if self.low_j is None else self.low_j
        high = self.total_j if self.high_j is None else self.high_j
        return (low, high) if low < high else None


def of(report: "EnergyReport", name: str) -> Bar:
    """Return a report as a bar, its terms from the dearest down."""
    measured, nominal, band = report.profile.measured, report.nominal_j, report.band
    below = report.status if report.status == "measured" else report.off_point.split(":")[0]
    costly = [(line.price.term, line.nominal_j) for line in report.lines if line.nominal_j]
    if measured:
        costly = [(_WHOLE, nominal)] if nominal else []
    parts = tuple(sorted(costly, key=lambda each: -each[1]))
    return Bar(name, below, nominal, band.low_j, band.high_j, parts, measured, band.is_partial)


def status(bars: Sequence[Bar]) -> str:
    """Return modelled, measured, or both, of those with a total."""
    known = {"measured" if one.is_measured else "modelled" for one in bars if one.total_j is not None}
    return " and ".join(sorted(known)) or "unknown"


def colours(bars: Sequence[Bar]) -> dict[str, str]:
    """Return a colour for every term, no two alike."""
    terms = dict.fromkeys(term for one in bars if not one.is_measured for term, _ in one.parts)
    found = {term: svg.colour(k) for k, term in enumerate(terms)}
    return found | ({_WHOLE: MEASURED} if any(one.is_measured and one.parts for one in bars) else {})


def draw(bars: Sequence[Bar], title: str = "Energy") -> str:
    """Return the picture as the text of an SVG file."""
    chosen = colours(bars)
    bottom = _TOP + _ROW * len(bars)
    drawn = [svg.text(20, 22, f"{title}, {status(bars)} (logarithmic)", weight="bold")]
    drawn += [*_totals(bars, bottom), *_shares(bars, chosen, bottom), *_legend(chosen, bottom + 64)]
    return svg.document(drawn, _WIDTH, bottom + 74 + 20 * -(-len(chosen) // 4))


def _totals(bars: Sequence[Bar], bottom: float) -> list[str]:
    left, right = _TOTALS
    drawn: list[str] = []
    ends = [value for one in bars for value in (one.total_j, *(one.whisker or ())) if value]
    axis = svg.LogAxis([value / 2.0 for value in ends] + ends, left, right) if ends else None
    for k, one in enumerate(bars):
        top = _TOP + _ROW * k
        drawn.append(svg.text(left - 8, top + (12 if one.below else 17), one.name, anchor="end"))
        drawn += [svg.text(left - 8, top + 26, one.below, anchor="end")] if one.below else []
        if not one.total_j or axis is None:
            drawn.append(svg.text(left + 6, top + 17, "0 J" if one.total_j == 0.0 else "unknown"))
            continue
        drawn.append(svg.rect(left, top + 3, axis(one.total_j) - left, 20, one.colour))
        end = axis(one.total_j)
        if one.whisker:
            low, end = axis(max(one.whisker[0], axis.low)), axis(one.whisker[1])
            drawn.append(svg.line([(low, top + 13), (end, top + 13)], svg.INK, "3 2" if one.is_partial else ""))
        drawn.append(svg.text(end + 6, top + 17, joules(one.total_j)))
    return drawn if axis is None else [*drawn, *_frame(axis, bottom), *_note(bars, bottom)]


def _note(bars: Sequence[Bar], bottom: float) -> list[str]:
    if not any(one.whisker for one in bars):
        return []
    dashed = "; dashed: of some terms only, the others at nominal" if any(one.is_partial for one in bars) else ""
    return [svg.text(20, bottom + 42, f"black line: published band{dashed}")]


def _frame(axis: svg.LogAxis, bottom: float) -> list[str]:
    drawn = [svg.line([(axis.start, _TOP), (axis.start, bottom), (axis.stop, bottom)], svg.INK)]
    ticks = axis.ticks()
    for k, value in enumerate(ticks):
        drawn.append(svg.line([(axis(value), bottom), (axis(value), bottom + 4)], svg.INK))
        if k % -(-len(ticks) // 6) == 0:
            drawn.append(svg.text(axis(value), bottom + 18, joules(value), anchor="middle"))
    return drawn


def _shares(bars: Sequence[Bar], chosen: dict[str, str], bottom: float) -> list[str]:
    left, right = _SHARES
    drawn = [svg.text(left, 22, "Share of each term in its own total (linear)", weight="bold")]
    for k, one in enumerate(bars):
        start, top = float(left), _TOP + _ROW * k
        total = sum(value for _, value in one.parts)
        for term, value in one.parts:
            width = (right - left) * value / total
            drawn.append(svg.rect(start, top + 3, width, 20, chosen[term]))
            start += width
    drawn.append(svg.line([(left, _TOP), (left, bottom), (right, bottom)], svg.INK))
    for percent in (0, 25, 50, 75, 100):
        x = left + (right - left) * percent / 100
        drawn += [svg.line([(x, bottom), (x, bottom + 4)], svg.INK), svg.text(x, bottom + 18, f"{percent} %", "middle")]
    return drawn


def _legend(chosen: dict[str, str], top: float) -> list[str]:
    drawn = []
    for k, (term, fill) in enumerate(chosen.items()):
        x, y = 20 + 255 * (k % 4), top + 20 * (k // 4)
        drawn += [svg.rect(x, y, 12, 12, fill), svg.text(x + 17, y + 10, term if len(term) < 36 else f"{term[:34]}…")]
    return drawn
