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

    def _move(self, shape: Any, kernel: Any, stride: Any, padding: Any, dilation: Any) -> tuple[Shape, Shape, int]:
        """Check and keep everything; return the shape of the input, the sizes of an output plane, and what is seen."""
        source = self._sizes("shape", shape)
        if len(source) not in (2, 3):
            checks.refuse(self.kind, "shape", f"{source}", "(channels, length) or (channels, rows, columns)")
        dimensions = len(source) - 1
        window, steps = (self._sizes(*own, 1, dimensions) for own in (("kernel", kernel), ("stride", stride)))
        pads, spread = self._sizes("padding", padding, 0, dimensions), self._sizes("dilation", dilation, 1, dimensions)
        moves = (source[1:], window, steps, pads, spread)
        plane = tuple(map(windows.positions, *moves))
        if min(plane) < 1:
            checks.refuse(self.kind, "kernel", f"{window}", f"at most the padded input of shape {source}")
        checks.kept(self, shape=source, kernel=window, stride=steps, padding=pads, dilation=spread)
        checks.kept(self, window=window, strides=steps)
        return source, plane, math.prod(map(windows.seen, *moves))


@dataclass(frozen=True)
class Convolution(_Window):
    """A kernel that moves over one or two dimensions.

    It takes ``C_out · prod(out) · C_in / groups · prod(kernel)`` multiply-accumulates, those on the padding included,
    as counters of operations give them. Its synapses are those of the engine: a kernel finds none on the padding.

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
    >>> padded = Convolution((1, 8, 8), 1, 3, padding=1)
    >>> padded.macs, padded.synapses
    (576, 484)
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
        source, plane, seen = self._move(self.shape, self.kernel, self.stride, self.padding, self.dilation)
        targets, groups = self._size("channels"), self._size("groups")
        self._switches("bias", "activation")
        for name, value in (("channels of the input", source[0]), ("channels", targets)):
            if value % groups:
                checks.refuse(self.kind, name, value, f"a multiple of groups = {groups}")
        weights = targets * source[0] // groups * math.prod(self.window)
        positions = math.prod(plane)
        macs, synapses = weights * positions, targets * source[0] // groups * seen
        counts = {"macs": macs, "padded": macs - synapses, "synapses": synapses, "biases": targets * self.bias}
        self._keep(source, (targets, *plane), weights, **counts, neurons=targets * positions * self.activation)


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
        source, plane, _ = self._move(self.shape, self.kernel, stride, self.padding, self.dilation)
        self._keep(source, (source[0], *plane))
