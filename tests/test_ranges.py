"""Every number that a caller gives: what cannot be is refused by name, with one range, before anything runs."""

import math
import re
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

import spikecore as sc
from spikecore import coding
from spikecore.energy import Chip, Ledger
from spikecore.energy import artificial as art
from spikecore.energy.ann.layers import Dense
from spikecore.energy.ann.operations import EffectiveOperations
from spikecore.energy.ann.spiking import Spiking
from spikecore.energy.meter import Measured, measured
from spikecore.library import brunel, layered, microcircuit, recurrent, sparse

# Extremes on purpose.
pytestmark = [
    pytest.mark.filterwarnings("ignore::spikecore.UnitWarning"),
    pytest.mark.filterwarnings("ignore::spikecore.PrecisionWarning"),
]

HUGE = {
    "1e400": 10**400,
    "-1e400": -(10**400),
    "1e5000": 10**5000,
    "fraction": Fraction(10**400),
    "longdouble": np.longdouble("1e4000"),
    "nan": math.nan,
    "-inf": -math.inf,
}
KINDS = ["1", None, b"1", 1j, [[1.0], [1.0, 2.0]], Decimal(1), True]
MOST_TICKS = 2**48 - 65_537


def network():
    net = sc.Network(dt=0.1, seed=1)
    return net, net.population(2, sc.LIF(), name="exc")


def connected(**options):
    net, exc = network()
    return net.connect(exc, exc, **{"rule": sc.AllToAll(), "weight": 1.0, "delay": 1.0, **options})


def stimulated(stimulus):
    net, exc = network()
    return net.stimulate(exc, stimulus)


def recorded(**options):
    net, exc = network()
    return net.record(exc, **options)


def machine():
    return network()[0].compile(workers=1)


def enter(context):
    with context:
        pass


