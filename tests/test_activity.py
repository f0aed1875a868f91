"""Rates in bins, histograms of intervals and power spectra, against counts by hand, loops and direct transforms."""

import math
import re
import sys

import numpy as np
import pytest
import scipy.signal

import spikecore as sc
from spikecore.pictures.drawing import width_of
from spikecore.pictures.figure import Figure
from spikecore.pictures.panel import Curve, Curves


def fed(times, duration, dt=0.1, name="input"):
    """A run in which these neurons spike at these times."""
    net = sc.Network(dt=dt)
    net.spike_source(len(times), times=times, name=name)
    return net.compile(workers=1).run(duration)


def poisson(rate, seconds, neurons, seed, dt=1.0):
    """Trains of an inhomogeneous Poisson process: at most a spike a tick, with the probability rate(t) dt."""
    rng = np.random.default_rng(seed)
    t = np.arange(1, round(1e3 * seconds / dt) + 1) * dt
    chance = np.broadcast_to(rate(1e-3 * t) * 1e-3 * dt, t.shape)
    return [t[rng.random(len(t)) < chance] for _ in range(neurons)]


def living(dt=0.1):
    """A network that fires irregularly, of two populations and one that is silent."""
    net = sc.Network(dt=dt, seed=3)
    exc = net.population(80, sc.LIF(tau_syn_exc=dt * 5, tau_syn_inh=dt * 5, t_ref=20 * dt), name="exc")
    inh = net.population(20, sc.LIF(tau_syn_exc=dt * 5, tau_syn_inh=dt * 5, t_ref=20 * dt), name="inh")
    net.population(5, sc.LIF(t_ref=20 * dt), name="silent")
    net.stimulate([exc, inh], sc.Poisson(rate=1e3 / dt, weight=60.0))
    return net.compile(workers=1)


@pytest.mark.parametrize(
    ("dt", "bin", "duration"), [(0.1, 5.0, 200.0), (0.1, 7.3, 200.0), (0.3, 0.9, 100.2), (0.1, 0.1, 20.0)]
)
def test_rates_in_bins_are_counts_by_hand(dt, bin, duration):
    machine = living(dt)
    machine.run(50 * dt)  # a run that does not begin at 0
    result = machine.run(round(duration / dt) * dt)
    rate = result.rate(bin)
    width, begin, end = round(bin / dt), 50, 50 + round(duration / dt)
    edges = [*range(begin, end, width), end]
    np.testing.assert_allclose(rate.edges, np.array(edges) * dt, rtol=1e-12)
    assert rate.bin == pytest.approx(bin)
    for population in result.populations:
        ticks = result.spikes.ticks[np.isin(result.spikes.ids, list(population.ids))].astype(np.int64)
        # Bins of numpy are [begin, end), ours (begin, end]: a tick earlier.
        counts = np.histogram(ticks - 1, edges)[0]
        assert rate.counts(population).tolist() == counts.tolist()
        seconds = 1e-3 * dt * np.diff(edges)
        np.testing.assert_allclose(rate[population.name], counts / (population.size * seconds), rtol=1e-12)
        assert counts.sum() == result.counts.spikes[population.name]
        mean = float((rate[population] * seconds).sum() / seconds.sum())
        assert mean == pytest.approx(result.rates()[population.name])
    total = sum(rate.counts(population) for population in result.populations)
    np.testing.assert_allclose(rate.mean(), total / (105 * seconds), rtol=1e-12)


def test_rates_of_a_sample_are_those_of_its_run():
    machine = living()
    batch = machine.run_batch(100.0, {"exc": np.full((2, 80), 50.0)})
    machine.reset({"exc": np.full(80, 50.0)})
    alone = machine.run(100.0)
    for key in ("exc", "inh", "silent"):
        assert batch.spikes[1].rate(10.0)[key].tolist() == alone.rate(10.0)[key].tolist()
        assert batch.spikes[1].cv_isi(key)[0] == pytest.approx(alone.cv_isi(key)[0], nan_ok=True)


def test_rates_of_a_loaded_result(tmp_path):
    result = living().run(100.0)
    again = sc.load_result(result.save(tmp_path / "run.npz"))
    assert again.rate(10.0)["exc"].tolist() == result.rate(10.0)["exc"].tolist()
    assert again.isi_histogram("exc", 1.0).counts.tolist() == result.isi_histogram("exc", 1.0).counts.tolist()


@pytest.mark.parametrize("bin", [0.1, 1.0, 3.7])
def test_the_histogram_of_intervals_is_that_of_a_loop(bin):
    result = living().run(500.0)
    for name in ("exc", "inh", "silent"):
        found = result.isi_histogram(name, bin)
        spikes = result.spikes[name]
        last, gaps = {}, []
        for tick, neuron in zip(np.rint(spikes.times / 0.1).astype(int).tolist(), spikes.neurons.tolist(), strict=True):
            if neuron in last:
                gaps.append(tick - last[neuron])
            last[neuron] = tick
        width = round(bin / 0.1)
        expected = [0] * math.ceil(max(gaps, default=0) / width)
        for gap in gaps:
            expected[math.ceil(gap / width) - 1] += 1
        assert found.counts.tolist() == expected
        np.testing.assert_allclose(found.edges, np.arange(len(expected) + 1) * bin, rtol=1e-12)
        if gaps:
            assert found.mean == pytest.approx(0.1 * sum(gaps) / len(gaps))
            assert (found.density * np.diff(found.edges)).sum() == pytest.approx(1.0)
        else:
            assert math.isnan(found.mean)
    assert len(gaps) == 0


