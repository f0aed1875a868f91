"""Figures that are often quoted, beside what the formulas give for the same networks.

Invariants: every number is a `Figure`, which says how we know it, and nothing is fitted. A published figure is shown as
it was published, with the reason why nobody can recompute it. What is computed from something that is recalled or
assumed says so, and decides nothing. Figures and sizes are data, in `papers.toml`.
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
from spikecore.energy.table import Cell, Column, Table, wrapped

__all__ = ["EVIDENCE", "Figure", "Paper", "Quoted", "names", "paper"]

EVIDENCE = ("published", "quoted at second hand", "recalled", "assumed", "computed")
"""How a figure is known: read in its source, read where others quote it, read nowhere, chosen here, or worked out."""
_FORMULA = "a recalled formula"


@dataclass(frozen=True)
class Figure:
    """A number, how we know it, one of `EVIDENCE`, and from what: a source, or what it is computed from.

    `bound` is ``>`` or ``<`` where the number is one.
    """

    value: float
    evidence: str
    source: str = ""
    bound: str = ""

    def __post_init__(self) -> None:
        checks.choice("figure", "evidence", self.evidence, EVIDENCE)

    @property
    def label(self) -> str:
        """How we know it, and from what where it is computed."""
        return f"computed from {self.source}" if self.evidence == "computed" and self.source else self.evidence

    def __str__(self) -> str:
        digits = f"{self.value:.4g}" if self.evidence == "computed" else f"{self.value:g}"
        return f"{self.bound} {digits}" if self.bound else digits


Row = Mapping[str, Figure | str | None]
"""Figures and words by what they are; rows of one table need not have the same."""


@dataclass(frozen=True)
class Quoted:
    """A figure as others state it, with its unit, of what it is, and why nobody can recompute it."""

    figure: Figure
    unit: str
    what: str
    why: str
    beside: Row


@dataclass(frozen=True)
class Paper:
    """A paper's figures, and what the formulas give beside them; notes are sentences, with what they rest on or ""."""

    name: str
    title: str
    source: str
    notes: tuple[tuple[str, str], ...]
    figures: tuple[Quoted, ...]
    formulas: tuple[Row, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain values: each figure with value, evidence, source and bound."""
        figures = [
            {**vars(quoted), "figure": dict(vars(quoted.figure)), "beside": _plain(quoted.beside)}
            for quoted in self.figures
        ]
        notes = [{"evidence": evidence, "text": text} for evidence, text in self.notes]
        heads = {"paper": self.name, "title": self.title, "source": self.source, "notes": notes}
        return {**heads, "figures": figures, "formulas": [_plain(row) for row in self.formulas]}

    def text(self) -> str:
        """Return figures, what the formulas give, sources, reasons and notes as aligned text."""
        rows = [
            {"figure": f"{quoted.figure} {quoted.unit}", "of": quoted.what, "is": quoted.figure.label, **quoted.beside}
            for quoted in self.figures
        ]
        parts = [self.title, f"  paper: {self.source}", _table("figures, and what follows from them", rows).text()]
        for reason_of in (lambda quoted: f"from {quoted.figure.source}", lambda quoted: quoted.why):
            for reason in dict.fromkeys(map(reason_of, self.figures)):
                values = ", ".join(str(quoted.figure) for quoted in self.figures if reason_of(quoted) == reason)
                parts += wrapped(f"  {values}: {reason}")
        if self.formulas:
            parts.append(_table("what the formulas give", self.formulas).text())
        notes = (f"note{evidence and f', {evidence}'}: {text}" for evidence, text in self.notes)
        return "\n".join([*parts, *(line for note in notes for line in wrapped(note))])


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
    >>> quoted = paper("davies").figures[0]
    >>> quoted.figure.value, quoted.figure.evidence, quoted.beside["energy-delay product"].evidence
    (2.58, 'quoted at second hand', 'recalled')
    """
    data = _read()[checks.choice("energy", "paper", name, names())]
    beside, rows = _PAPERS[name]
    figures = []
    for own in data["figures"]:
        stated = {**data, **own}
        figure = Figure(own["value"], stated["evidence"], stated["from"], own.get("bound", ""))
        figures.append(Quoted(figure, own["unit"], own["what"], stated["why"], beside(figure, **own.get("inputs", {}))))
    notes = tuple((note.get("evidence", ""), note["text"]) for note in data["notes"])
    return Paper(name, data["title"], data["source"], notes, tuple(figures), tuple(rows(**data.get("inputs", {}))))


def _yin_beside(figure: Figure, gates: int) -> Row:
    """Return the rate that a ratio stands for: below a rate where it is above a ratio."""
    bound = "<" if figure.bound else ""
    rate = Figure(yin_implied_rate(figure.value, gates), "computed", _FORMULA, bound)
    return {"rate per step it stands for, k = 0": rate}


def _yin_rows(architectures: Sequence[Mapping[str, Any]], rates: Sequence[float]) -> list[Row]:
    """Return ratios of equal sizes, by task and rate; neurons without a published rate have that of the inputs."""
    rows: list[Row] = []
    for network in architectures:
        spiking, lstm = parse(network["sizes"], bias=False), parse(network["sizes"], cell="lstm", bias=False)
        for rate in rates:
            inputs = neurons = Figure(rate, "assumed")
            if "rate" in network:
                neurons = Figure(network["rate"], "published")
            hidden = [neurons.value] * sum(1 for layer in spiking.layers if layer.neurons)
            activity = Spiking.of_rates(spiking, hidden, ticks=1, input_rate=rate)
            row: dict[str, Figure | str | None] = {"task": network["task"], "sizes": network["sizes"]}
            row |= {"rate of inputs": inputs, "rate of neurons": neurons}
            for k in (1, 0):
                for cell, twin in (("LSTM", lstm), ("RNN", spiking)):
                    ratio = _joules("yin", twin) / _joules("yin", activity, k=k)
                    row[f"{cell} ratio, k = {k}"] = Figure(ratio, "computed", _FORMULA)
            rows.append(row)
    return rows


def _panda_beside(figure: Figure) -> Row:
    rates = {precision: panda_implied_rate(figure.value, precision).spikes for precision in ("int32", "fp32")}
    return {
        "spikes per neuron it stands for, int32": Figure(rates["int32"], "computed", "recalled prices"),
        "fp32": Figure(rates["fp32"], "computed", "assumed prices"),
    }


def _panda_rows(rates: Sequence[float], vgg16: Mapping[str, Any]) -> list[Row]:
    """Return ratios of VGG-16 with an analog and with a spiking input, by mean spikes per neuron."""
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
                "spikes per neuron": Figure(rate, "assumed"),
                "ratio, spikes arrive": Figure(artificial / events, "computed", _FORMULA) if events else None,
                "ratio, pixels arrive": Figure(artificial / pixels, "computed", _FORMULA),
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


def _merolla_beside(figure: Figure, is_chip: bool = False) -> Row:
    computed: Row = {"pJ per operation it stands for": Figure(1e3 / figure.value, "computed")}
    return {**computed, "price, pJ": _truenorth_pj()} if is_chip else computed


def _truenorth_pj() -> Figure:
    """Return the published price of a synaptic event of TrueNorth in pJ, the whole chip in it."""
    price = next(price for price in load("truenorth").prices if price.count == "synaptic_operations")
    return Figure(price.value, "quoted at second hand", price.source)


def _merolla_rows(neurons: int, workload: Mapping[str, float], powers: Sequence[Mapping[str, Any]]) -> list[Row]:
    """Return operations per joule from the published price, and from workload and power."""
    price, quoted = _truenorth_pj(), "quoted at second hand"
    events = neurons * workload["Hz"] * workload["synapses"]
    heads = dict.fromkeys((*workload, "mW", "V"))
    rows: list[Row] = [
        {"from": "the price, all-in", **heads, "GSOPS/W": Figure(1e3 / price.value, "computed"), "pJ per event": price}
    ]
    for point in powers:
        stated = {**workload, "mW": point["mW"], "V": point["V"]}
        computed = {"GSOPS/W": events / point["mW"] / 1e6, "pJ per event": point["mW"] / events * 1e9}
        row = {name: Figure(value, quoted) for name, value in stated.items()}
        row |= {name: Figure(value, "computed") for name, value in computed.items()}
        rows.append({"from": point["source"], **row})
    return rows


def _davies_beside(
    figure: Figure,
    unknowns: tuple[int, str] | None = None,
    delay: float | None = None,
    edp: tuple[float, str] = (0, ""),
) -> Row:
    if unknowns is None or delay is None:
        return {}
    return {
        "unknowns": Figure(*unknowns),
        "delay ratio": Figure(delay, "recalled"),
        "energy × delay": Figure(figure.value * delay, "computed", "a recalled delay"),
        "energy-delay product": Figure(*edp),
    }


_PAPERS: dict[str, tuple[Callable[..., Row], Callable[..., list[Row]]]] = {
    "yin": (_yin_beside, _yin_rows),
    "panda": (_panda_beside, _panda_rows),
    "merolla": (_merolla_beside, _merolla_rows),
    "davies": (_davies_beside, list),
}


@cache
def _read() -> dict[str, dict[str, Any]]:
    return tomllib.loads(published("papers"))


def _plain(row: Row) -> dict[str, Any]:
    return {name: dict(vars(value)) if isinstance(value, Figure) else value for name, value in row.items()}


def _table(title: str, rows: Sequence[Row]) -> Table:
    """Return rows as a table: how we know its figures stands below it, by column, and in the cells where it differs."""
    heads = list(dict.fromkeys(head for row in rows for head in row))
    labels = {head: dict.fromkeys(cell.label for cell in _figures(rows, head)) for head in heads}
    columns = tuple(Column(head, is_words=not labels[head]) for head in heads)
    cells = tuple(tuple(_cell(row.get(head), len(labels[head]) > 1) for head in heads) for row in rows)
    shared = {
        label: [head for head in heads if list(labels[head]) == [label]] for own in labels.values() for label in own
    }
    remarks = tuple(f"{label}: {', '.join(names)}" for label, names in shared.items() if names)
    return Table(title, columns, cells, remarks=remarks)


def _figures(rows: Sequence[Row], head: str) -> list[Figure]:
    return [cell for row in rows if isinstance(cell := row.get(head), Figure)]


def _cell(value: Figure | str | None, is_labelled: bool) -> Cell:
    if isinstance(value, Figure):
        return Cell(value.value, f"{value} ({value.label})" if is_labelled else str(value))
    return Cell(value, "-" if value is None else value)
