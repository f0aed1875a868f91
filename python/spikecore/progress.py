"""Progress of building and running, on standard error where it is a terminal or the output of a notebook.

One line is rewritten in place. Whatever stands in the place of standard error does not stop a run: nothing is shown
where it is no such stream, and after the first time that it cannot be written. A bar whose work ends without an error
ends full.
"""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from spikecore import printed

__all__ = ["batch_progress", "build_progress", "run_progress"]

_REFRESH_S = 0.1
_NOTEBOOKS = ("ipykernel.", "pyodide_kernel.", "google.colab.")
"""Where the classes of streams come from that end in a cell of a notebook; such a stream says it is no terminal."""


class _Screen:
    """Standard error, which knows whether it stands in the middle of a line, and whether it can be written at all.

    An interrupt may come anywhere while a bar is drawn, so the line is ended by asking here.
    """

    def __init__(self, stream: Any) -> None:
        self._stream = stream
        self._within = False
        self._broken = False
        self._width = 0

    def rewrite(self, text: str) -> None:
        """Write a line over the last one; a character that the encoding lacks is written in ASCII."""
        if self._broken:
            return
        with self._breaking():
            line = printed.alike(text, self._stream)
            blanks = " " * (self._width - len(line))  # no escape sequence: a notebook may know none
            self._within, self._width = True, len(line)
            self._stream.write(f"\r{line}{blanks}")
            self._stream.flush()

    def end(self) -> None:
        """End the line that has been begun, if one has."""
        if self._within and not self._broken:
            with self._breaking():
                self._stream.write("\n")
                self._within = False
                self._stream.flush()

    @contextmanager
    def _breaking(self) -> Iterator[None]:
        """Take any failure of the stream, which may be an object of the caller, for its end."""
        try:
            yield
        except Exception:
            self._broken = True


class _Line:
    """One line on standard error, rewritten in place."""

    def __init__(self, screen: _Screen, label: str, total: float, unit: str) -> None:
        self._screen = screen
        self._label, self._total, self._unit = label, total, unit
        self._start = time.perf_counter()
        self._drawn = 0.0

    def update(self, done: float, note: str) -> None:
        """Draw what is done, unless the line was drawn a moment ago."""
        now = time.perf_counter()
        if now - self._drawn >= _REFRESH_S:
            self._drawn = now
            share = done / self._total
            left = (now - self._start) * (1.0 / share - 1.0) if share > 0 else 0.0
            self._draw(done, f"{note}, {left:.0f} s left")

    def finish(self, note: str) -> None:
        """Draw the full bar."""
        self._draw(self._total, f"{note}, in {time.perf_counter() - self._start:.1f} s")

    def _draw(self, done: float, tail: str) -> None:
        filled = round(24 * done / self._total)
        bar = "█" * filled + "░" * (24 - filled)
        self._screen.rewrite(f"{self._label} {bar} {done:.4g}/{self._total:.4g} {self._unit}{tail}")


@contextmanager
def _bar(label: str, total: float, unit: str, note: Callable[[float], str] = lambda _: "") -> Iterator[_Line]:
    """Yield a line that is full at the end and ended whatever comes; `note` is what it says beside what is done."""
    screen = _Screen(sys.stderr)
    try:
        try:
            line = _Line(screen, label, total, unit)
            yield line
            line.finish(note(total))
        finally:
            screen.end()
    except BaseException:
        screen.end()  # a Ctrl-C came before the line was ended, or while
        raise


def _shown(wanted: bool) -> bool:
    """Return whether progress is wanted, and standard error is a terminal or a notebook's."""
    stream = getattr(sys, "stderr", None)
    if not wanted or stream is None:
        return False
    with suppress(Exception):  # what stands there may be an object of the caller
        return bool(type(stream).__module__.startswith(_NOTEBOOKS) or stream.isatty())
    return False


@contextmanager
def build_progress(wanted: bool) -> Iterator[Callable[[float], None] | None]:
    """Yield a callback for the share that is built, or None where nothing is to be shown."""
    if not _shown(wanted):
        yield None
        return
    with _bar("build", 100.0, "%") as bar:
        yield lambda share: bar.update(100.0 * share, "")


@contextmanager
def batch_progress(wanted: bool, samples: int) -> Iterator[Callable[[int], None] | None]:
    """Yield a callback for the samples done, or None where nothing is to be shown."""
    if not _shown(wanted):
        yield None
        return
    with _bar("batch", samples, "samples") as bar:
        yield lambda done: bar.update(done, "")


@contextmanager
def run_progress(wanted: bool, duration_ms: float, dt: float) -> Iterator[Callable[[int], None] | None]:
    """Yield a callback for the ticks done, or None where nothing is to be shown."""
    if not _shown(wanted):
        yield None
        return
    start = time.perf_counter()

    def speed(biological_s: float) -> str:
        factor = (time.perf_counter() - start) / biological_s if biological_s else 0.0
        return f", {factor:.2f} × real time"

    with _bar("run", duration_ms * 1e-3, "s", speed) as bar:

        def report(done_ticks: int) -> None:
            biological_s = done_ticks * dt * 1e-3
            bar.update(biological_s, speed(biological_s))

        yield report
