"""Units of equations: their size, their powers, and where they have to agree."""

import itertools
from fractions import Fraction

import numpy as np
import pytest

from spikecore.equations.check import checked
from spikecore.equations.expression import Number
from spikecore.equations.units import UNITS, parsed, shown
from spikecore.errors import EquationError, NetworkError

# By the definitions of the SI: base SI units of second, volt, ampere as powers of (s, V, A), and a power of ten.
SI = {
    "s": (1, 0, 0, 0),
    "V": (0, 1, 0, 0),
    "A": (0, 0, 1, 0),
    "S": (0, -1, 1, 0),
    "F": (1, -1, 1, 0),
    "ohm": (0, 1, -1, 0),
    "Hz": (-1, 0, 0, 0),
}
WRONG = ["", "furlong", "2", "2*mV", "True", "1.0", "mV + mV", "mV**0.5", "mV**~2", "mV**13", "mV*", "mv", "-mV", "µV"]
PREFIXES = {"p": -12, "n": -9, "u": -6, "m": -3, "": 0, "k": 3, "M": 6, "G": 9}


@pytest.mark.parametrize("name", UNITS)
def test_units_have_their_size_in_base_units(name):
    plain = name if name in SI else name[1:]
    *powers, _ = SI[plain]
    ten = PREFIXES[name.removesuffix(plain)]
    base = sum(power * own for power, own in zip(powers, (-3, -3, -12), strict=True))
    assert UNITS[name].scale == Fraction(10) ** (ten - base)
    assert UNITS[name].powers == tuple(powers)


def test_the_units_are_those_that_are_promised():
    assert " ".join(UNITS) == "s ms us V mV A nA pA S uS nS F nF pF ohm kohm Mohm Gohm Hz kHz"


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("nS*mV", "pA"),
        ("pF/nS", "ms"),
        ("Mohm*nA", "mV"),
        ("V/s", "mV/ms"),
        ("ms**-1", "1/ms"),
        ("kHz", "1/ms"),
        ("S*ohm", "1"),
        ("mV**2/mV", "mV"),
        ("F*V/s", "A"),
        (" mV ", "mV"),
    ],
)
def test_equal_units(left, right):
    assert parsed(left) == parsed(right) != None  # noqa: E711


@pytest.mark.parametrize(
    "text",
    [*WRONG, "(((s**12)**12)**12)**12", "*".join(["S**12"] * 16), "ms" * 100],
)
def test_what_is_no_unit(text):
    assert parsed(text) is None


def test_shown_reads_back():
    for powers in itertools.product((-2, -1, 0, 1, 3), repeat=3):
        fractions = tuple(map(Fraction, powers))
        unit = parsed(shown(fractions))
        assert unit is not None
        assert (unit.scale, unit.powers) == (1, fractions)


@pytest.mark.parametrize(
    ("value", "unit", "base"),
    [
        (9.0, "us", 0.009),
        (0.281, "nF", 281.0),
        (40.0, "Mohm", 0.04),
        (7.0, "Hz", 0.007),
        (-0.07, "V", -70.0),
        (3.0, "1", 3.0),
    ],
)
def test_values_are_converted_with_one_rounding(value, unit, base):
    wanted = {"us": "1*ms", "nF": "1*pF", "Mohm": "1*Gohm", "Hz": "1/ms", "V": "1*mV", "1": "1"}[unit]
    parameters = {"p": (value, unit), "q": ([value, value], unit)}
    model = checked(f"dx/dt = (p + q + {wanted} - p - q)*x/ms/({wanted}) : 1", parameters=parameters)
    assert model.parameters[0].value == base
    np.testing.assert_array_equal(model.parameters[1].value, [base, base])
    if unit != "1":
        literal = checked(f"dx/dt = x/ms : 1\ny = {value}*{unit} : {shown(parsed(unit).powers)}").definitions[0]
        assert literal.expression == Number(base)


@pytest.mark.parametrize("value", [float("nan"), True, "3", [1.0, float("nan")], None])
def test_parameters_are_numbers(value):
    with pytest.raises((TypeError, NetworkError), match="p"):
        checked("dv/dt = (p - v)/ms : mV", parameters={"p": (value, "mV")})


def test_parameters_with_bad_units_and_shapes():
    with pytest.raises(NetworkError, match="the unit of p is 'mvolts'"):
        checked("dv/dt = (p - v)/ms : mV", parameters={"p": (1.0, "mvolts")})
    with pytest.raises(NetworkError, match="shape of p"):
        checked("dv/dt = (p - v)/ms : mV", parameters={"p": (np.ones((2, 2)), "mV")})
    with pytest.raises(NetworkError, match="shape of p"):
        checked("dv/dt = (p - v)/ms : mV", parameters={"p": (np.ones(0), "mV")})


