"""Arguments of TensorFlow's functions by the names that TensorFlow 1 had for them."""

import functools
import inspect

# An argument's old name -> today's.
_ARGUMENTS = {
    "concat_dim": "axis", "dim": "axis", "dimension": "axis", "dims": "axis",
    "keep_dims": "keepdims", "reduction_indices": "axis", "split_dim": "axis",
    "squeeze_dims": "axis",
}  # fmt: skip


def with_old_arguments(function):
    """The function, taking its arguments by the names of TensorFlow 1 as well."""
    names = inspect.signature(function).parameters
    renamed = {old: new for old, new in _ARGUMENTS.items() if new in names and old not in names}
    if not renamed:
        return function

    @functools.wraps(function)
    def call(*args, **kwargs):
        for old in kwargs.keys() & renamed.keys():
            kwargs[renamed[old]] = kwargs.pop(old)
        return function(*args, **kwargs)

    return call
