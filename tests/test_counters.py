"""Updates done, updates left out and ticks left out, against a slow count; and what the energy report says of them.

The count is made with dense integration of the same network: a neuron is visited where input reaches it,
where its current changes, in the first tick, and where an alarm is due, which every visit sets anew from the
bound in the header of the engine's `flow` module. Bound and dynamics are written out here, one neuron and
one tick at a time. These networks are so sparse that their synapses are stored loose: a core runs the ticks
in which anything is due, and no others.
"""

import json
import math

import numpy as np
import pytest
import reference
from test_determinism import machine_of

import spikecore as sc
from spikecore.results.counters import Statistics

H = 0.1
AHEAD = 1022
"""Most ticks that an alarm lies ahead of the step that sets it."""


class Bound:
    """For how many ticks a neuron is certainly silent, as the engine's windows have it."""

    windows = (1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 256, 512)

    def __init__(self, p, epsilon):
        self.c = {name: float(x) for name, x in reference.propagators(p, H).items()}
        self.theta, self.epsilon = p.v_th - p.e_l, epsilon
        p22 = self.c["p22"]
        tops = []
        self.responses = []
        for receptor in "ei":
            slow = min(1.0, self.c[f"p11{receptor}"] * (1.0 + 3.0 * epsilon))
            v, i, rises, response = 0.0, 1.0, [0.0], [(0.0, 1.0)]
            for _ in range(4_000):
                v, i = v * p22 + i * self.c[f"p21{receptor}"], i * slow
                rises.append(max(rises[-1], v))
                response.append((v, i))
            tops.append(rises)
            self.responses.append(response)
        self.tops = tops
        self.has_one_current = self.c["p11e"] == self.c["p11i"]

    def silent(self, window, v, currents, bias):
        """Whether it cannot fire within `window` ticks, None for ever."""
        p22 = self.c["p22"]
        shrinks = 0.0 if window is None else p22**window
        growth = (1.0 - shrinks) / (1.0 - p22)
        end = v * shrinks + growth * bias
        tops = [rises[-1 if window is None else window] for rises in self.tops][: len(currents)]
        reach = abs(v) + growth * abs(bias) + sum(abs(i) * top for i, top in zip(currents, tops, strict=True))
        rise = sum(max(i, 0.0) * top for i, top in zip(currents, tops, strict=True))
        margin = 32.0 * self.epsilon * growth * (reach + self.theta)
        if len(currents) == 1 and currents[0] > 0.0 and window is not None:
            response, left = self.responses[0][window]
            last = end + currents[0] * response
            if self.c["p21e"] * left * currents[0] + bias - (1.0 - p22) * last > margin:
                return max(v, last) + margin < self.theta
        return max(v, end) + rise + margin < self.theta

    def quiet(self, v, currents, bias):
        """Ticks, or None if it never fires."""
        if self.has_one_current:
            currents = currents[:1]
        if self.silent(None, v, currents, bias):
            return None
        return max((w for w in self.windows if self.silent(w, v, currents, bias)), default=0)


def count(p, size, v0, source, synapses, edges, ticks):
    """Visits, ticks that are run on one core, and spikes.

    `synapses`: (from the source?, source, target, weight, delay); `edges`: (start, stop, pA).
    """
    bound, neurons = Bound(p, 2.0**-53), p.state(H, np.float64)
    neurons.v = v0 - p.e_l
    due, alarms = {}, [set() for _ in range(ticks + AHEAD + 2)]
    changes = {0, *(edge for start, stop, _ in edges for edge in (start, stop))}
    run, visits, spikes = set(), 0, []
    for k in range(ticks):
        inputs = np.zeros((2, size))
        reached = set(alarms[k])
        for target, weight in due.pop(k, []):
            inputs[0 if weight >= 0 or neurons.one_current else 1, target] += weight
            reached.add(target)
        reached |= set(range(size)) if k in changes else set()
        p.currents = edges_of(edges)
        fired = neurons.step(k, *inputs)
        current = p.i_e + sum(amplitude for start, stop, amplitude in edges if start <= k < stop)
        bias = bound.c["p20"] * current
        if reached:
            run.add(k)
        for n in reached:
            visits += 1
            # Refractory ticks that are left pass first: currents decay meanwhile.
            held = int(neurons.r[n])
            currents = [float(neurons.i[r][n]) * bound.c[f"p11{e}"] ** held for r, e in enumerate("ei")]
            quiet = bound.quiet(float(neurons.v[n]), currents, bias)
            if quiet is not None:
                alarms[k + 1 + min(held + quiet, AHEAD)].add(n)
        sent = [(True, s) for s in source.get(k + 1, [])]
        run |= {k} if sent else set()
        for is_source, n in sent + [(False, int(n)) for n in fired]:
            for from_source, origin, target, weight, delay in synapses:
                if (from_source, origin) == (is_source, n):
                    due.setdefault(k + delay, []).append((target, weight))
        spikes += [(k + 1, int(n)) for n in fired]
    return visits, run, spikes


