"""What results are in pandas and in a notebook, and the traces of recorders: their keys and their pictures."""

import re
import sys
from html.parser import HTMLParser

import numpy as np
import pytest

import spikecore as sc
from spikecore.results.counts import Counts

NASTY = '<script>alert("x")</script>&amp;\x1b[31m'


def ran(name="exc"):
    """A network, its machine, a result and a batch; two neurons spike at known times."""
    net = sc.Network(dt=0.1, seed=1)
    source = net.spike_source(3, times=[[1.0, 4.0], [], [2.5]], name="source")
    exc = net.population(4, sc.LIF(i_e=400.0), name=name)
    net.connect(source, exc, sc.Pairs([0, 2], [1, 3]), weight=[10.0, 20.0], delay=[1.0, 1.5])
    net.record(exc, neurons=[3, 1], interval=1.0)
    net.record(exc, "i_syn", neurons=[0], interval=5.0)
    machine = net.compile(workers=1)
    result = machine.run(30.0)
    batch = machine.run_batch(20.0, {"source": [[[1.0], [], [1.0, 2.0]], [[], [], []]]}, states=[(exc, "v")])
    return net, machine, result, batch


RAN = ran()
TABLES = {
    "spikes": lambda net, machine, result, batch: result.spikes["source"],
    "trains": lambda net, machine, result, batch: result.spikes,
    "trace": lambda net, machine, result, batch: result.traces["exc", "v"],
    "traces": lambda net, machine, result, batch: result.traces,
    "samples of a batch": lambda net, machine, result, batch: batch.samples[1],
    "mean rates": lambda net, machine, result, batch: result.rates(),
    "rates in bins": lambda net, machine, result, batch: result.rate(10.0),
    "intervals": lambda net, machine, result, batch: result.isi_histogram("source", 1.0),
    "spectrum": lambda net, machine, result, batch: result.power_spectrum("exc", 0.5),
    "counts": lambda net, machine, result, batch: result.counts,
    "counts of a batch": lambda net, machine, result, batch: batch.spike_counts,
    "states of a batch": lambda net, machine, result, batch: batch.states,
    "synapses": lambda net, machine, result, batch: machine.synapses("source", "exc"),
}


@pytest.mark.parametrize("what", TABLES)
def test_pandas_that_is_not_installed_is_named_with_its_extra(what, monkeypatch):
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(
        ImportError, match=re.escape("to_pandas needs pandas; pip install 'spikecore[pandas]'")
    ) as caught:
        TABLES[what](*RAN).to_pandas()
    assert caught.value.name == "pandas"


@pytest.fixture
def pandas():
    return pytest.importorskip("pandas")


def test_spikes_in_pandas(pandas):
    _, _, result, _ = RAN
    table = result.spikes["source"].to_pandas()
    assert table.to_dict("list") == {"time_ms": [1.0, 2.5, 4.0], "neuron": [0, 2, 0]}
    every = result.spikes.to_pandas()
    assert every["time_ms"].is_monotonic_increasing
    assert len(every) == sum(result.counts.spikes.values())
    own = every[every["population"] == "exc"]
    assert own["neuron"].tolist() == result.spikes["exc"].neurons.tolist()
    assert own["time_ms"].tolist() == result.spikes["exc"].times.tolist()
    assert every.groupby("population", observed=False).size().to_dict() == result.counts.spikes
    table.loc[0, "time_ms"] = 7.0  # it is the caller's
    assert result.spikes["source"].times[0] == 1.0


def test_traces_in_pandas(pandas):
    _, _, result, _ = RAN
    trace = result.traces["exc", "v"]
    wide = trace.to_pandas()
    assert wide.index.name == "time_ms"
    assert wide.columns.tolist() == [3, 1]
    assert wide[1].tolist() == trace.values[:, 1].tolist()
    wide.iloc[0, 0] = 1e9
    assert trace.values[0, 0] != 1e9
    long = result.traces.to_pandas()
    assert list(long) == ["time_ms", "population", "variable", "neuron", "value"]
    own = long[(long["variable"] == "v") & (long["neuron"] == 1)]
    assert own["value"].tolist() == trace.values[:, 1].tolist()
    assert own["time_ms"].tolist() == trace.times.tolist()
    assert len(long) == sum(one.values.size for one in result.traces.values())


