"""Methods: their orders between spikes, what is exact, what is held, noise, and what a method does not take."""

import numpy as np
import pytest
import scipy.integrate
from equations_build import build
from equations_machine import Machine
from equations_models import adex, psc_alpha, psc_exp, traub
from equations_plain import Plain

from spikecore.equations.program import compile
from spikecore.errors import EquationError

PENDULUM = """
    dx/dt = y - x/4 + sin(t) : 1
    dy/dt = -sin(x) - y*exp(-x**2) : 1"""
GATE = """
    dx/dt = -(1 + y**2)*x + cos(y) : 1
    dy/dt = -y/2 + x : 1"""


def solution(checked, end, current=0.0, *, rtol=1e-12, atol=1e-13):
    """The states at the end, by an adaptive method of order 8."""
    plain = Plain(checked, 0.1)
    plain.current, plain.free = current, np.array([True])
    names = [variable.name for variable in checked.variables]

    def slopes(t, x):
        return np.concatenate([*plain.slopes(dict(zip(names, x[:, None], strict=True)), t).values()])

    start = [variable.initial for variable in checked.variables]
    run = scipy.integrate.solve_ivp(slopes, (0.0, end), start, method="DOP853", rtol=rtol, atol=atol)
    return run.y[:, -1]


def states(checked, end, dt, current=0.0):
    program = compile(checked, dt)
    machine = Machine(program, dt=dt)
    for _ in range(round(end / dt)):
        machine.step(current)
    return np.array([machine.read(variable.name)[0] for variable in checked.variables])


@pytest.mark.parametrize(
    ("method", "order", "text", "substeps"),
    [
        ("euler", 1, PENDULUM, 1),
        ("euler", 1, PENDULUM, 3),
        ("exponential_euler", 1, GATE, 1),
        ("exponential_euler", 1, GATE, 2),
        ("rk2", 2, PENDULUM, 1),
        ("rk2", 2, PENDULUM, 3),
        ("rk4", 4, PENDULUM, 1),
        ("rk4", 4, PENDULUM, 2),
    ],
)
def test_errors_fall_with_the_order_of_the_method(method, order, text, substeps):
    checked = build(text, method=method, substeps=substeps, initial={"x": 1.0, "y": 0.5})
    exact = solution(checked, 4.0)
    steps = np.array([0.2, 0.1, 0.05, 0.025])
    errors = [np.abs(states(checked, 4.0, dt) - exact).max() for dt in steps]
    assert np.polyfit(np.log(steps), np.log(errors), 1)[0] == pytest.approx(order, abs=0.2)


def test_substeps_are_shorter_steps():
    text, initial = "dx/dt = -sin(x)*x + cos(t) : 1", {"x": 1.0}
    for method in ("euler", "rk2", "rk4"):
        coarse = states(build(text, method=method, substeps=4, initial=initial), 2.0, 0.2)
        fine = states(build(text, method=method, initial=initial), 2.0, 0.05)
        assert coarse == pytest.approx(fine, rel=1e-13)


@pytest.mark.parametrize("model", [adex, traub])
def test_rk4_follows_a_neuron_between_spikes(model):
    checked = model("rk4")
    exact = solution(checked, 3.0, 100.0)
    found = states(checked, 3.0, 0.01, 100.0)
    scale = np.array([100.0 if variable.unit == "mV" else 1.0 for variable in checked.variables])
    assert np.all(np.abs(found - exact) < 1e-6 * scale)


# exact


@pytest.mark.parametrize(("tau_syn", "h"), [(2.0, 0.1), (10.0, 0.1), (0.5, 1.0), (9.999999, 0.1)])
def test_alpha_currents_have_their_closed_form(tau_syn, h):
    """PSP of NEST's iaf_psc_alpha: w e/(tau_s C) [(e^(-t/tau_m) - e^(-t/tau_s))/k^2 - t e^(-t/tau_s)/k]."""
    machine = Machine(compile(psc_alpha(tau_syn=tau_syn, v_th=1e9), h), dt=h)
    machine.step(arrived=[100.0 * np.e / tau_syn])
    k = 1.0 / tau_syn - 1.0 / 10.0
    for tick in range(1, 30):
        machine.step()
        t = tick * h
        fall = np.exp(-t / tau_syn)
        if abs(k) < 1e-6:  # the formula cancels there; its limit is near
            psp = 100.0 * np.e / (tau_syn * 250.0) * t**2 / 2 * fall
        else:
            psp = 100.0 * np.e / (tau_syn * 250.0) * ((np.exp(-t / 10.0) - fall) / k**2 - t * fall / k)
        assert machine.read("v")[0] + 70.0 == pytest.approx(psp, rel=1e-9 if abs(k) > 1e-6 or k == 0.0 else 1e-6)


def test_leaky_neurons_spike_at_the_tick_of_their_closed_form():
    for current in (376.0, 500.0, 1000.0, 1450.0):
        machine = Machine(compile(psc_exp(), 0.1))
        crossing = -10.0 * np.log(1.0 - 15.0 / (current * 10.0 / 250.0))
        period = int(np.ceil(crossing / 0.1)) + 20
        ticks = [tick + 1 for tick in range(1500) if machine.step(current)[0]]
        assert ticks == list(range(period - 20, 1501, period))


def test_coupled_linear_equations_are_exact_for_any_step():
    text = """
        dx/dt = -x/3 + 0.2*y + i : 1
        dy/dt = -0.5*x - y/7 + 0.1*z : 1
        dz/dt = a*(x - z) : 1
        i : 1, current"""
    checked = build(text, method="exact", initial={"x": 1.0, "y": -2.0, "z": 0.5}, a=0.7)
    for dt in (0.1, 0.5, 5.0):
        assert states(checked, 5.0, dt, 0.3) == pytest.approx(solution(checked, 5.0, 0.3), rel=1e-11)