PARAMETERS = {"g": (1.0, "nS"), "c": (1.0, "pF"), "e": (1.0, "mV"), "n": 2.0, "q": (1.0, "pA"), "k": (1.0, "ms")}
AGREE = [
    ("e + 3*mV", "mV"), ("q/g", "mV"), ("c/g", "ms"), ("0", "pA"), ("max(0, e)", "mV"), ("where(e > 0, q, 0)", "pA"),
    ("clip(e, 0, 5*mV)", "mV"), ("exp(e/(2*mV))", "1"), ("sqrt(e*e)", "mV"), ("sqrt(g)*sqrt(g)", "nS"),
    ("e**2/e", "mV"),
    ("(e**0.5)**2", "mV"), ("e**(1/2)*e**(1/2)", "mV"), ("e**-1*q", "nS"), ("n**e/n**e", None), ("abs(-e)", "mV"),
    ("e < 3*mV", "1"), ("not (e < 3*mV)", "1"), ("t", "ms"), ("min(q, 3*nA, 1*pA)", "pA"), ("2**n", "1"),
    ("e + q", None), ("e - 3", None), ("exp(e)", None), ("log(q)", None), ("sin(t)", None), ("max(e, q)", None),
    ("max(1, e)", None), ("where(n, e, q)", None), ("where(e, q, q)", None), ("clip(e, 1, 2)", None), ("e < q", None),
    ("e > 0*pA", None), ("e**n", None), ("e**0.37", None), ("e**13", None), ("not e", None), ("n and e", None),
    ("0*mV + q", None), ("tanh(g)", None), ("e < 3*mV < q", None), ("e + 1/ms", None),
]  # fmt: skip


@pytest.mark.parametrize(("expression", "unit"), AGREE)
def test_units_agree_or_are_refused(expression, unit):
    everything = "use = g/nS + c/pF + e/mV + n + q/pA + k/ms : 1\n"
    text = f"dv/dt = -v/k : mV\n{everything}x = {expression} : {unit or '1'}"
    if unit is not None:
        assert checked(text, parameters=PARAMETERS).definitions[1].unit == unit
        if expression != "0":
            with pytest.raises(EquationError, match="allowed: mV/ms, by its unit"):
                checked(text.replace(f": {unit}", ": mV/ms"), parameters=PARAMETERS) if unit != "1" else checked(
                    text[: text.rfind(":")] + ": mV/ms", parameters=PARAMETERS
                )
        return
    with pytest.raises(EquationError) as caught:
        checked(text, parameters=PARAMETERS)
    assert caught.value.line == 3
    assert caught.value.column >= 5


def test_a_mismatch_names_both_units_and_the_part():
    with pytest.raises(EquationError, match=r"units differ: mV and pA in e \+ q") as caught:
        checked("dv/dt = -v/ms : mV\nx = 2*(e + q) : mV", parameters={"e": (1.0, "mV"), "q": (1.0, "pA")})
    assert (caught.value.line, caught.value.column) == (2, 8)
    with pytest.raises(EquationError, match="the derivative of v is in mV, allowed: mV/ms, by its unit"):
        checked("dv/dt = -v : mV")


def test_without_units_a_derivative_is_per_ms():
    text = "dv/dt = 0.04*v**2 + 5*v + 140 - u + i : 1\ndu/dt = 0.02*(0.2*v - u) : 1\ni : 1, current"
    assert checked(text).current_unit == "1"
    assert checked("dv/dt = -v/(10*ms) : 1").variables[0].unit == "1"
    with pytest.raises(EquationError, match="the derivative of u is in 1, allowed: 1/ms"):
        checked("dv/dt = -v/ms : mV\ndu/dt = -u : 1")
    with pytest.raises(EquationError, match="the derivative of v is in 1/mV, allowed: 1/ms"):
        checked("dv/dt = -v/mV : 1")


def test_variables_are_kept_in_base_units():
    with pytest.raises(EquationError, match="a variable is kept in base units, allowed: mV") as caught:
        checked("dv/dt = -v/ms : V")
    assert (caught.value.line, caught.value.column) == (1, 17)


@pytest.mark.parametrize("unit", ["mV", "nS", "1", "1/ms"])
def test_the_current_is_in_pa(unit):
    with pytest.raises(EquationError, match=f"the current is in {unit}, allowed: pA"):
        checked(f"dv/dt = -v/ms : mV\ni : {unit}, current")


@pytest.mark.parametrize("unit", ["ms", "s"])
def test_the_refractory_time_is_in_ms(unit):
    text = "dv/dt = -v/ms : mV"
    model = checked(text, "v > 1*mV", refractory="2*t_ref", parameters={"t_ref": (2.0, unit)})
    assert model.parameters[0].value == (2.0 if unit == "ms" else 2000.0)
    with pytest.raises(EquationError, match="the refractory time is in mV, allowed: ms"):
        checked(text, "v > 1*mV", refractory="t_ref", parameters={"t_ref": (2.0, "mV")})
    assert checked(text, "v > 1*mV", refractory=np.float64(1.5)).refractory == Number(1.5)
    with pytest.raises(NetworkError, match="refractory is -1, allowed: 0 ms or more"):
        checked(text, "v > 1*mV", refractory=-1.0)
    with pytest.raises(NetworkError, match="refractory"):
        checked(text, "v > 1*mV", refractory=float("nan"))
