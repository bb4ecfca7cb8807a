"""Loops over the leading axis: scan, map, associative_scan, vectorize."""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING, Any

from ..engine import nest, regions
from .array import concatenate, expand_dims, flip, reshape, stack
from .control import recorded, same_structure, to_tensors
from .creation import zeros

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ..engine.types import TensorLike


__all__ = ["associative_scan", "map", "scan", "vectorize", "vectorized_map"]


@recorded(lambda f, init, xs=None, *args, **kwargs: (init, xs), "xs", init=1)
def scan(
    f: Callable[..., Any],
    init: Any,
    xs: Sequence[TensorLike] | None = None,
    length: Any = None,
    reverse: bool = False,
    unroll: Any = 1,
) -> tuple[Any, ...]:
    """Runs `carry, y = f(carry, x)` for each x along the leading axis of `xs`.

    Args:
        f: Takes the carry and one slice of `xs` (None without `xs`); returns the new carry, of the
            same structure, shapes and dtypes, and a tensor or a nest of them, or None.
        init: The first carry: a tensor or a nest of them.
        xs: A tensor or a nest of them, all of one leading size.
        length: How many steps; needed without `xs`, else that leading size.
        reverse: Whether the last slice comes first. Results lie where their slices lie.
        unroll: A positive integer, or whether to unroll. It changes no result.

    Returns:
        (last carry, the y's stacked along a new leading axis). A new carry of None keeps the old
        one; a y of None stands for zeros like the carry.

    Raises:
        TypeError: where `f` cannot be called.
        ValueError: for a bad `unroll`, for neither `xs` nor `length`, for sizes that differ, or a
            carry whose structure changes.

    Example:
        >>> xs = ops.convert_to_tensor([1, 2, 3])
        >>> last, sums = ops.scan(lambda c, x: (c + x, c + x), 0, xs)
        >>> int(last), sums.tolist()
        (6, [1, 3, 6])
    """
    if not callable(f):
        raise TypeError(f"`f` should be a callable. Received: f={f}")
    if not isinstance(unroll, bool) and (not isinstance(unroll, int) or unroll < 1):
        raise ValueError(
            f"`unroll` must be an positive integer or boolean. Received: unroll={unroll}"
        )
    if xs is None and length is None:
        raise ValueError("Got no `xs` to scan over and `length` not provided.")
    init, xs = to_tensors(init), to_tensors(xs)
    steps = _leading(xs, "scan", length)

    def step(carry, x):
        result = f(carry, x)
        if not isinstance(result, (tuple, list)) or len(result) != 2:
            raise ValueError(
                "scan: `f` must return two things, the new carry and a result for this step (or "
                f"None). Received: {result!r}"
            )
        new, y = result
        new = carry if new is None else new
        same_structure((carry,), (new,), "scan", "f", False)
        return to_tensors(new), to_tensors(y)

    if regions.tracing():
        carry, ys = regions.scan(step, init, xs, steps, bool(reverse))
    else:
        carry, ys = _scan(step, init, xs, steps, reverse)
    if ys is None:
        ys = nest.map_structure(lambda c: _zeros(steps, c), init)
    return carry, _packed_as(init, ys)


def _scan(step, carry, xs, steps, reverse):
    rows = []
    if steps == 0:
        _, specs = regions.shapes_of(step, carry, _row_specs(xs))
        return carry, nest.map_structure(lambda y: zeros((0, *y.shape), y.dtype), specs)
    for i in reversed(range(steps)) if reverse else range(steps):
        carry, y = step(carry, _slice_of(xs, i))
        rows.append(y)
    if rows[0] is None:
        return carry, None
    if reverse:
        rows.reverse()
    return carry, nest.map_structure(lambda *leaves: stack(leaves, axis=0), *rows)


def _slice_of(xs, i):
    return None if xs is None else nest.map_structure(lambda x: x[i], xs)


def _packed_as(init, ys):
    """ys in the structure of init where that has as many leaves, as Keras on TensorFlow does it."""
    leaves = nest.flatten(ys)
    if not nest.is_nested(init) or len(leaves) != len(nest.flatten(init)):
        return ys
    return nest.pack_sequence_as(init, leaves)


def _zeros(steps, like):
    if steps is None:
        return regions.unknown((None, *like.shape), like.dtype, "the results of scan")
    return zeros((steps, *like.shape), like.dtype)


def _row_specs(xs):
    if xs is None:
        return None
    return nest.map_structure(lambda x: regions.TensorSpec(x.shape[1:], x.dtype), xs)


