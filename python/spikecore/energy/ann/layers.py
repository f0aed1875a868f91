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
    weights, biases, macs, synapses : int
        Numbers that are trained, multiply-accumulates of one pass without biases, and pairs of an input and an output
        that a weight connects; a kernel counts at every position.
    neurons, state, buffers : int, int, tuple of Buffer
        Values that get an activation function, the neurons of a spiking network of the same shape; values kept from one
        pass to the next; and what is stored beside the parameters.
    """

    input_shape: Shape = field(init=False, repr=False, default=())
    output_shape: Shape = field(init=False, repr=False, default=())
    weights: int = field(init=False, repr=False, default=0)
    biases: int = field(init=False, repr=False, default=0)
    macs: int = field(init=False, repr=False, default=0)
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
        return printed.console(self.ends("->"))

    def ends(self, arrow: str = "→") -> str:
        """Return what it is and the shapes of its two ends."""
        return f"{self.kind} {shown(self.input_shape)} {arrow} {shown(self.output_shape)}"

    def _size(self, name: str) -> int:
        """Check one size, keep it as a plain int and return it."""
        value = checks.count(self.kind, name, getattr(self, name), low=1, high=MOST)
        checks.kept(self, **{name: value})
        return value

    def _sizes(self, name: str, value: Any, low: int = 1, dimensions: int = 1) -> Shape:
        """Return checked sizes; a single number stands for all dimensions."""
        sizes = tuple(value) if isinstance(value, tuple | list) else (value,) * dimensions
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
        checks.kept(self, input_shape=(n,), output_shape=(m,), weights=n * m, macs=n * m, synapses=n * m)
        checks.kept(self, biases=m * self.bias, neurons=m * self.activation)


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
        n = shape[0]
        stored = (Buffer("running mean", n), Buffer("running variance", n), Buffer("batches tracked", 1, 8))
        checks.kept(self, input_shape=shape, output_shape=shape, buffers=stored if self.tracked else ())
        checks.kept(self, weights=n * self.affine, biases=n * self.affine)


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
        copies = 2 if self.bidirectional else 1
        weights = copies * self.gates * n * (m + n)
        checks.kept(self, input_shape=(m,), output_shape=(copies * n,), weights=weights, synapses=weights)
        checks.kept(self, macs=weights + copies * self.products * n, biases=copies * self.gates * n * 2 * self.bias)
        checks.kept(self, neurons=copies * n, state=copies * self.states * n)


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
