"""What each connection rule promises, held against the synapses that a machine has."""

import itertools
import math

import numpy as np

from . import probes

SIGMAS = 7.0
"""Counts that are drawn lie within so many standard deviations; one in 10¹¹ does not."""


def broken(net):
    """The first promise that does not hold, in words; None if all do."""
    network = probes.built(net)()
    machine = network.compile(workers=2, precision="f64")
    found = probes.synapses(net, "f64")
    for k, (one, synapses) in enumerate(zip(net["projections"], found, strict=True)):
        wrong = of_projection(net, one, synapses)
        if wrong:
            return f"projection {k}, {one['rule']['kind']}: {wrong}"
    degrees = [np.zeros(population.size, np.int64) for population in network.populations]
    pairs = sorted({(one["source"], one["target"]) for one in net["projections"]})
    for a, b in pairs:
        own = [s for one, s in zip(net["projections"], found, strict=True) if (one["source"], one["target"]) == (a, b)]
        whole = machine.synapses(network.populations[a], network.populations[b])
        if not np.array_equal(table([whole]), table(own)):
            return f"{a} → {b}: the synapses of all projections are not those of each"
        degrees[a] += np.bincount(whole.sources, minlength=len(degrees[a]))
    for population, expected in zip(network.populations, degrees, strict=True):
        if not np.array_equal(machine.out_degrees(population), expected):
            return f"{population.name}: out_degrees are not the synapses of each neuron"
    return None


def table(parts):
    """Synapses as rows in one order."""
    columns = [np.concatenate([np.asarray(getattr(one, name), np.float64) for one in parts]) for name in COLUMNS]
    return np.stack(columns)[:, np.lexsort(columns)]


COLUMNS = ("sources", "targets", "weights", "delays")


def of_projection(net, one, synapses):
    """The first promise of one projection that does not hold."""
    n, m = (net["populations"][one[end]]["size"] for end in ("source", "target"))
    sources, targets = synapses.sources.astype(np.int64), synapses.targets.astype(np.int64)
    own = one["source"] == one["target"]
    if len(sources) and (sources.max() >= n or targets.max() >= m):
        return "an index beyond its population"
    if own and not one["autapses"] and (sources == targets).any():
        return "an autapse, though autapses=False"
    if not one["multapses"] and len(np.unique(sources * m + targets)) != len(sources):
        return "a pair twice, though multapses=False"
    return supports(net, one, sources, targets, n, m, own) or values(net, one, synapses)


def supports(net, one, sources, targets, n, m, own):
    """Degrees, totals, and pairs."""
    rule, kind = one["rule"], one["rule"]["kind"]
    pairs = np.sort(sources * m + targets)
    loops = one["autapses"] or not own
    if kind == "FixedInDegree" and (np.bincount(targets, minlength=m) != rule["k"]).any():
        return "an in-degree that is not k"
    if kind == "FixedOutDegree" and (np.bincount(sources, minlength=n) != rule["k"]).any():
        return "an out-degree that is not k"
    if kind == "FixedTotalNumber" and len(sources) != rule["n"]:
        return f"{len(sources)} synapses and not {rule['n']}"
    if kind == "Bernoulli":
        most = n * m - (0 if loops else n)
        sd = math.sqrt(most * rule["p"] * (1.0 - rule["p"]))
        if len(np.unique(pairs)) != len(pairs):
            return "a pair twice"
        if abs(len(pairs) - most * rule["p"]) > SIGMAS * sd + 8.0 * (sd > 0):
            return f"{len(pairs)} synapses, expected {most * rule['p']:.0f} ± {sd:.0f}"
    if kind in ("FixedInDegree", "FixedOutDegree", "FixedTotalNumber"):
        drawn, size = (sources, n) if kind != "FixedOutDegree" else (targets, m)
        wrong = uneven(drawn, size) if loops else None
        if wrong:
            return wrong
    exact = expected_pairs(net, one, n, m, loops)
    if exact is not None and not np.array_equal(pairs, np.sort(exact[0] * m + exact[1])):
        return "pairs that are not those of the rule"
    return None


