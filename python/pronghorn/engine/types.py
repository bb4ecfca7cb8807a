"""The types of arguments, for hints. Imported under `if TYPE_CHECKING:` alone."""

import os
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from .keras_tensor import KerasTensor
from .random import SeedGenerator
from .tensor import Tensor
from .variable import Variable

# What an op takes for a tensor: tensors of every kind, arrays, numbers, and nested lists of them.
TensorLike = (
    Tensor
    | Variable
    | KerasTensor
    | np.ndarray
    | np.generic
    | complex
    | list[Any]
    | tuple[Any, ...]
)

DTypeLike = str | type | np.dtype  # "float32", float, np.float32
Axis = int | Sequence[int]
Shape = int | Sequence[Any]  # None, or a size of a symbolic tensor, where a size is not known yet
Seed = int | SeedGenerator
PathLike = str | os.PathLike[str]
Rate = float | Tensor | Variable | Callable[..., Any]  # of learning: a number, or what gives it

# What `get` of initializers, regularizers, activations ... takes: a name, a config, the thing.
Identifier = str | dict[str, Any] | Callable[..., Any]
