"""Checked equations from text in base units, without the reader of the package; names are taken as they come."""

import ast

from spikecore.equations.checked import Assignment, Checked, Definition, Parameter, Variable
from spikecore.equations.expression import Apply, Name, Number

BINARY = {ast.Add: "add", ast.Sub: "sub", ast.Mult: "mul", ast.Div: "div", ast.Pow: "pow"}
COMPARE = {ast.Lt: "lt", ast.LtE: "le", ast.Gt: "gt", ast.GtE: "ge", ast.Eq: "eq", ast.NotEq: "ne"}


class Reader:
    """Reads expressions; numbers draws through all of one model."""

    def __init__(self):
        self.draws = 0

    def expression(self, text):
        return self.node(ast.parse(text.strip(), mode="eval").body)

    def node(self, node):
        match node:
            case ast.Constant(value=value):
                return Number(float(value))
            case ast.Name(id=name):
                return Name(name)
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return Apply("neg", (self.node(operand),))
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return Apply("not", (self.node(operand),))
            case ast.BinOp(left=left, op=op, right=right):
                return Apply(BINARY[type(op)], (self.node(left), self.node(right)))
            case ast.Compare(left=left, ops=[op], comparators=[right]):
                return Apply(COMPARE[type(op)], (self.node(left), self.node(right)))
            case ast.BoolOp(op=op, values=values):
                first, *others = map(self.node, values)
                for other in others:
                    first = Apply("and" if isinstance(op, ast.And) else "or", (first, other))
                return first
            case ast.Call(func=ast.Name(id=name), args=args):
                self.draws += name in ("rand", "randn")
                return Apply(name, tuple(map(self.node, args)), self.draws - 1 if name in ("rand", "randn") else 0)
        raise AssertionError(ast.dump(node))


def build(text, *, threshold=None, reset="", refractory=None, method="euler", substeps=1, initial=None, **parameters):
    """Return checked equations; lines are `dx/dt = ... : unit, flags` or `y = ... : unit`, or `i : unit, current`."""
    read = Reader()
    variables, definitions, current = [], [], None
    for line in filter(None, map(str.strip, text.splitlines())):
        body, _, tail = line.rpartition(":")
        unit, *flags = (flag.strip() for flag in tail.split(","))
        left, _, right = (part.strip() for part in body.partition("="))
        if "current" in flags:
            current = left.removesuffix("/dt").removeprefix("d" if left.endswith("/dt") else "")
        if left.endswith("/dt"):
            name = left[1:-3]
            variables.append(
                Variable(
                    name,
                    unit,
                    read.expression(right),
                    is_input="input" in flags,
                    is_conductance=unit == "nS",
                    is_held="hold" in flags,
                    initial=(initial or {}).get(name, 0.0),
                )
            )
        elif right:
            definitions.append(Definition(left, unit, read.expression(right)))
    assignments = []
    for statement in filter(None, map(str.strip, reset.split(";"))):
        left, _, right = (part.strip() for part in statement.partition("="))
        if left[-1] in "+-*/":
            right = f"{left[:-1]} {left[-1]} ({right})"
        assignments.append(Assignment(left.rstrip("+-*/ "), read.expression(right)))
    return Checked(
        tuple(variables),
        tuple(definitions),
        tuple(Parameter(name, "1", 1.0, value) for name, value in parameters.items()),
        current,
        None if threshold is None else read.expression(threshold),
        tuple(assignments),
        None if refractory is None else read.expression(refractory),
        method,
        substeps,
    )
