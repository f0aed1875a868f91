"""Random checked equations that are well posed: every model stays finite, for as long as one likes.

Every variable decays, and what drives it is bounded: sums of tanh, exp of what is not positive, quotients by what is at
least 1, clipped states. Chance, inputs, currents, held variables, refractoriness, resets and arrays occur at random.
"""

from dataclasses import replace

import numpy as np

from spikecore.equations.checked import Assignment, Checked, Definition, Parameter, Variable
from spikecore.equations.expression import Apply, Name, Number, names
from spikecore.equations.linear import substituted
from spikecore.equations.written import written

LINEAR = ("exact", "exponential_euler", "euler", "rk2", "rk4")
METHODS = ("euler", "rk2", "rk4", "exponential_euler", "exact")


def apply(operation, *operands, number=0):
    return Apply(operation, operands, number)


class Maker:
    """One random model."""

    def __init__(self, seed, *, size=1, chance=True):
        self.random = np.random.default_rng(seed)
        self.size, self.chance, self.draws = size, chance, 0
        self.method = METHODS[int(self.random.integers(len(METHODS)))]
        self.parameters = {}

    def number(self, low=0.1, high=2.0):
        """A literal, or a parameter with one value or one per neuron."""
        value = round(float(self.random.uniform(low, high)), 3)
        if self.random.random() < 0.3:
            return Number(value)
        name = f"p{len(self.parameters)}"
        is_array = self.size > 1 and self.random.random() < 0.3
        self.parameters[name] = self.random.uniform(low, high, self.size).round(2) if is_array else value
        return Name(name)

    def pick(self, *choices):
        return choices[int(self.random.integers(len(choices)))]

    def signed(self):
        return self.pick(self.number(), apply("neg", self.number()), apply("sub", self.number(), self.number()))

    def affine(self, names):
        """A sum of multiples of names."""
        total = self.signed()
        for name in names:
            if self.random.random() < 0.6:
                term = apply("mul", self.signed(), Name(name))
                total = apply(self.pick("add", "sub"), total, term)
        return total

    def bounded(self, names, depth=2):
        """Something in about -2 … 2 for any values of the names."""
        kind = self.random.integers(9) if depth else 0
        x = self.affine(names)
        if kind == 1:
            return apply("mul", self.bounded(names, depth - 1), self.bounded(names, depth - 1))
        if kind == 2:
            return apply("div", self.bounded(names, depth - 1), apply("add", Number(1.0), apply("mul", x, x)))
        if kind == 3:
            return apply("exp", apply("neg", apply("pow", x, Number(2.0))))
        if kind == 4:
            condition = self.condition(names)
            return apply("where", condition, self.bounded(names, depth - 1), self.bounded(names, depth - 1))
        if kind == 5:
            return apply("clip", x, Number(-1.5), self.number(0.5, 1.5))
        if kind == 6:
            return apply("add", self.bounded(names, depth - 1), self.bounded(names, depth - 1))
        if kind == 7:
            return apply("div", Number(1.0), apply("exprel", apply("min", Number(3.0), apply("abs", x))))
        if kind == 8:
            return self.pick(apply("sin", x), apply("cos", x), apply("sqrt", apply("abs", apply("tanh", x))))
        return apply("tanh", x)

    def condition(self, names):
        comparison = apply(self.pick("lt", "le", "gt", "ge", "ne"), self.affine(names), self.signed())
        if self.random.random() < 0.3:
            other = apply(self.pick("lt", "gt"), self.affine(names), self.signed())
            return self.pick(apply("and", comparison, other), apply("or", comparison, other), apply("not", comparison))
        return comparison

    def draw(self):
        self.draws += 1
        return apply(self.pick("rand", "randn"), number=self.draws - 1)

    def model(self):
        """Return the checked equations."""
        count = int(self.random.integers(1, 5))
        states = [f"x{i}" for i in range(count)]
        linear = self.method == "exact"
        definitions = [] if linear else [Definition("d0", "1", self.bounded(states))]
        if definitions and self.random.random() < 0.5:
            definitions.append(Definition("d1", "1", self.bounded([*states, "d0"])))
        if self.chance and self.random.random() < 0.4:
            definitions.append(Definition("noise", "1", apply("tanh", self.draw())))
        has_current = self.random.random() < 0.6
        known = [definition.name for definition in definitions] + (["i"] if has_current else [])
        timed = not linear and self.random.random() < 0.2
        has_noise = self.chance and self.method == "euler" and self.random.random() < 0.3
        variables = [self.variable(name, states, known, linear, timed, has_noise) for name in states]
        assignments = [Assignment(name, self.affine(states)) for name in states if self.random.random() < 0.6]
        assignments += [Assignment(assignments[0].name, Number(-1.0))] if assignments else []
        threshold = apply("gt", self.affine([*states, *known]), self.number(0.2, 1.0))
        if self.chance and self.random.random() < 0.3:
            threshold = apply("and", threshold, apply("lt", self.draw(), Number(0.5)))
        refractory = self.pick(None, Number(0.5), Name("t_ref"))
        if refractory == Name("t_ref"):
            is_array = self.size > 1 and self.random.random() < 0.5
            self.parameters["t_ref"] = self.random.integers(0, 8, self.size) * 0.1 if is_array else 0.3
        substeps = 1 if linear else int(self.random.integers(1, 4))
        current = "i" if has_current else None
        if refractory is not None and not any(variable.is_held for variable in variables):
            variables[0] = replace(variables[0], is_held=True)
        expressions = [*(v.derivative for v in variables), *(d.expression for d in definitions), threshold]
        expressions += [assignment.expression for assignment in assignments] + [refractory] * (refractory is not None)
        used = set().union(*map(names, expressions))
        parameters = tuple(Parameter(name, "1", 1.0, self.parameters[name]) for name in self.parameters if name in used)
        everything = (tuple(variables), tuple(definitions), parameters, current)
        return Checked(*everything, threshold, tuple(assignments), refractory, self.method, substeps)

    def variable(self, name, states, known, linear, timed, has_noise):
        """Return a variable that decays, driven by others."""
        decay = apply("neg", apply("div", Name(name), self.number(0.5, 5.0)))
        others = [other for other in states if other != name]
        if linear:
            drive = self.affine(known)
            for other in others:
                drive = apply("add", drive, apply("mul", apply("mul", Number(0.1), self.signed()), Name(other)))
        elif self.method == "exponential_euler":
            if self.random.random() < 0.5:
                decay = apply("mul", decay, apply("pow", self.bounded(others), Number(2.0)))
            drive = self.bounded([*others, *(name for name in known if not name.startswith("d"))])
        else:
            drive = self.bounded([*states, *known])
        if timed and self.random.random() < 0.5:
            drive = apply("mul", drive, apply("sin", Name("t")))
        if has_noise and self.random.random() < 0.7:
            drive = apply("add", drive, apply("mul", self.number(), Name("xi")))
        kinds = {"is_input": self.random.random() < 0.4, "is_held": self.random.random() < 0.4}
        return Variable(name, "1", apply("add", decay, drive), initial=float(self.random.uniform(-1, 1)), **kinds)


