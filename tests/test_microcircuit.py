"""The cortical microcircuit at full scale: rates, irregularity, and the same spikes from other workers.

With Poisson drive the rates are compared with those that the model's authors publish, which were
measured with it. The direct current gives other ones; there the answer is NEST's, in the fixture.
Where memory is short these tests are skipped, but with the environment variable CI they fail.
"""

import json
import os
from pathlib import Path

import pytest

from spikecore.library import microcircuit

NEST_DC = json.loads((Path(__file__).parent / "fixtures" / "nest_microcircuit_dc.json").read_text(encoding="utf-8"))


def compiled(drive, workers=2):
    net, _ = microcircuit.build(drive=drive, seed=1)
    forecast = net.forecast(workers)
    if not forecast.fits:
        lacking = f"the full microcircuit needs memory: {forecast}"
        pytest.fail(lacking) if os.environ.get("CI") else pytest.skip(lacking)
    return net.compile(workers)


def check(result, expected):
    deviation = {name: result.rates()[name] / rate - 1.0 for name, rate in expected.items()}
    bar = dict.fromkeys(expected, 0.05) | {"L5I": 0.08}
    assert all(abs(deviation[name]) <= bar[name] for name in expected), deviation
    variation = {one.name: result.cv_isi(one)[0] for one in result.populations}
    # From 10 s on: a shorter window cuts the long intervals off and lowers the mean at 1 Hz below 0.7.
    assert all(0.7 <= cv <= 1.0 for cv in variation.values()), variation


def test_poisson_drive_gives_the_published_rates():
    machine = compiled("poisson")
    machine.run(500.0)
    check(machine.run(10_000.0), microcircuit.reference_rates())


def test_direct_current_gives_the_rates_of_nest_and_other_workers_the_same_spikes():
    machine = compiled("dc")
    start = machine.run(200.0).spikes_sha256()
    machine.run(300.0)
    check(machine.run(10_000.0), NEST_DC["rates_hz"])
    del machine
    assert compiled("dc", workers=3).run(200.0).spikes_sha256() == start
