"""What all tests share: machines start every worker that they are given, so that threads meet that share CPUs; and
examples are the same in every run, however long they take. `python -m tests.fuzz --seed` looks for others."""

import os

from hypothesis import HealthCheck, settings

os.environ.setdefault("SPIKECORE_START_ALL_WORKERS", "1")
settings.register_profile(
    "same", derandomize=True, database=None, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("same")
