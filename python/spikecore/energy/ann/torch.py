"""Reads a ``torch.nn.Module`` as a `Network`: sizes alone, no values, no gradient; nothing is run.

It knows modules by the names of their classes and reads their attributes, so torch need not be imported. What it does
not know it refuses by name and never skips. The order of execution is that of a ``Sequential``; the code of any other
``forward`` cannot be read, so its children are only taken as registered when the caller says that they run so.
"""

import math
from collections.abc import Iterator
from dataclasses import replace
from operator import floordiv, mod
from typing import Any

from spikecore import checks
from spikecore.energy.ann.convolution import Convolution, Pooling
from spikecore.energy.ann.layers import GRU, LSTM, RNN, BatchNorm, Dense, Layer, Shape
from spikecore.energy.ann.network import Network

__all__ = ["read"]

_ACTIVATIONS = (
    "ReLU", "ReLU6", "LeakyReLU", "ELU", "SELU", "CELU", "GELU", "SiLU", "Mish", "Sigmoid", "LogSigmoid", "Tanh",
    "Hardtanh", "Hardsigmoid", "Hardswish", "Softplus", "Softsign",
)  # fmt: skip
_NOTHING = ("Identity", "Dropout", "Dropout1d", "Dropout2d", "AlphaDropout", "Softmax", "LogSoftmax")
_CONVOLUTIONS = ("Conv1d", "Conv2d")
_POOLINGS = ("MaxPool1d", "MaxPool2d", "AvgPool1d", "AvgPool2d")
_ADAPTIVE = ("AdaptiveAvgPool1d", "AdaptiveAvgPool2d", "AdaptiveMaxPool1d", "AdaptiveMaxPool2d")
_RECURRENT = {"RNN": RNN, "LSTM": LSTM, "GRU": GRU, "RNNCell": RNN, "LSTMCell": LSTM, "GRUCell": GRU}
_NORMS = ("BatchNorm1d", "BatchNorm2d")
_KNOWN = (
    "Sequential", "Linear", "Flatten", *_CONVOLUTIONS, *_POOLINGS, *_ADAPTIVE, *_RECURRENT, *_NORMS,
    *_ACTIVATIONS, *_NOTHING,
)  # fmt: skip


def read(
    module: Any, shape: int | Shape | None = None, *, steps: int = 1, in_order: bool = False, name: str | None = None
) -> Network:
    """Return the network that a module of PyTorch describes.

    Parameters
    ----------
    module, shape : torch.nn.Module, int or tuple of int
        Of Linear, Conv1d, Conv2d, RNN, LSTM, GRU and their cells, MaxPool, AvgPool and adaptive pooling in one and two
        dimensions, BatchNorm, Flatten, activations without parameters, and Dropout; in a Sequential, also nested. A
        layer is taken to have an activation unless it is the last and none follows. Unless the first layer is Linear or
        recurrent it needs the shape of its input without batch and time, channels first.
    in_order : bool
        Take the children of modules with a ``forward`` of their own in the order of their registration, each run once.
        Functions called there, such as ``torch.relu``, are not seen; a tensor flattened there is known by its size.
    steps, name : int, str
        As in `Network`; by default the name of the module's class.

    Raises
    ------
    NetworkError
        With the path of a module that is not known, is used twice, has an unknown size, or does not chain.

    Examples
    --------
    >>> class Linear:  # stands for torch.nn.Linear
    ...     in_features, out_features, bias, _modules = 784, 10, None, {}
    >>> read(Linear()).macs
    7840
    """
    label = name or type(module).__name__
    reader = _Reader(label, None if shape is None else shape if isinstance(shape, tuple) else (shape,), in_order)
    reader.visit(module, label)
    return Network(reader.finished(), steps=steps, name=label)


