"""Networks of many populations and projections: what is declared in one call or in many, and what messages list."""

import os
import subprocess
import sys

import numpy as np
import pytest

import spikecore as sc

RULES = {
    "all": (sc.AllToAll(), {}),
    "bernoulli": (sc.Bernoulli(0.3), {"autapses": False}),
    "in": (sc.FixedInDegree(2), {}),
    "out": (sc.FixedOutDegree(2), {"multapses": False}),
    "total": (sc.FixedTotalNumber(40), {"autapses": False}),
    "pairs": (
        sc.Pairs([0, 1, 3, 3], [2, 2, 0, 1]),
        {"weight": [60.0, -9.0, 33.0, 12.5], "delay": [0.3, 1.0, 2.5, 0.1]},
    ),
    "dense": (sc.Dense(np.linspace(-20.0, 40.0, 25).reshape(5, 5)), {"weight": None, "delay": 1.0}),
}


def populations(net, sizes):
    driven = [net.population(size, sc.LIF(i_e=380.0 + 7.0 * k)) for k, size in enumerate(sizes)]
    net.stimulate(driven, sc.Poisson(rate=3000.0, weight=60.0))
    return driven


def connected(rule, sizes, how):
    net = sc.Network(dt=0.1, seed=5)
    declared = populations(net, sizes)
    law, options = RULES[rule]
    settings = {"weight": sc.Normal(30.0, 6.0), "delay": sc.Uniform(0.3, 2.0), **options}
    return net, how(net, declared, law, settings)


def at_once(net, declared, law, settings):
    return net.connect(declared, declared, law, **settings)


def one_by_one(net, declared, law, settings):
    return [net.connect(source, target, law, **settings) for source in declared for target in declared]


@pytest.mark.parametrize("rule", RULES)
def test_many_projections_in_one_call_are_those_of_many_calls(rule):
    sizes = [5, 5, 5] if rule == "dense" else [5, 9, 5, 130]
    runs = []
    for how in (at_once, one_by_one):
        net, projections = connected(rule, sizes, how)
        assert [one.index for one in projections] == list(range(len(sizes) ** 2))
        assert [(one.source.index, one.target.index) for one in projections] == [
            (i, j) for i in range(len(sizes)) for j in range(len(sizes))
        ]
        assert net.projections == tuple(projections)
        machine = net.compile(workers=2)
        runs.append((machine.run(30.0).spikes_sha256(), machine.statistics["synapses"]))
    assert runs[0] == runs[1]
    assert runs[0][1] > 0


@pytest.mark.parametrize(
    ("sizes", "rule", "message"),
    [
        ([5, 5, 4], sc.OneToOne(), r"population0 → population2: the size of the target is 4, allowed: 5"),
        (
            [5, 5, 3],
            sc.FixedOutDegree(4),
            r"population0 → population2: k of FixedOutDegree is 4, allowed: 0 … 3 targets",
        ),
        ([4, 4, 9], sc.FixedInDegree(8), r"population0 → population0: k of FixedInDegree is 8, allowed: 0 … 4 sources"),
        ([9, 4, 9], sc.Pairs([8], [0]), r"population1 → population0: sources\[0\] is 8, allowed: 0 … 3"),
    ],
)
def test_of_many_pairs_the_first_that_is_wrong_is_named_and_nothing_is_connected(sizes, rule, message):
    net = sc.Network(dt=0.1, seed=5)
    declared = populations(net, sizes)
    with pytest.raises(sc.NetworkError, match=message):
        net.connect(declared, declared, rule, weight=1.0, delay=1.0, multapses=False)
    assert net.projections == ()
    assert net.forecast().synapses == 0
    assert net.connect(declared[0], declared[0], sc.AllToAll(), weight=1.0, delay=1.0).index == 0


def test_the_engine_adds_all_projections_of_a_call_or_none():
    net = sc._native.Network(0.1, 1)
    for name in "ab":
        net.population(name, 3, "lif_delta", sc.LIFDelta().parameters())
    law = (("pairs", np.array([2], np.uint32), np.array([0], np.uint32)), ("constant", 1.0), ("constant", 1.0))
    wrong = (("pairs", np.array([3], np.uint32), np.array([0], np.uint32)), *law[1:])
    with pytest.raises(sc.NetworkError, match=r"b → a: sources\[0\] is 3, allowed: 0 … 2"):
        net.projections([(*law, None, True, True), (*wrong, None, True, True)], [(0, 1, 0), (0, 0, 0), (1, 0, 1)])
    with pytest.raises(ValueError, match="law is 1, allowed: below 1"):
        net.projections([(*law, None, True, True)], [(0, 1, 1)])
    with pytest.raises(sc.NetworkError, match="population 2"):
        net.projections([(*law, None, True, True)], [(0, 1, 0), (0, 2, 0)])
    assert net.forecast(1, "f32", "auto", 0.0)["synapses"] == 0
    assert net.projections([(*law, None, True, True)], [(0, 1, 0), (1, 0, 0)]) == 0
    assert net.projections([], []) == 2
    assert net.forecast(1, "f32", "auto", 0.0)["synapses"] == 2