def edges_of(edges):
    """Direct currents as the oracle of `reference` takes them."""
    return [(amplitude, start, stop) for start, stop, amplitude in edges]


CASES = {
    "nothing": {"spikes": 0, "weight": 0.0, "i_e": 0.0, "edges": []},
    "input without alarms": {"spikes": 60, "weight": 10.0, "i_e": 0.0, "edges": []},
    "alarms and spikes": {"spikes": 50, "weight": 900.0, "i_e": 0.0, "edges": []},
    "below rheobase": {"spikes": 5, "weight": 80.0, "i_e": 360.0, "edges": []},
    "above rheobase": {"spikes": 5, "weight": 80.0, "i_e": 380.0, "edges": []},
    "one current": {"spikes": 50, "weight": 900.0, "i_e": 0.0, "edges": [], "tau_syn_inh": 2.0},
    "one current and a bias": {"spikes": 30, "weight": 300.0, "i_e": 300.0, "edges": [], "tau_syn_inh": 2.0},
    "switched": {"spikes": 30, "weight": 200.0, "i_e": 0.0, "edges": [(300, 900, 300.0), (700, 2_000, 90.0)]},
}


def small(case):
    """Neurons with a source and recurrence, described for the engine and for the count."""
    rng = np.random.default_rng(5)
    size, sources, ticks = 12, 3, 3_000
    tau_inh = case.get("tau_syn_inh", 5.0)
    p = reference.Neurons(size, tau_m=10.0, tau_syn_exc=2.0, tau_syn_inh=tau_inh, i_e=case["i_e"], t_ref=2.0)
    model = sc.LIF(
        tau_m=p.tau_m, e_l=p.e_l, v_th=p.v_th, v_reset=p.v_reset, tau_syn_exc=2.0, tau_syn_inh=tau_inh, i_e=p.i_e
    )
    stamps = np.sort(rng.choice(np.arange(1, ticks - 40), (case["spikes"], 1), replace=False), axis=0).ravel()
    owners = rng.integers(0, sources, stamps.size)
    net = sc.Network(dt=H, seed=3)
    source = net.spike_source(sources, [stamps[owners == s] / 10 for s in range(sources)], name="source")
    units = net.population(size, model, v_init=np.linspace(-66.0, -50.5, size), name="units")
    synapses = []
    for from_source, origin, n, mean in ((True, source, sources, case["weight"]), (False, units, size, -30.0)):
        m = 4 * n
        pairs = rng.integers(0, n, m), rng.integers(0, size, m)
        weights, delays = np.full(m, mean) * rng.uniform(0.5, 1.5, m), rng.integers(1, 35, m)
        net.connect(origin, units, sc.Pairs(*pairs), weight=weights, delay=delays / 10)
        rows = zip(*(column.tolist() for column in (*pairs, weights, delays)), strict=True)
        synapses += [(from_source, *row) for row in rows]
    for start, stop, amplitude in case["edges"]:
        net.stimulate(units, sc.DirectCurrent(amplitude, start=start / 10, stop=stop / 10))
    fires = {}
    for stamp, owner in zip(stamps.tolist(), owners.tolist(), strict=True):
        fires.setdefault(stamp, []).append(owner)
    v0 = np.linspace(-66.0, -50.5, size)
    return net, units, ticks, (p, size, v0, fires, synapses, case["edges"], ticks)


@pytest.mark.parametrize("name", CASES)
def test_event_driven_updates_and_ticks_are_what_a_slow_count_says(name):
    net, units, ticks, described = small(CASES[name])
    visits, run, spikes = count(*described)
    machine = machine_of(net, 1, "f64", updates="event")
    result = machine.run(ticks / 10)
    ours = list(zip(result.spikes[units].times, result.spikes[units].neurons, strict=True))
    assert [(round(t * 10), n) for t, n in ours] == sorted(spikes)
    counts, statistics = result.counts, result.statistics
    assert counts.neuron_updates["units"] == units.size * ticks
    assert counts.neuron_updates["units"] - counts.updates_skipped["units"] == visits
    assert statistics["cores"] == 1
    assert statistics["ticks_skipped"] == ticks - len(run)
    # Nothing changes when it is run in pieces, on more cores, or again after a reset.
    machine.reset()
    for part in (1, 16, 83, 700, 1_200, ticks - 2_000):
        machine.run(part / 10)
    assert machine.statistics["ticks_skipped"] == ticks - len(run)
    assert machine.statistics["updates_skipped_per_population"][units.index] == units.size * ticks - visits
    more = machine_of(net, 3, "f64", updates="event")
    assert more.run(ticks / 10).counts == counts


