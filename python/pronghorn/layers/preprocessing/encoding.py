"""Category numbers as rows of ones or counts, with ops: the same eagerly and in programs."""

from ... import ops


def encode_categories(x, mode, depth, dtype, count_weights=None, axis=-1):
    """Category numbers as rows over the categories.

    Args:
        x: integer tensor of any shape; a scalar is one sample of one number. Numbers outside
            0..depth-1 leave no mark.
        mode: "int" (the numbers themselves), "one_hot", "multi_hot" or "count".
        depth: number of categories.
        dtype: of the result.
        count_weights: tensor of x's shape to count with, in the place of ones.
        axis: of x that holds the numbers of one sample.

    Returns:
        "one_hot": (..., depth), a last axis of 1 dropped. "multi_hot", "count": x's shape without
        `axis`, and the categories behind it.
    """
    if mode == "int":
        return ops.cast(x, dtype)
    if len(x.shape) == 0:
        x = ops.reshape(x, (1,))
        if count_weights is not None:
            count_weights = ops.reshape(count_weights, (1,))
    if mode == "one_hot":
        if len(x.shape) > 1 and x.shape[-1] == 1:
            x = ops.squeeze(x, -1)
        return ops.one_hot(x, depth, dtype=dtype)
    rows = ops.one_hot(x, depth, dtype=dtype if count_weights is None else count_weights.dtype)
    axis %= len(x.shape)
    if mode == "multi_hot":
        return ops.max(rows, axis=axis)
    if count_weights is not None:
        rows = rows * ops.expand_dims(count_weights, -1)
    return ops.sum(rows, axis=axis)
