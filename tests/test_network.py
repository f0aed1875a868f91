"""Network, Machine and Result: declaration, running, reading."""

import hashlib
import math
import os
import re
import struct
import threading

import numpy as np
import pytest
from patience import PATIENCE_S

import spikecore as sc
from spikecore import library


def small(seed=1, dt=0.1):
    net = sc.Network(dt=dt, seed=seed)
    exc = net.population(40, sc.LIF(tau_syn_exc=0.5, tau_syn_inh=0.5), name="exc")
    inh = net.population(10, sc.LIF(tau_syn_exc=0.5, tau_syn_inh=0.5), name="inh")
    net.connect(
        exc,
        [exc, inh],
        sc.FixedInDegree(20),
        weight=sc.Normal(45.0, 4.5),
        delay=sc.Normal(1.5, 0.75, low=0.1),
    )
    net.connect(inh, [exc, inh], sc.FixedInDegree(5), weight=-225.0, delay=0.8)
    net.stimulate([exc, inh], sc.Poisson(rate=16_000.0, weight=45.0))
    return net, exc, inh


@pytest.mark.parametrize("dt", [0.0, -0.1, math.nan, math.inf, 101.0])
def test_dt_range(dt):
    with pytest.raises(sc.NetworkError, match="dt is"):
        sc.Network(dt=dt)


@pytest.mark.parametrize("seed", [-1, 2**64])
def test_seed_range(seed):
    with pytest.raises(sc.NetworkError, match="seed is"):
        sc.Network(seed=seed)
    with pytest.raises(TypeError, match="seed"):
        sc.Network(seed="1")


def test_ids_run_on_in_the_order_of_declaration():
    net = sc.Network()
    a = net.population(3, sc.LIF())
    b = net.spike_source(2, times=[[], []], name="b")
    c = net.population(4, sc.LIFDelta(), name="c")
    assert [list(one.ids) for one in (a, b, c)] == [[0, 1, 2], [3, 4], [5, 6, 7, 8]]
    assert a.name == "population0"
    assert net.populations == (a, b, c)
    assert repr(c) == "Population('c', 4, LIFDelta)"
    assert len(c) == 4
    assert net.forecast(workers=1).neurons == 9


@pytest.mark.parametrize("size", [0, -5, 2**32])
def test_size_range(size):
    with pytest.raises(sc.NetworkError, match="exc: size is"):
        sc.Network().population(size, sc.LIF(), name="exc")


def test_names_are_unique():
    net = sc.Network()
    net.population(1, sc.LIF(), name="exc")
    for name in ("exc", "", " "):
        with pytest.raises(sc.NetworkError, match="name is"):
            net.population(1, sc.LIF(), name=name)
    with pytest.raises(TypeError, match="name must be a string"):
        net.population(1, sc.LIF(), name=5)


@pytest.mark.parametrize("model", [sc.LIF, "lif", None, sc.SpikeSource()])
def test_what_is_no_model(model):
    with pytest.raises(TypeError, match="model must be"):
        sc.Network().population(1, model)


@pytest.mark.parametrize("t_ref", [0.25, 7000.0])
def test_t_ref_on_the_grid(t_ref):
    with pytest.raises(sc.NetworkError, match=r"exc: t_ref is .* multiples of dt"):
        sc.Network(dt=0.1).population(1, sc.LIF(t_ref=t_ref), name="exc")


def test_initial_potentials():
    net = sc.Network(seed=3)
    values = np.linspace(-70.0, -60.0, 5)
    a = net.population(5, sc.LIF(), v_init=values)
    b = net.population(200, sc.LIF(), v_init=sc.Normal(-65.0, 2.0, low=-68.0, high=-62.0))
    c = net.population(2, sc.LIF())
    machine = net.compile(workers=1)
    np.testing.assert_allclose(machine.state(a), values, rtol=1e-6)
    assert ((machine.state(b) >= -68.001) & (machine.state(b) <= -61.999)).all()
    assert machine.state(c).tolist() == [-70.0, -70.0]
    with pytest.raises(sc.NetworkError, match=r"the shape of v_init is \(3,\), allowed: \(5,\)"):
        net.population(5, sc.LIF(), v_init=[1.0, 2.0, 3.0])
    with pytest.raises(sc.NetworkError, match=r"v_init\[1\]"):
        net.population(2, sc.LIF(), v_init=[0.0, math.nan])


