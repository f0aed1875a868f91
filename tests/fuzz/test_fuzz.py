"""200 random networks, the same in every run; and the fuzzer itself: checks can fail, a failing network gets small."""

import math
import pickle
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from . import checks, machine, minimise, networks, probes

# Random magnitudes are of no unit.
pytestmark = [
    pytest.mark.filterwarnings("ignore::spikecore.UnitWarning"),
    pytest.mark.filterwarnings("ignore::spikecore.PrecisionWarning"),
    pytest.mark.filterwarnings("ignore::spikecore.StartWarning"),
]

NETWORKS, EACH = 200, 8


@pytest.mark.parametrize("first", range(1, NETWORKS + 1, EACH))
def test_networks(first):
    for seed in range(first, first + EACH):
        failed = checks.first_failure(networks.describe(seed))
        assert failed is None, f"seed {seed}: {failed[0]}: {failed[1].message}\npython -m tests.fuzz --only {seed}"


@pytest.mark.parametrize("seed", [1489, 2049])
def test_weights_that_16_bits_lose_are_run_in_32(seed):
    """Refused in 16 bits: Poisson weights of 0.0087 beside synapses of 880, of 0.0147 beside synapses of 9,600."""
    net = networks.describe(seed)
    assert net["weights"] == "q16"
    assert len(checks.weak_inputs(net)) == 1
    assert checks.loses_a_weight(net)
    assert checks.first_failure(net) is None


def test_a_weight_that_16_bits_hold_is_no_excuse():
    net = networks.describe(2049)
    net["projections"] = [one for one in net["projections"] if one["target"] not in checks.weak_inputs(net)]
    assert not checks.weak_inputs(net)
    assert not checks.loses_a_weight(net)


def test_input_that_overflows_f64_is_asked_of_the_oracle_in_f64_alone():
    net = networks.describe(117)
    assert net["unlimited"]
    assert net["weights"] == "f64"
    assert [checks.answerable(net, weights) for weights in ("f32", "q16", "f64")] == [False, False, True]


def test_all_there_is_appears():
    """In 2,000 descriptions every model, rule, form of value and kind of stimulus is found, and every variant."""
    seen, found = set(), [networks.describe(seed) for seed in range(2_000)]
    for net in found:
        seen |= {net["shape"], net["weights"], net["updates"]}
        seen |= {one["kind"] for kind in ("populations", "stimuli") for one in net[kind]}
        seen |= {one["rule"]["kind"] for one in net["projections"]}
        seen |= {f"variant {name}" for one in net["variants"] for name in one}
        seen |= {f"{net['populations'][one['population']]['kind']} {one['variable']}" for one in net["recorders"]}
    models = "LIF, LIF one, LIFDelta, IF, LeakyIntegrator, LeakyIntegrator current, ALIF, source, ALIF theta, LIF i_inh"
    models += ", LIFAlpha, LIFAlpha one, LIFAlpha i_exc, LIFAlpha one i_syn"
    rules = "OneToOne, AllToAll, Bernoulli, FixedInDegree, FixedOutDegree, FixedTotalNumber, Pairs, sparse, Dense"
    others = "Convolution, Pooling, Poisson, DirectCurrent, variant level, variant capacity, variant placement"
    shapes = "small, tiny, wide, long, silent, huge, f32, q16, f64, auto, dense, event, variant before, variant spikes"
    expected = set(", ".join((models, rules, others, shapes)).split(", "))
    assert expected <= seen, expected - seen
    assert max(net["ticks"] for net in found) > 200_000
    assert max(one["size"] for net in found for one in net["populations"]) >= 6_000


def lively(**wanted):
    """A small network that fires, with projections and Poisson events that the oracle answers for."""
    for seed in range(10_000, 11_000):
        net = networks.describe(seed)
        if net["shape"] != "small" or any(net[key] != value for key, value in wanted.items()):
            continue
        if not net["projections"] or not any(one["kind"] == "Poisson" for one in net["stimuli"]):
            continue
        found = machine.run(probes.built(net), checks.plain(net))
        if len(found["spikes"]) > 100 and found["count of synaptic_operations"].sum() > 1_000:
            return net
    raise AssertionError(wanted)


def drop_a_spike(variant, found):
    """The outcome without its last spike."""
    return {**found, "spikes": found["spikes"][:-1]} if "spikes" in found else found