def _leading(xs, what, length=None):
    """The one leading size of a nest; None where it is unknown."""
    length = None if length is None else int(length)
    known = length
    for i, x in enumerate(nest.flatten(xs) if xs is not None else ()):
        if len(x.shape) == 0:
            raise ValueError(f"{what} goes along the leading axis; tensor {i} is a scalar.")
        size = x.shape[0]
        if size is None:
            continue
        if known is not None and size != known:
            source = "`length`" if known == length else "the first"
            raise ValueError(
                f"{what} needs one leading size. Tensor {i} has shape {tuple(x.shape)}; {source} "
                f"says {known}."
            )
        known = size
    return known


@recorded(lambda f, xs: xs, "xs")
def map(f: Callable[..., Any], xs: Sequence[TensorLike]) -> Any:
    """The results of `f` for each slice along the leading axis, stacked.

    Args:
        f: Takes one slice, of the structure of `xs`; returns a tensor or a nest of them.
        xs: A tensor or a nest of them, all of one leading size.

    Returns:
        A tensor or a nest of them.

    Raises:
        ValueError: for sizes that differ, or results that are no tensors.

    Example:
        >>> ops.map(ops.sum, ops.convert_to_tensor([[1, 2], [3, 4]])).tolist()
        [3, 7]
    """
    return _map(f, xs, "map")


def _map(f, xs, what):
    if not callable(f):
        raise TypeError(f"{what} needs a function to call. Received: {f!r}")
    xs = to_tensors(xs)
    steps = _leading(xs, what)

    def step(carry, x):
        y = to_tensors(f(x))
        if y is None or any(leaf is None for leaf in nest.flatten(y)):
            raise ValueError(f"{what}: the function must return tensors. Received: None")
        return carry, y

    if regions.tracing():
        return regions.scan(step, (), xs, steps, False)[1]
    return _scan(step, (), xs, steps, False)[1]


@recorded(lambda function, elements: elements, "elements")
def vectorized_map(function: Callable[..., Any], elements: Any) -> Any:
    """The results of `function` for each slice along the leading axis, stacked.

    Args:
        function: Takes one slice, of the structure of `elements`; returns a tensor or a nest.
        elements: A tensor or a nest of them, all of one leading size.

    Returns:
        A tensor or a nest of them.

    Raises:
        ValueError: for sizes that differ, or results that are no tensors.

    Example:
        >>> ops.vectorized_map(lambda x: x * 2, ops.convert_to_tensor([1, 2, 3])).tolist()
        [2, 4, 6]
    """
    return _map(function, elements, "vectorized_map")


@recorded(lambda f, elems, *args, **kwargs: elems, "elems")
def associative_scan(
    f: Callable[..., Any], elems: Any, reverse: bool = False, axis: int = 0
) -> Any:
    """Running results of an associative function: a, f(a, b), f(f(a, b), c) ...

    It takes about 2 log2(n) calls of `f`, each on many elements at once (Blelloch 1990, "Prefix
    Sums and Their Applications").

    Args:
        f: Takes two nests like `elems`, of any size along `axis`, and returns one; it works element
            by element along `axis`, and f(a, f(b, c)) is f(f(a, b), c).
        elems: A tensor or a nest of them, all of one size along `axis`.
        reverse: Whether the last element comes first.
        axis: Where the elements lie.

    Returns:
        A nest like `elems`.

    Raises:
        TypeError: where `f` cannot be called.
        ValueError: for sizes that differ.

    Example:
        >>> ops.associative_scan(ops.add, ops.convert_to_tensor([1, 2, 3, 4])).tolist()
        [1, 3, 6, 10]
    """
    if not callable(f):
        raise TypeError(f"`f` should be a callable. Received: f={f}")
    elems = to_tensors(elems)
    flat = nest.flatten(elems)
    sizes = {x.shape[axis] for x in flat}
    if len(sizes) != 1:
        raise ValueError(
            "associative_scan needs tensors of the same first dimension, or of one size along "
            f"`axis`. Received shapes {[tuple(x.shape) for x in flat]} and axis={axis}"
        )
    axes = [axis % len(x.shape) for x in flat]

    def combine(a, b):
        return nest.flatten(f(nest.pack_sequence_as(elems, a), nest.pack_sequence_as(elems, b)))

    if None in sizes:
        one = [x[_along(a, 0, 1)] for x, a in zip(flat, axes)]
        return nest.pack_sequence_as(
            elems,
            [
                regions.unknown(x.shape, y.dtype, "the result of associative_scan")
                for x, y in zip(flat, combine(one, one))
            ],
        )
    if reverse:
        flat = [flip(x, a) for x, a in zip(flat, axes)]
    result = _prefixes(combine, flat, axes)
    if reverse:
        result = [flip(x, a) for x, a in zip(result, axes)]
    return nest.pack_sequence_as(elems, result)


