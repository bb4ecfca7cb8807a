"""einsum, planned into transposes, sums and matrix products.

An operand's repeated label takes a diagonal; labels that only one operand has and the result lacks
are summed; what remains is contracted in pairs, smallest result first, each pair by one batched
matrix product: labels of both and of the result are the batch, labels of both alone are summed.
"""

from __future__ import annotations

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
    rows = [c for c in term1 if c not in both]
    columns = [c for c in term2 if c not in both]
    if summed or "bool" in (x1.dtype, x2.dtype):
        # read across where the axes lie the other way round: not moved
        flip1 = bool(rows) and term1 == batch + summed + rows
        flip2 = bool(columns) and term2 == batch + columns + summed
        left = _arranged(term1, x1, batch, *((summed, rows) if flip1 else (rows, summed)), sizes)
        right = _arranged(
            term2, x2, batch, *((columns, summed) if flip2 else (summed, columns)), sizes
        )
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
