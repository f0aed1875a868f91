"""Layers of artificial networks by their sizes.

A layer knows its shapes, its weights and the multiply-accumulates of one pass. It knows no values, no
prices and no rates. Counted are products of a weight and a value, and inside gated cells of two
values. Not counted, as in NeuroBench and in the published formulas: biases, activation functions,
comparisons and sums of a pooling, batch normalisation (it folds into the weights before it).
"""

import math
from dataclasses import dataclass, field
from typing import Any, ClassVar, NamedTuple

from spikecore import checks

__all__ = ["GRU", "LSTM", "RNN", "BatchNorm", "Buffer", "Convolution", "Dense", "Layer", "Pooling", "Recurrent"]

Shape = tuple[int, ...]
_MOST = 2**31


class Buffer(NamedTuple):
    """Values that a program stores beside its parameters: running means, constants, delayed inputs.

    Attributes
    ----------
    name : str
        What is stored.
    elements : int
        How many.
    bytes_each : int
        Bytes of one.
    """

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
    weights, biases : int
        Numbers that are trained.
    macs : int
        Multiply-accumulates of one pass, biases excluded.
    synapses : int
        Pairs of an input and an output that a weight connects; a kernel counts at every position.
    neurons : int
        Values that get an activation function; the neurons of a spiking network of the same shape.
    state : int
        Values kept from one pass to the next.
    buffers : tuple of Buffer
        What is stored beside the parameters.
    """

    kind: ClassVar[str] = "Layer"

    input_shape: Shape = field(init=False, repr=False, default=())
    output_shape: Shape = field(init=False, repr=False, default=())
    weights: int = field(init=False, repr=False, default=0)
    biases: int = field(init=False, repr=False, default=0)
    macs: int = field(init=False, repr=False, default=0)
    synapses: int = field(init=False, repr=False, default=0)
    neurons: int = field(init=False, repr=False, default=0)
    state: int = field(init=False, repr=False, default=0)
    buffers: tuple[Buffer, ...] = field(init=False, repr=False, default=())

    def __str__(self) -> str:
        """Show the kind and the two shapes."""
        return f"{self.kind} {shown(self.input_shape)} → {shown(self.output_shape)}"

    def _know(self, **facts: Any) -> None:
        for name, value in facts.items():
            object.__setattr__(self, name, value)

    def _checked(self, name: str, low: int = 1) -> int:
        value = checks.count(self.kind, name, getattr(self, name), low=low, high=_MOST)
        object.__setattr__(self, name, value)
        return value

    def _shape(self, shape: Any) -> Shape:
        sizes = shape if isinstance(shape, tuple | list) else (shape,)
        return tuple(checks.count(self.kind, "shape", size, low=1, high=_MOST) for size in sizes)


@dataclass(frozen=True)
class Dense(Layer):
    """Every input to every output: inputs × outputs weights.

    Parameters
    ----------
    inputs, outputs : int
        Sizes, ≥ 1.
    bias : bool
        Whether each output has a bias.
    activation : bool
        Whether an activation function, or in a spiking network a neuron, follows.

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
    kind: ClassVar[str] = "Dense"

    def __post_init__(self) -> None:
        """Check the sizes."""
        n, m = self._checked("inputs"), self._checked("outputs")
        self._know(input_shape=(n,), output_shape=(m,), weights=n * m, macs=n * m, synapses=n * m)
        self._know(biases=m * self.bias, neurons=m * self.activation)


