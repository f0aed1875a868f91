"""`spikecore info`: the build, the CPU, the memory and the optional packages."""

import os
import platform
import sys
from importlib import metadata
from pathlib import Path
from typing import TypedDict

from spikecore import _native
from spikecore.forecast import human_bytes
from spikecore.options import cpus_allowed

__all__ = ["Facts", "examine", "show"]

_OPTIONAL = {
    "matplotlib": "pictures as PNG or PDF, or on axes",
    "pandas": "energy reports as DataFrames",
    "scipy": "sparse matrices as connections",
    "torch": "energy estimates of torch modules",
}
"""Packages that are used where they are installed, and for what; spikecore needs none of them."""


class Facts(TypedDict):
    """What `spikecore info --json` writes."""

    version: str
    build_profile: str
    python: str
    numpy: str
    system: str
    cpu: str
    cpu_features: list[str]
    simd_level: str
    cpus: int | None
    cpus_allowed: int
    threads: int
    huge_pages: str
    memory_available_bytes: int
    optional_packages: dict[str, str | None]


def examine() -> Facts:
    """Return facts about this installation and machine as plain values.

    Examples
    --------
    >>> examine()["cpus_allowed"] >= 1
    True
    """
    return {
        "version": _native.__version__,
        "build_profile": _native.__build_profile__,
        "python": platform.python_version(),
        "numpy": metadata.version("numpy"),
        "system": platform.platform(),
        "cpu": _cpu_name(),
        "cpu_features": list(_native.cpu_features()),
        "simd_level": _native.simd_level(),
        "cpus": os.cpu_count(),
        "cpus_allowed": cpus_allowed(),
        "threads": _native.most_threads(),
        "huge_pages": _native.huge_pages(),
        "memory_available_bytes": _native.available_memory(),
        "optional_packages": {name: _version(name) for name in _OPTIONAL},
    }


def show(facts: Facts) -> str:
    """Return the facts for a terminal, with advice where something slows runs down."""
    lines = [
        f"spikecore {facts['version']} ({facts['build_profile']} build)",
        f"  python        {facts['python']}, numpy {facts['numpy']}",
        f"  system        {facts['system']}",
        f"  cpu           {facts['cpu']}",
        f"  features      {' '.join(facts['cpu_features']) or 'none'}",
        f"  simd used     {facts['simd_level']}",
        f"  cpus          {facts['cpus_allowed']} allowed of {facts['cpus']}",
        f"  threads       {facts['threads']} at most are started for a run, however many workers",
        f"  huge pages    {facts['huge_pages']}",
        f"  memory        {human_bytes(facts['memory_available_bytes'])} available",
    ]
    for name, version in facts["optional_packages"].items():
        lines.append(f"  {name:<13} {version or f'not installed ({_OPTIONAL[name]})'}")
    if facts["build_profile"] != "release":
        lines.append("  advice: this is not a release build; runs will be many times slower")
    if facts["huge_pages"].startswith("never"):
        lines.append("  advice: huge pages are off; large networks run slower")
    return "\n".join(lines)


def _version(package: str) -> str | None:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def _cpu_name() -> str:
    if sys.platform == "linux":
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith(("model name", "Model")):
                return line.split(":", 1)[1].strip()
    return platform.processor() or platform.machine()
