"""Implicit connection rules: a dense matrix, a convolution, a pooling.

Their synapses are computed when a spike arrives, from weights that are stored once, and are never
expanded: a spike adds a row of the matrix, or the kernel, to its targets. All synapses of such a
projection have one delay. Otherwise they behave like explicit synapses: spikes are bit-identical to
those of the expanded network.

Planes of neurons are flattened channel by channel, row by row: neuron ``(c, y, x)`` of a population of
shape ``(channels, rows, columns)`` is number ``(c * rows + y) * columns + x``, as in
``array.reshape(-1)``.
"""

from dataclasses import dataclass, field
from typing import Any, cast

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spikecore import _native, checks, printed, windows
from spikecore.arrays import closed
from spikecore.keywords import Spelled

__all__ = ["Convolution", "Dense", "Implicit", "Pooling", "implicit_to_native", "matrix"]

_Pair = tuple[int, int]
_Shape = tuple[int, int, int]


@dataclass(frozen=True, eq=False)
class Dense(Spelled):
    """Every source to every target, weighted by a matrix that is stored as it is.

    For matrices without structure: it takes 4 bytes per weight (`f32`), 2 in `q16`, and a spike adds
    one contiguous row. Weights of zero are synapses like others; for a matrix that is mostly zero give
    a sparse one instead.

    Parameters
    ----------
    weights : array_like of float, shape (sources, targets)
        In pA (mV for `LIFDelta` targets). The array is copied. A linear layer of PyTorch has shape
        (targets, sources): give ``Dense(linear.weight.T)``.

    Raises
    ------
    NetworkError
        If `weights` is not two-dimensional or holds a number that is not finite.

    Notes
    -----
    When the sources ``s`` fire together, target ``t`` receives ``sum_s weights[s, t]``, summed in
    ascending order of ``s``.

    Examples
    --------
    >>> import numpy as np
    >>> import spikecore as sc
    >>> net = sc.Network(dt=1.0)
    >>> a, b = net.population(3, sc.LIF()), net.population(2, sc.LIF())
    >>> net.connect(a, b, sc.Dense(np.ones((3, 2))), delay=1.0)
    Projection('population0' -> 'population1', Dense(3 -> 2))
    """

    weights: "ArrayLike"

    def __post_init__(self) -> None:
        """Check and copy the matrix."""
        weights = checks.array("Dense", "weights", _plain(self.weights))
        if weights.ndim != 2:
            checks.refuse("Dense", "the shape of weights", f"{weights.shape}", "two dimensions: (sources, targets)")
        checks.kept(self, weights=closed(weights))

    @property
    def shape(self) -> _Pair:
        """Sizes of the source and of the target."""
        return cast("_Pair", np.shape(self.weights))

    def __repr__(self) -> str:
        """Show the two sizes."""
        return f"Dense({self.shape[0]} -> {self.shape[1]})"


class _Planes(Spelled):
    """What a convolution and a pooling have in common: windows that move over planes."""

    input_shape: _Shape
    stride: _Pair
    padding: _Pair

    window: _Pair
    channels: int

    @property
    def output_shape(self) -> _Shape:
        """Channels, rows and columns of the target; rows = (rows + 2 padding - window) // stride + 1."""
        planes = zip(self.input_shape[1:], self.window, self.stride, self.padding, strict=True)
        rows, columns = (windows.positions(*dimension) for dimension in planes)
        return (self.channels, rows, columns)

    def __repr__(self) -> str:
        """Show the two shapes."""
        return f"{type(self).__name__}({self.input_shape} -> {self.output_shape})"


