"""The checks of a network: each is a function of the description alone that returns None or a `Failure`.

What a check compares with is a plain run: one worker, no split. A check that raises has failed too.
"""

import functools
import math
import time
from dataclasses import dataclass

import numpy as np

import spikecore as sc

from . import accounts, drawing, machine, networks, oracle, probes, rules, source
from .child import at_level

ORACLE_STEPS = 30_000
"""Ticks × populations up to which the oracle is asked."""
ORACLE_EVENTS = 3_000_000
"""Neurons × ticks up to which Poisson events are counted for the oracle."""
MODE_TICKS = 50_000
"""Ticks for which dense and event-driven runs are compared."""
SIGMAS = 7.0
"""Counts that are drawn lie within so many standard deviations."""


@dataclass
class Failure:
    """What went wrong, the type of what was raised, and the lines of a script that show it."""

    message: str
    lines: str = ""
    kind: str = ""


def plain(net, **changes):
    """The variant that others are compared with."""
    return {"weights": net["weights"], "updates": net["updates"], "workers": 1, "parts": [net["ticks"]], **changes}


def outcome(net, variant):
    """The outcome of a variant of a network, here or in a process of its level; None where this CPU lacks the level."""
    variant = dict(variant)
    level = variant.pop("level", None)
    if level is None:
        return machine.run(probes.built(net), variant)
    child = at_level(level)
    return None if child is None else child.run(source.building(net), variant)


def variant(net, number, expected=None):
    """A variant against the plain run: bit for bit."""
    chosen = plain(net, **fitted(net, net["variants"][number]))
    expected = machine.run(probes.built(net), plain(net)) if expected is None else expected
    found = outcome(net, chosen)
    if found is None:
        return None
    wrong = machine.difference(narrowed(net, chosen, expected, found), found)
    return Failure(f"{chosen}: {wrong}") if wrong else None


def fitted(net, chosen):
    """A variant cut to what a smaller network has: its ticks and populations."""
    ticks, count = net["ticks"], len(net["populations"])
    ends = [min(end, ticks) for end in np.cumsum(chosen["parts"]).tolist()]
    ends[-1] = ticks
    parts = [b - a for a, b in zip([0, *ends[:-1]], ends, strict=True) if b > a]
    made = {**chosen, "parts": parts}
    if "before" in chosen:
        made["before"] = min(chosen["before"], ticks)
    if chosen.get("spikes") is not None:
        made["spikes"] = [k for k in chosen["spikes"] if k < count]
    if chosen.get("placement") is not None:
        made["placement"] = (chosen["placement"] + [0] * count)[:count]
    return made


def narrowed(net, chosen, expected, found):
    """What is expected of a variant that records less."""
    if chosen.get("spikes") is not None:
        ends = np.cumsum([0, *(one["size"] for one in net["populations"])])
        owners = np.searchsorted(ends, expected["spikes"][:, 1], side="right") - 1
        expected = {**expected, "spikes": expected["spikes"][np.isin(owners, chosen["spikes"])]}
    return {name: values for name, values in expected.items() if name in found}


def batch(net):
    """Samples of a batch against reset and run."""
    ours, theirs = (outcome(net, one) for one in batch_variants(net))
    if "stopped" in ours and "stopped" in theirs:
        ours, theirs = (same_sample(one) for one in (ours, theirs))
    wrong = machine.difference(theirs, ours)
    return Failure(f"batch: {wrong}") if wrong else None


def same_sample(found):
    """What an error names, with the sample that diverged first: a batch names it, a run does not."""
    named = found["stopped"].tolist()
    sample = str(found["stopped in sample"][0]) if "stopped in sample" in found else named[4]
    return {"stopped": np.array([*named[:4], sample])}


def batch_variants(net):
    """The same samples by reset and run, and by a batch."""
    common = {"parts": [min(net["ticks"], 400)], "samples": [net["fuzz_seed"] % 1000, 5, 5, 77]}
    return [plain(net, kind=kind, workers=workers, **common) for kind, workers in (("resets", 1), ("batch", 2))]


