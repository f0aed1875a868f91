"""Spike times as one train per neuron: the walk over all of them against the look at each."""

import array
import decimal
import fractions
import json
import subprocess
import sys

import numpy as np
import pytest
from patience import PATIENCE_S

import spikecore as sc
from spikecore import _native, checks
from spikecore.grid import Grid
from spikecore.lowering import inputs, trains
from spikecore.populations import Populations

#: Numbers that rounding or a detour through another type would change.
FLOATS = [0.1, -0.0, 1e-310, 1.0 + 2.0**-52, -1e300, float("inf"), float("nan")]
WHOLE = [0, -1, 2**53 + 1, 2**62 + 2**9 + 1, -(2**63)]
SMALL = [0, 1, 77, 127]
#: Of another order of bytes, of half width, and not aligned.
ODD = [np.array(FLOATS, ">f8"), np.array(SMALL, ">i4"), np.array(SMALL, "f2")]
UNALIGNED = np.frombuffer(b"." + np.array(FLOATS).tobytes(), dtype=np.uint8)[1:].view(np.float64)
DTYPES = ["f8", "f4", "i8", "i4", "i2", "i1", "u8", "u4", "u2", "u1", np.longlong, np.ulonglong]

PLAIN = {
    "floats": FLOATS,
    "whole": [*WHOLE, 2**64 + 1, 10**300],
    "numbers": [1, 0.1, np.float64(0.3), np.float32(0.3), np.int64(2**53 + 1), np.uint64(2**64 - 1), np.uint8(255)],
    "single": [np.float32(0.1), np.int16(300)],
    "tuple": tuple(FLOATS),
    "empty": [],
    "no times": np.array([]),
    "strided": np.arange(20, dtype=np.float64)[::3],
    "backwards": np.arange(20, dtype=np.int32)[::-1],
    "column": np.arange(20, dtype=np.float32).reshape(5, 4)[:, 1],
    "spread": np.broadcast_to(np.float64(2.5), 4),
    "closed": np.frombuffer(np.array(FLOATS).tobytes(), dtype=np.float64),
    "unaligned": UNALIGNED,
    "long": np.arange(2**17 + 3, dtype=np.int32),
    "double": np.array(FLOATS),
    "integers": np.array(WHOLE),
    **{f"{np.dtype(dtype)} {k}": np.array(SMALL, dtype) for k, dtype in enumerate(DTYPES)},
    **{f"odd {k}": values for k, values in enumerate(ODD)},
}


class Floats(list):
    pass


class Real(float):
    pass


class Array(np.ndarray):
    pass


class Clearing:
    """Empties a list when it is asked for a number."""

    def __init__(self, trains):
        self.trains = trains

    def __float__(self):
        self.trains.clear()
        return 1.0


OTHER = {
    "bool": [True],
    "numpy's bool": [1.0, np.bool_(True)],
    "bools": np.array([True]),
    "text": ["1.0"],
    "string": "1.0",
    "none": [None],
    "nested": [[1.0]],
    "number": 1.0,
    "complex": [1j],
    "complexes": np.array([1j]),
    "beyond": [10**400],
    "below": [1.0, -(10**400)],
    "fraction": [fractions.Fraction(1, 2)],
    "decimal": [decimal.Decimal(1)],
    "subclass of float": [Real(1.0)],
    "subclass of list": Floats([1.0]),
    "subclass of ndarray": np.array([1.0]).view(Array),
    "masked": np.ma.masked_array([1.0]),
    "no dimension": np.array(1.0),
    "two dimensions": np.array([[1.0]]),
    "no rows": np.empty((0, 3)),
    "objects": np.array([1.0, 2], dtype=object),
    "dates": np.array(["2000-01-01"], dtype="M8[D]"),
    "spans": np.array([1], dtype="m8[D]"),
    "records": np.array([(1.0,)], dtype=[("t", "f8")]),
    "long double": np.array([1.0], dtype=np.longdouble),
    "range": range(1, 3),
    "buffer": array.array("d", [1.0]),
    "set": {1.0},
    "clearing": [Clearing([])],
}
WRONG = {
    "zero": [0.0],
    "off the grid": [1.0, 0.25],
    "negative": np.array([3, -1]),
    "nan": np.array([1.0, np.nan], dtype=np.float32),
    "infinite": (1.0, float("inf")),
    "too late": [2.0**70],
    "twice": [1.0, 2.0, 1.0],
}
RIGHT = {"list": [1.0, 2.5], "array": np.array([7.0, 3.0]), "whole": np.array([4, 2, 9], dtype=np.uint16)}


def bits(values):
    return np.asarray(values, dtype=np.float64).view(np.uint64).tolist()


@pytest.mark.parametrize("kind", PLAIN)
def test_a_plain_train_is_read_as_the_checks_read_it(kind):
    neurons, times = _native.joined_trains(([1.5], PLAIN[kind]))
    expected = checks.reals("", "times", PLAIN[kind], "an array of numbers")
    assert bits(times) == bits([1.5, *expected])
    assert neurons.tolist() == [0] + [1] * len(expected)


def test_trains_of_all_kinds_are_read_in_their_order():
    neurons, times = _native.joined_trains(tuple(PLAIN.values()))
    each = [checks.reals("", "times", train, "an array of numbers") for train in PLAIN.values()]
    assert bits(times) == bits(np.concatenate(each))
    assert neurons.tolist() == np.repeat(np.arange(len(each)), [len(one) for one in each]).tolist()
    assert (neurons.dtype, times.dtype) == (np.uint32, np.float64)


