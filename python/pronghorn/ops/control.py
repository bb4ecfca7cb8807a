"""Control flow: branches and loops whose course depends on values.

Over real tensors they are Python's own `if` and `for`, so that tapes see what runs. Inside a trace,
engine/regions.py makes one node of each, which carries its branches or its body.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

from ..engine import nest, regions, symbolic
from ..engine.keras_tensor import NoValueError
from ..engine.symdim import SymDim
from ..engine.tensor import Tensor, convert_to_tensor
from ..engine.variable import Variable

if TYPE_CHECKING:
    from collections.abc import Callable


__all__ = ["cond", "fori_loop", "switch", "while_loop"]


def recorded(symbolic_arguments, through, **values):
    """Decorator: applied to KerasTensors, the function is one node.

    Args:
        symbolic_arguments: Takes what the function takes; returns the nest to look for them in.
        through: The argument through which functions get to see symbolic tensors.
        **values: Arguments that are values of tensors, with their positions: sizes in them become
            tensors. Elsewhere they count something.
    """

    def decorate(function):
        name = function.__name__
        symbolic.functions[name] = function

        @functools.wraps(function)
        def wrapper(*args, **kwargs):
            try:
                if symbolic.any_symbolic(symbolic_arguments(*args, **kwargs)):
                    args, kwargs = _with_tensors(values, args, kwargs)
                    return symbolic.recorded_class(name)().record(args, kwargs)
                return function(*args, **kwargs)
            except NoValueError as error:
                raise NoValueError(
                    f"{name}: its functions see symbolic tensors, and what is computed from their "
                    f"sizes, through `{through}` alone; pass them there. {error}"
                ) from error

        return wrapper

    return decorate


def _with_tensors(values, args, kwargs):
    """The arguments of a call, whose `values` hold tensors in the place of sizes."""
    args, kwargs = list(args), dict(kwargs)
    for name, place in values.items():
        holder, key = (args, place) if place < len(args) else (kwargs, name)
        if holder is args or name in kwargs:
            holder[key] = nest.map_structure(
                lambda x: symbolic.size_tensor(x) if isinstance(x, SymDim) else x, holder[key]
            )
    return tuple(args), kwargs


def is_abstract(x):
    return isinstance(x, Tensor) and x.is_abstract


def to_tensors(structure):
    """A nest of numbers, arrays, variables and tensors as tensors; None stays."""
    return nest.map_structure(
        lambda x: x if x is None or type(x) is Tensor else convert_to_tensor(x), structure
    )


def _callable(function, name):
    if not callable(function):
        raise TypeError(f"Argument `{name}` must be callable. Received: {name}={function!r}")


@recorded(lambda pred, true_fn, false_fn: pred, "pred")
def cond(pred: Any, true_fn: Any, false_fn: Any) -> Any:
    """The result of one of two functions, of which only that one runs.

    Args:
        pred: A boolean: Python's, 0 or 1, or a tensor of one element.
        true_fn: Called without arguments where `pred` holds.
        false_fn: Called without arguments where it does not.

    Returns:
        What the function returned. Inside a compiled function, where `pred` is known only when it
        runs, both must return the same structure, shapes and dtypes. Variables that a function
        assigns are assigned where it is the one that runs.

    Raises:
        TypeError: for functions that cannot be called, or a `pred` that is no boolean.
        ValueError: for results of two kinds.

    Example:
        >>> ops.cond(ops.max([1, 5]) > 3, lambda: "high", lambda: "low")
        'high'
    """
    _callable(true_fn, "true_fn")
    _callable(false_fn, "false_fn")
    if isinstance(pred, Variable):
        pred = pred.value
    if not is_abstract(pred):
        return true_fn() if _truth(pred) else false_fn()
    return regions.branch(pred, [false_fn, true_fn], what="cond", names=("false_fn", "true_fn"))


def _truth(pred):
    if isinstance(pred, str) or (isinstance(pred, (int, float)) and pred not in (0, 1)):
        raise TypeError(
            "Argument `pred` must be a tensor, a Python bool, or 1 or 0. "
            f"Received: pred={pred} of type {type(pred).__name__}"
        )
    return bool(pred)


@recorded(lambda index, branches, *operands: (index, operands), "operands", index=0)
def switch(index: Any, branches: Any, *operands: Any) -> Any:
    """The result of one of many functions, of which only that one runs.

    Args:
        index: An integer, or a scalar tensor of an integer dtype. One that is out of bounds stands
            for the nearest that is not.
        branches: List of functions of the operands.
        operands: What the chosen function receives.

    Returns:
        What the function returned; see `cond`.

    Raises:
        ValueError: for no functions, or results of several kinds.

    Example:
        >>> ops.switch(1, [ops.add, ops.subtract], 2.0, 0.5).tolist()
        1.5
    """
    if not branches:
        raise ValueError("switch() needs at least one function in `branches`. Received none.")
    for i, branch in enumerate(branches):
        _callable(branch, f"branches[{i}]")
    index = convert_to_tensor(index)
    if not is_abstract(index):
        return branches[min(max(int(index), 0), len(branches) - 1)](*operands)
    names = [f"branches[{i}]" for i in range(len(branches))]
    calls = [functools.partial(branch, *operands) for branch in branches]
    return regions.branch(index, calls, what="switch", names=names)


@recorded(
    lambda cond, body, loop_vars, maximum_iterations=None: loop_vars, "loop_vars", loop_vars=2
)
def while_loop(
    cond: Any, body: Callable[..., Any], loop_vars: Any, maximum_iterations: Any = None
) -> Any:
    """Runs `body` on the loop's variables for as long as `cond` of them holds.

    Args:
        cond: Takes the loop's variables and returns a boolean.
        body: Takes them and returns their new values, in the same structure.
        loop_vars: A tensor or a nest of them. The elements of a tuple or list are passed one by
            one.
        maximum_iterations: How often `body` runs at most.

    Returns:
        The last values: a tuple for a tuple or list, else the structure of `loop_vars`. Inside a
        compiled function, shapes and dtypes stay what they were at first, and only a loop with
        `maximum_iterations` has a gradient.

    Raises:
        ValueError: for new values of another structure, or, in a compiled function, of another
            shape or dtype.

    Example:
        >>> ops.while_loop(lambda i: i < 10, lambda i: i * 2, 1).tolist()
        16
    """
    _callable(cond, "cond")
    _callable(body, "body")
    several = isinstance(loop_vars, (tuple, list))
    state = tuple(to_tensors(loop_vars)) if several else (to_tensors(loop_vars),)
    limit = None if maximum_iterations is None else int(maximum_iterations)

    def step(*values):
        new = body(*values)
        return tuple(new) if several and isinstance(new, (tuple, list)) else (new,)

    if regions.tracing():
        state = regions.while_loop(cond, step, state, limit)
        return state if several else state[0]
    done = 0
    while (limit is None or done < limit) and cond(*state):
        new = step(*state)
        same_structure(state, new, "while_loop", "body", several)
        state, done = to_tensors(new), done + 1
    return state if several else state[0]


def same_structure(old, new, what, function, several=True):
    """Raises ValueError where a loop's new values are not of the structure of the old ones."""
    try:
        nest.assert_same_structure(old, new)
    except (ValueError, TypeError) as e:
        old, new = (old, new) if several else (old[0], new[0])
        raise ValueError(
            f"{what}: `{function}` must return the same structure as it receives. "
            f"It received {_describe(old)} and returned {_describe(new)}."
        ) from e


