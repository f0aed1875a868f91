"""The layered network of the library beside dense matrices in PyTorch: the same spikes, in turn, on the same CPUs.

    python benches/peers/layered.py --peer-python /path/to/python-with-torch

First all samples are run by both, and every spike of every layer and the output's potentials must be equal, and
each hidden layer must fire 3 to 5 % per step. Then runs alternate, one sample and a whole batch: of ours, the time
of the calls that take input spikes and return the output (`reset`, `run` and reading; `run_batch`), from pairs
of arrays; of PyTorch's, of the function that takes a dense tensor of frames. Every call that is timed follows one that
is not. Medians and their ratios are printed.

The ratio is against the faster of PyTorch's loops over steps. Wanted are 10 for one sample and 2 for a batch of 64;
a ratio that falls between two commits on one machine is a regression; times alone mean little.
"""

import argparse
import json
import math
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

import numpy as np

from spikecore.library import layered

FORMS = ("loop", "compiled", "by_layer")
LAYERS = 3
SETTLE_S = 0.3
"""Threads of PyTorch go on spinning when they have nothing to do, for some milliseconds; ours must not pay for them."""


def options():
    """Parse the command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--peer-python", default=sys.executable, metavar="EXE", help="interpreter that has torch")
    parser.add_argument("--batch", type=int, default=64, help="samples of the larger batch")
    parser.add_argument("--steps", type=int, default=100)
    parser.add_argument("--repeats", type=int, default=9, help="runs of each, in turn; medians are compared")
    parser.add_argument("--workers", type=int, metavar="N", help="threads of ours; the CPUs allowed by default")
    parser.add_argument(
        "--weights", choices=("f32", "q16"), default="f32", help="of ours; spikes must be equal in both"
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", metavar="FILE", help="write the report; - is standard output")
    return parser.parse_args()


class Ours:
    """The compiled network and its input."""

    def __init__(self, o, frames, record):
        """Compile it."""
        net, self.layers = layered.build(o.seed)
        self.machine = net.compile(o.workers, record_spikes=record, weights=o.weights)
        self.input, self.output = self.layers[0], self.layers[-1]
        self.spikes, self.duration = layered.spikes(frames), layered.duration(o.steps)

    def run(self, _batch):
        """One sample: output counts and potentials."""
        self.machine.reset({self.input: self.spikes[0]})
        result = self.machine.run(self.duration)
        return result.spike_counts(self.output), self.machine.state(self.output)

    def run_batch(self, batch):
        """The first samples."""
        given = {self.input: self.spikes[:batch]}
        return self.machine.run_batch(self.duration, given, states=[(self.output, "v")])


class Peer:
    """PyTorch in its own process."""

    def __init__(self, o, folder, frames):
        """Hand it the network and the input; it answers when it has run all samples."""
        matrices = {f"w{k}": matrix for k, matrix in enumerate(layered.weights(o.seed))}
        decay = np.float32(math.exp(-layered.DT / layered.TAU_M))
        given, self.found = Path(folder, "given.npz"), Path(folder, "found.npz")
        packed = {"frames": np.packbits(frames), "shape": frames.shape}
        np.savez(given, decay=decay, threshold=np.float32(layered.V_TH), **matrices, **packed)
        command = [o.peer_python, str(Path(__file__).with_name("peer_torch.py")), str(given), str(self.found)]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.report = self.answer()

    def answer(self):
        """Return its next line."""
        line = self.process.stdout.readline()
        if not line:
            sys.exit("PyTorch's process has ended; its error is above")
        return json.loads(line)

    def seconds(self, form, batch):
        """Run once."""
        print(json.dumps([form, batch]), file=self.process.stdin, flush=True)
        return self.answer()


def check(o, frames, peer):
    """See that both have the same spikes and potentials, and activity in range; return the activity by layer."""
    ours = Ours(o, frames, record=True)
    batch = ours.run_batch(o.batch)
    found = np.load(peer.found)
    activity = {}
    for k, layer in enumerate(ours.layers[1:]):
        shape = (o.steps, o.batch, layer.size)
        fired = np.unpackbits(found[f"s{k}"])[: math.prod(shape)].reshape(shape)
        for b in range(o.batch):
            steps, neurons = np.nonzero(fired[:, b])
            train = batch.spikes[b][layer]
            assert np.array_equal(train.times, steps + 2.0), f"times of {layer.name}, sample {b}"
            assert np.array_equal(train.neurons, neurons), f"neurons of {layer.name}, sample {b}"
        activity[layer.name] = float(batch.spike_counts[layer].mean()) / o.steps
    assert np.array_equal(batch.spike_counts[ours.output], found["counts"])
    assert np.array_equal(batch.states[ours.output, "v"].astype(np.float32), found["v"])
    timed = Ours(o, frames, record=False)
    counts, potentials = timed.run(1)
    assert np.array_equal(counts, found["counts"][0])
    assert np.array_equal(potentials.astype(np.float32), found["v"][0])
    low, high = layered.HIDDEN_ACTIVITY
    for name in layered.NAMES[1:-1]:
        assert low <= activity[name] <= high, (
            f"{name} fires {activity[name]:.2%} per step, wanted {low:.0%} to {high:.0%}"
        )
    return activity


def clocked(function, batch):
    """Seconds of one call."""
    start = time.perf_counter()
    function(batch)
    return time.perf_counter() - start


def measure(o, frames, peer):
    """Run both in turn; return medians in seconds by batch size and by way."""
    ours = Ours(o, frames, record=False)
    cases = {}
    for batch in (1, o.batch):
        ways = {"run_batch": ours.run_batch, **({"reset and run": ours.run} if batch == 1 else {})}
        forms = [form for form in FORMS if form not in peer.report["failed"]]
        times = {way: [] for way in (*ways, *forms)}
        for turn in range(o.repeats + 2):
            time.sleep(SETTLE_S)
            for way, function in ways.items():
                function(batch)
                times[way].append(clocked(function, batch))
            for form in forms:
                peer.seconds(form, batch)
                times[form].append(peer.seconds(form, batch))
            if turn == 1:
                times = {way: [] for way in times}  # two turns warm both up
        cases[batch] = {way: median(found) for way, found in times.items()}
    return cases


def compare(o):
    """Check and measure; return the report."""
    frames = layered.frames(o.batch, o.steps, o.seed)
    with tempfile.TemporaryDirectory() as folder:
        peer = Peer(o, folder, frames)
        activity = check(o, frames, peer)
        cases = measure(o, frames, peer)
    found = []
    for batch, times in cases.items():
        ours = min(times[way] for way in times if way not in FORMS)
        loop = min(times[form] for form in ("loop", "compiled") if form in times)
        by_layer = times["by_layer"] / ours if "by_layer" in times else None
        found.append({"batch": batch, "median_s": times, "ratio": loop / ours, "ratio_by_layer": by_layer})
    return {
        "model": "layered",
        "steps": o.steps,
        "weights": o.weights,
        "activity": activity,
        "peer": peer.report,
        "cases": found,
    }


def show(report):
    """Print times and ratios."""
    rates = ", ".join(f"{name} {share:.2%}" for name, share in report["activity"].items())
    print(f"layered, {report['steps']} steps, {report['weights']}; per step fire: {rates}; all spikes equal")
    print(f"{report['peer']['simulator']}, {report['peer']['threads']} threads")
    for case in report["cases"]:
        print(f"batch {case['batch']}, ms: " + ", ".join(f"{k} {1e3 * s:.2f}" for k, s in case["median_s"].items()))
        by_layer = case["ratio_by_layer"]
        print(f"  the loop takes {case['ratio']:.1f} × ours" + (f", by layer {by_layer:.1f} ×" if by_layer else ""))
    for form, reason in report["peer"]["failed"].items():
        print(f"left out, {form}: {reason}")


def main():
    """Compare and report."""
    o = options()
    report = compare(o)
    if o.json != "-":
        show(report)
    if o.json:
        text = json.dumps(report, indent=2)
        if o.json == "-":
            print(text)
        else:
            Path(o.json).write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
