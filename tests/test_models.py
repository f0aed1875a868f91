"""Neuron models and distributions: ranges, defaults, hints."""

import copy
import math
import pickle
import subprocess
import sys
from pathlib import Path

import pytest

import spikecore as sc


def test_defaults_are_those_of_nest():
    # NEST iaf_psc_exp, but for tau_m, which is 10 ms there.
    assert sc.LIF().parameters() == {
        "tau_m": 20.0,
        "c_m": 250.0,
        "e_l": -70.0,
        "v_th": -55.0,
        "v_reset": -70.0,
        "t_ref": 2.0,
        "tau_syn_exc": 2.0,
        "tau_syn_inh": 2.0,
        "i_e": 0.0,
    }
    assert set(sc.LIF().parameters()) - set(sc.LIFDelta().parameters()) == {
        "tau_syn_exc",
        "tau_syn_inh",
    }


@pytest.mark.parametrize("model", [sc.LIF, sc.LIFDelta])
@pytest.mark.parametrize(
    ("parameter", "value"),
    [
        ("tau_m", 0.0),
        ("tau_m", -1.0),
        ("tau_m", math.nan),
        ("c_m", math.inf),
        ("c_m", 0.0),
        ("c_m", math.nan),
        ("e_l", math.nan),
        ("v_th", math.inf),
        ("t_ref", -0.1),
        ("i_e", -math.inf),
    ],
)
def test_values_outside_their_range(model, parameter, value):
    with pytest.raises(sc.NetworkError, match=f"{model.__name__}: {parameter} is .*allowed") as info:
        model(**{parameter: value})
    assert info.value.parameter == parameter
    assert info.value.value is value


@pytest.mark.parametrize("parameter", ["tau_syn_exc", "tau_syn_inh"])
def test_synaptic_time_constants_are_positive(parameter):
    with pytest.raises(sc.NetworkError, match=parameter):
        sc.LIF(**{parameter: 0.0})


def test_reset_lies_below_threshold():
    with pytest.raises(sc.NetworkError, match=r"v_reset is -55.0, allowed: below v_th = -55 mV"):
        sc.LIF(v_reset=-55.0)


@pytest.mark.parametrize("value", ["10", None, True, {1.0}])
def test_values_that_are_no_numbers(value):
    with pytest.raises(TypeError, match="tau_m must be a number"):
        sc.LIF(tau_m=value)


@pytest.mark.parametrize(
    ("keyword", "meant"),
    [
        ("v_rest", "e_l"),
        ("v_thresh", "v_th"),
        ("tau_refrac", "t_ref"),
        ("cm", "c_m"),
        ("tau_syn_E", "tau_syn_exc"),
        ("tau_syn_I", "tau_syn_inh"),
        ("i_offset", "i_e"),
        ("taum", "tau_m"),
    ],
)
def test_unknown_keyword_says_what_was_meant(keyword, meant):
    with pytest.raises(TypeError, match=f"no parameter '{keyword}'; did you mean '{meant}'"):
        sc.LIF(**{keyword: 1.0})


def test_delta_neuron_has_no_synaptic_time_constant():
    with pytest.raises(TypeError, match="LIFDelta has no parameter 'tau_syn_exc'"):
        sc.LIFDelta(tau_syn_exc=1.0)


def test_models_are_values():
    model = sc.LIF(tau_m=10)
    assert model == sc.LIF(tau_m=10.0)
    assert hash(model) == hash(sc.LIF(tau_m=10.0))
    assert pickle.loads(pickle.dumps(model)) == copy.deepcopy(model) == model
    with pytest.raises(AttributeError):
        model.tau_m = 5.0


def test_variables_follow_the_time_constants():
    assert sc.LIF().variables == ("v", "i_syn")
    assert sc.LIF(tau_syn_inh=5.0).variables == ("v", "i_exc", "i_inh")
    assert sc.LIFDelta().variables == ("v",)


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ((math.nan, 1.0), "mean"),
        ((0.0, -1.0), "sd"),
        ((0.0, math.inf), "sd"),
        ((0.0, 1.0, 2.0, 1.0), "low"),
        ((0.0, 1.0, 1.0, 1.0), "low"),
        ((0.0, 1.0, math.nan), "low"),
        ((0.0, 1.0, 5.0), "at least 1%"),
        ((1.0, 0.0, 2.0), "at least 1%"),
    ],
)
def test_normal_ranges(arguments, named):
    with pytest.raises(sc.NetworkError, match=named):
        sc.Normal(*arguments)


@pytest.mark.parametrize("bounds", [(1.0, 0.0), (math.nan, 1.0), (0.0, math.inf)])
def test_uniform_ranges(bounds):
    with pytest.raises(sc.NetworkError, match="Uniform"):
        sc.Uniform(*bounds)


@pytest.mark.parametrize("rate", [-1.0, math.nan, math.inf])
def test_poisson_rate(rate):
    with pytest.raises(sc.NetworkError, match="rate"):
        sc.Poisson(rate=rate, weight=1.0)


@pytest.mark.parametrize(("start", "stop"), [(-1.0, 5.0), (5.0, 5.0), (5.0, 1.0), (0.0, math.nan)])
def test_stimulus_interval(start, stop):
    with pytest.raises(sc.NetworkError, match=r"start|stop"):
        sc.Poisson(rate=1.0, weight=1.0, start=start, stop=stop)
    with pytest.raises(sc.NetworkError, match=r"start|stop"):
        sc.DirectCurrent(1.0, start=start, stop=stop)


def test_stimulus_weight_and_amplitude_are_finite():
    with pytest.raises(sc.NetworkError, match="weight"):
        sc.Poisson(rate=1.0, weight=math.nan)
    with pytest.raises(sc.NetworkError, match="amplitude"):
        sc.DirectCurrent(math.inf)


def test_classes_are_as_the_engine_describes_its_models():
    script = Path(__file__).parents[1] / "tools" / "models.py"
    done = subprocess.run([sys.executable, str(script), "--check"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
