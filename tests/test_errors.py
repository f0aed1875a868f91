"""The exception classes."""

import math
import pickle

import pytest

import spikecore as sc


@pytest.mark.parametrize(
    ("error", "base"),
    [
        (sc.NetworkError, ValueError),
        (sc.ForecastError, MemoryError),
        (sc.CapacityError, ValueError),
        (sc.DivergenceError, ArithmeticError),
        (sc.BusyError, RuntimeError),
        (sc.PoisonedError, RuntimeError),
        (sc.InternalError, RuntimeError),
    ],
)
def test_each_has_two_bases(error, base):
    assert issubclass(error, sc.SpikecoreError)
    assert issubclass(error, base)
    with pytest.raises(base, match=r"^text$"):
        raise error("text")


def test_details_are_attributes_and_survive_pickling():
    error = sc.NetworkError("text", population="exc", parameter="delay", value=0.0, allowed="> 0")
    copy = pickle.loads(pickle.dumps(error))
    assert type(copy) is sc.NetworkError
    assert str(copy) == "text"
    assert (copy.population, copy.parameter, copy.value, copy.allowed) == (
        "exc",
        "delay",
        0.0,
        "> 0",
    )


def test_absent_details_are_none():
    assert sc.ForecastError("text").value is None


def test_the_engine_raises_the_same_classes():
    from spikecore import _native

    net = _native.Network(0.1, 1)
    with pytest.raises(sc.NetworkError, match="size"):
        net.population("a", 0, "spike_source", {})


def details(call):
    with pytest.raises(sc.SpikecoreError) as caught:
        call()
    error = caught.value
    assert vars(pickle.loads(pickle.dumps(error))) == vars(error)
    return type(error), error.population, error.parameter, error.value, error.allowed


