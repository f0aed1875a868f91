"""Two published comparisons, written out from their papers without a count or a rate type of ours."""

import math

# Front. Neurosci. 17:1091097 (2023), Table 3, doi 10.3389/fnins.2023.1091097 (PMC10242054): energy is #OP_ANN · 4.6 pJ
# against #OP_SNN · 0.9 pJ · spike rate, where #OP_SNN is already the rate times #OP_ANN; energies in J as printed.
DENSE, EFFECTIVE, RATE = 18.39e6, 2.51e6, 0.1366
ARTIFICIAL_J, SPIKING_J = 845.94e-7, 3.09e-7


def published_ratio(*, legacy=False):
    """E_ANN / E_SNN of that row, with the rate applied once; `legacy` applies it twice, as the table does."""
    return DENSE * 4.6 / (EFFECTIVE * 0.9 * (RATE if legacy else 1.0))


# Yan, Bai, Tang & Wong, arXiv:2409.08290: T ticks of spikes say as much as ⌈log₂(T + 1)⌉ bits.


def bits(ticks):
    return math.ceil(math.log2(ticks + 1))


def energy_ratio(ticks, spike_rate=1.0, sparsity=0.0, k=None):
    """E_SNN / E_QNN = T s / (k (1 - γ)), arithmetic alone; by default the twin works bit by bit, k its bits."""
    return ticks * spike_rate / ((bits(ticks) if k is None else k) * (1.0 - sparsity))


def break_even_rate(ticks, sparsity=0.0, k=None):
    """The spikes per neuron and tick at which both cost the same."""
    return 1.0 / energy_ratio(ticks, 1.0, sparsity, k)
