"""`spikecore energy`: what each subcommand prints and writes, and what it refuses."""

import contextlib
import io
import json

import pytest

from spikecore.command import cli
from spikecore.command import energy as energy_cli
from spikecore.energy import EnergyReport, joules, known, load
from spikecore.energy.studies import papers, sweep_view, truenorth, truenorth_view
from spikecore.energy.studies.sweep import sweep
from spikecore.library import counts

SWEEP = ["energy", "sweep", "--rates", "0,10,600", "--neurons", "256", "--time", "100"]


def run(capsys, *arguments):
    code = cli.main(list(arguments))
    out, err = capsys.readouterr()
    assert code == 0, err
    return out


def refused(capsys, *arguments):
    assert cli.main(list(arguments)) == 2
    out, err = capsys.readouterr()
    assert out == ""
    return err


def test_profiles_show_every_price_with_its_source(capsys):
    text = run(capsys, "energy", "profiles")
    for name in known():
        profile = load(name)
        assert f"{name}: {profile.title}" in text
        for price in profile.prices:
            assert price.term in text
    for words in ("Horowitz", "per-term", "all-in", "simulated", "unpriced", "pJ/64bit"):
        assert words in text
    assert max(len(line) for line in text.splitlines() if line.startswith("  note")) <= 120
    given = json.loads(run(capsys, "energy", "profiles", "--json", "-"))
    assert [one["name"] for one in given] == known()
    for one in given:
        for price in one["prices"]:
            assert price["source"]
            assert price["evidence"]
            assert price["scope"] in ("per-term", "all-in")


def test_profiles_of_ones_own_are_checked(capsys, tmp_path):
    mine = tmp_path / "mine.toml"
    good = 'name = "mine"\ntitle = "Mine"\nnode = "1 nm"\nscope = "per-term"\nsource = "me"\n[[price]]\nterm = "ops"\n'
    good += 'count = "synaptic_operations"\nvalue = 1.5\nunit = "pJ"\nevidence = "measured"\nbound = "exact"\n'
    mine.write_text(good)
    assert "1.5 pJ" in run(capsys, "energy", "profiles", str(mine))
    mine.write_text(good.replace('unit = "pJ"\n', ""))
    error = refused(capsys, "energy", "profiles", str(mine))
    assert "mine.toml" in error
    assert "unit" in error
    assert "abacus" in refused(capsys, "energy", "profiles", "abacus")


def swept(profile=None):
    return sweep(counts.count, rates=[0.0, 10.0, 600.0], neurons=[256], time=100.0, profile=profile)


def test_sweep_prints_its_tables_and_draws_its_picture(capsys, tmp_path):
    picture = tmp_path / "claims.svg"
    text = run(capsys, *SWEEP, "--plot", str(picture))
    assert text == f"{sweep_view.describe(swept())}\n\npicture: {picture}\n"
    assert picture.read_text(encoding="utf-8") == sweep_view.draw(swept()).svg()


@pytest.mark.parametrize("profile", [None, "loihi"])
def test_sweep_as_json(capsys, profile):
    options = ["--profile", profile] if profile else []
    report = json.loads(run(capsys, *SWEEP, *options, "--json", "-"))
    assert report == json.loads(json.dumps(swept(profile).to_dict()))
    assert report["profile"] == (profile or "silicon")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--plot", "claims.doc"], "'.svg'"),
        (["--neurons", "100"], "256"),
        (["--rates", "0"], "the highest rate"),
        (["--rates", "2000"], "rate is 2000"),
        (["--synapses", "300"], "synapses is 300"),
        (["--profile", "truenorth"], "'all-in'"),
        (["--profile", "abacus"], "abacus"),
    ],
)
def test_sweep_refuses(capsys, arguments, words):
    assert words in refused(capsys, "energy", "sweep", *arguments)


@pytest.mark.parametrize("arguments", [["--rates", "fast"], ["--neurons", "1.5"], ["--rates", "-1"]])
def test_what_is_no_number_is_a_usage_error(capsys, arguments):
    with pytest.raises(SystemExit) as caught:
        cli.main(["energy", "sweep", *arguments])
    assert caught.value.code == 2


READY = ["energy", "compare", "--neurons", "512", "--time", "100"]


def test_compare_runs_a_ready_network(capsys, tmp_path):
    text = run(capsys, *READY)
    for name in ("loihi", "truenorth", "spinnaker", "cpu", "gpu", "tpu", "modelled", "512 neurons", "verdict"):
        assert name in text
    page = tmp_path / "page.html"
    report = json.loads(run(capsys, *READY, "--on", "cpu,loihi", "--plot", str(page), "--json", "-"))
    assert list(report["reports"]) == ["cpu", "loihi"]
    assert "<table" in page.read_text(encoding="utf-8")
    ledger = report["reports"]["loihi"]["ledger"]
    assert ledger["synaptic_operations"] == 32 * ledger["spikes"]
    assert ledger["packets"] > 0  # placed on a chip core of Loihi


