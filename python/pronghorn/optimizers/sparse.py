"""Gradients that are rows of a weight: what has `values` and `indices`, as tf.IndexedSlices."""

import numpy as np

from .. import ops
from ..engine import Tensor


def is_sparse(gradient):
    """Whether a gradient is of some rows only."""
    return type(gradient) is not Tensor and hasattr(gradient, "indices")


def densified(gradient, variable):
    """The gradient of the whole weight."""
    if not is_sparse(gradient):
        return gradient
    zeros = ops.zeros(variable.shape, dtype=variable.dtype)
    indices = ops.expand_dims(gradient.indices, -1)
    return ops.scatter_update(zeros, indices, gradient.values, reduction="add")


def has_values(gradient):
    """Whether the rows are known, so that it can be asked which there are."""
    return not any(
        getattr(part, "is_abstract", False) for part in (gradient.values, gradient.indices)
    )


def summed_rows(values, indices):
    """(values, indices) with each index once, and the sum of its rows."""
    unique, place = np.unique(np.asarray(indices), return_inverse=True)
    rows = ops.segment_sum(values, place.reshape(-1).astype("int32"), len(unique))
    return rows, ops.convert_to_tensor(unique)
