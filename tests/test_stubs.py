"""Docstrings, their examples, and the stub of the compiled module."""

import ast
import doctest
import importlib
import inspect
import pkgutil
from pathlib import Path

import pytest

import spikecore
from spikecore import _native

PACKAGE = Path(spikecore.__file__).parent
MODULES = sorted(
    info.name
    for info in pkgutil.walk_packages(spikecore.__path__, "spikecore.")
    if info.name.split(".")[-1] not in {"__main__", "_native"}
)


@pytest.mark.parametrize("name", ["spikecore", *MODULES])
def test_examples_in_docstrings(name):
    module = importlib.import_module(name)
    found = doctest.testmod(module, optionflags=doctest.NORMALIZE_WHITESPACE)
    assert found.failed == 0


def test_there_are_examples():
    finder = doctest.DocTestFinder(exclude_empty=True)
    modules = map(importlib.import_module, MODULES)
    examples = [test for module in modules for test in finder.find(module) if test.examples]
    assert len(examples) > 20


@pytest.mark.parametrize("name", ["spikecore", *MODULES])
def test_every_public_name_is_documented(name):
    module = importlib.import_module(name)
    assert module.__doc__
    public = {key: getattr(module, key) for key in getattr(module, "__all__", [])}
    for key, value in public.items():
        if not (inspect.isclass(value) or inspect.isroutine(value)):
            continue
        assert value.__doc__, f"{name}.{key}"
        if not inspect.isclass(value):
            continue
        for method, member in vars(value).items():
            documented = isinstance(member, property | classmethod) or inspect.isroutine(member)
            if documented and not method.startswith("_"):
                assert inspect.getdoc(getattr(value, method)), f"{name}.{key}.{method}"


def test_all_lists_what_there_is():
    assert sorted(set(spikecore.__all__)) == sorted(spikecore.__all__)
    for name in spikecore.__all__:
        assert hasattr(spikecore, name)


def stub_of(body):
    """Parameters by name of function or method; None for plain names, the stub's own types are left out."""
    found = {}
    for node in body:
        if isinstance(node, ast.FunctionDef):
            found[node.name] = [argument.arg for argument in node.args.args]
        elif isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            found[node.name] = stub_of(node.body)
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            found[node.target.id] = None
    return found


def test_the_stub_names_what_the_compiled_module_has():
    stub = stub_of(ast.parse((PACKAGE / "_native.pyi").read_text(encoding="utf-8")).body)
    assert set(stub) >= set(_native.__all__)
    for name, expected in stub.items():
        if isinstance(expected, dict):
            members = vars(getattr(_native, name))
            public = {key for key in members if not key.startswith("_")}
            assert public == {key for key in expected if not key.startswith("_")}
            for method in public:
                assert members[method].__doc__
                assert list(inspect.signature(members[method]).parameters) == expected[method]
        elif isinstance(expected, list):
            assert list(inspect.signature(getattr(_native, name)).parameters) == expected


def test_the_package_says_that_it_is_typed():
    assert (PACKAGE / "py.typed").exists()
