"""The linear part of expressions: coefficients and rest are worth what the expression is."""

import numpy as np
import pytest
from equations_build import Reader
from equations_plain import Plain

from spikecore.equations import linear
from spikecore.equations.checked import Checked
from spikecore.equations.expression import Name, Number, names
from spikecore.equations.written import written

EMPTY = Checked((), (), (), None, None, (), None, "euler", 1)
VALUES = {"x": 0.7, "y": -1.3, "a": 2.5, "b": 0.4}


def value(expression):
    return Plain(EMPTY, 0.1).value(expression, VALUES, 0.0)


@pytest.mark.parametrize(
    "text",
    [
        "x",
        "a",
        "-x",
        "a*x",
        "x/a - (b - x)*3",
        "(a - x)*exp(b)/(a + b) + y",
        "where(a > b, x + y, 2*x)",
        "where(y > b, x, a)*b",
        "-(-(a*(b*(x - y))))",
        "x - x",
        "(x + a)/(b*b)*y**2",
    ],
)
def test_coefficient_and_rest_make_the_expression(text):
    expression = Reader().expression(text)
    a, b = linear.split(expression, "x")
    assert "x" not in names(a) | names(b)
    assert value(a) + value(b) * VALUES["x"] == pytest.approx(value(expression), rel=1e-14)


@pytest.mark.parametrize("text", ["a*x + b*y", "(x - y)/a + where(a > b, y, x)", "b", "-(x - 2*(y - a))"])
def test_several_names(text):
    expression = Reader().expression(text)
    coefficients, rest = linear.combination(expression, ("x", "y"))
    total = sum(value(coefficient) * VALUES[name] for name, coefficient in coefficients.items())
    assert total + value(rest) == pytest.approx(value(expression), rel=1e-14)
    assert not {"x", "y"} & names(rest).union(*map(names, coefficients.values()))


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("a + x*x", "x*x"),
        ("a/x", "a/x"),
        ("exp(x)*y", "exp(x)"),
        ("a*min(x, b)", "min(x, b)"),
        ("where(x > a, x, b)", "where(x > a, x, b)"),
        ("x**2", "x**2"),
        ("(x + a)*(b - x)", "(x + a)*(b - x)"),
    ],
)
def test_what_is_not_linear_is_named(text, part):
    with pytest.raises(linear.NotLinear) as caught:
        linear.split(Reader().expression(text), "x")
    assert (caught.value.name, written(caught.value.part)) == ("x", part)


def test_products_with_another_unknown_are_not_linear_in_both():
    expression = Reader().expression("x*y")
    assert linear.split(expression, "x") == (Number(0.0), Name("y"))
    with pytest.raises(linear.NotLinear):
        linear.combination(expression, ("x", "y"))


def test_substitution_replaces_names_everywhere():
    read = Reader().expression
    assert linear.substituted(read("a*exp(x - a)"), {"a": read("b + 1")}) == read("(b + 1)*exp(x - (b + 1))")


@pytest.mark.parametrize(
    "text",
    ["a - (b - x)", "-x**2", "(-x)**2", "a/(b*x)", "a/b*x", "not (a < b and x > y) or x == y", "(a**b)**x", "a**b**x"],
)
def test_written_expressions_read_back(text):
    read = Reader().expression
    assert read(written(read(text))) == read(text)
    assert np.isfinite(value(read(text)))
