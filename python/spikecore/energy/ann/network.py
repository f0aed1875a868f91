"""Artificial networks: layers in a row whose sizes chain, and the notation of papers for them."""

import re
from collections.abc import Collection, Iterable, Sequence
from itertools import pairwise
from typing import TypeVar

from spikecore import checks, printed
from spikecore.energy.ann.layers import GRU, LSTM, RNN, Buffer, Dense, Layer, Recurrent, shown
from spikecore.energy.ann.operations import DenseOperations, Density, EffectiveOperations
from spikecore.errors import NetworkError

__all__ = ["CELLS", "PARSED", "Network", "parse"]

Record = TypeVar("Record", Layer, Buffer)
PARSED = ', as parse("64-32-10") or torch.read makes one'
"""Where a network is from, in the message to a caller who has none."""


class Network:
    """Layers, one after the other, whose sizes chain.

    Parameters
    ----------
    layers, buffers : sequence of Layer, sequence of Buffer
        At least one layer, and what is stored beside their parameters. A shape flattens by itself where a `Dense` or a
        recurrent layer follows; sizes that do not chain are a `NetworkError`.
    steps, name : int, str
        How often the whole network runs in one inference, ≥ 1: the length of the sequence; and a name for reports.

    Attributes
    ----------
    macs, padded, neurons, synapses, weights, parameters : int
        Sums over the layers: of `Layer.macs` and those on the padding in all steps of one inference, of neurons and
        synapses in one step, of the weights that multiply, and of all numbers that are trained.

    Examples
    --------
    >>> from spikecore.energy.ann import BatchNorm
    >>> network = Network([Dense(96, 32), BatchNorm(32), Dense(32, 48), BatchNorm(48), Dense(48, 2)])
    >>> network.macs, network.parameters, network.footprint_bytes()
    (4704, 4946, 20440)
    >>> Network([Dense(96, 32), Dense(30, 2)])
    Traceback (most recent call last):
    ...
    spikecore.errors.NetworkError: network: layer 1 (Dense 30 → 2) takes 30 values, layer 0 (Dense 96 → 32) gives 32
    """

    def __init__(
        self, layers: Sequence[Layer], *, steps: int = 1, buffers: Sequence[Buffer] = (), name: str = "network"
    ) -> None:
        self.name = name = checks.name("network", "name", name)
        self.layers = _records(name, "layer", layers, Layer)
        self.steps = checks.count(name, "steps", steps, low=1)
        self.buffers = _records(name, "buffer", buffers, Buffer)
        if not self.layers:
            checks.refuse(name, "the number of layers", 0, "≥ 1")
        for index, (before, layer) in enumerate(pairwise(self.layers), start=1):
            self._check_chain(index, before, layer)
        self.macs = self.steps * sum(layer.macs for layer in self.layers)
        self.padded = self.steps * sum(layer.padded for layer in self.layers)
        self.weights = sum(layer.weights for layer in self.layers if layer.macs)
        self.parameters = sum(layer.weights + layer.biases for layer in self.layers)
        self.synapses = sum(layer.synapses for layer in self.layers)
        self.neurons = sum(layer.neurons for layer in self.layers)

    def _check_chain(self, index: int, before: Layer, layer: Layer) -> None:
        offered, taken = before.output_shape, layer.input_shape
        is_flat = isinstance(layer, Dense | Recurrent)
        if offered == taken or (is_flat and before.outputs_per_pass == layer.inputs_per_pass):
            return
        own = f"layer {index} ({layer.ends()}) takes {shown(taken)} values"
        msg = f"{self.name}: {own}, layer {index - 1} ({before.ends()}) gives {shown(offered)}"
        raise NetworkError(msg, parameter=f"layers[{index}]", value=taken, allowed=offered)

    def dense(self) -> DenseOperations:
        """Return the multiply-accumulates of one inference, those on the padding too, as a count to be thinned out."""
        return DenseOperations(self.macs)

    def effective(
        self, activations: Sequence[Density | float], weights: Sequence[Density | float] | None = None
    ) -> EffectiveOperations:
        """Return the multiply-accumulates with neither a zero input nor a zero weight, zeros of both independent.

        `activations` and `weights` are the shares of input values and of weights that are not zero, 0 … 1, one per
        layer with multiply-accumulates; of weights all by default.

        Examples
        --------
        >>> Network([Dense(100, 10), Dense(10, 5)]).effective([1.0, 0.5])
        EffectiveOperations(count=1025.0)
        """
        layers = [layer for layer in self.layers if layer.macs]
        kept = [1.0] * len(layers) if weights is None else weights
        for name, shares in (("activations", activations), ("weights", kept)):
            checks.instance(self.name, name, shares, Collection, " of shares, one per layer")
            if len(shares) != len(layers):
                checks.refuse(self.name, f"the number of {name}", len(shares), f"{len(layers)}, one per layer")
        total = EffectiveOperations(0)
        for layer, active, nonzero in zip(layers, activations, kept, strict=True):
            total += DenseOperations(self.steps * (layer.macs - layer.padded)) * Density.of(active).joint(
                Density.of(nonzero)
            )
        return total

    def footprint_bytes(self, parameter_bytes: int = 4) -> int:
        """Return the bytes of all parameters and buffers, NeuroBench's footprint."""
        stored = [*self.buffers, *(buffer for layer in self.layers for buffer in layer.buffers)]
        return self.parameters * parameter_bytes + sum(buffer.elements * buffer.bytes_each for buffer in stored)

    def __repr__(self) -> str:
        sizes = [shown(self.layers[0].input_shape), *(shown(layer.output_shape) for layer in self.layers)]
        steps = f", {self.steps} steps" if self.steps > 1 else ""
        return printed.console(f"Network({printed.shown(self.name)}: {' -> '.join(sizes)}{steps})")


