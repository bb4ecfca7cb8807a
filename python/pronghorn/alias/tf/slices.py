"""tf.IndexedSlices: rows of a tensor and their indices."""

from ... import ops as _ops


class IndexedSlices:
    """Rows of a tensor: `values[i]` belongs to row `indices[i]`; rows of one index add up.

    Gradients are dense here. A program may give an optimizer such rows in place of a gradient.
    """

    def __init__(self, values, indices, dense_shape=None):
        self.values = _ops.convert_to_tensor(values)
        self.indices = _ops.convert_to_tensor(indices)
        self.dense_shape = dense_shape
        if self.values.shape[: len(self.indices.shape)] != self.indices.shape:
            raise ValueError(
                "tf.IndexedSlices: `values` needs a row for each of `indices`. Received shapes: "
                f"indices={tuple(self.indices.shape)}, values={tuple(self.values.shape)}"
            )

    @property
    def dtype(self):
        return self.values.dtype

    @property
    def shape(self):
        from .core import TensorShape

        if self.dense_shape is None:
            return TensorShape((None, *self.values.shape[1:]))
        return TensorShape(int(n) for n in _ops.convert_to_numpy(self.dense_shape))

    def _dense(self):
        if self.dense_shape is None:
            raise ValueError(
                "A tf.IndexedSlices becomes a tensor only where its `dense_shape` is known."
            )
        zeros = _ops.zeros(tuple(self.shape), dtype=str(self.dtype))
        indices = _ops.expand_dims(self.indices, -1)
        return _ops.scatter_update(zeros, indices, self.values, reduction="add")

    def __array__(self, dtype=None, copy=None):
        return self._dense().__array__(dtype, copy)

    def __neg__(self):
        return IndexedSlices(-self.values, self.indices, self.dense_shape)

    def __repr__(self):
        return f"IndexedSlices(indices={self.indices}, values={self.values})"