NUMBERS = {
    "dt": lambda x: sc.Network(dt=x),
    "seed": lambda x: sc.Network(seed=x),
    "size": lambda x: network()[0].population(x, sc.LIF()),
    "v_init": lambda x: network()[0].population(2, sc.LIF(), v_init=x),
    "tau_m": lambda x: sc.LIF(tau_m=x),
    "t_ref": lambda x: sc.LIF(t_ref=x),
    "c_m": lambda x: sc.LIFDelta(c_m=x),
    "v_th": lambda x: sc.IF(v_th=x),
    "beta": lambda x: sc.ALIF(beta=x),
    "tau_m of an integrator": lambda x: sc.LeakyIntegrator(tau_m=x),
    "size of a source": lambda x: network()[0].spike_source(x, [[]]),
    "p": sc.Bernoulli,
    "k": sc.FixedInDegree,
    "k out": sc.FixedOutDegree,
    "n": sc.FixedTotalNumber,
    "weight": lambda x: connected(weight=x),
    "delay": lambda x: connected(delay=x),
    "delay of a matrix": lambda x: connected(rule=sc.Dense([[1.0, 1.0]] * 2), weight=None, delay=x),
    "mean": lambda x: sc.Normal(x, 1.0),
    "sd": lambda x: sc.Normal(1.0, x),
    "low": lambda x: sc.Uniform(x, 1.0),
    "high": lambda x: sc.Uniform(1.0, x),
    "rate": lambda x: sc.Poisson(x, 1.0),
    "weight of a stimulus": lambda x: sc.Poisson(1.0, x),
    "start": lambda x: sc.Poisson(1.0, 1.0, start=x),
    "stop": lambda x: sc.Poisson(1.0, 1.0, stop=x),
    "amplitude": sc.DirectCurrent,
    "interval": lambda x: recorded(interval=x),
    "workers": lambda x: network()[0].compile(workers=x),
    "workers of a forecast": lambda x: network()[0].forecast(workers=x),
    "duration": lambda x: machine().run(x),
    "duration of a batch": lambda x: machine().run_batch(x, seeds=[1]),
    "seeds": lambda x: machine().run_batch(1.0, seeds=[x]),
    "seed of a reset": lambda x: machine().reset(seed=x),
    "events": lambda x: machine().bare_scatter(x),
    "duration of a code": lambda x: coding.rate([[1.0]], x, 0.1),
    "dt of a code": lambda x: coding.rate([[1.0]], 1.0, x),
    "max_rate": lambda x: coding.rate([[1.0]], 1.0, 0.1, max_rate=x),
    "seed of a code": lambda x: coding.rate([[1.0]], 1.0, 0.1, seed=x),
    "tau": lambda x: coding.latency([[1.0]], 1.0, 0.1, tau=x),
    "threshold": lambda x: coding.latency([[1.0]], 1.0, 0.1, threshold=x),
    "gain": lambda x: coding.current([[1.0]], x),
    "share": lambda x: machine().run(1.0).raster("x.svg", share=x),
    "scale": lambda x: microcircuit.build(x),
    "scale of brunel": lambda x: brunel.build(x),
    "g": lambda x: brunel.build(0.01, g=x),
    "rate of a network": lambda x: recurrent.build(x, 1, 1),
    "synapses": lambda x: recurrent.build(1.0, x, 1),
    "cores": lambda x: recurrent.build(1.0, 1, x),
    "neurons": lambda x: sparse.build(x, 1.0, 0.1),
    "rate of a sparse network": lambda x: sparse.build(100, x, 0.1),
    "steps": lambda x: layered.duration(x),
    "idle_s": lambda x: enter(measured(idle_s=x)),
    "events of a reading": lambda x: Measured(None, None, "none").per_event_j(x),
    "spikes": lambda x: Ledger(spikes=x),
    "inputs": lambda x: Dense(x, 1),
    "cores of a chip": lambda x: Chip(1, x, 1, 1, "here"),
    "hop_ew_ns": lambda x: Chip(1, 1, 1, 1, "here", hop_ew_ns=x),
    "ticks": lambda x: Spiking(1000, EffectiveOperations(5), 100, x),
}
DEFAULTS = ("v_init", "workers", "workers of a forecast", "interval", "seed of a reset", "share", "hop_ew_ns")
ACCEPTED = [
    *((name, None) for name in (*DEFAULTS, "tau_m of an integrator")),
    ("amplitude", b"1"),
    ("amplitude", KINDS[4]),
]
ARRAYS = {
    "v_init": lambda x: network()[0].population(2, sc.LIF(), v_init=[x, x]),
    "tau_m": lambda x: sc.LIF(tau_m=[x, x]),
    "t_ref": lambda x: sc.LIF(t_ref=[x, x]),
    "weight": lambda x: connected(rule=sc.OneToOne(), weight=[x, x]),
    "delay": lambda x: connected(rule=sc.OneToOne(), delay=[x, x]),
    "matrix of delays": lambda x: connected(delay=[[x, x], [x, x]]),
    "weights": lambda x: sc.Dense([[x]]),
    "kernel": lambda x: sc.Convolution([[[[x]]]], (1, 1, 1)),
    "sources": lambda x: sc.Pairs([x], [0]),
    "targets": lambda x: sc.Pairs([0], [x]),
    "amplitude": lambda x: stimulated(sc.DirectCurrent([x, x])),
    "times": lambda x: network()[0].spike_source(1, [[x]]),
    "neurons of a source": lambda x: network()[0].spike_source(1, ([x], [1.0])),
    "neurons": lambda x: recorded(neurons=[x]),
    "frames": lambda x: coding.current([[x]], 1.0),
    "current": lambda x: machine().reset({"exc": [x, x]}),
}


@pytest.mark.parametrize("value", HUGE)
@pytest.mark.parametrize("name", NUMBERS)
def test_a_number_that_cannot_be_is_refused_by_name(name, value):
    with pytest.raises((sc.NetworkError, TypeError)) as caught:
        NUMBERS[name](HUGE[value])
    text = str(caught.value)
    assert name.split()[0] in text
    assert "allowed: " in text or "must be a whole number" in text
    assert len(text) < 400


