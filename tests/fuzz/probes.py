"""What the engine draws and rounds, measured on small networks, for the oracle: synapses, Poisson events, constants.

Checks of their own hold each: synapses are held by `rules`, events by their law (`checks.poisson`), and the constants
by the equations to a few units in the last place. So the oracle compares every bit of the dynamics, and no draw or
rounding is taken on trust.
"""

import functools
import math

import numpy as np
import reference_models

import spikecore as sc

from . import drawing, machine, source
from .oracle import Edges, Member

RARE = 1.0 / 256.0
"""Poisson stimuli with fewer events per tick are added before the others."""
LARGE = 1e6
IMPLICIT = ("Dense", "Convolution", "Pooling")


def built(net):
    """The function that builds the network of a description."""
    return executed(source.building(net))


def executed(code):
    """The function `build` of some code."""
    scope = {"sc": sc, "np": np, "math": math, "widened": machine.widened, **vars(drawing)}
    exec(parsed(code), scope)
    return scope["build"]


@functools.lru_cache(64)
def parsed(code):
    """Code that has been parsed."""
    return compile(code, "the network", "exec")


def shape_of(net, one):
    """The shape of an array of weights or delays of a projection; None where it takes none."""
    rule = one["rule"]
    n, m = (net["populations"][one[end]]["size"] for end in ("source", "target"))
    if rule["kind"] in ("Pairs", "sparse"):
        return (len(pairs_of(net, one)[0]),)
    if rule["kind"] == "Convolution":
        return (rule["outs"], rule["shape"][0] // rule["groups"], *rule["window"])
    return {"OneToOne": (n,), "AllToAll": (n, m), "Dense": (n, m)}.get(rule["kind"])


def pairs_of(net, one):
    """The pairs of a rule that is given pair by pair."""
    rule = one["rule"]
    n, m = (net["populations"][one[end]]["size"] for end in ("source", "target"))
    loops = one["autapses"] or one["source"] != one["target"]
    return drawing.edges(rule["n"], rule["seed"], n, m, loops, rule["order"], not one["multapses"])


def plain(value, shape):
    """A value as an array; None for a distribution."""
    if isinstance(value, dict):
        return (
            getattr(drawing, value["array"])(value["low"], value["high"], value["seed"], shape)
            if "array" in value
            else None
        )
    return np.broadcast_to(np.float64(value), shape)


def without(net, kept):
    """The same description with synapses of some projections only; the others draw nothing and keep their numbers."""
    projections = []
    for k, one in enumerate(net["projections"]):
        if k in kept:
            projections.append(one)
            continue
        weight = one["weight"]
        if isinstance(weight, dict) and "array" in weight:
            drawn = plain(weight, shape_of(net, one))
            weight = float(np.abs(drawn).max()) if drawn.size else 0.0
        empty = {"rule": {"kind": "FixedTotalNumber", "n": 0}, "weight": weight, "delay": 1}
        projections.append({**one, **empty, "autapses": True, "multapses": True})
    return {**net, "projections": projections, "recorders": []}


def synapses(net, weights):
    """Synapses of every projection, in the order of the store: one compile for projections between different pairs."""
    found, left = {}, list(range(len(net["projections"])))
    while left:
        ends = {}
        for k in left:
            ends.setdefault((net["projections"][k]["source"], net["projections"][k]["target"]), k)
        kept = set(ends.values())
        network = built(without(net, kept))()
        compiled = network.compile(workers=1, **format_of(weights))
        for (a, b), k in ends.items():
            found[k] = compiled.synapses(network.populations[a], network.populations[b])
        left = [k for k in left if k not in kept]
    return [found[k] for k in sorted(found)]


def format_of(weights):
    """Options of `compile` for a weight format."""
    return {"precision": "f64"} if weights == "f64" else {"weights": weights}


def ranks(net):
    """The order in which one source's projections are summed: by storage kind as it first appears, then by declaration.

    Projections of one constant weight share a kind where their weights are equal; all others are of one kind. With
    16-bit weights it makes no difference: their sums are exact.
    """
    kinds, found = {}, []
    for k, one in enumerate(net["projections"]):
        if one["rule"]["kind"] in IMPLICIT:
            found.append((0, k))
            continue
        weight = one["weight"]
        constant = not isinstance(weight, dict) and one["rule"]["kind"] != "sparse"
        constant &= not (
            one["rule"]["kind"] == "AllToAll" and isinstance(one["delay"], dict) and "array" in one["delay"]
        )
        own = kinds.setdefault(one["source"], [])
        kind = ("constant", np.float64(weight).tobytes()) if constant else ("varied",)
        if kind not in own:
            own.append(kind)
        found.append((own.index(kind), k))
    return found


def edges(net, weights):
    """The projections as the oracle wants them."""
    grid, made = net["dt"], []
    for k, (one, found, rank) in enumerate(zip(net["projections"], synapses(net, weights), ranks(net), strict=True)):
        two = two_currents(net["populations"][one["target"]])
        inhibitory = (
            found.weights < 0.0 if one["receptor"] is None else np.full(len(found), one["receptor"] == "inhibitory")
        )
        receptors = (inhibitory & two).astype(np.int64)
        delays = np.rint(found.delays / grid).astype(np.int64)
        implicit = net["projections"][k]["rule"]["kind"] in IMPLICIT
        columns = found.sources, found.targets, found.weights, delays, receptors
        made.append(Edges(one["source"], one["target"], *columns, implicit, rank))
    return made


def two_currents(one):
    """Whether a population tells excitatory from inhibitory currents."""
    if one["kind"] == "source" or "tau_syn_exc" not in one["parameters"]:
        return False
    exc, inh = (plain(one["parameters"][f"tau_syn_{kind}"], one["size"]) for kind in ("exc", "inh"))
    return not np.array_equal(exc, inh)


def poisson_counts(net):
    """Events of every Poisson stimulus, shape (ticks, size), by its place; counted by neurons that only add up."""
    network = sc.Network(dt=net["dt"], seed=net["seed"])
    recorders = {}
    for k, one in enumerate(net["stimuli"]):
        size = net["populations"][one["target"]]["size"]
        counter = network.population(size, sc.LeakyIntegrator(tau_m=math.inf))
        stop = math.inf if one["stop"] is None else drawing.on_grid(one["stop"], net["dt"])
        times = drawing.on_grid(one["start"], net["dt"]), stop
        if one["kind"] == "Poisson":
            network.stimulate(counter, sc.Poisson(one["per_tick"] / net["dt"] * 1e3, 1.0, *times))
            recorders[k] = network.record(counter)
        else:
            network.stimulate(counter, sc.DirectCurrent(0.0, *times))
    if not recorders:
        return {}
    result = network.compile(workers=1, precision="f64", updates="dense").run(drawing.on_grid(net["ticks"], net["dt"]))
    found = {}
    for k, recorder in recorders.items():
        sums = result.traces[recorder].values
        found[k] = np.diff(sums, axis=0, prepend=np.zeros((1, sums.shape[1])))
    return found


def parameters(one, dt):
    """The oracle's description of a population: parameters as arrays or numbers."""
    own = {name: array_or_number(value, one["size"]) for name, value in one["parameters"].items()}
    if one["kind"] == "ALIF":
        return reference_models.Adaptive(one["size"], **own)
    tau = own.pop("tau_syn", None)
    if one["kind"].startswith("LeakyIntegrator"):
        own |= {"v_th": math.inf, "v_reset": own["e_l"], "t_ref": 0}
    if one["kind"] == "IF":
        own["tau_m"] = math.inf
    if tau is not None:
        own |= {"tau_syn_exc": tau, "tau_syn_inh": tau}
    own["t_ref"] = own["t_ref"] * dt
    if one["kind"].startswith("LIFAlpha"):
        return reference_models.Alpha(one["size"], **own)
    return reference_models.Varied(one["size"], delta="tau_syn_exc" not in own, subtracts=one["subtracts"], **own)


def array_or_number(value, size):
    """An array where a parameter is one."""
    return plain(value, size) if isinstance(value, dict) else value


def constants(p, dt):
    """Propagators of a population as the engine has them: states of one after one step."""
    if isinstance(p, reference_models.Adaptive):
        return adaptive_constants(p, dt)
    network, size = sc.Network(dt=dt), p.size
    quiet = {"c_m": p.c_m, "e_l": 0.0, "v_th": LARGE, "v_reset": -1.0, "tau_m": p.tau_m, "t_ref": 0.0}
    decays = network.population(size, sc.LIFDelta(**quiet), v_init=1.0)
    driven = network.population(size, sc.LIFDelta(**quiet, i_e=1.0), v_init=0.0)
    tables = {"p22": (network.record(decays), 0), "p20": (network.record(driven), 0)}
    if not p.delta:
        spike = network.spike_source(1, times=[[dt]])
        for name in ("e", "i"):
            tau = p.tau_syn_exc if name == "e" else p.tau_syn_inh
            neurons = network.population(size, sc.LIF(**quiet, tau_syn_exc=tau, tau_syn_inh=tau))
            network.connect(spike, neurons, sc.AllToAll(), weight=1.0, delay=dt)
            tables[f"p21{name}"] = network.record(neurons), 2
            tables[f"p11{name}"] = network.record(neurons, "i_syn"), 2
    result = network.compile(workers=1, precision="f64", updates="dense").run(drawing.on_grid(3, dt))
    found = {name: result.traces[recorder].values[row] for name, (recorder, row) in tables.items()}
    return found | alpha_constants(p, dt) if isinstance(p, reference_models.Alpha) else found


def alpha_constants(p, dt):
    """What a slope of 1 pA/ms leads to in a step; its weight is rounded, so it may lie beside 1."""
    network, size, found = sc.Network(dt=dt), p.size, {}
    spikes = network.spike_source(size, times=[[dt]] * size)
    for name, tau in (("e", p.tau_syn_exc), ("i", p.tau_syn_inh)):
        per_weight = np.broadcast_to(np.e / np.float64(tau), size)
        weights = 1.0 / per_weight
        taus = {"tau_syn_exc": tau, "tau_syn_inh": tau}
        model = sc.LIFAlpha(tau_m=p.tau_m, c_m=p.c_m, e_l=0.0, v_th=LARGE, v_reset=-1.0, t_ref=0.0, **taus)
        neurons = network.population(size, model, v_init=0.0)
        network.connect(spikes, neurons, sc.OneToOne(), weight=weights, delay=dt)
        slopes = weights * per_weight
        found |= {
            f"p31{name}": (network.record(neurons), slopes),
            f"p10{name}": (network.record(neurons, "i_syn"), slopes),
        }
    result = network.compile(workers=1, precision="f64", updates="dense").run(drawing.on_grid(3, dt))
    return {name: factor(result.traces[recorder].values[2], slopes) for name, (recorder, slopes) in found.items()}


def factor(products, slopes):
    """The numbers that times the slopes are the products."""
    quotients = products / slopes
    found = quotients.copy()
    for step in (1, -1, 2, -2):
        other = quotients + step * np.spacing(quotients)
        found = np.where((slopes * found != products) & (slopes * other == products), other, found)
    return found


def adaptive_constants(p, dt):
    """Constants of adaptive neurons: rho is the number beside the exact one that explains how eta decays."""
    network, size = sc.Network(dt=dt), p.size
    common = {"tau_m": p.tau_m, "tau_adp": p.tau_adp, "r_m": p.r_m}
    silent = network.population(size, sc.ALIF(**common, b0=LARGE, beta=0.0), v_init=1.0)
    driven = network.population(size, sc.ALIF(**common, b0=LARGE, beta=0.0, i_e=1.0), v_init=0.0)
    half = np.exp(-dt / np.float64(p.tau_m)) / 2
    once = network.population(size, sc.ALIF(**common, b0=half, beta=LARGE), v_init=1.0)
    recorders = network.record(silent), network.record(driven), network.record(once, "eta")
    result = network.compile(workers=1, precision="f64", updates="dense").run(drawing.on_grid(40, dt))
    alpha, gain = (result.traces[recorder].values[0] for recorder in recorders[:2])
    eta = result.traces[recorders[2]].values
    rho = np.broadcast_to(np.exp(-dt / np.float64(p.tau_adp)), size).copy()
    for step in (1, -1, 2, -2):
        other = rho + step * np.spacing(rho)
        better = (decay(eta[1], other, 38) == eta[2:]).all(axis=0) & ~(decay(eta[1], rho, 38) == eta[2:]).all(axis=0)
        rho = np.where(better, other, rho)
    return {"alpha": alpha, "gain": gain, "rho": rho, "fresh": eta[1]}


def decay(start, factor, steps):
    """A number times a factor, again and again."""
    rows = []
    for _ in range(steps):
        start = start * factor
        rows.append(start)
    return np.array(rows)


def exact_constants(p, dt):
    """The same from the equations, in numpy's rounding."""
    if isinstance(p, reference_models.Adaptive):
        tau_m, tau_adp = np.float64(p.tau_m), np.float64(p.tau_adp)
        gain = -np.float64(p.r_m) * np.expm1(-dt / tau_m)
        return {
            "alpha": np.exp(-dt / tau_m),
            "gain": gain,
            "rho": np.exp(-dt / tau_adp),
            "fresh": -np.expm1(-dt / tau_adp),
        }
    is_alpha = isinstance(p, reference_models.Alpha)
    found = reference_models.alpha_propagators(p, dt) if is_alpha else reference_models.propagators(p, dt)
    if p.delta:
        return {name: found[name] for name in ("p22", "p20")}
    return {**found, "p21e": p21(p, p.tau_syn_exc, dt), "p21i": p21(p, p.tau_syn_inh, dt)}


def p21(p, tau, dt):
    """Potential after a step per synaptic current, with no loss of digits where the time constants are close."""
    tau_m, tau, c_m = (np.broadcast_to(np.float64(x), p.size) for x in (p.tau_m, tau, p.c_m))
    leaky = np.isfinite(tau_m)
    finite = np.where(leaky, tau_m, 1.0)
    apart = np.where(finite == tau, 1.0, finite - tau)
    rate = dt * apart / (finite * tau)
    general = dt / c_m * np.exp(-dt / finite) * -np.expm1(-rate) / rate
    alpha = dt / c_m * np.exp(-dt / tau)
    return np.where(leaky, np.where(finite == tau, alpha, general), tau / c_m * -np.expm1(-dt / tau))


def members(net, dtype, start, events):
    """The populations as the oracle wants them; `start` holds potentials at time 0, `events` the Poisson events."""
    made = []
    for k, one in enumerate(net["populations"]):
        if one["kind"] == "source":
            s = one["spikes"]
            spikes = drawing.trains(one["size"], s["first"], s["last"], s["probability"], s["seed"])
            made.append(Member(one["size"], spikes=spikes))
            continue
        p = parameters(one, net["dt"])
        p.v0 = start[k]
        measured = constants(p, net["dt"])
        if isinstance(p, reference_models.Adaptive):
            p.constants = measured
        state = p.state(net["dt"], dtype)
        if not isinstance(p, reference_models.Adaptive):
            state.k |= {name: values.astype(dtype) for name, values in measured.items()}
        gain = measured["gain" if "gain" in measured else "p20"]
        made.append(Member(one["size"], state=state, i_e=p.i_e, gain=gain))
    for rare in (True, False):
        for k, one in enumerate(net["stimuli"]):
            receptor = int(
                one["kind"] == "Poisson" and one["weight"] < 0.0 and two_currents(net["populations"][one["target"]])
            )
            if one["kind"] == "Poisson" and (one["per_tick"] < RARE) == rare:
                made[one["target"]].events.append((events[k], one["weight"], receptor))
    for one in net["stimuli"]:
        if one["kind"] == "DirectCurrent":
            amplitudes = plain(one["amplitude"], net["populations"][one["target"]]["size"])
            stop = math.inf if one["stop"] is None else one["stop"]
            made[one["target"]].currents.append((amplitudes, one["start"], stop))
    return made


def recorders(net):
    """The recorders as the oracle wants them."""
    made = []
    for one in net["recorders"]:
        size = net["populations"][one["population"]]["size"]
        neurons = np.arange(size)
        if one["neurons"] is not None:
            neurons = np.random.default_rng(one["neurons"]["seed"]).permutation(size)[
                : min(one["neurons"]["count"], size)
            ]
        made.append((one["population"], one["variable"], neurons, one["interval"]))
    return made