class _Reader:
    """Walks through the modules with the shape of the values that reach the next one; None where it is unknown."""

    def __init__(self, owner: str, shape: Shape | None, in_order: bool) -> None:
        self.owner, self.shape, self.in_order = owner, shape, in_order
        self.layers, self.seen, self.activated = list[Layer](), set[int](), False

    def visit(self, module: Any, path: str) -> None:
        """Read a module that runs now, by the known name of its class or of the nearest that it is derived from."""
        kind = next((base.__name__ for base in type(module).__mro__ if base.__name__ in _KNOWN), None)
        if id(module) in self.seen and kind not in (*_ACTIVATIONS, *_NOTHING, "Flatten"):
            checks.refuse(self.owner, path, f"{type(module).__name__} used twice", "each module once")
        self.seen.add(id(module))
        children = list(module._modules.items())  # named_children would leave out the second use of a module
        if kind == "Sequential" or (kind is None and children and self.in_order):
            for child, part in children:
                self.visit(part, f"{path}.{child}")
        elif kind is None:
            nested = "a Sequential, or in_order=True where its children run once each as registered"
            checks.refuse(self.owner, path, type(module).__name__, nested if children else ", ".join(_KNOWN))
        elif kind in _ACTIVATIONS:
            self.activated = True
        elif kind == "Flatten":
            if (module.start_dim, module.end_dim) != (1, -1):
                ends = f"{module.start_dim}, {module.end_dim}"
                checks.refuse(self.owner, f"{path}.start_dim, end_dim", ends, "1, -1")
            self.shape = None if self.shape is None else (math.prod(self.shape),)
        elif kind not in _NOTHING:
            for layer in self._layers(kind, module, path):
                self._check_input(path, layer)
                self.layers.append(layer)
                self.shape = layer.output_shape
                self.activated = self.activated and not layer.macs

    def finished(self) -> list[Layer]:
        """Return the layers; the last with weights has an activation only if one followed."""
        weighted = [index for index, layer in enumerate(self.layers) if layer.macs]
        last = self.layers[weighted[-1]] if weighted else None
        if isinstance(last, Dense | Convolution) and not self.activated:
            self.layers[weighted[-1]] = replace(last, activation=False)
        return self.layers

    def _layers(self, kind: str, module: Any, path: str) -> Iterator[Layer]:
        if kind == "Linear":
            yield Dense(module.in_features, module.out_features, bias=_is_set(module.bias))
        elif kind in _CONVOLUTIONS:
            shape = (module.in_channels, *self._planes(path, kind)[1:])
            yield Convolution(
                shape, module.out_channels, module.kernel_size, module.stride, self._padding(module, path),
                module.dilation, module.groups, bias=_is_set(module.bias),
            )  # fmt: skip
        elif kind in _POOLINGS:
            shape, dilation = self._planes(path, kind), getattr(module, "dilation", 1)
            if module.ceil_mode:
                checks.refuse(self.owner, f"{path}.ceil_mode", True, "False")
            yield Pooling(shape, module.kernel_size, module.stride, module.padding, dilation)
        elif kind in _ADAPTIVE:
            yield self._adaptive(module, path, self._planes(path, kind))
        elif kind in _NORMS:
            shape = (module.num_features, *(self.shape or ())[1:])
            yield BatchNorm(shape, bool(module.affine), bool(module.track_running_stats))
        else:
            yield from self._recurrent(kind, module, path)

    def _recurrent(self, kind: str, module: Any, path: str) -> Iterator[Layer]:
        inputs = module.input_size
        if getattr(module, "proj_size", 0):
            checks.refuse(self.owner, f"{path}.proj_size", module.proj_size, "0: projections are not known here")
        both_ways = bool(getattr(module, "bidirectional", False))  # a cell has neither direction nor number
        for _ in range(getattr(module, "num_layers", 1)):
            layer = _RECURRENT[kind](inputs, module.hidden_size, bool(module.bias), both_ways)
            yield layer
            inputs = layer.output_shape[0]

    def _adaptive(self, module: Any, path: str, shape: Shape) -> Pooling:
        wanted, plane = module.output_size, shape[1:]
        sizes = tuple(wanted) if isinstance(wanted, tuple | list) else (wanted,) * len(plane)
        sizes = tuple(have if size is None else size for have, size in zip(plane, sizes, strict=True))
        if any(map(mod, plane, sizes)):
            checks.refuse(self.owner, f"{path}.output_size", f"{sizes}", f"a divisor of {plane}")
        return Pooling(shape, tuple(map(floordiv, plane, sizes)))

    def _padding(self, module: Any, path: str) -> Any:
        if not isinstance(module.padding, str):
            return module.padding
        if module.padding == "valid":
            return 0
        around = tuple(far * (k - 1) for k, far in zip(module.kernel_size, module.dilation, strict=True))
        if any(both % 2 for both in around):
            checks.refuse(self.owner, f"{path}.padding", "'same' with an even kernel", "the same padding on both sides")
        return tuple(both // 2 for both in around)

    def _planes(self, path: str, kind: str) -> Shape:
        """Return the shape of the input, which must have as many dimensions as the name of the module says."""
        dimensions, where = int(kind[-2]), f"shape before {path}"
        if self.shape is None:
            checks.refuse(self.owner, where, "unknown", "the shape of the input, given to read")
        if len(self.shape) != dimensions + 1:
            checks.refuse(self.owner, where, f"{self.shape}", f"channels and {dimensions} dimension(s)")
        return self.shape

    def _check_input(self, path: str, layer: Layer) -> None:
        """Refuse a layer that takes other values than reach it."""
        taken, is_flat = layer.input_shape, isinstance(layer, Dense)
        if self.shape not in (None, taken) and not (is_flat and math.prod(self.shape or ()) == layer.inputs_per_pass):
            allowed = f"{self.shape}, which the module before gives"
            checks.refuse(self.owner, f"the input of {path}", f"{taken}", allowed)


def _is_set(bias: Any) -> bool:
    return bias is not None and bias is not False