def _along(axis, start, stop=None, step=1):
    return (slice(None),) * axis + (slice(start, stop, step),)


def _prefixes(combine, elems, axes):
    n = elems[0].shape[axes[0]]
    if n < 2:
        return elems

    def part(xs, *bounds):
        return [x[_along(a, *bounds)] for x, a in zip(xs, axes)]

    odd = _prefixes(combine, combine(part(elems, 0, n - 1, 2), part(elems, 1, n, 2)), axes)
    even = part(elems, 0, 1)
    if n > 2:
        rest = combine(part(odd, 0, (n - 1) // 2), part(elems, 2, n, 2))
        even = [concatenate([e, r], a) for e, r, a in zip(even, rest, axes)]
    return [_interleave(e, o, a) for e, o, a in zip(even, odd, axes)]


def _interleave(even, odd, axis):
    pairs = odd.shape[axis]
    last = even[_along(axis, pairs)]
    both = stack([even[_along(axis, 0, pairs)], odd], axis + 1)
    shape = list(odd.shape)
    shape[axis] = 2 * pairs
    both = reshape(both, shape)
    return concatenate([both, last], axis) if even.shape[axis] > pairs else both


_CORE = r"\(\s*(?:\w+\s*(?:,\s*\w+\s*)*)?\)"


def vectorize(pyfunc: Any, *, excluded: Any = None, signature: Any = None) -> Any:
    """A function of scalars as one of tensors, called for each element; arguments broadcast.

    Args:
        pyfunc: Takes and returns scalars, or tensors of the signature's shapes.
        excluded: Positions of arguments that are passed on as they are.
        signature: The shapes of arguments and results, such as "(m,n),(n)->(m)".

    Returns:
        The function.

    Raises:
        ValueError: where `pyfunc` cannot be called, or the signature is none.

    Example:
        >>> add = ops.vectorize(lambda a, b: a + b)
        >>> add(np.array([1, 2, 3]), np.array(2)).tolist()
        [3, 4, 5]
    """
    if not callable(pyfunc):
        raise ValueError(f"Expected argument `pyfunc` to be a callable. Received: pyfunc={pyfunc}")
    excluded = frozenset(excluded or ())
    ranks = None
    if signature is not None:
        if not re.fullmatch(rf"\s*{_CORE}(\s*,\s*{_CORE})*\s*->.*", signature):
            raise ValueError(f"{signature!r} is not a signature such as '(m,n),(n)->(m)'.")
        inputs = re.findall(_CORE, signature.split("->")[0])
        ranks = [len(re.findall(r"\w+", core)) for core in inputs]

    @functools.wraps(pyfunc)
    def wrapped(*args):
        places = [i for i in range(len(args)) if i not in excluded and args[i] is not None]
        given = [to_tensors(args[i]) for i in places]
        if ranks is not None and len(ranks) != len(given):
            raise TypeError(
                f"The signature {signature} has {len(ranks)} arguments. Received: {len(given)}"
            )
        inner = ranks or [0] * len(given)
        outer = [len(x.shape) - r for x, r in zip(given, inner)]
        depth = max(outer, default=0)
        given = [reshape(x, (1,) * (depth - o) + tuple(x.shape)) for x, o in zip(given, outer)]

        def call(*values):
            full = list(args)
            for i, value in zip(places, values):
                full[i] = value
            return pyfunc(*full)

        return _over_axes(call, given, depth)

    return wrapped


def _over_axes(call, given, depth):
    if depth == 0:
        return call(*given)
    mapped = [i for i, x in enumerate(given) if x.shape[0] != 1]

    def inner(rows):
        values = [x if i in mapped else x[0] for i, x in enumerate(given)]
        for i, row in zip(mapped, rows):
            values[i] = row
        return _over_axes(call, values, depth - 1)

    if not mapped:
        return nest.map_structure(lambda y: expand_dims(y, 0), to_tensors(inner([])))
    return vectorized_map(inner, [given[i] for i in mapped])
