"""Figures that are often quoted, beside what the formulas give for the same networks.

Invariants: every number is a `Figure`, which says how we know it, and nothing is fitted. A published figure is shown as
it was published, with the reason why nobody can recompute it. What is computed from something that is recalled or
assumed says so, and decides nothing. Figures and sizes are data, in `papers.toml`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from spikecore import checks
from spikecore.energy import load, published
from spikecore.energy.ann import Convolution, Dense, Layer, Network, Pooling, Rate, Spiking, parse
from spikecore.energy.ann.arithmetic import panda_implied_rate, yin_implied_rate
from spikecore.energy.ann.formulas import estimate
from spikecore.energy.studies.figures import Figure, Row, computed, plain, sources, table
from spikecore.energy.table import wrapped

__all__ = ["Paper", "names", "paper"]

_FORMULA = "a recalled formula"


@dataclass(frozen=True)
class Paper:
    """A paper's figures with what follows from them, and what the formulas give.

    Attributes
    ----------
    figures, formulas : tuple of Row
        Each figure with ``of`` what it is, ``why`` nobody can recompute it, and figures beside it; rows of formulas.
    notes : tuple of (str, str)
        How a sentence is known, or nothing, and the sentence.
    """

    name: str
    title: str
    source: str
    notes: tuple[tuple[str, str], ...]
    figures: tuple[Row, ...]
    formulas: tuple[Row, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain values: each figure with value, evidence, source, unit and bound."""
        notes = [{"evidence": evidence, "text": text} for evidence, text in self.notes]
        heads = {"paper": self.name, "title": self.title, "source": self.source, "notes": notes}
        return {**heads, "figures": list(map(plain, self.figures)), "formulas": list(map(plain, self.formulas))}

    def text(self) -> str:
        """Return figures, what the formulas give, sources, reasons and notes as aligned text."""
        rows = [{name: cell for name, cell in row.items() if name != "why"} for row in self.figures]
        figures = table("figures, and what follows from them", rows).text()
        parts = [self.title, *wrapped(f"  paper: {self.source}"), figures]
        sentences = sources(row["figure"] for row in self.figures)
        for why in dict.fromkeys(row["why"] for row in self.figures):
            values = ", ".join(str(row["figure"]) for row in self.figures if row["why"] == why)
            sentences += (f"{values}: {why}",)
        parts += [line for sentence in sentences for line in wrapped(f"  {sentence}")]
        if self.formulas:
            parts.append(table("what the formulas give", self.formulas).text())
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
    >>> row = paper("davies").figures[0]
    >>> row["figure"].value, row["figure"].evidence, row["energy-delay product"].evidence
    (2.58, 'quoted at second hand', 'recalled')
    """
    data = _read()[checks.choice("energy", "paper", name, names())]
    beside, rows = _PAPERS[name]
    figures = []
    for own in data["figures"]:
        stated = {**data, **own}
        figure = Figure(own["value"], stated["evidence"], stated["from"], own["unit"], own.get("bound", ""))
        words = {"of": own["what"], "why": stated["why"]}
        figures.append({"figure": figure, **words, **beside(figure.value, **own.get("inputs", {}))})
    notes = tuple((note.get("evidence", ""), note["text"]) for note in data["notes"])
    return Paper(name, data["title"], data["source"], notes, tuple(figures), tuple(rows(**data.get("inputs", {}))))


def _yin_beside(value: float, gates: int, bound: str = "") -> Row:
    """Return the rate that a ratio stands for: below a rate where it is above a ratio."""
    rate = Figure(yin_implied_rate(value, gates), "computed", _FORMULA, bound=bound)
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
            ratios = {
                f"{cell} ratio, k = {k}": _joules("yin", twin) / _joules("yin", activity, k=k)
                for k in (1, 0)
                for cell, twin in (("LSTM", lstm), ("RNN", spiking))
            }
            heads = {"task": network["task"], "sizes": network["sizes"]}
            rows.append({**heads, "rate of inputs": inputs, "rate of neurons": neurons, **computed(ratios, _FORMULA)})
    return rows


def _panda_beside(value: float) -> Row:
    rates = {precision: panda_implied_rate(value, precision).spikes for precision in ("int32", "fp32")}
    recalled = computed({"spikes per neuron it stands for, int32": rates["int32"]}, "recalled prices")
    return {**recalled, **computed({"fp32": rates["fp32"]}, "assumed prices")}


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
        ratios = {
            "ratio, spikes arrive": artificial / events if events else None,
            "ratio, pixels arrive": artificial / pixels,
        }
        heads = {"network": f"VGG-16, {network.macs / 1e6:.1f} M MACs (assumed)"}
        rows.append({**heads, "spikes per neuron": Figure(rate, "assumed"), **computed(ratios, _FORMULA)})
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


def _merolla_beside(value: float, is_chip: bool = False) -> Row:
    own = computed({"pJ per operation it stands for": 1e3 / value})
    return {**own, "price, pJ": _truenorth_pj()} if is_chip else own


def _truenorth_pj() -> Figure:
    """Return the published price of a synaptic event of TrueNorth in pJ, the whole chip in it."""
    price = next(price for price in load("truenorth").prices if price.count == "synaptic_operations")
    return Figure(price.value, "quoted at second hand", price.source)


def _merolla_rows(neurons: int, workload: Mapping[str, float], powers: Sequence[Mapping[str, Any]]) -> list[Row]:
    """Return operations per joule from the published price, and from workload and power."""
    price = _truenorth_pj()
    events = neurons * workload["Hz"] * workload["synapses"]
    heads = dict.fromkeys((*workload, "mW", "V"))
    rows: list[Row] = [
        {"from": "the price, all-in", **heads, **computed({"GSOPS/W": 1e3 / price.value}), "pJ per event": price}
    ]
    for point in powers:
        stated = {**workload, "mW": point["mW"], "V": point["V"]}
        quoted = {name: Figure(value, "quoted at second hand") for name, value in stated.items()}
        own = computed({"GSOPS/W": events / point["mW"] / 1e6, "pJ per event": point["mW"] / events * 1e9})
        rows.append({"from": point["source"], **quoted, **own})
    return rows


def _davies_beside(value: float, unknowns: Sequence[Any] = (), delay: float = 0.0, edp: Sequence[Any] = ()) -> Row:
    if not unknowns:
        return {}
    product = computed({"energy × delay": value * delay}, "a recalled delay")
    recalled = {"unknowns": Figure(*unknowns), "delay ratio": Figure(delay, "recalled")}
    return {**recalled, **product, "energy-delay product": Figure(*edp)}


_PAPERS: dict[str, tuple[Callable[..., Row], Callable[..., list[Row]]]] = {
    "yin": (_yin_beside, _yin_rows),
    "panda": (_panda_beside, _panda_rows),
    "merolla": (_merolla_beside, _merolla_rows),
    "davies": (_davies_beside, list),
}


@cache
def _read() -> dict[str, dict[str, Any]]:
    return published.tables("studies", "papers")
