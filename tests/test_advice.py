"""Warnings of compile: rounding that moves a threshold is bounded by what is said, and wrong units are noticed."""

import re

import numpy as np
import pytest

import spikecore as sc
from spikecore import advice


def rheobase(dt, tau_m, precision):
    """Return the least current at which a neuron fires within 12 membrane time constants, by bisection."""
    low, high = 0.98 * 15.0 * 250.0 / tau_m, 1.05 * 15.0 * 250.0 / tau_m
    for _ in range(14):
        current = (low + high) / 2.0
        net = sc.Network(dt=dt)
        net.population(1, sc.LIF(tau_m=tau_m, i_e=current), name="slow")
        result = net.compile(workers=1, precision=precision, updates="dense").run(12.0 * tau_m)
        low, high = (low, current) if result.counts.spikes["slow"] else (current, high)
    return high


@pytest.mark.filterwarnings("ignore::spikecore.PrecisionWarning")
@pytest.mark.parametrize(("tau_m", "dt"), [(200.0, 0.001), (50.0, 0.001)])
def test_the_stated_share_bounds_the_shift_of_the_threshold(tau_m, dt):
    net = sc.Network(dt=dt)
    net.population(1, sc.LIF(tau_m=tau_m), name="slow")
    said = float(re.search(r"off by ([\d.]+) %", net.forecast().notes[0])[1])
    shift = 100.0 * abs(rheobase(dt, tau_m, "f32") / rheobase(dt, tau_m, "f64") - 1.0)
    assert said / 20.0 < shift <= said


@pytest.mark.filterwarnings("ignore::spikecore.PrecisionWarning")
@pytest.mark.parametrize("kind", [sc.LIF, sc.LIFAlpha, sc.LIFDelta, sc.ALIF])
def test_no_threshold_shifts_by_more_than_is_said_whatever_its_height(kind):
    """How much is lost depends on the last place of the potential there: the heights go through two octaves."""
    heights = 2.0 ** np.linspace(0.0, 2.0, 60, endpoint=False)
    dt, tau_m = 0.01, np.linspace(120.0, 60.0, 60)
    said = advice.SHARE * tau_m / dt
    fired = {}
    for shift in (-1.0, 0.5, 1.0):
        net = sc.Network(dt=dt)
        if kind is sc.ALIF:
            model = sc.ALIF(tau_m=tau_m, b0=heights, i_e=heights * (1.0 + shift * said))
        else:
            currents = heights * 250.0 / tau_m * (1.0 + shift * said)
            model = kind(tau_m=tau_m, e_l=0.0, v_th=heights, v_reset=-1.0, i_e=currents)
        cells = net.population(len(heights), model, name="cells")
        fired[shift] = int((net.compile(workers=1).run(14.0 * tau_m[0]).spike_counts(cells) > 0).sum())
    assert fired[-1.0] == 0
    assert 30 < fired[0.5] < 55, "for some the shift is above half of what is said"
    assert fired[1.0] == len(heights)


def slow(**options):
    net = sc.Network(dt=0.001)
    net.population(1, sc.LIF(**options), name="slow")
    return net


def test_short_ticks_beside_long_membranes_are_warned_of_in_32_bits_alone(recwarn):
    with pytest.warns(sc.PrecisionWarning, match=r"'slow': tau_m is 200,000 ticks, so its threshold may be off by 3 %"):
        slow(tau_m=200.0).compile(workers=1)
    with pytest.warns(sc.PrecisionWarning, match="precision='f64'"):
        slow(tau_m=20.0).compile(workers=1, weights="q16")
    recwarn.clear()
    slow(tau_m=200.0).compile(workers=1, precision="f64")
    slow(tau_m=9.9).compile(workers=1)
    slow(tau_m=1e12).compile(workers=1)
    assert len(recwarn) == 0
    assert slow(tau_m=200.0).forecast(precision="f64").notes == ()


