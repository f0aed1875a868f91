"""Against artificial networks: the same silicon, once with activations and once with spikes.

Describe an ANN, RNN, LSTM, GRU or CNN by its layer sizes, or read a ``torch.nn.Module``
(`torch_module.read`); describe the spiking network by sizes and rates, or take a run's ledger; name
the silicon; compare.

Examples
--------
>>> from spikecore.energy import artificial as art
>>> lstm = art.parse("700-128r-128r-20", cell="lstm", steps=100)
>>> sizes = art.parse("700-128r-128r-20", bias=False)
>>> rates = [art.Rate.per_tick(0.05, ticks=100)] * 2
>>> spiking = art.Spiking.of_rates(sizes, rates, ticks=100, input_rate=art.Rate.per_tick(0.02, ticks=100))
>>> found = art.compare(lstm, spiking, art.Silicon("int32", "sram-32KB"))
>>> round(found.ratio, 1), round(found.spikes_per_synapse, 2)
(144.8, 3.1)
>>> print(found)  # doctest: +ELLIPSIS
One inference, modelled: 45nm, int32, sram-32KB (64-bit accesses), ideal reuse, batch 1
...
>>> print(found.verdict)  # doctest: +NORMALIZE_WHITESPACE
the spiking network takes less, 145 times; no rate would turn it: that takes 512 spikes per synapse and inference, and
one spike in every tick gives 100
"""

import math
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from spikecore import printed
from spikecore.energy.activity import SPIKING, LayerActivity, Spiking
from spikecore.energy.architecture import Network, parse
from spikecore.energy.cost import Cost, Silicon, Term, artificial_cost, spiking_cost, twin_cost
from spikecore.energy.formulas import capacity
from spikecore.energy.formulas.crossover import CROSSOVERS
from spikecore.energy.formulas.operations import DenseOperations, Density, EffectiveOperations, Rate
from spikecore.energy.layers import GRU, LSTM, RNN, BatchNorm, Buffer, Convolution, Dense, Layer, Pooling
from spikecore.energy.text import joules

__all__ = [
    "GRU",
    "LSTM",
    "RNN",
    "BatchNorm",
    "Buffer",
    "Comparison",
    "Convolution",
    "Cost",
    "Dense",
    "DenseOperations",
    "Density",
    "EffectiveOperations",
    "Layer",
    "LayerActivity",
    "Network",
    "Pooling",
    "Rate",
    "Silicon",
    "Spiking",
    "Term",
    "artificial_cost",
    "compare",
    "parse",
    "spiking_cost",
    "twin_cost",
]


