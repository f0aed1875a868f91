"""Programs: what the engine runs for a model of equations, as plain data.

Registers are numbered in one file: constants, states, inputs, the current, `free`, the time, temporaries. An operation
never writes one of its operands, a constant, an input, the current, `free` or the time.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spikecore.equations.checked import Checked
from spikecore.equations.lower import first_bad, refused
from spikecore.equations.operations import Operations
from spikecore.equations.plan import Plan, Targets
from spikecore.equations.registers import Section, placed
from spikecore.equations.steps import Operand, Step, paired
from spikecore.equations.values import Constant, Leaf, Value, Values

__all__ = ["Operation", "Program", "Readable", "compile", "operations"]

Operation = tuple[str, int, int, int, int]
"""Name, register of the result, and three operands, 0 where there are fewer."""
Number = float | NDArray[np.float64]
Readable = tuple[str, str, int | None, tuple[Operation, ...]]
"""Name, unit, and the register, or the operations whose last result is the value."""


@dataclass(frozen=True, eq=False)
class Program:
    """A model for the engine.

    Attributes
    ----------
    constants : tuple of float or ndarray
        In base units (ms, mV, pA), one value or one per neuron.
    state : tuple of (name, unit, initial)
        Registers after the constants. Behind the variables stand definitions that can be known during a step alone.
    variables : int
        How many of the state are variables.
    receptors : tuple of (name, unit, takes_magnitude)
        Inputs, after the states.
    by_sign : tuple of int or None
        The inputs of weights from 0 on and of those below; None where a receptor must be named.
    uses_current, uses_time : bool
        Whether there is a register for the current in pA, and one for the time in ms at the beginning of a step.
    refractory : int, ndarray of int or None
        Ticks; with them there is a register of who is free, between that of the current and that of the time.
    step, reset : tuple of Operation
    fires : int or None
        The register that tells who spikes.
    readable : tuple of Readable
    temporaries : int
    """

    constants: tuple[Number, ...]
    state: tuple[tuple[str, str, Number], ...]
    variables: int
    receptors: tuple[tuple[str, str, bool], ...]
    by_sign: tuple[int, int] | None
    uses_current: bool
    uses_time: bool
    refractory: int | NDArray[np.int64] | None
    step: tuple[Operation, ...]
    fires: int | None
    reset: tuple[Operation, ...]
    readable: tuple[Readable, ...]
    temporaries: int


def compile(checked: Checked, dt: float, *, in_place: bool = False) -> Program:
    """Return the program of checked equations for ticks of `dt` ms.

    Parameters
    ----------
    checked : Checked
    dt : float
        A tick in ms.
    in_place : bool
        Whether operations may write a state that they read, elementwise; without that it is copied.

    Raises
    ------
    EquationError
        Where a constant is not finite, a refractory time is not on the grid, or the method does not take the equations.
    """
    values = Values()
    plan = Plan(checked, values, dt)
    step, fires = _section(values, plan.step(), 0, in_place)
    reserved = step.temporaries if fires is not None else 0
    reset, _ = _section(values, plan.reset(), reserved, in_place)
    shown = {name: _shown(values, value) for name, value in plan.readable().items()}
    layout = _Layout(plan, [step, reset, *shown.values()], fires)
    return layout.program(step, reset, shown)


def _section(values: Values, targets: Targets, reserved: int, in_place: bool) -> tuple[Section, Operand | None]:
    """Return the operations of a section, and what tells who fires."""
    kept = [] if targets.fires is None else [targets.fires]
    maker = Operations(values, [*targets.states.values(), *kept], in_place)
    states = {leaf: maker.root(value, leaf) for leaf, value in targets.states.items()}
    fires = [_own(maker.operand(value)) for value in kept]
    paired([*states.values(), *fires])
    return placed(states, fires, reserved, in_place=in_place), fires[0] if fires else None


def _own(operand: Operand) -> Step:
    """Return a step that leaves a value in a register of its own: a state may change in a reset."""
    return operand if isinstance(operand, Step) else Step("copy", (operand,))


def _shown(values: Values, value: Value) -> Section:
    """Return the operations of one value."""
    operand = _own(Operations(values, [value]).operand(value))
    paired([operand])
    return placed({}, [operand])


class _Layout:
    """The numbers of registers."""

    def __init__(self, plan: Plan, sections: Iterable[Section], fires: Operand | None) -> None:
        self._plan, self._fires = plan, fires
        self._sections = list(sections)
        used = [operand for section in self._sections for step in section.steps for operand in step.operands]
        if fires is not None:
            used.append(fires)
        self.constants = list(dict.fromkeys(operand for operand in used if isinstance(operand, Constant)))
        kinds = {operand.kind for operand in used if isinstance(operand, Leaf)}
        self._check()
        self.uses_current, self.uses_time = "current" in kinds, "time" in kinds
        state = len(self.constants)
        inputs = state + len(plan.leaves) + len(plan.hidden)
        current = inputs + len(plan.inputs)
        free = current + self.uses_current
        time = free + (plan.free is not None)
        self._first = {"state": state, "input": inputs, "current": current, "free": free, "time": time}
        self._temporary = time + self.uses_time
        self._numbers = {constant: number for number, constant in enumerate(self.constants)}

    def _check(self) -> None:
        """Refuse constants that are no finite numbers; what is compared or chosen may be infinite."""
        for section in self._sections:
            for step in section.steps:
                for operand in step.operands:
                    if not isinstance(operand, Constant) or np.all(np.isfinite(operand.value)):
                        continue
                    if step.name in _COMPARES and not np.any(np.isnan(operand.value)):
                        continue
                    msg = (
                        f"a constant{first_bad(operand.value)} that the equations make of parameters and dt is infinite"
                    )
                    raise refused(f"{msg}, allowed: finite numbers")

    def number(self, operand: Operand, places: dict[Step, Leaf | int]) -> int:
        """Return the register of an operand."""
        if isinstance(operand, Constant):
            return self._numbers[operand]
        if isinstance(operand, Step):
            place = places[operand]
            return self._temporary + place if isinstance(place, int) else self.number(place, places)
        if operand.kind == "fires":
            assert self._fires is not None
            return self.number(self._fires, self._sections[0].places)
        return self._first[operand.kind] + operand.index

    def listed(self, section: Section) -> tuple[Operation, ...]:
        """Return the operations of a section."""
        listed = []
        for step in section.steps:
            numbers = [self.number(operand, section.places) for operand in step.operands]
            if step.name in ("rand", "randn"):
                numbers = [0, step.place, step.substep]
            a, b, c = (*numbers, 0, 0, 0)[:3]
            listed.append((step.name, self.number(step, section.places), a, b, c))
        return tuple(listed)

    def program(self, step: Section, reset: Section, shown: dict[str, Section]) -> Program:
        """Return the program."""
        plan, checked = self._plan, self._plan.checked
        units = {definition.name: definition.unit for definition in checked.definitions}
        state: list[tuple[str, str, Number]] = [(v.name, v.unit, v.initial) for v in checked.variables]
        state += [(name, units[name], plan.initial(name)) for name in plan.hidden]
        registers = {**plan.leaves, **plan.hidden}
        readable: list[Readable] = [(name, unit, self.number(registers[name], {}), ()) for name, unit, _ in state]
        readable += [(name, units[name], None, self.listed(section)) for name, section in shown.items()]
        return Program(
            constants=tuple(c.value if c.value.ndim else float(c.value) for c in self.constants),
            state=tuple(state),
            variables=len(checked.variables),
            receptors=tuple((v.name, v.unit, v.is_conductance) for v in plan.inputs),
            by_sign=_by_sign([v.name for v in plan.inputs]),
            uses_current=self.uses_current,
            uses_time=self.uses_time,
            refractory=plan.refractory,
            step=self.listed(step),
            fires=None if self._fires is None else self.number(self._fires, step.places),
            reset=self.listed(reset),
            readable=tuple(readable),
            temporaries=max(section.temporaries for section in self._sections),
        )


_COMPARES = ("lt", "le", "gt", "ge", "eq", "ne", "min", "max", "select")


def _by_sign(receptors: list[str]) -> tuple[int, int] | None:
    """Return which receptor takes weights from 0 on, and which those below, where that is clear."""
    if len(receptors) == 1:
        return 0, 0
    excitatory = [index for index, name in enumerate(receptors) if name.endswith("exc")]
    inhibitory = [index for index, name in enumerate(receptors) if name.endswith("inh")]
    return (excitatory[0], inhibitory[0]) if len(excitatory) == len(inhibitory) == 1 else None


_COUNTS = {"copy": 0, "mul_add": 2, "mul_sub": 2, "sub_mul": 2, "add_times": 2, "sub_times": 2, "add_add": 2}


def operations(program: Program) -> int:
    """Return the arithmetic operations of one update: a pair counts twice, a copy not at all, a reset not at all."""
    return sum(_COUNTS.get(name, 1) for name, *_ in program.step)
