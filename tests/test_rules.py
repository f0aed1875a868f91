"""Connection rules, weights and delays against their exact distributions. Seeds are fixed; p-values above 1e-4."""

import numpy as np
import pytest
from scipy import stats

import spikecore as sc
from spikecore.library import microcircuit

P = 1e-4  # probability that a right implementation fails one of these tests, were the seed free


def connected(rule, n=400, m=300, same=False, workers=2, seed=5, **options):
    net = sc.Network(dt=0.1, seed=seed)
    a = net.population(n, sc.LIF(), name="a")
    b = a if same else net.population(m, sc.LIF(), name="b")
    options = {"weight": 1.0, "delay": 1.0, **options}
    net.connect(a, b, rule, **options)
    return net.compile(workers=workers).synapses(a, b)


def chi2_uniform(counts):
    """p-value that counts are multinomial with equal probabilities."""
    return stats.chisquare(counts).pvalue


def degrees(synapses, n, m):
    return np.bincount(synapses.sources, minlength=n), np.bincount(synapses.targets, minlength=m)


def test_one_to_one_and_all_to_all():
    one = connected(sc.OneToOne(), 300, 300)
    np.testing.assert_array_equal(one.sources, np.arange(300))
    np.testing.assert_array_equal(one.targets, np.arange(300))
    every = connected(sc.AllToAll(), 40, 30)
    pairs = set(zip(every.sources.tolist(), every.targets.tolist(), strict=True))
    assert pairs == {(s, t) for s in range(40) for t in range(30)}
    assert len(every) == 1200
    apart = connected(sc.AllToAll(), 40, same=True, autapses=False)
    assert len(apart) == 40 * 39
    assert not np.any(apart.sources == apart.targets)


def test_fixed_in_degree():
    s = connected(sc.FixedInDegree(50))
    out, inc = degrees(s, 400, 300)
    assert set(inc) == {50}
    # Sources are drawn uniformly with repeats: out-degrees are multinomial.
    assert chi2_uniform(out) > P
    pairs = s.sources.astype(np.int64) * 300 + s.targets
    repeats = len(pairs) - len(np.unique(pairs))
    expected = 300 * (50 - 400 * (1 - (1 - 1 / 400) ** 50))
    assert abs(repeats - expected) < 4 * np.sqrt(expected)


def test_fixed_out_degree():
    s = connected(sc.FixedOutDegree(50))
    out, inc = degrees(s, 400, 300)
    assert set(out) == {50}
    assert chi2_uniform(inc) > P
    pairs = s.sources.astype(np.int64) * 300 + s.targets
    repeats = len(pairs) - len(np.unique(pairs))
    expected = 400 * (50 - 300 * (1 - (1 - 1 / 300) ** 50))
    assert abs(repeats - expected) < 4 * np.sqrt(expected)


def test_fixed_total_number_is_uniform_over_pairs():
    s = connected(sc.FixedTotalNumber(120_000))
    assert len(s) == 120_000
    out, inc = degrees(s, 400, 300)
    assert chi2_uniform(out) > P
    assert chi2_uniform(inc) > P
    table = np.bincount(s.sources.astype(np.int64) * 300 + s.targets, minlength=120_000)
    # One synapse per pair on average: the counts are Poisson.
    observed = np.bincount(table, minlength=6)[:6]
    expected = stats.poisson.pmf(np.arange(6), 1.0) * 120_000
    assert stats.chisquare(observed, expected * observed.sum() / expected.sum()).pvalue > P


def test_bernoulli():
    s = connected(sc.Bernoulli(0.1))
    assert abs(len(s) - 12_000) < 4 * np.sqrt(12_000 * 0.9)
    out, inc = degrees(s, 400, 300)
    for counts, n in [(out, 300), (inc, 400)]:
        cells = np.bincount(counts, minlength=n + 1)
        p = stats.binom.pmf(np.arange(n + 1), n, 0.1) * len(counts)
        keep = p >= 5
        observed, expected = np.append(cells[keep], cells[~keep].sum()), np.append(p[keep], p[~keep].sum())
        assert stats.chisquare(observed, expected * observed.sum() / expected.sum()).pvalue > P
    assert len(np.unique(s.sources.astype(np.int64) * 300 + s.targets)) == len(s)


