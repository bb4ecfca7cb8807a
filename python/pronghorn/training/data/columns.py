"""What is no array yet: columns of Arrow and of Hugging Face's datasets, lists of numbers."""

import numpy as np

from ...data import Dataset
from ...engine import nest
from ...engine.strings import StringTensor, encode_array, is_text
from .arrays import is_array, stacked
from .dataset import PyDataset


class Counted:
    """A generator of batches and the number of samples that make an epoch (Keras 1)."""

    def __init__(self, generator, samples):
        self.generator = iter(generator)
        self.samples = samples

    def __next__(self):
        return next(self.generator)


_NUMBERS = (int, float, np.number, np.bool_)


def numbers_to_array(data):
    """A list of numbers, or of such lists of one length, as an array; anything else as it is."""
    first = data
    while isinstance(first, (list, tuple)) and first:
        first = first[0]
    if first is data or not isinstance(first, _NUMBERS):
        return data
    try:
        array = np.asarray(data)
    except ValueError:  # lists of several lengths
        return data
    return array if array.dtype.kind in "biuf" else data


def texts_to_arrays(x):
    """Lists of `str` among the inputs as arrays; anything else as it is."""
    if isinstance(x, dict):
        return {key: texts_to_arrays(value) for key, value in x.items()}
    if not isinstance(x, (list, tuple)) or not x:
        return x
    if not all(isinstance(item, (str, bytes, list)) for item in x):
        return type(x)(map(texts_to_arrays, x)) if type(x) in (list, tuple) else x
    first = x
    while isinstance(first, (list, tuple)) and first:
        first = first[0]
    return encode_array(x) if isinstance(first, (str, bytes)) else x


def has_text(x):
    """Whether an array among the inputs is of text."""

    def is_one(leaf):
        if isinstance(leaf, (np.ndarray, StringTensor)):
            return is_text(leaf)
        return hasattr(leaf, "iloc") and _may_be_text(leaf) and is_text(np.asarray(leaf))

    return any(map(is_one, nest.flatten(x)))


def _may_be_text(frame):
    """Whether a column of a DataFrame, or a Series, is of another kind than numbers."""
    dtypes = frame.dtypes
    return any(getattr(d, "kind", "O") == "O" for d in getattr(dtypes, "values", (dtypes,)))


_NEVER = (list, tuple, dict, str, bytes, int, float, Dataset, PyDataset)


def columns_to_arrays(x, y=None, sample_weight=None):
    """The same, what is a column as an array.

    A column has a length and gives itself as an array (Arrow's arrays, buffers), or is one of the
    datasets library. Beside targets whatever can be sliced and has a length is one: a dataset that
    makes batches would hold them itself.
    """
    beside = y is not None

    def convert(leaf):
        if leaf is None or is_array(leaf) or isinstance(leaf, _NEVER):
            return leaf
        if hasattr(leaf, "collect_schema"):  # a lazy frame of Polars
            return leaf.collect()
        if not hasattr(leaf, "__len__"):
            return leaf
        if hasattr(leaf, "__array__") or isinstance(leaf, memoryview):
            return stacked(np.asarray(leaf))
        named = type(leaf).__module__.partition(".")[0] == "datasets"
        named = named and type(leaf).__name__ == "Column"
        if (named or beside) and hasattr(leaf, "__getitem__"):
            return stacked(np.asarray(leaf[:]))
        return leaf

    parts = [numbers_to_array(part) for part in (x, y, sample_weight)]
    return tuple(nest.map_structure(convert, part) for part in parts)


def without_other_text(x, names):
    """Inputs by name, and generators of them, without text that no input of a model is called by.

    Programs carry such along for their callbacks, as Keras 2 let them; numbers stay.
    """
    if isinstance(x, dict):
        other = [key for key, value in x.items() if key not in names and is_text(value)]
        return {key: value for key, value in x.items() if key not in other} if other else x
    if isinstance(x, Counted):
        return Counted(_cleaned(x.generator, names), x.samples)
    if not hasattr(x, "__next__") or hasattr(x, "__getitem__"):
        return x
    return _cleaned(x, names)


def _cleaned(batches, names):
    for batch in batches:
        if isinstance(batch, (tuple, list)) and batch and isinstance(batch[0], dict):
            batch = (without_other_text(batch[0], names), *batch[1:])
        yield batch
