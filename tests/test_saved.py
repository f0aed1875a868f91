"""A saved result tells what the run told, and a file that is not such a result is refused, whatever it is."""

import json
import zipfile
from pathlib import Path

import numpy as np
import pytest

import spikecore as sc
from spikecore.files import container
from spikecore.files.container import Contents
from spikecore.results import to_file


def every_kind() -> sc.Result:
    """Return the second run of a network with all models, arrays of parameters, a kernel, and recorders."""
    net = sc.Network(dt=0.1, seed=1)
    pixels = net.spike_source(16, ([0, 3, 3, 15], [1.0, 2.0, 9.0, 12.5]), name="pixels")
    models = [
        sc.LIF(i_e=500.0),
        sc.LIF(i_e=[400.0 + k for k in range(16)], t_ref=[2.0] * 16),
        sc.LIFDelta(i_e=500.0),
        sc.LIFAlpha(i_e=500.0),
        sc.ALIF(i_e=900.0),
        sc.IF(reset="subtract"),
        sc.LeakyIntegrator(),
    ]
    for place, model in enumerate(models):
        each = net.population(16, model, name=f"{type(model).__name__} {place}")
        net.connect(pixels, each, sc.Bernoulli(0.5), weight=1.0, delay=sc.Uniform(0.1, 5.0))
        net.record(each, "v", neurons=[3, 1], interval=1.0)
    image = net.population(16, sc.LIFDelta(), name="image")
    net.connect(pixels, image, sc.Convolution(np.ones((1, 1, 3, 3)), (1, 4, 4), padding=1), delay=1.0)
    net.stimulate(image, sc.Poisson(rate=500.0, weight=5.0))
    machine = net.compile(workers=2)
    machine.run(5.0)
    return machine.run(40.0)


@pytest.fixture(scope="module")
def result() -> sc.Result:
    return every_kind()


