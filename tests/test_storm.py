"""A small interrupt storm; `tests/fuzz/storm.py` is the command for a large one."""

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from patience import PATIENCE_S

STORM = Path(__file__).parent / "fuzz" / "storm.py"


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="needs setitimer")
def test_no_interrupt_locks_a_machine_or_loses_anything():
    command = [sys.executable, str(STORM), "--stops", "1000", "--seed", "1", "--step", "41"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_S, check=False)
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert report["stops"] >= 1000
    assert report["bytecodes"] >= 50
