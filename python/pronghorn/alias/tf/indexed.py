"""Names at the top of tensorflow that write by index, check, and call Python."""

import numpy as _np

from ... import ops as _ops
from ...engine.strings import StringTensor as _Text


def tensor_scatter_nd_update(tensor, indices, updates, name=None):
    return _ops.scatter_update(tensor, indices, updates)


def tensor_scatter_nd_add(tensor, indices, updates, name=None):
    return _ops.scatter_update(tensor, indices, updates, reduction="add")


def tensor_scatter_nd_sub(tensor, indices, updates, name=None):
    return tensor_scatter_nd_add(tensor, indices, -_ops.convert_to_tensor(updates))


def tensor_scatter_nd_max(tensor, indices, updates, name=None):
    return _ops.scatter_update(tensor, indices, updates, reduction="max")


def tensor_scatter_nd_min(tensor, indices, updates, name=None):
    return _ops.scatter_update(tensor, indices, updates, reduction="min")


def unique(x, out_idx="int32", name=None):
    """The values in the order in which they come first, and the place of each element there."""
    values = _np.asarray(x)
    _, first, inverse = _np.unique(values, return_index=True, return_inverse=True)
    order = _np.argsort(first)
    place = _np.empty_like(order)
    place[order] = _np.arange(len(order))
    kept = _ops.convert_to_tensor(values[first[order]])
    return kept, _ops.convert_to_tensor(place[inverse.reshape(-1)].astype(str(out_idx)))


def reverse_sequence(input, seq_lengths, seq_axis=None, batch_axis=0, name=None):
    x = _ops.convert_to_tensor(input)
    seq_axis = 1 if seq_axis is None else seq_axis
    steps = _ops.arange(_ops.shape(x)[seq_axis])
    lengths = _ops.expand_dims(_ops.cast(seq_lengths, "int32"), 1)
    turned = _ops.where(steps < lengths, lengths - 1 - steps, steps)  # (batch, steps)
    if batch_axis > seq_axis:
        turned = _ops.transpose(turned)
    for axis in range(len(x.shape)):
        if axis not in (batch_axis, seq_axis):
            turned = _ops.expand_dims(turned, axis)
    return _ops.take_along_axis(x, _ops.broadcast_to(turned, _ops.shape(x)), axis=seq_axis)


def broadcast_static_shape(shape_x, shape_y):
    from ...engine.former_methods import Shape

    return Shape(_np.broadcast_shapes(tuple(shape_x), tuple(shape_y)))


def ensure_shape(x, shape, name=None):
    found = _ops.convert_to_tensor(x).shape
    wanted = tuple(shape)
    differ = [a is not None and b is not None and a != b for a, b in zip(found, wanted)]
    if len(found) != len(wanted) or any(differ):
        raise ValueError(f"Shape {tuple(found)} is not compatible with {wanted}.")
    return x


def identity_n(input, name=None):
    return [_ops.copy(x) for x in input]


def get_static_value(tensor, partial=False):
    return None if getattr(tensor, "is_abstract", False) else _ops.convert_to_numpy(tensor)


def switch_case(branch_index, branch_fns, default=None, name=None):
    chosen = dict(branch_fns) if isinstance(branch_fns, dict) else None
    functions = [chosen[k] for k in sorted(chosen)] if chosen else list(branch_fns)
    if chosen and sorted(chosen) != list(range(len(functions))):
        raise ValueError("tf.switch_case: branches from 0 on without gaps are served.")
    index = _ops.convert_to_tensor(branch_index)
    if default is not None:
        functions = [*functions, default]
        last = len(functions) - 1
        index = _ops.where((index < 0) | (index > last), last, index)
    return _ops.switch(index, functions)


def case(pred_fn_pairs, default=None, exclusive=False, strict=False, name="case"):
    pairs = list(pred_fn_pairs.items() if isinstance(pred_fn_pairs, dict) else pred_fn_pairs)
    if default is None:
        default = pairs[-1][1]
    chosen = default
    for condition, function in reversed(pairs):
        chosen = lambda c=condition, f=function, rest=chosen: _ops.cond(c, f, rest)  # noqa: E731
    return chosen()


def numpy_function(func=None, inp=None, Tout=None, stateful=True, name=None):
    """Calls Python with arrays. Its results are values: there is none of it in a compiled step."""
    results = func(*(_values(x) for x in inp))
    return _typed(results, Tout)


def py_function(func=None, inp=None, Tout=None, name=None):
    """Calls Python with tensors; as `numpy_function`."""
    return _typed(func(*inp), Tout)


py_func = numpy_function


def _values(x):
    return x.numpy() if isinstance(x, _Text) else _ops.convert_to_numpy(x)


def _typed(results, types):
    if not isinstance(types, (list, tuple)):
        return _tensor(results, types)
    if results is None:
        return []
    parts = results if isinstance(results, (list, tuple)) else [results]
    return [_tensor(x, dtype) for x, dtype in zip(parts, types)]


def _tensor(x, dtype):
    if str(dtype) == "string":
        return x if isinstance(x, _Text) else _Text(x)
    return _ops.convert_to_tensor(x, dtype)


def no_gradient(op_type):
    return None


NoGradient = NotDifferentiable = no_gradient


class UnconnectedGradients:
    NONE = "none"
    ZERO = "zero"


class VariableSynchronization:
    AUTO, NONE, ON_WRITE, ON_READ = "auto", "none", "on_write", "on_read"


class VariableAggregation:
    NONE, SUM, MEAN, ONLY_FIRST_REPLICA = "none", "sum", "mean", "only_first_replica"
