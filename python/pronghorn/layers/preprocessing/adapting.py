"""How `adapt` reads its data: batch by batch from datasets and generators, arrays whole."""

import itertools

import numpy as np

from ...engine import Tensor, Variable
from ...engine.strings import StringTensor


def is_whole(data):
    """Whether data is one array (or list, or text), not a source of batches."""
    return (
        isinstance(data, (list, tuple, np.ndarray, Tensor, Variable, StringTensor, str, bytes))
        or hasattr(data, "__array__")
        or not hasattr(data, "__iter__")
    )


def batches(data, steps=None):
    """The first `steps` batches of a dataset or generator, all by default."""
    return iter(data) if steps is None else itertools.islice(iter(data), steps)
