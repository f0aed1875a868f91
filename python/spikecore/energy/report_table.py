"""A bill as a table: its rows, and the sentences below it; `full` has all that the profile says as well."""

from collections.abc import Iterator
from typing import Any

from spikecore.energy import quantity, verdict
from spikecore.energy.bill import Bill
from spikecore.energy.ledger import BYTES, Ledger
from spikecore.energy.line import Band, Bound, Line
from spikecore.energy.meter import Measured
from spikecore.energy.price import Term
from spikecore.energy.quantity import joules, percent, terms
from spikecore.energy.rank import BOUNDS
from spikecore.energy.table import Cell, Column, Section, Table

__all__ = ["ENERGIES", "HELD", "doubts", "ends", "full", "happens", "held", "missing", "short_status", "size", "table"]

HELD = "terms without a published band held at nominal"
"""How a partial band is labelled."""
ENERGIES = tuple(Column(name, joules) for name in ("low", "nominal", "high"))
_PROJECTIONS = 5
"""How many are listed; the others are summed up."""
_HEAD = (
    Column("term", is_words=True),
    Column("count"),
    Column("price", is_words=True),
    *ENERGIES,
    Column("status", is_words=True),
    Column("source", is_words=True, is_long=True),
    Column("share of what is priced", percent, is_long=True, is_bar=True),
)


def table(bill: Bill) -> Table:
    """Return the terms with the verdict, the dearest projections and the names of what is missing."""
    return Table(_title(bill), _HEAD, tuple(_rows(bill)), (str(verdict.of(bill)),), tuple(_remarks(bill)))


def short_status(bill: Bill) -> str:
    """Return modelled or measured, whether a price is unverified, and whether it is used where it was published."""
    return ", ".join([bill.status, *doubts(bill)])


def doubts(bill: Bill) -> list[str]:
    """Return what stands beside every energy of a bill: how the network fits, and what its prices leave open."""
    doubts = {
        bill.fit.status: bool(bill.fit.status),
        BOUNDS.get(bill.bound, ""): bool(bill.bound),
        "unverified price": bool(bill.unverified),
        bill.off_point.status if bill.off_point else "": bool(bill.off_point),
    }
    return [doubt for doubt, is_there in doubts.items() if is_there]


def happens(line: Line) -> bool:
    """Return whether a line has a row: that of learning has none in a run without."""
    return line.price.count != "learning_updates" or line.count > 0


def ends(bill: Bill) -> tuple[Cell, Cell, Cell]:
    """Return low, nominal and high of the sum; in brackets an end at which some terms are held at nominal."""
    low, high, band = bill.low_j, bill.high_j, bill.band
    known = (band.low_j if low is None else low), bill.nominal_j, (band.high_j if high is None else high)
    least, nominal, most = _signed(*known, bill.bound)
    is_open = low is None and band.low_j is not None, high is None and band.high_j is not None
    return _bracketed(least) if is_open[0] else least, nominal, _bracketed(most) if is_open[1] else most


def _signed(low: float | None, nominal: float | None, high: float | None, bound: Bound) -> tuple[Cell, Cell, Cell]:
    """Return the ends of an energy; where it is a bound on one side, the outermost end has its sign."""
    at_low, at_nominal, at_high = quantity.signs(low, nominal, high, bound)
    return (
        Cell(low, at_low + joules(low)),
        Cell(nominal, at_nominal + joules(nominal)),
        Cell(high, at_high + joules(high)),
    )


def _bracketed(cell: Cell) -> Cell:
    return Cell(None, f"({cell.text})")


def _title(bill: Bill) -> str:
    profile = bill.profile
    return f"Energy on {profile.title} ({profile.place}): {bill.status}, {profile.scopes}"


def _rows(bill: Bill) -> Iterator[tuple[Any, ...]]:
    doubt = [bill.fit.status] if bill.fit.status else []
    doubt += [bill.off_point.status] if bill.off_point else []
    lines = [line for line in bill.lines if happens(line)]
    for line in lines:
        price, share = line.price, line.nominal_j / bill.nominal_j if bill.nominal_j else 0.0
        energies = _signed(line.low_j, line.nominal_j, line.high_j, line.bound)
        status = ", ".join([bill.status, price.evidence, *doubt])
        yield price.term, _counted(line), _price(line), *energies, status, price.source, share
    if len(lines) > 1:
        yield "total", "", "", *ends(bill), short_status(bill), "", Cell(None, "")
    for inside in bill.inside:
        price, none = inside.price, Cell(None, "-")
        happened = _count(price.count, inside.count)
        paid = f"{quantity.price(price.value, price.unit)} ({price.bound})"
        yield price.term, happened, paid, none, none, none, "inside aggregate", price.source, Cell(None, "")


def _remarks(bill: Bill) -> Iterator[str]:
    """Yield what has to be said below the table, in few lines."""
    if not bill.lines:
        yield "nothing is modelled" if bill.profile.measured else "nothing is priced"
    yield from _figures(bill)
    yield from _dearest_projections(bill)
    yield from missing(bill)
    for reason in dict.fromkeys(term.reason for term in bill.unknown):
        yield f"{terms([term.term for term in bill.unknown if term.reason == reason])}: {reason}"
    yield from (f"note: {note}" for note in bill.ledger.notes)
    yield f"notes, sources and reasons: details(), or spikecore energy profiles {bill.profile.name}"


