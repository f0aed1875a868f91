"""Two claims, executed: asynchronous transmission and local memory are where the energy goes.

One network runs on the engine, and its counts are priced as two machines of the same silicon would pay them
(`silicon.toml`: the same price for the same thing):

* the **asynchronous** machine works for spikes alone. A spike is a packet to the core of its targets; there it
  reads K weights and adds each to the potential of its target; neurons that got input are updated.
* the **synchronous** machine works for every neuron and every synapse in every tick. The bit of every neuron
  is sent, 32 to a packet; every weight is read and added, in a register; every neuron is updated.

So a synchronous synapse is cheaper than an asynchronous one, because its sum never leaves the register, and
there are as many of them whatever the spikes. Static power is time's price; both machines pay it.

Counts are exact, from runs of the engine (`claims_run`).
"""

import math
from collections.abc import Sequence
from dataclasses import asdict, replace
from importlib import resources
from itertools import pairwise
from pathlib import Path
from typing import Any

from spikecore import checks
from spikecore.energy import profile_file, truenorth
from spikecore.energy.bill import bill
from spikecore.energy.claims_run import Counted, asynchronous, count, synchronous
from spikecore.energy.ledger import Ledger
from spikecore.energy.profile import Price, Profile, load

__all__ = ["case", "crossing", "memory", "silicon", "sweep"]

RATES_HZ = (0.0, 1.0, 3.0, 10.0, 30.0, 100.0, 300.0, 600.0)
NEURONS = (256, 1024, 4096)
DRAM, SHARED, LOCAL = "DRAM", "shared 1 MB SRAM", "the core's SRAM"
STATIC = "static"
_SHARED_BYTES = 1 << 20


def silicon(cores: int) -> Profile:
    """Return the prices of both machines, with the static power of so many cores.

    Parameters
    ----------
    cores : int
        Cores of 256 neurons. A core leaks a 4,096th of what TrueNorth does by its affine model at 0.8 V.

    Examples
    --------
    >>> round(silicon(16).prices[-1].value, 4)  # mW
    0.2517
    """
    text = (resources.files("spikecore.energy") / "silicon.toml").read_text(encoding="utf-8")
    model = truenorth.published_model()
    static_w = model.static_w / 4096 * cores
    static = Price(
        term=STATIC,
        count="biological_s",
        value=1e3 * static_w,
        unit="mW",
        nominal_j=static_w,
        low_j=None,
        high_j=None,
        evidence="fitted",
        bound="operating point",
        source="a line through two points of Akopyan et al., IEEE TCAD 34(10):1537-1557 (2015), Fig. 17",
        voltage_v=model.voltage_v,
        node="Samsung 28 nm LPP",
        note=f"{cores} of 4,096 cores",
    )
    return profile_file.parse(text, "silicon.toml").with_prices(static)


def case(found: Counted, prices: Profile | None = None) -> dict[str, Any]:
    """Price one run as both machines.

    Parameters
    ----------
    found : Counted
        The run.
    prices : Profile, optional
        Per-term prices of your own; `silicon` by default.

    Returns
    -------
    dict
        The counts; per machine ``terms`` (J by term), ``dynamic_j``, ``static_j`` and ``total_j``; ``static_j`` of
        either; ``dynamic_ratio`` and ``total_ratio``, synchronous over asynchronous without and with static energy,
        None where the asynchronous machine takes nothing, or static power has no price; ``idle_j``, what the
        asynchronous machine takes beside static energy when nothing spikes; and ``asynchronous_per_spike_j``, its
        dynamic energy above idle by spikes, None without spikes. Modelled.
    """
    chosen = silicon(found.cores) if prices is None else prices
    machines = {
        "synchronous": _priced(synchronous(found), chosen),
        "asynchronous": _priced(asynchronous(found), chosen),
    }
    idle = _priced(asynchronous(found.silent()), chosen)["dynamic_j"]
    has_static = any(price.count == "biological_s" for price in chosen.prices)
    dynamic = machines["asynchronous"]["dynamic_j"]
    return {
        **asdict(found),
        "counted_rate_hz": found.counted_rate_hz,
        "activity": found.activity,
        "seconds": found.ticks * found.dt_ms * 1e-3,
        **machines,
        "static_j": machines["synchronous"]["static_j"],
        "static_is_priced": has_static,
        "dynamic_ratio": _ratio(machines, "dynamic_j"),
        "total_ratio": _ratio(machines, "total_j") if has_static else None,
        "idle_j": idle,
        "asynchronous_per_spike_j": (dynamic - idle) / found.spikes if found.spikes else None,
    }


