"""Figures that were published, each with its source, in the TOML files beside this module."""

import tomllib
from importlib import resources
from typing import Any

__all__ = ["read"]


def read(name: str) -> dict[str, Any]:
    """Return the tables of ``prices`` or ``formulas``."""
    return tomllib.loads((resources.files("spikecore.energy.ann") / f"{name}.toml").read_text(encoding="utf-8"))
