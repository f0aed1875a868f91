"""Neurons that are written as equations, in the engine: against built-in models, and for any cut of the work."""

import copy
import pickle

import numpy as np
import pytest

import spikecore as sc

LEAKY = """
dv/dt     = (e_l - v)/tau_m + (i_exc + i_inh + i_ext)/c_m : mV
di_exc/dt = -i_exc/tau_exc                                : pA, input
di_inh/dt = -i_inh/tau_inh                                : pA, input
i_ext                                                     : pA, current
"""
CONDUCTANCE = """
dv/dt     = (-g_l*(v - e_l) + i_syn + i_ext)/c_m         : mV, hold
i_syn     = g_exc*(e_exc - v) + g_inh*(e_inh - v)        : pA
dg_exc/dt = -g_exc/tau_exc                               : nS, input
dg_inh/dt = -g_inh/tau_inh                               : nS, input
i_ext                                                    : pA, current
"""
COBA = dict(
    g_l=(10.0, "nS"),
    e_l=(-60.0, "mV"),
    c_m=(200.0, "pF"),
    e_exc=(0.0, "mV"),
    e_inh=(-80.0, "mV"),
    tau_exc=(5.0, "ms"),
    tau_inh=(10.0, "ms"),
    v_th=(-50.0, "mV"),
    t_ref=(2.0, "ms"),
)


def leaky(**changes):
    values = dict(tau_m=10.0, c_m=250.0, e_l=-65.0, v_th=-50.0, v_reset=-65.0, t_ref=2.0, tau_exc=0.5, tau_inh=1.5)
    units = dict(tau_m="ms", c_m="pF", e_l="mV", v_th="mV", v_reset="mV", t_ref="ms", tau_exc="ms", tau_inh="ms")
    values.update(changes)
    return sc.Equations(
        LEAKY,
        threshold="v >= v_th",
        reset="v = v_reset",
        refractory="t_ref",
        method="exact",
        parameters={name: (value, units[name]) for name, value in values.items()},
        init={"v": "e_l"},
    )


def conductance(method="exponential_euler", **changes):
    return sc.Equations(
        CONDUCTANCE,
        threshold="v >= v_th",
        reset="v = e_l",
        refractory="t_ref",
        method=method,
        parameters={**COBA, **changes},
        init={"v": "e_l"},
    )