@pytest.fixture(scope="module")
def saved(result: sc.Result, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return result.save(tmp_path_factory.mktemp("saved") / "run.npz")


def test_a_loaded_result_answers_as_the_run_did(result: sc.Result, saved: Path) -> None:
    again = sc.load_result(saved)
    assert again.spikes_sha256() == result.spikes_sha256()
    assert (again.start, again.stop, again.dt, again.ticks) == (result.start, result.stop, result.dt, result.ticks)
    assert again.statistics == result.statistics
    assert again.counts == result.counts
    assert again.rates() == result.rates()
    assert again.largest_lead == result.largest_lead
    assert again.newly_pending == result.newly_pending
    assert [(p.name, p.size, p.first, p.model) for p in again.populations] == [
        (p.name, p.size, p.first, p.model) for p in result.populations
    ]
    for name in (population.name for population in result.populations):
        assert np.array_equal(again.spike_counts(name), result.spike_counts(name))
        assert np.array_equal(again.spikes[name].times, result.spikes[name].times)
        assert np.array_equal(again.spikes[name].neurons, result.spikes[name].neurons)
    assert len(again.traces) == len(result.traces) == 7
    for before, after in zip(result.traces, again.traces, strict=True):
        assert repr(before) == repr(after)
        assert np.array_equal(result.traces[before].values, again.traces[after].values)
        assert np.array_equal(result.traces[before].times, again.traces[after].times)


@pytest.mark.parametrize("profile", ["loihi", "truenorth", "cpu"])
def test_a_loaded_result_costs_the_same(result: sc.Result, saved: Path, profile: str) -> None:
    again = sc.load_result(saved)
    assert again.energy(profile).to_dict() == result.energy(profile).to_dict()
    assert again.wiring.names == result.wiring.names


def test_a_loaded_result_is_saved_as_the_same_file(saved: Path, tmp_path: Path) -> None:
    again = sc.load_result(saved).save(tmp_path / "again.npz")
    assert again.read_bytes() == saved.read_bytes()


def test_placing_a_loaded_network_on_a_chip_says_why_not(saved: Path) -> None:
    with pytest.raises(sc.NetworkError, match="not the network"):
        sc.load_result(saved).energy("loihi", mapping=True)


def test_what_a_run_without_records_has(tmp_path: Path) -> None:
    net = sc.Network(dt=0.1)
    net.population(3, sc.LIF(i_e=500.0), name="alone")
    result = net.compile(workers=1, record_spikes=False).run(50.0)
    again = sc.load_result(result.save(tmp_path / "counts.npz"))
    assert len(again.spikes) == len(again.traces) == 0
    assert again.spike_counts("alone").tolist() == result.spike_counts("alone").tolist() != [0, 0, 0]


def test_numpy_reads_the_file_without_pickle(result: sc.Result, saved: Path) -> None:
    with np.load(saved, allow_pickle=False) as arrays:
        assert np.array_equal(arrays["spikes/ticks"], result.spikes.ticks)
        assert np.array_equal(arrays["spikes/ids"], result.spikes.ids)
        description = json.loads(bytes(arrays["description"]))
        assert set(description["arrays"]) == set(arrays.files) - {"description"}
    assert description["populations"] == [population.name for population in result.populations]
    assert description["dt"] == 0.1


def test_saving_replaces_a_file_whole_or_leaves_it(saved: Path, result: sc.Result, tmp_path: Path) -> None:
    target = tmp_path / "run.npz"
    target.write_text("older")
    with pytest.raises(sc.NetworkError, match="device"):
        result.save("/dev/null")
    with pytest.raises(OSError, match="cannot be written"):
        result.save(tmp_path / "no folder" / "run.npz")
    assert result.save(str(target)).read_bytes() == saved.read_bytes()
    assert [file.name for file in tmp_path.iterdir()] == ["run.npz"]


# ---- what is no such file ----


def refused(path: Path, why: str) -> None:
    with pytest.raises(sc.FileError, match=why) as error:
        sc.load_result(path)
    assert isinstance(error.value, ValueError)


def test_every_truncation_is_refused(saved: Path, tmp_path: Path) -> None:
    content, cut = saved.read_bytes(), tmp_path / "cut.npz"
    for length in [*range(0, len(content), len(content) // 60), len(content) - 1]:
        cut.write_bytes(content[:length])
        refused(cut, "cut.npz")


def test_every_flipped_byte_is_refused_or_changes_nothing(saved: Path, result: sc.Result, tmp_path: Path) -> None:
    content, changed = saved.read_bytes(), tmp_path / "changed.npz"
    rng, survived = np.random.default_rng(3), 0
    for at in rng.choice(len(content), 400, replace=False):
        flipped = bytearray(content)
        flipped[at] ^= 1 << int(rng.integers(8))
        changed.write_bytes(flipped)
        try:
            again = sc.load_result(changed)
        except sc.FileError:
            continue
        survived += 1  # dates and other fields of the archive that nobody reads
        assert again.spikes_sha256() == result.spikes_sha256()
        assert again.counts == result.counts
    assert survived < 200


def test_other_files_are_refused(saved: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.npz"
    for content in (b"", b"PK", b"\x93NUMPY", b"x" * 4096):
        other.write_bytes(content)
        refused(other, "damaged, or no file of spikecore")
    np.savez(other, a=np.arange(3))
    refused(other, "has not written")
    refused(tmp_path, "a directory")
    with pytest.raises(FileNotFoundError):
        sc.load_result(tmp_path / "none.npz")
    container.write(other, "network", 1, Contents({}, {}))
    refused(other, "holds a network, allowed: a result or a batch")
    container.write(other, "result", to_file.SCHEMAS["result"] + 1, Contents({}, {}))
    refused(other, f"schema {to_file.SCHEMAS['result'] + 1}, allowed: {to_file.SCHEMAS['result']}")


def rebuilt(saved: Path, target: Path, **changes: object) -> Path:
    """Write the archive again with its comment, and members that have other bytes or are new."""
    with zipfile.ZipFile(saved) as old, zipfile.ZipFile(target, "w") as new:
        kept = {member.filename: old.read(member) for member in old.infolist()}
        for name, content in {**kept, **changes}.items():
            new.writestr(name, content)  # type: ignore[arg-type]
        new.comment = old.comment
    return target


def test_members_that_lie_are_refused_before_memory_is_taken(saved: Path, tmp_path: Path) -> None:
    target, name = tmp_path / "lie.npz", "spikes/ids.npy"
    header = b"{'descr': '<u4', 'fortran_order': False, 'shape': (1152921504606846976,), }"
    huge = b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header
    refused(rebuilt(saved, target, **{name: huge}), "another type or shape")
    pickled = huge.replace(b"<u4", b"|O ").replace(b"(1152921504606846976,)", b"(1,)                  ")
    refused(rebuilt(saved, target, **{name: pickled}), "damaged|another type")
    for cut in (huge[:-1] + b" ", huge.replace(b"'shape'", b"'shape"), huge.replace(b"{", b"(")):
        refused(rebuilt(saved, target, **{name: cut}), "damaged")
    refused(rebuilt(saved, target, **{"more.npy": huge}), "other arrays than its description lists")
    with zipfile.ZipFile(saved) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for member in old.infolist():
            new.writestr(member.filename, old.read(member))
        new.comment = old.comment
    refused(target, "compressed or encrypted")


CHANGES = {
    "ids beyond the network": ("spikes/ids", lambda a: a + np.uint32(1000)),
    "spikes out of order": ("spikes/ticks", lambda a: a[::-1].copy()),
    "spikes before the run": ("spikes/ticks", lambda a: np.zeros_like(a)),
    "spikes of another type": ("spikes/ticks", lambda a: a.astype(np.float64)),
    "a tick too many": ("spikes/ticks", lambda a: np.append(a, a[-1:])),
    "counts beyond the network": ("counts/ids", lambda a: a + np.uint32(1000)),
    "counts of another length": ("counts/spikes", lambda a: a[:-1]),
    "a population of no neurons": ("populations/size", lambda a: a * np.uint32(0)),
    "a model that is not there": ("populations/model", lambda a: a + np.uint32(100)),
    "a parameter out of range": ("models/1/tau_m", lambda a: -a),
    "a trace of a neuron that is not there": ("traces/0/neurons", lambda a: a + np.uint32(100)),
    "a trace of another shape": ("traces/0/values", lambda a: a[:-1]),
    "a projection from nowhere": ("projections", lambda a: a - 2),
    "fan-out of other lengths": ("fan_out/lengths", lambda a: a + np.uint32(1)),
    "too few degrees": ("fan_out/degrees", lambda a: a[:-1]),
}


@pytest.mark.parametrize("change", CHANGES, ids=str)
def test_values_that_no_run_has_are_refused(saved: Path, tmp_path: Path, change: str) -> None:
    name, changed = CHANGES[change]
    contents = container.read(saved, "result", to_file.SCHEMAS["result"])
    assert name in contents.arrays
    contents.arrays[name] = changed(contents.arrays[name])
    refused(written(contents, tmp_path), "not a result that spikecore has written")


def written(contents: Contents, folder: Path) -> Path:
    description = {
        key: contents.description[key] for key in set(contents.description) - {"kind", "schema", "spikecore"}
    }
    return container.write(
        folder / "changed.npz", "result", to_file.SCHEMAS["result"], Contents(description, contents.arrays)
    )


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("dt", -1.0),
        ("dt", "0.1"),
        ("word_bytes", 3),
        ("recorded", [99]),
        ("recorded", None),
        ("recorders", [[0, "no variable", 1.0, 0]]),
        ("populations", ["twice", "twice"]),
        ("models", [["__class__", {}, []]]),
        ("models", [["NeuronModel", {}, []]]),
        ("before", {}),
        ("after", []),
    ],
)
def test_descriptions_that_no_run_has_are_refused(saved: Path, tmp_path: Path, key: str, value: object) -> None:
    contents = container.read(saved, "result", to_file.SCHEMAS["result"])
    assert key in contents.description
    contents.description[key] = value
    refused(written(contents, tmp_path), "not a result that spikecore has written")
    del contents.description[key]
    refused(written(contents, tmp_path), "not a result that spikecore has written")


def test_counters_of_another_type_are_refused(saved: Path, tmp_path: Path) -> None:
    for name, value in {"ticks": -1, "spikes_per_population": [1], "phases_s": {"wait": 1}, "weights": 32}.items():
        contents = container.read(saved, "result", to_file.SCHEMAS["result"])
        assert name in contents.description["after"]
        contents.description["after"][name] = value
        refused(written(contents, tmp_path), "not a result that spikecore has written")


def test_a_result_is_written_to_a_regular_file(result: sc.Result, tmp_path: Path) -> None:
    with pytest.raises(sc.NetworkError, match="it is a directory, allowed: a regular file"):
        result.save(tmp_path)
    with pytest.raises(sc.NetworkError, match="it is a device, a pipe or a stream, allowed: a regular file"):
        result.save("/dev/null")
