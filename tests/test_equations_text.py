"""The text of equations: what is read, and what is refused with line and column."""

import contextlib
from random import Random

import pytest

from spikecore.equations.check import METHODS, checked
from spikecore.equations.expression import Apply, Name, Number
from spikecore.errors import EquationError, NetworkError

LEAK = "dv/dt = -v/(10*ms) : mV"
V = Name("v")


def meaning(expression, unit="1"):
    return checked(f"{LEAK}\na = 2 : 1\nb = 3 : 1\nx = {expression} : {unit}").definitions[2].expression


def apply(operation, *operands):
    return Apply(operation, operands)


A, B = Name("a"), Name("b")
FUNCTIONS = ("exp", "log", "expm1", "log1p", "exprel", "sqrt", "sin", "cos", "tanh", "abs")


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("a + b*2", apply("add", A, apply("mul", B, Number(2.0)))),
        ("-a**b", apply("neg", apply("pow", A, B))),
        ("+a", A),
        ("-2*a", apply("mul", Number(-2.0), A)),
        ("1e3", Number(1000.0)),
        (".5", Number(0.5)),
        ("1_000", Number(1000.0)),
        ("2**3*4/8", Number(4.0)),
        ("a < b <= 2", apply("and", apply("lt", A, B), apply("le", B, Number(2.0)))),
        ("a == 1 or not b != 2", apply("or", apply("eq", A, Number(1.0)), apply("not", apply("ne", B, Number(2.0))))),
        ("a and b and a", apply("and", apply("and", A, B), A)),
        ("min(a, b, 3)", apply("min", apply("min", A, B), Number(3.0))),
        ("where(a > b, 1, a)", apply("where", apply("gt", A, B), Number(1.0), A)),
        ("clip(a, 0, 1)", apply("clip", A, Number(0.0), Number(1.0))),
        ("(a +\n  b)  # a sum", apply("add", A, B)),
        *((f"{name}(a)", apply(name, A)) for name in FUNCTIONS),
    ],
)
def test_expressions_are_read(text, wanted):
    if "#" in text:
        assert checked(f"{LEAK}\na=2:1\nb=3:1\nx = ((a +  # a sum of µ\n b)) : 1").definitions[2].expression == wanted
    else:
        assert meaning(text) == wanted


def test_statements_comments_and_blank_lines():
    text = """
        # a neuron with a µ in its comment

        dv/dt = (e - v   # decay
                 + r*i) / tau : mV , hold
        dg / dt=-g/tau:nS,input\r
        \td w/dt = 0 : pA, input
        i : pA, current # from outside
    """.replace("d w", "dw")
    model = checked(text, parameters={"e": (0, "mV"), "r": (1, "Gohm"), "tau": (1, "ms")})
    assert [(v.name, v.unit, v.is_input, v.is_conductance, v.is_held) for v in model.variables] == [
        ("v", "mV", False, False, True),
        ("g", "nS", True, True, False),
        ("w", "pA", True, False, False),
    ]
    assert (model.current, model.current_unit) == ("i", "pA")


def test_definitions_are_in_order_of_use():
    model = checked(f"{LEAK}\na = b + c : 1\nb = 2*c : 1\nc = 3 : 1")
    assert [definition.name for definition in model.definitions] == ["c", "b", "a"]
    chain = "\n".join(f"x{i} = x{i + 1} : 1" for i in range(140))
    assert len(checked(f"{LEAK}\n{chain}\nx140 = 1 : 1").definitions) == 141


@pytest.mark.parametrize("separator", ["; ", "\n", " ;\n# nothing\n"])
def test_a_reset_is_read(separator):
    text = separator.join(["v = -60*mV", "v += a*mV", "v -= 1*mV", "v *= a", "v /= 2"])
    model = checked(f"{LEAK}\na = 2 : 1", "v > 1*mV", text)
    step = Apply("mul", (A, Number(1.0)))
    assert [assignment.expression for assignment in model.reset] == [
        Number(-60.0),
        apply("add", V, step),
        apply("sub", V, Number(1.0)),
        apply("mul", V, A),
        apply("div", V, Number(2.0)),
    ]


def test_each_draw_has_its_number_in_the_order_of_the_text():
    model = checked(f"x = y + rand() : 1\n{LEAK}\ny = randn() : 1", "rand() < 0.5", "v = randn()*mV; v = rand()*mV")
    y, x = model.definitions
    draws = [x.expression.operands[1], y.expression, model.threshold.operands[0]]
    draws += [assignment.expression.operands[0] for assignment in model.reset]
    assert [(draw.operation, draw.number) for draw in draws] == [
        ("rand", 0), ("randn", 1), ("rand", 2), ("randn", 3), ("rand", 4),
    ]  # fmt: skip
    assert checked("dv/dt = (y - v)/ms : 1\ny = randn() : 1").definitions


