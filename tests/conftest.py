"""What all tests share: machines start every worker that they are given, so that threads meet that share CPUs."""

import os

os.environ.setdefault("SPIKECORE_START_ALL_WORKERS", "1")
