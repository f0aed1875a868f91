"""Parts of populations: what they name, where they are taken, and that nothing is widened to whole populations."""

import numpy as np
import pytest

import spikecore as sc

SIZE, OTHERS = 60, 45


def described(seed=4):
    net = sc.Network(dt=0.1, seed=seed)
    a = net.population(SIZE, sc.LIF(i_e=390.0), name="a")
    b = net.population(OTHERS, sc.LIF(i_e=380.0), name="b")
    return net, a, b


def rows(synapses):
    columns = (synapses.sources, synapses.targets, synapses.weights, synapses.delays)
    return sorted(zip(*(column.tolist() for column in columns), strict=True))


# ---- what a view is ----


def test_a_view_names_its_population_and_its_range():
    _, a, b = described()
    view = b[10:20]
    assert (view.name, len(view), view.first, view.ids) == ("b[10:20]", 10, SIZE + 10, range(SIZE + 10, SIZE + 20))
    assert (view.population, view.model, view.index, view.is_source) == (b, b.model, 1, False)
    assert repr(view) == "PopulationView('b', 10:20)"
    assert view == b[10:-25] == b[:20][10:] == b[5:][5:15]
    assert len({view, b[10:20], a[10:20], b[10:21]}) == 3
    assert bool(view)


@pytest.mark.parametrize(
    ("key", "limits"),
    [(slice(None), (0, 60)), (slice(-5, None), (55, 60)), (slice(3, -3), (3, 57)), (slice(np.int64(2), 4, 1), (2, 4))],
)
def test_limits_are_those_of_python(key, limits):
    view = described()[1][key]
    assert (view.start, view.stop) == limits
    assert range(60)[key] == range(*limits)


@pytest.mark.parametrize(
    ("key", "error", "why"),
    [
        (slice(3, 3), sc.NetworkError, r"a: the slice is \[3:3\], allowed: at least one neuron"),
        (slice(9, -55), sc.NetworkError, r"a: the slice is \[9:5\], allowed: at least one neuron"),
        (slice(0, 61), sc.NetworkError, "a: the stop of the slice is 61, allowed: -60 … 60"),
        (slice(-61, None), sc.NetworkError, "a: the start of the slice is -61, allowed: -60 … 60"),
        (
            slice(0, 60, 2),
            sc.NetworkError,
            "a: the step of the slice is 2, allowed: 1; Network.record and",
        ),
        (slice(None, None, -1), sc.NetworkError, "a: the step of the slice is -1, allowed: 1"),
        (slice(0, 1.5), TypeError, "a: the stop of the slice must be a whole number, not 1.5"),
        (slice("x", None), TypeError, "a: the start of the slice must be a whole number, not 'x'"),
        (3, TypeError, r"a: index must be a slice, as in \[10:20\], not 3; use a\[3:4\]"),
        ([1, 2], TypeError, r"a: index must be a slice, as in \[10:20\], not \[1, 2\]"),
    ],
)
def test_what_is_no_part_is_refused_by_name(key, error, why):
    with pytest.raises(error, match=why):
        described()[1][key]


def test_a_part_of_a_part_lies_within_it():
    view = described()[1][10:20]
    with pytest.raises(sc.NetworkError, match=r"a\[10:20\]: the stop of the slice is 11, allowed: -10 … 10"):
        view[5:11]


@pytest.mark.parametrize("part", [lambda a: a, lambda a: a[1:3]])
def test_neurons_are_not_walked_through(part):
    with pytest.raises(TypeError, match="not iterable"):
        iter(part(described()[1]))


# ---- connect ----

RULES = {
    "one-to-one": (sc.OneToOne(), 15),
    "all-to-all": (sc.AllToAll(), 225),
    "in-degree": (sc.FixedInDegree(6), 90),
    "out-degree": (sc.FixedOutDegree(4), 60),
    "total": (sc.FixedTotalNumber(77), 77),
    "bernoulli": (sc.Bernoulli(0.4), None),
    "pairs": (sc.Pairs([0, 14, 3, 3], [14, 0, 7, 7]), 4),
}


