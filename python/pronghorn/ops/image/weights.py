"""How much of each input pixel goes into each output pixel along an axis, for all ways to resize.

Pixels are squares whose centres lie at i + 0.5, as in TensorFlow 2 and Pillow. Each function
returns a matrix (new size, old size); an image is resized by two products, one for each axis.
"""

import functools

import numpy as np

F = np.float32


def _triangle(x):
    return np.maximum(0.0, 1.0 - np.abs(x))


def keys_cubic(x):
    """R. Keys, "Cubic convolution interpolation for digital image processing" (1981), a = -0.5."""
    x = np.abs(x)
    near = ((1.5 * x - 2.5) * x) * x + 1.0
    far = ((-0.5 * x + 2.5) * x - 4.0) * x + 2.0
    return np.where(x >= 2.0, 0.0, np.where(x >= 1.0, far, near))


def lanczos(radius, x):
    """sinc(x) sinc(x / radius) within the radius."""
    x = np.abs(x)
    return np.where(x > radius, 0.0, np.where(x <= 1e-3, 1.0, np.sinc(x) * np.sinc(x / radius)))


def mitchell(x):
    """D. Mitchell and A. Netravali, "Reconstruction filters in computer graphics" (1988)."""
    x = np.abs(x)
    near = (7 / 6 * x - 2.0) * x * x + 8 / 9
    far = ((-7 / 18 * x + 2.0) * x - 10 / 3) * x + 16 / 9
    return np.where(x >= 2.0, 0.0, np.where(x >= 1.0, far, near))


KERNELS = {
    "gaussian": (1.5, lambda x: np.where(np.abs(x) >= 1.5, 0.0, np.exp(-2.0 * x * x))),
    "mitchellcubic": (2.0, mitchell),
    "bilinear": (1.0, _triangle),
    "bicubic": (2.0, keys_cubic),
    "lanczos3": (3.0, functools.partial(lanczos, 3.0)),
    "lanczos5": (5.0, functools.partial(lanczos, 5.0)),
}


def nearest_indices(new, old):
    """The old pixel under the centre of each new one."""
    scale = F(old) / F(new)
    places = np.floor((np.arange(new, dtype=F) + F(0.5)) * scale)
    return np.minimum(places, old - 1).astype("int32")


def _linear(new, old):
    matrix = np.zeros((new, old), F)
    scale = F(old) / F(new)
    centre = (np.arange(new, dtype=F) + F(0.5)) * scale - F(0.5)
    lower = np.floor(centre)
    share = centre - lower
    rows = np.arange(new)
    np.add.at(matrix, (rows, np.clip(lower, 0, old - 1).astype(int)), F(1) - share)
    np.add.at(matrix, (rows, np.clip(lower + 1, 0, old - 1).astype(int)), share)
    return matrix


def _cubic(new, old):
    """Weights come from a table of 1024 steps a pixel, as TensorFlow's do, and are made to sum to
    one where some fall outside."""
    matrix = np.zeros((new, old), F)
    scale = F(old) / F(new)
    centre = (np.arange(new, dtype=F) + F(0.5)) * scale - F(0.5)
    lower = np.floor(centre)
    step = np.rint((centre - lower) * F(1024)) / 1024
    rows, total = np.arange(new), np.zeros(new)
    taps = []
    for tap in (-1, 0, 1, 2):
        place = lower + tap
        inside = (place >= 0) & (place < old)
        weight = np.where(inside, keys_cubic(step - tap), 0.0)
        total += weight
        taps.append((np.clip(place, 0, old - 1).astype(int), weight))
    for place, weight in taps:
        np.add.at(matrix, (rows, place), np.where(np.abs(total) > 1e-6, weight / total, weight))
    return matrix


def _area(new, old):
    scale = F(old) / F(new)
    starts = np.arange(new, dtype=F) * scale
    ends = np.arange(1, new + 1, dtype=F) * scale
    cells = np.arange(old, dtype=F)
    covered = np.minimum(ends[:, None], cells + 1) - np.maximum(starts[:, None], cells)
    covered = np.maximum(covered, 0)
    return covered / np.maximum(covered.sum(1, keepdims=True), 1e-12)


def _kernel(new, old, method, antialias):
    """Each new pixel looks through a window of the kernel; antialias widens it with the scale."""
    radius, kernel = KERNELS[method]
    scale = new / old
    spread = max(1.0 / scale, 1.0) if antialias else 1.0
    centre = (np.arange(new) + 0.5) / scale
    start = np.clip(np.ceil(centre - radius * spread - 0.5), 0, old - 1)
    end = np.clip(np.floor(centre + radius * spread - 0.5), 0, old - 1)
    cells = np.arange(old)
    weights = kernel((cells + 0.5 - centre[:, None]) / spread)  # type: ignore[operator]
    inside = (cells >= start[:, None]) & (cells <= end[:, None])
    weights = np.where(inside, weights, 0.0)
    total = weights.sum(1, keepdims=True)
    return np.where(np.abs(total) >= 1000 * np.finfo(F).tiny, weights / total, 0.0)


@functools.lru_cache(maxsize=64)
def matrix(new, old, method, antialias):
    """The float32 matrix of a method other than "nearest"."""
    if old < 1:
        raise ValueError("Images without a pixel cannot be resized.")
    if method == "area":
        made = _area(new, old)
    elif method == "bilinear" and not antialias:
        made = _linear(new, old)
    elif method == "bicubic" and not antialias:
        made = _cubic(new, old)
    else:
        made = _kernel(new, old, method, antialias)
    made = made.astype(F)
    made.flags.writeable = False
    return made
