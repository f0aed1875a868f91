"""A differential fuzzer: random networks, run in many ways that must agree to the last bit, and against an oracle.

::

    python -m tests.fuzz --networks 10000 --seed 1 --jobs 2

runs 10,000 networks, one per seed, and prints one line of progress and the figures. A network that fails is
minimised and printed as a script that imports spikecore and numpy only and shows the failure; the exit code is 1.
Ctrl-C prints what was done. ``--only 1234`` runs the network of one seed and says what it is.

- `networks` draws a description: plain numbers, no spikecore object.
- `drawing` turns the drawn numbers into arrays; `source` writes the description as Python code; `machine` runs that
  code in a *variant*: workers, level, split, log, placement, recording, reset, batch. `child` is a process of another
  level. A printed script has the text of these.
- `checks` says which variants must agree, `accounts` which counts must add up, `rules` what each connection rule
  promises.
- `oracle` computes spikes and states from the equations, with `tests/reference_models.py`; `probes` measures on small
  networks what the engine draws or rounds: Poisson events, synapses, propagators. Checks of their own hold the probes.
- `processes` spreads networks over processes; `minimise` makes a failing description small.
"""

import sys
from pathlib import Path

TESTS = Path(__file__).resolve().parent.parent
"""Where `reference.py` lies."""

if str(TESTS) not in sys.path:
    sys.path.insert(0, str(TESTS))
