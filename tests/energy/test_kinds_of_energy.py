"""Values of another kind in records of energy: refused where they are given, never multiplied into a count."""

import numpy as np
import pytest

from spikecore import NetworkError
from spikecore.energy import Comparison, Ledger, Measured, Profile
from spikecore.energy import ann as art
from spikecore.library import brunel, layered, microcircuit

LAYERS = [
    (art.Dense, {"inputs": 4, "outputs": 3}, ("bias", "activation")),
    (art.BatchNorm, {"shape": 4}, ("affine", "tracked")),
    (art.RNN, {"inputs": 4, "units": 3}, ("bias", "bidirectional")),
    (art.LSTM, {"inputs": 4, "units": 3}, ("bias", "bidirectional")),
    (art.GRU, {"inputs": 4, "units": 3}, ("bias", "bidirectional")),
    (art.Convolution, {"shape": (1, 8, 8), "channels": 2, "kernel": 3}, ("bias", "activation")),
]
WRONG = [None, "no", -7, 1, float("nan"), [[1, 2], [3]], {"a": 1}, np.zeros((2, 3))]


@pytest.mark.parametrize(("layer", "sizes", "switches"), LAYERS, ids=lambda value: getattr(value, "__name__", None))
def test_switches_of_layers_are_true_or_false(layer, sizes, switches):
    for switch in switches:
        for value in WRONG:
            with pytest.raises(TypeError, match=f"{layer.__name__}: {switch} must be True or False, not"):
                layer(**sizes, **{switch: value})
        kept = layer(**sizes, **{switch: np.False_})
        assert getattr(kept, switch) is False
        assert kept == layer(**sizes, **{switch: False})


def test_layers_count_what_they_did():
    assert art.Dense(4, 3, bias=False).biases == 0
    assert art.Dense(4, 3).biases == 3
    assert art.BatchNorm(4, affine=False).weights == 0
    assert art.LSTM(4, 3, bidirectional=True).neurons == 6
    with pytest.raises(NetworkError, match=r"BatchNorm: shape is \(\), allowed: one size or more"):
        art.BatchNorm(())


def test_a_network_in_one_line_keeps_its_name():
    assert art.parse("4-3", name="small").name == "small"
    with pytest.raises(TypeError, match="name must be"):
        art.parse("4-3", name=np.zeros(3))
    with pytest.raises(TypeError, match="bias must be True or False, not float"):
        art.parse("4-3", bias=float("nan"))


@pytest.mark.parametrize("bits", ["abc", None, -7, 0, 10**30, float("nan"), [8]])
def test_the_width_of_an_access_is_checked_without_memory_too(bits):
    with pytest.raises((NetworkError, TypeError), match="access_bits"):
        art.Silicon("int8", None, access_bits=bits)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        *(("source", value) for value in (None, 3, b"x", {"a": 1}, " ")),
        *((name, value) for name in ("seconds", "idle_s") for value in (None, "1", -1.0, float("nan"), [1.0])),
        *((name, value) for name in ("by_domain_j", "idle_w") for value in (None, "a", 3, [1.0], {"cpu": "a"})),
        *((name, {"cpu": value}) for name in ("by_domain_j", "idle_w") for value in (-1.0, float("inf"), None)),
    ],
)
def test_a_measurement_holds_numbers(field, value):
    with pytest.raises((NetworkError, TypeError), match=rf"measured: {field}"):
        Measured(**{"total_j": 1.0, "above_idle_j": 0.5, "source": "a meter", field: value})


def test_lists_of_a_profile_and_of_a_comparison_are_lists():
    for value in (None, 3.0, "a note"):
        with pytest.raises(TypeError, match="mine: notes must be a list or tuple, not"):
            Profile("mine", "Mine", "7 nm", 1.0, "per-term", "me", notes=value)
        with pytest.raises(TypeError, match=r"comparison: reports? must be"):
            Comparison(value)


@pytest.mark.parametrize("name", ["abc", "spike", None, 3, "to_dict"])
def test_a_count_that_there_is_not_is_named(name):
    with pytest.raises(NetworkError, match=r"ledger: count is .*, allowed: 'spikes', "):
        Ledger(spikes=3).count(name)
    assert Ledger(spikes=3).count("spikes") == 3


@pytest.mark.parametrize("value", [None, "a", -1.0, 101.0, float("nan"), np.zeros((2, 3)), [1.0]])
def test_what_is_computed_of_a_ready_network_checks_as_building_it_does(value):
    for call, name in (
        (brunel.external_rate, "eta"),
        (brunel.direct_current, "eta"),
        (brunel.mean_field_rate, "g"),
        (lambda eta: brunel.reference_rates(5.0, eta), "eta"),
    ):
        with pytest.raises((NetworkError, TypeError), match=rf"brunel: {name} "):
            call(value)


def test_drives_and_draws_of_ready_networks():
    for drive in ("poison", None, np.zeros(3)):
        with pytest.raises(NetworkError, match=r"brunel: drive is .*, allowed: 'dc', 'poisson'"):
            brunel.mean_field_rate(drive=drive)
        with pytest.raises(NetworkError, match=r"microcircuit: drive is .*, allowed: 'dc', 'poisson'"):
            microcircuit.direct_currents(1.0, drive)
    for psp in (None, "a", float("nan")):
        with pytest.raises((NetworkError, TypeError), match="microcircuit: psp "):
            microcircuit.psc_of_psp(psp)
    for drawn in (None, "abc", 3.0, [[1]]):
        with pytest.raises(TypeError, match="frames: drawn must be a ndarray"):
            layered.spikes(drawn)
    with pytest.raises(NetworkError, match=r"frames: the shape of drawn is \(2, 3\), allowed: \(samples, steps"):
        layered.spikes(np.zeros((2, 3), bool))
