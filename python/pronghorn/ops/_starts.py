"""Where parts and blocks begin: numbers, or tensors that only a run knows."""

import operator

from ..engine.tensor import convert_to_numpy
from ._args import KerasTensor, counted


def positions(indices_or_sections):
    """The positions where parts begin as a tuple, or their number as an int."""
    given = indices_or_sections
    if getattr(given, "shape", None):
        given = convert_to_numpy(given).tolist()
    if isinstance(given, (list, tuple)):
        return tuple(operator.index(i) for i in given)
    return operator.index(given)


def is_open(starts):
    """Whether start indices are, or hold, tensors that only a run knows."""
    every = starts if isinstance(starts, (list, tuple)) else (starts,)
    return any(
        counted(s) is None if isinstance(s, KerasTensor) else getattr(s, "is_abstract", False)
        for s in every
    )
