"""What has been declared in a network, and the moment at which a declaration is made.

A signal may interrupt a call wherever it calls something, and memory may end there, so a declaration takes effect at
one moment: its last assignment, which adds it to the lists here. What the engine has beyond these lists was never
declared; the next call removes it first (`_alone`). One call declares at a time; a second one is refused.
"""

import os
import weakref
from collections.abc import Callable, Mapping
from typing import Any, Never, Self, TypeVar

from spikecore import _native, checks, notebook, printed
from spikecore.errors import BusyError
from spikecore.grid import Grid
from spikecore.lowering.models import declaration
from spikecore.models import NeuronModel
from spikecore.population import Population, Projection, Recorder
from spikecore.populations import Populations
from spikecore.stimuli import Stimulus

__all__ = ["Declared", "Extent"]

_T = TypeVar("_T")


class Declared:
    """The declarations of a network, here and in the engine.

    Attributes
    ----------
    dt, seed, populations, projections
        As of `Network`.
    """

    def __init__(self, grid: Grid, seed: Any) -> None:
        self._grid = grid
        self._seed = checks.whole("", "seed", seed)
        with checks.as_given({"seed": seed}):
            self._native = _native.Network(grid.dt, self._seed)
        self._populations = Populations("network")
        self._projections: list[Projection] = []
        self._stimuli = list[tuple[Population, Stimulus]]()
        self._recorders: list[Recorder] = []
        self._declared_by = 0

    @property
    def dt(self) -> float:
        """Tick in ms."""
        return self._grid.dt

    @property
    def seed(self) -> int:
        """Seed of every random draw."""
        return self._seed

    @property
    def populations(self) -> tuple[Population, ...]:
        """All populations in the order of declaration."""
        return tuple(self._populations)

    @property
    def projections(self) -> tuple[Projection, ...]:
        """All projections in the order of declaration."""
        return tuple(self._projections)

    def __reduce_ex__(self, protocol: Any) -> Never:
        """Refuse to be pickled: what the engine holds is not written down."""
        msg = "a Network cannot be pickled; save results, or declare it again"
        raise TypeError(msg)

    def __copy__(self) -> Self:
        """Return another network with the same declarations; what is declared in one is not in the other.

        The handles of what was declared before are those of both. Arrays are shared and never change.
        """
        return self._alone(self._copied)

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        """Return the same as `copy.copy`: there is nothing deeper that could change."""
        return self.__copy__()

    def _copied(self) -> Self:
        other = type(self).__new__(type(self))
        vars(other).update(
            _grid=self._grid,
            _seed=self._seed,
            _native=self._native.copy(),
            _populations=Populations("network", self._populations),
            _projections=list(self._projections),
            _stimuli=list(self._stimuli),
            _recorders=list(self._recorders),
            _declared_by=0,
        )
        return other

    def __repr__(self) -> str:
        """Show the grid, the seed and what has been declared."""
        return (
            f"Network(dt={self.dt:g}, seed={self.seed}): {self._populations.neurons:,} neurons in "
            f"{len(self._populations)} populations, {len(self._projections)} projections"
        )

    def _repr_html_(self) -> str:
        rows = (
            (projection.source.name, projection.target.name, repr(projection.rule)) for projection in self._projections
        )
        projections = notebook.table("projections", ("source", "target", "rule"), rows) if self._projections else ""
        return notebook.populations(repr(self), self._populations) + projections

    def _declare(
        self,
        name: str,
        size: int,
        model: NeuronModel,
        complete: Callable[[int], None] | None = None,
        start: Mapping[str, Any] | None = None,
    ) -> Population:
        """Add a population with these values of its state at t = 0, to which `complete` adds what belongs to it."""
        declare = declaration(name, size, model, start or {}, self.dt)

        def add() -> Population:
            index = declare(self._native)
            if complete is not None:
                complete(index)
            population = Population(name, size, model, self._populations.neurons, index)
            self._populations.add(population)
            return population

        return self._alone(add)

    def _alone(self, work: Callable[[], _T]) -> _T:
        """Run `work` while no other call declares, after removing what an unfinished call left in the engine.

        Nothing is called between reading the mark and setting it, nor in `finally`, so no signal and no other thread
        comes between. The mark is a process id: a child that was forked during a call finds its parent's.
        """
        here, mine = os.getpid(), False
        try:
            if self._declared_by == here:
                msg = (
                    "another call is declaring in this network, in another thread or in the code that was interrupted; "
                    "a network serves one at a time"
                )
                raise BusyError(msg)
            self._declared_by, mine = here, True
            self._native.keep(len(self._populations), len(self._projections), len(self._stimuli), len(self._recorders))
            return work()
        finally:
            if mine:
                self._declared_by = 0

    def _new_name(self, name: Any) -> str:
        allowed = "a name that is not empty and not taken"
        label = f"population{len(self._populations)}" if name is None else checks.name("", "name", name, allowed)
        if self._populations.get(label) is not None:
            checks.refuse("", "name", f"{label!r}", allowed)
        return label

    def _new_size(self, name: str, size: Any) -> int:
        asked = checks.whole(name, "size", size)
        with checks.as_given({"size": size}):
            self._alone(lambda: self._native.check_size(printed.shown(name), asked))
        return asked


class Extent:
    """How much a network had declared at one moment, without keeping the network."""

    def __init__(self, network: Declared) -> None:
        self._network = weakref.ref(network)
        self._then = _extent(network)

    def added(self) -> str:
        """Return what the network has more by now, in words; empty if nothing, or if the network is gone."""
        network = self._network()
        if network is None:
            return ""
        more = {kind: now - self._then[kind] for kind, now in _extent(network).items()}
        return ", ".join(f"{n} {kind if n > 1 else kind[:-1]}" for kind, n in more.items() if n)


def _extent(network: Declared) -> dict[str, int]:
    counts = len(network._populations), len(network._projections), len(network._stimuli), len(network._recorders)
    return dict(zip(("populations", "projections", "inputs", "recorders"), counts, strict=True))