def crossing(founds: Sequence[Counted], prices: Profile | None = None) -> dict[str, Any]:
    """Return the rate at which both machines of a network take the same energy.

    Parameters
    ----------
    founds : sequence of Counted
        Runs of one network, at least one with spikes.
    prices : Profile, optional
        As for `case`.

    Returns
    -------
    dict
        ``closed_form_hz``: from the prices, with every neuron updated in every tick, and ``updated``, the share
        that is at this rate if input is Poisson: where it is well below 1 the true rate is a little higher.
        ``interpolated_hz``: a line between the two swept rates where the sign of the difference changes. Each None
        if there is none; ``said`` puts it in words.

    Notes
    -----
    Per neuron and tick the synchronous machine takes S. The asynchronous one takes U for the update and
    A for one spike, its K synaptic operations included, so that it takes as much at the activity
    :math:`a = (S - U) / A` and the rate a / dt, if a < 1.
    """
    spiking = [found for found in founds if found.spikes]
    if not spiking:
        checks.refuse("claims", "the number of runs with spikes", 0, "1 or more")
    some = max(spiking, key=lambda found: found.spikes)
    chosen = silicon(some.cores) if prices is None else prices
    cells = some.neurons * some.ticks
    zero = replace(some.silent(), updates=cells)
    one = replace(some, synaptic_operations=some.spikes * some.synapses, updates=cells)
    clocked, updates, with_spikes = (
        _priced(ledger, chosen)["dynamic_j"] for ledger in (synchronous(some), asynchronous(zero), asynchronous(one))
    )
    if with_spikes <= updates:
        checks.refuse("claims", "the price of a spike", 0.0, "> 0 J: the profile prices nothing that spikes do")
    per_spike = (with_spikes - updates) / some.spikes
    activity = (clocked - updates) / cells / per_spike
    exact = activity / some.dt_ms * 1e3 if 0.0 <= activity < 1.0 - 1e-9 else None
    between = _interpolated(founds, chosen)
    return {
        "neurons": some.neurons,
        "closed_form_hz": exact,
        "activity": activity,
        "updated": None if exact is None else 1.0 - math.exp(-activity * (some.synapses + 1)),
        "interpolated_hz": between,
        "said": _said(exact, between, activity, max(found.counted_rate_hz for found in founds)),
    }


def memory(found: Counted) -> list[dict[str, Any]]:
    """Price the asynchronous machine with its weights in three places.

    Parameters
    ----------
    found : Counted
        A run.

    Returns
    -------
    list of dict
        For the core's own SRAM (8 or 32 KB, by the bytes of its weights), an SRAM of 1 MB that all cores share, and
        DRAM: ``weights_j`` (low, nominal, high; None without bounds), ``dynamic_j``, ``weights_share`` and
        ``memory_share`` (weights and state) of the dynamic energy, ``times_local``, and the same three with
        the low and the high price where there are bounds. Modelled.

    Raises
    ------
    NetworkError
        If all weights together exceed the shared memory, 1 MB.
    """
    ledger = asynchronous(found)
    prices = silicon(found.cores)
    total = int(ledger.weight_store_bytes or 0)
    if total > _SHARED_BYTES:
        checks.refuse("claims", "the bytes of all weights", total, f"{_SHARED_BYTES}, the shared memory")
    rows = [
        _at_level(place, replace(ledger, core_store_bytes=size), prices)
        for place, size in ((LOCAL, ledger.core_store_bytes), (SHARED, _SHARED_BYTES), (DRAM, 1e18))
    ]
    local = rows[0]["dynamic_j"]["nominal"]
    for row in rows:
        row["times_local"] = {bound: value / local for bound, value in row["dynamic_j"].items()}
    return rows


def sweep(
    rates: Sequence[float] = RATES_HZ,
    neurons: Sequence[int] = NEURONS,
    synapses: int = 32,
    spikes_per_s: float = 4096.0,
    time: float = 500.0,
    seed: int = 1,
    profile: str | Path | None = None,
) -> dict[str, Any]:
    """Execute both claims.

    Parameters
    ----------
    rates : sequence of float
        Mean rates in Hz, 0 … 1000, at least one above 0.
    neurons : sequence of int
        Sizes, multiples of 256.
    synapses, time, seed
        As for `count`.
    spikes_per_s : float
        Spikes per second of the whole network where sizes are compared.
    profile : str or Path, optional
        Hardware profile whose prices the first claim takes, per term; `silicon` by default. Memory is always
        that of `silicon`.

    Returns
    -------
    dict
        ``asynchronous``: a `case` for every size and rate; ``crossings``: one `crossing` for every size;
        ``same_spikes``: a `case` for every size at one number of spikes; ``memory``: `memory` of the largest
        size at the rate nearest to 10 Hz; ``prices``: terms, values, units and sources.
    """
    for name, values in (("rates", rates), ("neurons", neurons)):
        if not values:
            checks.refuse("claims", name, "empty", "at least one")
    if max(rates) <= 0.0:
        checks.refuse("claims", "the highest rate", max(rates), "> 0 Hz")
    runs = {
        size: [count(size, rate, synapses, time, seed) for rate in sorted(set(rates))] for size in sorted(set(neurons))
    }
    same = [count(size, spikes_per_s / size, synapses, time, seed) for size in runs]
    if not all(any(found.spikes for found in founds) for founds in runs.values()):
        checks.refuse("claims", "the number of spikes", 0, "1 or more in a network of each size: a longer time or rate")
    largest = min((found for found in runs[max(runs)] if found.spikes), key=lambda found: abs(found.rate_hz - 10.0))
    chosen = None if profile is None else _per_term(load(profile))
    shown = silicon(largest.cores) if chosen is None else chosen
    return {
        "status": "modelled",
        "profile": shown.name,
        "synapses_per_neuron": synapses,
        "asynchronous": [case(found, chosen) for founds in runs.values() for found in founds],
        "crossings": [crossing(founds, chosen) for founds in runs.values()],
        "same_spikes": [case(found, chosen) for found in same],
        "memory": {"counts": asdict(largest), "places": memory(largest)},
        "prices": [_price(price) for price in shown.prices],
        "unpriced": [{"term": one.term, "reason": one.reason} for one in shown.unpriced],
        "notes": list(shown.notes),
    }