def test_a_pure_integrator_is_exact():
    assert states(build("dx/dt = i : 1\ni : 1, current", method="exact"), 1.0, 0.1, 3.0) == pytest.approx([3.0])


def test_exact_drops_what_cannot_matter():
    checked = build("dx/dt = a*y - x : 1\ndy/dt = -y : 1", method="exact", a=0.0)
    assert [name for name, *_ in compile(checked, 0.1).step if name != "copy"] == ["mul", "mul"]


# held variables


@pytest.mark.parametrize("method", ["euler", "rk2", "rk4", "exponential_euler", "exact"])
def test_others_follow_the_held_value(method):
    """While v is held at 1, w approaches 1 with its time constant, whatever v would have done."""
    text = """
        dv/dt = -5*v + 20 : 1, hold
        dw/dt = (v - w)/tau : 1"""
    rules = {"threshold": "v > 1.5", "reset": "v = 1; w = 0", "refractory": "50", "method": method, "substeps": 1}
    machine = Machine(compile(build(text, **rules, tau=2.0), 0.1))
    while not machine.step()[0]:
        pass
    for tick in range(1, 400):
        assert not machine.step()[0]
        assert machine.read("v") == 1.0
        h, z = 0.1, 0.1 / 2.0
        factor = {"euler": 1 - z, "rk2": 1 - z + z**2 / 2, "rk4": 1 - z + z**2 / 2 - z**3 / 6 + z**4 / 24}
        assert machine.read("w") == pytest.approx(1.0 - factor.get(method, np.exp(-h / 2.0)) ** tick, rel=1e-9)


def test_a_held_variable_goes_on_when_the_neuron_is_free():
    rules = {"threshold": "v >= 1", "reset": "v = 0", "refractory": "0.3", "method": "euler"}
    machine = Machine(compile(build("dv/dt = 2.5 : 1, hold", **rules), 0.1))
    assert [tick for tick in range(1, 30) if machine.step()[0]] == [4, 11, 18, 25]


def test_the_threshold_is_not_tested_while_refractory():
    rules = {"threshold": "v >= 0", "refractory": "0.3", "method": "euler"}
    machine = Machine(compile(build("dv/dt = 1 : 1", **rules), 0.1))
    assert [tick for tick in range(1, 14) if machine.step()[0]] == [1, 5, 9, 13]


# noise


def test_noise_has_the_moments_of_its_process():
    """Ornstein-Uhlenbeck by Euler-Maruyama: variance sigma^2 h/(1 - (1 - h/tau)^2), correlation 1 - h/tau."""
    checked = build("dx/dt = -x/tau + sigma*xi : 1", tau=2.0, sigma=0.7)
    machine = Machine(compile(checked, 0.1), size=4000)
    values = np.array([(machine.step(), machine.read("x"))[1] for _ in range(150)])[100:]
    decay = 1.0 - 0.1 / 2.0
    assert values.var() == pytest.approx(0.7**2 * 0.1 / (1 - decay**2), rel=0.03)
    assert (values[1:] * values[:-1]).mean() / values.var() == pytest.approx(decay, rel=0.02)


def test_every_substep_draws_its_own_noise_and_all_equations_share_it():
    text = "dx/dt = xi : 1\ndy/dt = -2*xi : 1"
    program = compile(build(text, substeps=3), 0.1)
    draws = [operation[3:] for operation in program.step if operation[0] == "randn"]
    assert draws == [(0, 0), (0, 1), (0, 2)]
    machine = Machine(program, size=3000)
    machine.step()
    assert machine.read("x").var() == pytest.approx(0.1, rel=0.1)
    assert machine.read("y") == pytest.approx(-2 * machine.read("x"))


def test_noise_has_a_place_behind_those_of_the_text():
    text = "a = rand() : 1\ndx/dt = -x + a*xi : 1"
    program = compile(build(text, threshold="rand() < 0.1"), 0.1)
    assert sorted(operation[3] for operation in program.step if operation[0].startswith("rand")) == [0, 1, 2]


# what a method does not take


@pytest.mark.parametrize(
    ("text", "method", "message"),
    [
        ("dv/dt = -v**2 : 1", "exponential_euler", r"needs dv/dt linear in v, which v\*\*2 is not, allowed: euler"),
        ("c = min(v, 3) : 1\ndv/dt = -2*c : 1", "exponential_euler", r"linear in v, which min\(v, 3\) is not"),
        ("dv/dt = -v*u : 1\ndu/dt = -u : 1", "exact", r"exact needs dv/dt linear in u, which .*v\*u is not"),
        (
            "dv/dt = -v*i : 1\ni : 1, current",
            "exact",
            r"constant coefficients, but i\*-1, by which v enters dv/dt, is not",
        ),
        ("dv/dt = -v*t : 1", "exact", r"constant coefficients, but t"),
        ("dv/dt = -v + sin(t) : 1", "exact", r"exact needs dv/dt without the time t"),
        ("a = t/2 : 1\ndv/dt = -v + a : 1", "exact", r"exact needs dv/dt without the time t"),
        ("dv/dt = -v + xi : 1", "rk4", r"dv/dt contains xi, which rk4 does not take, allowed: euler"),
        ("n = 2*xi : 1\ndv/dt = -v + n : 1", "exact", r"dv/dt contains xi, which exact does not take"),
        ("dv/dt = -v + xi**2 : 1", "euler", r"dv/dt is not linear in xi: xi\*\*2, allowed"),
    ],
)
def test_what_a_method_does_not_take_is_named(text, method, message):
    with pytest.raises(EquationError, match=message):
        compile(build(text, method=method), 0.1)
