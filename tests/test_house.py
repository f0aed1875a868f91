"""The shape of the package: imports without circles, short files, short functions, and few imports inside functions.

Every import counts, at the top, inside a function or for types. What does not count: a module's use of the package
that it lies in, and what a package takes from its own modules.
"""

import ast
import statistics
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "python" / "spikecore"
LONGEST_FILE, LONGEST_TEST, LONGEST_FUNCTION, MEDIAN = 500, 600, 80, 180
REASONS = ("optional", "start-up time")
"""Why an import may stand inside a function, in a comment on its line."""


def sources() -> dict[str, Path]:
    """Return the files of the package by the names of their modules."""
    names = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = ("spikecore", *path.relative_to(PACKAGE).with_suffix("").parts)
        names[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return names


MODULES = sources()
TREES = {name: ast.parse(path.read_text(encoding="utf-8")) for name, path in MODULES.items()}


def imported(node: ast.AST) -> Iterator[str]:
    """Yield the modules of the package that an import statement names."""
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names if alias.name in MODULES)
    elif isinstance(node, ast.ImportFrom):
        assert node.level == 0, "imports are absolute"
        for alias in node.names:
            whole = f"{node.module}.{alias.name}"
            if whole in MODULES:
                yield whole
            elif whole != "spikecore._native" and node.module in MODULES:
                yield node.module


def within(name: str, package: str) -> bool:
    return name == package or name.startswith(f"{package}.")


def graph() -> dict[str, set[str]]:
    """Return who imports whom, without a module's use of its own packages and a package's use of its modules."""
    arrows = {name: {other for node in ast.walk(tree) for other in imported(node)} for name, tree in TREES.items()}
    return {
        name: {other for other in others if not within(name, other) and not within(other, name)}
        for name, others in arrows.items()
    }


def circles(arrows: dict[str, set[str]]) -> list[list[str]]:
    """Return the strongly connected components of more than one module (Tarjan 1972)."""
    order: dict[str, int] = {}
    lowest: dict[str, int] = {}
    stack: list[str] = []
    components = []

    def visit(name: str) -> None:
        order[name] = lowest[name] = len(order)
        stack.append(name)
        for other in arrows[name]:
            if other not in order:
                visit(other)
            if other in stack:
                lowest[name] = min(lowest[name], lowest[other])
        if lowest[name] == order[name]:
            at = stack.index(name)
            components.append(sorted(stack[at:]))
            del stack[at:]

    for name in arrows:
        if name not in order:
            visit(name)
    return [component for component in components if len(component) > 1]


def test_circles_are_found():
    arrows = {"a": {"b"}, "b": {"c"}, "c": {"a", "d"}, "d": {"e"}, "e": set()}
    assert circles(arrows) == [["a", "b", "c"]]


def test_no_circle_of_imports():
    arrows = graph()
    assert "spikecore.results.priced" in arrows["spikecore.results.run"]
    assert circles(arrows) == []


def unexplained() -> list[str]:
    """Return imports inside functions that give no reason, with file and line."""
    found = []
    for name, tree in TREES.items():
        lines = MODULES[name].read_text(encoding="utf-8").splitlines()
        functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
        inside = {node for function in functions for node in ast.walk(function)}
        for node in inside:
            if isinstance(node, ast.Import | ast.ImportFrom):
                comment = " ".join(lines[node.lineno - 1 : node.end_lineno]).partition("#")[2]
                if not any(reason in comment for reason in REASONS):
                    found.append(f"{MODULES[name].relative_to(ROOT)}:{node.lineno}")
    return sorted(found)


def test_imports_inside_functions_say_why():
    assert unexplained() == []


def lengths(folder: Path) -> dict[str, int]:
    return {
        str(path.relative_to(ROOT)): len(path.read_text(encoding="utf-8").splitlines())
        for path in sorted(folder.rglob("*.py"))
    }


def test_files_are_short():
    package, tests = lengths(PACKAGE), lengths(ROOT / "tests")
    assert {path: n for path, n in package.items() if n > LONGEST_FILE} == {}
    assert {path: n for path, n in tests.items() if n > LONGEST_TEST} == {}
    assert statistics.median(package.values()) <= MEDIAN


def code_lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Return the lines of a function behind its docstring; with its head, if it has none."""
    first = function.body[0]
    documented = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and len(function.body) > 1
    begin = function.body[1].lineno if documented else function.lineno
    return (function.end_lineno or begin) - begin + 1


def test_functions_are_short():
    for name, tree in TREES.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                assert code_lines(node) <= LONGEST_FUNCTION, f"{name}.{node.name}"


DECLARING = [
    f"spikecore.{name}"
    for name in (
        *("network", "declared", "machine", "options", "population", "populations"),
        *("connect", "implicit", "windows", "stimuli", "distributions"),
    )
]
"""Modules that say what a network holds, beside `models` and `lowering`."""
RANGED = ("checks.number", "checks.count")
"""Checks that take a range."""


def ranged(name: str) -> list[str]:
    """Return where a module calls a check that takes a range."""
    calls = [node for node in ast.walk(TREES[name]) if isinstance(node, ast.Call)]
    return [f"{name}:{call.lineno}" for call in calls if ast.unparse(call.func) in RANGED]


def test_python_states_no_range_of_what_the_engine_reads():
    rooms = [name for name in TREES if within(name, "spikecore.models") or within(name, "spikecore.lowering")]
    assert [place for name in (*DECLARING, *rooms) for place in ranged(name)] == []
    assert ranged("spikecore.coding"), "what Python alone computes has its range there"
    assert ranged("spikecore.grid"), "as have the ticks"
