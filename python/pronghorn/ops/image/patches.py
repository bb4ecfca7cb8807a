"""Images and volumes cut into patches."""

import itertools

from ...engine.symbolic import known_by_name
from .._args import tensor
from ..array import concatenate, expand_dims, moveaxis, pad, reshape, squeeze, transpose
from ._checks import standard_format


@known_by_name
def extract_patches(images, size, strides=None, dilation_rate=1, padding="valid", data_format=None):
    """The patches of images, each flat in the place of the channels.

    Args:
        images: tensor of rank 3 or 4; of rank 4 or 5 with a size of three.
        size: an int or (height, width); with three numbers as `extract_patches_3d`.
        strides: steps from patch to patch; the size by default.
        dilation_rate: steps from pixel to pixel within a patch.
        padding: "valid" or "same".
        data_format: "channels_last" or "channels_first"; the configured one by default.

    Returns:
        A tensor (..., rows, columns, patch height * patch width * channels).

    Raises:
        TypeError: for a size that is neither an int nor a tuple.
        ValueError: for other lengths of size and ranks.

    Example:

    >>> ops.image.extract_patches(ops.ones((2, 6, 6, 3)), (3, 2)).shape
    (2, 2, 3, 18)
    """
    if not isinstance(size, int):
        if not isinstance(size, (tuple, list)):
            raise TypeError(
                "Invalid `size` argument. Expected an int or a tuple. "
                f"Received: size={size} of type {type(size).__name__}"
            )
        if len(size) not in (2, 3):
            raise ValueError(
                "Invalid `size` argument. Expected a tuple of length 2 or 3. "
                f"Received: size={size} with length {len(size)}"
            )
    axes = 2 if isinstance(size, int) else len(size)
    return _patches(images, axes, size, strides, dilation_rate, padding, data_format)


@known_by_name
def extract_patches_3d(
    volumes, size, strides=None, dilation_rate=1, padding="valid", data_format=None
):
    """The patches of volumes; arguments as in `extract_patches`, with one axis more.

    Args:
        volumes: tensor of rank 4 or 5: (depth, height, width, channels) at its end.
        size: an int or (depth, height, width).
        strides, dilation_rate, padding, data_format: as in `extract_patches`.

    Raises:
        TypeError: for a size that is neither an int nor a tuple of three.
        ValueError: for strides of another length.

    Example:

    >>> ops.image.extract_patches_3d(ops.ones((4, 4, 4, 1)), 2).shape
    (2, 2, 2, 8)
    """
    if not isinstance(size, int) and len(size) != 3:
        raise TypeError(
            "Invalid `size` argument. Expected an int or a tuple of length 3. "
            f"Received: size={size}"
        )
    return _patches(volumes, 3, size, strides, dilation_rate, padding, data_format)


def _each(value, axes, name):
    values = (value,) * axes if isinstance(value, int) else tuple(value)
    if len(values) != axes or any(v < 1 for v in values):
        raise ValueError(
            f"Invalid `{name}` argument: expected {axes} positive integers. Got: {value}"
        )
    return values


def _patches(x, axes, size, strides, dilation_rate, padding, data_format):
    x = tensor(x)
    if len(x.shape) not in (axes + 1, axes + 2):
        raise ValueError(
            f"Invalid images rank: expected rank {axes + 1} or {axes + 2} (a batch). Received "
            f"input with shape: {tuple(x.shape)}"
        )
    if padding not in ("valid", "same"):
        raise ValueError(f"`padding` must be 'valid' or 'same'. Received: padding={padding!r}")
    size = _each(size, axes, "size")
    strides = size if strides is None else _each(strides, axes, "strides")
    steps = _each(dilation_rate, axes, "dilation_rate")
    first, single = standard_format(data_format) == "channels_first", len(x.shape) == axes + 1
    x = expand_dims(x, 0) if single else x
    x = moveaxis(x, 1, -1) if first else x
    spans = [(s - 1) * d + 1 for s, d in zip(size, steps)]
    if padding == "same":
        pads = [(0, 0)]
        for have, span, stride in zip(x.shape[1:], spans, strides):
            total = span - 1
            if have is not None:
                total = max((-(-have // stride) - 1) * stride + span - have, 0)
            pads.append((total // 2, total - total // 2))
        x = pad(x, [*pads, (0, 0)])
    for have, span in zip(x.shape[1:], spans):
        if have is not None and have < span:
            raise ValueError(
                f"Patches of size {size} do not fit into images of shape {tuple(x.shape)}"
            )
    if strides == size and set(steps) == {1} and None not in x.shape[1:]:
        x = _tiled(x, size)
    else:
        x = _overlapping(x, size, strides, steps, spans)
    x = moveaxis(x, -1, 1) if first else x
    return squeeze(x, 0) if single else x


def _tiled(x, size):
    """Patches that neither overlap nor leave gaps: nothing is copied but once."""
    axes, counts = len(size), [have // s for have, s in zip(x.shape[1:], size)]
    x = x[(slice(None), *(slice(0, n * s) for n, s in zip(counts, size)))]
    split = [d for n, s in zip(counts, size) for d in (n, s)]
    batch, channels = x.shape[0], x.shape[-1]
    x = reshape(x, (-1 if batch is None else batch, *split, channels))
    outer, inner = range(1, 2 * axes, 2), range(2, 2 * axes + 1, 2)
    x = transpose(x, (0, *outer, *inner, 2 * axes + 1))
    flat = channels
    for s in size:
        flat *= s
    return reshape(x, (-1 if batch is None else batch, *counts, flat))


def _overlapping(x, size, strides, steps, spans):
    """One strided slice for each pixel of a patch."""
    parts = []
    for place in itertools.product(*(range(s) for s in size)):
        key = [slice(None)]
        for axis, (i, stride, step, span) in enumerate(zip(place, strides, steps, spans)):
            have = x.shape[axis + 1]
            if have is None:  # only the shape is asked for: all slices alike
                key.append(slice(0, None if span == 1 else -(span - 1), stride))
            else:
                last = (have - span) // stride * stride
                key.append(slice(i * step, i * step + last + 1, stride))
        parts.append(x[tuple(key)])
    return concatenate(parts, axis=-1)


__all__ = ["extract_patches", "extract_patches_3d"]
