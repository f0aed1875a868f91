"""Published ways to estimate energy from layer sizes and rates, each by its name and with its source.

Their numbers answer different questions and must not be compared across formulas: some count
arithmetic alone, some memory too, one counts and does not price at all.

Examples
--------
>>> from spikecore.energy import artificial as art, formulas
>>> network = art.Network([art.Dense(784, 128)])
>>> spiking = art.Spiking.of_rates(network, [0.5], ticks=10, input_rate=0.6)
>>> for name in formulas.names():
...     ann, snn = formulas.estimate(name, network), formulas.estimate(name, spiking)
...     print(name, "counts only" if ann.energy_j is None else f"{ann.energy_j / snn.energy_j:.1f}")
keras_spiking 566.8
lemaire 1.1
neurobench counts only
panda 53.3
syops 8.5
yin 31.7
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from spikecore import checks, printed

if TYPE_CHECKING:
    from spikecore.energy.activity import Spiking
    from spikecore.energy.architecture import Network
    from spikecore.energy.formulas.published import Estimate, Source

__all__ = ["estimate", "names", "source"]

_NAMES = ("keras_spiking", "lemaire", "neurobench", "panda", "syops", "yin")


def names() -> tuple[str, ...]:
    """Return the names of the formulas."""
    return _NAMES


def source(name: str) -> "Source":
    """Return where a formula is from, how we know it, and what it leaves out.

    Parameters
    ----------
    name : str
        One of `names`.

    Returns
    -------
    Source
        Its citation.

    Raises
    ------
    NetworkError
        If there is no such formula.

    Examples
    --------
    >>> source("lemaire").evidence
    'code'
    """
    found: Source = _module(name).SOURCE
    return found


def estimate(name: str, subject: "Network | Spiking", **settings: Any) -> "Estimate":
    """Return what a formula gives for one inference.

    Parameters
    ----------
    name : str
        One of `names`.
    subject : Network or Spiking
        An artificial network, or a spiking one with its layers and rates (`Spiking.of_rates`).
    **settings
        Options of the formula: those of the functions ``artificial`` and ``spiking`` of its module.

    Returns
    -------
    Estimate
        Counts, and energy by term where the formula prices.

    Raises
    ------
    NetworkError
        If there is no such formula, or it does not cover a layer.
    TypeError
        If the formula has no such option, or the subject is of another kind.

    Examples
    --------
    >>> from spikecore.energy.artificial import Dense, Network
    >>> round(estimate("syops", Network([Dense(1000, 1000)])).energy_j * 1e6, 9)
    4.6
    """
    from spikecore.energy.activity import Spiking
    from spikecore.energy.architecture import Network

    module = _module(name)
    if isinstance(subject, Network):
        found: Estimate = module.artificial(subject, **settings)
        return found
    if not isinstance(subject, Spiking):
        msg = f"{printed.shown(name)}: the subject must be a Network or a Spiking, not {type(subject).__name__}"
        raise TypeError(msg)
    if not subject.layers:
        checks.refuse(name, "layers", "unknown", "a spiking network made by Spiking.of_rates")
    spiking: Estimate = module.spiking(subject, **settings)
    return spiking


def _module(name: str) -> Any:
    return import_module(f"spikecore.energy.formulas.{checks.choice('energy', 'formula', name, _NAMES)}")
