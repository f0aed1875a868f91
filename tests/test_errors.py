"""The exception classes."""

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


def test_each_error_of_the_border_carries_them():
    from spikecore import _native

    net = _native.Network(0.1, 1)
    size = "1 to 4294967294 neurons in the whole network"
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
