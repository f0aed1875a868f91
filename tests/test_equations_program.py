"""Programs compute what the equations say, for random models; what they are made of, and what can be read from them."""

import numpy as np
import pytest
from equations_build import build
from equations_machine import Machine, spikes
from equations_models import MODELS
from equations_plain import Plain
from equations_random import Maker

from spikecore.equations.explain import explain
from spikecore.equations.program import compile, operations
from spikecore.errors import EquationError

DT = 0.1


def compared(checked, *, size=1, ticks=40, seed=0, dtype=np.float64, in_place=False):
    """Return how far program and plain equations are apart at most, over all states, and how many spikes there were."""
    program = compile(checked, DT, in_place=in_place)
    machine, plain = Machine(program, size, dtype, DT, in_place=in_place), Plain(checked, DT, size)
    plain.noise = max((operation[3] for operation in program.step if operation[0] == "randn"), default=None)
    random = np.random.default_rng(seed)
    apart, count = 0.0, 0
    for _ in range(ticks):
        current = random.normal() if program.uses_current else 0.0
        arrived = [float(random.normal() * (random.random() < 0.2)) for _ in program.receptors]
        fired, expected = machine.step(current, arrived), plain.step(current, arrived)
        assert dtype == np.float32 or np.array_equal(fired, expected)
        count += fired.sum()
        for name, value in plain.states.items():
            apart = max(apart, np.abs(machine.read(name) - value).max() / max(1.0, np.abs(value).max()))
    return apart, count


@pytest.mark.parametrize("seed", range(100))
def test_random_equations_are_stepped_as_written(seed):
    size = 1 + seed % 4
    apart, _ = compared(Maker(seed, size=size).model(), size=size, seed=seed, in_place=seed % 2 == 1)
    assert apart < 1e-11


def test_random_equations_spike_are_held_and_draw():
    counts = [compared(Maker(seed, size=3).model(), size=3, seed=seed)[1] for seed in range(8)]
    assert sum(count > 0 for count in counts) > 3


@pytest.mark.parametrize("seed", range(1000, 1015))
def test_random_equations_in_f32_stay_near(seed):
    checked = Maker(seed, chance=False).model()
    quiet = type(checked)(**{**vars(checked), "threshold": None, "reset": (), "refractory": None})
    assert compared(quiet, seed=seed, dtype=np.float32, ticks=20)[0] < 2e-3


# what the engine and its energy report count: fewer is faster


@pytest.mark.parametrize(
    ("name", "step", "in_place", "arithmetic"),
    [
        ("cond_exp", 15, 12, 19),
        ("adex", 20, 17, 27),
        ("izhikevich", 7, 7, 12),
        ("traub", 47, 45, 68),
        ("psc_exp", 12, 9, 14),
    ],
)
def test_operations_of_known_models(name, step, in_place, arithmetic):
    checked = MODELS[name]()
    program = compile(checked, DT)
    assert len(program.step) <= step
    assert len(compile(checked, DT, in_place=True).step) <= in_place
    assert operations(program) <= arithmetic


def test_operations_count_pairs_twice_and_copies_not():
    program = compile(build("dx/dt = -x/tau + a : 1, input", tau=2.0, a=1.0), DT)
    assert sorted(name for name, *_ in program.step) == ["add", "copy", "mul_add"]
    assert operations(program) == 3


@pytest.mark.parametrize(("method", "step"), [("rk2", 34), ("rk4", 68)])
def test_operations_of_a_stage(method, step):
    assert len(compile(MODELS["adex"](method), DT).step) <= step


@pytest.mark.parametrize("model", ["adex", "traub"])
def test_single_precision_adds_small_terms_before_the_state(model):
    program = compile(MODELS[model]("rk4"), 0.01)
    double, single = (Machine(program, dtype=dtype, dt=0.01) for dtype in (np.float64, np.float32))
    for _ in range(3000):
        double.step(50.0)
        single.step(50.0)
    assert single.read("v") == pytest.approx(double.read("v"), abs=1e-3)