@pytest.mark.parametrize(
    "times",
    [
        [[2.5, 1.0], [], [1.0]],
        [np.array([1.0, 2.5]), np.array([]), np.array([1.0])],
        [np.array([2.5, 1.0]), [], [1]],
        [(1, 2.5), np.array([], dtype=np.int64), np.array([1])],
        [[np.float32(1.0), np.float64(2.5)], (), np.array([1], dtype=np.uint8)],
        (np.array([0, 2, 0]), np.array([1.0, 1.0, 2.5])),
    ],
)
def test_spike_source(times):
    net = sc.Network(dt=0.1)
    source = net.spike_source(3, times=times, name="input")
    spikes = net.compile(workers=1).run(5.0).spikes[source]
    assert spikes.times.tolist() == [1.0, 1.0, 2.5]
    assert spikes.neurons.tolist() == [0, 2, 0]


@pytest.mark.parametrize(
    ("times", "named"),
    [
        ([[0.0], []], "times"),
        ([[-1.0], []], "times"),
        ([[0.25], []], "multiples of dt"),
        ([[math.nan], []], "finite"),
        ([[1.0, 1.0], []], "times is two spikes of neuron 0 at 1 ms, allowed: one spike of a neuron in a tick"),
        ([[1.0]], "the length of times is 1, allowed: 2"),
        ([[1.0], [1.0, 0.25]], r"times\[1\]\[1\] is 0.25 ms"),
        ([np.array([1.0]), np.array([1.0, math.inf])], r"times\[1\]\[1\]"),
        ([[1.0], np.array([3.0, -1.0])], r"times\[1\]\[1\] is -1.0 ms"),
        ([np.array([[1.0]]), np.array([[1.0]])], r"the shape of times\[0\]"),
        ([[1.0], [10**400]], r"times\[1\]"),
        ([[[1.0]], []], "one dimension"),
        ((np.array([0, 2]), np.array([1.0, 1.0])), r"neurons\[1\] is 2, allowed: 0 … 1"),
        ((np.array([0, 1]), np.array([1.0])), "the shape of times"),
        (([0, 1], [1.0, 2.0]), "a tuple of two, which two neurons leave open"),
        (([1], [2]), "a list with the times of each neuron, or arrays"),
        ((np.array([1.0]), np.array([2.0])), "which two neurons leave open"),
        (([0], [1.0], [2.0]), "the length of the tuple"),
    ],
)
def test_spike_source_mistakes(times, named):
    with pytest.raises(sc.NetworkError, match=named):
        sc.Network(dt=0.1).spike_source(2, times=times, name="input")


@pytest.mark.parametrize("train", [[True], np.array([True]), ["1.0"], [None], [1.0, "a"], np.ma.masked_array([1.0])])
@pytest.mark.parametrize("other", [[1.0], np.array([1.0])])
def test_spike_times_are_numbers_in_every_form(train, other):
    with pytest.raises(TypeError, match=r"times\[1\]"):
        sc.Network(dt=0.1).spike_source(2, times=[other, train], name="input")


