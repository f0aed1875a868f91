"""Lemaire et al. 2022: operations, addressing and every memory access, for formal and spiking networks.

Energy of an inference is E_ops + E_addr + E_mem, layer by layer. θ_in and θ_out are the spikes that enter and leave a
layer in one inference, T its ticks. An access costs what the size of its memory says (`Fit`, `Piecewise`): weights,
biases, potentials, inputs and outputs have one each; spikes wait in a FIFO.

=================  =====================  ============  ====================================  ===================
count              formal, convolution    formal, full  spiking, convolution                  spiking, full
=================  =====================  ============  ====================================  ===================
MAC                C_o H W C_i K² (1.1)   N_i N_o       leak T C_o H W (1.3)                  leak T N_o (2.3)
ACC                C_o H W (1.2)          N_o           θ_in ⌈K/S⌉² C_o + T C_o H W + θ_out   θ_in N_o + T N_o + θ_out
read input         C_i C_o H W K² (3)     N_i (4)       θ_in (5)                              θ_in
read weights       C_i K² C_o H W (6.1)   N_i N_o       θ_in C_o K² (7)                       θ_in N_o (8)
read bias          C_o H W                N_o           T C_o H W                             T N_o
read, write state                                       θ_in C_o K² + T C_o H W (9, 14)       θ_in N_o + T N_o
write output       C_o H W (11)           N_o (12)      θ_out (13)                            θ_out
addressing, ACC    C_i H_i W_i + C_o H W  N_i + N_o     θ_in C_o K² (16.3)                    θ_in N_o (17.2)
                   + C_o K² (16)          (17)
addressing, MAC                                         2 θ_in (16.2)
=================  =====================  ============  ====================================  ===================

Errata, as the authors document them in their program: equation 2.4 of the paper multiplies by N_i too often and leaves
out the reset θ_out. Two more, where the program departs from its own documentation: 16.3 there forgets C_o, and 17.2
multiplies a rate where a count belongs. Here all four are corrected.
"""

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from spikecore import checks, printed
from spikecore.energy.ann.convolution import Convolution, Pooling
from spikecore.energy.ann.layers import BatchNorm, Dense, Layer
from spikecore.energy.ann.network import Network
from spikecore.energy.ann.operations import Result
from spikecore.energy.ann.prices import OperationPrice, memory, operation
from spikecore.energy.ann.spiking import LayerActivity, Spiking

__all__ = ["Fit", "Piecewise", "artificial", "spiking"]


@dataclass(frozen=True)
class Fit:
    """The authors' linear fit, ``1.09e-5 · elements · bits + 13.2`` pJ for one element: their program, ``_e_ram``.

    Examples
    --------
    >>> round(Fit().access_pj(1000, 32), 4)
    13.5488
    """

    slope_pj: float = 1.09e-5
    offset_pj: float = 13.2

    def access_pj(self, elements: float, bits: int) -> float:
        """Return the energy in pJ of one access to a memory of so many elements of so many bits."""
        return self.slope_pj * elements * bits + self.offset_pj


@dataclass(frozen=True)
class Piecewise:
    """Straight lines through (0, 0) and the SRAMs of 45 nm (`prices`), the last of 1 MB: a larger one is refused.

    An element of b bits pays b / `access_bits`, 8 … 1024, of that energy. 64 is what was published for these memories;
    32 lets every 32-bit element pay a whole access. The paper does not say which it means, so a caller must choose.

    Examples
    --------
    >>> [round(Piecewise(access_bits=bits).access_pj(2048, 32), 9) for bits in (64, 32)]
    [5.0, 10.0]
    """

    access_bits: int

    def __post_init__(self) -> None:
        checks.kept(self, access_bits=checks.count("lemaire", "access_bits", self.access_bits, low=8, high=1024))

    def access_pj(self, elements: float, bits: int) -> float:
        """Return the energy in pJ of one access to a memory of so many elements of so many bits."""
        size = elements * bits / 8.0
        levels = [memory(level) for level in ("sram-8KB", "sram-32KB", "sram-1MB")]
        points = [(0.0, 0.0), *((float(level.capacity or 0), level.access_pj) for level in levels)]
        for (x0, y0), (x1, y1) in pairwise(points):
            if size <= x1:
                return (y0 + (y1 - y0) * (size - x0) / (x1 - x0)) * bits / self.access_bits
        return checks.refuse("lemaire", "memory", f"{size:,.0f} bytes", "at most 1,048,576, where the points end")


def artificial(network: Network, precision: str = "int32", memory: Fit | Piecewise | None = None) -> Result:
    """Price formal layers; `precision`, int8 or int32, is the width of what is stored, `memory` Fit() by default."""
    tally = _Tally(operation(precision), memory)
    for layer in _covered(network.layers):
        _add_formal(tally, layer, network.steps)
        tally.access("memory, output", network.steps * layer.outputs_per_pass, layer.outputs_per_pass, "written")
    return tally.result()


