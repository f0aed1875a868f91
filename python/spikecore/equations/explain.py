"""Programs as text: one operation a line, with the names of registers."""

from spikecore.equations.program import Operation, Program

__all__ = ["explain"]

_WRITTEN = {
    "copy": "{a}",
    "add": "{a} + {b}",
    "sub": "{a} - {b}",
    "mul": "{a}*{b}",
    "div": "{a}/{b}",
    "neg": "-{a}",
    "lt": "{a} < {b}",
    "le": "{a} <= {b}",
    "gt": "{a} > {b}",
    "ge": "{a} >= {b}",
    "eq": "{a} == {b}",
    "ne": "{a} != {b}",
    "and": "{a} and {b}",
    "or": "{a} or {b}",
    "not": "not {a}",
    "select": "{b} where {a} else {c}",
    "mul_add": "{a}*{b} + {c}",
    "mul_sub": "{a}*{b} - {c}",
    "sub_mul": "{c} - {a}*{b}",
    "add_times": "({a} + {b})*{c}",
    "sub_times": "({a} - {b})*{c}",
    "add_add": "{a} + {b} + {c}",
    "min": "min({a}, {b})",
    "max": "max({a}, {b})",
    "pow": "{a}**{b}",
}


def explain(program: Program) -> str:
    """Return a program as text: its step, who fires, and its reset."""
    names = _names(program)
    lines = [_line(operation, names) for operation in program.step]
    if program.fires is not None:
        lines.append(f"spikes: {_name(program.fires, names)}")
    if program.reset:
        lines += ["where it spikes:", *(f"  {_line(operation, names)}" for operation in program.reset)]
    return "\n".join(lines)


def _names(program: Program) -> list[str]:
    constants = []
    for value in program.constants:
        if isinstance(value, float):
            constants.append(f"{value:.6g}" if value >= 0.0 else f"({value:.6g})")
        else:
            constants.append(f"[{value.min():.6g} … {value.max():.6g}]")
    inputs = [f"arrived[{name}]" for name, _, _ in program.receptors]
    current = ["current"] if program.uses_current else []
    free = ["free"] if program.refractory is not None else []
    time = ["t"] if program.uses_time else []
    return [*constants, *(name for name, _, _ in program.state), *inputs, *current, *free, *time]


def _name(register: int, names: list[str]) -> str:
    return names[register] if register < len(names) else f"r{register - len(names)}"


def _line(operation: Operation, names: list[str]) -> str:
    name, result, *operands = operation
    if name in ("rand", "randn"):
        return f"{_name(result, names)} = {name}()"
    a, b, c = (_name(operand, names) for operand in operands)
    text = _WRITTEN.get(name, f"{name}({{a}})").format(a=a, b=b, c=c)
    return f"{_name(result, names)} = {text}"
