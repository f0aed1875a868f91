"""Measured energy of this machine: Linux powercap, which reads the counters of Intel and AMD packages (RAPL).

What is read is all that a package and its memory took, by every process. Energy above idle is what is left after the
power measured before, when this process slept, times the length of the measurement; it may be negative, where others
did less meanwhile. Where nothing can be read there is a reason and no number: nothing here is an estimate.

Domains ``package-N`` and ``dram`` are added. Cores and graphics are parts of a package, ``psys`` contains it, and
``intel-rapl-mmio`` counts the same package again: they are left out.
"""

import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from spikecore import checks, printed
from spikecore.energy.quantity import joules, seconds, watts

__all__ = ["POWERCAP", "Domain", "Measured", "Meter", "domains", "measured"]

POWERCAP = Path("/sys/class/powercap")
SAMPLE_S = 20.0
"""A counter wraps after 65 kJ or more, so a package would have to take 3 kW to wrap twice between two samples."""
MAX_IDLE_S = SAMPLE_S
_MOST_BYTES = 256

_DIRECTORY = re.compile(r"intel-rapl:\d+(:\d+)?")
_NAME = re.compile(r"package-\d+(-die-\d+)?|dram")


@dataclass(frozen=True)
class Domain:
    """One energy counter: its name, such as ``package-0 dram``, its directory, and the µJ at which it wraps to 0."""

    name: str
    path: Path
    range_uj: int

    def read_uj(self) -> int:
        """Return the counter in µJ; an OSError where only root may read it, a ValueError where it is no number."""
        return _counter(self.path / "energy_uj")


def _word(file: Path) -> str:
    with file.open("rb") as content:
        return content.read(_MOST_BYTES).decode("ascii").strip()


def _counter(file: Path) -> int:
    value = int(_word(file))
    if not 0 <= value < 2**64:
        checks.refuse("measured", file.name, value, checks.within(0, 2**64 - 1))
    return value


def domains(root: Path = POWERCAP) -> tuple[list[Domain], str]:
    """Return the counters that can be read, packages and their memories, and what is missing.

    There are none if not every package can be read; the text says why, and is empty where nothing is missing.
    """
    if not root.is_dir():
        return [], f"no {root}: this system offers no energy counters (a virtual machine, or not Linux)"
    readable, refused, names = list[Domain](), list[str](), dict[str, str]()
    for entry in sorted(entry for entry in root.iterdir() if _DIRECTORY.fullmatch(entry.name)):
        try:
            name = _word(entry / "name")
            names[entry.name] = name
            if not _NAME.fullmatch(name):
                continue
            parent = entry.name.rpartition(":")[0]
            full = f"{names.get(parent, parent)} dram" if name == "dram" else name
            domain = Domain(full, entry, _counter(entry / "max_energy_range_uj"))
            domain.read_uj()
            readable.append(domain)
        except (OSError, ValueError) as error:
            refused.append(f"{entry.name}: {getattr(error, 'strerror', None) or error}")
    packages = [counter for counter in readable if not counter.name.endswith("dram")]
    if refused or not packages:
        return [], "; ".join(refused) or f"no package among the counters of {root}"
    memories = [counter for counter in readable if counter.name.endswith("dram")]
    return packages + memories, "" if memories else "no counter of memory (dram): packages alone"


class Meter:
    """Adds up what counters count, across their wraps; `sample` must be called before any of them can wrap twice."""

    def __init__(self, counters: list[Domain]) -> None:
        self._counters = counters
        self._last = [counter.read_uj() for counter in counters]
        self._total = [0] * len(counters)
        self._lock = threading.Lock()

    def sample(self) -> dict[str, float]:
        """Read all counters and return the energy since the meter was made, in J by name."""
        with self._lock:
            for k, counter in enumerate(self._counters):
                now = counter.read_uj()
                step = now - self._last[k]
                self._total[k] += step if step >= 0 else step + counter.range_uj
                self._last[k] = now
            return {counter.name: 1e-6 * total for counter, total in zip(self._counters, self._total, strict=True)}


