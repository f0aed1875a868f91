"""Measured joules, against counters in a directory of our own."""

import os
import sys
import threading

import pytest
from patience import PATIENCE_S

from spikecore import NetworkError
from spikecore.energy import EnergyReport, Ledger, meter

RANGE_UJ = 262_143_328_850
"""Of an Intel package: 2^32 - 1 units of 61 µJ."""


class Tree:
    """Counters as /sys/class/powercap has them."""

    def __init__(self, root):
        self.root = root
        root.mkdir()

    def add(self, entry, name, energy_uj, range_uj=RANGE_UJ):
        folder = self.root / entry
        folder.mkdir()
        (folder / "name").write_text(f"{name}\n")
        (folder / "max_energy_range_uj").write_text(f"{range_uj}\n")
        self.set(entry, energy_uj)

    def set(self, entry, energy_uj):
        new = self.root / entry / "new"
        new.write_text(f"{energy_uj}\n")
        new.replace(self.root / entry / "energy_uj")  # a reader meets the old value or the new one


@pytest.fixture
def tree(tmp_path):
    made = Tree(tmp_path / "powercap")
    made.add("intel-rapl:0", "package-0", 1_000_000)
    made.add("intel-rapl:0:0", "core", 500_000)
    made.add("intel-rapl:0:1", "dram", 2_000_000)
    made.add("intel-rapl:1", "psys", 9_000_000)
    made.add("intel-rapl-mmio:0", "package-0", 7_000_000)
    (made.root / "intel-rapl").mkdir()
    return made


class Clock:
    """Time that passes by `sleep` alone."""

    def __init__(self, during=lambda: None):
        self.now = 100.0
        self.during = during

    def __call__(self):
        return self.now

    def sleep(self, seconds):
        self.now += seconds
        self.during()


def measure(tree, changes, seconds=4.0, idle=None, idle_s=0.0):
    """Measure a block in which counters get the values of `changes`."""
    clock = Clock((lambda: [tree.set(*one) for one in idle]) if idle else lambda: None)
    with meter.measured(idle_s, tree.root, clock, clock.sleep) as reading:
        for entry, energy_uj in changes:
            tree.set(entry, energy_uj)
        clock.now += seconds
    return reading


def test_package_and_dram_are_added_and_nothing_twice(tree):
    changes = [("intel-rapl:0", 4_000_000), ("intel-rapl:0:1", 2_500_000), ("intel-rapl:0:0", 10**9),
               ("intel-rapl:1", 10**9), ("intel-rapl-mmio:0", 10**9)]  # fmt: skip
    reading = measure(tree, changes)
    assert reading.by_domain_j == {"package-0": pytest.approx(3.0), "package-0 dram": pytest.approx(0.5)}
    assert reading.total_j == pytest.approx(3.5)
    assert reading.seconds == 4.0
    assert reading.above_idle_j is None
    assert reading.source == "powercap, package-0 + package-0 dram, all processes"


@pytest.mark.parametrize("name", ["package-1", "package-1-die-0"])
def test_two_packages(tree, name):
    tree.add("intel-rapl:2", name, 0)
    tree.add("intel-rapl:2:0", "dram", 0)
    reading = measure(tree, [("intel-rapl:2", 5_000_000), ("intel-rapl:2:0", 1_000_000)])
    assert reading.by_domain_j[name] == pytest.approx(5.0)
    assert reading.by_domain_j[f"{name} dram"] == pytest.approx(1.0)
    assert reading.total_j == pytest.approx(6.0)


def test_a_counter_that_starts_again(tree):
    tree.set("intel-rapl:0", RANGE_UJ - 1_000_000)
    reading = measure(tree, [("intel-rapl:0", 999_999)])
    assert reading.by_domain_j["package-0"] == pytest.approx(1.999999)


def test_several_wraps_are_added_sample_by_sample(tree):
    counters, _ = meter.domains(tree.root)
    tree.set("intel-rapl:0", RANGE_UJ)
    counting = meter.Meter(counters)
    for _ in range(3):
        tree.set("intel-rapl:0", 0)
        counting.sample()
        tree.set("intel-rapl:0", RANGE_UJ)
        spent = counting.sample()
    assert spent["package-0"] == pytest.approx(3e-6 * RANGE_UJ, rel=1e-12)


def test_idle_power_is_measured_before_and_taken_off(tree):
    idle = [("intel-rapl:0", 21_000_000), ("intel-rapl:0:1", 4_000_000)]  # 20 J and 2 J in 2 s
    changes = [("intel-rapl:0", 81_000_000), ("intel-rapl:0:1", 9_000_000)]  # 60 J and 5 J in 4 s
    reading = measure(tree, changes, idle=idle, idle_s=2.0)
    assert reading.idle_w == {"package-0": pytest.approx(10.0), "package-0 dram": pytest.approx(1.0)}
    assert (reading.idle_s, reading.total_j) == (2.0, pytest.approx(65.0))
    assert reading.above_idle_j == pytest.approx(65.0 - 44.0)
    total, above = reading.per_event_j(1_000_000)
    assert (total, above) == (pytest.approx(65e-6), pytest.approx(21e-6))
    assert reading.describe(1_000_000) == (
        "measured: 65 J (65 µJ per synaptic event) in 4 s; 21 J (21 µJ per synaptic event) above idle (11 W in the 2 s "
        "before); powercap, package-0 + package-0 dram, all processes"
    )
    plain = reading.to_dict()
    assert (plain["status"], plain["total_j"], plain["idle_s"]) == ("measured", pytest.approx(65.0), 2.0)
    report = EnergyReport.of(Ledger(spikes=1), "host", reading)
    assert (report.nominal_j, report.status) == (reading.total_j, "measured")


