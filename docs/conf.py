"""The documentation as web pages: ``python -m sphinx -W -b html docs target/docs``, with spikecore[docs] installed."""

import importlib
import pkgutil
from importlib import metadata
from pathlib import Path

from sphinx.application import Sphinx

project = "spikecore"
author = "The spikecore developers"
release = metadata.version("spikecore")

extensions = ["myst_parser", "numpydoc", "sphinx.ext.autodoc", "sphinx.ext.mathjax"]
html_theme = "alabaster"
html_theme_options = {"description": "Spiking networks, and what they cost", "page_width": "72em"}
default_role = "py:obj"  # `name` in a docstring is a link where there is such an object, and code elsewhere
autodoc_default_options = {
    "members": True,  # those of __all__
    "member-order": "bysource",
    "inherited-members": "BaseException,Mapping,dict,object,tuple",  # what these bring is Python's
}
autodoc_typehints = "none"  # docstrings state types, with units and ranges
numpydoc_show_class_members = False  # autodoc lists them
myst_heading_anchors = 3

PAGES = Path(__file__).parent / "_reference"
FORMER = {
    f"spikecore.energy.{name}"
    for name in ("artificial", "claims", "claims_run", "formulas", "joules", "torch_module", "truenorth")
}
"""Former names of modules: what they hold is documented under its present name."""
RESULTS = [
    f"spikecore.results.{name}"
    for name in ("counts", "recorded", "trains", "traces", "rates", "intervals", "spectrum", "synapses")
]
"""What a result is asked for, and what the answers are."""


def modules(package: str) -> list[str]:
    """Return a package and its modules, those within its packages included."""
    below = pkgutil.walk_packages(importlib.import_module(package).__path__, f"{package}.")
    return [package, *(module.name for module in below if module.name not in FORMER)]


def write_reference(_app: Sphinx) -> None:
    """Write a page for `spikecore`, with all it re-exports, and for modules of results, its library and energy."""
    PAGES.mkdir(exist_ok=True)
    for name in ("spikecore", *RESULTS, *modules("spikecore.library"), *modules("spikecore.energy")):
        # what a package below re-exports is on the page of its own module
        is_door = name != "spikecore" and hasattr(importlib.import_module(name), "__path__")
        option = "   :no-members:\n   :no-inherited-members:\n" if is_door else ""
        page = f"{name}\n{'=' * len(name)}\n\n.. automodule:: {name}\n{option}"
        (PAGES / f"{name}.rst").write_text(page, encoding="utf-8")


def setup(app: Sphinx) -> None:
    """Write the pages of the reference before Sphinx looks for pages."""
    app.connect("builder-inited", write_reference)
