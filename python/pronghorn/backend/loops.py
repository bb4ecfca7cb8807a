"""K's loops over elements and over time; in a graph one node each, compiled as a loop."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .. import ops as _ops
from ..engine import any_symbolic as _any_symbolic
from ..engine import nest as _nest
from ..engine import regions as _regions
from ..engine.inner_graph import InnerGraph as _InnerGraph
from ..engine.symbolic import KerasTensor as _KerasTensor
from ..engine.symbolic import record_function as _record_function
from ..ops.time_loop import over_time as _over_time

if TYPE_CHECKING:
    from collections.abc import Callable

_FEW = 2  # elements up to which a loop is written out


def map_fn(fn: Callable[..., Any], elems: Any, name: str | None = None, dtype: Any = None) -> Any:
    """fn of each element along the first axis, stacked; of a list of tensors, fn gets a list.

    Args:
        fn: Function of one element.
        elems: Tensor (n, ...), or a list of such.
        name: Not used.
        dtype: dtype of the results; as fn gives them where None.

    Returns:
        Tensor (n, ...) of fn's results, or a nest of such.

    Example:
        >>> K.map_fn(lambda row: K.sum(row), np.array([[1.0, 2.0], [3.0, 4.0]])).tolist()
        [3.0, 7.0]
    """
    elems = _tensors(elems)

    def cast(results):
        if dtype is None or _nest.is_nested(dtype):
            return results
        return _nest.map_structure(lambda x: _ops.cast(x, dtype), results)

    def run(row):
        return cast(_nest.map_structure(_ops.convert_to_tensor, fn(row)))

    if _any_symbolic(elems):
        inner = _InnerGraph(lambda row: cast(fn(row)), _rows_like(elems))
        if not inner.has_weights:

            def mapped(elems, captures):
                return _ops.map(lambda row: _tensors(inner.run((row,), captures)), elems)

            return _record_function(mapped, (elems, inner.captures))
    elif _regions.tracing():
        return _ops.map(run, elems)
    results = [cast(fn(row)) for row in _elements(elems)]
    return _nest.map_structure(lambda *column: _ops.stack(column), *results)


def foldl(
    fn: Callable[..., Any], elems: Any, initializer: Any = None, name: str | None = None
) -> Any:
    """fn(fn(start, elems[0]), elems[1]) ...; `start` is the first element where not given.

    Args:
        fn: Function of what is gathered so far and the next element.
        elems: Tensor (n, ...), or a list of such, of which fn gets a list.
        initializer: What is there before the first element; None begins with that element.
        name: Not used.

    Returns:
        What the last call of fn gave.

    Example:
        >>> float(K.foldl(lambda total, x: 10.0 * total + x, np.array([1.0, 2.0, 3.0])))
        123.0
    """
    return _folded(fn, elems, initializer, False)


def foldr(
    fn: Callable[..., Any], elems: Any, initializer: Any = None, name: str | None = None
) -> Any:
    """`foldl` from the last element to the first; arguments as in `foldl`.

    Returns:
        What the last call of fn gave.

    Example:
        >>> float(K.foldr(lambda total, x: 10.0 * total + x, np.array([1.0, 2.0, 3.0])))
        321.0
    """
    return _folded(fn, elems, initializer, True)


def _folded(fn, elems, total, backwards):
    elems = _tensors(elems)
    if total is None:
        total = _nest.map_structure(lambda x: x[-1 if backwards else 0], elems)
        elems = _nest.map_structure(lambda x: x[:-1] if backwards else x[1:], elems)
    else:
        total = _tensors(total)

    def looped(run, total, elems):
        return _ops.scan(lambda a, x: (run(a, x), None), total, elems, reverse=backwards)[0]

    if _any_symbolic((total, elems)):
        inner = _InnerGraph(fn, _like(total), _rows_like(elems))
        if not inner.has_weights and _same_kind(total, inner.results):

            def folded(total, elems, captures):
                return looped(lambda a, x: inner.run((a, x), captures), total, elems)

            return _record_function(folded, (total, elems, inner.captures))
    elif _regions.tracing() and _nest.flatten(elems)[0].shape[0] != 0:
        specs = [_nest.map_structure(_spec, x) for x in (total, elems)]
        specs[1] = _nest.map_structure(
            lambda x: _regions.TensorSpec(x.shape[1:], x.dtype), specs[1]
        )
        if _same_kind(total, _regions.shapes_of(fn, *specs)):
            return looped(fn, total, elems)
    rows = _elements(elems)
    for row in rows[::-1] if backwards else rows:
        total = fn(total, row)
    return total


def rnn(
    step_function: Any,
    inputs: Any,
    initial_states: Any,
    go_backwards: bool = False,
    mask: Any = None,
    constants: Any = None,
    unroll: bool = False,
    input_length: Any = None,
    time_major: bool = False,
    zero_output_for_mask: bool = False,
    return_all_outputs: bool = True,
) -> tuple[Any, ...]:
    """Runs `step_function(input, states) -> (output, new_states)` over the time steps of inputs.

    Args:
        step_function: Gets the inputs (batch, ...) of one step, and the list of the states followed
            by the constants.
        inputs: Tensor (batch, time, ...), or a nest of such.
        initial_states: List of tensors.
        go_backwards: Whether the last step comes first; outputs are in the order of the steps.
        mask: Booleans (batch, time): where False, the states stay as they are.
        constants: List of tensors that each step gets.
        unroll: Whether the steps are written out one by one.
        input_length: An int, or a tensor (batch,): steps beyond it are masked.
        time_major: Whether inputs, mask and outputs are (time, batch, ...).
        zero_output_for_mask: Whether outputs of masked steps are 0 rather than the one before.
        return_all_outputs: Whether `outputs` has all steps, not one.

    Returns:
        (last_output, outputs, new_states).

    Raises:
        ValueError: for a mask that does not fit, or, where steps are written out one by one, an
            unknown number of them.

    Example:
        >>> def add(x, states):
        ...     total = states[0] + x
        ...     return total, [total]
        ...
        >>> steps = np.array([[[1.0], [2.0], [3.0]]], "float32")
        >>> last, outputs, states = K.rnn(add, steps, [np.zeros((1, 1), "float32")])
        >>> last.tolist(), outputs.tolist()
        ([[6.0]], [[[1.0], [3.0], [6.0]]])
    """

    def swap(x):
        return _ops.swapaxes(x, 0, 1)

    inputs = _tensors(inputs)
    if time_major:
        inputs = _nest.map_structure(swap, inputs)
        mask = None if mask is None else swap(_ops.convert_to_tensor(mask))
    if mask is None and input_length is not None and not isinstance(input_length, int):
        mask = _up_to(input_length, _nest.flatten(inputs)[0])
    last, outputs, states = _over_steps(
        step_function,
        inputs,
        _tensors(list(initial_states)),
        mask,
        _tensors(list(constants or [])),
        dict(
            go_backwards=go_backwards,
            unroll=unroll,
            zero_output_for_mask=zero_output_for_mask,
            return_all_outputs=return_all_outputs,
        ),
    )
    if time_major:
        outputs = _nest.map_structure(swap, outputs)
    return last, outputs, states


def _up_to(length, inputs):
    """A mask of the steps before each sample's length."""
    length = _ops.reshape(_ops.convert_to_tensor(length), (-1, 1))
    steps = _ops.arange(_ops.shape(inputs)[1], dtype=length.dtype)
    return _ops.less(_ops.reshape(steps, (1, -1)), length)