@dataclass(frozen=True)
class Comparison:
    """An artificial and a spiking network on the same silicon.

    Attributes
    ----------
    network : Network
        The artificial network.
    activity : Spiking
        What the spiking network does.
    artificial, spiking : Cost
        What one inference takes.
    effective : EffectiveOperations or None
        Multiply-accumulates of a machine that skips zeros; None where it does all.
    twin : Cost or None
        The capacity-matched quantised twin of the spiking network: it sees the number of spikes of an
        inference and not their times. Of a run, whose layers are unknown, it has those of the artificial network; None
        where these are LSTM or GRU, which no spiking layer corresponds to.
    """

    network: Network
    activity: Spiking
    artificial: Cost
    spiking: Cost
    effective: EffectiveOperations | None = None
    twin: Cost | None = None

    @property
    def ratio(self) -> float:
        """Energy of the artificial over that of the spiking network; above 1 the spiking one wins."""
        return _over(self.artificial.energy_j, self.spiking.energy_j)

    @property
    def ratio_band(self) -> tuple[float, float]:
        """The ratio at the lower and at the upper end of the prices, both networks at the same end, sorted."""
        low, high = sorted((self.ratio, _over(self.artificial.high_j, self.spiking.high_j)))
        return low, high

    @property
    def twin_ratio(self) -> float | None:
        """Energy of the capacity-matched twin over that of the spiking network; None without a twin."""
        return None if self.twin is None else _over(self.twin.energy_j, self.spiking.energy_j)

    @property
    def spikes_per_synapse(self) -> float:
        """Spikes per synapse and inference."""
        return self.activity.spikes_per_synapse

    @property
    def spikes_per_synapse_and_pass(self) -> float:
        """Spikes per synapse and pass of the artificial network; it makes several where it runs over a sequence."""
        return self.spikes_per_synapse / self.network.steps

    @property
    def break_even(self) -> float | None:
        """Spikes per synapse and inference at which both cost the same, all rates scaled alike.

        No neuron spikes more than once per tick, so above the ticks of an inference it is never reached
        (`is_break_even_possible`). 0 where the spiking network loses even in silence, by its neuron updates; None
        where it has no spikes to scale.
        """
        variable = self.spiking.with_spikes_j
        if not variable:
            return None
        spare = self.artificial.energy_j - (self.spiking.energy_j - variable)
        return max(0.0, spare * self.spikes_per_synapse / variable)

    @property
    def is_break_even_possible(self) -> bool:
        """Whether there is a break-even at some rate up to one spike per tick."""
        even = self.break_even
        return even is not None and 0.0 < even <= self.activity.ticks

    @property
    def verdict(self) -> str:
        """One line: who wins, and what would turn it round."""
        now, even = self.spikes_per_synapse, self.break_even
        who = "the spiking network takes less" if self.ratio > 1.0 else "the artificial network takes less"
        factor = f"{self.ratio if self.ratio > 1.0 else _over(1.0, self.ratio):.3g} times"
        if even is None:
            return f"{who}, {factor}; it has no spikes"
        if even == 0.0:
            return f"{who}, {factor}; at no rate would that turn: neuron updates alone cost more"
        if not self.is_break_even_possible:
            needed = f"that takes {even:.3g} spikes per synapse and inference"
            most = f"one spike in every tick gives {self.activity.ticks:.3g}"
            return f"{who}, {factor}; no rate would turn it: {needed}, and {most}"
        return f"{who}, {factor}; it turns at {even:.3g} spikes per synapse and inference, now {now:.3g}"

    def to_dict(self) -> dict[str, Any]:
        """Return all numbers, prices and sources as plain values."""
        costs = {"artificial": self.artificial, "spiking": self.spiking, "twin": self.twin}
        activity = self.activity
        return {
            "status": "modelled",
            "silicon": vars(self.artificial.silicon) | {},
            "ratio": self.ratio,
            "ratio_band": list(self.ratio_band),
            "twin_ratio": self.twin_ratio,
            "twin_bits": None if self.twin is None else capacity.twin_bits(_whole_ticks(activity)),
            "counts": {
                "dense_macs": self.network.macs,
                "effective_macs": None if self.effective is None else self.effective.count,
                "dense_synaptic_operations": activity.synapses * activity.ticks,
                "effective_acs": activity.synaptic_operations.count,
                "analog_macs": activity.analog.count,
                "neuron_updates": activity.neuron_updates,
            },
            "spikes_per_synapse_per_inference": self.spikes_per_synapse,
            "spikes_per_synapse_per_pass": self.spikes_per_synapse_and_pass,
            "break_even_spikes_per_synapse_per_inference": self.break_even,
            "break_even_spikes_per_synapse_per_tick": _per(self.break_even, self.activity.ticks),
            "break_even_possible": self.is_break_even_possible,
            "crossovers": [{**vars(one), "verdict": one.verdict(self.spikes_per_synapse)} for one in CROSSOVERS],
            "verdict": self.verdict,
            "networks": {role: _cost(cost) for role, cost in costs.items() if cost is not None},
        }

    def __str__(self) -> str:
        """Return the comparison as an aligned table."""
        silicon = self.artificial.silicon
        place = (
            "arithmetic alone" if silicon.memory is None else f"{silicon.memory} ({silicon.access_bits}-bit accesses)"
        )
        head = f"{silicon.technology}, {silicon.precision}, {place}, {silicon.reuse} reuse, batch {silicon.batch}"
        text = [f"One inference, modelled: {head}"]
        text += [*_table("artificial: ", self.artificial), *_table("spiking: ", self.spiking)]
        dense, done = self.activity.synapses * self.activity.ticks, self.activity.synaptic_operations.count
        text.append(f"    synaptic operations: {done:,.0f} of {dense:,.0f} dense, every synapse in every tick")
        text += [] if self.twin is None else _table("", self.twin)
        low, high = self.ratio_band
        band = f" ({low:.4g} … {high:.4g})" if low != high else ""
        text.append(f"  ratio, artificial over spiking: {self.ratio:.4g}{band}")
        if self.twin_ratio is not None:
            text.append(f"  ratio, twin over spiking: {self.twin_ratio:.4g}")
        text.append(f"  spikes per synapse and inference: {self.spikes_per_synapse:.4g}")
        text += [f"    {one.verdict(self.spikes_per_synapse)}: {one.name}, {one.note}" for one in CROSSOVERS]
        if self.network.steps > 1:
            each = f"{self.spikes_per_synapse_and_pass:.4g} spikes per synapse and pass"
            text.append(
                f"    these are for one pass of the artificial network; here it makes {self.network.steps}: {each}"
            )
        text.append(f"  {self.verdict}")
        return "\n".join(map(printed.shown, text))

    def _repr_html_(self) -> str:
        from spikecore.energy import artificial_faces

        return artificial_faces.fragment(self)

    def to_pandas(self) -> Any:
        """Return a pandas DataFrame with a row for every priced term of every network; needs pandas."""
        from spikecore.energy import artificial_faces

        return artificial_faces.table(self)

    def plot(self, axes: Any = None) -> Any:
        """Draw the networks as horizontal stacked bars with matplotlib and return the axes; new ones by default."""
        from spikecore.energy import artificial_faces

        return artificial_faces.plot(self, axes)

    def to_html(self, file: str | Path) -> Path:
        """Write one self-contained page and return its path."""
        from spikecore.energy import artificial_faces

        return artificial_faces.write(self, file)


