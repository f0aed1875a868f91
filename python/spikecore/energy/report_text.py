"""A report as text: an aligned table, and below it what has to be said about its figures."""

from typing import TYPE_CHECKING

from spikecore import printed
from spikecore.energy.bill import Inside, Line
from spikecore.energy.ledger import BYTES
from spikecore.energy.text import aligned, joules, wrapped

if TYPE_CHECKING:
    from spikecore.energy.operating_point import Contained
    from spikecore.energy.profile import Unpriced
    from spikecore.energy.report import EnergyReport
    from spikecore.energy.shares import Share

__all__ = ["cells", "contained", "describe", "inside_cells", "remarks", "short_status", "sums", "unpriced"]

_HEAD = ("term", "count", "price", "low", "nominal", "high", "status")
_SHOWN_PROJECTIONS = 5


def describe(report: "EnergyReport") -> str:
    """Return the report as an aligned table, its remarks, what is unpriced, notes and source."""
    profile = report.profile
    head = f"Energy on {profile.title} ({profile.place}): {report.status}, {profile.scopes}"
    nothing = "nothing is modelled" if profile.measured else "nothing is priced"
    table = aligned([_HEAD, *_rows(report)], left=(0, 2, 6)) if report.lines else [f"  {nothing}"]
    said = [f"  {line}" for line in remarks(report)]
    said += [f"  price of {line.price.term}: {line.price.note}" for line in report.lines if line.price.note]
    for name, entries in (("inside the all-in price", contained(report)), ("unpriced", unpriced(report))):
        said += [f"  {name}:", *(f"    {one}" for one in entries)] if entries else []
    said += [f"  note: {note}" for note in (*profile.notes, *report.ledger.notes)]
    said.append(f"  source: {profile.source}")
    return "\n".join([printed.shown(head), *table, *(part for line in said for part in wrapped(line))])


def _rows(report: "EnergyReport") -> list[tuple[str, ...]]:
    rows = [cells(line, report.status, report.off_point) for line in report.lines]
    if len(report.lines) > 1:
        rows.append(("total", "", "", *sums(report), short_status(report)))
    return rows + [inside_cells(one) for one in report.inside]


def sums(report: "EnergyReport") -> tuple[str, str, str]:
    """Return low, nominal and high of the sum; in brackets an end at which some terms are held at nominal."""
    ends = ((report.low_j, report.band.low_j), (report.high_j, report.band.high_j))
    low, high = (joules(whole) if whole is not None or part is None else f"({joules(part)})" for whole, part in ends)
    return low, joules(report.nominal_j), high


def short_status(report: "EnergyReport") -> str:
    """Return modelled or measured, and whether the price is used where it was published."""
    return f"{report.status}, {report.off_point.split(':')[0]}" if report.off_point else report.status


def remarks(report: "EnergyReport") -> list[str]:
    """Return what is said below the table, a sentence a line."""
    said = [f"verdict: {report.verdict()}"]
    point = report.profile.operating_point
    if report.off_point and point is not None:
        said.append(f"the price holds at {point}{'; ' + point.note if point.note else ''}")
    if report.band.is_partial:
        said.append(f"in brackets, partial band: {report.band.label()}")
    said += _measured(report)
    if report.biological_s and report.nominal_j is not None:
        nominal = "" if report.profile.measured else "nominal, "
        said.append(f"{joules(report.nominal_j / report.biological_s)} per biological second, {nominal}{report.status}")
    if report.ledger.updates_done or report.ledger.updates_skipped:
        clocked, done = f"{report.ledger.neuron_updates:,}", f"{report.ledger.updates_done:,}"
        said.append(f"of {clocked} neuron updates of a clocked machine, {done} were done here{_active(report)}")
    said += _projections(report)
    if report.profile.execution:
        said.append(f"pays: {report.profile.execution}")
    return said


def _active(report: "EnergyReport") -> str:
    most = report.ledger.updates_active_most
    return "" if most is None else f"; at most {most:,} got input in their tick"


def _measured(report: "EnergyReport") -> list[str]:
    one = report.measured
    if one is None:
        return ["measured: unknown, nothing was read during this run"] if report.profile.measured else []
    figures = f"{joules(one.total_j)}, {joules(one.above_idle_j)} above idle"
    return [f"measured: {'not available here' if one.total_j is None else figures} ({one.source})"]


def contained(report: "EnergyReport") -> list[str]:
    """Return what an all-in price pays for as well, a sentence each."""
    return [_reason(one, report) for one in report.contained]


def unpriced(report: "EnergyReport") -> list[str]:
    """Return what is missing from the sum, a sentence each; nothing is where the whole machine was measured."""
    return [] if report.status == "measured" else [_reason(one, report) for one in report.unpriced]


def _reason(one: "Unpriced | Contained", report: "EnergyReport") -> str:
    count = None if one.count is None else report.ledger.count(one.count)
    return f"{one.term}{'' if count is None else f' ({_count(str(one.count), count)})'}: {one.reason}"


def _projections(report: "EnergyReport") -> list[str]:
    """Return the dearest projections, a sentence each, and one for all others."""
    shares = report.projections
    sentences = [_costly(share, report) for share in shares[:_SHOWN_PROJECTIONS]]
    others = shares[_SHOWN_PROJECTIONS:]
    if others:
        operations = sum(share.projection.synaptic_operations for share in others)
        energies = [share.energy_j for share in others if share.energy_j is not None]
        parts = [share.part for share in others if share.part is not None]
        energy = f", {joules(sum(energies))} {report.status}" if energies else ", cost unknown"
        part = f", {100.0 * sum(parts):.1f} % of what projections cost" if parts else ""
        sentences.append(f"{len(others):,} further projections: {operations:,} synaptic operations{energy}{part}")
    return sentences


def _costly(one: "Share", report: "EnergyReport") -> str:
    did = f"projection {one.projection.name}: {one.projection.synaptic_operations:,} synaptic operations"
    if one.energy_j is None:
        return f"{did}, cost unknown"
    part = "" if one.part is None else f", {100.0 * one.part:.1f} % of what projections cost"
    return f"{did}, {joules(one.energy_j)} {report.status}{part}"


def cells(line: Line, status: str, off_point: str = "") -> tuple[str, ...]:
    """Return a line of the bill as texts."""
    price = line.price
    energies = (joules(line.low_j), joules(line.nominal_j), joules(line.high_j))
    value = price.value if line.level is None else line.level.value
    memory = "" if line.level is None else f"{line.level.name}, "
    paid = f"{value:g} {price.unit} ({memory}{price.bound})"
    count = _count(price.count, line.count / (line.chips or 1))
    if line.chips not in (None, 1):
        count += f" x {line.chips:,} chips"
    said = f"{status}, {price.evidence}{', ' + off_point.split(':')[0] if off_point else ''}"
    return (price.term, count, paid, *energies, said)


def inside_cells(one: Inside) -> tuple[str, ...]:
    """Return a price that is not charged as texts."""
    price = one.price
    count = "unknown" if one.count is None else _count(price.count, one.count)
    return (price.term, count, f"{price.value:g} {price.unit} ({price.bound})", "-", "-", "-", "inside aggregate")


def _count(name: str, count: float) -> str:
    unit = " s" if name == "biological_s" else " B" if name in BYTES else ""
    whole = isinstance(count, int) or count.is_integer()
    return (f"{int(count):,}" if whole else f"{count:,.6g}") + unit
