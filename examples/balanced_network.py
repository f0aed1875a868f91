"""A balanced random network in its asynchronous irregular state, and what it would cost on two chips.

Inhibition is six times excitation, so neurons stay below threshold on average and fire by chance (Brunel 2000, Journal
of Computational Neuroscience 8:183-208).
"""

import spikecore as sc

net = sc.Network(dt=0.1, seed=1)
lif = sc.LIF(tau_m=20.0, tau_syn_exc=0.5, tau_syn_inh=0.5, v_th=-50.0, v_reset=-60.0)
exc = net.population(4000, lif, name="exc", v_init=sc.Uniform(-70.0, -50.0))
inh = net.population(1000, lif, name="inh", v_init=sc.Uniform(-70.0, -50.0))
delay = sc.Normal(1.5, 0.75, low=net.dt / 2)  # rounded to ticks: from dt / 2 on, the first has its whole share
net.connect(exc, [exc, inh], sc.FixedInDegree(400), weight=sc.Normal(250.0, 25.0), delay=delay)
net.connect(inh, [exc, inh], sc.FixedInDegree(100), weight=-1500.0, delay=0.8)
net.stimulate([exc, inh], sc.Poisson(rate=2_500.0, weight=250.0))
print(net.forecast())

machine = net.compile()
machine.run(200.0)  # settle
result = machine.run(1_000.0)
print({name: round(rate, 2) for name, rate in result.rates().items()}, "Hz")
print(f"CV of the intervals {result.cv_isi(exc)[0]:.2f} (1 for a Poisson process)")
print(f"{result.real_time_factor:.3f} x real time, spikes {result.spikes_sha256()[:16]}")
print(result.energy("loihi"))
print(result.energy("truenorth"))
