"""Packages that are optional, and which extra of ours brings each."""

import importlib
from typing import Any, Final

__all__ = ["EXTRAS", "load"]

EXTRAS: Final = {"matplotlib": "plot", "pandas": "pandas", "scipy": "scipy", "torch": "torch"}
"""The extra that installs a package, by its name."""


def load(module: str, purpose: str) -> Any:
    """Return a module of an optional package.

    Parameters
    ----------
    module : str
        Its full name; the package is one of `EXTRAS`.
    purpose : str
        What needs it, the subject of the message.

    Raises
    ------
    ImportError
        If it is not installed; the message names the extra.

    Examples
    --------
    >>> load("pandas.no_such_part", "to_pandas")
    Traceback (most recent call last):
    ImportError: to_pandas needs pandas; pip install 'spikecore[pandas]'
    """
    try:
        return importlib.import_module(module)
    except ImportError as error:
        package = module.partition(".")[0]
        msg = f"{purpose} needs {package}; pip install 'spikecore[{EXTRAS[package]}]'"
        raise ImportError(msg, name=package) from error
