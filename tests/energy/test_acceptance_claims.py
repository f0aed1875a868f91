"""Published figures that the modules of the claims must give, by the id of the acceptance case."""

import pytest

from spikecore.energy import truenorth, truenorth_benchmark


def test_a12_one_operating_point_of_truenorth():
    events = truenorth.events_per_s(20.0, 128)
    assert events == pytest.approx(2.68435e9, rel=1e-3)
    per_event = 72e-3 / events
    assert per_event == pytest.approx(26.82e-12, rel=1e-3)
    assert per_event == pytest.approx(truenorth.ALL_IN_J, rel=0.05)
    assert "all-in" in truenorth_benchmark.describe(truenorth_benchmark.compare(cores=1, time=100.0))


def test_a13_static_power_and_energy_per_event():
    model = truenorth.fit(truenorth.FITTED)
    assert model.event_j == pytest.approx(2.2966e-12, rel=1e-3)
    assert model.static_w == pytest.approx(64.43e-3, rel=1e-3)
