"""Control flow inside traces: branches and loops as nodes that carry what they run.

What a nested trace records becomes the region of one node of the outer trace: see
csrc/program/region.h. A shape-only pass makes no node: it looks at one step's shapes.
"""

from .. import _core
from . import nest
from .keras_tensor import KerasTensor
from .tensor import Tensor, convert_to_tensor
from .trace import TensorSpec, Trace, eval_shape, is_tracing, shapes_only  # noqa: F401


def tracing():
    """Whether control flow becomes nodes here, rather than Python's own."""
    return is_tracing()


def unknown(shape, dtype, what):
    """An abstract tensor of this trace."""
    return _core.unknown(tuple(shape), dtype, what)


def shapes_of(step, *args):
    """The results of a function as abstract tensors, of which only shapes and dtypes matter."""
    return eval_shape(step, *args)


def _tensors(structure):
    """What a function returned, as tensors of the trace that runs it; None stays."""
    return nest.map_structure(lambda x: None if x is None else _valued(x), structure)


def _valued(x):
    x = convert_to_tensor(x)
    if isinstance(x, KerasTensor):
        raise x._no_value("the result of a function of a loop or branch")
    return x


def _made(x):
    return None if x is None else convert_to_tensor(x)


def _like(x, what, lead=()):
    return None if x is None else unknown((*lead, *x.shape), x.dtype, what)


def _spec(x):
    return None if x is None else (tuple(x.shape), x.dtype)


def _shown(structure):
    return nest.map_structure(
        lambda x: "None" if x is None else f"{x.dtype} {tuple(x.shape)}", structure
    )


def _leaves(structure):
    return [x for x in nest.flatten(structure) if x is not None]


def _refilled(structure, tensors):
    """The structure with its tensors replaced; None stays."""
    left = iter(tensors)
    return nest.map_structure(lambda x: None if x is None else next(left), structure)


def _inputs(trace, structure, origin, skip=0):
    """Inputs of a trace in the shapes of a nest's tensors, without `skip` leading axes."""
    return nest.map_structure(
        lambda x: None if x is None else trace.input(tuple(x.shape)[skip:], x.dtype, origin),
        structure,
    )


def _same_kind(first, other, what, names):
    try:
        nest.assert_same_structure(first, other)
        same = [_spec(x) for x in nest.flatten(first)] == [_spec(x) for x in nest.flatten(other)]
    except (ValueError, TypeError):
        same = False
    if not same:
        raise ValueError(
            f"{what}: `{names[0]}` and `{names[1]}` should return outputs of the same kind "
            f"(structure, dtypes and shapes). They return {_shown(first)} and {_shown(other)}."
        )


def _check_carry(old, new, what, function):
    try:
        nest.assert_same_structure(old, new)
        same = [_spec(x) for x in nest.flatten(old)] == [_spec(x) for x in nest.flatten(new)]
    except (ValueError, TypeError):
        same = False
    if not same:
        raise ValueError(
            f"{what}: in a compiled function `{function}` must return the same structure, shapes "
            f"and dtypes as it receives. It receives {_shown(old)} and returns {_shown(new)}."
        )


def _truth(x):
    """A condition as a scalar boolean tensor."""
    x = _valued(x)
    if x.dtype != "bool":
        x = _core.Op("cast")((x,), ("bool",))
    return x if len(x.shape) == 0 else _core.Op("reshape")((x,), ((),))


def branch(index, functions, what, names):
    """The results of one of several functions of nothing; `index` is abstract."""
    traces, results = [], []
    for function in functions:
        if shapes_only():
            results.append(nest.map_structure(_made, function()))
            continue
        traces.append(Trace())
        with traces[-1]:
            results.append(_tensors(function()))
    for other, name in zip(results[1:], names[1:]):
        _same_kind(results[0], other, what, (names[0], name))
    if shapes_only():
        return nest.map_structure(lambda x: _like(x, f"the result of {what}"), results[0])
    if what == "cond":
        index = _truth(index)
    if index.dtype != "int32":
        index = _core.Op("cast")((index,), ("int32",))
    out = _core.branch(index, traces, [_leaves(r) for r in results])
    return _refilled(results[0], out)


def while_loop(cond, step, state, limit):
    """The last of a tuple of values."""
    if shapes_only():
        _valued(cond(*state))  # its shape is told when it runs, as Keras does
        _check_carry(state, _tensors(step(*state)), "while_loop", "body")
        return nest.map_structure(lambda x: _like(x, "the result of while_loop"), state)
    trace = Trace()
    with trace:
        given = _inputs(trace, state, "a variable of while_loop")
        go_on = trace.input((), "bool", "the condition of while_loop")
        new = _tensors(step(*given))
        _check_carry(state, new, "while_loop", "body")
        again = _truth(cond(*new))
    carry = _leaves(state)
    out, _, _ = _core.loop(
        trace,
        [*_leaves(given), go_on],
        [],
        [*_leaves(new), again],
        [],
        [*carry, _truth(cond(*state))],
        [],
        -1 if limit is None else limit,
        len(carry),
    )
    return _refilled(state, out)


def fori_loop(lower, upper, body, value):
    """The last value."""
    first = convert_to_tensor(lower)

    def step(i, value):
        return i + 1, body(i, value)

    if shapes_only():
        _check_carry(value, _tensors(body(first, value)), "fori_loop", "body_fun")
        return nest.map_structure(lambda x: _like(x, "the result of fori_loop"), value)
    if any(isinstance(x, Tensor) and x.is_abstract for x in (lower, upper)):
        return while_loop(lambda i, _: i < upper, step, (first, value), None)[1]

    def scanned(carry, _):
        return _tensors(step(*carry)), None

    trips = max(int(upper) - int(lower), 0)
    return scan(scanned, (first, value), None, trips, False, "fori_loop", "body_fun")[0][1]


def scan(step, init, xs, steps, reverse, what="scan", function="f"):
    """(last carry, stacked results or None)."""
    if shapes_only():
        row = nest.map_structure(lambda x: _like_row(x), xs)
        given = nest.map_structure(lambda x: _like(x, "a carry"), init)
        carry, y = _tensors(step(given, row))
        _check_carry(init, carry, what, function)
        name = f"the result of {what}"
        ys = None if y is None else nest.map_structure(lambda x: _like(x, name, (steps,)), y)
        return nest.map_structure(lambda x: _like(x, name), carry), ys
    trace = Trace()
    with trace:
        given = _inputs(trace, init, f"a carry of {what}")
        row = _inputs(trace, xs, f"a slice of {what}", skip=1)
        carry, y = _tensors(step(given, row))
        _check_carry(init, carry, what, function)
    out, _, ys = _core.loop(
        trace,
        _leaves(given),
        _leaves(row),
        _leaves(carry),
        _leaves(y),
        _leaves(init),
        _leaves(xs),
        steps,
        reverse=reverse,
    )
    return _refilled(init, out), _refilled(y, ys)


def _like_row(x):
    return None if x is None else unknown(x.shape[1:], x.dtype, "a slice of scan")
