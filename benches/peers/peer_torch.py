"""The layered network as loops over dense matrices in PyTorch, in an interpreter of its own.

The first argument is an .npz file with the matrices, decay, threshold and input frames; results go to the second.
Then each line of standard input, a form and a batch size in JSON, is answered by the seconds that one run took.

Forms: `loop` goes step by step through all layers, eager; `compiled` the same with the neurons by torch.compile;
`by_layer` runs a layer through all steps before the next, so that its input is one product of matrices: right
for networks without recurrence or feedback, and not what the bar of the comparison asks, but the fairest rival.
All compute the same float32 operations, so spikes are equal.
"""

import json
import sys
import time

import numpy as np
import torch


class Net:
    """Matrices and constants of the network."""

    def __init__(self, data):
        """Take them from the file."""
        self.weights = [torch.from_numpy(data[f"w{k}"]) for k in range(3)]
        self.decay, self.threshold = float(data["decay"]), float(data["threshold"])
        self.compiled = torch.compile(self.update, dynamic=False)

    def zeros(self, batch):
        """A row of zeros per sample, for each layer."""
        return [torch.zeros(batch, w.shape[1]) for w in self.weights]

    def fire(self, v, arriving):
        """One layer's step: returns potentials and spikes."""
        v = v * self.decay + arriving
        spikes = (v >= self.threshold).to(torch.float32)
        return v - spikes * self.threshold, spikes

    def update(self, a0, a1, a2, v0, v1, v2, count):
        """Neurons of all layers by one step. What is compiled: a product of matrices within would be fused with the
        addition of the potential, whose sums then round otherwise."""
        v0, s0 = self.fire(v0, a0)
        v1, s1 = self.fire(v1, a1)
        v2, s2 = self.fire(v2, a2)
        return v0, v1, v2, s0, s1, s2, count + s2

    def steps(self, frames, update, keep=None):
        """A loop over steps; frames has shape (T, B, inputs). Returns spike counts and potentials of the output.

        Each layer sees the spikes of the step before.
        """
        (v0, v1, v2), (s0, s1, count) = self.zeros(frames.shape[1]), self.zeros(frames.shape[1])
        w0, w1, w2 = self.weights
        for frame in frames:
            arriving = torch.matmul(frame, w0), torch.matmul(s0, w1), torch.matmul(s1, w2)
            v0, v1, v2, s0, s1, s2, count = update(*arriving, v0, v1, v2, count)
            if keep is not None:
                keep.append((s0, s1, s2))
        return count, v2

    def loop(self, frames):
        """Eager."""
        return self.steps(frames, self.update)

    def compiled_loop(self, frames):
        """The neurons compiled."""
        return self.steps(frames, self.compiled)

    def by_layer(self, frames):
        """Layer by layer; layer k sees step t at step t + k."""
        steps, batch, _ = frames.shape
        spikes = frames
        for w in self.weights:
            arriving = torch.matmul(spikes.reshape(len(spikes) * batch, -1), w).reshape(len(spikes), batch, -1)
            v, fired = torch.zeros_like(arriving[0]), torch.empty_like(arriving)
            for t in range(len(arriving)):
                v, fired[t] = self.fire(v, arriving[t])
            spikes, steps = fired[: steps - 1], steps - 1
        return fired.sum(dim=0), v

    def form(self, name):
        """Return a form by its name."""
        return {"loop": self.loop, "compiled": self.compiled_loop, "by_layer": self.by_layer}[name]


def check(net, frames, path):
    """Run all samples, keep every layer's spikes and the output's potentials; see that all forms agree."""
    keep = []
    count, v = net.steps(frames, net.update, keep)
    layers = [torch.stack(layer).to(torch.bool).numpy() for layer in zip(*keep, strict=True)]
    found = {f"s{k}": np.packbits(layer) for k, layer in enumerate(layers)}
    np.savez(path, counts=count.to(torch.int64).numpy(), v=v.numpy(), **found)
    failed = {}
    for name in ("loop", "compiled", "by_layer"):
        try:
            got = net.form(name)(frames[:, :1])
        except Exception as error:  # torch.compile has no narrower class for "there is no compiler here"
            failed[name] = str(error).strip().split("\n")[0]
            continue
        if not (torch.equal(got[0], count[:1]) and torch.equal(got[1], v[:1])):
            failed[name] = "other spikes or potentials than the loop's"
    return failed


def main():
    """Check, then answer."""
    data = np.load(sys.argv[1])
    net = Net(data)
    shape = tuple(data["shape"])
    bits = np.unpackbits(data["frames"])[: int(np.prod(shape))].reshape(shape)
    frames = torch.from_numpy(np.ascontiguousarray(bits.transpose(1, 0, 2))).to(torch.float32)
    with torch.inference_mode():
        failed = check(net, frames, sys.argv[2])
        report = {"simulator": f"PyTorch {torch.__version__}", "threads": torch.get_num_threads(), "failed": failed}
        print(json.dumps(report), flush=True)
        for line in sys.stdin:
            form, batch = json.loads(line)
            run, given = net.form(form), frames[:, :batch].contiguous()
            start = time.perf_counter()
            run(given)
            print(json.dumps(time.perf_counter() - start), flush=True)


if __name__ == "__main__":
    main()
