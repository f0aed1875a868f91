"""One of every public object, with names in Greek, and all that can be reached from them."""

import inspect
from collections.abc import Iterator
from typing import Any

import numpy as np

import spikecore as sc
from spikecore import energy, scaling
from spikecore.energy import ann
from spikecore.energy.studies import clocked, local_memory, papers, sweep
from spikecore.library import counts


def network(names: str) -> list[Any]:
    """Return a network, what it is made of, and what comes out of it; populations have these six letters for names."""
    net = sc.Network(dt=1.0, seed=1)
    pixels = net.spike_source(36, [[1.0]] * 36, name=names[0])
    delta = net.population(36, sc.LIFDelta(tau_m=20.0), name=names[1])
    leaky = net.population(10, sc.LIF(tau_m=float("inf")), name=names[2])
    adaptive = net.population(4, sc.ALIF(), name=names[3])
    maps = net.population(16, sc.IF(c_m=np.arange(1.0, 17.0)), name=names[4])
    votes = net.population(9, sc.LeakyIntegrator(), name=names[5])
    alpha = net.population(4, sc.LIFAlpha())
    written = net.population(3, sc.Equations("dv/dt = -v/tau : mV", method="exact", parameters={"tau": (9.0, "ms")}))
    kernel, pool = sc.Convolution(np.ones((1, 1, 3, 3)), shape=(1, 6, 6)), sc.Pooling((2, 2), shape=(1, 6, 6))
    rules = [
        *(sc.AllToAll(), sc.Bernoulli(0.1), sc.FixedInDegree(2), sc.FixedOutDegree(2), sc.FixedTotalNumber(5)),
        *(sc.Pairs([0, 1], [1, 2]), sc.OneToOne(), sc.Normal(1.0, 0.1), sc.Uniform(1.0, 2.0)),
    ]
    parts = [
        net.connect(pixels, delta, rules[6], weight=20.0, delay=1.0),
        net.connect(pixels, maps, kernel, delay=1.0),
        net.connect(pixels, votes, pool, weight=1.0, delay=1.0),
        net.connect(delta, leaky, sc.Dense(np.ones((36, 10))), delay=1.0),
        net.connect(leaky, adaptive, rules[5], weight=sc.Normal(9.0, 1.0), delay=sc.Uniform(1.0, 3.0)),
        net.connect(delta, leaky, rules[2], weight=50.0, delay=1.0),
        net.connect(delta[:5], leaky[2:], rules[0], weight=50.0, delay=1.0),
        net.stimulate(delta, sc.Poisson(1000.0, 5.0)),
        net.stimulate([leaky, alpha], sc.DirectCurrent(500.0)),
        net.record(delta, "v"),
    ]
    stimuli = [sc.Poisson(1000.0, 5.0), sc.DirectCurrent(500.0)]
    machine = net.compile(workers=1)
    result = machine.run(50.0)
    batch = machine.run_batch(20.0, seeds=[1, 2], states=[(delta, "v")])
    made = [result.rate(10.0), result.isi_histogram(delta, 5.0), result.power_spectrum(delta, 1.0)]
    looked_up = [result.spikes[delta], result.samples[delta, "v"], machine.synapses(delta, leaky)]
    priced = [result.energy(name) for name in ("loihi", "truenorth", "cpu", "gpu")]
    priced += [result.energy("loihi", mapping=True), priced[0].compare(*priced[1:]), result.ledger]
    first = [net, machine, result, batch, net.forecast(), pixels.model, alpha, written, leaky, votes, maps, delta[3:9]]
    return [*first, *parts, *rules, *stimuli, kernel, pool, *made, *looked_up, *priced]


def layered(name: str) -> list[Any]:
    """Return networks of multiplications and what they would cost."""
    chain = ann.parse("784-128-10", name=name)
    recurrent = ann.parse("20-10r-5r", cell="lstm", steps=3)
    spiking = ann.Spiking.of_rates(chain, [0.5], ticks=10, input_rate=0.25)
    silicon = ann.Silicon("int8", None)
    layers = [ann.Convolution((1, 8, 8), 4, 3), ann.Pooling((4, 6, 6), 2), ann.BatchNorm((4, 3, 3)), ann.RNN(4, 3)]
    counts = [ann.Rate(0.5), ann.Density(0.5), chain.dense(), chain.effective([0.5, 0.5])]
    costs = [ann.artificial_cost(chain, silicon), ann.spiking_cost(spiking, silicon), ann.twin_cost(chain, 10, silicon)]
    others = [
        ann.Network([*layers[:3], ann.Dense(36, 2)], buffers=[ann.Buffer("x", 3)]),
        ann.GRU(4, 3),
        ann.LSTM(4, 3),
    ]
    return [chain, recurrent, spiking, silicon, ann.compare(chain, spiking, silicon), *layers, *counts, *costs, *others]


def studied() -> list[Any]:
    """Return profiles of machines, a measured energy, and what studies return."""
    measured = counts.count(256, 20.0, time=20.0)
    study = [clocked.case(measured), clocked.crossing([measured]), *local_memory.memory(measured)]
    study += [sweep.sweep(counts.count, [0.0, 4.0], [256], time=50.0), counts.benchmark(20.0, 16, cores=1, time=20.0)]
    papers_read = [papers.paper(name) for name in papers.names()]
    return [
        *map(energy.load, energy.known()),
        energy.Measured(1.0, 0.5, "a meter"),
        scaling.whole([0.02], 1.0),
        *study,
        *papers_read,
    ]


def reached(things: list[Any], deep: int = 4) -> Iterator[Any]:
    """Yield objects of ours, and what their attributes and collections hold."""
    seen: dict[int, Any] = {}
    level = things
    for _ in range(deep + 1):
        fresh = [thing for thing in level if id(thing) not in seen and not inspect.ismodule(thing)]
        seen.update((id(thing), thing) for thing in fresh)
        yield from fresh
        level = [part for thing in fresh for part in _parts(thing)]


def _parts(thing: Any) -> list[Any]:
    if isinstance(thing, list | tuple | set):
        return list(thing)[:50]
    if isinstance(thing, dict):
        return list(thing.values())[:50]
    if not type(thing).__module__.startswith("spikecore"):
        return []
    parts = []
    for name in dir(thing):
        if not name.startswith("_"):
            try:
                parts.append(getattr(thing, name))
            except sc.SpikecoreError as error:
                parts.append(error)
    return parts