def test_what_is_held():
    text = f"{LEAK}\ndw/dt = -w/ms : mV"
    condition = "1*mV < w + v"

    def held(text, condition, refractory):
        return [
            variable.name for variable in checked(text, condition, refractory=refractory).variables if variable.is_held
        ]

    assert held(text, condition, None) == []
    assert held(text, condition, 2.0) == ["w"]
    assert held(text.replace("mV\n", "mV, hold\n"), condition, 2.0) == ["v"]
    with pytest.raises(EquationError, match="mark it with the flag hold"):
        held(text, "t > 1*ms", 2.0)


def test_a_threshold_needs_no_reset_but_they_need_it():
    assert checked(LEAK, "v > 1*mV").reset == ()
    for keywords in ({"reset": "v = 0"}, {"refractory": 1.0}):
        with pytest.raises(EquationError, match=f"{next(iter(keywords))} is given without a threshold"):
            checked(LEAK, **keywords)


@pytest.mark.parametrize("method", METHODS)
def test_methods_and_substeps(method):
    assert checked(LEAK, method=method, substeps=1000).method == method


@pytest.mark.parametrize("substeps", [0, 1001, 1.5, True])
def test_bad_substeps(substeps):
    with pytest.raises((TypeError, NetworkError), match="substeps"):
        checked(LEAK, substeps=substeps)


def test_bad_method():
    with pytest.raises(NetworkError, match="did you mean 'euler'"):
        checked(LEAK, method="eular")


def test_noise_needs_euler():
    text = "dv/dt = -v/ms + 2*mV*xi/ms**0.5 : mV"
    assert checked(text).variables
    with pytest.raises(EquationError, match="the method is rk4, allowed: euler"):
        checked(text, method="rk4")
    with pytest.raises(EquationError, match="xi may stand in a derivative only"):
        checked(f"{LEAK}\nx = xi : 1/ms")


