"""An artificial and a spiking network on the same silicon: ratio, break-even, crossovers, twin, and their faces."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from spikecore.energy import quantity
from spikecore.energy.ann import view
from spikecore.energy.ann.cost import Cost, artificial_cost, spiking_cost, twin_cost
from spikecore.energy.ann.crossover import CROSSOVERS, twin_bits
from spikecore.energy.ann.layers import Layer
from spikecore.energy.ann.network import Network
from spikecore.energy.ann.operations import EffectiveOperations
from spikecore.energy.ann.prices import Silicon
from spikecore.energy.ann.spiking import SPIKING, Spiking
from spikecore.energy.table import Table, page, wide
from spikecore.energy.verdict import EQUAL
from spikecore.files import writing

__all__ = ["Comparison", "compare"]


@dataclass(frozen=True)
class Comparison:
    """An artificial and a spiking network on the same silicon.

    Attributes
    ----------
    network, activity, artificial, spiking : Network, Spiking, Cost, Cost
        The artificial network, what the spiking one does, and what one inference of each takes.
    effective : EffectiveOperations or None
        Multiply-accumulates of a machine that skips zeros; None where it does all.
    twin : Cost or None
        The capacity-matched quantised twin of the spiking network (`crossover`). Of a run, whose layers are unknown, it
        has those of the artificial network; None where these are LSTM or GRU, which no spiking layer corresponds to.
    """

    network: Network
    activity: Spiking
    artificial: Cost
    spiking: Cost
    effective: EffectiveOperations | None = None
    twin: Cost | None = None

    @property
    def costs(self) -> dict[str, Cost]:
        """The networks that are compared, by role: artificial, spiking, and the twin where there is one."""
        costs = {"artificial": self.artificial, "spiking": self.spiking}
        return costs if self.twin is None else {**costs, "twin": self.twin}

    @property
    def ratio(self) -> float:
        """Energy of the artificial over that of the spiking network, inf where that is 0; above 1 spikes take less."""
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
        """Spikes per synapse and pass of the artificial network, which makes `Network.steps` passes per inference."""
        return self.spikes_per_synapse / self.network.steps

    @property
    def sizes(self) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """What is held against each other of the two networks: inputs and outputs of every layer with weights.

        Of a run, whose layers are unknown, it is the synapses; a gated cell has one where it has a weight per gate.
        """
        if not self.activity.layers:
            pairs = sum(layer.synapses // getattr(layer, "gates", 1) for layer in self.network.layers)
            return (pairs,), (round(self.activity.synapses),)
        return _chain(self.network.layers), _chain([active.layer for active in self.activity.layers])

    @property
    def break_even(self) -> float | None:
        """Spikes per synapse and inference at which both cost the same, all rates scaled alike.

        Never reached above the ticks of an inference (`is_break_even_possible`). 0 where the spiking network loses even
        in silence, by its neuron updates; None where it has no spikes to scale.
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
    def unverified(self) -> tuple[str, ...]:
        """Terms whose price was read in no source; where there are any, the comparison has no verdict."""
        return tuple(f"{role}: {name}" for role, cost in self.costs.items() for name in cost.unverified)

    @property
    def doubt(self) -> str:
        """Why there is no winner, empty where there is one.

        ``"unverified"``: a price was read in no source; ``"bound"``: what takes less is a lower bound; ``"band"``: the
        order turns within the published bands of prices; ``"equal"``: both take the same to three digits.
        """
        low, high = self.ratio_band
        if self.unverified:
            return "unverified"
        if self.spiking.is_lower_bound and self.ratio > 1.0:
            return "bound"
        return "equal" if 1.0 / EQUAL < low <= high < EQUAL else "band" if low <= 1.0 <= high else ""

    @property
    def winner(self) -> str | None:
        """``"spiking"`` or ``"artificial"``, whichever takes less; None where that is in `doubt`."""
        return None if self.doubt else "spiking" if self.ratio > 1.0 else "artificial"

    @property
    def verdict(self) -> str:
        """One line: who wins, and what would turn it round, or why nobody does; and where sizes differ, which."""
        line = self._outcome()
        if self.sizes[0] == self.sizes[1]:
            return line
        kind = "" if self.activity.layers else " synapses"
        artificial, spiking = ("-".join(f"{size:,}" for size in sizes) + kind for sizes in self.sizes)
        return f"{line}; the networks differ in size: artificial {artificial}, spiking {spiking}"

    def _outcome(self) -> str:
        if self.winner is None:
            return f"none: {self._reason()}"
        factor = self.ratio if self.winner == "spiking" else _over(1.0, self.ratio)
        start = f"the {self.winner} network takes less, {factor:.3g} times"
        even = self.break_even
        if even is None:
            return f"{start}; it has no spikes"
        if even == 0.0:
            return f"{start}; at no rate would that turn: neuron updates alone cost more"
        if not self.is_break_even_possible:
            most = f"one spike in every tick gives {self.activity.ticks:.3g}"
            return f"{start}; no rate would turn it: that takes {even:.3g} spikes per synapse and inference, and {most}"
        return f"{start}; it turns at {even:.3g} spikes per synapse and inference, now {self.spikes_per_synapse:.3g}"

    def _reason(self) -> str:
        silicon, (low, high) = self.artificial.silicon, self.ratio_band
        if self.doubt == "unverified":
            return f"prices of {silicon.precision} at {silicon.technology} are unverified, read in no source"
        if self.doubt == "bound":
            known = f"by what is known it takes less, {self.ratio:.3g} times"
            return f"the energy of the spiking network is a lower bound, its spikes are unknown; {known}"
        if self.doubt == "equal":
            return "both take the same"
        return f"the order turns within the published bands of prices, where the ratio is {low:.4g} … {high:.4g}"

    def to_dict(self) -> dict[str, Any]:
        """Return all numbers, prices and sources as plain values."""
        activity, even = self.activity, self.break_even
        return {
            "status": "modelled",
            "silicon": vars(self.artificial.silicon) | {},
            "sizes": {role: list(sizes) for role, sizes in zip(self.costs, self.sizes, strict=False)},
            "ratio": self.ratio,
            "ratio_band": list(self.ratio_band),
            "twin_ratio": self.twin_ratio,
            "twin_bits": None if self.twin is None else twin_bits(activity.whole_ticks),
            "counts": {
                "dense_macs": self.network.macs,
                "padding_macs": self.network.padded,
                "effective_macs": None if self.effective is None else self.effective.count,
                "dense_synaptic_operations": activity.synapses * activity.ticks,
                "effective_acs": activity.synaptic_operations.count,
                "analog_macs": activity.analog.count,
                "neuron_updates": activity.neuron_updates,
            },
            "spikes_per_synapse_per_inference": self.spikes_per_synapse,
            "spikes_per_synapse_per_pass": self.spikes_per_synapse_and_pass,
            "break_even_spikes_per_synapse_per_inference": even,
            "break_even_spikes_per_synapse_per_tick": None if even is None else even / activity.ticks,
            "break_even_possible": self.is_break_even_possible,
            "crossovers": [vars(each) | {"verdict": each.verdict(self.spikes_per_synapse)} for each in CROSSOVERS],
            "verdict": self.verdict,
            "doubt": self.doubt,
            "unverified": list(self.unverified),
            "networks": {role: cost.to_dict() for role, cost in self.costs.items()},
        }

    @property
    def table(self) -> Table:
        """The comparison as a table: a row for every priced term, a total for every network."""
        return view.table(self.artificial.silicon, self.costs, self.verdict, self._remarks())

    def _remarks(self) -> list[str]:
        activity, rate = self.activity, self.spikes_per_synapse
        low, high = self.ratio_band
        band = f" ({low:.4g} … {high:.4g})" if low != high else ""
        remarks = [f"ratio, artificial over spiking: {self.ratio:.4g}{band}"]
        if self.twin_ratio is not None:
            remarks.append(f"ratio, twin over spiking: {self.twin_ratio:.4g}")
        if self.unverified:
            remarks.append(f"unverified: {quantity.terms(self.unverified)}")
        dense = f"{activity.synapses * activity.ticks:,.0f} dense, every synapse in every tick"
        remarks.append(f"synaptic operations: {activity.synaptic_operations.count:,.0f} of {dense}")
        remarks.append(f"spikes per synapse and inference: {rate:.4g}")
        remarks += [f"{each.verdict(rate)}: {each.name}, {each.note}" for each in CROSSOVERS]
        if self.network.steps > 1:
            steps, each = self.network.steps, self.spikes_per_synapse_and_pass
            remarks.append(f"these hold for one pass of the artificial network; it makes {steps}, {each:.4g} in each")
        return remarks

    def __str__(self) -> str:
        return self.table.text()

    def _repr_html_(self) -> str:
        return self.table.html()

    def to_pandas(self) -> Any:
        """Return a pandas DataFrame with a row for every priced term of every network; needs pandas."""
        return view.terms(self.costs).pandas()

    def plot(self, where: Any = None) -> Any:
        """Draw the networks as horizontal stacked bars.

        Parameters
        ----------
        where : str, Path or matplotlib Axes, optional
            A file to write, in the format of its suffix, or axes to draw on; new axes by default. ``.svg`` files need
            no other package, all else needs matplotlib.

        Returns
        -------
        Path or Axes
            The file that was written, or the axes.
        """
        return view.bars(self.costs).put(where)

    def to_html(self, file: str | Path) -> Path:
        """Write one self-contained page and return its path."""
        picture = view.bars(self.costs).drawing().svg()
        whole = page("An artificial and a spiking network", wide(picture) + self.table.html())
        return writing.text(writing.path_of("compare", file), whole)


