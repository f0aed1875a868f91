"""Lemaire et al. 2022: operations, addressing and every memory access, for formal and spiking networks.

Energy of an inference is E_ops + E_addr + E_mem, layer by layer. θ_in and θ_out are the spikes that
enter and leave a layer in one inference, T its ticks. An access costs what the size of the memory
that it goes to says (`lemaire_memory`): weights, biases, potentials, inputs and outputs each have one;
spikes wait in a FIFO.

=================  =====================  ============  ==================================  ===================
count              formal, convolution    formal, full  spiking, convolution                spiking, full
=================  =====================  ============  ==================================  ===================
MAC                C_o H W C_i K² (1.1)   N_i N_o       leak T C_o H W (1.3)                leak T N_o (2.3)
ACC                C_o H W (1.2)          N_o           θ_in ⌈K/S⌉² C_o + T C_o H W + θ_out θ_in N_o + T N_o + θ_out
read input         C_i C_o H W K² (3)     N_i (4)       θ_in (5)                            θ_in
read weights       C_i K² C_o H W (6.1)   N_i N_o       θ_in C_o K² (7)                     θ_in N_o (8)
read bias          C_o H W                N_o           T C_o H W                           T N_o
read, write state                                       θ_in C_o K² + T C_o H W (9, 14)     θ_in N_o + T N_o
write output       C_o H W (11)           N_o (12)      θ_out (13)                          θ_out
addressing, ACC    C_i H_i W_i + C_o H W  N_i + N_o     θ_in C_o K² (16.3)                  θ_in N_o (17.2)
                   + C_o K² (16)          (17)
addressing, MAC                                         2 θ_in (16.2)
=================  =====================  ============  ==================================  ===================

Errata, as the authors document them in their program: equation 2.4 of the paper multiplies by N_i too
often and leaves out the reset θ_out. Two more, where the program departs from its own documentation:
16.3 there forgets C_o, and 17.2 multiplies a rate where a count belongs. Here all four are corrected.
"""

import math

from spikecore import checks
from spikecore.energy.activity import LayerActivity, Spiking
from spikecore.energy.architecture import Network
from spikecore.energy.formulas.lemaire_memory import Accesses, Fit, Piecewise
from spikecore.energy.formulas.prices import OperationPrice, operation
from spikecore.energy.formulas.published import Estimate, Source
from spikecore.energy.layers import BatchNorm, Convolution, Dense, Layer, Pooling

__all__ = ["SOURCE", "Fit", "Piecewise", "artificial", "spiking"]

SOURCE = Source(
    "lemaire",
    "Lemaire et al., An analytical estimation of spiking neural networks energy efficiency, ICONIP 2022, "
    "arXiv:2210.13107; equations as in the authors' program qualia-plugin-snn, EnergyEstimationMetric.py",
    "code",
    (
        "pooling is free, normalisation folds into the weights",
        "four errata are corrected: ACC of a full layer (2.4), its reset, and both addressing counts",
        "an analog first layer is a formal one with neurons behind it",
    ),
)

Memory = Fit | Piecewise


def artificial(network: Network, precision: str = "int32", memory: Memory | None = None) -> Estimate:
    """Return the estimate of a formal (artificial) network.

    Parameters
    ----------
    network : Network
        Of `Convolution`, `Dense`, `Pooling` and `BatchNorm` layers.
    precision : {"int8", "int32"}
        Of the 45 nm prices, and the width of everything stored.
    memory : Fit or Piecewise, optional
        Energy of an access; the authors' linear fit by default.

    Returns
    -------
    Estimate
        Of one inference, counts summed over layers.

    Examples
    --------
    >>> found = artificial(Network([Dense(784, 128)]))
    >>> round(found.terms_j["operations"] * 1e12, 1), round(found.memory_share, 2)
    (321139.2, 0.94)
    """
    tally = _Tally(operation(precision), memory)
    for layer in _covered(network.layers):
        _formal(tally, layer, network.steps)
        tally.write("memory, output", network.steps * math.prod(layer.output_shape), math.prod(layer.output_shape))
    return tally.estimate()


def spiking(
    activity: Spiking,
    precision: str = "int32",
    memory: Memory | None = None,
    *,
    leak: bool = True,
    fifo: int = 1000,
) -> Estimate:
    """Return the estimate of a spiking network.

    Parameters
    ----------
    activity : Spiking
        Of `Convolution`, `Dense` and `Pooling` layers, and rates.
    precision : {"int8", "int32"}
        Of the 45 nm prices, and the width of everything stored.
    memory : Fit or Piecewise, optional
        Energy of an access; the authors' linear fit by default.
    leak : bool
        LIF neurons; IF otherwise.
    fifo : int
        Messages that the FIFO between two layers holds, ≥ 1.

    Returns
    -------
    Estimate
        Of one inference, counts summed over layers.
    """
    tally = _Tally(operation(precision), memory)
    room = checks.count("lemaire", "fifo", fifo, low=1)
    covered = {id(layer) for layer in _covered([one.layer for one in activity.layers])}
    for one in activity.layers:
        if id(one.layer) in covered:
            if one.analog_passes:
                _formal(tally, one.layer, one.analog_passes)
            else:
                _events(tally, one, room)
            _neurons(tally, one, activity.ticks, leak, room)
    return tally.estimate()