def _describe(structure):
    return nest.map_structure(
        lambda x: f"{x.dtype} {tuple(x.shape)}" if hasattr(x, "shape") else type(x).__name__,
        structure,
    )


@recorded(lambda lower, upper, body_fun, init_val: (lower, upper, init_val), "init_val", init_val=3)
def fori_loop(lower: Any, upper: Any, body_fun: Any, init_val: Any) -> Any:
    """Runs `value = body_fun(i, value)` for i from `lower` up to, not including, `upper`.

    Args:
        lower, upper: Integers or scalar tensors of an integer dtype.
        body_fun: Takes i and the value, and returns the new value, of the same structure.
        init_val: The first value: a tensor or a nest of them.

    Returns:
        The last value.

    Raises:
        ValueError: for a new value of another structure.

    Example:
        >>> ops.fori_loop(0, 4, lambda i, total: total + i, 0).tolist()
        6
    """
    _callable(body_fun, "body_fun")
    lower, upper = (x.value if isinstance(x, Variable) else x for x in (lower, upper))
    value = to_tensors(init_val)
    if regions.tracing():
        return regions.fori_loop(lower, upper, body_fun, value)
    i = lower
    while i < upper:
        new = body_fun(i, value)
        same_structure((value,), (new,), "fori_loop", "body_fun", False)
        value, i = to_tensors(new), i + 1
    return value
