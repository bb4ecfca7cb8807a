"""einsum, planned into transposes, sums and matrix products.

An operand's repeated label takes a diagonal; labels that only one operand has and the result lacks
are summed; what remains is contracted in pairs, smallest result first, each pair by one batched
matrix product: labels of both and of the result are the batch, labels of both alone are summed.
"""

from __future__ import annotations

import functools
import math
import string
from typing import TYPE_CHECKING, Any

from ._args import cast, shape_of, tensors
from .array import reshape, transpose
from .diagonals import diagonal
from .math import multiply, sum
from .matrix import matrix_product

if TYPE_CHECKING:
    from ..engine.types import Tensor


def einsum(subscripts: str, *operands: Any, **kwargs: Any) -> Tensor:
    """Sums of products by Einstein's notation.

    Args:
        subscripts: One letter an axis, operands separated by commas, `...` for further axes that
            broadcast; `->` and the result's letters, or none for NumPy's implicit order.
        *operands: Tensors.
        **kwargs: For NumPy's sake; not used.

    Returns:
        A tensor of the promoted dtype.

    Raises:
        ValueError: subscripts that do not fit the operands.

    Example:
        >>> ops.einsum("ij,jk->ik", [[1.0, 2.0]], [[3.0], [4.0]]).tolist()
        [[11.0]]
    """
    if not isinstance(subscripts, str):
        raise TypeError(
            "einsum: the first argument must be a string such as 'ij,jk->ik'. "
            f"Received: {type(subscripts).__name__}"
        )
    operands = tensors(operands)
    if len(operands) == 2:
        plan = _plan(subscripts, *(tuple(x.shape) for x in operands))
        if plan and operands[0].dtype == operands[1].dtype not in ("bool", "int8"):
            return plan(*operands)
    terms, result = parse(subscripts, [len(x.shape) for x in operands])
    if operands and all(x.dtype == "int8" for x in operands):
        operands = [cast(x, "int32") for x in operands]
    sizes = _sizes(subscripts, terms, operands)
    work = []
    for i, (term, x) in enumerate(zip(terms, operands)):
        elsewhere = set(result).union(*(t for j, t in enumerate(terms) if j != i))
        work.append(_reduced(term, x, sizes, elsewhere))
    while len(work) > 1:
        i, j = _cheapest(work, result, sizes)
        second, first = work.pop(j), work.pop(i)
        elsewhere = set(result).union(*(t for t, _ in work))
        work.append(_contract(first, second, elsewhere, sizes))
    term, x = work[0]
    missing = [label for label in result if label not in term]
    if missing:
        raise ValueError(f"einsum: the result's {missing} of '{subscripts}' are in no operand.")
    return x if term == result else transpose(x, [term.index(label) for label in result])


class _Product:
    """One matrix product of two operands, whose axes are moved and joined before and after.

    Args:
        moves: (permutation or None, shape or None) of either operand and of the product.
        flips: Whether either operand's last two axes lie the other way round.
    """

    def __init__(self, moves, flips):
        self._moves = moves
        self._flips = flips

    def __call__(self, first, second):
        (first_order, first_shape), (second_order, second_shape), (order, shape) = self._moves
        product = matrix_product(
            _moved(first, first_order, first_shape),
            _moved(second, second_order, second_shape),
            *self._flips,
        )
        product = product if shape is None else reshape(product, shape)
        return product if order is None else transpose(product, order)


def _moved(x, order, shape):
    x = x if order is None else transpose(x, order)
    return x if shape is None else reshape(x, shape)


@functools.lru_cache(maxsize=1024)
def _plan(subscripts, first, second):
    """The _Product for operands of these shapes; None where that would not be all.

    Raises:
        ValueError: subscripts that say nothing.
    """
    (term1, term2), result = parse(subscripts, [len(first), len(second)])
    sizes = dict(zip(term2, second))
    both = [c for c in term1 if c in term2]
    summed = [c for c in both if c not in result]
    plain = all(len(set(t)) == len(t) for t in (term1, term2))
    known = all(type(n) is int for n in (*first, *second))
    alike = all(sizes[c] == n for c, n in zip(term1, first) if c in both)
    if not (plain and known and alike and summed):
        return None
    if {*term1, *term2} - {*summed} != {*result}:
        return None
    sizes.update(zip(term1, first))
    batch = [c for c in both if c in result]
    rows, columns, flips = _sides(term1, term2, batch, summed)
    left, right = ((summed, rows), (columns, summed))
    if not flips[0]:
        left = left[::-1]
    if not flips[1]:
        right = right[::-1]
    moves = [_move(term1, batch, *left, sizes), _move(term2, batch, *right, sizes)]
    made = batch + rows + columns
    shape = tuple(sizes[c] for c in made)
    parted = len(rows) != 1 or len(columns) != 1
    order = None if made == result else tuple(made.index(c) for c in result)
    return _Product((*moves, (order, shape if parted else None)), flips)


def _move(term, batch, rows, columns, sizes):
    """(permutation, shape) that bring a term to (batch..., rows, columns); None: as it is."""
    wanted = batch + rows + columns
    order = None if term == wanted else tuple(term.index(c) for c in wanted)
    if len(rows) == 1 and len(columns) == 1:
        return order, None
    joined = (math.prod(sizes[c] for c in labels) for labels in (rows, columns))
    return order, (*(sizes[c] for c in batch), *joined)


def _sides(term1, term2, batch, summed):
    """(rows, columns, flips): what only the left and only the right operand has, and whether either
    lies the other way round, to be read across and not moved."""
    rows = [c for c in term1 if c not in term2]
    columns = [c for c in term2 if c not in term1]
    flips = (
        bool(rows) and term1 == batch + summed + rows,
        bool(columns) and term2 == batch + columns + summed,
    )
    return rows, columns, flips


