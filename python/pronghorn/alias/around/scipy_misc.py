"""Pictures as `scipy.misc` read, wrote and resized them up to SciPy 1.2, by Pillow."""

import numpy as np

_FILTERS = {"nearest": 0, "lanczos": 1, "bilinear": 2, "bicubic": 3, "cubic": 3}


def bytescale(data, cmin=None, cmax=None, high=255, low=0):
    """An array's values from cmin to cmax (all of them by default) as bytes from low to high.

    Bytes stay as they are.
    """
    data = np.asarray(data)
    if data.dtype == np.uint8:
        return data
    if not 0 <= low <= high <= 255:
        raise ValueError(f"0 <= low <= high <= 255 is needed. Received: low={low}, high={high}")
    cmin = data.min() if cmin is None else cmin
    cmax = data.max() if cmax is None else cmax
    if cmax < cmin:
        raise ValueError(f"cmax is at least cmin. Received: cmin={cmin}, cmax={cmax}")
    scale = float(high - low) / ((float(cmax) - float(cmin)) or 1.0)
    scaled = (data * 1.0 - cmin) * scale + low
    return (np.clip(scaled, low, high) + 0.5).astype(np.uint8)


def toimage(
    arr, high=255, low=0, cmin=None, cmax=None, pal=None, mode=None, channel_axis=None
):  # fmt: skip
    """A Pillow image of an array of two axes, or of three of which one has 3 or 4 channels."""
    from PIL import Image

    data = np.asarray(arr)
    if np.iscomplexobj(data):
        raise ValueError("toimage takes real numbers; give abs(x) or x.real.")
    if data.ndim == 2:
        if mode in ("F", "I"):
            return Image.fromarray(data.astype(np.float32 if mode == "F" else np.int32))
        grey = Image.fromarray(bytescale(data, cmin, cmax, high, low))
        if mode == "1":
            return Image.fromarray(data > (data.max() + data.min()) / 2.0)
        if pal is not None or mode == "P":
            ramp = np.repeat(np.arange(256, dtype=np.uint8)[:, None], 3, 1)
            grey.putpalette((ramp if pal is None else np.asarray(pal, np.uint8)).tobytes())
        return grey if mode in (None, "L", "P") else grey.convert(mode)
    axis = _channels(data.shape, channel_axis)
    pixels = bytescale(np.moveaxis(data, axis, -1), cmin, cmax, high, low)
    made = Image.fromarray(np.ascontiguousarray(pixels))
    return made if mode in (None, made.mode) else made.convert(mode)


def _channels(shape, axis):
    if len(shape) == 3:
        if axis is None:
            axis = next((shape.index(n) for n in (3, 4) if n in shape), None)
        if axis is not None and shape[axis] in (3, 4):
            return axis
    raise ValueError(f"toimage takes (h, w) or 3 or 4 channels. Received shape: {tuple(shape)}")


def fromimage(im, flatten=False, mode=None):
    """The array of a Pillow image; floats of grey where `flatten`."""
    if mode is not None:
        im = im.convert(mode) if mode != im.mode else im
    elif im.mode == "P":
        im = im.convert("RGBA" if "transparency" in im.info else "RGB")
    if flatten:
        im = im.convert("F")
    elif im.mode == "1":
        im = im.convert("L")
    return np.array(im)


def imread(name, flatten=False, mode=None):
    """A picture file as an array."""
    from PIL import Image

    with Image.open(name) as im:
        return fromimage(im, flatten, mode)


def imsave(name, arr, format=None):
    """Writes an array as a picture; what is no bytes is scaled to 0 ... 255."""
    axis = 2 if np.ndim(arr) == 3 else None
    toimage(arr, channel_axis=axis).save(name, *(() if format is None else (format,)))


def imresize(arr, size, interp="bilinear", mode=None):
    """An array resized as a picture: size is percent (int), a share (float) or (height, width)."""
    im = toimage(arr, mode=mode)
    if isinstance(size, (int, np.integer)):
        size = tuple(int(n * size / 100.0) for n in im.size)
    elif isinstance(size, (float, np.floating)):
        size = tuple(int(n * size) for n in im.size)
    else:
        size = (int(size[1]), int(size[0]))
    return fromimage(im.resize(size, _FILTERS[interp]))


def imrotate(arr, angle, interp="bilinear"):
    """An array rotated as a picture, counterclockwise by degrees, in the same size."""
    return fromimage(toimage(arr).rotate(angle, resample=_FILTERS[interp]))


def imshow(arr):
    """Shows an array in a picture viewer."""
    toimage(arr).show()


def __getattr__(name):
    if name in ("comb", "factorial", "logsumexp"):
        from scipy import special

        return getattr(special, name)
    raise AttributeError(f"module 'scipy.misc' has no attribute {name!r}")
