"""Layers of artificial networks by their sizes: `Dense`, `BatchNorm` and the recurrent ones.

Invariant: a layer knows its shapes, its weights and the multiply-accumulates of one pass, and no values, prices or
rates. It counts products of a weight and a value, and inside gated cells of two values. As in NeuroBench and in the
published formulas it does not count biases, activation functions, comparisons and sums of a pooling, and batch
normalisation, which folds into the weights before it. A size that is out of range is a `NetworkError`.
"""

import math
from dataclasses import dataclass, field
from typing import Any, ClassVar, NamedTuple

from spikecore import checks, printed

__all__ = ["GRU", "LSTM", "RNN", "BatchNorm", "Buffer", "Dense", "Layer", "Recurrent", "Shape", "shown"]

Shape = tuple[int, ...]
MOST = 2**31
"""The largest size of a layer along one dimension."""


class Buffer(NamedTuple):
    """Values that a program stores beside its parameters, with the bytes of one: running means, delayed inputs."""

    name: str
    elements: int
    bytes_each: int = 4


@dataclass(frozen=True)
class Layer:
    """What every layer knows of itself; use one of its kinds.

    Attributes
    ----------
    input_shape, output_shape : tuple of int
        Values without batch and time, channels first.
    weights, biases, macs, padded, synapses : int
        Numbers that are trained; multiply-accumulates of one pass without biases, and of these those on the padding;
        and pairs of an input and an output that a weight connects, a kernel at every position, none on the padding.
    neurons, state, buffers : int, int, tuple of Buffer
        Values that get an activation function, the neurons of a spiking network of the same shape; values kept from one
        pass to the next; and what is stored beside the parameters.
    """

    input_shape: Shape = field(init=False, repr=False, default=())
    output_shape: Shape = field(init=False, repr=False, default=())
    weights: int = field(init=False, repr=False, default=0)
    biases: int = field(init=False, repr=False, default=0)
    macs: int = field(init=False, repr=False, default=0)
    padded: int = field(init=False, repr=False, default=0)
    synapses: int = field(init=False, repr=False, default=0)
    neurons: int = field(init=False, repr=False, default=0)
    state: int = field(init=False, repr=False, default=0)
    buffers: tuple[Buffer, ...] = field(init=False, repr=False, default=())

    @property
    def kind(self) -> str:
        """The name of its class."""
        return type(self).__name__

    @property
    def inputs_per_pass(self) -> int:
        """Values that enter in one pass."""
        return math.prod(self.input_shape)

    @property
    def outputs_per_pass(self) -> int:
        """Values that leave in one pass."""
        return math.prod(self.output_shape)

    def __str__(self) -> str:
        return printed.console(self.ends())

    def ends(self) -> str:
        """Return what it is and the shapes of its two ends."""
        return f"{self.kind} {shown(self.input_shape)} → {shown(self.output_shape)}"

    def _keep(self, source: Shape, result: Shape, weights: int = 0, **facts: Any) -> None:
        """Keep what follows from the sizes; a weight is one synapse, multiplied once, unless `facts` say otherwise."""
        once = {"weights": weights, "macs": weights, "synapses": weights}
        checks.kept(self, input_shape=source, output_shape=result, **{**once, **facts})

    def _switches(self, *names: str) -> None:
        """Check fields that are True or False; counts are multiplied by them."""
        checks.kept(self, **{name: checks.switch(self.kind, name, getattr(self, name)) for name in names})

    def _size(self, name: str) -> int:
        """Check one size, keep it as a plain int and return it."""
        (value,) = self._sizes(name, getattr(self, name), dimensions=1)
        checks.kept(self, **{name: value})
        return value

    def _sizes(self, name: str, value: Any, low: int = 1, dimensions: int | None = None) -> Shape:
        """Return checked sizes, one per dimension where their number is known; a single one stands for all."""
        sizes = tuple(value) if isinstance(value, tuple | list) else (value,) * (dimensions or 1)
        if dimensions not in (None, len(sizes)):
            checks.refuse(self.kind, f"the length of {name}", len(sizes), f"{dimensions}, one per dimension")
        return tuple(checks.count(self.kind, name, size, low=low, high=MOST) for size in sizes)