# constants


def test_constants_are_folded_and_shared():
    program = compile(build("dx/dt = (a*b - x)/(a + c) : 1\ndy/dt = (a*b - y)/(a + c) : 1", a=2.0, b=3.0, c=2.0), DT)
    assert sorted(program.constants) == pytest.approx([6.0 * DT / 4.0, 1.0 - DT / 4.0])
    assert len(program.step) == 4


def test_an_array_of_one_value_is_that_value():
    program = compile(build("dx/dt = -x/tau : 1", tau=np.full(5, 4.0)), DT)
    assert program.constants == (1.0 - DT / 4.0,)


def test_a_choice_that_parameters_make_is_made_before():
    text = "dx/dt = where(a > 1, -x, x**3*exp(x)) : 1"
    assert {name for name, *_ in compile(build(text, a=2.0), DT).step} == {"mul", "copy"}
    assert "exp" in {name for name, *_ in compile(build(text, a=0.0), DT).step}
    assert "select" in {name for name, *_ in compile(build(text, a=np.array([0.0, 2.0])), DT).step}


def test_a_branch_that_is_never_taken_may_divide_by_zero():
    program = compile(build("dx/dt = where(tau > 0, -x/tau, -x) : 1", tau=0.0), DT)
    assert program.constants == (1.0 - DT,)


def test_a_branch_may_divide_by_zero_for_neurons_that_do_not_take_it():
    text = "dx/dt = where(tau > 0, -x/tau, x) : 1"
    machine = Machine(compile(build(text, tau=np.array([2.0, 0.0, 4.0]), initial={"x": 1.0}), DT), size=3)
    machine.step()
    assert machine.read("x") == pytest.approx([1.0 - DT / 2.0, 1.0 + DT, 1.0 - DT / 4.0])


def test_an_infinite_time_constant_is_no_decay():
    program = compile(build("dx/dt = -x/tau + i : 1\ni : 1, current", tau=np.inf), DT)
    machine = Machine(program)
    machine.step(2.0)
    assert machine.read("x") == pytest.approx(0.2)


@pytest.mark.parametrize(
    ("text", "parameters", "message"),
    [
        ("dx/dt = -x/tau : 1", {"tau": 0.0}, r"-x/tau divides by zero: tau is 0, allowed"),
        ("dx/dt = -x/tau : 1", {"tau": np.array([1.0, 0.0])}, r"tau is 0 for neuron 1"),
        ("dx/dt = x/(a - b) : 1", {"a": 2.0, "b": 2.0}, r"x/\(a - b\) divides by zero: a - b is 0"),
        ("dx/dt = -x*log(a) : 1", {"a": -1.0}, r"log\(a\) is nan, allowed: finite"),
        ("dx/dt = exp(a)*x : 1", {"a": np.array([0.0, 1.0, 1e4])}, r"exp\(a\) of neuron 2 is inf"),
        ("dx/dt = x + a : 1", {"a": np.inf}, r"infinite, allowed: finite"),
    ],
)
def test_constants_that_are_not_finite_are_named(text, parameters, message):
    with pytest.raises(EquationError, match=message):
        compile(build(text, **parameters), DT)


def test_arrays_have_one_size():
    with pytest.raises(EquationError, match="b has 3 values and a has 2, allowed: one size"):
        compile(build("dx/dt = a*x + b : 1", a=np.array([1.0, 2.0]), b=np.array([1.0, 2.0, 3.0])), DT)


def test_currents_are_not_added_to_a_state():
    with pytest.raises(EquationError, match="added to the state variable x, allowed"):
        compile(build("dx/dt = -x : 1, current"), DT)


