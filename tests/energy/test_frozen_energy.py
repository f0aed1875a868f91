"""Frozen energies: every number that reports of a set of runs gave once, they give for ever, to a part in 10^12.

`fixtures/frozen_energy.json` holds the numbers of `frozen_runs` on every profile that ships. A change that means to
change numbers writes it again and says which:

    python tests/energy/test_frozen_energy.py      # with the package that is installed
"""

import json
import math
import re
import sys
from importlib import resources
from pathlib import Path

import pytest
from energy_frozen_runs import BY_HAND, NETWORKS, by_hand, run_reports

from spikecore.energy import EnergyReport

FIXTURE = Path(__file__).parents[1] / "fixtures" / "frozen_energy.json"
LEDGER_KEYS = ("populations", "projections", "cores")
NUMBER = re.compile(r"-?\d[\d,]*(?:\.\d+)?(?:e[+-]?\d+)?")


def numbers(value, path=""):
    """Return the numbers, and what is unknown, of plain values by their path."""
    if isinstance(value, dict):
        return {k: v for name, inner in value.items() for k, v in numbers(inner, f"{path}/{name}").items()}
    if isinstance(value, list | tuple):
        return {k: v for at, inner in enumerate(value) for k, v in numbers(inner, f"{path}/{at}").items()}
    return {path: value} if value is None or isinstance(value, int | float) else {}


def in_words(sentence):
    """Return the numbers that a sentence says, as they are printed."""
    return [float(found.replace(",", "")) for found in NUMBER.findall(sentence)]


def ledger_of(ledger):
    """Return the counts of a ledger, also by population, projection and core."""
    plain = {name: getattr(ledger, name) for name in vars(ledger) if name not in (*LEDGER_KEYS, "unknown", "notes")}
    tables = [vars(one) if hasattr(one, "__dict__") else one for one in ledger.projections]
    return {**plain, "populations": ledger.populations, "projections": tables, "cores": ledger.cores}


def report_of(report):
    """Return every number of a report but its ledger's."""
    plain = {name: value for name, value in report.to_dict().items() if name not in ("ledger", "chip")}
    return {
        "plain": numbers(plain),
        "verdict": in_words(str(report.verdict())),
        "off_point": in_words(str(report.off_point or "")),
        "band": [report.band.low_j, report.band.high_j, len(report.band.held_low), len(report.band.held_high)],
        "lines": [
            [line.count, line.chips, line.low_j, line.nominal_j, line.high_j, line.price.value] for line in report.lines
        ],
        "shares": [[one.energy_j, one.part, one.projection.synaptic_operations] for one in report.projections],
    }


def frozen(name):
    """Return the numbers of a run: its ledger, packets and hops where it was mapped, reports, and verdicts between."""
    reports = dict(by_hand(name) if name in BY_HAND else run_reports(name))
    whole = reports["cpu"].ledger
    placed = {
        key: {count: getattr(one.ledger, count) for count in ("packets", "hops_ew", "hops_ns")}
        | {"by population": [one.ledger.populations.get(count) for count in ("packets", "hops_ew", "hops_ns")]}
        for key, one in reports.items()
        if "mapped" in key
    }
    firsts = ("cpu", "loihi", "truenorth-0.8V", "spinnaker")
    pairs = [rank for name in firsts for rank in reports[name].compare(*reports.values()).verdicts()]
    return {
        "ledger": numbers(ledger_of(whole)),
        "mapped": numbers(placed),
        "reports": {key: report_of(one) for key, one in reports.items()},
        "verdicts": [in_words(str(one)) for one in pairs],
    }


def differences(found, kept, path=""):
    """Yield where two trees of numbers differ by more than a part in 10^12."""
    if isinstance(kept, dict) and isinstance(found, dict):
        for name in [*kept, *(name for name in found if name not in kept)]:
            if name not in found or name not in kept:
                yield f"{path}/{name}: only in {'the fixture' if name in kept else 'the report'}"
            else:
                yield from differences(found[name], kept[name], f"{path}/{name}")
    elif isinstance(kept, list) and isinstance(found, list):
        if len(found) != len(kept):
            yield f"{path}: {len(found)} and not {len(kept)} numbers"
        for at, (one, other) in enumerate(zip(found, kept, strict=False)):
            yield from differences(one, other, f"{path}/{at}")
    elif isinstance(found, bool) or found is None or kept is None:
        if found is not kept:
            yield f"{path}: {found}, not {kept}"
    elif not math.isclose(found, kept, rel_tol=1e-12):
        yield f"{path}: {found!r}, not {kept!r}"


@pytest.fixture(scope="module")
def kept():
    return json.loads(FIXTURE.read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", [*NETWORKS, *BY_HAND])
def test_energies_are_those_that_were_frozen(kept, name):
    assert list(differences(frozen(name), kept[name])) == []


def test_the_fixture_has_every_run_and_no_other(kept):
    assert list(kept) == [*NETWORKS, *BY_HAND]
    assert sum(len(one["plain"]) for run in kept.values() for one in run["reports"].values()) > 10_000


BLOCK = re.compile(r"^value = (\S+)\n((?:low|high) = \S+\n)*", re.MULTILINE)


def dearer(block):
    """Return a value and its bounds by a part in a billion higher."""
    return re.sub(r"= (\S+)", lambda one: f"= {float(one[1]) * (1.0 + 1e-9)!r}", block[0])


@pytest.mark.parametrize("name", ["loihi", "cpu", "truenorth-0.8V", "odin", "spinnaker"])
def test_a_price_that_is_dearer_by_a_part_in_a_billion_is_seen(kept, tmp_path, name):
    """The comparison can fail, and does for every price of these profiles that is charged."""
    text = (resources.files("spikecore.energy") / "profiles" / f"{name}.toml").read_text(encoding="utf-8")
    ledger, before = BY_HAND["every count"], kept["every count"]["reports"][name]
    mine, lines = tmp_path / "mine.toml", EnergyReport.of(ledger, name).lines
    seen = set()
    for block in BLOCK.finditer(text):
        mine.write_text(text[: block.start()] + dearer(block) + text[block.end() :], encoding="utf-8")
        if list(differences(report_of(EnergyReport.of(ledger, mine)), before)):
            seen.add(float(block[1]))
    assert {(line.level or line.price).value for line in lines} <= seen
    mine.write_text(text, encoding="utf-8")
    assert not list(differences(report_of(EnergyReport.of(ledger, mine)), before))


if __name__ == "__main__":
    made = {name: frozen(name) for name in [*NETWORKS, *BY_HAND]}
    FIXTURE.write_text(json.dumps(made, ensure_ascii=False, indent=None, separators=(",", ":")) + "\n", "utf-8")
    sys.stdout.write(f"{FIXTURE}: {len(made)} runs\n")
