"""The same spikes, bit for bit, whatever the number of workers and however a run is cut."""

import spikecore as sc
from spikecore.library import microcircuit


def fingerprint(workers: int, parts: list[float]) -> tuple[str, ...]:
    """Run a small microcircuit in parts; return the fingerprint of each."""
    net, _ = microcircuit.build(scale=0.05, drive="poisson", seed=3)
    machine = net.compile(workers=workers)
    return tuple(machine.run(part).spikes_sha256() for part in parts)


whole = fingerprint(1, [200.0])
assert whole == fingerprint(2, [200.0]) == fingerprint(5, [200.0])
assert fingerprint(1, [50.0, 150.0]) == fingerprint(3, [50.0, 150.0])
print(f"spikecore {sc.__version__}: {whole[0]}")
