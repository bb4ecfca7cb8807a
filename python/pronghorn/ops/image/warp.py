"""Images seen through a map of coordinates: affine and perspective maps, any map, elastic ones."""

from ...engine.random import draw_seed
from ...engine.symbolic import known_by_name
from .. import math
from .._args import FLOATS, cast, op, tensor, wide
from ..array import reshape, stack, take
from ..creation import arange, ones, ones_like, zeros_like
from ..factors import solve
from ..nn import depthwise_conv
from ._checks import Frame, one_of, ranked, standard_format

_normal = op("random_normal")
INTERPOLATIONS = ("nearest", "bilinear")
FILL_MODES = ("constant", "nearest", "wrap", "mirror", "reflect")


@known_by_name
def affine_transform(
    images, transform, interpolation="bilinear", fill_mode="constant", fill_value=0,
    data_format=None,
):  # fmt: skip
    """Images under a projective map of their plane.

    The pixel (x, y) of the result is taken from ((a0 x + a1 y + a2) / k, (b0 x + b1 y + b2) / k)
    with k = c0 x + c1 y + 1.

    Args:
        images: tensor of rank 3 or 4.
        transform: float tensor (8,) or (batch, 8): a0, a1, a2, b0, b1, b2, c0, c1.
        interpolation: "bilinear" or "nearest".
        fill_mode: what lies outside: "constant", "reflect", "mirror", "wrap" or "nearest".
        fill_value: the constant.
        data_format: "channels_last" or "channels_first"; the configured one by default.

    Returns:
        A tensor of the images' shape and dtype. Gradients flow to the images.

    Raises:
        ValueError: for other ranks and words.
    """
    one_of(interpolation, INTERPOLATIONS, "interpolation")
    one_of(fill_mode, FILL_MODES, "fill_mode")
    images, transform = ranked(images), tensor(transform)
    if len(transform.shape) not in (1, 2):
        raise ValueError(
            "Invalid transform rank: expected rank 1 (single transform) or rank 2 (batch of "
            f"transforms). Received input with shape: transform.shape={tuple(transform.shape)}"
        )
    return _projected(
        images, transform, interpolation, fill_mode, fill_value, standard_format(data_format)
    )


def _projected(images, transform, interpolation, fill_mode, fill_value, data_format):
    if None in images.shape or None in transform.shape:
        return math.multiply(images, 1)  # the shape is all that is asked for
    frame = Frame(images, data_format)
    t = cast(reshape(transform, (-1, 8)), "float32")
    t = reshape(t, (t.shape[0], 8, 1, 1))
    height, width = frame.images.shape[1:3]
    x = reshape(arange(width, dtype="float32"), (1, 1, width))
    y = reshape(arange(height, dtype="float32"), (1, height, 1))
    k = t[:, 6] * x + t[:, 7] * y + 1.0
    whole = math.where(math.equal(k, 0.0), 1.0, k)
    in_x = (t[:, 0] * x + t[:, 1] * y + t[:, 2]) / whole
    in_y = (t[:, 3] * x + t[:, 4] * y + t[:, 5]) / whole
    # a ray that never meets the plane: far outside, hence the fill value
    far = math.where(math.equal(k, 0.0), -1e6, 0.0)
    in_x = _inside(in_x, width, fill_mode) + far
    in_y = _inside(in_y, height, fill_mode) + far
    return frame.back(_sampled(frame.images, in_y, in_x, interpolation, fill_value))


def _trunc(x):
    return cast(cast(x, "int32"), x.dtype)


