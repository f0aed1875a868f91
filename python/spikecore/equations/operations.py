"""Values to operations: sums and products in few additions and multiplications.

Terms with a common factor share its multiplication, and a constant factor goes where it costs none.
"""

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from spikecore.equations.factors import Term, by_coefficient, by_factor
from spikecore.equations.steps import Operand, Step
from spikecore.equations.values import Array, Call, Constant, Leaf, Product, Sum, Value, Values, Whole, is_equal

__all__ = ["Operations"]


_ROUNDINGS = 3
"""Additions behind a state from which on it costs less to add the state later: each rounds to its last bit."""


def _size(value: Value) -> int:
    return 1 if isinstance(value, Sum) else 0


def _parts(value: Value) -> Iterator[Value]:
    if isinstance(value, Sum):
        yield from (term for _, term in value.terms)
    elif isinstance(value, Product):
        yield from value.over
        yield from value.under
    elif isinstance(value, Call):
        yield from value.operands
    elif isinstance(value, Whole):
        yield value.value


class Operations:
    """The operations of one section of a program."""

    def __init__(self, values: Values, roots: Iterable[Value], in_place: bool = False) -> None:
        self._values, self._in_place = values, in_place
        self._known: dict[Value, Operand] = {}
        self._made: dict[tuple[Any, ...], Step] = {}
        self._uses: dict[Value, int] = {}
        shares: dict[Value, list[Array]] = {}
        waiting = list(roots)
        ends = set(waiting)
        while waiting:
            value = waiting.pop()
            self._uses[value] = self._uses.get(value, 0) + 1
            if self._uses[value] == 1:
                waiting.extend(dict.fromkeys(_parts(value)))
                for factor, term in value.terms if isinstance(value, Sum) else ():
                    shares.setdefault(term, []).append(abs(factor.value))
        self._folded = dict(self._common(shares))
        for value in sorted(self._uses, key=lambda value: value.number):
            if isinstance(value, Whole) and value.value not in ends:
                self.operand(value)  # stages in their order: a whole step is too deep for recursion

    def _common(self, shares: dict[Value, list[Array]]) -> Iterator[tuple[Value, tuple[Array, Value]]]:
        """Yield what sums alone use, several times and times the same factor, and that product in one operation."""
        for value, factors in shares.items():
            first = factors[0]
            if 1 < len(factors) == self._uses[value] and all(np.array_equal(first, factor) for factor in factors):
                folded = None if is_equal(first, 1.0) or np.any(first == 0.0) else self._inside(first, value)
                if folded is not None:
                    yield value, (first, folded)

    def root(self, value: Value, own: Leaf) -> Operand:
        """Return what computes the new value of `own`.

        Its old value is added last, so that small terms are not rounded with it, unless the sum is written over it.
        """
        is_held = isinstance(value, Call) and value.operation == "select" and value.operands[2] is own
        total = value.operands[1] if is_held and isinstance(value, Call) else value
        if isinstance(total, Sum) and total not in self._known:
            terms = [(c.value, term) for c, term in total.terms]
            self._known[total] = self._sum(terms, total.rest, own, is_held or self._in_place)
        return self.operand(value)

    def operand(self, value: Value) -> Operand:
        """Return what computes a value."""
        if isinstance(value, Constant | Leaf):
            return value
        if value not in self._known:
            self._known[value] = self._computed(value)
        return self._known[value]

    def _computed(self, value: Sum | Product | Call | Whole) -> Operand:
        if isinstance(value, Whole):
            return self.operand(value.value)
        if isinstance(value, Product):
            return self._product(value)
        if isinstance(value, Sum):
            return self._sum([(c.value, term) for c, term in value.terms], value.rest)
        operands = [self.operand(operand) for operand in value.operands]
        return self._step(value.operation, *operands, place=value.place, substep=value.substep)

    def _step(self, name: str, *operands: Operand, place: int = 0, substep: int = 0) -> Step:
        keys = [id(operand) for operand in operands]
        key = (name, place, substep, *(sorted(keys) if name in ("add", "mul") else keys))
        if key not in self._made:
            self._made[key] = Step(name, operands, place, substep)
        return self._made[key]

    # products

    def _product(self, value: Product) -> Operand:
        below = self._multiplied(value.under) if value.under else None
        if below is None:
            return self._multiplied(value.over)
        above = self._multiplied(value.over) if value.over else self._values.unit
        return self._step("div", above, below)

    def _multiplied(self, factors: Iterable[Value]) -> Operand:
        """Return a product, sums last: the addition before a multiplication makes a pair with it."""
        powers: dict[Value, int] = {}
        for factor in factors:
            powers[factor] = powers.get(factor, 0) + 1
        result: Operand | None = None
        for factor in sorted(powers, key=_size):
            power = self._power(self.operand(factor), powers[factor])
            result = power if result is None else self._step("mul", result, power)
        assert result is not None
        return result

    def _power(self, base: Operand, power: int) -> Operand:
        result: Operand | None = None
        while True:
            if power & 1:
                result = base if result is None else self._step("mul", result, base)
            power >>= 1
            if not power:
                assert result is not None
                return result
            base = self._step("mul", base, base)

    def _scaled(self, factor: Array, value: Value) -> Operand:
        """Return a constant times a value; a quotient of 1, an exponential or a choice of constants takes it inside."""
        if self._uses.get(value, 0) <= 1:
            for index, part in enumerate(value.over if isinstance(value, Product) else ()):
                inside = self._inside(factor, part) if self._uses.get(part, 0) <= 1 else None
                if inside is not None and isinstance(value, Product):
                    rest = (*value.over[:index], inside, *value.over[index + 1 :])
                    return self.operand(self._values.product(rest, value.under))
            inside = self._inside(factor, value)
            if inside is not None:
                return self.operand(inside)
        return self._step("mul", self._values.constant(factor), self.operand(value))

    def _inside(self, factor: Array, value: Value) -> Value | None:
        """Return a constant times a value where that costs no multiplication, else None."""
        if isinstance(value, Product) and not value.over:
            divisor = self._values.product(value.under)
            return self._values.call("div", self._values.constant(factor), divisor)
        if not isinstance(value, Call):
            return None
        if value.operation == "select" and all(isinstance(part, Constant) for part in value.operands[1:]):
            branches = (self._values.scaled(part, factor) for part in value.operands[1:])
            return self._values.call("select", value.operands[0], *branches)
        if value.operation == "exp" and np.all(factor > 0.0):
            (exponent,) = value.operands
            if isinstance(exponent, Sum) and (exponent.rest is not self._values.zero or len(exponent.terms) == 1):
                shifted = self._values.total([(1.0, exponent), (np.log(factor), self._values.unit)])
                return self._values.call("exp", shifted)
        return None

    # sums

    def _sum(self, terms: list[Term], rest: Constant, own: Leaf | None = None, is_last: bool = False) -> Operand:
        for index, (factor, value) in enumerate(terms):
            if value in self._folded:
                share, folded = self._folded[value]
                terms[index] = (factor / share, folded)
        while (grouped := self._grouped(terms)) is not None:
            terms = grouped
        plus: list[Operand] = [] if rest is self._values.zero else [rest]
        minus: list[Operand] = []
        products: list[tuple[bool, bool, Operand]] = []
        for factor, value in terms:
            is_plus, is_minus = is_equal(factor, 1.0), is_equal(factor, -1.0)
            operand = self.operand(value) if is_plus or is_minus else self._scaled(factor, value)
            is_own = own is not None and own in _parts_of(value)
            if isinstance(operand, Step) and operand.name == "mul" and not _is_taken(operand):
                products.append((is_own, is_minus, operand))
            elif is_minus:
                minus.append(operand)
            else:
                plus.append(operand)
        products.sort(key=lambda product: product[1])
        pairs = [(is_minus, operand) for is_own, is_minus, operand in products if not is_own]
        mine = [(is_minus, operand) for is_own, is_minus, operand in products if is_own]
        tail = 0 if is_last else 1
        if own is None and plus:  # the last addition is left for a pair with a multiplication behind the sum
            return self._chain([self._chain(plus[:1], [], pairs), *plus[1:]], minus, [])
        if own not in plus:
            split = max(len(pairs) - tail, 0) if mine else len(pairs)
            return self._chain(plus, minus, [*pairs[:split], *mine, *pairs[split:]])
        pairs = [(is_minus, operand) for _, is_minus, operand in products]
        plus.remove(own)
        if not plus or not (len(plus) % 2 or len(pairs) >= _ROUNDINGS):
            return self._chain([*plus, own], minus, pairs)
        # its addition makes a pair with the one before it, as it would among the others, or is worth an operation
        split = max(len(pairs) - tail, 0)
        result = self._step("add", self._chain(plus, minus, pairs[:split]), own)
        return self._chain([result], [], pairs[split:])

    def _chain(self, plus: list[Operand], minus: list[Operand], products: list[tuple[bool, Operand]]) -> Operand:
        """Return the sum: additions side by side, then subtractions, then products, each paired with its addition."""
        if not plus:
            first = next((pair for pair in products if not pair[0]), None)
            if first is None:
                return self._negative(minus, products)
            products = [pair for pair in products if pair is not first]
            plus = [first[1]]
        result = plus[0]
        for operand in plus[1:]:
            result = self._step("add", result, operand)
        for operand in minus:
            result = self._step("sub", result, operand)
        for is_minus, operand in products:
            result = self._step("sub" if is_minus else "add", result, operand)
        return result

    def _negative(self, minus: list[Operand], products: list[tuple[bool, Operand]]) -> Operand:
        """Return a sum of negative terms alone."""
        if not products:
            result = minus[0]
            for operand in minus[1:]:
                result = self._step("add", result, operand)
            return self._step("neg", result)
        result = self._step("sub", self._values.zero, products[0][1]) if not minus else self._step("neg", minus[0])
        for operand in minus[1:]:
            result = self._step("sub", result, operand)
        for _, operand in products if minus else products[1:]:
            result = self._step("sub", result, operand)
        return result

    def _grouped(self, terms: list[Term]) -> list[Term] | None:
        """Return the terms with one common factor taken out, that which saves most; None where none saves."""
        best, saving = None, 0
        for members, factor, saved in (*by_coefficient(terms), *by_factor(terms)):
            if saved > saving:
                best, saving = (members, factor), saved
        if best is None:
            return None
        members, factor = best
        others = [term for index, term in enumerate(terms) if index not in members]
        chosen = [terms[index] for index in members]
        if isinstance(factor, tuple):
            value, is_under = factor
            inner = self._values.total((c, self._without(term, value, is_under)) for c, term in chosen)
            whole = self._values.product((inner,), (value,)) if is_under else self._values.product((inner, value))
            scale, core = self._values.parted(whole)
            return [*others, (np.asarray(scale), core)]
        signs = [np.array_equal(c, factor) for c, _ in chosen]
        if 2 * sum(signs) < len(signs):
            factor, signs = -factor, [not sign for sign in signs]
        inner = self._values.total((1.0 if sign else -1.0, term) for sign, (_, term) in zip(signs, chosen, strict=True))
        return [*others, (factor, inner)]

    def _without(self, term: Value, factor: Value, is_under: bool) -> Value:
        if term is factor:
            return self._values.unit
        assert isinstance(term, Product)
        over, under = list(term.over), list(term.under)
        (under if is_under else over).remove(factor)
        return self._values.product(over, under)


def _is_taken(product: Step) -> bool:
    """Return whether a multiplication makes a pair with the addition before it, and none with that behind it."""
    return any(isinstance(operand, Step) and operand.name in ("add", "sub") for operand in product.operands)


def _parts_of(value: Value) -> tuple[Value, ...]:
    return (value, *value.over) if isinstance(value, Product) else (value,)