def test_compare_measures_this_machine_or_says_why_not(capsys, monkeypatch):
    measured = joules.measured
    monkeypatch.setattr(joules, "measured", lambda: measured(idle_s=0.0))
    text = run(capsys, *READY, "--on", "loihi", "--measure")
    assert ("measured:" if joules.domains()[0] else "This machine: not available here:") in text
    assert "host" in text


def test_compare_reads_a_run(capsys, tmp_path):
    file = tmp_path / "run.json"
    run(capsys, "run", "brunel", "--scale", "0.02", "--time", "20", "--presim", "0", "--quiet", "--json", str(file))
    saved = json.loads(file.read_text(encoding="utf-8"))
    report = json.loads(run(capsys, "energy", "compare", str(file), "--on", "loihi,spinnaker,truenorth", "--json", "-"))
    for name in ("loihi", "truenorth"):
        assert report["reports"][name]["total_j"] == saved["energy"][name]["total_j"]
    operations = saved["synaptic_operations"]
    spinnaker = report["reports"]["spinnaker"]["ledger"]
    assert spinnaker["synaptic_operations"] == operations
    assert spinnaker["packets"] is None


OWN = """
name = "mine"
title = "Mine"
node = "1 nm"
source = "me"
scope = "per-term"
[[price]]
term = "packets"
count = "packets"
value = 2.0
unit = "pJ"
evidence = "measured"
bound = "exact"
[chip]
neurons_per_core = 1024
cores = 64
cores_per_tile = 4
mesh_width = 4
"""


def test_a_mapping_onto_a_chip_of_ones_own_survives_the_file(capsys, tmp_path):
    mine, file = tmp_path / "a chip.toml", tmp_path / "run.json"
    mine.write_text(OWN, encoding="utf-8")
    quick = ["run", "brunel", "--scale", "0.02", "--time", "20", "--presim", "0", "--quiet", "--json", str(file)]
    run(capsys, *quick, "--mapping", "--energy", f"{mine},loihi")
    before = json.loads(file.read_text(encoding="utf-8"))["energy"]
    assert before[str(mine)]["ledger"]["packets"] > 0

    def read(*machines):
        names = ",".join(map(str, machines))
        return json.loads(run(capsys, "energy", "compare", str(file), "--on", names, "--json", "-"))["reports"]

    again = read(mine, "loihi", "spinnaker")
    for name, key in (("mine", str(mine)), ("loihi", "loihi")):
        assert again[name]["ledger"] == before[key]["ledger"]
        assert again[name]["total_j"] == before[key]["total_j"]
    assert again["spinnaker"]["ledger"]["packets"] is None
    moved = mine.rename(tmp_path / "moved.toml")
    assert read(moved)["mine"]["total_j"] == again["mine"]["total_j"], "the same chip by its name"
    moved.write_text(OWN.replace("mesh_width = 4", "mesh_width = 2"), encoding="utf-8")
    assert read(moved)["mine"]["ledger"]["hops_ew"] is None, "another chip of that name"


def test_files_of_the_first_version_are_read(capsys, tmp_path):
    from spikecore.library import recurrent

    result = recurrent.build(20.0, 8, cores=1)[0].compile(workers=1).run(50.0)
    plain = result.energy("loihi").to_dict()["ledger"]
    first = {"populations": "per_population", "projections": "per_projection", "cores": "synaptic_operations_per_core"}
    old = {first.get(name, name): value for name, value in plain.items() if name not in ("notes", "samples")}
    file = tmp_path / "run.json"
    file.write_text(json.dumps({"energy": {"loihi": {"ledger": old}}}), encoding="utf-8")
    report = json.loads(run(capsys, "energy", "compare", str(file), "--on", "loihi", "--json", "-"))
    assert report["reports"]["loihi"]["ledger"] == plain


def ledger_in(report):
    return report["energy"]["loihi"]["ledger"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda report: report.pop("energy"), "energy is missing"),
        (lambda report: report["energy"].clear(), "energy is missing"),
        (lambda report: report["energy"]["loihi"].pop("ledger"), "energy.loihi.ledger is missing"),
        (lambda report: ledger_in(report).pop("spikes"), "energy.loihi.ledger.spikes is missing"),
        (lambda report: ledger_in(report).update(spikes="many"), "spikes must be"),
        (lambda report: ledger_in(report).update(spikes=-1), "spikes is -1"),
        (lambda report: ledger_in(report).update(populations=3), "populations must be"),
        (lambda report: ledger_in(report).update(populations={"spikes": {"a": "5"}}), "populations['spikes']['a']"),
        (lambda report: ledger_in(report).update(populations={"a": 5}), "populations['a']"),
        (lambda report: ledger_in(report).update(projections=5), "projections must be"),
        (lambda report: ledger_in(report).update(projections=["a"]), "projections[0] must be"),
        (lambda report: ledger_in(report)["projections"][0].pop("synapses"), "projections[0].synapses is missing"),
        (lambda report: ledger_in(report)["projections"][0].update(colour=1), "projections[0].colour is unknown"),
        (lambda report: ledger_in(report)["projections"][0].update(name=3), "projection: name must be"),
        (lambda report: ledger_in(report)["projections"][0].update(synapses=-1), "synapses is -1"),
        (lambda report: ledger_in(report).update(cores=["a"]), "cores[0] must be"),
        (lambda report: ledger_in(report).update(cores=3), "cores must be"),
        (lambda report: ledger_in(report).update(unknown={"packets": 3}), "unknown['packets'] must be"),
        (lambda report: ledger_in(report).update(notes=[3]), "notes[0] must be"),
    ],
)
def test_a_file_that_is_no_run_names_the_key(capsys, tmp_path, change, words):
    from spikecore.library import recurrent

    result = recurrent.build(20.0, 8, cores=1)[0].compile(workers=1).run(50.0)
    report = json.loads(json.dumps({"energy": {"loihi": EnergyReport.of(result.ledger, "loihi").to_dict()}}))
    change(report)
    file = tmp_path / "run.json"
    file.write_text(json.dumps(report), encoding="utf-8")
    error = refused(capsys, "energy", "compare", str(file))
    assert "run.json" in error
    assert words in error


