"""What was published, as the TOML files of this package: profiles, prices of operations, figures of papers."""

import tomllib
from importlib import resources
from typing import Any

__all__ = ["names", "tables", "text"]


def names(folder: str) -> list[str]:
    """Return the names of the files of a folder, such as ``profiles``, in their order."""
    entries = (resources.files("spikecore.energy") / folder).iterdir()
    return sorted(entry.name[:-5] for entry in entries if entry.name.endswith(".toml"))


def text(folder: str, name: str) -> str:
    """Return the text of a file."""
    return (resources.files("spikecore.energy") / folder / f"{name}.toml").read_text(encoding="utf-8")


def tables(folder: str, name: str) -> dict[str, Any]:
    """Return the tables of a file.

    Examples
    --------
    >>> tables("profiles", "loihi")["name"]
    'loihi'
    """
    return tomllib.loads(text(folder, name))