@pytest.mark.parametrize("kind", OTHER)
def test_any_other_train_is_left_to_the_checks(kind):
    assert _native.joined_trains(([1.0], OTHER[kind], [2.0])) is None


def outcome(work, *given):
    try:
        return [values.tolist() for values in work(*given)]
    except (TypeError, sc.NetworkError) as error:
        return type(error), str(error)


@pytest.mark.parametrize("kind", [*OTHER, *WRONG, *RIGHT])
def test_spikes_and_messages_are_those_of_the_look_at_each(monkeypatch, kind):
    train = {**OTHER, **WRONG, **RIGHT}[kind]
    forms = [[[3.0], train], (np.array([2.0]), train, [1, 2]), [train, [5.0], ()]]

    def found():
        sources = [outcome(trains.source_spikes, "a", len(form), list(form), Grid(0.1)) for form in forms]
        net = sc.Network(dt=0.1)
        source = net.spike_source(2, times=[[], []], name="source")
        populations = Populations("network", [source])
        samples = [[[4.0], []], forms[0], (np.array([1, 0]), np.array([1.0, 1.0]))]
        batch = outcome(lambda: inputs.of_batch({source: samples}, None, populations, Grid(0.1)).columns[0][2:])
        one = outcome(lambda: inputs.of_one({source: forms[0]}, populations, Grid(0.1)).columns[0][2:])
        return sources, batch, one

    fast = found()
    monkeypatch.setattr(trains, "_joined", lambda *_: None)
    monkeypatch.setattr(inputs, "_joined", lambda *_: None)
    assert fast == found()


def test_samples_are_sorted_each_by_itself():
    source = sc.Network(dt=0.1).spike_source(3, times=[[], [], []], name="source")
    pair = (np.array([2, 0]), np.array([0.3, 0.1]))
    samples = [[[0.2, 0.1], [], [0.1]], [[], [], []], pair, [(0.2,), np.array([0.1]), []]]
    inside = inputs._joined(3, samples, Grid(0.1))
    assert inside is not None, "none of them needs a closer look"
    first, neurons, ticks = inside
    assert first.tolist() == [0, 3, 3, 5, 7]
    assert neurons.tolist() == [0, 2, 0, 0, 2, 1, 0]
    assert ticks.tolist() == [1, 1, 2, 1, 3, 1, 2]
    twice = [*samples, [[], [0.1, 0.3, 0.1], []]]
    with pytest.raises(sc.NetworkError, match=r"source, sample 4: times is two spikes of neuron 1 at 0.1 ms"):
        inputs.of_batch({source: twice}, None, Populations("network", [source]), Grid(0.1))


def test_a_number_that_changes_the_list_is_no_number():
    trains = [[1.0], [2.0], [3.0]]
    trains[1] = [Clearing(trains)]
    with pytest.raises(TypeError, match=r"times\[1\] must be an array of real numbers"):
        sc.Network(dt=0.1).spike_source(3, times=trains)


#: A timer that goes off in the walk: nothing of Python's runs between the two calls of `map`.
CHANGED = """
import functools, json, operator, signal, sys
import numpy as np
from spikecore import _native

def one_list():
    train = [0.1] * 3_000_000
    return train, train.clear

def one_array():
    train = np.ones(6_000_000)
    return train, lambda: train.resize(10, refcheck=False)

def kind_of_array():
    train = np.ones(6_000_000)
    return train, lambda: setattr(train, "dtype", np.uint8)

def read(make):
    for _ in range(20):  # the system may be late with a signal
        train, change = make()
        whole = len(train)
        signal.signal(signal.SIGALRM, lambda *_: change())
        start = functools.partial(signal.setitimer, signal.ITIMER_REAL, 1e-4)
        try:
            _, (_, times) = map(operator.call, [start, functools.partial(_native.joined_trains, ([], train))])
        except ValueError as error:
            return str(error)
        signal.setitimer(signal.ITIMER_REAL, 0.0)
        if len(times) < whole:
            return "a part"
    return "all"

print(json.dumps({make.__name__: read(make) for make in (one_list, one_array, kind_of_array)}))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no timers")
def test_what_a_signal_handler_changes_is_read_as_far_as_it_is_there():
    done = subprocess.run(
        [sys.executable, "-c", CHANGED], capture_output=True, text=True, timeout=PATIENCE_S, check=False
    )
    assert done.returncode == 0, done.stderr
    read = json.loads(done.stdout)
    assert read.pop("kind_of_array") == "times is an array that changes while it is read, allowed: arrays at rest"
    assert set(read.values()) == {"a part"}


REFUSED = """
import resource
import spikecore as sc

net = sc.Network(dt=0.1)
trains = [[0.1] * 1000] * 100_000
pages = int(open("/proc/self/statm").read().split()[0])
resource.setrlimit(resource.RLIMIT_AS, (pages * resource.getpagesize() + (128 << 20), resource.RLIM_INFINITY))
try:
    net.spike_source(100_000, trains, name="source")
except MemoryError as error:
    print(error)
print(net.spike_source(2, [[1.0], [2.0]], name="source"))
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the limit is read from /proc")
def test_where_memory_ends_nothing_is_declared():
    done = subprocess.run(
        [sys.executable, "-c", REFUSED], capture_output=True, text=True, timeout=PATIENCE_S, check=False
    )
    assert done.returncode == 0, done.stderr
    refused, declared = done.stdout.splitlines()
    assert "bytes could not be had for spike times" in refused
    assert declared == "Population('source', 2, SpikeSource)"