def test_compare_refuses(capsys, tmp_path):
    file = tmp_path / "run.json"
    file.write_text("{", encoding="utf-8")
    assert "run.json" in refused(capsys, "energy", "compare", str(file))
    assert "--measure" in refused(capsys, "energy", "compare", str(file), "--measure")
    assert "none.json" in refused(capsys, "energy", "compare", str(tmp_path / "none.json"))
    assert "neurons is 100" in refused(capsys, "energy", "compare", "--neurons", "100")
    assert "time is 0" in refused(capsys, "energy", "compare", "--time", "0")
    assert "'.html'" in refused(capsys, "energy", "compare", "--plot", "page.doc")
    assert "abacus" in refused(capsys, "energy", "compare", "--on", "abacus")
    assert "a.json" in refused(capsys, "energy", "compare", "--json", str(tmp_path / "none" / "a.json"))


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        (["energy", "paper", "Yin"], "did you mean 'yin'?"),
        (["energy", "paper", "davis"], "did you mean 'davies'?"),
        (["energy", "compare", "loihi"], "--on loihi"),
        (["energy", "sweep", "--profile", "Loihi"], "did you mean 'loihi'?"),
        (["energy", "profiles", "truenort"], "did you mean 'truenorth'?"),
    ],
)
def test_a_name_that_is_nearly_right_is_answered_with_what_was_meant(capsys, arguments, hint):
    with contextlib.suppress(SystemExit):  # a usage error
        assert cli.main(arguments) == 2
    assert capsys.readouterr().err.rstrip().endswith(hint)


def test_a_machine_that_is_named_twice_is_a_usage_error(capsys):
    for name, arguments in (
        ("loihi", ["energy", "compare", "--on", "loihi,loihi"]),
        ("cpu", ["run", "brunel", "--energy", "cpu,loihi,cpu"]),
    ):
        with pytest.raises(SystemExit) as caught:
            cli.main(arguments)
        assert caught.value.code == 2
        assert f"'{name}'" in capsys.readouterr().err


@pytest.mark.parametrize("energy", ["none", "cpu", "cpu,gpu"])
def test_a_mapping_without_a_chip_is_refused_before_anything_is_built(capsys, energy):
    error = refused(capsys, "run", "brunel", "--scale", "0.02", "--energy", energy, "--mapping")
    shown = energy.replace(",", ", ")
    assert f"energy is {shown}, allowed: " in error


@pytest.mark.parametrize(
    ("command", "words"), [("run", "compare` does so by itself"), ("compare", "is placed on every chip")]
)
def test_help_says_who_places_networks_on_chips(capsys, command, words):
    with pytest.raises(SystemExit):
        cli.main(["run", "--help"] if command == "run" else ["energy", "compare", "--help"])
    assert words in " ".join(capsys.readouterr().out.split())


@pytest.fixture(scope="module")
def papers_written(tmp_path_factory):
    """What `paper` prints and writes of every paper, run once: that of Merolla et al. runs 28 networks."""
    written = {}
    for name in energy_cli.PAPERS:
        file = tmp_path_factory.mktemp(name) / "paper.json"
        with contextlib.redirect_stdout(io.StringIO()) as text:
            assert cli.main(["energy", "paper", name, "--json", str(file)]) == 0
        written[name] = text.getvalue(), json.loads(file.read_text(encoding="utf-8"))
    return written


@pytest.mark.parametrize("name", energy_cli.PAPERS)
def test_papers_show_what_they_write(papers_written, name):
    text, report = papers_written[name]
    paper = papers.paper(name)
    assert paper.text() in text
    assert {key: report[key] for key in paper.to_dict()} == json.loads(json.dumps(paper.to_dict()))


def test_merolla_comes_with_its_networks_on_the_engine(papers_written):
    text, report = papers_written["merolla"]
    benchmark = truenorth.benchmark(counts.benchmark)
    assert report["truenorth"] == json.loads(json.dumps(benchmark.to_dict()))
    assert len(benchmark.points) == len(truenorth.PUBLISHED)
    assert len(benchmark.grid) == 25
    assert all(table.text() in text for table in truenorth_view.tables(benchmark))


def test_all_papers_are_there():
    assert papers.names() == energy_cli.PAPERS