def modes(net, near=None):
    """Dense against event-driven: the same spikes, unless the first that differs is a near tie."""
    chosen = mode_variants(net)
    dense, event = (outcome(net, one) for one in chosen)
    names = f"dense and {chosen[1]['updates']}"
    if "stopped" in dense or "stopped" in event:
        return None
    spike = machine.odd(dense["spikes"], event["spikes"])
    if spike is None:
        wrong = unlike(net, dense, event)
        return Failure(f"{names}: {wrong}") if wrong else None
    fired = (dense["spikes"] == spike).all(axis=1).any()
    gap, bound = nearness(net, chosen[int(fired)], *spike)
    if near is not None:
        near.append(gap / bound if bound else math.inf)
    if gap <= bound:
        return None
    return Failure(f"{names}: spike {spike} in one only, {gap:g} from the threshold, bound {bound:g}")


def mode_variants(net):
    """Dense, and event-driven; "auto" where some neurons are stepped in every tick."""
    other = "auto" if any(networks.stepped(one) for one in net["populations"]) else "event"
    parts = [min(net["ticks"], MODE_TICKS)]
    return [plain(net, updates=updates, parts=parts) for updates in ("dense", other)]


def unlike(net, dense, event):
    """The first state that two modes do not share but for rounding, in f64."""
    if net["weights"] != "f64":
        return None
    for name, values in dense.items():
        if not name.startswith("state"):
            continue
        reach = 1.0 + float(np.abs(values).max(initial=0.0))
        if not np.allclose(event[name], values, rtol=1e-9, atol=1e-9 * reach):
            at = int(np.argmax(np.abs(event[name] - values)))
            return f"{name}[{at}]: {values[at]!r} and {event[name][at]!r}"
    return None


def nearness(net, chosen, tick, identity):
    """How far a neuron that did not fire in a tick was from its threshold, and the bound on what modes may differ by.

    The bound is that of the header of the engine's `flow` module, of a run of this length: 32 ε G (R + θ).
    """
    ends = np.cumsum([0, *(one["size"] for one in net["populations"])])
    k = int(np.searchsorted(ends, identity, side="right")) - 1
    neuron = int(identity - ends[k])
    if net["populations"][k]["kind"] in ("source", *networks.DENSE_ONLY):
        return math.inf, 0.0
    p = probes.parameters(net["populations"][k], net["dt"])
    of = lambda value: float(np.broadcast_to(np.float64(value), p.size)[neuron])  # noqa: E731
    two = probes.two_currents(net["populations"][k])
    names = ["v"] if p.delta else ["v", "i_exc", "i_inh"] if two else ["v", "i_syn"]
    build = probes.built({**net, "recorders": []})

    def recorded(_):
        made = build(False)
        for name in names:
            made.record(made.populations[k], name, neurons=[neuron])
        return made

    traces = machine.run(recorded, {**chosen, "parts": [tick]})
    traces = [traces[f"samples {n}"][:, 0] for n in range(len(names))]
    v, theta = traces[0] - of(p.e_l), of(p.v_th) - of(p.e_l)
    exact = {name: of(value) for name, value in probes.exact_constants(p, net["dt"]).items()}
    growth = min(1.0 / max(1.0 - exact["p22"], 1e-300), float(tick))
    currents = sum(np.abs(trace).max() for trace in traces[1:])
    most = currents * max(exact.get("p21e", 0.0), exact.get("p21i", 0.0)) * growth
    currents_given = (one["amplitude"] for one in net["stimuli"] if one["target"] == k and one["kind"] != "Poisson")
    driven = sum(float(np.abs(probes.plain(amplitude, p.size)).max()) for amplitude in currents_given)
    bias = (abs(of(p.i_e)) + driven) * abs(exact["p20"])
    epsilon = 2.0**-53 if net["weights"] == "f64" else 2.0**-24
    reach = np.abs(v).max() + abs(bias) * growth + most
    return abs(theta - v[-1]), 32.0 * epsilon * growth * (reach + abs(theta) + abs(of(p.e_l)))


