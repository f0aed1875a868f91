"""Progress of building and running, on standard error and only on a terminal.

One line is rewritten in place. A terminal that goes away does not stop a run.
"""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

__all__ = ["batch_progress", "build_progress", "run_progress"]

_REFRESH_S = 0.1


class _Screen:
    """Standard error, which knows whether it stands in the middle of a line.

    An interrupt may come anywhere while a bar is drawn, so the line is ended by asking here.
    """

    def __init__(self, stream: Any) -> None:
        self._stream = stream
        self._within = False

    def write(self, text: str) -> int:
        """Write text; until it is known to have ended the line, the line counts as begun."""
        self._within = self._within or bool(text)
        written: int = self._stream.write(text)
        if text.endswith("\n"):
            self._within = False
        return written

    def end(self) -> None:
        """End the line that has been begun, if one has."""
        if self._within:
            self._stream.write("\n")
            self._within = False
            self._stream.flush()

    def flush(self) -> None:
        """Show what was written."""
        self._stream.flush()

    @property
    def encoding(self) -> str | None:
        """The encoding of the stream, where it has one."""
        return getattr(self._stream, "encoding", None)


class _Line:
    """One line on standard error, rewritten in place."""

    def __init__(self, screen: _Screen, label: str, total: float, unit: str) -> None:
        self._screen = screen
        self._label, self._total, self._unit = label, total, unit
        self._start = time.perf_counter()
        self._drawn = 0.0

    def update(self, done: float, note: str) -> None:
        now = time.perf_counter()
        if now - self._drawn < _REFRESH_S and done < self._total:
            return
        self._drawn = now
        share = done / self._total if self._total else 1.0
        filled = round(24 * share)
        left = (now - self._start) * (1.0 / share - 1.0) if share > 0 else 0.0
        bar = "█" * filled + "░" * (24 - filled)
        text = f"\r{self._label} {bar} {done:.4g}/{self._total:.4g} {self._unit}{note}, {left:.0f} s left\x1b[K"
        from spikecore import streams  # start-up time: only a bar that is drawn needs it

        self._screen.write(streams.alike(text, self._screen))
        self._screen.flush()

    def close(self) -> None:
        self._screen.end()


@contextmanager
def _bar(label: str, total: float, unit: str) -> Iterator[_Line]:
    screen = _Screen(sys.stderr)
    bar = None
    try:
        bar = _Line(screen, label, total, unit)
        yield bar
    finally:
        try:
            if bar is not None:
                _draw(bar.close)
            _draw(screen.end)
        except BaseException:
            _draw(screen.end)  # a second Ctrl-C came while the line was ended
            raise


def _draw(call: Callable[..., None], *values: Any) -> None:
    with suppress(OSError, ValueError):
        call(*values)


def _shown(wanted: bool) -> bool:
    return wanted and sys.stderr is not None and sys.stderr.isatty()


@contextmanager
def build_progress(wanted: bool) -> Iterator[Callable[[float], None] | None]:
    """Yield a callback for the share that is built, or None where nothing is to be shown."""
    if not _shown(wanted):
        yield None
        return
    with _bar("build", 100.0, "%") as bar:
        yield lambda share: _draw(bar.update, 100.0 * share, "")


@contextmanager
def batch_progress(wanted: bool, samples: int) -> Iterator[Callable[[int], None] | None]:
    """Yield a callback for the samples done, or None where nothing is to be shown."""
    if not _shown(wanted):
        yield None
        return
    with _bar("batch", samples, "samples") as bar:
        yield lambda done: _draw(bar.update, done, "")


@contextmanager
def run_progress(wanted: bool, duration_ms: float, dt: float) -> Iterator[Callable[[int], None] | None]:
    """Yield a callback for the ticks done, or None where nothing is to be shown."""
    if not _shown(wanted):
        yield None
        return
    start = time.perf_counter()
    with _bar("run", duration_ms * 1e-3, "s") as bar:

        def report(done_ticks: int) -> None:
            biological_s = done_ticks * dt * 1e-3
            real_s = time.perf_counter() - start
            factor = real_s / biological_s if biological_s else 0.0
            _draw(bar.update, biological_s, f", {factor:.2f} × real time")

        yield report
