"""Figures that are often quoted, as citations, beside what the formulas give for the same networks.

Invariant: nothing here is fitted. A figure is printed as it was published, with the reason why it
cannot be recomputed; what is computed says from what. Figures and sizes are data, in `papers.toml`.
"""

import tomllib
from collections.abc import Callable
from functools import cache
from importlib import resources
from typing import Any

from spikecore import checks
from spikecore.energy import formulas
from spikecore.energy.activity import Spiking
from spikecore.energy.architecture import Network, parse
from spikecore.energy.formulas import panda, yin
from spikecore.energy.formulas.crossover import CROSSOVERS
from spikecore.energy.formulas.operations import Rate
from spikecore.energy.layers import Convolution, Dense, Layer, Pooling

__all__ = ["names", "table", "to_dict"]

Rows = list[dict[str, Any]]


def names() -> tuple[str, ...]:
    """Return the names of the papers.

    Examples
    --------
    >>> names()
    ('yin', 'panda', 'merolla', 'davies')
    """
    return tuple(_read())


def to_dict(name: str) -> dict[str, Any]:
    """Return a paper's figures and what the formulas give, as plain values.

    Parameters
    ----------
    name : str
        One of `names`.

    Returns
    -------
    dict
        ``title``, ``source``, ``notes``; ``figures``, each with ``value``, ``unit``, ``what``, ``status``
        (``"citation"``), ``why`` and ``computed``, what follows from the figure itself; ``formulas``, rows
        computed from sizes and rates, each with ``status`` ``"computed"``.

    Raises
    ------
    NetworkError
        If there is no such paper.

    Examples
    --------
    >>> figure = to_dict("davies")["figures"][0]
    >>> figure["value"], figure["status"], round(figure["computed"]["energy-delay product"], 2)
    (2.58, 'citation', 0.7)
    """
    data = _read()[checks.choice("energy", "paper", name, names())]
    follows, rows = _PAPERS[name]
    figures = []
    for figure in data["figures"]:
        shown = {key: figure[key] for key in ("value", "unit", "what")}
        why = figure.get("why", data["why"])
        figures.append({**shown, "status": "citation", "why": why, "computed": follows(figure, data)})
    computed = [{**row, "status": "computed"} for row in rows(data)]
    heads = {key: data[key] for key in ("title", "source", "notes")}
    return {"paper": name, **heads, "figures": figures, "formulas": computed}


def table(name: str) -> str:
    """Return the same as aligned text.

    Parameters
    ----------
    name : str
        One of `names`.

    Returns
    -------
    str
        Published figures, what the formulas give, and why figures cannot be recomputed.

    Raises
    ------
    NetworkError
        If there is no such paper.

    Examples
    --------
    >>> print(table("davies").splitlines()[0])
    Davies et al.: Loihi against an Atom CPU, LASSO by spiking LCA
    """
    data = to_dict(name)
    text = [data["title"], f"  source: {data['source']}", "published, as citations:"]
    text += _aligned(
        [{"figure": f"{one['value']:g} {one['unit']}", "": one["what"], **one["computed"]} for one in data["figures"]]
    )
    reasons = dict.fromkeys(one["why"] for one in data["figures"])
    for why in reasons:
        of = ", ".join(f"{one['value']:g}" for one in data["figures"] if one["why"] == why)
        text.append(f"  {of}: {why}" if len(reasons) > 1 else f"  {why}")
    if data["formulas"]:
        text.append("what the formulas give:")
        text += _aligned([{key: value for key, value in row.items() if key != "status"} for row in data["formulas"]])
    return "\n".join([*text, *(f"note: {note}" for note in data["notes"])])


def _yin_figure(figure: dict[str, Any], _: dict[str, Any]) -> dict[str, Any]:
    return {"rate per step it stands for, k = 0": yin.implied_rate(figure["value"], figure["gates"])}


def _yin_rows(data: dict[str, Any]) -> Rows:
    """Ratios of equal sizes, by task and rate; the rate of the inputs is that of the neurons."""
    rows = []
    for one in data["architectures"]:
        spiking, lstm = parse(one["sizes"], bias=False), parse(one["sizes"], cell="lstm", bias=False)
        for rate in [one["rate"]] if "rate" in one else data["rates"]:
            hidden = [rate] * sum(1 for layer in spiking.layers if layer.neurons)
            activity = Spiking.of_rates(spiking, hidden, ticks=1, input_rate=rate)
            row = {"task": one["task"], "sizes": one["sizes"], "rate per step": rate}
            row["rate is"] = "published" if "rate" in one else "assumed"
            for k in (1, 0):
                energy = formulas.estimate("yin", activity, k=k).energy_j or 0.0
                for label, twin in (("LSTM", lstm), ("RNN", spiking)):
                    row[f"{label} ratio, k = {k}"] = (formulas.estimate("yin", twin).energy_j or 0.0) / energy
            rows.append(row)
    return rows


