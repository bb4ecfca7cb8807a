"""Batch renormalisation (Ioffe 2017), the part of BatchNormalization that `renorm=True` adds.

A batch is normalised with its own mean and standard deviation, then corrected by r and d towards
running ones: (x - mean) / stddev * r + d, where r = stddev / running stddev and
d = (mean - running mean) / running stddev are constants to the gradient. With both unclipped,
that is what inference computes with the running statistics.
"""

from .. import ops

_LIMITS = ("rmax", "rmin", "dmax")


def checked_clipping(clipping):
    """The limits of r and d as a dict. Raises ValueError for unknown or crossed ones."""
    clipping = clipping or {}
    if set(clipping) - set(_LIMITS):
        raise ValueError(
            f"Received invalid keys for `renorm_clipping`: {clipping}. Expected some of {_LIMITS}."
        )
    rmax, rmin, dmax = map(clipping.get, _LIMITS)
    if rmax is not None and rmin is not None and rmax < rmin:
        raise ValueError(
            f"rmax should be greater than rmin in `renorm_clipping`. Received: rmax={rmax}, "
            f"rmin={rmin}."
        )
    if dmax is not None and dmax < 0:
        raise ValueError(
            f"dmax should be non-negative in `renorm_clipping`. Received: dmax={dmax}."
        )
    return clipping


def add_weights(layer, shape):
    """The moving standard deviation, and the running statistics that r and d lead to."""

    def stddev(shape, dtype=None):
        return ops.sqrt(layer.moving_variance_initializer(shape, dtype=dtype))

    for name, first in (
        ("moving_stddev", stddev),
        ("renorm_mean", layer.moving_mean_initializer),
        ("renorm_stddev", stddev),
    ):
        weight = layer.add_weight(
            name=name, shape=shape, initializer=first, trainable=False, autocast=False
        )
        setattr(layer, name, weight)


def transforms(layer, mean, variance, gamma, beta):
    """(scale, offset) of the normalised batch: gamma and beta with r and d in them."""
    dtype = mean.dtype
    least = ops.sqrt(ops.cast(layer.epsilon, dtype))  # no division by 0 in the first steps
    running = ops.maximum(ops.cast(layer.renorm_stddev, dtype), least)
    r = ops.divide(ops.sqrt(ops.add(variance, layer.epsilon)), running)
    d = ops.divide(ops.subtract(mean, ops.cast(layer.renorm_mean, dtype)), running)
    rmax, rmin, dmax = map(layer.renorm_clipping.get, _LIMITS)
    if rmin is not None:
        r = ops.maximum(r, rmin)
    if rmax is not None:
        r = ops.minimum(r, rmax)
    if dmax is not None:
        d = ops.clip(d, -dmax, dmax)
    r, d = ops.stop_gradient(r), ops.stop_gradient(d)
    if gamma is not None:
        r, d = ops.multiply(r, gamma), ops.multiply(d, gamma)
    return r, d if beta is None else ops.add(d, beta)


def follow(layer, mean, variance):
    """Moves the running and the moving statistics towards the batch's."""
    stddev = ops.sqrt(ops.add(variance, layer.epsilon))
    _towards(layer.renorm_mean, mean, layer.renorm_momentum)
    _towards(layer.renorm_stddev, stddev, layer.renorm_momentum)
    _towards(layer.moving_mean, mean, layer.momentum)
    moved = _towards(layer.moving_stddev, stddev, layer.momentum)
    variance = ops.subtract(ops.square(moved), layer.epsilon)
    layer.moving_variance.assign(ops.maximum(variance, 0.0))  # rounding may lead below 0


def _towards(moving, batch, momentum):
    value = ops.add(ops.multiply(moving, momentum), ops.multiply(batch, 1.0 - momentum))
    moving.assign(value)
    return value
