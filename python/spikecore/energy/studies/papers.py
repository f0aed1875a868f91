"""Figures that are often quoted, as citations, beside what the formulas give for the same networks.

Invariant: nothing here is fitted. A figure is shown as it was published, with the reason why nobody can recompute it;
what is computed says from what, and "unverified" where its formula was read in no source. Figures and sizes are data,
in `papers.toml`.
"""

import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from spikecore import checks
from spikecore.energy import load
from spikecore.energy.ann import Convolution, Dense, Layer, Network, Pooling, Rate, Spiking, parse
from spikecore.energy.ann.arithmetic import panda_implied_rate, yin_implied_rate
from spikecore.energy.ann.formulas import estimate
from spikecore.energy.studies import published
from spikecore.energy.table import Column, Table, wrapped

__all__ = ["Paper", "Quoted", "names", "paper"]

Row = Mapping[str, float | str | None]
"""Values by what they are; rows of one table need not have the same."""


@dataclass(frozen=True)
class Quoted:
    """A figure as it was published, why nobody can recompute it, and what follows from the figure itself."""

    value: float
    unit: str
    what: str
    why: str
    computed: Row


@dataclass(frozen=True)
class Paper:
    """A paper's figures, and what the formulas give beside them.

    Attributes
    ----------
    evidence : {"computed", "unverified"}
        How we know what is computed: unverified where formula or inputs were read in no source.
    figures, formulas : tuple of Quoted, tuple of mapping
        The citations, and rows computed from sizes and rates.
    """

    name: str
    title: str
    source: str
    evidence: str
    notes: tuple[str, ...]
    figures: tuple[Quoted, ...]
    formulas: tuple[Row, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain values; figures have the status ``"citation"``, rows ``"computed"``."""
        figures = [vars(figure) | {"computed": {**figure.computed}, "status": "citation"} for figure in self.figures]
        rows = [{**row, "status": "computed", "evidence": self.evidence} for row in self.formulas]
        heads = {"paper": self.name, "title": self.title, "source": self.source, "notes": list(self.notes)}
        return {**heads, "figures": figures, "formulas": rows}

    def text(self) -> str:
        """Return figures, what the formulas give, reasons and notes as aligned text."""
        is_unverified = self.evidence == "unverified"
        beside, mark = ("; columns beside them are unverified", ", unverified") if is_unverified else ("", "")
        quoted = [{"figure": f"{each.value:g} {each.unit}", "": each.what, **each.computed} for each in self.figures]
        parts = [self.title, f"  source: {self.source}", _aligned(f"published, as citations{beside}:", quoted)]
        reasons = dict.fromkeys(figure.why for figure in self.figures)
        for why in reasons:
            values = ", ".join(f"{figure.value:g}" for figure in self.figures if figure.why == why)
            parts += wrapped(f"  {values}: {why}" if len(reasons) > 1 else f"  {why}")
        if self.formulas:
            parts.append(_aligned(f"what the formulas give{mark}:", self.formulas))
        return "\n".join([*parts, *(line for note in self.notes for line in wrapped(f"note: {note}"))])


def names() -> tuple[str, ...]:
    """Return the names of the papers.

    Examples
    --------
    >>> names()
    ('yin', 'panda', 'merolla', 'davies')
    """
    return tuple(_read())


def paper(name: str) -> Paper:
    """Return the figures of a paper, one of `names`, and what the formulas give.

    Raises
    ------
    NetworkError
        If there is no such paper.

    Examples
    --------
    >>> figure = paper("davies").figures[0]
    >>> figure.value, round(figure.computed["energy-delay product"], 2)
    (2.58, 0.7)
    """
    data = {"inputs": {}, **_read()[checks.choice("energy", "paper", name, names())]}
    follows, rows = _PAPERS[name]
    figures = []
    for figure in data["figures"]:
        value, inputs = figure["value"], figure.get("inputs", {})
        why = figure.get("why", data["why"])
        figures.append(Quoted(value, figure["unit"], figure["what"], why, follows(value, **inputs)))
    title, source, evidence, notes = (data[key] for key in ("title", "source", "evidence", "notes"))
    return Paper(name, title, source, evidence, tuple(notes), tuple(figures), tuple(rows(**data["inputs"])))


def _yin_figure(value: float, gates: int) -> Row:
    return {"rate per step it stands for, k = 0": yin_implied_rate(value, gates)}


def _yin_rows(architectures: Sequence[Mapping[str, Any]], rates: Sequence[float]) -> list[Row]:
    """Ratios of equal sizes, by task and rate; the rate of the inputs is that of the neurons."""
    rows: list[Row] = []
    for network in architectures:
        sizes, published = network["sizes"], network.get("rate")
        spiking, lstm = parse(sizes, bias=False), parse(sizes, cell="lstm", bias=False)
        for rate in rates if published is None else (published,):
            hidden = [rate] * sum(1 for layer in spiking.layers if layer.neurons)
            activity = Spiking.of_rates(spiking, hidden, ticks=1, input_rate=rate)
            row = {"task": network["task"], "sizes": sizes, "rate per step": rate}
            row["rate is"] = "assumed" if published is None else "published"
            for k in (1, 0):
                for cell, twin in (("LSTM", lstm), ("RNN", spiking)):
                    row[f"{cell} ratio, k = {k}"] = _joules("yin", twin) / _joules("yin", activity, k=k)
            rows.append(row)
    return rows


def _panda_figure(value: float) -> Row:
    rates = {precision: panda_implied_rate(value, precision).spikes for precision in ("int32", "fp32")}
    return {"spikes per neuron it stands for, int32": rates["int32"], "fp32": rates["fp32"]}


def _panda_rows(rates: Sequence[float], vgg16: Mapping[str, Any]) -> list[Row]:
    """Ratios of VGG-16 with an analog and with a spiking input, by mean spikes per neuron."""
    network = _vgg(**vgg16)
    ticks = 100  # longer than any rate below: a neuron spikes at most once per tick
    artificial = _joules("panda", network)
    rows: list[Row] = []
    for rate in (*rates, 0.0):
        each = [Rate(rate)] * sum(1 for layer in network.layers if layer.neurons or isinstance(layer, Pooling))
        events = _joules("panda", Spiking.of_rates(network, each, ticks=ticks, input_rate=rate))
        pixels = _joules("panda", Spiking.of_rates(network, each, ticks=ticks, analog_passes=1))
        rows.append(
            {
                "network": f"VGG-16, {network.macs / 1e6:.1f} M MACs (assumed)",
                "spikes per neuron": rate,
                "ratio, spikes arrive": artificial / events if events else None,
                "ratio, pixels arrive": artificial / pixels,
            }
        )
    return rows


def _vgg(input: Sequence[int], channels: Sequence[int | str], classes: int) -> Network:
    shape, layers = tuple(input), list[Layer]()
    for width in channels:
        layers.append(Convolution(shape, width, 3, padding=1) if isinstance(width, int) else Pooling(shape, 2))
        shape = layers[-1].output_shape
    full = Dense(layers[-1].outputs_per_pass, classes, activation=False)
    return Network([*layers, full], name="VGG-16")


def _joules(formula: str, subject: Network | Spiking, **options: float) -> float:
    return estimate(formula, subject, **options).energy_j or 0.0


def _merolla_figure(value: float, is_chip: bool = False) -> Row:
    computed = {"pJ per operation it stands for": 1e3 / value}
    return {**computed, "published price, pJ": _truenorth_pj()} if is_chip else computed


def _truenorth_pj() -> float:
    """Return the published price of a synaptic event of TrueNorth in pJ, the whole chip in it."""
    return next(price.value for price in load("truenorth").prices if price.count == "synaptic_operations")


def _merolla_rows(neurons: int, rate_hz: float, active_synapses: int, powers: Sequence[Mapping[str, Any]]) -> list[Row]:
    """Operations per joule from the published price, and from workload and power."""
    events, event_pj = neurons * rate_hz * active_synapses, _truenorth_pj()
    rows: list[Row] = [{"from": f"1 / {event_pj:g} pJ, all-in", "GSOPS/W": 1e3 / event_pj, "pJ per event": event_pj}]
    load = f"{rate_hz:g} Hz × {active_synapses} synapses"
    for point in powers:
        watts = point["power_mw"] * 1e-3
        place = f"{load}, {point['power_mw']:g} mW at {point['voltage_v']:g} V ({point['source']})"
        rows.append({"from": place, "GSOPS/W": events / watts / 1e9, "pJ per event": watts / events * 1e12})
    return rows


def _davies_figure(value: float, delay: float, edp: float) -> Row:
    return {"delay ratio (unverified)": delay, "energy-delay product": value * delay, "published": edp}


_PAPERS: dict[str, tuple[Callable[..., Row], Callable[..., list[Row]]]] = {
    "yin": (_yin_figure, _yin_rows),
    "panda": (_panda_figure, _panda_rows),
    "merolla": (_merolla_figure, _merolla_rows),
    "davies": (_davies_figure, list),
}


@cache
def _read() -> dict[str, dict[str, Any]]:
    return tomllib.loads(published("papers"))


def _aligned(title: str, rows: Sequence[Row]) -> str:
    heads = list(dict.fromkeys(head for row in rows for head in row))
    is_words = {head: any(isinstance(row.get(head), str) for row in rows) for head in heads}
    columns = tuple(Column(head, _cell, is_words=is_words[head]) for head in heads)
    return Table(title, columns, tuple(tuple(row.get(head) for head in heads) for row in rows)).text()


def _cell(value: float | str | None) -> str:
    return "-" if value is None else value if isinstance(value, str) else f"{value:.4g}"