def network(model, size=300, weights=(3.0, -20.0), rate=9_000.0):
    """Return a recurrent network of two populations, and its populations."""
    net = sc.Network(dt=0.1, seed=7)
    exc, inh = net.population(size, model, name="exc"), net.population(size // 3, model, name="inh")
    for target in (exc, inh):
        net.connect(exc, target, sc.FixedInDegree(10), weight=weights[0], delay=sc.Uniform(0.5, 3.0))
        net.connect(inh, target, sc.FixedInDegree(5), weight=weights[1], delay=1.0)
        net.stimulate(target, sc.Poisson(rate=rate, weight=weights[0]))
    return net, (exc.name, inh.name)


def outcome(net, populations, *, split=(60.0,), variables=("v",), **options):
    machine = net.compile(**options)
    spikes = [machine.run(time).spikes for time in split]
    joined = [
        np.concatenate([np.column_stack([part[p].neurons, np.rint(part[p].times * 10)]) for part in spikes])
        for p in populations
    ]
    return joined, [machine.state(p, variable) for p in populations for variable in variables]


def same(left, right):
    return all(np.array_equal(a, b) for a, b in zip((*left[0], *left[1]), (*right[0], *right[1]), strict=True))


def test_a_leaky_neuron_fires_as_the_built_in_one_does():
    built_in = sc.LIF(tau_m=10.0, c_m=250.0, e_l=-65.0, v_th=-50.0, v_reset=-65.0, tau_syn_exc=0.5, tau_syn_inh=1.5)
    written, populations = network(leaky(), weights=(120.0, -300.0), rate=8_000.0)
    stated, _ = network(built_in, weights=(120.0, -300.0), rate=8_000.0)
    mine = outcome(written, populations, precision="f64", workers=1)
    theirs = outcome(stated, populations, precision="f64", workers=1)
    assert len(mine[0][0]) > 300
    assert all(np.array_equal(a, b) for a, b in zip(mine[0], theirs[0], strict=True))
    assert all(np.allclose(a, b, rtol=0.0, atol=1e-9) for a, b in zip(mine[1], theirs[1], strict=True))


@pytest.mark.parametrize("precision", ["f32", "f64"])
def test_workers_and_splits_cannot_be_observed(precision):
    net, populations = network(conductance())
    options = dict(precision=precision, variables=("v", "g_exc", "i_syn"))
    once = outcome(net, populations, workers=1, **options)
    assert len(once[0][0]) > 100
    for workers in (2, 3, 8):
        assert same(once, outcome(net, populations, workers=workers, **options))
    assert same(once, outcome(net, populations, workers=2, split=(0.1, 7.3, 52.6), **options))


def test_draws_cannot_be_observed_to_depend_on_the_cut():
    noisy = sc.Equations(
        "dv/dt = -v/tau + sigma*xi*(2/tau)**0.5 : 1\nescape = exp((v - 1)/0.1)/(1*ms) : 1/ms",
        threshold="rand() < -expm1(-escape*0.1*ms)",
        reset="v = 0.1*randn()",
        method="euler",
        parameters=dict(tau=(10.0, "ms"), sigma=0.7),
    )
    net = sc.Network(dt=0.1, seed=3)
    cells = net.population(400, noisy)
    once = outcome(net, [cells.name], split=(200.0,), workers=1)
    assert 200 < len(once[0][0]) < 20_000
    assert same(once, outcome(net, [cells.name], split=(33.3, 166.7), workers=3))
    other = sc.Network(dt=0.1, seed=4)
    assert not same(once, outcome(other, [other.population(400, noisy).name], split=(200.0,), workers=1))


def test_a_uniform_draw_and_a_normal_one_have_their_moments():
    net = sc.Network(dt=0.1, seed=1)
    cells = net.population(20_000, draws())
    machine = net.compile(workers=2)
    machine.run(0.1)
    uniform, normal = machine.state(cells, "u"), machine.state(cells, "n")
    assert uniform.min() >= 0.0
    assert uniform.max() < 1.0
    assert abs(uniform.mean() - 0.5) < 0.01
    assert abs(uniform.var() - 1 / 12) < 0.003
    assert abs(normal.mean()) < 0.03
    assert abs(normal.var() - 1.0) < 0.05
    assert abs(np.corrcoef(uniform, normal)[0, 1]) < 0.03


def draws():
    text = "x = rand() : 1\ny = randn() : 1\ndu/dt = (x - u)/(0.1*ms) : 1\ndn/dt = (y - n)/(0.1*ms) : 1"
    return sc.Equations(text, method="euler")


def test_parameters_of_each_neuron_and_values_at_the_start():
    net = sc.Network(dt=0.1)
    tau = np.linspace(5.0, 50.0, 200)
    decay = sc.Equations("dv/dt = -v/tau : mV", method="exact", parameters={"tau": (tau, "ms")})
    cells = net.population(200, decay, init={"v": 8.0})
    machine = net.compile(workers=2, precision="f64")
    machine.run(10.0)
    assert np.allclose(machine.state(cells, "v"), 8.0 * np.exp(-10.0 / tau), rtol=1e-12)
    machine.reset()
    assert np.array_equal(machine.state(cells, "v"), np.full(200, 8.0))


def test_a_conductance_takes_magnitudes_and_the_sign_picks_it():
    net = sc.Network(dt=0.1)
    cells = net.population(2, conductance())
    source = net.spike_source(2, [[1.0], [2.0]])
    net.connect(source, cells, sc.Pairs([0, 1], [0, 1]), weight=np.array([4.0, -5.0]), delay=0.1)
    machine = net.compile(workers=1, precision="f64")
    machine.run(1.1)
    assert machine.state(cells, "g_exc")[0] == 4.0
    machine.run(1.0)
    assert machine.state(cells, "g_inh")[1] == 5.0
    with pytest.raises(sc.NetworkError, match=r"'g_inh' is a conductance"):
        net.connect(source, cells, sc.AllToAll(), weight=-1.0, delay=1.0, receptor="g_inh")
    with pytest.raises(sc.NetworkError, match="g_exc"):
        net.connect(source, cells, sc.AllToAll(), weight=1.0, delay=1.0, receptor="g_ex")


def test_with_receptors_that_have_no_sign_one_is_named():
    text = "dv/dt = (-v + a + b)/(10*ms) : mV\nda/dt = -a/(5*ms) : mV, input\ndb/dt = -b/(50*ms) : mV, input"
    net = sc.Network(dt=0.1)
    cells = net.population(1, sc.Equations(text, method="exact"))
    source = net.spike_source(1, [[1.0]])
    with pytest.raises(sc.NetworkError, match="one of 'a', 'b'"):
        net.connect(source, cells, sc.OneToOne(), weight=1.0, delay=0.1)
    net.connect(source, cells, sc.OneToOne(), weight=-3.0, delay=0.1, receptor="b")
    machine = net.compile(workers=1, precision="f64")
    machine.run(1.1)
    assert machine.state(cells, "b")[0] == -3.0


def test_a_current_needs_a_name_that_takes_it():
    net = sc.Network(dt=0.1)
    cells = net.population(1, sc.Equations("dv/dt = -v/(10*ms) : mV", method="exact"))
    with pytest.raises(sc.NetworkError, match="current"):
        net.stimulate(cells, sc.DirectCurrent(1.0))


def test_a_state_that_leaves_the_finite_range_is_named():
    net = sc.Network(dt=0.1)
    cells = net.population(3, sc.Equations("dx/dt = 0*x/ms : 1\ndy/dt = y*y/ms : 1", method="euler"), init={"y": 5.0})
    machine = net.compile(workers=1)
    with pytest.raises(sc.DivergenceError, match="y of neuron 0"):
        machine.run(100.0)
    assert machine.state(cells, "x").tolist() == [0.0] * 3


def test_events_alone_are_refused_by_name():
    net, _ = network(conductance())
    with pytest.raises(sc.NetworkError, match="equations"):
        net.compile(updates="event")


def test_equations_compare_and_pickle_by_text():
    one, other = conductance(), conductance()
    assert one == other
    assert hash(one) == hash(other)
    assert one != conductance("rk4")
    assert one != conductance(v_th=(-49.0, "mV"))
    varied = conductance(v_th=(np.array([-50.0, -49.0]), "mV"))
    for again in (pickle.loads(pickle.dumps(varied)), copy.deepcopy(varied)):
        assert again == varied
    assert "dg_exc/dt" in str(one)
    assert "method: exponential_euler" in str(one)


def test_a_batch_runs_them_as_single_runs_do():
    net = sc.Network(dt=0.1, seed=2)
    source = net.spike_source(20, [[] for _ in range(20)])
    cells = net.population(50, conductance())
    net.connect(source, cells, sc.Bernoulli(0.5), weight=6.0, delay=1.0)
    machine = net.compile(workers=2)
    samples = [[[float(k + 1), float(k + 9)] for k in range(20)], [[2.0] for _ in range(20)]]
    batch = machine.run_batch(40.0, {source: samples})
    for k, sample in enumerate(samples):
        machine.reset({source: sample})
        spikes = machine.run(40.0).spikes[cells]
        assert len(spikes.times) == batch.spike_counts[cells][k].sum() > 0
