"""Both claims, executed: asynchronous transmission (`clocked`) and local memory (`local_memory`)."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from spikecore import checks, printed
from spikecore.energy.price import Price
from spikecore.energy.profile import Profile
from spikecore.energy.profile_toml import load
from spikecore.energy.studies.clocked import Case, Crossing, case, crossing
from spikecore.energy.studies.local_memory import Place, memory
from spikecore.energy.studies.machines import Run
from spikecore.energy.studies.silicon import silicon

__all__ = ["NEURONS", "RATES_HZ", "Count", "Sweep", "sweep"]

RATES_HZ = (0.0, 1.0, 3.0, 10.0, 30.0, 100.0, 300.0, 600.0)
NEURONS = (256, 1024, 4096)
Count = Callable[[int, float, int, float, int], Run]
"""Runs a network of so many neurons at a rate in Hz, with synapses of each, a time in ms and a seed, and counts."""


@dataclass(frozen=True)
class Sweep:
    """Both machines over rates and sizes, and the weights of one run in three places.

    Attributes
    ----------
    profile : Profile
        Prices that the machines pay; static power is that of the network of `memory_run`.
    cases, same_spikes, crossings : tuple of Case, of Case, of Crossing
        For every size and rate; for every size, all with about the same number of spikes; for every size.
    memory_run, places : Run, tuple of Place
        The largest network at the rate nearest to 10 Hz, and that run with its weights in three places.
    """

    profile: Profile
    synapses: int
    cases: tuple[Case, ...]
    same_spikes: tuple[Case, ...]
    crossings: tuple[Crossing, ...]
    memory_run: Run
    places: tuple[Place, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON, with prices and their sources."""
        return {
            "status": "modelled",
            "profile": self.profile.name,
            "synapses_per_neuron": self.synapses,
            "asynchronous": [case.to_dict() for case in self.cases],
            "crossings": [crossing.to_dict() for crossing in self.crossings],
            "same_spikes": [case.to_dict() for case in self.same_spikes],
            "memory": {"counts": asdict(self.memory_run), "places": [place.to_dict() for place in self.places]},
            "prices": [_price(price) for price in self.profile.prices],
            "unpriced": [{"term": term.term, "reason": term.reason} for term in self.profile.unpriced],
            "notes": list(self.profile.notes),
        }


def sweep(
    count: Count,
    rates: Sequence[float] = RATES_HZ,
    neurons: Sequence[int] = NEURONS,
    synapses: int = 32,
    spikes_per_s: float = 4096.0,
    time: float = 500.0,
    seed: int = 1,
    profile: str | Path | None = None,
) -> Sweep:
    """Compare both machines over rates and sizes, and memories at one rate.

    Parameters
    ----------
    count : callable
        What runs and counts a network: `spikecore.library.counts.count`.
    rates, neurons : sequence of float, sequence of int
        Mean rates in Hz, 0 … 1000, at least one above 0; sizes, multiples of 256.
    synapses, time, seed
        As for `count`.
    spikes_per_s : float
        Spikes per second of the whole network where sizes are compared.
    profile : str or Path, optional
        Hardware profile whose prices per term the machines pay; `silicon` by default, and always for memories.

    Raises
    ------
    NetworkError
        If a value is outside its range, a size has no spikes, or the profile has no prices per term.

    Examples
    --------
    >>> from spikecore.library.counts import count
    >>> swept = sweep(count, [10.0, 600.0], [256], time=100.0)
    >>> [str(crossing)[:14] for crossing in swept.crossings]
    ['crossing at 34']
    """
    if not callable(count):
        checks.wrong_kind("sweep", "count", "a function that runs and counts a network", printed.value(count))
    for name, values in (("rates", rates), ("neurons", neurons)):
        numbers = checks.reals("sweep", name, values, "a list of numbers")
        if numbers.ndim != 1:
            checks.wrong_kind("sweep", name, "a list of numbers", printed.value(values))
        if not numbers.size:
            checks.refuse("sweep", name, "empty", "at least one")
    if max(rates) <= 0.0:
        checks.refuse("sweep", "the highest rate", max(rates), "> 0 Hz")
    prices = None if profile is None else _per_term(load(profile))
    sizes, each = sorted(set(neurons)), sorted(set(rates))
    runs = [[count(size, rate, synapses, time, seed) for rate in each] for size in sizes]
    same = [count(size, spikes_per_s / size, synapses, time, seed) for size in sizes]
    if not all(any(run.spikes for run in of_size) for of_size in runs):
        checks.refuse("sweep", "the number of spikes", 0, "1 or more in a network of each size: a longer time or rate")
    near_10_hz = min((run for run in runs[-1] if run.spikes), key=lambda run: abs(run.rate_hz - 10.0))
    return Sweep(
        profile=silicon(near_10_hz.cores) if prices is None else prices,
        synapses=synapses,
        cases=tuple(case(run, prices) for of_size in runs for run in of_size),
        same_spikes=tuple(case(run, prices) for run in same),
        crossings=tuple(crossing(of_size, prices) for of_size in runs),
        memory_run=near_10_hz,
        places=memory(near_10_hz),
    )


def _per_term(profile: Profile) -> Profile:
    """Refuse prices that contain others: they were measured on one kind of machine and say nothing of the other."""
    if any(price.scope == "all-in" for price in profile.prices):
        checks.refuse("sweep", f"the scope of profile {profile.name!r}", "'all-in'", "'per-term'")
    if profile.measured or not profile.prices:
        checks.refuse("sweep", "profile", repr(profile.name), "one with prices per term")
    return profile


def _price(price: Price) -> dict[str, Any]:
    names = ("term", "unit", "evidence", "node", "voltage_v", "source", "note")
    values = {level.name: level.value for level in price.levels} or price.value
    return {"value": values, **{name: getattr(price, name) for name in names}}
