"""Estimates of networks of multiplications: the numbers that they gave once, they give for ever, to 1e-12.

`fixtures/frozen_estimates.json` holds every number of every case below: formulas over networks, rates and options,
comparisons on every silicon, prices, and what stands beside published figures. Words are left out. Cases that are not
there yet are added by

    python tests/energy/test_frozen_estimates.py

A change that means to change a number deletes its case first, and says so.
"""

import json
import math
from pathlib import Path

import oracle_estimates
import pytest

from spikecore.energy import ann as art
from spikecore.energy.ann import arithmetic, crossover, formulas, keras_spiking, lemaire, prices
from spikecore.energy.studies import papers

FIXTURE = Path(__file__).parents[1] / "fixtures" / "frozen_estimates.json"
CASES = {}


def numeric(value):
    """Return nested values without words."""
    if isinstance(value, dict):
        parts = {str(key): numeric(part) for key, part in value.items()}
        return {key: part for key, part in parts.items() if part != {}}
    if isinstance(value, list | tuple):
        return {str(index): numeric(part) for index, part in enumerate(value)}
    return value if value is None or isinstance(value, int | float) else {}


def numbers(value, path=""):
    """Return nested numbers by their path."""
    if not isinstance(value, dict):
        return {path: value}
    found = {}
    for name, part in value.items():
        found.update(numbers(part, f"{path}/{name}"))
    return found


def frozen(name):
    def keep(function):
        CASES[name] = function
        return function

    return keep


def shd(cell="rnn"):
    return art.parse("700-128r-128r-20", cell=cell, steps=100, bias=cell != "rnn")


def convolutional(width=8):
    """Two convolutions, one strided, dilated and in groups, a pooling, a normalisation and a readout."""
    return art.Network(
        [
            art.Convolution((2, 16, 16), width, 5, stride=2, padding=2),
            art.BatchNorm((width, 8, 8)),
            art.Pooling((width, 8, 8), 2),
            art.Convolution((width, 4, 4), 6, (3, 2), padding=(1, 2), dilation=(1, 2), groups=2, bias=False),
            art.Dense(6 * 4 * 6, 30),
            art.Dense(30, 10, activation=False),
        ],
        name="convolutional",
    )


def dense():
    return art.Network([art.Dense(784, 128), art.Dense(128, 10, activation=False)], name="dense")


def wave():
    return art.Network(
        [art.Convolution((4, 100), 8, 7, stride=3), art.Pooling((8, 32), 4, 2), art.GRU(120, 20)], steps=3
    )


NETWORKS = {
    "dense": dense(),
    "convolutional": convolutional(),
    "rnn": shd(),
    "lstm": shd("lstm"),
    "gru": shd("gru"),
    "both ways": art.Network([art.LSTM(30, 20, bidirectional=True), art.Dense(40, 4)], steps=7),
    "wave": wave(),
}


def spiking(kind):
    """Return spiking networks by kind, at rates that differ from layer to layer."""
    conv_rates = [0.7, 0.4, 1.25, 2.0]
    return {
        "dense": lambda: art.Spiking.of_rates(dense(), [0.5], ticks=10, input_rate=0.25),
        "dense, busy": lambda: art.Spiking.of_rates(dense(), [6.5], ticks=7, input_rate=4.0),
        "dense, pixels": lambda: art.Spiking.of_rates(dense(), [1.5], ticks=4, analog_passes=1),
        "convolutional": lambda: art.Spiking.of_rates(convolutional(), conv_rates, ticks=16, input_rate=3.0),
        "convolutional, pixels": lambda: art.Spiking.of_rates(convolutional(), conv_rates, ticks=16, analog_passes=16),
        "rnn": lambda: art.Spiking.of_rates(
            shd(), [art.Rate.per_tick(0.05, 100), art.Rate.hertz(40.0, 0.1)], ticks=100, input_rate=2.0
        ),
        "silent": lambda: art.Spiking.of_rates(dense(), [0.0], ticks=10, input_rate=0.0),
    }[kind]()