def test_stimulus_mistakes():
    net = sc.Network(dt=0.1)
    exc = net.population(3, sc.LIF(), name="exc")
    source = net.spike_source(1, times=[[1.0]], name="input")
    with pytest.raises(sc.NetworkError, match="input: stimulus is on a spike source, allowed: a population with a"):
        net.stimulate([exc, source], sc.Poisson(1.0, 1.0))
    with pytest.raises(sc.NetworkError, match=r"the shape of amplitude is \(2,\), allowed: \(3,\)"):
        net.stimulate(exc, sc.DirectCurrent([1.0, 2.0]))
    with pytest.raises(sc.NetworkError, match=r"exc: start is 0.25 ms"):
        net.stimulate(exc, sc.Poisson(1.0, 1.0, start=0.25))
    with pytest.raises(sc.NetworkError, match=r"exc: stop is 0.25 ms"):
        net.stimulate(exc, sc.DirectCurrent(1.0, stop=0.25))
    with pytest.raises(sc.NetworkError, match="exc: rate is"):
        net.stimulate(exc, sc.Poisson(2e7, 1.0))
    with pytest.raises(TypeError, match="stimulus must be"):
        net.stimulate(exc, 5.0)


def test_direct_current_reaches_its_neurons_while_it_is_on():
    net = sc.Network(dt=0.1)
    exc = net.population(2, sc.LIF(tau_m=10.0), name="exc")
    net.stimulate(exc, sc.DirectCurrent([0.0, 250.0], start=1.0, stop=2.0))
    machine = net.compile(workers=1, precision="f64")
    machine.run(1.0)
    assert machine.state(exc).tolist() == [-70.0, -70.0]
    machine.run(1.0)
    # R I (1 - exp(-t / tau)) = 10 mV (1 - exp(-0.1))
    assert machine.state(exc)[0] == -70.0
    assert machine.state(exc)[1] == pytest.approx(-70.0 + 10.0 * (1.0 - math.exp(-0.1)), abs=1e-9)


def test_recording_samples():
    net = sc.Network(dt=0.1)
    exc = net.population(3, sc.LIF(tau_m=10.0, i_e=250.0), name="exc")
    recorder = net.record(exc, "v", neurons=[2, 0], interval=0.5)
    samples = net.compile(workers=1, precision="f64").run(2.0).traces[recorder]
    assert samples.times.tolist() == [0.5, 1.0, 1.5, 2.0]
    assert samples.neurons.tolist() == [2, 0]
    expected = -70.0 + 10.0 * (1.0 - np.exp(-samples.times / 10.0))
    np.testing.assert_allclose(samples.values, np.stack([expected, expected], axis=1), rtol=1e-12)


def test_recording_mistakes():
    net = sc.Network(dt=0.1)
    one = net.population(3, sc.LIF(), name="one")
    two = net.population(3, sc.LIF(tau_syn_inh=5.0), name="two")
    delta = net.population(3, sc.LIFDelta(), name="delta")
    source = net.spike_source(1, times=[[]], name="input")
    for population, variable, allowed in (
        (one, "i_exc", "'v', 'i_syn'"),
        (two, "i_syn", "'v', 'i_exc', 'i_inh'"),
        (delta, "i_syn", "'v'"),
        (one, "u", "'v', 'i_syn'"),
    ):
        with pytest.raises(sc.NetworkError, match=f"variable is '{variable}', allowed: {allowed}"):
            net.record(population, variable)
    with pytest.raises(sc.NetworkError, match="input: variable"):
        net.record(source, "v")
    with pytest.raises(sc.NetworkError, match=r"neurons\[0\] is 3"):
        net.record(one, neurons=[3])
    for neurons in ([], [1, 1]):
        with pytest.raises(sc.NetworkError, match="each once"):
            net.record(one, neurons=neurons)
    for interval in (0.0, 0.25, -1.0, math.inf):
        with pytest.raises(sc.NetworkError, match="interval"):
            net.record(one, interval=interval)


