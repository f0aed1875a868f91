"""Small networks whose runs are frozen: every model in every format, every rule, stimulus and layout by itself.

Each function returns a network that fires; `RUNS` has them by name, with options of `compile` and a duration in ms.
"""

import itertools

import numpy as np

import spikecore as sc

N = 200
MODELS = {
    "two_receptors": sc.LIF(tau_syn_exc=0.5, tau_syn_inh=3.0, t_ref=1.0),
    "one_receptor": sc.LIF(tau_syn_exc=1.0, tau_syn_inh=1.0, t_ref=0.0),
    "delta": sc.LIFDelta(t_ref=2.0),
    "alpha": sc.LIFAlpha(tau_syn_exc=0.5, tau_syn_inh=3.0, t_ref=1.0),
    "alpha_one_receptor": sc.LIFAlpha(tau_syn_exc=1.0, tau_syn_inh=1.0, t_ref=0.0),
    "varied_alpha": sc.LIFAlpha(tau_m=np.linspace(8.0, 30.0, N), tau_syn_exc=np.linspace(0.5, 2.0, N)),
    "perfect": sc.IF(c_m=1.0, e_l=0.0, v_th=1.0, v_reset=0.0),
    "perfect_subtracting": sc.IF(c_m=1.0, e_l=0.0, v_th=1.0, v_reset=0.0, reset="subtract"),
    "adaptive": sc.ALIF(),
    "varied": sc.LIF(
        tau_m=np.linspace(8.0, 30.0, N), v_th=np.linspace(-52.0, -48.0, N), i_e=np.linspace(0.0, 200.0, N)
    ),
    "varied_delta": sc.LIFDelta(tau_m=np.linspace(8.0, 30.0, N), t_ref=np.round(np.linspace(0.0, 3.0, N), 1)),
}
PULSES = {
    "two_receptors": 9_000.0,
    "one_receptor": 2_500.0,
    "delta": 9.0,
    "alpha": 3_500.0,
    "alpha_one_receptor": 250.0,
    "varied_alpha": 2_000.0,
    "perfect": 0.5,
    "perfect_subtracting": 0.5,
    "adaptive": 1.5,
    "varied": 4_000.0,
    "varied_delta": 9.0,
}
"""A weight of each model by which a few events make a spike."""
RUNS = {}


def frozen(**options):
    """Keep a network of `RUNS` under the name of its function."""

    def keep(build):
        RUNS[build.__name__] = (build, options)
        return build

    return keep


def of_model(name, poisson_hz=300.0):
    """Neurons of one model with events from outside and among themselves, read out by an integrator."""
    net, pulse = sc.Network(dt=0.1, seed=11), PULSES[name]
    start = sc.Uniform(0.0, 0.9) if name.startswith("perfect") else None
    neurons = net.population(N, MODELS[name], name="neurons", v_init=start)
    reader = net.population(10, sc.LeakyIntegrator(), name="reader")
    net.stimulate(neurons, sc.Poisson(rate=poisson_hz, weight=pulse))
    net.connect(
        neurons, neurons, sc.FixedOutDegree(8), weight=sc.Normal(0.3 * pulse, 0.03 * pulse), delay=sc.Uniform(0.1, 4.0)
    )
    net.connect(neurons, neurons, sc.FixedInDegree(3), weight=-0.2 * pulse, delay=1.5)
    net.connect(neurons, reader, sc.Bernoulli(0.3), weight=1.0, delay=0.4)
    net.record(neurons, "v", neurons=range(0, N, 7), interval=0.5)
    net.record(reader, "v")
    return net


for model, weights in itertools.product(MODELS, ("f32", "f64", "q16")):
    RUNS[f"{model}_{weights}"] = (
        lambda model=model: of_model(model),
        {"precision": "f64"} if weights == "f64" else {"weights": weights},
    )
for model, updates in itertools.product(("two_receptors", "one_receptor", "delta", "perfect"), ("event", "dense")):
    RUNS[f"{model}_{updates}"] = (lambda model=model: of_model(model, 40.0), {"updates": updates, "duration": 300.0})