class _Tally:
    """Counts and energy under construction."""

    def __init__(self, price: OperationPrice, memory: Memory | None) -> None:
        self.price = price
        self.memory: Accesses = Fit() if memory is None else memory
        self.counts: dict[str, float] = {}
        self.pj: dict[str, float] = {}

    def operations(self, term: str, macs: float, accs: float) -> None:
        for name, count in (("MAC", macs), ("ACC", accs)):
            self._add(self.counts, f"{term}, {name}", count)
        self._add(self.pj, term, macs * self.price.mac_pj + accs * self.price.ac_pj)

    def read(self, term: str, accesses: float, elements: float) -> None:
        """Count reads of a memory that holds so many elements."""
        self._add(self.counts, f"{term} read", accesses)
        self._add(self.pj, term, accesses * self.memory.access_pj(elements, self.price.bits))

    def write(self, term: str, accesses: float, elements: float) -> None:
        """Count writes; they cost what reads do."""
        self._add(self.counts, f"{term} written", accesses)
        self._add(self.pj, term, accesses * self.memory.access_pj(elements, self.price.bits))

    @staticmethod
    def _add(where: dict[str, float], name: str, value: float) -> None:
        where[name] = where.get(name, 0.0) + value

    def estimate(self) -> Estimate:
        return Estimate(SOURCE, self.counts, {name: value * 1e-12 for name, value in self.pj.items()})


def _covered(layers: list[Layer] | tuple[Layer, ...]) -> list[Convolution | Dense]:
    """Return the layers that the formula prices; refuse those it does not know."""
    found: list[Convolution | Dense] = []
    for index, layer in enumerate(layers):
        if isinstance(layer, Convolution | Dense):
            found.append(layer)
        elif not isinstance(layer, Pooling | BatchNorm):
            checks.refuse("lemaire", f"layer {index}", layer.kind, "Convolution, Dense, Pooling or BatchNorm")
    return found


def _formal(tally: _Tally, layer: Layer, passes: int) -> None:
    """Count what a formal layer does, its output apart."""
    inputs, outputs = math.prod(layer.input_shape), math.prod(layer.output_shape)
    folded = isinstance(layer, Convolution)
    tally.operations("operations", passes * layer.macs, passes * outputs)
    tally.read("memory, input", passes * (layer.macs if folded else inputs), inputs)
    tally.read("memory, weights", passes * layer.macs, layer.weights)
    if layer.biases:
        tally.read("memory, bias", passes * outputs, layer.biases)
    kernels = layer.output_shape[0] * math.prod(layer.window) if isinstance(layer, Convolution) else 0
    tally.operations("addressing", 0, passes * (inputs + outputs + kernels))


def _events(tally: _Tally, one: LayerActivity, fifo: int) -> None:
    """Count what arriving spikes do."""
    layer, spikes = one.layer, one.spikes_in
    if isinstance(layer, Convolution):
        targets = layer.output_shape[0] // layer.groups
        fan = targets * math.prod(layer.window)
        reached = targets * math.prod(-(-k // s) for k, s in zip(layer.window, layer.strides, strict=True))
        tally.operations("addressing", 2 * spikes, spikes * fan)
    else:
        fan = reached = layer.output_shape[0]
        tally.operations("addressing", 0, spikes * fan)
    tally.operations("operations", 0, spikes * reached)
    tally.read("memory, input", spikes, fifo)
    tally.read("memory, weights", spikes * fan, layer.weights)
    potentials = math.prod(layer.output_shape)
    tally.read("memory, potentials", spikes * fan, potentials)
    tally.write("memory, potentials", spikes * fan, potentials)


def _neurons(tally: _Tally, one: LayerActivity, ticks: float, leak: bool, fifo: int) -> None:
    """Count the updates of all neurons in every tick, and their spikes."""
    neurons = math.prod(one.layer.output_shape)
    updates = ticks * neurons
    tally.operations("operations", updates if leak else 0, updates + one.spikes_out)
    if one.layer.biases and not one.analog_passes:
        tally.read("memory, bias", updates, one.layer.biases)
    tally.read("memory, potentials", updates, neurons)
    tally.write("memory, potentials", updates, neurons)
    tally.write("memory, output", one.spikes_out, fifo)