def _inside(place, size, mode):
    """Coordinates brought into [0, size - 1] as a fill mode says; left alone by "constant"."""
    if mode == "constant":
        return place
    if mode == "nearest":
        return math.clip(place, 0.0, float(size - 1))
    if size <= 1:
        return zeros_like(place)
    place = math.clip(place, -1e8, 1e8)
    if mode == "mirror":  # the edge is not repeated
        period = 2.0 * (size - 1)
        place = math.abs(place)
        place = place - period * _trunc(place / period)
        return math.where(place > size - 1, period - place, place)
    if mode == "reflect":
        period = 2.0 * size
        low = math.where(place < period, period * _trunc(-place / period) + place, place)
        low = math.where(low < -size, low + period, -low - 1.0)
        high = place - period * _trunc(place / period)
        high = math.where(high >= size, period - high - 1.0, high)
    else:
        low = place + size * (_trunc(-place / (size - 1)) + 1.0)
        high = place - size * _trunc(place / (size - 1))
    place = math.where(place < 0, low, math.where(place > size - 1, high, place))
    return math.clip(place, 0.0, float(size - 1))


def _sampled(images, y, x, interpolation, fill_value):
    """images (batch, H, W, C) read at y, x (batch or 1, H', W')."""
    if interpolation == "nearest":
        # halves go away from zero
        y, x = (math.sign(v) * math.floor(math.abs(v) + 0.5) for v in (y, x))
        return _read(images, y, x, fill_value)
    below_y, below_x = math.floor(y), math.floor(x)
    share_y, share_x = (y - below_y)[..., None], (x - below_x)[..., None]
    total = None
    for dy, part_y in ((0, 1.0 - share_y), (1, share_y)):
        for dx, part_x in ((0, 1.0 - share_x), (1, share_x)):
            value = wide(_read(images, below_y + dy, below_x + dx, fill_value))
            term = value * cast(part_y * part_x, value.dtype)
            total = term if total is None else total + term
    return cast(total, images.dtype)


def _read(images, y, x, fill_value):
    """The pixels at whole places; the fill value outside."""
    batch, height, width, channels = images.shape
    valid = math.logical_and(
        math.logical_and(y >= 0, y <= height - 1), math.logical_and(x >= 0, x <= width - 1)
    )
    row = cast(math.clip(y, 0, height - 1), "int32")
    column = cast(math.clip(x, 0, width - 1), "int32")
    first = reshape(arange(batch, dtype="int32") * (height * width), (batch, 1, 1))
    index = first + row * width + column
    pixels = take(reshape(images, (batch * height * width, channels)), index, axis=0)
    return math.where(valid[..., None], pixels, cast(tensor(fill_value), images.dtype))


@known_by_name
def perspective_transform(
    images, start_points, end_points, interpolation="bilinear", fill_value=0, data_format=None
):
    """Images seen from elsewhere: four points move, and the plane with them.

    Args:
        images: tensor of rank 3 or 4.
        start_points: four corners (x, y), (4, 2) or (batch, 4, 2): top left, top right, bottom
            left, bottom right.
        end_points: where they go, of the same shape.
        interpolation: "bilinear" or "nearest".
        fill_value: what lies outside.
        data_format: "channels_last" or "channels_first"; the configured one by default.

    Returns:
        A tensor of the images' shape and dtype.

    Raises:
        ValueError: for other ranks, shapes and words.
    """
    one_of(interpolation, INTERPOLATIONS, "interpolation")
    images = ranked(images)
    start, end = (cast(tensor(p), "float32") for p in (start_points, end_points))
    for name, points in (("start_points", start), ("end_points", end)):
        if len(points.shape) not in (2, 3) or tuple(points.shape[-2:]) != (4, 2):
            raise ValueError(
                f"Invalid {name} shape: expected (4,2) for a single image or (N,4,2) for a batch. "
                f"Received shape: {tuple(points.shape)}"
            )
    if tuple(start.shape) != tuple(end.shape):
        raise ValueError(
            "start_points and end_points must have the same shape. Received "
            f"start_points.shape={tuple(start.shape)}, end_points.shape={tuple(end.shape)}"
        )
    transform = homography(reshape(start, (-1, 4, 2)), reshape(end, (-1, 4, 2)))
    return _projected(
        images, transform, interpolation, "constant", fill_value, standard_format(data_format)
    )


