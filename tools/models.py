"""Write the classes of neuron models: ``python tools/models.py``; with ``--check`` only say whether they are stale.

A class is written from what the engine states of its model (``rust/spikecore/src/models/``: names, descriptions,
units, ranges, defaults) and from the prose of its docstring, ``tools/models/CLASS.rst``: the docstring of the module,
a line of dashes, and the docstring of the class, where ``{parameters}`` stands for what is written here.
"""

import re
import sys
import textwrap
from itertools import groupby
from pathlib import Path

from spikecore.models import described

ROOT = Path(__file__).parents[1]
PROSE = ROOT / "tools" / "models"
CLASSES = ROOT / "python" / "spikecore" / "models"
WIDTH = 110

RANGES = {
    "finite": "",
    "or_infinite": "",
    "positive": ", > 0",
    "positive_or_infinite": ", > 0",
    "ticks": ", ≥ 0 and a multiple of the network's `dt`",
}

TEMPLATE = '''"""{module}"""

# Written by tools/models.py from the engine's description and tools/models/{name}.rst: change those.

from dataclasses import dataclass
from typing import ClassVar{literal}

from spikecore.models.base import NeuronModel{parameter}

__all__ = ["{name}"]


@dataclass(frozen=True, eq=False, repr=False)
class {name}(NeuronModel):
    r"""{docstring}"""

    native: ClassVar[str] = "{native}"
{fields}'''


def parameter_section(parameters):
    """Return the numpydoc entries of parameters."""
    if not parameters:
        return ""
    lines = ["Parameters", "----------"]
    for parameter in parameters:
        lines.append(f"{parameter.name} : float or array_like of shape (size,)")
        what, semicolon, more = parameter.description.rstrip(".").partition(";")
        unit = f"in {'the ' * parameter.unit.startswith('unit')}{parameter.unit}"
        text = f"{what} {unit}{RANGES[parameter.range]}{semicolon}{more}. By default {parameter.default:g}."
        lines += textwrap.wrap(text, WIDTH - 8, initial_indent="    ", subsequent_indent="    ")
    return "\n".join(lines)


def fields(models):
    """Return the fields of a class, of which the models are its variants."""
    lines = [f'    {p.name}: "Parameter" = {p.default!r}' for p in models[0].parameters]
    if models[0].option:
        name = models[0].option[0]
        values = [model.option[1] for model in models]
        natives = ", ".join(f'"{model.option[1]}": "{model.name}"' for model in models)
        shown = ", ".join(f'"{value}"' for value in values)
        lines.append(f'    {name}: Literal[{shown}] = "{values[0]}"')
        lines.append(f'    options: ClassVar[tuple[str, ...]] = ("{name}",)')
        lines.append(f"    natives: ClassVar[dict[str, str]] = {{{natives}}}")
    return "\n".join(["", *lines, ""]) if lines else ""


def source(name, models):
    """Return the module of a class."""
    module, docstring = (PROSE / f"{name}.rst").read_text().split("\n\n---\n")
    docstring = docstring.replace("{parameters}\n", parameter_section(models[0].parameters) + "\n").strip()
    docstring = textwrap.indent(re.sub(r"\n{3,}", "\n\n", docstring), "    ").strip()
    return TEMPLATE.format(
        module=module,
        name=name,
        literal=", Literal" if models[0].option else "",
        parameter=", Parameter" if models[0].parameters else "",
        docstring=docstring + ("\n    " if "\n" in docstring else ""),
        native=models[0].name,
        fields=fields(models),
    )


def file_of(name):
    """Return the file of a class: ``LIFDelta`` stands in ``lif_delta.py``."""
    return CLASSES / (re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower() + ".py")


def modules():
    """Return the text of every module that is written, by its path."""
    by_class = groupby(described.all_models(), key=lambda model: model.class_name)
    return {file_of(name): source(name, list(models)) for name, models in by_class}


def main():
    """Write the modules, or name those that are stale."""
    stale = {path: text for path, text in modules().items() if not path.exists() or path.read_text() != text}
    for path, text in stale.items():
        print(path.relative_to(ROOT), "is stale" if "--check" in sys.argv else "is written")
        if "--check" not in sys.argv:
            path.write_text(text)
    return bool(stale) and "--check" in sys.argv


if __name__ == "__main__":
    sys.exit(main())
