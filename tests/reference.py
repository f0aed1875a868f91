"""The oracle: leaky integrate-and-fire networks, slow and obvious, written from the equations.

Imports nothing of spikecore. One Python loop over steps; within a step every operation is one numpy
operation in the state's precision, in the order that the engine promises, so results may be compared
bit for bit.

Semantics (NEST's order; Rotter & Diesmann 1999 for the propagators). Step ``k`` leads from time
``k h`` to ``(k + 1) h``; a spike found in it is stamped ``k + 1`` and with a delay of ``d`` ticks is
added to its target in step ``k + d``:

exponential synapses (``iaf_psc_exp``)::

    if not refractory: V = (V P22 + I0 P21_0 [+ I1 P21_1]) + P20 I_e      else: count down
    I = I P11 + input
    if V >= theta: spike, V = reset, refractory for t_ref / h steps

delta synapses (``iaf_psc_delta``)::

    if not refractory: V = (V P22 + P20 I_e) + input      else: count down, input is lost

``V`` is relative to the resting potential. Input of a step is summed from zero in the order (emission,
source, storage kind, creation). Magnitudes below 1e-30 become zero.
"""

from dataclasses import dataclass, field

import numpy as np

TINY = 1e-30


@dataclass
class Neurons:
    """A population: parameters in ms, mV, pF, pA; ``v0`` are absolute initial potentials."""

    size: int
    v0: np.ndarray | float = -65.0
    delta: bool = False
    tau_m: float = 10.0
    c_m: float = 250.0
    e_l: float = -65.0
    v_th: float = -50.0
    v_reset: float = -65.0
    t_ref: float = 2.0
    tau_syn_exc: float = 0.5
    tau_syn_inh: float = 0.5
    i_e: float = 0.0
    currents: list[tuple[float, int, int]] = field(default_factory=list)
    """Direct currents: (pA, first step, first step without)."""

    def state(self, h: float, dtype: type) -> "Population":
        """Initial state."""
        return Population(self, h, dtype)


@dataclass
class Source:
    """A spike source: stamped ticks and indices."""

    size: int
    ticks: list[int]
    neurons: list[int]


def propagators(p: Neurons, h: float) -> dict[str, float]:
    """Exact propagators of one step, in double precision."""

    def p21(tau: float) -> float:
        if tau == p.tau_m:
            return h / p.c_m * np.exp(-h / tau)
        factor = p.tau_m * tau / (p.c_m * (p.tau_m - tau))
        return factor * np.exp(-h / p.tau_m) * -np.expm1(h / p.tau_m - h / tau)

    return {
        "p22": np.exp(-h / p.tau_m),
        "p20": -p.tau_m / p.c_m * np.expm1(-h / p.tau_m),
        "p11e": np.exp(-h / p.tau_syn_exc),
        "p11i": np.exp(-h / p.tau_syn_inh),
        "p21e": p21(p.tau_syn_exc),
        "p21i": p21(p.tau_syn_inh),
    }