def of_rule(rule, size=60, weight=3.0, delay=0.7, **more):
    """A source onto neurons by one rule."""
    net, rng = sc.Network(dt=0.1, seed=12), np.random.RandomState(12)
    source = net.spike_source(
        size, [np.sort(rng.choice(900, 60, replace=False) + 1) * 0.1 for _ in range(size)], name="source"
    )
    neurons = net.population(60, sc.LIFDelta(t_ref=0.5), name="neurons")
    net.connect(source, neurons, rule, delay=delay, **({} if weight is None else {"weight": weight}), **more)
    return net


def edges(seed=13, n=400):
    """Pairs in no order, some of them twice, with a weight and a delay each."""
    rng = np.random.RandomState(seed)
    return (
        sc.Pairs(rng.randint(0, 60, n), rng.randint(0, 60, n)),
        rng.normal(6.0, 1.0, n),
        (rng.randint(0, 40, n) + 1) * 0.1,
    )


RULES = {
    "one_to_one": lambda: of_rule(sc.OneToOne(), weight=16.0),
    "all_to_all": lambda: of_rule(sc.AllToAll(), weight=0.6),
    "bernoulli": lambda: of_rule(sc.Bernoulli(0.15), delay=sc.Normal(2.0, 1.0, low=0.1)),
    "fixed_in_degree": lambda: of_rule(sc.FixedInDegree(8), weight=sc.Uniform(1.0, 7.0)),
    "fixed_in_degree_once": lambda: of_rule(
        sc.FixedInDegree(8), delay=sc.Uniform(0.1, 9.0), multapses=False, autapses=False
    ),
    "fixed_out_degree": lambda: of_rule(sc.FixedOutDegree(8), weight=sc.Normal(4.0, 1.0)),
    "fixed_total_number": lambda: of_rule(sc.FixedTotalNumber(500), delay=sc.Uniform(0.1, 5.0)),
    "pairs": lambda: (lambda pairs, weight, delay: of_rule(pairs, weight=weight, delay=delay))(*edges()),
    "dense": lambda: of_rule(sc.Dense(np.random.RandomState(14).normal(0.4, 0.8, (60, 60))), weight=None),
    "convolution": lambda: of_rule(
        sc.Convolution(np.random.RandomState(15).normal(3.0, 1.0, (5, 1, 3, 3)), (1, 5, 6)), size=30, weight=None
    ),
    "pooling": lambda: of_rule(sc.Pooling(2, (15, 4, 4)), size=240, weight=5.0),
}
RUNS |= {f"rule_{name}": (build, {}) for name, build in RULES.items()}


@frozen()
def stimulus_direct_current():
    net = sc.Network(dt=0.1, seed=16)
    neurons = net.population(N, sc.LIF(), name="neurons")
    net.stimulate(neurons, sc.DirectCurrent(np.linspace(300.0, 700.0, N), start=5.0, stop=60.0))
    net.stimulate(neurons, sc.DirectCurrent(150.0, start=30.0))
    return net


@frozen(duration=2_000.0, updates="event")
def stimulus_rare_poisson():
    net = sc.Network(dt=0.1, seed=17)
    neurons = net.population(N, sc.LIFDelta(), name="neurons")
    net.stimulate(neurons, sc.Poisson(rate=2.0, weight=20.0, start=3.0, stop=1_500.0))
    return net


@frozen(duration=900.0)
def layout_long_delays():
    net = sc.Network(dt=0.1, seed=18)
    neurons = net.population(N, sc.LIFDelta(), name="neurons")
    net.stimulate(neurons, sc.Poisson(rate=100.0, weight=9.0))
    net.connect(neurons, neurons, sc.FixedOutDegree(40), weight=sc.Normal(0.4, 0.1), delay=sc.Uniform(0.1, 600.0))
    net.connect(neurons, neurons, sc.FixedOutDegree(2), weight=0.5, delay=sc.Uniform(0.1, 2.0))
    return net


@frozen(duration=1_000.0, workers=4)
def layout_loose_on_many_cores():
    net = sc.Network(dt=0.1, seed=19)
    neurons = net.population(3_000, sc.LIFDelta(), name="neurons")
    net.stimulate(neurons, sc.Poisson(rate=4.0, weight=20.0))
    net.connect(neurons, neurons, sc.FixedOutDegree(10), weight=sc.Normal(1.0, 0.1), delay=sc.Uniform(0.5, 10.0))
    return net