@pytest.mark.parametrize("name", RULES)
def test_a_rule_between_parts_makes_what_it_makes_between_populations_of_their_sizes(name):
    rule, number = RULES[name]
    net, a, b = described()
    net.connect(a[20:35], b[30:], rule, weight=12.0, delay=1.5)
    alone = sc.Network(dt=0.1, seed=4)
    alone.connect(
        alone.population(15, sc.LIF(), name="a"), alone.population(15, sc.LIF(), name="b"), rule, weight=12.0, delay=1.5
    )
    machine, small = net.compile(workers=2), alone.compile(workers=1)
    moved = [
        (source + 20, target + 30, weight, delay) for source, target, weight, delay in rows(small.synapses("a", "b"))
    ]
    assert rows(machine.synapses(a, b)) == moved
    assert number is None or len(moved) == number
    assert rows(machine.synapses(net.projections[0])) == moved
    assert rows(machine.synapses(a[20:35], b[30:])) == rows(small.synapses("a", "b"))
    assert net.forecast().synapses == pytest.approx(alone.forecast().synapses)


def test_given_values_follow_the_rule_between_parts():
    net, a, b = described()
    weights, delays = np.arange(1.0, 13.0).reshape(3, 4), np.full((3, 4), 0.7)
    net.connect(a[5:8], b[-4:], sc.AllToAll(), weight=weights, delay=delays)
    net.connect(a[50:53], a[0:3], sc.OneToOne(), weight=[1.0, 2.0, 3.0], delay=[0.1, 0.2, 0.3])
    net.connect(a[50:52], b[40:43], sc.Pairs([1, 0, 1], [2, 2, 0]), weight=[5.0, 6.0, 7.0], delay=0.1)
    machine = net.compile(workers=1, precision="f64")
    first = machine.synapses(net.projections[0])
    assert sorted(zip(first.sources.tolist(), first.targets.tolist(), first.weights.tolist(), strict=True)) == [
        (5 + i, 41 + j, weights[i, j]) for i in range(3) for j in range(4)
    ]
    assert rows(machine.synapses(net.projections[1])) == [(50, 0, 1.0, 0.1), (51, 1, 2.0, 0.2), (52, 2, 3.0, 0.3)]
    assert rows(machine.synapses(net.projections[2])) == [(50, 42, 6.0, 0.1), (51, 40, 7.0, 0.1), (51, 42, 5.0, 0.1)]


def test_parts_give_the_spikes_of_explicit_indices():
    def run(connect):
        net, a, b = described()
        connect(net, a, b)
        return net.compile(workers=1).run(120.0).spikes_sha256()

    weights = np.linspace(20.0, 60.0, 200)
    sources, targets = np.repeat(np.arange(10, 30), 10), np.tile(np.arange(5, 15), 20)
    by_pairs = run(lambda net, a, b: net.connect(a, b, sc.Pairs(sources, targets), weight=weights, delay=1.5))
    by_parts = run(
        lambda net, a, b: net.connect(a[10:30], b[5:15], sc.AllToAll(), weight=weights.reshape(20, 10), delay=1.5)
    )
    assert by_pairs == by_parts
    assert by_parts != run(lambda net, a, b: None)


def test_a_matrix_has_the_shape_of_the_parts():
    sparse = pytest.importorskip("scipy.sparse")
    net, a, b = described()
    matrix = sparse.csr_array(np.array([[0.0, 1.0, 0.0], [2.0, 0.0, 3.0]]))
    projection = net.connect(a[4:6], b[1:4], matrix, delay=1.0)
    assert repr(projection) == "Projection('a[4:6]' -> 'b[1:4]', csr_array(2 -> 3))"
    synapses = net.compile(workers=1).synapses(projection)
    assert rows(synapses) == [(4, 2, 1.0, 1.0), (5, 1, 2.0, 1.0), (5, 3, 3.0, 1.0)]
    with pytest.raises(
        sc.NetworkError, match=r"a\[4:7\] → b\[1:4\]: the shape of the matrix is \(2, 3\), allowed: \(3, 3\)"
    ):
        net.connect(a[4:7], b[1:4], matrix, delay=1.0)


def test_a_part_of_one_end_leaves_the_other_whole():
    net, a, b = described()
    net.connect("a", b[40:], sc.AllToAll(), weight=1.0, delay=1.0)
    net.connect(b[:2], a, sc.FixedOutDegree(9), weight=1.0, delay=1.0)
    machine = net.compile(workers=1)
    assert machine.out_degrees("a").tolist() == [5] * 60
    assert machine.out_degrees(b).tolist() == [9, 9] + [0] * 43
    assert machine.out_degrees(b[1:4]).tolist() == [9, 0, 0]


def test_sequences_hold_parts():
    net, a, b = described()
    made = net.connect([a[:30], a[30:]], [b, "a"], sc.Bernoulli(0.5), weight=1.0, delay=1.0)
    assert [projection.parts for projection in made] == [(a[:30], b), (a[:30], a), (a[30:], b), (a[30:], a)]
    assert {projection.source for projection in made} == {a}
    degrees = net.compile(workers=1).run(0.1).wiring
    assert degrees.degrees(0)[:30].min() > 0
    assert degrees.degrees(0)[30:].max() == 0


