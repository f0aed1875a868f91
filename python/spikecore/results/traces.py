"""What recorders kept: state variables of chosen neurons over time."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from spikecore import checks, notebook, printed, tabled
from spikecore.arrays import closed
from spikecore.errors import NetworkError, NotRecordedError
from spikecore.grid import Grid
from spikecore.population import Population, Recorder
from spikecore.populations import Populations
from spikecore.results.pictured import Pictured

if TYPE_CHECKING:
    from spikecore.pictures.figure import Figure
    from spikecore.pictures.panel import Curves

__all__ = ["Trace", "Traces", "trace_of", "unit_of", "variable_of"]

_MOST_CURVES, _MOST_PANELS = 6, 8


@dataclass(frozen=True, eq=False)
class Trace(Pictured):
    """A state variable of chosen neurons over time.

    Attributes
    ----------
    recorder : Recorder
        Whose values they are.
    times : ndarray of float64, shape (n,)
        In ms since the start of the machine.
    neurons : ndarray of uint32, shape (m,)
        Index within the population of each column.
    values : ndarray of float64, shape (n, m)
        In mV or pA.
    """

    recorder: Recorder
    times: NDArray[np.float64]
    values: NDArray[np.float64]

    @property
    def neurons(self) -> NDArray[np.uint32]:
        """Index within the population of each column."""
        return self.recorder.neurons

    def __repr__(self) -> str:
        """Show whose values they are, and how many."""
        recorder = self.recorder
        whose = f"{recorder.variable!r} of {len(self.neurons):,} neurons of {recorder.population.name!r}"
        return printed.encodable(f"Trace({whose} at {len(self.times):,} times)")

    def to_pandas(self) -> Any:
        """Return a pandas DataFrame with a row for each ``time_ms`` and a column for each ``neuron``.

        Raises
        ------
        ImportError
            If pandas is not installed.
        """
        package = tabled.pandas()
        columns = package.Index(self.neurons, name="neuron")
        return package.DataFrame(self.values, package.Index(self.times, name="time_ms"), columns, copy=True)

    def _figure(self) -> "Figure":
        return _figure([self], height=220.0)


class Traces(Mapping[Recorder, Trace], Pictured, tabled.Tabled):
    """Traces by recorder; a pair (population or its name, variable) works as a key too, where one recorder has it.

    A table with a row for each value: ``time_ms``, ``population``, ``variable``, ``neuron``, ``value`` (in mV or pA);
    recorders follow each other in the order of declaration.
    """

    def __init__(self, tables: dict[Recorder, Trace]) -> None:
        self._tables = tables

    def __getitem__(self, key: Recorder | tuple[Population | str, str]) -> Trace:
        """Return the trace of one recorder.

        Raises
        ------
        NotRecordedError
            If there is none.
        NetworkError
            If several recorders keep this variable of this population: the message lists them.
        """
        same = [key] if isinstance(key, Recorder) else self._by_variable.get(variable_of(key, self._populations), [])
        if len(same) > 1:
            known = checks.listed(same)
            msg = f"{printed.value(key)} is kept by {len(same)} recorders, use one of them as the key: {known}"
            raise NetworkError(msg, parameter="key", value=key, allowed=known)
        if same and same[0] in self._tables:
            return self._tables[same[0]]
        known = checks.listed(self._tables)
        msg = f"{printed.value(key)} recorded nothing here; recorders when the network was compiled: {known}"
        raise NotRecordedError(msg, value=key, allowed=known)

    def __contains__(self, key: object) -> bool:
        """Say whether there is a trace of a recorder, or one or several of a variable."""
        if isinstance(key, Recorder):
            return key in self._tables
        return variable_of(key, self._populations) in self._by_variable

    def __iter__(self) -> Iterator[Recorder]:
        """Iterate over the recorders in the order of declaration."""
        return iter(self._tables)

    def __len__(self) -> int:
        """Return the number of recorders."""
        return len(self._tables)

    def __repr__(self) -> str:
        """Show the recorders."""
        return printed.encodable(f"Traces({checks.listed(self._tables) if self._tables else ''})")

    def _repr_html_(self) -> str:
        rows = (
            (recorder.population.name, recorder.variable, len(recorder.neurons), recorder.interval) for recorder in self
        )
        return notebook.table(f"{len(self)} recorders", ("population", "variable", "neurons", "every (ms)"), rows)

    def _columns(self) -> dict[str, Any]:
        tables = list(self._tables.values())
        lengths = [trace.values.size for trace in tables]
        return {
            "time_ms": _joined([np.repeat(trace.times, len(trace.neurons)) for trace in tables], np.float64),
            "population": tabled.Words.repeated([trace.recorder.population.name for trace in tables], lengths),
            "variable": tabled.Words.repeated([trace.recorder.variable for trace in tables], lengths),
            "neuron": _joined([np.tile(trace.neurons, len(trace.times)) for trace in tables], np.uint32),
            "value": _joined([trace.values.reshape(-1) for trace in tables], np.float64),
        }

    def _figure(self) -> "Figure":
        if not self._tables:
            msg = "nothing was recorded; use Network.record before compile"
            raise NotRecordedError(msg, parameter="record")
        return _figure(list(self._tables.values())[:_MOST_PANELS], height=110.0, all_of=len(self))

    @cached_property
    def _populations(self) -> Populations:
        return Populations("run", dict.fromkeys(recorder.population for recorder in self._tables))

    @cached_property
    def _by_variable(self) -> dict[tuple[str, str] | None, list[Recorder]]:
        """The recorders of every variable, by name of the population and variable."""
        by: dict[tuple[str, str] | None, list[Recorder]] = {}
        for recorder in self._tables:
            by.setdefault((recorder.population.name, recorder.variable), []).append(recorder)
        return by


def variable_of(key: Any, populations: Populations) -> tuple[str, str] | None:
    """Return (name, variable) of a key (population or its name, variable); None if there is no such population."""
    if not isinstance(key, tuple) or len(key) != 2 or not isinstance(key[1], str):
        return None
    population = populations.get(key[0])
    return None if population is None else (population.name, key[1])


def trace_of(grid: Grid, recorder: Recorder, ticks: NDArray[np.uint64], values: NDArray[np.float64]) -> Trace:
    """Return what a recorder took, of the values tick by tick."""
    table = values.reshape(len(ticks), len(recorder.neurons))
    return Trace(recorder, closed(grid.ms(ticks)), closed(table))


def unit_of(variable: str) -> str:
    """Return the unit of a state variable: currents are in pA, all others in mV.

    Examples
    --------
    >>> unit_of("i_exc"), unit_of("v")
    ('pA', 'mV')
    """
    return "pA" if variable.startswith("i_") else "mV"


def _joined(parts: Sequence[NDArray[Any]], kind: Any) -> NDArray[Any]:
    return np.concatenate([np.zeros(0, kind), *parts]).astype(kind, copy=False)


def _figure(traces: Sequence[Trace], height: float, all_of: int = 1) -> "Figure":
    """Return a figure with a panel for each trace."""
    from spikecore.pictures.figure import Figure, TimeUnit  # start-up time: pictures are drawn on request

    ends = [float(end) for trace in traces if len(trace.times) for end in trace.times[[0, -1]]] or [0.0]
    low, high = min(ends), max(ends)
    if low == high:
        low, high = low - 0.5, high + 0.5
    unit = TimeUnit.of(high - low)
    panels = [_panel(trace, unit.ms, height) for trace in traces]
    remarks = [_left_out(trace) for trace in traces]
    if len(traces) < all_of:
        remarks.append(f"{len(traces)} of {all_of} recorders")
    return Figure(panels, unit.name, low / unit.ms, high / unit.ms, "; ".join(filter(None, remarks)))


def _panel(trace: Trace, unit_ms: float, height: float) -> "Curves":
    from spikecore.pictures.drawing import PALETTE  # start-up time: pictures are drawn on request
    from spikecore.pictures.panel import Curve, Curves  # start-up time

    name, variable = trace.recorder.population.name, trace.recorder.variable
    curves = [
        Curve(f"{printed.shortened(name, 20)}[{trace.neurons[column]}]", times, values, PALETTE[k], width=1.0)
        for k, column in enumerate(_columns(trace))
        for times, values in [(trace.times / unit_ms, trace.values[:, column])]
    ]
    return Curves(f"{variable} ({unit_of(variable)})", curves, height)


def _columns(trace: Trace) -> list[int]:
    """Return the columns that are drawn: all of few, else some at equal distances."""
    columns = np.linspace(0, len(trace.neurons) - 1, min(_MOST_CURVES, len(trace.neurons)))
    return [int(column) for column in np.unique(np.rint(columns))]


def _left_out(trace: Trace) -> str:
    shown, there_are = len(_columns(trace)), len(trace.neurons)
    if shown == there_are:
        return ""
    name = printed.shortened(trace.recorder.population.name, 40)
    return f"{trace.recorder.variable} of {shown} of {there_are:,} recorded neurons of {name}"
