"""A volley of spikes travels along a chain of ten groups; each group is asked when it fired."""

import spikecore as sc

net = sc.Network(dt=0.1, seed=2)
volley = net.spike_source(100, [[5.0]] * 100, name="volley")
groups = [net.population(100, sc.LIF(), name=f"group {k}") for k in range(10)]
for before, after in zip([volley, *groups], groups, strict=False):
    # five delays from 1.0 to 1.4 ms alike: draws are rounded to ticks, so the bounds lie half a tick outside
    net.connect(before, after, sc.FixedInDegree(60), weight=sc.Normal(55.0, 5.0), delay=sc.Uniform(0.95, 1.45))

result = net.compile(workers=2).run(60.0)
for group in groups:
    times = result.spikes[group].times
    assert len(times) == 100, "every neuron fires once"
    print(f"{group.name}: {len(times)} spikes, {times.mean():.2f} ± {times.std():.2f} ms")
