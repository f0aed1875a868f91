"""Reads a ``torch.nn.Module`` as a `Network`: sizes alone, no values, no gradient; nothing is run.

It knows modules by the names of their classes and reads their attributes, so torch need not be imported. What it does
not know it refuses by name and never skips: modules or parameters inside a known one, a ``forward`` put over its own,
hooks. The order of execution is that of a ``Sequential``; the code of any other ``forward`` cannot be read, so its
children are only taken as registered when the caller says that they run so.
"""

import math
from collections.abc import Iterator
from dataclasses import replace
from operator import floordiv, mod
from typing import Any

from spikecore import checks, printed
from spikecore.energy import published
from spikecore.energy.ann.convolution import Convolution, Pooling
from spikecore.energy.ann.layers import BatchNorm, Buffer, Dense, Layer, Shape
from spikecore.energy.ann.network import CELLS, Network

__all__ = ["read"]

_KNOWN = {name: kind for kind, names in published.tables("ann", "modules").items() for name in names}
"""What each class of PyTorch is read as."""
_RUN = ("forward", "__call__", "_call_impl", "_wrapped_call_impl", "_slow_forward", "_conv_forward")
"""What runs when a module is called."""


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
        With the path of a module that is not known, runs otherwise than the known one that it is derived from, is used
        twice, has hooks, modules or parameters of its own, an unknown size, or does not chain.
    TypeError
        If `module` is none.

    Examples
    --------
    >>> class Linear:  # stands for torch.nn.Linear
    ...     in_features, out_features, bias, _modules = 784, 10, None, {}
    >>> read(Linear()).macs
    7840
    """
    label = name or type(module).__name__
    reader = _Reader(label, None if shape is None else shape if isinstance(shape, tuple) else (shape,), in_order)
    if not hasattr(module, "_modules"):
        checks.wrong_kind("read", "module", "a torch.nn.Module", f"{type(module).__name__} {printed.value(module)}")
    reader.visit(module, label)
    return Network(reader.finished(), steps=steps, buffers=reader.buffers, name=label)


class _Reader:
    """Walks through the modules with the shape of the values that reach the next one; None where it is unknown."""

    def __init__(self, owner: str, shape: Shape | None, in_order: bool) -> None:
        self.owner, self.shape, self.in_order = owner, shape, in_order
        self.layers, self.buffers, self.seen, self.activated = list[Layer](), list[Buffer](), set[int](), False

    def visit(self, module: Any, path: str) -> None:
        """Read a module that runs now, by the known class that it is, or that it is derived from and runs like."""
        known = _known(type(module))
        kind = "" if known is None else _KNOWN[known.__name__]
        if id(module) in self.seen and kind not in ("activation", "flattening", "nothing"):
            checks.refuse(self.owner, path, f"{type(module).__name__} used twice", "each module once")
        self.seen.add(id(module))
        for hooks in ("_forward_pre_hooks", "_forward_hooks"):
            if count := len(getattr(module, hooks, ())):
                checks.refuse(self.owner, f"{path}.{hooks}", count, "none: the code of a hook cannot be read")
        # named_children would leave out the second use of a module
        children = {name: part for name, part in module._modules.items() if part is not None}
        altered = _altered(module, known)
        if known and kind != "sequence":
            if altered or children:
                inside = altered or f"{next(iter(children))}, a module inside"
                checks.refuse(
                    self.owner, path, f"{type(module).__name__} with {inside}", f"a {known.__name__} as it is"
                )
            read = self._leaf(kind, module, path, known.__name__)
        elif not (kind or children) or not (self.in_order or (kind and not altered)):
            nested = "a Sequential, or in_order=True where its children run once each as registered"
            checks.refuse(self.owner, path, type(module).__name__, nested if children else ", ".join(_KNOWN))
        else:
            read = []
            for child, part in children.items():
                self.visit(part, f"{path}.{child}")
        self._check_numbers(module, path, read)

    def _leaf(self, kind: str, module: Any, path: str, known: str) -> list[Layer]:
        """Add the layers of a module without modules inside, and return them."""
        layers = list[Layer]()
        if kind == "activation":
            self.activated = True
        elif kind == "flattening":
            if (module.start_dim, module.end_dim) != (1, -1):
                ends = f"{module.start_dim}, {module.end_dim}"
                checks.refuse(self.owner, f"{path}.start_dim, end_dim", ends, "1, -1")
            self.shape = None if self.shape is None else (math.prod(self.shape),)
        elif kind != "nothing":
            for layer in getattr(self, f"_{kind}")(module, path, known):
                self._check_input(path, layer)
                layers.append(layer)
                self.shape = layer.output_shape
                self.activated = self.activated and not layer.macs
        self.layers += layers
        return layers

    def _check_numbers(self, module: Any, path: str, layers: list[Layer]) -> None:
        """Refuse parameters of a module that its layers do not have; keep what else it stores."""
        parameters = {name: own for name, own in getattr(module, "_parameters", {}).items() if own is not None}
        read = sum(layer.weights + layer.biases for layer in layers)
        held = sum(own.numel() for own in parameters.values())
        if parameters and held != read:
            checks.refuse(self.owner, f"the parameters of {path}", f"{held} ({', '.join(parameters)})", f"{read}")
        if not any(layer.buffers for layer in layers):
            stored = {name: own for name, own in getattr(module, "_buffers", {}).items() if own is not None}
            self.buffers += [Buffer(f"{path}.{name}", own.numel(), own.element_size()) for name, own in stored.items()]

    def finished(self) -> list[Layer]:
        """Return the layers; the last with weights has an activation only if one followed."""
        weighted = [index for index, layer in enumerate(self.layers) if layer.macs]
        last = self.layers[weighted[-1]] if weighted else None
        if isinstance(last, Dense | Convolution) and not self.activated:
            self.layers[weighted[-1]] = replace(last, activation=False)
        return self.layers

    def _dense(self, module: Any, path: str, known: str) -> Iterator[Layer]:
        yield Dense(module.in_features, module.out_features, bias=_is_set(module.bias))

    def _convolution(self, module: Any, path: str, known: str) -> Iterator[Layer]:
        shape, padding = (module.in_channels, *self._planes(known, path)[1:]), self._padding(module, path)
        moves = (module.kernel_size, module.stride, padding, module.dilation)
        yield Convolution(shape, module.out_channels, *moves, module.groups, bias=_is_set(module.bias))

    def _pooling(self, module: Any, path: str, known: str) -> Iterator[Layer]:
        shape = self._planes(known, path)
        if module.ceil_mode:
            checks.refuse(self.owner, f"{path}.ceil_mode", True, "False")
        yield Pooling(shape, module.kernel_size, module.stride, module.padding, getattr(module, "dilation", 1))

    def _adaptive(self, module: Any, path: str, known: str) -> Iterator[Layer]:
        wanted, shape = module.output_size, self._planes(known, path)
        sizes = tuple(wanted) if isinstance(wanted, tuple | list) else (wanted,) * len(shape[1:])
        sizes = tuple(have if size is None else size for have, size in zip(shape[1:], sizes, strict=True))
        if any(map(mod, shape[1:], sizes)):
            checks.refuse(self.owner, f"{path}.output_size", f"{sizes}", f"a divisor of {shape[1:]}")
        yield Pooling(shape, tuple(map(floordiv, shape[1:], sizes)))

    def _normalisation(self, module: Any, path: str, known: str) -> Iterator[Layer]:
        shape = (module.num_features, *(self.shape or ())[1:])
        yield BatchNorm(shape, bool(module.affine), bool(module.track_running_stats))

    def _recurrent(self, module: Any, path: str, known: str) -> Iterator[Layer]:
        inputs, cell = module.input_size, CELLS[known.removesuffix("Cell").lower()]
        if getattr(module, "proj_size", 0):
            checks.refuse(self.owner, f"{path}.proj_size", module.proj_size, "0: projections are not known here")
        both_ways = bool(getattr(module, "bidirectional", False))  # a cell has neither direction nor number
        for _ in range(getattr(module, "num_layers", 1)):
            layer = cell(inputs, module.hidden_size, bool(module.bias), both_ways)
            yield layer
            inputs = layer.output_shape[0]

    def _padding(self, module: Any, path: str) -> Any:
        if getattr(module, "padding_mode", "zeros") != "zeros" and set(module.padding) != {0}:
            checks.refuse(self.owner, f"{path}.padding_mode", module.padding_mode, "'zeros', on which nothing is done")
        if not isinstance(module.padding, str):
            return module.padding
        if module.padding == "valid":
            return 0
        around = tuple(far * (k - 1) for k, far in zip(module.kernel_size, module.dilation, strict=True))
        if any(both % 2 for both in around):
            checks.refuse(self.owner, f"{path}.padding", "'same' with an even kernel", "the same padding on both sides")
        return tuple(both // 2 for both in around)

    def _planes(self, known: str, path: str) -> Shape:
        """Return the shape of the input, which must have as many dimensions as the name of the known class says."""
        dimensions, where = int(known[-2]), f"shape before {path}"
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


def _known(kind: type) -> type | None:
    """Return the class of PyTorch that a class is or is derived from, told by its name; the nearest of those known."""
    is_torch = any(base.__module__.startswith("torch.") for base in kind.__mro__)
    known = [base for base in kind.__mro__ if base.__name__ in _KNOWN]
    known = [base for base in known if base.__module__.startswith("torch.nn.")] if is_torch else known
    same = [base for base in known if base.__name__ == known[0].__name__]
    return same[-1] if same else None  # a class of the same name may be derived from it


def _altered(module: Any, known: type | None) -> str | None:
    """Return the method by which a module runs otherwise than the known class that it is derived from."""
    classes = type(module).__mro__
    derived = classes[: classes.index(known)] if known else ()
    own = {*vars(module), *(name for kind in derived for name in vars(kind))}
    return next((f"a {name} of its own" for name in _RUN if name in own), None)


def _is_set(bias: Any) -> bool:
    return bias is not None and bias is not False