def test_the_slowest_neuron_of_a_population_counts():
    with pytest.warns(sc.PrecisionWarning, match="100,000 ticks"):
        slow(tau_m=[100.0]).compile(workers=1)
    net = sc.Network(dt=0.001)
    net.population(2, sc.LeakyIntegrator(tau_m=[5.0, 50.0]), name="reader")
    assert "its potential may be off by 0.75 %" in net.forecast().notes[0]


# ---- units ----


def network(dt=0.1, weight=87.8, model=None, amplitude=300.0, delay=1.0, rate=8_000.0):
    """Return a network of ordinary magnitudes, but for what is given."""
    net = sc.Network(dt=dt, seed=1)
    exc = net.population(10, model or sc.LIF(), name="exc")
    net.connect(exc, exc, sc.FixedInDegree(5), weight=weight, delay=delay)
    net.stimulate(exc, sc.Poisson(rate, weight=weight if isinstance(weight, float) else 87.8))
    net.stimulate(exc, sc.DirectCurrent(amplitude))
    return net


def delta(**options):
    return sc.LIFDelta(**options)


WRONG = {
    "dt in s": (dict(dt=1e-4, delay=1e-3), "dt is 0.0001 ms"),
    "tau_m in s": (dict(model=sc.LIF(tau_m=0.02, t_ref=0.0)), "tau_m = 0.02 ms is 0.2 ticks"),
    "tau_m of each neuron in s": (dict(model=sc.LIF(tau_m=[0.02] * 10)), "tau_m = 0.02 ms"),
    "c_m in nF": (dict(model=sc.LIF(c_m=0.25)), "c_m = 0.25 pF is a resistance of 80 GΩ"),
    "c_m in F": (dict(model=sc.LIF(c_m=2.5e-10)), "is a resistance of"),
    "v_th in V": (dict(model=sc.LIF(e_l=-0.07, v_reset=-0.07, v_th=-0.055)), "the threshold is 0.015 mV above rest"),
    "mV on pA": (dict(weight=0.1), "'exc' → 'exc' is 0.1 pA and moves v by 0.0008 mV of 15"),
    "mV on pA, negative": (dict(weight=-0.12), "moves v by 0.00096 mV of 15"),
    "pA on mV": (dict(weight=87.8, model=delta()), "a synapse of 'exc' → 'exc' is 87.8 mV and moves v by 88 mV of 15"),
    "V on mV": (dict(weight=1e-4, model=delta()), "a Poisson event at 'exc' is 0.0001 mV"),
    "nA on pA": (dict(amplitude=0.3), "a direct current into 'exc' is 0.3 pA and moves v by 0.024 mV of 15"),
    "nA on pA, i_e": (dict(model=sc.LIF(i_e=0.4)), "i_e of 'exc' is 0.4 pA"),
    "weights in A": (dict(weight=sc.Normal(87.8e-12, 1e-12)), "8.78e-11 pA"),
}


@pytest.mark.parametrize("case", WRONG, ids=str)
def test_a_wrong_unit_is_named_once_and_compiles_all_the_same(case, recwarn):
    options, named = WRONG[case]
    net = network(**options)
    with pytest.warns(sc.UnitWarning, match=named):
        machine = net.compile(workers=1, precision="f64")
    recwarn.clear()
    machine.run(1.0)
    assert len(recwarn) == 0
    assert any(re.search(named, note) for note in net.forecast(precision="f64").notes)
    assert named.split("\\")[0][:20] in repr(net.forecast(precision="f64"))


RIGHT = {
    "as it is": {},
    "cortex": dict(model=sc.LIF(tau_m=10.0, tau_syn_exc=0.5, tau_syn_inh=0.5)),
    "short ticks": dict(dt=0.01, model=sc.LIF(tau_m=20.0)),
    "dimensionless": dict(model=delta(tau_m=10.0, c_m=10.0, e_l=0.0, v_th=1.0, v_reset=0.0), weight=0.2, amplitude=1.2),
    "without leak": dict(model=sc.IF(v_th=1.0, e_l=0.0, v_reset=0.0), weight=1e-6, amplitude=1e-6),
    "a read-out": dict(model=sc.LeakyIntegrator(), weight=1e-5),
    "a threshold that is out of reach": dict(model=sc.LIF(v_th=1e6)),
    "silence": dict(weight=0.0, amplitude=0.0),
    "a drawn weight": dict(weight=sc.Normal(87.8, 8.8)),
    "strong": dict(weight=5_000.0, amplitude=3_000.0),
}


