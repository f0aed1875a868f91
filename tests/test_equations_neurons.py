"""Known neurons spike as published, with each of their methods and for every step."""

import functools

import numpy as np
import pytest
import scipy.integrate
from equations_machine import Machine, spikes
from equations_models import adex, cond_exp, izhikevich, psc_alpha, psc_exp, traub

from spikecore.equations.program import compile


@functools.cache
def adex_times(current, end):
    """Spikes of AdEx by an adaptive method with events."""

    def slopes(t, x):
        v = min(x[0], 0.0)
        dv = (-30.0 * (v + 70.6) + 60.0 * np.exp((v + 50.4) / 2.0) - x[1] + current) / 281.0
        return [0.0 if is_held else dv, (4.0 * (v + 70.6) - x[1]) / 144.0]

    def peak(t, x):
        return x[0] + 20.0  # from there it takes 2e-6 ms, which no step of an adaptive method resolves

    peak.terminal, peak.direction = True, 1.0
    times, t, x, held, is_held = [], 0.0, [-70.6, 0.0], 0.0, False
    while t < end:
        is_held = t < held
        stop = held if is_held else end
        run = scipy.integrate.solve_ivp(slopes, (t, stop), x, events=peak, rtol=1e-9, atol=1e-9, max_step=0.5)
        t, x = run.t[-1], list(run.y[:, -1])
        if run.t_events[0].size:
            times.append(t)
            x, held = [-70.6, x[1] + 80.5], t + 2.0
    return times


@pytest.mark.parametrize("method", ["euler", "rk2", "rk4"])
@pytest.mark.parametrize("dt", [0.01, 0.05, 0.1])
def test_adex_adapts_as_its_equations_say(method, dt):
    expected = adex_times(1000.0, 120.0)
    found = np.array(spikes(compile(adex(method), dt), round(120.0 / dt), 1000.0, dt=dt)) * dt
    assert len(found) == len(expected) > 4
    # a spike is seen at the end of its tick; Euler is late where v runs away, by some ticks each time
    late = found - expected
    assert np.all(np.abs(late) < (np.arange(len(late)) + 2) * dt * (8 if method == "euler" else 3))


def test_izhikevich_spikes_in_tonic_mode():
    """Regular spiking of Izhikevich (2003): intervals grow and settle."""
    ticks = np.array(spikes(compile(izhikevich(substeps=2), 0.5), 2000, 10.0, dt=0.5))
    intervals = np.diff(ticks) * 0.5
    assert 20 < len(ticks) < 30
    assert intervals[0] < 0.6 * intervals[1]
    assert np.ptp(intervals[1:]) < 2.0


def test_traub_fires_regularly():
    for method in ("euler", "exponential_euler", "rk2", "rk4"):
        found = [
            np.array(spikes(compile(traub(method), dt), round(38.0 / dt), 500.0, dt=dt)) * dt for dt in (0.01, 0.05)
        ]
        intervals = np.diff(found[0])
        assert len(found[0]) == len(found[1]) > 2
        assert np.ptp(intervals[1:]) < 0.1
        assert found[1] == pytest.approx(found[0], abs=2.0)


def test_conductances_reverse_their_currents():
    machine = Machine(compile(cond_exp(), 0.1))
    machine.step(arrived=[0.0, 1e3])
    for _ in range(20):
        machine.step()
    assert -80.0 < machine.read("v")[0] < -79.0


def test_a_conductance_makes_the_potential_of_its_equation():
    """6 nS, the excitatory weight of Vogels & Abbott (2005), against an adaptive method."""
    machine = Machine(compile(cond_exp(), 0.01), dt=0.01)
    assert not machine.step(arrived=[6.0, 0.0])[0]
    values = [(machine.step(), machine.read("v")[0])[1] for _ in range(1000)]

    def slope(t, v):
        return (-10.0 * (v + 60.0) - 6.0 * np.exp(-t / 5.0) * v) / 200.0

    run = scipy.integrate.solve_ivp(slope, (0.0, 10.0), [-60.0], rtol=1e-10, t_eval=[1.0, 5.0, 10.0])
    assert [values[tick - 1] for tick in (100, 500, 1000)] == pytest.approx(run.y[0], abs=6e-3)