def test_autapses_of_one_part_are_left_out():
    net, a, _ = described()
    net.connect(a[10:20], a[10:20], sc.AllToAll(), weight=1.0, delay=1.0, autapses=False)
    net.connect(a[:5], a[5:9], sc.AllToAll(), weight=np.ones((5, 4)), delay=1.0, autapses=False)
    machine = net.compile(workers=1)
    own = machine.synapses(net.projections[0])
    assert len(own) == 90
    assert (own.sources != own.targets).all()
    assert len(machine.synapses(net.projections[1])) == 20


def test_what_parts_cannot_have_is_refused_by_name():
    net, a, b = described()
    why = r"a → a, \[0:10\] → \[5:15\]: autapses is False, allowed: True where two parts of one population share"
    for weight in (1.0, np.ones((10, 10))):
        with pytest.raises(sc.NetworkError, match=why):
            net.connect(a[:10], a[5:15], sc.AllToAll(), weight=weight, delay=1.0, autapses=False)
    with pytest.raises(
        sc.NetworkError, match=r"a\[0:2\] → b: rule is Dense\(2 -> 45\), allowed: a rule whose synapses are"
    ):
        net.connect(a[:2], b, sc.Dense(np.ones((2, 45))), delay=1.0)
    with pytest.raises(sc.NetworkError, match=r"a → b, \[0:2\] → \[0:3\]: the size of the target is 3, allowed: 2"):
        net.connect(a[:2], b[:3], sc.OneToOne(), weight=1.0, delay=1.0)
    with pytest.raises(sc.NetworkError, match=r"a → b, \[0:2\] → \[0:3\]: sources\[0\] is 2, allowed: 0 … 1"):
        net.connect(a[:2], b[:3], sc.Pairs([2], [0]), weight=1.0, delay=1.0)
    with pytest.raises(sc.NetworkError, match=r"k of FixedInDegree is 3, allowed: 0 … 2 sources with multapses=False"):
        net.connect(a[:2], b, sc.FixedInDegree(3), weight=1.0, delay=1.0, multapses=False)
    with pytest.raises(sc.NetworkError, match=r"sources is \['a\[0:2\]', 'a\[0:2\]'\], allowed: each population once"):
        net.connect([a[:2], a[:2]], b, sc.AllToAll(), weight=1.0, delay=1.0)
    with pytest.raises(sc.NetworkError, match="this 'a' is a population of another network"):
        net.connect(described()[1][:2], b, sc.AllToAll(), weight=1.0, delay=1.0)
    assert len(net.projections) == 0


# ---- record, stimulate, read ----


def test_a_recorder_of_a_part_has_its_neurons():
    net, a, _ = described()
    whole, part, some = net.record(a), net.record(a[20:30]), net.record(a[20:30], neurons=[9, 0], interval=1.0)
    mask = net.record(a[20:30], neurons=np.arange(10) >= 8)
    result = net.compile(workers=1).run(20.0)
    assert part.population is a
    assert (part.neurons.tolist(), some.neurons.tolist(), mask.neurons.tolist()) == (
        list(range(20, 30)),
        [29, 20],
        [28, 29],
    )
    assert np.array_equal(result.traces[part].values, result.traces[whole].values[:, 20:30])
    with pytest.raises(sc.NetworkError, match=r"a\[20:30\]: neurons\[0\] is 10, allowed: 0 … 9"):
        net.record(a[20:30], neurons=[10])
    with pytest.raises(sc.NetworkError, match=r"a\[20:30\]: the shape of neurons is \(60,\), allowed: \(10,\)"):
        net.record(a[20:30], neurons=np.ones(60, dtype=bool))


@pytest.mark.parametrize("amplitude", [300.0, np.linspace(100.0, 400.0, 10)])
def test_a_current_into_a_part_reaches_nobody_else(amplitude):
    def run(stimulate):
        net, a, _ = described()
        stimulate(net, a)
        return net.compile(workers=1).run(60.0)

    alone = run(lambda net, a: None).spike_counts("a")
    part = run(lambda net, a: net.stimulate(a[20:30], sc.DirectCurrent(amplitude))).spike_counts("a")
    everywhere = np.zeros(SIZE)
    everywhere[20:30] = amplitude
    assert np.array_equal(part, run(lambda net, a: net.stimulate(a, sc.DirectCurrent(everywhere))).spike_counts("a"))
    assert (part[20:30] > alone[20:30]).all()
    assert np.array_equal(np.delete(part, range(20, 30)), np.delete(alone, range(20, 30)))