def full(bill: Bill) -> Table:
    """Return the table with everything that is said of it."""
    profile = bill.profile
    remarks: list[str | Section] = [*_figures(bill), *_dearest_projections(bill)]
    remarks += [f"pays: {profile.execution}"] if profile.execution else []
    remarks += [f"price of {line.price.term}: {line.price.note}" for line in bill.lines if line.price.note]
    is_whole = bill.status == "measured"  # nothing is missing where the whole machine was measured
    sections = (
        ("inside the all-in price", [_sentence(bill, term) for term in profile.contained]),
        ("unpriced", [] if is_whole else [_sentence(bill, term) for term in bill.unpriced]),
        ("notes", [*profile.notes, *bill.ledger.notes]),
    )
    remarks += [Section(name, tuple(lines)) for name, lines in sections if lines]
    verdicts = (str(verdict.of(bill)),)
    return Table(_title(bill), _HEAD, tuple(_rows(bill)), verdicts, (*remarks, f"source: {profile.source}"))


def _figures(bill: Bill) -> Iterator[str]:
    point, ledger = bill.profile.operating_point, bill.ledger
    if bill.off_point and point is not None:
        yield f"the price holds at {point}{'; ' + point.note if point.note else ''}"
    if bill.band.is_partial:
        yield f"in brackets, partial band: {HELD}: {held(bill.band)}"
    if bill.measured is not None:
        yield _measured(bill.measured)
    elif bill.profile.measured:
        yield "measured: unknown, nothing was read during this run"
    if bill.biological_s and bill.nominal_j is not None:
        nominal = "" if bill.profile.measured else "nominal, "
        power = joules(bill.nominal_j / bill.biological_s)
        yield f"{power} per biological second, {nominal}{short_status(bill)}"
    if ledger.samples != 1:
        sample = f"{joules(bill.per_sample_j)} per sample, {short_status(bill)}"
        yield f"{sample}: the table is of all {quantity.count(ledger.samples)} samples together"
    if ledger.updates_done or ledger.updates_skipped:
        most = ledger.updates_active_most
        active = "" if most is None else f"; at most {quantity.count(most)} got input in their tick"
        clocked, done = quantity.count(ledger.neuron_updates), quantity.count(ledger.updates_done)
        yield f"of {clocked} neuron updates of a clocked machine, {done} were done here{active}"


def _dearest_projections(bill: Bill) -> Iterator[str]:
    shares = bill.projections
    first, others = shares[:_PROJECTIONS], shares[_PROJECTIONS:]
    for share in first:
        operations = share.projection.synaptic_operations
        yield f"projection {share.projection.name}: {_cost_of(bill, operations, share.energy_j, share.part)}"
    if others:
        energies = [share.energy_j for share in others if share.energy_j is not None]
        parts = [share.part for share in others if share.part is not None]
        operations = sum(share.projection.synaptic_operations for share in others)
        cost = _cost_of(bill, operations, sum(energies) if energies else None, sum(parts) if parts else None)
        yield f"{quantity.count(len(others))} further projections: {cost}"


def _cost_of(bill: Bill, operations: float, energy_j: float | None, part: float | None) -> str:
    unverified = ", unverified price" if bill.unverified else ""
    energy = "cost unknown" if energy_j is None else f"{joules(energy_j)} {bill.status}{unverified}"
    share = "" if part is None else f", {percent(part)} of what projections cost"
    return f"{quantity.count(operations)} synaptic operations, {energy}{share}"


def _sentence(bill: Bill, term: Term) -> str:
    count = None if term.count is None else bill.ledger.count(term.count)
    return f"{term.term}{'' if count is None else f' ({_count(str(term.count), count)})'}: {term.reason}"


def missing(bill: Bill, name: str = "") -> Iterator[str]:
    """Yield what a sum leaves out and what it contains, by name of the terms."""
    where = f" on {name}" if name else ""
    if bill.profile.measured:
        source = bill.measured.source if bill.measured else "nothing was read"
        yield f"{bill.status}{where}: {source}"
        return
    if bill.profile.contained:
        contained = terms([term.term for term in bill.profile.contained])
        yield f"inside the all-in price{f' of {name}' if name else ''}: {contained}"
    unpriced = [term.term for term in bill.unpriced]
    yield f"unpriced{where}: {terms(unpriced) if unpriced else 'nothing that its profile knows of'}"


def size(ledger: Ledger) -> str:
    """Return what a ledger says of the network and the length that it counts; empty where it says nothing."""
    sizes = {"neurons": ledger.neurons, "synapses": ledger.synapses, "s of biological time": ledger.biological_s}
    known = [quantity.count(value, unit) for unit, value in sizes.items() if value]
    return ", ".join([*known, *([quantity.count(ledger.samples, "samples")] if ledger.samples != 1 else [])])


def held(band: Band) -> str:
    """Return the terms that a partial band holds at nominal, and at which end where the two differ."""
    low = band.held_low if band.low_j is not None else ()
    high = band.held_high if band.high_j is not None else ()
    if low == high:
        return terms(low)
    return "; ".join(f"at the {end} end {terms(names)}" for end, names in (("low", low), ("high", high)) if names)


def _measured(measured: Measured) -> str:
    known = f"{joules(measured.total_j)}, {joules(measured.above_idle_j)} above idle"
    return f"measured: {'not available here' if measured.total_j is None else known} ({measured.source})"


def _count(name: str, value: float | None) -> str:
    return quantity.count(value, "s" if name == "biological_s" else "B" if name in BYTES else "")


def _counted(line: Line) -> str:
    happened = _count(line.price.count, line.count / (line.chips or 1))
    return happened if line.chips in (None, 1) else f"{happened} x {quantity.count(line.chips)} chips"


def _price(line: Line) -> str:
    memory = "" if line.level is None else f"{line.level.name}, "
    nearer = ", an upper bound: nearer memory could hold them" if line.is_nearer else ""
    return f"{quantity.price(line.paid.value, line.price.unit)} ({memory}{line.price.bound}{nearer})"
