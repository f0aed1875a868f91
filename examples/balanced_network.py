"""A balanced random network: what it does, and what it would cost on two chips."""

import spikecore as sc

net = sc.Network(dt=0.1, seed=1)
lif = sc.LIF(tau_m=20.0, tau_syn_exc=0.5, tau_syn_inh=0.5)
exc = net.population(4000, lif, name="exc", v_init=sc.Normal(-60.0, 3.0))
inh = net.population(1000, lif, name="inh", v_init=sc.Normal(-60.0, 3.0))
net.connect(exc, [exc, inh], sc.FixedInDegree(400), weight=sc.Normal(45.0, 4.5), delay=sc.Normal(1.5, 0.75, low=0.1))
net.connect(inh, [exc, inh], sc.FixedInDegree(100), weight=-225.0, delay=0.8)
net.stimulate([exc, inh], sc.Poisson(rate=16_000.0, weight=45.0))
print(net.forecast())

machine = net.compile()
machine.run(200.0)  # settle
result = machine.run(1_000.0)
print({name: round(rate, 2) for name, rate in result.rates().items()}, "Hz")
print(f"{result.real_time_factor:.3f} x real time, spikes {result.spikes_sha256()[:16]}")
print(result.energy("loihi"))
print(result.energy("truenorth"))
