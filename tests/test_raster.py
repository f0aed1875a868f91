"""Rasters: what is drawn is what the picture says, nobody who spikes is invisible, and every word is inside."""

import itertools
import re
from xml.etree import ElementTree

import numpy as np
import pytest

import spikecore as sc
from spikecore.grid import Grid
from spikecore.pictures.drawing import width_of
from spikecore.population import Population
from spikecore.results import raster, raster_figure
from spikecore.results.recorded import SpikeTrains
from spikecore.results.trains import Trains

SVG = "{http://www.w3.org/2000/svg}"


def trains(*populations, duration=1_000.0, dt=0.1, begin=0):
    """Trains of (name, size, neurons, times in ms), as a run would give them."""
    grid, members, first, pairs = Grid(dt), [], 0, []
    for index, (name, size, neurons, times) in enumerate(populations):
        members.append(Population(name, size, sc.LIF(), first, index))
        ticks = np.rint(np.asarray(times) / dt).astype(np.uint64)
        pairs.append((ticks, np.asarray(neurons, dtype=np.uint32) + np.uint32(first)))
        first += size
    ticks, ids = (np.concatenate(parts) for parts in zip(*pairs, strict=True))
    order = np.lexsort((ids, ticks))
    return Trains(grid, tuple(members), ticks[order], ids[order], begin, begin + round(duration / dt))


def regular(neurons, gap, duration=1_000.0):
    """Every neuron spikes at multiples of the gap."""
    times = np.arange(gap, duration + gap / 2.0, gap)
    return np.repeat(neurons, len(times)), np.tile(times, len(neurons))


def drawn(svg):
    """Places of strokes by colour, and the words with place, anchor, size and text."""
    root = ElementTree.fromstring(svg)
    strokes = {}
    for path in root.iter(f"{SVG}path"):
        found = re.findall(r"M([\d.]+) ([\d.]+)v([\d.]+)", path.get("d"))
        strokes[path.get("stroke")] = np.array(found, dtype=float).reshape(-1, 3)
    words = [(word, word.text) for word in root.iter(f"{SVG}text")]
    return strokes, words, float(root.get("width")), float(root.get("height"))


def picture(spikes, share=None, **limits):
    begin, end = (float(spikes.grid.ms(tick)) for tick in (spikes.begin, spikes.end))
    return raster.select(spikes, limits.get("start", begin), limits.get("stop", end), share)


ACTIVE = {
    "the second half": np.arange(5_000, 10_000),
    "the last tenth": np.arange(9_000, 10_000),
    "every second one": np.arange(1, 10_000, 2),
    "every eighth one": np.arange(3, 10_000, 8),
    "one block in the middle": np.arange(4_900, 5_100),
    "five of all": np.array([17, 4_000, 4_001, 7_777, 9_998]),
    "the last one": np.array([9_999]),
    "all": np.arange(10_000),
}