BAD = [
    # text after LEAK, part of the message, line and column
    ("x = foo : 1", "there is no 'foo'; a parameter needs a value", 2, 5),
    ("tau = 1 : 1\nx = 2*tua : 1", "did you mean 'tau'", 3, 7),
    ("x = ex(3) : 1", "there is no function 'ex'; did you mean 'exp'", 2, 5),
    ("x = v(t - 1*ms) : mV", "a delay belongs to a synapse", 2, 5),
    ("x = delay(v, 1*ms) : mV", "a delay belongs to a synapse: connect(delay=…)", 2, 5),
    ("x = 2*i : 1", "a neuron has no index", 2, 7),
    ("x = index : 1", "a neuron has no index", 2, 5),
    ("x = v[3] : mV", "one value per neuron as an array", 2, 5),
    ("x = exc.v : mV", "a variable of another population", 2, 5),
    ("x = v_pre : mV", "a variable of another population", 2, 5),
    ("x = 1 if v > 0 else 2 : 1", "write where(condition, value, otherwise)", 2, 5),
    ("x = 2^3 : 1", "a power is **", 2, 5),
    ("x = 5 % 3 : 1", "not part of the language", 2, 5),
    ("x = True : 1", "not part of the language", 2, 5),
    ("x = 1j : 1", "1j is no number, allowed: 1*j", 2, 5),
    ("x = v + 1.5e-3mV : mV", "1.5e-3mV is no number, allowed: 1.5e-3*mV", 2, 9),
    ("x = 1or 2 : 1", "1or is no number", 2, 5),
    ("x = (1, 2) : 1", "not part of the language", 2, 5),
    ("x = [1] : 1", "not part of the language", 2, 5),
    ("x = 'v' : 1", "' is not part of the language", 2, 5),
    ("x = 1 + * 2 : 1", "this is no expression", 2, 9),
    ("x = exp(x=3) : 1", "functions take their arguments by place", 2, 5),
    ("x = exp(*3) : 1", "not part of the language", 2, 9),
    ("x = 1 in 2 : 1", "only < <= > >= == != compare", 2, 5),
    ("x = exp(1, 2) : 1", "exp has 2 arguments, allowed: 1", 2, 5),
    ("x = min(1) : 1", "min has 1 arguments, allowed: two or more", 2, 5),
    ("x = exp : 1", "exp is a function", 2, 5),
    ("x = 0x10 : 1", "numbers are decimal", 2, 5),
    ("x = 1e999 : 1", "too large", 2, 5),
    ("x = 10**5000 : 1", "no finite number", 2, 5),
    ("x = 1e300*1e300 : 1", "no finite number", 2, 5),
    ("x = 0**-1 : 1", "no finite number", 2, 5),
    ("x = (-2)**0.5 : 1", "no finite number", 2, 5),
    (f"x = {'9' * 400} : 1", "too large", 2, 5),
    (f"x = {'9' * 5000} : 1", "a number of 5,000 digits, allowed: 400", 2, 5),
    ("x = v/0 : mV", "v/0 divides by 0", 2, 5),
    ("x = 1 + : 1", "this is no expression", 2, 8),
    ("x = : 1", "an expression is missing", 2, 5),
    ("x = 1", "a statement needs one colon", 2, 1),
    ("x = 1 : 1 : 1", "a statement needs one colon", 2, 1),
    ("x = 1\n + 2 : 1", "only inside parentheses", 2, 1),
    ("x = (1 : 1", "a parenthesis is not closed", 2, 5),
    ("x = 1) : 1", "a parenthesis is closed that is not open", 2, 6),
    ("x + 1 = 2 : 1", "allowed: dNAME/dt or NAME", 2, 1),
    ("_x = 2 : 1", "allowed: dNAME/dt or NAME", 2, 1),
    ("µ = 2 : 1", "the character 'µ', allowed: ASCII", 2, 1),
    ("x = 1 : furlong", "'furlong' is no unit here, allowed: 1, or s ms", 2, 9),
    ("x = 1 :", "'' is no unit here", 2, 8),
    ("v = 1 : 1", "a second statement about v", 2, 1),
    ("mV = 1 : 1", "mV is the name of a unit", 2, 1),
    ("exp = 1 : 1", "exp has a meaning of its own", 2, 1),
    ("t = 1 : ms", "t has a meaning of its own", 2, 1),
    ("xi = 1 : 1", "xi has a meaning of its own", 2, 1),
    ("lambda = 1 : 1", "lambda has a meaning of its own", 2, 1),
    (f"{'x' * 65} = 1 : 1", "a name of 65 characters, allowed: 64", 2, 1),
    ("x = 1 : 1, inpt", "did you mean 'input'", 2, 12),
    ("x = 1 : 1, input", "input belongs to a state variable", 2, 12),
    ("x = 1 : 1, hold", "hold belongs to a state variable", 2, 12),
    ("dx/dt = 1*pA/ms : pA, current", "current belongs to a name that is no state variable", 2, 23),
    ("dx/dt = -x/ms : 1, input, input", "a second flag input", 2, 27),
    ("x : pA", "x has no meaning", 2, 1),
    ("i : pA, current\nj : pA, current", "a second current", 3, 1),
    ("a = b : 1\nb = c : 1\nc = a : 1", "definitions in a circle: a → b → c → a", 2, 1),
    ("a = a + 1 : 1", "definitions in a circle: a → a", 2, 1),
    ("dx/dt = rand()/ms : 1", "not in a derivative", 2, 9),
    ("dx/dt = -x/second : 1", "write s", 2, 12),
    ("dx/dt = -x/ms : volt", "write mV", 2, 17),
    ("dx/dt = -x/ms : volt (unless refractory)", "with the flag hold, as in ': mV, hold'", 2, 17),
    ("dx/dt = -x/ms : 1 (shared)", "give the value in parameters=…", 2, 17),
    (f"x = {'(' * 101}1{')' * 101} : 1", "more than 100 parentheses are open", 2, 105),
    (f"x = {'-' * 300}v : mV", "more than 100 operations stand in one another", 2, 106),
    (f"x = min({'v, ' * 200}v) : mV", "more than 100 operations stand in one another", 2, 5),
    (f"x = {'v > 0 and ' * 200}v > 0 : 1", "more than 100 operations stand in one another", 2, 5),
    (f"x = {'(1 < ' * 20}2 > 0{' < 2)' * 20} : 1", "operations, allowed: 30,000", 2, 5),
    ("\n".join(f"x{i} = -x{i + 1} : 1" for i in range(200)) + "\nx200 = 1 : 1", "through definitions", 127, 1),
    (f"x = {'-' * 60000}v : mV", "too deep", 2, 5),
    (f"x = {'v+' * 30000}v : mV", "too deep", 2, 5),
    (f"x = v{' ' * 65536} : mV", "characters, allowed: 65,536", 1, 1),
    ("a = 1 : 1\n" * 501, "502 statements, allowed: 500", 501, 1),
]


@pytest.mark.parametrize(("text", "message", "line", "column"), BAD, ids=[bad[0][:20] for bad in BAD])
def test_errors_say_what_is_wrong_and_where(text, message, line, column):
    with pytest.raises(EquationError) as caught:
        checked(f"{LEAK}\n{text}")
    assert message in str(caught.value)
    assert str(caught.value).startswith(f"equations, line {line}, column {column}: ")
    assert (caught.value.line, caught.value.column) == (line, column)
    assert len(str(caught.value)) < 1000


