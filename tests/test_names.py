"""Names with whatever characters: kept as they are, refused where no file could hold them, escaped wherever shown."""

import json
import re
import warnings
from dataclasses import replace
from html.parser import HTMLParser
from xml.etree import ElementTree

import numpy as np
import pytest

import spikecore as sc
from spikecore import printed
from spikecore.energy import Comparison, EnergyReport, Ledger, Profile, load, profile_text
from spikecore.energy import artificial as art
from spikecore.energy.ledger import ProjectionCounts
from spikecore.results import raster, raster_figure

NASTY = {
    "escape": "exc\x1b[31m",
    "bell": "exc\x07\x08\x7f",
    "nul": "exc\x00end",
    "lines": "exc\r\n\tinh",
    "c1": "exc\x9b2J\x85",
    "bidi": "exc\u202e\u2066cxe",
    "separators": "exc\u2028\u2029\ufeff",
    "not a character": "exc\ufffe\uffff",
    "markup": "<script>alert('x')</script>&amp;\"",
    "formula": r"$\bad{$ 100 %",
    "braces": "{0}%s{name}",
    "long": "x" * 100_000,
    "wide": "日本語😀",
}
BAD = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff\ud800-\udfff]")


def clean(text):
    """Assert that a text has nothing but lines that can be printed."""
    found = BAD.search(text)
    assert found is None, text[max(found.start() - 40, 0) : found.start() + 40]
    return text


class Parser(HTMLParser):
    """Collects tags."""

    def __init__(self):
        super().__init__()
        self.tags = set()

    def handle_starttag(self, tag, attributes):
        self.tags.add(tag)


def tags(page):
    parser = Parser()
    parser.feed(clean(page))
    return parser.tags


@pytest.fixture(params=NASTY)
def name(request):
    return NASTY[request.param]


@pytest.fixture
def run(name):
    net = sc.Network(seed=1)
    exc = net.population(4, sc.LIF(i_e=600.0), name=name)
    net.connect(exc, exc, sc.AllToAll(), weight=1.0, delay=1.0)
    net.record(exc, interval=10.0)
    return net, exc, net.compile(workers=1).run(50.0)


@pytest.mark.parametrize("surrogate", ["\ud800", "exc\udfff", "\udcff\ud83d"])
def test_a_lone_surrogate_in_a_name_is_refused_by_name(surrogate):
    net = sc.Network()
    for call in (
        lambda: net.population(1, sc.LIF(), name=surrogate),
        lambda: net.spike_source(1, [[]], name=surrogate),
        lambda: art.Network([art.Dense(1, 1)], name=surrogate),
        lambda: art.Spiking(1, art.EffectiveOperations(1), 1, 1, name=surrogate),
        lambda: Profile(surrogate, "", "", None, "per-term", "here"),
    ):
        with pytest.raises(sc.NetworkError, match=r"name is '.*\\ud.*', allowed: .*no lone surrogate"):
            call()
    assert net.populations == ()
    net.population(1, sc.LIF(), name="😀")


@pytest.mark.parametrize("wrong", ["", " \n", 3, b"exc", None])
def test_a_name_is_a_text_that_is_not_blank(wrong):
    if wrong is None:
        assert sc.Network().population(1, sc.LIF(), name=None).name == "population0"
        return
    with pytest.raises((sc.NetworkError, TypeError), match="name "):
        sc.Network().population(1, sc.LIF(), name=wrong)


def test_a_name_stays_as_it_is(name, run):
    _, exc, result = run
    assert exc.name == name
    assert result.rates()[name] > 0.0
    assert result.spikes[name].times.size
    assert json.loads(json.dumps(result.energy("loihi").to_dict()))["ledger"]["populations"]["spikes"][name] > 0


def test_messages_escape_a_name(name, run):
    net, exc, result = run
    other = sc.Network().population(1, sc.LIF(), name=name)
    for call in (
        lambda: net.population(1, sc.LIF(), name=name),
        lambda: net.connect(exc, exc, sc.OneToOne(), weight=1.0, delay=0.0),
        lambda: net.connect(exc, exc, sc.OneToOne(), weight="x", delay=1.0),
        lambda: net.connect(exc, exc, None, delay=1.0),
        lambda: net.connect(exc, other, sc.OneToOne(), weight=1.0, delay=1.0),
        lambda: net.stimulate(exc, sc.Poisson(1e9, 1.0)),
        lambda: net.stimulate(exc, sc.DirectCurrent([1.0])),
        lambda: net.record(exc, "w"),
        lambda: net.record(exc, neurons=[9]),
        lambda: net.compile(workers=1).reset({exc: [1.0]}),
        lambda: net.compile(workers=1).run_batch(1.0, {exc: 3.0}),
        lambda: net.compile(workers=1).run_batch(1.0, {exc: [[1.0] * 4]}, states=[(exc, "w")]),
        lambda: result.spikes[other],
        lambda: result.spikes["other"],
        lambda: result.traces[exc, "w"],
        lambda: sc.Network().population(3, sc.LIF(t_ref=[1.0, 2.0]), name=name),
        lambda: sc.Network().population(3, None, name=name),
        lambda: sc.Network().population(1, sc.LIF(c_m=1e-300), name=name),
        lambda: sc.Network().spike_source(1, [[1.0, 1.0]], name=name),
        lambda: sc.Network().spike_source(1, 5, name=name),
    ):
        with pytest.raises((sc.SpikecoreError, TypeError, KeyError, IndexError)) as caught:
            call()
        assert "\n" not in clean(str(caught.value))
        assert len(str(caught.value)) <= 4_000