def _panda_figure(figure: dict[str, Any], _: dict[str, Any]) -> dict[str, Any]:
    rate = panda.implied_rate(figure["value"]).spikes
    return {
        "spikes per neuron it stands for, int32": rate,
        "fp32": panda.implied_rate(figure["value"], "fp32").spikes,
        CROSSOVERS[0].name: CROSSOVERS[0].verdict(rate),
    }


def _panda_rows(data: dict[str, Any]) -> Rows:
    """Ratios of VGG-16 with an analog and with a spiking input, by mean spikes per neuron."""
    network = _vgg(data["vgg16"])
    ticks = 100  # longer than any rate below: a neuron spikes at most once per tick
    artificial = formulas.estimate("panda", network).energy_j or 0.0
    rows = []
    for rate in (*data["rates"], 0.0):
        rates = [Rate(rate)] * sum(1 for layer in network.layers if layer.neurons or isinstance(layer, Pooling))
        spikes = Spiking.of_rates(network, rates, ticks=ticks, input_rate=rate)
        pixels = Spiking.of_rates(network, rates, ticks=ticks, analog_passes=1)
        events, analog = (formulas.estimate("panda", one).energy_j or 0.0 for one in (spikes, pixels))
        rows.append(
            {
                "network": f"VGG-16, {network.macs / 1e6:.1f} M MACs (assumed)",
                "spikes per neuron": rate,
                "ratio, spikes arrive": artificial / events if events else None,
                "ratio, pixels arrive": artificial / analog,
            }
        )
    return rows


def _vgg(sizes: dict[str, Any]) -> Network:
    shape, layers = tuple(sizes["input"]), list[Layer]()
    for width in sizes["channels"]:
        pool = width == "pool"
        layers.append(Pooling(shape, 2) if pool else Convolution(shape, width, 3, padding=1))
        shape = layers[-1].output_shape
    full = Dense(shape[0] * shape[1] * shape[2], sizes["classes"], activation=False)
    return Network([*layers, full], name="VGG-16")


def _merolla_figure(figure: dict[str, Any], data: dict[str, Any]) -> dict[str, Any]:
    if figure["unit"] != "GSOPS/W":
        return {"pJ per operation it stands for": 1e3 / figure["value"]}
    return {"pJ per operation it stands for": 1e3 / figure["value"], "published price, pJ": data["event_pj"]}


def _merolla_rows(data: dict[str, Any]) -> Rows:
    """Operations per joule from the published price, and from workload and power."""
    events = data["neurons"] * data["rate_hz"] * data["active_synapses"]
    price = data["event_pj"]
    rows = [{"from": f"1 / {price:g} pJ, all-in", "GSOPS/W": 1e3 / price, "pJ per event": price}]
    for one in data["powers"]:
        load = f"{data['rate_hz']:g} Hz × {data['active_synapses']} synapses"
        where = f"{load}, {one['power_mw']:g} mW at {one['voltage_v']:g} V"
        power = one["power_mw"] * 1e-3
        rows.append(
            {
                "from": f"{where} ({one['source']})",
                "GSOPS/W": events / power / 1e9,
                "pJ per event": power / events * 1e12,
            }
        )
    return rows


def _davies_figure(figure: dict[str, Any], _: dict[str, Any]) -> dict[str, Any]:
    return {
        "delay ratio (unverified)": figure["delay"],
        "energy-delay product": figure["value"] * figure["delay"],
        "published": figure["edp"],
    }


_Follows = Callable[[dict[str, Any], dict[str, Any]], dict[str, Any]]
_PAPERS: dict[str, tuple[_Follows, Callable[[dict[str, Any]], Rows]]] = {
    "yin": (_yin_figure, _yin_rows),
    "panda": (_panda_figure, _panda_rows),
    "merolla": (_merolla_figure, _merolla_rows),
    "davies": (_davies_figure, lambda data: []),
}


@cache
def _read() -> dict[str, Any]:
    return tomllib.loads((resources.files("spikecore.energy") / "papers.toml").read_text(encoding="utf-8"))


def _aligned(rows: Rows) -> list[str]:
    heads = list(dict.fromkeys(key for row in rows for key in row))
    cells = [heads, *([_cell(row.get(head)) for head in heads] for row in rows)]
    widths = [max(len(line[i]) for line in cells) for i in range(len(heads))]
    numeric = [all(isinstance(row.get(head), float | int | None) for row in rows) for head in heads]
    return [
        "  "
        + "  ".join(
            f"{cell:>{width}}" if right else f"{cell:<{width}}"
            for cell, width, right in zip(line, widths, numeric, strict=True)
        ).rstrip()
        for line in cells
    ]


def _cell(value: Any) -> str:
    if value is None:
        return "-"
    return value if isinstance(value, str) else f"{value:.4g}"
