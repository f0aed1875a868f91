"""What each projection costs: parts of the lines of the bill, which they add up to."""

import pytest

import spikecore as sc
from spikecore.energy import EnergyReport, Ledger, Price, Profile
from spikecore.energy.ledger import ProjectionCounts


@pytest.fixture(scope="module")
def result():
    net = sc.Network(dt=0.1, seed=3)
    source = net.population(50, sc.LIF(i_e=500.0), name="source")
    target = net.population(80, sc.LIF(), name="target")
    net.connect(source, target, sc.FixedOutDegree(20), weight=10.0, delay=1.0)
    net.connect(source, source, sc.FixedOutDegree(3), weight=1.0, delay=2.0)
    return net.compile(workers=1).run(100.0)


@pytest.mark.parametrize("name", ["loihi", "truenorth", "cpu", "gpu", "tpu", "spinnaker"])
def test_projections_add_up_to_the_lines_that_they_cause(result, name):
    report = result.energy(name)
    caused = {"synaptic_operations", "synaptic_operations_dense", "weight_bytes", "weight_bytes_dense"}
    lines = [line.nominal_j for line in report.lines if line.price.count in caused]
    assert lines
    assert sum(one.energy_j for one in report.projections) == pytest.approx(sum(lines), rel=1e-9)
    assert sum(one.part for one in report.projections) == pytest.approx(1.0)
    assert report.projections[0].projection.name == "source → target"
    first = report.to_dict()["projections"][0]
    assert first["energy_j"] == report.projections[0].energy_j > 0.0


def test_a_projection_pays_for_the_memory_that_holds_the_store():
    """Horowitz, ISSCC 2014: 20 pJ per 8 bytes in 32 KB of SRAM, 0.9 pJ per addition."""
    wires = ProjectionCounts("a → b", 10, 100, 800), ProjectionCounts("b → a", 10, 0, 80)
    counts = Ledger(synaptic_operations=100, weight_bytes=880, weight_store_bytes=20_000, projections=wires)
    shares = EnergyReport.of(counts, "cpu").projections
    assert [share.energy_j for share in shares] == pytest.approx([100 * 0.9e-12 + 100 * 20e-12, 10 * 20e-12])


def test_without_prices_the_cost_is_unknown_and_the_order_that_of_operations():
    wires = ProjectionCounts("a → b", 10, 100), ProjectionCounts("b → a", 10, 300)
    report = EnergyReport.of(Ledger(synaptic_operations=400, projections=wires), "host")
    assert [(one.projection.name, one.energy_j, one.part) for one in report.projections] == [
        ("b → a", None, None),
        ("a → b", None, None),
    ]


def test_a_report_of_many_projections_has_the_dearest_and_sums_up_the_others():
    wires = tuple(ProjectionCounts(f"a → p{k}", 10, 10 * k, 0) for k in range(2000))
    counts = Ledger(synaptic_operations=sum(one.synaptic_operations for one in wires), projections=wires)
    report = EnergyReport.of(counts, "loihi")
    assert [share.projection.name for share in report.projections[:5]] == [f"a → p{k}" for k in range(1999, 1994, -1)]
    lines = [line for line in report.table().remarks if "projection" in line]
    assert len(lines) == 6
    operations = sum(10 * k for k in range(1995))
    energy = f"{operations * 23.6e-12 * 1e6:.4g} µJ modelled"
    share = f"{100 * operations / (operations + sum(10 * k for k in range(1995, 2000))):.1f} %"
    assert lines[-1] == (
        f"1,995 further projections: {operations:,} synaptic operations, {energy}, {share} of what projections cost"
    )
    few = EnergyReport.of(Ledger(synaptic_operations=60, projections=wires[:4]), "loihi")
    assert len([line for line in few.table().remarks if "projection" in line]) == 4


def test_sentences_about_thousands_of_terms_name_the_first():
    figures = ("pJ", "measured", "min", "a paper")
    prices = [Price(f"term {k}", "packets", 1.0, *figures) for k in range(3000)]
    banded = Price("other", "spikes", 1.0, "pJ", "measured", "band", "a paper", 1.0, 2.0)
    profile = Profile("many", "Many", "", None, "per-term", "a paper").with_prices(banded, *prices)
    report = EnergyReport.of(Ledger(spikes=2, packets=5), profile)
    assert len(report.band.held_high) == 3000
    assert max(map(len, report.table().remarks)) < 400
    unpriced = EnergyReport.of(Ledger(spikes=2), profile)
    assert len(unpriced.unpriced) == 3000
    assert len(str(unpriced.compare("loihi"))) < 4000