def parse(subscripts, ranks):
    """The operands' labels and the result's, as lists; axes behind `...` become Greek letters."""
    text = subscripts.replace(" ", "")
    left, arrow, right = text.partition("->")
    terms = left.split(",")
    letters = set(string.ascii_letters)
    if len(terms) != len(ranks):
        raise ValueError(
            f"einsum: '{subscripts}' names {len(terms)} operands. Received: {len(ranks)}"
        )
    widest = 0
    for term, rank in zip(terms, ranks):
        named = len(term.replace("...", ""))
        if "..." in term:
            widest = max(widest, rank - named)
        if (rank < named) if "..." in term else (rank != named):
            raise ValueError(
                f"einsum: '{term}' of '{subscripts}' does not fit an operand of {rank} axes."
            )
    further = [chr(0x391 + i) for i in range(max(widest, 0))]

    def labels(term, rank):
        head, dots, tail = term.partition("...")
        count = rank - len(head) - len(tail) if rank is not None else len(further)
        found = [*head, *(further[len(further) - count :] if dots else []), *tail]
        wrong = [c for c in found if c not in letters and c not in further]
        if wrong:
            raise ValueError(f"einsum: '{subscripts}' holds {wrong[0]!r}; expected letters.")
        return found

    split = [labels(term, rank) for term, rank in zip(terms, ranks)]
    if arrow:
        result = labels(right, None)
        if len(set(result)) != len(result):
            raise ValueError(f"einsum: the result of '{subscripts}' names a label twice.")
        return split, result
    every = [c for term in split for c in term]
    once = sorted(c for c in set(every) if every.count(c) == 1 and c not in further)
    return split, further + once


def _sizes(subscripts, terms, operands):
    sizes = {}
    for term, x in zip(terms, operands):
        for label, known, size in zip(term, x.shape, shape_of(x)):
            before = sizes.get(label)
            if before is None or before == 1 or not isinstance(before, int):
                if before is None or known not in (1, None):
                    sizes[label] = size
            elif known not in (before, 1, None):
                raise ValueError(
                    f"einsum: label '{label}' of '{subscripts}' has sizes {before} and {known}."
                )
    return sizes


def _reduced(term, x, sizes, elsewhere):
    """The operand with diagonals taken and labels of its own summed."""
    term = list(term)
    for label in sorted(set(term)):
        while term.count(label) > 1:
            a = term.index(label)
            b = term.index(label, a + 1)
            x = diagonal(x, axis1=a, axis2=b)
            term = [c for i, c in enumerate(term) if i not in (a, b)] + [label]
    # a size of 1 beside a larger one broadcasts: without it the products do that
    own = [i for i, c in enumerate(term) if c not in elsewhere]
    if own:
        dtype = x.dtype
        x = cast(sum(x, axis=tuple(own)), dtype)
        term = [c for i, c in enumerate(term) if i not in own]
    return term, x


def _count(labels, sizes):
    total = 1
    for label in labels:
        total *= sizes[label] if isinstance(sizes[label], int) else 64
    return total


def _cheapest(work, result, sizes):
    """The pair whose result is smallest; the first two where only two are left."""
    best, chosen = None, (0, 1)
    for j in range(len(work)):
        for i in range(j):
            others = (t for k, (t, _) in enumerate(work) if k not in (i, j))
            elsewhere = set(result).union(*others)
            labels = set(work[i][0]) | set(work[j][0])
            cost = (_count(labels & elsewhere, sizes), _count(labels, sizes))
            if best is None or cost < best:
                best, chosen = cost, (i, j)
    return chosen


def _contract(first, second, elsewhere, sizes):
    (term1, x1), (term2, x2) = first, second
    both = [c for c in term1 if c in term2]
    # broadcast labels (size 1 on one side) cannot be summed by the product
    whole = [c for c in both if _full(term1, x1, c, sizes) and _full(term2, x2, c, sizes)]
    stretched = [c for c in both if c not in whole]
    summed = [c for c in whole if c not in elsewhere]
    batch = [c for c in both if c in elsewhere or c in stretched]
    rows, columns, (flip1, flip2) = _sides(term1, term2, batch, summed)
    if summed or "bool" in (x1.dtype, x2.dtype):
        down, across = (summed, rows) if flip1 else (rows, summed)
        left = _arranged(term1, x1, batch, down, across, sizes)
        down, across = (columns, summed) if flip2 else (summed, columns)
        right = _arranged(term2, x2, batch, down, across, sizes)
        product = matrix_product(left, right, flip1, flip2)
    else:  # a column times a row, by the elementwise kernel
        left = _arranged(term1, x1, batch, rows, summed, sizes)
        right = _arranged(term2, x2, batch, summed, columns, sizes)
        product = multiply(left, right)
    term = batch + rows + columns
    x = reshape(product, tuple(sizes[c] for c in term))
    late = [i for i, c in enumerate(term) if c in stretched and c not in elsewhere]
    if late:
        x = sum(x, axis=tuple(late))
        term = [c for i, c in enumerate(term) if i not in late]
    return term, x


def _full(term, x, label, sizes):
    known = x.shape[term.index(label)]
    return known is None or known == sizes[label] or not isinstance(sizes[label], int)


def _arranged(term, x, batch, rows, columns, sizes):
    """x as (batch..., all rows, all columns)."""
    order = [term.index(c) for c in (*batch, *rows, *columns)]
    x = transpose(x, order) if order != list(range(len(order))) else x
    dims = shape_of(x)
    shape = list(dims[: len(batch)])
    for labels in (rows, columns):
        total = 1
        for label in labels:
            total = total * sizes[label]
        shape.append(total)
    return reshape(x, tuple(shape))


__all__ = ["einsum"]