def test_a_name_is_taken_once_and_free_again_after_a_refusal():
    net = sc.Network()
    with pytest.raises(sc.NetworkError, match="size"):
        net.population(0, sc.LIF(), name="a")
    first = net.population(3, sc.LIF(), name="a")
    with pytest.raises(sc.NetworkError, match="name is 'a', allowed: a name that is not empty and not taken"):
        net.spike_source(2, [[], []], name="a")
    second = net.spike_source(2, [[], []], name="b")
    assert [(one.first, one.index) for one in (first, second)] == [(0, 0), (3, 1)]
    assert "5 neurons in 2 populations" in repr(net)


def test_messages_list_a_few_names_and_say_how_many_there_are():
    net = sc.Network()
    declared = [net.population(1, sc.LIF(), name=f"p{k}") for k in range(300)]
    stranger = sc.Network().population(1, sc.LIF(), name="stranger")
    machine = net.compile(workers=1, record_spikes=declared[:200])
    result = machine.run(1.0)
    batch = machine.run_batch(1.0, seeds=[1], states=[(name, "v") for name in ("p0", "p299")])
    calls = (
        lambda: net.record(stranger),
        lambda: machine.state(stranger),
        lambda: machine.reset({"stranger": 1.0}),
        lambda: result.spikes["stranger"],
        lambda: result.traces["stranger", "v"],
        lambda: batch.spike_counts["stranger"],
        lambda: batch.states["stranger", "v"],
        lambda: net.connect(declared * 2, declared, sc.AllToAll(), weight=1.0, delay=1.0),
    )
    for call in calls:
        with pytest.raises(sc.NetworkError) as info:
            call()
        assert len(str(info.value)) < 400, str(info.value)
    with pytest.raises(sc.NetworkError, match=r"which has: 'p0', .* 'p7' … \(300 in all\)"):
        net.record(stranger)
    assert len(repr(result.spikes)) < 200
    assert batch.states["p299", "v"].shape == batch.states[declared[0], "v"].shape == (1, 1)


def test_spikes_and_counts_are_found_by_handle_and_by_name():
    net = sc.Network(dt=0.1, seed=1)
    declared = populations(net, [2, 3, 4])
    twin = populations(sc.Network(), [2, 3, 4])
    machine = net.compile(workers=1, record_spikes=declared[1:])
    result = machine.run(100.0)
    for population in declared[1:]:
        assert result.spikes[population] is result.spikes[population.name]
        assert population in result.spikes
        assert population.name in result.spikes
    assert declared[0] not in result.spikes
    assert twin[1] not in result.spikes
    assert 3 not in result.spikes
    with pytest.raises(sc.NotRecordedError, match="a population of another network or a copy; use its name"):
        result.spikes[twin[1]]
    with pytest.raises(sc.NotRecordedError, match="3 were not recorded"):
        result.spikes[3]


COPIES = """
import numpy as np
import spikecore as sc

def resident():
    # Counted page by page: the counter in `status` may lag behind by some pages for each CPU.
    with open("/proc/self/smaps_rollup") as rollup:
        return next(int(line.split()[1]) for line in rollup if line.startswith("Rss:"))

net = sc.Network(dt=0.1, seed=1)
a, b = net.population(1000, sc.LIFDelta()), net.population(1000, sc.LIFDelta(), v_init=np.zeros(1000))
net.spike_source(1000, (np.arange(200_000) % 1000, 0.1 * (1 + np.arange(200_000) // 1000)))
generator = np.random.default_rng(1)
pairs = sc.Pairs(*generator.integers(1000, size=(2, 1_000_000)))
weights = generator.random(1_000_000)
net.connect(a, b, pairs, weight=weights, delay=np.full(1_000_000, 0.1))
machine = net.compile(workers=1)
before = resident()
forecast = net.forecast(workers=1)
net.population(1, sc.LIFDelta())
net.record(a, neurons=[0])
again = net.forecast(workers=1)
print(resident() - before)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_after_a_compile_neither_a_forecast_nor_a_declaration_copies_the_description():
    apart = {**os.environ, "MALLOC_MMAP_THRESHOLD_": "65536"}  # what is freed goes back, so that what is new shows
    done = subprocess.run([sys.executable, "-c", COPIES], capture_output=True, text=True, check=True, env=apart)
    assert int(done.stdout) < 6_000, f"{done.stdout} kB; the arrays are 21,000 kB"