def test_the_cases_of_the_count_are_apart():
    """Some visits come without input; some cases fire; in each something is left out."""
    found = {name: count(*small(case)[-1]) for name, case in CASES.items()}
    visits = {name: one[0] for name, one in found.items()}
    assert visits["nothing"] < 12 * 60
    assert not found["input without alarms"][2][12:]
    assert len(found["alarms and spikes"][2]) > 20
    assert len(found["above rheobase"][2]) > 40
    assert 12 < visits["below rheobase"] < visits["above rheobase"] / 10
    assert all(len(run) < 3_000 for _, run, _ in found.values() if run is not found["above rheobase"][1])


@pytest.mark.parametrize("updates", ["dense", "auto"])
def test_dense_updates_are_neurons_times_ticks(updates):
    """With frequent input in every tick every neuron is updated in every tick, and no tick is left out."""
    net = sc.Network(dt=H, seed=2)
    units = net.population(200, sc.LIF())
    adaptive = net.population(30, sc.ALIF(i_e=1.0))
    net.stimulate(units, sc.Poisson(20_000.0, 10.0))
    for workers in (1, 2, 3):
        machine = net.compile(workers=workers, updates=updates)
        for parts in ((300,), (1, 200, 99)):
            machine.reset()
            for part in parts:
                machine.run(part / 10)
            statistics = machine.statistics
            assert statistics["neuron_updates_per_population"] == [200 * 300, 30 * 300]
            assert statistics["updates_skipped_per_population"] == [0, 0]
            assert statistics["ticks_skipped"] == 0
    assert adaptive.size == 30


def test_auto_counts_dense_ticks_until_blocks_fall_asleep():
    """Without input blocks become event-driven after the second census, in tick 31; then nothing is done."""
    net = sc.Network(dt=H)
    units = net.population(300, sc.LIF(), v_init=-68.0)
    for workers in (1, 2):
        machine = net.compile(workers=workers, updates="auto")
        machine.run(20.0)
        assert machine.statistics["updates_skipped_per_population"] == [300 * (200 - 32)]
        assert machine.statistics["ticks_skipped"] == machine.statistics["cores"] * (200 - 32)
    assert units.size == 300


def test_the_report_tells_what_was_done_here_from_what_a_clocked_chip_does():
    """All updates are priced in every mode: a clocked chip does not leave any out. What was done stands beside it."""
    net = sc.Network(dt=H)
    net.population(300, sc.LIF(), v_init=-68.0, name="units")
    reports = {}
    for updates in ("dense", "event"):
        result = net.compile(workers=1, updates=updates).run(20.0)
        report = reports[updates] = result.energy("loihi")
        skipped = result.counts.updates_skipped["units"]
        done = 300 * 200 - skipped
        assert report.to_dict()["updates"] == {"clocked": 60_000, "done": done, "skipped": skipped}
        assert f"60,000 neuron updates of a clocked machine, {done:,} were done here" in str(report)
        assert f"{done:,} were done here" in report._repr_html_()
    assert reports["event"].nominal_j == reports["dense"].nominal_j == pytest.approx(52e-12 * 60_000)
    assert reports["event"].to_dict()["updates"]["done"] == 300
    assert reports["dense"].to_dict()["updates"]["skipped"] == 0
    assert math.isclose(reports["event"].lines[1].high_j, 81e-12 * 60_000)


def test_updates_done_may_be_priced(tmp_path):
    net = sc.Network(dt=H)
    net.population(300, sc.LIF(), v_init=-68.0, name="units")
    result = net.compile(workers=1, updates="event").run(20.0)
    path = tmp_path / "mine.toml"
    head = 'name = "mine"\ntitle = "Mine"\nnode = "1 nm"\nsource = "me"\nscope = "per-term"\n'
    price = '[[price]]\nterm = "{0}"\ncount = "{0}"\nvalue = {1}\nunit = "nJ"\nevidence = "vendor"\nbound = "max"\n'
    path.write_text(head + price.format("updates_done", 2.0) + price.format("updates_skipped", 0.5), encoding="utf-8")
    assert result.energy(path).nominal_j == pytest.approx(2e-9 * 300 + 0.5e-9 * (60_000 - 300))


def silent(neurons):
    net = sc.Network(dt=0.01, seed=1)
    many = net.population(neurons, sc.LIF(), name="many")
    net.connect(many, many, sc.FixedOutDegree(1), weight=1.0, delay=1.0)
    return net.compile(workers=2, updates="event")


