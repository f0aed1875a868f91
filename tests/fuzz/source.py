"""A description as Python code: what builds a network here is what a printed script runs."""

import math


def building(net):
    """The text of `build(recorders)`, which returns the network; it needs `sc`, `np` and the functions of `drawing`."""
    lines = [f"net = sc.Network(dt={net['dt']!r}, seed={net['seed']})", "p = []"]
    lines += [f"p.append({population(net, one)})" for one in net["populations"]]
    lines += [projection(net, *block) for block in blocks(net["projections"])]
    lines += [stimulus(net, one) for one in net["stimuli"]]
    if net["recorders"]:
        lines += ["if recorders:", *(f"    {recorder(net, one)}" for one in net["recorders"])]
    lines.append("return net")
    ends = ["", "", "build = widened(build)", ""] if net.get("unlimited") else [""]
    return "\n".join(["def build(recorders=True):", *(f"    {line}" for line in lines), *ends])


def blocks(projections):
    """Projections in a row that one call declares: the same between each of some sources and each of some targets."""
    start = 0
    while start < len(projections):
        end, ends = start, []
        while end < len(projections) and alike(projections[start], projections[end]):
            ends.append((projections[end]["source"], projections[end]["target"]))
            end += 1
        sources, targets = (sorted({pair[k] for pair in ends}) for k in (0, 1))
        if ends != [(a, b) for a in sources for b in targets]:
            end, sources, targets = start + 1, [ends[0][0]], [ends[0][1]]
        yield projections[start], sources, targets
        start = end


def alike(one, other):
    """Whether two projections differ in their ends alone, and draw the same whatever the sizes."""
    drawn = one["rule"]["kind"] in ("FixedTotalNumber", "Bernoulli", "FixedInDegree")
    return one is other or (drawn and {**other, "source": one["source"], "target": one["target"]} == one)


def number(value):
    """A number as code."""
    return "math.inf" if value == math.inf else repr(value)


def array(value, shape, net=None):
    """An array as code; of ticks in ms where `net` is given."""
    code = f"{value['array']}({value['low']!r}, {value['high']!r}, {value['seed']}, {shape})"
    return code if net is None else f"on_grid({code}, {net['dt']!r})"


def ms(net, ticks):
    """Ticks in ms as code."""
    inverse = round(1.0 / net["dt"])
    exact = inverse > 0 and abs(1.0 / net["dt"] - inverse) < 1e-9
    return repr(ticks / inverse if exact else ticks * net["dt"])


def value(net, given, shape, is_time=False):
    """A number, a distribution or an array as code."""
    if not isinstance(given, dict):
        return ms(net, given) if is_time else number(given)
    if "array" in given:
        return array(given, shape, net if is_time else None)
    scale = net["dt"] if is_time else 1.0
    limits = {name: given[name] * scale for name in ("mean", "sd", "low", "high") if given.get(name) is not None}
    inside = ", ".join(f"{name}={limit!r}" for name, limit in limits.items())
    if given["law"] == "uniform":
        return f"sc.Uniform({inside})"
    return f"sc.Normal({inside}, clip={given['clip']})"


def population(net, one):
    """A population as code."""
    size = one["size"]
    if one["kind"] == "source":
        spikes = one["spikes"]
        drawn = f"trains({size}, {spikes['first']}, {spikes['last']}, {spikes['probability']!r}, {spikes['seed']})"
        times = f"(lambda n, t: (n, on_grid(t, {net['dt']!r})))(*{drawn})"
        return f"net.spike_source({size}, {f'as_list({size}, *{times})' if one['as_list'] else times})"
    parts = [f"{name}={value(net, given, size, is_time=name == 't_ref')}" for name, given in one["parameters"].items()]
    if one["subtracts"]:
        parts.append("reset='subtract'")
    model = f"sc.{one['kind'].split()[0]}({', '.join(parts)})"
    start = "" if one["v_init"] is None else f", v_init={value(net, one['v_init'], size)}"
    return f"net.population({size}, {model}{start})"


