"""An interrupt storm: many short calls of a machine with Ctrl-C at random moments, and at every bytecode.

    python tests/fuzz/storm.py --stops 20000 --seed 1

After every interrupt the machine must be usable, `result` must tell what happened, and a terminal must be left with a
whole line; all spikes, samples and counts of a round, put together, must be those of an unbroken run, bit for bit.
"""

import argparse
import io
import json
import os
import random
import signal
import sys
import threading
import time
from pathlib import Path

import numpy as np

import spikecore as sc

LONGEST = 30  # ticks of a run
STOPS_PER_ROUND = 250


class Terminal(io.StringIO):
    """Standard error, as a terminal."""

    def isatty(self):
        return True

    def is_left_in_order(self):
        text = self.getvalue()
        self.seek(0)
        self.truncate()
        return text == "" or text.endswith("\n")


class Interrupt:
    """Raises KeyboardInterrupt once, at a random moment of what it is given to do."""

    def __init__(self, chance, by_thread):
        self.chance, self.by_thread = chance, by_thread
        self.armed = False
        self.usual = {}
        signal.signal(signal.SIGALRM, self.handle)

    def handle(self, *_):
        if self.armed:
            self.armed = False
            raise KeyboardInterrupt

    def during(self, name, work):
        """Do some work; return what it returned, or None, and whether it was interrupted."""
        pause = self.chance.uniform(1e-6, 1.2 * self.usual.get(name, 1e-3))
        thread = threading.Thread(target=self.send, args=(pause,)) if self.by_thread else None
        found, begun = None, time.perf_counter()
        try:
            self.armed = True
            thread.start() if thread else signal.setitimer(signal.ITIMER_REAL, pause)
            found = work()
            self.armed = False
            stopped = False
        except KeyboardInterrupt:
            stopped = True
        if thread:
            thread.join()
        signal.setitimer(signal.ITIMER_REAL, 0.0)
        if not stopped:
            self.usual[name] = 0.9 * self.usual.get(name, 1e-3) + 0.1 * (time.perf_counter() - begun)
        return found, stopped

    @staticmethod
    def send(pause):
        time.sleep(pause)
        os.kill(os.getpid(), signal.SIGALRM)


def network():
    net = sc.Network(dt=0.1, seed=7)
    exc = net.population(120, sc.LIF(tau_syn_exc=0.5, tau_syn_inh=0.5), name="exc")
    other = net.population(40, sc.LIFDelta(), name="other")
    source = net.spike_source(3, times=[[1.0], [2.0, 500.0], []], name="source")
    net.connect(exc, exc, sc.FixedInDegree(12), weight=45.0, delay=sc.Uniform(0.5, 3.0))
    net.connect(exc, other, sc.FixedInDegree(12), weight=0.6, delay=1.0)
    net.connect(source, exc, sc.AllToAll(), weight=900.0, delay=0.5)
    net.stimulate(exc, sc.Poisson(rate=16_000.0, weight=45.0))
    recorders = [net.record(exc, "v", [3, 100, 7], interval=0.3), net.record(other, "v", interval=1.7)]
    return net, recorders


def require(truth, *what):
    if not truth:
        raise AssertionError(" ".join(map(str, what)))