SPIKING = ("dense", "dense, busy", "dense, pixels", "convolutional", "convolutional, pixels", "rnn", "silent")
COUNTED = {"synapses": 4000, "synaptic_operations": 90_000, "neuron_updates": 30_000, "updates_done": 700, "ticks": 500}
OPTIONS = {
    "panda": [{}, *({"precision": bits} for bits in ("int8", "fp16", "fp32"))],
    "syops": [{}, *({"precision": bits} for bits in ("int8", "int32", "fp16"))],
    "yin": [{}, {"precision": "int8"}, {"precision": "fp32"}],
    "keras_spiking": [{}],
    "neurobench": [{}],
    "lemaire": [{}, {"precision": "int8"}, {"memory": lemaire.Piecewise(64)}, {"memory": lemaire.Piecewise(32)}],
}
OF_SPIKING = {
    "yin": [{"k": 0.0}, {"k": 3.0}],
    "keras_spiking": [{"device": name} for name, one in keras_spiking.DEVICES.items() if one.spiking],
    "lemaire": [{"leak": False}, {"fifo": 20}],
}
OF_ARTIFICIAL = {
    "keras_spiking": [{"device": name} for name, one in keras_spiking.DEVICES.items() if not one.spiking],
    "neurobench": [{"parameter_bytes": 1}],
}


def estimates(name, subject, more):
    """Return a formula under all its options; None where it refuses the network."""
    found = {}
    for options in (*OPTIONS[name], *more.get(name, [])):
        try:
            estimate = formulas.estimate(name, subject, **options)
        except ValueError:  # NetworkError: a layer that the formula does not cover, or a memory beyond its points
            found[str(options)] = None
            continue
        found[str(options)] = {"total": estimate.energy_j, "share": estimate.memory_share, **estimate.to_dict()}
    return found


for label, network in NETWORKS.items():
    for formula in formulas.names():
        CASES[f"{formula}: artificial {label}"] = lambda f=formula, n=network: estimates(f, n, OF_ARTIFICIAL)
for label in SPIKING:
    for formula in formulas.names():
        CASES[f"{formula}: spiking {label}"] = lambda f=formula, k=label: estimates(f, spiking(k), OF_SPIKING)


@frozen("sizes")
def sizes():
    facts = ("input_shape", "output_shape", "weights", "biases", "macs", "synapses", "neurons", "state")
    found = {}
    for label, network in NETWORKS.items():
        totals = {name: getattr(network, name) for name in ("macs", "weights", "synapses", "parameters", "neurons")}
        layers = [{name: getattr(layer, name) for name in facts} for layer in network.layers]
        bytes_of = {str(size): network.footprint_bytes(size) for size in (1, 4)}
        found[label] = {**totals, "footprint": bytes_of, "layers": layers}
    return found


@frozen("activity")
def activity():
    names = ("synapses", "neuron_updates", "ticks", "spikes", "spikes_per_synapse")
    found = {}
    for kind in SPIKING:
        one = spiking(kind)
        found[kind] = {name: getattr(one, name) for name in names}
        found[kind] |= {"operations": one.synaptic_operations.count, "analog": one.analog.count}
        found[kind]["layers"] = [
            [each.spikes_in, each.spikes_out, each.synaptic_operations.count, each.analog.count] for each in one.layers
        ]
    return found


@frozen("prices")
def published():
    unit = art.DenseOperations(1)
    found = {}
    for technology in prices.technologies():
        for precision in ("int8", "int32", "fp16", "fp32"):
            if (technology, precision) != ("7nm", "fp16"):
                one = prices.operation(precision, technology)
                found[f"{technology} {precision}"] = [
                    one.bits,
                    one.add_pj,
                    one.mac_pj,
                    one.acs_j(unit),
                    one.macs_j(unit),
                ]
        for level in prices.memory_levels(technology):
            one = prices.memory(level, technology)
            wide = one.spread_over(32).byte_band_pj
            found[f"{technology} {level}"] = [one.access_pj, one.capacity, one.access_bits, *one.byte_band_pj, *wide]
    return found


@frozen("devices and crossings")
def constants():
    found = {name: [one.synapse_j, one.neuron_j] for name, one in keras_spiking.DEVICES.items()}
    return found | {one.name: [one.low, one.high] for one in crossover.CROSSOVERS}


@frozen("capacity and the double count")
def ratios():
    found = {f"bits of {ticks}": crossover.twin_bits(ticks) for ticks in (1, 3, 4, 16, 100, 255, 256)}
    for ticks, rate, zeros, k in ((3, 1.0, 0.0, None), (5, 0.1, 0.5, None), (16, 0.05, 0.3, 4.5)):
        found[f"{ticks} {rate} {zeros} {k}"] = [
            oracle_estimates.energy_ratio(ticks, rate, zeros, k), oracle_estimates.break_even_rate(ticks, zeros, k)
        ]  # fmt: skip
    return found | {"double": [oracle_estimates.published_ratio(), oracle_estimates.published_ratio(legacy=True)]}


