"""The leaky integrate-and-fire neuron with alpha currents against NEST's own tests of `iaf_psc_alpha` and equations.

Values are those of NEST's testsuite (``test_iaf_psc_alpha.py``, ``test_iaf_psc_alpha_mindelay.py``,
``test_iaf_psp.py``, ``test_iaf_psc_alpha_1to2.py``), whose defaults are the constants of `CELL`.
``tests/test_nest.py`` compares networks spike for spike.
"""

import math

import numpy as np
import pytest

import spikecore as sc

CELL = {"tau_m": 10.0, "c_m": 250.0, "e_l": -70.0, "v_th": -55.0, "v_reset": -70.0, "t_ref": 2.0}
W = 100.0


def trace(i_e=0.0, dt=0.1, duration=10.0, *, start=None, parts=1, **options):
    """Times and potentials of one cell, and its spikes; its current comes from the start, or from `start` on."""
    net = sc.Network(dt=dt)
    cell = net.population(1, sc.LIFAlpha(**CELL, i_e=i_e if start is None else 0.0), v_init=-70.0)
    if start is not None:
        net.stimulate(cell, sc.DirectCurrent(i_e, start=start))
    recorder = net.record(cell)
    machine = net.compile(precision="f64", **{"workers": 1, **options})
    results = [machine.run(duration / parts) for _ in range(parts)]
    times = np.concatenate([result.samples[recorder].times for result in results])
    values = np.concatenate([result.samples[recorder].values[:, 0] for result in results])
    spikes = np.concatenate([result.spikes[cell].times for result in results])
    return dict(zip(np.round(times, 9).tolist(), values.tolist(), strict=True)), spikes.tolist()


def psp(t, tau_s=2.0):
    """Potential in mV, `t` ms after a spike of weight W has arrived (Rotter & Diesmann 1999)."""
    k = 1.0 / tau_s - 1.0 / CELL["tau_m"]
    decay = math.exp(-t / tau_s)
    slow = math.exp(-t / CELL["tau_m"])
    return W * math.e / (tau_s * CELL["c_m"]) * ((slow - decay) / k**2 - t * decay / k)


def test_a_current_from_the_start():
    values, spikes = trace(1000.0)
    expected = {0.1: -69.602, 0.2: -69.2079, 0.3: -68.8178, 0.4: -68.4316, 0.5: -68.0492, 4.3: -56.0204}
    expected |= {4.4: -55.7615, 4.5: -55.5051, 4.6: -55.2513, 4.7: -55.0001, 4.8: -70.0}
    for time, value in expected.items():
        assert values[time] == pytest.approx(value, abs=5e-5)  # the digits that NEST's test gives
    assert spikes == [4.8]


def test_a_current_that_arrives_a_tick_later():
    """NEST's generator acts after its delay of a tick."""
    values, spikes = trace(1000.0, start=0.2)
    for time, value in {0.2: -70.0, 0.3: -69.602, 4.9: -55.0001, 5.0: -70.0, 7.1: -69.602, 7.9: -66.5572}.items():
        assert values[time] == pytest.approx(value, abs=5e-5)
    assert spikes == [5.0]


@pytest.mark.parametrize("dt", [0.1, 0.2, 0.5, 1.0])
def test_the_common_grid_has_the_same_values(dt):
    values, spikes = trace(1450.0, dt)
    expected = {0.1: -69.4229, 1.0: -64.4806, 2.0: -59.4864, 2.9: -55.3993, 5.1: -69.4229, 6.9: -59.9636}
    for time, value in expected.items():
        assert time not in values or values[time] == pytest.approx(value, abs=5e-5)
    fine, _ = trace(1450.0, 0.1)
    assert all(values[time] == pytest.approx(fine[time], rel=1e-12) for time in values)
    assert spikes[:2] == [3.0, 8.0]


@pytest.mark.parametrize(("parts", "workers"), [(1, 1), (20, 1), (20, 2)])
def test_a_run_may_be_split(parts, workers):
    values, _ = trace(1000.0, start=2.1, parts=parts, workers=workers)
    expected = [-70.0, -70.0, -66.55725, -63.07837, -59.93054, -57.08227, -70.0, -70.0, -69.60199, -65.83337]
    assert [values[float(time)] for time in range(1, 11)] == pytest.approx(expected, abs=5e-6)