def uneven(drawn, size):
    """Whether one of the first halves is drawn more often than chance allows."""
    share = (size // 2) / size
    mean, sd = len(drawn) * share, math.sqrt(len(drawn) * share * (1.0 - share))
    count = int((drawn < size // 2).sum())
    return f"{count} of {len(drawn)} drawn from the first half" if abs(count - mean) > SIGMAS * sd + 8.0 else None


def expected_pairs(net, one, n, m, loops):
    """Pairs, and weights where the rule says which has which; None for a rule that draws."""
    kind = one["rule"]["kind"]
    if kind in ("Pairs", "sparse"):
        pairs = probes.pairs_of(net, one)
        return *pairs, probes.plain(one["weight"], len(pairs[0]))
    if kind == "OneToOne":
        return np.arange(n), np.arange(n), probes.plain(one["weight"], n)
    if kind in ("AllToAll", "Dense"):
        sources, targets = np.indices((n, m)).reshape(2, -1)
        keep = (sources != targets) | loops
        weights = probes.plain(one["weight"], (n, m))
        return sources[keep], targets[keep], None if weights is None else weights.ravel()[keep]
    if kind in ("Convolution", "Pooling"):
        return planes(one)
    return None


def planes(one):
    """Pairs and weights of a convolution or a pooling, from its definition."""
    rule = one["rule"]
    channels, h, w = rule["shape"]
    pooling = rule["kind"] == "Pooling"
    groups = channels if pooling else rule["groups"]
    ins, outs = channels // groups, rule["outs"]
    kernel = probes.plain(one["weight"], (outs, ins, *rule["window"]))
    rows = (h + 2 * rule["padding"][0] - rule["window"][0]) // rule["stride"][0] + 1
    columns = (w + 2 * rule["padding"][1] - rule["window"][1]) // rule["stride"][1] + 1
    found = []
    for o, y, x, c, ky, kx in itertools.product(*map(range, (outs, rows, columns, ins, *rule["window"]))):
        row = y * rule["stride"][0] + ky - rule["padding"][0]
        column = x * rule["stride"][1] + kx - rule["padding"][1]
        if 0 <= row < h and 0 <= column < w:
            source = ((o // (outs // groups) * ins + c) * h + row) * w + column
            found.append((source, (o * rows + y) * columns + x, kernel[o, c, ky, kx]))
    a, b, weights = np.array(found).reshape(-1, 3).T
    return a.astype(np.int64), b.astype(np.int64), weights


def values(net, one, synapses):
    """Weights and delays: constants, arrays by pair, and the limits of distributions."""
    n, m = (net["populations"][one[end]]["size"] for end in ("source", "target"))
    delays = np.rint(synapses.delays / net["dt"]).astype(np.int64)
    exact = expected_pairs(net, one, n, m, one["autapses"] or one["source"] != one["target"])
    if exact is not None and exact[2] is not None:
        given = plain_delays(net, one, exact)
        ours = [synapses.sources, synapses.targets, synapses.weights, delays]
        theirs = [*exact, np.broadcast_to(given, len(exact[0])) if given is not None else None]
        if given is None:
            ours, theirs = ours[:3], theirs[:3]
        ours, theirs = (np.stack([np.asarray(c, np.float64) for c in columns]) for columns in (ours, theirs))
        if not np.array_equal(ours[:, np.lexsort(ours)], theirs[:, np.lexsort(theirs)]):
            return "weights or delays that are not those of the pairs"
    return limits("weight", one["weight"], synapses.weights, one["receptor"]) or limits("delay", one["delay"], delays)


def plain_delays(net, one, exact):
    """Delays in ticks by pair; None for a distribution."""
    delay = one["delay"]
    if one["rule"]["kind"] == "AllToAll" and isinstance(delay, dict) and "array" in delay:
        n, m = (net["populations"][one[end]]["size"] for end in ("source", "target"))
        return probes.plain(delay, (n, m))[exact[0], exact[1]]
    return probes.plain(delay, len(exact[0]))


def limits(name, value, found, receptor=None):
    """Whether drawn numbers keep to their distribution's limits, and are its constant."""
    if not len(found):
        return None
    if not isinstance(value, dict):
        return None if (found == value).all() else f"a {name} of {found[found != value][0]} and not {value}"
    if "array" in value:
        return None
    low, high = value.get("low"), value.get("high")
    if name == "delay":
        low, high = max(1, round(low)), math.floor(high + 0.5)
    elif value["law"] == "normal" and low is None and receptor is None:
        low, high = (0.0, math.inf) if value["mean"] >= 0 else (-math.inf, 0.0)
    slack = 1e-9 * max(abs(low or 0.0), abs(high or 0.0)) if name == "weight" and high not in (None, math.inf) else 0.0
    if (low is not None and found.min() < low - slack) or (high is not None and found.max() > high + slack):
        return f"{name}s from {found.min()} to {found.max()}, allowed {low} … {high}"
    return None
