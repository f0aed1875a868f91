"""What `compile` and `forecast` warn of: rounding that matters, magnitudes that no neuron has, spikes before any input.

Nothing here refuses anything. Populations are looked at one by one; of arrays, the most extreme neuron for rounding and
the median for magnitudes.

**Rounding.** With tau_m far above dt a tick changes the potential by little. In 32 bits the product with the decay and
the sum with the input are each rounded to half a unit of the last place, at most 2^-24 of the potential, and the decay
by 2^-25; divided by the dt / tau_m by which a tick moves it, these shift the current at which a neuron begins to fire
by at most 2.5 x 2^-24 x tau_m / dt. Of 300 neurons with thresholds of 1 ... 32 mV above rest, the largest shift was
2.25 of the 2.5, and a tenth had more than 1.5. Currents and adaptations have a product alone: their time constants were
off by 0.5 x 2^-24 x tau / dt at most, 0.3 % at 100,000 ticks, and are not spoken of.

In 16 bits a weight is a multiple of a power of two, one for all weights onto a population, of which the largest is
32,767 at most; what is below half of it becomes 0. The engine counts these, and the neurons that start above threshold.

**Magnitudes.** A wrong unit is a factor of a thousand or more, so the limits are wide: see `LIMITS`. They catch seconds
for ms, V for mV, nF and F for pF, nA for pA, and weights in mV on neurons that take pA. They do not catch a factor of
ten, weights of more than some 0.1 mV on neurons that take pA, and values of 0. Neurons without leak have no scale of
their own and are left out, as are those that stand for such: with `tau_m` from `NO_LEAK` on, or a threshold beyond
`NO_THRESHOLD`.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spikecore import printed
from spikecore.arrays import is_array
from spikecore.distributions import Normal, Uniform
from spikecore.population import Population, Projection
from spikecore.stimuli import DirectCurrent, Stimulus

__all__ = [
    "LIMITS",
    "SHARE",
    "SHORTEST",
    "on_lost_weights",
    "on_rounding",
    "on_start",
    "on_units",
    "significant_bits",
    "typical",
]

SHORTEST = 1e-4
"""dt / tau_m below which rounding to 32 bits is worth a word: the threshold may be off by 0.15 %."""
SHARE = 2.5 * 2.0**-24
"""Most by which the threshold is off, for each tick of tau_m."""

LIMITS = {
    "dt": (5e-4, 1e2),
    "tau_m / dt": (0.5, 1e9),
    "tau_m / c_m": (1e-3, 10.0),
    "v_th - e_l": (0.1, 1e3),
    "weight in mV": (5e-5, 5.0),
    "weight in pA": (7e-5, 1e3),
    "current": (2.5e-3, 1e3),
}
"""What is plausible: ticks in ms, and per membrane time constant; membrane resistance in GOhm (cells have 0.01 ... 1);
distance to the threshold in mV; and how far one synapse, and a constant current, move the potential, as a share of it.
"""
MOST_LOST = 0.01
"""Share of the weights of a projection that may become 0 without a word: each is below 1/65,534 of the largest."""
MOST_STARTED = 0.5
"""Share of a population that may start above threshold without a word. Models do so on purpose: of the microcircuit
21 % do, whose potentials are drawn about -58 mV with an sd of 10 below a threshold of -50 (Potjans and Diesmann 2014).
"""
NO_LEAK = 1e6
"""In ms: a thousand seconds."""
NO_THRESHOLD = 1e3
"""In mV above rest."""
_MOST = 4
"""Findings that one warning names."""
_SAMPLE = 1_000


def on_rounding(populations: Iterable[Population], dt: float) -> str:
    """Return what 32 bits do to populations with long time constants in ticks; empty if nothing to speak of."""
    parts = []
    for population in populations:
        longest = _longest(getattr(population.model, "tau_m", 0.0))
        if longest * SHORTEST > dt:
            what = "threshold" if np.isfinite(getattr(population.model, "v_th", np.inf)).any() else "potential"
            share = 100.0 * SHARE * longest / dt
            parts.append(
                f"{printed.value(population.name)}: tau_m is {longest / dt:,.0f} ticks, "
                f"so its {what} may be off by {share:.2g} %"
            )
    return f"{_joined(parts)}; precision='f64' has none of this" if parts else ""


def on_lost_weights(projections: Sequence[Projection], lost: Iterable[tuple[int, float, float]]) -> str:
    """Return which weights 16 bits make 0, of number, share and grid of each projection; empty if few."""
    parts = []
    for index, share, step in lost:
        if share >= MOST_LOST:
            source, target = (printed.value(end.name) for end in (projections[index].source, projections[index].target))
            parts.append(
                f"{source} → {target}: {100.0 * share:.2g} % of its weights become 0: they are below half of {step:g}, "
                f"the grid of all weights onto {target}"
            )
    return f"{_joined(parts)}; weights='f32' has none of this" if parts else ""


def on_start(populations: Sequence[Population], above: Iterable[tuple[int, int]]) -> str:
    """Return who starts at or above threshold, of the number of each population and of its neurons; empty if few."""
    parts = [
        f"{printed.value(population.name)}: {count:,} of {population.size:,} neurons start at or above their threshold "
        "(v_init) and spike at once"
        for population, count in ((populations[index], count) for index, count in above)
        if count > MOST_STARTED * population.size
    ]
    return _joined(parts)


def on_units(
    populations: Iterable[Population],
    projections: Iterable[Projection],
    stimuli: Iterable[tuple[Population, Stimulus]],
    dt: float,
) -> str:
    """Return which magnitudes are beyond `LIMITS`, as if in another unit; empty if none is."""
    scales = {population.name: _Scale(population.model) for population in populations}
    parts = [part for population in populations for part in scales[population.name].of_parameters(population, dt)]
    plain = set[tuple[str, float]]()
    for projection in projections:
        name, weight = projection.target.name, projection.typical_weight
        if weight is None or (name, weight) in plain:
            continue
        scale = scales[name]
        if not any(scale.of_weight("", weight)):
            plain.add((name, weight))
        else:
            parts += scale.of_weight(f"a synapse of {projection.source.name!r} → {projection.target.name!r}", weight)
    for population, stimulus in stimuli:
        name = printed.value(population.name)
        if isinstance(stimulus, DirectCurrent):
            parts += scales[population.name].of_current(f"a direct current into {name}", typical(stimulus.amplitude))
        else:
            parts += scales[population.name].of_weight(f"a Poisson event at {name}", typical(stimulus.weight))
    return _joined(list(dict.fromkeys(parts)))


def typical(value: Any) -> float:
    """Return a magnitude that stands for a value: the median of what is not 0 in an array, of a sample if it is long.

    Examples
    --------
    >>> typical(-3.0), typical([0.0, 1.0, 3.0]), typical(Normal(2.0, 0.1)), typical(Uniform(1.0, 3.0))
    (3.0, 2.0, 2.0, 2.0)
    """
    if isinstance(value, Normal):
        return abs(value.mean)
    if isinstance(value, Uniform):
        return abs(value.low + value.high) / 2.0
    if not is_array(value):
        magnitude = abs(float(value))
        return magnitude if magnitude > 0.0 else 0.0
    some = _sample(value)
    return float(np.median(some)) if len(some) else 0.0


def significant_bits(value: Any) -> int | None:
    """Return the bits of whole numbers that hold weights up to one factor, signs apart; None where there is no factor.

    Of an array a sample is looked at, so more may be needed. No distribution has such a factor.

    Examples
    --------
    >>> significant_bits(0.3), significant_bits([0.5, -1.5, 2.0]), significant_bits(Normal(2.0, 0.1))
    (1, 3, None)
    """
    if isinstance(value, Normal | Uniform):
        return None
    if not is_array(value):
        return 1
    from spikecore import scaling  # start-up time: fractions

    return scaling.significant_bits(_sample(value))


def _sample(value: Any) -> NDArray[np.float64]:
    """Return magnitudes above 0 of an array, shape (n,)."""
    if isinstance(value, list | tuple):  # it is not made an array for the sake of a sample
        value = value[:: max(1, len(value) // _SAMPLE)]
    flat = np.asarray(value).reshape(-1)
    some = np.abs(flat[:: max(1, len(flat) // _SAMPLE)].astype(np.float64))
    return some[some > 0.0]


class _Scale:
    """Magnitudes of a model; None where it has no such parameter, or an infinite one."""

    def __init__(self, model: Any) -> None:
        self.tau_m, self.c_m = _median(model, "tau_m", NO_LEAK), _median(model, "c_m")
        v_th, e_l = _median(model, "v_th"), _median(model, "e_l")
        self.distance = None if v_th is None or e_l is None or v_th - e_l > NO_THRESHOLD else v_th - e_l
        self.i_e = typical(getattr(model, "i_e", 0.0))
        self.tau_syn = _median(model, "tau_syn_exc")

    def of_parameters(self, population: Population, dt: float) -> Iterator[str]:
        name = printed.value(population.name)
        if self.tau_m is None or self.c_m is None:
            return
        if _beyond("dt", dt):
            yield f"dt is {dt:g} ms"
        if _beyond("tau_m / dt", self.tau_m / dt):
            yield f"{name}: tau_m = {self.tau_m:g} ms is {self.tau_m / dt:.3g} ticks of {dt:g} ms"
        if _beyond("tau_m / c_m", self.tau_m / self.c_m):
            resistance = f"{self.tau_m / self.c_m:.3g} GΩ"
            yield f"{name}: tau_m = {self.tau_m:g} ms with c_m = {self.c_m:g} pF is a resistance of {resistance}"
        if self.distance is not None and _beyond("v_th - e_l", self.distance):
            yield f"{name}: the threshold is {self.distance:.3g} mV above rest"
        yield from self.of_current(f"i_e of {name}", self.i_e)

    def of_current(self, what: str, current: float) -> Iterator[str]:
        if self.tau_m is not None and self.c_m is not None:
            yield from self._of_effect("current", what, f"{current:g} pA", current * self.tau_m / self.c_m)

    def of_weight(self, what: str, weight: float) -> Iterator[str]:
        if self.tau_m is None or self.c_m is None:
            return
        if self.tau_syn is None:
            yield from self._of_effect("weight in mV", what, f"{weight:g} mV", weight)
        else:
            yield from self._of_effect("weight in pA", what, f"{weight:g} pA", weight * self.tau_syn / self.c_m)

    def _of_effect(self, kind: str, what: str, size: str, effect: float) -> Iterator[str]:
        if self.distance is not None and self.distance > 0.0 and effect and _beyond(kind, effect / self.distance):
            yield f"{what} is {size} and moves v by {effect:.2g} mV of {self.distance:.3g}"


def _longest(tau: Any) -> float:
    """Return the longest time constant of a population, without those that stand for no leak."""
    if isinstance(tau, float):
        return tau if tau < NO_LEAK else 0.0
    return float(np.max(tau, where=tau < NO_LEAK, initial=0.0))


def _median(model: Any, parameter: str, below: float = np.inf) -> float | None:
    """Return the median of a parameter; None where the model has none, or it is not below a limit."""
    value = getattr(model, parameter, None)
    median = np.inf if value is None else float(np.median(value) if is_array(value) else value)
    return median if median < below else None


def _beyond(kind: str, value: float) -> bool:
    low, high = LIMITS[kind]
    return not low <= value <= high


def _joined(parts: list[str]) -> str:
    more = f"; and {len(parts) - _MOST} more" if len(parts) > _MOST else ""
    return "; ".join(islice(parts, _MOST)) + more