def test_rates_and_counts_in_pandas(pandas):
    _, _, result, _ = RAN
    assert result.rates().to_pandas().to_dict() == result.rates()
    assert result.rates().to_pandas().name == "rate_hz"
    rate = result.rate(4.0)
    table = rate.to_pandas()
    assert table.index.tolist() == rate.times.tolist()
    assert table["exc"].tolist() == rate["exc"].tolist()
    counts = result.counts.to_pandas()
    assert counts["spikes"].to_dict() == result.counts.spikes
    assert counts["synaptic_operations"].to_dict() == result.counts.synaptic_operations
    by_hand = Counts({"a": 2, "b": 1}, {"a": 20, "b": 0}, {"a": 5, "b": 5}, {})
    assert list(by_hand.to_pandas()) == ["spikes", "synaptic_operations", "neuron_updates"]
    assert by_hand._repr_html_().count("<td>") == 6
    isi = result.isi_histogram("source", 1.0)
    assert isi.to_pandas()["intervals"].tolist() == isi.counts.tolist() == [0, 0, 1]
    assert isi.to_pandas()["to_ms"].tolist() == [1.0, 2.0, 3.0]
    spectrum = result.power_spectrum("exc", 0.5)
    assert spectrum.to_pandas()["power_per_s"].tolist() == spectrum.power.tolist()


def test_batches_in_pandas(pandas):
    _, _, _, batch = RAN
    table = batch.spike_counts.to_pandas()
    own = table[table["population"] == "source"]
    assert own[["sample", "neuron", "spikes"]].values.tolist() == [[0, 0, 1], [0, 2, 2]]
    again = np.zeros((2, 4), dtype=np.int64)
    exc = table[table["population"] == "exc"]
    again[exc["sample"], exc["neuron"]] = exc["spikes"]
    assert again.tolist() == batch.spike_counts["exc"].tolist()
    states = batch.states.to_pandas()
    assert (
        states.pivot(index="sample", columns="neuron", values="value").values.tolist()
        == batch.states["exc", "v"].tolist()
    )


def test_states_of_several_kinds_follow_each_other(pandas):
    _, machine, _, _ = ran()
    asked = [("exc", "v"), ("exc", "i_syn")]
    batch = machine.run_batch(20.0, {"source": [[[1.0], [], []], [[], [], []]]}, states=asked)
    table = batch.states.to_pandas()
    assert list(table) == ["sample", "population", "variable", "neuron", "value"]
    for key in asked:
        own = table[(table["population"] == key[0]) & (table["variable"] == key[1])]
        assert own["value"].tolist() == batch.states[key].reshape(-1).tolist()
        assert own["sample"].tolist() == [0] * 4 + [1] * 4
        assert own["neuron"].tolist() == [0, 1, 2, 3] * 2
    none = machine.run_batch(20.0, {"source": [[[1.0], [], []]]}).states.to_pandas()
    assert (list(none), len(none)) == (list(table), 0)


def test_a_batch_has_mean_rates_over_its_samples():
    _, _, result, batch = RAN
    assert batch.rates()["source"] == pytest.approx(3 / 3 / 0.04)
    assert list(batch.rates()) == list(result.rates())


def test_synapses_in_pandas(pandas):
    _, machine, _, _ = RAN
    found = machine.synapses("source", "exc")
    assert found.to_pandas().to_dict("list") == {
        "source": [0, 2],
        "target": [1, 3],
        "weight": [10.0, 20.0],
        "delay_ms": [1.0, 1.5],
    }
    assert repr(found) == "Synapses(2 synapses)"


class Page(HTMLParser):
    """Tags and words of a page; all tags are closed."""

    def __init__(self, text):
        super().__init__()
        self.seen, self.words, self.open = [], [], []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.seen.append(tag)
        self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.words.append(data)


SHOWN = {
    "network": (lambda net, machine, result, batch: net, "LIF"),
    "machine": (lambda net, machine, result, batch: machine, "SpikeSource"),
    "result": (lambda net, machine, result, batch: result, "rate (Hz)"),
    "batch": (lambda net, machine, result, batch: batch, "2 samples of 20 ms"),
    "spikes": (lambda net, machine, result, batch: result.spikes["source"], "2.5"),
    "spikes of all": (lambda net, machine, result, batch: result.spikes, "source"),
    "traces": (lambda net, machine, result, batch: result.traces, "i_syn"),
    "counts": (lambda net, machine, result, batch: result.counts, "synaptic operations"),
    "mean rates": (lambda net, machine, result, batch: result.rates(), "rate (Hz)"),
    "synapses": (
        lambda net, machine, result, batch: machine.synapses("source", machine._populations.names[1]),
        "delay (ms)",
    ),
}


@pytest.mark.parametrize("name", ["exc", NASTY])
@pytest.mark.parametrize("what", SHOWN)
def test_a_notebook_shows_a_short_escaped_table(what, name):
    value, expected = SHOWN[what]
    page = Page(value(*ran(name))._repr_html_())
    assert set(page.seen) == {"p", "table", "tr", "th", "td"}
    text = " ".join(page.words)
    assert expected in text
    assert "\x1b" not in text
    if what not in ("spikes", "synapses", "batch"):
        assert name[:20] in text