def _over_steps(step_function, inputs, states, mask, constants, options):
    given = (inputs, states, mask, constants)
    steps = _nest.flatten(inputs)[0].shape[1]
    if _any_symbolic(given):
        if not options["unroll"] and (steps is None or steps > _FEW):
            rows = _nest.map_structure(
                lambda x: _KerasTensor((x.shape[0], *x.shape[2:]), dtype=x.dtype), inputs
            )
            inner = _InnerGraph(step_function, rows, _like(states + constants))
            if not inner.has_weights:

                def recurrence(inputs, states, mask, constants, captures):
                    return _over_time(
                        lambda x, all_states: inner.run((x, all_states), captures),
                        inputs,
                        states,
                        mask=mask,
                        constants=constants,
                        **options,
                    )

                return _record_function(recurrence, (*given, inner.captures))
        if steps is None:
            raise ValueError(
                "K.rnn with `unroll=True`, or with layers in its step function, needs to know the "
                "number of time steps. Received inputs of shape "
                f"{tuple(_nest.flatten(inputs)[0].shape)}. Use `keras.layers.RNN`."
            )
    return _over_time(step_function, inputs, states, mask=mask, constants=constants, **options)


# ---- tensors and what they look like ---------------------------------------------------------


def _tensors(structure):
    return _nest.map_structure(
        lambda x: x if isinstance(x, _KerasTensor) else _ops.convert_to_tensor(x), structure
    )


def _spec(x):
    return _regions.TensorSpec(x.shape, x.dtype)


def _row_spec(x):
    return _regions.TensorSpec(x.shape[1:], x.dtype)


def _like(structure):
    return _nest.map_structure(lambda x: _KerasTensor(x.shape, dtype=x.dtype), structure)


def _rows_like(structure):
    return _nest.map_structure(lambda x: _KerasTensor(x.shape[1:], dtype=x.dtype), structure)


def _same_kind(a, b):
    """Whether nests have one structure, and their tensors the same shapes and dtypes."""
    a, b = ([(tuple(x.shape), x.dtype) for x in _nest.flatten(_tensors(part))] for part in (a, b))
    return a == b


def _elements(elems):
    """The elements along the first axis, of all tensors of a nest alike.

    Raises:
        ValueError: where their number is not known.
    """
    size = _nest.flatten(elems)[0].shape[0]
    if size is None:
        raise ValueError(
            "The number of elements must be known here. Received: a tensor of shape "
            f"{tuple(_nest.flatten(elems)[0].shape)}; give its first axis a size."
        )
    columns = [[x[i] for i in range(size)] for x in _nest.flatten(elems)]
    return [_nest.pack_as(elems, list(row)) for row in zip(*columns)]


__all__ = ["foldl", "foldr", "map_fn", "rnn"]