def test_an_error_shows_the_line_with_a_mark_under_the_fault():
    with pytest.raises(EquationError) as caught:
        checked(f"{LEAK}\n\tx = 2*foo : 1")
    first, line, mark = str(caught.value).split("\n")
    assert line[mark.index("^") :].startswith("foo")
    assert caught.value.text == "\tx = 2*foo : 1"
    with pytest.raises(EquationError) as caught:
        checked(f"{LEAK}\nx = {'1 + ' * 40}foo{' + 1' * 40} : 1")
    first, line, mark = str(caught.value).split("\n")
    assert line[mark.index("^") :].startswith("foo")
    assert len(line) < 200
    assert first.endswith("parameters=…")


@pytest.mark.parametrize(
    ("keywords", "message", "column"),
    [
        ({"threshold": "v"}, "threshold, line 1, column 1: this is no condition", 1),
        ({"threshold": "v > w"}, "there is no 'w'", 5),
        ({"threshold": "v > 1"}, "units differ: mV and 1 in v > 1", 1),
        ({"threshold": "v > xi"}, "xi may stand in a derivative only", 5),
        ({"threshold": ""}, "0 expressions, allowed: one", 1),
        ({"threshold": "v > 0\nv > 1*mV"}, "2 expressions, allowed: one", 1),
        ({"reset": "v"}, "this is no assignment", 1),
        ({"reset": "v == 3"}, "this is no assignment", 1),
        ({"reset": "v **= 3"}, "this is no assignment", 1),
        ({"reset": "v = 0; x = 3"}, "x is no state variable", 8),
        ({"reset": "v = 3"}, "v is set to what is in 1, allowed: mV", 5),
        ({"reset": "v += 3"}, "allowed: mV", 6),
        ({"reset": "v *= 3*mV"}, "v is scaled by what is in mV, allowed: without a unit", 6),
        ({"reset": "v = "}, "this is no expression", 4),
        ({"refractory": "v"}, "the refractory time is in mV, allowed: ms", 1),
        ({"refractory": "2*ms + t"}, "t is no parameter", 8),
        ({"refractory": "rand()*ms"}, "rand", 1),
    ],
)
def test_errors_in_threshold_reset_and_refractory(keywords, message, column):
    with pytest.raises(EquationError) as caught:
        checked(LEAK, **{"threshold": "v > 1*mV", **keywords})
    assert message in str(caught.value)
    assert (caught.value.line, caught.value.column) == (1, column)


def test_parameters_are_used_and_have_names():
    with pytest.raises(EquationError, match="the parameter 'tua' is not used; did you mean 'tau'"):
        checked("dv/dt = -v/tau : mV\ntau = 1*ms : ms", parameters={"tua": 3.0})
    with pytest.raises(EquationError, match="the parameter 'v' is also a statement"):
        checked(LEAK, parameters={"v": 3.0})
    for name in ("mV", "exp", "t", "lambda", "_x", "x y", "µ", "x" * 65):
        with pytest.raises(NetworkError, match="name in parameters"):
            checked(LEAK, parameters={name: 3.0})


@pytest.mark.parametrize("text", ["", "# nothing", "x = 1 : 1"])
def test_a_model_has_a_variable(text):
    with pytest.raises(EquationError, match="no state variable"):
        checked(text)


@pytest.mark.parametrize("text", [None, 3, b"x", ["x"]])
def test_a_text_is_a_string(text):
    with pytest.raises(TypeError, match="Equations: equations"):
        checked(text)


PIECES = [
    "dv/dt",
    "v",
    "=",
    "-",
    "+",
    "*",
    "**",
    "/",
    "(",
    ")",
    ":",
    ",",
    "mV",
    "ms",
    "hold",
    "input",
    "current",
    "\n",
    " ",
    "1",
    "0",
]
PIECES += [
    "1e3",
    ".",
    "exp(",
    "where(",
    "rand()",
    "t",
    "xi",
    "x",
    "#",
    ";",
    "<",
    "==",
    "and",
    "not ",
    "if",
    "lambda",
    "[",
    "]",
    "\\",
]
PIECES += ["\t", "\r", "'", "µ", "0x1", "1j", "~", "%", "//", ":=", "!", "=="]


@pytest.mark.parametrize("seed", range(20))
def test_any_text_is_read_or_refused(seed):
    random = Random(seed)
    for _ in range(100):
        pieces = random.choices(PIECES, k=random.randint(0, 12))
        text = "".join(pieces)
        where = random.choice(["text", "expression", "threshold", "reset", "refractory"])
        with contextlib.suppress(EquationError):
            if where == "text":
                checked(f"{LEAK}\n{text}")
            elif where == "expression":
                checked(f"dv/dt = ({text}) : mV")
            else:
                checked(LEAK, **{"threshold": "v > 1*mV", where: text})