def test_compile_options():
    net, exc, _ = small()
    with pytest.raises(sc.NetworkError, match="workers is 0"):
        net.compile(workers=0)
    with pytest.raises(TypeError, match="workers"):
        net.compile(workers=1.5)
    with pytest.raises(sc.NetworkError, match="weights is 'int8', allowed: 'f32', 'q16'"):
        net.compile(weights="int8")
    with pytest.raises(sc.NetworkError, match="precision is 'f16'"):
        net.compile(precision="f16")
    with pytest.raises(sc.NetworkError, match="left out with precision='f64'"):
        net.compile(weights="q16", precision="f64")
    with pytest.raises(sc.NetworkError, match="has no population"):
        sc.Network().compile()
    with pytest.raises(sc.NetworkError, match="is not of this network"):
        net.compile(record_spikes=[sc.Network().population(1, sc.LIF())])
    assert len(net.compile(workers=1, record_spikes=[exc]).run(10.0).spikes) == 1


def test_forecast():
    net, *_ = small()
    forecast = net.forecast(workers=2)
    assert (forecast.neurons, forecast.synapses) == (50, 50 * 25)
    assert forecast.bytes > 0
    assert forecast.fits
    assert "50 neurons, 1,250 synapses" in repr(forecast)
    assert forecast.to_dict()["available"] == forecast.available
    assert "<table>" in forecast._repr_html_()


def test_run_again_goes_on():
    net, *_ = small()
    machine = net.compile(workers=2)
    first, second = machine.run(60.0), machine.run(40.0)
    assert (first.start, first.stop, second.start, second.stop) == (0.0, 60.0, 60.0, 100.0)
    assert machine.time == 100.0
    assert machine.result() is second
    whole = net.compile(workers=1).run(100.0)
    for name in ("exc", "inh"):
        joined = np.concatenate([first.spikes[name].times, second.spikes[name].times])
        assert joined.tolist() == whole.spikes[name].times.tolist()
        assert whole.counts.spikes[name] == len(joined)
        assert first.counts.spikes[name] == len(first.spikes[name])


@pytest.mark.parametrize("duration", [0.0, -1.0, 0.25, math.nan, math.inf])
def test_duration_on_the_grid(duration):
    net, *_ = small()
    machine = net.compile(workers=1)
    with pytest.raises(sc.NetworkError, match="duration"):
        machine.run(duration)


def test_result_reads_the_same_run_in_every_way():
    net, exc, inh = small()
    result = net.compile(workers=2).run(200.0)
    spikes = result.spikes[exc]
    assert len(spikes) > 0
    assert result.spikes["exc"] is spikes
    order = np.lexsort((spikes.neurons, spikes.times))
    assert (order == np.arange(len(spikes))).all()
    assert ((spikes.times > 0.0) & (spikes.times <= 200.0)).all()
    assert result.rates()["exc"] == pytest.approx(len(spikes) / 40 / 0.2)
    assert result.spike_counts(exc).tolist() == np.bincount(spikes.neurons, minlength=40).tolist()
    totals = result.counts.totals()
    assert totals["spikes"] == len(spikes) + len(result.spikes[inh])
    assert result.duration == 200.0
    assert result.real_time_factor > 0.0
    assert set(result.phases_s) == {"ingest", "deliver", "integrate", "wait"}
    assert len(result.phases_s["deliver"]) == 2
    assert re.match(r"Result\(0–200 ms: ", repr(result))
    assert "<table>" in result._repr_html_()


def test_synaptic_operations_are_spikes_times_out_degree():
    net, exc, inh = small()
    machine = net.compile(workers=2)
    result = machine.run(100.0)
    for population in (exc, inh):
        operations = (result.spike_counts(population) * machine.out_degrees(population)).sum()
        assert result.counts.synaptic_operations[population.name] == int(operations)


def test_hash_is_over_little_endian_pairs():
    net = sc.Network(dt=0.1)
    net.population(4, sc.LIF(), name="quiet")
    net.spike_source(2, times=[[0.2], [0.1, 0.2]], name="input")
    result = net.compile(workers=1).run(1.0)
    text = b"".join(struct.pack("<QI", *pair) for pair in ((1, 5), (2, 4), (2, 5)))
    assert result.spikes_sha256() == hashlib.sha256(text).hexdigest()