def test_intervals_of_a_poisson_train_fall_off_exponentially():
    result = fed(poisson(lambda t: 50.0 + 0.0 * t, 20.0, 100, seed=1), 20_000.0, dt=1.0)
    found = result.isi_histogram("input", 5.0)
    expected = -np.diff(np.exp(-50.0e-3 * found.edges[:13])) / 5.0
    np.testing.assert_allclose(found.density[:12], expected, rtol=0.06)


def direct(rate, seconds, n):
    """Welch's estimate by sums over exponentials."""
    window = [0.5 - 0.5 * math.cos(2.0 * math.pi * k / n) for k in range(n)]
    parts = [rate[start : start + n] for start in range(0, len(rate) - n + 1, n - n // 2)]
    power = []
    for j in range(n // 2 + 1):
        sums = [
            sum(
                w * (x - sum(part) / n) * np.exp(-2j * math.pi * j * k / n)
                for k, (w, x) in enumerate(zip(window, part, strict=True))
            )
            for part in parts
        ]
        power.append(seconds * sum(abs(value) ** 2 for value in sums) / len(parts) / sum(w * w for w in window))
    return power


@pytest.mark.parametrize(("segment", "n", "segments"), [(20.0, 10, 7), (22.0, 11, 5), (80.0, 40, 1), (None, 8, 9)])
def test_the_power_spectrum_is_a_direct_transform(segment, n, segments):
    times = [[1.0, 3.0, 4.5, 20.0, 33.0, 61.1], [5.0, 7.0, 55.0, 79.9], []]
    result = fed(times, 80.7)
    found = result.power_spectrum("input", 2.0, segment)
    counts = np.histogram([tick - 1e-3 for train in times for tick in train], np.arange(0.0, 81.0, 2.0))[0]
    rate = (counts / (3 * 2e-3)).tolist()
    assert found.segments == segments
    np.testing.assert_allclose(found.power, direct(rate, 2e-3, n), rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(found.frequencies, np.arange(n // 2 + 1) / (n * 2e-3))
    assert found.poisson == pytest.approx(sum(rate) / len(rate) / 3)
    theirs = scipy.signal.welch(np.array(rate), 500.0, nperseg=n, return_onesided=False)[1]
    np.testing.assert_allclose(found.power[: (n + 1) // 2], theirs[: (n + 1) // 2], rtol=1e-9, atol=1e-9)


def test_a_modulated_train_has_its_peak_and_a_poisson_floor():
    amplitude, frequency, neurons = 16.0, 40.0, 100
    trains = poisson(lambda t: 20.0 + amplitude * np.sin(2.0 * np.pi * frequency * t), 10.0, neurons, seed=2)
    found = fed(trains, 10_000.0, dt=1.0).power_spectrum("input", 1.0, segment=1_000.0)
    at = int(found.power.argmax())
    assert found.frequencies[at] == frequency
    # A sine in a Hann window of 1 s: (amplitude / 2)² times 1 s times (mean of the window)² / mean of its square.
    assert found.power[at] == pytest.approx((amplitude / 2.0) ** 2 * 0.25 / 0.375, rel=0.1)
    away = np.abs(found.frequencies - frequency) > 5.0
    assert found.poisson == pytest.approx(20.0 / neurons, rel=0.05)
    assert found.power[away][1:].mean() == pytest.approx(found.poisson, rel=0.05)


def test_the_integral_of_the_spectrum_is_the_variance():
    trains = poisson(lambda t: 30.0 + 0.0 * t, 50.0, 10, seed=4)
    result = fed(trains, 50_000.0, dt=1.0)
    found = result.power_spectrum("input", 5.0, 1_000.0)
    both_sides = found.power[0] + 2.0 * found.power[1:-1].sum() + found.power[-1]
    assert both_sides * 1.0 == pytest.approx(result.rate(5.0)["input"].var(), rel=0.02)


REFUSED = [
    (lambda result: result.rate(0.0), r"rate: bin is 0\.0 ms, allowed: multiples of dt"),
    (lambda result: result.rate(0.25), r"rate: bin is 0\.25 ms, allowed: multiples of dt = 0\.1 ms"),
    (lambda result: result.isi_histogram("input", -1.0), r"isi_histogram: bin is -1\.0 ms, allowed: multiples of dt"),
    (lambda result: result.isi_histogram("nobody", 1.0), r"population 'nobody' is not of this run, which has: 'input'"),
    (
        lambda result: result.power_spectrum("input", 40.0),
        r"bin is 40 ms, allowed: at most 25 ms, a quarter of the run",
    ),
    (lambda result: result.power_spectrum("input", 1.0, 2.0), r"segment is 2\.0 ms, allowed: .*, 4 … 100 ms"),
    (lambda result: result.power_spectrum("input", 1.0, 200.0), r"segment is 200\.0 ms, allowed: .*, 4 … 100 ms"),
]


@pytest.mark.parametrize("at", range(len(REFUSED)))
def test_what_is_refused_is_named(at):
    call, message = REFUSED[at]
    with pytest.raises(sc.NetworkError, match=message):
        call(fed([[1.0], [2.0]], 100.0))


def test_without_recorded_spikes_there_are_no_bins():
    net = sc.Network()
    net.population(3, sc.LIF(), name="exc")
    result = net.compile(workers=1, record_spikes=False).run(10.0)
    for call in (
        lambda: result.rate(1.0),
        lambda: result.isi_histogram("exc", 1.0),
        lambda: result.power_spectrum("exc", 1.0),
    ):
        with pytest.raises(sc.NotRecordedError, match=r"not recorded|no spikes were recorded"):
            call()


def test_too_many_bins_are_refused_before_they_are_made():
    result = fed([[1.0, 1_999_999.9]], 2e6)
    with pytest.raises(
        sc.NetworkError, match=r"bin is 0\.1 ms, allowed: at least 0\.2 ms, for at most 10,000,000 bins"
    ):
        result.rate(0.1)
    with pytest.raises(sc.NetworkError, match=r"isi_histogram: bin is .* for at most 10,000,000 bins"):
        result.isi_histogram("input", 0.1)
    assert result.rate(1_000.0)["input"].sum() == 2.0


PLOTS = {
    "rate": lambda result: result.rate(10.0),
    "intervals": lambda result: result.isi_histogram("exc", 2.0),
    "no intervals": lambda result: result.isi_histogram("silent", 2.0),
    "spectrum": lambda result: result.power_spectrum("exc", 1.0),
    "spectrum of silence": lambda result: result.power_spectrum("silent", 1.0),
}
LABELS = {
    "rate": ("rate (Hz)", "time (ms)", "in bins of 10 ms"),
    "intervals": ("density (1/ms)", "inter-spike interval (ms)", "in bins of 2 ms"),
    "no intervals": ("density (1/ms)", "inter-spike interval (ms)", "0 intervals"),
    "spectrum": ("power (1/s)", "frequency (Hz)", "Hann windows"),
    "spectrum of silence": ("power (1/s)", "frequency (Hz)", "Hann windows"),
}


@pytest.mark.parametrize("what", PLOTS)
def test_plots_have_units_in_both_faces(what, tmp_path):
    pyplot = pytest.importorskip("matplotlib.pyplot")
    pyplot.switch_backend("Agg")
    values = PLOTS[what](living().run(200.0))
    text = values.plot(tmp_path / "a.svg").read_text(encoding="utf-8")
    assert text == values._repr_svg_()
    axes = values.plot()
    vertical, horizontal, remark = LABELS[what]
    for words in (vertical, horizontal, remark):
        assert words in text
    assert axes.get_ylabel() == vertical
    assert axes.get_xlabel().startswith(f"{horizontal}\n")
    assert remark in axes.get_xlabel().replace("\n", " ")
    assert values.plot(tmp_path / "a.png").read_bytes()[:4] == b"\x89PNG"
    axes.figure.savefig(tmp_path / "b.png")
    pyplot.close("all")


@pytest.mark.parametrize("what", PLOTS)
def test_axes_without_matplotlib_name_the_extra(what, monkeypatch, tmp_path):
    values = PLOTS[what](living().run(200.0))
    monkeypatch.setitem(sys.modules, "matplotlib.pyplot", None)
    monkeypatch.setitem(sys.modules, "matplotlib.backends.backend_agg", None)
    with pytest.raises(
        ImportError, match=r"plot without the name of an \.svg file needs matplotlib; pip install 'spikec"
    ):
        values.plot()
    with pytest.raises(sc.NetworkError, match=r"the suffix is '\.png', allowed: '\.svg'; others need matplotlib: pip"):
        values.plot(tmp_path / "a.png")
    assert values.plot(tmp_path / "a.svg").exists()


@pytest.mark.parametrize("begin", [0.0, 99_999_000.0, 2.0**45])
def test_the_last_mark_of_an_axis_is_whole(begin):
    """A long number at the end of an axis stands inside the picture."""
    xs = begin + np.array([0.0, 500.0, 1_000.0])
    panel = Curves("v (mV)", [Curve("", xs, np.array([1.0, 2.0, 3.0]))])
    svg = Figure([panel], "time (ms)", xs[0], xs[-1]).svg()
    marks = re.findall(
        r'<text x="([\d.]+)" y="[\d.]+" text-anchor="middle" font-size="11" fill="#222222">([\d,]+)<', svg
    )
    assert len(marks) >= 2
    for x, text in marks:
        assert float(x) + width_of(text, 11.0) / 2.0 <= 760.0