def spiking(
    activity: Spiking,
    precision: str = "int32",
    memory: Fit | Piecewise | None = None,
    *,
    leak: bool = True,
    fifo: int = 1000,
) -> Result:
    """Price spiking layers; `leak` says LIF, not IF, and `fifo` ≥ 1 how many messages wait between two layers."""
    tally = _Tally(operation(precision), memory)
    room = checks.count("lemaire", "fifo", fifo, low=1)
    covered = _covered([active.layer for active in activity.layers])
    for active in activity.layers:
        if active.layer in covered:
            if active.analog_passes:
                _add_formal(tally, active.layer, active.analog_passes)
            else:
                _add_events(tally, active, room)
            _add_neurons(tally, active, activity.ticks, leak, room)
    return tally.result()


class _Tally:
    """Counts and energy under construction."""

    def __init__(self, price: OperationPrice, memory: Fit | Piecewise | None) -> None:
        self.price, self.memory = price, Fit() if memory is None else memory
        if not isinstance(self.memory, Fit | Piecewise):
            checks.wrong_kind("lemaire", "memory", "a Fit or a Piecewise", printed.value(memory))
        self.counts, self.pj = defaultdict[str, float](float), defaultdict[str, float](float)

    def operations(self, term: str, macs: float, accs: float) -> None:
        self.counts[f"{term}, MAC"] += macs
        self.counts[f"{term}, ACC"] += accs
        self.pj[term] += macs * self.price.mac_pj + accs * self.price.ac_pj

    def access(self, term: str, accesses: float, elements: float, *ways: str) -> None:
        """Count accesses of each way, ``read`` or ``written``, to a memory of so many elements; both cost the same."""
        for way in ways:
            self.counts[f"{term} {way}"] += accesses
            self.pj[term] += accesses * self.memory.access_pj(elements, self.price.bits)

    def result(self) -> Result:
        return dict(self.counts), {name: value * 1e-12 for name, value in self.pj.items()}


def _covered(layers: Sequence[Layer]) -> list[Layer]:
    """Return the layers that the formula prices; refuse those it does not know."""
    for index, layer in enumerate(layers):
        if not isinstance(layer, Convolution | Dense | Pooling | BatchNorm):
            checks.refuse("lemaire", f"layer {index}", layer.kind, "Convolution, Dense, Pooling or BatchNorm")
    return [layer for layer in layers if isinstance(layer, Convolution | Dense)]


def _add_formal(tally: _Tally, layer: Layer, passes: int) -> None:
    """Count what a formal layer does, its output apart."""
    inputs, outputs = layer.inputs_per_pass, layer.outputs_per_pass
    fetched, kernels = inputs, 0
    if isinstance(layer, Convolution):
        fetched, kernels = layer.macs, layer.output_shape[0] * math.prod(layer.window)
    tally.operations("operations", passes * layer.macs, passes * outputs)
    tally.access("memory, input", passes * fetched, inputs, "read")
    tally.access("memory, weights", passes * layer.macs, layer.weights, "read")
    if layer.biases:
        tally.access("memory, bias", passes * outputs, layer.biases, "read")
    tally.operations("addressing", 0, passes * (inputs + outputs + kernels))


def _add_events(tally: _Tally, active: LayerActivity, fifo: int) -> None:
    """Count what arriving spikes do."""
    layer, spikes = active.layer, active.spikes_in
    if isinstance(layer, Convolution):
        targets = layer.output_shape[0] // layer.groups
        fan = targets * math.prod(layer.window)
        reached = targets * math.prod(-(-k // s) for k, s in zip(layer.window, layer.strides, strict=True))
        tally.operations("addressing", 2 * spikes, spikes * fan)
    else:
        fan = reached = layer.output_shape[0]
        tally.operations("addressing", 0, spikes * fan)
    tally.operations("operations", 0, spikes * reached)
    tally.access("memory, input", spikes, fifo, "read")
    tally.access("memory, weights", spikes * fan, layer.weights, "read")
    tally.access("memory, potentials", spikes * fan, layer.outputs_per_pass, "read", "written")


def _add_neurons(tally: _Tally, active: LayerActivity, ticks: float, leak: bool, fifo: int) -> None:
    """Count the updates of all neurons in every tick, and their spikes."""
    neurons, biases = active.layer.outputs_per_pass, active.layer.biases
    updates = ticks * neurons
    tally.operations("operations", updates if leak else 0, updates + active.spikes_out)
    if biases and not active.analog_passes:
        tally.access("memory, bias", updates, biases, "read")
    tally.access("memory, potentials", updates, neurons, "read", "written")
    tally.access("memory, output", active.spikes_out, fifo, "written")
