"""Making, cutting, joining and rearranging tensors, and random ones."""

from __future__ import annotations

from typing import Any

from .. import ops as _ops
from .. import random as _random
from ..engine.config import floatx as _floatx
from ..engine.config import image_data_format as _image_data_format
from ..engine.symbolic import KerasTensor as _KerasTensor


def arange(start: Any, stop: Any = None, step: Any = 1, dtype: Any = "int32") -> Any:
    if stop is None:
        start, stop = 0, start
    return _ops.arange(start, stop, step, dtype=dtype)


def zeros_like(x: Any, dtype: Any = None, name: str | None = None) -> Any:
    return _ops.zeros_like(x, dtype=dtype)


def ones_like(x: Any, dtype: Any = None, name: str | None = None) -> Any:
    return _ops.ones_like(x, dtype=dtype)


def one_hot(indices: Any, num_classes: int) -> Any:
    return _ops.one_hot(indices, num_classes)


def concatenate(tensors: Any, axis: Any = -1) -> Any:
    return _ops.concatenate(tensors, axis=axis)


def stack(x: Any, axis: Any = 0) -> Any:
    return _ops.stack(x, axis=axis)


def reshape(x: Any, shape: Any) -> Any:
    return _ops.reshape(x, shape)


def flatten(x: Any) -> Any:
    return _ops.reshape(x, (-1,))


def batch_flatten(x: Any) -> Any:
    size = 1
    for n in _ops.shape(x)[1:]:
        size = size * n
    return _ops.reshape(x, (-1, size))


def expand_dims(x: Any, axis: Any = -1) -> Any:
    return _ops.expand_dims(x, axis)


def squeeze(x: Any, axis: Any) -> Any:
    return _ops.squeeze(x, axis)


def transpose(x: Any) -> Any:
    return _ops.transpose(x)


def permute_dimensions(x: Any, pattern: Any) -> Any:
    return _ops.transpose(x, pattern)


def reverse(x: Any, axes: Any) -> Any:
    return _ops.flip(x, axes if isinstance(axes, int) else tuple(axes))


def repeat(x: Any, n: Any) -> Any:
    """A matrix (batch, size) as n equal steps (batch, n, size)."""
    return _ops.repeat(_ops.expand_dims(x, 1), n, axis=1)


def repeat_elements(x: Any, rep: Any, axis: Any) -> Any:
    return _ops.repeat(x, rep, axis=axis)


def tile(x: Any, n: Any) -> Any:
    return _ops.tile(x, n)


def gather(reference: Any, indices: Any) -> Any:
    return _ops.take(reference, indices, axis=0)


def switch(condition: Any, then_expression: Any, else_expression: Any) -> Any:
    """One of two tensors, or of the results of two functions; element by element, or by one
    condition for all."""
    rank = len(condition.shape) if hasattr(condition, "shape") else 0
    symbolic = isinstance(condition, _KerasTensor)  # functions of a graph give tensors of it
    if rank == 0 and callable(then_expression) and not symbolic:
        return _ops.cond(condition, then_expression, else_expression)
    then = then_expression() if callable(then_expression) else then_expression
    other = else_expression() if callable(else_expression) else else_expression
    if rank == 0 and not hasattr(condition, "shape"):
        return then if condition else other
    for _ in range(len(then.shape) - rank if rank else 0):
        condition = _ops.expand_dims(condition, -1)
    return _ops.where(_ops.cast(condition, "bool"), then, other)


def stop_gradient(variables: Any) -> Any:
    if isinstance(variables, (list, tuple)):
        return [_ops.stop_gradient(x) for x in variables]
    return _ops.stop_gradient(variables)


# ---- padding and sizes -----------------------------------------------------------------------


def temporal_padding(x: Any, padding: Any = (1, 1)) -> Any:
    return _ops.pad(x, ((0, 0), tuple(padding), (0, 0)))


def spatial_2d_padding(
    x: Any, padding: Any = ((1, 1), (1, 1)), data_format: str | None = None
) -> Any:
    return _padded(x, padding, data_format)


def spatial_3d_padding(
    x: Any, padding: Any = ((1, 1), (1, 1), (1, 1)), data_format: str | None = None
) -> Any:
    return _padded(x, padding, data_format)


def _padded(x, padding, data_format):
    sides = tuple(tuple(p) for p in padding)
    first = (data_format or _image_data_format()) == "channels_first"
    return _ops.pad(x, ((0, 0), (0, 0), *sides) if first else ((0, 0), *sides, (0, 0)))


def resize_images(
    x: Any, height_factor: Any, width_factor: Any, data_format: str, interpolation: str = "nearest"
) -> Any:
    """Images (batch, height, width, channels) that many times as high and wide."""
    if interpolation == "nearest":
        return _grown(x, (height_factor, width_factor), data_format)
    first = data_format == "channels_first"
    height, width = x.shape[2:] if first else x.shape[1:3]
    size = (height * height_factor, width * width_factor)
    return _ops.image.resize(x, size, interpolation=interpolation, data_format=data_format)


def resize_volumes(
    x: Any, depth_factor: Any, height_factor: Any, width_factor: Any, data_format: str
) -> Any:
    return _grown(x, (depth_factor, height_factor, width_factor), data_format)


def _grown(x, factors, data_format):
    start = 2 if data_format == "channels_first" else 1
    for axis, factor in enumerate(factors, start):
        x = _ops.repeat(x, factor, axis=axis)
    return x


# ---- random tensors --------------------------------------------------------------------------


def random_normal(
    shape: Any, mean: float = 0.0, stddev: float = 1.0, dtype: Any = None, seed: int | None = None
) -> Any:
    return _random.normal(shape, mean, stddev, dtype=dtype, seed=seed)


def random_uniform(
    shape: Any, minval: float = 0.0, maxval: float = 1.0, dtype: Any = None, seed: int | None = None
) -> Any:
    return _random.uniform(shape, minval, maxval, dtype=dtype, seed=seed)


def random_bernoulli(shape: Any, p: float = 0.0, dtype: Any = None, seed: int | None = None) -> Any:
    return _ops.cast(_ops.less(_random.uniform(shape, seed=seed), p), dtype or _floatx())


random_binomial = random_bernoulli


def truncated_normal(
    shape: Any, mean: float = 0.0, stddev: float = 1.0, dtype: Any = None, seed: int | None = None
) -> Any:
    return _random.truncated_normal(shape, mean, stddev, dtype=dtype, seed=seed)


def random_normal_variable(
    shape: Any,
    mean: Any,
    scale: Any,
    dtype: Any = None,
    name: str | None = None,
    seed: int | None = None,
) -> Any:
    from .values import variable

    return variable(random_normal(shape, mean, scale, dtype, seed), dtype, name)


def random_uniform_variable(
    shape: Any,
    low: Any,
    high: Any,
    dtype: Any = None,
    name: str | None = None,
    seed: int | None = None,
) -> Any:
    from .values import variable

    return variable(random_uniform(shape, low, high, dtype, seed), dtype, name)


def dropout(x: Any, level: Any, noise_shape: Any = None, seed: int | None = None) -> Any:
    return _random.dropout(x, level, noise_shape=noise_shape, seed=seed)
