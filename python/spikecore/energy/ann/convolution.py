"""Layers whose weights or whose mean move over one or two dimensions: `Convolution` and `Pooling`."""

import math
from dataclasses import dataclass, field
from typing import Any

from spikecore import checks, windows
from spikecore.energy.ann.layers import Layer, Shape

__all__ = ["Convolution", "Pooling"]


@dataclass(frozen=True)
class _Window(Layer):
    """A window of a size that moves over one or two dimensions, by strides from one output to the next."""

    window: Shape = field(init=False, repr=False, default=())
    strides: Shape = field(init=False, repr=False, default=())

    def _move(self, shape: Any, kernel: Any, stride: Any, padding: Any, dilation: Any) -> tuple[Shape, Shape]:
        """Check and keep everything; return the shape of the input and the sizes of an output plane."""
        source = self._sizes("shape", shape)
        if len(source) not in (2, 3):
            checks.refuse(self.kind, "shape", f"{source}", "(channels, length) or (channels, rows, columns)")
        dimensions = len(source) - 1
        window = self._each("kernel", kernel, dimensions, 1)
        steps = self._each("stride", stride, dimensions, 1)
        pads = self._each("padding", padding, dimensions, 0)
        spread = self._each("dilation", dilation, dimensions, 1)
        plane = tuple(map(windows.positions, source[1:], window, steps, pads, spread))
        if min(plane) < 1:
            checks.refuse(self.kind, "kernel", f"{window}", f"at most the padded input of shape {source}")
        checks.kept(self, shape=source, kernel=window, stride=steps, padding=pads, dilation=spread)
        checks.kept(self, input_shape=source, window=window, strides=steps)
        return source, plane

    def _each(self, name: str, value: Any, dimensions: int, low: int) -> Shape:
        """Return one number per dimension."""
        if isinstance(value, tuple | list) and len(value) != dimensions:
            checks.refuse(self.kind, f"the length of {name}", len(value), f"{dimensions}, one per dimension")
        return self._sizes(name, value, low, dimensions)


@dataclass(frozen=True)
class Convolution(_Window):
    """A kernel that moves over one or two dimensions.

    It takes ``C_out · prod(out) · C_in / groups · prod(kernel)`` multiply-accumulates, those on the padding included.

    Parameters
    ----------
    shape, channels : (int, int) or (int, int, int), int
        Channels and length, or channels, rows and columns of the input; channels of the output.
    kernel, stride, padding, dilation : int or tuple of int
        As in PyTorch, one number per dimension or one for all; the padded input must hold the kernel.
    groups, bias, activation : int, bool, bool
        A divisor of both numbers of channels; whether there is a bias per output channel, and the rest as in `Dense`.

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

    def __post_init__(self) -> None:
        source, plane = self._move(self.shape, self.kernel, self.stride, self.padding, self.dilation)
        targets, groups = self._size("channels"), self._size("groups")
        for name, value in (("channels of the input", source[0]), ("channels", targets)):
            if value % groups:
                checks.refuse(self.kind, name, value, f"a multiple of groups = {groups}")
        weights = targets * source[0] // groups * math.prod(self.window)
        macs, outputs = weights * math.prod(plane), targets * math.prod(plane)
        checks.kept(self, output_shape=(targets, *plane), weights=weights, macs=macs, synapses=macs)
        checks.kept(self, biases=targets * self.bias, neurons=outputs * self.activation)


@dataclass(frozen=True)
class Pooling(_Window):
    """Mean or maximum of a window; no weights, no multiply-accumulates.

    Parameters and errors are those of `Convolution`; `stride` is the window's size by default.

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

    def __post_init__(self) -> None:
        stride = self.kernel if self.stride is None else self.stride
        source, plane = self._move(self.shape, self.kernel, stride, self.padding, self.dilation)
        checks.kept(self, output_shape=(source[0], *plane))
