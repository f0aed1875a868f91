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
from spikecore.energy.bill import bill
from spikecore.energy.ledger import Ledger
from spikecore.energy.profile import Profile
from spikecore.energy.studies.machines import Run, asynchronous, silicon, synchronous

__all__ = ["Case", "Crossing", "MachineEnergy", "case", "crossing"]


@dataclass(frozen=True)
class MachineEnergy:
    """Energy of one machine for one run, J.

    Attributes
    ----------
    terms : dict of str to float
        Energy by term of the profile.
    dynamic_j, static_j : float
        Their sums, without and of static power.
    """

    terms: dict[str, float]
    dynamic_j: float
    static_j: float

    @property
    def total_j(self) -> float:
        """Dynamic and static energy, J."""
        return self.dynamic_j + self.static_j


@dataclass(frozen=True)
class Case:
    """One run, priced as both machines.

    Attributes
    ----------
    run : Run
        Its counts.
    synchronous, asynchronous : MachineEnergy
        What each machine takes.
    idle_j : float
        Dynamic energy that the asynchronous machine takes when nothing spikes, J.
    static_is_priced : bool
        Whether the profile has a price of static power; where it has none, `static_j` is 0 and means nothing.
    """

    run: Run
    synchronous: MachineEnergy
    asynchronous: MachineEnergy
    idle_j: float
    static_is_priced: bool

    @property
    def static_j(self) -> float:
        """Static energy, J: the same for both machines."""
        return self.synchronous.static_j

    @property
    def dynamic_ratio(self) -> float | None:
        """Synchronous over asynchronous dynamic energy; None where the asynchronous machine takes none."""
        return _ratio(self.synchronous.dynamic_j, self.asynchronous.dynamic_j)

    @property
    def total_ratio(self) -> float | None:
        """The ratio with static energy; None where static power has no price."""
        return _ratio(self.synchronous.total_j, self.asynchronous.total_j) if self.static_is_priced else None

    @property
    def asynchronous_per_spike_j(self) -> float | None:
        """Dynamic energy of the asynchronous machine above idle, by spikes, J; None without spikes."""
        return _ratio(self.asynchronous.dynamic_j - self.idle_j, self.run.spikes)

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        names = ("static_j", "dynamic_ratio", "total_ratio", "asynchronous_per_spike_j")
        plain = asdict(self) | {name: getattr(self, name) for name in names}
        of_run = {name: getattr(self.run, name) for name in ("counted_rate_hz", "activity", "seconds")}
        plain["synchronous"]["total_j"], plain["asynchronous"]["total_j"] = (
            machine.total_j for machine in (self.synchronous, self.asynchronous)
        )
        return {**plain.pop("run"), **of_run, **plain}


@dataclass(frozen=True)
class Crossing:
    """The rate at which both machines take the same dynamic energy for one network.

    Attributes
    ----------
    neurons : int
        Of the network.
    activity : float
        Spikes per neuron and tick at which energies are equal, by the prices, with every neuron updated in every
        tick. Below 0 or from 1 on there is no crossing.
    closed_form_hz : float or None
        That activity as a rate, Hz; None without crossing.
    updated : float or None
        Share of the neurons that is updated at this rate if input is Poisson: where it is well below 1 the true rate
        is a little higher.
    interpolated_hz : float or None
        A line between the two swept rates where the difference changes sign, Hz; None where it changes nowhere.
    highest_hz : float
        Highest rate of the sweep, Hz.
    """

    neurons: int
    activity: float
    closed_form_hz: float | None
    updated: float | None
    interpolated_hz: float | None
    highest_hz: float

    def __str__(self) -> str:
        """Return the crossing as a sentence."""
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
        plain = asdict(self)
        del plain["highest_hz"]
        return {**plain, "said": str(self)}


def case(run: Run, prices: Profile | None = None) -> Case:
    """Price one run as both machines.

    Parameters
    ----------
    run : Run
        Counts of the network.
    prices : Profile, optional
        Prices per term; those of `silicon` by default.

    Examples
    --------
    >>> from spikecore.energy.studies.machines import count
    >>> quiet, busy = (case(count(256, rate)) for rate in (1.0, 600.0))
    >>> quiet.dynamic_ratio > 100, busy.dynamic_ratio < 1
    (True, True)
    """
    profile = silicon(run.cores) if prices is None else prices
    return Case(
        run=run,
        synchronous=_energy(synchronous(run), profile),
        asynchronous=_energy(asynchronous(run), profile),
        idle_j=_energy(asynchronous(run.silent()), profile).dynamic_j,
        static_is_priced=any(price.count == "biological_s" for price in profile.prices),
    )


def crossing(runs: Sequence[Run], prices: Profile | None = None) -> Crossing:
    """Return the rate at which both machines of a network take the same dynamic energy.

    Parameters
    ----------
    runs : sequence of Run
        Of one network, at least one with spikes.
    prices : Profile, optional
        Prices per term; those of `silicon` by default.

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
    >>> from spikecore.energy.studies.machines import count
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
    clocked_j = _energy(synchronous(busiest), profile).dynamic_j
    updates_j, with_spikes_j = (_energy(asynchronous(run), profile).dynamic_j for run in (updates_alone, all_updated))
    if with_spikes_j <= updates_j:
        checks.refuse("sweep", "the price of a spike", 0.0, "> 0 J: the profile prices nothing that spikes do")
    activity = (clocked_j - updates_j) / cells / ((with_spikes_j - updates_j) / busiest.spikes)
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


def _energy(ledger: Ledger, profile: Profile) -> MachineEnergy:
    lines = bill(ledger, profile).lines
    static = sum(line.nominal_j for line in lines if line.price.count == "biological_s")
    dynamic = sum(line.nominal_j for line in lines if line.price.count != "biological_s")
    return MachineEnergy({line.price.term: line.nominal_j for line in lines}, dynamic, static)


def _interpolated(runs: Sequence[Run], profile: Profile) -> float | None:
    points: list[tuple[float, float]] = []
    for run in sorted(runs, key=lambda run: run.spikes):
        clocked, events = (_energy(ledger(run), profile).dynamic_j for ledger in (synchronous, asynchronous))
        points.append((run.counted_rate_hz, events - clocked))
    for (low, below), (high, above) in pairwise(points):
        if below < 0.0 <= above:
            return low + (high - low) * below / (below - above)
    return None