def test_counts_are_exact_beyond_64_bits():
    result = silent(200_000).run(1e12)
    exact = 200_000 * 10**14
    assert exact > 2**64
    assert result.counts.neuron_updates == {"many": exact}
    assert result.counts.updates_skipped == {"many": exact - 200_000}, "each is looked at once, in the first tick"
    assert result.statistics["neuron_updates_per_population"] == [exact]
    assert result.ledger.neuron_updates == result.ledger.synaptic_operations_dense == exact
    report = result.energy("loihi")
    lines = {line.price.count: line for line in report.lines}
    assert lines["neuron_updates"].count == exact
    assert lines["neuron_updates"].nominal_j == exact * lines["neuron_updates"].price.nominal_j
    assert f"{exact:,}" in str(report)
    assert json.loads(json.dumps(report.to_dict()))["updates"]["clocked"] == exact


def test_runs_and_samples_add_up_beyond_64_bits():
    machine = silent(100_000)
    each = 100_000 * 10**14
    assert each < 2**64 < 2 * each
    for _ in range(2):
        assert machine.run(1e12).counts.neuron_updates == {"many": each}
    assert machine.statistics["neuron_updates_per_population"] == [2 * each]
    assert machine.statistics["updates_skipped_per_population"] == [2 * each - 100_000]
    batch = machine.run_batch(1e12, {"many": [[0.0] * 100_000] * 3})
    assert batch.counts.neuron_updates == {"many": 3 * each}
    assert batch.counts.updates_skipped == {"many": 3 * (each - 100_000)}
    assert batch.ledger.updates_done == 300_000


SLOW = {
    "one current": lambda tau, i_e: sc.LIF(tau_m=tau, tau_syn_exc=0.2, tau_syn_inh=0.2, i_e=i_e),
    "two currents": lambda tau, i_e: sc.LIF(tau_m=tau, tau_syn_exc=0.2, tau_syn_inh=0.4, i_e=i_e),
    "delta": lambda tau, i_e: sc.LIFDelta(tau_m=tau, i_e=i_e),
    "subtract": lambda tau, i_e: sc.LIFDelta(tau_m=tau, i_e=i_e, t_ref=0.0, reset="subtract"),
    "read-out": lambda tau, i_e: sc.LeakyIntegrator(tau_m=tau, i_e=i_e),
}


@pytest.mark.filterwarnings("ignore::spikecore.PrecisionWarning")
@pytest.mark.filterwarnings("ignore::spikecore.UnitWarning")
@pytest.mark.parametrize("model", SLOW)
@pytest.mark.parametrize("share", [0.0, 0.8, -2.0])
def test_slow_membranes_sleep_in_single_precision_as_in_double(model, share):
    """The leak of a tick, dt / tau_m, is of the order of the rounding of f32, or lost in it."""
    for leak in (1e-4, 1e-5, 1e-6, 3e-7, 1e-7, 3e-8, 1e-9):
        tau = 0.1 / leak
        done = {}
        for precision in ("f32", "f64"):
            net = sc.Network(dt=0.1, seed=1)
            source = net.spike_source(1, times=[[5.0]], name="source")
            made = SLOW[model](tau, share * 250.0 * 15.0 / tau)
            many = net.population(200, made, name="many", v_init=made.e_l)
            net.connect(source, many, sc.AllToAll(), weight=1e5 if "current" in model else 20.0, delay=1.0)
            result = net.compile(workers=1, updates="event", precision=precision).run(1e6)
            done[precision] = result.counts.neuron_updates["many"] - result.counts.updates_skipped["many"]
            assert (result.counts.spikes["many"] == 0) == (model == "read-out")
            assert result.statistics["ticks_skipped"] > 0.999 * result.ticks * result.statistics["cores"]
        assert done["f32"] <= 1.2 * done["f64"] + 200, (leak, done)


def test_the_table_of_counters_names_what_the_engine_counts():
    net = sc.Network(dt=0.1, seed=1)
    exc = net.population(10, sc.LIF(i_e=500.0), name="exc")
    net.connect(exc, exc, sc.AllToAll(), weight=1.0, delay=25.0)
    machine = net.compile(workers=1)
    assert set(machine.statistics) == set(Statistics.__annotations__)
    runs = machine.run(60.0), machine.run(60.0)
    for result in runs:
        operations = sum(result.counts.synaptic_operations.values())
        assert result.other_sums() == {"over cores": operations, "delivered and pending": operations}
    first, second = (result.statistics for result in runs)
    whole = machine.statistics
    assert first["pending_events"] > 0
    over_runs = {"spikes_per_population", "neuron_updates_per_population", "synaptic_events", "packets", "ticks"}
    for key in over_runs:
        assert np.all(np.add(first[key], second[key]) == whole[key]), key
        assert np.all(np.array(first[key]) > 0), key
    for key in ("synapses", "weight_store_bytes", "pending_events", "workers", "weights", "largest_lead"):
        assert second[key] == whole[key], key
