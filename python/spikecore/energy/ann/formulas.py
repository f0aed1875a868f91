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

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from spikecore import checks, printed
from spikecore.energy import published
from spikecore.energy.ann import arithmetic, keras_spiking, lemaire, neurobench
from spikecore.energy.ann.network import Network
from spikecore.energy.ann.operations import Result
from spikecore.energy.ann.spiking import Spiking

__all__ = ["Estimate", "Source", "estimate", "names", "source"]


@dataclass(frozen=True)
class Source:
    """Where a formula was published; `notes` say what it leaves out, and where it departs from its paper.

    Evidence is how we know it: ``"code"``, read in its authors' program, ``"paper"``, read in the paper, or
    ``"unverified"``, recalled and read in neither.
    """

    name: str
    citation: str
    evidence: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Estimate:
    """One inference by one formula: what was counted, and energy by term in J.

    Examples
    --------
    >>> Estimate(Source("x", "nowhere", "unverified"), {"MACs": 10.0}, {"operations": 4.6e-11}).energy_j
    4.6e-11
    """

    source: Source
    counts: Mapping[str, float]
    terms_j: Mapping[str, float] = field(default_factory=dict)

    @property
    def energy_j(self) -> float | None:
        """Energy of one inference in J; None where the formula does not price."""
        return math.fsum(self.terms_j.values()) if self.terms_j else None

    @property
    def memory_share(self) -> float | None:
        """Share of the energy that moves data; None where the formula does not price it."""
        moved = [value for name, value in self.terms_j.items() if name.startswith("memory")]
        total = self.energy_j
        return math.fsum(moved) / total if moved and total else None

    def to_dict(self) -> dict[str, Any]:
        """Return all numbers and the source as plain values."""
        source = {**vars(self.source), "notes": list(self.source.notes)}
        return {"formula": source, "counts": {**self.counts}, "terms_j": {**self.terms_j}, "energy_j": self.energy_j}


_FORMULAS: dict[str, tuple[Callable[..., Result], Callable[..., Result]]] = {
    "keras_spiking": (keras_spiking.artificial, keras_spiking.spiking),
    "lemaire": (lemaire.artificial, lemaire.spiking),
    "neurobench": (neurobench.artificial, neurobench.spiking),
    **arithmetic.FORMULAS,
}
"""What each formula gives for an artificial network and for a spiking one with layers."""
_SOURCES = {
    name: Source(name, **{**fields, "notes": tuple(fields["notes"])})
    for name, fields in published.tables("ann", "formulas")["formula"].items()
}


def names() -> tuple[str, ...]:
    """Return the names of the formulas."""
    return tuple(_FORMULAS)


def source(name: str) -> Source:
    """Return where a formula is from, how we know it, and what it leaves out; an unknown name is a `NetworkError`."""
    return _SOURCES[checks.choice("energy", "formula", name, names())]


def estimate(name: str, subject: Network | Spiking, **settings: Any) -> Estimate:
    """Return what a formula, one of `names`, gives for one inference of a network.

    Parameters
    ----------
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