def homography(start, end):
    """The projective map (batch, 8) that takes each end point to its start point."""
    rows, targets = [], []
    for i in range(4):
        x, y = end[:, i, 0], end[:, i, 1]
        one, zero = ones_like(x), zeros_like(x)
        u, v = start[:, i, 0], start[:, i, 1]
        rows.append(stack([x, y, one, zero, zero, zero, -u * x, -u * y], axis=-1))
        rows.append(stack([zero, zero, zero, x, y, one, -v * x, -v * y], axis=-1))
        targets += [u, v]
    found = solve(stack(rows, axis=1), stack(targets, axis=-1)[..., None])
    return reshape(found, (-1, 8))


_MAP_MODES = ("constant", "nearest", "wrap", "mirror", "reflect")


@known_by_name
def map_coordinates(inputs, coordinates, order, fill_mode="constant", fill_value=0):
    """The values of an array at any places.

    Args:
        inputs: tensor of any rank.
        coordinates: tensor (rank, ...): the place along each axis.
        order: 0 for the nearest element, 1 for linear interpolation.
        fill_mode: what lies outside: "constant", "nearest", "wrap", "mirror" or "reflect".
        fill_value: the constant.

    Returns:
        A tensor of the shape of `coordinates[0]` and the inputs' dtype.

    Raises:
        ValueError: for ranks that do not go together and other words.
        NotImplementedError: for another order.

    Example:

    >>> ops.image.map_coordinates(np.array([0.0, 10.0]), np.array([[0.5]]), 1).tolist()
    [5.0]
    """
    inputs = tensor(inputs)
    if isinstance(coordinates, (list, tuple)) and len(coordinates):
        coordinates = stack([tensor(c) for c in coordinates], axis=0)
    coordinates = tensor(coordinates)
    if coordinates.shape and coordinates.shape[0] != len(inputs.shape):
        raise ValueError(
            "First dim of `coordinates` must be the same as the rank of `inputs`. Received inputs "
            f"with shape: {tuple(inputs.shape)} and coordinate leading dim of "
            f"{coordinates.shape[0]}"
        )
    if len(coordinates.shape) < 2:
        raise ValueError(
            "Invalid coordinates rank: expected at least rank 2. Received input with shape: "
            f"{tuple(coordinates.shape)}"
        )
    if fill_mode not in _MAP_MODES:
        raise ValueError(
            f"Invalid value for argument `fill_mode`. Expected one of {set(_MAP_MODES)}. "
            f"Received: fill_mode={fill_mode}"
        )
    if order not in (0, 1):
        raise NotImplementedError(f"map_coordinates requires order<=1. Received: order={order}")
    if None in inputs.shape:
        return cast(coordinates[0], inputs.dtype)
    return _mapped(inputs, coordinates, order, fill_mode, fill_value)


def _mapped(inputs, coordinates, order, fill_mode, fill_value):
    weight_type = coordinates.dtype if coordinates.dtype in FLOATS else "float32"
    corners = [(None, None, None)]  # (flat index, whether inside, weight) of each neighbour
    stride = 1
    for axis in reversed(range(len(inputs.shape))):
        size, place = inputs.shape[axis], coordinates[axis]
        if order == 0 or place.dtype not in FLOATS:
            near = place if place.dtype not in FLOATS else math.round(place)
            ends = [(cast(near, "int32"), None)]
        else:
            low = math.floor(place)
            share = place - low
            first = cast(low, "int32")
            ends = [(first, 1.0 - share), (first + 1, share)]
        found = []
        for index, valid, weight in corners:
            for at, part in ends:
                safe, inside = _folded(at, size, fill_mode)
                safe = safe * stride
                found.append((
                    safe if index is None else index + safe,
                    inside if valid is None else _both(valid, inside),
                    part if weight is None else weight if part is None else weight * part,
                ))  # fmt: skip
        corners, stride = found, stride * size
    flat, total = reshape(inputs, (-1,)), None
    for index, valid, weight in corners:
        value = cast(take(flat, index, axis=0), weight_type)  # type: ignore[arg-type]
        if fill_mode == "constant":
            value = math.where(valid, value, cast(tensor(fill_value), weight_type))
        term = value if weight is None else value * weight
        total = term if total is None else total + term
    if inputs.dtype not in FLOATS:
        total = math.round(total)  # type: ignore[arg-type]
    return cast(total, inputs.dtype)


