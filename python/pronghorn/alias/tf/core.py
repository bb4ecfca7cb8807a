"""The names at the top of tensorflow."""
# ruff: noqa: F401, F403

import contextlib as _contextlib

from ... import ops as _ops
from ...engine import Tensor, TensorSpec, custom_gradient
from ...engine.former_methods import Shape as TensorShape
from ...engine.naming import name_scope
from . import shapes as _shapes
from . import texts as _texts
from .arrays import TensorArray, while_loop
from .dtypes import *
from .former import *
from .function import function
from .indexed import *
from .linalg import einsum, eye, global_norm, matmul, norm, svd, tensordot
from .math import *
from .modules import Module
from .sessions import *
from .shapes import *
from .slices import IndexedSlices
from .sparse import SparseTensor
from .strings import as_string
from .tape import GradientTape
from .variable import Variable

newaxis = None


def constant(value, dtype=None, shape=None, name="Const"):
    if _texts.is_text(value):
        text = _texts.StringTensor(value)
        return text if shape is None else _shapes.reshape(text, shape)
    tensor = _ops.convert_to_tensor(value, dtype)
    if shape is None:
        return tensor
    return _ops.reshape(tensor, shape) if tensor.size > 1 else _ops.broadcast_to(tensor, shape)


def convert_to_tensor(value, dtype=None, dtype_hint=None, name=None):
    if _texts.is_text(value):
        return _texts.StringTensor(value)
    value = value._dense() if isinstance(value, IndexedSlices) else value
    return _ops.convert_to_tensor(value, dtype)


def is_tensor(x):
    return _ops.is_tensor(x) or isinstance(x, _texts.StringTensor)


def identity(input, name=None):
    if _texts.is_text(input):
        return _texts.StringTensor(input)
    return _ops.copy(input)


def stop_gradient(input, name=None):
    return _ops.stop_gradient(input)


def no_op(name=None):
    return None


def group(*inputs, **kwargs):
    return None


def range(start, limit=None, delta=1, dtype=None, name="range"):
    return _ops.arange(start, limit, delta, dtype)


def linspace(start, stop, num, name=None, axis=0):
    return _ops.linspace(start, stop, num, axis=axis)


def clip_by_value(t, clip_value_min, clip_value_max, name=None):
    return _ops.clip(t, clip_value_min, clip_value_max)


def clip_by_norm(t, clip_norm, axes=None, name=None):
    length = _ops.sqrt(_ops.sum(_ops.square(t), axis=axes, keepdims=True))
    return t * clip_norm / _ops.maximum(length, clip_norm)


def clip_by_global_norm(t_list, clip_norm, use_norm=None, name=None):
    from ...optimizers import clipping

    length = clipping.global_norm(t_list) if use_norm is None else use_norm
    scale = clip_norm / _ops.maximum(length, clip_norm)
    return [None if t is None else t * scale for t in t_list], length


def cond(pred, true_fn=None, false_fn=None, name=None):
    return _ops.cond(pred, true_fn, false_fn)


def map_fn(fn, elems, **kwargs):
    return _ops.map(fn, elems)


def print(*inputs, **kwargs):
    """Prints the values of tensors; other arguments as they are."""
    import builtins

    shown = [_ops.convert_to_numpy(x) if _ops.is_tensor(x) else x for x in inputs]
    stream = kwargs.get("output_stream")
    builtins.print(
        *shown,
        sep=kwargs.get("sep", " "),
        end=kwargs.get("end", "\n"),
        file=stream if hasattr(stream, "write") else None,
    )


def executing_eagerly():
    from ...engine import is_tracing

    return not is_tracing()


def device(device_name):
    """A context whose tensors are made on that device; what names none changes nothing."""
    from ...engine.placement import device_scope

    name = str(device_name).rpartition("/")[2]
    return device_scope(name) if ":" in name else _contextlib.nullcontext()


def get_logger():
    import logging

    return logging.getLogger("tensorflow")


def make_tensor_proto(values, dtype=None, shape=None, verify_shape=False):
    """The protocol buffer of an array, by tensorboard, which must be installed."""
    from tensorboard.util import tensor_util

    return tensor_util.make_tensor_proto(values, dtype, shape, verify_shape)