@pytest.mark.parametrize("text", ["i = a*x : 1, current\n", "i : 1, current\n"])
def test_currents_are_added_to_the_name_that_is_marked(text):
    machine = Machine(compile(build(f"{text}dx/dt = i + b : 1", initial={"x": 1.0}, a=3.0, b=0.5), DT))
    machine.step(2.0)
    assert machine.read("x") == pytest.approx(1.0 + DT * (2.5 + 3.0 * ("a" in text)))


def test_substeps_share_their_constants():
    few, many = (compile(MODELS["adex"]("rk4", substeps), DT) for substeps in (2, 30))
    assert len(many.constants) <= len(few.constants) + 1
    assert len(many.step) > 14 * len(few.step)
    assert many.temporaries < few.temporaries + 4


# refractory times


def test_refractory_times_are_ticks():
    text = {"threshold": "x > 1", "reset": "x = 0"}
    assert compile(build("dx/dt = 1 : 1", refractory="2*t_ref", t_ref=1.0, **text), DT).refractory == 20
    assert compile(build("dx/dt = 1 : 1", refractory="0", **text), DT).refractory is None
    ticks = compile(build("dx/dt = 1 : 1", refractory="t_ref", t_ref=np.array([0.0, 0.3]), **text), DT).refractory
    assert ticks.tolist() == [0, 3]


@pytest.mark.parametrize(("time", "shown"), [(0.25, "0.25 ms"), (-1.0, "-1 ms"), (1e4, "10000 ms")])
def test_refractory_times_off_the_grid_are_refused(time, shown):
    with pytest.raises(EquationError, match=f"refractory time is {shown}, allowed: multiples of dt = 0.1 ms"):
        compile(build("dx/dt = 1 : 1", threshold="x > 1", refractory="t_ref", t_ref=time), DT)


# receptors


@pytest.mark.parametrize(
    ("names", "by_sign"),
    [
        (["g"], (0, 0)),
        (["g_inh", "g_exc"], (1, 0)),
        (["a_exc", "b", "c_inh"], (0, 2)),
        (["a", "b"], None),
        (["a_exc", "b_exc", "c_inh"], None),
        ([], None),
    ],
)
def test_the_sign_picks_between_receptors_that_say_so(names, by_sign):
    text = "\n".join(f"d{name}/dt = -{name} : nS, input" for name in names) or "dx/dt = -x : 1"
    program = compile(build(text), DT)
    assert program.by_sign == by_sign
    assert program.receptors == tuple((name, "nS", True) for name in names)


def test_weights_arrive_behind_the_integration_and_before_the_threshold():
    program = compile(build("dv/dt = -v/10 : mV, input", threshold="v >= 1", reset="v = 0"), DT)
    machine = Machine(program)
    assert not machine.step(arrived=[0.5]).any()
    assert machine.read("v") == 0.5
    assert machine.step(arrived=[0.506]).any()
    assert machine.read("v") == 0.0


def test_what_arrives_at_a_held_variable_is_lost():
    text = "dv/dt = -v/10 : mV, input, hold"
    program = compile(build(text, threshold="v >= 1", reset="v = 0.25", refractory="0.2"), DT)
    machine = Machine(program)
    assert machine.step(arrived=[2.0]).any()
    for _ in range(2):
        assert not machine.step(arrived=[2.0]).any()
        assert machine.read("v") == 0.25
    assert machine.step(arrived=[2.0]).any()


# what can be read


def test_definitions_are_read():
    text = """double = 2*x : 1
              whole = double + i : 1
              late = t*x : 1
              half = 0.5 : 1
              same = x : 1
              dx/dt = -x/tau + i : 1
              i : 1, current"""
    program = compile(build(text, threshold="x > 0.25", reset="x = 0", initial={"x": 0.1}, tau=2.0), DT)
    hidden = {name: register for name, _, register, _ in program.readable}
    assert hidden["double"] is hidden["half"] is hidden["same"] is None
    assert [name for name, _, _ in program.state] == ["x", "whole", "late"]
    assert [initial for _, _, initial in program.state] == [0.1, 0.2, 0.0]
    machine, values = Machine(program), []
    for tick in range(1, 12):
        fired = machine.step(1.0)
        x = machine.read("x")
        values.append(bool(fired))
        assert machine.read("double") == 2 * x
        assert machine.read("whole") == pytest.approx(2 * x + 1.0)
        assert machine.read("late") == pytest.approx(tick * DT * x)
        assert machine.read("half") == 0.5
        assert machine.read("same") == x
    assert 0 < sum(values) < 11