def test_less_than_idle_is_said_and_not_hidden(tree):
    reading = measure(tree, [("intel-rapl:0", 22_000_000)], idle=[("intel-rapl:0", 21_000_000)], idle_s=2.0)
    assert reading.above_idle_j == pytest.approx(1.0 - 40.0)


def test_missing_dram_is_said(tmp_path):
    tree = Tree(tmp_path / "powercap")
    tree.add("intel-rapl:0", "package-0", 0)
    reading = measure(tree, [("intel-rapl:0", 1_000_000)])
    assert reading.total_j == pytest.approx(1.0)
    counters, missing = meter.domains(tree.root)
    assert [counter.name for counter in counters] == ["package-0"]
    assert missing
    assert missing in reading.source


def test_without_events_nothing_is_divided(tree):
    reading = measure(tree, [("intel-rapl:0", 2_000_000)])
    assert reading.per_event_j(0) == (None, None)
    with pytest.raises(NetworkError):
        reading.per_event_j(-1)


def unavailable(reading):
    assert reading.total_j is reading.above_idle_j is None
    assert reading.per_event_j(10) == (None, None)
    assert reading.to_dict()["status"] == "not available here"
    assert reading.source in reading.describe(10)
    assert EnergyReport.of(Ledger(spikes=1), "host", reading).status == "not measured"
    return reading.source


def test_no_counters(tmp_path):
    with meter.measured(2.0, tmp_path / "missing") as reading:
        pass
    assert "missing" in unavailable(reading)


def test_no_package_among_them(tmp_path):
    tree = Tree(tmp_path / "powercap")
    tree.add("intel-rapl:0", "psys", 0)
    unavailable(measure(tree, []))
    assert meter.domains(tree.root)[0] == []


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="root reads everything")
def test_a_counter_without_permission(tree):
    (tree.root / "intel-rapl:0" / "energy_uj").chmod(0)
    assert "intel-rapl:0: Permission denied" in unavailable(measure(tree, []))


@pytest.mark.parametrize("name", ["intel-rapl:0", "intel-rapl:0:1"])
def test_a_counter_that_cannot_be_read(tree, name):
    (tree.root / name / "energy_uj").unlink()
    (tree.root / name / "energy_uj").mkdir()  # reading it fails, for root too
    assert f"{name}: Is a directory" in unavailable(measure(tree, []))


def test_a_counter_that_is_no_number(tree):
    (tree.root / "intel-rapl:0" / "energy_uj").write_text("n/a\n")
    assert "intel-rapl:0: invalid literal" in unavailable(measure(tree, []))


def test_a_counter_that_fails_meanwhile(tree):
    with meter.measured(0.0, tree.root) as reading:
        (tree.root / "intel-rapl:0" / "energy_uj").unlink()
    assert str(tree.root / "intel-rapl:0" / "energy_uj") in unavailable(reading)


def test_the_block_may_fail(tree):
    def block():
        with meter.measured(0.0, tree.root) as reading:
            readings.append(reading)
            tree.set("intel-rapl:0", 2_000_000)
            raise RuntimeError("inside")

    readings = []
    with pytest.raises(RuntimeError, match="inside"):
        block()
    assert readings[0].total_j == pytest.approx(1.0)


def test_a_long_measurement_is_sampled(tree, monkeypatch):
    monkeypatch.setattr(meter, "SAMPLE_S", 0.001)
    tree.set("intel-rapl:0", RANGE_UJ - 10)
    seen = threading.Event()
    sample = meter.Meter.sample

    def watched(counting):
        spent = sample(counting)
        if threading.current_thread() is not threading.main_thread() and spent["package-0"] > 0.0:
            seen.set()
        return spent

    monkeypatch.setattr(meter.Meter, "sample", watched)
    with meter.measured(0.0, tree.root) as reading:
        tree.set("intel-rapl:0", 10)  # wrapped once
        assert seen.wait(PATIENCE_S)
        tree.set("intel-rapl:0", 5)  # and again
    assert reading.total_j == pytest.approx(1e-6 * (20 + RANGE_UJ - 5), rel=1e-12)


def test_a_run_of_the_engine_here():
    """On a machine with counters this measures; on others it says why not. It never guesses."""
    from spikecore.library import recurrent

    machine = recurrent.build(20.0, 64, cores=1)[0].compile(workers=1)
    with meter.measured(0.0) as reading:
        result = machine.run(200.0)
    if meter.domains()[0]:
        assert reading.total_j >= 0.0
    else:
        assert unavailable(reading)
    assert result.ticks == 200