def as_text(checked):
    """Return the arguments of `spikecore.Equations` that say the same; all names are dimensionless."""
    plain = {"t": apply("div", Name("t"), Name("ms")), "xi": apply("mul", Name("xi"), apply("sqrt", Name("ms")))}

    def said(expression):
        return written(substituted(expression, plain))

    lines = [f"{definition.name} = {said(definition.expression)} : 1" for definition in checked.definitions]
    for variable in checked.variables:
        flags = f"{', input' * variable.is_input}{', hold' * variable.is_held}"
        lines.append(f"d{variable.name}/dt = {said(variable.derivative)} : 1{flags}")
    lines += [f"{checked.current} : 1, current"] if checked.current else []
    uses = {parameter.name: parameter.value for parameter in checked.parameters}
    if isinstance(checked.refractory, Name):
        uses[checked.refractory.name] = (uses[checked.refractory.name], "ms")
    refractory = f"{checked.refractory.value}*ms" if isinstance(checked.refractory, Number) else checked.refractory
    return {
        "text": "\n".join(lines),
        "threshold": said(checked.threshold),
        "reset": "; ".join(f"{a.name} = {said(a.expression)}" for a in checked.reset) or None,
        "refractory": refractory.name if isinstance(refractory, Name) else refractory,
        "method": checked.method,
        "substeps": checked.substeps,
        "parameters": uses,
        "init": {variable.name: variable.initial for variable in checked.variables},
    }