@pytest.mark.parametrize("case", RIGHT, ids=str)
def test_ordinary_and_dimensionless_magnitudes_are_silent(case, recwarn):
    net = network(**RIGHT[case])
    net.compile(workers=1)
    assert len(recwarn) == 0
    assert net.forecast().notes == ()


def test_matrices_and_kernels_have_weights_too():
    net = sc.Network(dt=0.1)
    a, b = net.population(9, sc.LIF(), name="a"), net.population(9, sc.LIF(), name="b")
    net.connect(a, b, sc.Dense(np.full((9, 9), 0.1)), delay=1.0)
    assert "'a' → 'b' is 0.1 pA" in net.forecast().notes[0]
    net = sc.Network(dt=0.1)
    a, b = net.population(9, sc.LIF(), name="a"), net.population(9, sc.LIF(), name="b")
    net.connect(a, b, sc.Convolution(np.full((1, 1, 3, 3), 0.1), (1, 3, 3), padding=1), delay=1.0)
    assert "'a' → 'b' is 0.1 pA" in net.forecast().notes[0]


def test_many_findings_are_one_warning():
    net = sc.Network(dt=0.1)
    for k in range(20):
        net.population(1, sc.LIF(c_m=0.25), name=f"p{k}")
    with pytest.warns(sc.UnitWarning) as caught:
        net.compile(workers=1)
    assert len(caught) == 1
    assert str(caught[0].message).endswith("and 16 more")


def test_typical_magnitudes():
    assert advice.typical(np.r_[np.zeros(1000), np.full(10, -4.0)]) == 4.0
    assert advice.typical(np.zeros(5)) == 0.0
    assert advice.typical([]) == 0.0


@pytest.mark.parametrize("form", ["coo", "csr", "lil", "dok"])
def test_sparse_matrices_have_weights_whatever_their_form(form):
    sparse = pytest.importorskip("scipy.sparse")
    net = sc.Network(dt=0.1)
    a, b = net.population(9, sc.LIF(), name="a"), net.population(9, sc.LIF(), name="b")
    net.connect(a, b, sparse.coo_matrix(np.full((9, 9), 0.1)).asformat(form), delay=1.0)
    assert "'a' → 'b' is 0.1 pA" in net.forecast().notes[0]


def test_long_lists_are_sampled():
    assert advice.typical([-4.0] * 10_000) == advice.typical(tuple([[4.0, 4.0]] * 5_000)) == 4.0


def test_one_wrong_population_among_many_like_projections_is_named_for_each_of_them():
    net = sc.Network(dt=0.1)
    populations = [net.population(1, sc.LIF(), name=f"p{k}") for k in range(3)]
    net.connect(populations, populations[0], sc.AllToAll(), weight=0.1, delay=1.0)
    net.connect(populations, populations[1], sc.AllToAll(), weight=87.8, delay=1.0)
    (note,) = net.forecast().notes
    assert [f"'p{k}' → 'p0'" in note for k in range(3)] == [True] * 3
    assert "→ 'p1'" not in note


def lognormal(seed, sigma, size=400):
    net = sc.Network(seed=1)
    source = net.spike_source(size, [[]] * size, name="source")
    exc = net.population(size, sc.LIF(), name="exc")
    weights = np.random.default_rng(seed).lognormal(2.0, sigma, (size, size))
    net.connect(source, exc, sc.AllToAll(), weight=weights, delay=1.0)
    return net, weights


