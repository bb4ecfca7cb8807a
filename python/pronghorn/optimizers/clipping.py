"""Limits on gradients; each takes and returns a list of tensors (None where there is none)."""

from .. import ops


def by_norm(gradients, limit):
    """Each gradient scaled down so that its own L2 norm is at most `limit`."""
    return [None if g is None else _scaled(g, limit) for g in gradients]


def _scaled(gradient, limit):
    total = ops.sum(ops.square(gradient))
    positive = total > 0
    # A square root of 0 must not reach a gradient of this expression as inf * 0.
    norm = ops.where(positive, ops.sqrt(ops.where(positive, total, 1.0)), total)
    return gradient * limit / ops.maximum(norm, limit)


def global_norm(gradients):
    """The L2 norm of all gradients together."""
    total = None
    for gradient in gradients:
        if gradient is not None:
            part = ops.sum(ops.square(gradient))
            total = part if total is None else total + part
    return ops.sqrt(total)


def by_global_norm(gradients, limit):
    """All gradients scaled by one factor so that their common norm is at most `limit`."""
    norm = global_norm(gradients)
    # norm - norm is 0, or NaN for an infinite norm, which then shows in the weights.
    scale = limit * ops.minimum(1.0 / norm, 1.0 / limit) + (norm - norm)
    return [None if g is None else g * scale for g in gradients]


def by_value(gradients, limit):
    """Each entry limited to [-limit, limit]."""
    return [None if g is None else ops.clip(g, -limit, limit) for g in gradients]