def test_cv_of_a_regular_train_is_zero():
    net = sc.Network(dt=0.1)
    source = net.spike_source(3, times=[np.arange(1.0, 50.0, 5.0), [1.0, 2.0, 4.0], [3.0]], name="input")
    mean, per_neuron = net.compile(workers=1).run(50.0).cv_isi(source)
    assert per_neuron[0] == pytest.approx(0.0, abs=1e-6)
    assert per_neuron[1] == pytest.approx(1.0 / 3.0)
    assert math.isnan(per_neuron[2])
    assert mean == pytest.approx(1.0 / 6.0)


def test_what_was_not_recorded():
    net, exc, inh = small()
    machine = net.compile(workers=1, record_spikes=[inh])
    result = machine.run(20.0)
    with pytest.raises(sc.NetworkError, match="spikes of 'exc' were not recorded; recorded: 'inh'"):
        result.spikes[exc]
    assert result.rates()["exc"] > 0.0
    nothing = net.compile(workers=1, record_spikes=False).run(20.0)
    with pytest.raises(sc.NetworkError, match="no spikes were recorded"):
        nothing.raster("never.svg")


def test_machine_mistakes():
    net, exc, _ = small()
    machine = net.compile(workers=1)
    with pytest.raises(sc.NetworkError, match="nothing has been run"):
        machine.result()
    with pytest.raises(sc.NetworkError, match="variable is 'i_exc', allowed: 'v', 'i_syn'"):
        machine.state(exc, "i_exc")
    with pytest.raises(sc.NetworkError, match="is not of this machine"):
        machine.state(sc.Network().population(1, sc.LIF(), name="stranger"))
    with pytest.raises(TypeError, match="expected a Population"):
        machine.synapses(3, exc)
    with pytest.raises(sc.NetworkError, match="events"):
        machine.bare_scatter(0)


def test_a_bare_scatter_of_no_synapses_is_unknown():
    net = sc.Network(seed=1)
    exc = net.population(10, sc.LIF(), name="exc")
    assert np.isnan(net.compile(workers=1).bare_scatter(1000)).all()
    net.connect(exc, exc, sc.OneToOne(), weight=1.0, delay=1.0)
    assert net.compile(workers=1).bare_scatter(1000)[0] > 0.0


def test_a_second_thread_is_refused():
    net, *_ = small()
    machine = net.compile(workers=1)
    running, refused = threading.Event(), threading.Event()
    caught = []

    def second():
        running.wait(PATIENCE_S)
        try:
            machine.run(1.0)
        except sc.BusyError as error:
            caught.append(error)
        refused.set()

    def hold(_ticks):
        running.set()
        assert refused.wait(PATIENCE_S)

    thread = threading.Thread(target=second)
    thread.start()
    machine._native.run(100_000, hold)
    thread.join(PATIENCE_S)
    assert len(caught) == 1
    machine.reset()
    assert machine.run(1.0).stop == 1.0


def test_raster_files(tmp_path, monkeypatch):
    net, *_ = small()
    result = net.compile(workers=1).run(50.0)
    monkeypatch.setitem(__import__("sys").modules, "matplotlib.backends.backend_agg", None)
    written = result.raster(tmp_path / "raster.svg")
    text = written.read_text(encoding="utf-8")
    assert text.startswith("<svg")
    assert "exc" in text
    assert "time (ms)" in text
    (tmp_path / "other.svg").write_text("kept")
    for name in ("other.png", "other"):
        with pytest.raises(
            sc.NetworkError, match=r"the suffix is .*, allowed: '.svg'; others need matplotlib: pip install"
        ):
            result.raster(tmp_path / name)
    assert (tmp_path / "other.svg").read_text() == "kept"
    assert sorted(file.name for file in tmp_path.iterdir()) == ["other.svg", "raster.svg"]
    with pytest.raises(sc.NetworkError, match="stop"):
        result.raster(tmp_path / "x.svg", start=10.0, stop=5.0)
    with pytest.raises(sc.NetworkError, match="share"):
        result.raster(tmp_path / "x.svg", share=2.0)


