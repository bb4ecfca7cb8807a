"""tf.sparse: SparseTensor as what parsing gives, which becomes a tensor by `to_dense`.

Operations on sparse tensors are not served: nothing here computes with them.
"""

from collections import namedtuple as _namedtuple

import numpy as _np

from ... import ops as _ops
from . import texts as _texts


class SparseTensor(_namedtuple("SparseTensor", ["indices", "values", "dense_shape"])):
    """Values and their places: a namedtuple, so that it goes through a tf.data.Dataset."""

    __slots__ = ()

    def __new__(cls, indices, values, dense_shape):
        indices, dense_shape = _places(indices), _places(dense_shape)
        if isinstance(values, list):
            is_text = _texts.is_text(values)
            values = _texts.StringTensor(values) if is_text else _ops.convert_to_tensor(values)
        return super().__new__(cls, indices, values, dense_shape)

    @property
    def dtype(self):
        return self.values.dtype

    @property
    def shape(self):
        from .core import TensorShape

        return TensorShape(int(n) for n in _ops.convert_to_numpy(self.dense_shape))

    def get_shape(self):
        return self.shape

    def __array__(self, dtype=None, copy=None):
        raise TypeError(
            "A tf.SparseTensor does not become a tensor by itself: tf.sparse.to_dense makes one."
        )


def _places(x):
    return _ops.convert_to_tensor(x, "int64") if isinstance(x, (list, tuple)) else x


def from_dense(tensor, name=None):
    """The places of what is not zero, or not empty, and the values there."""
    if _texts.is_text(tensor):
        array = _texts.encode_array(tensor)
        places = _np.argwhere(array != b"")
    else:
        array = _ops.convert_to_numpy(tensor)
        places = _np.argwhere(array)
    return made(places, array[tuple(places.T)], array.shape)


def made(indices, values, dense_shape):
    """A SparseTensor of arrays."""
    is_text = values.dtype == object
    return SparseTensor(
        _ops.convert_to_tensor(_np.asarray(indices, "int64")),
        _texts.StringTensor(values) if is_text else _ops.convert_to_tensor(values),
        _ops.convert_to_tensor(_np.asarray(dense_shape, "int64")),
    )


def to_dense(sp_input, default_value=None, validate_indices=True, name=None):
    """The tensor with a default, 0 or an empty text, where there is no value.

    Raises:
        ValueError: for places outside of the shape, or that come twice or out of order.
    """
    shape, text = tuple(sp_input.shape), _texts.is_text(sp_input.values)
    indices = _ops.convert_to_numpy(sp_input.indices)
    if indices.shape != (len(indices), len(shape)):
        raise ValueError(
            f"tf.sparse.to_dense: places of shape {indices.shape} do not go with a tensor of "
            f"{len(shape)} axes. Were sparse tensors batched? Parse a batch, or `to_dense` first."
        )
    if ((indices < 0) | (indices >= _np.array(shape, "int64"))).any():
        raise ValueError(f"tf.sparse.to_dense: there are places outside of the shape {shape}.")
    flat = _np.ravel_multi_index(tuple(indices.T), shape) if len(indices) else indices[:, 0]
    if validate_indices and (_np.diff(flat) <= 0).any():
        raise ValueError("tf.sparse.to_dense: places must be in order, and each once.")
    if text:
        values = _texts.encode_array(sp_input.values)
        default = b"" if default_value is None else _texts.contents(default_value)
        out = _np.full(shape, default, object)
    else:
        values = _ops.convert_to_numpy(sp_input.values)
        out = _np.full(shape, 0 if default_value is None else default_value, values.dtype)
    out[tuple(indices.T)] = values
    return _texts.StringTensor(out) if text else _ops.convert_to_tensor(out)


def reorder(sp_input, name=None):
    """The same with places in order."""
    indices = _ops.convert_to_numpy(sp_input.indices)
    order = _np.lexsort(indices.T[::-1])
    if _texts.is_text(sp_input.values):
        values = _texts.encode_array(sp_input.values)[order]
    else:
        values = _ops.convert_to_numpy(sp_input.values)[order]
    return made(indices[order], values, _ops.convert_to_numpy(sp_input.dense_shape))