def _records(owner: str, kind: str, entries: Iterable[Record], record: type[Record]) -> tuple[Record, ...]:
    """Return layers or buffers, each checked."""
    checks.instance(owner, f"{kind}s", entries, Iterable, f" of {record.__name__}")
    kept = tuple(entries)
    for index, entry in enumerate(kept):
        checks.instance(owner, f"{kind} {index}", entry, record)
    return kept


CELLS = {"rnn": RNN, "lstm": LSTM, "gru": GRU}
"""Recurrent layers by the names of their cells."""


def parse(text: str, *, cell: str = "rnn", steps: int = 1, bias: bool = True, name: str | None = None) -> Network:
    """Return the network of a chain of sizes as papers print it; any other text is a `NetworkError`.

    Parameters
    ----------
    text, cell : str, {"rnn", "lstm", "gru"}
        Sizes joined by ``-``; an ``r`` marks a layer of such cells, as in ``"700-128r-128r-20"``. The last layer has no
        activation: it is read out.
    steps, bias, name : int, bool, str
        Length of the sequence, whether layers have biases, and a name, by default the text.

    Examples
    --------
    >>> parse("700-128r-128r-20", bias=False).parameters
    141312
    """
    checks.choice("network", "cell", cell, tuple(CELLS))
    checks.instance("network", "text", text, str, ' of sizes, such as "700-128r-128r-20"')
    sizes = re.split("[-–]", text)
    if len(sizes) < 2 or not all(re.fullmatch(r"[1-9]\d{0,9}r?", size) for size in sizes) or sizes[0].endswith("r"):
        checks.refuse("network", "sizes", text, 'two or more sizes, as "700-128r-128r-20"')
    widths = [int(size.removesuffix("r")) for size in sizes]
    layers: list[Layer] = []
    for index, (before, width) in enumerate(pairwise(widths), start=1):
        dense = Dense(before, width, bias=bias, activation=index < len(sizes) - 1)
        layers.append(CELLS[cell](before, width, bias=bias) if sizes[index].endswith("r") else dense)
    return Network(layers, steps=steps, name=text if name is None else name)
