"""Models as text: columns, few parentheses, and reading what was printed gives the same model."""

import random

import pytest

from spikecore.equations import formatted
from spikecore.equations.check import checked
from spikecore.equations.expression import Apply, Name, Number
from spikecore.equations.written import written

ADEX = """
v_c=min(v,v_peak):mV
dv/dt=(-g_l*(v_c-e_l)+g_l*delta_t*exp((v_c-v_t)/delta_t)-w+i_syn+i_ext)/c_m:mV,hold
dw/dt=(a*(v_c-e_l)-w)/tau_w:pA
i_syn=g_exc*((0*mV)-v_c):pA
dg_exc/dt=-g_exc/(0.2*ms):nS,input
i_ext:pA,current
"""
VALUES = {
    "v_peak": (0.0, "mV"), "g_l": (30.0, "nS"), "e_l": (-70.6, "mV"), "delta_t": (2.0, "mV"), "v_t": (-50.4, "mV"),
    "c_m": (281.0, "pF"), "a": (4.0, "nS"), "tau_w": (144.0, "ms"), "b": (80.5, "pA"), "t_ref": (2.0, "ms"),
}  # fmt: skip


def test_a_model_is_printed_in_columns():
    model = checked(ADEX, "v>=v_peak", "v=-60*mV;w=w+b", "t_ref", "rk4", 2, VALUES)
    assert formatted.printed(model).split("\n") == [
        "v_c       = min(v, v_peak)                                                                    : mV",
        "dv/dt     = (-g_l*(v_c - e_l) + g_l*delta_t*exp((v_c - v_t)/delta_t) - w + i_syn + i_ext)/c_m : mV, hold",
        "dw/dt     = (a*(v_c - e_l) - w)/tau_w                                                         : pA",
        "i_syn     = g_exc*(0*mV - v_c)                                                                : pA",
        "dg_exc/dt = -g_exc/(0.2*ms)                                                                   : nS, input",
        "i_ext                                                                                         : pA, current",
        "threshold: v >= v_peak",
        "reset: v = -60*mV; w += b",
        "refractory: t_ref",
        "method: rk4",
        "substeps: 2",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "a - (b - c)", "a - b - c", "a/(b/c)", "a/b/c", "a*(b*c)", "(a + b)*c", "-(a + b)", "-a*b", "-(a*b)", "a**b**c",
        "(a**b)**c", "-a**2", "(-a)**2", "(-2)**a", "a**-2", "a**-b", "--a", "a - -2", "a < b < c", "(a < b) < c",
        "a < (b < c)", "a < b and b < c", "not a < b", "(not a) < b", "not (a and b)", "a and (b or c)", "a and b or c",
        "a and (b and c)", "a or b and not c", "a < b < c < a", "a < b and c", "c and a < b < c",
        "(c and a < b) and b < c",
        "a == (b != c)", "min(a, b, c)", "min(a, min(b, c))", "max(min(a, b), c)", "where(a < b, -a, clip(b, 0, 1))",
        "exp(-(a/b)**2)", "0 < rand() < 1", "rand() < rand()", "1e-05*a", "1e+22*a", "0.1*a", "a < b and b < c < a",
        "(2*mV)**a2*a/(2*mV)**a2", "(5*nS)*(a*mV)/(3*pA)", "a*(3*mV)/mV", "a*3*mV/mV", "a/(2*ms)*ms", "a/ms*ms",
        "sqrt(4*mV**2)/mV", "(3*mV)**0.5/mV**0.5*a", "a*(2/ms)*ms", "140*mV/(20*mV)*a", "9*us/ms", "a*(t/(1*s))**2",
        "(a*nS)**0.5/nS**(1/2)", "a > 0", "v > 0", "v > 0*mV", "v > -50*mV", "-v > 50*mV", "v/nS*pA/mV/(7*mV)*mV",
    ],
)  # fmt: skip
def test_expressions_read_back(text):
    start = "dv/dt = -v/ms : mV\na = 1 : 1\nb = 2 : 1\nc = 3 : 1\na2 = 2 : 1\n"
    if "(2*mV)**a2" in text or "v/nS" in text:
        text = text.replace("(2*mV)**a2", "2**a2").replace("v/nS*pA/mV/(7*mV)*mV", "v/nS*pA/mV/(7*mV)*mV*nS*mV/pA/mV")
    model = checked(f"{start}x = {text} : 1")
    body = written(model.definitions[-1].expression)
    again = checked(f"{start}x = {body} : 1")
    assert again == model
    assert written(again.definitions[-1].expression) == body
    if "**(1/2)" not in text:
        assert body.count("(") <= text.count("(")


