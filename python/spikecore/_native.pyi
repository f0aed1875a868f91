"""The border: what the compiled extension offers to the Python layer.

Everything here speaks in grid units (ticks) or documented physical units and trusts nothing:
a mistake that the Python layer let through raises the same exception classes from here.
"""

from collections.abc import Callable
from typing import Any, Literal, TypedDict, final

import numpy as np
from numpy.typing import NDArray

__version__: str
__build_profile__: str

__all__ = [
    "LARGEST",
    "MOST_DELAY_TICKS",
    "MOST_NEURONS",
    "MOST_TICKS",
    "MOST_WORKERS",
    "REACH",
    "TICKS_MS",
    "FanOut",
    "Machine",
    "Network",
    "Wiring",
    "__build_profile__",
    "__version__",
    "available_memory",
    "check_distribution",
    "check_interval",
    "check_magnitude",
    "check_magnitudes",
    "check_model",
    "check_rate",
    "check_rule",
    "check_updates",
    "check_workers",
    "cpu_features",
    "huge_pages",
    "joined_trains",
    "model_shape",
    "models",
    "most_threads",
    "simd_level",
    "sorted_spikes",
    "weight_format",
    "weighted",
]

LARGEST: float
MOST_DELAY_TICKS: int
MOST_NEURONS: int
MOST_TICKS: int
MOST_WORKERS: int
REACH: float
TICKS_MS: tuple[float, float]

class _Model(TypedDict):
    name: str
    title: str
    class_name: str
    option: tuple[str, str] | None
    parameters: list[tuple[str, str, str, str, float]]  # name, description, unit, range, default

class _Shape(TypedDict):
    receptors: int
    state: list[tuple[str, str]]  # name, unit
    refractory: bool
    readable: list[tuple[str, str]]

_Distribution = tuple[Any, ...]
# ("constant", value) | ("uniform", low, high)
# ("normal", mean, sd, low, high, "redraw" | "clip")    low/high may be None
# ("array", ndarray[f64])       one value per synapse or neuron, in creation order
# ("ticks", ndarray[u16])       the same for delays, in ticks from 1
_Rule = tuple[Any, ...]
# ("one_to_one",) | ("all_to_all",) | ("bernoulli", p)
# ("fixed_in_degree", k) | ("fixed_out_degree", k) | ("fixed_total_number", n)
# ("pairs", sources ndarray[u32], targets ndarray[u32])
# ("within", first source, end, first target, end, a rule of those above)
# ("dense",)                    weights: an array, source by source
# ("convolution" | "pooling", (channels, rows, columns), channels of the target, window (rows, columns),
#  stride (rows, columns), padding (rows, columns), groups)

_Input = tuple[Any, ...]
# (population, "spikes", first ndarray[u64], neurons ndarray[u32], ticks ndarray[u64])
#     sample k has the spikes first[k] … first[k + 1] - 1, ascending by (tick, neuron)
# (population, "current", ndarray[f64])    pA, sample by sample

def cpu_features() -> list[str]: ...
def simd_level() -> Literal["scalar", "avx2", "avx512", "neon"]: ...
def huge_pages() -> str: ...
def available_memory() -> int: ...
def joined_trains(trains: tuple[Any, ...]) -> tuple[NDArray[np.uint32], NDArray[np.float64]] | None: ...
def check_distribution(law: _Distribution) -> None: ...
def check_interval(subject: str, start: float, stop: float) -> None: ...
def check_magnitude(subject: str, parameter: str, value: float, unit: str) -> None: ...
def check_magnitudes(
    subject: str, parameter: str, values: NDArray[np.float64], shape: tuple[int, ...], unit: str
) -> None: ...
def check_model(
    subject: str,
    name: str,
    size: int,
    parameters: dict[str, float | NDArray[np.float64]],
    spiking: bool,
    named: dict[str, str],
) -> None: ...
def check_rate(subject: str, rate: float) -> None: ...
def check_rule(tuple: _Rule) -> None: ...
def check_updates(updates: str) -> None: ...
def check_workers(workers: int) -> None: ...
def weight_format(weights: str | None, precision: str) -> Literal["f32", "q16", "f64"]: ...
def sorted_spikes(
    subject: str, neurons: NDArray[np.uint32], ticks: NDArray[np.uint64], dt: float
) -> tuple[NDArray[np.uint32], NDArray[np.uint64]]: ...
def weighted(spikes: NDArray[np.uint64], weights: NDArray[np.uint32], firsts: list[int]) -> list[int]: ...
def model_shape(name: str, size: int, parameters: dict[str, float | NDArray[np.float64]]) -> _Shape: ...
def models() -> list[_Model]: ...
def most_threads() -> int: ...