@pytest.mark.parametrize("value", KINDS, ids=repr)
@pytest.mark.parametrize("name", NUMBERS)
def test_what_is_no_number_is_a_mistake_of_kind(name, value):
    if (name, value) in ACCEPTED:
        pytest.skip("a default, or an array that the population checks")
    with pytest.raises((TypeError, sc.NetworkError)) as caught:
        NUMBERS[name](value)
    assert name.split()[0] in str(caught.value)


@pytest.mark.parametrize("value", HUGE)
@pytest.mark.parametrize("name", ARRAYS)
def test_a_number_in_an_array_is_refused_with_its_place(name, value):
    with pytest.raises((sc.NetworkError, TypeError)) as caught:
        ARRAYS[name](HUGE[value])
    text = str(caught.value)
    assert name.removeprefix("matrix of ").split()[0].rstrip("s") in text
    assert re.search(r"\[.*\] is .*, allowed: ", text) or type(caught.value) is TypeError
    assert len(text) < 400


@pytest.mark.parametrize("dt", [5e-324, 1e-300, 0.99e-9, 0.0, -0.0, 100.1, 10**400])
def test_a_tick_is_long_enough_to_count_with(dt):
    with pytest.raises(sc.NetworkError, match=r"dt is .*, allowed: 1e-09 … 100 ms"):
        sc.Network(dt=dt)


@pytest.mark.parametrize("dt", [1e-9, 100.0, Fraction(1, 10), np.float32(0.5), 1])
def test_a_tick_at_its_bounds_runs(dt):
    net = sc.Network(dt=dt, seed=2**64 - 1)
    exc = net.population(1, sc.LIF(t_ref=0.0), name="exc")
    net.stimulate(exc, sc.Poisson(rate=min(1e6 / net.dt, 1e12), weight=1e-3))
    net.connect(exc, exc, sc.OneToOne(), weight=1.0, delay=65_535 * net.dt)
    assert net.compile(workers=1).run(3 * net.dt).ticks == 3


def ranges(call, values):
    """Return the ranges that the messages about these values name."""
    said = set()
    for value in values:
        with pytest.raises((sc.NetworkError, sc.CapacityError)) as caught:
            call(value)
        said.add(str(caught.value).partition("allowed: ")[2])
    return said


def test_one_argument_has_one_range_in_every_message():
    grid = "multiples of dt = 0.1 ms, 0.1 … {} ms"
    beyond = [10**400, 1e300, 1e17, math.inf, math.nan, -1.0, 0.05]
    most = f"{MOST_TICKS * 0.1:.15g}"
    assert ranges(NUMBERS["duration"], beyond) == {grid.format(most)}
    assert ranges(NUMBERS["duration of a batch"], beyond) == {grid.format(most)}
    assert ranges(NUMBERS["interval"], beyond) == {grid.format(most)}
    assert ranges(NUMBERS["delay"], [*beyond, 6553.6, 0.0]) == {grid.format("6553.5")}
    assert ranges(ARRAYS["delay"], [*beyond, 6553.6, 0.0]) == {grid.format("6553.5")}
    assert ranges(NUMBERS["delay of a matrix"], [*beyond, 6553.6, 0.0]) == {grid.format("6553.5")}
    assert ranges(ARRAYS["times"], beyond) == {grid.format(most)}
    assert ranges(NUMBERS["workers"], [0, 1025, 10**400, -1]) == {"1 … 1024"}
    assert ranges(NUMBERS["seed"], [-1, 2**64, 10**400]) == {"0 … 2^64 - 1"}
    assert ranges(NUMBERS["seeds"], [-1, 2**64, 10**400]) == {"0 … 2^64 - 1"}
    assert ranges(NUMBERS["rate"], [-1.0, math.inf, 10**400]) == {"0 … 1000 events per tick, in Hz"}
    assert ranges(lambda x: stimulated(sc.Poisson(x, 1.0)), [1.1e7, 1e300]) == {"0 … 1e+07 Hz (1000 events per tick)"}
    assert ranges(NUMBERS["t_ref"], [-1.0, math.inf, 10**400]) == {"0 … 65535 ticks, in ms"}
    refractory = ranges(lambda x: network()[0].population(1, sc.LIF(t_ref=x)), [0.05, 6553.6, 1e300])
    assert refractory == {"multiples of dt = 0.1 ms, 0 … 6553.5 ms"}


