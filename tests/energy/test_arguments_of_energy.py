"""Arguments of the energy report that are of another kind, or nearly a name: errors say what is expected."""

import pytest

from spikecore import NetworkError, checks, load_result
from spikecore.energy import Comparison, EnergyReport, Ledger, bill, load
from spikecore.energy.ann import parse
from spikecore.energy.ann.formulas import estimate
from spikecore.energy.studies import clocked, local_memory, papers, truenorth
from spikecore.energy.studies.silicon import silicon
from spikecore.energy.studies.sweep import sweep
from spikecore.library import counts, recurrent


@pytest.fixture(scope="module")
def result():
    return recurrent.build(20.0, 8, cores=1)[0].compile(workers=1).run(20.0)


@pytest.mark.parametrize("profile", [None, 3, ["loihi"], b"loihi"])
def test_a_profile_of_another_kind(result, profile):
    report = result.energy("loihi")
    for call in (result.energy, load, report.compare, lambda it: EnergyReport.of(result.ledger, it)):
        with pytest.raises(TypeError, match=r"\bprofile must be "):
            call(profile)


@pytest.mark.parametrize(
    ("call", "parameter"),
    [
        (lambda result: EnergyReport.of(result, "loihi"), "ledger"),
        (lambda result: EnergyReport.of_run(None, "loihi"), "result"),
        (lambda result: EnergyReport.of(Ledger(), "loihi", measured=3), "measured"),
        (lambda result: bill(Ledger(), "loihi"), "profile"),
        (lambda result: Comparison([3]), "report"),
        (lambda result: result.energy().to_html(None), "file"),
        (lambda result: result.energy().compare("cpu").to_html(3), "file"),
        (lambda result: result.save(None), "file"),
        (lambda result: load_result(None), "file"),
        (lambda result: result.energy(mapping="yes"), "mapping"),
        (lambda result: sweep(None), "count"),
        (lambda result: sweep(counts.count, rates=3), "rates"),
        (lambda result: sweep(counts.count, neurons=["a"]), "neurons"),
        (lambda result: clocked.case(None), "run"),
        (lambda result: local_memory.memory(result), "run"),
        (lambda result: silicon("a"), "cores"),
        (lambda result: truenorth.events_per_s("a", 1), "rate_hz"),
    ],
)
def test_other_arguments_of_another_kind(result, call, parameter):
    with pytest.raises(TypeError, match=rf"\b{parameter} must be "):
        call(result)


NEAR = [
    ("lohi", "loihi"),
    ("LOIHI", "loihi"),
    ("TrueNorth", "truenorth"),
    ("spinaker", "spinnaker"),
    ("gpus", "gpu"),
    ("zzz", None),
]


@pytest.mark.parametrize(("name", "meant"), NEAR)
def test_a_profile_that_is_nearly_named(name, meant):
    with pytest.raises(NetworkError) as caught:
        load(name)
    assert caught.value.meant == meant


@pytest.mark.parametrize(
    ("call", "meant"),
    [
        (lambda: papers.paper("jin"), "yin"),
        (lambda: estimate("lemair", parse("4-3")), "lemaire"),
        (lambda: recurrent.build(1.0, 1, drive="Poison"), "poisson"),
        (lambda: checks.choice("", "updates", "evnt", ("auto", "dense", "event")), "event"),
    ],
)
def test_other_names_that_are_nearly_right(call, meant):
    with pytest.raises(NetworkError) as caught:
        call()
    assert caught.value.meant == meant
    assert str(caught.value).endswith(f"did you mean '{meant}'?")


def test_a_file_that_is_not_there_is_near_to_no_name(tmp_path):
    with pytest.raises(NetworkError) as caught:
        load(tmp_path / "loihi.toml")
    assert (caught.value.parameter, caught.value.meant) == ("profile", None)
    assert caught.value.value == repr(str(tmp_path / "loihi.toml"))
