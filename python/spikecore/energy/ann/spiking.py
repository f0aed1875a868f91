"""What a spiking network does in one inference: synaptic operations, neuron updates, spikes.

A user describes it by layer sizes and rates, or by the counts of a run. Rates multiply dense counts once, here, and
nowhere else (`operations`).
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from spikecore import checks, printed
from spikecore.energy.ann.convolution import Convolution, Pooling
from spikecore.energy.ann.layers import RNN, BatchNorm, Dense, Layer
from spikecore.energy.ann.network import PARSED, Network
from spikecore.energy.ann.operations import DenseOperations, EffectiveOperations, Rate
from spikecore.errors import NetworkError

__all__ = ["SPIKING", "LayerActivity", "Spiking"]

SPIKING = (Dense, Convolution, RNN, Pooling, BatchNorm)
"""Layers that a spiking network may have."""
_NEEDED = object()
"""Stands for a count that must be known."""
_UPDATES = ("neuron_updates", "updates_done", "updates_active")


@dataclass(frozen=True)
class LayerActivity:
    """What one layer does in one inference.

    Attributes
    ----------
    layer, arriving, own, analog_passes : Layer, Rate, Rate, int
        Its sizes, spikes per input value, spikes per neuron of the layer, and how often an analog input is multiplied
        through: 0 where spikes arrive.
    """

    layer: Layer
    arriving: Rate
    own: Rate
    analog_passes: int = 0

    @property
    def spikes_in(self) -> float:
        """Spikes that arrive."""
        return self.layer.inputs_per_pass * self.arriving.spikes

    @property
    def spikes_out(self) -> float:
        """Spikes that the neurons of the layer emit."""
        return self.layer.neurons * self.own.spikes

    @property
    def synaptic_operations(self) -> EffectiveOperations:
        """Weights applied because of a spike: synapses × the rate of their sources."""
        recurrent = 0
        if isinstance(self.layer, RNN):
            recurrent = self.layer.synapses * self.layer.units // (self.layer.inputs + self.layer.units)
        own = DenseOperations(recurrent) * self.own
        return own if self.analog_passes else DenseOperations(self.layer.synapses - recurrent) * self.arriving + own

    @property
    def padded(self) -> EffectiveOperations:
        """What published formulas count of arriving spikes beside these: the weights of a kernel on the padding."""
        return DenseOperations(0 if self.analog_passes else self.layer.padded) * self.arriving

    @property
    def analog(self) -> DenseOperations:
        """Multiply-accumulates of an analog input, those on the padding included."""
        return DenseOperations(self.layer.macs * self.analog_passes)


@dataclass(frozen=True)
class Spiking:
    """A spiking network in one inference, made by `of_rates`, by `of_ledger`, or by hand from counts.

    Attributes
    ----------
    synapses, ticks, neuron_updates : float
        Pairs of neurons that a weight connects and length of an inference, > 0; neurons × ticks, or updates done, ≥ 0.
    synaptic_operations, padded, analog : EffectiveOperations, EffectiveOperations, DenseOperations
        Weights applied because of a spike, what published formulas count on the padding of convolutions beside these,
        and multiply-accumulates of an analog first layer; bare numbers are a `TypeError`.
    spikes, layers : float or None, tuple of LayerActivity
        Spikes, input spikes included, None where not known; layers are empty where only counts are known.

    Examples
    --------
    >>> counted = Spiking(synapses=1000, synaptic_operations=EffectiveOperations(500), neuron_updates=100, ticks=10)
    >>> counted.spikes_per_synapse
    0.5
    """

    synapses: float
    synaptic_operations: EffectiveOperations
    neuron_updates: float
    ticks: float
    spikes: float | None = None
    analog: DenseOperations = field(default=DenseOperations(0))
    layers: tuple[LayerActivity, ...] = ()
    name: str = "spiking network"
    padded: EffectiveOperations = field(default=EffectiveOperations(0))

    __repr__ = printed.record

    def __post_init__(self) -> None:
        checks.name("spiking network", "name", self.name)
        kinds = {"synaptic_operations": EffectiveOperations, "padded": EffectiveOperations, "analog": DenseOperations}
        for name, kind in kinds.items():
            checks.instance(self.name, name, getattr(self, name), kind)
        checks.number(self.name, "synapses", self.synapses, above=0.0, high=1e30)
        checks.number(self.name, "neuron_updates", self.neuron_updates, low=0.0, high=1e30)
        checks.number(self.name, "ticks", self.ticks, above=0.0, high=1e30)

    @property
    def whole_ticks(self) -> int:
        """Length of an inference in whole ticks, ≥ 1."""
        return max(1, round(self.ticks))

    @property
    def spikes_per_synapse(self) -> float:
        """Spikes per synapse and inference, the quantity of the published crossovers."""
        return self.synaptic_operations.count / self.synapses

    @classmethod
    def of_rates(
        cls,
        network: Network,
        rates: Sequence[Rate | float],
        *,
        ticks: int,
        input_rate: Rate | float | None = None,
        analog_passes: int = 0,
    ) -> "Spiking":
        """Return what a network does at these rates; every tick updates all layers but poolings, a read-out too.

        Parameters
        ----------
        network, rates : Network, sequence of Rate or float
            `Dense`, `Convolution`, `RNN` (neurons with recurrent synapses), `Pooling` and `BatchNorm`; and spikes per
            neuron and inference (`Rate.per_tick`, `Rate.hertz`), at most one per tick, of every layer with neurons and
            every pooling.
        ticks, input_rate, analog_passes : int, Rate or float, int
            Length of an inference, ≥ 1; and either spikes per input value in it, or how often an analog input is
            multiplied through the first layer: 1 where it is constant and the result is kept, `ticks` where it is not.

        Raises
        ------
        NetworkError
            If rates do not fit the layers, `input_rate` does not exclude `analog_passes`, or a layer cannot spike.

        Examples
        --------
        >>> network = Network([Dense(784, 128), Dense(128, 10, activation=False)])
        >>> spiking = Spiking.of_rates(network, [0.5], ticks=10, input_rate=0.25)
        >>> spiking.synaptic_operations, spiking.neuron_updates
        (EffectiveOperations(count=25728.0), 1380)
        """
        checks.instance("spiking network", "network", network, Network, PARSED)
        name = network.name
        checks.instance(name, "rates", rates, Collection, " of rates, one per layer with neurons and per pooling")
        ticks = checks.count(name, "ticks", ticks, low=1)
        passes = checks.count(name, "analog_passes", analog_passes)
        if (input_rate is None) == (passes == 0):
            checks.refuse(name, "input_rate", input_rate, "a rate, or else analog_passes ≥ 1", analog_passes=passes)
        arriving = Rate(0.0) if input_rate is None else Rate.of(input_rate)
        layers = _activities(network, [Rate.of(rate) for rate in rates], ticks, arriving, passes)
        updated = (active.layer for active in layers if not isinstance(active.layer, Pooling))
        return cls(
            synapses=network.synapses,
            synaptic_operations=sum((active.synaptic_operations for active in layers), EffectiveOperations(0)),
            neuron_updates=ticks * sum(layer.outputs_per_pass for layer in updated),
            ticks=ticks,
            spikes=layers[0].spikes_in + sum(active.spikes_out for active in layers),
            analog=sum((active.analog for active in layers), DenseOperations(0)),
            layers=layers,
            name=name,
            padded=sum((active.padded for active in layers), EffectiveOperations(0)),
        )

    @classmethod
    def of_ledger(cls, ledger: Any, *, inferences: int | None = None, updates: str = "neuron_updates") -> "Spiking":
        """Return what a run did, per inference; a count that is missing or unknown is a `NetworkError`.

        Parameters
        ----------
        ledger, inferences, updates : Ledger, mapping or any object, int, str
            Counts named ``synapses``, ``synaptic_operations``, ``ticks`` and `updates`, ``spikes`` if it has them; of
            how many inferences, ≥ 1, by default its ``samples``, those of a batch, or 1 where it names none; and
            ``"neuron_updates"`` of a clocked machine, or ``"updates_done"`` or ``"updates_active"``.

        Examples
        --------
        >>> counts = {"synapses": 100, "synaptic_operations": 400, "neuron_updates": 200, "ticks": 20}
        >>> Spiking.of_ledger(counts, inferences=2).spikes_per_synapse
        2.0
        """
        checks.choice("ledger", "updates", updates, _UPDATES)
        synapses = _count(ledger, "synapses")
        samples = _count(ledger, "samples", otherwise=1) if inferences is None else inferences
        share = 1.0 / checks.count("ledger", "inferences", samples, low=1)
        spikes = _count(ledger, "spikes", otherwise=None)
        return cls(
            synapses=synapses,
            synaptic_operations=EffectiveOperations(_count(ledger, "synaptic_operations") * share),
            neuron_updates=_count(ledger, updates) * share,
            ticks=_count(ledger, "ticks") * share,
            spikes=None if spikes is None else spikes * share,
            name="run",
        )


def _activities(
    network: Network, rates: list[Rate], ticks: int, arriving: Rate, passes: int
) -> tuple[LayerActivity, ...]:
    """Walk through the layers: what leaves one arrives at the next."""
    name, remaining, rated = network.name, iter(rates), sum(map(_has_rate, network.layers))
    activities: list[LayerActivity] = []
    if len(rates) != rated:
        checks.refuse(name, "the number of rates", len(rates), f"{rated}, one per layer with neurons and per pooling")
    for index, layer in enumerate(network.layers):
        if isinstance(layer, BatchNorm):
            continue
        if not isinstance(layer, SPIKING):
            checks.refuse(name, f"layer {index}", layer.kind, "Dense, Convolution, RNN, Pooling or BatchNorm to spike")
        own = next(remaining) if _has_rate(layer) else Rate(0.0)
        if layer.neurons and own.spikes > ticks:
            checks.refuse(name, f"the rate of layer {index}", own.spikes, f"at most {ticks}, one spike per tick")
        activities.append(LayerActivity(layer, arriving, own, 0 if activities else passes))
        arriving = own
    silent = [active.layer for active in activities[:-1] if not _has_rate(active.layer)]
    if silent:
        checks.refuse(name, "activation", f"False in {silent[0]}", "False in the last layer alone")
    return tuple(activities)


def _has_rate(layer: Layer) -> bool:
    """Return whether spikes leave a layer: it has neurons, or passes on what its source emits."""
    return bool(layer.neurons) or isinstance(layer, Pooling)


def _count(ledger: Any, name: str, otherwise: Any = _NEEDED) -> Any:
    """Return a count of a ledger, checked, or something else where it does not know it."""
    value = ledger.get(name) if isinstance(ledger, Mapping) else getattr(ledger, name, None)
    if value is not None:
        return checks.number("ledger", name, value, low=0.0, high=1e30)
    if otherwise is _NEEDED:
        msg = f"ledger: {name} is unknown; a comparison needs it"
        raise NetworkError(msg, parameter=name)
    return otherwise
