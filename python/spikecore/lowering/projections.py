"""Projections as `Network.connect` takes them, checked, in the border's form.

Values with units become plain tuples here: kinds, shapes and the grid are checked. Ranges, and contradictions between a
rule and its two populations, are the engine's.
"""

from spikecore import checks, connect, printed
from spikecore.arrays import is_array
from spikecore.grid import Grid
from spikecore.implicit import Implicit
from spikecore.lowering import implicit, rules
from spikecore.lowering.law import Law, NativeValue, Settings
from spikecore.lowering.values import delay_to_native, weight_to_native
from spikecore.population import Part, Population, inside

__all__ = ["plans"]

_Limits = tuple[int, int, int, int]

_RULES = (
    "OneToOne, AllToAll, Bernoulli, FixedInDegree, FixedOutDegree, FixedTotalNumber, Pairs, "
    "Dense, Convolution, Pooling or a sparse matrix"
)


def plans(
    pairs: list[tuple[Part, Part]], settings: Settings, grid: Grid
) -> tuple[list[Law], list[tuple[int, int, int]]]:
    """Check all projections of a call; return their laws, and (source, target, law) of each.

    A law depends on the sizes of the two populations, or on the limits of their parts, and on whether they are one, so
    those alike have one: that of the first pair of them, which is the first that can be wrong. All laws share the
    weight and the delay unless these are arrays.
    """
    laws: list[Law] = []
    ends = []
    shared: list[NativeValue] = []
    known: dict[tuple[int, int, bool, _Limits | None], int] = {}
    for source, target in pairs:
        limits = _limits(source, target)
        shape = source.size, target.size, source == target, limits
        law = known.get(shape)
        if law is None:
            law = known[shape] = len(laws)
            laws.append(_within(limits, _plan(source, target, settings, grid, shared)))
        ends.append((source.index, target.index, law))
    return laws, ends


def _limits(source: Part, target: Part) -> _Limits | None:
    """Return begin and end of the neurons of both parts; None for two whole populations."""
    if isinstance(source, Population) and isinstance(target, Population):
        return None
    (first, end), (first_target, end_target) = ((inside(part).start, inside(part).stop) for part in (source, target))
    return first, end, first_target, end_target


def _within(limits: _Limits | None, law: Law) -> Law:
    """Return a law between parts."""
    if limits is None or law[0][0] == "within":
        return law
    return ("within", *limits, law[0]), *law[1:]


def _plan(source: Part, target: Part, settings: Settings, grid: Grid, shared: list[NativeValue]) -> Law:
    """Check one projection; return the border's arguments after the two populations."""
    owner = " → ".join(printed.shortened(printed.shown(end.name), 80) for end in (source, target))
    rule, weight, delay = settings.rule, settings.weight, settings.delay
    autapses = settings.autapses
    if settings.receptor is not None:
        checks.word(owner, "receptor", settings.receptor)
    if not isinstance(rule, rules.Expanded | connect.Rule):
        dense = "; give a dense matrix as Dense(matrix)" if is_array(rule) else ""
        msg = f"{owner}: rule must be one of {_RULES}, not {type(rule).__name__}{dense}"
        raise TypeError(msg)
    for parameter, value in (("weight", weight), ("delay", delay)):
        if hasattr(value, "tocoo") and (parameter == "weight" or not hasattr(rule, "tocoo")):
            allowed = "a sparse matrix of weights as the rule, and one of delays with it"
            checks.refuse(owner, parameter, type(value).__name__, allowed)
    if isinstance(rule, Implicit):
        if not (isinstance(source, Population) and isinstance(target, Population)):
            checks.refuse(owner, "rule", repr(rule), "a rule whose synapses are stored, between parts of populations")
        return implicit.plan(owner, (source, target), rule, settings, grid)
    if not isinstance(rule, rules.Expanded):
        if weight is not None:
            checks.refuse(owner, "weight", "given", "left out: the matrix holds the weights")
        rule, weight = rules.pairs_of_matrix(owner, rule, source, target)
        delay = rules.delays_of_pairs(owner, rule, (source.size, target.size), delay)
    elif isinstance(rule, connect.AllToAll) and (is_array(weight) or is_array(delay)):
        weight = rules.pair_values(owner, "weight", weight, source, target, autapses)
        delay = rules.pair_values(owner, "delay", delay, source, target, autapses)
        rule = rules.all_pairs(source, target, autapses)
    if weight is None:
        msg = f"{owner}: weight is missing; give a number, a distribution or an array"
        raise TypeError(msg)
    native_rule, n = rules.rule_to_native(rule, source.size)
    if not shared or is_array(weight) or is_array(delay):
        shared[:] = weight_to_native(owner, weight, n, settings.receptor), delay_to_native(owner, delay, n, grid)
    return native_rule, shared[0], shared[1], settings.receptor, autapses, settings.multapses