def test_raster_with_matplotlib(tmp_path):
    pytest.importorskip("matplotlib")
    net, *_ = small()
    result = net.compile(workers=1).run(50.0)
    written = result.raster(tmp_path / "raster.png")
    assert written.read_bytes()[:4] == b"\x89PNG"


def test_workers_default_to_the_cpus_allowed():
    net, *_ = small()
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    assert net.compile().run(1.0).statistics["workers"] == allowed


# Energy: reference values from Davies et al. (2018), Table 2, and Merolla et al. (2014).


def test_loihi_prices():
    net, *_ = small()
    result = net.compile(workers=1).run(100.0)
    totals = result.counts.totals()
    report = result.energy("loihi")
    operations, updates = totals["synaptic_operations"], totals["neuron_updates"]
    assert report.nominal_j == pytest.approx(23.6e-12 * operations + 52e-12 * updates)
    assert report.lines[1].high_j == pytest.approx(81e-12 * updates)
    assert report.high_j is None
    facts = report.to_dict()
    assert (facts["status"], facts["source"].split(", ")[-1]) == ("modelled", "p. 96")
    price = facts["terms"][0]
    assert (price["price"], price["unit"], price["bound"], price["evidence"]) == (23.6, "pJ", "min", "simulated")
    assert "tile hops east-west" in {entry["term"] for entry in facts["unpriced"]}
    assert "23.6 pJ" in str(report)
    assert "<table>" in report._repr_html_()


def test_truenorth_price_is_all_in():
    net, *_ = small()
    result = net.compile(workers=1).run(100.0)
    report = result.energy("truenorth")
    assert report.nominal_j == pytest.approx(26e-12 * result.counts.totals()["synaptic_operations"])
    assert len(report.lines) == 1
    assert report.to_dict()["scope"] == "all-in"


def test_energy_profiles_of_ones_own(tmp_path):
    net, *_ = small()
    result = net.compile(workers=1).run(10.0)
    path = tmp_path / "mine.toml"
    head = 'name = "mine"\ntitle = "Mine"\nnode = "1 nm"\nsource = "me"\nscope = "all-in"\n'
    price = (
        '[[price]]\nterm = "spikes"\ncount = "spikes"\nvalue = 1.0\nunit = "nJ"\nevidence = "vendor"\nbound = "max"\n'
    )
    path.write_text(head + price, encoding="utf-8")
    assert result.energy(path).nominal_j == pytest.approx(1e-9 * result.counts.totals()["spikes"])
    for text, named in (
        (head + price + price, "never added"),
        (head + price.replace('"nJ"', '"cal"'), "unit is 'cal'"),
        (head + price.replace("1.0", "-1.0"), "value is -1.0"),
        (price, "malformed"),
        ("=", "malformed"),
    ):
        path.write_text(text, encoding="utf-8")
        with pytest.raises(sc.NetworkError, match=named):
            result.energy(path)
    with pytest.raises(sc.NetworkError, match=r"'loihi', .*'truenorth', .* or the path"):
        result.energy("cray")


# Library networks.


# Synapses by target (row) and source (column), reference implementation of the model.
SYNAPSES = """
45499805 22323577 20253647  9670918 3293578       0  2271404        0
17443694  5018763  4105338  1690074 2221213       0   353461        0
 3503670   756561 24482849 17413576  714524    7003 14624432        0
 8114254    92832  9933538  5223272   87836       0  8810905        0
10613575  1817058  5507804   151900 2040738 2407889  1438969        0
 1241436   169424   607667    12851  319602  430444   132414        0
 4681225   556108  6727570  1320234 4112225  305029  8372649 10827677
 2260836    17207   220033     8078  401638   25218  2888426  1354320
"""


