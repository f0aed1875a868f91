"""A saved batch tells what the batch told, and a file that is not such a batch is refused, whatever it is."""

import json
from pathlib import Path

import numpy as np
import pytest

import spikecore as sc
from spikecore.files import container
from spikecore.files.container import Contents
from spikecore.results import to_file


def batch_of(samples: int, *, recorded: bool = True) -> sc.BatchResult:
    """Return a batch of a network with a source, two models, a kernel and recorders, or one without records."""
    net = sc.Network(dt=0.1, seed=3)
    pixels = net.spike_source(16, times=[[]] * 16, name="pixels")
    out = net.population(16, sc.LIFDelta(i_e=260.0), name="out")
    last = net.population(3, sc.LIF(i_e=[300.0, 400.0, 500.0]), name="last")
    net.connect(pixels, out, sc.Convolution(np.full((1, 1, 3, 3), 4.0), (1, 4, 4), padding=1), delay=1.0)
    net.connect(out, last, sc.Bernoulli(0.5), weight=60.0, delay=sc.Uniform(0.1, 2.0))
    net.stimulate(last, sc.Poisson(rate=600.0, weight=40.0))
    if recorded:
        net.record(out, "v", neurons=[5, 2], interval=0.5)
        net.record(last, "i_syn", interval=4.0)
    frames = np.random.default_rng(1).random((samples, 16))
    machine = net.compile(workers=2, record_spikes=["out", "last"] if recorded else False)
    states = [(last, "v"), (out, "v")] if recorded else []
    inputs = {pixels: sc.coding.latency(frames, 20.0, 0.1)}
    return machine.run_batch(30.0, inputs, states=states, seeds=list(range(samples)))


@pytest.fixture(scope="module")
def batch() -> sc.BatchResult:
    return batch_of(5)


