"""The oracle of integrators, read-outs, alpha currents, adaptive neurons and parameters per neuron; see `reference.py`.

Imports nothing of spikecore. Every parameter may be an array with a value per neuron. Semantics, in the
order of operations that the engine promises:

leaky (`Varied`): as in `reference.py`; with ``tau_m = inf`` P22 = 1, P20 = h / C and P21 = tau / C (1 -
exp(-h / tau)); with ``v_th = inf`` no spikes; with ``subtracts`` a spike adds ``reset - theta`` to V.

adaptive (`Adaptive`; Yin, Corradi & Bohte 2020)::

    eta = eta rho + (1 - rho) S                  S: fired in the step before
    theta = b0 + beta eta
    V = ((V alpha + gain I_e) + input gain) - theta S,  gain = (1 - alpha) R
    S = V > theta

alpha (`Alpha`; Rotter & Diesmann 1999, NEST's ``iaf_psc_alpha``), a slope D and a current I for each receptor::

    if not refractory: V = (V P22 + (D0 P31_0 + I0 P21_0) [+ (D1 P31_1 + I1 P21_1)]) + P20 I_e      else: count down
    I, D = D P10 + I P11, D P11 + input e / tau,  P10 = h P11

`reached` is the potential that a step leads to, before a reset.
"""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import reference


def propagators(p: Any, h: float) -> dict[str, np.ndarray]:
    """Exact propagators of one step, in double precision, per neuron."""
    tau_m, c_m = (np.broadcast_to(np.float64(x), p.size) for x in (p.tau_m, p.c_m))
    leaky = np.isfinite(tau_m)
    finite = np.where(leaky, tau_m, 1.0)

    def p21(tau: Any) -> np.ndarray:
        tau = np.broadcast_to(np.float64(tau), p.size)
        apart = np.where(finite == tau, 1.0, finite - tau)
        general = finite * tau / (c_m * apart) * np.exp(-h / finite) * -np.expm1(h / finite - h / tau)
        alpha = h / c_m * np.exp(-h / tau)
        return np.where(leaky, np.where(finite == tau, alpha, general), tau / c_m * -np.expm1(-h / tau))

    return {
        "p22": np.exp(-h / tau_m),
        "p20": np.where(leaky, -finite / c_m * np.expm1(-h / finite), h / c_m),
        "p11e": np.exp(-h / np.float64(p.tau_syn_exc)),
        "p11i": np.exp(-h / np.float64(p.tau_syn_inh)),
        "p21e": p21(p.tau_syn_exc),
        "p21i": p21(p.tau_syn_inh),
    }


@dataclass
class Varied(reference.Neurons):
    """Leaky neurons, read-outs and integrators; any parameter may be an array."""

    subtracts: bool = False

    def state(self, h: float, dtype: type) -> "Leaky":
        """Initial state."""
        return Leaky(self, h, dtype)


class Leaky:
    """State of a `Varied` population."""

    def __init__(self, p: Varied, h: float, dtype: type) -> None:
        self.p, self.dtype = p, dtype
        every = lambda x: np.broadcast_to(np.float64(x), p.size)  # noqa: E731
        exact = propagators(p, h)
        self.k = {name: every(value).astype(dtype) for name, value in exact.items()}
        self.bias = (exact["p20"] * every(p.i_e)).astype(dtype)
        self.v = (every(p.v0) - every(p.e_l)).astype(dtype)
        self.i = [np.zeros(p.size, dtype), np.zeros(p.size, dtype)]
        self.r = np.zeros(p.size, int)
        self.one_current = not p.delta and bool(np.all(np.equal(p.tau_syn_exc, p.tau_syn_inh)))
        theta, reset = every(p.v_th) - every(p.e_l), every(p.v_reset) - every(p.e_l)
        self.theta, self.reset, self.jump = (x.astype(dtype) for x in (theta, reset, reset - theta))
        self.t_ref = np.rint(every(p.t_ref) / h).astype(int)

    def settle(self, x: np.ndarray) -> np.ndarray:
        """Exact zero for what is too small to matter."""
        return np.where(np.abs(x) < self.dtype(reference.TINY), self.dtype(0), x)

    def step(self, _: int, exc: np.ndarray, inh: np.ndarray) -> np.ndarray:
        """One step; returns the indices that fired."""
        c = self.k
        if self.p.delta:
            moved = (self.v * c["p22"] + self.bias) + exc
        elif self.one_current:
            moved = (self.v * c["p22"] + self.i[0] * c["p21e"]) + self.bias
        else:
            moved = ((self.v * c["p22"] + self.i[0] * c["p21e"]) + self.i[1] * c["p21i"]) + self.bias
        self.v = np.where(self.r == 0, self.settle(moved), self.v)
        self.r = np.maximum(self.r - 1, 0)
        if not self.p.delta:
            self.i[0] = self.settle(self.i[0] * c["p11e"] + exc)
            self.i[1] = self.settle(self.i[1] * c["p11i"] + inh)
        self.reached = self.v.copy()
        fired = np.flatnonzero(self.v >= self.theta)
        self.v[fired] = self.v[fired] + self.jump[fired] if self.p.subtracts else self.reset[fired]
        self.r[fired] = self.t_ref[fired]
        return fired