@frozen("rates that ratios stand for")
def implied():
    found = {}
    for ratio in (6.52, 104.8, 1776.0):
        found[f"panda {ratio}"] = [arithmetic.panda_implied_rate(ratio, bits).spikes for bits in ("int32", "fp32")]
        found[f"yin {ratio}"] = [arithmetic.yin_implied_rate(ratio, gates) for gates in (1, 4)]
    return found


def silicons():
    found = {}
    for technology in ("45nm", "7nm"):
        for memory in (None, *prices.memory_levels(technology)):
            for precision in ("int8", "fp32"):
                found[f"{technology} {memory} {precision}"] = art.Silicon(precision, memory, technology)
    for name, value in (("access_bits", 32), ("reuse", "none"), ("batch", 16), ("macs_per_update", 0.0)):
        found[f"{name} {value}, near"] = art.Silicon("int32", "sram-32KB", **{name: value})
        found[f"{name} {value}, far"] = art.Silicon("int8", "dram", **{name: value})
    return found


SOME = ("45nm sram-8KB int8", "7nm hbm2 fp32", "reuse none, near")


def compared(artificial, activity, silicon, **options):
    found = art.compare(artificial, activity, silicon, **options)
    memory = [found.artificial.memory_j, found.spiking.memory_j, found.spiking.with_spikes_j]
    return {**found.to_dict(), "of it memory and spikes": memory}


def pairs():
    shares = dense().effective([1.0, 0.3], [0.5, 0.5])
    counted = art.Spiking.of_ledger(COUNTED, inferences=3)
    done = art.Spiking.of_ledger({**COUNTED, "spikes": 900}, updates="updates_done")
    return {
        "dense": (dense(), spiking("dense"), {}),
        "dense, zeros skipped": (dense(), spiking("dense, busy"), {"effective": shares}),
        "dense, pixels": (dense(), spiking("dense, pixels"), {}),
        "dense, silent": (dense(), spiking("silent"), {}),
        "convolutional": (convolutional(), spiking("convolutional"), {}),
        "lstm": (shd("lstm"), spiking("rnn"), {}),
        "both ways and a run": (NETWORKS["both ways"], counted, {}),
        "dense and a run": (dense(), done, {}),
    }


EVERYWHERE = ("dense", "convolutional")
for label, (first, second, more) in pairs().items():
    CASES[f"compare: {label}"] = lambda n=label, a=first, b=second, o=more: {
        name: compared(a, b, silicon, **o) for name, silicon in silicons().items() if n in EVERYWHERE or name in SOME
    }
for paper in papers.names():
    CASES[f"paper: {paper}"] = lambda p=paper: papers.paper(p).to_dict()


def differences(case, kept):
    """Return the paths of numbers that differ; a case that has other numbers than were kept fails at once."""
    new, old = numbers(numeric(case())), numbers(kept)
    assert new.keys() == old.keys()
    return [path for path in old if not equal(new[path], old[path])]


def equal(new, old):
    if old is None or new is None or isinstance(old, bool):
        return new is old
    return math.isclose(new, old, rel_tol=1e-12, abs_tol=0.0)


def read():
    return json.loads(FIXTURE.read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", CASES)
def test_numbers_are_those_that_were_kept(name):
    assert differences(CASES[name], read()[name]) == []


def test_every_case_is_kept_and_has_numbers():
    assert read().keys() == CASES.keys()
    assert all(read().values())


@pytest.mark.parametrize("name", ["panda: spiking dense", "compare: lstm", "prices", "paper: panda"])
def test_a_price_that_moves_in_its_eleventh_digit_is_noticed(name, monkeypatch):
    price = prices.operation("int32")
    before = price.add_pj
    monkeypatch.setitem(vars(price), "add_pj", before * (1.0 + 1e-11))
    assert differences(CASES[name], read()[name])


def main():
    kept = read() if FIXTURE.exists() else {}
    for name, case in CASES.items():
        kept.setdefault(name, numeric(case()))
    lines = (
        f" {json.dumps(name)}: {json.dumps(values, ensure_ascii=False, separators=(',', ':'))}"
        for name, values in kept.items()
    )
    FIXTURE.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
