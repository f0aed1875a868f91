"""What to write instead, where a text is in another simulator's language or asks for what a neuron does not have."""

import ast
import re

__all__ = ["function", "name", "node", "unit"]

_BRIAN = {"second": "s", "volt": "V", "amp": "A", "siemens": "S", "farad": "F", "ohm": "ohm", "hertz": "Hz"}
_PREFIXES = {"": "", "m": "m", "u": "u", "n": "n", "p": "p", "k": "k", "M": "M", "G": "G"}
_BASE = {"s": "ms", "V": "mV", "A": "pA", "S": "nS", "F": "pF", "ohm": "Gohm", "Hz": "kHz"}
_MARKS = {
    "unless refractory": "mark the variable with the flag hold, as in ': mV, hold'",
    "constant": "give the value in parameters=…",
    "shared": "give the value in parameters=…",
    "summed": "write an input: 'dg/dt = -g/tau : nS, input'",
    "event-driven": "equations of synapses have no place here",
    "linked": "a variable of another population has no place here: connect the populations",
}
"""What Brian2 writes in parentheses behind a unit."""
_NODES: dict[type[ast.AST], str] = {
    ast.IfExp: "write where(condition, value, otherwise)",
    ast.BitXor: "a power is **",
    ast.BitAnd: "write and, not &",
    ast.BitOr: "write or, not |",
    ast.Invert: "write not, not ~",
    ast.Attribute: "a variable of another population has no name here: connect the populations",
    ast.Subscript: "every neuron has the same equations: give one value per neuron as an array in parameters=…",
    ast.keyword: "functions take their arguments by place",
}


def node(tree: ast.AST) -> str | None:
    """Return what to write instead of a piece of Python that the language does not have."""
    parts = (tree, getattr(tree, "op", None), *getattr(tree, "keywords", ()))
    return next((_NODES[type(part)] for part in parts if type(part) in _NODES), None)


def name(unknown: str) -> str | None:
    """Return what to write instead of a name that Brian2 has.

    Examples
    --------
    >>> name("mvolt"), name("msecond")
    ('write mV', 'write ms')
    """
    if unknown in ("i", "index", "j"):
        return "a neuron has no index: give one value per neuron as an array in parameters=…"
    if unknown in ("N", "dt"):
        return "neither the number of neurons nor the tick has a name"
    if unknown in ("True", "False"):
        return "write 1 or 0"
    if unknown.endswith(("_pre", "_post")):
        return "a variable of another population has no name here: connect the populations"
    translated = _translated(unknown)
    return f"write {translated}" if translated else None


def function(unknown: str) -> str | None:
    """Return what to write instead of a function that the language does not have."""
    if unknown in ("delay", "delayed", "lag"):
        return "a variable has its value at this time alone; a delay belongs to a synapse: connect(delay=…)"
    return {
        "ln": "write log",
        "int": "a condition is 1 or 0 already",
        "pow": "a power is **",
        "heaviside": "write where(condition, 1, 0)",
        "if": "write where(condition, value, otherwise)",
        "random": "write rand()",
        "normal": "write randn()",
    }.get(unknown)


def unit(text: str) -> str | None:
    """Return what to write instead of a text that is no unit.

    Examples
    --------
    >>> unit("volt (unless refractory)")
    "mark the variable with the flag hold, as in ': mV, hold'"
    >>> unit("volt"), unit("furlong")
    ('write mV', None)
    """
    for mark, instead in _MARKS.items():
        if mark in text:
            return instead
    plain = text.strip()
    translated = _translated(plain)
    return f"write {_BASE.get(translated, translated)}" if translated else None


def _translated(brian: str) -> str | None:
    found = re.fullmatch(f"([{''.join(_PREFIXES)}]?)({'|'.join(_BRIAN)})s?", brian)
    return _PREFIXES[found[1]] + _BRIAN[found[2]] if found else None
