"""Ctrl-C while running, building and on the command line; each in a process of its own."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from patience import ENVIRONMENT, PATIENCE_S, until

PRELUDE = """
import hashlib, json, os, signal, sys, threading, time
import numpy as np
import spikecore as sc
from patience import left, tasks
from spikecore.library import microcircuit

signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell may have it ignored
sent, thread, at_rest = [], None, tasks()

def interrupt_in(seconds):
    global sent, thread
    sent = []
    def send():
        time.sleep(seconds)
        sent.append((time.perf_counter(), time.process_time()))
        os.kill(os.getpid(), signal.SIGINT)
    thread = threading.Thread(target=send)
    thread.start()

def since_sent():
    # seconds, and CPU seconds of all threads of this process
    seconds, cpu = sent[0]
    return time.perf_counter() - seconds, time.process_time() - cpu
"""

RUN = """
pauses, scale, workers = json.loads(sys.argv[1])
net, populations = microcircuit.build(scale, "poisson", seed=5)
l4e = populations["L4E"]
recorder = net.record(l4e, "v", [0, 7], interval=1.0)
machine = net.compile(workers=workers)
parts, samples, late = [], [], []

def keep(result):
    parts.append((result.spikes.ticks, result.spikes.ids))
    samples.append(result.traces[recorder].values)
    # every core stands at the same tick: all neurons were updated equally often
    updates = result.counts.neuron_updates
    assert updates == {p.name: p.size * result.ticks for p in result.populations}

pauses.reverse()
while pauses:
    started = machine.time
    try:
        interrupt_in(pauses[-1])
        machine.run(1e7)
    except KeyboardInterrupt:
        took = since_sent()
    else:
        sys.exit("not interrupted")
    thread.join()
    if machine.time == started:  # the signal was faster than the call
        pauses[-1] += 0.01
        continue
    late.append(took)
    pauses.pop()
    assert not left(at_rest)
    result = machine.result()
    assert machine.result() is result
    assert (result.start, result.stop) == (started, machine.time)
    potentials = machine.state(l4e)
    assert potentials.shape == (l4e.size,) and np.isfinite(potentials).all()
    assert machine.statistics["ticks"] == round(machine.time * 10)
    keep(result)
end = machine.time + 20.0
keep(machine.run(20.0))
assert machine.time == end

whole = net.compile(workers=workers)
result = whole.run(end)
joined = hashlib.sha256()
pairs = np.empty(sum(len(t) for t, _ in parts), dtype=[("tick", "<u8"), ("id", "<u4")])
pairs["tick"] = np.concatenate([t for t, _ in parts])
pairs["id"] = np.concatenate([i for _, i in parts])
same = [
    hashlib.sha256(pairs.tobytes()).hexdigest() == result.spikes_sha256(),
    np.concatenate(samples).tobytes() == result.traces[recorder].values.tobytes(),
    machine.state(l4e).tobytes() == whole.state(l4e).tobytes(),
]
print(json.dumps({"late": late, "same": same, "spikes": len(pairs)}))
"""

COLLECT = """
net = sc.Network(seed=1)
population = net.population(2000, sc.LIF(i_e=2000.0), v_init=sc.Normal(-60.0, 2.0))
machine = net.compile(workers=2)
try:
    interrupt_in(0.4)
    machine.run(1e7)
except KeyboardInterrupt:
    late = since_sent()
thread.join()
# a second Ctrl-C while the spikes are taken loses none of them
signal.signal(signal.SIGALRM, signal.default_int_handler)
for again in (False, True):
    try:
        if not again:
            signal.setitimer(signal.ITIMER_REAL, 0.02)
        result = machine.result()
        time.sleep(0.1)
    except KeyboardInterrupt:
        pass
result = machine.result()
assert len(result.spikes.ticks) == result.counts.spikes["population0"] > 0
print(json.dumps({"late": [late]}))
"""

BATCH = """
net, populations = microcircuit.build(0.02, "poisson", seed=5)
machine = net.compile(workers=2)
machine.run(5.0)
late = []
# inside a sample that never ends, and between many short ones
for pause, duration, seeds in ((0.0, 1e9, range(3)), (0.2, 1e9, range(3)), (0.1, 0.5, range(20_000))):
    try:
        interrupt_in(pause)
        machine.run_batch(duration, seeds=list(seeds))
        raise AssertionError("not interrupted")
    except KeyboardInterrupt:
        late.append(since_sent())
    thread.join()
    assert not left(at_rest)
    assert machine.time == 5.0
