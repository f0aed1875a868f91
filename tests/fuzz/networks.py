"""Random networks as plain descriptions: a seed gives a dictionary of numbers, lists, strings; no spikecore object.

Times are ticks, except time constants. A *value* is a number or a dictionary: ``{"law": "normal", …}``, ``{"law":
"uniform", …}``, or ``{"array": "uniform" | "whole", "low", "high", "seed"}``, which stands for an array of whatever
length is asked for. Populations are named by their place in the list.
"""

import itertools
import math
import random

SHAPES = (("small", 650), ("tiny", 120), ("wide", 100), ("long", 60), ("silent", 60), ("huge", 10))
"""Kinds of networks, and how many of a thousand are of each."""
DENSE_ONLY = ("ALIF", "LIFAlpha", "LIFAlpha one")
"""Models whose neurons are stepped in every tick."""
LEAKY = ("LIF", "LIF", "LIF one", "LIFDelta", "IF", "LeakyIntegrator", "LeakyIntegrator current")
"""Models whose neurons can be event-driven; "one" has one synaptic current."""


def describe(seed):
    """The description of the network with this seed."""
    rng = random.Random(seed)
    shape = rng.choices([name for name, _ in SHAPES], [share for _, share in SHAPES])[0]
    net = {
        "fuzz_seed": seed,
        "shape": shape,
        "seed": rng.getrandbits(rng.choice([8, 64])),
        "dt": rng.choice([0.1, 0.1, 0.1, 0.1, 0.001, 0.01, 0.05, 0.25, 0.5, 1.0]),
        "ticks": {
            "small": rng.randint(40, 600),
            "tiny": rng.randint(40, 400),
            "wide": rng.randint(30, 120),
            "long": rng.randint(2_000, 90_000),
            "silent": round(5_000 * 60 ** rng.random()),
            "huge": rng.randint(10, 40),
        }[shape],
        "populations": [],
        "projections": [],
        "stimuli": [],
        "recorders": [],
    }
    for _ in range({"small": rng.randint(1, 4), "tiny": rng.randint(5, 30), "wide": rng.randint(1, 3)}.get(shape, 2)):
        net["populations"].append(population(rng, net, shape))
    for _ in range(rng.choice([0, 1, 1, 1, 2] if shape != "silent" else [1, 2])):
        net["populations"].insert(rng.randint(0, len(net["populations"])), source(rng, net, shape))
    targets = [k for k, one in enumerate(net["populations"]) if one["kind"] != "source"]
    few, many = {"small": (1, 7), "tiny": (4, 60), "wide": (1, 5)}.get(shape, (1, 4))
    for _ in range(rng.randint(few, many)):
        net["projections"].append(projection(rng, net, rng.randrange(len(net["populations"])), rng.choice(targets)))
        if rng.random() < 0.15:
            net["projections"] += block(rng, net, net["projections"].pop(), targets)
    for target in targets:
        if rng.random() < 0.6:
            net["stimuli"] += stimuli(rng, net, target)
    rng.shuffle(net["stimuli"])
    net["weights"] = rng.choice(["f32", "f32", "q16", "f64"])
    if rng.random() < 0.03 and net["weights"] != "q16":
        net["stimuli"].append(overflow(rng, net, rng.choice(targets)))
    for _ in range(rng.choice([0, 1, 2, 4])):
        net["recorders"].append(recorder(rng, net, rng.choice(targets)))
    net["updates"] = rng.choice(["auto", "auto", "dense", "event"])
    if net["updates"] == "event" and any(stepped(one) for one in net["populations"]):
        net["updates"] = "auto"
    net["variants"] = variants(rng, net)
    return net


def stepped(one):
    """Whether neurons are stepped in every tick, and refused by ``updates="event"``: by their model, or with arrays."""
    return one["kind"] in DENSE_ONLY or any(isinstance(value, dict) for value in one.get("parameters", {}).values())


def size_of(rng, shape):
    """Neurons of a population."""
    if shape == "wide":
        return rng.choice([1_000, 2_048, 3_333, 6_000])
    if shape == "huge":
        return rng.choice([40_000, 70_000, 100_000])
    if shape == "tiny":
        return rng.choice([1, 1, 1, 2, 3])
    if shape in ("long", "silent"):
        return rng.choice([1, 5, 64, 129, 300])
    return rng.choice([1, 1, 2, 7, 30, 100, 127, 128, 129, 200, 257, 300])


