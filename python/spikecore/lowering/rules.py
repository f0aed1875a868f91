"""Connection rules in the border's form, and contradictions between a rule and its two populations."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from spikecore import _native, checks, connect, printed
from spikecore.arrays import is_array
from spikecore.lowering.law import NativeRule
from spikecore.population import Population

__all__ = ["Expanded", "all_pairs", "pair_values", "pairs_of_matrix", "rule_to_native"]

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
    owner: str, matrix: connect.SparseMatrix, source: Population, target: Population
) -> tuple[connect.Pairs, NDArray[np.float64]]:
    """Return the stored entries of a matrix as pairs and weights, in the order of `tocoo()`."""
    entries = matrix.tocoo()
    shape = entries.shape
    if not isinstance(shape, tuple | list) or tuple(shape) != (source.size, target.size):
        allowed = f"({source.size}, {target.size}): rows are sources, columns are targets"
        checks.refuse(owner, "the shape of the matrix", printed.value(shape), allowed)
    weights = checks.array(owner, "the data of the matrix", entries.data)
    return connect.Pairs(np.asarray(entries.row), np.asarray(entries.col)), weights


def all_pairs(source: Population, target: Population, autapses: bool) -> connect.Pairs:
    """Return all pairs explicitly, source by source."""
    sources = np.repeat(np.arange(source.size, dtype=np.uint32), target.size)
    targets = np.tile(np.arange(target.size, dtype=np.uint32), source.size)
    if source is target and not autapses:
        keep = sources != targets
        sources, targets = sources[keep], targets[keep]
    return connect.Pairs(sources, targets)


def rule_to_native(
    owner: str, rule: Expanded, source: Population, target: Population, flags: tuple[bool, bool]
) -> tuple[NativeRule, int | None]:
    """Return the rule in the border's form, and its number of synapses if arrays may follow it."""
    autapses, multapses = flags
    own = source is target and not autapses
    match rule:
        case connect.OneToOne():
            _check_one_to_one(owner, source, target, own)
            return ("one_to_one",), source.size
        case connect.AllToAll():
            return ("all_to_all",), None
        case connect.Bernoulli(p=p):
            return ("bernoulli", float(p)), None
        case connect.FixedInDegree(k=k):
            _check_degree(owner, "FixedInDegree", k, source.size - own, "sources", multapses)
            return ("fixed_in_degree", int(k)), None
        case connect.FixedOutDegree(k=k):
            _check_degree(owner, "FixedOutDegree", k, target.size - own, "targets", multapses)
            return ("fixed_out_degree", int(k)), None
        case connect.FixedTotalNumber(n=n):
            _check_total(owner, n, source, target, flags)
            return ("fixed_total_number", int(n)), None
        case connect.Pairs():
            return _pairs_to_native(owner, rule, source, target, flags), len(rule)


def _check_one_to_one(owner: str, source: Population, target: Population, own: bool) -> None:
    if source.size != target.size:
        allowed = f"{source.size}, the size of {source.name!r}, for OneToOne"
        checks.refuse(owner, f"the size of {target.name!r}", target.size, allowed)
    if own:
        checks.refuse(owner, "autapses", False, "True: OneToOne of a population onto itself has only autapses")


def _check_degree(owner: str, rule: str, k: int, available: int, of: str, multapses: bool) -> None:
    if available == 0 and k > 0:
        checks.refuse(owner, f"k of {rule}", k, f"0: there are no {of} but the neuron itself")
    if not multapses and k > available:
        allowed = f"0 … {available} {of} with multapses=False"
        checks.refuse(owner, f"k of {rule}", k, allowed)


def _check_total(owner: str, n: int, source: Population, target: Population, flags: tuple[bool, bool]) -> None:
    autapses, multapses = flags
    if not multapses:
        others = "OneToOne, AllToAll, Bernoulli, FixedInDegree, FixedOutDegree and Pairs"
        checks.refuse(owner, "multapses", False, f"True with FixedTotalNumber; {others} take False")
    if n > 0 and source is target and not autapses and source.size == 1:
        checks.refuse(owner, "n of FixedTotalNumber", n, "0: the only pair is an autapse")


def _pairs_to_native(
    owner: str,
    rule: connect.Pairs,
    source: Population,
    target: Population,
    flags: tuple[bool, bool],
) -> NativeRule:
    sources = checks.indices(owner, "sources", rule.sources, source.size)
    targets = checks.indices(owner, "targets", rule.targets, target.size)
    autapses, multapses = flags
    if source is target and not autapses and (sources == targets).any():
        at = int(np.argmax(sources == targets))
        pair = f"{(int(sources[at]), int(targets[at]))}"
        checks.refuse(owner, f"pair {at}", pair, "source ≠ target with autapses=False")
    if not multapses and len(sources):
        _refuse_repeated(owner, sources, targets, source.size)
    return ("pairs", sources, targets)


def _refuse_repeated(owner: str, sources: NDArray[np.uint32], targets: NDArray[np.uint32], size: int) -> None:
    at = _native.repeated_pair(sources, targets, size)
    if at is not None:
        pair = f"{(int(sources[at]), int(targets[at]))}"
        checks.refuse(owner, f"pair {at}", pair, "each pair once with multapses=False")


def pair_values(owner: str, parameter: str, value: Any, source: Population, target: Population, autapses: bool) -> Any:
    """Return the values of all pairs, source by source, without the excluded autapses."""
    if not is_array(value):
        return value
    shape = (source.size, target.size)
    matrix = checks.reals(owner, parameter, value, "an array of numbers", fresh=False)
    if matrix.shape != shape:
        checks.refuse(owner, f"the shape of {parameter}", f"{matrix.shape}", f"{shape}")
    if parameter == "weight":
        matrix = checks.array(owner, parameter, matrix, fresh=False)
    if source is target and not autapses:
        return matrix[~np.eye(source.size, dtype=np.bool_)]
    return matrix.ravel()
