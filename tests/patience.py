"""What tests wait for: conditions, with a deadline that only a hang meets, however busy the machine is.

Scripts that run in a process of their own import it too: `ENVIRONMENT` shows them where it lies.
"""

import os
import time
from pathlib import Path

PATIENCE_S = 300.0
"""Until then a test waits for what an idle machine does in seconds; pytest's own limit (pyproject.toml) is longer."""

HERE = str(Path(__file__).parent)
ENVIRONMENT = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, [HERE, os.environ.get("PYTHONPATH")]))}


def until(condition):
    """Wait until a condition holds, or for long; return whether it does."""
    deadline = time.monotonic() + PATIENCE_S
    while not (held := condition()) and time.monotonic() < deadline:
        time.sleep(0.005)
    return held


def tasks():
    """Return the threads of this process that the system knows, none where it has no list of them."""
    folder = Path("/proc/self/task")
    return {one.name for one in folder.iterdir()} if folder.is_dir() else set()


def left(before):
    """Return the threads that are there and were not before; one that has been joined takes a moment to leave."""
    until(lambda: tasks() <= before)
    return tasks() - before
