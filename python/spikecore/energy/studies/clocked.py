"""One run as two machines: a synchronous one, clocked, and an asynchronous one, driven by events.

`machines` counts what each does and prices both alike; here their energies are compared. Static power is the price
of time: both pay it, so it stands apart from dynamic energy and moves no crossing. All figures are modelled.
"""

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from itertools import pairwise
from typing import Any

from spikecore import checks
from spikecore.energy import Profile
from spikecore.energy.studies.machines import Run, asynchronous, synchronous
from spikecore.energy.studies.silicon import MachineEnergy, is_static, machine_energy, silicon

__all__ = ["Case", "Crossing", "case", "crossing"]


@dataclass(frozen=True)
class Case:
    """One run, priced as both machines; `static_j` is the same for either, and 0 where static power has no price.

    Attributes
    ----------
    dynamic_ratio, total_ratio : float or None
        Synchronous over asynchronous energy, without and with static energy; None where the asynchronous machine takes
        nothing, or static power has no price.
    idle_j, asynchronous_per_spike_j : float, float or None
        Dynamic energy of the asynchronous machine if nothing spiked, and above that by spikes; None without spikes.
    """

    run: Run
    synchronous: MachineEnergy
    asynchronous: MachineEnergy
    static_j: float
    static_is_priced: bool
    dynamic_ratio: float | None
    total_ratio: float | None
    idle_j: float
    asynchronous_per_spike_j: float | None

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        run, plain = self.run, asdict(self)
        derived = {"counted_rate_hz": run.counted_rate_hz, "activity": run.activity, "seconds": run.seconds}
        return {**plain.pop("run"), **derived, **plain}


@dataclass(frozen=True)
class Crossing:
    """The rate at which both machines take the same dynamic energy for one network of `neurons`.

    Attributes
    ----------
    activity : float
        Spikes per neuron and tick where energies are equal, if every neuron is updated in every tick; below 0 or from
        1 on there is no crossing.
    closed_form_hz, updated : float or None
        That activity as a rate, and the share of neurons that is updated at this rate if input is Poisson: well below
        1, the true rate is higher. None without crossing.
    interpolated_hz, highest_hz : float or None, float
        A line between the swept rates where the difference changes sign, None where it never does; the highest rate.
    """

    neurons: int
    activity: float
    closed_form_hz: float | None
    updated: float | None
    interpolated_hz: float | None
    highest_hz: float

    def __str__(self) -> str:
        if self.closed_form_hz is None:
            cheaper = "asynchronous" if self.activity > 0.0 else "synchronous"
            return f"no crossing: the {cheaper} machine takes less at every rate below one spike per neuron and tick"
        if self.interpolated_hz is None:
            swept = f"not among the rates of this sweep (up to {self.highest_hz:.1f} Hz)"
            return f"crossing at {self.closed_form_hz:.1f} Hz, {swept}"
        both = f"{self.closed_form_hz:.1f} Hz in closed form, {self.interpolated_hz:.1f} Hz interpolated"
        return f"crossing at {both}; above, the synchronous machine takes less"

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        return {name: value for name, value in asdict(self).items() if name != "highest_hz"} | {"said": str(self)}


def case(run: Run, prices: Profile | None = None) -> Case:
    """Price one run as both machines, with prices per term; those of `silicon` by default.

    Examples
    --------
    >>> from spikecore.library.counts import count
    >>> quiet, busy = (case(count(256, rate)) for rate in (1.0, 600.0))
    >>> quiet.dynamic_ratio > 100, busy.dynamic_ratio < 1
    (True, True)
    """
    checks.instance("case", "run", run, Run)
    profile = silicon(run.cores) if prices is None else prices
    clocked, events, idle = (
        machine_energy(ledger, profile) for ledger in (synchronous(run), asynchronous(run), asynchronous(run.silent()))
    )
    static_is_priced = any(map(is_static, profile.prices))
    return Case(
        run=run,
        synchronous=clocked,
        asynchronous=events,
        static_j=clocked.static_j,
        static_is_priced=static_is_priced,
        dynamic_ratio=_ratio(clocked.dynamic_j, events.dynamic_j),
        total_ratio=_ratio(clocked.total_j, events.total_j) if static_is_priced else None,
        idle_j=idle.dynamic_j,
        asynchronous_per_spike_j=_ratio(events.dynamic_j - idle.dynamic_j, run.spikes),
    )


def crossing(runs: Sequence[Run], prices: Profile | None = None) -> Crossing:
    """Return the rate at which both machines take the same dynamic energy, from runs of one network.

    Raises
    ------
    NetworkError
        If no run has spikes, or nothing that a spike does has a price.

    Notes
    -----
    Per neuron and tick the synchronous machine takes S. The asynchronous one takes U for an update and A for a spike
    with its K synaptic operations: as much at the activity :math:`a = (S - U) / A` and the rate a / dt, if a < 1.

    Examples
    --------
    >>> from spikecore.library.counts import count
    >>> equal = crossing([count(256, rate) for rate in (100.0, 600.0)])
    >>> abs(equal.interpolated_hz / equal.closed_form_hz - 1.0) < 0.05
    True
    """
    busiest = max(runs, key=lambda run: run.spikes, default=None)
    if busiest is None or not busiest.spikes:
        checks.refuse("sweep", "the number of runs with spikes", 0, "1 or more")
    profile = silicon(busiest.cores) if prices is None else prices
    cells = busiest.neurons * busiest.ticks
    updates_alone = replace(busiest.silent(), updates=cells)
    all_updated = replace(busiest, synaptic_operations=busiest.spikes * busiest.synapses, updates=cells)
    clocked_j, updates_j, events_j = (
        machine_energy(ledger, profile).dynamic_j
        for ledger in (synchronous(busiest), asynchronous(updates_alone), asynchronous(all_updated))
    )
    if events_j <= updates_j:
        checks.refuse("sweep", "the price of a spike", 0.0, "> 0 J: the profile prices nothing that spikes do")
    activity = (clocked_j - updates_j) / cells / ((events_j - updates_j) / busiest.spikes)
    crosses = 0.0 <= activity < 1.0 - 1e-9
    return Crossing(
        neurons=busiest.neurons,
        activity=activity,
        closed_form_hz=activity / busiest.dt_ms * 1e3 if crosses else None,
        updated=1.0 - math.exp(-activity * (busiest.synapses + 1)) if crosses else None,
        interpolated_hz=_interpolated(runs, profile),
        highest_hz=max(run.counted_rate_hz for run in runs),
    )


def _ratio(above: float, below: float) -> float | None:
    return above / below if below else None


def _interpolated(runs: Sequence[Run], profile: Profile) -> float | None:
    points: list[tuple[float, float]] = []
    for run in sorted(runs, key=lambda run: run.spikes):
        clocked, events = (machine_energy(ledger(run), profile).dynamic_j for ledger in (synchronous, asynchronous))
        points.append((run.counted_rate_hz, events - clocked))
    for (low, below), (high, above) in pairwise(points):
        if below < 0.0 <= above:
            return low + (high - low) * below / (below - above)
    return None