def test_the_order_of_the_text_stays():
    text = "x = y + rand() : 1\ndv/dt = -v/ms : mV\ny = randn() : 1\ndu/dt = -u/ms : mV"
    model = checked(text, "v > 0*mV")
    assert [line.split(" ")[0] for line in formatted.equations(model).split("\n")] == ["x", "dv/dt", "y", "du/dt"]
    assert checked(formatted.equations(model), formatted.threshold(model)) == model


def test_a_chain_draws_once():
    chain = checked("dv/dt = -v/ms : mV", "0.2 < rand() < 0.5")
    assert formatted.threshold(chain) == "0.2 < rand() < 0.5"
    twice = checked("dv/dt = -v/ms : mV", "0.2 < rand() and rand() < 0.5")
    assert formatted.threshold(twice) == "0.2 < rand() and rand() < 0.5"
    assert chain != twice


def test_numbers_without_text_have_no_unit():
    assert written(Apply("pow", (Number(-2.0), Name("x")))) == "(-2)**x"
    assert written(Apply("lt", (Apply("lt", (Name("a"), Name("b"))), Name("c")))) == "(a < b) < c"


NAMES = {"mV": ("v", "u", "e"), "1": ("n",), "pA": ("i",), "ms": ("t", "k"), "nS": ("g",)}


class Writer:
    """Writes random expressions in a unit, with parentheses where none are needed, too."""

    def __init__(self, seed):
        self.random = random.Random(seed)

    def leaf(self, unit):
        digits = self.random.choice(["0", f"{self.random.uniform(0.001, 1000):.4g}"])
        return self.random.choice([*NAMES[unit], digits if unit == "1" else f"{digits}*{unit}"])

    def term(self, unit, depth, chance=True):
        if not depth:
            return self.leaf(unit)
        a, b = self.term(unit, depth - 1, chance), self.term(unit, depth - 1, chance)
        x, y = self.term("1", depth - 1, chance), self.term("mV", depth - 1, chance)
        forms = [
            f"-({a})",
            f"+({a})",
            f"({a}) + ({b})",
            f"({a}) - ({b})",
            f"max({a}, min({b}, {a}), {b})",
            f"({a})*({x})",
        ]
        forms += [f"({x})*({a})", f"({a})/(1 + ({x})**2)", f"sqrt(({a})*({a}))", f"abs({a})", f"clip({a}, 0, {b})"]
        forms += [f"where({self.condition(depth - 1, chance)}, {a}, {b})", f"({a})*({y})/(3*mV)", f"(({a})**2)**0.5"]
        if unit == "1":
            forms += [f"exp(-({x}))", f"({x})**2", f"2**-({x})", f"({y})/(20*mV)", self.condition(depth - 1, chance)]
            forms += ["rand()", "-randn()"] if chance else []
        if unit == "pA":
            forms += [f"({self.term('nS', depth - 1, chance)})*({y})"]
        return self.random.choice(forms)

    def condition(self, depth, chance=True):
        unit = self.random.choice(sorted(NAMES))
        a, b, c = (f"({self.term(unit, depth, chance)})" for _ in range(3))
        forms = [f"{a} < {b}", f"{a} >= {b}", f"{a} < {b} <= {c}", f"{a} == {b} != {c} > {a}"]
        if depth:
            left, right = self.condition(depth - 1, chance), self.condition(depth - 1, chance)
            forms += [f"not ({left})", f"({left}) and ({right})", f"({left}) or ({right})", f"({left}) < ({right})"]
            forms += [f"{left} and {right}", f"{left} or {right} and {left}"]
        return self.random.choice(forms)


@pytest.mark.parametrize("seed", range(200))
def test_any_model_reads_back(seed):
    writer = Writer(seed)
    lines = [
        f"dv/dt = ({writer.term('mV', 3, chance=False)} - v)/(10*ms) : mV{writer.random.choice(['', ', hold'])}",
        "du/dt = -u/k : mV",
        "dg/dt = -g/ms : nS, input",
        "i : pA, current",
        f"q = {writer.term('pA', 3)} : pA",
        f"p = ({writer.term('1', 3)}) + q/pA : 1",
        "everything = e/mV + n + k/ms : 1",
    ]
    writer.random.shuffle(lines)
    parameters = {"e": (-70.0, "mV"), "n": 2.0, "k": (0.02, "s")}
    jump = writer.term("mV", 2)
    arguments = (f"({writer.condition(2)}) or v < u", f"v = {jump}; v += {jump}; u *= n; u = u - {jump}", "2*k + 1*ms")
    model = checked("\n".join(lines), *arguments, parameters=parameters)
    again = (formatted.threshold(model), formatted.reset(model), formatted.refractory(model))
    read = checked(formatted.equations(model), *again, parameters=parameters)
    assert read == model
    assert formatted.printed(read) == formatted.printed(model)