@pytest.fixture(scope="module")
def saved(batch: sc.BatchResult, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return batch.save(tmp_path_factory.mktemp("saved") / "batch.npz")


def test_a_loaded_batch_answers_as_the_batch_did(batch: sc.BatchResult, saved: Path) -> None:
    again = sc.load_result(saved)
    assert isinstance(again, sc.BatchResult)
    assert repr(again) == repr(batch)
    assert (len(again), again.dt, again.ticks, again.duration) == (5, 0.1, batch.ticks, 30.0)
    assert again.counts == batch.counts
    for name in ("pixels", "out", "last"):
        assert np.array_equal(again.spike_counts[name], batch.spike_counts[name])
        assert batch.spike_counts[name].sum() > 0
    for sample, (before, after) in enumerate(zip(batch.spikes, again.spikes, strict=True)):
        assert [population.name for population in after] == ["out", "last"]
        assert np.array_equal(before.ticks, after.ticks)
        assert np.array_equal(before["last"].neurons, after["last"].neurons)
        for kept, read in zip(batch.traces[sample].values(), again.traces[sample].values(), strict=True):
            assert repr(kept) == repr(read)
            assert np.array_equal(kept.times, read.times)
            assert np.array_equal(kept.values, read.values)
    assert len(batch.traces[0]) == 2
    for key in (("last", "v"), ("out", "v")):
        assert np.array_equal(again.states[key], batch.states[key])
    assert again.spike_counts.to_pandas().equals(batch.spike_counts.to_pandas())


@pytest.mark.parametrize("profile", ["loihi", "cpu"])
def test_a_loaded_batch_costs_the_same(batch: sc.BatchResult, saved: Path, profile: str) -> None:
    again = sc.load_result(saved)
    assert again.energy(profile).to_dict() == batch.energy(profile).to_dict()
    assert again.wiring.names == batch.wiring.names


def test_a_loaded_batch_is_saved_as_the_same_file(saved: Path, tmp_path: Path) -> None:
    assert sc.load_result(saved).save(tmp_path / "again.npz").read_bytes() == saved.read_bytes()


def test_what_a_batch_of_one_without_records_has(tmp_path: Path) -> None:
    batch = batch_of(1, recorded=False)
    again = sc.load_result(batch.save(tmp_path / "counts.npz"))
    assert len(again) == 1
    assert len(again.spikes[0]) == len(again.traces[0]) == len(again.states) == 0
    assert again.spike_counts["last"].tolist() == batch.spike_counts["last"].tolist() != [[0, 0, 0]]


def test_numpy_reads_samples_by_their_beginnings(batch: sc.BatchResult, saved: Path) -> None:
    with np.load(saved, allow_pickle=False) as arrays:
        first, ticks = arrays["spikes/first"], arrays["spikes/ticks"]
        for sample, spikes in enumerate(batch.spikes):
            assert np.array_equal(ticks[first[sample] : first[sample + 1]], spikes.ticks)
        assert arrays["traces/0/values"].shape == (5, len(batch.traces[0]["out", "v"].times), 2)
        description = json.loads(bytes(arrays["description"]))
        assert set(description["arrays"]) == set(arrays.files) - {"description"}
    assert (description["kind"], description["dt"], description["ticks"]) == ("batch", 0.1, 300)


# ---- what is no such file ----


def refused(path: Path, why: str) -> None:
    with pytest.raises(sc.FileError, match=why):
        sc.load_result(path)


def test_truncations_and_flipped_bytes_are_refused(saved: Path, batch: sc.BatchResult, tmp_path: Path) -> None:
    content, changed = saved.read_bytes(), tmp_path / "changed.npz"
    for length in range(0, len(content), len(content) // 40):
        changed.write_bytes(content[:length])
        refused(changed, "changed.npz")
    rng, survived = np.random.default_rng(3), 0
    for at in rng.choice(len(content), 200, replace=False):
        flipped = bytearray(content)
        flipped[at] ^= 1 << int(rng.integers(8))
        changed.write_bytes(flipped)
        try:
            again = sc.load_result(changed)
        except sc.FileError:
            continue
        survived += 1  # dates and other fields of the archive that nobody reads
        assert again.counts == batch.counts
    assert survived < 100


def test_a_comment_of_another_kind_is_refused(saved: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.npz"
    other.write_bytes(saved.read_bytes().replace(b"spikecore batch schema", b"spikecore reslt schema"))
    refused(other, "holds a reslt, allowed: a result or a batch")
    container.write(other, "result", to_file.SCHEMAS["result"], Contents({}, {}))
    content = other.read_bytes()
    length = int.from_bytes(content[content.rindex(b"PK\x05\x06") + 20 :][:2], "little")
    comment = content[-length:].replace(b"spikecore result", b"spikecore batch")
    other.write_bytes(content[: -length - 2] + len(comment).to_bytes(2, "little") + comment)
    refused(other, "a comment and a description of different kinds")


def shifted(array: np.ndarray) -> np.ndarray:
    array[-1] += np.uint64(1)
    return array


def swapped(array: np.ndarray) -> np.ndarray:
    array[1], array[2] = array[2] + np.uint64(1), array[1]
    return array


CHANGES = {
    "ids beyond the network": ("spikes/ids", lambda a: a + np.uint32(1000)),
    "spikes of who was not recorded": ("spikes/ids", lambda a: a * np.uint32(0)),
    "spikes out of order": ("spikes/ticks", lambda a: a[::-1].copy()),
    "spikes after the sample": ("spikes/ticks", lambda a: a + np.uint64(300)),
    "spikes of another type": ("spikes/ticks", lambda a: a.astype(np.float64)),
    "a sample beyond the list": ("spikes/first", shifted),
    "samples out of order": ("counts/first", swapped),
    "samples that are fewer": ("counts/first", lambda a: a[[0, 2, 3, 4, 5]]),
    "no sample": ("spikes/first", lambda a: a[:1]),
    "beginnings of another type": ("spikes/first", lambda a: a.astype(np.int64)),
    "counts beyond the network": ("counts/ids", lambda a: a + np.uint32(1000)),
    "counts of one neuron twice": ("counts/ids", lambda a: a * np.uint32(0)),
    "counts of another length": ("counts/spikes", lambda a: a[:-1]),
    "states of fewer samples": ("states/0", lambda a: a[:-1]),
    "states of another type": ("states/1", lambda a: a.astype(np.float32)),
    "a trace of fewer samples": ("traces/0/values", lambda a: a[:-1]),
    "a trace of a neuron that is not there": ("traces/0/neurons", lambda a: a + np.uint32(100)),
    "a population of no neurons": ("populations/size", lambda a: a * np.uint32(0)),
    "too few degrees": ("fan_out/degrees", lambda a: a[:-1]),
}


def written(contents: Contents, folder: Path) -> Path:
    description = {
        key: contents.description[key] for key in set(contents.description) - {"kind", "schema", "spikecore"}
    }
    return container.write(
        folder / "changed.npz", "batch", to_file.SCHEMAS["batch"], Contents(description, contents.arrays)
    )


@pytest.mark.parametrize("change", CHANGES, ids=str)
def test_values_that_no_batch_has_are_refused(saved: Path, tmp_path: Path, change: str) -> None:
    name, changed = CHANGES[change]
    contents = container.read(saved, "batch", to_file.SCHEMAS["batch"])
    contents.arrays[name] = changed(contents.arrays[name])
    refused(written(contents, tmp_path), "not a batch that spikecore has written")


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("dt", 0.0),
        ("ticks", 0),
        ("ticks", 2**60),
        ("ticks", True),
        ("real_s", "long"),
        ("recorded", [2, 1]),
        ("recorders", [[1, "v", 0.5, 1]]),
        ("states", [[0, "v"], [1, "v"]]),
        ("states", [[2, "eta"], [1, "v"]]),
        ("counters", {}),
        ("counters", {"spikes_per_population": [1, 2, 3]}),
        ("counters", None),
    ],
)
def test_descriptions_that_no_batch_has_are_refused(saved: Path, tmp_path: Path, key: str, value: object) -> None:
    contents = container.read(saved, "batch", to_file.SCHEMAS["batch"])
    assert key in contents.description
    contents.description[key] = value
    refused(written(contents, tmp_path), "not a batch that spikecore has written")
    del contents.description[key]
    refused(written(contents, tmp_path), "not a batch that spikecore has written")


def test_counters_of_another_kind_are_refused(saved: Path, tmp_path: Path) -> None:
    for value in ([1], [-1, 0, 0], [1.5, 0, 0], {"pixels": 1}):
        contents = container.read(saved, "batch", to_file.SCHEMAS["batch"])
        contents.description["counters"]["spikes_per_population"] = value
        refused(written(contents, tmp_path), "spikes_per_population: a number of every population")