@dataclass(frozen=True, eq=False, repr=False)
class Convolution(_Planes):
    """A kernel that moves over planes of neurons; stored once and never expanded.

    Parameters
    ----------
    kernel : array_like of float, shape (c_out, c_in / groups, rows, columns)
        Weights in pA (mV for `LIFDelta` targets), as of PyTorch's ``conv2d``: cross-correlation. The
        array is copied.
    shape : (int, int, int)
        Channels, rows and columns of the source, each ≥ 1.
    stride : int or (int, int)
        Rows and columns from one output to the next, 1 … 65,535.
    padding : int or (int, int)
        Rows and columns without neurons around the source, 0 … 65,535.
    groups : int
        Divides the channels of source and target into as many groups that are connected one to one.

    Attributes
    ----------
    input_shape, output_shape : (int, int, int)
        Channels, rows and columns of the source and of the target.
    window : (int, int)
        Rows and columns of the sources that reach a target.
    channels : int
        Channels of the target.

    Raises
    ------
    NetworkError
        If the kernel has not four dimensions, holds a number that is not finite, does not fit the
        channels and groups, or exceeds the padded source.

    Notes
    -----
    The weight from ``(c, y, x)`` to ``(o, Y, X)``, of one group, is

    ``kernel[o, c - first channel of the group, y + padding - Y stride, x + padding - X stride]``

    where those indices exist; elsewhere there is no synapse.

    References
    ----------
    The definition of ``torch.nn.functional.conv2d`` in the documentation of PyTorch, with dilation 1.

    Examples
    --------
    >>> import numpy as np
    >>> import spikecore as sc
    >>> edges = sc.Convolution(np.ones((16, 2, 5, 5)), shape=(2, 34, 34), stride=2)
    >>> edges
    Convolution((2, 34, 34) -> (16, 15, 15))
    >>> net = sc.Network()
    >>> a = net.spike_source(2 * 34 * 34, times=([7], [1.0]))
    >>> b = net.population(int(np.prod(edges.output_shape)), sc.LIF())
    >>> _ = net.connect(a, b, edges, delay=0.1)
    >>> net.forecast(workers=1).synapses
    180000
    """

    kernel: "ArrayLike"
    shape: _Shape
    stride: Any = 1
    padding: Any = 0
    groups: int = 1
    input_shape: _Shape = field(init=False)
    window: _Pair = field(init=False)
    channels: int = field(init=False)

    def __post_init__(self) -> None:
        """Check and copy everything."""
        name = "Convolution"
        kernel = checks.array(name, "kernel", _plain(self.kernel))
        if kernel.ndim != 4 or 0 in kernel.shape:
            allowed = "four dimensions: (c_out, c_in / groups, rows, columns)"
            checks.refuse(name, "the shape of kernel", f"{kernel.shape}", allowed)
        checks.kept(self, kernel=closed(kernel))
        groups = checks.whole(name, "groups", self.groups)
        _set_geometry(self, name, (kernel.shape[2], kernel.shape[3]), kernel.shape[0], groups)
        channels = self.input_shape[0]
        if kernel.shape[1] != channels // groups:
            expected = (kernel.shape[0], channels // groups, *kernel.shape[2:])
            allowed = f"{expected} for {channels} channels in {groups} groups"
            checks.refuse(name, "the shape of kernel", f"{kernel.shape}", allowed)


@dataclass(frozen=True, eq=False, repr=False)
class Pooling(_Planes):
    """Every target sums the spikes of a window of sources of its channel.

    All synapses have the one weight that `Network.connect` is given: with ``weight=w / size**2`` a
    target gets the average of its window times ``w``. Max pooling is not offered: it is no sum of
    spikes, so no synapses do it.

    Parameters
    ----------
    size : int or (int, int)
        Rows and columns of a window, 1 … 65,535.
    shape : (int, int, int)
        Channels, rows and columns of the source, each ≥ 1.
    stride : int or (int, int), optional
        Rows and columns from one window to the next, 1 … 65,535; `size` by default, so that windows do
        not overlap. What is left at the end of rows and columns has no synapse.
    padding : int or (int, int)
        Rows and columns without neurons around the source, at most half of `size`.

    Attributes
    ----------
    input_shape, output_shape : (int, int, int)
        Channels, rows and columns of the source and of the target.
    window : (int, int)
        Rows and columns of the sources that reach a target.
    channels : int
        Channels of the target.

    Raises
    ------
    NetworkError
        If a value is outside its range or a window exceeds the padded source.

    Notes
    -----
    A `Convolution` with a kernel of equal weights and as many groups as channels.

    References
    ----------
    The definition of ``torch.nn.functional.avg_pool2d`` in the documentation of PyTorch, with
    ``ceil_mode=False`` and ``divisor_override=1``.

    Examples
    --------
    >>> import spikecore as sc
    >>> pool = sc.Pooling(2, shape=(16, 15, 15))
    >>> pool.output_shape
    (16, 7, 7)
    >>> net = sc.Network()
    >>> a, b = net.population(16 * 15 * 15, sc.LIF()), net.population(16 * 7 * 7, sc.LIF())
    >>> net.connect(a, b, pool, weight=100.0 / 4, delay=0.1)
    Projection('population0' -> 'population1', Pooling((16, 15, 15) -> (16, 7, 7)))
    """

    size: Any
    shape: _Shape
    stride: Any = None
    padding: Any = 0
    input_shape: _Shape = field(init=False)
    window: _Pair = field(init=False)
    channels: int = field(init=False)

    def __post_init__(self) -> None:
        """Check everything."""
        size = _pair("Pooling", "size", self.size)
        checks.kept(self, size=size, stride=size if self.stride is None else self.stride)
        _set_geometry(self, "Pooling", size)


Implicit = Dense | Convolution | Pooling
"""Every kind of implicit rule."""


def _set_geometry(rule: Any, name: str, window: _Pair, channels: int | None = None, groups: int | None = None) -> None:
    """Put the geometry into `rule`, which has the channels of the source by default; the engine checks it."""
    shape = _triple(name, rule.shape)
    stride, padding = _pair(name, "stride", rule.stride), _pair(name, "padding", rule.padding)
    geometry = {"shape": shape, "input_shape": shape, "stride": stride, "padding": padding, "window": window}
    checks.kept(rule, **geometry, channels=shape[0] if channels is None else channels)
    if groups is not None:
        checks.kept(rule, groups=groups)
    _native.check_rule(implicit_to_native(rule))


def implicit_to_native(rule: "Implicit") -> tuple[Any, ...]:
    """Return a rule in the border's form."""
    if isinstance(rule, Dense):
        return ("dense",)
    geometry = rule.input_shape, rule.channels, rule.window, rule.stride, rule.padding
    if isinstance(rule, Convolution):
        return ("convolution", *geometry, rule.groups)
    return ("pooling", *geometry, rule.channels)


def _triple(name: str, value: Any) -> _Shape:
    if not isinstance(value, tuple | list) or len(value) != 3:
        checks.refuse(name, "shape", printed.value(value), "three numbers: (channels, rows, columns)")
    parts = zip(("channels", "rows", "columns"), value, strict=True)
    return cast("_Shape", tuple(checks.whole(name, f"{part} of shape", n) for part, n in parts))


def _pair(name: str, parameter: str, value: Any) -> _Pair:
    """Return one number, or one for rows and one for columns, as two."""
    if isinstance(value, tuple | list):
        if len(value) != 2:
            checks.refuse(name, parameter, printed.value(value), "one number, or two: (rows, columns)")
        both = tuple(value)
    else:
        both = (value, value)
    return cast("_Pair", tuple(checks.whole(name, parameter, n) for n in both))


def _plain(values: Any) -> Any:
    """Return what numpy can read: a tensor that requires a gradient has to be detached from its graph."""
    return values.detach() if hasattr(values, "detach") else values


def matrix(rule: Dense | Convolution) -> NDArray[np.float64]:
    """Return all weights of a rule, flat, in C order."""
    values = rule.weights if isinstance(rule, Dense) else rule.kernel
    return cast("NDArray[np.float64]", values).ravel()