class Round:
    """One machine from time 0: its runs, and what they came to."""

    def __init__(self, machine, recorders, terminal):
        self.machine, self.recorders, self.terminal = machine, recorders, terminal
        self.populations = machine.run(0.1).populations
        machine.reset()
        self.ticks, self.parts = 0, []

    def keep(self, result):
        """Take what a run came to, which may have been stopped at any tick, before its first one too."""
        start, stop = round(result.start * 10), round(result.stop * 10)
        now = round(self.machine.time * 10)
        require(stop == now, "the result ends at", stop, "and the machine stands at", now)
        require(self.machine.result().spikes is result.spikes, "another result of the same run")
        if stop == self.ticks:
            return
        require(start == self.ticks, "the result begins at", start, "and not at", self.ticks)
        updates = {one.name: one.size * (stop - start) for one in self.populations if one.name != "source"}
        counted = {name: n for name, n in result.counts.neuron_updates.items() if name != "source"}
        require(counted == updates, "updates", counted, updates)
        self.ticks = stop
        self.parts.append(
            [
                result.spikes.ticks,
                result.spikes.ids,
                *(result.traces[one].values for one in self.recorders),
                *(np.flatnonzero(np.round(result.traces[one].times * 10)) for one in self.recorders),
                result.neuron_spikes[None],
            ]
        )

    def step(self, interrupt, chance):
        """Make one call with an interrupt; return whether it came."""
        machine = self.machine
        calls = {
            "run": lambda: machine.run(0.1 * chance.randint(1, LONGEST)),
            "shown": lambda: machine.run(0.1 * chance.randint(1_000, 3_000), progress=True),
            "read": lambda: (machine.state(self.populations[0]), machine.statistics, machine.time, machine.out_degrees),
            "batch": lambda: machine.run_batch(1.0, seeds=[1, 2, 3]),
            "result": lambda: machine.result().spikes["other"],
        }
        name = chance.choices(list(calls), [20, 1, 2, 2, 4])[0]
        if name == "result" and not self.parts:
            name = "run"
        found, stopped = interrupt.during(name, calls[name])
        require(self.terminal.is_left_in_order(), "the terminal is left in the middle of a line by", name)
        if stopped and (self.parts or machine.time > 0.0):
            self.keep(machine.result())
        elif not stopped and name in ("run", "shown"):
            self.keep(found)
        require(round(machine.time * 10) == self.ticks, name, "has moved the machine")
        if not stopped and name == "result":
            require(len(found) == machine.result().counts.spikes["other"], "spikes of the last run")
        return stopped

    def compare(self, whole):
        """Hold all parts against an unbroken run."""
        expected = Round(whole, self.recorders, self.terminal)
        expected.keep(whole.run(self.ticks / 10))
        names = ["ticks", "ids", "values", "other values", "sample", "other sample", "counts"]
        for name, here, there in zip(names, map(list, zip(*self.parts, strict=True)), expected.parts[0], strict=True):
            joined = np.sum(np.concatenate(here), axis=0)[None] if name == "counts" else np.concatenate(here)
            equal = joined.shape == there.shape if "sample" in name else joined.tobytes() == there.tobytes()
            require(equal, name, "differ from those of an unbroken run of", self.ticks, "ticks")
        for one in self.populations[:2]:
            require(
                self.machine.state(one).tobytes() == whole.state(one).tobytes(), "the state of", one.name, "differs"
            )


def storm(stops, seed, terminal):
    """Return how many calls were made, and how many interrupts came."""
    chance = random.Random(seed)
    net, recorders = network()
    came = calls = 0
    while came < stops:
        here = Round(net.compile(workers=chance.choice([1, 1, 2, 3])), recorders, terminal)
        interrupt = Interrupt(chance, by_thread=chance.random() < 0.3)
        until = min(stops, came + STOPS_PER_ROUND)
        while came < until:
            came += here.step(interrupt, chance)
            calls += 1
        if here.parts:
            here.compare(net.compile(workers=1))
        _, stopped = interrupt.during("reset", here.machine.reset)
        require(here.machine.time in (0.0, here.ticks / 10) and (stopped or here.machine.time == 0.0), "half a reset")
        came += stopped
    return calls, came


def every_bytecode(terminal, step):
    """Interrupt a run, and the reading of its result, at each `step`-th bytecode of the package; return how many."""
    net, recorders = network()
    here = Round(net.compile(workers=1), recorders, terminal)
    files = str(Path(sc.__file__).parent), str(Path(os.__file__).parent / "contextlib")

    def tracer(at):
        left = [at]

        def trace(frame, event, _):
            frame.f_trace_opcodes = True
            if event == "opcode" and frame.f_code.co_filename.startswith(files):
                left[0] -= 1
                if left[0] == 0:
                    raise KeyboardInterrupt
            return trace

        return trace

    at = 1
    while True:
        stopped = False
        try:
            sys.settrace(tracer(at))
            found = here.machine.run(0.3, progress=at % 2 == 0)
            found.spikes["other"], found.counts, found.rates()
        except KeyboardInterrupt:
            stopped = True
        finally:
            sys.settrace(None)
        require(terminal.is_left_in_order(), "the terminal is left in the middle of a line at bytecode", at)
        if stopped and (here.parts or here.machine.time > 0.0):
            result = here.machine.result()
            require(len(result.spikes["other"]) == result.counts.spikes["other"], "spikes at bytecode", at)
            here.keep(result)
        if not stopped:
            here.keep(found)
            here.compare(net.compile(workers=1))
            return at // step
        at += step


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--stops", type=int, default=1000, help="interrupts that have to come")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--step", type=int, default=1, help="bytecodes from one interrupt to the next")
    options = parser.parse_args()
    terminal, err = Terminal(), sys.stderr
    sys.stderr = terminal
    try:
        bytecodes = every_bytecode(terminal, options.step)
        calls, came = storm(options.stops, options.seed, terminal)
    finally:
        sys.stderr = err
    print(json.dumps({"bytecodes": bytecodes, "calls": calls, "stops": came, "seed": options.seed}))


if __name__ == "__main__":
    main()
