"""The capacity-matched twin: what a quantised network needs to say as much as T ticks of spikes.

A neuron that spikes at most once in each of T ticks says a number of 0 … T: T + 1 levels, which is an
activation of ⌈log₂(T + 1)⌉ bits. A comparison with a wider twin flatters the spiking network.

Source: Yan, Bai, Tang & Wong, Reconsidering the energy efficiency of spiking neural networks,
arXiv:2409.08290 (2024, v4 2026).
"""

from spikecore import checks

__all__ = ["break_even_rate", "energy_ratio", "twin_bits"]


def twin_bits(ticks: int) -> int:
    """Return the bits of an activation that takes as many values as a spike count in `ticks` ticks.

    Parameters
    ----------
    ticks : int
        T ≥ 1.

    Returns
    -------
    int
        ⌈log₂(T + 1)⌉.

    Examples
    --------
    >>> [twin_bits(ticks) for ticks in (1, 3, 4, 7, 255, 256)]
    [1, 2, 3, 3, 8, 9]
    """
    return checks.count("capacity", "ticks", ticks, low=1).bit_length()


def energy_ratio(ticks: int, spike_rate: float = 1.0, sparsity: float = 0.0, k: float | None = None) -> float:
    """Return the energy of a spiking network over that of its twin, arithmetic alone.

    Parameters
    ----------
    ticks : int
        T ≥ 1.
    spike_rate : float
        s, mean spikes per neuron and tick, 0 … 1. The dense regime, 1, sends every tick.
    sparsity : float
        γ, share of the twin's activations that are zero, 0 … 1.
    k : float, optional
        Energy of the twin's multiply-accumulate in accumulates, > 0. By default its number of bits: it
        is done, or sent, bit by bit, so that both networks use the same adder and the same wires.

    Returns
    -------
    float
        E_SNN / E_QNN; below 1 the spiking network wins.

    Notes
    -----
    ``E_SNN / E_QNN = T s / (k (1 - γ))``; in the dense regime with the default, ``T / ⌈log₂(T + 1)⌉``.

    Examples
    --------
    >>> energy_ratio(3), energy_ratio(1)
    (1.5, 1.0)
    """
    rate = checks.number("capacity", "spike_rate", spike_rate, low=0.0, high=1.0)
    return checks.count("capacity", "ticks", ticks, low=1) * rate / _twin(ticks, sparsity, k)


def break_even_rate(ticks: int, sparsity: float = 0.0, k: float | None = None) -> float:
    """Return the spikes per neuron and tick at which both cost the same, arithmetic alone; above 1 always.

    Parameters are those of `energy_ratio`.

    Examples
    --------
    >>> break_even_rate(4)
    0.75
    """
    return _twin(ticks, sparsity, k) / ticks


def _twin(ticks: int, sparsity: float, k: float | None) -> float:
    zero = checks.number("capacity", "sparsity", sparsity, low=0.0, high=1.0)
    if zero == 1.0:
        checks.refuse("capacity", "sparsity", sparsity, "0 … 1, 1 excluded: such a twin does nothing")
    price = float(twin_bits(ticks)) if k is None else checks.number("capacity", "k", k, above=0.0)
    return price * (1.0 - zero)
