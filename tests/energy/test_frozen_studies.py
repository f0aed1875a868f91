"""A frozen set of studies: what the energy commands computed once, they compute for ever, to 1e-12.

`fixtures/frozen_studies.json` holds every number of the clocked against the event-driven machine (cases, crossings,
equal spikes, memories, prices) and of TrueNorth (affine model, published points, benchmark networks). Studies that
are not there yet are added by

    python tests/energy/test_frozen_studies.py     # with the package that is installed

A change that means to change results deletes those studies first, and says so.
"""

import json
import sys
import tempfile
from pathlib import Path

import pytest

from spikecore.command import cli
from spikecore.energy.studies import truenorth

FIXTURE = Path(__file__).parents[1] / "fixtures" / "frozen_studies.json"
SWEEP = ["energy", "sweep", "--time", "100"]
COMMANDS = {
    "sweep of rates and sizes": [*SWEEP, "--rates", "0,10,100,600", "--neurons", "256,1280"],
    "sweep that ends below the crossing": [*SWEEP, "--rates", "3,30", "--neurons", "512", "--synapses", "100"],
    "sweep with the prices of loihi": [*SWEEP, "--rates", "0,10,600", "--neurons", "256", "--profile", "loihi"],
    "published points": ["energy", "paper", "merolla"],
}


def of_command(arguments):
    """Every number that a command writes as JSON, by its path; of a paper those of its networks on the engine."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "report.json"
        assert cli.main([*arguments, "--json", str(file)]) == 0
        report = json.loads(file.read_text(encoding="utf-8"))
    return dict(numbers(report.get("truenorth", report)))


def of_model():
    """The affine model, its constants, and the published points that it is held against."""
    model = truenorth.published_model()
    rates = (0.0, 11.58, 20.07, 95.93, 200.0)
    return dict(
        numbers(
            {
                "static_w": model.static_w,
                "event_j": model.event_j,
                "voltage_v": model.voltage_v,
                "synapses": model.synapses,
                "rates_hz": list(model.rates_hz),
                "chip_neurons": truenorth.CHIP_NEURONS,
                "all_in_j": truenorth.ALL_IN_J,
                "published": [[p.rate_hz, p.synapses, p.voltage_v, p.power_w] for p in truenorth.PUBLISHED],
                "events_per_s": [truenorth.events_per_s(rate, 128) for rate in rates],
                "power_w": [model.power_w(truenorth.events_per_s(rate, 128), 0.8) for rate in rates],
                "inside": [[model.inside(rate, synapses) for synapses in (64, 128)] for rate in rates],
            }
        )
    )


def numbers(value, path=""):
    """Yield numbers, booleans and None of nested lists and dicts; words are not frozen."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from numbers(inner, f"{path}/{key}")
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            yield from numbers(inner, f"{path}/{place}")
    elif not isinstance(value, str):
        yield path, value


STUDIES = {"affine model": of_model} | {
    name: lambda arguments=arguments: of_command(arguments) for name, arguments in COMMANDS.items()
}


@pytest.mark.parametrize("name", STUDIES)
def test_a_study_gives_the_numbers_that_it_gave(name):
    expected = json.loads(FIXTURE.read_text(encoding="utf-8"))[name]
    computed = STUDIES[name]()
    assert set(computed) == set(expected)
    for path, value in expected.items():
        if value is None or isinstance(value, bool):
            assert computed[path] is value, path
        else:
            assert computed[path] == pytest.approx(value, rel=1e-12, abs=0.0), path


def add_missing():
    """Compute the studies that are not in the file."""
    frozen = json.loads(FIXTURE.read_text(encoding="utf-8")) if FIXTURE.exists() else {}
    frozen |= {name: study() for name, study in STUDIES.items() if name not in frozen}
    FIXTURE.write_text(json.dumps(frozen, indent=0) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(add_missing())