DRAWN = [sc.FixedInDegree(40), sc.FixedOutDegree(40), sc.Bernoulli(0.1), sc.FixedTotalNumber(9000)]


@pytest.mark.parametrize("rule", DRAWN)
@pytest.mark.parametrize("multapses", [True, False])
@pytest.mark.parametrize("autapses", [True, False])
def test_flags(rule, multapses, autapses):
    if isinstance(rule, sc.FixedTotalNumber) and not multapses:
        with pytest.raises(sc.NetworkError, match="multapses"):
            connected(rule, 100, same=True, autapses=autapses, multapses=multapses)
        return
    s = connected(rule, 100, same=True, autapses=autapses, multapses=multapses)
    assert np.any(s.sources == s.targets) == autapses
    unique = len(np.unique(s.sources.astype(np.int64) * 100 + s.targets)) == len(s)
    assert unique == (not multapses or isinstance(rule, sc.Bernoulli))
    if isinstance(rule, sc.FixedInDegree):
        assert set(np.bincount(s.targets, minlength=100)) == {40}
    if isinstance(rule, sc.FixedOutDegree):
        assert set(np.bincount(s.sources, minlength=100)) == {40}
    others = np.bincount((s.targets.astype(np.int64) - s.sources) % 100, minlength=100)[1:]
    assert chi2_uniform(others) > P


def test_in_degrees_near_the_size_of_the_pool():
    s = connected(sc.FixedInDegree(390), multapses=False)
    assert set(np.bincount(s.targets, minlength=300)) == {390}
    missing = 300 - np.bincount(s.sources, minlength=400)
    assert missing.sum() == 3000
    assert chi2_uniform(missing) > P


def test_weights_follow_their_distributions():
    normal = connected(sc.FixedTotalNumber(200_000), weight=sc.Normal(87.8, 8.78)).weights
    assert stats.kstest(normal, stats.norm(87.8, 8.78).cdf).pvalue > P
    half = connected(sc.FixedTotalNumber(200_000), weight=sc.Normal(1.0, 1.0)).weights
    assert half.min() >= 0  # redrawn: the sign of the mean picks the receptor
    assert stats.kstest(half, stats.truncnorm(-1, np.inf, 1, 1).cdf).pvalue > P
    clipped = connected(sc.FixedTotalNumber(200_000), weight=sc.Normal(1.0, 1.0, low=0.5, high=2.0, clip=True)).weights
    for value, probability in [(0.5, stats.norm.cdf(-0.5)), (2.0, stats.norm.sf(1.0))]:
        count = np.count_nonzero(clipped == value)
        assert abs(count - 200_000 * probability) < 4 * np.sqrt(200_000 * probability)
    uniform = connected(sc.FixedTotalNumber(200_000), weight=sc.Uniform(-5.0, -2.0)).weights
    assert stats.kstest(uniform, stats.uniform(-5, 3).cdf).pvalue > P
    for k, moment in enumerate([stats.moment(normal, order, center=87.8) for order in (1, 2, 3, 4)], start=1):
        exact = stats.norm(0, 8.78).moment(k)
        error = np.sqrt((stats.norm(0, 8.78).moment(2 * k) - exact**2) / 200_000)
        assert abs(moment - exact) < 4 * error