def test_what_is_printed_escapes_a_name(run):
    net, exc, result = run
    projection = net.projections[0]
    for one in (exc, projection, net, result, result.spikes, result.traces, *result.traces):
        clean(repr(one))
    report = result.energy("loihi")
    compared = report.compare("spinnaker")
    for text in (str(report), repr(report), str(report.verdict()), str(compared), repr(compared)):
        clean(text)
    clean(raster.terminal(raster.select(result.trains, result.start, result.stop)))


def test_pages_and_pictures_escape_a_name(run, tmp_path):
    _, _, result = run
    report = result.energy("loihi")
    assert "script" not in tags(result._repr_html_())
    assert "script" not in tags(report._repr_html_())
    assert "script" not in tags(report.to_html(tmp_path / "a.html").read_text(encoding="utf-8"))
    picture = ElementTree.fromstring(
        clean(raster_figure.figure(raster.select(result.trains, result.start, result.stop), result.trains).svg())
    )
    assert not [one for one in picture.iter() if one.tag.endswith("script")]
    if result.populations[0].name in (NASTY["wide"], NASTY["long"]):
        return
    pytest.importorskip("matplotlib")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for suffix in ("png", "svg", "pdf"):
            file = result.raster(tmp_path / f"raster.{suffix}")
            assert file.stat().st_size > 1_000
    ElementTree.parse(tmp_path / "raster.svg")


def nasty_profile(name):
    price = load("loihi").prices[0]
    price = replace(price, term=name, source=name, note=name)
    return replace(load("loihi"), name=name, title=name, source=name, notes=(name,), prices=(price,), node=name)


def test_profiles_and_ledgers_escape_their_words(name, tmp_path):
    profile = nasty_profile(name)
    projection = ProjectionCounts(name, 10, 10, 40, 10)
    ledger = Ledger(synaptic_operations=10, ticks=1000, dt_ms=1.0, projections=(projection,))
    report = EnergyReport.of(ledger, profile)
    compared = Comparison([report, EnergyReport.of(ledger, "spinnaker")])
    for text in (
        str(report),
        str(compared),
        str(report.verdict()),
        *map(str, compared.verdicts()),
        profile_text.table(profile).text(),
    ):
        clean(text)
    assert "script" not in tags(compared.to_html(tmp_path / "a.html").read_text(encoding="utf-8"))
    ElementTree.fromstring(clean(compared.to_svg()))
    if name not in (NASTY["wide"], NASTY["long"]):
        pytest.importorskip("matplotlib")
        from matplotlib import pyplot

        compared.plot().figure.savefig(tmp_path / "plot.png")
        pyplot.close("all")


def test_artificial_networks_escape_their_names(name, tmp_path):
    network = art.Network([art.Dense(4, 2)], name=name)
    spiking = art.Spiking.of_rates(network, [0.5], ticks=10, input_rate=0.25)
    found = art.compare(network, spiking, art.Silicon("int8", None))
    clean(str(found))
    clean(repr(network))
    clean(found.verdict)
    assert "script" not in tags(found.to_html(tmp_path / "a.html").read_text(encoding="utf-8"))


def test_each_medium_has_its_escapes():
    assert printed.shown("a\nb\x1b→") == "a\\nb\\x1b→"
    assert printed.lines("a\nb\x1b") == "a\nb\\x1b"
    assert printed.markup("<a>\x00&") == "&lt;a&gt;\\x00&amp;"
    assert printed.plain("$1\x00") == "\\$1\\x00"
    assert printed.value(np.float64(1.5)) == "1.5"
    assert printed.value(10**5000) == "about 10^5000"
    assert len(printed.value(["a" * 300] * 3)) == 200
    assert printed.value([1.0] * 10_000) == "[1.0, 1.0, 1.0, … (10,000 in all)]"
    assert printed.value({k: k for k in range(9)}) == "{0: 0, 1: 1, 2: 2, … (9 in all)}"
    assert printed.value([[1] * 20, np.zeros((3, 4))]) == "[list of 20, ndarray of shape (3, 4) and float64]"
    assert printed.value(np.zeros((2, 2))) == "array([[0., 0.], [0., 0.]])"
    assert "\x1b" not in str(sc.NetworkError("a\x1bb"))
