"""spikecore: spiking networks on asynchronous cores with local weight stores.

Describe a network with `Network`, `compile` it to a `Machine`, `run` that, and read the `Result`.
Units: ms, mV, pA, pF, Hz.

Describe
    `Network`: ``population``, ``spike_source``, ``connect``, ``stimulate``, ``record``, ``forecast``, ``compile``.
    Neurons: `LIF`, `LIFAlpha`, `LIFDelta`, `IF`, `ALIF`, `LeakyIntegrator`; written as text: `Equations`.
    Part of a population: ``exc[:100]``.
    Rules: `OneToOne`, `AllToAll`, `Bernoulli`, `FixedInDegree`, `FixedOutDegree`, `FixedTotalNumber`, `Pairs`, a
    sparse matrix; layers: `Dense`, `Convolution`, `Pooling`.
    Values: numbers, arrays, `Normal`, `Uniform`. Stimuli: `Poisson`, `DirectCurrent`. Frames to spikes: `coding`.
Run
    `Machine`: ``run``, ``reset``, ``run_batch``, ``state``, ``synapses``.
Read
    `Result`, `BatchResult`: ``spikes``, ``traces``, ``rates()``, ``counts``, ``raster()``, ``save``; `load_result`.
Price
    ``result.energy("loihi")``, the module `energy`; ``energy.known()`` lists the machines.
Beside
    `library` (ready networks), `scaling` (weights as whole numbers); `SpikecoreError` is the base of all errors.

Examples
--------
>>> import spikecore as sc
>>> net = sc.Network(dt=0.1, seed=1)
>>> exc = net.population(100, sc.LIF(i_e=400.0), name="exc")
>>> _ = net.connect(exc, exc, sc.FixedInDegree(10), weight=20.0, delay=1.5)
>>> result = net.compile(workers=1).run(100.0)
>>> sorted(result.rates())
['exc']
"""

from typing import TYPE_CHECKING, Any

from spikecore._native import __version__
from spikecore.connect import (
    AllToAll,
    Bernoulli,
    FixedInDegree,
    FixedOutDegree,
    FixedTotalNumber,
    OneToOne,
    Pairs,
)
from spikecore.distributions import Normal, Uniform
from spikecore.errors import (
    BusyError,
    CapacityError,
    DivergenceError,
    EquationError,
    FileError,
    ForecastError,
    InternalError,
    NetworkChangedWarning,
    NetworkError,
    NotRecordedError,
    PoisonedError,
    PrecisionWarning,
    SpikecoreError,
    StartWarning,
    UnitWarning,
)
from spikecore.forecast import Forecast
from spikecore.implicit import Convolution, Dense, Pooling
from spikecore.machine import Machine
from spikecore.models import ALIF, IF, LIF, Equations, LeakyIntegrator, LIFAlpha, LIFDelta, SpikeSource
from spikecore.network import Network
from spikecore.population import Population, PopulationView, Projection, Recorder
from spikecore.results.batch import BatchResult
from spikecore.results.run import Result
from spikecore.stimuli import DirectCurrent, Poisson

__all__ = [
    "ALIF",
    "IF",
    "LIF",
    "AllToAll",
    "BatchResult",
    "Bernoulli",
    "BusyError",
    "CapacityError",
    "Convolution",
    "Dense",
    "DirectCurrent",
    "DivergenceError",
    "EquationError",
    "Equations",
    "FileError",
    "FixedInDegree",
    "FixedOutDegree",
    "FixedTotalNumber",
    "Forecast",
    "ForecastError",
    "InternalError",
    "LIFAlpha",
    "LIFDelta",
    "LeakyIntegrator",
    "Machine",
    "Network",
    "NetworkChangedWarning",
    "NetworkError",
    "Normal",
    "NotRecordedError",
    "OneToOne",
    "Pairs",
    "PoisonedError",
    "Poisson",
    "Pooling",
    "Population",
    "PopulationView",
    "PrecisionWarning",
    "Projection",
    "Recorder",
    "Result",
    "SpikeSource",
    "SpikecoreError",
    "StartWarning",
    "Uniform",
    "UnitWarning",
    "__version__",
    "coding",
    "energy",
    "library",
    "load_result",
    "scaling",
]

if TYPE_CHECKING:
    from spikecore import coding, energy, library, scaling
    from spikecore.results.from_file import load_result

_LATER = {name: f"spikecore.{name}" for name in ("coding", "energy", "library", "scaling")}
_LATER |= {"load_result": "spikecore.results.from_file"}
"""Names whose modules are loaded when they are first asked for, to spare start-up time."""


def __getattr__(name: str) -> Any:
    """Return what is loaded at its first use; of a name that is not there, say what is."""
    from spikecore.names import MissingName, later  # start-up time: only where a name is not there at once

    if name not in _LATER:
        raise MissingName(name, __all__)
    value = later(name, _LATER)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """Return the public names, without the modules behind them."""
    return sorted(__all__)