@dataclass(frozen=True)
class Dense(Layer):
    """Every input to every output: inputs × outputs weights.

    Parameters
    ----------
    inputs, outputs, bias, activation : int, int, bool, bool
        Sizes, 1 … 2³¹; whether each output has a bias, and an activation function or, in a spiking network, a neuron.

    Examples
    --------
    >>> layer = Dense(784, 128)
    >>> layer.macs, layer.weights + layer.biases
    (100352, 100480)
    """

    inputs: int
    outputs: int
    bias: bool = True
    activation: bool = True

    def __post_init__(self) -> None:
        n, m = self._size("inputs"), self._size("outputs")
        self._switches("bias", "activation")
        self._keep((n,), (m,), n * m, biases=m * self.bias, neurons=m * self.activation)


@dataclass(frozen=True)
class BatchNorm(Layer):
    """Batch normalisation: two parameters per channel, running mean and variance, a counter of batches.

    Parameters
    ----------
    shape, affine, tracked : int or tuple of int, bool, bool
        Values, or channels first and the other sizes; whether it has the parameters, and the running values.

    Examples
    --------
    >>> layer = BatchNorm(32)
    >>> layer.weights + layer.biases, sum(buffer.elements * buffer.bytes_each for buffer in layer.buffers)
    (64, 264)
    """

    shape: int | Shape
    affine: bool = True
    tracked: bool = True

    def __post_init__(self) -> None:
        shape = self._sizes("shape", self.shape)
        if not shape:
            checks.refuse(self.kind, "shape", shape, "one size or more")
        self._switches("affine", "tracked")
        n = shape[0]
        stored = (Buffer("running mean", n), Buffer("running variance", n), Buffer("batches tracked", 1, 8))
        trained = {"weights": n * self.affine, "biases": n * self.affine}
        self._keep(shape, shape, macs=0, synapses=0, buffers=stored if self.tracked else (), **trained)


@dataclass(frozen=True)
class Recurrent(Layer):
    """A layer that sees its last output: `RNN`, `LSTM` or `GRU`.

    With g gates, p products of two values per unit, m inputs and n units, one step takes ``g (m n + n²) + p n``
    multiply-accumulates, in each direction.

    Parameters
    ----------
    inputs, units, bias, bidirectional : int, int, bool, bool
        Sizes, 1 … 2³¹; whether there are two biases per unit and gate, one for each matrix, as in PyTorch, and whether
        a second copy reads the sequence backwards.

    Examples
    --------
    >>> RNN(25, 5).macs, LSTM(25, 5).macs, GRU(25, 5).macs
    (150, 615, 465)
    """

    inputs: int
    units: int
    bias: bool = True
    bidirectional: bool = False
    gates: ClassVar[int] = 1
    products: ClassVar[int] = 0
    states: ClassVar[int] = 1

    def __post_init__(self) -> None:
        m, n = self._size("inputs"), self._size("units")
        self._switches("bias", "bidirectional")
        copies = 2 if self.bidirectional else 1
        units, own = copies * n, copies * self.gates * n
        facts = {"biases": 2 * own * self.bias, "neurons": units, "state": self.states * units}
        self._keep((m,), (units,), own * (m + n), macs=own * (m + n) + self.products * units, **facts)


@dataclass(frozen=True)
class RNN(Recurrent):
    """A recurrent layer, ``h ← f(W x + U h)``; in a spiking network, neurons with recurrent synapses."""


@dataclass(frozen=True)
class LSTM(Recurrent):
    """Long short-term memory: four gates, and three products per unit (f·c, i·g, o·tanh c)."""

    gates: ClassVar[int] = 4
    products: ClassVar[int] = 3
    states: ClassVar[int] = 2


@dataclass(frozen=True)
class GRU(Recurrent):
    """Gated recurrent unit: three gates, and three products per unit (r·U h, (1-z)·n, z·h)."""

    gates: ClassVar[int] = 3
    products: ClassVar[int] = 3


def shown(shape: Shape) -> str:
    """Return sizes as ``16×8×8``."""
    return "×".join(str(size) for size in shape)