FAULTS = {
    "variant 1": lambda variant: variant["workers"] == 3,
    "variant 6": lambda variant: variant.get("before"),
    "modes": lambda variant: variant["updates"] == "dense",
    "oracle f32": lambda variant: variant["updates"] == "dense",
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_lost_spike_is_found(name, monkeypatch):
    net, whole = lively(weights="f32", updates="auto"), machine.run
    assert checks.all_checks(net)[name]() is None
    broken = FAULTS[name]
    monkeypatch.setattr(
        machine, "run", lambda build, v: drop_a_spike(v, whole(build, v)) if broken(v) else whole(build, v)
    )
    assert checks.all_checks(net)[name]() is not None


def half_the_synapses(found):
    return [type(one)(*(column[::2] for column in vars(one).values())) for one in found]


def more_synapses(found):
    degrees = found.out_degrees
    found.out_degrees = lambda population: degrees(population) + np.uint64(1)
    return found


@pytest.mark.parametrize(
    ("name", "owner", "attribute", "change"),
    [
        ("rules", probes, "synapses", half_the_synapses),
        ("oracle f32", probes, "synapses", half_the_synapses),
        ("poisson", probes, "poisson_counts", lambda found: {k: events + 1.0 for k, events in found.items()}),
        ("oracle f32", probes, "poisson_counts", lambda found: {k: events + 1.0 for k, events in found.items()}),
        ("constants", probes, "constants", lambda found: {k: v * (1.0 + 1e-12) for k, v in found.items()}),
        ("oracle f32", probes, "constants", lambda found: {k: v * (1.0 + 1e-6) for k, v in found.items()}),
        ("batch", machine, "batch", lambda found: {**found, "count of spikes": found["count of spikes"] + 1}),
        ("accounts", machine, "compiled", more_synapses),
    ],
)
def test_every_check_can_fail(name, owner, attribute, change, monkeypatch):
    net, whole = lively(weights="f32", updates="auto"), getattr(owner, attribute)
    assert checks.all_checks(net)[name]() is None
    monkeypatch.setattr(owner, attribute, lambda *given: change(whole(*given)))
    assert checks.all_checks(net)[name]() is not None


FAULT = """
whole = run


def run(build, variant):
    found, net = whole(build, variant), build()
    if variant["workers"] == 3 and net.projections and len(found["spikes"]) > 2:
        found["spikes"] = found["spikes"][:-1]
    return found

"""


def test_a_failing_network_gets_small_and_its_script_runs(monkeypatch, tmp_path):
    """A runner that loses a spike with three workers if there is a projection: little is left but one projection."""
    scope = {"run": machine.run}
    exec(FAULT, scope)
    net = lively(weights="q16")
    monkeypatch.setattr(machine, "run", scope["run"])
    name, failure = checks.first_failure(net)
    assert name == "variant 1"
    assert pickle.loads(pickle.dumps(failure)) == failure, "it crosses processes"
    small, name, failure = minimise.minimised(net, name, math.inf)
    assert sum(len(small[kind]) for kind in ("projections", "populations", "stimuli", "recorders")) <= 5
    assert sum(one["size"] for one in small["populations"]) <= 20
    text = minimise.script(small, name, failure)
    assert {line.split()[1] for line in text.splitlines() if line.startswith("import ")} >= {"numpy", "spikecore"}
    assert "fuzz" not in text.split("\n", 1)[1]
    faulty = text.replace("\ndef outcome", FAULT + "\ndef outcome")
    for changed, code, shown in ((text, 0, "no difference"), (faulty, 1, "spikes")):
        script = tmp_path / "script.py"
        script.write_text(changed)
        done = subprocess.run([sys.executable, script], capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (code, ""), done.stderr
        assert shown in done.stdout
    assert not np.array_equal(small["populations"], net["populations"])


def test_the_command_spreads_networks_over_processes():
    """The command of CONTRIBUTING, with few networks: children import their work and send back what they saw."""
    command = [sys.executable, "-m", "tests.fuzz", "--networks", "5", "--seed", "1", "--jobs", "2"]
    done = subprocess.run(
        command, cwd=Path(__file__).parents[2], capture_output=True, text=True, check=False, timeout=600
    )
    assert done.returncode == 0, done.stderr
    assert "5 networks from seed 1" in done.stdout
    assert " 0 failed" in done.stdout
