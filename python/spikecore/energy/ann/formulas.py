"""Published ways to estimate energy from layer sizes and rates, each by its name and with its source.

Their numbers answer different questions and must not be compared across formulas: some count arithmetic alone, some
memory too, one counts and does not price at all. Estimates of a formula whose evidence is ``"unverified"`` say so, and
no verdict of this package rests on them.

Examples
--------
>>> from spikecore.energy import ann
>>> network = ann.Network([ann.Dense(784, 128)])
>>> spiking = ann.Spiking.of_rates(network, [0.5], ticks=10, input_rate=0.6)
>>> for name in names():
...     artificial, events = estimate(name, network).energy_j, estimate(name, spiking).energy_j
...     print(name, source(name).evidence, "counts only" if artificial is None else f"{artificial / events:.1f}")
keras_spiking code 566.8
lemaire code 1.1
neurobench code counts only
panda unverified 53.3
syops code 8.5
yin unverified 31.7
"""

from collections.abc import Callable
from typing import Any

from spikecore import checks, printed
from spikecore.energy.ann import arithmetic, keras_spiking, lemaire, neurobench, published
from spikecore.energy.ann.estimate import Estimate, Result, Source
from spikecore.energy.ann.network import Network
from spikecore.energy.ann.spiking import Spiking

__all__ = ["estimate", "names", "source"]

_FORMULAS: dict[str, tuple[Callable[..., Result], Callable[..., Result]]] = {
    "keras_spiking": (keras_spiking.artificial, keras_spiking.spiking),
    "lemaire": (lemaire.artificial, lemaire.spiking),
    "neurobench": (neurobench.artificial, neurobench.spiking),
    "panda": (arithmetic.panda_artificial, arithmetic.panda_spiking),
    "syops": (arithmetic.syops_artificial, arithmetic.syops_spiking),
    "yin": (arithmetic.yin_artificial, arithmetic.yin_spiking),
}
"""What each formula gives for an artificial network and for a spiking one with layers."""
_SOURCES = {
    name: Source(name, **{**fields, "notes": tuple(fields["notes"])})
    for name, fields in published.read("formulas")["formula"].items()
}


def names() -> tuple[str, ...]:
    """Return the names of the formulas."""
    return tuple(_FORMULAS)


def source(name: str) -> Source:
    """Return where a formula is from, how we know it, and what it leaves out; an unknown name is a `NetworkError`."""
    return _SOURCES[checks.choice("energy", "formula", name, names())]


def estimate(name: str, subject: Network | Spiking, **settings: Any) -> Estimate:
    """Return what a formula gives for one inference.

    Parameters
    ----------
    name : str
        One of `names`.
    subject : Network or Spiking
        An artificial network, or a spiking one with its layers and rates (`Spiking.of_rates`).
    **settings
        Options of the formula: ``precision`` of the 45 nm prices (all but ``keras_spiking`` and ``neurobench``);
        ``device``, a name or a `keras_spiking.Device`; of a spiking network ``k`` (``yin``: multiply-accumulates per
        update), ``leak`` and ``fifo`` (``lemaire``); ``memory`` (``lemaire``); of an artificial one
        ``parameter_bytes`` (``neurobench``).

    Raises
    ------
    NetworkError, TypeError
        If there is no such formula or it does not cover a layer; if it has no such option, or the subject is another.

    Examples
    --------
    >>> from spikecore.energy.ann import Dense, Network
    >>> round(estimate("syops", Network([Dense(1000, 1000)])).energy_j * 1e6, 9)
    4.6
    """
    origin = source(name)
    artificial, spiking = _FORMULAS[name]
    if isinstance(subject, Network):
        return Estimate(origin, *artificial(subject, **settings))
    if not isinstance(subject, Spiking):
        msg = f"{printed.shown(name)}: the subject must be a Network or a Spiking, not {type(subject).__name__}"
        raise TypeError(msg)
    if not subject.layers:
        checks.refuse(name, "layers", "unknown", "a spiking network made by Spiking.of_rates")
    return Estimate(origin, *spiking(subject, **settings))
