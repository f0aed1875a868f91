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