def test_what_just_fits_is_accepted_and_finishes():
    net = sc.Network(dt=0.1, seed=1)
    exc = net.population(2, sc.LIF(t_ref=6553.5), name="exc")
    source = net.spike_source(1, [[0.1, MOST_TICKS * 0.1]], name="source")
    net.connect(source, exc, sc.AllToAll(), weight=1e12, delay=6553.5)
    net.connect(exc, exc, sc.OneToOne(), weight=[-1e12, 1e12], delay=[0.1, 6553.5])
    net.record(exc, interval=MOST_TICKS * 0.1)
    result = net.compile(workers=1024).run(6560.0)
    assert result.spike_counts(exc).tolist() == [1, 1]
    noisy = sc.Network(dt=0.1)
    noise = noisy.population(1, sc.LIF(), name="noise")
    noisy.stimulate(noise, sc.Poisson(rate=1e7, weight=1e-6, start=0.0, stop=MOST_TICKS * 0.1))
    assert noisy.compile(workers=1).run(10.0).counts.stimulus_events["noise"] > 90_000


def test_the_longest_run_finishes_and_one_more_tick_is_refused():
    net = sc.Network(dt=0.1)
    net.population(3, sc.LIF(), name="exc")
    machine = net.compile(workers=1)
    with pytest.raises(sc.NetworkError, match=r"run: duration is .* ms, allowed: multiples"):
        machine.run((MOST_TICKS + 1) * 0.1)
    assert machine.time == 0.0
    assert machine.run(MOST_TICKS * 0.1).ticks == MOST_TICKS
    with pytest.raises(sc.CapacityError, match=f"a machine counts up to {MOST_TICKS} ticks"):
        machine.run(0.1)


def test_a_bare_scatter_of_the_most_events_is_short():
    machine = connected_machine()
    with pytest.raises(sc.NetworkError, match=rf"events is .*, allowed: 1 … {2**30}"):
        machine.bare_scatter(2**30 + 1)


def connected_machine():
    net, exc = network()
    net.connect(exc, exc, sc.AllToAll(), weight=1.0, delay=1.0)
    return net.compile(workers=1)


@pytest.mark.parametrize(
    "call",
    [
        lambda x: machine().run(1.0).spikes[x],
        lambda x: machine().run(1.0).traces[x],
        lambda x: machine().run(1.0).raster(x),
        lambda x: machine().run(1.0).energy(x),
        lambda x: machine().state(x),
        lambda x: machine().synapses(x, x),
        lambda x: machine().run_batch(1.0, seeds=x),
        lambda x: machine().run_batch(1.0, {x: 1.0}),
        lambda x: machine().run_batch(1.0, seeds=[1], states=[x]),
        lambda x: machine().reset(x),
        lambda x: network()[0].compile(weights=x),
        lambda x: network()[0].compile(record_spikes=x),
        lambda x: network()[0].stimulate(x, sc.Poisson(1.0, 1.0)),
        lambda x: stimulated(x),
        lambda x: connected(rule=x),
        lambda x: connected(receptor=x),
        lambda x: connected(autapses=x),
        lambda x: recorded(neurons=x),
        lambda x: recorded(variable=x),
        lambda x: network()[0].population(1, x),
        lambda x: network()[0].population(1, sc.LIF(), name=x),
        lambda x: sc.Convolution([[[[1.0]]]], x),
        lambda x: sc.Convolution([[[[1.0]]]], (1, 1, 1), stride=(x, x)),
        lambda x: sc.Pooling((1, x, 4), 2),
    ],
)
def test_an_integer_of_5_000_digits_is_a_mistake_wherever_it_stands(call):
    with pytest.raises((sc.NetworkError, TypeError)) as caught:
        call(10**5000)
    assert len(str(caught.value)) < 400