def test_a_draw_is_the_same_wherever_a_tick_uses_it():
    text = """noise = randn() : 1
              scaled = 3*noise : 1
              dx/dt = noise : 1"""
    program = compile(build(text, threshold="noise > 0", reset="x = noise", method="rk4"), DT)
    machine = Machine(program)
    for _ in range(20):
        before = machine.read("x")
        fired = machine.step()
        noise = machine.read("noise")
        assert fired == (noise > 0)
        assert machine.read("scaled") == 3 * noise
        assert machine.read("x") == pytest.approx(noise if fired else before + DT * noise)


def test_reset_runs_in_order_and_only_where_a_neuron_fires():
    program = compile(
        build("dx/dt = 1 : 1\ndy/dt = 0 : 1", threshold="x > 0.15", reset="x = 0; y += 1 + x; x += y; y *= 2"), DT
    )
    machine = Machine(program, size=2)
    machine.file[machine.states] = [0.0, -10.0]
    machine.step()
    assert machine.step().tolist() == [True, False]
    assert machine.read("x").tolist() == pytest.approx([1.0, -9.8])
    assert machine.read("y").tolist() == [2.0, 0.0]


def test_states_may_exchange_their_values():
    program = compile(build("dx/dt = 0 : 1\ndy/dt = 0 : 1", threshold="1", reset="x = x + y; y = x - y; x = x - y"), DT)
    machine = Machine(program)
    machine.file[machine.states : machine.states + 2] = [[3.0], [5.0]]
    machine.step()
    assert (machine.read("x"), machine.read("y")) == (5.0, 3.0)


def test_a_reset_does_not_change_who_fires():
    program = compile(build("dx/dt = 0 : 1", threshold="x", reset="x = 0", initial={"x": 1.0}), DT)
    machine = Machine(program)
    assert machine.step()[0]
    assert machine.file[program.fires] == 1.0
    assert not machine.step()[0]


def test_a_model_without_threshold_never_spikes():
    program = compile(build("dx/dt = -x : 1"), DT)
    assert (program.fires, program.reset) == (None, ())


def test_a_program_is_explained():
    lines = explain(compile(MODELS["cond_exp"](), DT)).splitlines()
    assert any("exprel(" in line for line in lines)
    assert any("arrived[g_exc]" in line for line in lines)
    assert any(line.startswith("spikes: ") for line in lines)
    assert lines[-2].split("=")[1].split()[:2] == ["(-60)", "where"]


def test_neurons_with_arrays_are_each_their_own():
    taus = np.array([2.0, 5.0, 9.0])
    text = "dv/dt = (i - v)/tau : mV, hold\ni : mV, current"
    kinds = {"threshold": "v > 1", "reset": "v = 0", "refractory": "t_ref", "method": "exact"}
    machine = Machine(compile(build(text, **kinds, tau=taus, t_ref=np.array([0.1, 0.0, 0.5])), DT), size=3)
    together = np.array([machine.step(1.5) for _ in range(400)])
    for neuron, (tau, t_ref) in enumerate(zip(taus, [0.1, 0.0, 0.5], strict=True)):
        alone = spikes(compile(build(text, **kinds, tau=tau, t_ref=t_ref), DT), 400, 1.5, dt=DT)
        assert (np.flatnonzero(together[:, neuron]) + 1).tolist() == alone
        assert len(alone) > 2