@pytest.mark.parametrize(("mean", "sd", "redrawn"), [(1.5, 0.75, 0.0266), (0.75, 0.375, 0.0310)])
def test_as_many_values_are_redrawn_as_lie_outside(mean, sd, redrawn):
    """Clipping and redrawing begin with the same numbers: those that were drawn again are those that were clipped."""
    both = [
        connected(sc.FixedTotalNumber(400_000), weight=sc.Normal(mean, sd, low=0.05, clip=clip)).weights
        for clip in (True, False)
    ]
    again = both[0] != both[1]
    assert set(both[0][again]) == {np.float32(0.05)}
    assert np.all(both[1] >= np.float32(0.05))
    assert abs(np.mean(again) - redrawn) < 4 * np.sqrt(redrawn / 400_000) + 5e-5
    assert stats.kstest(both[1][again], stats.truncnorm((0.05 - mean) / sd, np.inf, mean, sd).cdf).pvalue > P


def test_sixteen_bit_weights_are_the_same_within_half_a_step():
    def weights(form):
        net = sc.Network(seed=5)
        a = net.population(200, sc.LIF())
        net.connect(a, a, sc.FixedTotalNumber(20_000), weight=sc.Normal(87.8, 8.78), delay=1.0)
        return net.compile(workers=1, weights=form).synapses(a, a).weights

    steps = weights("q16")
    assert np.max(np.abs(steps - weights("f32"))) <= 2.0**-7 / 2  # 147.5 / 32767 lies between 2^-8 and 2^-7
    assert len(np.unique(steps)) > 1000


def check_law(ticks, masses):
    """Ticks 1, 2 … follow `masses`: by chi-square, and in mean and variance, within 4 standard errors."""
    observed, expected = np.bincount(ticks, minlength=len(masses) + 1)[1:], masses * len(ticks)
    assert observed.size == masses.size
    keep = expected >= 5
    counts, kept = np.append(observed[keep], observed[~keep].sum()), np.append(expected[keep], expected[~keep].sum())
    some = kept > 0
    assert counts[~some].sum() == 0
    assert stats.chisquare(counts[some], kept[some] * counts.sum() / kept.sum()).pvalue > P
    values = np.arange(1, len(masses) + 1)
    masses = masses / masses.sum()
    mean = (masses * values).sum()
    variance, fourth = ((masses * (values - mean) ** order).sum() for order in (2, 4))
    assert abs(ticks.mean() - mean) < 4 * np.sqrt(variance / len(ticks))
    assert abs(ticks.var() - variance) < 4 * np.sqrt((fourth - variance**2) / len(ticks))


def delay_masses(mean, sd, low):
    edges = np.arange(1, 120) / 10 - 0.05
    cdf = stats.norm(mean, sd).cdf
    below = np.concatenate([[low], edges[1:-1]])
    return (cdf(edges[1:]) - cdf(below)) / stats.norm(mean, sd).sf(low)


@pytest.mark.parametrize(
    ("mean", "sd", "shortest", "redrawn"),
    [(1.5, 0.75, 0.0096, 0.0266), (0.75, 0.375, 0.0246, 0.0310)],
)
def test_delays_follow_their_distribution(mean, sd, shortest, redrawn):
    delays = connected(sc.FixedTotalNumber(400_000), delay=sc.Normal(mean, sd, low=0.05)).delays
    ticks = np.rint(delays * 10).astype(int)
    check_law(ticks, delay_masses(mean, sd, 0.05))
    first = np.mean(ticks == 1)
    assert abs(first - shortest) < 4 * np.sqrt(shortest / 400_000) + 5e-5
    # A share r is redrawn: clipped, the shortest delay has it and a share 1 - r of what it has redrawn.
    clipped = connected(sc.FixedTotalNumber(400_000), delay=sc.Normal(mean, sd, low=0.05, clip=True), seed=6).delays
    share = (np.mean(np.rint(clipped * 10) == 1) - first) / (1 - first)
    assert abs(share - redrawn) < 4 * np.sqrt((redrawn + 2 * shortest) / 400_000) + 5e-5  # reference A


