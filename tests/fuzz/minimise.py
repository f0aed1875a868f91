"""Makes a failing description small: drops and simplifies parts as long as the same check fails in the same way."""

import copy
import math
import re
import time

from . import checks


def minimised(net, name, budget_s=60.0):
    """The smallest description found in which a check fails as it does now, the check's name, and what it says."""
    if name.startswith("variant"):
        net, name = {**net, "variants": [net["variants"][int(name.split()[1])]]}, "variant 0"
    failure = checks.outcome_of(checks.all_checks(net)[name])
    if failure is None:
        return net, name, None
    until, sign = time.monotonic() + budget_s, signature(failure)
    smaller = True
    while smaller:
        smaller = False
        for stage in STAGES:
            while found := first_that_fails(stage(net), name, sign, until):
                (net, failure), smaller = found, True
    return net, name, failure


def first_that_fails(candidates, name, sign, until):
    """The first candidate whose check fails in the same way, and what it says; None if none does in time."""
    for candidate in candidates:
        if time.monotonic() > until:
            return None
        found = checks.outcome_of(checks.all_checks(candidate).get(name, lambda: None))
        if found is not None and signature(found) == sign:
            return candidate, found
    return None


def signature(failure):
    """What must stay the same: the type of an error, and the words of one that refuses an argument."""
    if "Network" in failure.kind or "ValueError" in failure.kind:
        return failure.kind, re.sub(r"[\d.'e+-]+", "", failure.message)
    return (failure.kind,)


def changed(net, kind, k, one):
    """The description with one part replaced."""
    return {**net, kind: [one if k == n else other for n, other in enumerate(net[kind])]}


def without(net, kind):
    """The description without any, without half and without one of a kind."""
    parts = net[kind]
    half = len(parts) // 2
    if len(parts) > 1:
        yield {**net, kind: []}
    if len(parts) > 3:
        yield from ({**net, kind: parts[:half]}, {**net, kind: parts[half:]})
    for k in reversed(range(len(parts))):
        yield {**net, kind: parts[:k] + parts[k + 1 :]}


def without_one_population(net):
    """The description without one of its populations."""
    if len(net["populations"]) > 1:
        yield from (without_population(net, k) for k in reversed(range(len(net["populations"]))))


def without_population(net, k):
    """The description without a population and what refers to it."""
    small = copy.deepcopy(net)
    del small["populations"][k]
    ends = {"projections": ("source", "target"), "stimuli": ("target",), "recorders": ("population",)}
    for kind, names in ends.items():
        small[kind] = [one for one in small[kind] if all(one[name] != k for name in names)]
        for one in small[kind]:
            one.update({name: one[name] - (one[name] > k) for name in names})
    for one in small["variants"]:
        if one.get("spikes") is not None:
            one["spikes"] = [n - (n > k) for n in one["spikes"] if n != k]
        if one.get("placement") is not None:
            one["placement"] = one["placement"][:k] + one["placement"][k + 1 :]
    return small


