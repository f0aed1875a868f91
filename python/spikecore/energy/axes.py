"""`figure.Bars` on axes of matplotlib, in the design of its drawing."""

from typing import Any

from spikecore import printed
from spikecore.energy.figure import Bar, Bars
from spikecore.energy.quantity import joules

__all__ = ["plot"]


def plot(bars: Bars, axes: Any = None) -> Any:
    """Draw horizontal bars with matplotlib.

    On axes that are given the terms are stacked, on a linear axis in J. By default one bar is drawn so on new axes, and
    several on a figure of two panels: totals on a logarithmic axis, and the share of each term in its own total. A
    whisker shows the published band, dashed where some terms have none. The axes in J are returned.
    """
    if axes is None and len(bars.bars) > 1:
        totals, shares = _new_axes(len(bars.bars), 2)
        _totals(totals, bars)
        _stack(shares, bars, in_percent=True)
        shares.set_yticklabels([])
        shares.set_title("share of each term")
        shares.set_xlabel("% of its own total")
        return totals
    stacked = _new_axes(len(bars.bars), 1)[0] if axes is None else axes
    _stack(stacked, bars, in_percent=False)
    for place, bar in enumerate(bars.bars):
        _whisker(stacked, place, bar)
    _energy_axis(stacked, bars)
    return stacked


def _new_axes(rows: int, columns: int) -> Any:
    """Return the axes of a new figure, side by side, high enough for so many bars."""
    try:
        from matplotlib import pyplot  # optional
    except ImportError as error:
        msg = "drawing energy needs matplotlib; pip install 'spikecore[plot]'"
        raise ImportError(msg) from error
    size = (7.0 if columns == 1 else 12.0, 1.8 + 0.45 * rows)
    return pyplot.figure(figsize=size, layout="constrained").subplots(1, columns, squeeze=False)[0]


def _totals(axes: Any, bars: Bars) -> None:
    known = [bar.total_j for bar in bars.bars if bar.total_j]
    for place, bar in enumerate(bars.bars):
        if bar.total_j:
            axes.barh(place, bar.total_j, color=bar.colour, height=0.6)
            _whisker(axes, place, bar)
            end = bar.whisker[1] if bar.whisker else bar.total_j
            axes.annotate(joules(bar.total_j), (end, place), (4, 0), textcoords="offset points", va="center")
    if known:
        axes.set_xscale("log")
        axes.set_xlim(min(known) / 10.0, max(known) * 30.0)
    _places(axes, bars)
    _energy_axis(axes, bars)
    axes.set_title("total, logarithmic")


def _stack(axes: Any, bars: Bars, in_percent: bool) -> None:
    """Draw the terms beside each other: those that cost nothing are neither drawn nor in the legend."""
    colours, seen = bars.colours(), set[str]()
    for place, bar in enumerate(bars.bars):
        left = 0.0
        scale = 100.0 / sum(value for _, value in bar.parts) if in_percent and bar.parts else 1.0
        for term, value in bar.parts:
            label = None if term in seen else printed.plain(term)
            axes.barh(place, scale * value, left=left, color=colours[term], label=label, height=0.6)
            left += scale * value
            seen.add(term)
    _places(axes, bars)
    if colours:
        axes.legend(loc="upper left", bbox_to_anchor=(1.02, 1.0), borderaxespad=0.0, fontsize="small")


def _places(axes: Any, bars: Bars) -> None:
    below = ["unknown" if bar.total_j is None else bar.below for bar in bars.bars]
    labels = [f"{bar.name}\n({word})" if word else bar.name for bar, word in zip(bars.bars, below, strict=True)]
    axes.set_yticks(range(len(labels)), [printed.plain(label) for label in labels])
    axes.set_ylim(len(labels) - 0.4, -0.6)


def _energy_axis(axes: Any, bars: Bars) -> None:
    from matplotlib.ticker import EngFormatter  # optional

    axes.xaxis.set_major_formatter(EngFormatter(unit="J"))
    partial = "\ndashed: published band of some terms, the others at nominal" if bars.is_partial else ""
    axes.set_xlabel(f"energy (J), {bars.status}{partial}")


def _whisker(axes: Any, place: int, bar: Bar) -> None:
    if bar.whisker is not None and bar.total_j is not None:
        low, high = bar.whisker
        ends = [[bar.total_j - low], [high - bar.total_j]]
        drawn = axes.errorbar(bar.total_j, place, xerr=ends, color="black", capsize=4)
        drawn[2][0].set_linestyle("--" if bar.is_partial else "-")