def test_stimuli_that_take_no_part_say_so():
    net, a, _ = described()
    with pytest.raises(sc.NetworkError, match=r"a\[0:3\]: stimulus is Poisson, allowed: DirectCurrent for a part"):
        net.stimulate(a[:3], sc.Poisson(rate=10.0, weight=1.0))
    with pytest.raises(sc.NetworkError, match=r"a\[0:3\]: the shape of amplitude is \(2,\), allowed: \(3,\)"):
        net.stimulate(a[:3], sc.DirectCurrent([1.0, 2.0]))


@pytest.fixture(scope="module")
def ran():
    net, a, b = described()
    net.connect(a, b, sc.FixedInDegree(5), weight=30.0, delay=1.0)
    machine = net.compile(workers=1)
    result = machine.run(150.0)
    return machine, result, machine.run_batch(80.0, seeds=[1, 2]), a, b


def test_results_read_parts(ran):
    machine, result, batch, _, b = ran
    view, inside = b[15:40], slice(15, 40)
    spikes, own = result.spikes[b], result.spikes[view]
    kept = (spikes.neurons >= 15) & (spikes.neurons < 40)
    assert np.array_equal(own.times, spikes.times[kept])
    assert np.array_equal(own.neurons, spikes.neurons[kept] - 15)
    assert view in result.spikes
    assert np.array_equal(result.spike_counts(view), result.spike_counts("b")[inside])
    assert np.bincount(own.neurons, minlength=25).tolist() == result.spike_counts(view).tolist()
    assert np.array_equal(result.cv_isi(view)[1], result.cv_isi(b)[1][inside], equal_nan=True)
    assert result.isi_histogram(view, 1.0).counts.sum() == (result.spike_counts(view) - 1).clip(0).sum()
    assert result.isi_histogram(view, 1.0).name == "b[15:40]"
    assert len(result.power_spectrum(view, 1.0).power) == len(result.power_spectrum(b, 1.0).power)
    rate = result.rate(10.0)
    assert view in rate
    assert rate.counts(view).sum() == len(own)
    assert np.allclose(rate[view] * 25 * 0.01, rate.counts(view))
    assert np.allclose((rate[b[:15]] * 15 + rate[view] * 25 + rate[b[40:]] * 5) / 45, rate[b])
    assert np.array_equal(machine.state(view), machine.state(b)[inside])
    assert np.array_equal(batch.spike_counts[view], batch.spike_counts[b][:, inside])
    sample = batch.spikes[1][b]
    assert np.array_equal(batch.spikes[1][view].times, sample.times[np.isin(sample.neurons, range(15, 40))])


def test_synapses_between_parts_have_indices_of_the_parts(ran):
    machine, _, _, a, b = ran
    whole, part = machine.synapses(a, b), machine.synapses(a[10:50], b[40:])
    expected = [(i - 10, j - 40, w, d) for i, j, w, d in rows(whole) if 10 <= i < 50 and j >= 40]
    assert rows(part) == expected
    assert part.shape == (40, 5)
    assert len(rows(part)) > 0
    assert len(machine.synapses("a", b[:3])) == 15


@pytest.mark.parametrize(
    "use",
    [
        lambda machine, result, batch, a: machine.reset({a[:2]: 1.0}),
        lambda machine, result, batch, a: machine.run_batch(1.0, {a[:2]: [[1.0, 2.0]]}),
        lambda machine, result, batch, a: machine.run_batch(1.0, seeds=[1], states=[(a[:2], "v")]),
        lambda machine, result, batch, a: result.raster(populations=[a[:2]]),
    ],
)
def test_what_takes_whole_populations_refuses_a_part(ran, use):
    machine, result, batch, a, _ = ran
    with pytest.raises(sc.NetworkError, match=r"population is a\[0:2\], allowed: a whole population"):
        use(machine, result, batch, a)


def test_parts_of_strangers_are_not_found(ran):
    machine, result, batch, _, _ = ran
    stranger = described()[1][:3]
    for read in (
        machine.state,
        machine.out_degrees,
        result.spike_counts,
        result.cv_isi,
        batch.spike_counts.__getitem__,
    ):
        with pytest.raises(sc.NetworkError, match="'a' is a population of another network or a copy"):
            read(stranger)
    assert stranger not in result.spikes
    with pytest.raises(sc.NotRecordedError, match="'a' is a population of another network"):
        result.spikes[stranger]
