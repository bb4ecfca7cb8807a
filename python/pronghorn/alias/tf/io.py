"""tf.io: files as texts of bytes, and pictures within such bytes, by Pillow.

`gfile` is a module of its own.
"""

import base64 as _base64
import glob as _glob
import io as _io
import os as _os

import numpy as _np

from ... import ops as _ops
from . import texts as _texts
from .parsing import (  # noqa: F401
    FixedLenFeature,
    FixedLenSequenceFeature,
    VarLenFeature,
    parse_example,
    parse_single_example,
    parse_single_sequence_example,
)
from .records import (  # noqa: F401
    TFRecordOptions,
    TFRecordWriter,
    parse_tensor,
    serialize_tensor,
)

_MODES = {1: "L", 2: "LA", 3: "RGB", 4: "RGBA"}


def read_file(filename, name=None):
    """A text that holds the bytes of a file.

    Raises:
        FileNotFoundError: if there is none.
    """
    with open(_texts.decoded(filename), "rb") as file:
        return _texts.StringTensor(file.read())


def write_file(filename, contents, name=None):
    """Writes the bytes of a text to a file, which appears when it is whole."""
    from ..._atomic import replacing

    path, data = _texts.decoded(filename), _texts.contents(contents)
    _os.makedirs(_os.path.dirname(path) or ".", exist_ok=True)
    with replacing(path) as temporary, open(temporary, "wb") as file:
        file.write(data)


def matching_files(pattern, name=None):
    return _texts.StringTensor(sorted(_glob.glob(_texts.decoded(pattern))))


def decode_image(contents, channels=None, dtype="uint8", name=None, expand_animations=True):
    """Pixels (height, width, channels) of a PNG, JPEG, GIF or BMP file's bytes; (frames, ...) of a
    GIF, unless `expand_animations` is False.

    Raises:
        ValueError: for bytes that Pillow cannot read, and for other numbers of channels.
        ImportError: without Pillow.
    """
    picture = _opened(contents)
    if picture.format == "GIF":
        frames = decode_gif(contents)
        pixels = frames if expand_animations else frames[0]
    else:
        pixels = _pixels(picture, channels)
    if str(dtype) == "uint8":
        return pixels
    from .image import convert_image_dtype

    return convert_image_dtype(pixels, dtype)


def decode_png(contents, channels=0, dtype="uint8", name=None):
    return _pixels(_opened(contents), channels, str(dtype))


def decode_jpeg(
    contents,
    channels=0,
    ratio=1,
    fancy_upscaling=True,
    try_recover_truncated=False,
    acceptable_fraction=1,
    dct_method="",
    name=None,
):
    picture = _opened(contents)
    if ratio != 1:
        picture = picture.reduce(ratio)
    return _pixels(picture, channels)


def decode_bmp(contents, channels=0, name=None):
    return _pixels(_opened(contents), channels)


def decode_gif(contents, name=None):
    from PIL import ImageSequence

    frames = [_np.asarray(f.convert("RGB")) for f in ImageSequence.Iterator(_opened(contents))]
    return _ops.convert_to_tensor(_np.stack(frames))


def _opened(contents):
    from ...preprocessing.pictures import pillow

    data = _texts.contents(contents)
    try:
        picture = pillow("tf.io.decode_image").open(_io.BytesIO(data))
        picture.load()
    except (OSError, SyntaxError, ValueError) as error:
        raise ValueError(
            f"These {len(data)} bytes, which start with {data[:8]!r}, are no picture that can be "
            f"read: {error}"
        ) from None
    return picture


def _pixels(picture, channels, dtype="uint8"):
    if channels in (None, 0):
        deep = picture.mode in ("I", "I;16", "I;16B")
        bands = len(picture.convert("RGBA" if "transparency" in picture.info else "RGB").getbands())
        channels = bands if picture.mode == "P" else 1 if deep else len(picture.getbands())
        channels = 3 if picture.mode in ("CMYK", "YCbCr") else channels
    if channels not in _MODES:
        raise ValueError(f"`channels` must be 0, 1, 2, 3 or 4. Received: {channels}")
    if picture.mode in ("I", "I;16", "I;16B"):  # 16 bits of gray
        pixels = _np.asarray(picture).astype("uint16")[..., None]
        pixels = pixels if channels == 1 else _np.repeat(pixels, channels, axis=-1)
        pixels = pixels if dtype == "uint16" else (pixels >> 8).astype("uint8")
    else:
        pixels = _np.asarray(picture.convert(_MODES[channels]))
        pixels = pixels.reshape(picture.height, picture.width, channels)
        pixels = pixels * _np.uint16(257) if dtype == "uint16" else pixels
    return _ops.convert_to_tensor(pixels)


def encode_png(image, compression=-1, name=None):
    return _encoded(image, "PNG", **({} if compression < 0 else {"compress_level": compression}))


def encode_jpeg(image, format="", quality=95, **kwargs):
    return _encoded(image, "JPEG", quality=quality)


def _encoded(image, kind, **options):
    from ...preprocessing.pictures import pillow

    pixels = _ops.convert_to_numpy(image)
    if pixels.dtype != "uint8" or pixels.ndim != 3 or pixels.shape[-1] not in _MODES:
        raise ValueError(
            "Expected uint8 pixels (height, width, channels) of 1 to 4 channels. Received: "
            f"dtype={pixels.dtype}, shape={pixels.shape}"
        )
    flat = pixels[..., 0] if pixels.shape[-1] == 1 else pixels
    out = _io.BytesIO()
    pillow("tf.io.encode_" + kind.lower()).fromarray(flat).save(out, kind, **options)
    return _texts.StringTensor(out.getvalue())


def decode_raw(input_bytes, out_type, little_endian=True, fixed_length=None, name=None):
    """The numbers that texts of bytes hold, one row for each."""
    array = _texts.encode_array(input_bytes)
    kind = _np.dtype(str(out_type)).newbyteorder("<" if little_endian else ">")
    rows = [_np.frombuffer(b, kind).astype(str(out_type)) for b in array.ravel()]
    return _ops.convert_to_tensor(_np.stack(rows).reshape(*array.shape, -1))


def decode_base64(input, name=None):
    return _texts.each(lambda b: _base64.urlsafe_b64decode(b + b"=" * (-len(b) % 4)), input)


def encode_base64(input, pad=False, name=None):
    coded = (
        lambda b: _base64.urlsafe_b64encode(b) if pad else _base64.urlsafe_b64encode(b).rstrip(b"=")
    )
    return _texts.each(coded, input)
