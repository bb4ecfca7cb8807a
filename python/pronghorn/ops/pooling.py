"""Pooling over one to three spatial axes. Volumes are pooled in their planes, then over depth: the
same for a maximum, and for a mean too, as a window has as many elements in each of its planes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..engine import config
from ..engine.sized import sized_by_inputs
from ._args import FLOATS, cast, op, shape_of
from ._windows import Layout, merge_depth, padding_name, pads_of, with_pads
from .array import reshape, stack
from .math import max as _max
from .math import mean as _mean

if TYPE_CHECKING:
    from ..engine.types import Axis, Tensor, TensorLike


_max_pool, _avg_pool = op("max_pool"), op("avg_pool")


def _pool(native, inputs, pool_size, strides, padding, data_format, where):
    layout = Layout(inputs, data_format, where)
    x = layout.x
    integer = native is not _max_pool and x.dtype not in FLOATS and x.dtype
    if integer:
        x = layout.x = cast(x, "float64")
    padding = padding_name(padding, where)
    window = layout.per_axis(pool_size, "pool_size", where)
    strides = layout.per_axis(pool_size if strides is None else strides, "strides", where)
    pads = pads_of(padding, layout.sizes(), window, strides)
    if layout.count == 3:
        flat, back = merge_depth(x)
        x = back(with_pads(native, flat, None, window[1:], strides[1:], pads[2:]))
        y = _along_depth(native, x, window[0], strides[0], pads[:2])
    else:
        y = with_pads(native, x, None, window, strides, pads)
    y = layout.back(y)
    return cast(y, integer) if integer else y


def _along_depth(native, x, window, stride, pads):
    if window == 1 and stride == 1:
        return x
    batch, depth, height, width, channels = shape_of(x)
    plane = -1 if None in x.shape[2:4] else height * width
    flat = reshape(x, (batch, depth, plane, channels))
    y = with_pads(native, flat, None, (window, 1), (stride, 1), (*pads, 0, 0))
    return reshape(y, (batch, shape_of(y)[1], height, width, channels))


def max_pool(
    inputs: TensorLike,
    pool_size: Axis,
    strides: Axis | None = None,
    padding: Any = "valid",
    data_format: str | None = None,
) -> Tensor:
    """The largest element of each window, channel by channel; padding never wins.

    Args:
        inputs: Tensor (N, W, C), (N, H, W, C) or (N, D, H, W, C); channels first by `data_format`.
        pool_size: Window size: an int, or one a spatial axis.
        strides: Steps between windows; pool_size where None.
        padding: "valid" or "same".
        data_format: "channels_last" or "channels_first"; the configured one where None.

    Returns:
        Tensor (N, windows an axis, C) in the input's layout.

    Raises:
        ValueError: a window larger than the input, or a wrong rank.

    Example:
        >>> ops.max_pool(ops.ones((8, 28, 28, 3)), 2).shape
        (8, 14, 14, 3)
    """
    return _pool(_max_pool, inputs, pool_size, strides, padding, data_format, "max_pool")


def average_pool(
    inputs: TensorLike,
    pool_size: Axis,
    strides: Axis | None = None,
    padding: Any = "valid",
    data_format: str | None = None,
) -> Tensor:
    """The mean of each window without the padding; arguments as in `max_pool`.

    Returns:
        Tensor (N, windows an axis, C) in the input's layout.

    Example:
        >>> x = ops.reshape(ops.arange(4.0), (1, 4, 1))
        >>> ops.average_pool(x, 2).tolist()
        [[[0.5], [2.5]]]
    """
    return _pool(_avg_pool, inputs, pool_size, strides, padding, data_format, "average_pool")


def _adaptive(kind, inputs, output_size, data_format, where):
    layout = Layout(inputs, data_format, where)
    counts = layout.per_axis(output_size, "output_size", where)
    return layout.back(adaptive_windows(layout.x, counts, kind))


def _windows_spec(x, counts, kind):
    if None not in x.shape[1:-1]:
        return None
    dtype = x.dtype if kind == "max" or x.dtype in FLOATS else config.floatx()
    return (x.shape[0], *counts, x.shape[-1]), dtype


@sized_by_inputs(_windows_spec)
def adaptive_windows(x, counts, kind):
    """The largest elements or the means ("max" or "mean") of so many windows an axis."""
    reduce = _max if kind == "max" else _mean
    for axis, count in enumerate(counts, 1):
        size = x.shape[axis]
        if size == count:
            continue
        bounds = [(i * size // count, -(-(i + 1) * size // count)) for i in range(count)]
        key = (slice(None),) * axis
        x = stack([reduce(x[(*key, slice(*b))], axis=axis) for b in bounds], axis=axis)
    return x


def adaptive_average_pool(
    inputs: TensorLike, output_size: Any, data_format: str | None = None
) -> Tensor:
    """The means of `output_size` windows that cover each spatial axis evenly.

    Window i of n along an axis of size s reaches from floor(i * s / n) to ceil((i + 1) * s / n).

    Args:
        inputs: Tensor (N, W, C), (N, H, W, C) or (N, D, H, W, C).
        output_size: Number of windows: an int, or one a spatial axis.
        data_format: "channels_last" or "channels_first"; the configured one where None.

    Returns:
        Tensor (N, *output_size, C) in the input's layout.

    Raises:
        ValueError: a wrong rank.

    Example:
        >>> ops.shape(ops.adaptive_average_pool(ops.ones((1, 10, 7, 3)), 4))
        (1, 4, 4, 3)
    """
    where = "adaptive_average_pool"
    return _adaptive("mean", inputs, output_size, data_format, where)


def adaptive_max_pool(
    inputs: TensorLike, output_size: Any, data_format: str | None = None
) -> Tensor:
    """The largest elements of `output_size` windows; arguments as in `adaptive_average_pool`.

    Returns:
        Tensor (N, *output_size, C) in the input's layout.

    Example:
        >>> x = ops.reshape(ops.arange(4.0), (1, 4, 1))
        >>> ops.adaptive_max_pool(x, 2).tolist()
        [[[1.0], [3.0]]]
    """
    return _adaptive("max", inputs, output_size, data_format, "adaptive_max_pool")


__all__ = ["adaptive_average_pool", "adaptive_max_pool", "average_pool", "max_pool"]
