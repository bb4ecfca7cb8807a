"""Single pictures changed at random, as Keras 2 does it: NumPy in, NumPy out.

The numbers come from NumPy's global generator, in Keras's order, so that one seed gives the same
pictures. Arrays are (channels, height, width) unless the axes say otherwise.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .pictures import array_to_img, img_to_array, pillow


def _spline_map():
    try:
        from scipy.ndimage import affine_transform
    except ImportError:
        raise ImportError(
            "Rotating, shifting, shearing and zooming pictures needs SciPy: pip install scipy, or "
            "pronghorn[images]."
        ) from None
    return affine_transform


def _rotation(degrees):
    angle = np.deg2rad(degrees)
    cos, sin = np.cos(angle), np.sin(angle)
    return np.array([[cos, -sin, 0], [sin, cos, 0], [0, 0, 1]])


def _shear(degrees):
    angle = np.deg2rad(degrees)
    return np.array([[1, -np.sin(angle), 0], [0, np.cos(angle), 0], [0, 0, 1]])


def apply_affine_transform(
    x: Any,
    theta: int = 0,
    tx: int = 0,
    ty: int = 0,
    shear: int = 0,
    zx: int = 1,
    zy: int = 1,
    row_axis: int = 1,
    col_axis: int = 2,
    channel_axis: int = 0,
    fill_mode: str = "nearest",
    cval: float = 0.0,
    order: Any = 1,
) -> Any:
    """A picture turned, moved, sheared and zoomed about its centre.

    Args:
        x: array of rank 3.
        theta: angle in degrees.
        tx, ty: pixels that the picture moves to the left and up; where `row_axis` is the larger
            one, up and to the left.
        shear: angle in degrees.
        zx, zy: how many times as much of the width and height is seen, below 1 to enlarge; in the
            order of tx and ty.
        row_axis, col_axis, channel_axis: which axis is which; channels are first or last.
        fill_mode: what lies outside: "nearest", "constant", "reflect" or "wrap".
        cval: the constant.
        order: of the splines, 0 to 5.

    Returns:
        An array of the same shape.

    Raises:
        ValueError: for axes that do not go together.
        ImportError: without SciPy, where there is something to do.

    Example:

    >>> x = np.array([[[1.0], [2.0], [3.0]]])
    >>> x = apply_affine_transform(x, tx=1, row_axis=0, col_axis=1, channel_axis=2)
    >>> x.ravel().tolist()
    [2.0, 3.0, 3.0]
    """
    axes = [row_axis, col_axis, channel_axis]
    if len(set(axes)) != 3:
        raise ValueError(
            "'row_axis', 'col_axis', and 'channel_axis' must be distinct. "
            f"Received: {row_axis}, {col_axis}, {channel_axis}"
        )
    if set(axes) != {0, 1, 2}:
        raise ValueError(f"Invalid axis' indices: {set(axes) - {0, 1, 2}}; expected 0, 1 and 2")
    if x.ndim != 3:
        raise ValueError(
            f"Input arrays must be multi-channel 2D images. Received an array of shape {x.shape}"
        )
    if channel_axis not in (0, 2):
        raise ValueError(
            "Channels are allowed and the first and last dimensions. "
            f"Received: channel_axis={channel_axis}"
        )
    steps = []
    if theta != 0:
        steps.append(_rotation(theta))
    if tx != 0 or ty != 0:
        steps.append(np.array([[1, 0, tx], [0, 1, ty], [0, 0, 1]]))
    if shear != 0:
        steps.append(_shear(shear))
    if zx != 1 or zy != 1:
        steps.append(np.array([[zx, 0, 0], [0, zy, 0], [0, 0, 1]]))
    if not steps:
        return x
    matrix = steps[0]
    for step in steps[1:]:
        matrix = np.dot(matrix, step)
    # about the centre
    middle = [float(x.shape[axis]) / 2 - 0.5 for axis in (row_axis, col_axis)]
    there, back = np.eye(3), np.eye(3)
    there[:2, 2] = middle
    back[:2, 2] = [-m for m in middle]
    matrix = np.dot(np.dot(there, matrix), back)
    if col_axis > row_axis:  # the matrix speaks of (x, y), arrays of (row, column)
        matrix[:, [0, 1]] = matrix[:, [1, 0]]
        matrix[[0, 1]] = matrix[[1, 0]]
    resample = _spline_map()
    channels = [
        resample(channel, matrix[:2, :2], matrix[:2, 2], order=order, mode=fill_mode, cval=cval)
        for channel in np.rollaxis(x, channel_axis, 0)
    ]
    return np.rollaxis(np.stack(channels, axis=0), 0, channel_axis + 1)


def flip_axis(x, axis):
    """x with an axis reversed."""
    return np.flip(np.asarray(x), axis)


def random_rotation(
    x: Any,
    rg: Any,
    row_axis: int = 1,
    col_axis: int = 2,
    channel_axis: int = 0,
    fill_mode: str = "nearest",
    cval: float = 0.0,
    interpolation_order: int = 1,
) -> Any:
    """A picture turned by up to `rg` degrees; other arguments as in `apply_affine_transform`.

    Returns:
        An array of the same shape.

    Example:

    >>> np.random.seed(0)
    >>> random_rotation(np.ones((4, 4, 3)), 30, row_axis=0, col_axis=1, channel_axis=2).shape
    (4, 4, 3)
    """
    theta = np.random.uniform(-rg, rg)
    axes = (row_axis, col_axis, channel_axis)
    return apply_affine_transform(x, theta, 0, 0, 0, 1, 1, *axes, fill_mode, cval,
                                  interpolation_order)  # fmt: skip


def random_shift(
    x: Any,
    wrg: Any,
    hrg: Any,
    row_axis: int = 1,
    col_axis: int = 2,
    channel_axis: int = 0,
    fill_mode: str = "nearest",
    cval: float = 0.0,
    interpolation_order: int = 1,
) -> Any:
    """A picture moved by parts of its size: up or down by up to `wrg` of its width, sideways by up
    to `hrg` of its height.

    That the two are not the other way round is Keras's doing. The other arguments are those of
    `apply_affine_transform`, as in `random_rotation`.

    Returns:
        An array of the same shape.

    Example:

    >>> np.random.seed(0)
    >>> random_shift(np.ones((4, 4, 3)), 0.2, 0.2, row_axis=0, col_axis=1, channel_axis=2).shape
    (4, 4, 3)
    """
    tx = np.random.uniform(-hrg, hrg) * x.shape[row_axis]
    ty = np.random.uniform(-wrg, wrg) * x.shape[col_axis]
    axes = (row_axis, col_axis, channel_axis)
    return apply_affine_transform(x, 0, tx, ty, 0, 1, 1, *axes, fill_mode, cval,
                                  interpolation_order)  # fmt: skip


def random_shear(
    x: Any,
    intensity: Any,
    row_axis: int = 1,
    col_axis: int = 2,
    channel_axis: int = 0,
    fill_mode: str = "nearest",
    cval: float = 0.0,
    interpolation_order: int = 1,
) -> Any:
    """A picture sheared by an angle drawn by NumPy's global generator.

    Args:
        x: array of rank 3.
        intensity: the largest angle, in degrees.
        row_axis, col_axis, channel_axis, fill_mode, cval: as in `apply_affine_transform`.
        interpolation_order: its `order`.

    Returns:
        An array of the same shape.

    Example:

    >>> np.random.seed(0)
    >>> random_shear(np.ones((4, 4, 3)), 10, row_axis=0, col_axis=1, channel_axis=2).shape
    (4, 4, 3)
    """
    shear = np.random.uniform(-intensity, intensity)
    axes = (row_axis, col_axis, channel_axis)
    return apply_affine_transform(x, 0, 0, 0, shear, 1, 1, *axes, fill_mode, cval,
                                  interpolation_order)  # fmt: skip


def random_zoom(
    x: Any,
    zoom_range: Any,
    row_axis: int = 1,
    col_axis: int = 2,
    channel_axis: int = 0,
    fill_mode: str = "nearest",
    cval: float = 0.0,
    interpolation_order: int = 1,
) -> Any:
    """A picture zoomed by two numbers from `zoom_range` (low, high), one an axis; other arguments
    as in `apply_affine_transform`.

    Returns:
        An array of the same shape.

    Raises:
        ValueError: for a range that is no pair.

    Example:

    >>> np.random.seed(0)
    >>> random_zoom(np.ones((4, 4, 3)), (0.8, 1.2), row_axis=0, col_axis=1, channel_axis=2).shape
    (4, 4, 3)
    """
    if len(zoom_range) != 2:
        raise ValueError(
            f"`zoom_range` should be a tuple or list of two floats. Received: {zoom_range}"
        )
    zx, zy = 1, 1
    if tuple(zoom_range) != (1, 1):
        zx, zy = np.random.uniform(zoom_range[0], zoom_range[1], 2)
    axes = (row_axis, col_axis, channel_axis)
    return apply_affine_transform(x, 0, 0, 0, 0, zx, zy, *axes, fill_mode, cval,
                                  interpolation_order)  # fmt: skip


def apply_channel_shift(x: Any, intensity: Any, channel_axis: int = 0) -> Any:
    """A picture with `intensity` added, cut off at its own least and largest value.

    Args:
        x: array (height, width, channels).
        intensity: number that is added.
        channel_axis: axis of the channels; all of them move by the same number.

    Returns:
        An array of the same shape.

    Example:

    >>> apply_channel_shift(np.array([[[1.0, 5.0, 9.0]]]), 3.0).tolist()
    [[[4.0, 8.0, 9.0]]]
    """
    return np.clip(x + intensity, np.min(x), np.max(x))


def random_channel_shift(x: Any, intensity_range: Any, channel_axis: int = 0) -> Any:
    """`apply_channel_shift` by up to `intensity_range`.

    Args:
        x: array (height, width, channels).
        intensity_range: the largest shift; NumPy's global generator draws one.
        channel_axis: axis of the channels; all of them move by the same number.

    Returns:
        An array of the same shape.

    Example:

    >>> np.random.seed(0)
    >>> random_channel_shift(np.array([[[0.0, 5.0, 10.0]]]), 2.0).shape
    (1, 1, 3)
    """
    intensity = np.random.uniform(-intensity_range, intensity_range)
    return apply_channel_shift(x, intensity, channel_axis=channel_axis)


def apply_brightness_shift(x: Any, brightness: Any, scale: bool = True) -> Any:
    """A picture made brighter (above 1) or darker by Pillow.

    Args:
        x: array (height, width, channels).
        brightness: the factor.
        scale: whether to stretch the values to 0 .. 255 first.

    Returns:
        A floatx array of the same shape.

    Raises:
        ImportError: without Pillow.

    Example:

    >>> apply_brightness_shift(np.full((1, 1, 3), 100.0), 1.5, scale=False).tolist()
    [[[150.0, 150.0, 150.0]]]
    """
    pillow("apply_brightness_shift")
    from PIL import ImageEnhance

    low, high = np.min(x), np.max(x)
    outside = low < 0 or high > 255
    img = ImageEnhance.Brightness(array_to_img(x, scale=outside or scale)).enhance(brightness)
    x = img_to_array(img)
    return x / 255 * (high - low) + low if outside and not scale else x


def random_brightness(x: Any, brightness_range: Any, scale: bool = True) -> Any:
    """`apply_brightness_shift` by a number from `brightness_range` (low, high).

    Args:
        x: array (height, width, channels).
        brightness_range: (low, high) of the factor, drawn by NumPy's global generator.
        scale: whether to stretch the values to 0 .. 255 first.

    Returns:
        A floatx array of the same shape.

    Raises:
        ValueError: for a range that is no pair.
        ImportError: without Pillow.

    Example:

    >>> random_brightness(np.full((1, 1, 3), 100.0), (0.5, 0.5), scale=False).tolist()
    [[[50.0, 50.0, 50.0]]]
    """
    if len(brightness_range) != 2:
        raise ValueError(
            f"`brightness_range should be tuple or list of two floats. Received: {brightness_range}"
        )
    return apply_brightness_shift(x, np.random.uniform(*brightness_range), scale)
