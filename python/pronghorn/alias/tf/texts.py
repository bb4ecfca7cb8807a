"""Text among the arguments of TensorFlow's functions: host arrays of bytes."""

import numpy as _np

from ...engine.strings import StringTensor, is_text
from ...engine.strings import encode_array as _encode_array


def encode_array(x):
    """An object array of bytes. Raises TypeError for what is no text."""
    if not is_text(x) and not isinstance(x, (list, tuple)):
        raise TypeError(f"Expected text. Received: {x!r} (of type {type(x).__name__})")
    return _encode_array(x)


def each(function, text, dtype=None):
    """The tensor of function(bytes) for each of text: of text, or of numbers of a dtype.

    Raises:
        TypeError: if text is none.
    """
    array = encode_array(text)
    made = [function(item) for item in array.ravel()]
    if dtype is not None:
        from ... import ops

        return ops.convert_to_tensor(_np.array(made, dtype).reshape(array.shape))
    out = _np.empty(len(made), dtype=object)
    out[:] = made
    return StringTensor(out.reshape(array.shape))


def moved(function, *texts):
    """The tensor of a function of NumPy's, such as reshape, over arrays of bytes."""
    return StringTensor(function(*[encode_array(text) for text in texts]))


def contents(text):
    """The bytes of one text, such as what a file holds.

    Raises:
        TypeError: for several, and for what is no text.
    """
    array = encode_array(text)
    if array.ndim:
        raise TypeError(f"Expected one text. Received an array of shape {array.shape}.")
    return array.item()


def decoded(text):
    """One text as str; as `contents`."""
    return contents(text).decode("utf-8", "surrogateescape")