def lengths(net):
    """Shorter runs."""
    for ticks in (net["ticks"] // 8, net["ticks"] // 2, net["ticks"] * 3 // 4, net["ticks"] - 1):
        if 0 < ticks < net["ticks"]:
            yield {**net, "ticks": ticks}


def sizes(net):
    """Smaller populations, all at once or one by one."""
    for smaller in (lambda n: 1, lambda n: n // 2, lambda n: n - 1):
        populations = [{**one, "size": max(1, smaller(one["size"]))} for one in net["populations"]]
        if populations != net["populations"]:
            yield {**net, "populations": populations}
        for k, one in enumerate(net["populations"]):
            if not 0 < smaller(one["size"]) < one["size"]:
                continue
            small = {**one, "size": smaller(one["size"])}
            yield changed(net, "populations", k, small)
            if "spikes" in one:
                as_many = min(0.9, one["spikes"]["probability"] * one["size"] / small["size"])
                small["spikes"] = {**one["spikes"], "probability": as_many}
                yield changed(net, "populations", k, small)


def simpler_value(value):
    """A plain number in place of a distribution or an array."""
    if isinstance(value, dict):
        yield from (value[key] for key in ("mean", "high") if key in value)


def simpler_projection(one):
    """A simpler rule, weight, delay."""
    rule = one["rule"]
    for key, least in (("k", 1), ("n", 1)):
        if rule.get(key, 0) > least:
            for number in (least, rule[key] // 2, rule[key] - 1):
                yield {**one, "rule": {**rule, key: number}}
    if rule["kind"] not in ("AllToAll", "OneToOne"):
        for kind in ("AllToAll", "OneToOne"):
            weight = next(simpler_value(one["weight"]), one["weight"])
            is_array = isinstance(one["delay"], dict) and "array" in one["delay"]
            delay = one["delay"]["high"] if is_array else one["delay"]
            yield {**one, "rule": {"kind": kind}, "weight": weight, "delay": delay}
    if rule["kind"] not in ("sparse", "Dense", "Convolution"):
        yield from ({**one, "weight": weight} for weight in simpler_value(one["weight"]))
    for delay in (*simpler_value(one["delay"]), 1):
        if one["delay"] != int(delay):
            yield {**one, "delay": int(delay)}
    if not isinstance(one["delay"], dict) and one["delay"] > 1:
        yield {**one, "delay": one["delay"] // 2}
    if one["receptor"]:
        yield {**one, "receptor": None}
    if not (one["autapses"] and one["multapses"]):
        yield {**one, "autapses": True, "multapses": True}


def simpler_stimulus(one):
    """For ever, from the start on, one current for all."""
    if one["stop"] is not None:
        yield {**one, "stop": None}
    if one["start"]:
        yield {**one, "start": 0, "stop": None}
    yield from ({**one, "amplitude": value} for value in simpler_value(one.get("amplitude")))


def simpler_population(one):
    """Numbers in place of arrays, no drive, no refractoriness, a start at rest; fewer spikes of a source."""
    if one["kind"] == "source":
        spikes = one["spikes"]
        if spikes["probability"] > 1e-9:
            yield {**one, "spikes": {**spikes, "probability": spikes["probability"] / 4}}
        if one["as_list"]:
            yield {**one, "as_list": False}
        return
    if one["v_init"] is not None:
        yield {**one, "v_init": None}
    parameters = one["parameters"]
    for name, value in parameters.items():
        for number in simpler_value(value):
            yield {**one, "parameters": {**parameters, name: number}}
        if name in ("i_e", "t_ref") and value != 0:
            yield {**one, "parameters": {**parameters, name: 0}}
    if one["subtracts"]:
        yield {**one, "subtracts": False}
    if parameters.get("tau_m") == math.inf:
        yield {**one, "parameters": {**parameters, "tau_m": 10.0}}


def simpler_recorder(one):
    """All neurons, every tick."""
    if one["neurons"] is not None:
        yield {**one, "neurons": None}
    if one["interval"] > 1:
        yield {**one, "interval": 1}


SIMPLER = {
    "projections": simpler_projection,
    "stimuli": simpler_stimulus,
    "populations": simpler_population,
    "recorders": simpler_recorder,
}


def simpler_parts(net):
    """Simpler projections, stimuli, populations and recorders."""
    for kind, simpler in SIMPLER.items():
        for k, one in enumerate(net[kind]):
            yield from (changed(net, kind, k, simple) for simple in simpler(one))


def simpler_network(net):
    """The usual tick, seed, format and way of updates."""
    for key, value in (("dt", 0.1), ("seed", 0), ("weights", "f32"), ("updates", "dense")):
        if net[key] != value:
            yield {**net, key: value}


def simpler_variants(net):
    """Variants that differ less from the plain run."""
    for k, one in enumerate(net["variants"] if len(net["variants"]) == 1 else ()):
        for key in ("level", "threads", "capacity", "placement", "before", "twice", "peek", "spikes", "recorders"):
            if key in one:
                yield changed(net, "variants", k, {name: value for name, value in one.items() if name != key})
        if len(one["parts"]) > 1:
            yield changed(net, "variants", k, {**one, "parts": [net["ticks"]]})
        for workers in (1, 2):
            if one["workers"] > workers:
                yield changed(net, "variants", k, {**one, "workers": workers})


STAGES = (
    lambda net: without(net, "recorders"),
    lambda net: without(net, "stimuli"),
    lambda net: without(net, "projections"),
    without_one_population,
    lengths,
    sizes,
    simpler_variants,
    simpler_parts,
    simpler_network,
)
"""What is tried, that which leaves out most first; each again as long as it helps."""


def script(net, name, failure):
    """A script that imports spikecore and numpy only and shows the failure."""
    from importlib.resources import files

    from . import source

    texts = []
    for module in ("drawing", "machine"):
        text = files(__package__).joinpath(f"{module}.py").read_text()
        body = text[text.index('"""', 3) + 3 :]
        texts.append(re.sub(r"^(import|from) .*\n", "", body, flags=re.MULTILINE).strip("\n"))
    shown = failure.lines or checks.lines(net, name)
    head = [f"# Network {net['fuzz_seed']} of the fuzzer, minimised. Check: {name}."]
    head += [f"# {line}" for line in failure.message.splitlines()[:12]]
    imports = ["contextlib", "json", "math", "os", "pickle", "subprocess", "sys"]
    head += ["", *(f"import {module}" for module in imports), "from types import SimpleNamespace", ""]
    head += ["import numpy as np", "", "import spikecore as sc", ""]
    ends = ['print(wrong or "no difference")', "sys.exit(wrong is not None)"]
    parts = [*texts, source.building(net), OUTCOME, "wrong = None", shown, *ends]
    return "\n".join(head) + "\n\n".join(parts) + "\n"


OUTCOME = '''def outcome(variant):
    """The outcome of a variant, at its level in a process of its own."""
    level = variant.pop("level", None)
    if level is None:
        return run(build, variant)
    command = [sys.executable, __file__, json.dumps(variant)]
    environment = {**os.environ, "SPIKECORE_SIMD": level}
    return pickle.loads(subprocess.run(command, env=environment, stdout=subprocess.PIPE, check=True).stdout)


if len(sys.argv) > 1:
    pickle.dump(run(build, json.loads(sys.argv[1])), sys.stdout.buffer)
    sys.exit()'''
