"""Connection rules in the border's form; matrices and arrays of all pairs as given pairs."""

from collections import Counter
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from spikecore import checks, connect, printed
from spikecore.arrays import is_array
from spikecore.lowering.law import NativeRule
from spikecore.population import Part

__all__ = ["Expanded", "all_pairs", "delays_of_pairs", "pair_values", "pairs_of_matrix", "rule_to_native"]

_Indices = NDArray[np.uint32]
Expanded = (
    connect.OneToOne
    | connect.AllToAll
    | connect.Bernoulli
    | connect.FixedInDegree
    | connect.FixedOutDegree
    | connect.FixedTotalNumber
    | connect.Pairs
)
"""Rules whose synapses are stored, but for matrices."""


def pairs_of_matrix(
    owner: str, matrix: connect.SparseMatrix, source: Part, target: Part
) -> tuple[connect.Pairs, NDArray[np.float64]]:
    """Return the stored entries of a matrix as pairs and weights, in the order of `tocoo()`."""
    entries = matrix.tocoo()
    shape = entries.shape
    if not isinstance(shape, tuple | list) or tuple(shape) != (source.size, target.size):
        allowed = f"({source.size}, {target.size}): rows are sources, columns are targets"
        checks.refuse(owner, "the shape of the matrix", printed.value(shape), allowed)
    weights = checks.array(owner, "the data of the matrix", entries.data)
    return connect.Pairs(np.asarray(entries.row), np.asarray(entries.col)), weights


def delays_of_pairs(owner: str, pairs: connect.Pairs, shape: tuple[int, int], delay: Any) -> Any:
    """Return the delays of the entries of a matrix of weights, where they come as a matrix; others as they are.

    A sparse matrix has the same entries, in any order; of entries of one pair the first is that of the first.
    """
    rows, columns = cast("_Indices", pairs.sources), cast("_Indices", pairs.targets)
    if not hasattr(delay, "tocoo"):
        dense = is_array(delay) and np.ndim(delay) == 2
        if dense and np.shape(delay) != shape:
            checks.refuse(owner, "the shape of delay", f"{np.shape(delay)}", f"{shape}, or a value for each entry")
        return np.asarray(delay)[rows, columns] if dense else delay
    entries = delay.tocoo()
    if tuple(entries.shape) != shape:
        checks.refuse(owner, "the shape of delay", printed.value(tuple(entries.shape)), f"{shape}, that of the weights")
    own, theirs = np.lexsort((columns, rows)), np.lexsort((entries.col, entries.row))
    _check_entries(owner, (rows[own], columns[own]), (entries.row[theirs], entries.col[theirs]))
    values = np.empty_like(entries.data)
    values[own] = entries.data[theirs]
    return values


def _check_entries(owner: str, weights: tuple[Any, Any], delays: tuple[Any, Any]) -> None:
    """Refuse delays that have other entries than the weights; both are sorted."""
    if all(map(np.array_equal, weights, delays)):
        return
    weighed, delayed = (Counter(zip(*(ends.tolist() for ends in pair), strict=True)) for pair in (weights, delays))
    lacking, more = weighed - delayed, delayed - weighed
    for pairs, what in ((lacking, "lacking at"), (more, "given without a weight at")):
        if pairs:
            source, target = min(pairs)
            others = f" and {sum(pairs.values()) - 1:,} more" if sum(pairs.values()) > 1 else ""
            allowed = "a delay for each entry of the weights, stored zeros too, and no others"
            checks.refuse(owner, "delay", f"{what} ({source}, {target}){others}", allowed)


def all_pairs(source: Part, target: Part, autapses: bool) -> connect.Pairs:
    """Return all pairs explicitly, source by source."""
    sources = np.repeat(np.arange(source.size, dtype=np.uint32), target.size)
    targets = np.tile(np.arange(target.size, dtype=np.uint32), source.size)
    if source == target and not autapses:
        keep = sources != targets
        sources, targets = sources[keep], targets[keep]
    return connect.Pairs(sources, targets)


def rule_to_native(rule: Expanded, size: int) -> tuple[NativeRule, int | None]:
    """Return a rule of `size` sources in the border's form, and its number of synapses if arrays may follow it."""
    match rule:
        case connect.OneToOne():
            return ("one_to_one",), size
        case connect.AllToAll():
            return ("all_to_all",), None
        case connect.Bernoulli(p=p):
            return ("bernoulli", p), None
        case connect.FixedInDegree(k=k):
            return ("fixed_in_degree", k), None
        case connect.FixedOutDegree(k=k):
            return ("fixed_out_degree", k), None
        case connect.FixedTotalNumber(n=n):
            return ("fixed_total_number", n), None
        case connect.Pairs():
            sources, targets = cast("_Indices", rule.sources), cast("_Indices", rule.targets)
            return ("pairs", sources, targets), len(rule)


def pair_values(owner: str, parameter: str, value: Any, source: Part, target: Part, autapses: bool) -> Any:
    """Return the values of all pairs, source by source, without the excluded autapses."""
    if not is_array(value):
        return value
    shape = (source.size, target.size)
    read = checks.array if parameter == "weight" else checks.shaped
    matrix = read(owner, parameter, value, shape=shape, fresh=False)
    if source == target and not autapses:
        return matrix[~np.eye(source.size, dtype=np.bool_)]
    return matrix.ravel()