def compare(
    network: Network, spiking: Spiking, silicon: Silicon, *, effective: EffectiveOperations | None = None
) -> Comparison:
    """Compare an artificial and a spiking network on the same silicon.

    Returns ratio, break-even, published crossovers and the capacity-matched twin, all modelled. `effective` are the
    multiply-accumulates of a machine that skips zeros; by default it does all.

    Examples
    --------
    >>> from spikecore.energy.ann import Dense
    >>> network = Network([Dense(784, 128), Dense(128, 10, activation=False)])
    >>> spiking = Spiking.of_rates(network, [0.5], ticks=10, input_rate=0.25)
    >>> comparison = compare(network, spiking, Silicon("int8", None))
    >>> round(comparison.ratio, 2), round(comparison.break_even, 3)
    (21.46, 7.563)
    """
    artificial, events = artificial_cost(network, silicon, effective), spiking_cost(spiking, silicon)
    return Comparison(network, spiking, artificial, events, effective, _twin(network, spiking, silicon))


def _twin(network: Network, spiking: Spiking, silicon: Silicon) -> Cost | None:
    """Return the twin of the spiking network's layers; where they are unknown, of those of the artificial one."""
    layers = [active.layer for active in spiking.layers] or list(network.layers)
    if not all(isinstance(layer, SPIKING) for layer in layers):
        return None
    twin = twin_cost(Network(layers, name=spiking.name), spiking.whole_ticks, silicon)
    if spiking.layers:
        return twin
    both = f"{network.synapses:,} synapses, the run has {spiking.synapses:,.0f}"
    return replace(twin, notes=(f"its layers are those of the artificial network ({both})", *twin.notes))


def _chain(layers: Sequence[Layer]) -> tuple[int, ...]:
    weighted = [layer for layer in layers if layer.macs]
    return layers[0].inputs_per_pass, *(layer.outputs_per_pass for layer in weighted)


def _over(a: float, b: float) -> float:
    return a / b if b else math.inf