def _per_term(prices: Profile) -> Profile:
    """Refuse prices that contain others: they were measured on one kind of machine and say nothing of the other."""
    if any(price.scope == "all-in" for price in prices.prices):
        checks.refuse("claims", "the scope of profile " + repr(prices.name), "'all-in'", "'per-term'")
    if prices.measured or not prices.prices:
        checks.refuse("claims", "profile", repr(prices.name), "one with prices per term")
    return prices


def _ratio(machines: dict[str, dict[str, Any]], which: str) -> float | None:
    clocked, events = (float(machines[name][which]) for name in ("synchronous", "asynchronous"))
    return clocked / events if events else None


def _priced(ledger: Ledger, prices: Profile) -> dict[str, Any]:
    lines = bill(ledger, prices).lines
    terms = {line.price.term: line.nominal_j for line in lines}
    static = sum(line.nominal_j for line in lines if line.price.count == "biological_s")
    dynamic = sum(line.nominal_j for line in lines if line.price.count != "biological_s")
    return {"terms": terms, "dynamic_j": dynamic, "static_j": static, "total_j": dynamic + static}


def _interpolated(founds: Sequence[Counted], prices: Profile) -> float | None:
    points: list[tuple[float, float]] = []
    for found in sorted(founds, key=lambda found: found.spikes):
        clocked, events = (_priced(ledger(found), prices)["dynamic_j"] for ledger in (synchronous, asynchronous))
        points.append((found.counted_rate_hz, events - clocked))
    for (low, below), (high, above) in pairwise(points):
        if below < 0.0 <= above:
            return low + (high - low) * below / (below - above)
    return None


def _said(exact: float | None, between: float | None, activity: float, highest: float) -> str:
    if exact is None:
        cheaper = "asynchronous" if activity > 0.0 else "synchronous"
        return f"no crossing: the {cheaper} machine takes less at every rate below one spike per neuron and tick"
    if between is None:
        return f"crossing at {exact:.1f} Hz, not among the rates of this sweep (up to {highest:.1f} Hz)"
    both = f"{exact:.1f} Hz (closed form), {between:.1f} Hz (interpolated)"
    return f"crossing at {both}: above it the synchronous machine takes less"


def _at_level(place: str, ledger: Ledger, prices: Profile) -> dict[str, Any]:
    lines = {line.price.term: line for line in bill(ledger, prices).lines if line.price.count != "biological_s"}
    weights = lines["weights"]
    rest = sum(line.nominal_j for line in lines.values()) - weights.nominal_j
    bounds = {"low": weights.low_j, "nominal": weights.nominal_j, "high": weights.high_j}
    known = {bound: value for bound, value in bounds.items() if value is not None}
    state = lines["state"].nominal_j
    return {
        "place": place,
        "memory": weights.level.name if weights.level else "",
        "weights_j": bounds,
        "dynamic_j": {bound: rest + value for bound, value in known.items()},
        "weights_share": {bound: _share(value, rest + value) for bound, value in known.items()},
        "memory_share": {bound: _share(value + state, rest + value) for bound, value in known.items()},
    }


def _share(part: float, whole: float) -> float:
    return part / whole if whole else 0.0


def _price(price: Price) -> dict[str, Any]:
    values = {level.name: level.value for level in price.levels} or price.value
    return {
        "term": price.term,
        "value": values,
        "unit": price.unit,
        "evidence": price.evidence,
        "node": price.node,
        "voltage_v": price.voltage_v,
        "source": price.source,
        "note": price.note,
    }
