"""resize and scale_and_translate: resampling along the axes, one product an axis."""

import numpy as np

from ...engine.symbolic import known_by_name
from .. import math
from .._args import FLOATS, cast, tensor, wide
from ..array import moveaxis, pad, take, transpose
from ..bits import saturate_cast
from ..creation import arange
from ..matrix import matmul
from ..products import tensordot
from . import weights
from ._checks import Frame, one_of, ranked, standard_format, standing_for

METHODS = ("bilinear", "nearest", "lanczos3", "lanczos5", "bicubic", "area")


@known_by_name
def resize(
    images, size, interpolation="bilinear", antialias=False, crop_to_aspect_ratio=False,
    pad_to_aspect_ratio=False, fill_mode="constant", fill_value=0.0, data_format=None,
):  # fmt: skip
    """Images of another size.

    Args:
        images: tensor of rank 3 or 4; integers are rounded and kept within their range.
        size: (height, width).
        interpolation: "bilinear", "nearest", "bicubic", "area", "lanczos3" or "lanczos5".
        antialias: whether to widen the window where images shrink (all but nearest and area).
        crop_to_aspect_ratio: whether to cut out the largest middle part of the target's
            proportions first.
        pad_to_aspect_ratio: whether to add a border to get the target's proportions first.
        fill_mode: "constant".
        fill_value: of the border.
        data_format: "channels_last" or "channels_first"; the configured one by default.

    Returns:
        A tensor (..., height, width, channels) of the input's dtype.

    Raises:
        ValueError: for other ranks, sizes, words, and for both aspect ratios.

    Example:

    >>> ops.image.resize(ops.ones((2, 8, 6, 3)), (4, 4)).shape
    (2, 4, 4, 3)
    """
    one_of(interpolation, METHODS, "interpolation")
    if fill_mode != "constant":
        raise ValueError(
            "Invalid value for argument `fill_mode`. Only `'constant'` is supported. Received: "
            f"fill_mode={fill_mode}"
        )
    if pad_to_aspect_ratio and crop_to_aspect_ratio:
        raise ValueError(
            "Only one of `pad_to_aspect_ratio` & `crop_to_aspect_ratio` can be `True`."
        )
    if len(size) != 2:
        raise ValueError(
            f"Expected `size` to be a tuple of 2 integers (height, width). Received: size={size}"
        )
    new = tuple(int(s) for s in size)
    if min(new) < 1:
        raise ValueError(f"`size` must have positive height and width. Received: size={size}")
    images = ranked(images)
    frame = Frame(images, standard_format(data_format))
    x = frame.images
    if None not in x.shape[1:3]:
        if crop_to_aspect_ratio:
            x = _cropped(x, new)
        elif pad_to_aspect_ratio:
            x = _padded(x, new, fill_value)
    # halves and integers in float32, as TensorFlow does
    y = x if interpolation == "nearest" else wide(x)
    for axis in (0, 1):
        y = _along(y, axis + 1, new[axis], interpolation, antialias)
    if y.dtype != images.dtype:
        if images.dtype not in FLOATS:
            y = math.round(y)
        y = saturate_cast(y, images.dtype)
    return frame.back(y)


def _along(x, axis, new, method, antialias):
    """x (batch, height, width, channels) resized along one axis."""
    old = x.shape[axis]
    if old is None:
        return standing_for(x, axis, new)
    if old == new and method in ("nearest", "area", "bilinear") and not antialias:
        return x
    if method == "nearest":
        return take(x, weights.nearest_indices(new, old), axis=axis)
    matrix = tensor(weights.matrix(new, old, method, antialias), x.dtype)
    if x.shape[3] == 1 or x.shape[3] is None or x.shape[3] < 16:
        # few channels: the axis last, and one large product
        return moveaxis(tensordot(x, transpose(matrix), axes=((axis,), (0,))), -1, axis)
    if axis == 2:
        return matmul(matrix, x)
    return transpose(matmul(matrix, transpose(x, (0, 2, 1, 3))), (0, 2, 1, 3))


def _ratio(across, target, other):
    """across * target / other, cut to an integer, as TensorFlow counts it."""
    return int(np.float32(across * target) / np.float32(other))


def _cropped(x, size):
    height, width = x.shape[1:3]
    rows = max(min(height, _ratio(width, size[0], size[1])), 1)
    columns = max(min(width, _ratio(height, size[1], size[0])), 1)
    top, left = int((height - rows) / 2), int((width - columns) / 2)
    return x[:, top : top + rows, left : left + columns, :]


