"""Control flow inside traces: branches and loops as nodes that carry what they run."""

from .. import _core
from . import nest
from .tensor import Tensor, convert_to_tensor
from .trace import TensorSpec, eval_shape, shapes_only  # noqa: F401
from .variable import Variable


def tracing():
    """Whether control flow becomes nodes here, rather than Python's own."""
    return shapes_only()


def unknown(shape, dtype, what):
    """An abstract tensor of this trace."""
    return _core.unknown(tuple(shape), dtype, what)


def shapes_of(step, *args):
    """The results of a function as abstract tensors, of which only shapes and dtypes matter."""
    return eval_shape(step, *args)


def _tensors(structure):
    return nest.map_structure(lambda x: None if x is None else convert_to_tensor(x), structure)


def _like(x, what, lead=()):
    return None if x is None else unknown((*lead, *x.shape), x.dtype, what)


def _spec(x):
    return None if x is None else (tuple(x.shape), x.dtype)


def _shown(structure):
    return nest.map_structure(
        lambda x: "None" if x is None else f"{x.dtype} {tuple(x.shape)}", structure
    )


def _same_kind(first, other, what, names):
    try:
        nest.assert_same_structure(first, other)
        same = all(_spec(a) == _spec(b) for a, b in zip(nest.flatten(first), nest.flatten(other)))
    except (ValueError, TypeError):
        same = False
    if not same:
        raise ValueError(
            f"{what}: `{names[0]}` and `{names[1]}` should return outputs of the same kind "
            f"(structure, dtypes and shapes). They return {_shown(first)} and {_shown(other)}."
        )


def branch(index, functions, what, names):
    """The results of one of several functions of nothing; `index` is abstract."""
    results = [_tensors(f()) for f in functions]
    for other, name in zip(results[1:], names[1:]):
        _same_kind(results[0], other, what, (names[0], name))
    return nest.map_structure(lambda x: _like(x, f"the result of {what}"), results[0])


def while_loop(cond, step, state, limit):
    """The last of a tuple of values."""
    cond(*state)
    step(*state)
    return nest.map_structure(lambda x: _like(x, "the result of while_loop"), state)


def fori_loop(lower, upper, body, value):
    i = convert_to_tensor(lower) if not isinstance(lower, Variable) else lower.value
    body(_like(i, "the loop's variable"), value)
    return nest.map_structure(lambda x: _like(x, "the result of fori_loop"), value)


def scan(step, init, xs, steps, reverse):
    """(last carry, stacked results or None)."""
    row = nest.map_structure(lambda x: None if x is None else _row(x), xs)
    carry, y = step(nest.map_structure(lambda x: _like(x, "the carry of scan"), init), row)
    what = "the result of scan"
    ys = None if y is None else nest.map_structure(lambda x: _like(x, what, (steps,)), y)
    return nest.map_structure(lambda x: _like(x, what), carry), ys


def _row(x):
    return unknown(x.shape[1:], x.dtype, "a slice of scan") if isinstance(x, Tensor) else x