def against_oracle(net, weights):
    """A dense run against the oracle: every bit of spikes, states and samples."""
    if not answerable(net, weights):
        return None
    variant = {"weights": weights, "updates": "dense", "workers": 1, "parts": [net["ticks"]]}
    build = probes.built(net)
    found = machine.run(build, variant)
    if "stopped" in found:
        return None
    network = build()
    at_start = machine.compiled(network, {**machine.PLAIN, **variant})
    start = {one.index: at_start.state(one) for one in network.populations if one.model.variables}
    dtype = np.float64 if weights == "f64" else np.float32
    members = probes.members(net, dtype, start, probes.poisson_counts(net))
    truth = oracle.simulate(
        members, probes.edges(net, weights), net["ticks"], dtype, weights == "q16", probes.recorders(net)
    )
    expected = {
        "spikes": truth.spikes,
        **{f"state of {k} {name}": values for (k, name), values in truth.states.items()},
        **{f"samples {k}": table for k, table in enumerate(truth.samples)},
    }
    wrong = machine.difference({name: found.get(name) for name in expected}, expected)
    if wrong is None:
        return None
    name = next(name for name in expected if machine.difference({name: found[name]}, {name: expected[name]}))
    table = expected[name]
    literal = f"np.array({table.tolist()!r}, dtype={str(table.dtype)!r}).reshape({table.shape})"
    shown = f"expected = {{{name!r}: {literal}}}\nwrong = difference(outcome({variant}), expected)"
    return Failure(f"oracle {weights}: {wrong}", shown)


def answerable(net, weights):
    """Whether the oracle answers in time; with 16-bit weights it does not know those of Poisson stimuli.

    Input that overflows the format it was drawn for is no number in a narrower one.
    """
    if net.get("unlimited") and weights != net["weights"]:
        return False
    neurons = sum(one["size"] for one in net["populations"])
    if net["ticks"] * len(net["populations"]) > ORACLE_STEPS or net["ticks"] * neurons > ORACLE_EVENTS:
        return False
    return weights != "q16" or all(one["kind"] != "Poisson" for one in net["stimuli"])


def promises(net):
    """What rules promise, against the synapses."""
    wrong = rules.broken(net)
    return Failure(f"rules: {wrong}") if wrong else None


def counts(net):
    """Counters, ledger and forecast of a run."""
    network = probes.built(net)()
    chosen = {**machine.PLAIN, **plain(net, workers=2)}
    options = probes.format_of(net["weights"])
    forecast = network.forecast(2, **options)
    made = machine.compiled(network, chosen)
    try:
        result = made.run(drawing.on_grid(net["ticks"], net["dt"]))
    except machine.DIVERGES:
        result = made.result()
    wrong = accounts.broken(result, made, network, forecast)
    return Failure(f"accounts: {wrong}") if wrong else None


def poisson(net):
    """Events of Poisson stimuli: their law, their limits in time, and that each stimulus has its own."""
    neurons = sum(net["populations"][one["target"]]["size"] for one in net["stimuli"])
    if net["ticks"] * neurons > ORACLE_EVENTS:
        return None
    found = probes.poisson_counts(net)
    for k, events in found.items():
        one = net["stimuli"][k]
        stop = net["ticks"] if one["stop"] is None else min(one["stop"], net["ticks"])
        on = events[one["start"] : stop]
        mean, total = on.size * one["per_tick"], int(on.sum())
        if events.sum() != total or (events != np.rint(events)).any() or events.min(initial=0) < 0:
            return Failure(f"poisson: stimulus {k} has events outside {one['start']} … {stop}, or parts of events")
        if abs(total - mean) > SIGMAS * math.sqrt(mean) + 8.0:
            return Failure(f"poisson: stimulus {k} has {total} events, expected {mean:.0f} ± {math.sqrt(mean):.0f}")
        if on.size > 1_000 and mean > 1_000:
            spread = float(((on - one["per_tick"]) ** 2).sum()) / mean
            allowed = SIGMAS * math.sqrt((2.0 + 1.0 / one["per_tick"]) / on.size)
            if abs(spread - 1.0) > allowed:
                return Failure(f"poisson: stimulus {k} has variance / mean {spread:.3f}, expected 1 ± {allowed:.3f}")
        for j, other in found.items():
            if j < k and other.shape == events.shape and total > 100 and np.array_equal(other, events):
                return Failure(f"poisson: stimuli {j} and {k} have the same events")
    return None


def constants(net):
    """Propagators as the engine has them, against the equations: to a few units in the last place."""
    for k, one in enumerate(net["populations"]):
        if one["kind"] == "source":
            continue
        p = probes.parameters(one, net["dt"])
        exact = probes.exact_constants(p, net["dt"])
        for name, values in probes.constants(p, net["dt"]).items():
            if not np.allclose(values, exact[name], rtol=1e-13, atol=1e-30):
                return Failure(f"constants: {name} of population {k} is {values}, expected {exact[name]}")
    return None