def test_long_tables_say_how_much_is_left_out():
    net = sc.Network()
    for k in range(1_000):
        net.population(1, sc.LIF(), name=f"p{k}")
    for value in (net, net.compile(workers=1)):
        text = value._repr_html_()
        assert "… 960 more" in text
        assert len(text) < 8_000
    result = net.compile(workers=1).run(1.0)
    assert "… 960 more" in result._repr_html_()
    net = sc.Network(dt=0.1)
    net.spike_source(1, times=[np.arange(1, 1_001) * 0.1], name="fast")
    assert "… 995 more" in net.compile(workers=1).run(100.0).spikes["fast"]._repr_html_()


def test_an_ambiguous_key_lists_the_recorders():
    net = sc.Network(dt=0.1)
    exc = net.population(4, sc.LIF(i_e=400.0), name="exc")
    first, second = net.record(exc, neurons=[0], interval=1.0), net.record(exc, neurons=[3], interval=2.0)
    current = net.record(exc, "i_syn", neurons=[1], interval=2.0)
    machine = net.compile(workers=1)
    result = machine.run(10.0)
    batch = machine.run_batch(10.0, seeds=[1])
    for traces in (result.traces, result.samples, batch.traces[0]):
        for key in (("exc", "v"), (exc, "v")):
            with pytest.raises(sc.NetworkError, match="is kept by 2 recorders, use one of them as the key: ") as caught:
                traces[key]
            assert repr(first) in str(caught.value)
            assert repr(second) in str(caught.value)
            assert key in traces
        assert len(traces[first].times) == 10
        assert traces[second].neurons.tolist() == [3]
        assert traces["exc", "i_syn"] is traces[current]
        assert ("exc", "i_exc") not in traces
        with pytest.raises(sc.NotRecordedError, match="recorded nothing here"):
            traces["exc", "i_exc"]


def polylines(text, colour):
    found = re.findall(rf'<polyline points="([^"]*)" fill="none" stroke="{colour}"', text)
    return [np.array([point.split(",") for point in line.split()], dtype=float) for line in found]


def test_a_trace_is_drawn_as_it_is(tmp_path):
    net = sc.Network(dt=0.1)
    exc = net.population(40, sc.LIF(i_e=np.linspace(0.0, 500.0, 40)), name="exc")
    net.record(exc, interval=0.1)
    net.record(exc, "i_syn", neurons=[7], interval=1.0)
    result = net.compile(workers=1).run(60.0)
    file = result.samples.plot(tmp_path / "all.svg")
    text = file.read_text(encoding="utf-8")
    for words in ("v (mV)", "i_syn (pA)", "time (ms)", "exc[0]", "exc[39]", "exc[7]",
                  "v of 6 of 40 recorded neurons of exc"):  # fmt: skip
        assert words in text
    trace = result.traces["exc", "v"]
    (line,) = polylines(trace.plot(tmp_path / "one.svg").read_text(encoding="utf-8"), "#3f8fc4")
    highest, lowest = line[:, 1].min(), line[:, 1].max()
    column = trace.values[:, 39]
    scale = (lowest - highest) / (column.max() - column.min())
    np.testing.assert_allclose(line[:, 1], highest + (column.max() - column) * scale, atol=0.2)


def test_a_long_trace_keeps_its_extremes(tmp_path):
    """A tick that is one of 100,000 is seen, though the file follows the pixels."""
    net = sc.Network(dt=0.1)
    exc = net.population(1, sc.LIFDelta(e_l=0.0, v_th=1e6, v_reset=0.0), name="exc")
    source = net.spike_source(1, times=[[5_000.0]], name="source")
    net.connect(source, exc, sc.AllToAll(), weight=30.0, delay=1.0)
    net.record(exc, interval=0.1)
    trace = net.compile(workers=1).run(10_000.0).traces["exc", "v"]
    assert len(trace.times) == 100_000
    text = trace.plot(tmp_path / "long.svg").read_text(encoding="utf-8")
    assert len(text) < 100_000
    (line,) = polylines(text, "#0072b2")
    peak = line[line[:, 1].argmin()]
    bottom, top = line[:, 1].max(), peak[1]
    assert bottom - top > 150.0
    assert "time (s)" in text
    assert peak[0] == pytest.approx((line[0, 0] + line[-1, 0]) / 2.0, abs=2.0)


def test_traces_without_recorders_or_values(tmp_path):
    net = sc.Network(dt=0.1)
    exc = net.population(1, sc.LIF(), name="exc")
    with pytest.raises(sc.NotRecordedError, match=r"nothing was recorded; use Network.record before compile"):
        net.compile(workers=1).run(1.0).traces.plot(tmp_path / "a.svg")
    net.record(exc, interval=50.0)
    empty = net.compile(workers=1).run(1.0).traces
    assert empty.plot(tmp_path / "b.svg").read_text(encoding="utf-8").startswith("<svg")
    with pytest.raises(TypeError, match="where must be a file, matplotlib axes or left out, not 3"):
        empty.plot(3)
    with pytest.raises(sc.NetworkError, match=r"plot: the suffix is '\.foo', allowed: "):
        empty.plot(tmp_path / "b.foo")