def population(rng, net, shape):
    """Neurons of any model; one in three has arrays among its parameters."""
    calm = shape in ("long", "silent") and rng.random() < 0.8
    kind = rng.choice(LEAKY if calm else (*LEAKY, *DENSE_ONLY))
    e_l = rng.choice([0.0, -65.0, -70.0])
    gap = rng.choice([5.0, 10.0, 15.0, 3.7])
    tau_m = rng.choice([1.0, 5.0, 10.0, 10.0, 20.0, 100.0, rng.choice([0.05, 1e4])])
    c_m = rng.choice([250.0, 100.0, 1.0])
    drive = rng.choice([0.0, 0.0, 0.0, 0.5, 0.97, 1.1, 2.0, -0.5])
    held = rng.choice([0, 0, 1, 5, 20, 20, 200])
    tau_exc = rng.choice([0.2, 0.5, 2.0, 5.0, 10.0, 30.0])
    tau_inh = rng.choice([0.2, 0.5, 2.0, 5.0, 10.0, 30.0])
    leaky = {"tau_m": tau_m, "c_m": c_m, "e_l": e_l, "i_e": drive * gap * c_m / tau_m}
    fires = {"v_th": e_l + gap, "v_reset": e_l - rng.choice([0.0, 0.0, 1.0, 5.0, -2.0]), "t_ref": held}
    if kind == "ALIF":
        b0 = rng.choice([0.01, 0.1, 1.0])
        beta, tau_adp = rng.choice([0.0, 0.3, 1.8, -0.1]), rng.choice([20.0, 100.0, 700.0])
        own = {"tau_m": tau_m, "tau_adp": tau_adp, "b0": b0, "beta": beta, "r_m": 1.0, "i_e": drive * b0}
    elif kind in ("LIF", "LIFAlpha"):
        own = {**leaky, **fires, "tau_syn_exc": tau_exc, "tau_syn_inh": tau_inh}
    elif kind in ("LIF one", "LIFAlpha one"):
        own = {**leaky, **fires, "tau_syn_exc": tau_exc, "tau_syn_inh": tau_exc}
    elif kind == "LeakyIntegrator":
        own = leaky
    elif kind == "LeakyIntegrator current":
        own = {**leaky, "tau_syn": tau_exc}
    else:
        own = {**leaky, **fires}
    if kind == "IF":
        del own["tau_m"]
    elif kind != "ALIF" and rng.random() < 0.1:
        own["tau_m"] = math.inf
    subtracts = kind in ("LIFDelta", "IF") and rng.random() < 0.35
    if subtracts:
        own["t_ref"] = 0
    varied = [name for name in own if rng.random() < 0.25] if rng.random() < 0.3 and not calm else []
    if kind in ("LIF one", "LIFAlpha one"):
        varied = [name for name in varied if not name.startswith("tau_syn")]
    for name in varied:
        own[name] = spread(rng, name, own[name])
    made = {"kind": kind, "size": size_of(rng, shape), "parameters": own, "subtracts": subtracts, "v_init": None}
    if kind == "ALIF":
        made["v_init"] = rng.choice([None, 0.0, {"law": "uniform", "low": 0.0, "high": own_number(own["b0"]) * 1.5}])
    elif rng.random() < 0.6:
        top = gap * rng.choice([0.9, 1.2])
        laws = [
            {"law": "uniform", "low": e_l - 3.0, "high": e_l + top},
            {
                "law": "normal",
                "mean": e_l + 0.3 * gap,
                "sd": 0.2 * gap,
                "low": e_l - 8.0,
                "high": e_l + top,
                "clip": True,
            },
            {"array": "uniform", "low": e_l, "high": e_l + top, "seed": rng.getrandbits(32)},
            e_l + 0.5 * gap,
        ]
        made["v_init"] = rng.choice(laws)
    return made


def own_number(value):
    """A number in the range of a value."""
    return value["low"] if isinstance(value, dict) else value


def spread(rng, name, number):
    """An array around a number that every neuron may have."""
    if name == "t_ref":
        return {"array": "whole", "low": 0, "high": 2 * number, "seed": rng.getrandbits(32)} if number else 0
    if number == math.inf:
        return number
    share = {"e_l": 0.01, "v_th": 0.004, "v_reset": 0.004}.get(name, 0.4)
    low, high = sorted((number * (1.0 - share), number * (1.0 + share)))
    return {"array": "uniform", "low": low, "high": high, "seed": rng.getrandbits(32)}