@dataclass
class Measured:
    """Energy that was measured on this machine: by `measured`, which fills it when its block ends, or by hand.

    Attributes
    ----------
    total_j, above_idle_j, source : float or None, float or None, str
        Energy in J, with idle power and without it, None where it was not measured; what was read, or why nothing was.
    by_domain_j, seconds, idle_w, idle_s : dict of str to float, float, dict of str to float, float
        Energy by counter in J, and s of the block; power in W in the time before, empty if it was not measured.

    Raises
    ------
    NetworkError
        If a number is not finite, one other than `above_idle_j` is below 0, or `source` is empty.

    Examples
    --------
    >>> Measured(2.0, 0.5, "package-0").per_event_j(4)
    (0.5, 0.125)
    """

    total_j: float | None
    above_idle_j: float | None
    source: str
    by_domain_j: dict[str, float] = field(default_factory=dict)
    seconds: float = 0.0
    idle_w: dict[str, float] = field(default_factory=dict)
    idle_s: float = 0.0

    def __post_init__(self) -> None:
        if self.total_j is not None:
            self.total_j = checks.number("measured", "total_j", self.total_j, low=0.0, unit="J")
        if self.above_idle_j is not None:
            self.above_idle_j = checks.number("measured", "above_idle_j", self.above_idle_j, unit="J")
        if not checks.word("measured", "source", self.source).strip():
            checks.refuse("measured", "source", "empty", "what was read, or why nothing could be")
        self.by_domain_j = _by_domain("by_domain_j", self.by_domain_j, "J")
        self.idle_w = _by_domain("idle_w", self.idle_w, "W")
        self.seconds = checks.number("measured", "seconds", self.seconds, low=0.0, unit="s")
        self.idle_s = checks.number("measured", "idle_s", self.idle_s, low=0.0, unit="s")

    def per_event_j(self, events: float) -> tuple[float | None, float | None]:
        """Return J per event, idle included and without idle; None where not measured or without events."""
        events = checks.number("measured", "events", events, low=0.0)
        if not events:
            return None, None
        total, above = self.total_j, self.above_idle_j
        return None if total is None else total / events, None if above is None else above / events

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain values."""
        return {"status": "not available here" if self.total_j is None else "measured", **vars(self)}

    def describe(self, events: float | None = None) -> str:
        """Return it as one line; with `events`, also J per synaptic event.

        Examples
        --------
        >>> Measured(None, None, "no counters").describe()
        'not available here: no counters'
        """
        if self.total_j is None:
            return f"not available here: {self.source}"
        each = (None, None) if events is None else self.per_event_j(events)
        parts = [f"measured: {_with(self.total_j, each[0])} in {seconds(self.seconds)}"]
        if self.above_idle_j is None:
            parts.append("idle power not measured")
        else:
            idle = f"{watts(sum(self.idle_w.values()))} in the {seconds(self.idle_s)} before"
            parts.append(f"{_with(self.above_idle_j, each[1])} above idle ({idle})")
        return "; ".join([*parts, self.source])

    def _fill(self, by_domain_j: dict[str, float], reason: str) -> None:
        self.by_domain_j = by_domain_j
        self.total_j = sum(by_domain_j.values())
        if self.idle_w:
            self.above_idle_j = self.total_j - sum(self.idle_w.values()) * self.seconds
        self.source = f"powercap, {' + '.join(by_domain_j)}, all processes{f'; {reason}' if reason else ''}"


@contextmanager
def measured(
    idle_s: float = 2.0,
    root: Path = POWERCAP,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> Iterator[Measured]:
    """Measure the energy that this machine takes during a block.

    Parameters
    ----------
    idle_s : float
        Seconds to sleep before, 0 … 20, in which idle power is measured; 0 leaves it out. Other processes should be
        as busy, or as idle, as during the block.
    root, clock, sleep : Path, callable, callable
        Where the system lists its counters, and the time in s.

    Yields
    ------
    Measured
        Empty until the block ends, also by an exception.

    Examples
    --------
    >>> from spikecore.library import recurrent
    >>> machine = recurrent.build(rate=20.0, synapses=128, cores=1)[0].compile(workers=1)
    >>> with measured(idle_s=0.0) as reading:
    ...     result = machine.run(100.0)
    >>> reading.describe(result.statistics["synaptic_events"]).split(":")[0] in ("measured", "not available here")
    True
    """
    idle_s = checks.number("measured", "idle_s", idle_s, low=0.0, high=MAX_IDLE_S, unit="s")
    counters, reason = domains(root)
    reading = Measured(None, None, reason or "nothing was read yet")
    if not counters:
        yield reading
        return
    if idle_s:
        meter, start = Meter(counters), clock()
        sleep(idle_s)
        spent = meter.sample()
        reading.idle_s = clock() - start
        reading.idle_w = {name: energy / reading.idle_s for name, energy in spent.items()}
    meter, start = Meter(counters), clock()
    failures: list[str] = []
    try:
        with _sampled(meter, failures):
            yield reading
    finally:
        reading.seconds = clock() - start
        spent = _read(meter, failures)
        if failures:
            reading.source = f"a counter failed during the measurement: {failures[0]}"
        else:
            reading._fill(spent, reason)


@contextmanager
def _sampled(meter: Meter, failures: list[str]) -> Iterator[None]:
    """Read the meter now and then, so that no wrap is missed."""
    stop = threading.Event()

    def work() -> None:
        while not stop.wait(SAMPLE_S):
            _read(meter, failures)

    thread = threading.Thread(target=work, name="spikecore-powercap", daemon=True)
    try:
        thread.start()
    except RuntimeError as error:  # the system gives no thread: what is measured runs all the same
        failures.append(str(error))
        yield
        return
    try:
        yield
    finally:
        stop.set()
        thread.join()


def _read(meter: Meter, failures: list[str]) -> dict[str, float]:
    try:
        return meter.sample()
    except (OSError, ValueError) as error:
        failures.append(str(error))
        return {}


def _by_domain(parameter: str, values: Any, unit: str) -> dict[str, float]:
    """Return a number ≥ 0 for each counter."""
    if not isinstance(values, dict):
        checks.wrong_kind("measured", parameter, "a dict of counters and numbers", printed.value(values))
    named = ((f"{parameter}[{name!r}]", name, value) for name, value in values.items())
    return {name: checks.number("measured", shown, value, low=0.0, unit=unit) for shown, name, value in named}


def _with(energy: float, each: float | None) -> str:
    return joules(energy) if each is None else f"{joules(energy)} ({joules(each)} per synaptic event)"