def _both(a, b):
    return True if a is True or b is True else math.logical_and(a, b)


def _folded(index, size, mode):
    """Integer places brought into [0, size), and which were inside."""
    if mode in ("constant", "nearest"):
        return math.clip(index, 0, size - 1), math.logical_and(index >= 0, index < size)
    if mode == "wrap":
        return math.mod(index, size), True
    if mode == "mirror":
        if size == 1:
            return zeros_like(index), True
        period = 2 * (size - 1)
        return math.abs(math.mod(index + (size - 1), period) - (size - 1)), True
    folded = math.mod(index, 2 * size)
    return math.where(folded < size, folded, 2 * size - 1 - folded), True


@known_by_name
def elastic_transform(
    images, alpha=20.0, sigma=5.0, interpolation="bilinear", fill_mode="reflect", fill_value=0.0,
    seed=None, data_format=None,
):  # fmt: skip
    """Images deformed by a smooth random field.

    P. Simard et al., "Best practices for convolutional neural networks applied to visual document
    analysis" (2003).

    Args:
        images: float tensor of rank 3 or 4.
        alpha: strength of the deformation.
        sigma: its smoothness, in pixels.
        interpolation: "bilinear" or "nearest".
        fill_mode: what lies outside: "constant", "reflect", "mirror", "wrap" or "nearest".
        fill_value: the constant.
        seed: int, SeedGenerator or None.
        data_format: "channels_last" or "channels_first"; the configured one by default.

    Returns:
        A tensor of the images' shape and dtype.

    Raises:
        ValueError: for other ranks and words.
    """
    one_of(interpolation, INTERPOLATIONS, "interpolation")
    one_of(fill_mode, FILL_MODES, "fill_mode")
    images = ranked(images)
    if None in images.shape:
        return math.multiply(images, 1)
    return deformed(
        images, float(alpha), float(sigma), int(sigma), interpolation, fill_mode, fill_value,
        draw_seed(seed), standard_format(data_format),
    )  # fmt: skip


def deformed(
    images, alpha, sigma, radius, interpolation, fill_mode, fill_value, drawn, data_format
):
    """Images under a smooth field: noise of deviation sigma, blurred, times alpha.

    The window reaches 3 times the whole part of sigma. Where sigma is a tensor, `radius` is the
    largest whole part that it can have.
    """
    frame = Frame(images, data_format)
    batch, height, width, _ = frame.images.shape
    sigma = cast(tensor(sigma), "float32")
    noise = _normal((drawn,), ((batch, height, width, 2), "float32", 0.0, 1.0)) * sigma
    place = arange(-3 * radius, 3 * radius + 1, dtype="float32")
    share = place / math.maximum(sigma, 1e-6)
    weight = math.exp(-0.5 * share * share)
    weight = math.where(math.abs(place) <= 3.0 * math.floor(sigma), weight, 0.0)
    weight = weight / math.sum(weight)
    for shape in ((-1, 1, 1, 1), (1, -1, 1, 1)):  # along the height, then along the width
        window = reshape(weight, shape) * ones((1, 1, 2, 1), "float32")
        noise = depthwise_conv(noise, window, padding="same", data_format="channels_last")
    field = noise * cast(tensor(alpha), "float32")
    x = reshape(arange(width, dtype="float32"), (1, 1, width)) + field[..., 0]
    y = reshape(arange(height, dtype="float32"), (1, height, 1)) + field[..., 1]
    y, x = _inside(y, height, fill_mode), _inside(x, width, fill_mode)
    return frame.back(_sampled(frame.images, y, x, interpolation, fill_value))


__all__ = ["affine_transform", "elastic_transform", "map_coordinates", "perspective_transform"]
