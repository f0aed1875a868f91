"""A bill as plain values, for JSON and pandas: every number, price and source, by name."""

from typing import Any

from spikecore.energy import verdict
from spikecore.energy.bill import Bill
from spikecore.energy.line import Band, Inside, Line
from spikecore.energy.price import Term

__all__ = ["report", "term"]

_OF_PRICE = ("scope", "evidence", "bound", "voltage_v", "node", "note", "source")
"""Fields of a price that stand beside its energies."""


def report(bill: Bill) -> dict[str, Any]:
    """Return all numbers, prices and sources as plain values."""
    profile, ledger, measured, departure = bill.profile, bill.ledger, bill.measured, bill.off_point
    return {
        "profile": profile.name,
        "status": bill.status,
        "scope": profile.scopes,
        **{key: getattr(profile, key) for key in ("title", "node", "voltage_v", "source", "execution")},
        "notes": [*profile.notes, *ledger.notes],
        "biological_s": bill.biological_s,
        "total_j": {"low": bill.low_j, "nominal": bill.nominal_j, "high": bill.high_j},
        "per_sample_j": bill.per_sample_j,
        "partial_band_j": _partial_band(bill.band),
        "bound": bill.bound,
        "fit": bill.fit.to_dict(),
        "chip": None if profile.chip is None or ledger.packets is None else vars(profile.chip).copy(),
        "operating_point": None if profile.operating_point is None else vars(profile.operating_point).copy(),
        "off_operating_point": str(departure) if departure else "",
        "measured": measured and {key: getattr(measured, key) for key in ("total_j", "above_idle_j", "source")},
        "verdict": str(verdict.of(bill)),
        "updates": {
            "clocked": ledger.neuron_updates,
            "done": ledger.updates_done,
            "skipped": ledger.updates_skipped,
        },
        "terms": [term(bill, line) for line in bill.lines],
        "projections": [
            {"name": share.projection.name, "energy_j": share.energy_j, "part": share.part}
            for share in bill.projections
        ],
        "inside_aggregate": [_inside(inside) for inside in bill.inside],
        "contained": [_reason(bill, each) for each in bill.profile.contained],
        "unpriced": [_reason(bill, each) for each in bill.unpriced],
        "ledger": ledger.to_dict(),
    }


def term(bill: Bill, line: Line) -> dict[str, Any]:
    """Return one priced term as plain values."""
    price = line.price
    return {
        "term": price.term,
        "counted": price.count,
        "count": line.count,
        "price": line.paid.value,
        "unit": price.unit,
        "memory": None if line.level is None else line.level.name,
        "chips": line.chips,
        "energy_j": {"low": line.low_j, "nominal": line.nominal_j, "high": line.high_j},
        "status": bill.status,
        "fit": bill.fit.status,
        "side": line.bound,
        **{key: getattr(price, key) for key in _OF_PRICE},
    }


def _reason(bill: Bill, term: Term) -> dict[str, Any]:
    count = None if term.count is None else bill.ledger.count(term.count)
    return {"term": term.term, "count": count, "reason": term.reason}


def _partial_band(band: Band) -> dict[str, Any] | None:
    """Return the ends of the sum with terms held at nominal, and which; None where the band is whole or unknown."""
    if not band.is_partial:
        return None
    held = {"low": list(band.held_low), "high": list(band.held_high)}
    return {"low": band.low_j, "high": band.high_j, "held_at_nominal": held}


def _inside(inside: Inside) -> dict[str, Any]:
    price = inside.price
    figures = {"term": price.term, "counted": price.count, "count": inside.count, "price": price.value}
    return {**figures, "unit": price.unit, "inside": inside.aggregate.term, "source": price.source}