@pytest.mark.parametrize(("low", "high"), [(0.05, 20.0), (0.8, 2.0), (1.0, 1.5)])
def test_clipped_delays_have_the_rest_at_their_ends(low, high):
    delays = connected(sc.FixedTotalNumber(200_000), delay=sc.Normal(1.5, 0.75, low=low, high=high, clip=True)).delays
    ticks = np.rint(delays * 10).astype(int)
    first, last = max(int(np.floor(low * 10 + 0.5)), 1), round(high * 10)
    edges = np.concatenate([[-np.inf], np.arange(first, last) / 10 + 0.05, [np.inf]])
    masses = np.concatenate([np.zeros(first - 1), np.diff(stats.norm(1.5, 0.75).cdf(edges))])
    check_law(ticks, masses)


def test_uniform_delays_on_the_grid():
    delays = connected(sc.FixedTotalNumber(100_000), delay=sc.Uniform(0.95, 3.05)).delays
    ticks = np.rint(delays * 10).astype(int)
    assert ticks.min() == 10
    assert ticks.max() == 30
    check_law(ticks, np.append(np.zeros(9), np.full(21, 1 / 21)))


def test_given_values_stay_with_their_pairs():
    rng = np.random.default_rng(1)
    sources, targets = rng.integers(0, 400, 5000), rng.integers(0, 300, 5000)
    weights, delays = rng.normal(0, 10, 5000).astype(np.float32), rng.integers(1, 300, 5000)
    s = connected(sc.Pairs(sources, targets), weight=weights, delay=delays * 0.1)

    def rows(*columns):
        return sorted(zip(*(c.tolist() for c in columns), strict=True))

    assert rows(s.sources, s.targets, s.weights, np.rint(s.delays * 10).astype(int)) == rows(
        sources, targets, weights.astype(float), delays
    )


def test_sparse_matrices():
    sparse = pytest.importorskip("scipy.sparse")
    matrix = sparse.random(400, 300, density=0.05, random_state=3, format="csr")
    net = sc.Network(seed=5)
    a, b = net.population(400, sc.LIF()), net.population(300, sc.LIF())
    net.connect(a, b, matrix, delay=1.0)
    s = net.compile(workers=3).synapses(a, b)
    back = sparse.coo_array((s.weights, (s.sources, s.targets)), shape=(400, 300)).toarray()
    np.testing.assert_array_equal(back, matrix.toarray().astype(np.float32))


@pytest.mark.parametrize("rule", DRAWN)
def test_the_same_network_for_any_number_of_workers(rule):
    def all_of(workers):
        s = connected(rule, 1000, 700, workers=workers, weight=sc.Normal(1, 0.2), delay=sc.Uniform(0.1, 3))
        return [s.sources, s.targets, s.weights, s.delays]

    first = all_of(1)
    for workers in (2, 3, 8):
        for ours, theirs in zip(all_of(workers), first, strict=True):
            np.testing.assert_array_equal(ours, theirs)
    other = connected(rule, 1000, 700, seed=6, weight=sc.Normal(1, 0.2), delay=sc.Uniform(0.1, 3))
    assert not np.array_equal(other.weights[:1000], first[2][:1000])


def test_initial_potentials():
    net = sc.Network(seed=2)
    a = net.population(50_000, sc.LIF(e_l=-65.0, v_reset=-65.0, v_th=-50.0), v_init=sc.Normal(-58.0, 5.0))
    v = net.compile(workers=2).state(a, "v")
    assert stats.kstest(v, stats.norm(-58, 5).cdf).pvalue > P


def test_microcircuit_scaled_counts():
    net, _ = microcircuit.build(scale=0.05, drive="dc", seed=1)
    machine = net.compile(workers=2)
    expected = 0
    for projection in net.projections:
        found = len(machine.synapses(projection.source, projection.target))
        assert found == projection.rule.n
        expected += found
    assert machine.statistics["synapses"] == expected