def projection(net, one, sources, targets):
    """A projection, or a block of them, as code."""
    rule, n, m = one["rule"], *(net["populations"][one[end]]["size"] for end in ("source", "target"))
    kind, before, shape = rule["kind"], "", None
    if kind in ("Pairs", "sparse"):
        loops = one["autapses"] or one["source"] != one["target"]
        drawn = f"{rule['n']}, {rule['seed']}, {n}, {m}, {loops}, {rule['order']!r}, {not one['multapses']}"
        before, shape = f"pairs = edges({drawn}); ", "len(pairs[0])"
    elif kind == "OneToOne":
        shape = str(n)
    elif kind in ("AllToAll", "Dense"):
        shape = f"({n}, {m})"
    elif kind == "Convolution":
        shape = f"({rule['outs']}, {rule['shape'][0] // rule['groups']}, {rule['window'][0]}, {rule['window'][1]})"
    weights = value(net, one["weight"], shape)
    shapes, stride, padding = (tuple(rule.get(name, ())) for name in ("shape", "stride", "padding"))
    planes = f"{shapes}, stride={stride}, padding={padding}"
    codes = {
        "FixedInDegree": lambda: f"sc.FixedInDegree({rule['k']})",
        "FixedOutDegree": lambda: f"sc.FixedOutDegree({rule['k']})",
        "FixedTotalNumber": lambda: f"sc.FixedTotalNumber({rule['n']})",
        "Bernoulli": lambda: f"sc.Bernoulli({rule['p']!r})",
        "OneToOne": lambda: "sc.OneToOne()",
        "AllToAll": lambda: "sc.AllToAll()",
        "Pairs": lambda: "sc.Pairs(*pairs)",
        "sparse": lambda: f"sparse_matrix(pairs, {weights}, ({n}, {m}))",
        "Dense": lambda: f"sc.Dense({weights})",
        "Convolution": lambda: f"sc.Convolution({weights}, {planes}, groups={rule['groups']})",
        "Pooling": lambda: f"sc.Pooling({tuple(rule['window'])}, {planes})",
    }
    options = [] if kind in ("sparse", "Dense", "Convolution") else [f"weight={weights}"]
    options.append(f"delay={value(net, one['delay'], shape, is_time=True)}")
    if one["receptor"]:
        options.append(f"receptor={one['receptor']!r}")
    options += [f"{name}=False" for name in ("autapses", "multapses") if not one[name]]
    ends = (f"p[{few[0]}]" if len(few) == 1 else f"[{', '.join(f'p[{k}]' for k in few)}]" for few in (sources, targets))
    return f"{before}net.connect({', '.join(ends)}, {codes[kind]()}, {', '.join(options)})"


def stimulus(net, one):
    """A stimulus as code."""
    times = f"start={ms(net, one['start'])}"
    if one["stop"] is not None:
        times += f", stop={ms(net, one['stop'])}"
    size = net["populations"][one["target"]]["size"]
    if one["kind"] == "Poisson":
        rate = one["per_tick"] / net["dt"] * 1e3
        return f"net.stimulate(p[{one['target']}], sc.Poisson({rate!r}, {one['weight']!r}, {times}))"
    return f"net.stimulate(p[{one['target']}], sc.DirectCurrent({value(net, one['amplitude'], size)}, {times}))"


def recorder(net, one):
    """A recorder as code."""
    size, chosen = net["populations"][one["population"]]["size"], ""
    if one["neurons"] is not None:
        count = min(one["neurons"]["count"], size)
        chosen = f", neurons=np.random.default_rng({one['neurons']['seed']}).permutation({size})[:{count}]"
    return f"net.record(p[{one['population']}], {one['variable']!r}{chosen}, interval={ms(net, one['interval'])})"