@pytest.mark.filterwarnings("ignore::spikecore.UnitWarning")
def test_errors_of_the_engine_carry_the_values_behind_their_message():
    net = sc.Network()
    exc = net.population(100, sc.LIF(), name="exc")
    net.stimulate(exc, sc.Poisson(8000.0, 87.8))
    net.connect(exc, exc, sc.FixedInDegree(50), weight=0.001, delay=1.0)
    *found, allowed = details(lambda: net.compile(weights="q16", workers=1))
    assert found == [sc.NetworkError, "exc → exc", "weight", "at most 0.001"]
    assert allowed.startswith("at least half of")
    *found, allowed = details(lambda: sc.Network().population(1, sc.LIF(c_m=1e-300), name="mine"))
    assert found == [sc.NetworkError, "mine", "c_m", 1e-300]
    assert allowed.startswith("such that 1 pA moves")


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (lambda net: net.forecast(rate=-1.0), "rate is -1.0, allowed: 0 … 10000 Hz"),
        (lambda net: net.forecast(rate=10**400), "rate is beyond 1e308, allowed: 0 … 10000 Hz"),
        (lambda net: net.compile(workers=1025), "workers is 1025, allowed: 1 … 1024"),
        (lambda net: net.compile(workers=-(10**400)), "workers is about -10^400, allowed: 1 … 1024"),
        (lambda net: net.compile(updates="often"), "updates is 'often', allowed: 'auto', 'dense', 'event'"),
        (lambda net: net.compile(weights="f64"), "weights is 'f64', allowed: 'f32', 'q16'"),
        (lambda net: net.compile(workers=1).reset(seed=2**64), f"seed is {2**64}, allowed: 0 … 2^64 - 1"),
        (lambda net: net.compile(workers=1).run_batch(1.0, seeds=[1, -1]), "seeds[1] is -1, allowed: 0 … 2^64 - 1"),
        (lambda net: net.compile(workers=1).state("exc", "i_syn"), "exc: variable is 'i_syn', allowed: 'v'"),
        (lambda net: net.compile(workers=1).bare_scatter(0), "events is 0, allowed: 1 … 1073741824"),
        (
            lambda net: net.record("exc", neurons=[1, 0, 1]),
            "exc: neurons is [1, 0, 1], allowed: at least one neuron, each",
        ),
        (lambda net: sc.FixedInDegree(-1), "FixedInDegree: k is -1, allowed: 0 … 4294967295"),
        (lambda net: sc.FixedOutDegree(10**400), "FixedOutDegree: k is about 10^400, allowed: 0 … 4294967295"),
        (lambda net: sc.FixedTotalNumber(2**48 + 1), f"FixedTotalNumber: n is {2**48 + 1}, allowed: 0 … {2**48}"),
        (lambda net: sc.Bernoulli(1.5), "Bernoulli: p is 1.5, allowed: 0 … 1"),
        (lambda net: sc.Pooling(2, (1, 4, 4), stride=10**400), "Pooling: stride is beyond 2^127, allowed: 1 … 65535"),
        (lambda net: sc.Poisson(-1.0, 1.0), "Poisson: rate is -1.0, allowed: 0 … 1000 events per tick, in Hz"),
        (
            lambda net: sc.Poisson(1.0, 1.0, 2.0, 1.0),
            "Poisson: stop is 1.0, allowed: after start = 2 ms, on the grid or",
        ),
        (
            lambda net: sc.DirectCurrent([[0.0, 1e13]]),
            "DirectCurrent: amplitude[(0, 1)] is 10000000000000.0, allowed: finite",
        ),
        (
            lambda net: net.stimulate("exc", sc.Poisson(1e8, 1.0)),
            "exc: rate is 100000000.0, allowed: 0 … 1e+07 Hz (1000 ",
        ),
        (lambda net: sc.LIF(tau_m=-1), "LIF: tau_m is -1, allowed: > 0 and ≤ 1e+12 ms, or infinite"),
        (lambda net: sc.LIF(c_m=[1.0, 10**400]), "LIF: c_m[1] is beyond 1e308, allowed: > 0 and ≤ 1e+12 pF"),
        (lambda net: sc.LIFAlpha(tau_syn_exc=1e-39), "LIFAlpha: tau_syn_exc is 1e-39, allowed: at least 7.98831280938"),
        (lambda net: sc.LeakyIntegrator(tau_syn=[1.0, 0.0]), "LeakyIntegrator: tau_syn[1] is 0.0, allowed: > 0 and"),
        (lambda net: sc.IF(v_th=math.inf), "IF: v_th is inf, allowed: finite numbers, at most 1e+12 mV in magnitude"),
        (
            lambda net: net.population(1, sc.LIF(t_ref=2.05)),
            "population1: t_ref is 2.05 ms, allowed: multiples of dt = 0.1",
        ),
        (
            lambda net: net.population(1, sc.LIF(), v_init=10**400),
            "population1: v_init is beyond 1e308, allowed: finite",
        ),
        (lambda net: net.population(0, sc.LIF(), name="new"), "new: size is 0, allowed: 1 … 4294967293"),
    ],
)
def test_what_the_engine_refuses_has_one_wording(call, text):
    net = sc.Network()
    net.population(2, sc.LIFDelta(), name="exc")
    with pytest.raises(sc.NetworkError) as caught:
        call(net)
    assert str(caught.value).startswith(text)
    assert caught.value.allowed is not None


def test_a_word_of_another_kind_is_a_mistake_of_kind():
    net = sc.Network()
    exc = net.population(2, sc.LIF())
    for call in (
        lambda: net.compile(weights=16),
        lambda: net.compile(precision=None),
        lambda: net.forecast(updates=True),
        lambda: net.record(exc, variable=0),
        lambda: net.connect(exc, exc, sc.AllToAll(), weight=1.0, delay=1.0, receptor=1),
    ):
        with pytest.raises(TypeError, match="must be a string, not"):
            call()


def test_each_error_of_the_border_carries_them():
    from spikecore import _native

    net = _native.Network(0.1, 1)
    size = "1 … 4294967295"
    assert details(lambda: net.population("a", 0, "spike_source", {})) == (sc.NetworkError, "a", "size", 0, size)
    assert details(lambda: net.record_spikes([3])) == (sc.NetworkError, None, "population", 3, "below 0")
    net.population("a", 40_000, "lif_exp", sc.LIF(tau_syn_exc=1.0).lowered()[1])
    too_full = details(lambda: net.compile(1, "f32", placement=[0]))
    assert too_full == (sc.CapacityError, None, "slots", 80_128, "at most 65536")
    too_small = details(lambda: net.compile(2, "f32", log_capacity=1))
    assert too_small[:4] == (sc.CapacityError, None, "log_capacity", 1)
    assert too_small[4].startswith("at least ")
    machine = net.compile(2, "f32")
    machine.run(1)
    too_long = details(lambda: machine.run(2**48))
    assert too_long == (sc.CapacityError, None, "ticks", 2**48, f"at most {2**48 - 2**16 - 2}")
