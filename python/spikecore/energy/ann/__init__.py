"""Against artificial networks: the same silicon, once with activations and once with spikes.

Describe an ANN, RNN, LSTM, GRU or CNN by its layer sizes, or read a ``torch.nn.Module`` (`torch.read`); describe the
spiking network by sizes and rates, or take a run's ledger; name the silicon; compare. `formulas` has the estimates of
the literature. Nothing here knows the engine.

Examples
--------
>>> from spikecore.energy import ann
>>> lstm = ann.parse("700-128r-128r-20", cell="lstm", steps=100)
>>> sizes = ann.parse("700-128r-128r-20", bias=False)
>>> rates = [ann.Rate.per_tick(0.05, ticks=100)] * 2
>>> spiking = ann.Spiking.of_rates(sizes, rates, ticks=100, input_rate=ann.Rate.per_tick(0.02, ticks=100))
>>> comparison = ann.compare(lstm, spiking, ann.Silicon("int32", "sram-32KB"))
>>> round(comparison.ratio, 1), round(comparison.spikes_per_synapse, 2)
(144.8, 3.1)
>>> print(comparison)  # doctest: +ELLIPSIS
One inference, modelled: 45nm, int32, sram-32KB (64-bit accesses), ideal reuse, batch 1
...
>>> print(comparison.verdict)  # doctest: +NORMALIZE_WHITESPACE
the spiking network takes less, 145 times; no rate would turn it: that takes 512 spikes per synapse and inference, and
one spike in every tick gives 100
"""

from spikecore.energy.ann.compare import Comparison, compare
from spikecore.energy.ann.convolution import Convolution, Pooling
from spikecore.energy.ann.cost import Cost, Term, artificial_cost, spiking_cost, twin_cost
from spikecore.energy.ann.layers import GRU, LSTM, RNN, BatchNorm, Buffer, Dense, Layer
from spikecore.energy.ann.network import Network, parse
from spikecore.energy.ann.operations import DenseOperations, Density, EffectiveOperations, Rate
from spikecore.energy.ann.prices import Silicon
from spikecore.energy.ann.spiking import LayerActivity, Spiking

__all__ = [
    "GRU", "LSTM", "RNN", "BatchNorm", "Buffer", "Comparison", "Convolution", "Cost", "Dense", "DenseOperations",
    "Density", "EffectiveOperations", "Layer", "LayerActivity", "Network", "Pooling", "Rate", "Silicon", "Spiking",
    "Term", "artificial_cost", "compare", "parse", "spiking_cost", "twin_cost",
]  # fmt: skip