# iaf_psc_exp and iaf_psc_alpha of NEST, its own tests


def trace(model, dt, end, current):
    machine = Machine(compile(model(), dt), dt=dt)
    values = [(machine.step(current), machine.read("v")[0])[1] for _ in range(round(end / dt))]
    return {round((tick + 1) * dt, 6): value for tick, value in enumerate(values)}


def test_alpha_neuron_under_a_current():
    """test_iaf_psc_alpha.py: 1000 pA at 0.1 ms, one spike at 4.8 ms."""
    found = trace(psc_alpha, 0.1, 7.9, 1000.0)
    expected = {0.1: -69.602, 0.2: -69.2079, 0.5: -68.0492, 4.3: -56.0204, 4.7: -55.0001, 4.8: -70.0}
    assert {time: found[time] for time in expected} == pytest.approx(expected, abs=6e-5)
    assert {time: found[time] for time in (6.8, 6.9, 7.0)} == pytest.approx(
        {6.8: -70, 6.9: -69.602, 7.0: -69.2079}, abs=6e-5
    )


@pytest.mark.parametrize("dt", [0.1, 0.2, 0.5, 1.0])
def test_alpha_neuron_is_the_same_on_every_grid(dt):
    """test_iaf_dc_aligned.py: 1450 pA, a spike at 3.0 ms."""
    found = trace(psc_alpha, dt, 7.0, 1450.0)
    assert {time: found[time] for time in (1.0, 2.0)} == pytest.approx({1.0: -64.4806, 2.0: -59.4864}, abs=6e-5)
    assert spikes(compile(psc_alpha(), dt), round(5.0 / dt), 1450.0, dt=dt) == [round(3.0 / dt)]


def test_exponential_current_has_the_published_potential():
    """The weight of Potjans & Diesmann (2014) makes 0.15 mV."""
    machine = Machine(compile(psc_exp(tau_exc=0.5, tau_inh=0.5), 0.1))
    machine.step(arrived=[87.80849352920843, 0.0])
    values = [(machine.step(), machine.read("v")[0] + 70.0)[1] for _ in range(100)]
    expected = {1: 0.03167004291904379, 5: 0.1078380699714362, 10: 0.14225015425629583, 20: 0.14796472710519404}
    for tick, value in expected.items():
        assert values[tick - 1] == pytest.approx(value, abs=1e-9)


def test_random_input_makes_the_spikes_of_nest():
    """The recursion of NEST's iaf_psc_exp in its own coordinates, v relative to e_l, for 60 neurons under noise."""
    size, ticks, h = 60, 4000, 0.1
    tau_m, c_m, tau_exc, tau_inh = 10.0, 250.0, 0.5, 2.0
    random = np.random.default_rng(5)
    weights = random.choice([0.0, 800.0], (ticks, size), p=[0.85, 0.15])
    brakes = random.choice([0.0, -200.0], (ticks, size), p=[0.95, 0.05])

    def coupling(tau):
        """P21 of NEST: tau tau_m/(C (tau_m - tau)) (e^(-h/tau_m) - e^(-h/tau))."""
        return tau * tau_m / (c_m * (tau_m - tau)) * (np.exp(-h / tau_m) - np.exp(-h / tau))

    p22, p20 = np.exp(-h / tau_m), tau_m / c_m * -np.expm1(-h / tau_m)
    v, exc, inh, left = (np.zeros(size) for _ in range(4))
    machine = Machine(compile(psc_exp(tau_exc=tau_exc, tau_inh=tau_inh), h), size)
    count = 0
    for tick in range(ticks):
        moved = v * p22 + exc * coupling(tau_exc) + inh * coupling(tau_inh) + 100.0 * p20
        v = np.where(left == 0, moved, v)
        left = np.maximum(left - 1, 0)
        exc = exc * np.exp(-h / tau_exc) + weights[tick]
        inh = inh * np.exp(-h / tau_inh) + brakes[tick]
        spiking = v >= 15.0
        v, left = np.where(spiking, 0.0, v), np.where(spiking, 20, left)
        assert np.array_equal(machine.step(100.0, [weights[tick], brakes[tick]]), spiking)
        count += spiking.sum()
    assert count > 500