def _padded(x, size, value):
    height, width = x.shape[1:3]
    rows = int((max(height, _ratio(width, size[0], size[1])) - height) / 2)
    columns = int((max(width, _ratio(height, size[1], size[0])) - width) / 2)
    if not (rows or columns):
        return x
    return pad(x, ((0, 0), (rows, rows), (columns, columns), (0, 0)), constant_values=value)


_SCALE_METHODS = {
    "linear": "bilinear", "bilinear": "bilinear", "trilinear": "bilinear", "cubic": "bicubic",
    "bicubic": "bicubic", "tricubic": "bicubic", "lanczos3": "lanczos3", "lanczos5": "lanczos5",
}  # fmt: skip


@known_by_name
def scale_and_translate(
    images, output_shape, scale, translation, spatial_dims, method, antialias=True
):
    """Images scaled and moved, on a canvas of another size; zero where nothing lands.

    Args:
        images: tensor of any rank.
        output_shape: sizes of the result, as many as the images have.
        scale: factor of each spatial axis, a tensor.
        translation: pixels of the result by which each spatial axis moves, a tensor.
        spatial_dims: the numbers of those axes.
        method: "linear", "bilinear", "trilinear", "cubic", "bicubic", "tricubic", "lanczos3" or
            "lanczos5".
        antialias: whether to widen the window where images shrink.

    Returns:
        A tensor of `output_shape` and the images' dtype.

    Raises:
        ValueError: for other methods.
    """
    one_of(method, tuple(_SCALE_METHODS), "method")
    images = tensor(images)
    scale, translation = tensor(scale), tensor(translation)
    x = wide(images) if images.dtype not in FLOATS else images
    for i, axis in enumerate(spatial_dims):
        axis = axis % len(x.shape)
        old, new = x.shape[axis], int(output_shape[axis])
        if old is None:
            x = standing_for(x, axis, new)
            continue
        w = _scaling(old, new, scale[i], translation[i], _SCALE_METHODS[method], antialias)
        x = moveaxis(tensordot(x, cast(w, x.dtype), axes=((axis,), (0,))), -1, axis)
    if images.dtype not in FLOATS:
        x = math.clip(math.round(x), *(cast(f(images), x.dtype) for f in (math.min, math.max)))
    return cast(x, images.dtype)


def _scaling(old, new, scale, translation, method, antialias):
    """The matrix (old size, new size) of one axis; scale and translation may be traced."""
    scale, translation = (cast(v, "float32") if v.dtype not in FLOATS else v for v in
                          (scale, translation))  # fmt: skip
    inverse = math.divide(1.0, scale)
    spread = math.maximum(inverse, 1.0) if antialias else 1.0
    places = (arange(new, dtype=inverse.dtype) + 0.5) * inverse - translation * inverse - 0.5
    cells = arange(old, dtype=inverse.dtype)
    x = math.abs(places[None, :] - cells[:, None]) / spread
    w = _KERNEL_OPS[method](x)
    total = math.sum(w, axis=0, keepdims=True)
    kept = math.abs(total) > 1000.0 * float(np.finfo("float32").eps)
    w = math.where(kept, w / math.where(kept, total, 1.0), 0.0)
    inside = math.logical_and(places >= -0.5, places <= old - 0.5)
    return math.where(inside[None, :], w, 0.0)


def _cubic_op(x):
    near = ((1.5 * x - 2.5) * x) * x + 1.0
    far = ((-0.5 * x + 2.5) * x - 4.0) * x + 2.0
    return math.where(x >= 2.0, 0.0, math.where(x >= 1.0, far, near))


def _lanczos_op(radius):
    def kernel(x):
        far = math.where(x > 1e-3, x, 1.0)
        y = radius * math.sin(np.pi * far) * math.sin(np.pi * far / radius)
        y = math.where(x > 1e-3, y / (np.pi**2 * far * far), 1.0)
        return math.where(x > radius, 0.0, y)

    return kernel


_KERNEL_OPS = {
    "bilinear": lambda x: math.maximum(0.0, 1.0 - x),
    "bicubic": _cubic_op,
    "lanczos3": _lanczos_op(3.0),
    "lanczos5": _lanczos_op(5.0),
}

__all__ = ["resize", "scale_and_translate"]