@pytest.mark.filterwarnings("ignore::spikecore.UnitWarning")
def test_weights_that_16_bits_make_0_are_counted(recwarn):
    net, weights = lognormal(1, 3.0)
    with pytest.warns(sc.PrecisionWarning, match=r"'source' → 'exc': .* % of its weights become 0: .* onto 'exc'; "):
        machine = net.compile(workers=1, weights="q16")
    stored = machine.synapses("source", "exc").weights
    share = np.mean(stored == 0.0)
    assert share > 0.01
    assert f"'exc': {100.0 * share:.2g} % of its weights" in net.forecast(weights="q16").notes[-1]
    step = float(re.search(r"below half of ([\d.e-]+),", net.forecast(weights="q16").notes[-1])[1])
    assert share == np.mean(weights < step / 2.0)
    recwarn.clear()
    net.compile(workers=1)
    lognormal(1, 1.0)[0].compile(workers=1, weights="q16")
    assert not [warning for warning in recwarn if issubclass(warning.category, sc.PrecisionWarning)]


@pytest.mark.filterwarnings("ignore::spikecore.UnitWarning")
@pytest.mark.parametrize(("drawn", "kept"), [(sc.Uniform(0.0, 1.0), 10.0), (sc.Normal(0.0, 1.0, low=0.0), 20.0)])
def test_of_drawn_weights_the_expected_share_is_said(drawn, kept):
    net = sc.Network(seed=1)
    exc = net.population(300, sc.LIF(), name="exc")
    net.connect(exc, exc, sc.AllToAll(), weight=drawn, delay=1.0)
    net.connect(exc, exc, sc.OneToOne(), weight=kept * 500.0, delay=1.0)
    with pytest.warns(sc.PrecisionWarning, match="become 0") as caught:
        machine = net.compile(workers=1, weights="q16")
    said = float(re.search(r": ([\d.]+) % of its weights", str(caught[0].message))[1]) / 100.0
    synapses = machine.synapses("exc", "exc")
    drawn_ones = np.abs(synapses.weights) < kept
    measured = np.mean(synapses.weights[drawn_ones] == 0.0)
    assert said == pytest.approx(measured, abs=0.005 + 5.0 * np.sqrt(said / drawn_ones.sum()))


@pytest.mark.parametrize(
    ("v_init", "count"),
    [(-55.0, 100), (-40.0, 100), (np.linspace(-60.0, -50.0, 100), None), (sc.Uniform(-56.0, -50.0), None)],
)
def test_neurons_that_start_above_threshold_are_counted(v_init, count):
    net = sc.Network(seed=3)
    net.population(100, sc.LIF(), name="quiet", v_init=-70.0)
    net.population(100, sc.LIF(v_th=np.full(100, -55.0)), name="loud", v_init=v_init)
    machine = net.compile(workers=1) if count is None and isinstance(v_init, np.ndarray) else None
    if machine is None:
        with pytest.warns(sc.StartWarning, match=r"'loud': [\d,]+ of 100 neurons start at or above") as caught:
            machine = net.compile(workers=1)
        said = int(re.search(r"'loud': (\d+) of", str(caught[0].message))[1])
        assert said == np.count_nonzero(machine.state("loud") >= -55.0) == (count or said)
        assert "'quiet'" not in str(caught[0].message)
        assert "start at or above" in net.forecast().notes[-1]
    else:  # half of them, and no more
        assert np.count_nonzero(machine.state("loud") >= -55.0) == 50
        assert net.forecast().notes == ()


def test_who_rests_above_threshold_or_has_none_is_no_start(recwarn):
    net = sc.Network()
    net.population(5, sc.LIF(e_l=-50.0), name="pacemakers")
    net.population(5, sc.LeakyIntegrator(), name="reader", v_init=1e6)
    net.population(5, sc.ALIF(b0=2.0), name="adaptive", v_init=1.9)
    net.compile(workers=1)
    assert not [warning for warning in recwarn if warning.category is sc.StartWarning]
    net.population(5, sc.ALIF(b0=2.0), name="started", v_init=2.1)
    with pytest.warns(sc.StartWarning, match="'started': 5 of 5"):
        net.compile(workers=1)