@final
class Network:
    """A network description; ids are handed out in call order."""

    def __new__(cls, dt: float, seed: int) -> Network: ...
    def copy(self) -> Network: ...
    def check_size(self, name: str, size: int) -> None: ...
    def population(
        self,
        name: str,
        size: int,
        model: str,
        parameters: dict[str, float | NDArray[np.float64]],
    ) -> int: ...
    def equations(self, name: str, size: int, program: Any, initial: list[_Distribution]) -> int: ...
    def initial_potential(self, population: int, distribution: _Distribution) -> None: ...
    def source_spikes(self, population: int, neurons: NDArray[np.uint32], ticks: NDArray[np.uint64]) -> None: ...
    def projection(
        self,
        source: int,
        target: int,
        rule: _Rule,
        weight: _Distribution,
        delay: _Distribution,
        receptor: Literal["excitatory", "inhibitory"] | None = None,
        autapses: bool = True,
        multapses: bool = True,
    ) -> int: ...
    def projections(
        self,
        laws: list[tuple[_Rule, _Distribution, _Distribution, Literal["excitatory", "inhibitory"] | None, bool, bool]],
        ends: list[tuple[int, int, int]],
    ) -> int: ...
    def poisson(
        self,
        population: int,
        rate: float,
        weight: float,
        start: int,
        stop: int,
        receptor: Literal["excitatory", "inhibitory"] | None = None,
    ) -> int: ...
    def direct_current(self, population: int, amplitudes: NDArray[np.float64], start: int, stop: int) -> int: ...
    def record(
        self,
        population: int,
        variable: str,
        neurons: NDArray[np.uint32],
        interval: int,
    ) -> int: ...
    def keep(self, populations: int, projections: int, stimuli: int, recorders: int) -> None: ...
    def record_spikes(self, populations: list[int]) -> None: ...
    def forecast(
        self,
        workers: int,
        weights: Literal["f32", "q16", "f64"],
        updates: Literal["auto", "dense", "event"],
        rate: float,
    ) -> dict[str, Any]: ...
    def lost_weights(self) -> list[tuple[int, float, float]]: ...
    def above_threshold(self) -> list[tuple[int, int]]: ...
    def compile(
        self,
        workers: int,
        weights: Literal["f32", "q16", "f64"],
        updates: Literal["auto", "dense", "event"] = "auto",
        log_capacity: int | None = None,
        placement: list[int] | None = None,
        progress: Callable[[float], object] | None = None,
    ) -> Machine: ...

@final
class Machine:
    """A compiled network; at most one call at a time (`BusyError` otherwise).

    `run` and `last_run` return what a run came to, the same object until the next run or reset: "before" and
    "after", as `statistics`; "spikes", a pair (ticks, ids), ordered so; "samples", of every recorder a pair
    (ticks, values tick by tick); "counts", a pair (ids, spikes) of the neurons that have spiked, in any order.
    """

    def run(self, ticks: int, progress: Callable[[int], object] | None = None) -> dict[str, Any]: ...
    def last_run(self) -> dict[str, Any] | None: ...
    def reset(self, inputs: list[_Input], seed: int | None = None) -> None: ...
    def run_batch(
        self,
        ticks: int,
        samples: int,
        inputs: list[_Input],
        states: list[tuple[int, str]],
        seeds: list[int] | None = None,
        progress: Callable[[int], object] | None = None,
    ) -> dict[str, Any]: ...
    def now(self) -> int: ...
    def state(self, population: int, variable: str) -> NDArray[np.float64]: ...
    def spike_counts(self) -> NDArray[np.uint64]: ...
    def out_degrees(self) -> NDArray[np.uint64]: ...
    def synapses(
        self, source: int, target: int
    ) -> tuple[NDArray[np.uint32], NDArray[np.uint32], NDArray[np.float64], NDArray[np.uint32]]: ...
    def synapses_of(
        self, projection: int
    ) -> tuple[NDArray[np.uint32], NDArray[np.uint32], NDArray[np.float64], NDArray[np.uint32]]: ...
    def statistics(self) -> dict[str, Any]: ...
    def bare_scatter(self, events: int) -> list[float]: ...
    def wiring(self) -> Wiring: ...

@final
class Wiring:
    """The description of a compiled network; it does not keep the machine."""

    def projections(self) -> list[tuple[int, int, int, int, int]]: ...
    def fan_out(self) -> FanOut: ...
    def place(
        self,
        neurons_per_core: int,
        cores_per_tile: int,
        width: int,
        bits_per_synapse: int,
        block: int,
        block_bits: int,
        word_bits: int,
    ) -> dict[str, Any]: ...

@final
class FanOut:
    """Synapses of every source neuron, by projection; degrees are one number where a rule gives all as many."""

    def __new__(cls, sizes: list[int], sources: list[int], degrees: list[int | NDArray[np.uint32]]) -> FanOut: ...
    def synapses(self) -> list[int]: ...
    def operations(self, spikes: NDArray[np.uint64]) -> list[int]: ...
    def degrees(self, projection: int) -> NDArray[np.uint32]: ...
    def __reduce__(self) -> tuple[Any, ...]: ...