def compare(
    network: Network, spiking: Spiking, silicon: Silicon, *, effective: EffectiveOperations | None = None
) -> Comparison:
    """Compare an artificial and a spiking network on the same silicon.

    Parameters
    ----------
    network : Network
        The artificial network.
    spiking : Spiking
        The spiking network.
    silicon : Silicon
        Precision, memory, technology, reuse and batch of both.
    effective : EffectiveOperations, optional
        Multiply-accumulates of a machine that skips zeros; by default it does all.

    Returns
    -------
    Comparison
        Ratio, break-even, published crossovers, capacity-matched twin; all modelled.

    Examples
    --------
    >>> network = Network([Dense(784, 128), Dense(128, 10, activation=False)])
    >>> spiking = Spiking.of_rates(network, [0.5], ticks=10, input_rate=0.25)
    >>> found = compare(network, spiking, Silicon("int8", None))
    >>> round(found.ratio, 2), round(found.break_even, 3)
    (21.46, 7.563)
    """
    artificial, events = artificial_cost(network, silicon, effective), spiking_cost(spiking, silicon)
    return Comparison(network, spiking, artificial, events, effective, _twin(network, spiking, silicon))


def _twin(network: Network, spiking: Spiking, silicon: Silicon) -> Cost | None:
    """Return the twin of the spiking network's layers; where they are unknown, of those of the artificial one."""
    sizes = [one.layer for one in spiking.layers] or list(network.layers)
    if not all(isinstance(layer, SPIKING) for layer in sizes):
        return None
    twin = twin_cost(Network(sizes, name=spiking.name), _whole_ticks(spiking), silicon)
    if spiking.layers:
        return twin
    both = f"{network.synapses:,} synapses, the run has {spiking.synapses:,.0f}"
    return replace(twin, notes=(f"its layers are those of the artificial network ({both})", *twin.notes))


def _whole_ticks(spiking: Spiking) -> int:
    return max(1, round(spiking.ticks))


def _over(a: float, b: float) -> float:
    return a / b if b else math.inf


def _per(value: float | None, ticks: float) -> float | None:
    return None if value is None else value / ticks


def _cost(cost: Cost) -> dict[str, Any]:
    return {
        "name": cost.name,
        "energy_j": cost.energy_j,
        "high_j": cost.high_j,
        "memory_share": cost.memory_j / cost.energy_j if cost.energy_j else 0.0,
        "terms": [vars(term) | {} for term in cost.terms],
        "notes": list(cost.notes),
    }


def _table(role: str, cost: Cost) -> list[str]:
    share = cost.memory_j / cost.energy_j if cost.energy_j else 0.0
    rows = [f"  {role}{cost.name}: {joules(cost.energy_j)}, memory {share:.0%}"]
    for term in cost.terms:
        band = f" … {joules(term.high_j)}" if term.high_j != term.energy_j else ""
        rows.append(f"    {term.name:<34}{term.count:>16,.0f} {term.unit:<4}{joules(term.energy_j):>11}{band}")
    return rows + [f"    note: {note}" for note in cost.notes]
