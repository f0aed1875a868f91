"""Which files of a Rust crate use which: paths of `use`, and paths in the code itself, resolved to modules.

A child's use of the module it lies in counts as none; inline test modules are left out.
"""

import re
from pathlib import Path

TEST_FILES = re.compile(r"(^|_)tests?$|^rig$|^loom_machines$")
"""Files of tests by their name, and the machine that models of the router share."""

_COMMENT_OR_TEXT = re.compile(r'//[^\n]*|"(?:\\.|[^"\\])*"')
_TEST_MODULE = re.compile(r"#\[cfg\((?:all\()?test[^\]]*\]\s*(?:pub(?:\(\w+\))?\s+)?mod \w+ \{")


def modules(root):
    """The files of a crate by module: a tuple of names, empty for the crate itself."""
    files = {}
    for path in sorted(Path(root).rglob("*.rs")):
        names = path.relative_to(root).with_suffix("").parts
        files[names[:-1] if names[-1] in ("mod", "lib") else names] = path
    return files


def graph(root):
    """The modules that each module uses."""
    files = modules(root)
    product = {module: path for module, path in files.items() if not TEST_FILES.search(path.stem)}
    return {module: uses(module, path.read_text(), files) for module, path in product.items()}


def uses(module, text, files):
    """The modules that the text of a module names."""
    code = without_tests(_COMMENT_OR_TEXT.sub(lambda match: "" if match[0].startswith("//") else '""', text))
    trees = re.findall(r"\buse\s+([^;]+);", code)
    rest = re.sub(r"\buse\s+[^;]+;", "", code)
    paths = [path for tree in trees for path in flattened(tree)]
    paths += [path.split("::") for path in re.findall(r"\b(?:crate|super|self)(?:::\w+)+", rest)]
    paths += [[name] for name in re.findall(r"(?<![\w:])([a-z_]\w*)::", rest)]
    targets = {resolved(module, path, files) for path in paths}
    return {target for target in targets if target is not None and module[: len(target)] != target}


def without_tests(code):
    """The code without inline test modules."""
    kept, position = [], 0
    for match in _TEST_MODULE.finditer(code):
        if match.start() < position:
            continue
        kept.append(code[position : match.start()])
        position, depth = match.end(), 1
        while depth:
            depth += {"{": 1, "}": -1}.get(code[position], 0)
            position += 1
    return "".join([*kept, code[position:]])


def flattened(tree):
    """The paths of a `use` tree, as lists of names: `a::{b, c::d}` is `a::b` and `a::c::d`."""
    match = re.match(r"^([\w:]*?)(?:::)?\{(.*)\}$", tree.strip(), re.DOTALL)
    if not match:
        return [tree.split(" as ")[0].strip().split("::")]
    head = [name for name in match[1].split("::") if name]
    branches, depth, start = [], 0, 0
    for place, letter in enumerate(match[2] + ","):
        depth += {"{": 1, "}": -1}.get(letter, 0)
        if letter == "," and depth == 0:
            branches.append(match[2][start:place])
            start = place + 1
    return [head + path for branch in branches if branch.strip() for path in flattened(branch)]


def resolved(module, path, files):
    """The module that a path leads to, seen from `module`; None where it leads out of the crate."""
    base, path = list(module), list(path)
    if path[0] == "crate":
        base, path = [], path[1:]
    elif path[0] in ("super", "self"):
        while path and path[0] in ("super", "self"):
            base = base[:-1] if path[0] == "super" else base
            path = path[1:]
    elif (*module, path[0]) not in files:
        return None
    names = (*base, *path)
    return next(names[:n] for n in range(len(names), -1, -1) if names[:n] in files)


def circles(graph):
    """Sets of nodes each of which leads back to itself (Tarjan's strongly connected components, of two or more)."""
    order, low, stack, found = {}, {}, [], []

    def visit(node):
        order[node] = low[node] = len(order)
        stack.append(node)
        for other in graph.get(node, ()):
            if other not in order:
                visit(other)
            if other in stack:
                low[node] = min(low[node], low[other])
        if low[node] == order[node]:
            component = stack[stack.index(node) :]
            del stack[stack.index(node) :]
            if len(component) > 1:
                found.append(component)

    for node in graph:
        if node not in order:
            visit(node)
    return found