def test_a_full_network_says_that_it_is_full():
    net = sc.Network()
    net.population(2**32 - 1, sc.LIF())
    with pytest.raises(sc.NetworkError, match="size is 1, allowed: none: the network has 4294967295 neurons"):
        net.population(1, sc.LIF())


def test_a_code_that_does_not_fit_in_memory_is_refused_before_it_is_drawn():
    with pytest.raises(sc.ForecastError, match=r"coding: the spikes of the frames need some .*, allowed: "):
        coding.rate([[1.0]], MOST_TICKS * 0.1, 0.1)
    with pytest.raises(sc.ForecastError, match=r"coding: the spikes of the frames need some .*, allowed: "):
        coding.rate(np.ones((1, 2**20)), MOST_TICKS * 0.1, 0.1, max_rate=1e-12)
    assert coding.rate([[0.0, 1.0]], MOST_TICKS * 0.1, 0.1, max_rate=1e-9)[0][0].tolist() != [0]


def test_frames_of_the_longest_samples_stay_in_order():
    frames = np.tile([[1.0, 0.5]], (3, 1))
    for neurons, times in coding.latency(frames, MOST_TICKS * 0.1, 0.1, method="linear"):
        assert neurons.tolist() == [0, 1]
        assert times[0] < times[1]


def test_sizes_of_thousands_of_digits_are_no_sizes():
    with pytest.raises(sc.NetworkError, match=r"sizes is 1-9999.*, allowed: two or more sizes"):
        art.parse("1-" + "9" * 5_000)
    with pytest.raises(sc.NetworkError, match="outputs is 9999999999, allowed: 1 … 2147483648"):
        art.parse("1-9999999999")


WIDTHS = [getattr(np, f"{kind}{bits}") for kind in ("int", "uint") for bits in (8, 16, 32, 64)]
FLOATS = [np.float16, np.float32, np.float64, np.longdouble, Fraction]


@pytest.mark.parametrize("kind", [*WIDTHS, *FLOATS], ids=lambda kind: kind.__name__)
def test_a_number_of_any_width_counts_as_a_plain_one(kind):
    def first(net, *_):
        return net.compile(workers=1).run(5.0).spikes_sha256()

    for build in (
        lambda x: recurrent.build(100.0, 2, x),
        lambda x: recurrent.build(x, 2, 1),
        lambda x: recurrent.build(100.0, x, 1),
        lambda x: brunel.build(0.01, g=x),
        lambda x: brunel.build(0.01, eta=x),
        lambda x: sparse.build(100 * x, 1.0),
        lambda x: sparse.build(1000, x),
        lambda x: sparse.build(1000, 1.0, targets=20 * x),
    ):
        assert first(*build(kind(1))) == first(*build(1))
    assert np.array_equal(layered.frames(kind(2), kind(3)), layered.frames(2, 3))


def test_numbers_that_floats_lose_are_what_they_become():
    tiny = Fraction(1, 10**400)
    assert sc.Normal(1.0, tiny).span() == (1.0, 1.0)
    connected(weight=sc.Normal(1.0, tiny), delay=sc.Normal(1.0, tiny))
    with pytest.raises(sc.NetworkError, match=r"Normal: low is 1.0, allowed: below high = 1"):
        sc.Normal(1.0, 1.0, low=1.0, high=1.0)
    with pytest.raises(TypeError, match="seed must be a whole number"):
        sc.Network(seed=np.longdouble("1e-4900"))
    for rate in (5e-324, 1e-300, 1e-12):
        assert coding.rate([[1.0, 0.5]], 10.0, 0.1, max_rate=rate)[0][1].tolist() == []


@pytest.mark.parametrize("name", NUMBERS)
def test_what_is_masked_is_no_number(name):
    with pytest.raises((TypeError, sc.NetworkError)):
        NUMBERS[name](np.ma.masked)


def test_a_switch_of_a_distribution_is_true_or_false():
    with pytest.raises(TypeError, match="Normal: clip must be True or False, not str 'no'"):
        sc.Normal(1.0, 1.0, clip="no")