def test_microcircuit_synapse_numbers():
    table = library.microcircuit.synapse_numbers()
    assert table.tolist() == [[int(n) for n in row.split()] for row in SYNAPSES.split("\n")[1:-1]]
    assert int(table.sum()) == 298_880_968
    assert sum(library.microcircuit.SIZES) == 77_169


def test_microcircuit_constants():
    weight = library.microcircuit.psc_of_psp()
    assert weight == pytest.approx(87.80849352920843, rel=1e-14)
    # The background's mean as direct current, reference implementation.
    expected = [561.97, 526.85, 737.59, 667.34, 702.47, 667.34, 1018.58, 737.59]
    currents = library.microcircuit.direct_currents(1.0, "dc")
    np.testing.assert_allclose(currents, expected, atol=0.005)
    assert library.microcircuit.direct_currents(1.0, "poisson").tolist() == [0.0] * 8


def test_microcircuit_full_scale_forecast():
    net, populations = library.microcircuit.build()
    forecast = net.forecast(workers=2)
    assert (forecast.neurons, forecast.synapses) == (77_169, 298_880_968)
    assert list(populations) == list(library.microcircuit.NAMES)


@pytest.mark.parametrize("build", [library.microcircuit.build, library.brunel.build])
def test_library_mistakes(build):
    with pytest.raises(sc.NetworkError, match="scale"):
        build(scale=0.0)
    with pytest.raises(sc.NetworkError, match="drive is 'ac', allowed: 'dc', 'poisson'"):
        build(drive="ac")


@pytest.mark.parametrize(
    ("g", "eta", "rate"),
    [(6.0, 4.0, 55.84), (5.0, 2.0, 37.95), (4.5, 0.9, 6.52), (4.5, 2.0, 56.70), (8.0, 2.0, 12.99)],
)
def test_brunel_mean_field(g, eta, rate):
    # Siegert rates for V_reset = 10 mV.
    assert library.brunel.mean_field_rate(g, eta) == pytest.approx(rate, abs=0.006)


def test_brunel_drive():
    assert library.brunel.external_rate(2.0) == 20_000.0
    assert library.brunel.direct_current(2.0) == pytest.approx(500.0)
    net, populations = library.brunel.build()
    assert [len(one) for one in populations.values()] == [10_000, 2_500]
    assert net.forecast(workers=1).synapses == 15_625_000


@pytest.mark.parametrize("delays", [(0.7, 2.5), (2.5, 0.7)])
def test_the_largest_lead_is_within_the_shortest_delay_of_each_pair_of_cores(delays):
    """A population on each core: one worker runs them in turn, so one is ahead; and never by more than a delay."""
    from spikecore import _native
    from spikecore.machine import Machine

    net = sc.Network(dt=0.1, seed=1)
    a, b = (net.population(300, sc.LIF(i_e=500.0), name=name) for name in "ab")
    net.connect(a, a, sc.FixedInDegree(10), weight=1.0, delay=0.1)
    for pair, delay in zip(((a, b), (b, a)), delays, strict=True):
        net.connect(*pair, sc.FixedInDegree(10), weight=1.0, delay=delay)
    native = net._native.compile(1, "f32", placement=[0, 1])
    assert isinstance(native, _native.Machine)
    machine = Machine(native, net._grid, net.populations, (), (), net.projections)
    first = machine.run(20.0).largest_lead
    longer = machine.run(200.0).largest_lead
    assert set(first) == set(longer) == {(0, 1), (1, 0)}
    allowed = {(1, 0): round(delays[0] * 10), (0, 1): round(delays[1] * 10)}
    assert all(first[pair] <= longer[pair] <= allowed[pair] for pair in allowed)
    assert sum(longer.values()) > 0
    machine.reset()
    assert machine.run(0.1).largest_lead.keys() == first.keys()


def test_a_machine_of_one_core_has_no_leads():
    net = sc.Network(dt=0.1)
    net.population(3, sc.LIF())
    assert net.compile(workers=1).run(1.0).largest_lead == {}
