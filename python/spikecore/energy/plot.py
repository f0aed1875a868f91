"""Energy as horizontal bars with matplotlib: one bar a machine, one colour a term."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from spikecore import printed
from spikecore.energy import chart
from spikecore.energy.chart import Bar
from spikecore.energy.text import joules

if TYPE_CHECKING:
    from spikecore.energy.report import EnergyReport

__all__ = ["bars", "draw"]


def bars(reports: Sequence["EnergyReport"], axes: Any = None, names: Sequence[str] | None = None) -> Any:
    """Draw reports, one bar each, nominal values, as `draw` does; `names` are by default those of their profiles."""
    called = names or [one.profile.name for one in reports]
    return draw([chart.of(one, name) for one, name in zip(reports, called, strict=True)], axes)


def draw(bars: Sequence[Bar], axes: Any = None) -> Any:
    """Draw horizontal bars.

    Parameters
    ----------
    bars : sequence of Bar
        The first on top. A whisker shows the published band, dotted where some terms have none and are held at nominal.
        A measured total is one dark grey bar.
    axes : matplotlib Axes, optional
        Where to draw the terms, stacked on a linear axis in J. By default one bar is drawn so on new axes, and several
        on a figure of two panels: totals on a logarithmic axis, and the share of each term in its own total.

    Returns
    -------
    Axes
        Its x axis is energy in J: the only axes, or those of the totals.

    Raises
    ------
    ImportError
        If matplotlib is not installed.
    """
    if axes is None and len(bars) > 1:
        totals, shares = _figure(len(bars), 2)
        _totals(totals, bars)
        _stack(shares, bars, in_percent=True)
        shares.set_yticklabels([])
        shares.set_title("share of each term")
        shares.set_xlabel("% of its own total")
        return totals
    drawn = _figure(len(bars), 1)[0] if axes is None else axes
    _stack(drawn, bars, in_percent=False)
    for place, one in enumerate(bars):
        _whisker(drawn, place, one)
    _energy_axis(drawn, bars)
    return drawn


def _figure(rows: int, columns: int) -> Any:
    """Return the axes of a new figure, side by side, high enough for so many bars."""
    try:
        from matplotlib import pyplot
    except ImportError as error:
        msg = "drawing energy needs matplotlib; pip install 'spikecore[plot]'"
        raise ImportError(msg) from error
    size = (7.0 if columns == 1 else 12.0, 1.8 + 0.45 * rows)
    return pyplot.figure(figsize=size, layout="constrained").subplots(1, columns, squeeze=False)[0]


def _totals(axes: Any, bars: Sequence[Bar]) -> None:
    known = [one.total_j for one in bars if one.total_j]
    for place, one in enumerate(bars):
        if one.total_j:
            axes.barh(place, one.total_j, color=one.colour, height=0.6)
            _whisker(axes, place, one)
            end = one.whisker[1] if one.whisker else one.total_j
            axes.annotate(joules(one.total_j), (end, place), (4, 0), textcoords="offset points", va="center")
    if known:
        axes.set_xscale("log")
        axes.set_xlim(min(known) / 10.0, max(known) * 30.0)
    _places(axes, bars)
    _energy_axis(axes, bars)
    axes.set_title("total, logarithmic")


def _stack(axes: Any, bars: Sequence[Bar], in_percent: bool) -> None:
    """Draw the terms beside each other: those that cost nothing are neither drawn nor in the legend."""
    colours, seen = chart.colours(bars), set[str]()
    for place, one in enumerate(bars):
        left = 0.0
        scale = 100.0 / sum(value for _, value in one.parts) if in_percent and one.parts else 1.0
        for term, value in one.parts:
            label = None if term in seen else printed.plain(term)
            axes.barh(place, scale * value, left=left, color=colours[term], label=label, height=0.6)
            left += scale * value
            seen.add(term)
    _places(axes, bars)
    if colours:
        axes.legend(loc="upper left", bbox_to_anchor=(1.02, 1.0), borderaxespad=0.0, fontsize="small")


def _places(axes: Any, bars: Sequence[Bar]) -> None:
    below = ("unknown" if one.total_j is None else one.below for one in bars)
    labels = [f"{one.name}\n({said})" if said else one.name for one, said in zip(bars, below, strict=True)]
    axes.set_yticks(range(len(bars)), [printed.plain(label) for label in labels])
    axes.set_ylim(len(bars) - 0.4, -0.6)


def _energy_axis(axes: Any, bars: Sequence[Bar]) -> None:
    from matplotlib.ticker import EngFormatter

    axes.xaxis.set_major_formatter(EngFormatter(unit="J"))
    label = f"energy (J), {chart.status(bars)}"
    if any(one.is_partial for one in bars):
        label += "\ndotted: published band of some terms, the others at nominal"
    axes.set_xlabel(label)


def _whisker(axes: Any, place: int, one: Bar) -> None:
    if one.whisker is not None and one.total_j is not None:
        low, high = one.whisker
        ends = [[one.total_j - low], [high - one.total_j]]
        drawn = axes.errorbar(one.total_j, place, xerr=ends, color="black", capsize=4)
        drawn[2][0].set_linestyle(":" if one.is_partial else "-")
