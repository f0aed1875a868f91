"""Runs programs of equations in numpy, operation by operation, and holds them to the rules of the engine."""

import numpy as np

OPERATIONS = {
    "copy": lambda a, b, c: a,
    "add": lambda a, b, c: a + b,
    "sub": lambda a, b, c: a - b,
    "mul": lambda a, b, c: a * b,
    "div": lambda a, b, c: a / b,
    "neg": lambda a, b, c: -a,
    "abs": lambda a, b, c: np.abs(a),
    "sqrt": lambda a, b, c: np.sqrt(a),
    "min": lambda a, b, c: np.where(a < b, a, b),
    "max": lambda a, b, c: np.where(a > b, a, b),
    "lt": lambda a, b, c: a < b,
    "le": lambda a, b, c: a <= b,
    "gt": lambda a, b, c: a > b,
    "ge": lambda a, b, c: a >= b,
    "eq": lambda a, b, c: a == b,
    "ne": lambda a, b, c: a != b,
    "and": lambda a, b, c: (a != 0) & (b != 0),
    "or": lambda a, b, c: (a != 0) | (b != 0),
    "not": lambda a, b, c: a == 0,
    "select": lambda a, b, c: np.where(a != 0, b, c),
    "mul_add": lambda a, b, c: a * b + c,
    "mul_sub": lambda a, b, c: a * b - c,
    "sub_mul": lambda a, b, c: c - a * b,
    "add_times": lambda a, b, c: (a + b) * c,
    "sub_times": lambda a, b, c: (a - b) * c,
    "add_add": lambda a, b, c: (a + b) + c,
    "exp": lambda a, b, c: np.exp(a),
    "expm1": lambda a, b, c: np.expm1(a),
    "log": lambda a, b, c: np.log(a),
    "log1p": lambda a, b, c: np.log1p(a),
    "exprel": lambda a, b, c: np.where(a == 0, 1, np.expm1(a) / np.where(a == 0, 1, a)),
    "sin": lambda a, b, c: np.sin(a),
    "cos": lambda a, b, c: np.cos(a),
    "tanh": lambda a, b, c: np.tanh(a),
    "pow": lambda a, b, c: np.power(a, b),
}
OPERANDS = {"exp": 1, "expm1": 1, "log": 1, "log1p": 1, "exprel": 1, "sin": 1, "cos": 1, "tanh": 1, "neg": 1, "not": 1}
OPERANDS |= {"copy": 1, "abs": 1, "sqrt": 1, "rand": 0, "randn": 0, "select": 3}
OPERANDS |= dict.fromkeys(("mul_add", "mul_sub", "sub_mul", "add_times", "sub_times", "add_add"), 3)


class Rows(list):
    """The rows of an array, to be read fast and written through."""

    def __setitem__(self, row, value):
        self[row][...] = value


class Machine:
    """Neurons of one program."""

    def __init__(self, program, size=1, dtype=np.float64, dt=0.1, seed=1, *, in_place=False):
        self.in_place = in_place
        self.program, self.size, self.dt, self.seed = program, size, dt, seed
        self.states = len(program.constants)
        self.inputs = self.states + len(program.state)
        current = self.inputs + len(program.receptors)
        self.current = current if program.uses_current else None
        free = current + program.uses_current
        self.free = free if program.refractory is not None else None
        time = free + (program.refractory is not None)
        self.time = time if program.uses_time else None
        self.fixed = time + program.uses_time
        self.file = np.full((self.fixed + program.temporaries, size), np.nan, dtype)
        for register, value in enumerate(program.constants):
            self.file[register] = value
        for register, (_, _, initial) in enumerate(program.state, self.states):
            self.file[register] = initial
        self.rows = Rows(self.file)
        known = set()
        self.checked(program.step, known)
        self.checked(program.reset, known)
        self.left = np.zeros(size, int)
        self.tick = 0

    def checked(self, operations, known):
        """Return operations that keep the rules of the engine; `known` are the temporaries that have been written."""
        for name, result, *operands in operations:
            operands_read = operands[: OPERANDS.get(name, 2)]
            assert self.in_place or result not in operands_read, "an operation writes its own operand"
            assert result >= self.fixed or self.states <= result < self.inputs, "a fixed register is written"
            assert all(operand < self.fixed or operand in known for operand in operands_read), "read before written"
            known.add(result)
        return operations

    def run(self, operations, file):
        """Run operations."""
        for name, result, a, b, c in operations:
            if name in ("rand", "randn"):
                generator = np.random.default_rng([self.seed, self.tick, b, c])
                file[result] = generator.random(self.size) if name == "rand" else generator.normal(size=self.size)
            else:
                file[result] = OPERATIONS[name](file[a], file[b], file[c])

    def step(self, current=0.0, arrived=()):
        """Advance a tick; return who spikes."""
        program = self.program
        self.file[self.inputs : self.inputs + len(program.receptors)] = 0.0
        for receptor, weight in enumerate(arrived):
            self.file[self.inputs + receptor] = weight
        if self.current is not None:
            self.file[self.current] = current
        if self.free is not None:
            self.file[self.free] = self.left == 0
        if self.time is not None:
            self.file[self.time] = self.tick * self.dt
        with np.errstate(all="ignore"):
            self.run(program.step, self.rows)
            fired = np.zeros(self.size, bool) if program.fires is None else self.file[program.fires] != 0
            if fired.any():
                self.run(program.reset, self.rows)
        if program.refractory is not None:
            self.left = np.where(fired, program.refractory, np.maximum(self.left - 1, 0))
        self.tick += 1
        return fired

    def read(self, name):
        """Return a variable or a definition."""
        _, _, register, operations = next(entry for entry in self.program.readable if entry[0] == name)
        if register is not None:
            return self.file[register].copy()
        file = self.file.copy()
        self.run(self.checked(operations, set()), file)
        return file[operations[-1][1]]


def spikes(program, ticks, current=0.0, *, dt, size=1, dtype=np.float64):
    """Return the ticks at which the first neuron spikes."""
    machine = Machine(program, size, dtype, dt)
    return [tick + 1 for tick in range(ticks) if machine.step(current)[0]]
