"""Energy as stacked bars: one bar a machine, one colour a term. Needs matplotlib."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from spikecore.energy.report import EnergyReport

__all__ = ["bars"]


def bars(reports: Sequence["EnergyReport"], axes: Any = None) -> Any:
    """Draw reports as stacked bars.

    Parameters
    ----------
    reports : sequence of EnergyReport
        A bar each, from the dearest term up; nominal values. A whisker shows the published band of
        the sum, where it has both ends.
    axes : matplotlib Axes, optional
        Where to draw; new axes by default.

    Returns
    -------
    Axes
        Its y axis is energy in J.

    Raises
    ------
    ImportError
        If matplotlib is not installed.
    """
    if axes is None:
        try:
            from matplotlib import pyplot
        except ImportError as error:
            msg = "drawing energy needs matplotlib; pip install 'spikecore[plot]'"
            raise ImportError(msg) from error
        axes = pyplot.figure(layout="constrained").add_subplot()
    colours: dict[str, str] = {}
    for place, report in enumerate(reports):
        bottom = 0.0
        for line in sorted(report.lines, key=lambda line: -line.nominal_j):
            term = line.price.term
            label = term if term not in colours else None
            colours.setdefault(term, f"C{len(colours) % 10}")
            axes.bar(place, line.nominal_j, bottom=bottom, color=colours[term], label=label)
            bottom += line.nominal_j
        _whisker(axes, place, report)
    names = [one.profile.name if one.lines else f"{one.profile.name}\n(unknown)" for one in reports]
    axes.set_xticks(range(len(reports)), names)
    axes.set_ylabel("energy (J), modelled")
    if colours:
        axes.legend()
    return axes


def _whisker(axes: Any, place: int, report: "EnergyReport") -> None:
    if report.nominal_j is None or report.low_j is None or report.high_j is None:
        return
    down, up = report.nominal_j - report.low_j, report.high_j - report.nominal_j
    axes.errorbar(place, report.nominal_j, yerr=[[down], [up]], color="black", capsize=4)
