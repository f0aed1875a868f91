"""The oracle: spikes and states of a described network from its equations, in the promised order of operations.

Imports nothing of spikecore. The equations of one step are those of `tests/reference_models.py`; here are the delivery
of spikes, currents, Poisson events and samples. Input of a neuron in a step is summed from zero by (emission, source,
storage kind, creation), then that of matrices, kernels and poolings by (emission, source, declaration), then rare
Poisson events and frequent ones, each in the order of declaration.
"""

from dataclasses import dataclass, field
from typing import Any

import numpy as np


@dataclass
class Edges:
    """The synapses of one projection, in the order of creation; ``rank`` orders the projections of one source."""

    source: int
    target: int
    sources: np.ndarray
    targets: np.ndarray
    weights: np.ndarray
    delays: np.ndarray
    receptors: np.ndarray
    implicit: bool = False
    rank: tuple[int, int] = (0, 0)


@dataclass
class Member:
    """A population: its state (none for a source), its spikes if it is a source, and what drives it.

    `currents` are (amplitudes, first step, first step without); `events` are (counts by step and neuron, weight,
    receptor), those of rare stimuli first. `gain` turns a current into potential per step, in double precision.
    """

    size: int
    state: Any = None
    spikes: tuple[np.ndarray, np.ndarray] | None = None
    i_e: Any = 0.0
    gain: Any = 0.0
    currents: list[tuple[Any, int, float]] = field(default_factory=list)
    events: list[tuple[np.ndarray, float, int]] = field(default_factory=list)


class Fan:
    """The synapses of a source population, neuron by neuron."""

    def __init__(self, size, parts, first_cell, sizes):
        parts = sorted(parts, key=lambda one: one.rank)
        joined = lambda name: np.concatenate([getattr(one, name) for one in parts])  # noqa: E731
        sources = joined("sources").astype(np.int64)
        order = np.argsort(sources, kind="stable")
        cells = [first_cell[one.target] + one.receptors * sizes[one.target] + one.targets for one in parts]
        self.cells = np.concatenate(cells).astype(np.int64)[order]
        self.weights, self.delays = joined("weights")[order], joined("delays")[order].astype(np.int64)
        self.starts = np.searchsorted(sources[order], np.arange(size + 1))

    def of(self, neurons):
        """Places of the synapses of some neurons, in their order."""
        starts, counts = self.starts[neurons], self.starts[neurons + 1] - self.starts[neurons]
        ends = np.cumsum(counts)
        return np.repeat(starts - ends + counts, counts) + np.arange(ends[-1] if len(ends) else 0)


class Queue:
    """What is due, by step: places of accumulators and weights, in the order of emission."""

    def __init__(self, fans):
        self.fans, self.due = fans, {}

    def send(self, step, fired):
        """File the spikes of a step: `fired` is neurons by population, in ascending order."""
        found = [(fan, fan.of(neurons)) for fan, neurons in zip(self.fans, fired, strict=True) if fan and len(neurons)]
        if not found:
            return
        joined = lambda name: np.concatenate([getattr(fan, name)[places] for fan, places in found])  # noqa: E731
        delays = joined("delays")
        order = np.argsort(delays, kind="stable")
        delays, cells, weights = delays[order], joined("cells")[order], joined("weights")[order]
        cuts = np.flatnonzero(np.diff(delays)) + 1
        pieces = zip(np.split(delays, cuts), np.split(cells, cuts), np.split(weights, cuts), strict=True)
        for same, places, values in pieces:
            if len(same):
                self.due.setdefault(step + int(same[0]), []).append((places, values))

    def deliver(self, step, sums):
        """Add what is due to the sums."""
        for places, values in self.due.pop(step, ()):
            np.add.at(sums, places, values)


@dataclass
class Outcome:
    """Rows (tick, global id), states by (population, variable), samples by recorder, and what was watched."""

    spikes: np.ndarray
    states: dict[tuple[int, str], np.ndarray]
    samples: list[np.ndarray]
    watched: list[dict[str, float]]


def read(state, variable):
    """A state variable in double precision, as it is reported."""
    values = {"v": lambda: state.v, "eta": lambda: state.eta, "theta": lambda: state.theta}
    values |= {"i_syn": lambda: state.i[0], "i_exc": lambda: state.i[0], "i_inh": lambda: state.i[1]}
    found = values[variable]().astype(np.float64)
    return found + state.p.e_l if variable == "v" else found