def all_checks(net, near=None):
    """Every check of a network by name, the plain run shared."""
    plain_outcome = functools.cache(lambda: machine.run(probes.built(net), plain(net)))
    made = {"plain": lambda: plain_outcome() and None}
    for number in range(len(net["variants"])):
        made[f"variant {number}"] = functools.partial(lambda k: variant(net, k, plain_outcome()), number)
    made |= {"batch": lambda: batch(net), "modes": lambda: modes(net, near), "rules": lambda: promises(net)}
    made |= {"accounts": lambda: counts(net), "poisson": lambda: poisson(net), "constants": lambda: constants(net)}
    for weights in sorted({net["weights"], ("f64", "f32")[net["fuzz_seed"] % 2]}):
        made[f"oracle {weights}"] = functools.partial(against_oracle, net, weights)
    return made


def outcome_of(check):
    """What a check says; what it raises is a failure too."""
    try:
        return check()
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:
        return Failure(f"{type(error).__name__}: {error}", kind=type(error).__name__)


def lines(net, name):
    """The lines of a script that show what a check looks at, without the oracle."""
    if name.startswith("variant"):
        pair = plain(net), plain(net, **fitted(net, net["variants"][int(name.split()[1])]))
    elif name in ("batch", "modes"):
        pair = batch_variants(net) if name == "batch" else mode_variants(net)
    elif name == "rules":
        show = "print([len(machine.synapses(a, b)) for a in net.populations for b in net.populations])"
        return f"net = build()\nmachine = net.compile(workers=1, precision='f64')\n{show}"
    elif name == "accounts":
        runs = f"net, variant = build(), {{**PLAIN, **{plain(net, workers=2)}}}\nmachine = compiled(net, variant)"
        shows = "result.counts, result.ledger, result.statistics, net.forecast(2)"
        return f"{runs}\nresult = machine.run({drawing.on_grid(net['ticks'], net['dt'])})\nprint({shows})"
    else:
        weights = name.split()[1] if name.startswith("oracle") else net["weights"]
        return f"print(outcome({plain(net, weights=weights, updates='dense')}))"
    return f"ours, theirs = outcome({pair[0]}), outcome({pair[1]})\nwrong = difference(ours, theirs)"


def first_failure(net, near=None, times=None):
    """The first check of a network that fails: its name and what it says; None if all hold."""
    failed = first_of_all(net, near, times)
    if failed is not None and failed[1].kind == "NetworkError" and loses_a_weight(net):
        return first_of_all({**net, "weights": "f32"}, near, times)
    return failed


def loses_a_weight(net):
    """Whether 16 bits round all weights of a projection or Poisson stimulus to nothing, which the machine refuses."""
    if net["weights"] != "q16":
        return False
    try:
        machine.compiled(probes.built(net)(), {**machine.PLAIN, **plain(net)})
    except sc.NetworkError as error:
        return error.parameter == "weight" and bool(weak_inputs(net))
    return False


def weak_inputs(net):
    """Populations with an input whose weights are all below half the grid of 16 bits that the strongest input asks for.

    The grid is less than twice the largest weight that can be drawn, over 32,767. A normal law without limits is cut at
    some standard deviations, here less than ten.
    """
    inputs = [(one["target"], abs(one["weight"])) for one in net["stimuli"] if one["kind"] == "Poisson"]
    for one, drawn in zip(net["projections"], probes.synapses(net, "f64"), strict=True):
        inputs.append((one["target"], max(np.abs(drawn.weights).max(initial=0.0), largest(one["weight"]))))
    strongest = {target: max(weight for other, weight in inputs if other == target) for target, _ in inputs}
    return {target for target, weight in inputs if 0.0 < weight <= strongest[target] / 32_767}


def largest(weight):
    """What a weight that is described by a law may be at most; 0 for what is given as numbers."""
    if not isinstance(weight, dict) or "law" not in weight:
        return 0.0
    limits = [abs(weight[end]) for end in ("low", "high") if weight.get(end) is not None]
    return max(limits) if limits else abs(weight["mean"]) + 10.0 * weight["sd"]


def first_of_all(net, near, times):
    """The same, of the network as it is."""
    for name, check in all_checks(net, near).items():
        started = time.perf_counter()
        failure = outcome_of(check)
        if times is not None:
            times[name] = times.get(name, 0.0) + time.perf_counter() - started
        if failure is not None:
            return name, failure
    return None