@dataclass
class Alpha(reference.Neurons):
    """Leaky neurons with alpha-shaped currents; any parameter may be an array."""

    def state(self, h: float, dtype: type) -> "AlphaShaped":
        """Initial state."""
        return AlphaShaped(self, h, dtype)


def alpha_propagators(p: Any, h: float) -> dict[str, np.ndarray]:
    """Propagators of one step in double precision, per neuron; potential per slope by Gauss and Legendre's rule."""
    exact = propagators(p, h)
    nodes, shares = np.polynomial.legendre.leggauss(64)
    t, shares = (nodes + 1.0) * (h / 2.0), shares * (h / 2.0)
    every = lambda x: np.broadcast_to(np.float64(x), p.size)[:, None]  # noqa: E731
    for name, tau in (("e", p.tau_syn_exc), ("i", p.tau_syn_inh)):
        currents = t * np.exp(-t / every(tau)) * np.exp(-(h - t) / every(p.tau_m)) / every(p.c_m)
        exact |= {f"p31{name}": currents @ shares, f"p10{name}": h * exact[f"p11{name}"]}
    return exact


class AlphaShaped(Leaky):
    """State of an `Alpha` population: a slope `d` beside each current."""

    def __init__(self, p: Alpha, h: float, dtype: type) -> None:
        super().__init__(p, h, dtype)
        every = lambda x: np.broadcast_to(np.float64(x), p.size).astype(dtype)  # noqa: E731
        self.k = {name: every(value) for name, value in alpha_propagators(p, h).items()}
        self.d = [np.zeros(p.size, dtype), np.zeros(p.size, dtype)]
        self.per_weight = [every(np.e / np.float64(tau)) for tau in (p.tau_syn_exc, p.tau_syn_inh)]

    def step(self, _: int, exc: np.ndarray, inh: np.ndarray) -> np.ndarray:
        """One step; returns the indices that fired."""
        c, moved = self.k, self.v * self.k["p22"]
        for receptor, (name, arriving) in enumerate((("e", exc), ("i", inh))):
            d, i = self.d[receptor], self.i[receptor]
            if receptor == 0 or not self.one_current:
                moved = moved + (d * c[f"p31{name}"] + i * c[f"p21{name}"])
            self.i[receptor] = self.settle(d * c[f"p10{name}"] + i * c[f"p11{name}"])
            self.d[receptor] = self.settle(d * c[f"p11{name}"] + arriving * self.per_weight[receptor])
        self.v = np.where(self.r == 0, self.settle(moved + self.bias), self.v)
        self.r = np.maximum(self.r - 1, 0)
        self.reached = self.v.copy()
        fired = np.flatnonzero(self.v >= self.theta)
        self.v[fired], self.r[fired] = self.reset[fired], self.t_ref[fired]
        return fired


@dataclass
class Adaptive:
    """Adaptive neurons; any parameter may be an array. `constants` replaces alpha, rho and 1 - rho."""

    size: int
    v0: Any = 0.0
    tau_m: Any = 20.0
    tau_adp: Any = 200.0
    b0: Any = 0.01
    beta: Any = 1.8
    r_m: Any = 1.0
    i_e: Any = 0.0
    constants: dict[str, Any] = field(default_factory=dict)
    delta: bool = True
    e_l: float = 0.0

    def state(self, h: float, dtype: type) -> "Adapting":
        """Initial state."""
        return Adapting(self, h, dtype)


class Adapting:
    """State of an `Adaptive` population."""

    one_current = False

    def __init__(self, p: Adaptive, h: float, dtype: type) -> None:
        self.p, self.dtype = p, dtype
        exact = {
            "alpha": np.exp(-h / np.float64(p.tau_m)),
            "gain": -np.float64(p.r_m) * np.expm1(-h / np.float64(p.tau_m)),
            "rho": np.exp(-h / np.float64(p.tau_adp)),
            "fresh": -np.expm1(-h / np.float64(p.tau_adp)),
            "b0": p.b0,
            "beta": p.beta,
            **p.constants,
        }
        every = lambda x: np.broadcast_to(np.float64(x), p.size).astype(dtype)  # noqa: E731
        self.k = {name: every(value) for name, value in exact.items()}
        self.bias = every(np.float64(exact["gain"]) * p.i_e)
        self.v, self.eta, self.spiked = every(p.v0), np.zeros(p.size, dtype), np.zeros(p.size, dtype)
        self.theta = self.k["b0"]

    def step(self, _: int, exc: np.ndarray, __: np.ndarray) -> np.ndarray:
        """One step; returns the indices that fired."""
        c = self.k
        tiny = lambda x: np.where(np.abs(x) < self.dtype(reference.TINY), self.dtype(0), x)  # noqa: E731
        self.eta = tiny(self.eta * c["rho"] + c["fresh"] * self.spiked)
        self.theta = c["b0"] + c["beta"] * self.eta
        self.v = tiny(((self.v * c["alpha"] + self.bias) + exc * c["gain"]) - self.theta * self.spiked)
        self.reached = self.v
        self.spiked = (self.v > self.theta).astype(self.dtype)
        return np.flatnonzero(self.spiked)
