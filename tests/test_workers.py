"""Workers are the most threads: no more are started than there are CPUs, and the spikes are the same."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from patience import PATIENCE_S, tasks
from test_determinism import machine_of

import spikecore as sc
from spikecore.command import cli, info
from spikecore.options import cpus_allowed


@pytest.fixture(autouse=True)
def as_users_have_it(monkeypatch):
    monkeypatch.delenv("SPIKECORE_START_ALL_WORKERS")


def network():
    net = sc.Network(dt=0.1, seed=3)
    exc = net.population(2000, sc.LIF(), name="exc")
    net.connect(exc, exc, sc.FixedInDegree(20), weight=sc.Normal(20.0, 2.0), delay=1.0)
    net.stimulate(exc, sc.Poisson(rate=12_000.0, weight=45.0))
    return net


def test_no_more_threads_than_cpus_and_the_spikes_of_one():
    net = network()
    expected = net.compile(workers=1).run(50.0)
    assert len(expected.spikes["exc"]) > 100
    for workers in (2, 3, 64, 1024):
        machine = net.compile(workers=workers)
        result = machine.run(50.0)
        threads = min(workers, cpus_allowed())
        counts = result.statistics
        assert (counts["workers"], counts["threads"]) == (workers, threads)
        assert threads <= counts["cores"] <= max(threads, 2)
        assert [len(seconds) for seconds in result.phases_s.values()] == [threads] * 4
        assert len(counts["events_per_worker"]) == len(machine.bare_scatter(1000)) == threads
        assert result.spikes_sha256() == expected.spikes_sha256()
        assert result.counts == expected.counts
        batch = machine.run_batch(50.0, {"exc": [[0.0] * 2000] * 3})
        assert (batch.spike_counts["exc"] == expected.neuron_spikes).all()
        assert net.forecast(workers=workers).bytes == net.forecast(workers=threads).bytes


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="threads are counted in /proc")
def test_the_threads_of_the_system_are_counted():
    machine = network().compile(workers=64)
    before, seen = tasks(), []

    def look(_):
        seen.append(len(tasks() - before))
        if len(seen) == 3:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        machine._native.run(2**40, look)
    assert 1 <= max(seen) <= cpus_allowed()


def test_placed_populations_keep_their_cores_which_take_turns():
    placed = machine_of(network(), 4, placement=[3])
    result = placed.run(50.0)
    assert (result.statistics["cores"], result.statistics["threads"]) == (4, min(4, cpus_allowed()))
    assert result.spikes_sha256() == network().compile(workers=1).run(50.0).spikes_sha256()


def test_a_switch_starts_them_all(monkeypatch):
    monkeypatch.setenv("SPIKECORE_START_ALL_WORKERS", "1")
    counts = network().compile(workers=9).run(5.0).statistics
    assert (counts["workers"], counts["threads"], counts["cores"]) == (9, 9, 9)


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="needs sched_setaffinity")
def test_the_cpus_that_are_allowed_count():
    code = """
import json, os
import spikecore as sc
from spikecore.command import info
os.sched_setaffinity(0, [min(os.sched_getaffinity(0))])
net = sc.Network(dt=0.1)
net.population(1000, sc.LIF(i_e=400.0))
counts = net.compile(workers=8).run(5.0).statistics
print(json.dumps([counts["workers"], counts["threads"], counts["cores"], info.examine()["threads"]]))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=PATIENCE_S, check=True)
    assert json.loads(done.stdout) == [8, 1, 1, 1]


def test_info_and_the_report_say_how_many_run(tmp_path, capsys):
    facts = info.examine()
    assert 1 <= facts["threads"] <= max(1, cpus_allowed())
    assert f"threads       {facts['threads']} at most" in info.show(facts)
    small = ["run", "microcircuit", "--scale", "0.01", "--time", "10", "--presim", "0", "--workers", "64"]
    assert cli.main([*small, "--json", str(tmp_path / "out.json")]) == 0
    report = json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))
    assert (report["workers"], report["threads"]) == (64, facts["threads"])
    assert len(report["phases_s"]["deliver"]) == facts["threads"]
    assert f"{facts['threads']} started for 64 workers" in capsys.readouterr().out
