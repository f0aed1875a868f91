"""What `claims.sweep` returned, as aligned tables for a terminal."""

from typing import Any

from spikecore import printed
from spikecore.energy.text import aligned, joules

__all__ = ["describe"]

_RATES = (
    "neurons",
    "rate asked",
    "counted",
    "sync dynamic",
    "async dynamic",
    "of it idle",
    "static of either",
    "sync/async dynamic",
    "with static",
    "async per spike, dynamic",
)


def describe(report: dict[str, Any]) -> str:
    """Return both claims as tables: rates, sizes and places of the weights, then prices with their sources.

    Examples
    --------
    >>> from spikecore.energy import claims
    >>> text = describe(claims.sweep(rates=[10.0, 600.0], neurons=[256], time=100.0))
    >>> "crossing at 34" in text, "DRAM" in text
    (True, True)
    """
    parts = [
        f"Prices: {report['profile']}; all figures modelled; {report['synapses_per_neuron']} synapses per neuron.",
        "1. Asynchronous transmission: power over rate, the same network on the same silicon",
        *_rates(report["asynchronous"]),
        *(f"  {cross['neurons']:,} neurons: {cross['said']}" for cross in report["crossings"]),
        f"  {_static(report['asynchronous'])}",
        "",
        "   The same number of spikes in networks of different sizes",
        *_sizes(report["same_spikes"]),
        "",
        "2. Local memory: the asynchronous machine, the same counts, weights in three places",
        *_places(report["memory"]),
        "",
        "Prices and sources",
        *(f"  {_price(price)}" for price in report["prices"]),
        *(f"  unpriced: {one['term']}: {one['reason']}" for one in report["unpriced"]),
        *(f"  note: {note}" for note in report["notes"]),
    ]
    return "\n".join(map(printed.shown, parts))


def _rates(cases: list[dict[str, Any]]) -> list[str]:
    rows: list[tuple[str, ...]] = [_RATES]
    for case in cases:
        clocked, events = case["synchronous"]["dynamic_j"], case["asynchronous"]["dynamic_j"]
        rows.append(
            (
                f"{case['neurons']:,}",
                f"{case['rate_hz']:g} Hz",
                f"{case['counted_rate_hz']:.2f} Hz",
                *(_watts(value, case["seconds"]) for value in (clocked, events, case["idle_j"])),
                _static_watts(case),
                _times(case["dynamic_ratio"]),
                _times(case["total_ratio"]) if case["static_is_priced"] else "unknown",
                joules(case["asynchronous_per_spike_j"]) if case["spikes"] else "-",
            )
        )
    return aligned(rows, left=())


def _static(cases: list[dict[str, Any]]) -> str:
    if not all(case["static_is_priced"] for case in cases):
        return "static power has no price here: the ratio with it is not known"
    return "static power is the same for both: it does not move the crossing, and brings the ratio nearer to 1"


def _static_watts(case: dict[str, Any]) -> str:
    return _watts(case["static_j"], case["seconds"]) if case["static_is_priced"] else "unpriced"


def _times(ratio: float | None) -> str:
    return "-" if ratio is None else f"{ratio:.3g}"


def _sizes(cases: list[dict[str, Any]]) -> list[str]:
    rows: list[tuple[str, ...]] = [("neurons", "spikes per s", "sync dynamic", "async dynamic", "static of either")]
    for case in cases:
        values = (case["synchronous"]["dynamic_j"], case["asynchronous"]["dynamic_j"])
        powers = (*(_watts(value, case["seconds"]) for value in values), _static_watts(case))
        rows.append((f"{case['neurons']:,}", f"{case['spikes'] / case['seconds']:,.0f}", *powers))
    return aligned(rows, left=())


def _places(memory: dict[str, Any]) -> list[str]:
    rows = [
        (
            "weights in",
            "memory priced",
            "weights",
            "all, dynamic",
            "weights' share",
            "memory's share",
            "times local",
        )
    ]
    for place in memory["places"]:
        rows.append(
            (
                place["place"],
                place["memory"],
                _band({key: value for key, value in place["weights_j"].items() if value is not None}, joules),
                _band(place["dynamic_j"], joules),
                _band(place["weights_share"], _percent),
                _band(place["memory_share"], _percent),
                _band(place["times_local"], "{:.3g}".format),
            )
        )
    counts = memory["counts"]
    size = f"{counts['neurons']:,} neurons at {counts['rate_hz']:g} Hz"
    said = f"  of {size}: {counts['synaptic_operations']:,} synaptic operations"
    return [said, *aligned(rows, left=(0, 1))]


def _band(values: dict[str, float], shown: Any) -> str:
    """Return the nominal value, and what the bounds give where there are any."""
    if "low" not in values:
        return str(shown(values["nominal"]))
    return f"{shown(values['nominal'])} ({shown(values['low'])} … {shown(values['high'])})"


def _percent(share: float) -> str:
    return f"{100.0 * share:.1f} %"


def _watts(energy: float, seconds: float) -> str:
    return f"{joules(energy / seconds)[:-1]}W" if energy else "0 W"


def _price(price: dict[str, Any]) -> str:
    value = price["value"]
    values = ", ".join(f"{name} {one:g}" for name, one in value.items()) if isinstance(value, dict) else f"{value:.4g}"
    place = f"{price['node']}, {price['voltage_v']:g} V" if price["voltage_v"] else price["node"]
    return (
        f"{price['term']}: {values} {price['unit']} ({place}; {price['evidence']}; {price['source']}). {price['note']}"
    )