@dataclass(frozen=True)
class _Window(Layer):
    """A window that moves over one or two dimensions.

    Attributes
    ----------
    window, strides : tuple of int
        Its size, and its steps from one output to the next.
    """

    window: Shape = field(init=False, repr=False, default=())
    strides: Shape = field(init=False, repr=False, default=())

    def _move(self, shape: Any, kernel: Any, stride: Any, padding: Any, dilation: Any) -> tuple[Shape, Shape]:
        """Check, and return the shape of the input and the sizes of an output plane."""
        source = self._shape(shape)
        if len(source) not in (2, 3):
            checks.refuse(self.kind, "shape", f"{source}", "(channels, length) or (channels, rows, columns)")
        window, steps, pads, far = (
            self._wide(name, value, len(source) - 1, low)
            for name, value, low in (
                ("kernel", kernel, 1),
                ("stride", stride, 1),
                ("padding", padding, 0),
                ("dilation", dilation, 1),
            )
        )
        free = [size + 2 * pad - f * (k - 1) - 1 for size, k, pad, f in zip(source[1:], window, pads, far, strict=True)]
        if min(free) < 0:
            checks.refuse(self.kind, "kernel", f"{window}", f"at most the padded input of shape {source}")
        self._know(shape=source, kernel=window, stride=steps, padding=pads, dilation=far)
        self._know(input_shape=source, window=window, strides=steps)
        return source, tuple(room // step + 1 for room, step in zip(free, steps, strict=True))

    def _wide(self, name: str, value: Any, length: int, low: int) -> Shape:
        values = tuple(value) if isinstance(value, tuple | list) else (value,) * length
        if len(values) != length:
            checks.refuse(self.kind, f"the length of {name}", len(values), f"{length}, one per dimension")
        return tuple(checks.count(self.kind, name, one, low=low, high=_MOST) for one in values)


@dataclass(frozen=True)
class Convolution(_Window):
    """A kernel that moves over one or two dimensions.

    Parameters
    ----------
    shape : (int, int) or (int, int, int)
        Channels and length, or channels, rows and columns of the input.
    channels : int
        Channels of the output.
    kernel, stride, padding, dilation : int or tuple of int
        As in PyTorch, one number per dimension or one for all.
    groups : int
        Divides both numbers of channels.
    bias, activation : bool
        As in `Dense`; there is one bias per output channel.

    Raises
    ------
    NetworkError
        If a size is out of range, or the kernel exceeds the padded input.

    Notes
    -----
    Multiply-accumulates are ``C_out · prod(out) · C_in / groups · prod(kernel)``. Positions of the kernel
    that fall on the padding are counted, as in the published formulas.

    Examples
    --------
    >>> layer = Convolution((1, 28, 28), 2, 7)
    >>> layer.output_shape, layer.macs, layer.weights
    ((2, 22, 22), 47432, 98)
    """

    shape: Shape
    channels: int
    kernel: int | Shape
    stride: int | Shape = 1
    padding: int | Shape = 0
    dilation: int | Shape = 1
    groups: int = 1
    bias: bool = True
    activation: bool = True
    kind: ClassVar[str] = "Convolution"

    def __post_init__(self) -> None:
        """Check the sizes."""
        source, plane = self._move(self.shape, self.kernel, self.stride, self.padding, self.dilation)
        targets, groups = self._checked("channels"), self._checked("groups")
        for name, value in (("channels of the input", source[0]), ("channels", targets)):
            if value % groups:
                checks.refuse(self.kind, name, value, f"a multiple of groups = {groups}")
        weights = targets * source[0] // groups * math.prod(self.window)
        macs, outputs = weights * math.prod(plane), targets * math.prod(plane)
        self._know(output_shape=(targets, *plane), weights=weights, macs=macs, synapses=macs)
        self._know(biases=targets * self.bias, neurons=outputs * self.activation)


@dataclass(frozen=True)
class Pooling(_Window):
    """Mean or maximum of a window; no weights, no multiply-accumulates.

    Parameters
    ----------
    shape : (int, int) or (int, int, int)
        Channels and length, or channels, rows and columns of the input.
    kernel : int or tuple of int
        The window.
    stride : int or tuple of int, optional
        The window's by default.
    padding, dilation : int or tuple of int
        As in PyTorch.

    Examples
    --------
    >>> Pooling((16, 8, 8), 2).output_shape
    (16, 4, 4)
    """

    shape: Shape
    kernel: int | Shape
    stride: int | Shape | None = None
    padding: int | Shape = 0
    dilation: int | Shape = 1
    kind: ClassVar[str] = "Pooling"

    def __post_init__(self) -> None:
        """Check the sizes."""
        stride = self.kernel if self.stride is None else self.stride
        source, plane = self._move(self.shape, self.kernel, stride, self.padding, self.dilation)
        self._know(output_shape=(source[0], *plane))


@dataclass(frozen=True)
class BatchNorm(Layer):
    """Batch normalisation: two parameters per channel, running mean and variance, a counter of batches.

    No operations are counted: at inference it folds into the weights before it.

    Parameters
    ----------
    shape : int or tuple of int
        Number of values, or channels first and the other sizes.
    affine, tracked : bool
        Whether it has the parameters, and the running values, as in PyTorch.

    Examples
    --------
    >>> layer = BatchNorm(32)
    >>> layer.weights + layer.biases, sum(b.elements * b.bytes_each for b in layer.buffers)
    (64, 264)
    """

    shape: int | Shape
    affine: bool = True
    tracked: bool = True
    kind: ClassVar[str] = "BatchNorm"

    def __post_init__(self) -> None:
        """Check the sizes."""
        shape = self._shape(self.shape)
        n = shape[0]
        stored = (Buffer("running mean", n), Buffer("running variance", n), Buffer("batches tracked", 1, 8))
        self._know(input_shape=shape, output_shape=shape, buffers=stored if self.tracked else ())
        self._know(weights=n * self.affine, biases=n * self.affine)


@dataclass(frozen=True)
class Recurrent(Layer):
    """A layer that sees its last output: `RNN`, `LSTM` or `GRU`.

    Parameters
    ----------
    inputs, units : int
        Sizes, ≥ 1.
    bias : bool
        Two biases per unit and gate, as in PyTorch: one for each matrix.
    bidirectional : bool
        Whether a second copy reads the sequence backwards.

    Notes
    -----
    With g gates, p products of two values per unit, m inputs and n units, one step takes
    ``g (m n + n²) + p n`` multiply-accumulates, in each direction.
    """

    inputs: int
    units: int
    bias: bool = True
    bidirectional: bool = False
    gates: ClassVar[int] = 1
    products: ClassVar[int] = 0
    states: ClassVar[int] = 1

    def __post_init__(self) -> None:
        """Check the sizes."""
        m, n = self._checked("inputs"), self._checked("units")
        copies = 2 if self.bidirectional else 1
        weights = copies * self.gates * n * (m + n)
        self._know(input_shape=(m,), output_shape=(copies * n,), weights=weights, synapses=weights)
        self._know(macs=weights + copies * self.products * n, biases=copies * self.gates * n * 2 * self.bias)
        self._know(neurons=copies * n, state=copies * self.states * n)


@dataclass(frozen=True)
class RNN(Recurrent):
    """A recurrent layer, ``h ← f(W x + U h)``; in a spiking network, neurons with recurrent synapses.

    Examples
    --------
    >>> RNN(25, 5).macs
    150
    """

    kind: ClassVar[str] = "RNN"


@dataclass(frozen=True)
class LSTM(Recurrent):
    """Long short-term memory: four gates, and three products per unit (f·c, i·g, o·tanh c).

    Examples
    --------
    >>> LSTM(25, 5).macs
    615
    """

    kind: ClassVar[str] = "LSTM"
    gates: ClassVar[int] = 4
    products: ClassVar[int] = 3
    states: ClassVar[int] = 2


@dataclass(frozen=True)
class GRU(Recurrent):
    """Gated recurrent unit: three gates, and three products per unit (r·U h, (1-z)·n, z·h).

    Examples
    --------
    >>> GRU(25, 5).macs
    465
    """

    kind: ClassVar[str] = "GRU"
    gates: ClassVar[int] = 3
    products: ClassVar[int] = 3


def shown(shape: Shape) -> str:
    """Return sizes as ``16×8×8``."""
    return "×".join(str(size) for size in shape)