@pytest.mark.parametrize("who", ACTIVE)
@pytest.mark.parametrize("share", [None, 0.1, 1e-4])
def test_whoever_spikes_is_seen(who, share):
    active = ACTIVE[who]
    spikes = trains(("exc", 10_000, *regular(active, 20.0)))
    chosen = picture(spikes, share)
    band = chosen.bands[0]
    assert chosen.spikes == 50 * len(active)
    assert chosen.drawn > 0
    assert set(band.neurons.tolist()) <= set(active.tolist())
    expected = 50 * -(-len(active) // band.every)
    assert chosen.drawn == expected
    if share is None:
        assert chosen.drawn >= min(chosen.spikes, 0.5 * raster.TARGET_SPIKES) or band.every == 1
        assert chosen.drawn <= max(1.1 * raster.TARGET_SPIKES, 50 * raster.LEAST_ROWS)


def test_what_is_drawn_is_spread_as_what_spiked():
    """Neurons that alternate between few and many spikes: a sample of every k-th one would take one kind."""
    slow, fast = np.arange(0, 20_000, 2), np.arange(1, 20_000, 2)
    both = [np.concatenate(pair) for pair in zip(regular(slow, 500.0), regular(fast, 10.0), strict=True)]
    chosen = picture(trains(("exc", 20_000, *both)))
    band = chosen.bands[0]
    assert band.every % 2 == 0 or band.every > 10
    who = np.unique(band.neurons)
    assert (who % 2 == 0).mean() == pytest.approx(0.5, abs=0.15)
    assert np.abs(np.histogram(who, 10, (0, 20_000))[0] - len(who) / 10).max() <= 2
    assert chosen.drawn / chosen.spikes == pytest.approx(1.0 / band.every, rel=0.2)


@pytest.mark.parametrize("size", [1, 3, 12])
@pytest.mark.parametrize("other", [1_000, 1_000_000])
def test_small_populations_are_visible(size, other):
    small, large = regular(np.arange(size), 25.0), regular(np.arange(0, other, other // 1_000), 5.0)
    spikes = trains(("small", size, *small), ("large", other, *large))
    strokes, words, _, _ = drawn(raster_figure.figure(picture(spikes), spikes).svg())
    seen = strokes[raster_figure.PALETTE[0]]
    assert len(seen) == size * 40
    assert len(np.unique(seen[:, 1])) == size
    assert seen[0, 2] >= 1.4 or size > 5
    rows = np.unique(seen[:, 1])
    assert rows[-1] + seen[0, 2] - rows[0] <= raster_figure.HEIGHT / 2
    assert [word for word, text in words if text == "small"]


def test_the_picture_says_what_is_left_out():
    many = trains(("exc", 4_000, *regular(np.arange(4_000), 10.0)))
    chosen = picture(many)
    figure = raster_figure.figure(chosen, many)
    strokes, words, _, _ = drawn(figure.svg())
    n = len(strokes[raster_figure.PALETTE[0]])
    assert chosen.spikes == 400_000
    assert chosen.drawn == n
    line = next(text for _, text in words if "neurons that spiked" in text)
    assert line.startswith(f"one of every 27 neurons that spiked: {n:,} of 400,000 spikes; rates count all spikes")
    assert next(text for _, text in words if text.endswith(" Hz")) == "100 Hz"
    few = trains(("exc", 40, *regular(np.arange(40), 100.0)))
    assert picture(few).remark == "all 400 spikes"
    assert picture(trains(("exc", 40, [3], [7.0]))).remark == "one spike"
    assert picture(trains(("exc", 40, [], []))).remark == "no spikes"
    mixed = trains(("a", 4, *regular(np.arange(4), 10.0)), ("b", 4_000, *regular(np.arange(4_000), 10.0)))
    assert picture(mixed).remark.startswith("one of every 1 to 27 neurons that spiked, by population: ")


LIMITS = [(0.0, 120.0), (0.0, 1e4), (99_900.0, 100_020.0), (0.0, 0.5), (0.1, 3.7), (0.0, 1e7)]


@pytest.mark.parametrize("limits", LIMITS)
@pytest.mark.parametrize("name", ["i", "exc", "W" * 300, "layer " * 40, "集団" * 30])
def test_every_word_is_inside(limits, name):
    spikes = trains((name, 1_000_000, [3], [limits[1]]), ("b", 3, [1], [limits[1]]), duration=limits[1])
    figure = raster_figure.figure(picture(spikes, start=limits[0], stop=limits[1]), spikes)
    strokes, words, width, height = drawn(figure.svg())
    assert sum(map(len, strokes.values())) == 2
    for word, text in words:
        x, y, size = (float(word.get(key)) for key in ("x", "y", "font-size"))
        assert 0.0 < y <= height
        if word.get("transform"):
            continue
        length = width_of(text, size)
        left = x - {"start": 0.0, "middle": length / 2.0, "end": length}[word.get("text-anchor")]
        # `width_of` is a bound for wide fonts; a remark is wrapped by the mean width of characters.
        assert left >= -1.0
        assert left + length * (0.85 if "rates count" in text else 1.0) <= width + 1.0


def test_marks_of_the_axis_do_not_overlap():
    for limits in LIMITS:
        spikes = trains(("exc", 10, [3], [limits[1]]), duration=limits[1])
        _, words, _, _ = drawn(raster_figure.figure(picture(spikes, start=limits[0], stop=limits[1]), spikes).svg())
        marks = [
            (float(word.get("x")), width_of(text, float(word.get("font-size"))), float(text.replace(",", "")))
            for word, text in words
            if word.get("text-anchor") == "middle" and re.fullmatch(r"[\d.,]+", text)
        ]
        assert len(marks) >= 2
        for (x, width, value), (next_x, next_width, next_value) in itertools.pairwise(marks):
            assert value < next_value
            assert x + width / 2.0 + 4.0 < next_x - next_width / 2.0


def test_thousands_of_populations_fit_one_picture():
    n = 4_000
    spikes = trains(*((f"p{k}", 2, [0, 1], [1.0 + k % 900, 950.0]) for k in range(n)))
    svg = raster_figure.figure(picture(spikes), spikes).svg()
    strokes, words, _, height = drawn(svg)
    assert sum(map(len, strokes.values())) > n
    assert height < raster_figure.MOST_HEIGHT + 200.0
    assert all(lengths.min() >= 1.4 for lengths in (points[:, 2] for points in strokes.values()))
    names = [float(word.get("y")) for word, text in words if re.fullmatch(r"p\d+", text)]
    assert 50 < len(names) < 150
    assert np.diff(names).min() >= 13.0
    assert len(svg) < 500_000


def test_limits_are_those_of_a_run():
    spikes = trains(("exc", 5, [0, 1, 2, 3], [10.0, 10.1, 20.0, 20.1]), duration=100.0)
    band = picture(spikes, start=10.0, stop=20.0).bands[0]
    assert band.times.tolist() == [10.1, 20.0]
    assert band.neurons.tolist() == [1, 2]


def test_the_rate_above_counts_every_spike():
    rng = np.random.default_rng(1)
    n, size = 300_000, 700
    ticks = np.unique(rng.integers(1, 10_001, n) * size + rng.integers(0, size, n))
    spikes = trains(("exc", size, ticks % size, ticks // size / 10.0))
    chosen = picture(spikes)
    width, curves = raster_figure._rates(chosen, spikes, 1.0)
    assert width == 10.0
    # Bins are (begin, end]: by hand on ticks.
    expected = np.histogram(ticks // size - 1, np.arange(0, 10_001, 100))[0] / (size * 0.01)
    np.testing.assert_allclose(curves[0].ys, expected, rtol=1e-12)
    assert chosen.drawn < len(ticks) / 10


def test_of_what_was_not_run_there_is_no_rate():
    spikes = trains(("exc", 10, *regular(np.arange(10), 10.0)))
    chosen = picture(spikes, start=-1_000.0, stop=3_000.0)
    svg = raster_figure.figure(chosen, spikes).svg()
    assert ">100 Hz<" in svg
    _, (curve,) = raster_figure._rates(chosen, spikes, 1.0)
    known = np.isfinite(curve.ys)
    assert (curve.xs[:-1][known].min(), curve.xs[1:][known].max()) == (0.0, 1_000.0)
    assert (curve.ys[known] * np.diff(curve.xs)[known]).sum() / 1_000.0 == pytest.approx(100.0)
    nowhere = picture(spikes, start=2_000.0, stop=3_000.0)
    assert ">no run<" in raster_figure.figure(nowhere, spikes).svg()


def test_who_was_not_recorded_is_named(tmp_path):
    net = sc.Network(dt=0.1)
    exc = net.population(5, sc.LIF(i_e=400.0), name="exc")
    net.population(5, sc.LIF(i_e=400.0), name="<inh>")
    machine = net.compile(workers=1, record_spikes=[exc])
    text = machine.run(50.0).raster(tmp_path / "a.svg").read_text(encoding="utf-8")
    assert "not recorded: &lt;inh&gt;" in text
    batch = machine.run_batch(50.0, seeds=[1])
    assert "not recorded: &lt;inh&gt;" in batch.spikes[0].raster(tmp_path / "b.svg").read_text(encoding="utf-8")


@pytest.mark.parametrize(("dt", "ticks"), [(1e-9, 3), (1e-3, 1), (100.0, 1), (100.0, 10**9), (0.3, 7)])
def test_times_of_any_scale_are_drawn(dt, ticks):
    net = sc.Network(dt=dt)
    source = net.spike_source(2, [[dt], [ticks * dt]], name="input")
    # The engine jumps over what is silent.
    result = net.compile(workers=1).run(ticks * dt)
    assert len(result.spikes[source]) == 2
    strokes, words, width, _ = drawn(raster_figure.figure(picture(result.trains), result.trains).svg())
    seen = strokes[raster_figure.PALETTE[0]]
    assert len(seen) == 2
    assert (seen[:, 0] <= width).all()
    assert len({text for word, text in words if word.get("text-anchor") == "middle"}) >= 3


def test_a_million_neurons_make_a_small_file():
    rng = np.random.default_rng(2)
    n = 2_000_000
    spikes = trains(("exc", 1_000_000, rng.integers(0, 1_000_000, n), rng.integers(1, 10_001, n) / 10.0))
    text = raster_figure.figure(picture(spikes), spikes).svg()
    assert len(text) < 400_000
    # All of them: no more than the picture has places, half a pixel apart.
    assert len(raster_figure.figure(picture(spikes, 1.0), spikes).svg()) < 20_000_000


def test_share_and_populations():
    spikes = trains(("a", 100, *regular(np.arange(100), 10.0)), ("b", 1_000, *regular(np.arange(1_000), 10.0)))
    quarter = picture(spikes, 0.25)
    assert [len(np.unique(band.neurons)) for band in quarter.bands] == [25, 250]
    end = float(spikes.grid.ms(spikes.end))
    chosen = raster.select(spikes, 0.0, end, populations=["b", "a"])
    assert [band.name for band in chosen.bands] == ["b", "a"]
    with pytest.raises(sc.NotRecordedError, match="spikes of 'c' were not recorded; recorded: 'a', 'b'"):
        raster.select(spikes, 0.0, end, populations="c")
    with pytest.raises(sc.NetworkError, match=r"raster: populations is \['a', 'a'\], allowed: each population once"):
        raster.select(spikes, 0.0, end, populations=["a", "a"])
    with pytest.raises(TypeError, match="populations must be a Population, its name or a sequence of these, not 3"):
        raster.select(spikes, 0.0, end, populations=3)


def network():
    net = sc.Network(dt=0.1, seed=1)
    net.population(200, sc.LIF(i_e=np.where(np.arange(200) < 100, 0.0, 450.0)), name="exc")
    return net.compile(workers=1)


def test_a_file_needs_no_matplotlib_and_is_the_same_with_it(tmp_path, monkeypatch):
    result = network().run(100.0)
    first = result.raster(tmp_path / "a.svg").read_bytes()
    monkeypatch.setitem(__import__("sys").modules, "matplotlib.backends.backend_agg", None)
    assert result.raster(tmp_path / "b.svg").read_bytes() == first
    plain = result.raster(tmp_path / "c.svg", rate=False).read_bytes()
    assert b"rate (Hz)" in first
    assert b"rate (Hz)" not in plain


def test_new_axes_without_matplotlib_name_the_extra(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "matplotlib.pyplot", None)
    with pytest.raises(
        ImportError, match=r"raster without the name of an \.svg file needs matplotlib; pip install 'sp"
    ):
        network().run(10.0).raster()


def test_axes_of_matplotlib():
    pyplot = pytest.importorskip("matplotlib.pyplot")
    pyplot.switch_backend("Agg")
    result = network().run(100.0)
    axes = result.raster()
    assert len(axes.figure.axes) == 2
    assert "all " in axes.get_xlabel()
    segments = sum(len(lines.get_segments()) for lines in axes.collections)
    assert segments == result.counts.spikes["exc"]
    own = pyplot.figure().add_subplot()
    assert result.raster(own) is own
    assert own.get_title(loc="left").startswith(f"all {segments:,} spikes")
    pyplot.close("all")


def test_a_sample_of_a_batch_has_pictures_too(tmp_path):
    batch = network().run_batch(50.0, {"exc": np.full((2, 200), 300.0)})
    assert isinstance(batch.spikes[1], SpikeTrains)
    text = batch.spikes[1].raster(tmp_path / "sample.svg").read_text(encoding="utf-8")
    assert f"all {len(batch.spikes[1]['exc']):,} spikes" in text


def test_the_picture_of_a_terminal_shows_whoever_spikes():
    spikes = trains(("exc", 10_000, *regular(np.arange(9_000, 10_000), 20.0)))
    begin, end = 0.0, 200.0
    text = raster.terminal(raster.select(spikes, begin, end, most=2_000))
    assert any(0x2800 < ord(character) <= 0x28FF for character in text)
