"""Pictures as files: which formats can be drawn here, and a drawing as one."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from spikecore import checks, printed
from spikecore.files import writing
from spikecore.pictures.drawing import Drawing

__all__ = ["PAGES", "check", "is_page", "put", "write"]

PAGES = ("html", "htm")
"""Formats of pages, which hold a picture and tables."""
_MORE = "; others need matplotlib: pip install 'spikecore[plot]'"


def check(owner: str, path: Path, others: tuple[str, ...] = ()) -> None:
    """Refuse a file whose suffix names no format that can be drawn here: all but ``.svg`` need matplotlib.

    `others` are further formats that the owner writes, such as `PAGES`.

    Raises
    ------
    NetworkError
        If the suffix is none of them.
    """
    if _kind(path) in ("svg", *others) or writing.is_direct(path):
        return
    kinds = _kinds()
    if _kind(path) not in kinds:
        allowed = ", ".join(f"'.{kind}'" for kind in sorted({*kinds, *others}))
        checks.refuse(owner, "the suffix", repr(path.suffix), allowed + ("" if len(kinds) > 1 else _MORE))


def is_page(path: Path) -> bool:
    """Return whether a file is to be a page."""
    return _kind(path) in PAGES


def write(owner: str, drawing: Drawing, path: Path) -> Path:
    """Write a drawing in the format of its suffix and return its path; see `check` for what is refused."""
    check(owner, path)
    kind = _kind(path) or "svg"
    if kind == "svg":
        return writing.text(path, drawing.svg())
    return writing.data(path, drawing.rendered(kind))


def put(owner: str, where: Any, drawing: Callable[[], Drawing], plot: Callable[[Any], Any]) -> Any:
    """Write a drawing into a file, or plot on axes, new ones if `where` is None; return the path or the axes.

    Raises
    ------
    TypeError
        If `where` is neither.
    """
    if isinstance(where, str | Path):
        return write(owner, drawing(), Path(where))
    if where is not None and not hasattr(where, "plot"):
        msg = f"where must be a file, matplotlib axes or left out, not {printed.value(where)}"
        raise TypeError(msg)
    return plot(where)


def _kind(path: Path) -> str:
    return path.suffix[1:].lower()


def _kinds() -> set[str]:
    """Return the formats that can be drawn here."""
    try:
        from matplotlib.backends.backend_agg import FigureCanvasAgg  # optional package
    except ImportError:
        return {"svg"}
    # pgf keeps pictures in further files, which could not be replaced with it.
    return set(FigureCanvasAgg.get_supported_filetypes()) - {"pgf"}