def source(rng, net, shape):
    """A spike source, dense or sparse in time."""
    size, ticks = size_of(rng, "small" if shape in ("wide", "huge") else shape), net["ticks"]
    most = {"silent": 30.0, "long": 300.0}.get(shape, 3_000.0)
    share = min(rng.choice([most, most / 10.0, 3.0]) / (size * ticks), 0.9)
    first = rng.choice([1, 1, rng.randint(1, ticks)])
    spikes = {"first": first, "last": rng.randint(first, ticks + 5), "probability": share, "seed": rng.getrandbits(32)}
    return {"kind": "source", "size": size, "spikes": spikes, "as_list": rng.random() < 0.3}


def unit(one, dt):
    """A weight that moves a potential by about 1 mV, or that of an adaptive neuron by a tenth of its threshold."""
    if one["kind"] == "ALIF":
        return (
            0.1 * abs(own_number(one["parameters"]["b0"])) / -math.expm1(-dt / own_number(one["parameters"]["tau_m"]))
        )
    tau = next((one["parameters"][name] for name in ("tau_syn_exc", "tau_syn") if name in one["parameters"]), None)
    if tau is None:
        return 1.0
    tau_m = own_number(one["parameters"]["tau_m"])
    reach = own_number(tau) if tau_m == math.inf else own_number(tau) * tau_m / (own_number(tau) + tau_m)
    charge = math.e if one["kind"].startswith("LIFAlpha") else 1.0
    return own_number(one["parameters"]["c_m"]) / (reach * charge)


