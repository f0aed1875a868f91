"""What each projection costs: parts of the lines of the bill, which they add up to."""

import pytest

import spikecore as sc
from spikecore.energy import EnergyReport, Ledger, shares
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
    assert "source → target" in report.projections[0].projection.name
    first = report.to_dict()["projections"][0]
    assert first["energy_j"] == report.projections[0].energy_j > 0.0
    assert report.projections[0].projection.name in str(report)


def test_without_prices_the_cost_is_unknown_and_the_order_that_of_operations():
    wires = ProjectionCounts("a → b", 10, 100), ProjectionCounts("b → a", 10, 300)
    report = EnergyReport.of(Ledger(synaptic_operations=400, projections=wires), "host")
    assert [(one.projection.name, one.energy_j, one.part) for one in shares.of(report)] == [
        ("b → a", None, None),
        ("a → b", None, None),
    ]
    assert "cost unknown" in str(report)