@pytest.mark.parametrize("dt", [0.1, 0.5, 1.0])
@pytest.mark.parametrize(("exc", "inh"), [(2.0, 2.0), (2.0, 5.0), (5.0, 2.0)])
def test_a_potential_follows_the_alpha_function(dt, exc, inh):
    """An excitatory spike and an inhibitory one, on one current or two."""
    net = sc.Network(dt=dt)
    source = net.spike_source(1, times=[[2.0]])
    cells = [net.population(1, sc.LIFAlpha(**CELL, tau_syn_exc=exc, tau_syn_inh=inh), v_init=-70.0) for _ in range(2)]
    recorders = [net.record(cell) for cell in cells]
    for cell, weight in zip(cells, (W, -W), strict=True):
        net.connect(source, cell, sc.AllToAll(), weight=weight, delay=1.0)
    result = net.compile(workers=1, precision="f64").run(12.0)
    for recorder, sign, tau_s in zip(recorders, (1.0, -1.0), (exc, inh), strict=True):
        samples = result.samples[recorder]
        truth = [-70.0 + sign * psp(max(time - 3.0, 0.0), tau_s) for time in samples.times]
        assert samples.values[:, 0] == pytest.approx(truth, rel=1e-12)
    if dt == 0.1 and exc == 2.0:
        samples = result.samples[recorders[0]]
        published = {3.1: -69.99737946667402, 4.0: -69.81075833477904, 5.0: -69.46807383938442, 5.7: -69.238338273676}
        measured = dict(zip(np.round(samples.times, 9).tolist(), samples.values[:, 0].tolist(), strict=True))
        assert {time: measured[time] for time in published} == pytest.approx(published, rel=1e-12)


@pytest.mark.parametrize("dt", [0.1, 0.2, 0.5, 1.0])
def test_one_neuron_drives_another(dt):
    net = sc.Network(dt=dt)
    first, second = (net.population(1, sc.LIFAlpha(**CELL, i_e=i_e), v_init=-70.0) for i_e in (1450.0, 0.0))
    net.connect(first, second, sc.AllToAll(), weight=W, delay=1.0)
    recorder = net.record(second)
    result = net.compile(workers=2, precision="f64").run(9.0)
    assert result.spikes[first].times.tolist() == [3.0, 8.0]
    samples = result.samples[recorder]
    truth = [-70.0 + psp(max(time - 4.0, 0.0)) for time in samples.times]
    assert samples.values[:, 0] == pytest.approx(truth, rel=1e-12)


@pytest.mark.parametrize("precision", ["f32", "f64"])
def test_neurons_that_differ_are_as_many_populations(precision):
    """Constants per neuron and constants of a population are one path, bit for bit."""
    taus = np.linspace(5.0, 20.0, 200)
    net = sc.Network(dt=0.1, seed=1)
    source = net.spike_source(20, times=[[0.5 * k + 0.1 * n for k in range(1, 60)] for n in range(1, 21)])
    together = net.population(200, sc.LIFAlpha(**{**CELL, "tau_m": taus}, i_e=300.0, tau_syn_inh=4.0), v_init=-65.0)
    chosen = (0, 77, 130, 199)
    alone = [
        net.population(1, sc.LIFAlpha(**{**CELL, "tau_m": taus[k]}, i_e=300.0, tau_syn_inh=4.0), v_init=-65.0)
        for k in chosen
    ]
    for target in (together, *alone):
        net.connect(source, target, sc.AllToAll(), weight=60.0, delay=1.5)
        net.connect(source, target, sc.AllToAll(), weight=-20.0, delay=3.0)
    machine = net.compile(workers=2, precision=precision)
    result = machine.run(60.0)
    for k, cell in zip(chosen, alone, strict=True):
        for variable in ("v", "i_exc", "i_inh"):
            assert machine.state(together, variable)[k] == machine.state(cell, variable)[0]
        spikes = result.spikes[together]
        assert spikes.times[spikes.neurons == k].tolist() == result.spikes[cell].times.tolist()
    assert result.counts.spikes[together.name] > 200