def projection(rng, net, a, b):
    """Synapses by any rule, with weights and delays of any form that the rule takes."""
    first, second = net["populations"][a], net["populations"][b]
    n, m = first["size"], second["size"]
    strength = rng.choice([0.1, 0.7, 2.0, 6.0, 12.0]) * (rng.choice([1.0, 1.0, -0.8])) * unit(second, net["dt"])
    busy = n * m
    rules = ["FixedInDegree", "FixedOutDegree", "FixedTotalNumber", "Bernoulli", "Pairs", "sparse", "planes"]
    rules += ["AllToAll", "Dense", "AllToAll"] if busy <= 40_000 else []
    rules += ["OneToOne"] if n == m else []
    kind = rng.choice(rules)
    few = max(1, min(12, 400_000 // (n + m)))
    switches = {"autapses": rng.random() < 0.7 or (a == b and n < 3), "multapses": rng.random() < 0.7}
    if kind == "planes":
        return planes(rng, net, a, b, strength)
    arrays = False
    if kind == "FixedInDegree":
        rule = {"k": rng.randint(0, few if switches["multapses"] else min(few, max(n - 1, 0)))}
    elif kind == "FixedOutDegree":
        rule = {"k": rng.randint(0, few if switches["multapses"] else min(few, max(m - 1, 0)))}
    elif kind == "FixedTotalNumber":
        rule, switches["multapses"] = {"n": rng.randint(0, few * m)}, True
    elif kind == "Bernoulli":
        rule = {"p": rng.choice([0.0, 1.0, few / n]) if busy <= 20_000 else few / n}
        rule["p"] = min(rule["p"], 1.0)
    elif kind in ("Pairs", "sparse"):
        order = rng.choice(["drawn", "by source", "by target", "backwards"])
        rule, arrays = {"n": rng.randint(0, few * m), "seed": rng.getrandbits(32), "order": order}, True
        if kind == "sparse":
            switches = {"autapses": True, "multapses": True}
    elif kind == "Dense":
        rule, switches = {}, {"autapses": True, "multapses": True}
    elif kind == "OneToOne":
        rule, arrays = {}, True
        switches["autapses"] |= a == b
    else:
        rule, arrays = {}, True
    weight = weights(rng, strength, arrays) if kind not in ("Dense", "sparse") else array_around(rng, strength)
    delay = delays(rng, net, arrays) if kind != "Dense" else delays(rng, net, False, constant=True)
    receptor = rng.choice([None, None, None, "excitatory", "inhibitory"])
    made = {"source": a, "target": b, "rule": {"kind": kind, **rule}, "weight": weight, "delay": delay}
    return {**made, "receptor": receptor, **switches}


def block(rng, net, one, targets):
    """The same projection between each of some sources and each of some targets: one call declares them all."""
    if one["rule"]["kind"] not in ("FixedTotalNumber", "Bernoulli", "FixedInDegree") or not one["multapses"]:
        return [one]
    if "ALIF" in {net["populations"][k]["kind"] for k in targets} or net["shape"] in ("wide", "huge"):
        return [one]
    many = len(net["populations"])
    sources = sorted({one["source"], *rng.sample(range(many), min(many, 2))})
    aims = sorted({one["target"], *rng.sample(targets, min(len(targets), 2))})
    if any(net["populations"][k]["size"] < 2 for k in (*sources, *aims)):
        return [one]
    return [{**one, "source": a, "target": b} for a in sources for b in aims]


def planes(rng, net, a, b, strength):
    """A convolution or a pooling between new populations whose sizes fit: `b` gets the size that it must have.

    The source is a new one, so that no other projection changes.
    """
    channels, rows, columns = rng.randint(1, 3), rng.randint(1, 9), rng.randint(1, 9)
    window = (rng.randint(1, rows), rng.randint(1, columns))
    padding = (rng.randint(0, window[0] // 2), rng.randint(0, window[1] // 2))
    stride = (rng.randint(1, 3), rng.randint(1, 3))
    pools = rng.random() < 0.4
    outs = channels if pools else channels * rng.randint(1, 2)
    groups = channels if pools else rng.choice([1, channels])
    free = [n + 2 * p - w for n, p, w in zip((rows, columns), padding, window, strict=True)]
    shape = (outs, free[0] // stride[0] + 1, free[1] // stride[1] + 1)
    sources, targets = {**source(rng, net, "small")}, {**net["populations"][b]}
    sources["size"], targets["size"] = channels * rows * columns, math.prod(shape)
    length = sources["size"] * (sources["spikes"]["last"] - sources["spikes"]["first"] + 1)
    sources["spikes"] = {**sources["spikes"], "probability": min(0.5, 500.0 / length)}
    net["populations"] += [sources, targets]
    rule = {
        "kind": "Pooling" if pools else "Convolution",
        "shape": [channels, rows, columns],
        "window": list(window),
        "stride": list(stride),
        "padding": list(padding),
        "groups": groups,
        "outs": outs,
    }
    made = {"source": len(net["populations"]) - 2, "target": len(net["populations"]) - 1, "rule": rule}
    weight = strength if pools else array_around(rng, strength)
    delay = delays(rng, net, False, constant=True)
    return {**made, "weight": weight, "delay": delay, "receptor": None, "autapses": True, "multapses": True}


def array_around(rng, strength):
    """An array of weights of both signs or of one."""
    low = rng.choice([-0.3, 0.2]) * strength
    low, high = sorted((low, 1.8 * strength))
    return {"array": "uniform", "low": low, "high": high, "seed": rng.getrandbits(32)}


def weights(rng, strength, arrays):
    """A weight of any form that the rule takes."""
    low, high = sorted((0.5 * strength, 1.5 * strength))
    forms = [
        strength,
        strength,
        {"law": "normal", "mean": strength, "sd": 0.3 * abs(strength), "low": None, "high": None, "clip": False},
        {"law": "normal", "mean": strength, "sd": 0.3 * abs(strength), "low": low, "high": high, "clip": True},
        {"law": "uniform", "low": low, "high": high},
    ]
    return rng.choice([*forms, array_around(rng, strength), array_around(rng, strength)] if arrays else forms)


def delays(rng, net, arrays, constant=False):
    """Delays in ticks, of any form that the rule takes; long ones in long networks."""
    most = 65_535 if net["shape"] == "long" else rng.choice([1, 2, 16, 50, 300])
    if constant:
        return rng.randint(1, most)
    low = rng.choice([1, 1, max(1, most - 20), rng.randint(1, most)])
    mean = (low + most) / 2
    forms = [
        rng.randint(1, most),
        rng.choice([1, most]),
        {"law": "uniform", "low": low, "high": most if most == 65_535 else most + 0.25},
        {"law": "normal", "mean": mean, "sd": 0.3 * mean, "low": 0.5, "high": most, "clip": rng.random() < 0.5},
    ]
    return rng.choice(
        [*forms, {"array": "whole", "low": low, "high": most, "seed": rng.getrandbits(32)}] if arrays else forms
    )


def stimuli(rng, net, target):
    """One to three stimuli of a population, of any kind, rare or frequent, for a while or for ever."""
    one, made = net["populations"][target], []
    scale, calm = unit(one, net["dt"]), net["shape"] in ("silent", "long")
    for _ in range(rng.choice([1, 1, 2, 3])):
        start = rng.choice([0, 0, rng.randint(0, net["ticks"])])
        stop = rng.choice([None, None, start + rng.randint(1, max(net["ticks"] // 2, 1))])
        if calm and stop is None and rng.random() < 0.7:
            stop = start + rng.randint(1, 200)
        if rng.random() < 0.6:
            per_tick = rng.choice(
                [1e-5, 1e-3, 3.8e-3, 4e-3, 0.05, 1.0, 12.0, 40.0] if not calm else [1e-6, 1e-4, 0.02, 1.0]
            )
            strength = rng.choice([0.3, 1.0, 4.0, -0.5]) / max(1.0, per_tick**0.5)
            weight = strength * scale
            made.append({"kind": "Poisson", "target": target, "per_tick": per_tick, "weight": weight, "start": start})
        else:
            tau_m = own_number(one["parameters"].get("tau_m", 20.0))
            share = 0.7 if one["kind"] == "ALIF" else own_number(one["parameters"]["c_m"]) / min(tau_m, 50.0)
            size = rng.choice([0.3, 5.0, 14.0, 40.0, -3.0]) * (share * 0.1 if one["kind"] == "ALIF" else share)
            amplitude = rng.choice([size, array_around(rng, size)])
            made.append({"kind": "DirectCurrent", "target": target, "amplitude": amplitude, "start": start})
        made[-1]["stop"] = stop
    return made


def overflow(rng, net, target):
    """Input under which a state may leave the finite range; for this the limits of the face are lifted."""
    net["unlimited"] = True
    weight = rng.choice([3e36, 1e38, -1e38]) * (1e270 if net["weights"] == "f64" else 1.0)
    start = rng.choice([0, rng.randint(0, net["ticks"])])
    made = {"kind": "Poisson", "target": target, "per_tick": rng.choice([0.001, 1.0, 12.0]), "weight": weight}
    return {**made, "start": start, "stop": None}


def recorder(rng, net, target):
    """A recorder of any variable of all neurons or of a few."""
    one = net["populations"][target]
    names = {
        "ALIF": ["v", "eta", "theta"],
        "LIF one": ["v", "i_syn"],
        "LIFAlpha one": ["v", "i_syn"],
        "LeakyIntegrator current": ["v", "i_syn"],
        "LIF": ["v", "i_exc", "i_inh"],
        "LIFAlpha": ["v", "i_exc", "i_inh"],
    }.get(one["kind"], ["v"])
    tau = one["parameters"]
    if one["kind"] in ("LIF", "LIFAlpha") and tau["tau_syn_exc"] == tau["tau_syn_inh"]:
        names = ["v", "i_syn"]
    least = max(1, net["ticks"] * one["size"] // 200_000)
    interval = rng.choice([least, least + 6, max(least, net["ticks"] // 3), net["ticks"] + 3])
    neurons = None if rng.random() < 0.5 else {"count": rng.randint(1, one["size"]), "seed": rng.getrandbits(32)}
    return {"population": target, "variable": rng.choice(names), "neurons": neurons, "interval": interval}


def split(rng, ticks):
    """A random split of a run."""
    cuts = sorted(rng.randint(1, ticks - 1) for _ in range(rng.choice([1, 1, 2, 8]))) if ticks > 1 else []
    ends = [0, *sorted(set(cuts)), ticks]
    return [after - before for before, after in itertools.pairwise(ends)]


def placement(rng, net, count):
    """Any population on any of four cores; none where a core could not hold them."""
    return None if net["shape"] == "huge" else [rng.randint(0, 3) for _ in range(count)]


def variants(rng, net):
    """Variants that must agree with the plain run: every kind once, in random combinations."""
    ticks, count = net["ticks"], len(net["populations"])
    some = sorted(rng.sample(range(count), rng.randint(0, count)))
    return [
        {"workers": 2, "parts": split(rng, ticks), "peek": rng.random() < 0.5},
        {"workers": 3, "parts": split(rng, ticks), "capacity": "least"},
        {"workers": 8, "parts": [ticks], "twice": rng.random() < 0.3, "threads": rng.choice(["all", "cpus"])},
        {"workers": rng.choice([1, 2]), "parts": split(rng, ticks), "level": "scalar"},
        {"workers": rng.choice([1, 3]), "parts": [ticks], "level": "avx2"},
        {"workers": rng.choice([1, 2, 3]), "parts": split(rng, ticks), "recorders": False, "spikes": some},
        {"workers": rng.choice([1, 2]), "parts": [ticks], "before": rng.randint(1, ticks)},
        {"workers": 2, "parts": split(rng, ticks), "placement": placement(rng, net, count)},
    ]