class Population:
    """State of one population."""

    def __init__(self, p: Neurons, h: float, dtype: type) -> None:
        self.p, self.dtype = p, dtype
        self.k = {name: dtype(value) for name, value in propagators(p, h).items()}
        self.p20 = propagators(p, h)["p20"]
        self.v = (np.broadcast_to(np.float64(p.v0), p.size) - p.e_l).astype(dtype)
        self.i = [np.zeros(p.size, dtype), np.zeros(p.size, dtype)]
        self.r = np.zeros(p.size, int)
        self.one_current = not p.delta and p.tau_syn_exc == p.tau_syn_inh
        self.theta, self.reset = dtype(p.v_th - p.e_l), dtype(p.v_reset - p.e_l)
        self.t_ref = round(p.t_ref / h)

    def settle(self, x: np.ndarray) -> np.ndarray:
        """Exact zero for what is too small to matter."""
        return np.where(np.abs(x) < self.dtype(TINY), self.dtype(0), x)

    def step(self, k: int, input_exc: np.ndarray, input_inh: np.ndarray) -> np.ndarray:
        """One step; returns the indices that fired."""
        current = self.p.i_e
        for amplitude, start, stop in self.p.currents:
            current = current + amplitude if start <= k < stop else current
        bias = self.dtype(self.p20 * current)
        c = self.k
        if self.p.delta:
            moved = (self.v * c["p22"] + bias) + input_exc
        elif self.one_current:
            moved = (self.v * c["p22"] + self.i[0] * c["p21e"]) + bias
        else:
            moved = ((self.v * c["p22"] + self.i[0] * c["p21e"]) + self.i[1] * c["p21i"]) + bias
        self.v = np.where(self.r == 0, self.settle(moved), self.v)
        self.r = np.maximum(self.r - 1, 0)
        if not self.p.delta:
            self.i[0] = self.settle(self.i[0] * c["p11e"] + input_exc)
            self.i[1] = self.settle(self.i[1] * c["p11i"] + input_inh)
        fired = np.flatnonzero(self.v >= self.theta)
        self.v[fired] = self.reset
        self.r[fired] = self.t_ref
        return fired


def simulate(
    populations: list[Neurons | Source],
    synapses: list[tuple[int, int, np.ndarray, np.ndarray, np.ndarray, np.ndarray]],
    steps: int,
    h: float = 0.1,
    dtype: type = np.float64,
) -> tuple[np.ndarray, list[np.ndarray]]:
    """Run a network.

    Parameters
    ----------
    populations
        Neurons and sources; global ids are consecutive.
    synapses
        (source population, target population, sources, targets, weights, delays in ticks), each in the
        order in which equal (emission, source, delay) are to be summed.
    steps
        Number of steps.

    Returns
    -------
    spikes
        Rows (tick, global id), sorted.
    potentials
        Absolute potentials of every population after the last step (empty for sources).
    """
    first = np.concatenate([[0], np.cumsum([p.size for p in populations])])
    state = [None if isinstance(p, Source) else p.state(h, dtype) for p in populations]
    # Outgoing synapses of each global id, as (delay, target population, target, weight, order).
    outgoing: dict[int, list[tuple[int, int, int, float, int]]] = {}
    order = 0
    for source_pop, target_pop, sources, targets, weights, delays in synapses:
        columns = zip(sources, targets, weights, delays, strict=True)
        for source, target, weight, delay in columns:
            row = outgoing.setdefault(int(first[source_pop] + source), [])
            row.append((int(delay), target_pop, int(target), float(weight), order))
            order += 1
    due: dict[int, list[tuple[int, int, int, int, int, float]]] = {}
    spikes = []
    for k in range(steps):
        exc = [np.zeros(p.size, dtype) for p in populations]
        inh = [np.zeros(p.size, dtype) for p in populations]
        # Canonical order: emission step, source id, then the order given.
        for _, _, _, pop, target, weight in sorted(due.pop(k, [])):
            accumulators = exc if weight >= 0 or state[pop].one_current or state[pop].p.delta else inh
            accumulators[pop][target] += dtype(weight)
        for pop, p in enumerate(populations):
            if isinstance(p, Source):
                fired = sorted(n for t, n in zip(p.ticks, p.neurons, strict=True) if t == k + 1)
            else:
                fired = state[pop].step(k, exc[pop], inh[pop])
            for index in fired:
                source = int(first[pop] + index)
                spikes.append((k + 1, source))
                for delay, target_pop, target, weight, place in outgoing.get(source, []):
                    due.setdefault(k + delay, []).append((k, source, place, target_pop, target, weight))
    potentials = [s.v.astype(np.float64) + s.p.e_l if s else np.array([]) for s in state]
    return np.array(sorted(spikes), dtype=np.int64).reshape(-1, 2), potentials