result = machine.run(5.0)
whole = net.compile(workers=1)
whole.run(5.0)
same = [whole.run(5.0).spikes_sha256() == result.spikes_sha256()]
print(json.dumps({"late": late, "same": same}))
"""

COMPILE = """
net, populations = microcircuit.build(0.3, "poisson", seed=5)
late, finished = [], []
for pause in (0.0, 0.01, 0.05, 0.1, 0.2, 0.3):
    try:
        interrupt_in(pause)
        net.compile(workers=2)
        finished.append(pause)
        thread.join()
        time.sleep(0.05)
    except KeyboardInterrupt:
        if pause not in finished:
            late.append(since_sent())
    thread.join()
    assert not left(at_rest)
machine = net.compile(workers=2)
forecast = net.forecast(workers=2)
assert machine.statistics["synapses"] == forecast.synapses
assert machine.run(5.0).stop == 5.0
print(json.dumps({"late": late}))
"""


def script(code, *arguments):
    done = subprocess.run(
        [sys.executable, "-c", PRELUDE + code, *arguments],
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def is_prompt(late, bound):
    """Whether an exception came in time: on a busy machine in as much CPU time, since its seconds are others' too."""
    seconds, cpu = late
    return min(seconds, cpu) <= bound and seconds <= 50.0 * bound


def prompt(code, *arguments, bound=0.2):
    """Run until the exception comes in time; a busy machine has three attempts."""
    seen = []
    for _ in range(3):
        report = script(code, *arguments)
        assert report["late"]
        assert all(report.get("same", []))
        if all(is_prompt(one, bound) for one in report["late"]):
            return report
        seen.append(report["late"])
    pytest.fail(f"(s, CPU s) from the signal to the exception: {seen}")


@pytest.mark.parametrize(
    ("pauses", "scale", "workers"),
    [
        ([0.0, 0.001, 0.1], 0.01, 1),
        ([0.0, 0.003, 0.1, 0.05], 0.01, 3),
        ([0.0, 0.01, 0.2, 0.1], 0.15, 2),
    ],
)
def test_a_run_stops_at_one_tick_and_goes_on(pauses, scale, workers):
    report = prompt(RUN, json.dumps([pauses, scale, workers]))
    assert len(report["late"]) == len(pauses)
    assert report["spikes"] > 0


def test_many_recorded_spikes_do_not_delay_the_exception():
    prompt(COLLECT)


def test_a_batch_stops_and_leaves_the_machine():
    prompt(BATCH)


def test_building_stops_and_can_be_repeated():
    prompt(COMPILE, bound=0.5)


WORKERS = (os.cpu_count() or 1) + 2  # more than building uses
COMMAND = """
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell may have it ignored
from spikecore.command.cli import main
sys.exit(main())
"""


def interrupted_command(tmp_path, *arguments):
    """Run the command line, send Ctrl-C once all workers run, return what came of it."""
    path = tmp_path / "out.json"
    process = subprocess.Popen(
        [sys.executable, "-c", COMMAND, "run", "microcircuit", "--scale", "0.02",
         "--workers", str(WORKERS), "--record", "--json", str(path), *arguments],
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )  # fmt: skip
    with process:
        assert until(lambda: process.poll() is not None or threads_of(process.pid) > WORKERS)
        begun = cpu_seconds(process.pid)
        # threads of a build that are about to leave are none of a run, which has them all for good
        assert until(lambda: process.poll() is not None or cpu_seconds(process.pid) > begun + 0.5 * WORKERS)
        assert process.poll() is not None or threads_of(process.pid) > WORKERS
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=PATIENCE_S)
    return process.returncode, out, err, path


def threads_of(pid):
    return len(list(Path(f"/proc/{pid}/task").iterdir()))


def cpu_seconds(pid):
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")  # utime and stime, proc(5)


needs_proc = pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="needs /proc")


@needs_proc
def test_the_command_reports_what_was_run(tmp_path):
    code, out, err, path = interrupted_command(tmp_path, "--presim", "0", "--time", "1e8")
    assert code == 130, err
    assert err == ""
    assert "(interrupted)" in out
    report = json.loads(path.read_text(encoding="utf-8"))
    assert report["interrupted"] is True
    assert 0.0 < report["biological_s"] < 1e5
    assert report["spikes"] > 0
    assert len(report["spikes_sha256"]) == 64


@needs_proc
def test_the_command_stops_before_anything_was_measured(tmp_path):
    code, out, err, path = interrupted_command(tmp_path, "--presim", "1e8", "--quiet")
    assert (code, out, err) == (130, "", "spikecore: interrupted\n")
    assert not path.exists()