@np.errstate(all="ignore")
def simulate(members, edges, ticks, dtype, exact_sums=False, recorders=(), watch=None):
    """Run a network for some ticks.

    `exact_sums` sums in double precision what is then rounded once: sums of integers. `recorders` are (population,
    variable, neurons, interval). `watch`, (population, neuron), asks for that neuron's potential before its reset,
    threshold, currents and input of every step.
    """
    sizes = [one.size for one in members]
    firsts = np.concatenate([[0], np.cumsum(sizes)])
    first_cell = 2 * firsts[:-1]
    acc_type = np.float64 if exact_sums else dtype
    for one in edges:
        one.weights = one.weights.astype(acc_type)
    queues = []
    for implicit in (False, True):
        used = [one for one in edges if one.implicit == implicit and len(one.sources)]
        parts = [[one for one in used if one.source == k] for k in range(len(sizes))]
        fans = [Fan(n, own, first_cell, sizes) if own else None for n, own in zip(sizes, parts, strict=True)]
        queues.append(Queue(fans))
    sums = np.zeros(2 * int(firsts[-1]), acc_type)
    spikes, samples, watched = [], [[] for _ in recorders], []
    trains = [sorted_by_tick(one.spikes) if one.spikes is not None else None for one in members]
    nobody = np.zeros(0, np.int64)
    for step in range(ticks):
        for queue in queues:
            queue.deliver(step, sums)
        fired = []
        for k, one in enumerate(members):
            if one.state is None:
                fired.append(trains[k].get(step + 1, nobody))
                continue
            cells = sums[first_cell[k] : first_cell[k] + 2 * one.size].reshape(2, -1)
            for counts, weight, receptor in one.events:
                cells[receptor] += acc_type(weight) * counts[step].astype(acc_type)
            one.state.bias = bias(one, step, dtype)
            exc, inh = cells.astype(dtype)
            fired.append(one.state.step(step, exc, inh))
            if watch is not None and watch[0] == k:
                watched.append(look(one.state, watch[1], exc, inh))
        sums[:] = 0
        for queue in queues:
            queue.send(step, fired)
        for k, neurons in enumerate(fired):
            if len(neurons):
                spikes.append(np.stack([np.full(len(neurons), step + 1), firsts[k] + neurons], axis=1))
        for table, (k, variable, neurons, interval) in zip(samples, recorders, strict=True):
            if (step + 1) % interval == 0:
                table.append(read(members[k].state, variable)[neurons])
    with_state = [(k, one.state) for k, one in enumerate(members) if one.state is not None]
    states = {(k, variable): read(state, variable) for k, state in with_state for variable in variables(state)}
    tables = [np.array(rows).reshape(len(rows), len(r[2])) for rows, r in zip(samples, recorders, strict=True)]
    return Outcome(np.concatenate(spikes) if spikes else np.zeros((0, 2), np.int64), states, tables, watched)


def variables(state):
    """Names of the state variables."""
    if hasattr(state, "eta"):
        return ("v", "eta", "theta")
    if state.p.delta:
        return ("v",)
    return ("v", "i_syn") if state.one_current else ("v", "i_exc", "i_inh")


def sorted_by_tick(spikes):
    """Spikes of a source by tick: neurons in ascending order."""
    neurons, ticks = spikes
    if len(neurons) == 0:
        return {}
    order = np.lexsort((neurons, ticks))
    values, starts = np.unique(ticks[order], return_index=True)
    return dict(zip(values.tolist(), np.split(neurons[order].astype(np.int64), starts[1:]), strict=True))


def bias(one, step, dtype):
    """Potential per step from all current that flows in a step."""
    edge = tuple(start <= step < stop for _, start, stop in one.currents)
    kept = getattr(one, "kept", None)
    if kept is None or kept[0] != edge:
        current = np.broadcast_to(np.float64(one.i_e), one.size)
        for (amplitudes, _, _), flows in zip(one.currents, edge, strict=True):
            current = current + amplitudes if flows else current
        one.kept = edge, (np.float64(one.gain) * current).astype(dtype)
    return one.kept[1]


def look(state, neuron, exc, inh):
    """What a neuron has in one step, as plain numbers."""
    of = lambda values: float(np.broadcast_to(values, state.v.shape)[neuron])  # noqa: E731
    currents = [of(values) for values in getattr(state, "i", ())]
    return {
        "v": of(state.reached),
        "theta": of(state.theta),
        "bias": of(state.bias),
        "currents": currents,
        "input": abs(of(exc)) + abs(of(inh)),
    }
