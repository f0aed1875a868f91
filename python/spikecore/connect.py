"""Connection rules: which neurons of one population reach which neurons of another.

A rule is a small record; the engine expands it, in parallel, straight into the cores' weight
stores. Rules that are not expanded are in `spikecore.implicit`. A matrix (anything with `tocoo()`,
as scipy.sparse has) is a rule too: rows are sources, columns are targets and each stored entry is
one synapse with that weight.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Protocol, cast, runtime_checkable

from spikecore import _native, checks
from spikecore.arrays import closed
from spikecore.implicit import Convolution, Dense, Pooling
from spikecore.keywords import Spelled

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import ArrayLike, NDArray

__all__ = [
    "AllToAll",
    "Bernoulli",
    "Entries",
    "FixedInDegree",
    "FixedOutDegree",
    "FixedTotalNumber",
    "OneToOne",
    "Pairs",
    "Rule",
    "SparseMatrix",
    "weights_of",
]


def _check_count(
    rule: Any, parameter: str, native: Literal["fixed_in_degree", "fixed_out_degree", "fixed_total_number"]
) -> None:
    """Make an integer of the only parameter of a rule; the engine checks it."""
    given = getattr(rule, parameter)
    checks.kept(rule, **{parameter: checks.whole(type(rule).__name__, parameter, given)})
    with checks.as_given({parameter: given}):
        _native.check_rule((native, getattr(rule, parameter)))


@dataclass(frozen=True)
class OneToOne(Spelled):
    """Neuron i of the source to neuron i of the target; both must have the same size.

    Examples
    --------
    >>> from spikecore import OneToOne
    >>> OneToOne()
    OneToOne()
    """


@dataclass(frozen=True)
class AllToAll(Spelled):
    """Every source neuron to every target neuron.

    Weights and delays may be arrays of shape (sources, targets).

    Examples
    --------
    >>> from spikecore import AllToAll
    >>> AllToAll()
    AllToAll()
    """


@dataclass(frozen=True)
class Bernoulli(Spelled):
    """Every pair independently with probability `p`; never a pair twice.

    Parameters
    ----------
    p : float
        Probability, 0 … 1.

    Raises
    ------
    NetworkError
        If `p` is outside its range.

    Examples
    --------
    >>> from spikecore import Bernoulli
    >>> Bernoulli(0.1)
    Bernoulli(p=0.1)
    """

    p: float

    def __post_init__(self) -> None:
        """Check the probability."""
        given = self.p
        checks.kept(self, p=checks.real("Bernoulli", "p", given))
        with checks.as_given({"p": given}):
            _native.check_rule(("bernoulli", self.p))


@dataclass(frozen=True)
class FixedInDegree(Spelled):
    """Every target neuron gets `k` inputs from sources drawn uniformly.

    Parameters
    ----------
    k : int
        Synapses per target neuron, ≥ 0. With ``multapses=False`` at most the number of sources.

    Raises
    ------
    NetworkError
        If `k` is negative.

    Examples
    --------
    >>> from spikecore import FixedInDegree
    >>> FixedInDegree(800)
    FixedInDegree(k=800)
    """

    k: int

    def __post_init__(self) -> None:
        """Check the degree."""
        _check_count(self, "k", "fixed_in_degree")


@dataclass(frozen=True)
class FixedOutDegree(Spelled):
    """Every source neuron reaches `k` targets drawn uniformly.

    Parameters
    ----------
    k : int
        Synapses per source neuron, ≥ 0. With ``multapses=False`` at most the number of targets.

    Raises
    ------
    NetworkError
        If `k` is negative.

    Examples
    --------
    >>> from spikecore import FixedOutDegree
    >>> FixedOutDegree(100)
    FixedOutDegree(k=100)
    """

    k: int

    def __post_init__(self) -> None:
        """Check the degree."""
        _check_count(self, "k", "fixed_out_degree")


@dataclass(frozen=True)
class FixedTotalNumber(Spelled):
    """`n` synapses, source and target of each drawn uniformly and independently.

    Parameters
    ----------
    n : int
        Synapses in all, ≥ 0. Multapses cannot be excluded under this rule.

    Raises
    ------
    NetworkError
        If `n` is negative.

    Examples
    --------
    >>> from spikecore import FixedTotalNumber
    >>> FixedTotalNumber(45_499_805)
    FixedTotalNumber(n=45499805)
    """

    n: int

    def __post_init__(self) -> None:
        """Check the number."""
        _check_count(self, "n", "fixed_total_number")


@dataclass(frozen=True, eq=False)
class Pairs(Spelled):
    """Explicit synapses: the i-th goes from `sources[i]` to `targets[i]`.

    Parameters
    ----------
    sources, targets : array_like of int, shape (n,)
        Indices within the source and the target population. Weights and delays given as arrays
        follow this order. The arrays are copied.

    Raises
    ------
    NetworkError
        If the two differ in length, are not one-dimensional, or hold a negative index.

    Examples
    --------
    >>> from spikecore import Pairs
    >>> Pairs([0, 1, 2], [2, 1, 0])
    Pairs(3 synapses)
    """

    sources: "ArrayLike"
    targets: "ArrayLike"

    def __post_init__(self) -> None:
        """Check and copy the two arrays."""
        limit = checks.MAX_NEURONS
        sources = checks.indices("Pairs", "sources", self.sources, limit, fresh=True)
        targets = checks.indices("Pairs", "targets", self.targets, limit, fresh=True)
        if len(sources) != len(targets):
            checks.refuse("Pairs", "the length of targets", len(targets), f"{len(sources)}")
        checks.kept(self, sources=closed(sources), targets=closed(targets))

    def __len__(self) -> int:
        """Return the number of synapses."""
        return len(cast("NDArray[np.uint32]", self.sources))

    def __repr__(self) -> str:
        """Say how many synapses there are."""
        return f"Pairs({len(self)} synapses)"


@runtime_checkable
class SparseMatrix(Protocol):
    """Anything with `tocoo()` returning `row`, `col`, `data`, `shape`: scipy.sparse matrices."""

    def tocoo(self) -> Any:
        """Return the matrix in coordinate form."""


@dataclass(frozen=True, repr=False)
class Entries:
    """What a projection says of the matrix that it was made from; the matrix itself stays the caller's.

    Attributes
    ----------
    kind : str
        Name of its class.
    shape : (int, int)
        Sources and targets.
    """

    kind: str
    shape: tuple[int, int]

    @classmethod
    def of(cls, matrix: Any) -> "Entries":
        """Describe a matrix."""
        rows, columns = matrix.shape if hasattr(matrix, "shape") else matrix.tocoo().shape
        return cls(type(matrix).__name__, (int(rows), int(columns)))

    def __repr__(self) -> str:
        """Show the class and the shape."""
        return f"{self.kind}({self.shape[0]} -> {self.shape[1]})"


Rule = (
    OneToOne
    | AllToAll
    | Bernoulli
    | FixedInDegree
    | FixedOutDegree
    | FixedTotalNumber
    | Pairs
    | Dense
    | Convolution
    | Pooling
    | SparseMatrix
)
"""Every kind of connection rule."""


def weights_of(rule: Any, weight: Any) -> Any:
    """Return the weights of a projection, wherever they are given; None where they are not."""
    if hasattr(rule, "tocoo"):
        stored = getattr(rule, "data", None)
        plain = getattr(getattr(stored, "dtype", None), "kind", "") in ("i", "u", "f")
        return stored if plain else rule.tocoo().data
    return getattr(rule, "weights", getattr(rule, "kernel", None)) if weight is None else weight
